"""The world's two acts: advance under the last commands, and show what is true."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.kernels.aloft import is_any_due, threats_aloft
from opendome.kernels.discrimination import NO_CLUSTERS
from opendome.kernels.frames import ecefs_from_geodetics
from opendome.kernels.glow import glows
from opendome.kernels.guidance import ENDED, FREE, Sky
from opendome.kernels.homing import advance_rounds
from opendome.kernels.philox import uniforms
from opendome.messages import Commands, EventKind, Events, empty, take
from opendome.rng import Purpose
from opendome.truth import Meetings, Truth
from opendome.world import beams
from opendome.world.before_launch import defeated
from opendome.world.flights import launch_group
from opendome.world.model import WorldModel
from opendome.world.outcomes import ended_rounds, resolve
from opendome.world.releasing import Batch, release
from opendome.world.rounds import launch, no_rounds, no_shots, note_paths, update
from opendome.world.state import ThreatRecord, WorldState

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def begin(model: WorldModel, seed: int, runs: Sequence[int]) -> WorldState:
    """The world at t = 0: every threat's path is already determined, as none can steer.

    Parameters
    ----------
    runs : sequence of int
        Numbers of the runs in this batch, ascending.
    """
    numbers = np.asarray(runs, dtype=np.int64)
    threats, sky = _launch_all(model, seed, numbers)
    n = len(numbers)
    last = sky.t_gone.reshape(n, -1).max(axis=1, initial=0.0)
    return WorldState(
        seed=seed,
        runs=numbers,
        t=0.0,
        threats=threats,
        sky=sky,
        rounds=no_rounds(),
        shots=no_shots(),
        is_active=np.full(n, model.n_threats > 0),
        t_end=last,
        killer=np.full(n * model.n_threats, -1, dtype=np.int64),
        n_sent=np.zeros(n * model.n_threats, dtype=np.int64),
    )


def _launch_all(model: WorldModel, seed: int, runs: Ints) -> tuple[ThreatRecord, Sky]:
    """Draw, fit and fly all threats of all runs; rows by (run, threat)."""
    n, table, objects = model.n_threats, model.threats, model.objects
    run, threat = np.repeat(runs, n), np.tile(np.arange(n, dtype=np.int64), len(runs))
    number = objects.launch[threat]
    lots = uniforms(seed, run, int(Purpose.THREAT_RELIABILITY), number, np.zeros_like(threat), 1)
    is_defeated = defeated(model.before_launch, seed, run, threat)
    is_failed = ~is_defeated & (lots[:, 0] >= table.reliability[threat])
    t_launch = table.t_launch[threat]
    columns = {name: np.full(len(run), np.nan) for name in _FLOWN}
    pieces: list[Floats] = [np.zeros((0, 7))] * len(run)
    for group in model.groups:
        rows = np.flatnonzero(np.isin(threat, group.threats))
        done = launch_group(group, seed, run[rows], number[rows], t_launch[rows], is_failed[rows])
        launches, aims, flights = done.launches, done.aims, done.paths
        flown = (
            launches[:, 0], launches[:, 1], aims[:, 0], aims[:, 1], flights.t_burnout,
            flights.apogee_alt, flights.impact[:, 0], flights.impact[:, 1], flights.impact[:, 2],
            done.t_level,
        )  # fmt: skip
        for name, values in zip(_FLOWN, flown, strict=True):
            columns[name][rows] = values
        for m, row in enumerate(rows):
            pieces[row] = flights.knots[m, : flights.n_knots[m]]
    batch = Batch(run, threat, is_failed, columns, pieces)
    t_release = release(objects, seed, batch)
    counts = np.array([len(p) for p in pieces], dtype=np.int64)
    sky = Sky(
        n,
        np.concatenate(pieces) if pieces else np.zeros((0, 7)),
        np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64),
        counts,
        np.where(np.isnan(t_release), t_launch, t_release),
        np.where(is_defeated, t_launch, columns["t_impact"]),
        objects.clusters if objects.clusters.is_cluster.any() else NO_CLUSTERS,
    )
    asset, outside = _where(model, columns["impact_lat"], columns["impact_lon"])
    asset[~objects.is_armed[threat]] = -1
    record = ThreatRecord(
        run=run,
        threat=threat,
        t_launch=t_launch,
        t_release=t_release,
        is_failed=is_failed,
        is_defeated=is_defeated,
        asset=asset,
        outside_distance=outside,
        **columns,
    )
    return record, sky


_FLOWN = (
    "launch_lat", "launch_lon", "aim_lat", "aim_lon", "t_burnout",
    "apogee", "t_impact", "impact_lat", "impact_lon", "t_level",
)  # fmt: skip


def _where(model: WorldModel, lat: Floats, lon: Floats) -> tuple[Ints, Floats]:
    """Asset that holds each impact point (-1: none), and metres outside the nearest edge."""
    if not len(model.assets.names):
        return np.full(len(lat), -1, dtype=np.int64), np.full(len(lat), np.inf)
    r = ecefs_from_geodetics(lat, lon, np.zeros_like(lat))
    chord = np.sqrt(((r[:, None, :] - model.assets.r_ecef[None]) ** 2).sum(axis=2))
    arc = 2.0 * EARTH_RADIUS_MEAN * np.arcsin(np.minimum(chord / (2.0 * EARTH_RADIUS_MEAN), 1.0))
    outside = arc - model.assets.radius[None]
    nearest = np.argmin(outside, axis=1)
    distance = outside[np.arange(len(lat)), nearest]
    return np.where(distance <= 0.0, nearest, -1), distance


def advance(
    model: WorldModel, state: WorldState, commands: Commands, t1: float, keep: frozenset[int]
) -> tuple[Meetings, Events]:
    """Move the world to t1 under commands that reached their rounds by now.

    Runs that have ended stand still, whatever is still said in them.

    Returns
    -------
    meetings : Meetings
        Rounds that ended, for those who assess kills.
    events : Events
        What happened, for the record only.
    """
    first = len(state.rounds.t)
    if len(commands.run):
        is_alive = state.is_active[np.searchsorted(state.runs, commands.run)]
        commands = commands if is_alive.all() else take(commands, is_alive)
        launch(model, state, commands, keep)
        update(model, state, commands)
    rounds, t0 = state.rounds, state.t
    if model.is_flown and len(rounds.t):
        fights_on = state.is_active[rounds.batch]
        locked = np.flatnonzero((rounds.phase == FREE) & (rounds.target >= 0) & fights_on)
        lost = locked[state.sky.t_gone[rounds.target[locked]] <= t0]
        if len(lost):
            rounds.phase[lost] = ENDED
            rounds.t_meet[lost] = np.maximum(rounds.t[lost], t0)
        flying = np.flatnonzero((rounds.phase == FREE) & (rounds.t < t1) & fights_on)
        if len(flying):
            advance_rounds(rounds, flying, t1, model.interceptors.kinds, state.sky, state.seed)
        beams.advance(model, state, t1)
        note_paths(state)
    over = ended_rounds(model, state, t1)
    meetings = resolve(model, state, over)
    events = _events(model, state, t1, first, over)
    state.t = t1
    n = max(model.n_threats, 1)
    if model.n_threats:
        state.t_end = state.sky.t_gone.reshape(-1, n).max(axis=1)
        state.is_active = state.t_end > t1
    return meetings, events


def _events(model: WorldModel, state: WorldState, t1: float, first: int, over: Ints) -> Events:
    """True happenings since ``state.t`` up to t1, threats first, then rounds, each in row order."""
    rec, gone, rounds, t0 = state.threats, state.sky.t_gone, state.rounds, state.t
    times = (rec.t_launch, rec.t_burnout, rec.t_release, rec.t_impact)
    if first == len(rounds.t) and not len(over) and not is_any_due(times, t0, t1):
        return empty(Events)
    n = max(model.n_threats, 1)
    kinds: list[tuple[EventKind, Ints, Ints, Floats, Ints, Floats]] = []

    def threat(
        kind: EventKind, t: Floats, mask: NDArray[np.bool_], others: Ints | None = None
    ) -> None:
        is_due = (t > t0 if t0 > 0 else t >= t0) & (t <= t1)
        if not is_due.any():
            return
        rows = np.flatnonzero(is_due & mask & (t <= gone) & ~rec.is_defeated)
        by = np.full(len(rows), -1, dtype=np.int64) if others is None else others[rows]
        kinds.append((kind, rec.run[rows], rows % n, t[rows], by, np.full(len(rows), np.nan)))

    objects = model.objects
    is_own, is_armed = ~objects.is_released[rec.threat], objects.is_armed[rec.threat]
    is_flying = state.killer < 0
    if objects.clusters.is_cluster.any():
        is_flying &= ~np.isinf(rec.t_release)
    threat(EventKind.LAUNCH, rec.t_launch, is_own)
    threat(EventKind.FAILURE, rec.t_burnout, is_own & rec.is_failed)
    threat(EventKind.BURNOUT, rec.t_burnout, is_own & ~rec.is_failed & np.isinf(rec.t_level))
    threat(EventKind.RELEASE, rec.t_release, ~is_own, objects.carrier[rec.threat])
    threat(EventKind.IMPACT, rec.t_impact, is_armed & is_flying)
    shot = first + np.flatnonzero(rounds.vehicle[first:] == 0)
    if not len(shot) and not len(over) and not kinds:
        return empty(Events)
    kinds.append(
        (EventKind.SHOT, rounds.run[shot], rounds.shot[shot], state.shots.t_launch[shot],
         state.shots.battery[shot], np.full(len(shot), np.nan))
    )  # fmt: skip
    met = np.isfinite(state.shots.r_end_ecef[over, 0])
    who = rounds.target[over] if model.is_flown else state.shots.intended[over]
    other = np.where(met, who % n, -1)
    for kind, mask in ((EventKind.INTERCEPT, met), (EventKind.SELF_DESTRUCT, ~met)):
        rows = over[mask]
        kinds.append((kind, rounds.run[rows], rounds.shot[rows], rounds.t_meet[rows], other[mask],
                      rounds.miss[rows]))  # fmt: skip
    kills = over[state.shots.is_kill[over]]
    kinds.append(
        (EventKind.KILL, rounds.run[kills], who[state.shots.is_kill[over]] % n,
         rounds.t_meet[kills], rounds.shot[kills], rounds.miss[kills])
    )  # fmt: skip
    return Events(
        run=np.concatenate([k[1] for k in kinds]),
        t=np.concatenate([k[3] for k in kinds]),
        kind=np.concatenate([np.full(len(k[1]), int(k[0]), dtype=np.int64) for k in kinds]),
        subject=np.concatenate([k[2] for k in kinds]),
        other=np.concatenate([k[4] for k in kinds]),
        value=np.concatenate([k[5] for k in kinds]),
    )


def running(state: WorldState, times: list[float]) -> list[Ints]:
    """Runs that have not ended at each of some times."""
    if times and state.t_end.min(initial=np.inf) > max(times):
        return [state.runs] * len(times)
    return [state.runs[state.t_end > t] for t in times]


def snapshot(model: WorldModel, state: WorldState, t: float, *, shows_glow: bool = False) -> Truth:
    """Every threat in the air at t, in runs that have not ended; t lies in the last tick.

    ``shows_glow``: how the bodies glow is worked out, for a sensor that can see it.
    """
    sky, table = state.sky, model.threats
    n = max(model.n_threats, 1)
    rows, r, v = threats_aloft(sky, t)
    threat = rows % n
    t_level = state.threats.t_level[rows]
    burning = (t < state.threats.t_burnout[rows]) & np.isinf(t_level)
    glow = np.zeros((len(rows), 2))
    if shows_glow and (table.skin.area > 0.0).any():
        glow = glows(table.body[threat], r, v, table.skin)
    return Truth(
        t=t,
        runs=state.runs[state.t_end > t],
        run=state.threats.run[rows],
        threat=threat,
        r_ecef=r,
        v_ecef=v,
        is_burning=burning,
        is_level=t < t_level,
        log_beta=table.log_beta[threat],
        rcs=table.rcs[threat],
        rcs_uhf=table.rcs_uhf[threat],
        plume=np.where(burning, table.plume[threat], 0.0),
        glow=glow,
        jamming=table.jamming[threat],
        jam_bands=table.jam_bands[threat],
    )
