"""A first guess of how to launch at an aim point, good enough for Newton's method to finish.

Unknowns are the tilt of the pitched attitude from the vertical, as a vector (down, cross) along
the great circle to the aim, and the cut-off time: smooth from the horizon to the zenith.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA, EARTH_RADIUS_MEAN
from opendome.kernels._jit import jit
from opendome.kernels.flight import (
    ALT,
    AZIMUTH,
    ELEVATION,
    LANDED,
    LAT,
    LON,
    T_CUT,
    T_LAUNCH,
    TOLERANCE,
    flight_limits,
    fly_boost,
    fly_one,
)
from opendome.kernels.frames import ecef_from_geodetic, enu_basis, turned
from opendome.kernels.orbits import apogee_radius, fall
from opendome.kernels.paths import path_at
from opendome.kernels.propulsion import Vehicle, burn_time
from opendome.kernels.vectors import dot

Array = NDArray[np.float64]
Three = tuple[float, float, float]

# Kinds of steering.
ELEVATION_LOW: Final = 0  # burns to the end, flat arc
CUTOFF: Final = 1  # range and apogee by tilt and thrust cut-off
ELEVATION_HIGH: Final = 2  # burns to the end, steep arc

# Status of a solution.
SOLVED: Final = 0
TOO_FAR: Final = 1  # the aim is beyond the longest range (with that apogee)
TOO_NEAR: Final = 2  # the aim is inside the shortest range (with that apogee)
NOT_CONVERGED: Final = 3

T_MAX_FLIGHT: Final = 12000.0  # s
BOOST_KNOTS: Final = 400
TILTS: Final = np.array(
    [0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1, 0.12, 0.15, 0.18, 0.22, 0.26]
    + [0.31, 0.37, 0.43, 0.5, 0.6, 0.7, 0.8, 0.95]
)  # rad
FLATTEST, STEEPEST, N_ELEVATIONS = math.radians(1.0), math.radians(88.0), 30


class Shot(NamedTuple):
    """One launch that is to be fitted: where from, where to, and the great circle in between.

    ``bearing`` is that of the aim at the launch; ``axes`` (3, 3) are the down-range, cross-range
    (to the right) and up directions at the aim, ECEF.
    """

    launch: Array
    bearing: float
    axes: Array
    radius: float
    apogee: float
    steering: int
    ground_alt: float


@jit
def make_shot(launch: Array, aim: Array, steering: int, ground_alt: float) -> Shot:
    """Geometry of one launch (7,) at one aim [lat, lon, apogee or NaN]."""
    here = enu_basis(launch[LAT], launch[LON])
    there = enu_basis(aim[0], aim[1])
    bearing = math.atan2(dot(here[0], there[2]), dot(here[1], there[2]))
    back = math.atan2(dot(there[0], here[2]), dot(there[1], here[2]))
    sine, cosine = -math.sin(back), -math.cos(back)
    axes = np.empty((3, 3))
    axes[0] = sine * there[0] + cosine * there[1]
    axes[1] = cosine * there[0] - sine * there[1]
    axes[2] = there[2]
    x, y, z = ecef_from_geodetic(aim[0], aim[1], ground_alt)
    radius = math.sqrt(x * x + y * y + z * z)
    apogee = aim[2]
    if math.isnan(apogee):
        apogee = minimum_energy_apogee(math.acos(min(max(dot(here[2], axes[2]), -1.0), 1.0)))
    return Shot(launch.copy(), bearing, axes, radius, apogee, steering, ground_alt)


@jit
def minimum_energy_apogee(angle: float) -> float:
    """Apogee altitude of the slowest arc over a central angle (rad), ground to ground.

    The empty focus of the least ellipse lies on the chord's middle. Spherical Earth, no rotation.
    """
    half = 0.5 * angle
    return float(0.5 * EARTH_RADIUS_MEAN * (math.sin(half) + math.cos(half) - 1.0))


@jit
def launch_with(shot: Shot, x: Three) -> Array:
    """Launch row (7,) for the unknowns x = (tilt down, tilt cross, cut-off time)."""
    launch = shot.launch.copy()
    launch[AZIMUTH] = (shot.bearing + math.atan2(x[1], x[0])) % (2.0 * math.pi)
    launch[ELEVATION] = 0.5 * math.pi - math.sqrt(x[0] * x[0] + x[1] * x[1])
    if shot.steering == CUTOFF:
        launch[T_CUT] = x[2]
    return launch


@jit
def offset_from_aim(shot: Shot, x: float, y: float, z: float) -> tuple[float, float]:
    """Great-circle metres (down-range, cross-range) from the aim to the place over which (x, y, z)
    stands, given along the ellipsoid's normal or, for a guess, from the Earth's centre (ECEF)."""
    down = x * shot.axes[0, 0] + y * shot.axes[0, 1] + z * shot.axes[0, 2]
    cross = x * shot.axes[1, 0] + y * shot.axes[1, 1] + z * shot.axes[1, 2]
    up = x * shot.axes[2, 0] + y * shot.axes[2, 1] + z * shot.axes[2, 2]
    level = math.sqrt(down * down + cross * cross)
    scale = shot.radius * math.atan2(level, up) / max(level, 1e-300)
    return scale * down, scale * cross


@jit
def fly_shot(vehicle: Vehicle, shot: Shot, x: Three) -> Three:
    """Miss (m) of the full flight: down-range, cross-range and, with cut-off, apogee.

    NaN where the body does not land.
    """
    launch = launch_with(shot, x)
    limits = flight_limits(vehicle, launch[T_LAUNCH], T_MAX_FLIGHT, TOLERANCE, shot.ground_alt)
    cursor, _, impact = fly_one(vehicle, launch, limits, np.empty((0, 7)))
    if cursor.status != LANDED:
        return math.nan, math.nan, math.nan
    lat, lon = impact[1], impact[2]
    across = math.cos(lat)
    down, cross = offset_from_aim(
        shot, across * math.cos(lon), across * math.sin(lon), math.sin(lat)
    )
    return down, cross, cursor.apogee - shot.apogee if shot.steering == CUTOFF else 0.0


@jit(inline="always")
def cut_for_apogee(knots: Array, n: int, t_first: float, apogee: float) -> float:
    """Cut-off time (on the clock of the knots) after which the orbit's apogee is as wanted.

    NaN if even the whole burn stays below it.
    """
    low, high = t_first, knots[n - 1, 0]
    wanted = EARTH_RADIUS_MEAN + apogee
    if apogee_radius(path_at(knots, n, high)) < wanted:
        return math.nan
    for _ in range(40):
        middle = 0.5 * (low + high)
        if apogee_radius(path_at(knots, n, middle)) < wanted:
            low = middle
        else:
            high = middle
    return float(high)


@jit
def coarse_shot(vehicle: Vehicle, shot: Shot, down: float, cross: float) -> Three:
    """Miss (down-range, cross-range) and cut-off time with the wanted apogee, for a tilt.

    The boost is flown; what follows is a Kepler arc. NaN if the apogee is out of reach, an
    infinite down-range miss if the body does not come down.
    """
    launch = launch_with(shot, (down, cross, math.inf))
    launch[T_CUT] = math.inf
    limits = flight_limits(
        vehicle, launch[T_LAUNCH], T_MAX_FLIGHT, 1e2 * TOLERANCE, launch[ALT] - 1e3
    )
    knots = np.empty((BOOST_KNOTS, 7))
    cursor = fly_boost(vehicle, launch, limits, knots)
    n = min(cursor.n_knots, BOOST_KNOTS)
    t_first = launch[T_LAUNCH] + min(
        vehicle.rise_time + vehicle.pitch_time, 0.5 * burn_time(vehicle)
    )
    t = cut_for_apogee(knots, n, t_first, shot.apogee)
    if math.isnan(t):
        return math.nan, math.nan, math.nan
    seconds, x, y, z = fall(path_at(knots, n, t), shot.radius)
    t_cut = t - launch[T_LAUNCH]
    if math.isnan(seconds):
        return math.inf, 0.0, t_cut
    x, y = turned(x, y, -EARTH_OMEGA * (t + seconds))
    miss = offset_from_aim(shot, x, y, z)
    return miss[0], miss[1], t_cut


@jit(inline="always")
def bracket_tilt(vehicle: Vehicle, shot: Shot) -> tuple[float, int]:
    """Down-range tilt just short of the aim, and a status.

    With the apogee held by the cut-off time, the range grows with the tilt, until the apogee is
    out of reach. A steep shot drifts west while the Earth turns: it may have to lean backwards.
    """
    start = coarse_shot(vehicle, shot, 0.0, 0.0)[0]
    if math.isnan(start):
        return 0.0, TOO_FAR
    side = 1.0 if start <= 0.0 else -1.0
    near, far = 0.0, math.nan
    for tilt in TILTS:
        if not side * coarse_shot(vehicle, shot, side * tilt, 0.0)[0] <= 0.0:
            far = tilt
            break
        near = tilt
    if math.isnan(far):
        return side * near, TOO_FAR
    for _ in range(14):
        middle = 0.5 * (near + far)
        if side * coarse_shot(vehicle, shot, side * middle, 0.0)[0] <= 0.0:
            near = middle
        else:
            far = middle
    is_beyond = side * coarse_shot(vehicle, shot, side * far, 0.0)[0] > 0.0
    return side * near, SOLVED if is_beyond else TOO_FAR


@jit(inline="always")
def corrected_tilts(vehicle: Vehicle, shot: Shot, down: float) -> Three:
    """Unknowns of a coarse shot that lands on its aim, by Newton's method from (down, 0)."""
    cross, h = 0.0, 1e-4
    miss = coarse_shot(vehicle, shot, down, cross)
    for _ in range(8):
        a = coarse_shot(vehicle, shot, down + h, cross)
        b = coarse_shot(vehicle, shot, down, cross + h)
        dd, dc = (a[0] - miss[0]) / h, (b[0] - miss[0]) / h
        cd, cc = (a[1] - miss[1]) / h, (b[1] - miss[1]) / h
        det = dd * cc - dc * cd
        step_down = -(cc * miss[0] - dc * miss[1]) / det
        step_cross = -(dd * miss[1] - cd * miss[0]) / det
        if not math.isfinite(step_down + step_cross):
            break
        share, trial = 1.0, miss
        for _ in range(8):
            trial = coarse_shot(vehicle, shot, down + share * step_down, cross + share * step_cross)
            if abs(trial[0]) + abs(trial[1]) < abs(miss[0]) + abs(miss[1]):
                break
            share *= 0.5
        if not abs(trial[0]) + abs(trial[1]) < abs(miss[0]) + abs(miss[1]):
            break
        down, cross, miss = down + share * step_down, cross + share * step_cross, trial
        if abs(miss[0]) + abs(miss[1]) < 1e3:
            break
    return down, cross, miss[2]


