"""Plain-Python twins of the guided flights: other formulas, SciPy's DOP853 between commands.

A command is held for a step, as in the kernels; within it the twin integrates to 1e-12. Gravity,
altitude and air are those of the twin of unguided flights, not of the kernels.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from opendome.constants import EARTH_MU, EARTH_OMEGA, EARTH_RADIUS_EQUATOR
from opendome.kernels import glide, orbital, quasi_ballistic
from tests.reference.test_flight_against_dop853 import OMEGA, geodetic, gravity, standard_air

Vector = NDArray[np.float64]


def wind(y: Vector) -> Vector:
    """Velocity against the air, which turns with the Earth."""
    return y[3:] - np.cross(OMEGA, y[:3])


def flat(a: Vector, normal: Vector) -> Vector:
    """What of a vector lies across another."""
    n = normal / np.linalg.norm(normal)
    return a - (a @ n) * n


def clipped(a: Vector, most: float) -> Vector:
    size = float(np.linalg.norm(a))
    return a if size <= most else a * (most / size)


def held(y: Vector, a: Vector, beta: float, h: float) -> Vector:
    """State after a held acceleration, by DOP853."""

    def slope(_: float, y: Vector) -> Vector:
        w = wind(y)
        drag = 0.5 * standard_air(y[:3]) * np.linalg.norm(w) / beta
        return np.concatenate([y[3:], gravity(y[:3]) + a - drag * w])

    found: Any = solve_ivp(slope, (0.0, h), y, "DOP853", rtol=1e-12, atol=1e-7, first_step=h)
    return found.y[:, -1]


def at_ground(t: float, y: Vector, h: float, end: Vector) -> tuple[float, Vector]:
    """Where a straight fall between two near states meets the ground."""
    above, below = geodetic(y[:3])[1], geodetic(end[:3])[1]
    share = above / (above - below)
    return t + share * h, y + share * (end - y)


def inertial(place: Vector, t: float) -> Vector:
    """An Earth-fixed place in inertial axes at a time."""
    c, s = math.cos(EARTH_OMEGA * t), math.sin(EARTH_OMEGA * t)
    return np.array([c * place[0] - s * place[1], s * place[0] + c * place[1], place[2]])


def pull_up_and_glide(
    y: Vector, target: Vector, g: glide.Glider, side: float
) -> tuple[Vector, float]:
    """Lift of the glide as its page states it, and the side of its bank."""
    w = wind(y)
    speed = float(np.linalg.norm(w))
    rho = standard_air(y[:3])
    best = g.lift_to_drag / g.beta * 0.5 * rho * speed**2
    radius = float(np.linalg.norm(y[:3]))
    up, ahead = y[:3] / radius, w / speed
    climb = float(up @ y[3:])
    pull = float(np.linalg.norm(gravity(y[:3])))
    carried = max(pull - (y[3:] @ y[3:] - climb**2) / radius, glide.LEAST_WEIGHT * pull)
    rise = flat(up, ahead)
    level = float(np.linalg.norm(rise))
    rise = rise / level
    right = np.cross(ahead, rise)
    to_go = flat(target - y[:3], up)
    off = math.atan2(to_go @ right, to_go @ flat(ahead, up))
    bank = max(g.bank, min(glide.TURN_GAIN * abs(off), glide.MOST_BANK))
    per_density = g.lift_to_drag / (2.0 * g.beta) * speed**2  # lift, for a density of 1
    hot = g.nose_radius * (g.max_heating / (glide.HEATING * speed**3)) ** 2
    wanted = min(carried / math.cos(bank) / per_density, g.max_acceleration / per_density, hot)
    too_low = glide.SCALE_HEIGHT * math.log(rho / wanted)
    sink = -2.0 * glide.SCALE_HEIGHT * best / g.lift_to_drag
    sink = max(sink * (speed / (radius * carried) + 1.0 / speed), -0.2 * speed)
    lift = carried + glide.FREQUENCY**2 * too_low
    lift += 2.0 * glide.DAMPING * glide.FREQUENCY * (sink - climb)
    most = min(best, g.max_acceleration)
    if lift <= 0.0:
        return np.zeros(3), side
    vertical = min(lift / max(level, 0.1), most)
    if abs(off) > glide.DEADBAND:
        side = math.copysign(1.0, off)
    return vertical * rise + side * math.sqrt(max(most**2 - vertical**2, 0.0)) * right, side


def zero_effort_miss(y: Vector, target: Vector, gain: float, step: float) -> tuple[Vector, float]:
    """Acceleration across the air that would null the miss, and time to go."""
    d, u = target - y[:3], np.cross(OMEGA, target) - y[3:]
    t_go = max(-(d @ u) / (u @ u), step)
    miss = d + t_go * u - 0.5 * t_go**2 * gravity(y[:3])
    return gain / t_go**2 * flat(miss, wind(y)), t_go


def glide_home(y: Vector, aim: Vector, g: glide.Glider, t_end: float) -> tuple[list[Any], float]:
    """Times and states of a glide to an aim, the last on the ground, and when the dive began."""
    t, side, t_dive = 0.0, 1.0, math.nan
    path = [(t, y)]
    while t < t_end:
        target = inertial(aim, t)
        speed, rho = float(np.linalg.norm(wind(y))), standard_air(y[:3])
        best = min(g.lift_to_drag / g.beta * 0.5 * rho * speed**2, g.max_acceleration)
        angle = math.acos(y[:3] @ target / np.linalg.norm(y[:3]) / np.linalg.norm(target))
        down = best + _carried(y)
        reach = glide.DIVE_EARLY * speed * math.sqrt(2.0 * geodetic(y[:3])[1] / down)
        if math.isnan(t_dive) and angle * np.linalg.norm(target) < reach:
            t_dive = t
        if math.isnan(t_dive):
            a, side = pull_up_and_glide(y, target, g, side)
        else:
            a = clipped(zero_effort_miss(y, target, glide.DIVE_GAIN, glide.STEP)[0], best)
        share = np.linalg.norm(a) / (g.lift_to_drag / g.beta * 0.5 * rho * speed**2)
        end = held(y, a, 2.0 * g.beta / (1.0 + share**2), glide.STEP)
        if geodetic(end[:3])[1] <= 0.0:
            path.append(at_ground(t, y, glide.STEP, end))
            break
        t, y = t + glide.STEP, end
        path.append((t, y))
    return path, t_dive


def _carried(y: Vector) -> float:
    radius = float(np.linalg.norm(y[:3]))
    pull = float(np.linalg.norm(gravity(y[:3])))
    level2 = y[3:] @ y[3:] - (y[:3] @ y[3:] / radius) ** 2
    return max(pull - level2 / radius, glide.LEAST_WEIGHT * pull)


def steer_down(
    start: tuple[float, Vector], aim: Vector, fins: quasi_ballistic.Fins, swing: float, beta: float
) -> list[Any]:
    """Times and states of a steered way down, the last on the ground."""
    t0, y = start
    t, path, step = t0, [start], quasi_ballistic.STEP
    while t - t0 < quasi_ballistic.T_DOWN:
        a, t_go = zero_effort_miss(y, inertial(aim, t), quasi_ballistic.GAIN, step)
        if t_go > fins.weave_period:
            side = np.cross(wind(y), y[:3])
            phase = 2.0 * math.pi * (t - t0) / fins.weave_period + swing
            a = a + fins.weave_acceleration * math.sin(phase) * side / np.linalg.norm(side)
        pressure = 0.5 * standard_air(y[:3]) * wind(y) @ wind(y)
        a = clipped(a, fins.max_acceleration * min(1.0, pressure / fins.full_pressure))
        end = held(y, a, beta, step)
        if geodetic(end[:3])[1] <= 0.0:
            path.append(at_ground(t, y, step, end))
            break
        t, y = t + step, end
        path.append((t, y))
    return path


def insert(y: Vector, bus: orbital.Bus, beta: float) -> tuple[float, Vector]:
    """Seconds of the insertion, and the state at its end."""
    radius = EARTH_RADIUS_EQUATOR + bus.altitude
    tau = 0.0
    while True:
        r = float(np.linalg.norm(y[:3]))
        up = y[:3] / r
        level = flat(y[3:], up)
        pace, climb = float(np.linalg.norm(level)), float(y[3:] @ up)
        left = (math.sqrt(EARTH_MU / radius) - pace) / bus.acceleration
        if left <= 0.0:
            return tau, y
        t_go = max(left, orbital.SHORTEST)
        rise = 6.0 * (radius - r) / t_go**2 - 4.0 * climb / t_go
        rise += -float(gravity(y[:3]) @ up) - pace**2 / r
        most = orbital.MOST_RISE * bus.acceleration
        rise = min(max(rise, -most), most)
        a = rise * up + math.sqrt(bus.acceleration**2 - rise**2) / pace * level
        h = min(orbital.STEP, max(left, 1e-3))
        y, tau = held(y, a, beta, h), tau + h


def fall(y: Vector, beta: float, seconds: float) -> tuple[float, Vector]:
    """Coast with drag for some seconds, or to the ground: seconds and state."""

    def slope(_: float, y: Vector) -> Vector:
        w = wind(y)
        drag = 0.5 * standard_air(y[:3]) * np.linalg.norm(w) / beta
        return np.concatenate([y[3:], gravity(y[:3]) - drag * w])

    def ground(_: float, y: Vector) -> float:
        return geodetic(y[:3])[1]

    ground.terminal, ground.direction = True, -1.0  # type: ignore[attr-defined]
    found: Any = solve_ivp(
        slope, (0.0, seconds), y, "DOP853", rtol=1e-12, atol=1e-6, events=ground, max_step=30.0
    )
    return found.t[-1], found.y[:, -1]
