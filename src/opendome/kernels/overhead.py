"""Which of many satellites can reach a place, or see it. All places are Earth-fixed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.infrared import Sight, is_clear_of_earth, is_in_cone

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@jit
def count_in_reach(satellites: Floats, targets: Floats, reach: float) -> Ints:
    """How many satellites (n, 3) are within ``reach`` (m) of each target (m, 3)."""
    counts = np.zeros(len(targets), np.int64)
    limit = reach * reach
    for k in range(len(targets)):
        x, y, z = targets[k, 0], targets[k, 1], targets[k, 2]
        n = 0
        for j in range(len(satellites)):
            dx, dy, dz = satellites[j, 0] - x, satellites[j, 1] - y, satellites[j, 2] - z
            n += dx * dx + dy * dy + dz * dz <= limit
        counts[k] = n
    return counts


@jit
def sees(sight: Sight, cos_half_field: float, x: float, y: float, z: float) -> bool:
    """Whether a place lies in a satellite's field of regard and not behind the Earth.

    The field is a cone about the nadir whose half angle has the given cosine; ``sight.min_limb``
    is the lowest height of a line of sight that passes the Earth.
    """
    if not is_in_cone(sight, cos_half_field, x, y, z):
        return False
    return is_clear_of_earth(sight, x, y, z)


@jit
def count_in_view(
    satellites: Floats, targets: Floats, cos_half_field: float, min_limb: float
) -> Ints:
    """How many satellites (n, 3) see each target (m, 3); see `sees`."""
    counts = np.zeros(len(targets), np.int64)
    for j in range(len(satellites)):
        sight = Sight(satellites[j], 0.0, min_limb)
        for k in range(len(targets)):
            counts[k] += sees(sight, cos_half_field, targets[k, 0], targets[k, 1], targets[k, 2])
    return counts
