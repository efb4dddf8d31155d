"""Cubature Kalman filter: means and covariances carried by a few points instead of derivatives.

States as in `motion`, looks as in `kalman`. Source: I. Arasaratnam, S. Haykin, "Cubature Kalman
filters", IEEE Trans. AC 54 (2009): 2 n points of equal weight, at the root of n standard deviations
along each column of a Cholesky factor.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.follow import Bounds, Temper, clip_last, n_components, stirred
from opendome.kernels.kalman import (
    Desk,
    Expected,
    Limits,
    add_scaled,
    factor,
    forward_square,
    innovation,
    joseph,
    look_error,
    new_desk,
    solve_gain,
    span,
)
from opendome.kernels.looks import Looks, tangents
from opendome.kernels.motion import MAX_STEPS, Noise, add_noise, rk4_step, step_length
from opendome.kernels.rows import Beliefs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

N = 7


class Points(NamedTuple):
    """Work space."""

    root: Floats  # (7, 7) lower Cholesky factor
    at: Floats  # (14, 7) the points
    seen: Floats  # (14, 4) what a sensor sees of each
    stages: Floats  # (2, 7) of a step


@jit
def new_points() -> Points:
    """Work space, nothing in it yet."""
    return Points(np.zeros((N, N)), np.zeros((2 * N, N)), np.zeros((2 * N, 4)), np.zeros((2, N)))


@jit
def draw_points(s: Floats, p: Floats, points: Points) -> None:
    """Points of a mean (7,) and covariance (7, 7); none along what has no variance left."""
    root = points.root
    for j in range(N):
        for i in range(j, N):
            total = p[i, j]
            for k in range(j):
                total -= root[i, k] * root[j, k]
            if i == j:
                root[j, j] = math.sqrt(max(total, 0.0))
            else:
                root[i, j] = total / root[j, j] if root[j, j] > 0.0 else 0.0
        for i in range(j):
            root[i, j] = 0.0
        for i in range(N):
            reach = math.sqrt(float(N)) * root[i, j]
            points.at[j, i], points.at[N + j, i] = s[i] + reach, s[i] - reach


@jit
def gather_points(s: Floats, p: Floats, points: Points) -> None:
    """Mean and covariance of points, put into s and p."""
    at = points.at
    for i in range(N):
        s[i] = 0.0
        for m in range(2 * N):
            s[i] += at[m, i] / (2 * N)
    for i in range(N):
        for j in range(i + 1):
            total = 0.0
            for m in range(2 * N):
                total += (at[m, i] - s[i]) * (at[m, j] - s[j])
            p[i, j] = p[j, i] = total / (2 * N)


@jit
def carry_points(
    s: Floats, p: Floats, left: float, is_boosting: bool, density: float, noise: Noise,
    points: Points,
) -> None:  # fmt: skip
    """Advance mean and covariance of one row in place by so many seconds.

    ``density``: acceleration noise on top of the model's own, m^2/s^3.
    """
    for _ in range(MAX_STEPS):
        if left == 0.0:
            break
        longest, is_air = step_length(s, is_boosting)
        h = left if abs(left) <= longest else math.copysign(longest, left)
        draw_points(s, p, points)
        for m in range(2 * N):
            rk4_step(points.at[m], is_boosting, h, points.stages)
        gather_points(s, p, points)
        own, last = noise.vacuum, 0.0
        if is_boosting:
            own, last = noise.boost, noise.thrust
        elif is_air:
            own, last = noise.air, noise.log_beta
        add_noise(p, h, own + density, last)
        left -= h


@jit
def predict_cubature(
    t: Floats, x: Floats, cov: Floats, is_boosting: NDArray[np.bool_], agility: Floats,
    t_to: float, noise: Noise,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Mean and covariance of rows at one time: as `motion.predict_many`, by points.

    Returns
    -------
    x_to, cov_to : (n, 7), (n, 7, 7) float
    """
    x_to, cov_to = x.copy(), cov.copy()
    points = new_points()
    for i in range(len(t)):
        left = t_to - t[i]
        carry_points(x_to[i], cov_to[i], left, is_boosting[i], agility[i], noise, points)
    return x_to, cov_to


