"""Drag of a body in air that turns with the Earth."""

from __future__ import annotations

import math

from opendome.constants import EARTH_OMEGA
from opendome.kernels._jit import jit
from opendome.kernels.atmosphere import density_fast


@jit
def air_velocity(
    x: float, y: float, vx: float, vy: float, vz: float
) -> tuple[float, float, float, float]:
    """Velocity through the air, inertial axes, and its size, of a body at inertial (x, y, .)."""
    wx, wy = vx + EARTH_OMEGA * y, vy - EARTH_OMEGA * x
    return wx, wy, vz, math.sqrt(wx * wx + wy * wy + vz * vz)


@jit
def drag_rate(height: float, speed: float, beta: float) -> float:
    """Deceleration by drag over speed, 1/s: times the air velocity it is the lost acceleration.

    ``beta`` is the ballistic coefficient m / (cd A), kg/m^2; the air is the US Standard
    Atmosphere 1976.
    """
    return 0.5 * density_fast(height) * speed / beta
