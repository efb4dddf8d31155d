"""Small vector algebra without a linear-algebra library (compiled ``np.dot`` would need SciPy)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit

Floats = NDArray[np.float64]


Vector = tuple[float, float, float]


@jit
def row(a: Floats, i: int) -> Vector:
    """Row i of an (n, 3) array."""
    return a[i, 0], a[i, 1], a[i, 2]


@jit
def put(a: Floats, i: int, v: Vector) -> None:
    """Write row i of an (n, 3) array."""
    a[i, 0], a[i, 1], a[i, 2] = v


@jit
def minus(a: Vector, b: Vector) -> Vector:
    """a - b."""
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


@jit
def plus(a: Vector, scale: float, b: Vector) -> Vector:
    """a + scale b."""
    return a[0] + scale * b[0], a[1] + scale * b[1], a[2] + scale * b[2]


@jit
def times(scale: float, a: Vector) -> Vector:
    """scale a."""
    return scale * a[0], scale * a[1], scale * a[2]


@jit
def dot(a: Vector | Floats, b: Vector | Floats) -> float:
    """Inner product."""
    return float(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


@jit
def norm(a: Vector | Floats) -> float:
    """Length."""
    return math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])


@jit
def cross(a: Vector, b: Vector) -> Vector:
    """Vector product."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@jit
def across(a: Vector, along: Vector) -> Vector:
    """Part of a that is perpendicular to the unit vector ``along``."""
    return plus(a, -dot(a, along), along)


@jit
def column(m: Floats, j: int) -> Vector:
    """Column j of a (3, 3) array."""
    return m[0, j], m[1, j], m[2, j]


@jit
def solve3(m: Floats, b: Vector) -> Vector:
    """Solution of a 3 x 3 linear system by Cramer's rule; NaN where it is singular."""
    c0, c1, c2 = column(m, 0), column(m, 1), column(m, 2)
    det = dot(c0, cross(c1, c2))
    if det == 0.0 or not math.isfinite(det):
        return math.nan, math.nan, math.nan
    return (
        dot(b, cross(c1, c2)) / det,
        dot(c0, cross(b, c2)) / det,
        dot(c0, cross(c1, b)) / det,
    )
