"""How each kind of threat flies: from a group's draws to its paths through the air."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.errors import ModelRangeError
from opendome.kernels.aim import solve_aims
from opendome.kernels.aim_start import (
    CUTOFF,
    ELEVATION_HIGH,
    ELEVATION_LOW,
    minimum_energy_apogee,
)
from opendome.kernels.cruise import FALL_KNOTS, cruise_many
from opendome.kernels.flight import KNOTS_FULL, TOLERANCE, Flights, fly_many
from opendome.kernels.philox import normals, uniforms
from opendome.kernels.quasi_ballistic import steer_down
from opendome.rng import Purpose
from opendome.world.gliding import boosted_glide
from opendome.world.model import Group
from opendome.world.orbiting import NOT_REACHED, around_the_earth, fallen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Part = TypeVar("Part")

MAX_FLIGHT = 3.0 * 3600.0  # s, of what is not driven all the way
MAX_KNOTS = 512
FINEST_AIM, COARSEST_AIM = 2.0, 30.0  # m, to which flights are fitted to their aims
AIM_SHARE = 0.02  # of the group's own scatter, as far as between those
# Apogee of a quasi-ballistic flight, m and of its range; its least-energy arc where that is lower.
DEPRESSED_APOGEE, DEPRESSED_SHARE = 60e3, 0.12
FLYER_BETA = 1000.0  # kg/m^2, of a flyer on wings that falls; order of magnitude of its shape


@dataclass(frozen=True)
class Fates:
    """What was drawn for each flight besides its places; all (n,)."""

    is_failed: NDArray[np.bool_]
    share: Floats  # of its powered time at which a failed one fails
    swing: Floats  # phase of its weave, rad


@dataclass(frozen=True)
class Flown:
    """Flights of one group, one row each."""

    launches: Floats  # (n, 7) rows as of `flight.fly_many`
    aims: Floats  # (n, 3) drawn aim, lat, lon, apogee
    paths: Flights
    t_level: Floats  # until when each flies on wings; -inf: it has none
    status: Ints  # 0: fitted to its aim
    miss: Floats  # m, from the aim to the fitted impact
    guess: Floats  # (n, k) solutions, as solve_aims takes them


def displaced(lat: Floats, lon: Floats, north: Floats, east: Floats) -> tuple[Floats, Floats]:
    """Places moved by small distances north and east, m, on the mean sphere."""
    return (
        lat + north / EARTH_RADIUS_MEAN,
        lon + east / (EARTH_RADIUS_MEAN * np.cos(lat)),
    )


def scattered(
    seed: int,
    runs: Ints,
    threats: Ints,
    purpose: Purpose,
    centre: tuple[float, float],
    sigma: float,
) -> tuple[Floats, Floats]:
    """Places drawn about a centre with standard deviation ``sigma`` (m) per axis."""
    n = len(runs)
    lat, lon = np.full(n, centre[0]), np.full(n, centre[1])
    if sigma == 0.0:
        return lat, lon
    draws = normals(seed, runs, int(purpose), threats, np.zeros(n, dtype=np.int64), 2)
    return displaced(lat, lon, sigma * draws[:, 0], sigma * draws[:, 1])


def aim_tolerance(group: Group) -> float:
    """How near a flight must come to its drawn aim, m."""
    return tolerance_of(group.aim_scatter)


def tolerance_of(scatter: float) -> float:
    """How near a flight must come to an aim drawn with this scatter, m."""
    return min(max(AIM_SHARE * scatter, FINEST_AIM), COARSEST_AIM)


def _given(part: Part | None) -> Part:
    """A part that every system of this steering has; the check of the scenario saw to it."""
    if part is None:
        raise TypeError("a threat system lacks the part that its steering needs")
    return part


def _ballistic(group: Group, launches: Floats, aims: Floats, fates: Fates, steering: int) -> Flown:
    """Fit every launch to its aim, let the failed ones lose thrust on the way, and fly all."""
    vehicle = _given(group.vehicle)
    fit = solve_aims(vehicle, launches, aims, steering, aim_tolerance(group), group.guess)
    launches = fit.launches
    burn = np.minimum(launches[:, 6], np.sum(vehicle.stages[:, 0]))
    launches[fates.is_failed, 6] = (fates.share * burn)[fates.is_failed]
    paths = fly_many(vehicle, launches, MAX_FLIGHT, TOLERANCE, MAX_KNOTS)
    never = np.full(len(launches), -np.inf)
    return Flown(launches, aims, paths, never, fit.status, fit.miss, fit.guesses)


def fly_elevation(group: Group, launches: Floats, aims: Floats, fates: Fates) -> Flown:
    """Unguided rockets and shells: range by launch elevation, flat arc."""
    return _ballistic(group, launches, aims, fates, ELEVATION_LOW)


def fly_high_angle(group: Group, launches: Floats, aims: Floats, fates: Fates) -> Flown:
    """As elevation, on the steep arc: mortars."""
    return _ballistic(group, launches, aims, fates, ELEVATION_HIGH)


def fly_cutoff(group: Group, launches: Floats, aims: Floats, fates: Fates) -> Flown:
    """Guided ballistic missiles: range and apogee by pitch and thrust cut-off."""
    return _ballistic(group, launches, aims, fates, CUTOFF)


def fly_quasi_ballistic(group: Group, launches: Floats, aims: Floats, fates: Fates) -> Flown:
    """As cutoff, low; the sound ones then weave and home on their aims by fins."""
    if math.isnan(group.apogee):
        arc = _arc(group.launch[:2], group.aim)
        wanted = max(DEPRESSED_APOGEE, DEPRESSED_SHARE * EARTH_RADIUS_MEAN * arc)
        aims[:, 2] = min(wanted, minimum_energy_apogee(arc))
    flown = _ballistic(group, launches, aims, fates, CUTOFF)
    beta = _given(group.vehicle).payload_beta
    is_steered = ~fates.is_failed & (flown.status == 0)
    places = np.ascontiguousarray(aims[:, :2])
    steer_down(flown.paths, _given(group.fins), beta, places, fates.swing, is_steered)
    return flown


def fly_waypoints(group: Group, launches: Floats, aims: Floats, fates: Fates) -> Flown:
    """Flyers on wings: along their waypoints; a failed one falls at a share of its way."""
    n = len(launches)
    starts, ends = launches[:, :4].copy(), np.ascontiguousarray(aims[:, :2])
    shares = np.column_stack(
        [np.where(fates.is_failed, fates.share, 2.0), np.full(n, FLYER_BETA)]
    )  # fmt: skip
    room = 2 * FALL_KNOTS
    while True:
        paths = cruise_many(_given(group.flyer), starts, group.waypoints, ends, shares, room)
        if not np.any(paths.status == KNOTS_FULL):
            break
        room *= 2
    t_level = np.where(fates.is_failed, paths.t_burnout, paths.impact[:, 0])
    return Flown(
        launches, aims, paths, t_level, np.zeros(n, dtype=np.int64), np.zeros(n), group.guess
    )


def fly_glide(group: Group, launches: Floats, aims: Floats, fates: Fates) -> Flown:
    """Boosted gliders: a boost, then on lift along their waypoints to a dive at their aims."""
    burn = float(np.sum(_given(group.vehicle).stages[:, 0]))
    t_cut = np.where(fates.is_failed, fates.share * burn, np.inf)
    fit, paths, _ = boosted_glide(group, launches, aims, t_cut)
    ends = np.where(fates.is_failed[:, None], aims[:, :2], paths.impact[:, 1:3])
    miss = np.array([EARTH_RADIUS_MEAN * _arc(tuple(a[:2]), tuple(e)) for a, e in zip(aims, ends)])
    never = np.full(len(launches), -np.inf)
    return Flown(fit.launches, aims, paths, never, fit.status, miss, fit.guesses)


def fly_orbital(group: Group, launches: Floats, aims: Floats, fates: Fates) -> Flown:
    """Fractional orbital missiles; a failed one falls as its boost left it."""
    found, how = around_the_earth(group, launches, aims)
    paths, rows = found.flights, found.launches
    failed = np.flatnonzero(fates.is_failed)
    if len(failed):
        vehicle = _given(group.vehicle)
        rows[failed, 6] = fates.share[failed] * np.sum(vehicle.stages[:, 0])
        falls = fly_many(vehicle, rows[failed], MAX_FLIGHT, TOLERANCE, MAX_KNOTS)
        paths = fallen(paths, falls, fates.is_failed)
    status = np.where(fates.is_failed | (found.miss < NOT_REACHED), 0, 1)
    never = np.full(len(launches), -np.inf)
    return Flown(rows, aims, paths, never, status, found.miss, how)


FLIGHTS: dict[str, Callable[[Group, Floats, Floats, Fates], Flown]] = {
    "elevation": fly_elevation,
    "high_angle": fly_high_angle,
    "cutoff": fly_cutoff,
    "quasi_ballistic": fly_quasi_ballistic,
    "waypoints": fly_waypoints,
    "glide": fly_glide,
    "orbital": fly_orbital,
}


def _arc(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Central angle between two places on a sphere, rad."""
    half = (
        math.sin(0.5 * (a[0] - b[0])) ** 2
        + math.cos(a[0]) * math.cos(b[0]) * math.sin(0.5 * (a[1] - b[1])) ** 2
    )
    return 2.0 * math.asin(math.sqrt(min(half, 1.0)))


