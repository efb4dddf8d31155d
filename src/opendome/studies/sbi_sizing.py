"""How many space-based interceptors a boost-phase layer needs, and what they cost.

Satellites stand in a Walker shell and are propagated; what counts is how many are within reach of
the place of intercept. Beside it stands the AEI calculator, from the same inputs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA, STANDARD_GRAVITY
from opendome.errors import ModelRangeError
from opendome.kernels.frames import ecefs_from_geodetics
from opendome.kernels.overhead import count_in_reach
from opendome.kernels.satellites import satellite_places, walker_delta
from opendome.studies.learning import cost_of_units
from opendome.studies.published import aei
from opendome.studies.sbi_inputs import SbiInputs
from opendome.studies.shells import coast_reach

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REFERENCE: Final = (1200, 40, 7)  # a shell dense enough for a mean to 1 %
N_LATITUDES: Final = 13
N_PLACES: Final = 600  # over which a mean is taken
N_LONGITUDES: Final = 60
N_TIMES: Final = 59
DAY: Final = 2.0 * math.pi / EARTH_OMEGA
MOST: Final = 300_000  # satellites that are propagated one by one
ROUNDS_OF_SEARCH: Final = 8


@dataclass(frozen=True)
class Layer:
    """One answer: how many satellites stand in orbit, and what the period costs."""

    latitude: float  # NaN where it stands for all of them
    interceptors: int  # needed in orbit, without spares
    bought: float  # over the period, spares and replacements too
    launches: int  # over the period
    total: float  # dollars


@dataclass(frozen=True)
class Sizing:
    """Our answer. ``shares`` (n,) of a shell within reach at ``latitudes`` (n,), propagated."""

    shots: int
    time_left: float
    reach: float
    mass: float
    inclination: float
    latitudes: Floats
    shares: Floats
    needed: Ints  # (n,) satellites at each latitude, on average over time
    best: Layer
    mean: Layer
    worst: Layer
    assured: Layer | None  # for ``availability`` at the worst latitude; None where too many


def calculator(given: SbiInputs) -> aei.Calculator:
    """The same question put to the AEI calculator."""
    return aei.Calculator(
        orbit_altitude=given.orbit_altitude,
        acceleration=given.acceleration,
        speed=given.speed,
        divert=given.divert,
        specific_impulse=given.specific_impulse,
        p_kill=given.p_kill,
        p_kill_wanted=given.p_kill_wanted,
        salvo=given.salvo,
        intercept_altitude=given.intercept_altitude,
        latitude=given.latitude,
        flyout=given.time_left,
        life=given.life,
        period=given.period,
        development=given.development,
        first_unit=given.first_unit,
        learning=given.learning,
        operation=given.operation,
        launcher_payload=given.launcher_payload,
        first_launch=given.first_launch,
        launch_learning=given.launch_learning,
    )


def shots_wanted(p_kill: float, wanted: float) -> int:
    """Fewest independent shots that kill with the wanted chance."""
    shots = 1
    while 1.0 - (1.0 - p_kill) ** shots < wanted - 1e-12:
        shots += 1
    return shots


def mass_of(given: SbiInputs) -> float:
    """Mass of a satellite with its interceptor, kg; dry masses as in the AEI calculator."""
    scale = STANDARD_GRAVITY * given.specific_impulse
    vehicle = aei.MASS_KILL_VEHICLE * math.exp(given.divert / scale)
    return (vehicle + aei.MASS_BODY) * math.exp(given.speed / scale) + aei.MASS_SUPPORT


def reach_of(given: SbiInputs) -> float:
    """How far an interceptor gets from where its satellite would be, m.

    Raises
    ------
    ModelRangeError
        Where it still burns when its time is over.
    """
    if given.time_left <= 0.0:
        raise ModelRangeError(
            f"sbi_sizing: burn_s is {given.burn:g} s; detect_s and decide_s take "
            f"{given.detect + given.decide:g} s of it. Nothing is left to fly in."
        )
    reach = coast_reach(given.acceleration, given.speed, given.time_left)
    if math.isnan(reach):
        raise ModelRangeError(
            f"sbi_sizing: the time to fly is {given.time_left:g} s; the interceptor burns for "
            f"{given.speed / given.acceleration:.1f} s. Give it more accel_g or less speed_km_s."
        )
    return reach


def counts_in_reach(
    elements: Floats, latitude: float, altitude: float, reach: float, n_times: int
) -> Ints:
    """Satellites in reach of places around a parallel through a day, (n_times, n_lons).

    Parameters
    ----------
    elements : (n, 6) float
        Mean elements of the satellites.
    """
    lons = np.linspace(0.0, 2.0 * math.pi, N_LONGITUDES, endpoint=False)
    return _counts(
        [satellite_places(elements, t) for t in np.arange(n_times) * (DAY / n_times)],
        ecefs_from_geodetics(np.full_like(lons, latitude), lons, np.full_like(lons, altitude)),
        reach,
    )


def _counts(satellites: Sequence[Floats], places: Floats, reach: float) -> Ints:
    return np.array([count_in_reach(there, places, reach) for there in satellites])


@lru_cache(maxsize=4)
def _reference(altitude: float, inclination: float) -> tuple[Floats, ...]:
    """Places of the satellites of the reference shell at times through a day."""
    elements = walker_delta(*REFERENCE, altitude, inclination)
    return tuple(satellite_places(elements, t) for t in np.arange(N_TIMES) * (DAY / N_TIMES))


def shares_at(given: SbiInputs, inclination: float, latitudes: Floats, reach: float) -> Floats:
    """Share of a propagated shell within reach at each latitude, mean over a day."""
    satellites = _reference(given.orbit_altitude, inclination)
    n = len(latitudes)
    lons = np.linspace(0.0, 2.0 * math.pi, N_LONGITUDES, endpoint=False)
    places = ecefs_from_geodetics(
        np.repeat(latitudes, N_LONGITUDES),
        np.tile(lons, n),
        np.full(n * N_LONGITUDES, given.intercept_altitude),
    )
    counts = _counts(satellites, places, reach).mean(axis=0)
    shares: Floats = counts.reshape(n, N_LONGITUDES).mean(axis=1) / REFERENCE[0]
    return shares


def mean_share(given: SbiInputs, inclination: float, reach: float) -> float:
    """Share of a propagated shell within reach, mean over a day and over the ground.

    Places are spread evenly over the ground between the two latitudes.
    """
    if given.from_latitude >= given.latitude:
        return float(shares_at(given, inclination, np.array([given.latitude]), reach)[0])
    i = np.arange(N_PLACES) + 0.5
    low, high = math.sin(given.from_latitude), math.sin(given.latitude)
    lats = np.arcsin(low + (high - low) * i / N_PLACES)
    lons = np.remainder(i * (math.pi * (3.0 - math.sqrt(5.0))), 2.0 * math.pi)
    places = ecefs_from_geodetics(lats, lons, np.full(N_PLACES, given.intercept_altitude))
    counts = _counts(_reference(given.orbit_altitude, inclination), places, reach)
    return float(counts.mean()) / REFERENCE[0]


def layer_of(given: SbiInputs, mass: float, latitude: float, interceptors: int) -> Layer:
    """Satellites of a layer with what they cost.

    Spares are bought too; satellites are replaced as they die, so that generations may be
    fractions; learning goes on from one generation to the next.
    """
    per_launch = math.floor(given.launcher_payload / mass)
    if per_launch < 1:
        raise ModelRangeError(
            f"sbi_sizing: one satellite is {mass:,.0f} kg; a launcher lifts "
            f"{given.launcher_payload:,.0f} kg. Take less speed_km_s or divert_km_s."
        )
    bought = interceptors * (1.0 + given.spares) * max(1.0, given.period / given.life)
    launches = math.ceil(bought / per_launch)
    total = given.development + given.operation * given.period
    total += cost_of_units(given.first_unit, given.learning, bought)
    total += cost_of_units(given.first_launch, given.launch_learning, launches)
    return Layer(latitude, interceptors, bought, launches, total)


def size(given: SbiInputs, is_assured: bool = True) -> Sizing:
    """Satellites needed on average over time at each latitude, and for a share of the time.

    Raises
    ------
    ModelRangeError
        Where time, reach, lift or inclination do not allow any answer.
    """
    reach, mass = reach_of(given), mass_of(given)
    shots = shots_wanted(given.p_kill, given.p_kill_wanted)
    inclination = given.latitude if given.inclination is None else given.inclination
    low = min(given.from_latitude, given.latitude)
    latitudes = np.linspace(low, given.latitude, N_LATITUDES if given.latitude > low else 1)
    shares = shares_at(given, inclination, latitudes, reach)
    i_worst, i_best = int(np.argmin(shares)), int(np.argmax(shares))
    if shares[i_worst] <= 0.0:
        raise ModelRangeError(
            f"sbi_sizing: latitude_deg is {math.degrees(latitudes[i_worst]):g} deg; no satellite "
            f"of a shell inclined by {math.degrees(inclination):g} deg comes within "
            f"{reach / 1e3:.0f} km of it. Raise inclination_deg or give more time."
        )
    wanted = given.salvo * shots
    mean = mean_share(given, inclination, reach)
    needed = np.ceil(wanted / shares).astype(np.int64)

    def layer(latitude: float, n: int) -> Layer:
        return layer_of(given, mass, latitude, n)

    worst = layer(float(latitudes[i_worst]), int(needed[i_worst]))
    n_sure = None
    if is_assured:
        n_sure = enough(given, inclination, (worst.latitude, reach), worst.interceptors)
    return Sizing(
        shots=shots,
        time_left=given.time_left,
        reach=reach,
        mass=mass,
        inclination=inclination,
        latitudes=latitudes,
        shares=shares,
        needed=needed,
        best=layer(float(latitudes[i_best]), int(needed[i_best])),
        mean=layer(math.nan, math.ceil(wanted / mean)),
        worst=worst,
        assured=None if n_sure is None else layer(worst.latitude, n_sure),
    )


def shell_of(given: SbiInputs, inclination: float, n: int) -> Floats:
    """Mean elements of about n satellites, about as far apart along planes as across them."""
    planes = max(1, round(math.sqrt(0.5 * n)))
    total = planes * max(1, round(n / planes))
    return walker_delta(total, planes, 1, given.orbit_altitude, inclination)


def enough(given: SbiInputs, inclination: float, at: tuple[float, float], start: int) -> int | None:
    """Satellites so that enough are in reach of a latitude for the wanted share of the time.

    Shells of that very size are propagated. The search ends within 2 % of the fewest; None where
    more than `MOST` would be needed. ``at`` is latitude and reach.
    """
    latitude, reach = at
    wanted = given.salvo * shots_wanted(given.p_kill, given.p_kill_wanted)

    def is_enough(n: int) -> tuple[bool, int]:
        elements = shell_of(given, inclination, n)
        counts = counts_in_reach(elements, latitude, given.intercept_altitude, reach, 29)
        return float(np.mean(counts >= wanted)) >= given.availability, len(elements)

    low, high, n = 0, 0, start
    for _ in range(ROUNDS_OF_SEARCH):
        if n > MOST:
            return None
        is_good, count = is_enough(n)
        if is_good:
            high = count
        else:
            low = count
        if high and (high - low) <= 0.02 * high:
            break
        n = (low + high) // 2 if high and low else round(n * (0.9 if is_good else 1.15))
    return high or None
