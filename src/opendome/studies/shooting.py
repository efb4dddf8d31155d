"""One round of a battery at each of many probes, flown as in a scenario with a perfect picture."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from opendome.engagements.build import build as build_fire_control
from opendome.engagements.engagement import FireUnit
from opendome.engagements.launch import solve
from opendome.engagements.solutions import Solutions
from opendome.kernels.frames import ecef_from_geodetic, ecefs_from_ecis, geodetic_from_ecef
from opendome.kernels.guidance import FREE, Sky
from opendome.kernels.homing import advance_rounds
from opendome.kernels.paths import paths_at
from opendome.kernels.reach import fly_out, ground_range
from opendome.messages import CommandKind, Commands, Tracks, sigmas, take
from opendome.scenario import load
from opendome.scenario.weapons import InterceptorSystem
from opendome.simulation.build import fly_out_table
from opendome.studies.probes import Probe, path_of, point_at, sky_of, tracks_of
from opendome.world.build import build as build_world
from opendome.world.build import vehicle_of
from opendome.world.model import WorldModel
from opendome.world.rounds import launch, no_rounds, no_shots, update
from opendome.world.state import ThreatRecord, WorldState

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SITE = {"lat_deg": 32.0, "lon_deg": 35.0}
ONE_THAT_WORKS = {"p_reliability": 1.0, "kill_vehicles": 1}
SLOW = 700.0  # m/s, a round where the fly-out table says nothing
LEAD = 5.0  # s between the track and the earliest launch
TICK = 1.0  # s between two tracks handed to a round


@dataclass(frozen=True)
class Range:
    """A battery alone in the world, and what is needed to fire from it."""

    system: InterceptorSystem
    unit: FireUnit
    world: WorldModel


@dataclass(frozen=True)
class Shots:
    """What came of one round at each probe; rows as the probes."""

    is_fired: Bools
    is_hit: Bools  # within the lethal radius
    miss: Floats  # m, inf where nothing was met
    distance: Floats  # ground range of the closest approach, NaN where nothing was met
    altitude: Floats  # its height above the ellipsoid
    flight_time: Floats


def range_of(name: str, level: str = "nominal", overrides: dict[str, float] | None = None) -> Range:
    """A battery of an interceptor system of the catalog, whose rounds all work.

    Parameters
    ----------
    level : str
        Which of the catalog's numbers are taken: low, nominal or high.
    overrides : dict, optional
        File key -> value, in place of the catalog's.
    """
    battery = {"name": "battery", "system": name, "node": "c2", **SITE}
    scenario = load(
        {
            "format": 1,
            "name": "range",
            "picture": "perfect",
            "assets": [],
            "threats": [],
            "sensors": [],
            "weapons": [
                {
                    **battery,
                    "overrides": {**ONE_THAT_WORKS, **(overrides or {})},
                }
            ],
            "command": {"wiring": "integrated", "nodes": [{"name": "c2"}]},
        },
        catalog_level=level,
    )
    system = scenario.weapons[0].system
    tables = {system: fly_out_table(system)}
    vehicles = {system: vehicle_of(system.booster)}
    fire_control = build_fire_control(scenario, vehicles, tables)
    if not isinstance(system, InterceptorSystem):
        raise ValueError(f"{name} fires no rounds that fly; take an interceptor system.")
    return Range(system, fire_control.units[0], build_world(scenario, tables))


def earliest_launches(place: Range, probes: list[Probe]) -> Floats:
    """Launch times (n,) at which a round gets to each probe's point just when the probe does."""
    site = place.unit.site
    r_site = np.array(ecef_from_geodetic(site[0], site[1], site[2]))
    times = np.empty(len(probes))
    for i, p in enumerate(probes):
        point = point_at(site, p.bearing, p.distance, p.altitude)[0]
        tof = fly_out(place.unit.table, r_site, point)[0]
        times[i] = p.t - (tof if np.isfinite(tof) else np.hypot(p.distance, p.altitude) / SLOW)
    return times


def shoot(place: Range, probes: list[Probe], seed: int = 1) -> Shots:
    """Fire at every probe as early as lets the round meet it at its point, and see what comes."""
    n = len(probes)
    t_earliest = earliest_launches(place, probes)
    paths = [path_of(p, place.unit.site) for p in probes]
    sky = sky_of(paths)
    t_track = np.maximum(t_earliest - LEAD, sky.t_launch)
    tracks = tracks_of(probes, _states(sky, t_track), t_track, sky.t_gone)
    solved = solve(place.unit, tracks, t_earliest, True)
    fired = np.flatnonzero(solved.is_feasible)
    state = _state(sky, n, seed)
    if len(fired):
        launch(place.world, state, _launches(place, tracks, solved, fired), frozenset())
        _fly(place, state, probes)
    return _shots(place, state, solved, fired)


