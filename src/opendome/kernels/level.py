"""How flyers on wings move: along a great circle over the turning Earth, at constant ground speed.

What is faster than any engine drives it on wings glides, and is slowed by its drag. Height over the
ellipsoid changes evenly with the vertical part of the velocity. ECI as in `frames`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.constants import (
    EARTH_ECCENTRICITY_SQUARED,
    EARTH_OMEGA,
    EARTH_RADIUS_EQUATOR,
    EARTH_RADIUS_POLE,
    STANDARD_GRAVITY,
)
from opendome.kernels._jit import jit
from opendome.kernels.frames import geocentric_height, turned
from opendome.kernels.impact import coast_paths
from opendome.kernels.vectors import Vector, across, dot, norm, plus, put, row, times

Array = NDArray[np.float64]

GLIDE_LEAST = 1400.0  # m/s of ground speed, above which a flyer on wings glides
LIFT_TO_DRAG = 2.7  # of gliders, as in the catalog
LEAST_BRAKE = 0.5  # m/s^2, near the speed of orbit


@jit
def surface_normal(r: Vector, height: float) -> Vector:
    """Unit vector upwards of the ellipsoid under a place of known height, to 1e-7 rad."""
    least = EARTH_RADIUS_EQUATOR * (1.0 - EARTH_ECCENTRICITY_SQUARED) + height
    up = (r[0], r[1], r[2] * (EARTH_RADIUS_EQUATOR + height) / least)
    return times(1.0 / norm(up), up)


@jit
def surface_radius(u: Vector) -> float:
    """Radius of the ellipsoid in a direction (unit vector)."""
    squared = 1.0 - EARTH_ECCENTRICITY_SQUARED * (1.0 - u[2] * u[2])
    return EARTH_RADIUS_POLE / math.sqrt(squared)


@jit
def glided(speed: float, dt: float) -> tuple[float, float]:
    """Way over the ground in dt seconds, and the speed then, of a flyer of some ground speed.

    Lift carries what the path's curvature leaves of the weight; drag is a part of the lift. Ends
    where a glider is slow. Source: N. X. Vinh, A. Busemann, R. D. Culp, Hypersonic and Planetary
    Entry Flight Mechanics (1980), equilibrium glide.
    """
    if speed <= GLIDE_LEAST:
        return speed * dt, speed
    weight = STANDARD_GRAVITY - speed * speed / EARTH_RADIUS_EQUATOR
    brake = max(weight / LIFT_TO_DRAG, LEAST_BRAKE)
    span = min(dt, (speed - GLIDE_LEAST) / brake)
    after = speed - brake * span
    return 0.5 * (speed + after) * span + after * (dt - span), after


@jit
def level_step(r: Vector, v: Vector, dt: float) -> tuple[Vector, Vector]:
    """Earth-fixed state of a level flyer, dt seconds later (or before).

    Parameters
    ----------
    r, v : (3,) float, ECEF
        The vertical part of v moves the height evenly; the rest is the ground speed.

    Notes
    -----
    The direction from the Earth's centre turns in the plane of r and v. The height over the
    ellipsoid is kept within 1 m over 1,000 km and 20 km of height, the ground speed exactly, but
    for that of gliders.
    """
    height = geocentric_height(r[0], r[1], r[2])
    n = surface_normal(r, height)
    climb = dot(v, n)
    ground = across(v, n)
    speed = norm(ground)
    height += climb * dt
    radius = norm(r)
    u = times(1.0 / radius, r)
    forward = across(ground, u)
    pace = norm(forward)
    if pace < 1e-9:
        return times(surface_radius(u) + height, u), v
    forward = times(1.0 / pace, forward)
    mean = radius
    way, after = glided(speed, dt)
    far, ahead = u, forward
    for _ in range(2):
        angle = (pace * dt if after == speed else pace * way / speed) / mean
        cosine, sine = math.cos(angle), math.sin(angle)
        far = plus(times(cosine, u), sine, forward)
        ahead = plus(times(cosine, forward), -sine, u)
        mean = 0.5 * (radius + surface_radius(far) + height)
    r_far = times(surface_radius(far) + height, far)
    n = surface_normal(r_far, height)
    ahead = across(ahead, n)
    return r_far, plus(times(after / norm(ahead), ahead), climb, n)


@jit
def level_step_eci(r: Vector, v: Vector, dt: float) -> tuple[Vector, Vector]:
    """Inertial state of a level flyer, dt seconds later; see `level_ahead`."""
    v_ground = (v[0] + EARTH_OMEGA * r[1], v[1] - EARTH_OMEGA * r[0], v[2])
    r_far, v_far = level_ahead(r, v_ground, dt)
    angle = EARTH_OMEGA * dt
    x, y = turned(r_far[0], r_far[1], angle)
    vx, vy = turned(v_far[0], v_far[1], angle)
    return (x, y, r_far[2]), (vx - EARTH_OMEGA * y, vy + EARTH_OMEGA * x, v_far[2])


@jit
def level_ahead(r: Vector, v: Vector, dt: float) -> tuple[Vector, Vector]:
    """As `level_step`, but a descent ends at the ground: from there on it flies along it."""
    r_far, v_far = level_step(r, v, dt)
    height = geocentric_height(r_far[0], r_far[1], r_far[2])
    n = surface_normal(r_far, height)
    climb = dot(v_far, n)
    if height < 0.0 and climb * dt < 0.0:
        u = times(1.0 / norm(r_far), r_far)
        return times(surface_radius(u), u), across(v_far, n)
    return r_far, v_far


@jit
def predicted_paths(
    r_ecef: Array,
    v_ecef: Array,
    log_beta: Array,
    is_level: NDArray[np.bool_],
    t: Array,
    times: Array,
) -> Array:
    """Earth-fixed states (n, k, 6) of n things at k later times each.

    Parameters
    ----------
    r_ecef, v_ecef : (n, 3) float
        States, relative to the turning Earth.
    log_beta : (n,) float
        Natural logarithm of the ballistic coefficient, kg/m^2; level rows do not use it.
    is_level : (n,) bool
        Rows that go on level, never below the ground; the others coast as in `coast_paths`.
    t : (n,) float
        Time of each state.
    times : (n, k) float
        Not decreasing along a row; NaN comes where they are before the row's own t.
    """
    n, k = times.shape
    paths = np.full((n, k, 6), math.nan)
    coasting = np.flatnonzero(~is_level)
    if len(coasting) > 0:
        found = coast_paths(
            r_ecef[coasting], v_ecef[coasting], log_beta[coasting], t[coasting], times[coasting]
        )
        for m in range(len(coasting)):
            paths[coasting[m]] = found[m]
    for i in range(n):
        if not is_level[i]:
            continue
        for j in range(k):
            dt = times[i, j] - t[i]
            if dt >= 0.0:
                r, v = level_ahead(row(r_ecef, i), row(v_ecef, i), dt)
                put(paths[i, :, :3], j, r)
                put(paths[i, :, 3:], j, v)
    return paths
