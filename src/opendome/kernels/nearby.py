"""Which rows of a picture a radar may see, from a few numbers of each: asked at every scan."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.field import RAY_CURVATURE, Field, may_be_in_field
from opendome.kernels.rows import Rows
from opendome.kernels.views import MARGIN_ACCELERATION, MARGIN_SIGMAS, MAX_LATE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ROUNDING = 1e-9  # rad


class Lines(NamedTuple):
    """The straight line of each of n rows, and how unsure it is; what `may_be_seen` needs."""

    place: Ints  # of its run in the batch
    numbers: Floats  # (n, 9) t, place and velocity (ECEF), variances of both, summed over axes


@jit
def note_line(rows: Rows, i: int, lines: Lines) -> None:
    """Write the line of row i."""
    cov, line = rows.cov[i], lines.numbers[i]
    line[0] = rows.t[i]
    for a in range(6):
        line[1 + a] = rows.x[i, a]
    line[7] = cov[0, 0] + cov[1, 1] + cov[2, 2]
    line[8] = cov[3, 3] + cov[4, 4] + cov[5, 5]


@jit
def lines_of(rows: Rows, runs: Ints) -> Lines:
    """Lines of all rows; ``runs`` of the batch, ascending."""
    n = len(rows.run)
    lines = Lines(np.empty(n, np.int64), np.empty((n, 9)))
    place = 0
    for i in range(n):
        while runs[place] < rows.run[i]:
            place += 1
        lines.place[i] = place
        note_line(rows, i, lines)
    return lines


@jit
def is_below(field: Field, least_sine: float, away: Floats, margin: float) -> bool:
    """Cheap test: whether a place is surely too low for a radar, with a margin as it may be off.

    Parameters
    ----------
    least_sine : float
        Sine of the lowest elevation of the field.
    away : (3,) float
        From the antenna, ECEF.

    Notes
    -----
    A ray is bent by half its curvature times its length at most, and a sine grows no faster than
    its angle.
    """
    dx, dy, dz = away[0], away[1], away[2]
    basis = field.basis
    up = basis[2, 0] * dx + basis[2, 1] * dy + basis[2, 2] * dz
    distance = math.sqrt(dx * dx + dy * dy + dz * dz)
    slack = 0.5 * RAY_CURVATURE * distance + margin / (distance + 1.0) + ROUNDING
    return bool(up + distance * slack < distance * least_sine)


@jit
def lines_near(field: Field, lines: Lines, is_heard: Bools, t: float) -> Ints:
    """Rows (m,) that a radar may see at t: as `rows_near` finds them, sooner."""
    near = np.empty(len(lines.place), np.int64)
    away = np.empty(3)
    least_sine = math.sin(field.min_elevation)
    n = 0
    for i in range(len(lines.place)):
        line = lines.numbers[i]
        dt = t - line[0]
        if not is_heard[lines.place[i]] or not dt >= -MAX_LATE:
            continue
        margin = MARGIN_SIGMAS * math.sqrt(line[7] + line[8] * dt * dt)
        margin += MARGIN_ACCELERATION * dt * dt
        x, y, z = line[1] + line[4] * dt, line[2] + line[5] * dt, line[3] + line[6] * dt
        away[0], away[1], away[2] = x - field.r_ecef[0], y - field.r_ecef[1], z - field.r_ecef[2]
        square = away[0] * away[0] + away[1] * away[1] + away[2] * away[2]
        if square > (field.max_range + margin) ** 2 or is_below(field, least_sine, away, margin):
            continue
        if may_be_in_field(field, x, y, z, margin):
            near[n] = i
            n += 1
    return near[:n]