def _states(sky: Sky, t: Floats) -> Floats:
    """Inertial states (n, 6) of every probe, each at its own time."""
    rows = np.arange(len(t), dtype=np.int64)
    return paths_at(sky.knots, sky.offsets, sky.counts, rows, t)


def _state(sky: Sky, n: int, seed: int) -> WorldState:
    """A world that holds the probes and no rounds; what it records of threats is left empty."""
    nothing = {f.name: np.zeros(n) for f in fields(ThreatRecord)}
    return WorldState(
        seed=seed,
        runs=np.arange(n, dtype=np.int64),
        t=0.0,
        threats=ThreatRecord(**nothing),  # type: ignore[arg-type]
        sky=sky,
        rounds=no_rounds(),
        shots=no_shots(),
        is_active=np.ones(n, dtype=np.bool_),
        t_end=sky.t_gone.copy(),
        killer=np.full(n, -1, dtype=np.int64),
        n_sent=np.zeros(n, dtype=np.int64),
    )


def _commands(kind: CommandKind, tracks: Tracks, law: int) -> Commands:
    """Commands to shot 0 of each track's run, without a solution."""
    n = len(tracks.run)
    zeros, nan = np.zeros(n, dtype=np.int64), np.full(n, np.nan)
    sigma_place, sigma_speed = sigmas(tracks.cov_ecef)
    return Commands(
        run=tracks.run,
        shot=zeros,
        kind=np.full(n, int(kind), dtype=np.int64),
        order=zeros,
        battery=zeros,
        track=zeros,
        t_launch=nan,
        t_intercept=nan,
        r_intercept_ecef=np.full((n, 3), np.nan),
        azimuth=nan,
        elevation=nan,
        law=np.full(n, law, dtype=np.int64),
        t_track=tracks.t,
        x_ecef=tracks.x_ecef,
        is_level=tracks.is_level,
        sigma_place=sigma_place,
        sigma_speed=sigma_speed,
        thrust=np.zeros(n),
        t_burnout=np.full(n, -np.inf),
        launcher=np.full(n, -1, dtype=np.int64),
    )


def _launches(place: Range, tracks: Tracks, solved: Solutions, fired: Ints) -> Commands:
    """Launch commands to those that have a solution."""
    blank = _commands(CommandKind.LAUNCH, take(tracks, fired), place.unit.law)
    return replace(
        blank,
        t_launch=solved.t_launch[fired],
        t_intercept=solved.t_intercept[fired],
        r_intercept_ecef=solved.r_intercept_ecef[fired],
        azimuth=solved.azimuth[fired],
        elevation=solved.elevation[fired],
    )


def _fly(place: Range, state: WorldState, probes: list[Probe]) -> None:
    """Fly all rounds to their ends, each with a perfect track every tick."""
    rounds, kinds, law = state.rounds, place.world.interceptors.kinds, place.unit.law
    state.t = float(np.floor(np.min(rounds.t_launch)))
    t_last = float(np.max(state.sky.t_gone))
    while state.t < t_last and np.any(rounds.phase == FREE):
        in_air = (state.t >= rounds.t_launch) & (state.t < state.sky.t_gone[rounds.run])
        guided = rounds.run[in_air & (rounds.phase == FREE)]
        if len(guided):
            t = np.full(len(probes), state.t)
            tracks = tracks_of(probes, _states(state.sky, t), t, state.sky.t_gone)
            update(place.world, state, _commands(CommandKind.UPDATE, take(tracks, guided), law))
        t1 = state.t + TICK
        flying = np.flatnonzero((rounds.phase == FREE) & (rounds.t < t1))
        advance_rounds(rounds, flying, t1, kinds, state.sky, state.seed)
        state.t = t1


def _shots(place: Range, state: WorldState, solved: Solutions, fired: Ints) -> Shots:
    """Outcomes by probe; where a round ended is where it met its probe."""
    n, rounds = len(solved.is_feasible), state.rounds
    miss, distance, altitude, flight = np.full(n, np.inf), *(np.full(n, np.nan) for _ in range(3))
    if len(fired):
        miss[fired] = rounds.miss
        r, _ = ecefs_from_ecis(rounds.r, np.zeros_like(rounds.r), rounds.t)
        met = np.isfinite(rounds.miss)
        site = place.unit.site
        r_site = np.array(ecef_from_geodetic(site[0], site[1], site[2]))
        for i in np.flatnonzero(met):
            distance[fired[i]] = ground_range(r_site, r[i])
            altitude[fired[i]] = geodetic_from_ecef(r[i, 0], r[i, 1], r[i, 2])[2]
            flight[fired[i]] = rounds.t[i] - rounds.t_launch[i]
    return Shots(
        is_fired=solved.is_feasible,
        is_hit=miss <= place.system.lethal_radius,
        miss=miss,
        distance=distance,
        altitude=altitude,
        flight_time=flight,
    )
