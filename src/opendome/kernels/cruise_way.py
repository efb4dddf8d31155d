"""The way of a level flyer over the ground: legs, turns, climb and dive, as plain geometry.

A place is the unit vector normal to the ellipsoid there. Such vectors on a plane through the
origin lie on a great circle of the ground; a turn is an arc of a small circle.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import (
    EARTH_ECCENTRICITY_SQUARED,
    EARTH_RADIUS_EQUATOR,
    EARTH_RADIUS_MEAN,
)
from opendome.kernels._jit import jit
from opendome.kernels.vectors import Vector, cross, dot, minus, norm, plus, row, times

Array = NDArray[np.float64]

AXIS, START, ANGLE, SCALE = 0, 3, 6, 7  # columns of pieces; axis and start take three each
PIECE: Final = 8
# Least radius of curvature of the ellipsoid: turns are at least as wide as asked for everywhere.
SHARPEST: Final = EARTH_RADIUS_EQUATOR * (1.0 - EARTH_ECCENTRICITY_SQUARED)
LEG_SHARE: Final = 0.49  # of a leg, that the turn at one of its ends may take
FLATTEST: Final = 1e-9  # rad, turn or leg that is none


class Flyer(NamedTuple):
    """How a flyer on wings moves: m/s, m, m/s^2, rad."""

    speed: float
    altitude: float
    max_acceleration: float
    climb_angle: float
    dive_angle: float


class Profile(NamedTuple):
    """Height over distance: straight slope, arc, level, arc, straight slope.

    ``sign`` is 1 for a climb to ``level``, -1 for a descent. The five ``x`` are the ends of these
    parts, m along the ground at the mean radius.
    """

    start: float
    level: float
    radius: float
    sign: float
    slope_up: float
    slope_down: float
    x_slope: float
    x_level: float
    x_dive: float
    x_plunge: float
    x_end: float


@jit
def normal_of(lat: float, lon: float) -> Vector:
    """Unit vector normal to the ellipsoid at a place."""
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


@jit
def rotated(v: Vector, axis: Vector, angle: float) -> Vector:
    """A vector turned about a unit axis."""
    sine, cosine = math.sin(angle), math.cos(angle)
    kept = plus(times(cosine, v), sine, cross(axis, v))
    return plus(kept, (1.0 - cosine) * dot(axis, v), axis)


@jit
def leg_between(a: Vector, b: Vector) -> tuple[Vector, float]:
    """Unit pole and angle of the great circle from a to b; (0, 0, 0) where they are the same."""
    pole = cross(a, b)
    sine = norm(pole)
    return times(1.0 / max(sine, 1e-300), pole), math.atan2(sine, dot(a, b))


@jit
def turn_at(place: Vector, pole: Vector, after: Vector, sine: float) -> tuple[Vector, float, float]:
    """Fly-by turn at a place between two great circles, on a small circle that touches both.

    ``sine`` is that of the small circle's angular radius.

    Returns
    -------
    axis : (3,) float
        The flyer turns about it by a positive angle: up for a left turn.
    distance : float
        From the place back to where the turn begins, rad.
    angle : float
        By which it turns about the axis, rad.
    """
    cosine = dot(pole, after)
    side = 1.0 if dot(cross(pole, after), place) >= 0.0 else -1.0
    lift = sine / (1.0 + cosine)
    along = math.sqrt(max(1.0 - 2.0 * sine * lift, 0.0))
    centre = plus(times(along, place), side * lift, plus(pole, 1.0, after))
    radius_in = plus(pole, -dot(pole, centre), centre)
    radius_out = plus(after, -dot(after, centre), centre)
    swing = math.atan2(norm(cross(radius_in, radius_out)), dot(radius_in, radius_out))
    tangent = math.sqrt(max(1.0 - cosine * cosine, 0.0))
    return times(side, centre), math.atan2(lift * tangent, along), swing


@jit
def turn_sine(radius: float, cosine: float, shorter: float) -> tuple[float, float]:
    """Sine of a turn's angular radius, and the share of its legs that the full radius would take.

    A turn that would take more than LEG_SHARE of its shorter leg (rad) is tightened.
    """
    half = math.sqrt(max(1.0 - cosine, 0.0) / max(1.0 + cosine, 1e-30))
    sine = radius / SHARPEST
    share = math.atan(sine * half) / max(shorter, 1e-300)
    if share > LEG_SHARE:
        sine = math.tan(LEG_SHARE * shorter) / half
    return sine, share


@jit
def ground_track(way: Array, radius: float) -> tuple[Array, float]:
    """Legs and turns over the ground, and the largest share of a leg that a turn would take.

    Parameters
    ----------
    way : (k, 3) float
        Launch, waypoints and aim as normals.
    radius : float
        Of the turns, m.

    Returns
    -------
    pieces : (m, PIECE) float
        Rows [axis, start, angle, scale]: the place at angle a is the start turned by a about the
        axis; scale is the way over ground per angle.
    share : float
        Above LEG_SHARE the legs are too short for turns of this radius.
    """
    n = len(way) - 1
    pieces = np.empty((2 * n, PIECE))
    m, worst, used = 0, 0.0, 0.0
    pole, length = leg_between(row(way, 0), row(way, 1))
    start = row(way, 0)
    for i in range(1, n + 1):
        corner, after, length_after = row(way, i), pole, 0.0
        axis, back, swing, sine = pole, 0.0, 0.0, 0.0
        if i < n:
            after, length_after = leg_between(corner, row(way, i + 1))
            cosine = dot(pole, after)
            if cosine < 1.0 - FLATTEST:
                sine, share = turn_sine(radius, cosine, min(length, length_after))
                worst = max(worst, share)
                axis, back, swing = turn_at(corner, pole, after, sine)
        angle = length - used - back
        if angle > FLATTEST:
            put_piece(pieces, m, pole, start, angle, 1.0)
            m += 1
            start = rotated(start, pole, angle)
        if swing > 0.0:
            put_piece(pieces, m, axis, start, swing, sine)
            m += 1
        start = rotated(corner, after, back)
        used, pole, length = back, after, length_after
    return pieces[:m], worst


@jit
def put_piece(
    pieces: Array, m: int, axis: Vector, start: Vector, angle: float, scale: float
) -> None:
    """Write one piece of the track."""
    for j in range(3):
        pieces[m, AXIS + j], pieces[m, START + j] = axis[j], start[j]
    pieces[m, ANGLE], pieces[m, SCALE] = angle, scale


@jit
def profile_of(flyer: Flyer, start: float, x_end: float) -> Profile:
    """Height over the way: from the launch to level flight, and from there down to the ground.

    Where the way is too short for climb and dive, level flight is lower; an arc that has no room
    for its full angle ends flatter.
    """
    low, high, level = 0.0, 1.0, flyer.altitude
    profile = profile_at(flyer, start, level, x_end)
    if profile.x_dive >= profile.x_level:
        return profile
    for _ in range(50):
        share = 0.5 * (low + high)
        profile = profile_at(flyer, start, share * level, x_end)
        if profile.x_dive >= profile.x_level:
            low = share
        else:
            high = share
    return profile_at(flyer, start, low * level, x_end)


@jit
def profile_at(flyer: Flyer, start: float, level: float, x_end: float) -> Profile:
    """Profile with level flight at a given height; where it has no room, x_dive < x_level."""
    radius = flyer.speed * flyer.speed / flyer.max_acceleration
    rise = abs(level - start)
    up = min(flyer.climb_angle, math.acos(max(1.0 - rise / radius, -1.0)))
    down = min(flyer.dive_angle, math.acos(max(1.0 - level / radius, -1.0)))
    x_slope = max(rise - radius * (1.0 - math.cos(up)), 0.0) / max(math.tan(up), 1e-300)
    plunge = max(level - radius * (1.0 - math.cos(down)), 0.0) / max(math.tan(down), 1e-300)
    return Profile(
        start,
        level,
        radius,
        1.0 if level >= start else -1.0,
        math.tan(up),
        math.tan(down),
        x_slope,
        x_slope + radius * math.sin(up),
        x_end - plunge - radius * math.sin(down),
        x_end - plunge,
        x_end,
    )


@jit
def height_at(profile: Profile, x: float) -> tuple[float, float]:
    """Height, m, and its slope at a distance along the ground."""
    p = profile
    if x < p.x_slope:
        return p.start + p.sign * p.slope_up * x, p.sign * p.slope_up
    if x < p.x_level:
        d = p.x_level - x
        root = math.sqrt(max(p.radius * p.radius - d * d, 1e-12))
        return p.level - p.sign * (p.radius - root), p.sign * d / root
    if x <= p.x_dive:
        return p.level, 0.0
    if x < p.x_plunge:
        d = x - p.x_dive
        root = math.sqrt(max(p.radius * p.radius - d * d, 1e-12))
        return p.level - (p.radius - root), -d / root
    return p.slope_down * (p.x_end - x), -p.slope_down


@jit
def place_on(piece: Array, angle: float) -> tuple[Vector, Vector]:
    """Normal and unit direction of flight at an angle along a piece of the track."""
    axis = (piece[AXIS], piece[AXIS + 1], piece[AXIS + 2])
    place = rotated((piece[START], piece[START + 1], piece[START + 2]), axis, angle)
    return place, times(1.0 / piece[SCALE], cross(axis, place))


@jit
def raised(place: Vector, ahead: Vector, height: float, slope: float) -> tuple[Vector, Vector]:
    """Earth-fixed position at a height over a place, and its change per rad of way over ground.

    ``slope`` is the rise per metre of ground at the mean radius.
    """
    e2 = EARTH_ECCENTRICITY_SQUARED
    normal = EARTH_RADIUS_EQUATOR / math.sqrt(1.0 - e2 * place[2] * place[2])
    growth = normal**3 * e2 * place[2] * ahead[2] / EARTH_RADIUS_EQUATOR**2
    rise = slope * EARTH_RADIUS_MEAN
    r = times(normal + height, place)
    d = plus(times(normal + height, ahead), growth + rise, place)
    return (
        minus(r, (0.0, 0.0, e2 * normal * place[2])),
        minus(d, (0.0, 0.0, e2 * (normal * ahead[2] + growth * place[2]))),
    )
