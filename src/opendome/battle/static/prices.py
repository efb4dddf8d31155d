"""Prices of rounds at which every threat, left to itself, buys about what is best for all.

At any prices, the sum of what each threat's cheapest package costs, less the price of all rounds,
is a bound that no plan can be below. Column generation looks for the prices with the best bound.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.static.limits import Limits
from opendome.battle.static.master import Master
from opendome.battle.static.packages import costs_at, nothing, taken
from opendome.kernels.packages import Instance, Packages, price_packages

Floats = NDArray[np.float64]

CLOSE = 1e-9  # of the loss: the bound and the linear program have met
SMOOTHING = 0.5  # weight of the best prices against the newest
MAX_ROUNDS = 200


class Bound(NamedTuple):
    """What some prices prove."""

    bound: float
    price: Floats  # (k,)
    least: Floats  # (n,) cost of the cheapest package of each threat


def bound_at(instance: Instance, price: Floats) -> tuple[Bound, Packages]:
    """The bound of some prices, and the cheapest package of each threat."""
    least, packages = price_packages(instance, price, np.arange(len(instance.value)))
    total = float(least.sum() - price @ np.maximum(instance.rounds, 0))
    return Bound(total, price, least), packages


def generate(
    instance: Instance, start: Bound, met: tuple[Packages, Packages], limits: Limits
) -> tuple[Bound, Master]:
    """Better prices from ``start`` on, and the master program with the packages met on the way.

    Parameters
    ----------
    met : (Packages, Packages)
        To begin with: a plan, and what is cheapest at the prices of the start.

    Notes
    -----
    Smoothing: Wentges, Weighted Dantzig-Wolfe decomposition for linear mixed-integer programming,
    International Transactions in Operational Research 4 (1997).
    """
    plan, cheapest = met
    best, goal = start, float(plan.loss.sum())
    master = Master(instance.rounds, len(instance.value), goal)
    master.begin(plan)
    master.add(nothing(instance))
    master.add(cheapest)
    for _ in range(MAX_ROUNDS):
        duals = master.solve()
        if limits.is_late() or min(duals.loss, goal) - best.bound <= CLOSE * goal:
            break
        for weight in (SMOOTHING, 0.0):
            price = weight * best.price + (1.0 - weight) * duals.price
            found, cheapest = bound_at(instance, price)
            best = max(best, found, key=lambda bound: bound.bound)
            own = costs_at(duals.price, cheapest)
            is_new = own < duals.threat - CLOSE * goal / len(own)
            if is_new.any():
                master.add(taken(cheapest, np.flatnonzero(is_new)))
                break
        else:
            break
    return best, master
