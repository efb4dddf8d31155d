"""What batteries have: rounds in launchers and in store, channels shared within a fire unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.engagements.engagement import FireControlModel, FireControlState, Refills
from opendome.messages import Orders, Stocks, take

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

AFTER_INTERCEPT = 2.0  # s that a channel stays busy after the planned intercept
ROOM = 64  # orders of a run for which memory is made at a time


def stocks(model: FireControlModel, state: FireControlState, t: float) -> Stocks:
    """What each battery can use at t: rounds in its launchers, free channels of its fire unit."""
    busy = np.zeros(state.rounds.shape, dtype=np.int64)
    if len(state.flights.shot):
        flying = state.flights.t_intercept + AFTER_INTERCEPT > t
        unit = model.unit[state.flights.battery[flying]]
        np.add.at(busy, (state.flights.batch[flying], unit), 1)
    return Stocks(
        runs=state.runs,
        rounds=state.rounds + _filled(model, state, state.refills.t <= t),
        free_channels=np.maximum(model.channels - busy[:, model.unit], 0),
        t_ready=np.maximum(state.t_ready, t),
    )


def refill(model: FireControlModel, state: FireControlState, t: float) -> None:
    """Launchers whose time has come are full again."""
    refills = state.refills
    is_done = refills.t <= t
    if is_done.any():
        state.rounds += _filled(model, state, is_done)
        left = ~is_done
        state.refills = Refills(refills.batch[left], refills.battery[left], refills.t[left])


def _filled(model: FireControlModel, state: FireControlState, which: NDArray[np.bool_]) -> Ints:
    """Rounds that some of the refills bring, (n_runs, n_batteries)."""
    more = np.zeros(state.rounds.shape, dtype=np.int64)
    if len(which) and which.any():
        load = np.array([u.rounds_per_launcher for u in model.units], dtype=np.int64)
        battery = state.refills.battery[which]
        np.add.at(more, (state.refills.batch[which], battery), load[battery])
    return more


def spend(
    model: FireControlModel, state: FireControlState, orders: Orders, t_launch: Floats
) -> Ints:
    """One round of each row leaves; shots are numbered 0, 1, 2 ... in each run, in row order.

    A launcher that is empty is filled again from the store, if there is one and it can be done.
    """
    batch = np.searchsorted(state.runs, orders.run)
    shot = np.zeros(len(batch), dtype=np.int64)
    begun: list[tuple[int, int, float]] = []
    for i, (b, j) in enumerate(zip(batch.tolist(), orders.battery.tolist(), strict=True)):
        unit = model.units[j]
        shot[i] = state.n_shots[b]
        state.n_shots[b] += 1
        state.rounds[b, j] -= 1
        state.n_fired[b, j] += 1
        if state.n_fired[b, j] == unit.rounds_per_launcher:
            state.n_fired[b, j] = 0
            if unit.reload is not None and state.n_stored[b, j] > 0:
                state.n_stored[b, j] -= 1
                begun.append((b, j, float(t_launch[i]) + unit.reload))
    if begun:
        rows, batteries, times = zip(*begun, strict=True)
        old = state.refills
        state.refills = Refills(
            np.append(old.batch, np.array(rows, dtype=np.int64)),
            np.append(old.battery, np.array(batteries, dtype=np.int64)),
            np.append(old.t, np.array(times)),
        )
    return shot


def leave_satellites(state: FireControlState, orders: Orders, launcher: Ints) -> None:
    """One round of each row leaves the satellite that fires it; -1: it leaves a site."""
    batch = np.searchsorted(state.runs, orders.run)
    for i in np.flatnonzero(launcher >= 0):
        state.aloft[int(orders.battery[i])][batch[i], launcher[i]] -= 1


def only_new(state: FireControlState, orders: Orders) -> Orders:
    """Orders not heard of before, each once: what is said again changes nothing."""
    if not len(orders.run):
        return orders
    more = int(orders.id.max()) + 1 - state.refusals.shape[1]
    if more > 0:
        fresh = np.full((len(state.runs), max(more, ROOM)), -1, dtype=np.int64)
        state.refusals = np.hstack([state.refusals, fresh])
    batch = np.searchsorted(state.runs, orders.run)
    key = batch * state.refusals.shape[1] + orders.id
    first = np.zeros(len(key), dtype=np.bool_)
    first[np.unique(key, return_index=True)[1]] = True
    first &= state.refusals[batch, orders.id] < 0
    state.refusals[batch, orders.id] = np.maximum(state.refusals[batch, orders.id], 0)
    return orders if first.all() else take(orders, first)


def number_refusals(state: FireControlState, orders: Orders) -> Ints:
    """-1, -2, -3 ... for each order's refused rounds, so that none is taken for another."""
    number = np.zeros(len(orders.run), dtype=np.int64)
    for i, b in enumerate(np.searchsorted(state.runs, orders.run).tolist()):
        state.refusals[b, orders.id[i]] += 1
        number[i] = -state.refusals[b, orders.id[i]]
    return number
