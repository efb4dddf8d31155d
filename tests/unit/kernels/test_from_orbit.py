"""Rounds from satellites: closed forms of their spread, their flight, and the firing solution."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels.from_orbit import (
    LEAST_COAST,
    leave_orbit,
    ring_of,
    solve_from_orbit,
    spread_of,
    time_to,
)
from opendome.kernels.orbits import kepler
from opendome.kernels.propulsion import Vehicle, ideal_speed, vehicle_of
from opendome.kernels.satellites import satellite_state, walker_delta
from opendome.scenario import build_system, entry
from opendome.studies.shells import coast_reach

ELEMENTS = walker_delta(1, 1, 0, 400e3, math.radians(50), (0.2, 0.7))[0]
HALF_PI = 0.5 * math.pi


def vehicle() -> Vehicle:
    return vehicle_of(build_system(entry("space_based_interceptor")).booster)


def even(acceleration: float, speed: float) -> Vehicle:
    """As good as constant acceleration: little of the mass is burnt, very fast."""
    burn, exhaust = speed / acceleration, 1e3 * speed
    stage = [burn, math.expm1(speed / exhaust), exhaust, 0.0, 1e-9]
    return Vehicle(np.array([stage]), 1.0, 1e9, 0.0, burn)


def flown_to(made: Vehicle, azimuth: float, elevation: float, span: float) -> float:
    """Distance of a round, after a while, from where its satellite is then."""
    knots = np.empty((512, 7))
    n = leave_orbit(made, ELEMENTS, (100.0, azimuth, elevation), span, knots)
    assert knots[n - 1, 0] == pytest.approx(100.0 + span)
    home = satellite_state(ELEMENTS, 100.0 + span)
    return float(np.linalg.norm(knots[n - 1, 1:4] - np.array(home[:3])))


def test_even_acceleration_is_the_form_of_the_studies() -> None:
    made = spread_of(even(10 * STANDARD_GRAVITY, 4e3), 1e9)
    for time in (60.0, 120.0, 170.0):
        asked = coast_reach(10 * STANDARD_GRAVITY, 4e3, time)
        assert ring_of(made, time)[1] == pytest.approx(asked, rel=1e-3)


def test_spread_of_stages_is_that_of_a_sum_over_time() -> None:
    made = vehicle()
    spread = spread_of(made, 1e9)
    assert spread.speed == pytest.approx(ideal_speed(made))
    mass = made.payload_mass + made.stages[:, 1].sum() + made.stages[:, 3].sum()
    speed = distance = 0.0
    dt = 1e-3
    for burn, propellant, exhaust, inert, _ in made.stages:
        for _ in range(round(burn / dt)):
            gain = exhaust * propellant / burn / (mass - 0.5 * dt * propellant / burn) * dt
            distance += (speed + 0.5 * gain) * dt
            speed, mass = speed + gain, mass - propellant / burn * dt
        mass -= inert
    assert spread.distance == pytest.approx(distance, rel=1e-5)
    assert spread.burn == made.stages[:, 0].sum()


def test_time_and_distance_are_each_others_inverse() -> None:
    spread = spread_of(vehicle(), 900e3)
    for time in (60.0, 100.0, 200.0):
        assert time_to(spread, ring_of(spread, time)[1]) == pytest.approx(time)
    assert time_to(spread, 901e3) == math.inf
    assert time_to(spread, 50e3) == math.inf
    assert ring_of(spread, spread.burn + LEAST_COAST - 0.1) == (math.inf, 0.0)


@pytest.mark.parametrize("time", [60.0, 120.0, 170.0])
@pytest.mark.parametrize(
    ("name", "azimuth", "elevation"),
    [("ahead", 0.85, 0.0), ("behind", 0.85 + math.pi, 0.0), ("beside", 0.85 + HALF_PI, 0.0),
     ("upwards", 0.0, HALF_PI), ("aslant", 2.0, -0.3)],
)  # fmt: skip
def test_flown_rounds_reach_what_the_form_says(
    time: float, name: str, azimuth: float, elevation: float
) -> None:
    """Gravity pulls both alike: within 1 %, in the plane of the orbit and across it."""
    made = vehicle()
    asked = ring_of(spread_of(made, 1e9), time)[1]
    assert flown_to(made, azimuth, elevation, time) == pytest.approx(asked, rel=0.01)


@pytest.mark.parametrize(
    "aside", [(60e3, 80e3, -150e3), (300e3, -100e3, 0.0), (-50e3, 350e3, 60e3)]
)
def test_a_solution_meets_a_coasting_path(aside: tuple[float, float, float]) -> None:
    made = vehicle()
    t_guess = 190.0
    t_launch = t_guess - time_to(spread_of(made, 1e9), math.dist(aside, (0.0, 0.0, 0.0)))
    home = np.array(satellite_state(ELEMENTS, t_guess))
    meet = home.copy()
    meet[:3] += aside
    meet[3:] = 0.5 * home[3:] + np.array([300.0, -500.0, 900.0])
    times = np.linspace(t_guess - 60, t_guess + 60, 61)
    target = np.array([[t, *kepler(tuple(meet), t - t_guess)] for t in times])
    solution, miss = solve_from_orbit(made, ELEMENTS, t_launch, t_guess, target)
    assert miss < 1.0
    assert t_launch + 46.0 < solution[2] < t_guess + 60.0
    knots = np.empty((512, 7))
    span = solution[2] - t_launch
    n = leave_orbit(made, ELEMENTS, (t_launch, solution[0], solution[1]), span, knots)
    there = kepler(tuple(meet), solution[2] - t_guess)
    assert np.linalg.norm(knots[n - 1, 1:4] - np.array(there[:3])) < 5.0
