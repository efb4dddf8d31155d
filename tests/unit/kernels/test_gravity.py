"""Gravity is the gradient of its potential."""

import math

import numpy as np
import pytest

from opendome.constants import EARTH_J2, EARTH_MU, EARTH_RADIUS_EQUATOR
from opendome.kernels.frames import ecef_from_geodetic
from opendome.kernels.gravity import gravity_j2


def potential(r: np.ndarray) -> float:
    """Potential with J2, positive: Vallado (2013), eq. (8-19)."""
    distance = float(np.linalg.norm(r))
    sine = r[2] / distance
    oblate = EARTH_J2 * (EARTH_RADIUS_EQUATOR / distance) ** 2 * 0.5 * (3 * sine**2 - 1)
    return EARTH_MU / distance * (1 - oblate)


@pytest.mark.parametrize("lat", [-1.5, -0.6, 0.0, 0.3, 1.2])
def test_is_the_gradient_of_the_potential(lat: float) -> None:
    r = np.array(ecef_from_geodetic(lat, 2.0, 3e5))
    h = 50.0
    gradient = [(potential(r + h * e) - potential(r - h * e)) / (2 * h) for e in np.eye(3)]
    np.testing.assert_allclose(gravity_j2(*r), gradient, atol=2e-8)


def test_weight_on_the_ellipsoid() -> None:
    # Normal gravity of WGS-84 is 9.7803253 m/s^2 at the equator and 9.8321849 at the poles
    # (NGA.STND.0036, table 3.7); the equator's includes 0.0339 m/s^2 of rotation.
    equator = -gravity_j2(EARTH_RADIUS_EQUATOR, 0.0, 0.0)[0]
    pole = -gravity_j2(*ecef_from_geodetic(math.pi / 2, 0.0, 0.0))[2]
    assert equator - 7.292115e-5**2 * EARTH_RADIUS_EQUATOR == pytest.approx(9.7803253, abs=1.3e-4)
    assert pole == pytest.approx(9.8321849, abs=1.3e-4)
