"""Small vector algebra without a linear-algebra library (compiled ``np.dot`` would need SciPy)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit

Floats = NDArray[np.float64]


@jit
def dot(a: Floats, b: Floats) -> float:
    """Inner product of two 3-vectors."""
    return float(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


@jit
def norm(a: Floats) -> float:
    """Length of a 3-vector."""
    return math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])


@jit
def cross(a: Floats, b: Floats) -> Floats:
    """Vector product of two 3-vectors."""
    return np.array(
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    )


@jit
def solve3(m: Floats, b: Floats) -> Floats:
    """Solution of a 3 x 3 linear system by Cramer's rule; NaN where it is singular.

    Parameters
    ----------
    m : (3, 3) float
    b : (3,) float

    Returns
    -------
    x : (3,) float
    """
    c0, c1, c2 = m[:, 0].copy(), m[:, 1].copy(), m[:, 2].copy()
    det = dot(c0, cross(c1, c2))
    if det == 0.0 or not math.isfinite(det):
        return np.full(3, np.nan)
    return np.array(
        [dot(b, cross(c1, c2)) / det, dot(c0, cross(b, c2)) / det, dot(c0, cross(c1, b)) / det]
    )
