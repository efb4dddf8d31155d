"""Zero-effort miss: predicted against Kepler's closed form, nulled in midcourse, homed on."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.constants import EARTH_OMEGA
from opendome.kernels.flight import TOLERANCE, fly_many
from opendome.kernels.guidance import (
    ENDED,
    FREE,
    PROPORTIONAL_NAVIGATION,
    ZERO_EFFORT_MISS,
    RoundKinds,
    Rounds,
    Sky,
    coast_step,
    limit,
)
from opendome.kernels.homing import advance_round, correct_courses
from opendome.kernels.midcourse import Course, Drive, zero_effort_miss
from opendome.kernels.orbits import kepler
from opendome.kernels.paths import path_at
from opendome.kernels.propulsion import Vehicle
from opendome.world.rounds import no_rounds

VACUUM = 1e30  # kg/m^2: no drag
FAR = 3e7  # m from the Earth's centre, where oblateness is 2e-4 of what it is at the ground
AVAILABLE = 1000.0  # m/s of divert
COASTING = Drive(VACUUM, 0.0, 0.0, 1.0, 0.0, 1.0)
FALL = Course(VACUUM, 0)


def kinds(acquisition: float, lag: float = 0.02) -> RoundKinds:
    """One divert system with a perfect seeker."""
    numbers = dict.fromkeys(RoundKinds._fields, np.zeros(1))
    numbers |= {
        "is_divert": np.array([True]),
        "max_acceleration": np.array([200.0]),
        "lag": np.array([lag]),
        "full_pressure": np.array([1.0]),
        "navigation_constant": np.array([4.0]),
        "acquisition_range": np.array([acquisition]),
        "cos_field": np.array([-1.0]),
        "look_interval": np.array([0.02]),
        "beta": np.array([VACUUM]),
        "mass": np.array([1.0]),
        "drag_area": np.array([1.0]),
        "band": np.zeros(1, dtype=np.int64),
        "vehicles": np.ones(1, dtype=np.int64),
    }
    return RoundKinds(**(numbers | {"noise": 23}))


def one_round(r: tuple, v: tuple, q: tuple, s: tuple, law: int) -> Rounds:
    """A round at (r, v) that believes its threat at (q, s), all exact, at t = 0."""
    columns = {k: np.zeros((1, *c.shape[1:]), c.dtype) for k, c in no_rounds()._asdict().items()}
    rounds = Rounds(**columns)
    rounds.law[0], rounds.phase[0], rounds.target[0] = law, FREE, -1
    rounds.divert[0], rounds.miss[0], rounds.believed_beta[0] = AVAILABLE, np.inf, VACUUM
    rounds.r[0], rounds.v[0], rounds.believed_r[0], rounds.believed_v[0] = r, v, q, s
    return rounds


def sky_of(q: tuple, s: tuple, seconds: float) -> Sky:
    """One threat that coasts from (q, s) at t = 0."""
    times = np.arange(0.0, seconds, 0.05)
    path = np.zeros((len(times), 7))
    path[:, 0] = times
    for row in path:
        row[1:4], row[4:7] = q, s
        q, s = coast_step(q, s, VACUUM, (0.0, 0.0, 0.0), 0.05)
    one = np.zeros(1, dtype=np.int64)
    return Sky(1, path, one, np.array([len(times)]), np.array([0.0]), np.array([1e9]))


def closest(r: tuple, v: tuple, q: tuple, s: tuple) -> tuple[float, float]:
    """Time and distance of the closest approach of two Kepler orbits, by trial."""

    def apart(t: float) -> float:
        here, there = kepler((*r, *v), t), kepler((*q, *s), t)
        return math.dist(here[:3], there[:3])

    times = np.arange(1.0, 1000.0)
    t = float(times[np.argmin([apart(x) for x in times])])
    for step in (1e-1, 1e-2, 1e-3, 1e-4):
        fine = t + step * np.arange(-15, 16)
        t = float(fine[np.argmin([apart(x) for x in fine])])
    return t, apart(t)


# A round climbing towards a threat that comes the other way, 300 s ahead.
ROUND = ((FAR, 0.0, 0.0), (1200.0, 3500.0, 300.0))
THREAT = ((FAR + 350e3, 2.2e6, 1e5), (-100.0, -3700.0, 40.0))


def test_prediction_is_that_of_two_kepler_orbits() -> None:
    miss, t_go = zero_effort_miss(*ROUND, COASTING, *THREAT, FALL)
    t, distance = closest(*ROUND, *THREAT)
    assert 250.0 < t < 350.0
    assert t_go == pytest.approx(t, abs=0.01)
    assert math.dist(miss, (0.0, 0.0, 0.0)) == pytest.approx(distance, abs=3.0)
    straight = np.subtract(THREAT[0], ROUND[0]) + t * np.subtract(THREAT[1], ROUND[1])
    assert abs(float(np.linalg.norm(straight)) - distance) > 300.0  # gravity counts


def test_bodies_that_separate_are_nearest_now() -> None:
    away = (ROUND[1][0], -9000.0, 0.0)
    miss, t_go = zero_effort_miss(ROUND[0], away, COASTING, *THREAT, FALL)
    assert t_go == 0.0
    np.testing.assert_allclose(miss, np.subtract(THREAT[0], ROUND[0]))


def test_a_course_correction_nulls_the_miss() -> None:
    miss, t_go = zero_effort_miss(*ROUND, COASTING, *THREAT, FALL)
    wanted = float(np.linalg.norm(miss)) / t_go
    assert 50.0 < wanted < 0.7 * AVAILABLE
    rounds, system = one_round(*ROUND, *THREAT, ZERO_EFFORT_MISS), kinds(1e3)
    correct_courses(rounds, np.zeros(1, dtype=np.int64), system, 0.3)
    advance_round(rounds, 0, 5.0, system, sky_of(*THREAT, 10.0), 1)
    assert AVAILABLE - rounds.divert[0] == pytest.approx(wanted, rel=1e-6)
    now = (tuple(rounds.r[0]), tuple(rounds.v[0]))
    there = (tuple(rounds.believed_r[0]), tuple(rounds.believed_v[0]))
    left, _ = zero_effort_miss(*now, COASTING, *there, FALL)
    assert np.linalg.norm(left) < 0.02 * np.linalg.norm(miss)


def test_a_correction_keeps_divert_for_homing() -> None:
    system = kinds(1e3)
    rounds = one_round(*ROUND, *THREAT, ZERO_EFFORT_MISS)
    rounds.divert[0] = 60.0
    correct_courses(rounds, np.zeros(1, dtype=np.int64), system, 0.3)
    assert np.linalg.norm(rounds.burn[0]) == pytest.approx(0.7 * 60.0)


def test_the_law_spends_less_than_proportional_navigation() -> None:
    """Low orbit, the threat above and ahead, so that gravity pulls the two apart."""
    low, speed = 7.4e6, 7.0e3
    q, s = (low + 250e3, 350e3, 0.0), (-0.35 * speed, -0.5 * speed, 0.0)
    aim = zero_effort_miss((low, 0.0, 0.0), (0.0, 0.5 * speed, 0.0), COASTING, q, s, FALL)
    v = (aim[0][0] / aim[1], 0.5 * speed + aim[0][1] / aim[1], 0.0)
    spent, missed = {}, {}
    for law in (PROPORTIONAL_NAVIGATION, ZERO_EFFORT_MISS):
        rounds = one_round((low, 0.0, 0.0), v, q, s, law)
        advance_round(rounds, 0, 500.0, kinds(1e9), sky_of(q, s, 500.0), 1)
        assert rounds.phase[0] == ENDED
        spent[law], missed[law] = AVAILABLE - rounds.divert[0], rounds.miss[0]
    assert missed[ZERO_EFFORT_MISS] < 0.5
    assert missed[PROPORTIONAL_NAVIGATION] < 0.5
    assert spent[ZERO_EFFORT_MISS] < 0.6 * spent[PROPORTIONAL_NAVIGATION]


@pytest.mark.parametrize("azimuth", [0.0, 90.0, 225.0])
def test_a_sustained_round_that_does_not_steer_flies_as_the_flight_kernel_has_it(
    azimuth: float,
) -> None:
    """At the equator the air moves at 465 m/s, and thrust follows the air, not the stars."""
    boost, sustain = (3.0, 24.0, 2350.0, 0.0, 0.007), (18.0, 13.0, 2300.0, 0.0, 0.006)
    vehicle = Vehicle(np.array([boost, sustain]), 53.0, 7500.0, 0.0, 1.0)
    launch = np.array([[0.0, 0.3, 0.0, 0.0, math.radians(azimuth), math.radians(50.0), np.inf]])
    flown = fly_many(vehicle, launch, 60.0, TOLERANCE, 512)
    knots, n = flown.knots[0], int(flown.n_knots[0])
    here = path_at(knots, n, 3.0)
    far = (1e8, 0.0, 0.0), (-1e3, 0.0, 0.0)  # a threat that is nowhere near
    rounds = one_round(here[:3], here[3:], *far, PROPORTIONAL_NAVIGATION)
    rounds.t[0] = 3.0
    numbers = kinds(1e3)._asdict() | {
        "is_divert": np.array([False]),
        "max_acceleration": np.zeros(1),
        "beta": np.array([7500.0]),
        "free_time": np.array([3.0]),
        "sustain_time": np.array([21.0]),
        "thrust": np.array([13.0 / 18.0 * 2300.0]),
        "mass": np.array([66.0]),
        "flow": np.array([13.0 / 18.0]),
        "drag_area": np.array([0.006]),
    }
    sky = sky_of(*far, 1.0)
    for t, allowed in ((10.0, 1.0), (21.0, 4.0), (40.0, 10.0)):  # m, by steps of 0.25 s
        advance_round(rounds, 0, t, RoundKinds(**numbers), sky, 1)
        assert math.dist(rounds.r[0], path_at(knots, n, t)[:3]) < allowed, t


def test_fins_turn_a_round_and_do_not_push_it_through_the_air() -> None:
    r, v = (6.388e6, 0.0, 0.0), (200.0, 465.8, 700.0)  # 10 km up, north at the equator
    rounds = one_round(r, v, (6.388e6, 1e5, 1e5), (0.0, -500.0, 0.0), PROPORTIONAL_NAVIGATION)
    numbers = kinds(1e3)._asdict() | {"is_divert": np.array([False])}
    got = limit(rounds, 0, RoundKinds(**numbers), (50.0, 80.0, -30.0), 1.0)
    through_air = (v[0], v[1] - EARTH_OMEGA * r[0], v[2])
    assert abs(np.dot(got, through_air)) < 1e-6
    assert np.linalg.norm(got) > 50.0
