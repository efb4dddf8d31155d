"""The clock: every look falls into exactly one tick."""

from hypothesis import given
from hypothesis import strategies as st

from opendome.scenario.schedule import scan_time
from opendome.simulation.clock import Clock


@given(
    st.floats(0.1, 20.0),
    st.lists(st.floats(0.3, 30.0), min_size=1, max_size=5),
)
def test_every_look_is_due_once(step: float, periods: list[float]) -> None:
    clock = Clock(step, 20 * step, tuple(periods))
    due = [look for t0, t1 in clock.ticks() for look in clock.looks(t0, t1)]
    assert len(due) == len(set(due))
    assert due == sorted(due)
    end = [t1 for _, t1 in clock.ticks()][-1]
    for i, period in enumerate(periods):
        mine = [t for t, sensor in due if sensor == i]
        expected = []
        number = 0
        while scan_time(number, i, period) <= end:
            expected.append(scan_time(number, i, period))
            number += 1
        assert mine == expected
