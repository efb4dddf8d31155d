"""Which look belongs to which track: gates, clusters, and the best assignment (nearest neighbour).

Works on all runs of a batch in one pass; rows and looks of different runs never meet.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.kalman import (
    Expected,
    add_scaled,
    factor,
    forward_square,
    innovation,
    look_error,
    span,
)
from opendome.kernels.looks import Looks
from opendome.kernels.odds import log_density

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FORWARD = 0.5  # cosine: a look farther from the expected line of sight is never of this track


class Pairs(NamedTuple):
    """Rows and looks that may belong together, ordered by row then look."""

    row: Ints
    look: Ints
    distance2: Floats  # squared Mahalanobis distance of the innovation
    log_det: Floats  # natural logarithm of the determinant of its covariance


@jit
def is_near(expected: Expected, row: int, looks: Looks, i: int, gate: float) -> bool:
    """Cheap test that only throws away pairs that the full gate would throw away too."""
    if not math.isnan(looks.distance[i]):
        miss = looks.distance[i] - expected.distance[row]
        width = expected.cov[row, 0, 0] + expected.curve[row, 0] + looks.sigma_distance[i] ** 2
        if miss * miss > gate * width:
            return False
    u = looks.u_los[i]
    basis = expected.basis[row]
    if basis[0, 0] * u[0] + basis[0, 1] * u[1] + basis[0, 2] * u[2] < FORWARD:
        return False
    for j in range(1, 3):
        miss = basis[j, 0] * u[0] + basis[j, 1] * u[1] + basis[j, 2] * u[2]
        width = expected.cov[row, j, j] + looks.sigma_angle[i] ** 2
        if miss * miss > gate * width:
            return False
    return True


@jit
def gate_pairs(run: Ints, expected: Expected, looks: Looks, gates: Floats, starts: Ints) -> Pairs:
    """Rows and looks of the same run whose innovation lies inside the gate.

    Parameters
    ----------
    run : (n,) int
        Run of each row, ascending. ``looks`` are ordered by run, then by distance.
    gates : (n, 5) float
        Largest squared distance of each row for 0 to 4 components.
    starts : (n, 2) int
        First and one past the last look worth a test for each row; see `windows`.
    """
    room = max(64, 2 * len(run))
    ints, reals = np.empty((2, room), np.int64), np.empty((2, room))
    n = 0
    z, s, error = np.empty(4), np.empty((4, 4)), np.empty((4, 4))
    # Arrays by name and no calls in the innermost test: handing both structures over costs more.
    basis, cov, u, sigma = expected.basis, expected.cov, looks.u_los, looks.sigma_angle
    for row in range(len(run)):
        wide = max(gates[row, 2], gates[row, 3], gates[row, 4])
        ax, ay, az = basis[row, 1, 0], basis[row, 1, 1], basis[row, 1, 2]
        for i in range(starts[row, 0], starts[row, 1]):
            miss = ax * u[i, 0] + ay * u[i, 1] + az * u[i, 2]
            if miss * miss > wide * (cov[row, 1, 1] + sigma[i] * sigma[i]):
                continue
            first, last = span(looks, i)
            gate = gates[row, last - first]
            if looks.run[i] != run[row] or not is_near(expected, row, looks, i, gate):
                continue
            look_error(expected, row, looks, i, error)
            add_scaled(error, 1.0, expected.cov[row], s)
            innovation(expected, row, looks, i, z)
            log_det = factor(s, first, last)
            distance2 = forward_square(s, z, first, last)
            if not distance2 <= gate:
                continue
            if n == room:
                room *= 2
                wider, longer = np.empty((2, room), np.int64), np.empty((2, room))
                wider[:, :n], longer[:, :n] = ints, reals
                ints, reals = wider, longer
            ints[0, n], ints[1, n] = row, i
            reals[0, n], reals[1, n] = distance2, log_det
            n += 1
    return Pairs(ints[0, :n], ints[1, :n], reals[0, :n], reals[1, :n])


@jit
def windows(run: Ints, expected: Expected, looks: Looks, gates: Floats) -> Ints:
    """Looks worth a test for each row (n, 2): same run, and near in distance where measured.

    ``looks`` are ordered by run, then by distance (NaN last): a row finds its looks by bisection.
    """
    starts = np.empty((len(run), 2), np.int64)
    widest = 0.0
    for i in range(len(looks.run)):
        if looks.sigma_distance[i] > widest:
            widest = looks.sigma_distance[i]
    for row in range(len(run)):
        low = np.searchsorted(looks.run, run[row])
        high = np.searchsorted(looks.run, run[row], side="right")
        if high > low and not math.isnan(looks.distance[high - 1]):
            gate = max(gates[row, 3], gates[row, 4])
            spread = expected.cov[row, 0, 0] + expected.curve[row, 0]
            width = math.sqrt(gate * (spread + widest * widest))
            part = looks.distance[low:high]
            high = low + np.searchsorted(part, expected.distance[row] + width, side="right")
            low = low + np.searchsorted(part, expected.distance[row] - width)
        starts[row, 0], starts[row, 1] = low, high
    return starts


@jit
def root(parent: Ints, i: int) -> int:
    """Root of a node in a union-find forest, halving paths on the way."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@jit
