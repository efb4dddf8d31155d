"""Laws of flights on wings: constant speed and height, and the aim, from any place to any other."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import Geod

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels.cruise import cruise_many, cruise_room
from opendome.kernels.cruise_way import LEG_SHARE, Flyer
from opendome.kernels.flight import LANDED, Flights
from opendome.kernels.frames import ecefs_from_ecis, geodetics_from_ecefs
from opendome.kernels.paths import path_at
from tests.laws.examples import examples
from tests.unit.kernels.notional import place_at

RULES = examples(60)
WGS84 = Geod(ellps="WGS84")
LATITUDES, LONGITUDES = st.floats(-89.0, 89.0), st.floats(-180.0, 180.0)
BEARINGS = st.floats(0.0, 360.0)


def flyer(speed: float, altitude: float) -> Flyer:
    return Flyer(speed, altitude, 4.0 * STANDARD_GRAVITY, math.radians(15.0), math.radians(30.0))


def fly(kind: Flyer, way: list[tuple[float, float]], t_launch: float) -> Flights:
    launches = np.array([[*way[0], kind.altitude, t_launch]])
    middle = np.array(way[1:-1]).reshape(-1, 2)
    return cruise_many(kind, launches, middle, np.array(way[-1:]), np.array([[2.0, 1e3]]), 600)


@RULES
@given(LATITUDES, LONGITUDES, BEARINGS, st.floats(50.0, 900.0), st.floats(20.0, 12e3),
       st.floats(-150.0, 150.0))  # fmt: skip
def test_speed_and_height_are_constant_and_the_aim_is_hit(
    lat: float, lon: float, bearing: float, speed: float, altitude: float, turn: float
) -> None:
    kind = flyer(speed, altitude)
    corner = place_at(lat, lon, bearing, 400.0)
    assume(abs(corner[0]) < math.radians(89.0))
    end = place_at(math.degrees(corner[0]), math.degrees(corner[1]), bearing + turn, 500.0)
    way, t0 = [(math.radians(lat), math.radians(lon)), corner, end], 1234.5
    share, _ = cruise_room(kind, np.array(way), altitude)
    assume(share <= LEG_SHARE)  # beyond the pole the bearing is another, and the way may turn back
    flights = fly(kind, way, t0)
    assert flights.status[0] == LANDED
    t = np.linspace(t0, flights.impact[0, 0], 400)
    n = int(flights.n_knots[0])
    y = np.array([path_at(flights.knots[0], n, float(x)) for x in t])
    r, v = ecefs_from_ecis(y[:, :3].copy(), y[:, 3:].copy(), t)
    place = geodetics_from_ecefs(r)
    np.testing.assert_allclose(np.linalg.norm(v, axis=1), speed, rtol=2e-4)
    dive = 4.0 * altitude + speed**2 / kind.max_acceleration
    is_level = t < flights.impact[0, 0] - dive / speed
    assert is_level.mean() > 0.85
    np.testing.assert_allclose(place[is_level, 2], altitude, atol=0.3)
    assert abs(place[-1, 2]) < 0.01
    gap = WGS84.inv(*np.degrees(place[-1, [1, 0]]), *np.degrees([end[1], end[0]]))[2]
    assert gap < 0.05
    np.testing.assert_allclose(place[0, 2], altitude, atol=1e-3)


@RULES
@given(LATITUDES, LONGITUDES, BEARINGS, st.floats(50.0, 3000.0))
def test_a_way_without_corners_is_as_long_as_the_geodesic(
    lat: float, lon: float, bearing: float, range_km: float
) -> None:
    kind = flyer(240.0, 0.01)
    end = place_at(lat, lon, bearing, range_km)
    flights = fly(kind, [(math.radians(lat), math.radians(lon)), end], 0.0)
    geodesic = WGS84.inv(lon, lat, math.degrees(end[1]), math.degrees(end[0]))[2]
    flown = flights.impact[0, 0] * kind.speed
    assert flown >= geodesic - 0.05  # nothing is shorter than the geodesic
    assert flown == pytest.approx(geodesic, rel=2e-6)


@RULES
@given(LATITUDES, LONGITUDES, BEARINGS, st.floats(0.0, 5e4))
def test_the_same_way_at_another_time_is_the_same_over_ground(
    lat: float, lon: float, bearing: float, later: float
) -> None:
    kind = flyer(240.0, 100.0)
    way = [(math.radians(lat), math.radians(lon)), place_at(lat, lon, bearing, 300.0)]
    paths = []
    for t0 in (0.0, later):
        flights = fly(kind, way, t0)
        t = np.linspace(t0, flights.impact[0, 0], 60)
        n = int(flights.n_knots[0])
        y = np.array([path_at(flights.knots[0], n, float(x)) for x in t])
        paths.append(ecefs_from_ecis(y[:, :3].copy(), y[:, 3:].copy(), t)[0])
    np.testing.assert_allclose(paths[0], paths[1], atol=0.02)
