"""Which of many things lie where a radar was asked to look."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.looks import Cues, is_cued
from opendome.kernels.vectors import minus, norm, row, times

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@jit
def are_cued(cues: Cues, run: Ints, r_ecef: Floats, r_sensor: Floats) -> Bools:
    """Whether each thing, (n,) and (n, 3), lies in the cone of a cue of its run."""
    found = np.zeros(len(run), np.bool_)
    if len(cues.run) == 0:
        return found
    for i in range(len(run)):
        away = minus(row(r_ecef, i), (r_sensor[0], r_sensor[1], r_sensor[2]))
        found[i] = is_cued(cues, run[i], times(1.0 / norm(away), away))
    return found


@jit
def first_of_each(run: Ints, most: int) -> Ints:
    """Places of the first rows of each run, at most so many; ``run`` ascends."""
    found = np.empty(len(run), np.int64)
    n, rank = 0, 0
    for i in range(len(run)):
        rank = rank + 1 if i > 0 and run[i] == run[i - 1] else 0
        if rank < most:
            found[n] = i
            n += 1
    return found[:n]
