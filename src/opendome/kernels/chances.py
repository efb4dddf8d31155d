"""Which look may be of which row of a picture, and with what chance (JPDA).

Gates as of nearest neighbours, chances as of `marginals`, existence as of `odds`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.association import Pairs, gate_pairs, gates_of, windows
from opendome.kernels.kalman import Expected, span
from opendome.kernels.looks import Looks
from opendome.kernels.marginals import MOST_SHARED, Weighted, marginals
from opendome.kernels.odds import LEAST_CHANCE, Doubt, log_density
from opendome.kernels.permutations import without_exchanges

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SURE = 0.97  # chance of detection above which nothing is believed
LARGEST = 500.0  # natural logarithm of a weight: beyond it nothing changes
LITTLE = 1e-4  # chance below which a story of a row is left out


class Prospect(NamedTuple):
    """What speaks for looks of n rows before their places are known."""

    p_detect: Floats  # (n,) that a look shows it, if it is there
    odds: Floats  # (n,) natural logarithm, that it is a thing
    doubt: Doubt  # of the sensor


class Shares(NamedTuple):
    """Rows and looks that may belong together, ordered by row then look, with their chances."""

    row: Ints  # (m,)
    look: Ints  # (m,)
    chance: Floats  # (m,) that the row made the look, if it is a thing; exchanges are left out
    hit: Floats  # (n,) that a row is a thing and made one of the looks
    gain: Floats  # (n,) what the scan adds to the odds of a row; NaN where no look is in its gate
    left: Floats  # (n_looks,) chance that a look is of none of the rows
    fit: Floats  # (m,) natural logarithm of the density of the look, if it is of the row


@jit
def believed(p_detect: float) -> float:
    """Chance of detection, as far as it is believed."""
    return min(max(p_detect, LEAST_CHANCE), SURE)


@jit
def weighted(pairs: Pairs, looks: Looks, prospect: Prospect) -> tuple[Weighted, Floats]:
    """What is to be shared out, and the logarithm of the density of each pair.

    A row of existence r that is detected with chance P makes none with 1 - r P, and a look of
    density g with r P g over the density of looks that are of no row.
    """
    n, m = len(prospect.odds), len(pairs.row)
    start, none = np.zeros(n + 1, np.int64), np.empty(n)
    weight, fit = np.empty(m), np.empty(m)
    for i in range(n):
        none[i] = 1.0 - believed(prospect.p_detect[i]) / (1.0 + math.exp(-prospect.odds[i]))
    for k in range(m):
        i = pairs.row[k]
        start[i + 1] += 1
        first, last = span(looks, pairs.look[k])
        fit[k] = log_density(pairs.distance2[k], pairs.log_det[k], last - first)
        gain = math.log(1.0 - none[i]) + fit[k] - prospect.doubt.strange
        weight[k] = math.exp(min(gain, LARGEST))
    return Weighted(np.cumsum(start), pairs.look, weight, none), fit


@jit
def share_out(
    run: Ints, expected: Expected, looks: Looks, rank: Ints, gates: Floats, prospect: Prospect
) -> Shares:
    """Chances of rows and looks of the same run; arguments as of `match`.

    Notes
    -----
    With chances of `marginals`, h that a row made some look and n that it made none, its existence
    becomes h + n r (1 - P) / (1 - r P): J. L. Williams, "Marginal multi-Bernoulli filters", IEEE
    Trans. AES 51 (2015). Gates are so wide that they hold all looks of a row. Rows are moved by
    the chances that `without_exchanges` leaves.
    """
    own = gates_of(rank, gates)
    pairs = gate_pairs(run, expected, looks, own, windows(run, expected, looks, own))
    n, n_looks = len(run), len(looks.run)
    hit, gain, left = np.zeros(n), np.full(n, np.nan), np.ones(n_looks)
    problem, fit = weighted(pairs, looks, prospect)
    found = marginals(problem, n_looks, MOST_SHARED)
    chance, missed = without_exchanges(problem, found, looks, LITTLE)
    for i in range(n):
        part = slice(problem.start[i], problem.start[i + 1])
        if part.start == part.stop:
            continue
        hit[i] = found.pair[part].sum()
        r, none = 1.0 / (1.0 + math.exp(-prospect.odds[i])), problem.none[i]
        is_there = (none - 1.0 + r) / none  # chance that it is, if it made no look
        after = hit[i] + found.none[i] * is_there
        chance[part] /= chance[part].sum() + missed[i] * is_there
        gain[i] = math.log(after * none / (max(found.none[i], 1e-300) * r))
    for k in range(len(pairs.row)):
        left[pairs.look[k]] -= found.pair[k]
    return Shares(pairs.row, pairs.look, chance, hit, gain, left, fit)


@jit
def leading(shares: Shares, prospect: Prospect) -> tuple[Ints, Ints, Floats]:
    """Rows that are likelier seen than not, each with its likeliest look: as of `match`.

    Their fits are what makes `odds_after_hit` add what the scan does add to their odds.
    """
    best = np.full(len(shares.hit), -1, np.int64)
    for k in range(len(shares.row)):
        i = shares.row[k]
        if shares.hit[i] > 0.5 and (best[i] < 0 or shares.chance[k] > shares.chance[best[i]]):
            best[i] = k
    rows = np.flatnonzero(best >= 0)
    clutter, fit = prospect.doubt.clutter, shares.fit[best[rows]]
    if math.isfinite(clutter):
        for m in range(len(rows)):
            p = max(prospect.p_detect[rows[m]], LEAST_CHANCE)
            fit[m] = shares.gain[rows[m]] + clutter - math.log(p)
    return rows, shares.look[best[rows]], fit


@jit
def p_missed(shares: Shares, p_detect: Floats) -> Floats:
    """Chances of detection (n,) such that a miss counts for what the scan says against a row."""
    out = p_detect.copy()
    for i in range(len(out)):
        if shares.hit[i] <= 0.5 and not math.isnan(shares.gain[i]):
            out[i] = min(out[i], max(-math.expm1(shares.gain[i]), 1e-9))
    return out


class Stories(NamedTuple):
    """What each row may have done: sure pairs, and for rows in doubt one story after another."""

    row: Ints  # (p,) of sure pairs
    look: Ints
    doubted: Ints  # (d,) rows
    start: Ints  # (d + 1,) of the stories of each
    of_look: Ints  # (s,) -1: it made none
    weight: Floats  # (s,) of each story, together 1 for each row


@jit
def stories(shares: Shares) -> Stories:
    """Sure pairs and stories of the rows that have looks in their gates."""
    m = len(shares.row)
    row, look, doubted = np.empty(m, np.int64), np.empty(m, np.int64), np.empty(m, np.int64)
    start, of_look = np.zeros(m + 1, np.int64), np.empty(2 * m, np.int64)
    weight = np.empty(2 * m)
    n_sure, n_doubted, n, first = 0, 0, 0, 0
    while first < m:
        last, total, best = first, 0.0, first
        while last < m and shares.row[last] == shares.row[first]:
            total += shares.chance[last]
            if shares.chance[last] > shares.chance[best]:
                best = last
            last += 1
        if shares.chance[best] > 1.0 - LITTLE:
            row[n_sure], look[n_sure] = shares.row[best], shares.look[best]
            n_sure += 1
        elif total > LITTLE:
            begin = n
            of_look[n], weight[n] = -1, max(1.0 - total, 0.0)
            n += 1
            for k in range(first, last):
                if shares.chance[k] > LITTLE:
                    of_look[n], weight[n] = shares.look[k], shares.chance[k]
                    n += 1
            weight[begin:n] /= weight[begin:n].sum()
            doubted[n_doubted] = shares.row[first]
            n_doubted += 1
            start[n_doubted] = n
        first = last
    return Stories(
        row[:n_sure], look[:n_sure], doubted[:n_doubted], start[: n_doubted + 1], of_look[:n],
        weight[:n],
    )  # fmt: skip


@jit
def expected_of(expected: Expected, rows: Ints) -> Expected:
    """Copies of chosen rows of what was expected."""
    return Expected(
        expected.distance[rows],
        expected.rate[rows],
        expected.basis[rows],
        expected.slope[rows],
        expected.cov[rows],
        expected.curve[rows],
        expected.r_sensor,
    )
