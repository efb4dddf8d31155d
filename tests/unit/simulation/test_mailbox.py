"""Mailboxs: nothing is lost, nothing arrives early, ties keep their order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from opendome.messages import Reports
from opendome.simulation.mailbox import Mailbox


def reports(numbers: list[int]) -> Reports:
    n = len(numbers)
    ints = np.zeros(n, dtype=np.int64)
    return Reports(
        ints, np.zeros(n), ints, np.array(numbers, dtype=np.int64), ints, ints, ints, ints
    )


@given(st.lists(st.floats(0.0, 50.0), min_size=1, max_size=30), st.floats(0.5, 7.0))
def test_every_row_arrives_once_and_not_before_its_time(times: list[float], step: float) -> None:
    link: Mailbox[Reports] = Mailbox(Reports)
    for i, t in enumerate(times):
        link.send(reports([i]), np.array([t]))
    seen: list[int] = []
    t = 0.0
    while t < 60.0:
        t += step
        got = link.receive(t)
        for number in got.order.tolist():
            assert t - step < times[number] <= t or (t == step and times[number] <= t)
        seen += got.order.tolist()
    assert sorted(seen) == list(range(len(times)))
    assert [times[i] for i in seen] == sorted(times)


def test_ties_keep_the_order_in_which_they_were_sent() -> None:
    link: Mailbox[Reports] = Mailbox(Reports)
    link.send(reports([3, 1]), np.array([2.0, 2.0]))
    link.send(reports([2]), np.array([2.0]))
    assert link.receive(2.0).order.tolist() == [3, 1, 2]
    assert len(link.receive(10.0).run) == 0


def test_one_batch_arrives_in_order_of_time_too() -> None:
    """Or else the order of one run's rows would depend on whether others were sent as well."""
    link: Mailbox[Reports] = Mailbox(Reports)
    link.send(reports([1, 2, 3]), np.array([2.0, 1.0, 2.0]))
    assert link.receive(5.0).order.tolist() == [2, 1, 3]
