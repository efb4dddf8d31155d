"""Where a radar can look: range, sector, elevation and horizon, with bent rays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN, REFRACTION_EARTH_FACTOR
from opendome.kernels._jit import jit
from opendome.kernels.frames import altitude

Floats = NDArray[np.float64]

EFFECTIVE_RADIUS = REFRACTION_EARTH_FACTOR * EARTH_RADIUS_MEAN  # m
RAY_CURVATURE = (1.0 - 1.0 / REFRACTION_EARTH_FACTOR) / EARTH_RADIUS_MEAN  # 1/m
BENDING_TOP = 10e3  # m, rays are straight above; see `apparent_elevation`
ABOVE_ANY_HORIZON = 0.02  # rad, of apparent elevation; nothing so high is hidden by the Earth


class Field(NamedTuple):
    """Where a radar can look. Angles in rad, lengths in m."""

    r_ecef: Floats  # (3,) antenna
    basis: Floats  # (3, 3) R_enu_from_ecef of the site
    height: float  # of the antenna above the ellipsoid
    azimuth: float  # middle of the sector, clockwise from north
    half_sector: float
    min_elevation: float
    max_elevation: float
    max_range: float


@jit
def horizon_distance(height: float, target_height: float) -> float:
    """Ground distance, m, at which a target sinks below the radar horizon (4/3 Earth).

    Source: M. I. Skolnik, Introduction to Radar Systems (2001), eq. (8.15):
    d = sqrt(2 k a h1) + sqrt(2 k a h2), which is 4.12 (sqrt(h1) + sqrt(h2)) km, h in m.
    """
    twice = 2.0 * EFFECTIVE_RADIUS
    return math.sqrt(twice * max(height, 0.0)) + math.sqrt(twice * max(target_height, 0.0))


@jit
def apparent_elevation(elevation: float, distance: float, height: float) -> float:
    """Elevation at which the ray to a target leaves the antenna, rad.

    Parameters
    ----------
    elevation, distance : float
        True elevation (rad) and distance (m) of the target from the antenna.
    height : float
        Of the antenna, m.

    Notes
    -----
    The ray has the constant curvature of the 4/3 Earth model up to 10 km and is straight above, so
    that low targets obey the 4/3 Earth exactly and far, high ones are not bent too much (the plain
    4/3 Earth errs by degrees beyond the atmosphere). Bending to space is within 0.2 deg of Rec.
    ITU-R P.834, from 3 deg up within 0.08 deg. Antennas below 10 km only (the scenario refuses
    higher ones); they may look down.
    """
    apparent = elevation
    room = max(BENDING_TOP - height, 0.0)
    for _ in range(4):
        sine, square = math.sin(apparent), math.cos(apparent) ** 2 / EFFECTIVE_RADIUS + 1e-20
        length = (-sine + math.sqrt(sine * sine + 2.0 * room * square)) / square
        if length > distance:
            length = distance
        apparent = elevation + RAY_CURVATURE * length * (1.0 - 0.5 * length / distance)
    return apparent


@jit
def is_over_horizon(height: float, distance: float, elevation: float, target_height: float) -> bool:
    """Whether the Earth leaves the sight free; heights of antenna and target in m, apparent angle.

    A target in the bending air is judged by its distance over ground, one above it by its angle:
    each where it decides sharply.
    """
    if target_height <= BENDING_TOP:
        square = distance * distance - (target_height - height) ** 2
        product = (EARTH_RADIUS_MEAN + height) * (EARTH_RADIUS_MEAN + target_height)
        half = math.asin(min(math.sqrt(max(square, 0.0) / (4.0 * product)), 1.0))
        return 2.0 * EARTH_RADIUS_MEAN * half <= horizon_distance(height, target_height)
    return elevation >= -math.acos(EFFECTIVE_RADIUS / (EFFECTIVE_RADIUS + height))


@jit
def wrapped(angle: float) -> float:
    """Angle brought into [-pi, pi)."""
    return angle - 2.0 * math.pi * math.floor((angle + math.pi) / (2.0 * math.pi))


@jit
def seen_from(field: Field, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Distance (m), azimuth and apparent elevation (rad) of an Earth-fixed place."""
    dx, dy, dz = x - field.r_ecef[0], y - field.r_ecef[1], z - field.r_ecef[2]
    basis = field.basis
    east = basis[0, 0] * dx + basis[0, 1] * dy + basis[0, 2] * dz
    north = basis[1, 0] * dx + basis[1, 1] * dy + basis[1, 2] * dz
    up = basis[2, 0] * dx + basis[2, 1] * dy + basis[2, 2] * dz
    distance = math.sqrt(dx * dx + dy * dy + dz * dz)
    if distance == 0.0:
        return 0.0, 0.0, 0.5 * math.pi
    elevation = math.asin(min(max(up / distance, -1.0), 1.0))
    return distance, math.atan2(east, north), apparent_elevation(elevation, distance, field.height)


