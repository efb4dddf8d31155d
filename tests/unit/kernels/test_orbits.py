"""Two-body motion: closed forms of special orbits."""

import math

import numpy as np
import pytest

from opendome.constants import EARTH_MU
from opendome.kernels.orbits import apogee_radius, fall, kepler

RADIUS = 6371e3


def test_a_circle_comes_round() -> None:
    r = 7e6
    y = (r, 0.0, 0.0, 0.0, math.sqrt(EARTH_MU / r), 0.0)
    period = 2 * math.pi * math.sqrt(r**3 / EARTH_MU)
    np.testing.assert_allclose(kepler(y, period)[:3], y[:3], atol=1e-4)
    np.testing.assert_allclose(kepler(y, period / 4)[:3], (0.0, r, 0.0), atol=1e-4)
    np.testing.assert_allclose(kepler(y, -period / 4)[:3], (0.0, -r, 0.0), atol=1e-4)
    assert apogee_radius(y) == pytest.approx(r, rel=1e-7)
    assert math.isnan(fall(y, RADIUS)[0])


def test_an_escape() -> None:
    y = (7e6, 0.0, 0.0, 0.0, 1.5e4, 0.0)
    assert apogee_radius(y) == math.inf
    assert math.isnan(fall(y, RADIUS)[0])
    end = kepler(y, 1e6)
    energy = 0.5 * (end[3] ** 2 + end[4] ** 2 + end[5] ** 2) - EARTH_MU / math.dist(
        end[:3], (0, 0, 0)
    )
    assert energy == pytest.approx(0.5 * 1.5e4**2 - EARTH_MU / 7e6, rel=1e-9)


def test_straight_up() -> None:
    # Rectilinear: from r with speed v up to 1 / (1/r - v^2 / 2 mu).
    y = (0.0, 0.0, RADIUS, 0.0, 0.0, 3000.0)
    top = 1.0 / (1.0 / RADIUS - 3000.0**2 / (2 * EARTH_MU))
    assert apogee_radius(y) == pytest.approx(top, rel=1e-9)
    highest = max(kepler(y, float(t))[2] for t in np.linspace(300, 340, 401))
    assert highest == pytest.approx(top, abs=1.0)


def test_zero_time_changes_nothing() -> None:
    y = (7e6, 1.0, 2.0, 3.0, 7000.0, 5.0)
    assert kepler(y, 0.0) == y


def test_fall_agrees_with_propagation() -> None:
    y = (6.6e6, 1e5, -2e5, 1200.0, 5500.0, 900.0)
    seconds, *place = fall(y, RADIUS)
    end = kepler(y, seconds)
    np.testing.assert_allclose(place, end[:3], atol=1e-3)
    assert math.hypot(*end[:3]) == pytest.approx(RADIUS, abs=1e-3)
    assert np.dot(end[:3], end[3:]) < 0.0


def test_an_orbit_wholly_inside_has_fallen() -> None:
    y = (6.3e6, 0.0, 0.0, 0.0, 10.0, 0.0)
    assert fall(y, RADIUS) == (0.0, 6.3e6, 0.0, 0.0)
