"""What proves that no plan lets less value through than some bound."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.packages import Packages

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Branch(NamedTuple):
    """A node of a tree of plans: its parent, and what it says of the package of one threat."""

    parent: int  # -1 of the root
    threat: int
    kind: int
    least: int  # rounds of the kind
    has: bool  # whether the package has as many


ROOT = Branch(-1, -1, -1, 0, False)


class Cut(NamedTuple):
    """Parts of rows that are added up and rounded: a row that every plan keeps.

    Rows are numbered: n of threats, k of kinds, then the cuts before this one. Coefficients and
    limit are divided by ``unit``, which divides the coefficients of all packages.
    """

    row: Ints  # (r,)
    part: Ints  # (r,) from 1 to of - 1
    of: int
    unit: int


class Certificate(NamedTuple):
    """Prices, packages and a tree that together prove a bound.

    At the prices no package costs a threat less than its least cost: that gives a first bound.
    Where more is claimed, ``packages`` holds every package that a plan below the bound may use.
    Prices of rounds and of cuts then sieve them, one set of prices after the other: a package too
    dear for a plan below the bound falls through. The tree splits the plans of those that stay
    into leaves, each with prices that close it.
    """

    price: Floats  # (k,) of one round
    least: Floats  # (n,) cost of the cheapest package of each threat
    packages: Packages
    cuts: list[Cut]
    sieves: list[Floats]  # prices (k + c,)
    nodes: list[Branch]
    leaves: dict[int, Floats]  # node -> prices (k + c,)


class Solution(NamedTuple):
    """The best plan that was found, and what is proven of it."""

    packages: Packages  # one for each threat, in order
    objective: float  # value that gets through
    bound: float  # no plan is below
    is_proven: bool
    certificate: Certificate

    @property
    def gap(self) -> float:
        """How far the bound is below the objective, as a part of it."""
        return max(self.objective - self.bound, 0.0) / self.objective if self.objective else 0.0
