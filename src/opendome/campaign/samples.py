"""Points of a design: grids, lists, Latin hypercubes, Sobol sequences and Saltelli's scheme.

Points lie in the unit cube first; a factor then stretches its axis. Draws come from the named
streams, so the same design and seed give the same points everywhere.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opendome.errors import ScenarioError
from opendome.kernels.philox import uniform
from opendome.rng import Purpose
from opendome.scenario.design import MAX_CELLS, Factor

Floats = NDArray[np.float64]

BITS = 32  # of a coordinate of the Sobol sequence
# Primitive polynomials and first direction numbers of dimensions 2 and up: degree s, coefficients
# a, then m_1 ... m_s. Source: Joe, Kuo, Constructing Sobol sequences with better two-dimensional
# projections, SIAM J. Sci. Comput. 30 (2008), table new-joe-kuo-6.
DIRECTIONS: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (1, 0, (1,)),
    (2, 1, (1, 3)),
    (3, 1, (1, 3, 1)),
    (3, 2, (1, 1, 1)),
    (4, 1, (1, 1, 3, 3)),
    (4, 4, (1, 3, 5, 13)),
    (5, 2, (1, 1, 5, 5, 17)),
    (5, 4, (1, 1, 5, 5, 5)),
    (5, 7, (1, 1, 7, 11, 19)),
    (5, 11, (1, 1, 5, 1, 1)),
    (5, 13, (1, 1, 1, 3, 11)),
    (5, 14, (1, 3, 5, 5, 31)),
    (6, 1, (1, 3, 3, 9, 7, 49)),
    (6, 13, (1, 1, 1, 15, 21, 21)),
    (6, 16, (1, 3, 1, 13, 27, 49)),
    (6, 19, (1, 1, 1, 15, 7, 5)),
    (6, 22, (1, 3, 1, 15, 13, 25)),
    (6, 25, (1, 1, 5, 5, 19, 61)),
    (7, 1, (1, 3, 7, 11, 23, 15, 103)),
    (7, 4, (1, 3, 7, 13, 13, 15, 69)),
    (7, 7, (1, 1, 3, 13, 7, 35, 63)),
    (7, 8, (1, 3, 5, 9, 1, 25, 53)),
    (7, 14, (1, 3, 1, 13, 9, 35, 107)),
    (7, 19, (1, 3, 1, 5, 27, 61, 31)),
    (7, 21, (1, 1, 5, 11, 19, 41, 61)),
    (7, 28, (1, 3, 5, 3, 3, 13, 69)),
    (7, 31, (1, 1, 7, 13, 1, 19, 1)),
    (7, 32, (1, 3, 7, 5, 13, 19, 59)),
    (7, 37, (1, 1, 3, 9, 25, 29, 41)),
    (7, 41, (1, 3, 5, 13, 23, 1, 55)),
    (7, 42, (1, 3, 7, 3, 13, 59, 17)),
    (7, 50, (1, 3, 1, 3, 5, 53, 69)),
    (7, 55, (1, 1, 5, 5, 23, 33, 13)),
    (7, 56, (1, 1, 7, 7, 1, 61, 123)),
    (7, 59, (1, 1, 7, 9, 13, 61, 49)),
    (7, 62, (1, 3, 3, 5, 3, 55, 33)),
    (8, 14, (1, 3, 1, 15, 31, 13, 49, 245)),
    (8, 21, (1, 3, 5, 15, 31, 59, 63, 97)),
    (8, 22, (1, 3, 1, 11, 11, 11, 77, 249)),
)
MAX_DIMENSIONS = len(DIRECTIONS) + 1


def latin_hypercube(n: int, n_axes: int, seed: int, first_axis: int = 0) -> Floats:
    """Points of a Latin hypercube: each axis has one point in each of ``n`` equal parts.

    Source: McKay, Beckman, Conover, A comparison of three methods for selecting values of input
    variables, Technometrics 21 (1979).

    Returns
    -------
    points : (n, n_axes) float
        In (0, 1).
    """
    points = np.empty((n, n_axes))
    for axis in range(n_axes):
        lots = [_lot(seed, first_axis + axis, i, 0) for i in range(n)]
        within = np.array([_lot(seed, first_axis + axis, i, 1) for i in range(n)])
        points[np.argsort(lots, kind="stable"), axis] = np.arange(n)
        points[:, axis] = (points[:, axis] + within) / n
    return points


def sobol(n: int, n_axes: int, seed: int | None = None) -> Floats:
    """First ``n`` points of the Sobol sequence, shifted bit by bit by a draw of the seed.

    Source: Antonov, Saleev, An economic method of computing LP_tau-sequences, USSR Comput. Math.
    19 (1979), in Gray-code order; direction numbers as in ``DIRECTIONS``.

    Parameters
    ----------
    seed : int, optional
        Keys the shift; without it the plain sequence, which begins at the origin.

    Returns
    -------
    points : (n, n_axes) float
        In [0, 1).
    """
    if n_axes > MAX_DIMENSIONS:
        raise ScenarioError(f"factors are {n_axes} axes of a Sobol sequence; at most "
                            f"{MAX_DIMENSIONS} are allowed. Use latin_hypercube.")  # fmt: skip
    states = np.zeros((n, n_axes), dtype=np.uint64)
    directions = np.array([_direction_numbers(axis) for axis in range(n_axes)], dtype=np.uint64)
    for i in range(1, n):
        zero = ((i - 1) ^ i).bit_length() - 1  # the bit that the Gray code of i changes
        states[i] = states[i - 1] ^ directions[:, zero]
    if seed is not None:
        lots = [int(_lot(seed, axis, 0, 2) * 2**BITS) for axis in range(n_axes)]
        states ^= np.array(lots, dtype=np.uint64)[None, :]
    return states.astype(np.float64) / 2.0**BITS


def saltelli(n: int, n_axes: int, seed: int) -> Floats:
    """Points from which first-order and total indices follow: for each base point A, A with
    axis i from B for every i, then B; as SALib lays them out without second order.

    Source: Saltelli et al., Variance based sensitivity analysis of model output, Comput. Phys.
    Commun. 181 (2010).

    Returns
    -------
    points : (n * (n_axes + 2), n_axes) float
        In [0, 1).
    """
    both = sobol(n, 2 * n_axes, seed)
    a, b = both[:, :n_axes], both[:, n_axes:]
    rows = np.repeat(a[:, None, :], n_axes + 2, axis=1)
    for axis in range(n_axes):
        rows[:, axis + 1, axis] = b[:, axis]
    rows[:, -1, :] = b
    return rows.reshape(-1, n_axes)


def values_at(factor: Factor, shares: Sequence[float] | Floats) -> list[Any]:
    """Values of a factor at shares (0 to 1) of its range, or of its list of values."""
    if factor.values:
        last = len(factor.values) - 1
        return [factor.values[min(int(u * len(factor.values)), last)] for u in shares]
    assert factor.low is not None
    assert factor.high is not None
    return [_rounded(factor, _between(factor, float(u))) for u in shares]


def levels(factor: Factor) -> list[Any]:
    """Values of a factor in a grid."""
    if factor.values:
        return list(factor.values)
    assert factor.levels is not None
    n = factor.levels - 1
    found = values_at(factor, [i / n for i in range(factor.levels)])
    kept = list(dict.fromkeys(found))
    if len(kept) < len(found):
        raise ScenarioError(f"factor {factor.column}: levels is {factor.levels}; only {len(kept)} "
                            "different whole numbers lie there. Ask for fewer.")  # fmt: skip
    return kept


def points(factors: Sequence[Factor], sample: str, cells: int | None, seed: int) -> list[list[Any]]:
    """Values of all factors, one row for each point of a sample."""
    if sample == "grid":
        axes = [levels(f) for f in factors]
        if math.prod(len(a) for a in axes) > MAX_CELLS:
            raise ScenarioError(f"factors make {math.prod(len(a) for a in axes)} cells; at most "
                                f"{MAX_CELLS} are allowed. Use latin_hypercube.")  # fmt: skip
        return [list(row) for row in itertools.product(*axes)]
    if sample == "list":
        return [list(row) for row in zip(*(f.values for f in factors), strict=True)] or [[]]
    if sample == "one_at_a_time":
        base = [f.values[0] for f in factors]
        changed = [[*base[:i], value, *base[i + 1 :]]
                   for i, f in enumerate(factors) for value in f.values[1:]]  # fmt: skip
        return [base, *changed]
    assert cells is not None
    make: dict[str, Callable[[int, int, int], Floats]] = {
        "latin_hypercube": latin_hypercube,
        "sobol": sobol,
        "saltelli": saltelli,
    }
    cube = make[sample](cells, len(factors), seed)
    columns = [values_at(f, cube[:, i]) for i, f in enumerate(factors)]
    return [list(row) for row in zip(*columns, strict=True)]


def triangular(low: float, nominal: float, high: float, share: Floats) -> Floats:
    """Value that a triangular distribution with its mode at ``nominal`` is below by chance
    ``share``."""
    if high <= low:
        return np.full(np.shape(share), nominal)
    peak = (nominal - low) / (high - low)
    rising = low + np.sqrt(share * (high - low) * (nominal - low))
    falling = high - np.sqrt((1.0 - share) * (high - low) * (high - nominal))
    return np.where(share < peak, rising, falling)


def _between(factor: Factor, share: float) -> float:
    low, high = float(factor.low or 0.0), float(factor.high or 0.0)
    if share >= 1.0:
        return high
    if factor.scale == "log":
        return low * float((high / low) ** share)
    return low + share * (high - low)


def _rounded(factor: Factor, value: float) -> float | int:
    """The value, a whole number if asked, else with digits that people can read."""
    return round(value) if factor.is_whole else float(f"{value:.9g}")


def _lot(seed: int, axis: int, i: int, what: int) -> float:
    return float(uniform(seed, 0, int(Purpose.DESIGN), axis, i, what))


def _direction_numbers(axis: int) -> list[int]:
    """Direction numbers of one axis, as whole numbers of BITS bits."""
    if axis == 0:
        return [1 << (BITS - 1 - k) for k in range(BITS)]
    degree, coefficients, first = DIRECTIONS[axis - 1]
    found = [m << (BITS - 1 - k) for k, m in enumerate(first)]
    for k in range(degree, BITS):
        number = found[k - degree] ^ (found[k - degree] >> degree)
        for j in range(1, degree):
            if (coefficients >> (degree - 1 - j)) & 1:
                number ^= found[k - j]
        found.append(number)
    return found
