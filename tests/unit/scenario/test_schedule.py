"""When sensors look."""

from __future__ import annotations

import pytest

from opendome.scenario.schedule import (
    scan_number,
    scan_phase,
    scan_time,
)


def test_sensors_do_not_look_in_step():
    phases = sorted(scan_phase(i, 1.0) for i in range(8))
    gaps = [b - a for a, b in zip(phases, [*phases[1:], 1.0], strict=True)]
    assert scan_phase(0, 10.0) == 0.0
    assert min(gaps) > 0.05
    assert all(0.0 <= phase < 1.0 for phase in phases)


@pytest.mark.parametrize("index", range(12))
@pytest.mark.parametrize("period", [0.1, 0.7, 1.0, 10.0, 600.0])
def test_number_and_time_are_inverse(index, period):
    for number in (0, 1, 2, 3, 999, 12345):
        assert scan_number(scan_time(number, index, period), index, period) == number
