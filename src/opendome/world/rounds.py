"""Rounds in flight: launched and updated by commands, flown by the guidance kernel."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.flight import TOLERANCE, fly_many
from opendome.kernels.frames import ecis_from_ecefs
from opendome.kernels.from_orbit import leave_orbit
from opendome.kernels.guidance import ENDED, FREE, Rounds
from opendome.kernels.homing import News, believe, correct_courses, nearest_threats
from opendome.kernels.paths import path_at
from opendome.kernels.philox import uniforms
from opendome.kernels.propulsion import Vehicle
from opendome.messages import CommandKind, Commands, take
from opendome.rng import Purpose
from opendome.world import beams, vehicles
from opendome.world.model import WorldModel
from opendome.world.state import ShotRecord, WorldState

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_KNOTS = 512
COAST_MARGIN = 5.0  # s of flight kept past burn-out
KEPT_DIVERT = 0.3  # share of the divert that midcourse leaves for homing
PATH_POINTS = 100  # a kept path gains a point at most each hundredth of its duration
LOTS_PER_THREAT = 2**20  # rounds at one threat that draw from different lots
LOTS_OF_NOTHING = 2**50
MATCH_DISTANCE = 500e3  # m, beyond which a track belongs to no threat


def no_rounds() -> Rounds:
    """A batch without rounds."""
    ints = {"system", "law", "batch", "run", "shot", "lot", "phase", "target", "n_looks"}
    ints |= {"believed_level", "vehicle"}
    vectors = {"r", "v", "a", "burn", "steer", "believed_r", "believed_v", "u", "u_rate"}
    columns: dict[str, Any] = {
        name: np.zeros(0, dtype=np.int64)
        if name in ints
        else np.zeros((0, 3) if name in vectors else 0)
        for name in Rounds._fields
    }
    return Rounds(**columns)


def no_shots() -> ShotRecord:
    """The record of no rounds."""
    ints, floats = np.zeros(0, dtype=np.int64), np.zeros(0)
    none = np.zeros(0, dtype=np.bool_)
    return ShotRecord(
        ints, ints, ints, floats, floats, ints, none, none, none, none, none, np.zeros((0, 3))
    )


def _track_states(x_ecef: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Inertial position and velocity of tracks (n, 7) that are handed over, each at its time."""
    return ecis_from_ecefs(
        np.ascontiguousarray(x_ecef[:, :3]), np.ascontiguousarray(x_ecef[:, 3:6]), t
    )


def launch(model: WorldModel, state: WorldState, commands: Commands, keep: frozenset[int]) -> None:
    """Add a round for every LAUNCH command, where it begins to steer (flown) or waiting (tabled).

    ``keep`` names the runs whose paths are kept for the picture of the raid.
    """
    is_launch = commands.kind == CommandKind.LAUNCH
    if not is_launch.any():
        return
    launches = take(commands, is_launch)
    launches, vehicle = vehicles.each(model, launches)
    first = len(state.rounds.t)
    fresh = _fresh_rounds(model, state, launches)
    fresh.vehicle[:] = vehicle
    if model.is_flown:
        _boost(model, state, launches, fresh, keep)
        beams.begin(model, state, launches, fresh, keep)
    else:
        fresh.t_meet[:] = launches.t_intercept
        r_plan = launches.r_intercept_ecef
        fresh.r[:], _ = ecis_from_ecefs(r_plan, np.zeros_like(r_plan), launches.t_intercept)
    r_track, _ = _track_states(launches.x_ecef, launches.t_track)
    intended = nearest_threats(state.sky, fresh.batch, launches.t_track, r_track, MATCH_DISTANCE)
    fresh.lot[:] = _lots(state, intended, launches.shot, vehicle)
    fresh.feature[:] = _wanted(model, state, intended, fresh.system)
    state.rounds = Rounds(
        *[np.concatenate([old, new]) for old, new in zip(state.rounds, fresh, strict=True)]
    )
    state.shots = _with_shots(model, state, launches, fresh, intended)
    if model.is_flown:
        new = np.arange(first, len(state.rounds.t))
        _believe(state, new, launches, np.arange(len(new)))
        failed = new[~state.shots.is_reliable[new]]
        state.rounds.phase[failed] = ENDED
        state.rounds.t_meet[failed] = state.rounds.t[failed]


