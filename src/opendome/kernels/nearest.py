"""Each threat in turn to the battery whose round gets there soonest, and nothing is moved."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.assignment import NOW, OUT_OF_REACH, Problems

Ints = NDArray[np.int64]

FLIGHT = 2  # column of `Problems.periods`


@jit
def allot_to_nearest(problems: Problems, order: Ints) -> Ints:
    """Give each threat in turn its rounds from the nearest battery that has one to spare.

    Parameters
    ----------
    problems : Problems
    order : (n,) int
        Rows, problem by problem, in the order of service.

    Returns
    -------
    given : (n, b) int
        Rounds of each battery for each threat.

    Notes
    -----
    Nearest is the shortest flight, in periods; then a launch now, then the lower number. Rounds
    given out are never moved to make room, and a round for a launch to come is held back.
    """
    n, n_b = problems.reach.shape
    given = np.zeros((n, n_b), dtype=np.int64)
    rounds, channels = problems.rounds.copy(), problems.channels.copy()
    for g in range(len(problems.offsets) - 1):
        for place in range(problems.offsets[g], problems.offsets[g + 1]):
            row = order[place]
            left = problems.wanted[row].copy()
            while True:
                best = -1
                for b in range(n_b):
                    reach = problems.reach[row, b]
                    if reach == OUT_OF_REACH or rounds[g, b] <= 0 or left[problems.kind[b]] <= 0:
                        continue
                    if reach == NOW and channels[g, b] <= 0:
                        continue
                    if best < 0:
                        best = b
                        continue
                    mine, other = (
                        problems.periods[row, b, FLIGHT],
                        problems.periods[row, best, FLIGHT],
                    )
                    is_sooner = reach == NOW and problems.reach[row, best] != NOW
                    if mine < other or (mine == other and is_sooner):
                        best = b
                if best < 0:
                    break
                given[row, best] += 1
                rounds[g, best] -= 1
                most = left[problems.kind[best]]
                for k in range(len(left)):
                    left[k] = min(left[k], most) - 1
                if problems.reach[row, best] == NOW:
                    for b in range(n_b):
                        if problems.unit[b] == problems.unit[best]:
                            channels[g, b] -= 1
    return given
