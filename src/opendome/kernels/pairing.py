"""Looks of one sensor given to the rows of a picture, and these updated by them.

For the filter of several models; by nearest neighbours or by chance.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.alternatives import mix_stories
from opendome.kernels.association import match
from opendome.kernels.bank import Manner, update_bank
from opendome.kernels.chances import (
    Prospect,
    Stories,
    expected_of,
    leading,
    p_missed,
    share_out,
    stories,
)
from opendome.kernels.kalman import Expected, expect_many
from opendome.kernels.looks import Looks
from opendome.kernels.rows import N_MODELS, N_STATES, Beliefs, put_belief, take_beliefs

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


class Shared(NamedTuple):
    """What a scan says of n rows, as it is noted."""

    row: Ints  # that are likelier seen than not
    look: Ints  # of each of these, the likeliest
    fit: Floats
    p_missed: Floats  # (n,) chance of detection for which a miss counts
    left: Floats  # (n_looks,) chance that a look is of none of the rows


@jit
def update_by_stories(
    b: Beliefs, expected: Expected, looks: Looks, told: Stories, manner: Manner
) -> None:
    """Update rows, in place, by what each may have done."""
    update_bank(b, expected, looks, told.row, told.look, manner)
    if len(told.doubted) == 0:
        return
    of_row = np.empty(len(told.of_look), np.int64)
    for d in range(len(told.doubted)):
        of_row[told.start[d] : told.start[d + 1]] = told.doubted[d]
    seen = np.flatnonzero(told.of_look >= 0)
    each, theirs = take_beliefs(b, of_row), expected_of(expected, of_row)
    update_bank(each, theirs, looks, seen, told.of_look[seen], manner)
    own, no_lean = (
        np.zeros((len(b.t), N_MODELS, N_STATES, 0)), np.zeros((len(of_row), N_MODELS, N_STATES, 0)),
    )  # fmt: skip
    mix_stories(b, own, told.doubted, (each, no_lean), told.start, told.weight)


@jit
def share_and_update(
    run: Ints,
    now: Beliefs,
    rank: Ints,
    scan: tuple[Looks, Floats],
    gates: Floats,
    manner: Manner,
    prospect: Prospect,
) -> Shared:
    """As `pair_and_update`, each row by all looks that it may have made, each with its chance."""
    looks, r_sensor = scan
    widest = np.empty(len(run))
    for k in range(len(run)):
        widest[k] = gates[rank[k]].max()
    seen = rows_in_sight(run, now, r_sensor, looks, widest)
    if len(seen) == 0:
        none, all_left = np.zeros(0, np.int64), np.ones(len(looks.run))
        return Shared(none, none, np.zeros(0), prospect.p_detect, all_left)
    some = take_beliefs(now, seen)
    expected = expect_many(some.x, some.cov, r_sensor)
    hopes = Prospect(prospect.p_detect[seen], prospect.odds[seen], prospect.doubt)
    shares = share_out(run[seen], expected, looks, rank[seen], gates, hopes)
    row, look, fit = leading(shares, hopes)
    update_by_stories(some, expected, looks, stories(shares), manner)
    changed, p_all = np.unique(shares.row), prospect.p_detect.copy()
    for k in changed:
        put_belief(now, seen[k], some, k)
    p_all[seen] = p_missed(shares, hopes.p_detect)
    return Shared(seen[row], look, fit, p_all, shares.left)