@jit
def is_in_field(field: Field, x: float, y: float, z: float) -> bool:
    """Whether an Earth-fixed place is in range, in the sector and above the horizon."""
    dx, dy, dz = x - field.r_ecef[0], y - field.r_ecef[1], z - field.r_ecef[2]
    if math.sqrt(dx * dx + dy * dy + dz * dz) > field.max_range:
        return False
    distance, azimuth, elevation = seen_from(field, x, y, z)
    if not field.min_elevation <= elevation <= field.max_elevation:
        return False
    if abs(wrapped(azimuth - field.azimuth)) > field.half_sector:
        return False
    return elevation > ABOVE_ANY_HORIZON or is_over_horizon(
        max(field.height, 0.0), distance, elevation, max(altitude(x, y, z), 0.0)
    )


@jit
def direction_in_field(field: Field, d0: float, d1: float) -> tuple[float, float, float]:
    """Direction uniform over a field of regard, from two uniform draws."""
    low, high = math.sin(field.min_elevation), math.sin(field.max_elevation)
    azimuth = field.azimuth + (2.0 * d0 - 1.0) * field.half_sector
    up = low + (high - low) * d1
    level = math.sqrt(max(1.0 - up * up, 0.0))
    east, north = level * math.sin(azimuth), level * math.cos(azimuth)
    basis = field.basis
    return (
        basis[0, 0] * east + basis[1, 0] * north + basis[2, 0] * up,
        basis[0, 1] * east + basis[1, 1] * north + basis[2, 1] * up,
        basis[0, 2] * east + basis[1, 2] * north + basis[2, 2] * up,
    )


@jit
def solid_angle(field: Field) -> float:
    """Solid angle of a field of regard, sr."""
    high, low = math.sin(field.max_elevation), math.sin(field.min_elevation)
    return 2.0 * field.half_sector * (high - low)


@jit
def may_be_in_field(field: Field, x: float, y: float, z: float, margin: float) -> bool:
    """Whether a place may be in the field of regard if it can be off by a margin in m."""
    dx, dy, dz = x - field.r_ecef[0], y - field.r_ecef[1], z - field.r_ecef[2]
    if dx * dx + dy * dy + dz * dz > (field.max_range + margin) ** 2:
        return False
    distance, azimuth, elevation = seen_from(field, x, y, z)
    angle = margin / (distance + 1.0)
    if elevation + angle < field.min_elevation:
        return False
    turn = abs(wrapped(azimuth - field.azimuth)) - field.half_sector
    return turn * math.cos(elevation) <= angle


class Fields(NamedTuple):
    """Fields of n radars as arrays; what is none of a radar has a range of NaN."""

    r_ecef: Floats  # (n, 3)
    basis: Floats  # (n, 3, 3)
    numbers: Floats  # (n, 6) the rest of `Field`, in its order


def stacked(fields: Sequence[Field | None]) -> Fields:
    """Fields of several radars; None where there is no radar."""
    n = len(fields)
    stack = Fields(np.full((n, 3), np.nan), np.full((n, 3, 3), np.nan), np.full((n, 6), np.nan))
    for i, field in enumerate(fields):
        if field is not None:
            stack.r_ecef[i], stack.basis[i], stack.numbers[i] = field[0], field[1], field[2:]
    return stack


@jit
def one_of(fields: Fields, i: int) -> Field:
    """The i-th of several fields."""
    n = fields.numbers[i]
    return Field(fields.r_ecef[i], fields.basis[i], n[0], n[1], n[2], n[3], n[4], n[5])
