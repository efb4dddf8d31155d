"""Places and turning frames."""

import math

import numpy as np
import pytest

from opendome.constants import EARTH_OMEGA, EARTH_RADIUS_EQUATOR, EARTH_RADIUS_POLE
from opendome.kernels import frames


@pytest.mark.parametrize(
    ("lat", "lon", "alt", "r_ecef"),
    [
        (0.0, 0.0, 0.0, (EARTH_RADIUS_EQUATOR, 0.0, 0.0)),
        (0.0, math.pi / 2, 1e3, (0.0, EARTH_RADIUS_EQUATOR + 1e3, 0.0)),
        (math.pi / 2, 0.0, 5e5, (0.0, 0.0, EARTH_RADIUS_POLE + 5e5)),
        (-math.pi / 2, 0.0, -50.0, (0.0, 0.0, -EARTH_RADIUS_POLE + 50.0)),
    ],
)
def test_axes_both_ways(
    lat: float, lon: float, alt: float, r_ecef: tuple[float, float, float]
) -> None:
    np.testing.assert_allclose(frames.ecef_from_geodetic(lat, lon, alt), r_ecef, atol=1e-9)
    back = frames.geodetic_from_ecef(*r_ecef)
    assert back[0] == pytest.approx(lat, abs=1e-15)
    assert back[2] == pytest.approx(alt, abs=2e-9)
    assert frames.altitude(*r_ecef) == back[2]


def test_basis_is_right_handed_and_up_follows_altitude() -> None:
    lat, lon = 0.7, -2.1
    basis = frames.enu_basis(lat, lon)
    np.testing.assert_allclose(basis @ basis.T, np.eye(3), atol=1e-15)
    np.testing.assert_allclose(np.cross(basis[0], basis[1]), basis[2], atol=1e-15)
    low = np.array(frames.ecef_from_geodetic(lat, lon, 0.0))
    high = np.array(frames.ecef_from_geodetic(lat, lon, 1e3))
    np.testing.assert_allclose((high - low) / 1e3, basis[2], atol=1e-12)
    north = np.array(frames.ecef_from_geodetic(lat + 1e-7, lon, 0.0)) - low
    assert basis[0] @ north == pytest.approx(0.0, abs=1e-8)
    assert basis[1] @ north > 0.6


def test_a_body_at_rest_on_the_ground_moves_east_in_the_inertial_frame() -> None:
    r_ecef = np.array([[EARTH_RADIUS_EQUATOR, 0.0, 0.0]])
    r_eci, v_eci = frames.eci_from_ecef(r_ecef, np.zeros((1, 3)), 0.0)
    np.testing.assert_allclose(r_eci, r_ecef)
    np.testing.assert_allclose(v_eci, [[0.0, EARTH_OMEGA * EARTH_RADIUS_EQUATOR, 0.0]])
    # After a quarter of a turn it stands on the inertial y axis.
    r_eci, v_eci = frames.eci_from_ecef(r_ecef, np.zeros((1, 3)), 0.5 * math.pi / EARTH_OMEGA)
    np.testing.assert_allclose(r_eci, [[0.0, EARTH_RADIUS_EQUATOR, 0.0]], atol=1e-8)
    np.testing.assert_allclose(v_eci, [[-EARTH_OMEGA * EARTH_RADIUS_EQUATOR, 0.0, 0.0]], atol=1e-12)


def test_inertial_velocity_is_the_derivative_of_inertial_position() -> None:
    rng = np.random.default_rng(4)
    r_ecef, v_ecef = rng.normal(0, 7e6, (5, 3)), rng.normal(0, 3e3, (5, 3))
    t, dt = rng.uniform(0, 3e3, 5), 1e-2
    _, v_eci = frames.ecis_from_ecefs(r_ecef, v_ecef, t)
    after, _ = frames.ecis_from_ecefs(r_ecef + 0.5 * dt * v_ecef, v_ecef, t + 0.5 * dt)
    before, _ = frames.ecis_from_ecefs(r_ecef - 0.5 * dt * v_ecef, v_ecef, t - 0.5 * dt)
    np.testing.assert_allclose((after - before) / dt, v_eci, atol=1e-5)


def test_geocentric_height_is_close_to_the_geodetic_altitude() -> None:
    for alt, allowed in ((0.0, 1e-8), (1e4, 0.06), (1e5, 0.6), (1e6, 6.0)):
        for lat in np.linspace(-1.5, 1.5, 13):
            place = frames.ecef_from_geodetic(float(lat), 0.4, alt)
            assert 0.0 <= frames.geocentric_height(*place) - alt + 1e-8 < allowed + 1e-8
