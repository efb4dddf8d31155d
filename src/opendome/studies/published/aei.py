"""The space-based interceptor calculator of the American Enterprise Institute, as published.

Source: T. Harrison, Build Your Own Golden Dome, American Enterprise Institute (2025). Its quirks
are kept, because the port must give its numbers:

1. two values of g: 9.81 m/s^2 for propellant, 9.80665 m/s^2 for the acceleration;
2. only whole generations of satellites are bought (rounded down, at least one);
3. satellites are spread evenly over the sphere, not in orbits;
4. a footprint is a flat disc;
5. there are no spares;
6. every generation starts the learning curves anew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from opendome.errors import ModelRangeError
from opendome.scenario.units import from_si

PROPELLANT_GRAVITY: Final = 9.81  # m/s^2
EARTH_RADIUS: Final = 6378.1e3  # m
NUDGE: Final = 1e-9  # of a shot: the default stands on a whole number of shots
MASS_KILL_VEHICLE: Final = 25.0  # kg, dry
MASS_BODY: Final = 25.0  # kg, dry, of the interceptor
MASS_SUPPORT: Final = 50.0  # kg, dry; it stays behind
YEAR: Final = 31_557_600.0  # s


@dataclass(frozen=True)
class Calculator:
    """What its user sets, SI; the defaults are its own."""

    orbit_altitude: float = 300e3
    acceleration: float = 15.0 * 9.80665
    speed: float = 6e3
    divert: float = 2.5e3
    specific_impulse: float = 240.0  # s
    p_kill: float = 0.8
    p_kill_wanted: float = 0.96
    salvo: int = 1  # threats at the same time
    intercept_altitude: float = 200e3
    latitude: float = math.pi / 2.0  # covered up to here
    flyout: float = 120.0
    life: float = 5.0 * YEAR
    period: float = 20.0 * YEAR
    development: float = 7_000e6  # dollars
    first_unit: float = 70e6
    learning: float = 0.85  # cost of a unit when the number doubles
    operation: float = 450e6 / YEAR  # dollars a second
    launcher_payload: float = 45_000.0  # kg
    first_launch: float = 150e6
    launch_learning: float = 0.95


@dataclass(frozen=True)
class Answer:
    """What it shows, SI and dollars."""

    shots: int
    reach: float
    radius: float  # of a footprint at the altitude of intercept
    interceptors: int  # in orbit at a time
    mass: float  # of one
    launches: int  # of one generation
    generations: int
    unit_cost: float  # mean
    launch_cost: float  # mean
    total: float


def mean_cost(first: float, learning: float, n: int) -> float:
    """Mean cost of n units, by its approximation of the sum over the curve."""
    b = math.log2(learning)
    return first * (math.pow(n, 1.0 + b) + 1.0) / (n * (1.0 + b))


def shots_per_threat(p_kill: float, wanted: float) -> int:
    """Whole shots that give the wanted composite chance."""
    if p_kill >= 1.0:
        return 1
    return max(1, math.ceil(math.log(1.0 - wanted) / math.log(1.0 - p_kill) - NUDGE))


def mass_of(given: Calculator) -> float:
    """Mass of one satellite with its interceptor, kg."""
    speed_scale = PROPELLANT_GRAVITY * given.specific_impulse
    vehicle = MASS_KILL_VEHICLE * math.exp(given.divert / speed_scale)
    boosted = (vehicle + MASS_BODY) * math.exp(given.speed / speed_scale)
    return boosted + MASS_SUPPORT


def calculate(given: Calculator) -> Answer:
    """All that the calculator shows.

    Raises
    ------
    ModelRangeError
        Where the interceptor is still burning when it must be there, where its reach does not
        come down to the altitude of intercept, or where one satellite is too heavy to launch.
    """
    shots = shots_per_threat(given.p_kill, given.p_kill_wanted)
    mass = mass_of(given)
    burn = given.speed / given.acceleration
    if burn > given.flyout:
        raise ModelRangeError(
            f"sbi_sizing: flyout_s is {given.flyout:g} s; the interceptor burns for {burn:.1f} s. "
            "Give it more time, more acceleration or less speed."
        )
    reach = 0.5 * given.acceleration * burn * burn + given.speed * (given.flyout - burn)
    drop = given.orbit_altitude - given.intercept_altitude
    if reach <= abs(drop):
        raise ModelRangeError(
            f"sbi_sizing: the reach is {reach / 1e3:.0f} km; from its orbit to the altitude of "
            f"intercept there are {abs(drop) / 1e3:.0f} km. Give it more time or a nearer orbit."
        )
    radius = math.sqrt(reach * reach - drop * drop)
    sphere = 4.0 * math.pi * (EARTH_RADIUS + given.intercept_altitude) ** 2
    share = sphere * math.sin(given.latitude) / (math.pi * radius * radius)
    interceptors = math.ceil(share * given.salvo * shots)
    per_launch = math.floor(given.launcher_payload / mass)
    if per_launch < 1:
        raise ModelRangeError(
            f"sbi_sizing: one satellite is {mass:,.0f} kg; a launcher lifts "
            f"{given.launcher_payload:,.0f} kg. Take less speed_km_s or divert_km_s, or more isp_s."
        )
    launches = math.ceil(interceptors / per_launch)
    years = from_si(given.period, "yr"), from_si(given.life, "yr")
    generations = max(1, math.floor(years[0] / years[1]))
    unit = mean_cost(given.first_unit, given.learning, interceptors)
    launch = mean_cost(given.first_launch, given.launch_learning, launches)
    bought = generations * (unit * interceptors + launch * launches)
    total = bought + given.operation * given.period + given.development
    return Answer(
        shots, reach, radius, interceptors, mass, launches, generations, unit, launch, total
    )
