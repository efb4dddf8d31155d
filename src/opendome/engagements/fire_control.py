"""Fire control: turns orders and tracks into commands, keeps the magazines, guides its rounds."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from opendome.engagements import beams
from opendome.engagements.engagement import FireControlModel, FireControlState, InFlight, Sight
from opendome.engagements.from_orbit import burns_of, solve_from_shell
from opendome.engagements.launch import solve
from opendome.engagements.magazines import (
    AFTER_INTERCEPT,
    leave_satellites,
    number_refusals,
    only_new,
    refill,
    spend,
    stocks,
)
from opendome.engagements.solutions import Solutions, no_solutions
from opendome.messages import (
    CommandKind,
    Commands,
    Orders,
    ReportKind,
    Reports,
    Tracks,
    empty,
    join,
    sigmas,
    take,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PATIENCE = 30.0  # s that an order waits for a channel beyond its planned launch, or its arrival
UPDATE_SHARE = 0.85  # a divert round gets a newer track each time this share of its way is left


def find_tracks(model: FireControlModel, state: FireControlState, picture: Tracks,
                run: Ints, cell: Ints, track: Ints) -> Ints:  # fmt: skip
    """Row in the picture of each (run, cell, track), -1 where the picture lost it."""
    if not len(picture.run):
        return np.full(len(run), -1, dtype=np.int64)

    def key(r: Ints, k: Ints, i: Ints) -> Ints:
        return (np.searchsorted(state.runs, r) * model.n_cells + k) * 2**32 + i

    have = key(picture.run, picture.node, picture.id)
    order = np.argsort(have, kind="stable")
    want = key(run, cell, track)
    place = np.minimum(np.searchsorted(have[order], want), len(have) - 1)
    rows = order[place]
    return np.where(have[rows] == want, rows, -1)


def sightings(model: FireControlModel, state: FireControlState, sight: Sight,
              wanted: tuple[Ints, Ints, Ints, Ints]
              ) -> list[tuple[Ints, Tracks, Ints]]:  # fmt: skip
    """Which (run, cell, track, battery) are seen in each picture, and in which of its rows."""
    run, cell, track, battery = wanted
    if len(sight.pictures) == 1:
        rows = find_tracks(model, state, sight.pictures[0], run, cell, track)
        is_seen = rows >= 0
        return [(is_seen.nonzero()[0], sight.pictures[0], rows[is_seen])]
    version = np.where(cell == 0, sight.of_battery[battery], 0)
    found: list[tuple[Ints, Tracks, Ints]] = []
    for k, picture in enumerate(sight.pictures):
        mine = np.flatnonzero(version == k)
        if len(mine):
            rows = find_tracks(model, state, picture, run[mine], cell[mine], track[mine])
            found.append((mine[rows >= 0], picture, rows[rows >= 0]))
    return found


def see(model: FireControlModel, state: FireControlState, sight: Sight,
        wanted: tuple[Ints, Ints, Ints, Ints]) -> tuple[Ints, Tracks]:  # fmt: skip
    """Which (run, cell, track, battery) are seen, and the track of each of these."""
    found = sightings(model, state, sight, wanted)
    seen = [take(picture, rows) for _, picture, rows in found]
    if len(seen) == 1:
        return found[0][0], seen[0]
    which = np.concatenate([part[0] for part in found]) if found else np.zeros(0, dtype=np.int64)
    order = np.argsort(which, kind="stable")
    return which[order], take(join(seen, Tracks), order)


def act(
    model: FireControlModel,
    state: FireControlState,
    orders: Orders,
    sight: Sight,
    clock: tuple[float, float],
) -> tuple[Commands, Reports]:
    """Launch what is due before the next tick, and hand newer tracks to rounds in flight.

    Parameters
    ----------
    orders : Orders
        That have reached their batteries by now; heard before or at a lost battery: ignored.
    sight : Sight
        The tracks, as each battery sees them.
    clock : (t, t_next)
        This tick and the next, s.
    """
    if len(orders.run):
        orders = only_new(state, orders)
        orders = replace(orders, t_launch=np.maximum(orders.t_launch, clock[0]))
    waiting = join([state.waiting, orders], Orders)
    batch = np.searchsorted(state.runs, waiting.run)
    waiting = take(waiting, state.lost[batch, waiting.battery] > clock[0])
    if not len(waiting.run) and not len(state.flights.shot):
        return empty(Commands), empty(Reports)
    refill(model, state, clock[0])
    requests, waiting, refused = _requests(model, state, waiting, clock)
    launches, reports, postponed = _launch(model, state, requests, sight, clock)
    state.waiting = join([waiting, postponed], Orders)
    updates = _updates(model, state, sight, clock[0])
    return join([launches, updates], Commands), join([reports, refused], Reports)


def _start(model: FireControlModel, orders: Orders) -> Floats:
    """When each order may begin: planned, released, and the launcher has reacted."""
    ready = orders.t_release + model.reaction[orders.battery]
    return np.asarray(np.maximum(orders.t_launch, ready))


def _requests(
    model: FireControlModel, state: FireControlState, orders: Orders, clock: tuple[float, float]
) -> tuple[tuple[Orders, Floats], Orders, Reports]:
    """Single rounds that leave before the next tick, orders that wait, and refusals."""
    t, t_next = clock
    if not len(orders.run):
        return (orders, np.zeros(0)), orders, empty(Reports)
    start = _start(model, orders)
    due = start < t_next
    if not due.any():
        return (empty(Orders), np.zeros(0)), orders, empty(Reports)
    now = np.flatnonzero(due)
    now = now[np.lexsort((orders.id[now], start[now], orders.run[now]))]
    have, mates = stocks(model, state, t), model.unit[:, None] == model.unit
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
            channels[b, mates[j]] -= 1
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
        _refuse(state, take(orders, np.array(refuse, dtype=np.int64)), t),
    )


def _refuse(state: FireControlState, orders: Orders, t: float) -> Reports:
    """One refused round per row."""
    return _report(orders, t, ReportKind.CANNOT, number_refusals(state, orders))


def _report(orders: Orders, t: float, kind: ReportKind, shot: Ints) -> Reports:
    """One report per order row."""
    n = len(orders.run)
    return Reports(
        run=orders.run,
        t=np.full(n, t),
        kind=np.full(n, int(kind), dtype=np.int64),
        order=orders.id,
        shot=shot,
        battery=orders.battery,
        track=orders.track,
        node=orders.node,
    )


def _launch(
    model: FireControlModel,
    state: FireControlState,
    requests: tuple[Orders, Floats],
    sight: Sight,
    clock: tuple[float, float],
) -> tuple[Commands, Reports, Orders]:
    """Solve each requested round; launch it, wait for its time, or say that it cannot."""
    orders, t_earliest = requests
    n = len(orders.run)
    if not n:
        return empty(Commands), empty(Reports), empty(Orders)
    wanted = (orders.run, orders.node, orders.track, orders.battery)
    found, seen = see(model, state, sight, wanted)
    is_aimed = np.isfinite(seen.impact_t) | seen.is_level | seen.is_boosting
    known, seen = found[is_aimed], take(seen, is_aimed)
    way = _solved(model, state, orders, t_earliest, (known, seen))
    feasible = way.is_feasible
    goes = _take_turns(model, state, orders, way.t_launch, feasible, clock[1])
    later = feasible & ~goes
    postponed = replace(
        take(orders, later), t_launch=way.t_launch[later], t_intercept=way.t_intercept[later]
    )
    fly = take(orders, goes)
    shot = spend(model, state, fly, way.t_launch[goes])
    leave_satellites(state, fly, way.launcher[goes])
    seen = take(seen, goes[known])
    sigma_place, sigma_speed = sigmas(seen.cov_ecef)
    commands = Commands(
        run=fly.run,
        shot=shot,
        kind=np.full(len(shot), int(CommandKind.LAUNCH), dtype=np.int64),
        order=fly.id,
        battery=fly.battery,
        track=fly.track,
        t_launch=way.t_launch[goes],
        t_intercept=way.t_intercept[goes],
        r_intercept_ecef=way.r_intercept_ecef[goes],
        azimuth=way.azimuth[goes],
        elevation=way.elevation[goes],
        law=np.array([u.law for u in model.units], dtype=np.int64)[fly.battery],
        t_track=seen.t,
        x_ecef=seen.x_ecef,
        is_level=seen.is_level,
        sigma_place=sigma_place,
        sigma_speed=sigma_speed,
        launcher=way.launcher[goes],
        **_burning(model, fly.battery, seen),
    )
    _note_flights(state, fly, commands)
    beams.turn_all(model, state, commands)
    said = _report(fly, clock[0], ReportKind.LAUNCHED, shot)
    refused = _refuse(state, take(orders, ~feasible), clock[0])
    return commands, join([said, refused], Reports), postponed


def _solved(
    model: FireControlModel,
    state: FireControlState,
    orders: Orders,
    t_earliest: Floats,
    seen: tuple[Ints, Tracks],
) -> Solutions:
    """Launch solutions of the requested rounds, those whose tracks are known."""
    known, tracks = seen
    way = no_solutions(len(orders.run))
    for j in range(len(model.units)):
        rows = np.flatnonzero(orders.battery[known] == j)
        if len(rows):
            mine = known[rows]
            way.enter(mine, _solve(model, state, j, take(tracks, rows), t_earliest[mine]))
    return way


def _solve(
    model: FireControlModel, state: FireControlState, j: int, seen: Tracks, t_earliest: Floats
) -> Solutions:
    """Firing solutions of battery j, from its site or from a satellite of its shell, or dwells."""
    unit = model.units[j]
    if unit.light is not None:
        pointing = beams.pointings(state, unit, j, np.searchsorted(state.runs, seen.run))
        return beams.aim(unit, unit.light, seen, t_earliest, pointing)
    if unit.orbit is None:
        return solve(unit, seen, t_earliest, model.is_flown)
    stock = (np.searchsorted(state.runs, seen.run), state.aloft[j])
    return solve_from_shell(unit, unit.orbit, seen, t_earliest, stock, model.is_flown)


def _burning(model: FireControlModel, battery: Ints, seen: Tracks) -> dict[str, Floats]:
    """What batteries assume of the tracks (n,) that they hand over."""
    thrust, ends = np.zeros(len(battery)), np.full(len(battery), -np.inf)
    for j, unit in enumerate(model.units if seen.is_boosting.any() else ()):
        rows = np.flatnonzero((battery == j) & seen.is_boosting)
        if unit.may_boost and len(rows):
            burns = burns_of(unit, take(seen, rows))
            thrust[rows], ends[rows] = burns.thrust, burns.t_burnout
    return {"thrust": thrust, "t_burnout": ends}


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


def _updates(model: FireControlModel, state: FireControlState, sight: Sight, t: float) -> Commands:
    """Newer tracks for rounds in flight; those past intercept or of a lost battery get none."""
    f = state.flights
    keep = (f.t_intercept + AFTER_INTERCEPT > t) & (state.lost[f.batch, f.battery] > t)
    if not keep.all():
        f = InFlight(**{g.name: getattr(f, g.name)[keep] for g in fields(InFlight)})
        state.flights = f
    if not model.is_flown or not len(f.shot):
        return empty(Commands)
    parts: list[tuple[Ints, Tracks]] = []
    wanted = (state.runs[f.batch], f.node, f.track, f.battery)
    for found, picture, rows in sightings(model, state, sight, wanted):
        t_track = picture.t[rows]
        share = np.where(model.is_divert[f.battery[found]], UPDATE_SHARE, 1.0)
        t_update, t_intercept = f.t_update[found], f.t_intercept[found]
        due = (t_track > t_update) & (t_intercept - t_track <= share * (t_intercept - t_update))
        if due.any():
            parts.append((found[due], take(picture, rows[due])))
    if not parts:
        return empty(Commands)
    now, seen = parts[0]
    if len(parts) > 1:
        now = np.concatenate([part[0] for part in parts])
        order = np.argsort(now, kind="stable")
        now, seen = now[order], take(join([part[1] for part in parts], Tracks), order)
    f.t_update[now] = seen.t
    sigma_place, sigma_speed = sigmas(seen.cov_ecef)
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
        t_track=seen.t,
        x_ecef=seen.x_ecef,
        is_level=seen.is_level,
        sigma_place=sigma_place,
        sigma_speed=sigma_speed,
        launcher=np.full(n, -1, dtype=np.int64),
        **_burning(model, f.battery[now], seen),
    )
