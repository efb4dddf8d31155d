"""Rounds that leave satellites: how far they come in a time, their flight, the firing solution.

A round accelerates along a direction that it keeps and then coasts, so that about the place where
its satellite would be it is on a growing sphere: accelerate, then coast. The firing solution ends
with the flight kernel itself.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA
from opendome.kernels._jit import jit
from opendome.kernels.flight import (
    FIRST_STEP,
    STILL_FLYING,
    TOLERANCE,
    Cursor,
    Limits,
    flight_limits,
    fly_segment,
    write_knot,
)
from opendome.kernels.frames import altitude, enu_basis, geodetic_from_ecef, turned
from opendome.kernels.integrate import State
from opendome.kernels.orbits import kepler
from opendome.kernels.paths import path_at
from opendome.kernels.propulsion import (
    BURN,
    EXHAUST_SPEED,
    INERT,
    PROPELLANT,
    Vehicle,
    burn_time,
    coast_push,
    launch_mass,
    push_at,
    segment_bounds,
)
from opendome.kernels.satellites import satellite_state
from opendome.kernels.vectors import Vector, cross, dot, minus, norm, plus, solve3, times

Floats = NDArray[np.float64]

LEAST_COAST: Final = 5.0  # s after burn-out before which no intercept is planned: time to home
MAX_CORRECTIONS: Final = 8
MAX_KNOTS: Final = 256
SOLVED, NOT_CLOSE = 0, 1


class Spread(NamedTuple):
    """How far a round gets away from its coasting satellite."""

    burn: float  # s
    distance: float  # m that it has flown then
    speed: float  # m/s then
    farthest: float  # m, no farther is an intercept allowed


@jit
def spread_of(vehicle: Vehicle, farthest: float) -> Spread:
    """Accelerate, then coast, without gravity.

    Notes
    -----
    Each stage of constant thrust: speed c ln(m0 / m1), distance c t (1 - m1 / (m0 - m1) ln(m0 /
    m1)) besides what the speed before gives. Constant acceleration would give half of speed x time.
    """
    mass, speed, distance = launch_mass(vehicle), 0.0, 0.0
    for i in range(len(vehicle.stages)):
        c, t = vehicle.stages[i, EXHAUST_SPEED], vehicle.stages[i, BURN]
        after = mass - vehicle.stages[i, PROPELLANT]
        log = math.log(mass / after)
        distance += speed * t + c * t * (1.0 - after / (mass - after) * log)
        speed += c * log
        mass = after - vehicle.stages[i, INERT]
    return Spread(burn_time(vehicle), distance, speed, farthest)


@jit
def ring_of(spread: Spread, time: float) -> tuple[float, float]:
    """Nearest and farthest intercept of a round that has ``time`` from launch, m.

    What is nearer than the farthest can be met by leaving later; what is nearer than the nearest
    would be met while the motor burns. (inf, 0) where the time is too short.
    """
    if time < spread.burn + LEAST_COAST:
        return math.inf, 0.0
    nearest = spread.distance + LEAST_COAST * spread.speed
    return nearest, min(spread.distance + spread.speed * (time - spread.burn), spread.farthest)


@jit
def time_to(spread: Spread, distance: float) -> float:
    """Time of flight to a distance from the coasting satellite, s; inf where there is none."""
    nearest = spread.distance + LEAST_COAST * spread.speed
    if not nearest <= distance <= spread.farthest:
        return math.inf
    return spread.burn + (distance - spread.distance) / spread.speed


@jit
def local_axes(y: State, t: float) -> Floats:
    """Inertial unit vectors east, north, up (rows) at an inertial place."""
    x, yy = turned(y[0], y[1], -EARTH_OMEGA * t)
    lat, lon, _ = geodetic_from_ecef(x, yy, y[2])
    axes = enu_basis(lat, lon)
    for i in range(3):
        axes[i, 0], axes[i, 1] = turned(axes[i, 0], axes[i, 1], EARTH_OMEGA * t)
    return axes


@jit
def angles_of(axes: Floats, u: Vector) -> tuple[float, float]:
    """Azimuth and elevation of a direction."""
    up = min(max(dot(axes[2], u), -1.0), 1.0)
    return math.atan2(dot(axes[0], u), dot(axes[1], u)), math.asin(up)


@jit
def fly_off(vehicle: Vehicle, y: State, u: Vector, limits: Limits, knots: Floats) -> Cursor:
    """Flight of a round that leaves an inertial state along u, to ``limits.tau_end``."""
    aim = np.array([u[0], u[1], u[2]])
    write_knot(knots, 0, limits.t_launch, y)
    cursor = Cursor(0.0, y, FIRST_STEP, 1, 0, altitude(y[0], y[1], y[2]), STILL_FLYING)
    bounds = segment_bounds(vehicle, math.inf)
    for i in range(len(bounds) - 1):
        push = push_at(vehicle, 0.5 * (bounds[i] + bounds[i + 1]), aim, aim)
        cursor = fly_segment(cursor, min(bounds[i + 1], limits.tau_end), push, limits, knots)
        if cursor.status != STILL_FLYING or cursor.tau >= limits.tau_end:
            return cursor
    return fly_segment(cursor, limits.tau_end, coast_push(vehicle.payload_beta), limits, knots)


@jit
def leave_orbit(
    vehicle: Vehicle, elements: Floats, launch: tuple[float, float, float], span: float,
    knots: Floats,
) -> int:  # fmt: skip
    """Fill knots [t, r, v] of the first ``span`` seconds of a round's flight; how many there are.

    Parameters
    ----------
    elements : (6,) float
        Mean elements of its satellite.
    launch : (float, float, float)
        Time, azimuth from north to east, elevation above the local horizontal.
    """
    t, azimuth, elevation = launch
    y = satellite_state(elements, t)
    axes = local_axes(y, t)
    flat = math.cos(elevation)
    east, north, up = flat * math.sin(azimuth), flat * math.cos(azimuth), math.sin(elevation)
    u = (
        east * axes[0, 0] + north * axes[1, 0] + up * axes[2, 0],
        east * axes[0, 1] + north * axes[1, 1] + up * axes[2, 1],
        east * axes[0, 2] + north * axes[1, 2] + up * axes[2, 2],
    )
    limits = flight_limits(vehicle, t, span, TOLERANCE, 0.0)
    cursor = fly_off(vehicle, y, u, limits, knots)
    return min(cursor.n_knots, len(knots))


@jit
def solve_from_orbit(
    vehicle: Vehicle, elements: Floats, t_launch: float, t_meet: float, target: Floats
) -> tuple[Floats, float]:
    """Direction and time of intercept at which a round from a satellite meets a predicted path.

    Newton on direction and time: turning the direction moves the round across by what it has
    flown from its satellite.

    Parameters
    ----------
    elements : (6,) float
    t_meet : float
        First guess of the time of intercept.
    target : (k, 7) float
        Predicted path, t, r_eci, v_eci, spanning the intercept.

    Returns
    -------
    solution : (3,) float
        Azimuth, elevation, time of intercept.
    miss : float
        Distance that is left, m.
    """
    y = satellite_state(elements, t_launch)
    axes = local_axes(y, t_launch)
    knots = np.empty((MAX_KNOTS, 7))
    n = len(target)
    there = path_at(target, n, t_meet)
    home = kepler(y, t_meet - t_launch)
    u = minus((there[0], there[1], there[2]), (home[0], home[1], home[2]))
    away = norm(u)
    u = times(1.0 / away, u)
    best, best_miss = np.full(3, math.nan), math.inf
    for _ in range(MAX_CORRECTIONS):
        limits = flight_limits(vehicle, t_launch, t_meet - t_launch, TOLERANCE, 0.0)
        here = fly_off(vehicle, y, u, limits, knots).y
        there = path_at(target, n, t_meet)
        d = (there[0] - here[0], there[1] - here[1], there[2] - here[2])
        miss = norm(d)
        if not math.isfinite(miss):
            break
        if miss < best_miss:
            best_miss = miss
            best[0], best[1] = angles_of(axes, u)
            best[2] = t_meet
        if miss < 1.0:
            break
        side = (0.0, 0.0, 1.0) if abs(u[2]) < 0.7 else (1.0, 0.0, 0.0)
        e = cross(u, side)
        e = times(1.0 / norm(e), e)
        f = cross(u, e)
        jac = np.empty((3, 3))
        for c in range(3):
            jac[c, 0], jac[c, 1] = away * e[c], away * f[c]
            jac[c, 2] = here[3 + c] - there[3 + c]
        step = solve3(jac, d)
        if not math.isfinite(step[0] + step[1] + step[2]):
            break
        scale = min(1.0, 0.3 / max(abs(step[0]), abs(step[1]), 1e-12))
        scale = min(scale, 0.3 * (t_meet - t_launch) / max(abs(step[2]), 1e-9))
        u = plus(plus(u, scale * step[0], e), scale * step[1], f)
        u = times(1.0 / norm(u), u)
        t_meet = max(t_meet + scale * step[2], t_launch + 1.0)
        home = kepler(y, t_meet - t_launch)
        away = norm(minus((here[0], here[1], here[2]), (home[0], home[1], home[2])))
    return best, best_miss


@jit
def solve_from_orbits(
    vehicle: Vehicle, elements: Floats, t_launch: Floats, t_meet: Floats, targets: Floats
) -> tuple[Floats, Floats]:
    """`solve_from_orbit` for n rounds: elements (n, 6), targets (n, k, 7); (n, 3) and (n,)."""
    solutions, misses = np.empty((len(t_launch), 3)), np.empty(len(t_launch))
    for i in range(len(t_launch)):
        solutions[i], misses[i] = solve_from_orbit(
            vehicle, elements[i], t_launch[i], t_meet[i], targets[i]
        )
    return solutions, misses
