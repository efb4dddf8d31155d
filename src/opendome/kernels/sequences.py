"""Fire, look, fire again: the best salvos at each threat when rounds and channels have prices.

Time is counted in periods, and slots are some periods long: all one, or some longer than others.
A salvo leaves as a slot begins and holds a guidance channel for the periods of its flight; its
result is known in the first slot that begins so many periods later, and until then nothing else is
fired at that threat. With prices on rounds and channels the threats are independent of each
other, and the best sequence at one threat follows by dynamic programming backwards over the slots.

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
EVEN: Ints = np.zeros(0, np.int64)
SURE: Floats = np.zeros((0, 2))


class Schedule(NamedTuple):
    """n threats that b batteries can meet in some slots."""

    value: Floats  # (n,) lost if the threat is never killed
    chance: Floats  # (n,) that it is not killed by what is in flight against it; 1 for nothing
    ready: Ints  # (n,) first slot in which it can be fired at, result of what is in flight known
    p_kill: Floats  # (n, b) of one round, 0 where the battery cannot meet it
    first: Ints  # (n, b) first launch slot
    last: Ints  # (n, b) last launch slot; before the first: no chance
    flight: Ints  # (n, b) periods in which a round holds a channel, at least 1
    known: Ints  # (n, b) periods from launch until the result is known, at least the flight
    starts: Ints = EVEN  # (slots + 1,) period in which each begins, the end last; EVEN: one each
    word: Floats = SURE  # (b, 2) chance to hear of a dead threat that it lives, and the reverse


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
def beginnings(starts: Ints, n_slots: int) -> Ints:
    """Period in which each slot begins, (n_slots + 1,) with the end of the last."""
    return np.arange(n_slots + 1) if len(starts) == 0 else starts[: n_slots + 1]


@jit
def first_slots(begins: Ints) -> Ints:
    """The first slot that begins in or after each period, the last slot at most."""
    n_slots = len(begins) - 1
    first = np.full(begins[n_slots] + 1, n_slots - 1)
    period = 0
    for s in range(n_slots):
        while period <= begins[s]:
            first[period] = s
            period += 1
    return first


@jit
def channel_sums(prices: Prices, begins: Ints) -> Floats:
    """Sums of channel prices before each period (b, n_periods + 1); unpriced slots cost nothing.

    The price of a slot is that of a channel for the whole of it.
    """
    n_batteries, priced = prices.channel.shape
    n_slots = len(begins) - 1
    sums = np.zeros((n_batteries, begins[n_slots] + 1))
    for b in range(n_batteries):
        for s in range(n_slots):
            price = prices.channel[b, s] / (begins[s + 1] - begins[s]) if s < priced else 0.0
            for period in range(begins[s], begins[s + 1]):
                sums[b, period + 1] = sums[b, period] + price
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
        Slots that are looked at: at least one after the last launch, and where slots are EVEN the
        last launch slot + the longest ``known`` + 2. What is known later is known in the last.

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
    begins = beginnings(schedule.starts, n_slots)
    slot, sums, n_periods = first_slots(begins), channel_sums(prices, begins), begins[n_slots]
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
                down = min(begins[t] + schedule.flight[j, b], n_periods)
                price = prices.round[b] + sums[b, down] - sums[b, begins[t]]
                known = slot[min(begins[t] + schedule.known[j, b], n_periods)]
                after, left = worth[j, known], 1.0
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
    begins = beginnings(schedule.starts, n_slots)
    slot, n_periods = first_slots(begins), begins[n_slots]
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
                t = slot[min(begins[t] + schedule.known[j, b], n_periods)]
        found.length[j] = k
    return found


@jit
def after_salvo(
    alive: float, dead: float, p_kill: float, word: Floats, rounds: int
) -> tuple[float, float, float]:
    """Chances that a threat lives and that it is dead, both said to live; and that it lives unseen.

    Parameters
    ----------
    alive, dead : float
        Before the salvo.
    word : (2,) float
        Chance that word of a dead threat says it lives, and of a living one that it is dead.
    rounds : int
        Each meets the threat after the other, and brings a word of its own.

    Returns
    -------
    alive, dead, unseen : float
        ``unseen``: it lives, and some word said that it is dead.
    """
    left = alive
    for _ in range(rounds):
        dead = (dead + alive * p_kill) * word[0]
        alive *= (1.0 - p_kill) * (1.0 - word[1])
        left *= 1.0 - p_kill
    return alive, dead, left - alive


@jit
def columns(schedule: Schedule, plans: Sequences, now: int, n_slots: int) -> Columns:
    """What sequences use and what leaks, in expectation, as columns.

    Rows: one for each threat; rounds of each battery; channels of each battery in each slot from
    ``now`` to ``n_slots - 1``, battery by battery. Of a slot that is longer than what is left of a
    flight only a share of a channel is used.
    """
    m = len(plans.threat)
    n, n_batteries = schedule.p_kill.shape
    width = n_slots - now
    size = m
    for i in range(m):
        for k in range(plans.length[i]):
            size += 1 + min(schedule.flight[plans.threat[i], plans.battery[i, k]], n_slots)
    start, leak = np.zeros(m + 1, np.int64), np.zeros(m)
    row, entry = np.empty(size, np.int64), np.empty(size)
    use, touched = (
        np.zeros(n_batteries * (1 + width)),
        np.empty(n_batteries * (1 + width), np.int64),
    )
    begins = beginnings(schedule.starts, n_slots)
    z = 0
    for i in range(m):
        j, n_touched = plans.threat[i], 0
        row[z], entry[z] = j, 1.0
        z += 1
        alive, dead, unseen = schedule.chance[j], 0.0, 0.0
        for k in range(plans.length[i]):
            b, t = plans.battery[i, k], plans.slot[i, k]
            fired = (alive + dead) * plans.rounds[i, k]
            if len(schedule.word) == 0:
                alive *= (1.0 - schedule.p_kill[j, b]) ** plans.rounds[i, k]
            else:
                alive, dead, more = after_salvo(
                    alive, dead, schedule.p_kill[j, b], schedule.word[b], plans.rounds[i, k]
                )
                unseen += more
            if fired == 0.0:
                break
            down, s = begins[t] + schedule.flight[j, b], t - 1
            while s < t or (s < n_slots and begins[s] < down):
                place, share = b, 1.0
                if s >= t:
                    place = n_batteries + b * width + s - now
                    share = (min(begins[s + 1], down) - begins[s]) / (begins[s + 1] - begins[s])
                if use[place] == 0.0:
                    touched[n_touched] = place
                    n_touched += 1
                use[place] += fired * share
                s += 1
        leak[i] = schedule.value[j] * (alive + unseen)
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
    n_slots = worth.shape[1]
    begins = beginnings(schedule.starts, n_slots)
    slot, sums, n_periods = first_slots(begins), channel_sums(prices, begins), begins[n_slots]
    for j in range(n):
        if schedule.ready[j] > now:
            continue
        for b in range(n_batteries):
            p = schedule.p_kill[j, b]
            if p <= 0.0 or now < schedule.first[j, b] or now > schedule.last[j, b]:
                continue
            down = min(begins[now] + schedule.flight[j, b], n_periods)
            price = prices.round[b] + sums[b, down] - sums[b, begins[now]]
            after = worth[j, slot[min(begins[now] + schedule.known[j, b], n_periods)]]
            left = 1.0
            for k in range(salvo):
                left *= 1.0 - p
                loss = (k + 1) * price + left * after
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
