"""Chance of every pair of a row and a look when each look belongs to one row at most (JPDA).

Clusters of rows that share looks are strangers to each other. A row alone has a closed form; small
clusters are summed exactly over the subsets of their looks; beyond that loopy belief propagation
comes close. Nothing here knows what a row or a weight is: filters of any kind may ask.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.association import clusters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_SHARED = 12  # looks of a cluster that several rows may take, for an exact sum
MOST_TERMS = 1 << 16  # rows times subsets, the same
CLOSE = 1e-5  # change of a message at which belief propagation has settled
MOST_TURNS = 300


class Weighted(NamedTuple):
    """Pairs in the order of their rows: row i has pairs start[i] to start[i + 1]."""

    start: Ints  # (n_rows + 1,)
    look: Ints  # (n_pairs,)
    weight: Floats  # (n_pairs,) of the row having made the look, >= 0
    none: Floats  # (n_rows,) of the row having made none, >= 0, on the same scale as its weights


class Marginals(NamedTuple):
    """Chances, which for each row sum to 1, and how they were found."""

    pair: Floats  # (n_pairs,)
    none: Floats  # (n_rows,)
    n_exact: int  # clusters of several rows that were summed exactly
    n_belief: int  # clusters that were left to belief propagation
    n_largest: int  # rows of the largest cluster


@jit
def marginals(problem: Weighted, n_looks: int, most_shared: int) -> Marginals:
    """Chances of all pairs.

    Parameters
    ----------
    most_shared : int
        Clusters with more shared looks than that are left to belief propagation; 0: all are.

    Notes
    -----
    Source: Y. Bar-Shalom, F. Daum, J. Huang, "The probabilistic data association filter", IEEE
    Control Systems 29 (2009) (the joint probabilities); J. L. Williams, R. A. Lau, "Approximate
    evaluation of marginal association probabilities with belief propagation", IEEE Trans. AES 50
    (2014).
    """
    n_rows = len(problem.none)
    pair, none = np.zeros(len(problem.look)), np.ones(n_rows)
    of_pair = np.empty(len(problem.look), np.int64)
    n_takers = np.zeros(n_looks, np.int64)
    for i in range(n_rows):
        for k in range(problem.start[i], problem.start[i + 1]):
            of_pair[k] = i
            n_takers[problem.look[k]] += 1
    cluster = clusters(of_pair, problem.look, n_rows, n_looks)
    order = np.argsort(cluster, kind="mergesort")
    bit = np.full(n_looks, -1, np.int64)
    total = np.zeros(n_looks)
    n_exact, n_belief, n_largest, first = 0, 0, 0, 0
    while first < n_rows:
        last = first + 1
        while last < n_rows and cluster[order[last]] == cluster[order[first]]:
            last += 1
        rows = order[first:last]
        n_largest = max(n_largest, last - first)
        if last - first == 1:
            alone(problem, rows[0], pair, none)
        else:
            n_shared = number_shared(problem, rows, n_takers, bit)
            is_small = n_shared <= min(most_shared, MOST_SHARED)
            if is_small and (len(rows) + 1) << n_shared <= MOST_TERMS:
                n_exact += 1
                sum_subsets(problem, rows, bit, n_shared, (pair, none))
            else:
                n_belief += 1
                propagate_beliefs(problem, rows, total, (pair, none))
        first = last
    return Marginals(pair, none, n_exact, n_belief, n_largest)


@jit
def alone(problem: Weighted, row: int, pair: Floats, none: Floats) -> None:
    """Chances of a row that shares no look: its weights over their sum."""
    total = problem.none[row]
    for k in range(problem.start[row], problem.start[row + 1]):
        total += problem.weight[k]
    if total > 0.0:
        none[row] = problem.none[row] / total
        for k in range(problem.start[row], problem.start[row + 1]):
            pair[k] = problem.weight[k] / total


@jit
def number_shared(problem: Weighted, rows: Ints, n_takers: Ints, bit: Ints) -> int:
    """Number the looks that several rows may take (into ``bit``, others -1); how many there are."""
    n = 0
    for i in rows:
        for k in range(problem.start[i], problem.start[i + 1]):
            bit[problem.look[k]] = -1
    for i in rows:
        for k in range(problem.start[i], problem.start[i + 1]):
            j = problem.look[k]
            if n_takers[j] > 1 and bit[j] < 0:
                bit[j] = n
                n += 1
    return n


@jit
def row_scale(problem: Weighted, row: int) -> float:
    """One over the largest weight of a row: chances do not change when a row is scaled."""
    largest = problem.none[row]
    for k in range(problem.start[row], problem.start[row + 1]):
        largest = max(largest, problem.weight[k])
    return 1.0 / largest if largest > 0.0 else 1.0


@jit
def sum_subsets(
    problem: Weighted, rows: Ints, bit: Ints, n_shared: int, found: tuple[Floats, Floats]
) -> None:
    """Exact chances of a cluster: forward and backward sums over sets of looks already taken.

    A look that only one row of the cluster may take disturbs nobody and stays out of the sets.
    """
    start, look, weight = problem.start, problem.look, problem.weight
    pair, none = found
    n, n_sets = len(rows), 1 << n_shared
    scale, own = np.empty(n), np.empty(n)
    for i in range(n):
        scale[i] = row_scale(problem, rows[i])
        own[i] = problem.none[rows[i]] * scale[i]
        for k in range(start[rows[i]], start[rows[i] + 1]):
            if bit[look[k]] < 0:
                own[i] += weight[k] * scale[i]
    ahead = np.zeros((n + 1, n_sets))
    ahead[0, 0] = 1.0
    for i in range(n):
        for taken in range(n_sets):
            here = ahead[i, taken]
            if here == 0.0:
                continue
            ahead[i + 1, taken] += own[i] * here
            for k in range(start[rows[i]], start[rows[i] + 1]):
                one = 1 << bit[look[k]] if bit[look[k]] >= 0 else 0
                if one and not taken & one:
                    ahead[i + 1, taken | one] += weight[k] * scale[i] * here
    behind, back = np.ones(n_sets), np.empty(n_sets)
    for i in range(n - 1, -1, -1):
        stay = 0.0
        for taken in range(n_sets):
            stay += ahead[i, taken] * behind[taken]
            back[taken] = own[i] * behind[taken]
        none[rows[i]] = problem.none[rows[i]] * scale[i] * stay
        for k in range(start[rows[i]], start[rows[i] + 1]):
            w = weight[k] * scale[i]
            if bit[look[k]] < 0:
                pair[k] = w * stay
                continue
            one, chance = 1 << bit[look[k]], 0.0
            for taken in range(n_sets):
                if not taken & one:
                    chance += ahead[i, taken] * w * behind[taken | one]
                    back[taken] += w * behind[taken | one]
            pair[k] = chance
        behind, back = back, behind
    # The sum of all joint events divides each of its parts.
    for i in rows:
        total = none[i]
        for k in range(start[i], start[i + 1]):
            total += pair[k]
        none[i] = none[i] / total if total > 0.0 else 1.0
        for k in range(start[i], start[i + 1]):
            pair[k] = pair[k] / total if total > 0.0 else 0.0


@jit
def propagate_beliefs(
    problem: Weighted, rows: Ints, total: Floats, found: tuple[Floats, Floats]
) -> None:
    """Approximate chances of a cluster; ``total`` is work space (n_looks,) of zeros, left so."""
    start, look = problem.start, problem.look
    pair, none = found
    n_pairs, n = 0, 0
    for i in rows:
        n_pairs += start[i + 1] - start[i]
    ratio, to_look, to_row = np.empty(n_pairs), np.empty(n_pairs), np.ones(n_pairs)
    for i in rows:
        floor = max(problem.none[i], 1e-12 / row_scale(problem, i))
        for k in range(start[i], start[i + 1]):
            ratio[n] = problem.weight[k] / floor
            n += 1
    for _ in range(MOST_TURNS):
        n = 0
        for i in rows:
            first, sum_row = n, 1.0
            for _k in range(start[i], start[i + 1]):
                sum_row += ratio[n] * to_row[n]
                n += 1
            for k in range(start[i], start[i + 1]):
                m = first + k - start[i]
                to_look[m] = ratio[m] / (sum_row - ratio[m] * to_row[m])
                total[look[k]] += to_look[m]
        n, change = 0, 0.0
        for i in rows:
            for k in range(start[i], start[i + 1]):
                new = 1.0 / (1.0 + total[look[k]] - to_look[n])
                change = max(change, abs(new - to_row[n]))
                to_row[n] = new
                n += 1
        for i in rows:
            for k in range(start[i], start[i + 1]):
                total[look[k]] = 0.0
        if change < CLOSE:
            break
    n = 0
    for i in rows:
        first, sum_row = n, 1.0
        for _k in range(start[i], start[i + 1]):
            sum_row += ratio[n] * to_row[n]
            n += 1
        none[i] = 1.0 / sum_row
        for k in range(start[i], start[i + 1]):
            m = first + k - start[i]
            pair[k] = ratio[m] * to_row[m] / sum_row
