"""What may be fired at one threat: numbers of rounds of each kind, what they cost and leave."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NOTHING_LEFT = 1e-13  # a chance to get through below it is none


class Options(NamedTuple):
    """o ways to fire at one threat, in the order of their cost, the first with no round."""

    rounds: Ints  # (o, k)
    cost: Floats  # (o,)
    through: Floats  # (o,) chance that the threat gets through


def options(
    miss: Floats, most: Ints, price: Floats, limits: tuple[float, float], slack: float = 0.0
) -> Options:
    """Ways to fire at a threat that are no waste.

    Parameters
    ----------
    miss : (k,) float
    most : (k,) int
    price : (k,) float
        Of one round.
    limits : (float, float)
        What a way costs less than; the most that is lost if the threat gets through.
    slack : float
        A way is waste if another costs less by this and lets no more through, or if one round less
        costs less by this and lets through what is not worth more. With no slack ties are waste.
    """
    dearest, worth = limits
    found = Options(np.zeros((1, len(miss)), np.int64), np.zeros(1), np.ones(1))
    for kind in np.flatnonzero((miss < 1.0) & (most > 0)):
        n = int(most[kind])
        if price[kind] > 0.0:
            n = min(n, int(min(dearest / price[kind], 1e9)))
        with np.errstate(divide="ignore"):
            n = min(n, int(np.ceil(np.log(NOTHING_LEFT) / np.log(miss[kind]))) or 1)
        count = np.arange(n + 1)
        cost = (found.cost[:, None] + price[kind] * count).ravel()
        through = (found.through[:, None] * miss[kind] ** count).ravel()
        before = found.through[:, None] * miss[kind] ** np.maximum(count - 1, 0)
        is_idle = (worth * (before.ravel() - through) <= price[kind] - slack) & (price[kind] > 0.0)
        rounds = np.repeat(found.rounds, n + 1, axis=0)
        rounds[:, kind] = np.tile(count, len(found.cost))
        kept = np.flatnonzero((cost < dearest) & ~(is_idle & (rounds[:, kind] > 0)))
        kept = kept[np.lexsort((rounds[kept].sum(axis=1), through[kept], cost[kept]))]
        kept = kept[~is_waste(cost[kept], through[kept], slack)]
        found = Options(rounds[kept], cost[kept], through[kept])
    return found


def is_waste(cost: Floats, bad: Floats, slack: float) -> Bools:
    """Whether another row costs less by ``slack`` and is no worse, (m,); rows sorted by cost.

    With no slack the first of rows that are equal stays.
    """
    least = np.minimum.accumulate(bad)
    if slack <= 0.0:
        return np.asarray(bad >= np.concatenate([[np.inf], least[:-1]]))
    before = np.searchsorted(cost, cost - slack, side="right") - 1
    return np.asarray((before >= 0) & (least[np.maximum(before, 0)] <= bad))