@jit
def start_cutoff(vehicle: Vehicle, shot: Shot) -> tuple[Three, int]:
    """First unknowns of a shot with thrust cut-off, and a status."""
    low, status = bracket_tilt(vehicle, shot)
    if status == SOLVED:
        return corrected_tilts(vehicle, shot, low), status
    t_cut = coarse_shot(vehicle, shot, low, 0.0)[2]
    return (low, 0.0, burn_time(vehicle) if math.isnan(t_cut) else t_cut), status


@jit
def start_elevation(vehicle: Vehicle, shot: Shot) -> tuple[Three, int]:
    """First unknowns of a shot that burns to the end, and a status.

    The miss over elevation rises to the longest range and falls again: find that peak, then halve
    the flat (or the steep) side of it.
    """
    step = (STEEPEST - FLATTEST) / (N_ELEVATIONS - 1)
    peak, best = FLATTEST, -math.inf
    for i in range(N_ELEVATIONS):
        miss = fly_shot(vehicle, shot, (0.5 * math.pi - FLATTEST - i * step, 0.0, math.inf))[0]
        if miss > best:
            peak, best = FLATTEST + i * step, miss
    low, high = max(peak - step, FLATTEST), min(peak + step, STEEPEST)
    for _ in range(20):
        a, b = low + 0.382 * (high - low), low + 0.618 * (high - low)
        miss_a = fly_shot(vehicle, shot, (0.5 * math.pi - a, 0.0, math.inf))[0]
        miss_b = fly_shot(vehicle, shot, (0.5 * math.pi - b, 0.0, math.inf))[0]
        if miss_a > miss_b:
            high = b
        else:
            low = a
    peak = 0.5 * (low + high)
    if fly_shot(vehicle, shot, (0.5 * math.pi - peak, 0.0, math.inf))[0] < 0.0:
        return (0.5 * math.pi - peak, 0.0, math.inf), TOO_FAR
    short = STEEPEST if shot.steering == ELEVATION_HIGH else FLATTEST
    if fly_shot(vehicle, shot, (0.5 * math.pi - short, 0.0, math.inf))[0] > 0.0:
        return (0.5 * math.pi - short, 0.0, math.inf), TOO_NEAR
    far = peak
    for _ in range(14):
        middle = 0.5 * (short + far)
        if fly_shot(vehicle, shot, (0.5 * math.pi - middle, 0.0, math.inf))[0] > 0.0:
            far = middle
        else:
            short = middle
    return (0.5 * math.pi - far, 0.0, math.inf), SOLVED
