"""Flight by way of an orbit: boost, insertion, part of a turn or more, a burn against it, descent.

After the last stage an upper stage thrusts with constant acceleration, steered so that it ends
level at the wanted height with the speed of a circular orbit there. The burn that brings it down
again is a single change of speed. What comes down is a body with drag.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_MU, EARTH_OMEGA, EARTH_RADIUS_EQUATOR, EARTH_RADIUS_MEAN
from opendome.kernels._jit import jit
from opendome.kernels.aero import air_velocity
from opendome.kernels.flight import (
    AZIMUTH,
    COAST_SHARE,
    FIRST_STEP,
    KNOTS_FULL,
    LANDED,
    LAT,
    LON,
    STILL_FLYING,
    T_LAUNCH,
    TOLERANCE,
    Cursor,
    Flights,
    Limits,
    flight_limits,
    fly_boost,
    fly_segment,
    write_knot,
)
from opendome.kernels.frames import (
    ecef_from_geodetic,
    enu_basis,
    geocentric_height,
    geodetic_from_ecef,
    turned,
)
from opendome.kernels.gravity import gravity_j2
from opendome.kernels.integrate import State
from opendome.kernels.propulsion import Vehicle, coast_push
from opendome.kernels.quasi_ballistic import held_step
from opendome.kernels.vectors import Vector, across, cross, dot, norm, plus, times

Array = NDArray[np.float64]

STEP: Final = 0.5  # s, for which a command of the insertion is held
KNOT_STEPS: Final = 10
T_BURN: Final = 1200.0  # s, more than any insertion lasts
SHORTEST: Final = 4.0  # s to go, from which on the direction of thrust is kept
MOST_RISE: Final = 0.95  # share of the thrust that may be spent on height
INSTANT: Final = 1e-3  # s between the knots before and after the last burn
SOLVED, LOST = 0, 3  # status of a solution, as of `aim_start`
TRIES: Final = 25
NUDGES: Final = (1e-4, 0.5)  # rad and s, by which the slopes of the miss are taken
FARTHEST: Final = 0.25  # rad or 1,000 s, that one correction may move


class Bus(NamedTuple):
    """The upper stage: height of its orbit (m), thrust acceleration (m/s^2), last burn (m/s)."""

    altitude: float
    acceleration: float
    brake: float


@jit
def insertion_command(y: State, bus: Bus) -> tuple[Vector, float]:
    """Thrust acceleration (inertial), and seconds until the speed of the orbit is reached.

    The vertical part brings height and climb to theirs with an acceleration that changes linearly
    in time; the rest of the thrust is level, in the plane of the flight.
    """
    r, v = (y[0], y[1], y[2]), (y[3], y[4], y[5])
    radius = norm(r)
    up = times(1.0 / radius, r)
    climb = dot(v, up)
    level = across(v, up)
    pace = norm(level)
    wanted = EARTH_RADIUS_EQUATOR + bus.altitude
    missing = math.sqrt(EARTH_MU / wanted) - pace
    t_go = max(missing / bus.acceleration, SHORTEST)
    g = -dot(gravity_j2(r[0], r[1], r[2]), up)
    rise = 6.0 * (wanted - radius) / (t_go * t_go) - 4.0 * climb / t_go + g - pace * pace / radius
    most = MOST_RISE * bus.acceleration
    rise = min(max(rise, -most), most)
    ahead = math.sqrt(bus.acceleration**2 - rise * rise)
    return plus(times(rise, up), ahead / max(pace, 1e-9), level), missing / bus.acceleration


@jit
def insert(cursor: Cursor, bus: Bus, beta: float, limits: Limits, knots: Array) -> Cursor:
    """Thrust until the speed of the orbit is reached, or the ground."""
    y, tau, n, top = cursor.y, cursor.tau, cursor.n_knots, cursor.apogee
    end, k, status = tau + T_BURN, 0, STILL_FLYING
    while tau < end:
        a, left = insertion_command(y, bus)
        if left <= 0.0:
            break
        h = min(STEP, max(left, 1e-3))
        y, tau, k = held_step(y, a, beta, h), tau + h, k + 1
        if geocentric_height(y[0], y[1], y[2]) < 0.0:
            status = LANDED
            break
        if k % KNOT_STEPS == 0:
            write_knot(knots, n, limits.t_launch + tau, y)
            n += 1
    if status == LANDED or k % KNOT_STEPS != 0:
        write_knot(knots, n, limits.t_launch + tau, y)
        n += 1
    return Cursor(tau, y, FIRST_STEP, n, cursor.n_steps, top, status)


class Turn(NamedTuple):
    """One flight: its end, when the insertion was over, and where it landed (t, lat, lon, m/s)."""

    cursor: Cursor
    t_insertion: float
    impact: tuple[float, float, float, float]


@jit
def fly_turn(
    vehicle: Vehicle, bus: Bus, launch: Array, tau_brake: float, limits: Limits, knots: Array
) -> Turn:
    """One flight: boost, insertion, coast until ``tau_brake`` after launch, brake, descent."""
    nowhere = (math.nan, math.nan, math.nan, math.nan)
    cursor = fly_boost(vehicle, launch, limits, knots)
    t_insertion = limits.t_launch + cursor.tau
    if cursor.status != STILL_FLYING:
        return Turn(cursor, t_insertion, nowhere)
    cursor = insert(cursor, bus, vehicle.payload_beta, limits, knots)
    t_insertion = limits.t_launch + cursor.tau
    if cursor.status != STILL_FLYING or tau_brake <= cursor.tau:
        return Turn(cursor, t_insertion, nowhere)
    push = coast_push(vehicle.payload_beta)
    looser = Limits(
        COAST_SHARE * limits.position_scale,
        COAST_SHARE * limits.velocity_scale,
        limits.tau_end,
        limits.ground_alt,
        limits.t_launch,
    )
    cursor = fly_segment(cursor, tau_brake, push, looser, knots)
    if cursor.status != STILL_FLYING:
        return Turn(cursor, t_insertion, nowhere)
    y = cursor.y
    speed = norm((y[3], y[4], y[5]))
    slow = 1.0 - bus.brake / speed
    y = (y[0], y[1], y[2], slow * y[3], slow * y[4], slow * y[5])
    tau = cursor.tau + INSTANT
    write_knot(knots, cursor.n_knots, limits.t_launch + tau, y)
    top = max(cursor.apogee, geocentric_height(y[0], y[1], y[2]))
    cursor = Cursor(tau, y, FIRST_STEP, cursor.n_knots + 1, cursor.n_steps, top, STILL_FLYING)
    cursor = fly_segment(cursor, limits.tau_end, push, looser, knots)
    if cursor.status != LANDED:
        return Turn(cursor, t_insertion, nowhere)
    y, t = cursor.y, limits.t_launch + cursor.tau
    x, w = turned(y[0], y[1], -EARTH_OMEGA * t)
    lat, lon, _ = geodetic_from_ecef(x, w, y[2])
    speed = air_velocity(y[0], y[1], y[3], y[4], y[5])[3]
    return Turn(cursor, t_insertion, (t, lat, lon, speed))


@jit
def east_north(lat: float, lon: float, aim: Array) -> tuple[float, float]:
    """Great-circle metres east and north from an aim (lat, lon) to a place."""
    basis = enu_basis(aim[0], aim[1])
    c = math.cos(lat)
    u = (c * math.cos(lon), c * math.sin(lon), math.sin(lat))
    e = u[0] * basis[0, 0] + u[1] * basis[0, 1] + u[2] * basis[0, 2]
    n = u[0] * basis[1, 0] + u[1] * basis[1, 1] + u[2] * basis[1, 2]
    z = u[0] * basis[2, 0] + u[1] * basis[2, 1] + u[2] * basis[2, 2]
    size = math.sqrt(e * e + n * n)
    arc = EARTH_RADIUS_MEAN * math.atan2(size, z) / max(size, 1e-300)
    return arc * e, arc * n


@jit
def first_guess(bus: Bus, launch: Array, aim: Array, is_long: bool) -> tuple[float, float]:
    """Azimuth and time of the brake (s after launch) for a round Earth that turns."""
    rate = math.sqrt(EARTH_MU / (EARTH_RADIUS_EQUATOR + bus.altitude) ** 3)
    p = ecef_from_geodetic(launch[LAT], launch[LON], 0.0)
    up = times(1.0 / norm(p), p)
    basis = enu_basis(launch[LAT], launch[LON])
    azimuth, time = 0.0, 3000.0
    for _ in range(6):
        angle = EARTH_OMEGA * time
        q = ecef_from_geodetic(aim[0], aim[1], 0.0)
        x, w = turned(q[0], q[1], angle)
        q = times(1.0 / norm(q), (x, w, q[2]))
        swept = math.atan2(norm(cross(up, q)), dot(up, q))
        east = q[0] * basis[0, 0] + q[1] * basis[0, 1] + q[2] * basis[0, 2]
        north = q[0] * basis[1, 0] + q[1] * basis[1, 1] + q[2] * basis[1, 2]
        azimuth = math.atan2(east, north)
        if is_long:
            azimuth, swept = azimuth + math.pi, 2.0 * math.pi - swept
        time = swept / rate + 150.0
    drop = math.sqrt(2.0 * bus.altitude / 3.0)  # half an orbit's width, roughly
    return azimuth % (2.0 * math.pi), max(time - 2.5 * drop, 400.0)


@jit
def solve_turn(
    vehicle: Vehicle, bus: Bus, launch: Array, aim: Array, start: tuple[float, float]
) -> tuple[float, float, float]:
    """Azimuth, time of the brake, and miss (m) of the flight that comes down at an aim.

    Newton's method with differences, on two unknowns, from ``start``; each correction is bounded.
    """
    azimuth, tau = start
    best = (azimuth, tau, math.inf)
    row = launch.copy()
    limits = flight_limits(vehicle, launch[T_LAUNCH], 20000.0, TOLERANCE, 0.0)
    empty = np.empty((0, 7))
    for _ in range(TRIES):
        row[AZIMUTH] = azimuth
        here = fly_turn(vehicle, bus, row, tau, limits, empty).impact
        if math.isnan(here[0]):
            tau += 60.0
            continue
        e, n = east_north(here[1], here[2], aim)
        miss = math.sqrt(e * e + n * n)
        if miss < best[2]:
            best = (azimuth, tau, miss)
        if miss < 1.0:
            break
        later = fly_turn(vehicle, bus, row, tau + NUDGES[1], limits, empty).impact
        row[AZIMUTH] = azimuth + NUDGES[0]
        aside = fly_turn(vehicle, bus, row, tau, limits, empty).impact
        e1, n1 = east_north(aside[1], aside[2], aim)
        e2, n2 = east_north(later[1], later[2], aim)
        ea, na = (e1 - e) / NUDGES[0], (n1 - n) / NUDGES[0]
        et, nt = (e2 - e) / NUDGES[1], (n2 - n) / NUDGES[1]
        det = ea * nt - et * na
        turn, wait = -(nt * e - et * n) / det, -(ea * n - na * e) / det
        if not math.isfinite(turn + wait):
            break
        share = min(1.0, FARTHEST / max(abs(turn), 1e-3 * abs(wait), 1e-12))
        azimuth, tau = azimuth + share * turn, tau + share * wait
    return best


class Orbitals(NamedTuple):
    """Flights, when their insertions were over, their solutions (azimuth, brake), misses (m)."""

    flights: Flights
    t_insertion: Array
    launches: Array
    solutions: Array
    miss: Array


@jit
def fly_orbitals(
    vehicle: Vehicle,
    bus: Bus,
    launches: Array,
    aims: Array,
    is_long: bool,
    starts: Array,
    max_knots: int,
) -> Orbitals:
    """Solve and fly each launch at its aim.

    Parameters
    ----------
    launches : (n, 7) float
        As of `flight.fly_many`, with elevation and cut-off; the azimuth is found.
    aims : (n, 2) float
        Lat, lon.
    is_long : bool
        Over the far side of the Earth.
    starts : (0 or 1, 2) float
        Azimuth and time of the brake of a launch nearby; a guess is made without.
    """
    n = len(launches)
    status, n_knots = np.empty(n, np.int64), np.empty(n, np.int64)
    knots = np.empty((n, max_knots, 7))
    t_burnout, apogee, impact = np.empty(n), np.empty(n), np.full((n, 4), math.nan)
    rows, solutions, misses = launches.copy(), np.empty((n, 2)), np.empty(n)
    for i in range(n):
        if len(starts):
            start = (starts[0, 0], starts[0, 1])
        else:
            start = first_guess(bus, launches[i], aims[i], is_long)
        azimuth, tau, misses[i] = solve_turn(vehicle, bus, launches[i], aims[i], start)
        rows[i, AZIMUTH] = azimuth
        solutions[i, 0], solutions[i, 1] = azimuth, tau
        limits = flight_limits(vehicle, launches[i, T_LAUNCH], 20000.0, TOLERANCE, 0.0)
        turn = fly_turn(vehicle, bus, rows[i], tau, limits, knots[i])
        cursor = turn.cursor
        status[i] = KNOTS_FULL if cursor.n_knots > max_knots else cursor.status
        n_knots[i] = min(cursor.n_knots, max_knots)
        t_burnout[i], apogee[i] = turn.t_insertion, cursor.apogee
        impact[i, 0], impact[i, 1], impact[i, 2], impact[i, 3] = turn.impact
    flights = Flights(status, n_knots, knots, t_burnout, apogee, impact)
    return Orbitals(flights, t_burnout.copy(), rows, solutions, misses)