def _fresh_rounds(model: WorldModel, state: WorldState, launches: Commands) -> Rounds:
    """Rounds as they begin to steer, without place and velocity."""
    n, table = len(launches.run), model.interceptors
    kinds = model.batteries.system[launches.battery]
    columns = {
        name: np.zeros((n, *old.shape[1:]), dtype=old.dtype)
        for name, old in state.rounds._asdict().items()
    }
    fresh = Rounds(**columns)
    fresh.system[:], fresh.law[:] = kinds, launches.law
    fresh.batch[:] = np.searchsorted(state.runs, launches.run)
    fresh.run[:], fresh.shot[:] = launches.run, launches.shot
    fresh.divert[:], fresh.phase[:], fresh.target[:] = table.divert[kinds], FREE, -1
    fresh.miss[:], fresh.t_acquired[:], fresh.t_meet[:] = np.inf, np.nan, np.nan
    fresh.t_launch[:] = launches.t_launch
    fresh.t[:] = launches.t_launch + table.kinds.free_time[kinds]
    return fresh


def _boost(
    model: WorldModel, state: WorldState, launches: Commands, fresh: Rounds, keep: frozenset[int]
) -> None:
    """Fly the rounds to where they begin to steer; ``fresh`` gets place and velocity."""
    first, table = len(state.rounds.t), model.interceptors
    for k in np.unique(fresh.system):
        if table.lasers[k] is not None:
            continue
        mine = np.flatnonzero(fresh.system == k)
        longest = float(table.kinds.free_time[k]) + COAST_MARGIN
        paths, counts = _paths(model, table.vehicles[k], take(launches, mine), longest)
        for m, i in enumerate(mine.tolist()):
            knots, count = paths[m], int(counts[m])
            now = path_at(knots, count, fresh.t[i])
            fresh.r[i], fresh.v[i] = now[:3], now[3:]
            if int(fresh.run[i]) in keep:
                path = knots[:count, :4]
                state.flown_paths[first + i] = [*path[path[:, 0] < fresh.t[i]]]


def _paths(
    model: WorldModel, vehicle: Vehicle, launches: Commands, longest: float
) -> tuple[Floats, Ints]:
    """Knots (n, MAX_KNOTS, 7) of the first ``longest`` seconds of rounds of one kind, and counts.

    From the site of each battery, or from the satellite of its shell that fires.
    """
    numbers = np.full((len(launches.run), 7), np.inf)
    numbers[:, :3] = model.batteries.site[launches.battery]
    numbers[:, 3] = launches.t_launch
    numbers[:, 4] = launches.azimuth
    numbers[:, 5] = launches.elevation
    shells = [model.batteries.shells[j] for j in launches.battery]
    if all(shell is None for shell in shells):
        flights = fly_many(vehicle, numbers, longest, TOLERANCE, MAX_KNOTS)
        return flights.knots, flights.n_knots
    knots = np.zeros((len(numbers), MAX_KNOTS, 7))
    counts = np.zeros(len(numbers), dtype=np.int64)
    for m, shell in enumerate(shells):
        if shell is not None:
            elements = shell.shell.elements[launches.launcher[m]]
            when = (numbers[m, 3], numbers[m, 4], numbers[m, 5])
            counts[m] = leave_orbit(vehicle, elements, when, longest, knots[m])
    return knots, counts


def _lots(state: WorldState, intended: Ints, shot: Ints, vehicle: Ints) -> Ints:
    """Number under which each round draws its lots: threat i of its run, its k-th round.

    So two runs that fire another round somewhere else stay paired. A round meant for nothing
    draws by its own number in the run. Further kill vehicles of a round draw from lots beyond.
    """
    lots = LOTS_OF_NOTHING + shot
    n = max(state.sky.n_threats, 1)
    for i in np.flatnonzero((intended >= 0) & (vehicle == 0)):
        row = intended[i]
        lots[i] = (row % n) * LOTS_PER_THREAT + state.n_sent[row]
        state.n_sent[row] += 1
    own = lots[np.arange(len(lots)) - vehicle] + vehicle * vehicles.LOTS_OF_VEHICLE
    return np.asarray(own, dtype=np.int64)


