"""Packages that no good plan uses fall through: prices of rounds and of cuts, again and again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.battle.static.certificate import Cut
from opendome.battle.static.cuts import rows_of, separate, some, with_cut
from opendome.battle.static.limits import Limits
from opendome.battle.static.master import Duals, Master
from opendome.battle.static.packages import costs_at
from opendome.kernels.packages import Packages

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MOST_ROUNDS = 40
SLOW = 0.02  # of what is open: a round that closes less is the last
NODES = 50  # of the search for a plan
MARGIN = 1e-9  # of the loss: packages that are kept though they are just too dear


class Sieve:
    """Packages of a problem, and which of them a plan below a cutoff may use.

    Source of dropping by reduced cost: Dantzig, Fulkerson and Johnson, Solution of a Large-Scale
    Traveling-Salesman Problem, Operations Research 2 (1954).
    """

    def __init__(self, packages: Packages, rounds: Ints, n_threats: int, cutoff: float) -> None:
        self.n, self.k = n_threats, len(rounds)
        self.rows = rows_of(packages, n_threats, rounds)
        self.cutoff = cutoff
        self.chosen: Ints | None = None  # (n,) places of the plan that lets through the cutoff
        self.cuts: list[Cut] = []
        self.sieves: list[Floats] = []  # prices (k + c,)
        self.stay = np.arange(len(packages.threat))  # places of the packages that stay
        self.active = np.zeros(0, dtype=np.int64)  # cuts in the master program

    def run(self, start: Master, at: Ints, limits: Limits) -> Master:
        """The master program over the packages that stay, with the cuts that matter.

        Parameters
        ----------
        start : Master
            A program without cuts that was solved.
        at : (m,) int
            Its packages that are the first here.
        """
        master = self._master(start, at, np.arange(self.k))
        gap, has_searched = np.inf, False
        for _ in range(MOST_ROUNDS):
            duals = master.solve()
            self.sieves.append(self.prices_of_all(duals.price))
            before, gap = gap, self.cutoff - duals.loss
            is_slow = gap <= 0.0 or before - gap < SLOW * before or limits.is_late()
            new = [] if is_slow else separate(self.rows, master, self.stay, self.active)
            if not new:
                if has_searched or gap <= 0.0 or limits.is_late():
                    break
                has_searched = True
                if self._search(master):
                    gap = np.inf
                new = separate(self.rows, master, self.stay, self.active)
            master = self._next(master, duals, new)
        return master

    def prices_of_all(self, price: Floats) -> Floats:
        """Prices of all limits (k + c,) from those of the master program."""
        whole = np.zeros(self.k + len(self.cuts))
        whole[: self.k] = price[: self.k]
        whole[self.k + self.active] = price[self.k :]
        return whole

    def _master(self, last: Master, at: Ints, held: Ints) -> Master:
        """The master program of now, begun with the basis of the last one."""
        limit = self.rows.limit[self.n :]
        active = np.concatenate([np.arange(self.k), self.k + self.active])
        master = Master(limit[active], self.n, self.cutoff)
        here = some(self.rows, self.stay)
        master.add(here.packages, here.cut[:, self.active])
        master.go_on_from(last, at, held)
        master.turn_to_duals()
        return master

    def _search(self, master: Master) -> bool:
        """Whether the solver's own search finds a plan below the cutoff."""
        plan = master.whole(NODES)
        if plan is None or master.packages.loss[plan].sum() >= self.cutoff:
            return False
        self.cutoff = float(master.packages.loss[plan].sum())
        self.chosen = self.stay[plan]
        return True

    def _next(self, master: Master, duals: Duals, new: list[Cut]) -> Master:
        """With new cuts, without those that were slack, without packages that are too dear."""
        stays = np.flatnonzero(self._stays(master.packages, duals))
        is_held = duals.price[self.k :] > 0.0
        held = np.concatenate([np.arange(self.k), self.k + np.flatnonzero(is_held)])
        added = len(self.cuts) + np.arange(len(new))
        self.active = np.concatenate([self.active[is_held], added])
        self.stay = self.stay[stays]
        self.cuts += new
        for cut in new:
            self.rows = with_cut(self.rows, cut)
        return self._master(master, stays, held)

    def _stays(self, packages: Packages, duals: Duals) -> Bools:
        """Which packages (m,) of the master program may be in a plan below the cutoff."""
        of_cuts = duals.price[self.k :]
        cost = costs_at(duals.price[: self.k], packages)
        cost += self.rows.cut[np.ix_(self.stay, self.active)] @ of_cuts
        least = np.full(self.n, np.inf)
        np.minimum.at(least, packages.threat, cost)
        limit = self.rows.limit[self.n :]
        bound = float(least.sum() - duals.price[: self.k] @ limit[: self.k])
        bound -= float(of_cuts @ limit[self.k + self.active])
        width = self.cutoff - bound + MARGIN * self.cutoff
        stays: Bools = cost - least[packages.threat] <= width
        return stays
