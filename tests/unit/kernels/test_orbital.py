"""Into orbit and out of it again: level at insertion, on the orbit of two bodies, at its aim."""

import math

import numpy as np
import pytest

from opendome.constants import EARTH_MU, EARTH_RADIUS_EQUATOR
from opendome.kernels.aim import GUESS, solve_aims
from opendome.kernels.aim_start import CUTOFF, SOLVED
from opendome.kernels.flight import LANDED
from opendome.kernels.frames import geocentric_height
from opendome.kernels.orbital import Bus, Orbitals, east_north, first_guess, fly_orbitals
from opendome.kernels.orbits import kepler
from opendome.kernels.paths import path_at
from tests.unit.kernels.notional import LIQUID, distance, launch, place_at

pytestmark = pytest.mark.compiled

BUS = Bus(180e3, 12.0, 300.0)
START = (40.0, 110.0)


def flown(aim_deg: tuple[float, float], is_long: bool, bus: Bus = BUS) -> Orbitals:
    row = launch(*START)
    aim = np.radians([aim_deg])
    azimuth, _ = first_guess(bus, row[0], aim[0], is_long)
    short = np.array([[*place_at(*START, math.degrees(azimuth), 2500.0), bus.altitude]])
    fit = solve_aims(LIQUID, row, short, CUTOFF, 5e3, np.empty((0, GUESS)))
    assert fit.status[0] == SOLVED
    return fly_orbitals(LIQUID, bus, fit.launches, aim, is_long, np.empty((0, 2)), 512)


@pytest.mark.parametrize("is_long", [False, True])
@pytest.mark.parametrize("aim", [(40.0, -100.0), (47.0, -122.0), (30.0, -90.0), (-20.0, 20.0)])
def test_it_comes_down_at_its_aim(aim: tuple[float, float], is_long: bool) -> None:
    found = flown(aim, is_long)
    flights = found.flights
    assert flights.status[0] == LANDED
    assert distance(*flights.impact[0, 1:3], *np.radians(aim)) < 20.0
    minutes = flights.impact[0, 0] / 60.0
    arc = distance(*np.radians(START), *np.radians(aim)) / 6371e3
    swept = 2.0 * math.pi - arc if is_long else arc
    assert minutes == pytest.approx(88.0 * swept / (2.0 * math.pi) + 5.0, abs=5.0)


@pytest.mark.parametrize("altitude", [130e3, 180e3, 250e3])
def test_the_orbit_is_circular_and_level(altitude: float) -> None:
    found = flown((47.0, -122.0), True, BUS._replace(altitude=altitude))
    flights = found.flights
    knots, n = flights.knots[0], int(flights.n_knots[0])
    y = path_at(knots, n, found.t_insertion[0])
    r, v = np.array(y[:3]), np.array(y[3:])
    assert np.linalg.norm(r) == pytest.approx(EARTH_RADIUS_EQUATOR + altitude, abs=2e3)
    assert np.linalg.norm(v) == pytest.approx(math.sqrt(EARTH_MU / np.linalg.norm(r)), rel=1e-3)
    assert abs(r @ v) / np.linalg.norm(r) < 15.0  # m/s
    later = found.t_insertion[0] + 600.0
    along = np.array(kepler(y, 600.0))
    assert np.linalg.norm(along[:3] - path_at(knots, n, later)[:3]) < 10e3  # J2 and air
    tau = found.solutions[0, 1]
    inside = [k for k in knots[:n] if found.t_insertion[0] < k[0] < tau]
    heights = [geocentric_height(*k[1:4]) for k in inside]
    assert altitude - 8e3 < min(heights) < max(heights) < altitude + 35e3


def test_a_stronger_brake_comes_down_later_and_steeper() -> None:
    soft, hard = (flown((47.0, -122.0), True, BUS._replace(brake=b)) for b in (150.0, 400.0))
    wait = [f.flights.impact[0, 0] - f.solutions[0, 1] for f in (soft, hard)]
    assert wait[0] > wait[1] + 200.0


def test_east_and_north_of_an_aim() -> None:
    aim = np.radians([30.0, 50.0])
    e, n = east_north(math.radians(31.0), math.radians(50.0), aim)
    assert (e, n) == pytest.approx((0.0, 6371e3 * math.radians(1.0)), rel=1e-3, abs=1.0)
    e, n = east_north(math.radians(30.0), math.radians(49.0), aim)
    assert e == pytest.approx(-6371e3 * math.radians(1.0) * math.cos(math.radians(30.0)), rel=1e-3)
