"""Whole flights from launch to impact: powered segments, coast and re-entry, one path at a time.

Inertial frame (ECI), J2 gravity, US Standard Atmosphere 1976 turning with the Earth. Every change
of thrust or steering is a segment boundary of an adaptive Dormand-Prince 5(4) integration.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA, EARTH_RADIUS_EQUATOR, STANDARD_GRAVITY
from opendome.kernels._jit import jit
from opendome.kernels.aero import air_velocity
from opendome.kernels.dynamics import (
    derivative,
    ground_crossing,
    highest_between,
    rise_rate,
    try_step,
)
from opendome.kernels.frames import (
    altitude,
    ecef_from_geodetic,
    enu_basis,
    geocentric_height,
    geodetic_from_ecef,
    turned,
)
from opendome.kernels.integrate import State, error_ratio, next_step
from opendome.kernels.propulsion import (
    Push,
    Vehicle,
    coast_push,
    ideal_speed,
    push_at,
    segment_bounds,
)

Array = NDArray[np.float64]

# Status of a flight.
LANDED: Final = 0
STILL_FLYING: Final = 1  # at t_max_flight
TOO_MANY_STEPS: Final = 2  # the equations are too stiff, or the state is not finite
KNOTS_FULL: Final = 3  # max_knots is too small

LAT, LON, ALT, T_LAUNCH, AZIMUTH, ELEVATION, T_CUT = 0, 1, 2, 3, 4, 5, 6  # columns of launches
TOLERANCE: Final = 1e-6  # gives a median impact error under 3 m after 1,600 s
STEP_SHARE: Final = 0.002  # of the tolerance that one powered step may use
COAST_SHARE: Final = 0.2  # times that while coasting, where little amplifies an error
MAX_STEP: Final = 60.0  # s
# Longest between two knots: s where gravity alone acts, s in air however thin, and m up or down
# where it is dense, a fifth of its scale height. Paths then hold to a millimetre and a millimetre
# per second, and in space to a tenth of that.
KNOT_SPAN, KNOT_SPAN_AIR, KNOT_RISE_AIR = 60.0, 5.0, 1.5e3
SPACE, AIR_TOP = 150e3, 120e3  # m, above which there is no air, or little
MAX_STEPS: Final = 20000
FIRST_STEP: Final = 0.5  # s


class Flights(NamedTuple):
    """What `fly_many` gives for n launches.

    ``knots`` rows are [t, r_eci (3), v_eci (3)], t in scenario time, ``n_knots`` of them valid.
    ``apogee_alt`` is geodetic, where the distance from the Earth's centre is largest (within
    30 m of the highest). ``impact`` rows are [t, lat, lon, speed over ground], NaN unless
    the status is LANDED.
    """

    status: NDArray[np.int64]
    n_knots: NDArray[np.int64]
    knots: Array
    t_burnout: Array
    apogee_alt: Array
    impact: Array


class Limits(NamedTuple):
    """What holds for one whole flight: allowed errors per step, its end, the time of launch."""

    position_scale: float
    velocity_scale: float
    tau_end: float
    ground_alt: float
    t_launch: float


class Cursor(NamedTuple):
    """How far a flight has come: ``tau`` seconds after launch."""

    tau: float
    y: State
    h: float
    n_knots: int
    n_steps: int
    apogee: float
    status: int


@jit
def write_knot(knots: Array, n_knots: int, t: float, y: State) -> None:
    """Put [t, r, v] into row n_knots, if there is one."""
    if n_knots < knots.shape[0]:
        knots[n_knots, 0] = t
        knots[n_knots, 1], knots[n_knots, 2], knots[n_knots, 3] = y[0], y[1], y[2]
        knots[n_knots, 4], knots[n_knots, 5], knots[n_knots, 6] = y[3], y[4], y[5]


@jit
def quintic(u: float, h: float, y0: State, slope0: State, y1: State, slope1: State) -> State:
    """State at a share u of a step of h seconds, on the quintic through place, speed, acceleration.

    Of both ends; ``slope0``, ``slope1`` are the derivatives of the states there. Exact for paths
    of fifth degree.
    """
    u2, u3 = u * u, u * u * u
    start = 1.0 + u3 * (-10.0 + u * (15.0 - 6.0 * u))
    v0, v1 = h * (u + u3 * (-6.0 + u * (8.0 - 3.0 * u))), h * u3 * (-4.0 + u * (7.0 - 3.0 * u))
    a0 = 0.5 * h * h * u2 * (1.0 + u * (-3.0 + u * (3.0 - u)))
    a1 = 0.5 * h * h * u3 * (1.0 + u * (u - 2.0))
    rate = u2 * (-30.0 + u * (60.0 - 30.0 * u)) / h
    w0, w1 = 1.0 + u2 * (-18.0 + u * (32.0 - 15.0 * u)), u2 * (-12.0 + u * (28.0 - 15.0 * u))
    b0 = 0.5 * h * u * (2.0 + u * (-9.0 + u * (12.0 - 5.0 * u)))
    b1 = 0.5 * h * u2 * (3.0 + u * (5.0 * u - 8.0))
    end = 1.0 - start
    return (
        start * y0[0] + end * y1[0] + v0 * y0[3] + v1 * y1[3] + a0 * slope0[3] + a1 * slope1[3],
        start * y0[1] + end * y1[1] + v0 * y0[4] + v1 * y1[4] + a0 * slope0[4] + a1 * slope1[4],
        start * y0[2] + end * y1[2] + v0 * y0[5] + v1 * y1[5] + a0 * slope0[5] + a1 * slope1[5],
        rate * (y0[0] - y1[0]) + w0 * y0[3] + w1 * y1[3] + b0 * slope0[3] + b1 * slope1[3],
        rate * (y0[1] - y1[1]) + w0 * y0[4] + w1 * y1[4] + b0 * slope0[4] + b1 * slope1[4],
        rate * (y0[2] - y1[2]) + w0 * y0[5] + w1 * y1[5] + b0 * slope0[5] + b1 * slope1[5],
    )


@jit
def knot_parts(step: float, start: State, end: State) -> int:
    """In how many parts a step is divided by knots, so that the cubics between them are good."""
    low = geocentric_height(start[0], start[1], start[2])
    high = geocentric_height(end[0], end[1], end[2])
    if min(low, high) > SPACE:
        return math.ceil(step / KNOT_SPAN)
    rise = abs(min(high, AIR_TOP) - min(low, AIR_TOP))
    return math.ceil(max(step / KNOT_SPAN_AIR, rise / KNOT_RISE_AIR, 1.0))


@jit
def fly_segment(cursor: Cursor, tau_end: float, push: Push, limits: Limits, knots: Array) -> Cursor:
    """Carry a flight to the end of a segment, or to the ground, with a knot per step and span."""
    tau, y, h = cursor.tau, cursor.y, cursor.h
    n_knots, n_steps, apogee = cursor.n_knots, cursor.n_steps, cursor.apogee
    status = STILL_FLYING
    is_retry = False
    k1 = derivative(tau, y, push)
    while tau < tau_end:
        n_steps += 1
        if n_steps > MAX_STEPS or h < 1e-9:
            status = TOO_MANY_STEPS
            break
        left = tau_end - tau
        step = left if left <= 1.01 * h else min(h, 0.5 * left)
        end, k7, error = try_step(tau, y, k1, step, push)
        ratio = error_ratio(step, error, limits.position_scale, limits.velocity_scale)
        wanted = next_step(step, ratio, is_retry)
        is_retry = not ratio <= 1.0
        if is_retry:
            h = wanted
            continue
        h = min(max(wanted, h) if step < h else wanted, MAX_STEP)
        after, far = tau_end if step == left else tau + step, end
        if rise_rate(end) <= 0.0:
            if rise_rate(y) > 0.0:
                apogee = max(apogee, highest_between(tau, y, after, end))
            if geocentric_height(end[0], end[1], end[2]) < limits.ground_alt:
                status = LANDED
                after, end = ground_crossing(tau, y, after, end, limits.ground_alt)
        n_parts = knot_parts(step, y, end)
        for i in range(1, n_parts):
            if i * step < (after - tau) * n_parts:
                between = quintic(i / n_parts, step, y, k1, far, k7)
                write_knot(knots, n_knots, limits.t_launch + tau + i / n_parts * step, between)
                n_knots += 1
        tau, y, k1 = after, end, k7
        write_knot(knots, n_knots, limits.t_launch + tau, y)
        n_knots += 1
        if status == LANDED:
            break
    return Cursor(tau, y, h, n_knots, n_steps, apogee, status)


@jit
def launch_state(launch: Array) -> tuple[State, Array, Array]:
    """Inertial state at launch, at rest on the turning Earth, and unit vectors up and aim."""
    basis = enu_basis(launch[LAT], launch[LON])
    sin_az, cos_az = math.sin(launch[AZIMUTH]), math.cos(launch[AZIMUTH])
    sin_el, cos_el = math.sin(launch[ELEVATION]), math.cos(launch[ELEVATION])
    up, aim = np.empty(3), np.empty(3)
    for j in range(3):
        up[j] = basis[2, j]
        level = basis[0, j] * sin_az + basis[1, j] * cos_az
        aim[j] = level * cos_el + basis[2, j] * sin_el
    angle = EARTH_OMEGA * launch[T_LAUNCH]
    up[0], up[1] = turned(up[0], up[1], angle)
    aim[0], aim[1] = turned(aim[0], aim[1], angle)
    x, y, z = ecef_from_geodetic(launch[LAT], launch[LON], launch[ALT])
    x, y = turned(x, y, angle)
    return (x, y, z, -EARTH_OMEGA * y, EARTH_OMEGA * x, 0.0), up, aim


@jit
def fly_boost(vehicle: Vehicle, launch: Array, limits: Limits, knots: Array) -> Cursor:
    """Fly from launch to burn-out or cut-off, every powered segment in turn."""
    y, up, aim = launch_state(launch)
    thrown = vehicle.muzzle_speed
    y = (
        y[0],
        y[1],
        y[2],
        y[3] + thrown * aim[0],
        y[4] + thrown * aim[1],
        y[5] + thrown * aim[2],
    )
    write_knot(knots, 0, limits.t_launch, y)
    cursor = Cursor(0.0, y, FIRST_STEP, 1, 0, launch[ALT], STILL_FLYING)
    bounds = segment_bounds(vehicle, launch[T_CUT])
    for i in range(len(bounds) - 1):
        push = push_at(vehicle, 0.5 * (bounds[i] + bounds[i + 1]), up, aim)
        end = min(bounds[i + 1], limits.tau_end)
        cursor = fly_segment(cursor, end, push, limits, knots)
        if cursor.status != STILL_FLYING or end >= limits.tau_end:
            break
    return cursor


@jit
def flight_limits(
    vehicle: Vehicle, t_launch: float, t_max_flight: float, tolerance: float, ground_alt: float
) -> Limits:
    """Limits of a flight; errors are measured against the vehicle's own speed and reach."""
    speed = ideal_speed(vehicle)
    reach = min(EARTH_RADIUS_EQUATOR, speed * speed / STANDARD_GRAVITY)
    share = STEP_SHARE * tolerance
    return Limits(share * reach, share * speed, t_max_flight, ground_alt, t_launch)


