"""Light of a laser at a distance: spot, loss in the air, line of sight, and the dwell it takes."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.kernels._jit import jit
from opendome.kernels.frames import altitude
from opendome.kernels.reach import LOWEST, ReachTable, ground_range
from opendome.kernels.vectors import Vector, dot, minus, norm, plus, times

Floats = NDArray[np.float64]

AEROSOL_SCALE = 1.2e3  # m, in which haze thins by e; L. Elterman, Applied Optics 3 (1964)
NEAR_INFRARED = 0.55e-6  # m, wavelength for which visibility is defined
KILOMETRE = 1e3


class Laser(NamedTuple):
    """A director, its light, and the air about it."""

    power: float  # W
    wavelength: float  # m
    waist: float  # m, radius of the beam at the director
    quality: float  # M2
    jitter: float  # rad per axis
    extinction: float  # 1/m at the ellipsoid
    cloud_base: float  # m, inf without clouds
    sin_lowest: float  # sine of the lowest elevation
    slew_rate: float  # rad/s
    settle: float  # s
    max_dwell: float  # s
    mount: float  # m over its site


@jit
def extinction_of(visibility: float, wavelength: float) -> float:
    """Extinction of light by haze, rain or fog, 1/m.

    Parameters
    ----------
    visibility : float
        Meteorological, at 0.55 um and 2 % of contrast, m.
    wavelength : float
        m.

    Notes
    -----
    Source: P. W. Kruse, L. D. McGlauchlin, R. B. McQuistan, Elements of Infrared Technology (1962);
    below 6 km of visibility I. I. Kim, B. McArthur, E. Korevaar, Proc. SPIE 4214 (2001).
    """
    sight = visibility / KILOMETRE
    if sight > 50.0:
        q = 1.6
    elif sight > 6.0:
        q = 1.3
    elif sight > 1.0:
        q = 0.16 * sight + 0.34
    else:
        q = max(sight - 0.5, 0.0)
    return float(3.912 / visibility * (wavelength / NEAR_INFRARED) ** -q)


@jit
def spot_radius(laser: Laser, distance: float) -> float:
    """Radius (1/e^2 of the peak) of a beam focused at a distance, m, averaged over its jitter.

    Notes
    -----
    Gaussian beam of quality M2, and a Gaussian jitter of standard deviation sigma per axis, whose
    variances add: w^2 = (M2 lambda R / (pi w0))^2 + (2 sigma R)^2. Turbulence counts as jitter. No
    thermal blooming. Source: G. P. Perram and others, An Introduction to Laser Weapon Systems
    (2010), on diffraction and jitter.
    """
    diffraction = laser.quality * laser.wavelength / (math.pi * laser.waist)
    return distance * math.hypot(diffraction, 2.0 * laser.jitter)


@jit
def transmission(extinction: float, low: float, high: float, distance: float) -> float:
    """Share of light that comes along a straight path between two heights, in [0, 1].

    Beer and Lambert; the extinction falls as exp(-height / 1.2 km), and the height along the path
    is taken as linear.
    """
    a, b = low / AEROSOL_SCALE, high / AEROSOL_SCALE
    if abs(b - a) < 1e-6:
        mean = math.exp(-0.5 * (a + b))
    else:
        mean = (math.exp(-a) - math.exp(-b)) / (b - a)
    return math.exp(-extinction * mean * distance)


@jit
def irradiance(laser: Laser, low: float, high: float, distance: float) -> float:
    """Mean power on a unit area of the spot, W/m^2: P tau / (pi w^2)."""
    w = spot_radius(laser, distance)
    return laser.power * transmission(laser.extinction, low, high, distance) / (math.pi * w * w)


@jit
def director_at(site: Vector, up: Vector, laser: Laser) -> Vector:
    """Place of the director over its site, ECEF."""
    return plus(site, laser.mount, up)


@jit
def is_in_sight(r: Vector, up: Vector, q: Vector, sin_lowest: float) -> bool:
    """Whether a place q is above the lowest elevation, and no Earth stands between.

    Straight lines over the bare ellipsoid, ECEF; light bends by a tenth of the Earth's curve, less
    than a metre in 10 km.
    """
    d = minus(q, r)
    distance = norm(d)
    if dot(d, up) < sin_lowest * distance:
        return False
    along = -dot(r, d) / (distance * distance)
    if not 0.0 < along < 1.0:
        return True
    p = plus(r, along, d)
    return altitude(p[0], p[1], p[2]) > 0.0


@jit
def light_on(laser: Laser, r: Vector, up: Vector, q: Vector) -> float:
    """Irradiance (W/m^2) that a director at r gives a threat at q, ECEF; 0 out of sight."""
    high = altitude(q[0], q[1], q[2])
    if high > laser.cloud_base or not is_in_sight(r, up, q, laser.sin_lowest):
        return 0.0
    return irradiance(laser, altitude(r[0], r[1], r[2]), high, norm(minus(q, r)))


@jit
def turn_time(laser: Laser, u: Vector, w: Vector) -> float:
    """Seconds from pointing along u to light along w: even turn, then settling."""
    cosine = dot(u, w) / (norm(u) * norm(w))
    return laser.settle + math.acos(min(max(cosine, -1.0), 1.0)) / laser.slew_rate


@jit
def reach_of_beam(
    laser: Laser, fluence: float, extent: tuple[float, float], shape: tuple[int, int]
) -> ReachTable:
    """Reach of a beam in the form of a fly-out: turn, settling and dwell instead of a flight.

    Parameters
    ----------
    fluence : float
        That a threat shall take, J/m^2.
    extent : (max_range, max_height)
        Of the table, m.
    shape : (ns, nh)
        Number of grid points.

    Returns
    -------
    table : ReachTable
        Times for a turn by a quarter circle and a threat that stands still; inf where the dwell
        would be too long, or the threat out of sight. Its elevation is where the director points.
    """
    ns, nh = shape
    table = ReachTable(
        np.linspace(0.0, extent[0], ns),
        np.linspace(max(LOWEST, -200.0), extent[1], nh),
        np.full((ns, nh), math.inf),
        np.full((ns, nh), math.nan),
        np.full((ns, nh), math.nan),
    )
    turn = laser.settle + 0.5 * math.pi / laser.slew_rate
    start = EARTH_RADIUS_MEAN + laser.mount
    for i in range(ns):
        angle = table.s_grid[i] / EARTH_RADIUS_MEAN
        for j in range(nh):
            radius = EARTH_RADIUS_MEAN + table.h_grid[j]
            x, y = radius * math.sin(angle), radius * math.cos(angle) - start
            distance = math.hypot(x, y)
            if distance <= 0.0 or y < laser.sin_lowest * distance:
                continue
            along = -start * y / (distance * distance)
            if 0.0 < along < 1.0 and start * x < EARTH_RADIUS_MEAN * distance:
                continue
            if table.h_grid[j] > laser.cloud_base:
                continue
            light = irradiance(laser, laser.mount, table.h_grid[j], distance)
            if light * laser.max_dwell >= fluence:
                table.tof[i, j] = turn + fluence / light
                table.elevation[i, j] = math.atan2(y, x)
                table.speed[i, j] = 0.0
    return table


@jit
def place_between(times_: Floats, places: Floats, t: float) -> Vector:
    """Place at t on a path of evenly spaced samples (k,), (k, 3), straight in between."""
    k = len(times_)
    x = (t - times_[0]) / (times_[1] - times_[0])
    i = min(max(int(x), 0), k - 2)
    f = x - i
    return (
        (1.0 - f) * places[i, 0] + f * places[i + 1, 0],
        (1.0 - f) * places[i, 1] + f * places[i + 1, 1],
        (1.0 - f) * places[i, 2] + f * places[i + 1, 2],
    )


@jit
def dwell_from(
    laser: Laser, r: Vector, up: Vector, path: tuple[Floats, Floats], job: tuple[float, float]
) -> float:
    """When a beam that is on a threat from a time on has given it a fluence, s.

    Parameters
    ----------
    r, up : (3,) float
        Director and its vertical, ECEF.
    path : ((k,), (k, 3))
        Times, evenly spaced, and places of the threat, ECEF; NaN ends it.
    job : (t_on, fluence)

    Returns
    -------
    t_end : float
        inf if the threat gets out of sight, the path ends, or the dwell gets too long before.
    """
    times_, places = path
    t, left = job
    t_last = min(t + laser.max_dwell, times_[len(times_) - 1])
    dt = 0.5 * (times_[1] - times_[0])
    while t < t_last - 1e-9:
        dt = min(dt, t_last - t)
        q = place_between(times_, places, t + 0.5 * dt)
        light = light_on(laser, r, up, q)
        if not light > 0.0:
            return math.inf
        if light * dt >= left:
            return t + left / light
        left -= light * dt
        t += dt
    return math.inf


@jit
def unit_from(r: Vector, q: Vector) -> Vector:
    """Unit vector from r to q."""
    d = minus(q, r)
    return times(1.0 / norm(d), d)


@jit
def plan_dwells(
    laser: Laser,
    stand: tuple[Vector, Vector],
    pointing: Floats,
    times_: Floats,
    places: Floats,
    fluence: Floats,
    envelopes: Floats,
) -> Floats:
    """Earliest dwell on each of n threats, from the order to turn to the end of the dwell.

    Parameters
    ----------
    stand : (director, vertical)
        ECEF.
    pointing : (n, 3) float
        Where the director points before, ECEF.
    times_, places : (n, k), (n, k, 3) float
        Predicted paths, evenly spaced samples, ECEF.
    fluence : (n,) float
        J/m^2.
    envelopes : (n, 4) float
        Least and greatest ground range and height of a threat at the end of the dwell, m.

    Returns
    -------
    plans : (n, 6) float
        Start of the turn, start of the light, its end, and where the threat is then (ECEF); NaN
        where there is none.
    """
    n, k = times_.shape
    plans = np.full((n, 6), math.nan)
    r, up = stand
    r_site = np.array([r[0], r[1], r[2]])
    for i in range(n):
        path = (times_[i], places[i])
        before = (pointing[i, 0], pointing[i, 1], pointing[i, 2])
        for j in range(0, k - 1, 2):
            t_on = times_[i, j]
            for _ in range(3):
                toward = unit_from(r, place_between(times_[i], places[i], t_on))
                t_on = times_[i, j] + turn_time(laser, before, toward)
            t_end = dwell_from(laser, r, up, path, (t_on, fluence[i]))
            if not math.isfinite(t_end):
                continue
            q = place_between(times_[i], places[i], t_end)
            arc = ground_range(r_site, np.array([q[0], q[1], q[2]]))
            height = altitude(q[0], q[1], q[2])
            low, far, bottom, top = envelopes[i]
            if low <= arc <= far and bottom <= height <= top:
                plans[i, 0], plans[i, 1], plans[i, 2] = times_[i, j], t_on, t_end
                plans[i, 3], plans[i, 4], plans[i, 5] = q
                break
    return plans
