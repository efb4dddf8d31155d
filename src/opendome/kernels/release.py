"""Objects that a flight releases: the push that brings one to its own aim, and its path from there.

Each is a body of its own ballistic coefficient under J2 gravity and US76 air. What carries no
warhead is followed only until the air has braked it: then it hides and hits nothing any more.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA, EARTH_RADIUS_MEAN
from opendome.kernels._jit import jit
from opendome.kernels.aero import air_velocity
from opendome.kernels.dynamics import rise_rate
from opendome.kernels.flight import (
    FIRST_STEP,
    KNOTS_FULL,
    LANDED,
    STILL_FLYING,
    Cursor,
    Limits,
    fly_segment,
    write_knot,
)
from opendome.kernels.frames import altitude, geodetic_from_ecef, turned
from opendome.kernels.integrate import State
from opendome.kernels.propulsion import coast_push

Array = NDArray[np.float64]

POSITION_ERROR, VELOCITY_ERROR = 0.2, 2e-4  # m, m/s that one step may err
LONGEST = 3.0 * 3600.0  # s
BRAKE_TOP = 60e3  # m, below which a body without warhead is looked after
BRAKE_CHECK = 10.0  # s between two looks
BRAKED = 300.0  # m/s through the air: it has no more speed of its own
TRIES = 8
PROBE = 1.0  # m/s, step of the derivatives


class Released(NamedTuple):
    """Paths of n released objects; ``knots`` and ``impact`` as of `flight.Flights`.

    An object without warhead ends where the air has braked it.
    """

    status: NDArray[np.int64]
    n_knots: NDArray[np.int64]
    knots: Array
    apogee_alt: Array
    impact: Array


@jit
def coast_down(y: State, t: float, beta: float, is_armed: bool, knots: Array) -> Cursor:
    """Fly a body from y at time t to the ground, or to where it is braked; a knot per step."""
    push = coast_push(beta)
    write_knot(knots, 0, t, y)
    cursor = Cursor(0.0, y, FIRST_STEP, 1, 0, altitude(y[0], y[1], y[2]), STILL_FLYING)
    if is_armed:
        limits = Limits(POSITION_ERROR, VELOCITY_ERROR, LONGEST, 0.0, t)
        return fly_segment(cursor, LONGEST, push, limits, knots)
    high = Limits(POSITION_ERROR, VELOCITY_ERROR, LONGEST, BRAKE_TOP, t)
    cursor = fly_segment(cursor, LONGEST, push, high, knots)
    low = Limits(POSITION_ERROR, VELOCITY_ERROR, LONGEST, 0.0, t)
    if cursor.status == LANDED:
        cursor = restarted(cursor)
    while cursor.status == STILL_FLYING and cursor.tau < LONGEST:
        y = cursor.y
        if rise_rate(y) <= 0.0 and air_velocity(y[0], y[1], y[3], y[4], y[5])[3] < BRAKED:
            return ended(cursor)
        cursor = fly_segment(cursor, min(cursor.tau + BRAKE_CHECK, LONGEST), push, low, knots)
    return cursor


@jit
def restarted(cursor: Cursor) -> Cursor:
    """The same flight, going on."""
    return Cursor(
        cursor.tau, cursor.y, cursor.h, cursor.n_knots, cursor.n_steps, cursor.apogee, STILL_FLYING
    )


@jit
def ended(cursor: Cursor) -> Cursor:
    """The same flight, at its end."""
    return Cursor(
        cursor.tau, cursor.y, cursor.h, cursor.n_knots, cursor.n_steps, cursor.apogee, LANDED
    )


@jit
def ground_place(y: State, t: float) -> tuple[float, float]:
    """Latitude and longitude under an inertial state at time t."""
    x, z = turned(y[0], y[1], -EARTH_OMEGA * t)
    lat, lon, _ = geodetic_from_ecef(x, z, y[2])
    return lat, lon


@jit
def fly_released(
    t: Array, states: Array, beta: Array, armed: NDArray[np.bool_], max_knots: int
) -> Released:
    """Paths of objects released at times t (n,) in inertial states (n, 6).

    Parameters
    ----------
    beta : (n,) float
        Ballistic coefficient, kg/m^2.
    armed : (n,) bool
        Those are followed to the ground.
    max_knots : int
        Rows of a path; a status of KNOTS_FULL says that they are too few.
    """
    n = len(t)
    status, n_knots = np.empty(n, np.int64), np.empty(n, np.int64)
    knots = np.empty((n, max_knots, 7))
    apogee, impact = np.empty(n), np.empty((n, 4))
    for i in range(n):
        s = states[i]
        y = (s[0], s[1], s[2], s[3], s[4], s[5])
        cursor = coast_down(y, t[i], beta[i], armed[i], knots[i])
        y, t_end = cursor.y, t[i] + cursor.tau
        status[i] = cursor.status if cursor.n_knots <= max_knots else KNOTS_FULL
        n_knots[i] = min(cursor.n_knots, max_knots)
        apogee[i] = cursor.apogee
        impact[i, 0] = t_end
        impact[i, 1], impact[i, 2] = ground_place(y, t_end)
        impact[i, 3] = air_velocity(y[0], y[1], y[3], y[4], y[5])[3]
    return Released(status, n_knots, knots, apogee, impact)


@jit
def pushed(s: Array, along: float, across: float) -> State:
    """The state s with its velocity changed along itself and across its plane of flight, m/s."""
    x, y, z, vx, vy, vz = s[0], s[1], s[2], s[3], s[4], s[5]
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    nx, ny, nz = y * vz - z * vy, z * vx - x * vz, x * vy - y * vx
    normal = math.sqrt(nx * nx + ny * ny + nz * nz)
    a, c = along / speed, across / normal
    return x, y, z, vx + a * vx + c * nx, vy + a * vy + c * ny, vz + a * vz + c * nz


@jit
def offset(
    s: Array, t: float, beta: float, push: tuple[float, float], aim: Array
) -> tuple[float, float]:
    """How far north and east of its aim (lat, lon) a pushed object comes down, m."""
    cursor = coast_down(pushed(s, push[0], push[1]), t, beta, True, np.empty((0, 7)))
    lat, lon = ground_place(cursor.y, t + cursor.tau)
    turn = (lon - aim[1] + math.pi) % (2.0 * math.pi) - math.pi
    return EARTH_RADIUS_MEAN * (lat - aim[0]), EARTH_RADIUS_MEAN * math.cos(aim[0]) * turn


@jit
def aim_released(t: Array, states: Array, beta: Array, aims: Array, tolerance: Array) -> Array:
    """Pushes that bring released objects to their aims, (n, 3): along, across, and the miss left.

    The push is along the velocity and across the plane of flight, two unknowns for two of the
    place; Newton's steps with derivatives by differences. Where the third is beyond the tolerance
    (n,), m, no such push was found.

    Parameters
    ----------
    aims : (n, 2) float
        Latitude, longitude.
    """
    pushes = np.empty((len(t), 3))
    for i in range(len(t)):
        s, a, c, miss = states[i], 0.0, 0.0, math.inf
        for _ in range(TRIES):
            north, east = offset(s, t[i], beta[i], (a, c), aims[i])
            miss = math.hypot(north, east)
            if not miss > tolerance[i]:
                break
            n_a, e_a = offset(s, t[i], beta[i], (a + PROBE, c), aims[i])
            n_c, e_c = offset(s, t[i], beta[i], (a, c + PROBE), aims[i])
            n_a, e_a = (n_a - north) / PROBE, (e_a - east) / PROBE
            n_c, e_c = (n_c - north) / PROBE, (e_c - east) / PROBE
            det = n_a * e_c - n_c * e_a
            a -= (north * e_c - east * n_c) / det
            c -= (n_a * east - e_a * north) / det
            if not abs(a) + abs(c) < 4000.0:
                break
        pushes[i, 0], pushes[i, 1], pushes[i, 2] = a, c, miss
    return pushes


@jit
def pushes_of(states: Array, pushes: Array) -> Array:
    """States (n, 6) after their pushes, as `aim_released` gives these."""
    found = np.empty((len(states), 6))
    for i in range(len(states)):
        y = pushed(states[i], pushes[i, 0], pushes[i, 1])
        for k in range(6):
            found[i, k] = y[k]
    return found
