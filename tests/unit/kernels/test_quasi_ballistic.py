"""The steered way down: it hits, it weaves, and without fins it is the ballistic one."""

import math

import numpy as np
import pytest

from opendome.constants import EARTH_OMEGA, STANDARD_GRAVITY
from opendome.kernels.aero import air_velocity
from opendome.kernels.aim import GUESS, solve_aims
from opendome.kernels.aim_start import CUTOFF, SOLVED
from opendome.kernels.atmosphere import density_fast
from opendome.kernels.flight import LANDED, TOLERANCE, Flights, fly_many
from opendome.kernels.frames import (
    ecef_from_geodetic,
    ecefs_from_ecis,
    geocentric_height,
    geodetics_from_ecefs,
    turned,
)
from opendome.kernels.paths import path_at
from opendome.kernels.quasi_ballistic import Fins, fins_command, held_step, steer_down
from tests.unit.kernels.notional import distance, launch, place_at, vehicle

G = STANDARD_GRAVITY
MISSILE = vehicle([(45.0, 3000.0, 265.0, 0.0, 0.1)], 800.0, 12000.0, 1.0, 8.0)
FINS = Fins(30e3, 20 * G, 60e3, 5 * G, 6.0)
AIM = np.array([[*place_at(35.0, 40.0, 70.0, 450.0), 60e3]])


def ballistic() -> Flights:
    solved = solve_aims(MISSILE, launch(35.0, 40.0), AIM, CUTOFF, 5.0, np.empty((0, GUESS)))
    assert solved.status[0] == SOLVED
    return fly_many(MISSILE, solved.launches, 3600.0, TOLERANCE, 512)


def steered(fins: Fins, swing: float = 0.0, aim: np.ndarray = AIM) -> Flights:
    flights = ballistic()
    steer_down(
        flights, fins, MISSILE.payload_beta, aim[:, :2].copy(), np.array([swing]), np.ones(1, bool)
    )
    return flights


@pytest.mark.parametrize("swing", [0.0, 1.0, 2.5, 5.0])
def test_it_hits_whatever_the_phase_of_its_weave(swing: float) -> None:
    flights = steered(FINS, swing)
    assert flights.status[0] == LANDED
    assert distance(*flights.impact[0, 1:3], *AIM[0, :2]) < 2.0


@pytest.mark.parametrize(("bearing", "metres"), [(0.0, 3000.0), (90.0, 3000.0), (200.0, 4000.0)])
def test_it_steers_to_an_aim_beside_its_arc(bearing: float, metres: float) -> None:
    lat, lon = np.degrees(AIM[0, :2])
    there = place_at(float(lat), float(lon), bearing, metres / 1e3)
    aim = np.array([[*there, math.nan]])
    impact = steered(FINS, 1.0, aim).impact[0]
    assert distance(impact[1], impact[2], *there) < 3.0


def test_without_fins_it_falls_as_the_adaptive_integrator_says() -> None:
    plain, limp = ballistic(), steered(FINS._replace(max_acceleration=0.0))
    assert limp.impact[0, 0] == pytest.approx(plain.impact[0, 0], abs=0.002)
    assert distance(*limp.impact[0, 1:3], *plain.impact[0, 1:3]) < 3.0
    assert limp.impact[0, 3] == pytest.approx(plain.impact[0, 3], abs=0.5)


def test_the_boost_and_the_arc_are_untouched() -> None:
    plain, flights = ballistic(), steered(FINS)
    n = int(flights.n_knots[0])
    heights = [geocentric_height(*flights.knots[0, i, 1:4]) for i in range(n)]
    top = int(np.argmax(heights))
    np.testing.assert_array_equal(flights.knots[0, : top + 1], plain.knots[0, : top + 1])
    assert flights.t_burnout[0] == plain.t_burnout[0]
    assert np.all(np.diff(flights.knots[0, :n, 0]) > 0.0)


def test_it_weaves_from_side_to_side() -> None:
    apart = []
    t_end = steered(FINS).impact[0, 0]
    t = np.arange(t_end - 40.0, t_end - 12.0, 0.1)
    for swing in (0.0, math.pi):
        flights = steered(FINS, swing)
        n = int(flights.n_knots[0])
        y = np.array([path_at(flights.knots[0], n, x) for x in t])
        apart.append(ecefs_from_ecis(y[:, :3].copy(), y[:, 3:].copy(), t)[0])
    gap = apart[1] - apart[0]
    side = gap @ np.linalg.svd(gap)[2][0]
    pull = np.gradient(np.gradient(side, 0.1), 0.1)[3:-3]
    # Two weaves of opposite phase differ by twice the amplitude, and change side each half period.
    assert 0.5 < np.abs(pull).max() / (2 * FINS.weave_acceleration) < 1.5
    changes = np.sum(np.diff(np.sign(pull)) != 0)
    assert changes == pytest.approx(28.0 / (0.5 * FINS.weave_period), abs=2)


def test_commands_push_across_the_air_stream_within_their_limit() -> None:
    flights = ballistic()
    n = int(flights.n_knots[0])
    aim = ecef_from_geodetic(AIM[0, 0], AIM[0, 1], 0.0)
    strengths = []
    for t in np.linspace(flights.impact[0, 0] - 60.0, flights.impact[0, 0] - 0.5, 40):
        y = path_at(flights.knots[0], n, float(t))
        x, w = turned(aim[0] + 4000.0, aim[1], EARTH_OMEGA * t)
        a = np.array(fins_command(y, float(t), (x, w, aim[2]), FINS, 0.5))
        *stream, speed = air_velocity(y[0], y[1], y[3], y[4], y[5])
        assert abs(a @ np.array(stream)) <= 1e-9 * np.linalg.norm(a) * speed + 1e-6
        pressure = 0.5 * density_fast(geocentric_height(*y[:3])) * speed**2
        limit = FINS.max_acceleration * min(1.0, pressure / FINS.full_pressure)
        strengths.append(np.linalg.norm(a) / limit)
    assert max(strengths) == pytest.approx(1.0)
    assert np.all(np.array(strengths) <= 1.0 + 1e-9)


def test_a_row_that_is_not_steered_stays() -> None:
    plain, flights = ballistic(), ballistic()
    steer_down(flights, FINS, 12000.0, AIM[:, :2].copy(), np.zeros(1), np.zeros(1, bool))
    np.testing.assert_array_equal(flights.impact, plain.impact)
    last = flights.knots[0, int(flights.n_knots[0]) - 1]
    r, _ = ecefs_from_ecis(last[None, 1:4].copy(), last[None, 4:].copy(), last[:1])
    assert abs(geodetics_from_ecefs(r)[0, 2]) < 0.01


def test_a_body_that_falls_onto_its_aim_is_left_alone() -> None:
    x, y, z = ecef_from_geodetic(0.5, 0.3, 60e3)
    state = (x, y, z, -900.0, 300.0, 1200.0)
    end = state
    for _ in range(200):
        end = held_step(end, (0.0, 0.0, 0.0), 1e15, 0.1)
    aim = (*turned(end[0], end[1], -20.0 * EARTH_OMEGA), end[2])
    strong = Fins(30e3, 1e3 * G, 1e-9, 0.0, 6.0)  # whatever the air gives
    assert np.linalg.norm(fins_command(state, 0.0, aim, strong, 0.0)) < 1.5
    beside = (aim[0], aim[1] + 2000.0, aim[2])
    assert np.linalg.norm(fins_command(state, 0.0, beside, strong, 0.0)) > 10.0
