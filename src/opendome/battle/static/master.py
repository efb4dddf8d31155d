"""The linear program over packages that stays warm: each threat takes one, rounds are limited."""

from __future__ import annotations

from collections.abc import Iterator
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
WHOLE = 1e-6  # a share nearer to 0 or 1 is whole


class Duals(NamedTuple):
    """Of the linear program: its least loss, and what threats and rounds cost there."""

    loss: float
    threat: Floats  # (n,)
    price: Floats  # (k,) of the rounds, and of the cuts


class Master:
    """Linear program over the packages found so far, re-solved from its last basis.

    Its rows are the threats, and what is limited: rounds of k kinds, and cuts. The first columns
    exceed these limits, at a price that no plan would pay: so the program always has a solution,
    and its prices are bounded.
    """

    def __init__(self, limits: Ints, n_threats: int, loss: float) -> None:
        self.n, self.k, self.limits = n_threats, len(limits), limits
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
        upper = np.concatenate([np.ones(n_threats), limits.astype(np.float64)])
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

    def add(self, packages: Packages, in_cuts: Ints | None = None) -> None:
        """More packages, and their coefficients in the cuts (m, c), which are the last limits."""
        m = len(packages.threat)
        if m == 0:
            return
        code, count = np.unique(owners(packages) * self.k + packages.kind, return_counts=True)
        column = np.concatenate([np.arange(m), code // self.k])
        row = np.concatenate([packages.threat, self.n + code % self.k])
        entry = np.concatenate([np.ones(m), count])
        if in_cuts is not None:
            package, cut = np.nonzero(in_cuts)
            column = np.concatenate([column, package])
            row = np.concatenate([row, self.n + self.k - in_cuts.shape[1] + cut])
            entry = np.concatenate([entry, in_cuts[package, cut]])
        order = np.lexsort((row, column))
        self.highs.addCols(
            m,
            packages.loss / self.unit,
            np.zeros(m),
            np.full(m, highspy.kHighsInf),
            len(row),
            np.searchsorted(column[order], np.arange(m)).astype(np.int32),
            row[order].astype(np.int32),
            entry[order],
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

    def turn_to_duals(self) -> None:
        """From now on packages are left out or cuts come: a basis stays feasible for the duals."""
        self.highs.setOptionValue("simplex_strategy", DUAL)
        self.highs.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)

    def go_on_from(self, last: Master, packages: Ints, limits: Ints) -> None:
        """Begin with the basis of another program: which of its packages and limits are here.

        The packages come first here, the limits after the kinds are cuts; what is new is out.
        """
        basis, here = last.highs.getBasis(), highspy.HighsBasis()
        lower, basic = highspy.HighsBasisStatus.kLower, highspy.HighsBasisStatus.kBasic
        columns, rows = list(basis.col_status), list(basis.row_status)
        before = len(rows) - self.n
        here.col_status = [columns[i] for i in limits] + [lower] * (self.k - len(limits))
        here.col_status += [columns[before + i] for i in packages]
        here.col_status += [lower] * (len(self.packages.threat) - len(packages))
        here.row_status = rows[: self.n] + [rows[self.n + i] for i in limits]
        here.row_status += [basic] * (self.k - len(limits))
        here.valid, here.alien = True, True
        self.highs.setBasis(here)

    def plan(self) -> Ints | None:
        """Packages (n,) of the last solution, None if some are taken in part."""
        share, missing = self.shares()
        rows = np.flatnonzero(share > 0.5)
        if missing > WHOLE or np.any((share > WHOLE) & (share < 1.0 - WHOLE)):
            return None
        chosen = np.zeros(self.n, dtype=np.int64)
        chosen[self.packages.threat[rows]] = rows
        return chosen

    def whole(self, max_nodes: int) -> Ints | None:
        """A good plan (n,) found by the solver's own search, None if it finds none."""
        m = len(self.packages.threat)
        columns = (self.k + np.arange(m)).astype(np.int32)
        basis = self.highs.getBasis()
        kinds = highspy.HighsVarType
        self.highs.setOptionValue("mip_max_nodes", max_nodes)
        self.highs.setOptionValue("mip_rel_gap", 1e-8)
        self.highs.changeColsIntegrality(m, columns, np.full(m, kinds.kInteger))
        self.highs.run()
        plan = self.plan() if self.highs.getSolution().value_valid else None
        self.highs.changeColsIntegrality(m, columns, np.full(m, kinds.kContinuous))
        self.highs.setBasis(basis)
        return plan

    def broken_rows(self) -> Iterator[Floats]:
        """Multipliers (n + k,) of the rows of the tableau whose package is taken in part."""
        share, _ = self.shares()
        is_broken = np.concatenate(
            [np.zeros(self.k, np.bool_), (share > WHOLE) & (share < 1.0 - WHOLE)]
        )
        basic = np.array(self.highs.getBasicVariables()[1])
        for place in np.flatnonzero((basic >= 0) & is_broken[basic]):
            yield np.array(self.highs.getBasisInverseRow(int(place))[1])

    def trial(self, is_off: Bools) -> float:
        """About the least loss without some more packages, after few pivots from the basis."""
        before, basis = self.is_off, self.highs.getBasis()
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
