"""Which packages together are the best plan: branch and bound, every leaf with prices as proof.

A node says of some threats that their package has, or has not, so many rounds of some kind. The
prices of its linear program give a bound on all plans of the node.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.static.certificate import ROOT, Branch
from opendome.battle.static.limits import Limits
from opendome.battle.static.master import Duals, Master

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WHOLE = 1e-6  # a share nearer to 0 or 1 is whole
CANDIDATES, TRIALS = 40, 8  # pairs that may be branched on, new ones among them that are tried
EXACT = 2e-8  # of the loss: plans nearer to each other are equal


Split = tuple[int, int, int]  # threat, kind, rounds of it: does its package have as many?


class Tree(NamedTuple):
    """A search that is done: nodes, the prices that close each leaf, and the best plan."""

    nodes: list[Branch]
    leaves: dict[int, Floats]  # node -> prices (k,)
    chosen: Ints | None  # (n,) packages of the best plan; None: none is below the cutoff
    loss: float  # of that plan, or the cutoff
    is_complete: bool


class Search:
    """Branch and bound over the packages of a master program."""

    def __init__(self, master: Master, cutoff: float) -> None:
        self.master, self.loss = master, cutoff
        self.nodes = [ROOT]
        self.leaves: dict[int, Floats] = {}
        self.chosen: Ints | None = None
        self.rise: dict[Split, float] = {}
        packages = master.packages
        self.order = np.argsort(packages.threat, kind="stable")
        self.first = np.searchsorted(packages.threat[self.order], np.arange(master.n + 1))

    def run(self, limits: Limits) -> Tree:
        """Search until every node is closed, there are too many, or it is late."""
        self.master.turn_to_duals()
        root = np.zeros(len(self.master.packages.threat), dtype=np.bool_)
        waiting: list[tuple[float, int]] = [(-np.inf, 0)]
        while waiting and len(self.nodes) <= limits.nodes and not limits.is_late():
            _, node = heapq.heappop(waiting)
            is_off = self._is_off(root, node)
            while True:  # dive
                self.master.leave_out(is_off)
                duals = self.master.solve()
                split = self._split(duals)
                if split is None:
                    self.leaves[node] = duals.price
                    break
                on, share = split
                has = share > 0.5
                self.nodes += [Branch(node, *on, not has), Branch(node, *on, has)]
                heapq.heappush(waiting, (duals.loss, len(self.nodes) - 2))
                node = len(self.nodes) - 1
                is_off = is_off | self._without(self.nodes[node])
        return Tree(self.nodes, self.leaves, self.chosen, self.loss, not waiting)

    def _split(self, duals: Duals) -> tuple[Split, float] | None:
        """On what to branch, and the share that has it; None closes the node."""
        if duals.loss >= self.loss * (1.0 - EXACT):
            return None
        packages = self.master.packages
        chosen = self.master.plan()
        if chosen is not None:
            self.chosen, self.loss = chosen, float(packages.loss[chosen].sum())
            return None
        share, _ = self.master.shares()
        broken = np.flatnonzero((share > WHOLE) & (share < 1.0 - WHOLE))
        pairs: dict[Split, float] = {}
        for i in broken:
            seen = 0, -1
            for kind in packages.kind[packages.start[i] : packages.start[i + 1]].tolist():
                seen = (seen[0] + 1 if kind == seen[1] else 1), kind
                pair = int(packages.threat[i]), kind, seen[0]
                pairs[pair] = pairs.get(pair, 0.0) + float(share[i])
        pairs = {pair: share for pair, share in pairs.items() if WHOLE < share < 1.0 - WHOLE}
        split = self._best_of(pairs, duals.loss)
        return split, pairs[split]

    def _best_of(self, pairs: dict[Split, float], loss: float) -> Split:
        """The pair whose two branches raise the bound most, as far as trials tell.

        Strong branching; what a trial has told is remembered for the rest of the search.
        """
        near = sorted(pairs, key=lambda pair: (abs(pairs[pair] - 0.5), pair))[:CANDIDATES]
        new = [pair for pair in near if pair not in self.rise]
        for pair in new[:TRIALS]:
            rises = [
                self.master.trial(self.master.is_off | self._without(branch)) - loss
                for branch in (Branch(-1, *pair, True), Branch(-1, *pair, False))
            ]
            low, high = (max(min(rise, self.loss - loss), EXACT * self.loss) for rise in rises)
            self.rise[pair] = low * high
        known = [pair for pair in near if pair in self.rise]
        return max(known, key=lambda pair: (self.rise[pair], pair))

    def _without(self, branch: Branch) -> Bools:
        """Packages that a branch forbids."""
        packages = self.master.packages
        is_off = np.zeros(len(packages.threat), dtype=np.bool_)
        for i in self.order[self.first[branch.threat] : self.first[branch.threat + 1]]:
            kinds = packages.kind[packages.start[i] : packages.start[i + 1]]
            is_off[i] = (np.count_nonzero(kinds == branch.kind) >= branch.least) != branch.has
        return is_off

    def _is_off(self, root: Bools, node: int) -> Bools:
        """Packages that a node and those above it forbid."""
        is_off = root
        while node > 0:
            is_off = is_off | self._without(self.nodes[node])
            node = self.nodes[node].parent
        return is_off