@jit
def expect_points(r: Floats, points: Points, out: Expected, row: int) -> None:
    """What a sensor at r (3,) should see of a row whose points are drawn, put into ``out``.

    Angles are about the mean line of sight, so that their mean is zero. The slope is that of
    the best straight line through the points; the covariance is that of what they show.
    """
    at, seen, n = points.at, points.seen, 2 * N
    axis = np.zeros(3)
    for m in range(n):
        away = (at[m, 0] - r[0], at[m, 1] - r[1], at[m, 2] - r[2])
        seen[m, 0] = math.sqrt(away[0] ** 2 + away[1] ** 2 + away[2] ** 2)
        for i in range(3):
            axis[i] += away[i] / seen[m, 0]
    axis /= math.sqrt(axis[0] ** 2 + axis[1] ** 2 + axis[2] ** 2)
    across = tangents(axis[0], axis[1], axis[2])
    for i in range(3):
        out.basis[row, 0, i] = axis[i]
        out.basis[row, 1, i], out.basis[row, 2, i] = across[i], across[3 + i]
    for m in range(n):
        seen[m, 1] = seen[m, 2] = seen[m, 3] = 0.0
        for i in range(3):
            u = (at[m, i] - r[i]) / seen[m, 0]
            seen[m, 1] += across[i] * u
            seen[m, 2] += across[3 + i] * u
            seen[m, 3] += at[m, 3 + i] * u
    mean = np.zeros(4)
    for c in range(4):
        for m in range(n):
            mean[c] += seen[m, c] / n
        for k in range(c + 1):
            total = 0.0
            for m in range(n):
                total += (seen[m, c] - mean[c]) * (seen[m, k] - mean[k])
            out.cov[row, c, k] = out.cov[row, k, c] = total / n
        draw_slope(points, c, out.slope[row, c])
    out.distance[row], out.rate[row] = mean[0], mean[3]
    for k in range(3):
        out.curve[row, k] = 0.0


@jit
def draw_slope(points: Points, c: int, slope: Floats) -> None:
    """Slope (7,) of one component of what is seen: covariance^-1 times that with the state."""
    root, seen = points.root, points.seen
    for j in range(N - 1, -1, -1):
        total = (seen[j, c] - seen[N + j, c]) / (2.0 * math.sqrt(float(N)))
        for i in range(j + 1, N):
            total -= root[i, j] * slope[i]
        slope[j] = total / root[j, j] if root[j, j] > 0.0 else 0.0


@jit
def expect_cubature(x: Floats, cov: Floats, r_sensor: Floats) -> Expected:
    """Expected looks of rows, all at the time of the look; as `kalman.expect_many`, by points.

    Parameters
    ----------
    x, cov : (n, 7), (n, 7, 7) float
    r_sensor : (3,) float, ECEF
    """
    n = len(x)
    out = Expected(
        np.empty(n), np.empty(n), np.empty((n, 3, 3)), np.empty((n, 4, N)), np.empty((n, 4, 4)),
        np.empty((n, 3)), r_sensor,
    )  # fmt: skip
    points = new_points()
    for row in range(n):
        draw_points(x[row], cov[row], points)
        expect_points(r_sensor, points, out, row)
    return out


@jit
def widen_error(p: Floats, expected: Expected, row: int, error: Floats) -> None:
    """Add, in place, what of the expected covariance (4, 4) the slope does not explain."""
    slope = expected.slope[row]
    for c in range(4):
        for d in range(4):
            error[c, d] += expected.cov[row, c, d]
            for k in range(N):
                for m in range(N):
                    error[c, d] -= slope[c, k] * p[k, m] * slope[d, m]


@jit
def update_cubature(
    s: Floats, p: Floats, expected: Expected, looks: Looks, pair: tuple[int, int],
    surprise: Limits, desk: Desk,
) -> float:  # fmt: skip
    """Update one state and covariance in place by one look; gives the squared distance.

    ``pair``: row of ``expected`` and look. ``surprise`` as in `kalman.update_pair`.
    """
    j, i = pair
    z, cov, error = desk.innovation, desk.cov, desk.error
    first, last = span(looks, i)
    look_error(expected, j, looks, i, error)
    add_scaled(error, 1.0, expected.cov[j], cov)
    innovation(expected, j, looks, i, z)
    factor(cov, first, last)
    distance2 = forward_square(cov, z, first, last)
    excess = distance2 / (last - first)
    if excess > surprise[last - first - 1]:
        p *= excess
        expected.cov[j] *= excess
    innovation(expected, j, looks, i, z)
    add_scaled(error, 1.0, expected.cov[j], cov)
    factor(cov, first, last)
    solve_gain(p, expected.slope[j], cov, (first, last), 7, desk.gain)
    for a in range(N):
        for b in range(first, last):
            s[a] += desk.gain[a, b] * z[b]
    widen_error(p, expected, j, error)
    joseph(p, desk.gain, expected.slope[j], error, 7, desk.product)
    return distance2


@jit
def update_by_points(
    b: Beliefs, expected: Expected, looks: Looks, row: Ints, look: Ints,
    manner: tuple[Temper, Bounds],
) -> None:  # fmt: skip
    """Update rows, each by one look, in place; ``row``, ``look``: the pairs, no row twice."""
    temper, bounds = manner
    desk = new_desk()
    for m in range(len(row)):
        j, i = row[m], look[m]
        s, p = b.x[j], b.cov[j]
        distance2 = update_cubature(s, p, expected, looks, (j, i), temper.surprise, desk)
        n = n_components(looks, i)
        b.agility[j] = stirred(b.agility[j], (distance2 / n, n), s, False, temper)
        clip_last(s, p, b.is_boosting[j], bounds)
