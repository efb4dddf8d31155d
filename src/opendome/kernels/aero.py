"""Drag and lift of a body in air that turns with the Earth."""

from __future__ import annotations

import math

from opendome.constants import EARTH_OMEGA
from opendome.kernels._jit import jit
from opendome.kernels.atmosphere import density_fast
from opendome.kernels.frames import geocentric_height
from opendome.kernels.gravity import gravity_j2

SEA_LEVEL_DENSITY = 1.225  # kg/m^3, US Standard Atmosphere 1976


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


@jit
def wing_lift(
    x: float, y: float, z: float, vx: float, vy: float, vz: float, stall_speed: float
) -> tuple[float, float, float]:
    """Acceleration by wings that carry a body's weight: it flies straight over the turning Earth.

    Parameters
    ----------
    x, y, z, vx, vy, vz : float
        Inertial state.
    stall_speed : float
        Slowest speed through air of sea level at which the wings carry the whole weight, m/s.

    Returns
    -------
    acceleration : (3,) float
        Across the air velocity and against the part there of what the turning frame feels: gravity,
        centrifugal and Coriolis. Below the stall speed less, as the dynamic pressure is less.
    """
    gx, gy, gz = gravity_j2(x, y, z)
    wx, wy, wz, speed = air_velocity(x, y, vx, vy, vz)
    if speed <= 0.0:
        return 0.0, 0.0, 0.0
    gx += EARTH_OMEGA * (EARTH_OMEGA * x + 2.0 * wy)
    gy += EARTH_OMEGA * (EARTH_OMEGA * y - 2.0 * wx)
    ux, uy, uz = wx / speed, wy / speed, wz / speed
    along = gx * ux + gy * uy + gz * uz
    air = density_fast(geocentric_height(x, y, z)) / SEA_LEVEL_DENSITY
    share = min(1.0, air * (speed / stall_speed) ** 2)
    return share * (along * ux - gx), share * (along * uy - gy), share * (along * uz - gz)