def clusters(row: Ints, look: Ints, n_rows: int, n_looks: int) -> Ints:
    """Cluster of each row (n_rows,): rows that share a look, directly or by others, share a number.

    Numbers are those of the first row of the cluster.
    """
    parent = np.arange(n_rows)
    owner = np.full(n_looks, -1, np.int64)
    for k in range(len(row)):
        if owner[look[k]] < 0:
            owner[look[k]] = row[k]
        a, b = root(parent, owner[look[k]]), root(parent, row[k])
        parent[max(a, b)] = min(a, b)
    for i in range(n_rows):
        parent[i] = root(parent, i)
    return parent


class Graph(NamedTuple):
    """A sparse assignment problem: row i may take the columns column[start[i]:start[i + 1]]."""

    start: Ints  # (n_rows + 1,)
    column: Ints
    cost: Floats  # of taking it; taking none costs 0


class Duals(NamedTuple):
    """Work space of `assign_sparse`."""

    u: Floats  # of rows
    v: Floats  # of columns
    shortest: Floats  # to columns
    path: Ints  # row before each column
    is_done: Bools  # columns


@jit
def shortest_path(
    graph: Graph, first: int, of_row: Ints, of_column: Ints, duals: Duals, touched: Ints
) -> tuple[int, int, float, int]:
    """Cheapest way to add one row: (row left without column or -1, free column or -1, cost, n)."""
    u, v, shortest, path, is_done = duals
    n_touched = 0
    length, cheapest_none, none_row = 0.0, np.inf, -1
    i = first
    while True:
        if length - u[i] < cheapest_none:
            cheapest_none, none_row = length - u[i], i
        for k in range(graph.start[i], graph.start[i + 1]):
            j = graph.column[k]
            if is_done[j]:
                continue
            reach = length + graph.cost[k] - u[i] - v[j]
            if shortest[j] == np.inf:
                touched[n_touched] = j
                n_touched += 1
            if reach < shortest[j]:
                shortest[j], path[j] = reach, i
        best, column = np.inf, -1
        for k in range(n_touched):
            j = touched[k]
            if not is_done[j] and shortest[j] < best:
                best, column = shortest[j], j
        if column < 0 or cheapest_none <= best:
            return none_row, -1, cheapest_none, n_touched
        length = best
        is_done[column] = True
        if of_column[column] < 0:
            return -1, column, length, n_touched
        i = of_column[column]


@jit
def assign_sparse(graph: Graph, n_columns: int) -> Ints:
    """Column of each row (n_rows,), -1 for none: the cheapest assignment, each column once.

    Notes
    -----
    Shortest augmenting paths with duals, exact; looks only at the cluster of each row. Source:
    D. F. Crouse, "On implementing 2D rectangular assignment algorithms", IEEE Trans. AES 52
    (2016); R. Jonker, A. Volgenant, Computing 38 (1987). Each row has a column of its own, of
    cost 0, that stands for no column.
    """
    n_rows = len(graph.start) - 1
    of_row, of_column = np.full(n_rows, -1, np.int64), np.full(n_columns, -1, np.int64)
    duals = Duals(
        np.zeros(n_rows),
        np.zeros(n_columns),
        np.full(n_columns, np.inf),
        np.full(n_columns, -1, np.int64),
        np.zeros(n_columns, np.bool_),
    )
    touched = np.empty(n_columns, np.int64)
    for first in range(n_rows):
        row, column, length, n_touched = shortest_path(
            graph, first, of_row, of_column, duals, touched
        )
        duals.u[first] += length
        for k in range(n_touched):
            j = touched[k]
            if duals.is_done[j]:
                duals.v[j] -= length - duals.shortest[j]
                if of_column[j] >= 0:
                    duals.u[of_column[j]] += length - duals.shortest[j]
        if row >= 0 and row != first:
            column = of_row[row]
            of_row[row] = -1
        while column >= 0:
            i = duals.path[column]
            of_column[column] = i
            column, of_row[i] = of_row[i], column
            if i == first:
                break
        for k in range(n_touched):
            duals.shortest[touched[k]] = np.inf
            duals.is_done[touched[k]] = False
    return of_row


