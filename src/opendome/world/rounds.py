"""Rounds in flight: launched and updated by commands, flown by the guidance kernel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.flight import fly_many, path_at
from opendome.kernels.frames import ecis_from_ecefs
from opendome.kernels.guidance import ENDED, FREE, Rounds
from opendome.kernels.homing import believe, correct_courses, nearest_threats
from opendome.kernels.philox import uniforms
from opendome.messages import CommandKind, Commands, take
from opendome.rng import Purpose
from opendome.world.model import WorldModel
from opendome.world.state import ShotRecord, WorldState

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COAST_MARGIN = 5.0  # s of flight kept past burn-out
KEPT_DIVERT = 0.3  # share of the divert that midcourse leaves for homing
PATH_POINTS = 100  # a kept path gains a point at most each hundredth of its duration
MATCH_DISTANCE = 500e3  # m, beyond which a track belongs to no threat


def no_rounds() -> Rounds:
    """A batch without rounds."""
    ints = {"system", "law", "batch", "run", "shot", "phase", "target", "n_looks"}
    vectors = {"r", "v", "a", "burn", "believed_r", "believed_v", "u", "u_rate"}
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


def _track_states(commands: Commands) -> tuple[Floats, Floats]:
    """Inertial position and velocity of the tracks that commands hand over, each at its time."""
    return ecis_from_ecefs(
        np.ascontiguousarray(commands.x_ecef[:, :3]),
        np.ascontiguousarray(commands.x_ecef[:, 3:6]),
        commands.t_track,
    )


def launch(model: WorldModel, state: WorldState, commands: Commands, keep: frozenset[int]) -> None:
    """Add a round for every LAUNCH command, at its burn-out state (flown) or waiting (tabled).

    ``keep`` names the runs whose boost paths are kept for the picture of the raid.
    """
    rows = np.flatnonzero(commands.kind == CommandKind.LAUNCH)
    if not len(rows):
        return
    n, first = len(rows), len(state.rounds.t)
    batch = np.searchsorted(state.runs, commands.run[rows])
    kinds, table = model.batteries.system[commands.battery[rows]], model.interceptors
    shot = commands.shot[rows]
    run = commands.run[rows]
    zeros = np.zeros(n, dtype=np.int64)
    works, homes = (
        uniforms(state.seed, run, int(purpose), shot, zeros, 1)[:, 0]
        < (chance[kinds] if model.is_flown else 1.0)  # a tabled round's p_kill holds both
        for purpose, chance in (
            (Purpose.INTERCEPTOR_RELIABILITY, table.p_reliability),
            (Purpose.DISCRIMINATION, table.p_discrimination),
        )
    )
    fresh = {name: np.zeros((n, *getattr(state.rounds, name).shape[1:])) for name in Rounds._fields}
    fresh["system"], fresh["batch"], fresh["run"], fresh["shot"] = kinds, batch, run, shot
    fresh["law"] = commands.law[rows]
    fresh["divert"] = table.divert[kinds].copy()
    fresh["target"] = np.full(n, -1)
    fresh["phase"] = np.full(n, FREE)
    for name in ("miss", "t_acquired", "t_meet"):
        fresh[name] = np.full(n, np.inf if name == "miss" else np.nan)
    fresh["t_launch"] = commands.t_launch[rows]
    fresh["t"] = fresh["t_launch"] + table.kinds.free_time[kinds]
    if model.is_flown:
        for k in np.unique(kinds):
            of_kind = np.flatnonzero(kinds == k)
            launches = np.full((len(of_kind), 7), np.inf)
            launches[:, :3] = model.batteries.site[commands.battery[rows[of_kind]]]
            launches[:, 3] = commands.t_launch[rows[of_kind]]
            launches[:, 4] = commands.azimuth[rows[of_kind]]
            launches[:, 5] = commands.elevation[rows[of_kind]]
            flights = fly_many(
                table.vehicles[k],
                launches,
                float(table.kinds.free_time[k]) + COAST_MARGIN,
                1e-7,
                512,
            )
            for m, i in enumerate(of_kind):
                burnout = path_at(flights.knots[m], flights.n_knots[m], fresh["t"][i])
                fresh["r"][i], fresh["v"][i] = burnout[:3], burnout[3:]
                if int(run[i]) in keep:
                    path = flights.knots[m, : flights.n_knots[m], :4]
                    state.flown_paths[first + int(i)] = [*path[path[:, 0] < fresh["t"][i]]]
    else:
        fresh["t_meet"] = commands.t_intercept[rows].copy()
    ints = {name for name in Rounds._fields if getattr(state.rounds, name).dtype == np.int64}
    state.rounds = Rounds(
        **{
            name: np.concatenate(
                [
                    getattr(state.rounds, name),
                    fresh[name].astype(np.int64) if name in ints else fresh[name],
                ]
            )
            for name in Rounds._fields
        }
    )
    old = state.shots
    no = np.zeros(n, dtype=np.bool_)
    picked = take(commands, rows)
    intended = nearest_threats(
        state.sky, batch, picked.t_track, _track_states(picked)[0], MATCH_DISTANCE
    )
    state.shots = ShotRecord(
        np.concatenate([old.order, picked.order]),
        np.concatenate([old.battery, picked.battery]),
        np.concatenate([old.track, picked.track]),
        np.concatenate([old.t_launch, picked.t_launch]),
        np.concatenate([old.t_planned, picked.t_intercept]),
        np.concatenate([old.intended, intended]),
        np.concatenate([old.is_reliable, works]),
        np.concatenate([old.is_discriminated, homes]),
        np.concatenate([old.is_lethal, no]),
        np.concatenate([old.is_kill, no]),
        np.concatenate([old.is_over, no]),
        np.concatenate([old.r_end_ecef, np.full((n, 3), np.nan)]),
    )
    if model.is_flown:
        new = np.arange(first, first + n)
        _believe(state, new, picked)
        failed = new[~state.shots.is_reliable[new]]
        state.rounds.phase[failed] = ENDED
        state.rounds.t_meet[failed] = state.rounds.t[failed]


def _believe(state: WorldState, rows: Ints, commands: Commands) -> None:
    """Give rounds a newer track."""
    r, v = _track_states(commands)
    believe(state.rounds, rows, commands.t_track, r, v, np.exp(commands.x_ecef[:, 6]))


def update(model: WorldModel, state: WorldState, commands: Commands) -> None:
    """Hand newer tracks to rounds in flight; a divert round past burn-out corrects its course."""
    rows = np.flatnonzero(commands.kind == CommandKind.UPDATE)
    if not len(rows) or not model.is_flown:
        return
    picked = take(commands, rows)
    key = state.rounds.run * 2**32 + state.rounds.shot
    order = np.argsort(key, kind="stable")
    found = order[np.searchsorted(key[order], picked.run * 2**32 + picked.shot)]
    flying = state.rounds.phase[found] == FREE
    picked = take(picked, flying)
    found = found[flying]
    _believe(state, found, picked)
    coasting = (
        model.interceptors.kinds.is_divert[state.rounds.system[found]]
        & (state.rounds.t[found] <= state.t + 1e-9)
        & (state.rounds.target[found] < 0)
    )
    correct_courses(state.rounds, found[coasting], model.interceptors.kinds, KEPT_DIVERT)


def note_paths(state: WorldState) -> None:
    """Add a point to each kept path whose round has flown on or ended."""
    rounds = state.rounds
    for row, path in state.flown_paths.items():
        t = float(rounds.t[row])
        far = (t - rounds.t_launch[row]) / PATH_POINTS
        if not path or t >= path[-1][0] + far or (rounds.phase[row] == ENDED and t > path[-1][0]):
            path.append(np.array([t, *rounds.r[row]]))
