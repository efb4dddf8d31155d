"""Looks of one sensor given to the rows of a picture, and these updated by them.

For the filter of several models and nearest neighbours.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.association import match
from opendome.kernels.bank import Manner, update_bank
from opendome.kernels.kalman import expect_many
from opendome.kernels.looks import Looks
from opendome.kernels.rows import Beliefs, put_belief, take_beliefs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDING = 1e-9  # of a cosine


@jit
def rows_in_sight(
    run: Ints, now: Beliefs, r_sensor: Floats, looks: Looks, gates: Floats
) -> Ints:  # fmt: skip
    """Rows (m,) of some direction to which a look of their run may belong.

    Parameters
    ----------
    run : (n,) int
        Of each row, ascending.
    gates : (n,) float
        Largest squared distance of each row to a look.

    Notes
    -----
    Throws away only what the gates of `match` throw away: there each of two angles about the
    expected line of sight is at most the root of the gate times its variance, which is at most
    that of the place, summed over the axes, by the distance squared, and that of the look.
    """
    widest = 0.0
    for i in range(len(looks.run)):
        widest = max(widest, looks.sigma_angle[i] * looks.sigma_angle[i])
    found = np.empty(len(run), np.int64)
    n, low, high = 0, 0, 0
    for k in range(len(run)):
        if k == 0 or run[k] != run[k - 1]:
            while low < len(looks.run) and looks.run[low] < run[k]:
                low += 1
            high = low
            while high < len(looks.run) and looks.run[high] == run[k]:
                high += 1
        if low == high:
            continue
        x, cov = now.x[k], now.cov[k]
        dx, dy, dz = x[0] - r_sensor[0], x[1] - r_sensor[1], x[2] - r_sensor[2]
        square = dx * dx + dy * dy + dz * dz
        sine2 = 2.0 * gates[k] * ((cov[0, 0] + cov[1, 1] + cov[2, 2]) / square + widest)
        least = math.sqrt(square) * (1.0 - sine2 - ROUNDING)
        for i in range(low, high):
            u = looks.u_los[i]
            if not dx * u[0] + dy * u[1] + dz * u[2] < least:
                found[n] = k
                n += 1
                break
    return found[:n]


@jit
def pair_and_update(
    run: Ints, now: Beliefs, rank: Ints, scan: tuple[Looks, Floats], gates: Floats, manner: Manner
) -> tuple[Ints, Ints, Floats]:
    """Rows and looks (m,) that belong together; what is believed of these rows is updated in place.

    The third is as of `match`.

    Parameters
    ----------
    run, now : (n,) int, Beliefs
        Rows at the time of the looks.
    rank, gates : (n,) int, (n_ranks, 5) float
        As of `match`.
    scan : Looks, (3,) float
        Ordered by run, then by distance; where they were made, ECEF.
    """
    looks, r_sensor = scan
    widest = np.empty(len(run))
    for k in range(len(run)):
        widest[k] = gates[rank[k]].max()
    seen = rows_in_sight(run, now, r_sensor, looks, widest)
    if len(seen) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    some = take_beliefs(now, seen)
    expected = expect_many(some.x, some.cov, r_sensor)
    row, look, fit = match(run[seen], expected, looks, rank[seen], gates)
    update_bank(some, expected, looks, row, look, manner)
    for k in row:
        put_belief(now, seen[k], some, k)
    return seen[row], look, fit