@jit
def graph_of(pairs: Pairs, is_open: Bools, n_rows: int, n_looks: int, gate: float) -> Graph:
    """Assignment problem of the open pairs: minus the log-likelihood, twice, less its worst value.

    The worst value is that of a look at the gate of the widest row of the cluster, so that a look
    inside the gate is never dearer than none, and a narrow row beats a wide one to the same look.
    """
    row, look = pairs.row[is_open], pairs.look[is_open]
    log_det = pairs.log_det[is_open]
    cost = pairs.distance2[is_open] + log_det
    cluster = clusters(row, look, n_rows, n_looks)
    widest = np.full(n_rows, -np.inf)
    for k in range(len(row)):
        widest[cluster[row[k]]] = max(widest[cluster[row[k]]], log_det[k])
    start = np.zeros(n_rows + 1, np.int64)
    for k in range(len(row)):
        cost[k] -= widest[cluster[row[k]]] + gate
        start[row[k] + 1] += 1
    return Graph(np.cumsum(start), look, cost)


@jit
def nearest_neighbours(pairs: Pairs, is_first: Bools, n_looks: int, gate: float) -> Bools:
    """Pairs (n_pairs,) of the best global assignment; first rows choose before the others.

    Parameters
    ----------
    is_first : (n_rows,) bool
        Rows that have their choice of all looks (confirmed tracks); the rest get what is left.
    gate : float
        Largest squared distance of any pair.

    Notes
    -----
    Global nearest neighbour: S. Blackman, R. Popoli, Design and Analysis of Modern Tracking
    Systems (1999), ch. 6.
    """
    is_taken = np.zeros(len(pairs.row), np.bool_)
    is_used = np.zeros(n_looks, np.bool_)
    is_open = np.zeros(len(pairs.row), np.bool_)
    for turn in range(2):
        n_open = 0
        for k in range(len(pairs.row)):
            is_mine = is_first[pairs.row[k]] == (turn == 0)
            is_open[k] = is_mine and not is_used[pairs.look[k]]
            n_open += is_open[k]
        if n_open == 0:
            continue
        graph = graph_of(pairs, is_open, len(is_first), n_looks, gate)
        of_row = assign_sparse(graph, n_looks)
        for k in range(len(pairs.row)):
            if is_open[k] and of_row[pairs.row[k]] == pairs.look[k]:
                is_taken[k] = True
                is_used[pairs.look[k]] = True
    return is_taken


@jit
def gates_of(rank: Ints, gates: Floats) -> Floats:
    """Gates (n, 5) of rows of some classes."""
    own = np.empty((len(rank), 5))
    for i in range(len(rank)):
        for k in range(5):
            own[i, k] = gates[rank[i], k]
    return own


@jit
def match(
    run: Ints, expected: Expected, looks: Looks, rank: Ints, gates: Floats
) -> tuple[Ints, Ints, Floats]:
    """Rows and looks (m,) that belong together: `nearest_neighbours` of all pairs in the gates.

    The third is the natural logarithm of the density of each look, if it is of its row.

    Parameters
    ----------
    rank : (n,) int
        Class of each row; the highest class chooses before the others.
    gates : (n_classes, 5) float
        Largest squared distance of each class for 0 to 4 components.
    """
    own, is_first = gates_of(rank, gates), np.empty(len(run), np.bool_)
    for i in range(len(run)):
        is_first[i] = rank[i] == len(gates) - 1
    pairs = gate_pairs(run, expected, looks, own, windows(run, expected, looks, own))
    is_taken = nearest_neighbours(pairs, is_first, len(looks.run), gates[-1, 4])
    row, look = pairs.row[is_taken], pairs.look[is_taken]
    distance2, log_det = pairs.distance2[is_taken], pairs.log_det[is_taken]
    fit = np.empty(len(row))
    for k in range(len(row)):
        first, last = span(looks, look[k])
        fit[k] = log_density(distance2[k], log_det[k], last - first)
    return row, look, fit
