"""Flights on wings: lengths and angles in closed form, turns, failures, and ways without room."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_EQUATOR, STANDARD_GRAVITY
from opendome.kernels.cruise import cruise_many, cruise_room
from opendome.kernels.cruise_way import LEG_SHARE, Flyer
from opendome.kernels.flight import KNOTS_FULL, LANDED, Flights
from opendome.kernels.frames import ecefs_from_ecis, geodetics_from_ecefs
from opendome.kernels.paths import path_at

NO_WAY = np.empty((0, 2))


def flyer(speed: float = 240.0, altitude: float = 100.0, g: float = 4.0) -> Flyer:
    return Flyer(speed, altitude, g * STANDARD_GRAVITY, math.radians(15.0), math.radians(30.0))


def rows(*places: tuple[float, float]) -> NDArray[np.float64]:
    """Places in degrees as rows in radians."""
    return np.radians(np.array(places, dtype=np.float64)).reshape(-1, 2)


def fly(
    kind: Flyer,
    way: NDArray[np.float64],
    start: float,
    *,
    t_launch: float = 0.0,
    share: float = 2.0,
    max_knots: int = 400,
) -> Flights:
    launches = np.array([[*way[0], start, t_launch]])
    shares = np.array([[share, 1000.0]])
    middle = np.ascontiguousarray(way[1:-1])
    return cruise_many(kind, launches, middle, way[-1:].copy(), shares, max_knots)


def states(
    flights: Flights, t: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Earth-fixed positions and velocities on the first path."""
    n = int(flights.n_knots[0])
    y = np.array([path_at(flights.knots[0], n, float(x)) for x in t])
    return ecefs_from_ecis(y[:, :3].copy(), y[:, 3:].copy(), t)


@pytest.mark.parametrize("t_launch", [0.0, 5000.0])
def test_time_along_the_equator_in_closed_form(t_launch: float) -> None:
    kind = flyer()
    way = rows((0.0, 179.0), (0.0, -171.0))
    flights = fly(kind, way, kind.altitude, t_launch=t_launch)
    radius = kind.speed**2 / kind.max_acceleration
    angle = math.acos(1.0 - kind.altitude / radius)  # the dive's arc has no room for 30 degrees
    ground = EARTH_RADIUS_EQUATOR * math.radians(10.0)
    level = (ground - radius * math.sin(angle)) * (1.0 + kind.altitude / EARTH_RADIUS_EQUATOR)
    seconds = (level + radius * angle) / kind.speed
    assert flights.impact[0, 0] - t_launch == pytest.approx(seconds, abs=0.01)
    assert flights.t_burnout[0] == t_launch
    np.testing.assert_array_equal(flights.impact[0, 1:3], way[-1])


def test_a_quarter_of_the_meridian_has_its_published_length() -> None:
    # WGS-84: 10,001,965.73 m from the equator to the pole (NGA.STND.0036).
    kind = flyer(altitude=0.01)
    flights = fly(kind, rows((0.0, 30.0), (90.0, 30.0)), 0.01)
    assert flights.impact[0, 0] * kind.speed == pytest.approx(10001965.73, abs=0.3)


def test_speed_and_height_are_kept_and_angles_are_as_asked() -> None:
    kind = flyer(altitude=5000.0)
    way = rows((50.0, 20.0), (51.0, 22.0), (50.0, 24.0))
    flights = fly(kind, way, 300.0, t_launch=77.0)
    t = np.linspace(77.0, flights.impact[0, 0] - 1e-6, 6001)
    r, v = states(flights, t)
    place = geodetics_from_ecefs(r)
    np.testing.assert_allclose(np.linalg.norm(v, axis=1), kind.speed, rtol=2e-5)
    moved = np.linalg.norm(np.diff(r, axis=0), axis=1) / np.diff(t)
    np.testing.assert_allclose(moved, kind.speed, rtol=2e-4)
    assert place[:, 2].max() <= kind.altitude + 0.1
    assert flights.apogee_alt[0] == pytest.approx(kind.altitude)
    is_level = np.flatnonzero(place[:, 2] > kind.altitude - 1.0)
    assert np.all(np.diff(is_level) == 1)  # one stretch, and the long part of the flight
    assert len(is_level) > 0.85 * len(t)
    climb = (place[1:, 2] - place[:-1, 2]) / np.diff(t) / kind.speed
    assert math.degrees(math.asin(climb[2])) == pytest.approx(15.0, abs=0.2)
    assert math.degrees(math.asin(-climb[-3])) == pytest.approx(30.0, abs=0.2)


def test_turns_are_as_tight_as_allowed_and_no_tighter() -> None:
    kind = flyer(altitude=1000.0)
    way = rows((10.0, 0.0), (10.5, 0.0), (10.5, 0.7), (10.1, 0.2))
    flights = fly(kind, way, 1000.0)
    t = np.arange(0.0, flights.impact[0, 0] - 60.0, 0.25)  # up to the dive
    _, v = states(flights, t)
    turning = np.linalg.norm(np.diff(v, axis=0), axis=1) / 0.25
    assert turning.max() < 1.02 * kind.max_acceleration
    radius = kind.speed**2 / kind.max_acceleration
    swept = np.sum(turning[turning > 0.5 * kind.max_acceleration]) * 0.25 / kind.speed
    ahead = np.radians(90.0 + 140.9)  # bearings: north, east, then 231 degrees
    assert swept == pytest.approx(ahead, rel=0.02)
    assert 0.98 * radius < kind.speed**2 / np.median(turning[turning > 30.0]) < 1.03 * radius


