"""Two sets of points paired as well as can be: what GOSPA, OSPA and their kin are made of."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.association import Graph, assign_sparse

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@jit
def pairs_within(points: Floats, others: Floats, reach: float) -> tuple[Ints, Ints, Floats]:
    """Pairs (m,) of a point and another that are nearer than the reach, and how far apart they are.

    Parameters
    ----------
    points, others : (n, k), (n_others, k) float
        In any one unit.

    Returns
    -------
    i, j, distance : (m,)
        Ordered by i; a sweep along the first axis, so that few far pairs are looked at.
    """
    order = np.argsort(others[:, 0], kind="mergesort")
    places = others[order, 0]
    room, n = max(16, 2 * len(points)), 0
    ends, distances = np.empty((2, room), np.int64), np.empty(room)
    for i in range(len(points)):
        first = np.searchsorted(places, points[i, 0] - reach)
        last = np.searchsorted(places, points[i, 0] + reach, side="right")
        for k in range(first, last):
            j = order[k]
            total = 0.0
            for axis in range(points.shape[1]):
                gap = points[i, axis] - others[j, axis]
                total += gap * gap
            distance = math.sqrt(total)
            if not distance < reach:
                continue
            if n == room:
                room *= 2
                wider, longer = np.empty((2, room), np.int64), np.empty(room)
                wider[:, :n], longer[:n] = ends, distances
                ends, distances = wider, longer
            ends[0, n], ends[1, n], distances[n] = i, j, distance
            n += 1
    return ends[0, :n], ends[1, :n], distances[:n]


@jit
def best_partners(i: Ints, j: Ints, gain: Floats, n_points: int, n_others: int) -> Ints:
    """Pair (n_points,) taken by each point, -1 for none: the largest sum of gains.

    Parameters
    ----------
    i, j : (m,) int
        The pairs that may be taken, ordered by ``i``; each point at most once on either side.
    gain : (m,) float
        Of taking it, >= 0; taking none gains nothing.
    """
    start = np.zeros(n_points + 1, np.int64)
    for k in range(len(i)):
        start[i[k] + 1] += 1
    start = np.cumsum(start)
    column = assign_sparse(Graph(start, j, -gain), n_others)
    taken = np.full(n_points, -1, np.int64)
    for point in range(n_points):
        for k in range(start[point], start[point + 1]):
            if j[k] == column[point]:
                taken[point] = k
    return taken
