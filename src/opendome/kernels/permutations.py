"""Chances of pairs without the exchanges of names that draw neighbours into one place.

Two rows that are close explain two looks in either order, nearly as well; the mean of both orders
puts both rows between the looks, scan after scan, until they are one (coalescence). Of all joint
events that say of the same rows that they were seen, and of the same looks that they are theirs,
the likeliest is kept: orders of the same sets are no different stories. Source: H. A. P. Blom,
E. A. Bloem, "Probabilistic data association avoiding track coalescence", IEEE Trans. AC 45 (2000)
(JPDA*).

That holds where looks are told apart by what was measured. Where they lie within each other's
errors the likeliest order is mostly that of the noise: one row takes whatever lies outwards, scan
after scan, and both are sure of places that nothing is at. There all orders stay.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.association import clusters
from opendome.kernels.looks import Looks
from opendome.kernels.marginals import Marginals, Weighted

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MOST_BITS = 14  # rows and looks of a cluster
APART = 16.0  # squared distance of two looks, by their own errors, from which they are two places


@jit
def open_pairs(problem: Weighted, found: Marginals, little: float) -> tuple[Ints, Ints]:
    """Pairs whose chance is neither small nor nearly 1, and the row of each pair of all."""
    of_pair, chosen = np.empty(len(problem.look), np.int64), np.empty(len(problem.look), np.int64)
    n = 0
    for i in range(len(problem.none)):
        for k in range(problem.start[i], problem.start[i + 1]):
            of_pair[k] = i
            if little < found.pair[k] < 1.0 - little:
                chosen[n] = k
                n += 1
    return chosen[:n], of_pair


@jit
def are_apart(looks: Looks, some: Ints) -> bool:
    """Whether each of some looks is told apart from the others by what was measured."""
    for a in range(len(some)):
        for b in range(a):
            i, j, total = some[a], some[b], 0.0
            for k in range(3):
                total += (looks.u_los[i, k] - looks.u_los[j, k]) ** 2
            total /= looks.sigma_angle[i] ** 2 + looks.sigma_angle[j] ** 2
            if not math.isnan(looks.distance[i]):
                gap = (looks.distance[i] - looks.distance[j]) ** 2
                total += gap / (looks.sigma_distance[i] ** 2 + looks.sigma_distance[j] ** 2)
            if not math.isnan(looks.rate[i]):
                gap = (looks.rate[i] - looks.rate[j]) ** 2
                total += gap / (looks.sigma_rate[i] ** 2 + looks.sigma_rate[j] ** 2)
            if total < APART:
                return False
    return True


@jit
def without_exchanges(
    problem: Weighted, found: Marginals, looks: Looks, little: float
) -> tuple[Floats, Floats]:
    """Chances of all pairs, and of none of them, with the likeliest order of the same sets alone.

    Rows and looks that are in no doubt are left aside; clusters of more than MOST_BITS of the rest
    stay as they are, and those with looks that are not told apart.
    """
    pair, none = found.pair.copy(), found.none.copy()
    chosen, of_pair = open_pairs(problem, found, little)
    n = len(chosen)
    if n < 4:
        return pair, none
    row, look = of_pair[chosen], problem.look[chosen]
    cluster = clusters(row, look, len(none), len(looks.run))[row]
    order = np.argsort(cluster, kind="mergesort")
    first = 0
    while first < n:
        last = first + 1
        while last < n and cluster[order[last]] == cluster[order[first]]:
            last += 1
        mine = chosen[order[first:last]]
        rows, some = np.unique(of_pair[mine]), np.unique(problem.look[mine])
        is_small = len(rows) > 1 and len(some) > 1 and len(rows) + len(some) <= MOST_BITS
        if is_small and are_apart(looks, some):
            keep_likeliest(problem, of_pair, mine, (rows, some), (pair, none))
        first = last
    return pair, none


@jit
def keep_likeliest(
    problem: Weighted, of_pair: Ints, mine: Ints, sets: tuple[Ints, Ints],
    out: tuple[Floats, Floats],
) -> None:  # fmt: skip
    """Chances of one cluster, written into ``out``; ``mine``: its pairs, ordered by row."""
    (rows, looks), (pair, none), m = sets, out, len(mine)
    n_sets, n_looks = 1 << len(rows), len(looks)
    start, bit, gain = np.zeros(len(rows) + 1, np.int64), np.empty(m, np.int64), np.empty(m)
    for k in range(m):
        i = np.searchsorted(rows, of_pair[mine[k]])
        start[i + 1] += 1
        bit[k] = 1 << np.searchsorted(looks, problem.look[mine[k]])
        gain[k] = math.log(problem.weight[mine[k]] / problem.none[rows[i]])
    start = np.cumsum(start)
    # best[seen, taken]: logarithm of the likeliest way in which these rows took these looks
    best = np.full((n_sets, 1 << n_looks), -np.inf)
    choice = np.full((n_sets, 1 << n_looks), -1, np.int64)
    best[0, 0], i = 0.0, -1
    for seen in range(1, n_sets):
        if seen == 1 << (i + 1):
            i += 1  # the last of the rows seen
        for k in range(start[i], start[i + 1]):
            for taken in range(1 << n_looks):
                way = best[seen ^ (1 << i), taken]
                if taken & bit[k] == 0 and way + gain[k] > best[seen, taken | bit[k]]:
                    best[seen, taken | bit[k]] = way + gain[k]
                    choice[seen, taken | bit[k]] = k
    largest, total = best.max(), 0.0
    share, missed = np.zeros(m), np.zeros(len(rows))
    for seen in range(n_sets):
        for taken in range(1 << n_looks):
            if best[seen, taken] == -np.inf:
                continue
            weight, rest, left = math.exp(best[seen, taken] - largest), seen, taken
            total += weight
            for i in range(len(rows) - 1, -1, -1):
                if rest & (1 << i) == 0:
                    missed[i] += weight
                    continue
                k = choice[rest, left]
                share[k] += weight
                rest, left = rest ^ (1 << i), left ^ bit[k]
    for i in range(len(rows)):
        none[rows[i]] = missed[i] / total
        for k in range(problem.start[rows[i]], problem.start[rows[i] + 1]):
            pair[k] = 0.0
    for k in range(m):
        pair[mine[k]] = share[k] / total
