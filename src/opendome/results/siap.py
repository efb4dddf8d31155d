"""The SIAP set (single integrated air picture): how complete, clear and continuous a picture was.

Source of all: Votruba, Nisley, Rothrock, Zombro, Single Integrated Air Picture (SIAP) Metrics
Implementation, SIAP SE TF (29 October 2001), in the form in which Stone Soup has them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Sightings(NamedTuple):
    """Objects at times: one row for each object and time at which it exists, n rows."""

    time: Ints  # which time, index into a list of times
    id: Ints  # of the object, 0 or more
    r: Floats  # (n, k) place, m
    v: Floats  # (n, k) velocity, m/s


class Siap(NamedTuple):
    """The figures of a window of times; NaN where nothing defines one."""

    completeness: float  # truths with a track / truths, best 1
    ambiguity: float  # tracks on truths / truths with a track, best 1
    spuriousness: float  # tracks on no truth / tracks, best 0
    position_error: float  # m, mean of tracks on truths
    velocity_error: float  # m/s, the same
    track_changes: float  # 1/s, changes of track number per time tracked, best 0
    longest_segment: float  # longest time on one track / life of the truth, summed over truths


def nearest_truth(truths: Sightings, tracks: Sightings, gate: float) -> Ints:
    """Row of the truth (n_tracks,) nearest to each row of tracks at its time, -1 beyond the gate.

    Several tracks may have the same truth: that is what ambiguity counts.
    """
    match = np.full(len(tracks.time), -1, dtype=np.int64)
    order = np.argsort(truths.time, kind="stable")
    first = np.searchsorted(truths.time[order], tracks.time, side="left")
    last = np.searchsorted(truths.time[order], tracks.time, side="right")
    for time in np.unique(tracks.time):
        rows = np.flatnonzero(tracks.time == time)
        there = order[first[rows[0]] : last[rows[0]]]
        if len(there) == 0:
            continue
        apart = np.linalg.norm(tracks.r[rows, None] - truths.r[None, there], axis=2)
        best = apart.argmin(axis=1)
        is_near = apart[np.arange(len(rows)), best] <= gate
        match[rows[is_near]] = there[best[is_near]]
    return match


def siap(times: Floats, truths: Sightings, tracks: Sightings, match: Ints) -> Siap:
    """The SIAP figures of a picture.

    Parameters
    ----------
    times : (n_times,) float
        Ascending, s; ``time`` of both tables counts in them.
    match : (n_tracks,) int
        Row of ``truths`` to which each row of ``tracks`` belongs, -1 for none; see `nearest_truth`.

    Notes
    -----
    A track's time on a truth is a run of consecutive times at which the two are matched. Track
    changes: the fewest tracks that cover the times at which a truth is tracked, less one, taking
    at each gap the track that lasts longest.
    """
    on = np.flatnonzero(match >= 0)
    n_tracks, n_on = len(tracks.time), len(on)
    n_tracked = len(np.unique(match[on]))
    apart = np.linalg.norm(tracks.r[on] - truths.r[match[on]], axis=1)
    slip = np.linalg.norm(tracks.v[on] - truths.v[match[on]], axis=1)
    needed, tracked, longest, life = 0, 0.0, 0.0, 0.0
    for truth in np.unique(truths.id):
        steps = np.sort(truths.time[truths.id == truth])
        life += times[steps[-1]] - times[steps[0]]
        mine = on[truths.id[match[on]] == truth]
        if len(mine) == 0:
            continue
        stays = _stays(tracks.id[mine], tracks.time[mine])
        needed += _fewest(stays, np.unique(tracks.time[mine])) - 1
        longest += _longest(stays, times)
        tracked += _covered(stays, times)
    return Siap(
        completeness=_share(n_tracked, len(truths.time)),
        ambiguity=_share(n_on, n_tracked),
        spuriousness=_share(n_tracks - n_on, n_tracks),
        position_error=float(apart.mean()) if n_on else np.nan,
        velocity_error=float(slip.mean()) if n_on else np.nan,
        track_changes=_share(needed, tracked),
        longest_segment=_share(longest, life),
    )


def _share(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else float("nan")


def _stays(track: Ints, time: Ints) -> Ints:
    """Runs of consecutive times of each track, rows of (track, first, last)."""
    order = np.lexsort((time, track))
    track, time = track[order], time[order]
    is_new = np.ones(len(track), dtype=bool)
    is_new[1:] = (np.diff(track) != 0) | (np.diff(time) > 1)
    first = np.flatnonzero(is_new)
    last = np.append(first[1:], len(track)) - 1
    return np.column_stack([track[first], time[first], time[last]]).reshape(-1, 3)


def _fewest(stays: Ints, tracked: Ints) -> int:
    """How many stays at least it takes to cover the times at which there is any."""
    n, covered = 0, -1
    for time in tracked:
        if time > covered:
            n += 1
            open_ = stays[(stays[:, 1] <= time) & (stays[:, 2] >= time)]
            covered = int(open_[:, 2].max())
    return n


def _longest(stays: Ints, times: Floats) -> float:
    """Longest time of one track on the truth, all its stays together, s."""
    spans = times[stays[:, 2]] - times[stays[:, 1]]
    return max(float(spans[stays[:, 0] == one].sum()) for one in np.unique(stays[:, 0]))


def _covered(stays: Ints, times: Floats) -> float:
    """Time during which any track is on the truth, s."""
    steps = np.zeros(len(times) - 1, dtype=bool) if len(times) > 1 else np.zeros(0, dtype=bool)
    for _, first, last in stays:
        steps[first:last] = True
    return float(np.diff(times)[steps].sum())
