"""Geodetic, Earth-fixed (ECEF) and inertial (ECI) coordinates on WGS-84.

ECI equals ECEF at t = 0 and is turned by EARTH_OMEGA t about z; no precession, no polar motion.
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
)
from opendome.kernels._jit import jit

Array = NDArray[np.float64]

SECOND_ECCENTRICITY_SQUARED = EARTH_ECCENTRICITY_SQUARED / (1.0 - EARTH_ECCENTRICITY_SQUARED)


@jit
def ecef_from_geodetic(lat: float, lon: float, alt: float) -> tuple[float, float, float]:
    """Earth-fixed place (x, y, z) of a geodetic one."""
    sin_lat, cos_lat = math.sin(lat), math.cos(lat)
    normal = EARTH_RADIUS_EQUATOR / math.sqrt(1.0 - EARTH_ECCENTRICITY_SQUARED * sin_lat * sin_lat)
    across = (normal + alt) * cos_lat
    up = (normal * (1.0 - EARTH_ECCENTRICITY_SQUARED) + alt) * sin_lat
    return across * math.cos(lon), across * math.sin(lon), up


@jit
def geodetic_from_ecef(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Geodetic (lat, lon, alt) of an Earth-fixed place.

    Notes
    -----
    Better than 1 um from the surface to beyond geostationary height; not for the inner 100 km of
    the Earth. Source: B. R. Bowring, "Transformation from spatial to geographical coordinates",
    Survey Review 23 (1976), applied twice; height from the form that holds at the poles too.
    """
    across = math.sqrt(x * x + y * y)
    tan_reduced_up, tan_reduced_across = z * EARTH_RADIUS_EQUATOR, across * EARTH_RADIUS_POLE
    up, out = z, across
    for _ in range(2):
        norm = math.sqrt(tan_reduced_up * tan_reduced_up + tan_reduced_across * tan_reduced_across)
        sin_reduced, cos_reduced = tan_reduced_up / norm, tan_reduced_across / norm
        up = z + SECOND_ECCENTRICITY_SQUARED * EARTH_RADIUS_POLE * sin_reduced**3
        out = across - EARTH_ECCENTRICITY_SQUARED * EARTH_RADIUS_EQUATOR * cos_reduced**3
        tan_reduced_up, tan_reduced_across = up * EARTH_RADIUS_POLE, out * EARTH_RADIUS_EQUATOR
    norm = math.sqrt(up * up + out * out)
    sin_lat, cos_lat = up / norm, out / norm
    surface = EARTH_RADIUS_EQUATOR * math.sqrt(1.0 - EARTH_ECCENTRICITY_SQUARED * sin_lat * sin_lat)
    alt = across * cos_lat + z * sin_lat - surface
    return math.atan2(up, out), math.atan2(y, x), alt


@jit
def altitude(x: float, y: float, z: float) -> float:
    """Geodetic height alone, m; x and y may be inertial, as the ellipsoid is round about z."""
    return geodetic_from_ecef(x, y, z)[2]


@jit
def ecefs_from_geodetics(lat: Array, lon: Array, alt: Array) -> Array:
    """Earth-fixed places (n, 3) of n geodetic ones."""
    r_ecef = np.empty((len(lat), 3))
    for i in range(len(lat)):
        r_ecef[i, 0], r_ecef[i, 1], r_ecef[i, 2] = ecef_from_geodetic(lat[i], lon[i], alt[i])
    return r_ecef


@jit
def geodetics_from_ecefs(r_ecef: Array) -> Array:
    """Geodetic [lat, lon, alt] rows (n, 3) of n Earth-fixed places."""
    rows = np.empty((len(r_ecef), 3))
    for i in range(len(r_ecef)):
        place = geodetic_from_ecef(r_ecef[i, 0], r_ecef[i, 1], r_ecef[i, 2])
        rows[i, 0], rows[i, 1], rows[i, 2] = place
    return rows


