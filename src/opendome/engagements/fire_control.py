"""Fire control: turns orders and tracks into commands, keeps the magazines, guides its rounds."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from opendome.engagements.engagement import FireControlModel, FireControlState, InFlight
from opendome.engagements.launch import solve
from opendome.messages import (
    CommandKind,
    Commands,
    Orders,
    ReportKind,
    Reports,
    Stocks,
    Tracks,
    empty,
    join,
    take,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PATIENCE = 30.0  # s that an order waits for a channel or a round beyond its planned launch
UPDATE_SHARE = 0.85  # a divert round gets a newer track each time this share of its way is left
AFTER_INTERCEPT = 2.0  # s that a channel stays busy after the planned intercept


def find_tracks(model: FireControlModel, state: FireControlState, picture: Tracks,
                run: Ints, node: Ints, track: Ints) -> Ints:  # fmt: skip
    """Row in the picture of each (run, node, track), -1 where the picture lost it."""
    if not len(picture.run):
        return np.full(len(run), -1, dtype=np.int64)

    def key(r: Ints, k: Ints, i: Ints) -> Ints:
        return (np.searchsorted(state.runs, r) * model.n_nodes + k) * 2**32 + i

    have = key(picture.run, picture.node, picture.id)
    order = np.argsort(have, kind="stable")
    want = key(run, node, track)
    place = np.minimum(np.searchsorted(have[order], want), len(have) - 1)
    rows = order[place]
    return np.where(have[rows] == want, rows, -1)


def stocks(model: FireControlModel, state: FireControlState, t: float) -> Stocks:
    """What each battery has now."""
    busy = np.zeros_like(state.rounds)
    flying = state.flights.t_intercept + AFTER_INTERCEPT > t
    np.add.at(busy, (state.flights.batch[flying], state.flights.battery[flying]), 1)
    channels = np.array([u.channels for u in model.units], dtype=np.int64)
    return Stocks(
        runs=state.runs,
        rounds=state.rounds.copy(),
        free_channels=np.maximum(channels[None, :] - busy, 0),
        t_ready=np.maximum(state.t_ready, t),
    )


def act(
    model: FireControlModel,
    state: FireControlState,
    orders: Orders,
    picture: Tracks,
    clock: tuple[float, float],
) -> tuple[Commands, Reports]:
    """Launch what is due before the next tick, and hand newer tracks to rounds in flight.

    Parameters
    ----------
    orders : Orders
        Orders that have reached their batteries by now.
    picture : Tracks
    clock : (t, t_next)
        This tick and the next, s.
    """
    waiting = join([state.waiting, orders], Orders)
    requests, waiting, refused = _requests(model, state, waiting, clock)
    launches, reports, postponed = _launch(model, state, requests, picture, clock)
    state.waiting = join([waiting, postponed], Orders)
    updates = _updates(model, state, picture, clock[0])
    return join([launches, updates], Commands), join([reports, refused], Reports)


def _start(model: FireControlModel, orders: Orders) -> Floats:
    """When each order may begin: planned, released, and the launcher has reacted."""
    reaction = np.array([u.reaction for u in model.units])
    return np.asarray(np.maximum(orders.t_launch, orders.t_release + reaction[orders.battery]))


def _requests(
    model: FireControlModel, state: FireControlState, orders: Orders, clock: tuple[float, float]
) -> tuple[tuple[Orders, Floats], Orders, Reports]:
    """Single rounds that leave before the next tick, orders that wait, and refusals."""
    t, t_next = clock
    start = _start(model, orders)
    due = start < t_next
    now = np.flatnonzero(due)
    now = now[np.lexsort((orders.id[now], start[now], orders.run[now]))]
    have = stocks(model, state, t)
    rounds, channels, t_ready = have.rounds.copy(), have.free_channels.copy(), have.t_ready.copy()
    leave: list[int] = []
    times: list[float] = []
    wait: list[tuple[int, int, float]] = []
    refuse: list[int] = []
    for row in now:
        b = int(np.searchsorted(state.runs, orders.run[row]))
        j = int(orders.battery[row])
        for k in range(int(orders.n_rounds[row])):
            left = int(orders.n_rounds[row]) - k
            t_leave = max(t, float(start[row]), float(t_ready[b, j]))
            if rounds[b, j] <= 0 or t > orders.t_launch[row] + PATIENCE:
                refuse += [int(row)] * left
                break
            if t_leave >= t_next or channels[b, j] <= 0:
                planned = float(orders.t_launch[row])
                wait.append((int(row), left, t_leave if t_leave >= t_next else planned))
                break
            rounds[b, j] -= 1
            channels[b, j] -= 1
            t_ready[b, j] = t_leave + model.units[j].launch_interval
            leave.append(int(row))
            times.append(t_leave)
    held = take(orders, np.array([w[0] for w in wait], dtype=np.int64))
    held = replace(
        held,
        n_rounds=np.array([w[1] for w in wait], dtype=np.int64),
        t_launch=np.array([w[2] for w in wait]),
    )
    later = join([take(orders, ~due), held], Orders)
    single = take(orders, np.array(leave, dtype=np.int64))
    single = replace(single, n_rounds=np.ones(len(leave), dtype=np.int64))
    return (
        (single, np.array(times)),
        later,
        _report(take(orders, np.array(refuse, dtype=np.int64)), t, ReportKind.CANNOT, None),
    )


def _report(orders: Orders, t: float, kind: ReportKind, shot: Ints | None) -> Reports:
    """One report per order row."""
    n = len(orders.run)
    return Reports(
        run=orders.run,
        t=np.full(n, t),
        kind=np.full(n, int(kind), dtype=np.int64),
        order=orders.id,
        shot=np.full(n, -1, dtype=np.int64) if shot is None else shot,
        battery=orders.battery,
        track=orders.track,
        node=orders.node,
    )


def _launch(
    model: FireControlModel,
    state: FireControlState,
    requests: tuple[Orders, Floats],
    picture: Tracks,
    clock: tuple[float, float],
) -> tuple[Commands, Reports, Orders]:
    """Solve each requested round; launch it, wait for its time, or say that it cannot."""
    orders, t_earliest = requests
    n = len(orders.run)
    if not n:
        return empty(Commands), empty(Reports), empty(Orders)
    rows = find_tracks(model, state, picture, orders.run, orders.node, orders.track)
    known = (rows >= 0) & np.isfinite(picture.impact_t[np.maximum(rows, 0)])
    out = {
        name: np.full((n, 3) if name == "r" else n, np.nan)
        for name in ("t_launch", "t_intercept", "r", "azimuth", "elevation")
    }
    feasible = np.zeros(n, dtype=np.bool_)
    for j, unit in enumerate(model.units):
        mine = np.flatnonzero(known & (orders.battery == j))
        if not len(mine):
            continue
        found = solve(unit, take(picture, rows[mine]), t_earliest[mine], model.is_flown)
        feasible[mine] = found.is_feasible
        out["t_launch"][mine], out["t_intercept"][mine] = found.t_launch, found.t_intercept
        out["r"][mine] = found.r_intercept_ecef
        out["azimuth"][mine], out["elevation"][mine] = found.azimuth, found.elevation
    goes = _take_turns(model, state, orders, out["t_launch"], feasible, clock[1])
    later = feasible & ~goes
    postponed = replace(
        take(orders, later), t_launch=out["t_launch"][later], t_intercept=out["t_intercept"][later]
    )
    fly = take(orders, goes)
    shot = _number(state, fly)
    law = np.array([u.law for u in model.units], dtype=np.int64)
    seen = take(picture, rows[goes])
    commands = Commands(
        run=fly.run,
        shot=shot,
        kind=np.full(len(shot), int(CommandKind.LAUNCH), dtype=np.int64),
        order=fly.id,
        battery=fly.battery,
        track=fly.track,
        t_launch=out["t_launch"][goes],
        t_intercept=out["t_intercept"][goes],
        r_intercept_ecef=out["r"][goes],
        azimuth=out["azimuth"][goes],
        elevation=out["elevation"][goes],
        law=law[fly.battery],
        t_track=seen.t,
        x_ecef=seen.x_ecef,
        is_level=seen.is_level,
    )
    _note_flights(state, fly, commands)
    reports = [_report(fly, clock[0], ReportKind.LAUNCHED, shot)]
    reports.append(_report(take(orders, ~feasible), clock[0], ReportKind.CANNOT, None))
    return commands, join(reports, Reports), postponed


def _take_turns(
    model: FireControlModel,
    state: FireControlState,
    orders: Orders,
    t_launch: Floats,
    feasible: Bools,
    t_next: float,
) -> Bools:
    """Which rounds leave before ``t_next``, each a launch interval after its battery's last.

    Changes ``t_launch`` of a round that has to wait to when its turn comes, and the batteries'
    times of readiness.
    """
    goes = np.zeros(len(t_launch), dtype=np.bool_)
    rows = np.flatnonzero(feasible)
    for i in rows[np.lexsort((rows, t_launch[rows]))]:
        b, j = np.searchsorted(state.runs, orders.run[i]), orders.battery[i]
        if t_launch[i] < state.t_ready[b, j] - 1e-9:
            t_launch[i] = max(state.t_ready[b, j], t_next)
        elif t_launch[i] < t_next:
            goes[i] = True
            state.t_ready[b, j] = t_launch[i] + model.units[j].launch_interval
    return goes


def _number(state: FireControlState, orders: Orders) -> Ints:
    """Shot numbers 0, 1, 2 ... of each run, in row order; the rounds leave the magazines."""
    batch = np.searchsorted(state.runs, orders.run)
    shot = np.zeros(len(batch), dtype=np.int64)
    for i, b in enumerate(batch):
        shot[i] = state.n_shots[b]
        state.n_shots[b] += 1
        state.rounds[b, orders.battery[i]] -= 1
    return shot


def _note_flights(state: FireControlState, orders: Orders, commands: Commands) -> None:
    """Remember rounds that leave."""
    new = InFlight(
        batch=np.searchsorted(state.runs, orders.run),
        shot=commands.shot,
        order=orders.id,
        battery=orders.battery,
        node=orders.node,
        track=orders.track,
        t_intercept=commands.t_intercept,
        t_update=commands.t_track,
    )
    old = state.flights
    state.flights = InFlight(
        **{
            f.name: np.concatenate([getattr(old, f.name), getattr(new, f.name)])
            for f in fields(InFlight)
        }
    )


def _updates(
    model: FireControlModel, state: FireControlState, picture: Tracks, t: float
) -> Commands:
    """Newer tracks for rounds in flight; rounds past their intercept are forgotten."""
    keep = state.flights.t_intercept + AFTER_INTERCEPT > t
    f = InFlight(**{g.name: getattr(state.flights, g.name)[keep] for g in fields(InFlight)})
    state.flights = f
    if not model.is_flown or not len(f.shot):
        return empty(Commands)
    rows = find_tracks(model, state, picture, state.runs[f.batch], f.node, f.track)
    t_track = np.where(
        rows >= 0, picture.t[np.maximum(rows, 0)] if len(picture.t) else 0.0, -np.inf
    )
    divert = np.array([u.is_divert for u in model.units])[f.battery]
    share = np.where(divert, UPDATE_SHARE, 1.0)
    due = (t_track > f.t_update) & (f.t_intercept - t_track <= share * (f.t_intercept - f.t_update))
    now = np.flatnonzero(due)
    f.t_update[now] = t_track[now]
    n = len(now)
    nan = np.full(n, np.nan)
    return Commands(
        run=state.runs[f.batch[now]],
        shot=f.shot[now],
        kind=np.full(n, int(CommandKind.UPDATE), dtype=np.int64),
        order=f.order[now],
        battery=f.battery[now],
        track=f.track[now],
        t_launch=nan,
        t_intercept=nan,
        r_intercept_ecef=np.full((n, 3), np.nan),
        azimuth=nan,
        elevation=nan,
        law=np.zeros(n, dtype=np.int64),
        t_track=picture.t[rows[now]],
        x_ecef=picture.x_ecef[rows[now]],
        is_level=picture.is_level[rows[now]],
    )
