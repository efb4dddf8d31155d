"""What a threat may hit: chance of an ellipse of impact points in a disc, course towards a disc.

The ground is flat about the predicted point; arcs keep their length, so discs of some hundred
kilometres are good to a few parts in a thousand.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.kernels._jit import jit
from opendome.kernels.frames import ecef_from_geodetic, enu_basis, geodetic_from_ecef

Floats = NDArray[np.float64]

CUT = 6.0  # standard deviations beyond which nothing falls
SQRT_HALF = math.sqrt(0.5)
SMALLEST_SIGMA = 1e-7  # of the disc's radius; a surer prediction is taken for exact
# Gauss-Legendre with 16 points on [-1, 1]: Abramowitz and Stegun (1964), table 25.4.
NODES = np.array(
    [
        0.0950125098376374,
        0.2816035507792589,
        0.4580167776572274,
        0.6178762444026438,
        0.7554044083550030,
        0.8656312023878318,
        0.9445750230732326,
        0.9894009349916499,
    ]
)
WEIGHTS = np.array(
    [
        0.1894506104550685,
        0.1826034150449236,
        0.1691565193950025,
        0.1495959888165767,
        0.1246289712555339,
        0.0951585116824928,
        0.0622535239386479,
        0.0271524594117541,
    ]
)


@jit
def _density(angle: float, disc: tuple[float, float, float], sigma: float, along: float) -> float:
    """Chance per unit of angle; the point radius sin(angle) on the narrow axis carries a chord.

    ``disc``: radius, and the centre on the narrow and on the long axis.
    """
    radius, x, y = disc
    half_chord = radius * math.cos(angle)
    across = (radius * math.sin(angle) - x) / sigma
    inside = math.erf((half_chord - y) / along * SQRT_HALF)
    inside -= math.erf((-half_chord - y) / along * SQRT_HALF)
    scale = half_chord / (sigma * math.sqrt(2.0 * math.pi))
    return 0.5 * scale * math.exp(-0.5 * across * across) * inside


@jit
def _integral(
    low: float, high: float, disc: tuple[float, float, float], sigma: float, along: float
) -> float:
    """Gauss-Legendre integral of ``_density`` over one panel of angle."""
    middle, half = 0.5 * (low + high), 0.5 * (high - low)
    if not half > 0.0:
        return 0.0
    total = 0.0
    for i in range(len(NODES)):
        step = half * NODES[i]
        total += WEIGHTS[i] * (
            _density(middle - step, disc, sigma, along)
            + _density(middle + step, disc, sigma, along)
        )
    return total * half


@jit
def _half_integral(
    side: float, disc: tuple[float, float, float], sigma: float, along: float
) -> float:
    """Integral over the half disc on one side (+1, -1) of the long axis through its centre."""
    radius, x, y = disc
    mirrored = (radius, side * x, y)
    low = min(max((side * x - CUT * sigma) / radius, 0.0), 1.0)
    high = min(max((side * x + CUT * sigma) / radius, 0.0), 1.0)
    # The chord's end passes the mean between these angles; elsewhere the integrand is flat in it.
    near = min(max((abs(y) - CUT * along) / radius, 0.0), 1.0)
    far = min(max((abs(y) + CUT * along) / radius, 0.0), 1.0)
    first, last = math.asin(low), math.asin(high)
    start = min(max(math.acos(far), first), last)
    end = min(max(math.acos(near), first), last)
    total = _integral(first, start, mirrored, sigma, along)
    total += _integral(start, end, mirrored, sigma, along)
    return total + _integral(end, last, mirrored, sigma, along)


@jit
def chance_in_disc(
    east: float, north: float, cov: tuple[float, float, float], radius: float
) -> float:
    """Chance that a Gaussian point about the origin lies in a disc.

    Parameters
    ----------
    east, north : float
        Centre of the disc from the mean of the point, m.
    cov : (3,) float
        Covariance of the point: east-east, east-north, north-north, m^2.
    radius : float
        Radius of the disc, m, > 0.

    Returns
    -------
    p_inside : float
        In [0, 1], error below 1e-3 (mostly 1e-6); NaN if an input is.

    Notes
    -----
    In the principal axes of the ellipse the long axis is integrated exactly by the error function
    and the narrow one by Gauss-Legendre panels in the angle of the disc's edge. Closed form for
    a centred circular Gaussian: 1 - exp(-R^2 / 2 s^2).
    """
    ee, en, nn = cov
    mean, half = 0.5 * (ee + nn), 0.5 * (ee - nn)
    swing = math.sqrt(half * half + en * en)
    along = math.sqrt(max(mean + swing, 0.0))
    distance = math.sqrt(east * east + north * north)
    if not math.isfinite(along + distance):
        return math.nan
    if distance > radius + CUT * along:
        return 0.0
    if distance + CUT * along < radius:
        return 1.0
    floor = SMALLEST_SIGMA * radius
    if along < floor:
        return 1.0 if distance <= radius else 0.0
    sigma = max(math.sqrt(max(mean - swing, 0.0)), floor)
    angle = 0.5 * math.atan2(en, half)  # of the long axis, from east to north
    cosine, sine = math.cos(angle), math.sin(angle)
    disc = (radius, -east * sine + north * cosine, east * cosine + north * sine)
    total = _half_integral(1.0, disc, sigma, along) + _half_integral(-1.0, disc, sigma, along)
    return min(max(total, 0.0), 1.0)


@jit
def offset_enu(
    basis: Floats, r_from: tuple[float, float, float], r_to: tuple[float, float, float]
) -> tuple[float, float]:
    """East and north of a ground point from another, m, along the arc between them."""
    x, y, z = r_to[0] - r_from[0], r_to[1] - r_from[1], r_to[2] - r_from[2]
    east = basis[0, 0] * x + basis[0, 1] * y
    north = basis[1, 0] * x + basis[1, 1] * y + basis[1, 2] * z
    flat = math.sqrt(east * east + north * north)
    chord = math.sqrt(x * x + y * y + z * z)
    if flat == 0.0:
        return east, north
    arc = 2.0 * EARTH_RADIUS_MEAN * math.asin(min(chord / (2.0 * EARTH_RADIUS_MEAN), 1.0))
    return east * arc / flat, north * arc / flat


@jit
def chances_in_discs(lat: Floats, lon: Floats, cov_enu: Floats, discs: Floats) -> Floats:
    """Chance of each predicted impact to fall in each disc on the ground.

    Parameters
    ----------
    lat, lon : (n,) float
        Predicted impacts, rad.
    cov_enu : (n, 2, 2) float
        Their covariances, east and north, m^2.
    discs : (k, 3) float
        Latitude, longitude (rad) and radius (m) of each disc.

    Returns
    -------
    p_inside : (n, k) float
        In [0, 1]; NaN where a prediction is NaN.
    """
    n, k = len(lat), len(discs)
    p_inside = np.empty((n, k))
    centres = np.empty((k, 3))
    for j in range(k):
        centres[j, 0], centres[j, 1], centres[j, 2] = ecef_from_geodetic(
            discs[j, 0], discs[j, 1], 0.0
        )
    for i in range(n):
        impact = ecef_from_geodetic(lat[i], lon[i], 0.0)
        basis = enu_basis(lat[i], lon[i])
        cov = (cov_enu[i, 0, 0], cov_enu[i, 0, 1], cov_enu[i, 1, 1])
        for j in range(k):
            centre = (centres[j, 0], centres[j, 1], centres[j, 2])
            east, north = offset_enu(basis, impact, centre)
            p_inside[i, j] = chance_in_disc(east, north, cov, discs[j, 2])
    return p_inside


@jit
def courses_to_discs(
    r_ecef: Floats, v_ecef: Floats, discs: Floats, sigma: float, t_reach: float
) -> tuple[Floats, Floats]:
    """How well the course of each level flyer fits an attack on each disc, and when it would come.

    Parameters
    ----------
    r_ecef, v_ecef : (n, 3) float
    discs : (k, 3) float
        Latitude, longitude (rad) and radius (m) of each disc.
    sigma : float
        How far a course may yet turn, rad, standard deviation.
    t_reach : float
        Discs further than this time of flight are left out, s.

    Returns
    -------
    fit : (n, k) float
        exp(-(e / sigma)^2 / 2), with e the angle between the course and the nearest direction that
        leads into the disc; 1 inside it, 0 where the disc lies behind or too far.
    t_flight : (n, k) float
        To the centre of the disc at this ground speed, s; inf where the fit is 0.
    """
    n, k = len(r_ecef), len(discs)
    fit, t_flight = np.zeros((n, k)), np.full((n, k), math.inf)
    for i in range(n):
        r = (r_ecef[i, 0], r_ecef[i, 1], r_ecef[i, 2])
        lat, lon, _ = geodetic_from_ecef(r[0], r[1], r[2])
        basis = enu_basis(lat, lon)
        v_east = basis[0, 0] * v_ecef[i, 0] + basis[0, 1] * v_ecef[i, 1]
        v_north = basis[1, 0] * v_ecef[i, 0] + basis[1, 1] * v_ecef[i, 1]
        v_north += basis[1, 2] * v_ecef[i, 2]
        speed = math.sqrt(v_east * v_east + v_north * v_north)
        if not speed > 0.0:
            continue
        ground = ecef_from_geodetic(lat, lon, 0.0)
        for j in range(k):
            centre = ecef_from_geodetic(discs[j, 0], discs[j, 1], 0.0)
            east, north = offset_enu(basis, ground, centre)
            distance = math.sqrt(east * east + north * north)
            if distance > speed * t_reach:
                continue
            if distance <= discs[j, 2]:
                fit[i, j], t_flight[i, j] = 1.0, distance / speed
                continue
            along = (east * v_east + north * v_north) / (distance * speed)
            if along <= 0.0:
                continue
            off = math.acos(min(along, 1.0)) - math.asin(discs[j, 2] / distance)
            fit[i, j] = math.exp(-0.5 * (max(off, 0.0) / sigma) ** 2)
            t_flight[i, j] = distance / speed
    return fit, t_flight