@jit
def enu_basis(lat: float, lon: float) -> Array:
    """R_enu_from_ecef (3, 3): rows are the east, north and up axes of a place, in ECEF."""
    sin_lat, cos_lat = math.sin(lat), math.cos(lat)
    sin_lon, cos_lon = math.sin(lon), math.cos(lon)
    basis = np.empty((3, 3))
    basis[0, 0], basis[0, 1], basis[0, 2] = -sin_lon, cos_lon, 0.0
    basis[1, 0], basis[1, 1], basis[1, 2] = -sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat
    basis[2, 0], basis[2, 1], basis[2, 2] = cos_lat * cos_lon, cos_lat * sin_lon, sin_lat
    return basis


@jit
def turned(x: float, y: float, angle: float) -> tuple[float, float]:
    """Components (x, y) turned about z by an angle, rad."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return x * cosine - y * sine, x * sine + y * cosine


@jit
def ecis_from_ecefs(r_ecef: Array, v_ecef: Array, t: Array) -> tuple[Array, Array]:
    """Inertial (r, v), each (n, 3), of Earth-fixed states, each row at its own time t (n,)."""
    r_eci, v_eci = np.empty(r_ecef.shape), np.empty(r_ecef.shape)
    for i in range(len(r_ecef)):
        angle = EARTH_OMEGA * t[i]
        x, y = turned(r_ecef[i, 0], r_ecef[i, 1], angle)
        vx, vy = turned(v_ecef[i, 0], v_ecef[i, 1], angle)
        r_eci[i, 0], r_eci[i, 1], r_eci[i, 2] = x, y, r_ecef[i, 2]
        v_eci[i, 0], v_eci[i, 1] = vx - EARTH_OMEGA * y, vy + EARTH_OMEGA * x
        v_eci[i, 2] = v_ecef[i, 2]
    return r_eci, v_eci


@jit
def ecefs_from_ecis(r_eci: Array, v_eci: Array, t: Array) -> tuple[Array, Array]:
    """Earth-fixed (r, v), each (n, 3), of inertial states, each row at its own time t (n,)."""
    r_ecef, v_ecef = np.empty(r_eci.shape), np.empty(r_eci.shape)
    for i in range(len(r_eci)):
        angle = -EARTH_OMEGA * t[i]
        x, y = turned(r_eci[i, 0], r_eci[i, 1], angle)
        vx = v_eci[i, 0] + EARTH_OMEGA * r_eci[i, 1]
        vy = v_eci[i, 1] - EARTH_OMEGA * r_eci[i, 0]
        r_ecef[i, 0], r_ecef[i, 1], r_ecef[i, 2] = x, y, r_eci[i, 2]
        v_ecef[i, 0], v_ecef[i, 1] = turned(vx, vy, angle)
        v_ecef[i, 2] = v_eci[i, 2]
    return r_ecef, v_ecef


@jit
def eci_from_ecef(r_ecef: Array, v_ecef: Array, t: float) -> tuple[Array, Array]:
    """Inertial (r, v), each (n, 3), of Earth-fixed states that all hold at one time t."""
    return ecis_from_ecefs(r_ecef, v_ecef, np.full(len(r_ecef), t))


@jit
def ecef_from_eci(r_eci: Array, v_eci: Array, t: float) -> tuple[Array, Array]:
    """Earth-fixed (r, v), each (n, 3), of inertial states that all hold at one time t."""
    return ecefs_from_ecis(r_eci, v_eci, np.full(len(r_eci), t))


@jit
def geocentric_height(x: float, y: float, z: float) -> float:
    """Height over the ellipsoid along the line to the Earth's centre; x and y may be inertial.

    Notes
    -----
    Above the geodetic altitude by less than 0.6 m at 100 km and 6 m at 1,000 km, equal at the
    ground: for forces and ground crossings, where it costs a fifth of `altitude`.
    """
    across = x * x + y * y
    square = across + z * z
    r = math.sqrt(square)
    return r - EARTH_RADIUS_POLE / math.sqrt(1.0 - EARTH_ECCENTRICITY_SQUARED * across / square)
