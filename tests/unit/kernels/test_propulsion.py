"""What a vehicle weighs, how it pushes, and when that changes."""

import math

import numpy as np
import pytest

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels.propulsion import (
    burn_time,
    coast_push,
    ideal_speed,
    launch_mass,
    push_at,
    segment_bounds,
)
from tests.unit.kernels.notional import LIQUID, ROCKET

UP, AIM = np.array([0.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0])


def test_sums_of_the_stages() -> None:
    assert launch_mass(LIQUID) == 80000 + 6500 + 20000 + 1800 + 1300
    assert burn_time(LIQUID) == 250.0


def test_ideal_speed_is_tsiolkovsky() -> None:
    first = 280 * STANDARD_GRAVITY * math.log(109600 / 29600)
    second = 310 * STANDARD_GRAVITY * math.log(23100 / 3100)
    assert ideal_speed(LIQUID) == pytest.approx(first + second, rel=1e-12)


@pytest.mark.parametrize(
    ("t_cut", "bounds"),
    [
        (math.inf, [0, 10, 25, 130, 250]),
        (200.0, [0, 10, 25, 130, 200]),
        (130.0, [0, 10, 25, 130]),
        (20.0, [0, 10, 20]),
        (0.0, [0]),
        (-5.0, [0]),
    ],
)
def test_segments_end_where_something_changes(t_cut: float, bounds: list[float]) -> None:
    assert segment_bounds(LIQUID, t_cut).tolist() == bounds


def test_a_rail_launch_has_no_rise() -> None:
    assert segment_bounds(ROCKET, math.inf).tolist() == [0.0, 0.1, 2.0]


def test_pushes_of_each_segment() -> None:
    rise = push_at(LIQUID, 5.0, UP, AIM)
    assert rise.thrust == pytest.approx(80000 / 130 * 280 * STANDARD_GRAVITY)
    assert (rise.ux, rise.uy, rise.uz) == (0.0, 0.0, 1.0)
    assert not rise.is_turning
    pitch = push_at(LIQUID, 17.0, UP, AIM)
    assert (pitch.ux, pitch.uy, pitch.uz) == (1.0, 0.0, 0.0)
    assert not pitch.is_turning
    assert push_at(LIQUID, 60.0, UP, AIM).is_turning
    second = push_at(LIQUID, 190.0, UP, AIM)
    # Half of the second stage's propellant is left.
    assert second.mass - second.flow * 190.0 == pytest.approx(20000 / 2 + 1800 + 1300)
    assert second.area == 1.2


def test_a_coast_has_drag_alone() -> None:
    push = coast_push(7000.0)
    assert push.thrust == 0.0
    assert (push.mass - push.flow * 1e4) / push.area == 7000.0
