"""Midcourse: the predicted miss against closed forms and a slow integration, and what it asks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from opendome.constants import EARTH_OMEGA, EARTH_RADIUS_EQUATOR
from opendome.kernels.aero import air_velocity
from opendome.kernels.dynamics import coast_acceleration
from opendome.kernels.guidance import (
    ENDED,
    FREE,
    PROPORTIONAL_NAVIGATION,
    RoundKinds,
    Rounds,
    Sky,
    acquire,
    level_acceleration,
    look,
)
from opendome.kernels.homing import News, advance_round, believe, falls_within
from opendome.kernels.level import level_step_eci
from opendome.kernels.midcourse import Course, Drive, midcourse_command, zero_effort_miss
from opendome.world.rounds import no_rounds

FAR = 1e10  # m from the Earth: no gravity to speak of
NOWHERE = Drive(1e30, 0.0, 0.0, 1.0, 0.0, 1.0)
QUIET = (np.zeros(1), np.full(1, -np.inf))  # thrust of what does not burn


def kinds(**changes: float) -> RoundKinds:
    """One aerodynamic system."""
    numbers = {name: np.ones(1) for name in RoundKinds._fields} | {
        "is_divert": np.array([False]),
        "navigation_constant": np.array([4.0]),
        "beta": np.array([1e30]),
        "free_time": np.zeros(1),
        "sustain_time": np.zeros(1),
        "cos_field": np.array([-1.0]),
        "acquisition_range": np.array([1e5]),
        "band": np.ones(1, dtype=np.int64),
        "vehicles": np.ones(1, dtype=np.int64),
    }
    numbers |= {name: np.array([value]) for name, value in changes.items()}
    return RoundKinds(**(numbers | {"noise": 23}))


def one_round(r: tuple, v: tuple, q: tuple, s: tuple) -> Rounds:
    """A round that believes its threat at (q, s)."""
    columns: dict = {
        k: np.zeros((1, *c.shape[1:]), c.dtype) for k, c in no_rounds()._asdict().items()
    }
    rounds = Rounds(**columns)
    rounds.law[0], rounds.phase[0], rounds.target[0] = PROPORTIONAL_NAVIGATION, FREE, -1
    rounds.believed_beta[0] = 1e30
    rounds.r[0], rounds.v[0], rounds.believed_r[0], rounds.believed_v[0] = r, v, q, s
    return rounds


R, V = (FAR, 0.0, 0.0), (0.0, 900.0, 30.0)
Q, S = (FAR + 2e3, 50e3, 1e3), (-10.0, -250.0, 0.0)


def test_a_constant_velocity_target_is_missed_by_the_straight_lines() -> None:
    """Zarchan, chapter 2: ZEM = r + v t_go, all of it across the relative velocity at the end."""
    miss, t_go = zero_effort_miss(R, V, NOWHERE, Q, S, Course(1e30, 0))
    d, w = np.subtract(Q, R), np.subtract(S, V)
    expected = -np.dot(d, w) / np.dot(w, w)
    assert t_go == pytest.approx(expected, rel=1e-6)
    np.testing.assert_allclose(miss, d + expected * w, atol=1e-2)
    assert abs(np.dot(miss, w)) < 1e-3 * np.linalg.norm(miss) * np.linalg.norm(w)


def test_what_it_asks_is_proportional_navigation_where_both_fly_straight() -> None:
    """Zarchan, chapter 2: N' ZEM / t_go^2, across the line of sight, is N' V_c lambda_dot."""
    q = (FAR + 20.0, 50e3, 10.0)  # nearly on a collision course, where the law is linear
    asked = np.array(midcourse_command(one_round(R, (0.0, 900.0, 0.0), q, S), 0, kinds()))
    d, w = np.subtract(q, R), np.subtract(S, (0.0, 900.0, 0.0))
    distance = np.linalg.norm(d)
    u = d / distance
    closing, rate = -np.dot(w, u), (w - np.dot(w, u) * u) / distance
    np.testing.assert_allclose(asked - np.dot(asked, u) * u, 4.0 * closing * rate, rtol=2e-2)


def test_a_command_is_held_for_a_twentieth_of_the_time_to_go() -> None:
    rounds, system = one_round(R, V, Q, S), kinds()
    first = midcourse_command(rounds, 0, system)
    assert rounds.t_steer[0] == pytest.approx(2.0)  # of 43 s; two at most
    rounds.believed_r[0, 2] += 1e3
    rounds.t[0] = 1.9
    assert midcourse_command(rounds, 0, system) == first
    rounds.t[0] = 2.0
    assert midcourse_command(rounds, 0, system) != first


def twin_step(t: float, y: np.ndarray, drive: Drive) -> np.ndarray:
    """Slope of a sustained round, y = (r, v)."""
    burns = t < drive.rest
    mass = drive.mass - drive.flow * min(t, drive.rest)
    beta = mass / drive.drag_area if burns else drive.beta
    a = np.array(coast_acceleration(*y, beta))
    if burns:
        *w, speed = air_velocity(y[0], y[1], y[3], y[4], y[5])
        a = a + drive.thrust / mass / speed * np.array(w)
    return np.concatenate([y[3:], a])


@pytest.mark.parametrize(("height", "up"), [(50.0, 0.2), (9e3, 0.45)])
def test_prediction_of_a_sustained_round_and_a_level_threat_is_that_of_a_slow_one(
    height: float, up: float
) -> None:
    """Against DOP853 of the round, and the level flyer in one exact step, closest by trial."""
    drive = Drive(10e3, 12.0, 40e3, 620.0, 16.0, 0.05)
    place = EARTH_RADIUS_EQUATOR + 2e3
    r = (place, 0.0, 0.0)
    v = (900.0 * math.sin(up), place * EARTH_OMEGA - 900.0 * math.cos(up), 50.0)
    q = tuple((EARTH_RADIUS_EQUATOR + height) * np.array([math.cos(6e-3), -math.sin(6e-3), 0.0]))
    s = (-EARTH_OMEGA * q[1] + 1.5, EARTH_OMEGA * q[0] + 250.0, 0.0)
    miss, t_go = zero_effort_miss(r, v, drive, q, s, Course(1.0, 1))
    options = {"method": "DOP853", "rtol": 1e-10, "atol": 1e-6, "dense_output": True}
    burn = solve_ivp(twin_step, (0.0, drive.rest), [*r, *v], args=(drive,), **options)
    end = burn.y[:, -1]
    spent = drive._replace(rest=-1.0)
    coast = solve_ivp(twin_step, (drive.rest, 120.0), end, args=(spent,), **options)

    def apart(t: float) -> np.ndarray:
        here = (burn if t < drive.rest else coast).sol(t)[:3]
        return np.array(level_step_eci(q, s, t)[0]) - here

    times = np.arange(t_go - 3.0, t_go + 3.0, 1e-3)
    exact = min((apart(t) for t in times), key=lambda d: float(np.linalg.norm(d)))
    assert 10.0 < t_go < 60.0
    assert np.linalg.norm(np.subtract(miss, exact)) < 25.0  # m, after 33 s and 40 km
    straight = np.subtract(q, r) + t_go * np.subtract(s, v)
    assert np.linalg.norm(straight - exact) > 500.0  # thrust, drag and gravity count


def test_acceleration_of_a_level_flyer_is_the_slope_of_its_motion() -> None:
    q = (4.5e6, 1.0e6, 4.4e6)
    s = (-EARTH_OMEGA * q[1] + 150.0, EARTH_OMEGA * q[0] + 200.0, -199.0)
    up = np.array(q) / np.linalg.norm(q)
    s = tuple(np.array(s) - np.dot(np.array(s), up) * up)
    before, after = level_step_eci(q, s, -1.0)[1], level_step_eci(q, s, 1.0)[1]
    slope = np.subtract(after, before) / 2.0
    np.testing.assert_allclose(level_acceleration(q, s), slope, atol=3e-4)


@pytest.mark.compiled
def test_averaged_looks_are_as_quiet_as_their_number_says() -> None:
    """Spread of the filtered line of sight far out (5 looks to one) and near (1)."""
    spread = {}
    for t_go in (100.0, 0.1):
        found = []
        for run in range(200):
            system = kinds(sigma_angle=1e-3, look_interval=0.01)
            rounds = one_round(R, (0.0, 0.0, 0.0), (FAR, 50e3, 0.0), (0.0, 0.0, 0.0))
            path = np.array([[0.0, FAR, 50e3, 0, 0, 0, 0], [100.0, FAR, 50e3, 0, 0, 0, 0]])
            zero = np.zeros(1, dtype=np.int64)
            sky = Sky(1, path, zero, zero + 2, np.array([-1.0]), np.array([1e9]))
            rounds.run[0] = run
            acquire(rounds, 0, system, sky, 1)
            for _ in range(12):
                look(rounds, 0, system, (0.0, 50e3, 0.0), t_go, 3)
            found.append(rounds.u[0, 0])
        spread[t_go] = np.std(found)
        assert rounds.t_look[0] == pytest.approx(12 * (0.05 if t_go > 1.0 else 0.01))
    assert spread[0.1] / spread[100.0] == pytest.approx(math.sqrt(5.0), rel=0.2)


@pytest.mark.parametrize(("climb", "phase"), [(900.0, FREE), (-900.0, ENDED)])
def test_a_round_that_falls_behind_is_lost_only_when_it_no_longer_climbs(
    climb: float, phase: int
) -> None:
    q, s = (FAR + 2e3, 50e3, 0.0), (0.0, 300.0, 0.0)
    rounds = one_round(R, (climb, 100.0, 0.0), q, s)
    zero = np.zeros(1, dtype=np.int64)
    path = np.array([[0.0, *q, *s], [100.0, *np.add(q, np.multiply(100.0, s)), *s]])
    sky = Sky(1, path, zero, zero + 2, np.array([-1.0]), np.array([1e9]))
    advance_round(rounds, 0, 2.0, kinds(acquisition_range=1e3), sky, 1)
    assert rounds.phase[0] == phase


def test_of_two_in_line_the_seeker_takes_the_one_at_the_believed_distance() -> None:
    """The one behind is nearer to the line of sight, the one that was handed over to its place."""
    rounds = one_round(R, (0.0, 900.0, 0.0), (FAR + 10.0, 12e3, 0.0), S)
    places = ((FAR + 2e2, 12e3, 0.0), (FAR, 18e3, 0.0), (FAR, -11e3, 0.0))
    path = np.array([[t, *q, 0.0, 0.0, 0.0] for q in places for t in (0.0, 100.0)])
    three = np.arange(3)
    sky = Sky(3, path, 2 * three, 0 * three + 2, np.full(3, -1.0), np.full(3, 1e9))
    acquire(rounds, 0, kinds(cos_field=0.7), sky, 1)
    assert rounds.target[0] == 0


def test_a_body_falls_within_the_time_of_its_parabola() -> None:
    """From 500 m without climb: sqrt(2 h / g) = 10.1 s; at orbital speed it never falls."""
    radius = 6378137.0 + 500.0
    assert not falls_within((radius, 0.0, 0.0), (0.0, 0.0, 0.0), 10.0)
    assert falls_within((radius, 0.0, 0.0), (0.0, 0.0, 0.0), 10.2)
    assert falls_within((radius, 0.0, 0.0), (-100.0, 0.0, 0.0), 5.0)
    assert not falls_within((radius, 0.0, 0.0), (0.0, 7950.0, 0.0), 1000.0)


@pytest.mark.parametrize(("height", "believed"), [(100.0, 1), (20e3, 0)])
def test_a_round_sent_at_a_flyer_believes_a_fall_only_of_what_will_not_hit_the_ground(
    height: float, believed: int
) -> None:
    """30 km away at 250 m/s against 500: 40 s, in which a body falls 8 km."""
    here = (6378137.0 + height, 0.0, 0.0)
    rounds = one_round(here, (0.0, 500.0, 0.0), here, S)
    rounds.believed_level[0] = 1
    r, v = np.array([[6378137.0 + height, 30e3, 0.0]]), np.array([[0.0, -250.0, 0.0]])
    news = News(np.zeros(1), r, v, np.array([1000.0]), np.array([False]), *np.zeros((2, 1)), *QUIET)
    believe(rounds, np.array([0]), news)
    assert rounds.believed_level[0] == believed


@pytest.mark.parametrize(("off", "target"), [(29e3, 0), (31e3, -1)])
def test_what_is_far_from_the_believed_place_is_not_what_the_seeker_was_sent_for(
    off: float, target: int
) -> None:
    rounds = one_round(R, (0.0, 900.0, 0.0), (FAR, 50e3, 0.0), S)
    path = np.array([[t, FAR + off, 50e3, 0.0, 0.0, 0.0, 0.0] for t in (0.0, 100.0)])
    zero = np.zeros(1, dtype=np.int64)
    sky = Sky(1, path, zero, zero + 2, np.array([-1.0]), np.array([1e9]))
    acquire(rounds, 0, kinds(acquisition_range=1e5), sky, 1)
    assert rounds.target[0] == target
