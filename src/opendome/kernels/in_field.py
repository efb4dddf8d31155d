"""Which of many places lie in the field of a radar."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.field import Field, is_in_field

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@jit
def are_in_field(field: Field, r_ecef: Floats) -> Bools:
    """Whether each place (n, 3) is in range, in the sector and above the horizon; NaN is not."""
    n = len(r_ecef)
    is_inside = np.zeros(n, dtype=np.bool_)
    for i in range(n):
        x, y, z = r_ecef[i, 0], r_ecef[i, 1], r_ecef[i, 2]
        if np.isfinite(x + y + z):
            is_inside[i] = is_in_field(field, x, y, z)
    return is_inside
