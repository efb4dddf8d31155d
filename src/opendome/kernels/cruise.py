"""Flights on wings: climb, level legs and turns at constant ground speed, a dive onto the aim.

Nothing is integrated: the way is geometry (`cruise_way`), time is its length over the speed, and
the knots stand so close that the cubic between them holds to a decimetre.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA, EARTH_RADIUS_MEAN
from opendome.kernels._jit import jit
from opendome.kernels.aero import air_velocity
from opendome.kernels.cruise_way import (
    ANGLE,
    SCALE,
    Flyer,
    Profile,
    ground_track,
    height_at,
    normal_of,
    place_on,
    profile_at,
    profile_of,
    raised,
)
from opendome.kernels.flight import (
    FIRST_STEP,
    KNOTS_FULL,
    LANDED,
    STILL_FLYING,
    Cursor,
    Flights,
    Limits,
    fly_segment,
    write_knot,
)
from opendome.kernels.frames import altitude, geodetic_from_ecef, turned
from opendome.kernels.integrate import State
from opendome.kernels.paths import path_at
from opendome.kernels.propulsion import coast_push
from opendome.kernels.vectors import Vector, norm

Array = NDArray[np.float64]

FARTHEST, LONGEST, WIDEST = 100e3, 300.0, 0.2  # m, s and rad of arc between two knots
FALL_KNOTS: Final = 60  # room for the fall of one that failed
T_FALL: Final = 3600.0  # s, more than any fall lasts
FALL_SHARE: Final = 1e-4  # m and m/s, of speed and of a second's way: errors of a step of the fall


@jit
def inertial_state(r: Vector, v: Vector, t: float) -> State:
    """Inertial state of an Earth-fixed one at time t."""
    angle = EARTH_OMEGA * t
    x, y = turned(r[0], r[1], angle)
    vx, vy = turned(v[0], v[1], angle)
    return x, y, r[2], vx - EARTH_OMEGA * y, vy + EARTH_OMEGA * x, v[2]


@jit
def moving(
    piece: Array, angle: float, profile: Profile, x: float, speed: float
) -> tuple[Vector, Vector, float]:
    """Earth-fixed position and velocity on a piece of the way, and metres per rad of ground."""
    place, ahead = place_on(piece, angle)
    height, slope = height_at(profile, x)
    r, d = raised(place, ahead, height, slope)
    pace = norm(d)
    scale = speed / pace
    return r, (scale * d[0], scale * d[1], scale * d[2]), pace


@jit
def parts_of(piece: Array, profile: Profile, x: float, speed: float) -> Array:
    """Angles, from 0 to that of the piece, at which knots stand; the piece begins at x."""
    scale = piece[SCALE] * EARTH_RADIUS_MEAN
    bounds = np.empty(6)
    bounds[0], n = 0.0, 1
    for edge in (profile.x_slope, profile.x_level, profile.x_dive, profile.x_plunge):
        angle = (edge - x) / scale
        if angle > bounds[n - 1] + 1e-12 and angle < piece[ANGLE] - 1e-12:
            bounds[n] = angle
            n += 1
    bounds[n] = piece[ANGLE]
    counts, total = np.empty(n, np.int64), 1
    for i in range(n):
        span = bounds[i + 1] - bounds[i]
        middle = x + 0.5 * scale * (bounds[i] + bounds[i + 1])
        is_arc = profile.x_slope < middle < profile.x_level
        is_arc = is_arc or profile.x_dive < middle < profile.x_plunge
        need = max(span * scale / FARTHEST, span * scale / (speed * LONGEST))
        if is_arc:
            need = max(need, span * scale / (profile.radius * WIDEST))
        if piece[SCALE] < 1.0:
            need = max(need, span / WIDEST)
        counts[i] = math.ceil(max(need, 1.0))
        total += counts[i]
    angles, k = np.empty(total), 0
    for i in range(n):
        for j in range(counts[i]):
            angles[k] = bounds[i] + (bounds[i + 1] - bounds[i]) * j / counts[i]
            k += 1
    angles[k] = piece[ANGLE]
    return angles


@jit
def fly_way(
    flyer: Flyer, way: Array, start: float, t_launch: float, knots: Array
) -> tuple[int, float]:
    """Write the knots of one whole flight; their number (also beyond the room) and the top, m."""
    pieces, _ = ground_track(way, flyer.speed**2 / flyer.max_acceleration)
    x_end = 0.0
    for m in range(len(pieces)):
        x_end += pieces[m, ANGLE] * pieces[m, SCALE] * EARTH_RADIUS_MEAN
    profile = profile_of(flyer, start, x_end)
    t, x, n = t_launch, 0.0, 0
    for m in range(len(pieces)):
        piece = pieces[m]
        angles = parts_of(piece, profile, x, flyer.speed)
        scale = piece[SCALE] * EARTH_RADIUS_MEAN
        r, v, pace = moving(piece, 0.0, profile, x, flyer.speed)
        if m == 0:
            write_knot(knots, n, t, inertial_state(r, v, t))
            n += 1
        for j in range(1, len(angles)):
            middle = 0.5 * (angles[j - 1] + angles[j])
            _, _, pace_middle = moving(piece, middle, profile, x + scale * middle, flyer.speed)
            here = x + scale * angles[j]
            r, v, pace_end = moving(piece, angles[j], profile, here, flyer.speed)
            mean = (pace + 4.0 * pace_middle + pace_end) / 6.0  # Simpson's rule
            t += (angles[j] - angles[j - 1]) * piece[SCALE] * mean / flyer.speed
            pace = pace_end
            write_knot(knots, n, t, inertial_state(r, v, t))
            n += 1
        x += scale * piece[ANGLE]
    return n, max(start, profile.level)


@jit
def fall_from(
    knots: Array, n: int, t_fail: float, beta: float, speed: float
) -> tuple[int, float, int]:
    """End a flight at ``t_fail``: it falls from there. Number of knots, top, and status."""
    y = path_at(knots, n, t_fail)
    kept = 1
    while kept < n and knots[kept, 0] < t_fail:
        kept += 1
    write_knot(knots, kept, t_fail, y)
    limits = Limits(FALL_SHARE * speed, FALL_SHARE * speed, T_FALL, 0.0, t_fail)
    top = altitude(y[0], y[1], y[2])
    cursor = Cursor(0.0, y, FIRST_STEP, kept + 1, 0, top, STILL_FLYING)
    cursor = fly_segment(cursor, T_FALL, coast_push(beta), limits, knots)
    return cursor.n_knots, cursor.apogee, cursor.status


@jit
def cruise_room(flyer: Flyer, places: Array, start: float) -> tuple[float, float]:
    """Whether a way has room for its turns, and for its climb and dive.

    Parameters
    ----------
    places : (k, 2) float
        Launch, waypoints, aim: lat, lon.
    start : float
        Height of the launch, m.

    Returns
    -------
    share : float
        Largest share of a leg that a turn needs; more than LEG_SHARE is too much.
    spare : float
        Metres of level flight that are left; negative is too few.
    """
    way = np.empty((len(places), 3))
    for j in range(len(places)):
        way[j, 0], way[j, 1], way[j, 2] = normal_of(places[j, 0], places[j, 1])
    pieces, share = ground_track(way, flyer.speed**2 / flyer.max_acceleration)
    x_end = 0.0
    for m in range(len(pieces)):
        x_end += pieces[m, ANGLE] * pieces[m, SCALE] * EARTH_RADIUS_MEAN
    profile = profile_at(flyer, start, flyer.altitude, x_end)
    return share, profile.x_dive - profile.x_level


@jit
def cruise_many(
    flyer: Flyer, launches: Array, waypoints: Array, aims: Array, shares: Array, max_knots: int
) -> Flights:
    """Flights on wings from launch to ground, each on its own.

    Parameters
    ----------
    launches : (n, 4) float
        Rows [lat, lon, alt, t_launch].
    waypoints : (k, 2) float
        Lat, lon; the same for all.
    aims : (n, 2) float
    shares : (n, 2) float
        Rows [share of its time at which it fails, its ballistic coefficient then]; a share of 1
        or more does not fail.
    max_knots : int
        Rows of the path that are kept.

    Returns
    -------
    flights : Flights
        ``t_burnout`` is the time of failure, or else of the launch, as nothing burns. The status
        is KNOTS_FULL where max_knots is too small.
    """
    n, k = len(launches), len(waypoints)
    flights = Flights(
        np.full(n, LANDED, np.int64),
        np.empty(n, np.int64),
        np.empty((n, max_knots, 7)),
        launches[:, 3].copy(),
        np.empty(n),
        np.full((n, 4), math.nan),
    )
    way = np.empty((k + 2, 3))
    for j in range(k):
        way[j + 1, 0], way[j + 1, 1], way[j + 1, 2] = normal_of(waypoints[j, 0], waypoints[j, 1])
    for i in range(n):
        way[0, 0], way[0, 1], way[0, 2] = normal_of(launches[i, 0], launches[i, 1])
        way[k + 1, 0], way[k + 1, 1], way[k + 1, 2] = normal_of(aims[i, 0], aims[i, 1])
        knots, start, t0 = flights.knots[i], launches[i, 2], launches[i, 3]
        count, top = fly_way(flyer, way, start, t0, knots)
        status = LANDED if count <= max_knots else KNOTS_FULL
        is_failed = shares[i, 0] < 1.0
        if is_failed and status == LANDED:
            t_fail = t0 + shares[i, 0] * (knots[count - 1, 0] - t0)
            flights.t_burnout[i] = t_fail
            count, top, status = fall_from(knots, count, t_fail, shares[i, 1], flyer.speed)
            status = status if count <= max_knots else KNOTS_FULL
        flights.status[i], flights.n_knots[i] = status, min(count, max_knots)
        flights.apogee_alt[i] = top
        if status != LANDED:
            continue
        last = knots[count - 1]
        x, y = turned(last[1], last[2], -EARTH_OMEGA * last[0])
        lat, lon, _ = geodetic_from_ecef(x, y, last[3])
        if not is_failed:
            lat, lon = aims[i, 0], aims[i, 1]
        flights.impact[i, 0], flights.impact[i, 1], flights.impact[i, 2] = last[0], lat, lon
        flights.impact[i, 3] = air_velocity(last[1], last[2], last[4], last[5], last[6])[3]
    return flights
