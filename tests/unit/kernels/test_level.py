"""Level flight: circles, ellipsoid, the two frames, and paths of mixed rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pyproj import Geod

from opendome.constants import EARTH_OMEGA, EARTH_RADIUS_EQUATOR
from opendome.kernels.frames import (
    ecef_from_eci,
    ecef_from_geodetic,
    eci_from_ecef,
    enu_basis,
    geodetic_from_ecef,
)
from opendome.kernels.impact import coast_paths
from opendome.kernels.level import (
    GLIDE_LEAST,
    LIFT_TO_DRAG,
    glided,
    level_step,
    level_step_eci,
    predicted_paths,
)


def flyer(lat, lon, alt, azimuth, speed, climb=0.0):
    """State of a level flyer, angles in degrees."""
    lat, lon, azimuth = np.radians([lat, lon, azimuth])
    v_enu = np.array([speed * np.sin(azimuth), speed * np.cos(azimuth), climb])
    return ecef_from_geodetic(lat, lon, alt), tuple(enu_basis(lat, lon).T @ v_enu)


def test_eastwards_on_the_equator_is_a_circle():
    r, v = flyer(0.0, 0.0, 1000.0, 90.0, 250.0)
    radius = EARTH_RADIUS_EQUATOR + 1000.0
    far, v_far = level_step(r, v, 3600.0)
    angle = 250.0 * 3600.0 / radius
    np.testing.assert_allclose(far, [radius * np.cos(angle), radius * np.sin(angle), 0], atol=1e-6)
    np.testing.assert_allclose(v_far, [-250 * np.sin(angle), 250 * np.cos(angle), 0], atol=1e-9)


@pytest.mark.parametrize("azimuth", [0.0, 37.0, 90.0, 200.0])
def test_goes_where_the_geodesic_goes(azimuth):
    """At no height the way is a geodesic of the ellipsoid, as an independent library has it."""
    r, v = flyer(35.0, 50.0, 0.0, azimuth, 300.0)
    far, _ = level_step(r, v, 1000.0)
    lon, lat, _ = Geod(ellps="WGS84").fwd(50.0, 35.0, azimuth, 300e3)
    wanted = ecef_from_geodetic(np.radians(lat), np.radians(lon), 0.0)
    assert np.linalg.norm(np.subtract(far, wanted)) < 30.0


@pytest.mark.parametrize("azimuth", [0.0, 60.0, 135.0, 290.0])
@pytest.mark.parametrize("alt", [15.0, 15e3])
def test_keeps_height_and_speed(azimuth, alt):
    r, v = flyer(45.0, -20.0, alt, azimuth, 800.0)
    far, v_far = level_step(r, v, 1250.0)
    assert geodetic_from_ecef(*far)[2] == pytest.approx(alt, abs=1.0)
    assert np.linalg.norm(v_far) == pytest.approx(800.0, abs=1e-9)


def test_climbs_evenly_and_goes_back():
    r, v = flyer(-33.0, 151.0, 2000.0, 45.0, 200.0, climb=-5.0)
    far, v_far = level_step(r, v, 300.0)
    assert geodetic_from_ecef(*far)[2] == pytest.approx(500.0, abs=0.5)
    back, v_back = level_step(far, v_far, -300.0)
    np.testing.assert_allclose(back, r, atol=1.0)
    np.testing.assert_allclose(v_back, v, atol=5e-3)


def test_two_steps_are_one():
    r, v = flyer(50.0, 10.0, 100.0, 300.0, 250.0, climb=1.0)
    one = level_step(r, v, 400.0)
    two = level_step(*level_step(r, v, 150.0), 250.0)
    np.testing.assert_allclose(two[0], one[0], atol=0.5)
    np.testing.assert_allclose(two[1], one[1], atol=2e-3)


def test_the_velocity_is_the_slope_of_the_way():
    r, v = flyer(40.0, 30.0, 10e3, 25.0, 900.0, climb=-20.0)
    mid, v_mid = level_step(r, v, 60.0)
    ahead, behind = level_step(r, v, 60.5)[0], level_step(r, v, 59.5)[0]
    np.testing.assert_allclose(np.subtract(ahead, behind), v_mid, atol=0.2)
    assert np.isfinite(mid).all()


def test_inertial_flight_is_the_same_flight():
    r, v = flyer(25.0, 55.0, 500.0, 310.0, 240.0, climb=2.0)
    start = eci_from_ecef(np.array([r]), np.array([v]), 100.0)
    far = level_step_eci(tuple(start[0][0]), tuple(start[1][0]), 700.0)
    r_ecef, v_ecef = ecef_from_eci(np.array([far[0]]), np.array([far[1]]), 800.0)
    wanted = level_step(r, v, 700.0)
    np.testing.assert_allclose(r_ecef[0], wanted[0], atol=1e-6)
    np.testing.assert_allclose(v_ecef[0], wanted[1], atol=1e-9)


def test_at_rest_over_the_ground_it_stays():
    r, _ = flyer(10.0, 20.0, 100.0, 0.0, 0.0)
    far, v_far = level_step(r, (0.0, 0.0, 0.0), 100.0)
    np.testing.assert_allclose(far, r, atol=1e-6)
    assert v_far == (0.0, 0.0, 0.0)
    v_eci = (-EARTH_OMEGA * r[1], EARTH_OMEGA * r[0], 0.0)
    assert np.linalg.norm(level_step_eci(r, v_eci, 10.0)[0]) == pytest.approx(np.linalg.norm(r))


def test_paths_of_level_and_coasting_rows_are_those_of_each_alone():
    pairs = [flyer(30.0, 40.0, h, 80.0, s) for h, s in ((50.0, 60.0), (30e3, 1500.0), (9e3, 900.0))]
    r, v = (np.array([p[k] for p in pairs]) for k in (0, 1))
    log_beta, t = np.full(3, 8.0), np.array([0.0, 10.0, 20.0])
    times = np.tile([15.0, 40.0, 100.0], (3, 1))
    is_level = np.array([True, False, True])
    paths = predicted_paths(r, v, log_beta, is_level, t, times)
    alone = coast_paths(r[1:2], v[1:2], log_beta[1:2], t[1:2], times[1:2])
    np.testing.assert_array_equal(paths[1], alone[0])
    np.testing.assert_allclose(paths[0, 2, :3], level_step(tuple(r[0]), tuple(v[0]), 100.0)[0])
    np.testing.assert_allclose(paths[2, 1, 3:], level_step(tuple(r[2]), tuple(v[2]), 20.0)[1])
    assert np.isnan(paths[2, 0]).all()


def test_a_descending_level_row_ends_at_the_ground():
    r, v = flyer(30.0, 40.0, 100.0, 80.0, 60.0, climb=-2.0)
    one = np.ones(1, bool)
    times = np.array([[20.0, 200.0]])
    paths = predicted_paths(np.array([r]), np.array([v]), np.zeros(1), one, np.zeros(1), times)
    assert geodetic_from_ecef(*paths[0, 0, :3])[2] == pytest.approx(60.0, abs=0.01)
    assert geodetic_from_ecef(*paths[0, 1, :3])[2] == pytest.approx(0.0, abs=0.01)
    assert np.linalg.norm(paths[0, 1, 3:]) == pytest.approx(60.0)


@pytest.mark.parametrize(("fast", "slow"), [(6000.0, 3000.0), (3000.0, 1500.0)])
def test_a_glider_goes_as_far_as_the_closed_form(fast, slow):
    """Equilibrium glide: E/2 R ln((1 - v2^2/gR) / (1 - v1^2/gR)), E. Saenger (1944)."""
    g, radius = 9.80665, 6378137.0
    way, speed, step = 0.0, fast, 1.0
    while speed > slow:
        part, speed = glided(speed, step)
        way += part
    curve = [1.0 - v * v / (g * radius) for v in (slow, fast)]
    assert way == pytest.approx(
        0.5 * LIFT_TO_DRAG * radius * math.log(curve[0] / curve[1]), rel=0.01
    )


def test_what_engines_drive_is_not_slowed():
    assert glided(1100.0, 50.0) == (55e3, 1100.0)
    assert glided(GLIDE_LEAST + 1.0, 1e3)[1] == GLIDE_LEAST
