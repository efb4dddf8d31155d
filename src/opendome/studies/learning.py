"""Learning curves: each doubling of the number made lowers the cost of a unit by the same share."""

from __future__ import annotations

import math

import numpy as np

LONGEST = 1_000_000  # units that are summed one by one; beyond, the integral


def unit_cost(first: float, learning: float, number: float) -> float:
    """Cost of the unit of a number, counted from 1.

    Notes
    -----
    Source: T. P. Wright, Factors affecting the cost of airplanes, J. Aeronaut. Sci. 3 (1936), in
    its unit form: c(k) = c(1) k^b with b = log2(learning).
    """
    return first * math.pow(number, math.log2(learning))


def cost_of_units(first: float, learning: float, n: float, before: float = 0.0) -> float:
    """Cost of ``n`` units after ``before`` others; parts of a unit cost their part.

    Parameters
    ----------
    first : float
        Cost of unit number 1.
    learning : float
        Above 0, at most 1: 0.85 makes a unit 15 % cheaper when the number doubles.
    """
    return _sum_to(first, learning, before + n) - _sum_to(first, learning, before)


def _sum_to(first: float, learning: float, n: float) -> float:
    """Cost of units 1 to n."""
    whole, power = math.floor(n), math.log2(learning)
    counted = min(whole, LONGEST)
    total = first * float(np.sum(np.arange(1, counted + 1, dtype=np.float64) ** power))
    if whole > counted:  # Euler and Maclaurin: the integral and half of the ends
        if power == -1.0:
            more = math.log(whole / counted)
        else:
            more = (whole ** (power + 1.0) - counted ** (power + 1.0)) / (power + 1.0)
        total += first * (more + 0.5 * (whole**power - counted**power))
    return total + (n - whole) * unit_cost(first, learning, whole + 1)
