"""Where lines of sight of several satellites cross: first places of things without distances."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.looks import Looks
from opendome.kernels.motion import rough_altitude
from opendome.kernels.vectors import Vector, dot, minus, norm, plus, put, row, solve3, times

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

GATE = 16.0  # squared, of the gap between two lines: four standard deviations
GATE_PLACE = 18.4  # squared, of two angles; the 99.99 % point of chi-squared
LEAST_SINE = 0.02  # of the angle between two lines
LOWEST, HIGHEST = -20e3, 3000e3  # m, of a crossing
MOST_EXCESS = 16.0  # squared residual per degree of freedom of a crossing
NONE = -1


class Crossings(NamedTuple):
    """Places where looks cross, g of n looks."""

    group: Ints  # (n,) crossing of each look, NONE where it has none
    first: Ints  # (g,) one look of each
    n_looks: Ints  # (g,)
    place: Floats  # (g, 3) ECEF
    cov: Floats  # (g, 3, 3)


class Pair(NamedTuple):
    """Nearest approach of two lines of sight."""

    gap2: float  # squared, by its variance; inf where they do not cross
    place: Vector  # ECEF, between them
    sigma: float  # m, of the place, about


@jit
def pair_of(places: Floats, satellite: Ints, looks: Looks, i: int, j: int) -> Pair:
    """Nearest approach of the lines of sight of two looks."""
    a, b = row(places, satellite[i]), row(places, satellite[j])
    u, w = row(looks.u_los, i), row(looks.u_los, j)
    far = Pair(math.inf, (0.0, 0.0, 0.0), 0.0)
    base, cosine = minus(b, a), dot(u, w)
    sine2 = 1.0 - cosine * cosine
    if sine2 < LEAST_SINE * LEAST_SINE:
        return far
    along_u, along_w = dot(base, u), dot(base, w)
    s, t = (along_u - cosine * along_w) / sine2, (cosine * along_u - along_w) / sine2
    if s <= 0.0 or t <= 0.0:
        return far
    p, q = plus(a, s, u), plus(b, t, w)
    gap = minus(q, p)
    width_u, width_w = looks.sigma_angle[i] * s, looks.sigma_angle[j] * t
    gap2 = dot(gap, gap) / (width_u * width_u + width_w * width_w)
    if gap2 > GATE:
        return far
    middle = plus(p, 0.5, gap)
    height = rough_altitude(middle[0], middle[1], middle[2])
    if height < LOWEST or height > HIGHEST:
        return far
    return Pair(gap2, middle, max(width_u, width_w) / math.sqrt(sine2))


@jit
def miss2(places: Floats, satellite: Ints, looks: Looks, k: int, pair: Pair) -> float:
    """Squared angle between a look and the direction to a place, by its variance."""
    away = minus(pair.place, row(places, satellite[k]))
    distance = norm(away)
    turn = minus(times(1.0 / distance, away), row(looks.u_los, k))
    return float(dot(turn, turn) / (looks.sigma_angle[k] ** 2 + (pair.sigma / distance) ** 2))


@jit
def place_of(
    places: Floats, satellite: Ints, looks: Looks, members: Ints, guess: Vector, cov: Floats
) -> tuple[Vector, float]:
    """Least-squares place of some looks, and its squared residual; the covariance in ``cov``."""
    info = np.zeros((3, 3))
    weighted = np.zeros(3)
    for k in members:
        r, u = row(places, satellite[k]), row(looks.u_los, k)
        width2 = (looks.sigma_angle[k] * norm(minus(guess, r))) ** 2
        along = dot(r, u)
        for a in range(3):
            weighted[a] += (r[a] - along * u[a]) / width2
            for b in range(3):
                info[a, b] += ((1.0 if a == b else 0.0) - u[a] * u[b]) / width2
    place = solve3(info, row(weighted.reshape(1, 3), 0))
    for a in range(3):
        unit = (1.0 if a == 0 else 0.0, 1.0 if a == 1 else 0.0, 1.0 if a == 2 else 0.0)
        put(cov, a, solve3(info, unit))
    residual = 0.0
    for k in members:
        away = minus(place, row(places, satellite[k]))
        across = minus(away, times(dot(away, row(looks.u_los, k)), row(looks.u_los, k)))
        residual += dot(across, across) / (looks.sigma_angle[k] ** 2 * dot(away, away))
    return place, residual


@jit
def end_of_run(run: Ints, first: int) -> int:
    """One past the last of the rows that are of the run of the first."""
    last = first
    while last < len(run) and run[last] == run[first]:
        last += 1
    return last


@jit
def candidates(
    places: Floats, satellite: Ints, is_plume: Bools, looks: Looks
) -> tuple[Ints, Floats]:
    """Pairs of looks (m, 2) that may cross, best first; the place and its sigma (m, 4) of each.

    Best is what most other satellites confirm, then what has the narrowest gap.
    """
    room, m, low, high = 64, 0, 0, 0
    pairs, crossing, cost = np.empty((room, 2), np.int64), np.empty((room, 4)), np.empty(room)
    for i in range(len(looks.run)):
        if i == high:
            low, high = high, end_of_run(looks.run, high)
        for j in range(i + 1, high):
            if satellite[i] == satellite[j] or is_plume[i] != is_plume[j]:
                continue
            pair = pair_of(places, satellite, looks, i, j)
            if pair.gap2 == math.inf:
                continue
            support = 0
            for k in range(low, high):
                is_other = satellite[k] != satellite[i] and satellite[k] != satellite[j]
                if not is_other or is_plume[k] != is_plume[i]:
                    continue
                support += miss2(places, satellite, looks, k, pair) < GATE_PLACE
            if m == room:
                room *= 2
                wider, more = np.empty((room, 2), np.int64), np.empty(room)
                longer = np.empty((room, 4))
                wider[:m], longer[:m], more[:m] = pairs, crossing, cost
                pairs, crossing, cost = wider, longer, more
            pairs[m, 0], pairs[m, 1] = i, j
            put(crossing, m, pair.place)
            crossing[m, 3] = pair.sigma
            cost[m] = pair.gap2 - 2.0 * GATE * support
            m += 1
    order = np.argsort(cost[:m], kind="mergesort")
    return pairs[order], crossing[order]


@jit
def crossings(places: Floats, satellite: Ints, is_plume: Bools, looks: Looks) -> Crossings:
    """Groups of looks of different satellites that cross in one place, each look once.

    Parameters
    ----------
    places : (m, 3) float
        Of the satellites, ECEF.
    satellite : (n,) int
        Which of them made each look.
    is_plume : (n,) bool
        Plumes and bodies that glow never cross.
    looks : Looks
        Ordered by run; looks of different runs never cross.

    Notes
    -----
    Greedy: the crossing that most satellites confirm comes first. Two lines that cross by chance
    make a ghost, which no third satellite confirms and no later look follows. Source: S. Blackman,
    R. Popoli, Design and Analysis of Modern Tracking Systems (1999), ch. 10 (ghosts of passive
    sensors).
    """
    n = len(looks.run)
    group = np.full(n, NONE, np.int64)
    pairs, crossing = candidates(places, satellite, is_plume, looks)
    first, counts = np.empty(n, np.int64), np.empty(n, np.int64)
    spot, spread = np.empty((n, 3)), np.empty((n, 3, 3))
    g = 0
    for m in range(len(pairs)):
        i, j = pairs[m]
        if group[i] != NONE or group[j] != NONE:
            continue
        pair = Pair(0.0, row(crossing[:, :3], m), crossing[m, 3])
        members = joined(places, satellite, is_plume, looks, group, (i, j), pair)
        place, residual = place_of(places, satellite, looks, members, pair.place, spread[g])
        if not residual < MOST_EXCESS * (2 * len(members) - 3):
            continue
        for k in members:
            group[k] = g
        first[g], counts[g] = i, len(members)
        put(spot, g, place)
        g += 1
    return Crossings(group, first[:g], counts[:g], spot[:g], spread[:g])


@jit
def joined(
    places: Floats, satellite: Ints, is_plume: Bools, looks: Looks, group: Ints,
    seeds: tuple[int, int], pair: Pair,
) -> Ints:  # fmt: skip
    """Two looks and, of each other satellite, the free look nearest to their crossing."""
    i, j = seeds
    low = np.searchsorted(looks.run, looks.run[i])
    best, nearest = np.full(len(places), NONE, np.int64), np.full(len(places), GATE_PLACE)
    for k in range(low, end_of_run(looks.run, low)):
        if group[k] != NONE or is_plume[k] != is_plume[i]:
            continue
        distance2 = miss2(places, satellite, looks, k, pair)
        if distance2 < nearest[satellite[k]]:
            best[satellite[k]], nearest[satellite[k]] = k, distance2
    best[satellite[i]], best[satellite[j]] = i, j
    chosen: Ints = best[best != NONE]
    return chosen
