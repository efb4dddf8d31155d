"""Sixteen coasting bodies stepped together: fourth-order Runge-Kutta as vector code.

A tile is one flat array ``tile[field * WIDTH + lane]``. The loop over lanes holds no branch and no
call that is not inlined, which is what lets the compiler make vector instructions of it; a test
looks for them. Every lane chooses its own step, so a lane does not notice its neighbours.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.aero import air_velocity, drag_rate
from opendome.kernels.dynamics import coast_acceleration
from opendome.kernels.frames import geocentric_height
from opendome.kernels.integrate import State

Array = NDArray[np.float64]

WIDTH: Final = 16
# Fields: state after and before the last step, ballistic coefficient, then clocks and height.
STATE: Final = 0
BEFORE: Final = 6
BETA: Final = 12
TAU: Final = 13  # s since the lane started
LAST: Final = 14  # s, size of the last step
END: Final = 15  # s, at which the lane stops
HEIGHT: Final = 16  # m, after the last step
N_FIELDS: Final = 17

LONGEST: Final = 30.0  # s, in vacuum
LONGEST_IN_AIR: Final = 2.0  # s
AIR_TOP: Final = 100e3  # m
SCALE_HEIGHT: Final = 7000.0  # m
PART_OF_SCALE_HEIGHT: Final = 0.15  # that a step in air may fall or rise
PART_OF_SPEED: Final = 0.3  # that drag may take in a step
PART_OF_WAY_DOWN: Final = 0.7  # to the air that a step above it may fall


@jit(inline="always")
def step_size(height: float, climb: float, brake: float) -> float:
    """Step for a body that climbs or falls at ``climb`` m/s and loses ``brake`` of its speed a
    second: short in air, long in vacuum."""
    rate = max(climb, 1.0)
    in_air = min(PART_OF_SCALE_HEIGHT * SCALE_HEIGHT / rate, LONGEST_IN_AIR)
    above = PART_OF_WAY_DOWN * max(height - AIR_TOP, 0.0) / rate
    return min(min(in_air + above, PART_OF_SPEED / max(brake, 1e-9)), LONGEST)


@jit(inline="always")
def rk4_step(y: State, h: float, beta: float) -> State:
    """State of a coasting body after one classical Runge-Kutta step."""
    x, yy, z, vx, vy, vz = y
    half, sixth = 0.5 * h, h / 6.0
    ax, ay, az = coast_acceleration(x, yy, z, vx, vy, vz, beta)
    px, py, pz = vx + half * ax, vy + half * ay, vz + half * az
    bx, by, bz = coast_acceleration(x + half * vx, yy + half * vy, z + half * vz, px, py, pz, beta)
    qx, qy, qz = vx + half * bx, vy + half * by, vz + half * bz
    cx, cy, cz = coast_acceleration(x + half * px, yy + half * py, z + half * pz, qx, qy, qz, beta)
    sx, sy, sz = vx + h * cx, vy + h * cy, vz + h * cz
    dx, dy, dz = coast_acceleration(x + h * qx, yy + h * qy, z + h * qz, sx, sy, sz, beta)
    return (
        x + sixth * (vx + 2.0 * (px + qx) + sx),
        yy + sixth * (vy + 2.0 * (py + qy) + sy),
        z + sixth * (vz + 2.0 * (pz + qz) + sz),
        vx + sixth * (ax + 2.0 * (bx + cx) + dx),
        vy + sixth * (ay + 2.0 * (by + cy) + dy),
        vz + sixth * (az + 2.0 * (bz + cz) + dz),
    )


@jit
def step_tile(tile: Array) -> None:
    """One step of every lane; a lane that has reached its end stays where it is."""
    w = WIDTH
    for i in range(w):
        x, y, z = tile[i], tile[w + i], tile[2 * w + i]
        vx, vy, vz = tile[3 * w + i], tile[4 * w + i], tile[5 * w + i]
        climb = abs(x * vx + y * vy + z * vz) / math.sqrt(x * x + y * y + z * z)
        speed = air_velocity(x, y, vx, vy, vz)[3]
        brake = drag_rate(tile[HEIGHT * w + i], speed, tile[BETA * w + i])
        left = tile[END * w + i] - tile[TAU * w + i]
        h = max(min(step_size(tile[HEIGHT * w + i], climb, brake), left), 0.0)
        end = rk4_step((x, y, z, vx, vy, vz), h, tile[BETA * w + i])
        for k in range(6):
            tile[(BEFORE + k) * w + i] = tile[k * w + i]
        tile[i], tile[w + i], tile[2 * w + i] = end[0], end[1], end[2]
        tile[3 * w + i], tile[4 * w + i], tile[5 * w + i] = end[3], end[4], end[5]
        tile[TAU * w + i] += h
        tile[LAST * w + i] = h
        tile[HEIGHT * w + i] = geocentric_height(end[0], end[1], end[2])


@jit
def lane_state(tile: Array, lane: int, first: int) -> State:
    """State of a lane, after (first = STATE) or before (BEFORE) its last step."""
    w = WIDTH
    return (
        tile[first * w + lane],
        tile[(first + 1) * w + lane],
        tile[(first + 2) * w + lane],
        tile[(first + 3) * w + lane],
        tile[(first + 4) * w + lane],
        tile[(first + 5) * w + lane],
    )
