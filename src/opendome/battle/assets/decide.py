"""One decision in battle: which assets to hold with the rounds that can be fired now and later.

The program of the policy ``optimal``, with a defense of a whole asset in the place of a package
for one threat. There are too many of these to write out: they are generated, at what the program
says a round of each kind is worth at each threat.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

from opendome.battle.assets.corners import cheapest, steps_of
from opendome.battle.assets.options import Options, is_waste
from opendome.battle.assign import at_stake, counts_by_kind, objective, p_destroy
from opendome.battle.solver import new_solver
from opendome.kernels.assignment import NOW, OUT_OF_REACH, Problems, allot_by_return, allot_counts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_ROUNDS = 100  # of column generation: work is counted, no clock is read
MAX_NODES = 200  # of the search for whole defenses
WHOLE = 1e-6  # a share nearer to 0 or 1 is whole
TOLERANCE = 1e-9  # of the solver; losses are scaled to one for all that is at stake
CLOSE = 1e-8  # of what is at stake: a defense that is cheaper by less is no better
PROVEN = 1e-7  # of what is at stake: plans nearer to the bound are the best


class Held(NamedTuple):
    """What is fired, what is lost with it, and what no plan loses less than."""

    given: Ints  # (n, b)
    loss: float  # expected, and what the rounds cost
    bound: float
    work: int  # rounds of column generation
    is_proven: bool


class Asset(NamedTuple):
    """An asset, the threats aimed at it, and what may be fired at each of them."""

    worth: float
    rows: Ints  # (t,)
    p_destroy: Floats  # (t,)
    ways: list[Ints]  # (w, k) numbers of rounds at each threat
    through: list[Floats]  # (w,)


def decide(problem: Problems, every: Ints | None) -> Held:
    """The plan that loses least asset value and rounds: never worse than to be greedy, or to hold.

    Greedy is what threats ask for that count for themselves. ``every`` (m, k) are all ways to fire
    at a threat, None if there are too many.
    """
    whole = float(at_stake(problem)[0])
    nothing = np.zeros_like(problem.reach)
    if whole <= 0.0 or not (problem.reach != OUT_OF_REACH).any():
        return Held(nothing, whole, whole, 0, True)
    greedy = allot_by_return(problem)
    if every is None:
        return _best(problem, [nothing, greedy], (whole, 0.0, 0))
    assets = _assets(problem, every)
    program = Program(problem, len(assets), whole)
    program.add(assets, np.zeros(problem.p_kill.shape, dtype=np.int64), range(len(assets)))
    program.add(assets, counts_by_kind(problem, greedy), range(len(assets)))
    bound, work = 0.0, 0
    while work < MAX_ROUNDS:
        work += 1
        loss, of_asset, price = program.solve()
        counts, least = _cheapest(problem, assets, price)
        bound = max(bound, loss + float((least - of_asset).sum()))
        new = np.flatnonzero(least < of_asset - CLOSE * whole)
        if not len(new) or work == MAX_ROUNDS:
            break
        program.add(assets, counts, new)
    given, _ = allot_counts(problem, program.whole())
    return _best(problem, [nothing, greedy, given], (whole, bound, work))


def _best(problem: Problems, plans: list[Ints], of: tuple[float, float, int]) -> Held:
    """The plan with the largest objective, the last of equals."""
    whole, bound, work = of
    saved = [float(objective(problem, given)[0]) for given in plans]
    best = max(range(len(plans)), key=lambda i: (saved[i], i))
    loss = whole - saved[best]
    return Held(plans[best], loss, min(bound, loss), work, loss - bound <= PROVEN * whole)


def _assets(problem: Problems, every: Ints) -> list[Asset]:
    """The assets that are threatened, of all ways (m, k) to fire those that are open."""
    in_reach = np.zeros(problem.p_kill.shape, dtype=np.bool_)
    row, battery = np.nonzero(problem.reach)
    in_reach[row, problem.kind[battery]] = True
    can, most = np.where(in_reach, problem.wanted, 0), int(problem.wanted.max(initial=0))
    chance, found = p_destroy(problem), []
    for aim in np.unique(problem.aim):
        rows = np.flatnonzero(problem.aim == aim)
        limits = [np.where(every > 0, can[j], most).min(axis=1) for j in rows]
        ways = [every[every.sum(axis=1) <= limit] for limit in limits]
        through = [np.prod((1.0 - problem.p_kill[j]) ** w, axis=1) for j, w in zip(rows, ways)]
        found.append(Asset(float(problem.stake[rows[0]]), rows, chance[rows], ways, through))
    return found


def _cheapest(problem: Problems, assets: list[Asset], price: Floats) -> tuple[Ints, Floats]:
    """Rounds (n, k) of the cheapest defense of each asset, and its cost (a,)."""
    counts = np.zeros(problem.p_kill.shape, dtype=np.int64)
    least = np.zeros(len(assets))
    for a, asset in enumerate(assets):
        offered = []
        for j, ways, through in zip(asset.rows, asset.ways, asset.through):
            cost = ways @ price[j]
            order = np.lexsort((through, cost))
            order = order[~is_waste(cost[order], through[order], 0.0)]
            offered.append(Options(ways[order], cost[order], through[order]))
        steps = [steps_of(one, float(p)) for one, p in zip(offered, asset.p_destroy)]
        least[a], counts[asset.rows] = cheapest(asset.worth, steps, offered)
    return counts, least


class Program:
    """Linear program over defenses of assets, whose rounds flow from batteries that reach.

    Rows: one defense an asset; per threat and kind, rounds of the defense that flow; stock per
    battery and channels per unit. First columns are flows, then rounds that are kept.
    """

    def __init__(self, problem: Problems, n_assets: int, unit: float) -> None:
        self.problem, self.n_assets, self.unit = problem, n_assets, unit
        self.columns: list[tuple[Ints, Ints, Ints]] = []  # threat, kind, rounds
        self.highs: Any = new_solver(
            {
                "primal_feasibility_tolerance": TOLERANCE,
                "dual_feasibility_tolerance": TOLERANCE,
                "mip_max_nodes": MAX_NODES,
                "mip_rel_gap": 0.0,
            }
        )
        n, k = problem.p_kill.shape
        b = len(problem.kind)
        unit_of = np.unique(problem.unit, return_inverse=True)[1]
        channels = np.full(b, problem.channels[0].max(initial=0))
        np.minimum.at(channels, unit_of, problem.channels[0])
        limits = np.maximum(np.concatenate([problem.rounds[0], channels]), 0).astype(np.float64)
        upper = np.concatenate([np.ones(n_assets), np.zeros(n * k), limits])
        lower = np.full(len(upper), -highspy.kHighsInf)
        lower[:n_assets] = 1.0
        none = np.zeros(0, np.int32)
        self.highs.addRows(len(upper), lower, upper, 0, none, none, np.zeros(0))
        row, battery = np.nonzero(problem.reach)
        stock = n_assets + n * k
        for j, i in zip(row.tolist(), battery.tolist()):
            rows = [n_assets + j * k + int(problem.kind[i]), stock + i]
            entries = [-1.0, 1.0]
            if problem.reach[j, i] == NOW:
                rows.append(stock + b + int(unit_of[i]))
                entries.append(1.0)
            most = float(min(problem.wanted[j, problem.kind[i]], problem.rounds[0, i]))
            self._column(0.0, max(most, 0.0), rows, entries)
        self.kept = 0.0
        for i, place in zip(*np.nonzero(problem.kept)):
            if place < problem.rounds[0, i]:
                worth = float(problem.kept[i, place])
                self._column(-worth / unit, 1.0, [stock + int(i)], [1.0])
                self.kept += worth
        self.first = self.highs.getNumCol()

    def _column(self, cost: float, most: float, rows: list[int], entries: list[float]) -> None:
        at = np.array(rows, dtype=np.int32)
        self.highs.addCol(cost, 0.0, most, len(at), at, np.array(entries))

    def add(self, assets: list[Asset], counts: Ints, which: Any) -> None:
        """The defenses of some assets in a plan (n, k)."""
        k = counts.shape[1]
        for a in which:
            asset = assets[a]
            place, kind = np.nonzero(counts[asset.rows])
            threat = asset.rows[place]
            through = np.prod((1.0 - self.problem.p_kill[asset.rows]) ** counts[asset.rows], axis=1)
            loss = asset.worth * (1.0 - float(np.prod(1.0 - asset.p_destroy * through)))
            loss += float((counts[asset.rows] @ self.problem.cost).sum())
            rows = [int(a), *(self.n_assets + threat * k + kind).tolist()]
            used = counts[threat, kind]
            inf = highspy.kHighsInf
            self._column(loss / self.unit, inf, rows, [1.0, *used.astype(np.float64).tolist()])
            self.columns.append((threat, kind, used))

    def solve(self) -> tuple[float, Floats, Floats]:
        """Least loss, cost of each asset (a,), price (n, k) of rounds at each threat."""
        self.highs.run()
        dual = self.unit * np.array(self.highs.getSolution().row_dual)
        loss = self.unit * float(self.highs.getInfo().objective_function_value) + self.kept
        n, k = self.problem.p_kill.shape
        flows = dual[self.n_assets : self.n_assets + n * k].reshape(n, k)
        return loss, dual[: self.n_assets], self.problem.cost + np.maximum(-flows, 0.0)

    def whole(self) -> Ints:
        """Rounds (n, k) of a good plan of whole defenses, none if none is found."""
        m = len(self.columns)
        share = np.array(self.highs.getSolution().col_value)[self.first :]
        if np.any(np.minimum(share, np.abs(share - 1.0)) > WHOLE):
            self._search(m)
        counts = np.zeros(self.problem.p_kill.shape, dtype=np.int64)
        solution = self.highs.getSolution()
        if solution.value_valid:
            for i in np.flatnonzero(np.array(solution.col_value)[self.first :] > 0.5):
                threat, kind, used = self.columns[i]
                counts[threat, kind] = used
        return counts

    def _search(self, m: int) -> None:
        """The solver's own search for whole defenses."""
        at = np.arange(self.first, self.first + m, dtype=np.int32)
        self.highs.changeColsIntegrality(m, at, np.full(m, highspy.HighsVarType.kInteger))
        self.highs.run()
