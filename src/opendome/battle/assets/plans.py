"""Plans of whole defenses: as packages of a linear program, read off it, and filled up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.battle.assets.listing import Defenses
from opendome.battle.assets.problem import Defended, at_stake, gets_through, losses, threats_of
from opendome.battle.static.master import Master
from opendome.battle.static.packages import joined
from opendome.kernels.packages import Packages, fitting

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NODES = 200  # of the solver's own search for a good plan
SHARE = 1e-6  # of a defense in the linear program: none
NONE = 1e-13  # of the value of all assets: the same


def of_counts(problem: Defended, counts: Ints) -> Packages:
    """The defense of each asset as a package of rounds."""
    used = used_by(problem, counts)
    return _packages(np.arange(len(used)), used, losses(problem, counts))


def _packages(asset: Ints, used: Ints, loss: Floats) -> Packages:
    row, kind = np.nonzero(used)
    start = np.concatenate([[0], np.cumsum(used.sum(axis=1))])
    return Packages(asset, start, np.repeat(kind, used[row, kind]), loss)


def used_by(problem: Defended, counts: Ints) -> Ints:
    """Rounds that each asset's defense uses, (a, k)."""
    used = np.zeros((len(problem.value), counts.shape[1]), dtype=np.int64)
    np.add.at(used, problem.aim, counts)
    return used


def plans_of(problem: Defended, master: Master, met: list[Ints]) -> list[Ints]:
    """Whole plans from a linear program whose columns are the defenses of some plans, in order."""
    share, _ = master.shares()
    order = np.lexsort((np.arange(len(share)), -share))
    chosen = [fitting(master.packages, order[share[order] > SHARE], problem.rounds)]
    whole = master.whole(NODES)
    if whole is not None:
        chosen.append(whole)
    a = len(problem.value)
    plans = []
    for rows in chosen:
        counts = np.zeros(problem.miss.shape, dtype=np.int64)
        for row in rows:
            mine = threats_of(problem, int(row % a))
            counts[mine] = met[row // a][mine]
        plans.append(counts)
    return plans


def plan_over(problem: Defended, plan: Ints, lists: list[Defenses]) -> Ints | None:
    """A good plan over lists of defenses, of which one may be no worse; None if none is found."""
    master = Master(problem.rounds, len(problem.value), float(problem.value.sum()))
    master.begin(of_counts(problem, plan))
    master.add(
        joined(
            [
                _packages(
                    np.full(len(one.cost), a), one.used, problem.value[a] * (1.0 - one.survival)
                )
                for a, one in enumerate(lists)
            ]
        )
    )
    master.solve()
    rows = master.whole(NODES)
    if rows is None:
        return None
    first = np.cumsum([len(lists)] + [len(one.cost) for one in lists])
    counts = plan.copy()
    for asset, row in enumerate(rows):
        if row >= len(lists):
            counts[threats_of(problem, asset)] = lists[asset].counts(int(row - first[asset]))
    return counts


def filled(problem: Defended, counts: Ints) -> Ints:
    """With the rounds that are left given one by one where they save most, while any saves."""
    counts = counts.copy()
    left = problem.rounds - counts.sum(axis=0)
    while True:
        through = gets_through(problem, counts)
        gain = (at_stake(problem, counts) * problem.p_destroy * through)[:, None]
        gain = np.where(left > 0, gain * (1.0 - problem.miss), 0.0)
        j, kind = np.unravel_index(int(np.argmax(gain)), gain.shape)
        if gain[j, kind] <= NONE * problem.value.sum():
            return counts
        counts[j, kind] += 1
        left[kind] -= 1
