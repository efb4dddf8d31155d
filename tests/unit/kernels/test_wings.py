"""Wings that carry a vehicle: straight over the turning Earth, at the speed that thrust gives."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.constants import EARTH_OMEGA, STANDARD_GRAVITY
from opendome.kernels.aero import SEA_LEVEL_DENSITY, wing_lift
from opendome.kernels.atmosphere import density
from opendome.kernels.flight import TOLERANCE, fly_many
from opendome.kernels.frames import ecef_from_eci, ecef_from_geodetic, geocentric_height
from opendome.kernels.midcourse import Drive, round_step
from opendome.kernels.propulsion import Vehicle
from tests.unit.kernels.notional import launch

THRUST, AREA, MASS, STALL = 80.0, 0.006, 6.0, 60.0
FUEL = 0.3  # kg in 100 s
STAGES = np.array(
    [
        [1.0, 0.6, 200.0 * STANDARD_GRAVITY, 0.8, AREA],
        [100.0, FUEL, THRUST * 100.0 / FUEL, 0.0, AREA],
    ]
)
WINGED = Vehicle(STAGES, MASS, MASS / AREA, 0.0, 1.0, 0.0, STALL)


def path(vehicle: Vehicle, elevation_deg: float, seconds: float) -> np.ndarray:
    """Times and Earth-fixed places (k, 4) of a flight at 40 degrees north, towards the east."""
    start = launch(40.0, azimuth_deg=90.0, elevation_deg=elevation_deg)
    flown = fly_many(vehicle, start, seconds, TOLERANCE, 2000)
    knots = flown.knots[0, : flown.n_knots[0]]
    places = [ecef_from_eci(k[None, 1:4], k[None, 4:7], k[0])[0][0] for k in knots]
    return np.column_stack([knots[:, 0], np.array(places)])


def test_it_flies_straight_over_the_turning_earth() -> None:
    steered = path(WINGED, 20.0, 100.0)
    steered = steered[steered[:, 0] > 1.5, 1:]
    way = steered[-1] - steered[0]
    along = way / np.linalg.norm(way)
    off = np.linalg.norm(np.cross(steered - steered[0], along), axis=1)
    assert np.linalg.norm(way) > 10e3
    assert off.max() < 0.1
    falling = path(WINGED._replace(stall_speed=0.0), 20.0, 100.0)
    assert falling[-1, 0] < 40.0  # without wings it is on the ground long before


def test_its_level_speed_is_where_drag_takes_the_thrust() -> None:
    drive = Drive(MASS / AREA, 1000.0, THRUST, MASS, 0.0, AREA, STALL)
    r = tuple(np.array(ecef_from_geodetic(0.0, 0.0, 500.0)))
    v = (0.0, EARTH_OMEGA * r[0] + 100.0, 0.0)
    for _ in range(3000):
        r, v = round_step(r, v, drive, (0.0, 0.0, 0.0), 0.05)
    speed = math.hypot(v[0] + EARTH_OMEGA * r[1], v[1] - EARTH_OMEGA * r[0])
    height = geocentric_height(*r)
    assert 500.0 < height < 600.0  # a straight line leaves the round Earth by s^2 / 2R: 37 m
    fall = 9.8 * math.sin(22e3 / 6.378e6)  # it climbs against the last of its weight
    thrust = THRUST - MASS * fall
    assert speed == pytest.approx(math.sqrt(2.0 * thrust / density(height) / AREA), rel=2e-3)


def test_slow_wings_carry_as_the_square_of_the_speed() -> None:
    r = np.array(ecef_from_geodetic(0.0, 0.0, 0.0))
    full = np.array(wing_lift(*r, 0.0, EARTH_OMEGA * r[0] + 120.0, 0.0, STALL))
    half = np.array(wing_lift(*r, 0.0, EARTH_OMEGA * r[0] + 0.5 * STALL, 0.0, STALL))
    assert full[0] == pytest.approx(9.814 - EARTH_OMEGA**2 * r[0] - 2 * EARTH_OMEGA * 120, abs=2e-3)
    assert np.linalg.norm(half) == pytest.approx(0.25 * 9.78, rel=2e-3)
    assert np.array(wing_lift(*r, 0.0, EARTH_OMEGA * r[0], 0.0, STALL)) == pytest.approx(0.0)
    assert pytest.approx(density(0.0), rel=1e-4) == SEA_LEVEL_DENSITY


def test_guidance_flies_it_as_the_flight_kernel_does() -> None:
    """The round's own step, and the adaptive flight, over a minute of the sustainer."""
    start = launch(0.0, 0.0, azimuth_deg=90.0, elevation_deg=5.0)
    flown = fly_many(WINGED, start, 61.0, TOLERANCE, 2000)
    knots = flown.knots[0, : flown.n_knots[0]]
    first = int(np.searchsorted(knots[:, 0], 1.0))
    r, v, t = tuple(knots[first, 1:4]), tuple(knots[first, 4:7]), knots[first, 0]
    n = 1200
    dt = (knots[-1, 0] - t) / n
    flow = FUEL / 100.0
    for i in range(n):
        mass = MASS + FUEL - flow * (t - 1.0 + i * dt)
        drive = Drive(MASS / AREA, 1000.0, THRUST, mass, flow, AREA, STALL)
        r, v = round_step(r, v, drive, (0.0, 0.0, 0.0), dt)
    assert np.linalg.norm(np.array(r) - knots[-1, 1:4]) < 0.5
    assert np.linalg.norm(np.array(v) - knots[-1, 4:7]) < 0.01
