"""A plan for assets, and what is proven of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Solution(NamedTuple):
    """The best plan that was found, and the prices that prove what is claimed of all plans."""

    counts: Ints  # (n, k) rounds of each kind at each threat
    objective: float  # asset value lost
    bound: float  # no plan loses less
    is_proven: bool
    price: Floats  # (k,) of one round
    least: Floats  # (a,) cost of the cheapest defense of each asset at these prices

    @property
    def gap(self) -> float:
        """How far the bound is below the objective, as a part of it."""
        return max(self.objective - self.bound, 0.0) / self.objective if self.objective else 0.0
