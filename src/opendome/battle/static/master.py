"""The linear program over packages that stays warm: each threat takes one, rounds are limited."""

from __future__ import annotations

from typing import Any, NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

from opendome.battle.solver import new_solver
from opendome.battle.static.packages import joined, owners
from opendome.kernels.packages import Packages

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TOLERANCE = 1e-9  # of the solver; losses are scaled to one per threat
DUAL, PRIMAL, DEVEX = 1, 4, 1  # the solver's numbers for its simplex methods and their weights
PIVOTS = 40  # of a trial
DEAR = 2.0  # price of a round that is not there, in losses of the whole plan


class Duals(NamedTuple):
    """Of the linear program: its least loss, and what threats and rounds cost there."""

    loss: float
    threat: Floats  # (n,)
    price: Floats  # (k,)


class Master:
    """Linear program over the packages found so far, re-solved from its last basis.

    The first k columns are rounds that are not there, at a price that no plan would pay: so the
    program always has a solution, and its prices are bounded.
    """

    def __init__(self, rounds: Ints, n_threats: int, loss: float) -> None:
        self.n, self.k = n_threats, len(rounds)
        self.unit = max(loss, 1e-300) / n_threats
        self.packages = Packages(
            np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros(0, np.int64), np.zeros(0)
        )
        self.is_off = np.zeros(0, dtype=np.bool_)
        self.highs: Any = new_solver(
            {
                "primal_feasibility_tolerance": TOLERANCE,
                "dual_feasibility_tolerance": TOLERANCE,
                "simplex_strategy": PRIMAL,  # after new packages the last basis is still feasible
            }
        )
        lower = np.concatenate([np.ones(n_threats), np.full(self.k, -highspy.kHighsInf)])
        upper = np.concatenate([np.ones(n_threats), rounds.astype(np.float64)])
        none = np.zeros(0, np.int32)
        self.highs.addRows(len(lower), lower, upper, 0, none, none, np.zeros(0))
        at = np.arange(self.k, dtype=np.int32)
        dear = np.full(self.k, DEAR * n_threats)
        most = np.full(self.k, highspy.kHighsInf)
        self.highs.addCols(
            self.k, dear, np.zeros(self.k), most, self.k, at, at + self.n, -np.ones(self.k)
        )

    def begin(self, plan: Packages) -> None:
        """The packages of a plan, which is the first basis."""
        self.add(plan)
        basis = highspy.HighsBasis()
        lower, basic = highspy.HighsBasisStatus.kLower, highspy.HighsBasisStatus.kBasic
        basis.col_status = [lower] * self.k + [basic] * self.n
        basis.row_status = [lower] * self.n + [basic] * self.k
        basis.valid, basis.alien = True, False
        self.highs.setBasis(basis)

    def add(self, packages: Packages) -> None:
        """More packages."""
        m = len(packages.threat)
        if m == 0:
            return
        code, count = np.unique(owners(packages) * self.k + packages.kind, return_counts=True)
        column = np.concatenate([np.arange(m), code // self.k])
        row = np.concatenate([packages.threat, self.n + code % self.k])
        order = np.lexsort((row, column))
        self.highs.addCols(
            m,
            packages.loss / self.unit,
            np.zeros(m),
            np.full(m, highspy.kHighsInf),
            len(row),
            np.searchsorted(column[order], np.arange(m)).astype(np.int32),
            row[order].astype(np.int32),
            np.concatenate([np.ones(m), count])[order],
        )
        self.packages = joined([self.packages, packages])
        self.is_off = np.concatenate([self.is_off, np.zeros(m, dtype=np.bool_)])

    def leave_out(self, is_off: Bools) -> None:
        """Which packages (m,) may not be taken from now on."""
        changed = np.flatnonzero(is_off != self.is_off)
        self.highs.changeColsBounds(
            len(changed),
            (self.k + changed).astype(np.int32),
            np.zeros(len(changed)),
            np.where(is_off[changed], 0.0, highspy.kHighsInf),
        )
        self.is_off = is_off

    def solve(self) -> Duals:
        """Solve it again."""
        self.highs.run()
        dual = self.unit * np.array(self.highs.getSolution().row_dual)
        loss = self.unit * float(self.highs.getInfo().objective_function_value)
        return Duals(loss, dual[: self.n], np.maximum(-dual[self.n :], 0.0))

    def turn_to_branching(self) -> None:
        """From now on packages are left out, and the last basis stays feasible for the duals."""
        self.highs.setOptionValue("simplex_strategy", DUAL)
        self.highs.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)

    def basis(self) -> Any:
        """The basis of the last solution."""
        return self.highs.getBasis()

    def trial(self, is_off: Bools, basis: Any) -> float:
        """About the least loss without some more packages, after few pivots from a basis."""
        before = self.is_off
        self.highs.setOptionValue("simplex_iteration_limit", PIVOTS)
        self.leave_out(is_off)
        self.highs.run()
        loss = self.unit * float(self.highs.getInfo().objective_function_value)
        self.highs.setOptionValue("simplex_iteration_limit", highspy.kHighsIInf)
        self.leave_out(before)
        self.highs.setBasis(basis)
        return loss

    def shares(self) -> tuple[Floats, float]:
        """How much of each package is taken (m,), and how many rounds that are not there."""
        value = np.array(self.highs.getSolution().col_value)
        return value[self.k :], float(value[: self.k].sum())
