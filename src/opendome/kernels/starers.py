"""Looks of many satellites at one time, taken into the rows of a picture.

For the filter of several models, by nearest neighbours or by chance. `tracks.stare` does the same
for any filter and associator, one satellite at a time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.bank import Manner
from opendome.kernels.chances import Prospect
from opendome.kernels.looks import Looks, looks_at
from opendome.kernels.pairing import pair_and_update, share_and_update
from opendome.kernels.rows import Beliefs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NOBODY, SHARED = -1, -2  # instead of the row of a look


class Sightings(NamedTuple):
    """Looks of one scan, ordered by run, and what else is said of each."""

    looks: Looks
    is_plume: Bools
    satellite: Ints  # row of ``places``
    places: Floats  # (m, 3) ECEF, of the satellites that saw something


@jit
def distinct_places(places: Floats) -> tuple[Floats, Ints]:
    """Different ones (m, 3) of places (n, 3), ordered by x, then y, then z, and which each is."""
    order = np.argsort(places[:, 2], kind="mergesort")
    order = order[np.argsort(places[order, 1], kind="mergesort")]
    order = order[np.argsort(places[order, 0], kind="mergesort")]
    which, found = np.empty(len(places), np.int64), np.empty((len(places), 3))
    n = 0
    for i in order:
        is_new = n == 0
        for a in range(3):
            is_new |= n > 0 and places[i, a] != found[n - 1, a]
        if is_new:
            found[n] = places[i]
            n += 1
        which[i] = n - 1
    return found[:n], which


@jit
def follow(
    run: Ints, now: Beliefs, rank: Ints, seen: Sightings, gates: Floats, manner: Manner
) -> tuple[Ints, Floats]:
    """Update beliefs, in place, by one satellite after another.

    Parameters
    ----------
    run, now, rank
        As of `pair_and_update`.

    Returns
    -------
    whose, fit : (n_looks,) int, (n,) float
        Row of each look or NOBODY; the sum of what `match` says of the looks of each row.
    """
    whose, fits = np.full(len(seen.looks.run), NOBODY, np.int64), np.zeros(len(run))
    for k in range(len(seen.places)):
        mine = np.flatnonzero(seen.satellite == k)
        scan = (looks_at(seen.looks, mine), seen.places[k])
        row, look, fit = pair_and_update(run, now, rank, scan, gates, manner)
        for m in range(len(row)):
            whose[mine[look[m]]] = row[m]
            fits[row[m]] += fit[m]
    return whose, fits


@jit
def follow_by_chance(
    run: Ints,
    now: Beliefs,
    rank: Ints,
    seen: Sightings,
    gates: Floats,
    manner: Manner,
    prospect: Prospect,
) -> tuple[Ints, Floats]:
    """As `follow`, by `share_and_update`; SHARED: a look of rows none of which it leads."""
    whose, fits = np.full(len(seen.looks.run), NOBODY, np.int64), np.zeros(len(run))
    for k in range(len(seen.places)):
        mine = np.flatnonzero(seen.satellite == k)
        scan = (looks_at(seen.looks, mine), seen.places[k])
        found = share_and_update(run, now, rank, scan, gates, manner, prospect)
        whose[mine[found.left <= 0.5]] = SHARED
        for m in range(len(found.row)):
            whose[mine[found.look[m]]] = found.row[m]
            fits[found.row[m]] += found.fit[m]
    return whose, fits


@jit
def counted(whose: Ints, is_plume: Bools, n: int) -> Ints:
    """How many looks (n, 2) show the plume and the glow of each row; ``whose`` as of `follow`."""
    hits = np.zeros((n, 2), np.int64)
    for k in range(len(whose)):
        if whose[k] >= 0:
            hits[whose[k], 0 if is_plume[k] else 1] += 1
    return hits
