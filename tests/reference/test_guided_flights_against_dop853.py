"""Glides, steered ways down and flights by way of an orbit against their twins."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from opendome.constants import EARTH_OMEGA, STANDARD_GRAVITY
from opendome.kernels.flight import TOLERANCE, Flights, fly_many
from opendome.kernels.frames import ecef_from_geodetic, eci_from_ecef
from opendome.kernels.glide import Glider, glide_home
from opendome.kernels.orbital import Bus, Orbitals, fly_orbitals
from opendome.kernels.paths import path_at
from opendome.kernels.quasi_ballistic import Fins, hand_over, steer_down
from tests.reference import guided_twins as twins
from tests.reference.test_flight_against_dop853 import Twin, geodetic
from tests.unit.kernels.notional import LIQUID, distance, launch, place_at, vehicle

pytestmark = pytest.mark.compiled

G = STANDARD_GRAVITY
GLIDER = Glider(5000.0, 2.6, math.radians(10.0), 25 * G, 1e9, 0.05)
MISSILE = vehicle([(45.0, 3000.0, 265.0, 0.0, 0.1)], 800.0, 12000.0, 1.0, 8.0)
FINS = Fins(30e3, 20 * G, 60e3, 5 * G, 6.0)
BUS = Bus(180e3, 12.0, 300.0)
# Latitude and azimuth deg, speed m/s, height m, range km, aim beside deg.
GLIDES = [
    (0.0, 0.0, 2200.0, 36e3, 300.0, 0.0),
    (40.0, 90.0, 2600.0, 34e3, 380.0, 12.0),
    (-60.0, 250.0, 1900.0, 31e3, 240.0, -20.0),
]
ORBITS = [((40.0, -100.0), False), ((-20.0, 20.0), True)]  # aim deg, the long way


def begin(lat_deg: float, speed: float, height: float, azimuth_deg: float) -> np.ndarray:
    """Level over the turning Earth at longitude zero, at time zero."""
    lat, azimuth = math.radians(lat_deg), math.radians(azimuth_deg)
    r = np.array(ecef_from_geodetic(lat, 0.0, height))
    north = np.array([-math.sin(lat), 0.0, math.cos(lat)])
    v = speed * (math.cos(azimuth) * north + math.sin(azimuth) * np.array([0.0, 1.0, 0.0]))
    r_eci, v_eci = eci_from_ecef(r[None], v[None], 0.0)
    return np.concatenate([r_eci[0], v_eci[0]])


def gap_along(knots: np.ndarray, path: list) -> float:
    """Largest distance between knots and the twin at the same times."""
    at = {round(t, 6): y for t, y in path[:-1]}
    rows = [k for k in knots if round(k[0], 6) in at]
    assert len(rows) > 20
    return max(math.dist(k[1:4], at[round(k[0], 6)][:3]) for k in rows)


@pytest.mark.parametrize(
    ("lat_deg", "azimuth_deg", "speed", "height", "range_km", "beside_deg"),
    [*GLIDES[:2], pytest.param(*GLIDES[2], marks=pytest.mark.nightly)],
)
def test_a_glide(
    lat_deg: float, azimuth_deg: float, speed: float, height: float, range_km: float,
    beside_deg: float,
) -> None:  # fmt: skip
    start = begin(lat_deg, speed, height, azimuth_deg)
    aim = np.array(
        ecef_from_geodetic(*place_at(lat_deg, 0.0, azimuth_deg + beside_deg, range_km), 0.0)
    )
    knots = np.empty((4000, 7))
    done = glide_home(knots, 0, (0.0, tuple(start)), GLIDER, aim[None])
    path, t_dive = twins.glide_home(start, aim, GLIDER, 600.0)
    assert t_dive > 50.0
    assert gap_along(knots[: done.n], path) < 2.0
    t, y = path[-1]
    assert done.t == pytest.approx(t, abs=0.01)
    assert math.dist(done.y[:3], y[:3]) < 1.0
    assert np.linalg.norm(y[:3] - twins.inertial(aim, t)) < 2.0


@pytest.mark.parametrize(("swing", "beside_km"), [(0.0, 0.0), (2.0, 4.0)])
def test_a_steered_way_down(swing: float, beside_km: float) -> None:
    row = launch(35.0, 40.0, azimuth_deg=70.0, elevation_deg=50.0, t_cut=40.0)
    flights = fly_many(MISSILE, row, 3600.0, TOLERANCE, 512)
    n = int(flights.n_knots[0])
    _, t = hand_over(flights.knots[0], n, flights.t_burnout[0], FINS.altitude)
    start = np.array(path_at(flights.knots[0], n, t))
    lat, lon = np.degrees(flights.impact[0, 1:3])
    aim = np.array([place_at(float(lat), float(lon), 160.0, beside_km)])
    steer_down(flights, FINS, MISSILE.payload_beta, aim, np.array([swing]), np.ones(1, np.bool_))
    target = np.array(ecef_from_geodetic(*aim[0], 0.0))
    path = twins.steer_down((t, start), target, FINS, swing, MISSILE.payload_beta)
    assert gap_along(knots_of(flights), path) < 0.2
    assert flights.impact[0, 0] == pytest.approx(path[-1][0], abs=0.01)
    assert distance(*flights.impact[0, 1:3], *ground(*path[-1])) < 0.1


def knots_of(flights: Flights) -> np.ndarray:
    return flights.knots[0, : int(flights.n_knots[0])]


def ground(t: float, y: np.ndarray) -> tuple[float, float]:
    """Latitude and longitude below an inertial state."""
    return geodetic(y[:3])[0], math.atan2(y[1], y[0]) - EARTH_OMEGA * t


def orbital_twin(found: Orbitals) -> tuple[float, np.ndarray]:
    """Time and state on the ground of the twin of a flight; it checks when the insertion ends."""
    twin, beta = Twin(LIQUID, found.launches[:1]), LIQUID.payload_beta
    for start, end in pairwise(twin.bounds):
        twin.arc(start, end, 0.5 * (start + end))
    seconds, y = twins.insert(twin.y, BUS, beta)
    tau = twin.bounds[-1] + seconds
    assert found.t_insertion[0] == pytest.approx(tau, abs=0.05)
    waited, y = twins.fall(y, beta, found.solutions[0, 1] - tau)
    y[3:] *= 1.0 - BUS.brake / np.linalg.norm(y[3:])
    fallen, y = twins.fall(y, beta, 5000.0)
    return tau + waited + fallen, y


@pytest.mark.parametrize(("aim", "is_long"), ORBITS)
def test_a_flight_by_way_of_an_orbit(aim: tuple[float, float], is_long: bool) -> None:
    row = launch(40.0, 110.0, elevation_deg=82.0, t_cut=215.0)
    found = fly_orbitals(LIQUID, BUS, row, np.radians([aim]), is_long, np.empty((0, 2)), 512)
    assert found.miss[0] < 1.0
    t, y = orbital_twin(found)
    assert found.flights.impact[0, 0] == pytest.approx(t, abs=0.02)
    assert distance(*found.flights.impact[0, 1:3], *ground(t, y)) < 5.0
