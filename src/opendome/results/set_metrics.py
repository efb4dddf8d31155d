"""How far a set of tracks is from the set of true objects: GOSPA, OSPA, OSPA(2).

Both sets at one time (GOSPA, OSPA) or through a window of times (OSPA(2)). What belongs to what is
chosen by the measures themselves, by the cheapest assignment; nothing here knows of ids.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.point_sets import best_partners, pairs_within

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Gospa(NamedTuple):
    """The measure and its parts: ``total ** p`` is the sum of the three others."""

    total: float  # in the unit of the points
    localisation: float  # sum of the distances of pairs, to the power p
    missed: float  # of truths without a track, to the power p
    false: float  # of tracks without a truth, to the power p
    n_pairs: int


class Sets(NamedTuple):
    """Pairs of the cheapest assignment of two sets, none beyond the cutoff."""

    truth: Ints
    track: Ints
    distance: Floats


def pair_sets(truths: Floats, tracks: Floats, cutoff: float, order: float = 2.0) -> Sets:
    """Truths (n, k) and tracks (m, k) paired so that the sum of min(d, c)^p is least.

    Each at most once; pairs at the cutoff or beyond are no pairs.
    """
    i, j, distance = pairs_within(_points(truths), _points(tracks), cutoff)
    gain = cutoff**order - distance**order
    taken = best_partners(i, j, gain, len(truths), len(tracks))
    pairs = taken[taken >= 0]
    return Sets(i[pairs], j[pairs], distance[pairs])


def gospa(truths: Floats, tracks: Floats, cutoff: float, order: float = 2.0) -> Gospa:
    """Generalised optimal sub-pattern assignment of a picture, with alpha = 2.

    Parameters
    ----------
    truths, tracks : (n, k), (m, k) float
        Places at one time, in one unit and frame.
    cutoff : float
        c > 0, in the same unit: a pair further apart is a miss and a false track.
    order : float
        p >= 1.

    Notes
    -----
    Source: A. S. Rahmathullah, A. F. Garcia-Fernandez, L. Svensson, "Generalized optimal
    sub-pattern assignment metric", FUSION (2017), proposition 1: with alpha = 2 the total parts
    into localisation, missed and false.

    Examples
    --------
    >>> import numpy as np
    >>> truths, tracks = np.array([[0.0, 0.0], [100.0, 0.0]]), np.array([[3.0, 4.0]])
    >>> gospa(truths, tracks, cutoff=10.0)
    Gospa(total=8.660254037844387, localisation=25.0, missed=50.0, false=0.0, n_pairs=1)
    """
    pairs = pair_sets(truths, tracks, cutoff, order)
    half, n = cutoff**order / 2.0, len(pairs.truth)
    localisation = float((pairs.distance**order).sum())
    missed, false = half * (len(truths) - n), half * (len(tracks) - n)
    total = (localisation + missed + false) ** (1.0 / order)
    return Gospa(total, localisation, missed, false, n)


def ospa(truths: Floats, tracks: Floats, cutoff: float, order: float = 2.0) -> float:
    """Optimal sub-pattern assignment distance of two sets, 0 to the cutoff; 0 if both are empty.

    Source: D. Schuhmacher, B.-T. Vo, B.-N. Vo, "A consistent metric for performance evaluation of
    multi-object filters", IEEE Trans. Signal Processing 56 (2008), eq. (3).
    """
    n = max(len(truths), len(tracks))
    if n == 0:
        return 0.0
    pairs = pair_sets(truths, tracks, cutoff, order)
    total = (pairs.distance**order).sum() + cutoff**order * (n - len(pairs.truth))
    return float((total / n) ** (1.0 / order))


def ospa2(truths: Floats, tracks: Floats, cutoff: float, order: float = 2.0) -> float:
    """OSPA between two sets of trajectories: also counts broken, late and switched tracks.

    Parameters
    ----------
    truths, tracks : (n, n_times, k), (m, n_times, k) float
        Places at the same times; NaN where a trajectory does not exist. Those that exist at no
        time of the window do not count.

    Notes
    -----
    The distance of two trajectories is the mean over the times at which either exists of their
    distance cut at c, which is c where only one exists (order q = 1, equal weights). Source:
    M. Beard, B.-T. Vo, B.-N. Vo, "A solution for large-scale multi-object tracking", IEEE Trans.
    Signal Processing 68 (2020), section II-C.
    """
    is_truth, is_track = ~np.isnan(truths[:, :, 0]), ~np.isnan(tracks[:, :, 0])
    truths, is_truth = truths[is_truth.any(axis=1)], is_truth[is_truth.any(axis=1)]
    tracks, is_track = tracks[is_track.any(axis=1)], is_track[is_track.any(axis=1)]
    n = max(len(truths), len(tracks))
    if n == 0:
        return 0.0
    apart = np.linalg.norm(truths[:, None] - tracks[None], axis=3)
    apart = np.where(np.isnan(apart), cutoff, np.minimum(apart, cutoff))
    is_either = is_truth[:, None] | is_track[None]
    apart = (apart * is_either).sum(axis=2) / is_either.sum(axis=2)
    i, j = np.nonzero(apart < cutoff)
    gain = cutoff**order - apart[i, j] ** order
    taken = best_partners(i, j, gain, len(truths), len(tracks))
    pairs = taken[taken >= 0]
    total = (apart[i[pairs], j[pairs]] ** order).sum() + cutoff**order * (n - len(pairs))
    return float((total / n) ** (1.0 / order))


def root_mean_square(values: Floats) -> float:
    """Of a measure over scans or runs, the usual mean of GOSPA; NaN for none."""
    return math.sqrt(float(np.mean(np.square(values)))) if len(values) else math.nan


def _points(places: Floats) -> Floats:
    """Places as a contiguous array (n, k), of k = 1 where there are none."""
    points = np.ascontiguousarray(places, dtype=float)
    return points if len(points) else np.empty((0, 1))
