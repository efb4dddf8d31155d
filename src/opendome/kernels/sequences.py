"""Fire, look, fire again: the best salvos at each threat when rounds and channels have prices.

Time is counted in slots. A salvo launched in slot t holds a guidance channel in each of the slots
t, t + 1 ... until it arrives, and its result is known some slots later; until then nothing else is
fired at that threat. With prices on rounds and channels the threats are independent of each other,
and the best sequence at one threat follows by dynamic programming backwards over the slots.

Source: the Lagrangian (fluid) relaxation of weakly coupled dynamic programs: Hawkins, A Lagrangian
Decomposition Approach to Weakly Coupled Dynamic Optimization Problems, MIT (2003); Brown and Zhang,
On the Strength of Relaxations of Weakly Coupled Stochastic Dynamic Programs, Operations Research
(2023).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WAIT = -1
TINY = 1e-12  # share of the value: a salvo must be better than waiting by more than rounding


class Schedule(NamedTuple):
    """n threats that b batteries can meet in some slots."""

    value: Floats  # (n,) lost if the threat is never killed
    chance: Floats  # (n,) that it is not killed by what is in flight against it; 1 for nothing
    ready: Ints  # (n,) first slot in which it can be fired at, result of what is in flight known
    p_kill: Floats  # (n, b) of one round, 0 where the battery cannot meet it
    first: Ints  # (n, b) first launch slot
    last: Ints  # (n, b) last launch slot; before the first: no chance
    flight: Ints  # (n, b) slots in which a round holds a channel, at least 1
    known: Ints  # (n, b) slots from launch until the result is known, at least the flight


class Prices(NamedTuple):
    """What a round, and a channel in a slot, is worth elsewhere."""

    round: Floats  # (b,)
    channel: Floats  # (b, n_slots)


class Sequences(NamedTuple):
    """m sequences of salvos at one threat each; a later one is fired only if the threat lives."""

    threat: Ints  # (m,) ascending is not asked
    length: Ints  # (m,) salvos
    slot: Ints  # (m, k) of the launches
    battery: Ints  # (m, k)
    rounds: Ints  # (m, k) of each salvo


class Columns(NamedTuple):
    """Sparse columns of a linear program, compressed by column."""

    start: Ints  # (m + 1,)
    row: Ints  # (start[-1],)
    entry: Floats  # (start[-1],)
    leak: Floats  # (m,) expected value that is lost under each sequence


@jit
def channel_sums(prices: Prices, n_slots: int) -> Floats:
    """Sums of channel prices up to each slot, (b, n_slots + 1); unpriced slots cost nothing."""
    n_batteries, priced = prices.channel.shape
    sums = np.zeros((n_batteries, n_slots + 1))
    for b in range(n_batteries):
        for t in range(n_slots):
            sums[b, t + 1] = sums[b, t] + (prices.channel[b, t] if t < priced else 0.0)
    return sums


@jit
def values(
    schedule: Schedule, prices: Prices, salvo: int, n_slots: int
) -> tuple[Floats, Ints, Ints]:
    """Least expected loss and price of a threat that lives at each slot, and what attains it.

    Parameters
    ----------
    schedule : Schedule
    prices : Prices
    salvo : int
        Most rounds of one salvo.
    n_slots : int
        Slots that are looked at, at least the last launch slot + the longest ``known`` + 2.

    Returns
    -------
    values : (n, n_slots)
        Where nothing is in flight at the beginning of the slot; the value itself after the last
        chance. Slots before ``ready`` are not filled.
    battery : (n, n_slots)
        That fires, or WAIT.
    rounds : (n, n_slots)
        Of the salvo.
    """
    n, n_batteries = schedule.p_kill.shape
    worth = np.zeros((n, n_slots))
    battery, rounds = np.full((n, n_slots), WAIT), np.zeros((n, n_slots), np.int64)
    sums = channel_sums(prices, n_slots)
    for j in range(n):
        end = -1
        for b in range(n_batteries):
            if schedule.p_kill[j, b] > 0.0 and schedule.last[j, b] > end:
                end = schedule.last[j, b]
        for t in range(max(end + 1, 0), n_slots):
            worth[j, t] = schedule.value[j]
        for t in range(end, schedule.ready[j] - 1, -1):
            best = worth[j, t + 1]
            margin = TINY * schedule.value[j]
            for b in range(n_batteries):
                p = schedule.p_kill[j, b]
                if p <= 0.0 or t < schedule.first[j, b] or t > schedule.last[j, b]:
                    continue
                price = prices.round[b] + sums[b, t + schedule.flight[j, b]] - sums[b, t]
                after, left = worth[j, t + schedule.known[j, b]], 1.0
                for k in range(1, salvo + 1):
                    left *= 1.0 - p
                    loss = k * price + left * after
                    if loss < best - margin:
                        best = loss
                        battery[j, t], rounds[j, t] = b, k
            worth[j, t] = best
    return worth, battery, rounds


@jit
def sequences(schedule: Schedule, battery: Ints, rounds: Ints, longest: int) -> Sequences:
    """The sequence that each threat (n,) gets by the choices of `values`, cut at ``longest``."""
    n, n_slots = battery.shape
    found = Sequences(
        np.arange(n),
        np.zeros(n, np.int64),
        np.zeros((n, longest), np.int64),
        np.zeros((n, longest), np.int64),
        np.zeros((n, longest), np.int64),
    )
    for j in range(n):
        t, k = schedule.ready[j], 0
        while t < n_slots and k < longest:
            b = battery[j, t]
            if b == WAIT:
                t += 1
            else:
                found.slot[j, k], found.battery[j, k] = t, b
                found.rounds[j, k] = rounds[j, t]
                k += 1
                t += schedule.known[j, b]
        found.length[j] = k
    return found


@jit
def columns(schedule: Schedule, plans: Sequences, now: int, n_slots: int) -> Columns:
    """What sequences use and what leaks, in expectation, as columns.

    Rows: one for each threat; rounds of each battery; channels of each battery in each slot from
    ``now`` to ``n_slots - 1``, battery by battery.
    """
    m = len(plans.threat)
    n, n_batteries = schedule.p_kill.shape
    width = n_slots - now
    size = m
    for i in range(m):
        for k in range(plans.length[i]):
            size += 1 + schedule.flight[plans.threat[i], plans.battery[i, k]]
    start, leak = np.zeros(m + 1, np.int64), np.zeros(m)
    row, entry = np.empty(size, np.int64), np.empty(size)
    use, touched = (
        np.zeros(n_batteries * (1 + width)),
        np.empty(n_batteries * (1 + width), np.int64),
    )
    z = 0
    for i in range(m):
        j, n_touched = plans.threat[i], 0
        row[z], entry[z] = j, 1.0
        z += 1
        alive = schedule.chance[j]
        for k in range(plans.length[i]):
            b, t = plans.battery[i, k], plans.slot[i, k]
            fired = alive * plans.rounds[i, k]
            alive *= (1.0 - schedule.p_kill[j, b]) ** plans.rounds[i, k]
            if fired == 0.0:
                break
            until = min(t + schedule.flight[j, b], n_slots)
            for step in range(1 + until - t):
                place = b if step == 0 else n_batteries + b * width + t - now + step - 1
                if use[place] == 0.0:
                    touched[n_touched] = place
                    n_touched += 1
                use[place] += fired
        leak[i] = schedule.value[j] * alive
        for place in touched[:n_touched]:
            row[z], entry[z] = n + place, use[place]
            use[place] = 0.0
            z += 1
        start[i + 1] = z
    return Columns(start, row[:z], entry[:z], leak)


@jit
def tails(schedule: Schedule, plans: Sequences, place: Ints) -> Sequences:
    """What is left of earlier sequences: the salvos from each threat's ``ready`` slot on.

    Parameters
    ----------
    place : (number of threats before,) int
        Place of each earlier threat in ``schedule``; negative: gone.
    """
    m, longest = plans.slot.shape
    out = Sequences(
        np.empty(m, np.int64),
        np.zeros(m, np.int64),
        np.zeros((m, longest), np.int64),
        np.zeros((m, longest), np.int64),
        np.zeros((m, longest), np.int64),
    )
    n = 0
    for i in range(m):
        j, k = place[plans.threat[i]], 0
        if j < 0:
            continue
        for s in range(plans.length[i]):
            if plans.slot[i, s] >= schedule.ready[j]:
                out.slot[n, k], out.battery[n, k] = plans.slot[i, s], plans.battery[i, s]
                out.rounds[n, k] = plans.rounds[i, s]
                k += 1
        if k > 0:
            out.threat[n], out.length[n] = j, k
            n += 1
    return Sequences(out.threat[:n], out.length[:n], out.slot[:n], out.battery[:n], out.rounds[:n])


@jit
def advantages(schedule: Schedule, prices: Prices, worth: Floats, now: int, salvo: int) -> Floats:
    """What firing now is better than waiting, (n, b, salvo); minus infinity where it cannot be."""
    n, n_batteries = schedule.p_kill.shape
    gain = np.full((n, n_batteries, salvo), -np.inf)
    sums = channel_sums(prices, worth.shape[1])
    for j in range(n):
        if schedule.ready[j] > now:
            continue
        for b in range(n_batteries):
            p = schedule.p_kill[j, b]
            if p <= 0.0 or now < schedule.first[j, b] or now > schedule.last[j, b]:
                continue
            price = prices.round[b] + sums[b, now + schedule.flight[j, b]] - sums[b, now]
            left = 1.0
            for k in range(salvo):
                left *= 1.0 - p
                loss = (k + 1) * price + left * worth[j, now + schedule.known[j, b]]
                gain[j, b, k] = worth[j, now + 1] - loss
    return gain


@jit
def allot(gain: Floats, rounds: Ints, channels: Ints, unit: Ints) -> tuple[Ints, Ints]:
    """The best salvos first, while rounds and channels last; one a threat, none at a loss.

    Parameters
    ----------
    gain : (n, b, salvo)
        Of `advantages`.
    rounds, channels : (b,) int
        Left, and free now.
    unit : (b,) int
        Batteries of one number share their channels.

    Returns
    -------
    battery, rounds : (n,) int
        WAIT and 0 where nothing is fired.
    """
    n, n_batteries, salvo = gain.shape
    flat = gain.ravel()
    order = np.argsort(-flat, kind="mergesort")
    battery, fired = np.full(n, WAIT), np.zeros(n, np.int64)
    left, free = rounds.copy(), channels.copy()
    for place in order:
        if not flat[place] >= 0.0:
            break
        j, b, k = place // (n_batteries * salvo), place // salvo % n_batteries, place % salvo + 1
        if battery[j] == WAIT and left[b] >= k and free[b] >= k:
            battery[j], fired[j] = b, k
            left[b] -= k
            for other in range(n_batteries):
                if unit[other] == unit[b]:
                    free[other] -= k
    return battery, fired
