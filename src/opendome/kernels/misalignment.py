"""What a constant misalignment of a sensor does to its looks, and how looks change with it.

Three numbers b. Of a radar: what it adds to the distance (m), to the azimuth and to the elevation
(rad). Of a satellite: a small rotation of its lines of sight about the three axes of ECEF (rad).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.frames import enu_basis, geodetic_from_ecef
from opendome.kernels.vectors import Vector, cross, dot, norm, plus, put, row, times

Floats = NDArray[np.float64]

LEAST_LEVEL = 1e-6  # cosine of the elevation: at the zenith an azimuth means nothing


class Mount(NamedTuple):
    """How a sensor stands."""

    is_radar: bool
    axes: Floats  # (3, 3) ECEF, rows east, north, up at a radar; of a satellite unused


def radar_mount(r_ecef: Floats) -> Mount:
    """Of a radar at a place (3,)."""
    lat, lon, _ = geodetic_from_ecef(r_ecef[0], r_ecef[1], r_ecef[2])
    return Mount(True, enu_basis(lat, lon))


SATELLITE = Mount(False, np.eye(3))


@jit
def turned_line(mount: Mount, u: Vector, b: Vector) -> Vector:
    """Line of sight (unit vector) that a sensor misaligned by b reports of one along u."""
    if not mount.is_radar:
        once = cross(b, u)
        turned = plus(plus(u, 1.0, once), 0.5, cross(b, once))
        return times(1.0 / norm(turned), turned)
    east, north, up = row(mount.axes, 0), row(mount.axes, 1), row(mount.axes, 2)
    x, y, z = dot(u, east), dot(u, north), dot(u, up)
    azimuth = math.atan2(x, y) + b[1]
    elevation = math.atan2(z, math.sqrt(x * x + y * y)) + b[2]
    level = math.cos(elevation)
    found = times(level * math.sin(azimuth), east)
    found = plus(found, level * math.cos(azimuth), north)
    return plus(found, math.sin(elevation), up)


@jit
def misaligned(
    mount: Mount, u_los: Floats, distance: Floats, b: Floats, sign: float
) -> tuple[Floats, Floats]:
    """Lines of sight (n, 3) and distances (n,) as misaligned sensors report them.

    Parameters
    ----------
    u_los, distance : (n, 3), (n,) float
        ECEF unit vectors; m, NaN where it is not measured.
    b : (n, 3) float
        Of each look.
    sign : float
        1 to put a misalignment in, -1 to take it out (to second order in it).
    """
    lines, far = np.empty_like(u_los), distance.copy()
    for i in range(len(u_los)):
        put(lines, i, turned_line(mount, row(u_los, i), times(sign, row(b, i))))
        if mount.is_radar:
            far[i] += sign * b[i, 0]
    return lines, far


@jit
def line_slopes(mount: Mount, u: Vector, out: Floats) -> None:
    """Derivatives of a reported line of sight by b, rows of ``out`` (3, 3)."""
    for k in range(3):
        if not mount.is_radar:
            axis = (1.0 if k == 0 else 0.0, 1.0 if k == 1 else 0.0, 1.0 if k == 2 else 0.0)
            put(out, k, cross(axis, u))
    if mount.is_radar:
        up = row(mount.axes, 2)
        sine = dot(u, up)
        level = max(math.sqrt(max(1.0 - sine * sine, 0.0)), LEAST_LEVEL)
        put(out, 0, (0.0, 0.0, 0.0))
        put(out, 1, cross(u, up))
        put(out, 2, times(1.0 / level, plus(up, -sine, u)))


@jit
def look_slopes(mount: Mount, basis: Floats, out: Floats, work: Floats) -> None:
    """Derivatives of the components of a look (as in `kalman`) by b, put into ``out`` (4, 3).

    Parameters
    ----------
    basis : (3, 3) float
        Line of sight and its two tangents, ECEF.
    work : (3, 3) float
        Overwritten.
    """
    line_slopes(mount, row(basis, 0), work)
    for k in range(3):
        turn = row(work, k)
        out[0, k] = 1.0 if mount.is_radar and k == 0 else 0.0
        out[1, k] = dot(row(basis, 1), turn)
        out[2, k] = dot(row(basis, 2), turn)
        out[3, k] = 0.0
