"""The way down of a missile with fins: a weave, and guidance onto a fixed place of the Earth.

The boost and the arc are those of `flight`; below a height the fins push across the air stream.
A command is held for one step, as an autopilot does.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA
from opendome.kernels._jit import jit
from opendome.kernels.aero import air_velocity
from opendome.kernels.atmosphere import density_fast
from opendome.kernels.dynamics import coast_acceleration, ground_crossing, rise_rate
from opendome.kernels.flight import KNOTS_FULL, LANDED, STILL_FLYING, Flights, write_knot
from opendome.kernels.frames import (
    ecef_from_geodetic,
    geocentric_height,
    geodetic_from_ecef,
    turned,
)
from opendome.kernels.gravity import gravity_j2
from opendome.kernels.integrate import State
from opendome.kernels.paths import path_at
from opendome.kernels.vectors import Vector, across, cross, dot, minus, norm, plus, times

Array = NDArray[np.float64]

STEP: Final = 0.1  # s, for which a command is held
KNOT_STEPS: Final = 4  # steps per knot
T_DOWN: Final = 600.0  # s, more than any way down lasts
GAIN: Final = 4.0  # on the zero-effort miss; 3 spends least, more corrects earlier


class Fins(NamedTuple):
    """How a missile steers on its way down: m, m/s^2, Pa, m/s^2, s."""

    altitude: float
    max_acceleration: float
    full_pressure: float
    weave_acceleration: float
    weave_period: float


@jit
def held_step(y: State, a: Vector, beta: float, h: float) -> State:
    """State after a classical fourth-order Runge-Kutta step: gravity, drag, held acceleration."""
    r, v = (y[0], y[1], y[2]), (y[3], y[4], y[5])
    v1 = v
    a1 = total_acceleration(r, v1, a, beta)
    v2 = plus(v, 0.5 * h, a1)
    a2 = total_acceleration(plus(r, 0.5 * h, v1), v2, a, beta)
    v3 = plus(v, 0.5 * h, a2)
    a3 = total_acceleration(plus(r, 0.5 * h, v2), v3, a, beta)
    v4 = plus(v, h, a3)
    a4 = total_acceleration(plus(r, h, v3), v4, a, beta)
    dr = plus(plus(plus(v1, 2.0, v2), 2.0, v3), 1.0, v4)
    dv = plus(plus(plus(a1, 2.0, a2), 2.0, a3), 1.0, a4)
    r, v = plus(r, h / 6.0, dr), plus(v, h / 6.0, dv)
    return r[0], r[1], r[2], v[0], v[1], v[2]


@jit
def total_acceleration(r: Vector, v: Vector, a: Vector, beta: float) -> Vector:
    """Gravity, drag and the held acceleration of the fins."""
    return plus(coast_acceleration(r[0], r[1], r[2], v[0], v[1], v[2], beta), 1.0, a)


@jit
def fins_command(y: State, t: float, aim: Vector, fins: Fins, swing: float) -> Vector:
    """Acceleration of the fins: zero-effort miss over time to go squared, and a weave.

    ``aim`` is inertial, now. The weave runs level and across, and ends one period before impact.
    """
    r, v = (y[0], y[1], y[2]), (y[3], y[4], y[5])
    aim_v = (-EARTH_OMEGA * aim[1], EARTH_OMEGA * aim[0], 0.0)
    d, u = minus(aim, r), minus(aim_v, v)
    t_go = max(-dot(d, u) / max(dot(u, u), 1.0), STEP)
    g = gravity_j2(r[0], r[1], r[2])
    miss = plus(plus(d, t_go, u), -0.5 * t_go * t_go, g)
    wx, wy, wz, speed = air_velocity(r[0], r[1], v[0], v[1], v[2])
    along = (wx / speed, wy / speed, wz / speed)
    a = times(GAIN / (t_go * t_go), across(miss, along))
    if t_go > fins.weave_period:
        side = cross(along, r)
        size = fins.weave_acceleration * math.sin(2.0 * math.pi * t / fins.weave_period + swing)
        a = plus(a, size / max(norm(side), 1.0), side)
    pressure = 0.5 * density_fast(geocentric_height(r[0], r[1], r[2])) * speed * speed
    limit = fins.max_acceleration * min(1.0, pressure / fins.full_pressure)
    asked = norm(a)
    return times(limit / asked, a) if asked > limit else a


@jit
def is_coming_down(y: State, height: float) -> bool:
    """Whether a body is below a height and does not rise."""
    return rise_rate(y) <= 0.0 and geocentric_height(y[0], y[1], y[2]) <= height


@jit
def hand_over(knots: Array, n: int, t_burnout: float, height: float) -> tuple[int, float]:
    """Knots kept, and when steering begins: after burn-out, coming down, below the height."""
    i = 1
    while i < n - 1:
        is_late = knots[i, 0] >= t_burnout
        if is_late and is_coming_down(path_at(knots, n, knots[i, 0]), height):
            break
        i += 1
    low, high = max(knots[i - 1, 0], t_burnout), knots[i, 0]
    for _ in range(50):
        middle = 0.5 * (low + high)
        if is_coming_down(path_at(knots, n, middle), height):
            high = middle
        else:
            low = middle
    kept = i
    while kept > 1 and knots[kept - 1, 0] >= high:
        kept -= 1
    return kept, high


@jit
def come_down(
    knots: Array, kept: int, y: State, t: float, steering: tuple[Fins, Vector, float, float]
) -> tuple[int, State, float, int]:
    """Steer to the ground, a knot every few steps.

    Parameters
    ----------
    steering : tuple
        Fins, the aim (Earth-fixed), the weave's phase (rad), the ballistic coefficient.

    Returns
    -------
    n, y, t, status : int, (6,) float, float, int
        Number of knots (also beyond the room), and the state on the ground.
    """
    fins, aim, swing, beta = steering
    write_knot(knots, kept, t, y)
    n, start = kept + 1, t
    status = STILL_FLYING
    last_y, last_t = y, t
    k = 0
    while t - start < T_DOWN:
        angle = EARTH_OMEGA * t
        x, w = turned(aim[0], aim[1], angle)
        a = fins_command(y, t - start, (x, w, aim[2]), fins, swing)
        end = held_step(y, a, beta, STEP)
        if geocentric_height(end[0], end[1], end[2]) <= 0.0:
            t, y = ground_crossing(t, y, t + STEP, end, 0.0)
            status = LANDED
        else:
            k += 1
            t, y = start + k * STEP, end
        if status == LANDED or k % KNOT_STEPS == 0:
            last_y, last_t = y, t
            write_knot(knots, n, t, y)
            n += 1
        if status == LANDED:
            break
    return n, last_y, last_t, status


@jit
def steer_down(
    flights: Flights,
    fins: Fins,
    beta: float,
    aims: Array,
    swings: Array,
    is_steered: NDArray[np.bool_],
) -> None:
    """Replace the way down of flights by a steered one, in place.

    Parameters
    ----------
    flights : Flights
        Ballistic flights; their knots must have room for the longer way.
    aims : (n, 2) float
        Lat, lon.
    swings : (n,) float
        Phase of each weave, rad.
    is_steered : (n,) bool
        The others stay as they are.
    """
    for i in range(len(aims)):
        if not is_steered[i] or flights.status[i] != LANDED:
            continue
        knots, n = flights.knots[i], flights.n_knots[i]
        kept, t = hand_over(knots, n, flights.t_burnout[i], fins.altitude)
        y = path_at(knots, n, t)
        aim = ecef_from_geodetic(aims[i, 0], aims[i, 1], 0.0)
        count, y, t, status = come_down(knots, kept, y, t, (fins, aim, swings[i], beta))
        if count > knots.shape[0]:
            status = KNOTS_FULL
        flights.status[i], flights.n_knots[i] = status, min(count, knots.shape[0])
        x, w = turned(y[0], y[1], -EARTH_OMEGA * t)
        lat, lon, _ = geodetic_from_ecef(x, w, y[2])
        flights.impact[i, 0], flights.impact[i, 1], flights.impact[i, 2] = t, lat, lon
        flights.impact[i, 3] = air_velocity(y[0], y[1], y[3], y[4], y[5])[3]