@jit
def fly_one(
    vehicle: Vehicle, launch: Array, limits: Limits, knots: Array
) -> tuple[Cursor, float, tuple[float, float, float, float]]:
    """Last cursor, time of burn-out, and impact [t, lat, lon, speed] of one flight."""
    cursor = fly_boost(vehicle, launch, limits, knots)
    t_burnout = limits.t_launch + cursor.tau
    if cursor.status == STILL_FLYING and cursor.tau < limits.tau_end:
        push = coast_push(vehicle.payload_beta, vehicle.stall_speed)
        looser = Limits(
            COAST_SHARE * limits.position_scale,
            COAST_SHARE * limits.velocity_scale,
            limits.tau_end,
            limits.ground_alt,
            limits.t_launch,
        )
        cursor = fly_segment(cursor, limits.tau_end, push, looser, knots)
    y, t = cursor.y, limits.t_launch + cursor.tau
    highest = max(cursor.apogee, altitude(y[0], y[1], y[2]))
    status = cursor.status
    if knots.shape[0] > 0 and cursor.n_knots > knots.shape[0]:
        status = KNOTS_FULL
    cursor = Cursor(cursor.tau, y, cursor.h, cursor.n_knots, cursor.n_steps, highest, status)
    if status != LANDED:
        return cursor, t_burnout, (math.nan, math.nan, math.nan, math.nan)
    x_ecef, y_ecef = turned(y[0], y[1], -EARTH_OMEGA * t)
    lat, lon, _ = geodetic_from_ecef(x_ecef, y_ecef, y[2])
    speed = air_velocity(y[0], y[1], y[3], y[4], y[5])[3]
    return cursor, t_burnout, (t, lat, lon, speed)


