"""Prices of rounds at which every asset, left to itself, buys about what is best for all.

At any prices, what the cheapest defenses of all assets cost, less the price of all rounds, is a
bound that no plan can be below. Column generation looks for the prices with the best bound.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.assets.corners import cheapest, steps_of
from opendome.battle.assets.options import options
from opendome.battle.assets.plans import of_counts, used_by
from opendome.battle.assets.problem import Defended, threats_of
from opendome.battle.static.limits import Limits
from opendome.battle.static.master import Master

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CLOSE = 1e-9  # of the value: the bound and the linear program have met
SMOOTHING = 0.5  # weight of the best prices against the newest
MAX_ROUNDS = 200  # of column generation
HALVINGS = 20  # of prices to begin with


class Bound(NamedTuple):
    """What some prices prove, and the cheapest defense of each asset at them."""

    bound: float
    price: Floats  # (k,)
    least: Floats  # (a,)
    counts: Ints  # (n, k) rounds of these defenses


def bound_at(problem: Defended, price: Floats) -> Bound:
    """What the cheapest defenses cost, less the price of all rounds: no plan loses less."""
    least = np.zeros(len(problem.value))
    counts = np.zeros(problem.miss.shape, dtype=np.int64)
    for asset, value in enumerate(problem.value.tolist()):
        rows = threats_of(problem, asset)
        if value <= 0.0 or not len(rows):
            continue
        offered = [
            options(problem.miss[j], problem.rounds, price, (value, value * problem.p_destroy[j]))
            for j in rows
        ]
        steps = [steps_of(one, float(problem.p_destroy[j])) for one, j in zip(offered, rows)]
        least[asset], counts[rows] = cheapest(value, steps, offered)
    return Bound(float(least.sum() - price @ problem.rounds), price, least, counts)


def start(problem: Defended, limits: Limits) -> Bound:
    """The best bound of prices that are the same for all kinds of round."""
    best = bound_at(problem, np.full(len(problem.rounds), problem.value.max(initial=0.0)))
    price = best.price / 2.0
    for _ in range(HALVINGS):
        if limits.is_late():
            break
        found = bound_at(problem, price)
        if found.bound < best.bound:
            break
        best, price = found, price / 2.0
    return max(best, bound_at(problem, 0.0 * price), key=lambda bound: bound.bound)


def generate(
    problem: Defended, begin: Bound, plan: Ints, limits: Limits
) -> tuple[Bound, Master, list[Ints]]:
    """Better prices; the linear program, and the plans whose defenses are its columns, in order."""
    total = float(problem.value.sum())
    best, master = begin, Master(problem.rounds, len(problem.value), total)
    nothing = np.zeros(problem.miss.shape, dtype=np.int64)
    met = [nothing, plan, begin.counts]
    master.begin(of_counts(problem, nothing))
    for counts in met[1:]:
        master.add(of_counts(problem, counts))
    for _ in range(MAX_ROUNDS):
        duals = master.solve()
        if limits.is_late() or duals.loss - best.bound <= CLOSE * total:
            break
        for weight in (SMOOTHING, 0.0):
            price = weight * best.price + (1.0 - weight) * duals.price
            found = bound_at(problem, price)
            best = max(best, found, key=lambda bound: bound.bound)
            packages = of_counts(problem, found.counts)
            own = packages.loss + used_by(problem, found.counts) @ duals.price
            if np.any(own < duals.threat - CLOSE * total / len(own)):
                met.append(found.counts)
                master.add(packages)
                break
        else:
            break
    return best, master, met
