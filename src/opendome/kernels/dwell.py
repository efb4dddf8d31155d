"""How a radar divides its time: which of many objects it looks at, and how often."""

# ruff: noqa: D102 -- the noun of the scenario says what the numbers of the protocol are
from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDING = 1e-9  # of a turn, so that budgets such as 1.4 give whole turns where they should


class Ration(NamedTuple):
    """What a radar has for looks at objects."""

    capacity: int  # objects that it follows at a time
    budget: float  # looks in one period, inf without limit


class AbstractTimes(Protocol):
    """The times of a class of radar, SI, as its noun in the scenario names them."""

    # fmt: off
    @property
    def period(self) -> float: ...
    @property
    def track_capacity(self) -> int: ...
    @property
    def dwell(self) -> float: ...
    @property
    def track_share(self) -> float: ...
    # fmt: on


def ration_of(times: AbstractTimes) -> Ration:
    """Capacity, and the looks that fit in the part of a period left for them; inf for dwell 0."""
    spent = float(times.period) * float(times.track_share)
    budget = spent / float(times.dwell) if times.dwell > 0.0 else math.inf
    return Ration(int(times.track_capacity), budget)


@jit
def are_due(ration: Ration, number: int, run: Ints, distances: Floats) -> NDArray[np.bool_]:
    """Which objects (n,) the radar looks at in its look of this number.

    In each run it follows the nearest ones, up to its capacity; of n that it follows, those get a
    look whose turn it is, so that with a budget of m looks each is seen every n/m periods.

    Parameters
    ----------
    run : (n,) int
        Ordered.
    distances : (n,) float
        NaN for what is not in view.

    Notes
    -----
    The radar remembers nothing: look k serves the turns k m to (k + 1) m, counted round over the
    objects in the order of their rows. While n does not change, the turns are exactly even.
    """
    is_due = ~np.isnan(distances)
    first = 0
    while first < len(run):
        last = first
        while last < len(run) and run[last] == run[first]:
            last += 1
        n = 0
        for i in range(first, last):
            n += is_due[i]
        if n > ration.capacity:
            nearest = np.argsort(distances[first:last], kind="mergesort")  # NaN comes last
            for k in range(ration.capacity, n):
                is_due[first + nearest[k]] = False
            n = ration.capacity
        if n > ration.budget:
            start = math.floor(number * ration.budget + ROUNDING)
            turns = math.floor((number + 1) * ration.budget + ROUNDING) - start
            rank = 0
            for i in range(first, last):
                if is_due[i]:
                    is_due[i] = (rank - start) % n < turns
                    rank += 1
        first = last
    return is_due


@jit
def shares(ration: Ration, run: Ints, in_view: NDArray[np.bool_]) -> Floats:
    """Chance (n,) that a radar looks at each object in one period, from how many its run has.

    The run need not be ordered. 1 where capacity and budget suffice.
    """
    counts = np.zeros(run.max() + 1 if len(run) else 0, np.int64)
    for i in range(len(run)):
        counts[run[i]] += in_view[i]
    most = min(float(ration.capacity), ration.budget)
    found = np.ones(len(run))
    for i in range(len(run)):
        found[i] = min(1.0, most / max(counts[run[i]], 1))
    return found
