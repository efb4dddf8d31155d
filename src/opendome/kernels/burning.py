"""Where a booster that still burns will go, as one who does not know its kind can tell.

Thrust goes along the velocity through the air and gives an even acceleration until an assumed end
of the burn; then the body falls free. No drag: what is asked about lies above the air.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA
from opendome.kernels._jit import jit
from opendome.kernels.aero import air_velocity
from opendome.kernels.frames import turned
from opendome.kernels.gravity import gravity_j2
from opendome.kernels.vectors import Vector, plus

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SEEN_AFTER = 40.0  # s from a launch to the first sight of the plume: 30 to 60 s in public studies
IDEAL_SPEED = 8700.0  # m/s that an ICBM's motors give: 7.2 km/s at burn-out, 1.5 km/s of losses
LEAST_LEFT = 45.0  # s that a booster which burns longer than assumed is taken to burn on
LONGEST_STEP = 2.0  # s


@jit
def assumed_burns(t_first: Floats, t: Floats, burn: float) -> tuple[float, Floats]:
    """Thrust acceleration, and end of the burn, assumed of boosters of which no more is known.

    Parameters
    ----------
    t_first : (n,) float
        First sight of each.
    t : (n,) float
        Now.
    burn : float
        Assumed time from launch to burn-out, s.

    Notes
    -----
    Launch is put 40 s before the first sight. Sources: D. K. Barton and others, Report of the
    American Physical Society Study Group on Boost-Phase Intercept Systems, Rev. Mod. Phys. 76
    (2004) S1, for sight and burn times; the acceleration is the mean that brings an ICBM up to
    speed in the assumed burn.
    """
    ends = np.maximum(t_first - SEEN_AFTER + burn, t + LEAST_LEFT)
    return IDEAL_SPEED / burn, ends


@jit
def burning_acceleration(r: Vector, v: Vector, thrust: float) -> Vector:
    """Inertial acceleration by J2 gravity and by thrust along the velocity through the air."""
    g = gravity_j2(r[0], r[1], r[2])
    wx, wy, wz, speed = air_velocity(r[0], r[1], v[0], v[1], v[2])
    return plus(g, thrust / max(speed, 1.0), (wx, wy, wz))


@jit
def burning_step(r: Vector, v: Vector, thrust: float, dt: float) -> tuple[Vector, Vector]:
    """Inertial state after one midpoint step; 0.1 m in a step of 2 s."""
    a = burning_acceleration(r, v, thrust)
    m, w = plus(r, 0.5 * dt, v), plus(v, 0.5 * dt, a)
    a = burning_acceleration(m, w, thrust)
    return plus(r, dt, w), plus(v, dt, a)


@jit
def burning_paths(
    x_ecef: Floats, t: Floats, thrust: Floats, t_burnout: Floats, times: Floats
) -> Floats:
    """Earth-fixed states (n, k, 6) of n burning boosters at k later times each.

    Parameters
    ----------
    x_ecef : (n, 6 or more) float
        Place and velocity over ground at t.
    t, thrust, t_burnout : (n,) float
        Time of each state; thrust acceleration (m/s^2) until the assumed end of its burn.
    times : (n, k) float
        Not decreasing along a row; NaN comes where they are before the row's own t.
    """
    n, k = times.shape
    paths = np.full((n, k, 6), math.nan)
    for i in range(n):
        x = x_ecef[i]
        r = (x[0], x[1], x[2])
        v = (x[3] - EARTH_OMEGA * x[1], x[4] + EARTH_OMEGA * x[0], x[5])
        now = 0.0  # s after t, in axes that are the Earth's at t
        for j in range(k):
            after = times[i, j] - t[i]
            if not after >= 0.0:
                continue
            while now < after - 1e-9:
                left = t_burnout[i] - t[i] - now
                dt = min(after - now, LONGEST_STEP)
                if left > 1e-9:
                    dt = min(dt, left)
                r, v = burning_step(r, v, thrust[i] if left > 1e-9 else 0.0, dt)
                now += dt
            angle = -EARTH_OMEGA * after
            paths[i, j, 0], paths[i, j, 1] = turned(r[0], r[1], angle)
            paths[i, j, 2] = r[2]
            vx, vy = v[0] + EARTH_OMEGA * r[1], v[1] - EARTH_OMEGA * r[0]
            paths[i, j, 3], paths[i, j, 4] = turned(vx, vy, angle)
            paths[i, j, 5] = v[2]
    return paths