@jit
def fly_many(
    vehicle: Vehicle,
    launches: Array,
    t_max_flight: float,
    tolerance: float,
    max_knots: int,
    ground_alt: float = 0.0,
) -> Flights:
    """Flights of one kind of vehicle from launch to ground, each on its own.

    Parameters
    ----------
    launches : (n, 7) float
        Rows [lat, lon, alt, t_launch, azimuth, elevation, t_cut]; azimuth from north to east,
        t_cut in seconds after launch (inf burns all).
    t_max_flight : float
        Longest flight, s after launch.
    tolerance : float
        Allowed error per step relative to the vehicle's own reach and speed; see TOLERANCE.
    max_knots : int
        Rows of the path that are kept; 0 keeps none.
    ground_alt : float
        Geodetic altitude at which a falling body has landed.
    """
    n = len(launches)
    status, n_knots = np.empty(n, np.int64), np.empty(n, np.int64)
    knots = np.empty((n, max_knots, 7))
    t_burnout, apogee_alt, impact = np.empty(n), np.empty(n), np.empty((n, 4))
    for i in range(n):
        t_launch = launches[i, T_LAUNCH]
        limits = flight_limits(vehicle, t_launch, t_max_flight, tolerance, ground_alt)
        cursor, t_burnout[i], place = fly_one(vehicle, launches[i], limits, knots[i])
        status[i], apogee_alt[i] = cursor.status, cursor.apogee
        n_knots[i] = min(cursor.n_knots, max_knots)
        impact[i, 0], impact[i, 1], impact[i, 2], impact[i, 3] = place
    return Flights(status, n_knots, knots, t_burnout, apogee_alt, impact)
