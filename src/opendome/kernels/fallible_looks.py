"""Fire, look, fire again, when a look may be wrong: the best salvos at each threat at given prices.

Every round brings one word of its threat, with the errors of its battery: of a dead threat that it
lives, so that rounds are wasted, or of a living one that it is dead. Whoever hears of a threat
that it is dead fires no more at it. So a plan at one threat is still a sequence of salvos, each
fired if every word before said that the threat lives. What a sequence costs is linear in the chance
that the threat lives and the chance that it is dead; from each slot on, the sequences that are the
best at some pair of chances are the corners of a lower hull, few, and found backwards over the
slots. `sequences` holds the case without errors, in which one corner is enough.

Source: R. D. Smallwood and E. J. Sondik, The Optimal Control of Partially Observable Markov
Processes over a Finite Horizon, Operations Research 21 (1973): values that are piecewise linear in
what is believed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.sequences import (
    TINY,
    WAIT,
    Prices,
    Schedule,
    Sequences,
    after_salvo,
    beginnings,
    channel_sums,
    first_slots,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CORNERS = 16  # most that are kept of a hull; what is beyond is covered from below


class Corners(NamedTuple):
    """The best sequences at n threats from each slot on, up to ``CORNERS`` of each."""

    size: Ints  # (n, n_slots) how many
    alive: Floats  # (n, n_slots, CORNERS) expected loss and price if the threat lives, ascending
    dead: Floats  # (n, n_slots, CORNERS) expected price if it is dead, descending
    battery: Ints  # (n, n_slots, CORNERS) that fires in this slot, or WAIT
    rounds: Ints  # (n, n_slots, CORNERS)
    follow: Ints  # (n, n_slots, CORNERS) corner in the slot that comes next


@jit
def _least(corners: Corners, j: int, t: int, alive: float, dead: float) -> tuple[float, int]:
    """Least expected loss and price at a threat from a slot on, and the corner that attains it."""
    best, which = np.inf, 0
    for i in range(corners.size[j, t]):
        loss = alive * corners.alive[j, t, i] + dead * corners.dead[j, t, i]
        if loss < best:
            best, which = loss, i
    return best, which


@jit
def hull(corners: Corners, j: int, t: int, found: Floats, how: Ints, margin: float) -> None:
    """Keep the corners of the lower left hull of points (alive, dead), m rows of ``found``.

    ``how`` (m, 3) holds battery, rounds and follow of each. A hull of too many corners ends with a
    point that is below all that are left out.
    """
    order, n = np.argsort(found[:, 0], kind="mergesort"), 0
    kept = np.empty(len(order), np.int64)
    for place in order:
        x, y = found[place, 0], found[place, 1]
        if n > 0 and y >= found[kept[n - 1], 1] - margin:
            continue
        while n > 1:
            x0, y0 = found[kept[n - 2], 0], found[kept[n - 2], 1]
            x1, y1 = found[kept[n - 1], 0], found[kept[n - 1], 1]
            if (x1 - x0) * (y0 - y) - (y0 - y1) * (x - x0) < 0.0:
                break
            n -= 1
        kept[n] = place
        n += 1
    corners.size[j, t] = min(n, CORNERS)
    for i in range(corners.size[j, t]):
        place = kept[i]
        corners.alive[j, t, i], corners.dead[j, t, i] = found[place, 0], found[place, 1]
        corners.battery[j, t, i], corners.rounds[j, t, i] = how[place, 0], how[place, 1]
        corners.follow[j, t, i] = how[place, 2]
    if n > CORNERS:
        corners.dead[j, t, CORNERS - 1] = found[kept[n - 1], 1]


@jit
def corners_of(
    schedule: Schedule, prices: Prices, salvo: int, n_slots: int
) -> tuple[Floats, Corners]:
    """Least expected loss and price of a threat that lives at each slot, and the best sequences.

    Parameters and ``worth`` (n, n_slots) as of `sequences.values`.
    """
    n, n_batteries = schedule.p_kill.shape
    shape = (n, n_slots, CORNERS)
    corners = Corners(
        np.ones((n, n_slots), np.int64), np.zeros(shape), np.zeros(shape),
        np.full(shape, WAIT), np.zeros(shape, np.int64), np.zeros(shape, np.int64),
    )  # fmt: skip
    worth = np.zeros((n, n_slots))
    begins = beginnings(schedule.starts, n_slots)
    slot, sums, n_periods = first_slots(begins), channel_sums(prices, begins), begins[n_slots]
    most = CORNERS * (1 + n_batteries * salvo)
    found, how = np.empty((most, 2)), np.empty((most, 3), np.int64)
    for j in range(n):
        value, end = schedule.value[j], -1
        for b in range(n_batteries):
            if schedule.p_kill[j, b] > 0.0 and schedule.last[j, b] > end:
                end = schedule.last[j, b]
        for t in range(max(end + 1, 0), n_slots):
            worth[j, t] = corners.alive[j, t, 0] = value
        for t in range(end, schedule.ready[j] - 1, -1):
            m = 0
            for i in range(corners.size[j, t + 1]):
                found[m] = corners.alive[j, t + 1, i], corners.dead[j, t + 1, i]
                how[m] = WAIT, 0, i
                m += 1
            for b in range(n_batteries):
                p = schedule.p_kill[j, b]
                if p <= 0.0 or t < schedule.first[j, b] or t > schedule.last[j, b]:
                    continue
                down = min(begins[t] + schedule.flight[j, b], n_periods)
                price = prices.round[b] + sums[b, down] - sums[b, begins[t]]
                known = slot[min(begins[t] + schedule.known[j, b], n_periods)]
                for k in range(1, salvo + 1):
                    lives, dies, unseen = after_salvo(1.0, 0.0, p, schedule.word[b], k)
                    _, stays, _ = after_salvo(0.0, 1.0, p, schedule.word[b], k)
                    for i in range(corners.size[j, known]):
                        x, y = corners.alive[j, known, i], corners.dead[j, known, i]
                        loss = k * price + unseen * value + lives * x + dies * y
                        if loss < value:
                            found[m] = loss, k * price + stays * y
                            how[m] = b, k, i
                            m += 1
            hull(corners, j, t, found[:m], how[:m], TINY * value)
            worth[j, t] = corners.alive[j, t, 0]
    return worth, corners


@jit
def doubted_sequences(schedule: Schedule, corners: Corners, longest: int) -> Sequences:
    """The sequence of the first corner of each threat (n,), which lives; cut at ``longest``."""
    n, n_slots = corners.size.shape
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
        t, i, k = schedule.ready[j], 0, 0
        while t < n_slots and k < longest:
            b, follow = corners.battery[j, t, i], corners.follow[j, t, i]
            if b == WAIT:
                t += 1
            else:
                found.slot[j, k], found.battery[j, k] = t, b
                found.rounds[j, k] = corners.rounds[j, t, i]
                k += 1
                t = slot[min(begins[t] + schedule.known[j, b], n_periods)]
            i = follow
        found.length[j] = k
    return found


@jit
def doubted_advantages(
    schedule: Schedule, prices: Prices, corners: Corners, now: int, salvo: int
) -> Floats:
    """What firing now is better than waiting, (n, b, salvo); minus infinity where it cannot be."""
    n, n_batteries = schedule.p_kill.shape
    gain = np.full((n, n_batteries, salvo), -np.inf)
    n_slots = corners.size.shape[1]
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
            known = slot[min(begins[now] + schedule.known[j, b], n_periods)]
            for k in range(1, salvo + 1):
                alive, dead, unseen = after_salvo(1.0, 0.0, p, schedule.word[b], k)
                after, _ = _least(corners, j, known, alive, dead)
                loss = k * price + unseen * schedule.value[j] + after
                gain[j, b, k - 1] = corners.alive[j, now + 1, 0] - loss
    return gain
