"""Packages of rounds for one threat at prices of rounds: the cheapest one, and all cheap ones.

A package is a multiset of rounds. At a price for each kind of round it costs what it lets through,
``value * product of misses``, and its rounds. A depth-first search over kinds in the order of price
per logarithm of the miss chance, cut by a bound that lets the last round be taken in part.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DEEPEST = 48  # rounds in a package; deeper ones count by their bound, which is not above them
FEW = 24  # candidates that are sorted by insertion


class Instance(NamedTuple):
    """n threats and k kinds of round: each round may be used once, on any threat."""

    value: Floats  # (n,) lost if the threat is not killed
    miss: Floats  # (n, k) chance that one round does not kill, 1 where it cannot reach
    rounds: Ints  # (k,)


class Packages(NamedTuple):
    """m packages: kinds ``kind[start[i]:start[i + 1]]`` are the rounds of package i."""

    threat: Ints  # (m,)
    start: Ints  # (m + 1,)
    kind: Ints  # a kind as often as it has rounds in the package
    loss: Floats  # (m,) value times the product of misses


class Search(NamedTuple):
    """Candidate kinds of one threat in the order of their ratio, and the stack of the search."""

    kind: Ints  # (k,)
    ratio: Floats  # (k,) price / -log(miss)
    price: Floats  # (k,)
    miss: Floats  # (k,)
    most: Ints  # (k,) rounds
    price_all: Floats  # (k,) of all rounds of the kind
    miss_all: Floats  # (k,)
    next: Ints  # (DEEPEST + 1,) candidate that is tried next after so many rounds
    last: Ints  # (DEEPEST + 1,) candidate of the last of so many rounds
    used: Ints  # (DEEPEST + 1,) rounds of that candidate
    left: Floats  # (DEEPEST + 1,) value that gets through
    paid: Floats  # (DEEPEST + 1,) price of the rounds
    best: Ints  # (DEEPEST + 1,) candidates of the cheapest package, from place 1


@jit
def new_search(n_kinds: int) -> Search:
    """Working space for threats with n_kinds kinds."""
    return Search(
        np.empty(n_kinds, np.int64),
        np.empty(n_kinds),
        np.empty(n_kinds),
        np.empty(n_kinds),
        np.empty(n_kinds, np.int64),
        np.empty(n_kinds),
        np.empty(n_kinds),
        np.zeros(DEEPEST + 1, np.int64),
        np.zeros(DEEPEST + 1, np.int64),
        np.zeros(DEEPEST + 1, np.int64),
        np.zeros(DEEPEST + 1),
        np.zeros(DEEPEST + 1),
        np.zeros(DEEPEST + 1, np.int64),
    )


@jit
def least_cost(search: Search, n: int, first: int, left: float) -> float:
    """Bound from below: what gets through and what rounds cost, with rounds from ``first`` on.

    The last round may be taken in part: in logarithms the rounds are then bought in the order of
    their ratio until one more costs what it saves.
    """
    paid = 0.0
    for i in range(first, n):
        ratio = search.ratio[i]
        if left <= ratio:
            break
        after = left * search.miss_all[i]
        if after <= ratio:
            if ratio > 0.0:
                paid += ratio * math.log(left / ratio)
            return float(paid + ratio)
        paid += search.price_all[i]
        left = after
    return paid + left


@jit
def _collect(search: Search, instance: Instance, row: int, prices: Floats, limit: float) -> int:
    """Fill in the candidates that some package below ``limit`` may use; their number.

    A package with a round of kind i costs at least its price and ``r (1 + log(left / r))`` of
    what it leaves, r being the least ratio of all.
    """
    value = instance.value[row]
    lowest = np.inf
    n = 0
    for i in range(len(prices)):
        miss = instance.miss[row, i]
        if miss >= 1.0 or instance.rounds[i] <= 0 or prices[i] > limit:
            continue
        ratio = 0.0 if miss <= 0.0 else prices[i] / -math.log(miss)
        if ratio < lowest:
            lowest = ratio
        search.kind[n] = i
        search.ratio[n] = ratio
        n += 1
    kept = 0
    for c in range(n):
        i = search.kind[c]
        left = value * instance.miss[row, i]
        if left > lowest:
            left = lowest * (1.0 + math.log(left / lowest)) if lowest > 0.0 else 0.0
        if prices[i] + left <= limit:
            search.kind[kept] = i
            search.ratio[kept] = search.ratio[c]
            kept += 1
    return kept


@jit
def _arrange(search: Search, instance: Instance, row: int, prices: Floats, n: int) -> None:
    """Sort n candidates by ratio and fill in the rest of their columns."""
    if n <= FEW:
        for c in range(1, n):
            kind, ratio = search.kind[c], search.ratio[c]
            d = c
            while d > 0 and search.ratio[d - 1] > ratio:
                search.kind[d], search.ratio[d] = search.kind[d - 1], search.ratio[d - 1]
                d -= 1
            search.kind[d], search.ratio[d] = kind, ratio
    else:
        order = np.argsort(search.ratio[:n])
        kinds, ratios = search.kind[:n][order], search.ratio[:n][order]
        search.kind[:n], search.ratio[:n] = kinds, ratios
    for c in range(n):
        i = search.kind[c]
        most = instance.rounds[i]
        search.price[c] = prices[i]
        search.miss[c] = instance.miss[row, i]
        search.most[c] = most
        search.price_all[c] = prices[i] * most
        search.miss_all[c] = instance.miss[row, i] ** most


@jit
def _start(search: Search, value: float) -> None:
    """The empty package."""
    search.next[0], search.last[0], search.used[0] = 0, -1, 0
    search.left[0], search.paid[0] = value, 0.0


@jit
def _add(search: Search, depth: int, c: int) -> float:
    """Put a round of candidate c into the package of ``depth`` rounds; its cost."""
    used = search.used[depth] + 1 if search.last[depth] == c else 1
    search.next[depth + 1] = c if used < search.most[c] else c + 1
    search.last[depth + 1], search.used[depth + 1] = c, used
    search.left[depth + 1] = search.left[depth] * search.miss[c]
    search.paid[depth + 1] = search.paid[depth] + search.price[c]
    return float(search.left[depth + 1] + search.paid[depth + 1])


@jit
def cheapest_package(
    search: Search, instance: Instance, row: int, prices: Floats
) -> tuple[float, int]:
    """Least cost of a package for one threat, and the number of rounds in it.

    The rounds are candidates ``search.best[1 : n_rounds + 1]``, of kinds ``search.kind``.
    """
    value = instance.value[row]
    best, n_best = value, 0
    limit = value
    for i in range(len(prices)):
        if instance.rounds[i] > 0:
            limit = min(limit, value * instance.miss[row, i] + prices[i])
    n = _collect(search, instance, row, prices, limit * (1.0 + 1e-12))
    _arrange(search, instance, row, prices, n)
    _start(search, value)
    depth = 0
    while depth >= 0:
        c, left, paid = search.next[depth], search.left[depth], search.paid[depth]
        bound = paid + least_cost(search, n, c, left)
        if c >= n or bound >= best:
            depth -= 1
            continue
        if depth == DEEPEST:
            best = bound
            continue
        search.next[depth] = c + 1
        if left * (1.0 - search.miss[c]) <= search.price[c]:
            continue
        cost = _add(search, depth, c)
        depth += 1
        if cost < best:
            best, n_best = cost, depth
            search.best[1 : depth + 1] = search.last[1 : depth + 1]
    return best, n_best


@jit
def fitting(packages: Packages, order: Ints, rounds: Ints) -> Ints:
    """Packages, taken in some order, whose threat has none yet and whose rounds are still there."""
    left = np.maximum(rounds, 0)
    is_served = np.zeros(np.max(packages.threat) + 1, np.bool_)
    chosen = np.empty(len(order), np.int64)
    n = 0
    for i in order:
        if is_served[packages.threat[i]]:
            continue
        fits = True
        for e in range(packages.start[i], packages.start[i + 1]):
            left[packages.kind[e]] -= 1
            fits &= left[packages.kind[e]] >= 0
        if fits:
            is_served[packages.threat[i]] = True
            chosen[n] = i
            n += 1
        else:
            for e in range(packages.start[i], packages.start[i + 1]):
                left[packages.kind[e]] += 1
    return chosen[:n]


@jit
def grown(array: Ints, n: int) -> Ints:
    """The array, or a copy of twice its length if it has no room for n."""
    if n <= len(array):
        return array
    larger = np.empty(max(n, 2 * len(array)), array.dtype)
    larger[: len(array)] = array
    return larger


@jit
def price_packages(instance: Instance, prices: Floats, rows: Ints) -> tuple[Floats, Packages]:
    """Least cost (n_rows,) of a package for each of some threats, and these packages."""
    m = len(rows)
    costs, losses = np.empty(m), np.empty(m)
    start = np.zeros(m + 1, np.int64)
    kinds = np.empty(4 * m + DEEPEST, np.int64)
    search = new_search(len(prices))
    for i in range(m):
        costs[i], n = cheapest_package(search, instance, rows[i], prices)
        kinds = grown(kinds, start[i] + n)
        left = instance.value[rows[i]]
        for d in range(n):
            kind = search.kind[search.best[d + 1]]
            kinds[start[i] + d] = kind
            left *= instance.miss[rows[i], kind]
        losses[i] = left
        start[i + 1] = start[i] + n
    return costs, Packages(rows, start, kinds[: start[m]], losses)


@jit
def packages_below(
    instance: Instance, prices: Floats, limits: Floats, most: int
) -> tuple[Packages, bool]:
    """All packages of each threat that cost less than its limit (n,), and whether that is all.

    Stops where there are more than ``most`` packages, or one that is too deep.
    """
    n_threats = len(instance.value)
    threat = np.empty(4 * n_threats, np.int64)
    start = np.zeros(4 * n_threats + 1, np.int64)
    kinds = np.empty(16 * n_threats + DEEPEST, np.int64)
    loss = np.empty(most + 1)
    search = new_search(len(prices))
    m = 0
    for row in range(n_threats):
        n = _collect(search, instance, row, prices, limits[row])
        _arrange(search, instance, row, prices, n)
        _start(search, instance.value[row])
        depth, is_new = 0, instance.value[row] < limits[row]
        while depth >= 0:
            if is_new:
                if m == most:
                    return Packages(threat[:m], start[: m + 1], kinds[: start[m]], loss[:m]), False
                threat, start = grown(threat, m + 1), grown(start, m + 2)
                kinds = grown(kinds, start[m] + depth)
                for d in range(depth):
                    kinds[start[m] + d] = search.kind[search.last[d + 1]]
                threat[m], loss[m] = row, search.left[depth]
                start[m + 1] = start[m] + depth
                m += 1
                is_new = False
            c = search.next[depth]
            bound = search.paid[depth] + least_cost(search, n, c, search.left[depth])
            if c >= n or bound >= limits[row]:
                depth -= 1
                continue
            if depth == DEEPEST:
                return Packages(threat[:m], start[: m + 1], kinds[: start[m]], loss[:m]), False
            search.next[depth] = c + 1
            is_new = _add(search, depth, c) < limits[row]
            depth += 1
    return Packages(threat[:m], start[: m + 1], kinds[: start[m]], loss[:m]), True