def test_the_path_has_no_jumps() -> None:
    kind = flyer()
    way = rows((60.0, 179.5), (60.2, -179.5), (60.8, -179.0), (60.0, -178.0))
    flights = fly(kind, way, 2000.0, t_launch=1e4)
    knots = flights.knots[0, : flights.n_knots[0]]
    assert np.all(np.diff(knots[:, 0]) > 0.0)
    near = np.concatenate([knots[1:-1, 0] - 1e-4, knots[1:-1, 0] + 1e-4])
    r, v = states(flights, np.sort(near))
    assert np.linalg.norm(r[1::2] - r[::2], axis=1).max() < 0.06
    assert np.linalg.norm(v[1::2] - v[::2], axis=1).max() < 0.02


def test_a_failed_one_flies_on_to_its_failure_and_falls_there() -> None:
    kind = flyer(altitude=3000.0)
    way = rows((20.0, 10.0), (21.0, 11.0))
    whole = fly(kind, way, 0.0)
    failed = fly(kind, way, 0.0, share=0.6)
    t_fail = 0.6 * whole.impact[0, 0]
    assert failed.status[0] == LANDED
    assert failed.t_burnout[0] == pytest.approx(t_fail)
    t = np.linspace(0.0, t_fail - 0.1, 50)
    np.testing.assert_allclose(states(failed, t)[0], states(whole, t)[0], atol=0.2)
    # A fall from 3 km takes 24.7 s without air, and air only lengthens it.
    assert 24.7 < failed.impact[0, 0] - t_fail < 36.0
    r, _ = states(failed, np.array([t_fail, failed.impact[0, 0]]))
    ahead = np.linalg.norm(r[1] - r[0])
    assert 3000.0 < ahead < math.hypot(3000.0, 240.0 * 30.0)
    assert abs(geodetics_from_ecefs(r)[1, 2]) < 0.01


def test_no_flight_depends_on_those_beside_it() -> None:
    kind = flyer()
    middle = rows((30.4, 40.2))
    launches = np.column_stack([rows((30, 40), (30.1, 40), (29.9, 39.9)), np.zeros(3), [0, 5, 9]])
    aims = rows((31, 41), (31.1, 41), (31, 41.2))
    shares = np.array([[2.0, 1000.0], [0.3, 1000.0], [2.0, 1000.0]])
    together = cruise_many(kind, launches, middle, aims, shares, 300)
    for i in range(3):
        alone = cruise_many(
            kind, launches[i : i + 1], middle, aims[i : i + 1], shares[i : i + 1], 300
        )
        n = int(alone.n_knots[0])
        assert n == together.n_knots[i]
        np.testing.assert_array_equal(alone.knots[0, :n], together.knots[i, :n])
        np.testing.assert_array_equal(alone.impact[0], together.impact[i])


def test_too_few_knots_are_said() -> None:
    way = rows((30.0, 40.0), (31.0, 41.0))
    assert fly(flyer(), way, 0.0, max_knots=3).status[0] == KNOTS_FULL
    assert fly(flyer(), way, 0.0, share=0.5, max_knots=3).status[0] == KNOTS_FULL


def test_room_for_turns_and_for_climb_and_dive() -> None:
    kind = flyer(speed=1000.0, altitude=14000.0, g=8.0)
    share, spare = cruise_room(kind, rows((0, 0), (0, 3)), 0.0)
    radius = kind.speed**2 / kind.max_acceleration
    climb = (14e3 - radius * (1 - math.cos(math.radians(15)))) / math.tan(math.radians(15))
    dive = (14e3 - radius * (1 - math.cos(math.radians(30)))) / math.tan(math.radians(30))
    arcs = radius * (math.sin(math.radians(15)) + math.sin(math.radians(30)))
    assert share == 0.0
    assert spare == pytest.approx(math.radians(3) * 6371008.8 - climb - dive - arcs, abs=1.0)
    assert cruise_room(kind, rows((0, 0), (0, 0.5)), 0.0)[1] < 0.0
    # A right angle takes one radius of each leg.
    share, _ = cruise_room(kind, rows((0, 0), (0, 1), (1, 1)), 0.0)
    assert share == pytest.approx(radius / math.radians(1) / 6371008.8, rel=0.01)
    assert cruise_room(kind, rows((0, 0), (0, 0.2), (0.2, 0.2)), 0.0)[0] > LEG_SHARE


def test_without_room_it_still_comes_down_on_its_aim() -> None:
    kind = flyer(speed=1000.0, altitude=14000.0, g=8.0)
    for way in (rows((0, 0), (0.0, 0.3)), rows((0, 0), (0, 0.1), (0.1, 0.1), (0.1, 0.0))):
        flights = fly(kind, way, 0.0)
        assert flights.status[0] == LANDED
        last = flights.knots[0, flights.n_knots[0] - 1]
        r, _ = ecefs_from_ecis(last[None, 1:4].copy(), last[None, 4:].copy(), last[:1])
        np.testing.assert_allclose(
            geodetics_from_ecefs(r)[0], [*way[-1], 0.0], atol=1e-3, rtol=1e-9
        )
        assert flights.apogee_alt[0] < 14000.0
