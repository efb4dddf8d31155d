"""Biases of sensors learned from tracks, beside a filter that knows nothing of them.

A row holds what its filter believes if the biases are what they are taken to be: its covariance is
that of the state given the biases. How its state would change with them is its *lean*, (7, k).
Given the biases the things that are tracked are strangers to each other, so leans and one joint
covariance of the biases of a run are all that ties them: what many tracks tell of k biases is exact
(for linear looks) without any covariance between tracks. Source: B. Friedland, "Treatment of bias
in recursive filtering", IEEE Trans. AC 14 (1969); for many tracks X. Lin, Y. Bar-Shalom,
T. Kirubarajan, "Multisensor multitarget bias estimation for general asynchronous sensors", IEEE
Trans. AES 41 (2005).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.kalman import (
    Expected,
    Limits,
    add_scaled,
    factor,
    forward_square,
    innovation,
    look_error,
    span,
)
from opendome.kernels.looks import Looks
from opendome.kernels.misalignment import SATELLITE, Mount, line_slopes, look_slopes
from opendome.kernels.modes import LevelNoise, level_row
from opendome.kernels.motion import MAX_STEPS, Noise, new_work, step_length, step_row
from opendome.kernels.rows import N_STATES
from opendome.kernels.turning import Lift, new_turn, turn_length, turn_mean
from opendome.kernels.vectors import minus, norm, put, row, solve3

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ALIGNED = -1  # column of a sensor without bias


class Biases(NamedTuple):
    """What is believed of k biases in each of some runs."""

    mean: Floats  # (n_runs, k)
    cov: Floats  # (n_runs, k, k)


@jit
def reaches(expected: Expected, lean: Floats, mount: Mount, column: int) -> Floats:
    """Derivatives (n, 4, k) by the biases of what a sensor should see of n rows.

    ``column``: of the first of the sensor's three biases, ALIGNED where it has none.
    """
    n, k = lean.shape[0], lean.shape[2]
    out, own, work = np.zeros((n, 4, k)), np.empty((4, 3)), np.empty((3, 3))
    for i in range(n):
        for a in range(4):
            for b in range(k):
                for c in range(7):
                    out[i, a, b] += expected.slope[i, a, c] * lean[i, c, b]
        if column >= 0:
            look_slopes(mount, expected.basis[i], own, work)
            for a in range(4):
                for b in range(3):
                    out[i, a, column + b] += own[a, b]
    return out


@jit
def add_square(m: Floats, by: Floats, cov: Floats) -> None:
    """m + by cov by^T, in place; m (a, a), by (a, k), cov (k, k)."""
    k, product = by.shape[1], np.zeros(by.shape[1])
    for a in range(len(m)):
        for c in range(k):
            product[c] = 0.0
            for d in range(k):
                product[c] += by[a, d] * cov[d, c]
        for b in range(len(m)):
            for c in range(k):
                m[a, b] += product[c] * by[b, c]


@jit
def with_biases(cov: Floats, by: Floats, place: Ints, biases: Biases) -> Floats:
    """Covariances (n, a, a) with what the doubt of the biases adds; ``by`` (n, a, k).

    ``place`` (n,): run of each row, as the biases count.
    """
    out = cov.copy()
    for i in range(len(cov)):
        add_square(out[i], by[i], biases.cov[place[i]])
    return out


@jit
def without_biases(cov: Floats, by: Floats, place: Ints, biases: Biases) -> Floats:
    """What `with_biases` was made of."""
    out = cov.copy()
    for i in range(len(cov)):
        add_square(out[i], by[i], -biases.cov[place[i]])
    return out


@jit
def times_transposed(by: Floats, cov: Floats) -> Floats:
    """by cov (a, k), cov symmetric (k, k)."""
    out = np.zeros_like(by)
    for a in range(by.shape[0]):
        for b in range(by.shape[1]):
            for c in range(by.shape[1]):
                out[a, b] += by[a, c] * cov[c, b]
    return out


@jit
def halved(lower: Floats, m: Floats, first: int, last: int) -> None:
    """L^-1 m for the rows from first to last, in place; L the lower Cholesky factor of these."""
    for b in range(m.shape[1]):
        for a in range(first, last):
            for c in range(first, a):
                m[a, b] -= lower[a, c] * m[c, b]
            m[a, b] /= lower[a, a]


@jit
def halved_again(lower: Floats, m: Floats, first: int, last: int) -> None:
    """L^-T m for the rows from first to last, in place; after `halved` all of m over L L^T."""
    for b in range(m.shape[1]):
        for a in range(last - 1, first - 1, -1):
            for c in range(a + 1, last):
                m[a, b] -= lower[c, a] * m[c, b]
            m[a, b] /= lower[a, a]


@jit
def learn(
    expected: Expected,
    looks: Looks,
    pairs: tuple[Ints, Ints],
    reach: Floats,
    place: Ints,
    biases: Biases,
    surprise: Limits,
) -> Floats:
    """Learn biases from looks of some rows, in place; gives how far their means moved, (n_runs, k).

    Parameters
    ----------
    pairs : (m,) int, (m,) int
        Rows and their looks, which the biases as they are believed have been taken out of.
    reach : (n, 4, k) float
        From `reaches`.
    place : (n,) int
        Run of each row.
    surprise : (4,) float
        Squared distance per component, of looks with one to four, beyond which one says that a
        thing has turned, and
        nothing of biases.
    """
    moved = np.zeros_like(biases.mean)
    z, error, total = np.empty(4), np.empty((4, 4)), np.empty((4, 4))
    for m in range(len(pairs[0])):
        j, i = pairs[0][m], pairs[1][m]
        run, (first, last) = place[j], span(looks, i)
        look_error(expected, j, looks, i, error)
        innovation(expected, j, looks, i, z)
        cov = biases.cov[run]
        add_scaled(error, 1.0, expected.cov[j], total)
        add_square(total, reach[j], cov)
        shared = times_transposed(reach[j], cov)
        for a in range(first, last):
            for b in range(len(cov)):
                z[a] -= reach[j, a, b] * moved[run, b]
        factor(total, first, last)
        limit = surprise[last - first - 1] * (last - first)
        if not forward_square(total, z, first, last) <= limit:
            continue
        halved(total, shared, first, last)
        for b in range(len(cov)):
            for a in range(first, last):
                moved[run, b] += shared[a, b] * z[a]
            for c in range(len(cov)):
                for a in range(first, last):
                    cov[b, c] -= shared[a, b] * shared[a, c]
    biases.mean[:] += moved
    return moved


@jit
def lean_back(
    lean: Floats,
    covs: tuple[Floats, Floats],
    expected: Expected,
    looks: Looks,
    pairs: tuple[Ints, Ints],
    reach: Floats,
) -> None:
    """Leans of rows after each was updated by a look, in place.

    ``lean``: (n, m, k), of states of m components. ``covs``, (n, m, m) each, are their covariances
    before and after it: the gain was that after it, times slope^T error^-1, whatever widened the
    row before. The error holds what the slope does not explain of what was expected.
    """
    before, cov = covs
    error = np.empty((4, 4))
    for m in range(len(pairs[0])):
        j, i = pairs[0][m], pairs[1][m]
        first, last = span(looks, i)
        look_error(expected, j, looks, i, error)
        add_scaled(error, 1.0, expected.cov[j], error)
        add_square(error, expected.slope[j], -before[j])
        factor(error, first, last)
        pull = reach[j].copy()
        halved(error, pull, first, last)
        halved_again(error, pull, first, last)
        for a in range(lean.shape[1]):
            for c in range(first, last):
                gain = 0.0
                for d in range(7):
                    gain += cov[j, a, d] * expected.slope[j, c, d]
                for b in range(lean.shape[2]):
                    lean[j, a, b] -= gain * pull[c, b]


class Course(NamedTuple):
    """Where n rows are and what moves them."""

    t: Floats
    x: Floats  # (n, 7)
    is_boosting: Bools
    is_level: Bools


@jit
def carry(phi: Floats, lean: Floats) -> None:
    """phi lean (7, k), in place."""
    column = np.empty(7)
    for b in range(lean.shape[1]):
        for a in range(7):
            column[a] = 0.0
            for c in range(7):
                column[a] += phi[a, c] * lean[c, b]
        for a in range(7):
            lean[a, b] = column[a]


@jit
def carry_leans(
    course: Course, lean: Floats, t_to: float, noise: tuple[Noise, LevelNoise]
) -> Floats:
    """Leans (n, 7, k) of rows brought to a time."""
    out, work, unused = lean.copy(), new_work(), np.zeros((7, 7))
    for i in range(len(course.t)):
        s, left = course.x[i].copy(), t_to - course.t[i]
        if course.is_level[i]:
            if left != 0.0:
                level_row(s, unused, left, 0.0, noise[1], work)
                carry(work.phi, out[i])
            continue
        for _ in range(MAX_STEPS):
            if left == 0.0:
                break
            longest, is_air = step_length(s, course.is_boosting[i])
            h = left if abs(left) <= longest else math.copysign(longest, left)
            step_row(s, unused, h, (course.is_boosting[i], is_air), 0.0, noise[0], work)
            carry(work.phi, out[i])
            left -= h
    return out


@jit
def carry_turning_leans(
    course: Course, lean: Floats, t_to: float, noise: tuple[LevelNoise, Lift]
) -> Floats:
    """Leans (n, N_STATES, k) of rows that turn, brought to a time; so are their states."""
    out, turn, product = lean.copy(), new_turn(), np.empty(6)
    for i in range(len(course.t)):
        s, left, is_level = course.x[i].copy(), t_to - course.t[i], course.is_level[i]
        for _ in range(MAX_STEPS):
            if left == 0.0:
                break
            h = turn_length(s, left, is_level, noise[1])[0]
            keep = turn_mean(s, h, is_level, noise, turn)[0]
            for b in range(lean.shape[2]):
                for a in range(6):
                    product[a] = 0.0
                    for c in range(N_STATES):
                        product[a] += turn.phi[a, c] * out[i, c, b]
                for a in range(6):
                    out[i, a, b] = product[a]
                for a in range(7, N_STATES):
                    out[i, a, b] *= keep
            left -= h
    return out


@jit
def first_leans(
    mount: Mount, u_los: Floats, distance: Floats, column: int, n_biases: int
) -> Floats:
    """Leans (n, 7, k) of rows that begin with one look each, at a distance."""
    out, slopes = np.zeros((len(distance), 7, n_biases)), np.empty((3, 3))
    if column < 0:
        return out
    for i in range(len(distance)):
        line_slopes(mount, row(u_los, i), slopes)
        for a in range(3):
            for b in range(3):
                out[i, a, column + b] = -distance[i] * slopes[b, a]
            if mount.is_radar:
                out[i, a, column] -= u_los[i, a]
    return out


@jit
def crossing_leans(
    seen: tuple[Looks, Ints, Floats], group: Ints, place: Floats, columns: Ints, n_biases: int
) -> tuple[Floats, Floats]:
    """Covariances (g, 3, 3) and leans (g, 3, k) of places where lines of sight cross.

    Parameters
    ----------
    seen : Looks, (n,) int, (m, 3) float
        Looks, the satellite of each, and where these are, ECEF.
    group : (n,) int
        Crossing of each look, below 0 where it has none.
    place : (g, 3) float
        Least-squares places.
    columns : (m,) int
        Of the first bias of each satellite.
    """
    looks, satellite, places = seen
    info, pull = np.zeros((len(place), 3, 3)), np.zeros((len(place), 3, n_biases))
    slopes = np.empty((3, 3))
    for i in range(len(group)):
        g = group[i]
        if g < 0:
            continue
        u, column = row(looks.u_los, i), columns[satellite[i]]
        distance = norm(minus(row(place, g), row(places, satellite[i])))
        weight = 1.0 / (looks.sigma_angle[i] * distance) ** 2
        line_slopes(SATELLITE, u, slopes)
        for a in range(3):
            for b in range(3):
                info[g, a, b] += weight * ((1.0 if a == b else 0.0) - u[a] * u[b])
                if column >= 0:
                    pull[g, a, column + b] += weight * distance * slopes[b, a]
    cov = np.empty_like(info)
    for g in range(len(place)):
        for a in range(3):
            unit = (1.0 if a == 0 else 0.0, 1.0 if a == 1 else 0.0, 1.0 if a == 2 else 0.0)
            put(cov[g], a, solve3(info[g], unit))
        for b in range(n_biases):
            put(pull[g].T, b, solve3(info[g], (-pull[g, 0, b], -pull[g, 1, b], -pull[g, 2, b])))
    return cov, pull
