"""Laws that hold for every place and every orbit."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from opendome.constants import EARTH_MU
from opendome.kernels.frames import (
    altitude,
    ecef_from_eci,
    ecef_from_geodetic,
    eci_from_ecef,
    geodetic_from_ecef,
)
from opendome.kernels.orbits import apogee_radius, kepler
from tests.laws.examples import examples

LAT = st.floats(-math.pi / 2, math.pi / 2)
LON = st.floats(-math.pi, math.pi)
ALT = st.floats(-1e4, 1e8)
SPEED = st.floats(-9000.0, 9000.0)
RULES = examples(200)


@RULES
@given(LAT, LON, ALT)
def test_geodetic_round_trip(lat: float, lon: float, alt: float) -> None:
    place = ecef_from_geodetic(lat, lon, alt)
    back = geodetic_from_ecef(*place)
    again = ecef_from_geodetic(*back)
    assert math.dist(place, again) < 1e-6
    assert altitude(*place) == pytest.approx(alt, abs=1e-6)


@RULES
@given(LAT, LON, ALT, SPEED, SPEED, SPEED, st.floats(-1e6, 1e6))
def test_frames_round_trip_and_keep_lengths(
    lat: float, lon: float, alt: float, vx: float, vy: float, vz: float, t: float
) -> None:
    r_ecef, v_ecef = np.array([ecef_from_geodetic(lat, lon, alt)]), np.array([[vx, vy, vz]])
    r_eci, v_eci = eci_from_ecef(r_ecef, v_ecef, t)
    assert np.linalg.norm(r_eci) == pytest.approx(float(np.linalg.norm(r_ecef)), rel=1e-14)
    back = ecef_from_eci(r_eci, v_eci, t)
    np.testing.assert_allclose(back[0], r_ecef, atol=1e-6)
    np.testing.assert_allclose(back[1], v_ecef, atol=1e-9)


@RULES
@given(LAT, LON, st.floats(1e5, 4e7), SPEED, SPEED, SPEED, st.floats(-2e4, 2e4))
def test_two_body_motion_keeps_energy_and_momentum_and_comes_back(
    lat: float, lon: float, alt: float, vx: float, vy: float, vz: float, dt: float
) -> None:
    y = (*ecef_from_geodetic(lat, lon, alt), vx, vy, vz)
    r, v = np.array(y[:3]), np.array(y[3:])
    momentum = np.cross(r, v)
    # Nearly radial orbits pass the centre of the Earth, where digits are lost.
    assume(np.linalg.norm(momentum) > 1e10)
    end = kepler(y, dt)
    r_end, v_end = np.array(end[:3]), np.array(end[3:])
    scale = EARTH_MU / np.linalg.norm(r)
    energy = 0.5 * v @ v - EARTH_MU / np.linalg.norm(r)
    energy_end = 0.5 * v_end @ v_end - EARTH_MU / np.linalg.norm(r_end)
    assert abs(energy_end - energy) < 1e-6 * scale
    np.testing.assert_allclose(
        np.cross(r_end, v_end), momentum, atol=1e-7 * np.linalg.norm(momentum)
    )
    assert math.hypot(*end[:3]) < apogee_radius(y) * (1 + 1e-9)
    np.testing.assert_allclose(kepler(end, -dt)[:3], y[:3], atol=1e-5 * np.linalg.norm(r))
