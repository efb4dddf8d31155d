"""All defenses of one asset that a better plan could use."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.assets.corners import Corners, corners_of, steps_of
from opendome.battle.assets.options import Options, is_waste, options
from opendome.battle.assets.problem import Defended, threats_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CELLS = 4_000_000  # pairs that are looked at together
MOST = 200_000  # defenses of one asset


class Defenses(NamedTuple):
    """m defenses of one asset, of those that use the same rounds the best one."""

    used: Ints  # (m, k)
    cost: Floats  # (m,) of the rounds
    survival: Floats  # (m,)
    way: Ints  # (m, t) option at each of its threats
    offered: list[Options]  # at each of its threats

    def counts(self, row: int) -> Ints:
        """Rounds (t, k) at each threat."""
        return np.array([o.rounds[i] for o, i in zip(self.offered, self.way[row])])


def defenses(
    problem: Defended, asset: int, price: Floats, limit: float, slack: float
) -> Defenses | None:
    """All defenses of an asset below a limit, None if there are too many.

    Left out is what costs more by ``slack`` than another that saves as much.
    """
    value, rows = float(problem.value[asset]), threats_of(problem, asset)
    worth = (value * problem.p_destroy[rows]).tolist()
    steps = [
        steps_of(
            options(problem.miss[j], problem.rounds, price, (limit, most)), problem.p_destroy[j]
        )
        for j, most in zip(rows, worth)
    ]
    none = np.zeros((1, 0), dtype=np.int64)
    found = Defenses(np.zeros((1, len(price)), np.int64), np.zeros(1), np.ones(1), none, [])
    for i, j in enumerate(rows):
        offered = options(problem.miss[j], problem.rounds, price, (limit, worth[i]), slack)
        rest = corners_of(steps[i + 1 :])
        grown = _grown(found, offered, (problem, int(j)), (rest, value, limit))
        if grown is None:
            return None
        order = np.lexsort((-grown.survival, grown.cost))
        order = order[~is_waste(grown.cost[order], -grown.survival[order], slack)]
        found = _some(grown, order)
    return found


def _some(found: Defenses, rows: Ints) -> Defenses:
    used, cost, survival, way = found.used, found.cost, found.survival, found.way
    return Defenses(used[rows], cost[rows], survival[rows], way[rows], found.offered)


def _grown(
    found: Defenses,
    offered: Options,
    of: tuple[Defended, int],
    bounds: tuple[Corners, float, float],
) -> Defenses | None:
    """Defenses of some threats and one more."""
    problem, threat = of
    rest, value, limit = bounds
    saves = 1.0 - float(problem.p_destroy[threat]) * offered.through
    if len(found.cost) * len(saves) > CELLS:
        return None
    cost = (found.cost[:, None] + offered.cost).ravel()
    survival = (found.survival[:, None] * saves).ravel()
    at = np.flatnonzero(cost < limit)
    least = cost[at] + value
    least += np.min(rest.cost - value * survival[at, None] * rest.survival, axis=1, initial=0.0)
    at = at[least < limit]
    before, way = at // len(saves), at % len(saves)
    used = found.used[before] + offered.rounds[way]
    fits = np.flatnonzero((used <= problem.rounds).all(axis=1))
    rows = fits[np.lexsort((-survival[at[fits]], *used[fits].T))]
    rows = rows[is_new(used[rows])]
    if len(rows) > MOST:
        return None
    ways = np.column_stack([found.way[before[rows]], way[rows]])
    at = at[rows]
    return Defenses(used[rows], cost[at], survival[at], ways, [*found.offered, offered])


def is_new(rows: Ints) -> Bools:
    """Whether each row (m, k) differs from the one before it, (m,)."""
    return np.append(True, (rows[1:] != rows[:-1]).any(axis=1))[: len(rows)]
