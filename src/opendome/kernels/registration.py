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
from opendome.kernels.rows import N_STATES
from opendome.kernels.vectors import minus, norm, put, row, solve3

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ALIGNED = -1  # column of a sensor without bias


class Biases(NamedTuple):
    """What is believed of k biases in each of some runs."""

    mean: Floats  # (n_runs, k)
    cov: Floats  # (n_runs, k, k)


class Sparse(NamedTuple):
    """Work space for matrices of many columns of which few are not 0."""

    columns: Ints  # (k,)
    part: Floats  # (N_STATES, k)
    product: Floats  # (N_STATES, k)


@jit
def new_sparse(k: int) -> Sparse:
    """Work space, nothing in it yet."""
    return Sparse(np.empty(k, np.int64), np.empty((N_STATES, k)), np.empty((N_STATES, k)))


@jit
def leaning(by: Floats, first: int, last: int, columns: Ints) -> int:
    """Columns of which the rows from first to last are not all 0, put into ``columns``: how many.

    A thing leans on the few sensors that have looked at it.
    """
    k, n = by.shape[1], 0
    for b in range(k):
        columns[b] = 0
    for a in range(first, last):  # row by row, which compilers make fast code of
        for b in range(k):
            columns[b] |= by[a, b] != 0.0
    for b in range(k):
        if columns[b] != 0:
            columns[n] = b
            n += 1
    return n


@jit
def put_reach(
    expected: Expected,
    i: int,
    lean: Floats,
    sensor: tuple[Mount, int],
    out: Floats,
    room: Sparse,
) -> None:
    """As `reaches`, of one row, put into ``out`` (4, k)."""
    mount, column = sensor
    own, work = np.empty((4, 3)), np.empty((3, 3))
    n = leaning(lean, 0, 7, room.columns)
    out[:] = 0.0
    for a in range(4):
        for e in range(n):
            b = room.columns[e]
            for c in range(7):
                out[a, b] += expected.slope[i, a, c] * lean[c, b]
    if column >= 0:
        look_slopes(mount, expected.basis[i], own, work)
        for a in range(4):
            for b in range(3):
                out[a, column + b] += own[a, b]


@jit
def reaches(expected: Expected, lean: Floats, mount: Mount, column: int) -> Floats:
    """Derivatives (n, 4, k) by the biases of what a sensor should see of n rows.

    ``column``: of the first of the sensor's three biases, ALIGNED where it has none.
    """
    out, room = np.empty((len(lean), 4, lean.shape[2])), new_sparse(lean.shape[2])
    for i in range(len(lean)):
        put_reach(expected, i, lean[i], (mount, column), out[i], room)
    return out


@jit
def add_doubt(m: Floats, n: int, by: Floats, cov: Floats, sign: float, room: Sparse) -> None:
    """m + sign by cov by^T, in place; the first n rows of m and by (n, k), cov (k, k)."""
    columns, part, product = room
    k = leaning(by, 0, n, columns)
    for a in range(n):
        for c in range(k):
            part[a, c] = by[a, columns[c]]
        for c in range(k):
            product[a, c] = 0.0
            for d in range(k):
                product[a, c] += part[a, d] * cov[columns[d], columns[c]]
    for a in range(n):
        for b in range(n):
            for c in range(k):
                m[a, b] += sign * product[a, c] * part[b, c]


@jit
def with_biases(cov: Floats, by: Floats, place: Ints, biases: Biases) -> Floats:
    """Covariances (n, a, a) with what the doubt of the biases adds; ``by`` (n, a, k).

    ``place`` (n,): run of each row, as the biases count.
    """
    out, room = cov.copy(), new_sparse(by.shape[2])
    for i in range(len(cov)):
        add_doubt(out[i], by.shape[1], by[i], biases.cov[place[i]], 1.0, room)
    return out


@jit
def without_biases(cov: Floats, by: Floats, place: Ints, biases: Biases) -> Floats:
    """What `with_biases` was made of."""
    out, room = cov.copy(), new_sparse(by.shape[2])
    for i in range(len(cov)):
        add_doubt(out[i], by.shape[1], by[i], biases.cov[place[i]], -1.0, room)
    return out


@jit
def halved(lower: Floats, m: Floats, n: int, rows: tuple[int, int]) -> None:
    """L^-1 m for n columns and the rows from first to last, in place.

    L is the lower Cholesky factor of these.
    """
    first, last = rows
    for b in range(n):
        for a in range(first, last):
            for c in range(first, a):
                m[a, b] -= lower[a, c] * m[c, b]
            m[a, b] /= lower[a, a]


@jit
def halved_again(lower: Floats, m: Floats, n: int, rows: tuple[int, int]) -> None:
    """L^-T m as `halved`; after that all of m over L L^T."""
    first, last = rows
    for b in range(n):
        for a in range(last - 1, first - 1, -1):
            for c in range(a + 1, last):
                m[a, b] -= lower[c, a] * m[c, b]
            m[a, b] /= lower[a, a]


@jit
def put_shared(by: Floats, cov: Floats, room: Sparse) -> int:
    """by cov (4, k) without its columns of 0, put into room; gives how many columns are left.

    A bias that has nothing to do with those that a look hangs on learns nothing from it.
    """
    k, n = leaning(by, 0, 4, room.columns), 0
    for b in range(len(cov)):
        is_shared = False
        for a in range(4):
            total = 0.0
            for c in range(k):
                total += by[a, room.columns[c]] * cov[room.columns[c], b]
            room.product[a, n] = total
            is_shared |= total != 0.0
        if is_shared:
            room.part[0, n] = b
            n += 1
    for b in range(n):
        room.columns[b] = int(room.part[0, b])
    return n


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
    moved, room = np.zeros_like(biases.mean), new_sparse(biases.mean.shape[1])
    z, error, total = np.empty(4), np.empty((4, 4)), np.empty((4, 4))
    for m in range(len(pairs[0])):
        j, i = pairs[0][m], pairs[1][m]
        run, (first, last) = place[j], span(looks, i)
        look_error(expected, j, looks, i, error)
        innovation(expected, j, looks, i, z)
        cov = biases.cov[run]
        add_scaled(error, 1.0, expected.cov[j], total)
        add_doubt(total, 4, reach[j], cov, 1.0, room)
        for a in range(first, last):
            for b in range(len(cov)):
                z[a] -= reach[j, a, b] * moved[run, b]
        factor(total, first, last)
        limit = surprise[last - first - 1] * (last - first)
        if not forward_square(total, z, first, last) <= limit:
            continue
        n, columns, shared = put_shared(reach[j], cov, room), room.columns, room.product
        halved(total, shared, n, (first, last))
        for b in range(n):
            for a in range(first, last):
                moved[run, columns[b]] += shared[a, b] * z[a]
            for c in range(n):
                for a in range(first, last):
                    cov[columns[b], columns[c]] -= shared[a, b] * shared[a, c]
    biases.mean[:] += moved
    return moved


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
