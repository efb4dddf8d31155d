"""The best choice of one defense for each asset, from lists of all that come into question.

What a plan loses above the bound is the sum, over assets, of what its defenses cost above the
cheapest ones, and the price of the rounds that it keeps. Assets are taken one by one; of choices
that use the same rounds the best one goes on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.assets.listing import CELLS, is_new

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST = 200_000  # uses of rounds that are followed
MOST_WORK = 2_000_000_000  # uses of rounds times defenses, where all uses have a place
MOST_KEPT = 100_000_000  # uses of rounds times assets


class Choice(NamedTuple):
    """What may be chosen for one asset."""

    used: Ints  # (m, k)
    above: Floats  # (m,) cost above that of the cheapest defense


def best_of(lists: list[Choice], rounds: Ints, price: Floats, width: float) -> Ints | None:
    """The best choice (a,) that fits the rounds and lies in the width.

    None: there is too much to look at; empty: there is none.
    """
    found = _of_few(lists, rounds, price, width)
    cells = float(np.prod(rounds + 1.0))
    work = cells * sum(len(one.above) for one in lists)
    if found is None and work <= MOST_WORK and cells * len(lists) <= MOST_KEPT:
        found = _of_all(lists, rounds, price, width)
    return found


def _of_few(lists: list[Choice], rounds: Ints, price: Floats, width: float) -> Ints | None:
    """The same, following only uses of rounds that come into question."""
    used, above = np.zeros((1, len(price)), dtype=np.int64), np.zeros(1)
    stages: list[tuple[Ints, Ints]] = []
    for one in lists:
        if len(above) * len(one.above) > CELLS:
            return None
        sums = (above[:, None] + one.above).ravel()
        at = np.flatnonzero(sums < width)
        before, chosen = at // len(one.above), at % len(one.above)
        both = used[before] + one.used[chosen]
        fits = np.flatnonzero((both <= rounds).all(axis=1))
        order = fits[np.lexsort((sums[at[fits]], *both[fits].T))]
        both, at, before, chosen = both[order], at[order], before[order], chosen[order]
        first = is_new(both)
        used, above = both[first], sums[at[first]]
        stages.append((before[first], chosen[first]))
        if len(above) > MOST:
            return None
    total = above + (rounds - used) @ price
    inside = np.flatnonzero(total < width)
    if not len(inside):
        return np.zeros(0, dtype=np.int64)
    row = int(inside[np.argmin(total[inside])])
    plan = np.zeros(len(lists), dtype=np.int64)
    for i in range(len(lists) - 1, -1, -1):
        before, chosen = stages[i]
        plan[i], row = chosen[row], before[row]
    return plan


def _of_all(lists: list[Choice], rounds: Ints, price: Floats, width: float) -> Ints:
    """The same, with a place for every use of rounds."""
    shape = tuple(int(n) + 1 for n in rounds)
    least = np.full(shape, np.inf)
    least[(0,) * len(shape)] = 0.0
    chosen = np.zeros((len(lists), *shape), dtype=np.int32)
    for one, choice in zip(lists, chosen):
        before = least
        least = np.full(shape, np.inf)
        for i, (used, above) in enumerate(zip(one.used.tolist(), one.above.tolist())):
            there = tuple(slice(n, None) for n in used)
            here = tuple(slice(0, size - n) for n, size in zip(used, shape))
            total = before[here] + above
            is_better = total < np.minimum(least[there], width)
            least[there] = np.where(is_better, total, least[there])
            choice[there] = np.where(is_better, i, choice[there])
    kept = sum(
        (n - np.arange(n + 1)).reshape([-1 if i == k else 1 for i in range(len(shape))]) * p
        for k, (n, p) in enumerate(zip(rounds.tolist(), price.tolist()))
    )
    total = least + kept
    at = np.unravel_index(int(np.argmin(total)), shape)
    if not total[at] < width:
        return np.zeros(0, dtype=np.int64)
    left = np.array(at)
    plan = np.zeros(len(lists), dtype=np.int64)
    for i in range(len(lists) - 1, -1, -1):
        plan[i] = chosen[i][tuple(left)]
        left = left - lists[i].used[plan[i]]
    return plan
