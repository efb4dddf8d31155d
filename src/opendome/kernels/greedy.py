"""Greedy matching: the nearest pair first, then the nearest of what is left."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@jit
def greedy_pairs(left: Ints, right: Ints, n_left: int, n_right: int) -> Bools:
    """Which pairs (n,), the best first, are taken if nothing may be in two.

    Parameters
    ----------
    left, right : (n,) int
        Members of each pair, numbered below ``n_left`` and ``n_right``.
    """
    is_left_taken, is_right_taken = np.zeros(n_left, np.bool_), np.zeros(n_right, np.bool_)
    is_taken = np.zeros(len(left), np.bool_)
    for k in range(len(left)):
        if not is_left_taken[left[k]] and not is_right_taken[right[k]]:
            is_taken[k] = True
            is_left_taken[left[k]] = True
            is_right_taken[right[k]] = True
    return is_taken