def fly_nominal(group: Group, t_launch: float) -> Flown:
    """The one flight of a group without any scatter or failure."""
    launch = np.array([[*group.launch, t_launch, 0.0, math.nan, math.inf]])
    aim = np.array([[*group.aim, group.apogee]])
    fates = Fates(np.zeros(1, dtype=np.bool_), np.zeros(1), np.zeros(1))
    return FLIGHTS[group.flight](group, launch, aim, fates)


def launch_group(
    group: Group,
    seed: int,
    runs: Ints,
    launched: Ints,
    t_launch: Floats,
    is_failed: NDArray[np.bool_],
) -> Flown:
    """Fly every threat of one group in every run.

    Parameters
    ----------
    runs, launched, t_launch, is_failed : (n,)
        One row per flight: run, number of the launch, its time, whether it will fail on its way.
    """
    n = len(runs)
    launches = np.full((n, 7), np.nan)
    launches[:, 2] = group.launch[2]
    launches[:, 6] = np.inf
    launches[:, 0], launches[:, 1] = scattered(
        seed, runs, launched, Purpose.LAUNCH_SCATTER, group.launch[:2], group.launch_scatter
    )
    if group.launch_box > 0.0:
        box = uniforms(seed, runs, int(Purpose.LAUNCH_BOX), launched, np.zeros_like(launched), 2)
        north, east = (group.launch_box * (box - 0.5)).T
        launches[:, 0], launches[:, 1] = displaced(launches[:, 0], launches[:, 1], north, east)
    launches[:, 3] = t_launch
    aims = np.full((n, 3), group.apogee)
    aims[:, 0], aims[:, 1] = scattered(
        seed, runs, launched, Purpose.AIM_SCATTER, group.aim, group.aim_scatter
    )
    first = np.zeros(n, dtype=np.int64)
    share = uniforms(seed, runs, int(Purpose.THREAT_FAILURE_TIME), launched, first, 1)[:, 0]
    swing = uniforms(seed, runs, int(Purpose.WEAVE_PHASE), launched, first, 1)[:, 0]
    fates = Fates(is_failed, share, 2.0 * math.pi * swing)
    flown = FLIGHTS[group.flight](group, launches, aims, fates)
    if np.any(flown.paths.status != 0):
        bad = int(np.argmax(flown.paths.status != 0))
        raise ModelRangeError(
            f"threats.{group.name}: the flight of launch {int(launched[bad])} in run "
            f"{int(runs[bad])} does not come down within {MAX_FLIGHT / 3600:g} h. "
            "Lower apogee_km or the scatter of its aim."
        )
    return flown
