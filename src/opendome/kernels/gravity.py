"""Gravity of the Earth: central term and J2. The z axis is the Earth's; x and y may be turned."""

from __future__ import annotations

import math

from opendome.constants import EARTH_J2, EARTH_MU, EARTH_RADIUS_EQUATOR
from opendome.kernels._jit import jit

J2_FACTOR = 1.5 * EARTH_J2 * EARTH_RADIUS_EQUATOR * EARTH_RADIUS_EQUATOR  # m^2


@jit
def gravity_j2(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Acceleration (m/s^2) at a place, in the axes in which the place is given.

    Notes
    -----
    Gravitation only, no centrifugal term. Within 1.3e-4 m/s^2 of the normal gravity of WGS-84 at
    the surface, closer above it; the Earth's own anomalies reach some 1e-3 m/s^2.
    Source: D. A. Vallado, Fundamentals of Astrodynamics and Applications (2013), eq. (8-30).
    """
    inverse_square = 1.0 / (x * x + y * y + z * z)
    central = EARTH_MU * inverse_square * math.sqrt(inverse_square)
    oblate = J2_FACTOR * inverse_square
    up = 5.0 * z * z * inverse_square
    across = -central * (1.0 + oblate * (1.0 - up))
    return across * x, across * y, -central * (1.0 + oblate * (3.0 - up)) * z