def _wanted(model: WorldModel, state: WorldState, intended: Ints, system: Ints) -> Floats:
    """Brightness, as a logarithm, of the warheads that each round's seeker is told to look for.

    Known of the class of missile, which the place and the manner of its launch give away.
    """
    clusters = state.sky.clusters
    if not len(clusters.is_cluster):
        return np.full(len(intended), np.nan)
    band = model.interceptors.kinds.band[system]
    wanted = clusters.wanted[intended % state.sky.n_threats, band]
    return np.where(intended >= 0, wanted, np.nan)


def _with_shots(
    model: WorldModel, state: WorldState, launches: Commands, fresh: Rounds, intended: Ints
) -> ShotRecord:
    """The record with new shots at its end: what they were meant for, and how their lots fell."""
    old, table, n = state.shots, model.interceptors, len(launches.run)
    zeros, no = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
    # a tabled round's p_kill holds both; what is common to its kill vehicles it does not hold
    works_with = table.p_reliability if model.is_flown else table.p_common
    homes_with = table.p_discrimination if model.is_flown else np.ones(len(table.names))
    booster = fresh.lot - fresh.vehicle * vehicles.LOTS_OF_VEHICLE
    works, homes = (
        uniforms(state.seed, launches.run, int(purpose), lot, zeros, 1)[:, 0] < chance[fresh.system]
        for purpose, lot, chance in (
            (Purpose.INTERCEPTOR_RELIABILITY, booster, works_with),
            (Purpose.DISCRIMINATION, fresh.lot, homes_with),
        )
    )
    if table.p_common_failure.any():
        purpose, kind = int(Purpose.COMMON_FAILURE), table.first_of_name[fresh.system]
        lots = uniforms(state.seed, launches.run, purpose, kind, zeros, 1)[:, 0]
        works &= lots >= table.p_common_failure[fresh.system]
    new = ShotRecord(
        launches.order,
        launches.battery,
        launches.track,
        launches.t_launch,
        launches.t_intercept,
        intended,
        works,
        homes,
        no,
        no,
        no,
        np.full((n, 3), np.nan),
    )
    return ShotRecord(
        *[np.concatenate([getattr(old, f.name), getattr(new, f.name)]) for f in fields(ShotRecord)]
    )


def _believe(state: WorldState, rows: Ints, commands: Commands, which: Ints) -> None:
    """Give rounds newer tracks: those of ``which`` commands (n,)."""
    x_ecef, t = commands.x_ecef[which], commands.t_track[which]
    r, v = _track_states(x_ecef, t)
    news = News(
        t,
        r,
        v,
        np.exp(x_ecef[:, 6]),
        commands.is_level[which],
        commands.sigma_place[which],
        commands.sigma_speed[which],
        commands.thrust[which],
        commands.t_burnout[which],
    )
    believe(state.rounds, rows, news)


def update(model: WorldModel, state: WorldState, commands: Commands) -> None:
    """Hand newer tracks to rounds in flight; a divert round past burn-out corrects its course."""
    rows = np.flatnonzero(commands.kind == CommandKind.UPDATE)
    if not len(rows) or not model.is_flown:
        return
    key = state.rounds.run * 2**32 + state.rounds.shot
    order = np.argsort(key, kind="stable")
    wanted = commands.run[rows] * 2**32 + commands.shot[rows]
    first = order[np.searchsorted(key[order], wanted)]
    found, which = vehicles.rows_of(model, state, first)
    flying = state.rounds.phase[found] == FREE
    found, which = found[flying], which[flying]
    _believe(state, found, commands, rows[which])
    coasting = (
        model.interceptors.kinds.is_divert[state.rounds.system[found]]
        & (state.rounds.t[found] <= state.t + 1e-9)
        & (state.rounds.target[found] < 0)
    )
    correct_courses(state.rounds, found[coasting], model.interceptors.kinds, KEPT_DIVERT)


def note_paths(state: WorldState) -> None:
    """Add a point to each kept path whose round has flown on or ended."""
    if not state.flown_paths:
        return
    rounds = state.rounds
    for row, path in state.flown_paths.items():
        t = float(rounds.t[row])
        far = (t - rounds.t_launch[row]) / PATH_POINTS
        if not path or t >= path[-1][0] + far or (rounds.phase[row] == ENDED and t > path[-1][0]):
            path.append(np.array([t, *rounds.r[row]]))
