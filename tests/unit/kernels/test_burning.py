"""Where a burning booster is taken to go, against an independent integrator."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from opendome.constants import EARTH_OMEGA
from opendome.kernels.burning import LEAST_LEFT, SEEN_AFTER, assumed_burns, burning_paths
from opendome.kernels.frames import ecef_from_eci, eci_from_ecef
from opendome.kernels.gravity import gravity_j2

X = np.array([6421e3, 300e3, -200e3, 900.0, 1500.0, 2000.0, 0.0])
THRUST, BURN = 48.0, 70.0


def slope(t: float, y: np.ndarray) -> np.ndarray:
    a = np.array(gravity_j2(*y[:3]))
    if t < BURN:
        through_air = y[3:] - np.cross([0.0, 0.0, EARTH_OMEGA], y[:3])
        a += THRUST * through_air / np.linalg.norm(through_air)
    return np.concatenate([y[3:], a])


def truth(t: float) -> np.ndarray:
    """Earth-fixed state after t seconds, by DOP853."""
    r, v = eci_from_ecef(X[None, :3].copy(), X[None, 3:6].copy(), 0.0)
    y, start = np.concatenate([r[0], v[0]]), 0.0
    for end in (min(t, BURN), t):
        if end > start:
            found = solve_ivp(slope, (start, end), y, "DOP853", rtol=1e-11, atol=1e-6)
            y, start = found.y[:, -1], end
    r, v = ecef_from_eci(y[None, :3].copy(), y[None, 3:].copy(), t)
    return np.concatenate([r[0], v[0]])


@pytest.mark.parametrize("after", [0.5, 30.0, 70.0, 150.0])
def test_paths_are_those_of_an_independent_integrator(after: float) -> None:
    one = np.zeros(1)
    times = np.array([[10.0 + 0.3 * after, 10.0 + after]])
    ends = np.full(1, 10.0 + BURN)
    paths = burning_paths(X[None], one + 10.0, one + THRUST, ends, times)
    for k in range(2):
        expected = truth(times[0, k] - 10.0)
        assert np.linalg.norm(paths[0, k, :3] - expected[:3]) < 40.0
        assert np.linalg.norm(paths[0, k, 3:] - expected[3:]) < 1.0


def test_before_its_own_time_nothing_is_said() -> None:
    one = np.zeros(1)
    paths = burning_paths(X[None], one + 10.0, one, one, np.array([[9.0, 10.0]]))
    assert np.isnan(paths[0, 0]).all()
    assert paths[0, 1] == pytest.approx(X[:6])


def test_what_burns_longer_than_assumed_is_taken_to_burn_on() -> None:
    first = np.array([50.0, 50.0])
    thrust, ends = assumed_burns(first, np.array([60.0, 300.0]), 175.0)
    assert ends == pytest.approx([50.0 - SEEN_AFTER + 175.0, 300.0 + LEAST_LEFT])
    assert math.isclose(thrust, 8700.0 / 175.0)
