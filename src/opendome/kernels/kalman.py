"""Extended Kalman filter of tracks in ECEF: expected looks, gates and update.

A look has up to four components, always in this order: distance, two angles about the expected
line of sight, distance rate. An infrared look has the two angles only. States as in `motion`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.looks import Looks, tangents
from opendome.kernels.rows import N_STATES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Limits = tuple[float, float, float, float]  # for looks with one, two, three and four components


# What is left out beyond first order is nearly the same in many looks, and each takes it for fresh.
PERSISTENT = 10.0


class Expected(NamedTuple):
    """What a sensor at one place should see of n rows."""

    distance: Floats  # (n,) m, with its second-order bias
    rate: Floats  # (n,) m/s, with its second-order bias
    basis: Floats  # (n, 3, 3): line of sight and its two tangents, ECEF
    slope: Floats  # (n, 4, 7): derivatives of the four components by the state
    cov: Floats  # (n, 4, 4): of the components to first order, look errors not included
    curve: Floats  # (n, 3): second-order additions to cov at [0, 0], [0, 3] and [3, 3]
    r_sensor: Floats  # (3,) ECEF


@jit
def expect_row(s: Floats, p: Floats, r: Floats, out: Expected, row: int) -> None:
    """One row of `expect_many`."""
    dx, dy, dz = s[0] - r[0], s[1] - r[1], s[2] - r[2]
    distance = math.sqrt(dx * dx + dy * dy + dz * dz)
    basis, slope, cov = out.basis[row], out.slope[row], out.cov[row]
    basis[0, 0], basis[0, 1], basis[0, 2] = dx / distance, dy / distance, dz / distance
    axes = tangents(basis[0, 0], basis[0, 1], basis[0, 2])
    for j in range(3):
        basis[1, j], basis[2, j] = axes[j], axes[3 + j]
    rate = 0.0
    for j in range(3):
        rate += basis[0, j] * s[3 + j]
    for i in range(4):
        for j in range(7):
            slope[i, j] = 0.0
    for j in range(3):
        slope[0, j] = basis[0, j]
        slope[1, j] = basis[1, j] / distance
        slope[2, j] = basis[2, j] / distance
        slope[3, j] = (s[3 + j] - rate * basis[0, j]) / distance
        slope[3, 3 + j] = basis[0, j]
    for i in range(4):
        for j in range(i + 1):
            total = 0.0
            for k in range(6):
                for m in range(6):
                    total += slope[i, k] * p[k, m] * slope[j, m]
            cov[i, j] = total
            cov[j, i] = total
    bend_distance(p, distance, rate, out, row)


@jit
def bend_distance(p: Floats, distance: float, rate: float, out: Expected, row: int) -> None:
    """Second-order terms of distance and distance rate: wide rows at long range are curved.

    Source: Y. Bar-Shalom, X. R. Li, T. Kirubarajan, Estimation with Applications to Tracking and
    Navigation (2001), section 10.3.2 (second-order extended Kalman filter): half the trace of
    Hessian times covariance shifts the mean, half the trace of its square widens it.
    """
    basis, curve = out.basis[row], out.curve[row]
    rr, rv, vv = np.zeros((2, 2)), np.zeros((2, 2)), np.zeros((2, 2))
    for i in range(2):
        for j in range(2):
            for k in range(3):
                for m in range(3):
                    weight = basis[1 + i, k] * basis[1 + j, m]
                    rr[i, j] += weight * p[k, m]
                    rv[i, j] += weight * p[k, 3 + m]
                    vv[i, j] += weight * p[3 + k, 3 + m]
    square = distance * distance
    curve[0] = curve[1] = curve[2] = 0.0
    square /= PERSISTENT
    for i in range(2):
        for j in range(2):
            curve[0] += 0.5 * rr[i, j] * rr[i, j] / square
            curve[1] += rr[i, j] * rv[i, j] / square
            curve[2] += (rv[i, j] * rv[j, i] + rr[i, j] * vv[i, j]) / square
    out.distance[row] = distance + 0.5 * (rr[0, 0] + rr[1, 1]) / distance
    out.rate[row] = rate + (rv[0, 0] + rv[1, 1]) / distance


@jit
def expect_many(x: Floats, cov: Floats, r_sensor: Floats) -> Expected:
    """Expected looks of rows, all at the time of the look.

    Parameters
    ----------
    x, cov : (n, 7), (n, 7, 7) float
    r_sensor : (3,) float, ECEF
    """
    n = len(x)
    out = Expected(
        np.empty(n),
        np.empty(n),
        np.empty((n, 3, 3)),
        np.empty((n, 4, 7)),
        np.empty((n, 4, 4)),
        np.empty((n, 3)),
        r_sensor,
    )
    for row in range(n):
        expect_row(x[row], cov[row], r_sensor, out, row)
    return out


@jit
def span(looks: Looks, i: int) -> tuple[int, int]:
    """First and one past the last component that a look has."""
    if math.isnan(looks.distance[i]):
        return 1, 3
    return 0, 3 if math.isnan(looks.rate[i]) else 4


@jit
def innovation(expected: Expected, row: int, looks: Looks, i: int, z: Floats) -> None:
    """Innovation (4,) of one row and one look, put into z."""
    basis, u = expected.basis[row], looks.u_los[i]
    z[0] = looks.distance[i] - expected.distance[row]
    z[1] = basis[1, 0] * u[0] + basis[1, 1] * u[1] + basis[1, 2] * u[2]
    z[2] = basis[2, 0] * u[0] + basis[2, 1] * u[1] + basis[2, 2] * u[2]
    z[3] = looks.rate[i] - expected.rate[row]


@jit
def look_error(expected: Expected, row: int, looks: Looks, i: int, error: Floats) -> None:
    """Covariance (4, 4) of the errors of one look, with curvature, put into ``error``."""
    for j in range(4):
        for k in range(4):
            error[j, k] = 0.0
    first, last = span(looks, i)
    error[1, 1] = looks.sigma_angle[i] ** 2
    error[2, 2] = looks.sigma_angle[i] ** 2
    if first == 0:
        error[0, 0] = looks.sigma_distance[i] ** 2 + expected.curve[row, 0]
    if last == 4:
        error[3, 3] = looks.sigma_rate[i] ** 2 + expected.curve[row, 2]
        error[0, 3] = expected.curve[row, 1]
        error[3, 0] = expected.curve[row, 1]


@jit
def add_scaled(a: Floats, scale: float, b: Floats, out: Floats) -> None:
    """a + scale b, (4, 4), put into ``out``."""
    for j in range(4):
        for k in range(4):
            out[j, k] = a[j, k] + scale * b[j, k]


@jit
def factor(s: Floats, first: int, last: int) -> float:
    """Cholesky factor of s[first:last, first:last] in place (lower); gives log of determinant."""
    log_det = 0.0
    for j in range(first, last):
        for k in range(first, j):
            s[j, j] -= s[j, k] * s[j, k]
        if not s[j, j] > 0.0:
            return np.nan
        log_det += math.log(s[j, j])
        s[j, j] = math.sqrt(s[j, j])
        for i in range(j + 1, last):
            for k in range(first, j):
                s[i, j] -= s[i, k] * s[j, k]
            s[i, j] /= s[j, j]
    return log_det


@jit
def forward_square(s: Floats, z: Floats, first: int, last: int) -> float:
    """z^T S^-1 z from the factor; z becomes L^-1 z."""
    total = 0.0
    for i in range(first, last):
        for k in range(first, i):
            z[i] -= s[i, k] * z[k]
        z[i] /= s[i, i]
        total += z[i] * z[i]
    return total


@jit
def joseph(p: Floats, gain: Floats, slope: Floats, r: Floats, n: int, work: Floats) -> None:
    """Covariance (I - K H) P (I - K H)^T + K R K^T, in place and symmetric.

    p is (n, n), gain (n, 4), slope (4, 7), r (4, 4), all at least; of components that a look lacks
    the gain is 0, of states beyond the first seven the slope.
    """
    keep, product = work[:N_STATES], work[N_STATES:]
    for i in range(n):
        for j in range(7):
            total = 1.0 if i == j else 0.0
            for k in range(4):
                total -= gain[i, k] * slope[k, j]
            keep[i, j] = total
    for i in range(n):
        for j in range(n):
            total = p[i, j] if i >= 7 else 0.0
            for k in range(7):
                total += keep[i, k] * p[k, j]
            product[i, j] = total
    for i in range(n):
        for j in range(i + 1):
            total = product[i, j] if j >= 7 else 0.0
            for k in range(7):
                total += product[i, k] * keep[j, k]
            for k in range(4):
                for m in range(4):
                    total += gain[i, k] * r[k, m] * gain[j, m]
            p[i, j] = total
            p[j, i] = total


@jit
def solve_gain(
    p: Floats, slope: Floats, s: Floats, bounds: tuple[int, int], n: int, gain: Floats
) -> None:
    """Gain P H^T S^-1 (n, 4) from the Cholesky factor of S; 0 outside the components in bounds."""
    first, last = bounds
    for a in range(n):
        for b in range(4):
            gain[a, b] = 0.0
        for b in range(first, last):
            for k in range(7):
                gain[a, b] += p[a, k] * slope[b, k]
            for k in range(first, b):
                gain[a, b] -= gain[a, k] * s[b, k]
            gain[a, b] /= s[b, b]
        for b in range(last - 1, first - 1, -1):
            for k in range(b + 1, last):
                gain[a, b] -= gain[a, k] * s[k, b]
            gain[a, b] /= s[b, b]


class Desk(NamedTuple):
    """Work space of one update."""

    innovation: Floats  # (4,)
    cov: Floats  # (4, 4)
    error: Floats  # (4, 4)
    gain: Floats  # (N_STATES, 4)
    product: Floats  # (2 N_STATES, N_STATES)


@jit
def new_desk() -> Desk:
    """Work space, nothing in it yet."""
    return Desk(
        np.empty(4),
        np.empty((4, 4)),
        np.empty((4, 4)),
        np.empty((N_STATES, 4)),
        np.empty((2 * N_STATES, N_STATES)),
    )


@jit
def update_pair(
    s: Floats,
    p: Floats,
    expected: Expected,
    looks: Looks,
    pair: tuple[int, int, int],
    surprise: Limits,
    desk: Desk,
) -> float:
    """Update one state (n,) and its covariance in place by one look; gives the squared distance.

    Of the states a look shows the first six at most. ``pair``: row of ``expected``, look, and how
    many states there are; arrays may be larger. ``surprise`` as in `update_pairs`.
    """
    j, i, n = pair
    z, cov, error, slope = desk.innovation, desk.cov, desk.error, expected.slope[j]
    first, last = span(looks, i)
    look_error(expected, j, looks, i, error)
    add_scaled(error, 1.0, expected.cov[j], cov)
    innovation(expected, j, looks, i, z)
    factor(cov, first, last)
    distance2 = forward_square(cov, z, first, last)
    excess = distance2 / (last - first)
    widening = excess if excess > surprise[last - first - 1] else 1.0
    if widening > 1.0:
        for a in range(n):
            for b in range(n):
                p[a, b] *= widening
    innovation(expected, j, looks, i, z)
    add_scaled(error, widening, expected.cov[j], cov)
    factor(cov, first, last)
    solve_gain(p, slope, cov, (first, last), n, desk.gain)
    for a in range(n):
        for b in range(first, last):
            s[a] += desk.gain[a, b] * z[b]
    joseph(p, desk.gain, slope, error, n, desk.product)
    return distance2


@jit
def update_pairs(
    x: Floats,
    cov: Floats,
    expected: Expected,
    looks: Looks,
    row: Ints,
    look: Ints,
    surprise: Limits,
) -> Floats:
    """Update rows in place, each by one look; gives the squared distance (m,) of each pair.

    Parameters
    ----------
    row, look : (m,) int
        The pairs; no row twice.
    surprise : (4,) float
        Squared distance per component, of looks with one to four components, above which something
        has moved as the model does not: the row is first widened so far that the look is at one
        standard deviation.
    """
    desk = new_desk()
    distance2 = np.empty(len(row))
    for m in range(len(row)):
        j = row[m]
        distance2[m] = update_pair(x[j], cov[j], expected, looks, (j, look[m], 7), surprise, desk)
    return distance2
