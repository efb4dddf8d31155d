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


class Sums(NamedTuple):
    """What the figures are quotients of; sums of several windows or classes may be added up."""

    truths: int  # rows
    tracked: int  # those with a track
    tracks: int  # rows
    on: int  # those on a truth
    position_error: float  # m, sum over tracks on truths
    velocity_error: float  # m/s
    changes: int  # of track number
    t_tracked: float  # s
    t_longest: float  # s, on the longest track of each truth
    t_life: float  # s


def siap(times: Floats, truths: Sightings, tracks: Sightings, match: Ints) -> Siap:
    """The SIAP figures of a picture; see `siap_sums`."""
    return siap_of(siap_sums(times, truths, tracks, match))


def siap_of(sums: Sums) -> Siap:
    """The figures that sums give."""
    return Siap(
        completeness=_share(sums.tracked, sums.truths),
        ambiguity=_share(sums.on, sums.tracked),
        spuriousness=_share(sums.tracks - sums.on, sums.tracks),
        position_error=_share(sums.position_error, sums.on),
        velocity_error=_share(sums.velocity_error, sums.on),
        track_changes=_share(sums.changes, sums.t_tracked),
        longest_segment=_share(sums.t_longest, sums.t_life),
    )


def siap_sums(times: Floats, truths: Sightings, tracks: Sightings, match: Ints) -> Sums:
    """Sums of which the SIAP figures of a picture are made.

    Parameters
    ----------
    times : (n_times,) float
        Ascending, s; ``time`` of both tables counts in them.
    match : (n_tracks,) int
        Row of ``truths`` to which each row of ``tracks`` belongs, -1 for none; see `nearest_truth`.

    Notes
    -----
    A track's time on a truth is a run of those times of the truth, one after another, at which the
    two are matched; the clock of a truth stands still where it has no row between two that it has.
    Track changes: the fewest tracks that cover the times at which a truth is tracked, less one,
    taking at each gap the track that lasts longest.
    """
    on = np.flatnonzero(match >= 0)
    apart = np.linalg.norm(tracks.r[on] - truths.r[match[on]], axis=1)
    slip = np.linalg.norm(tracks.v[on] - truths.v[match[on]], axis=1)
    changes, tracked, longest, life = 0, 0.0, 0.0, 0.0
    by_truth = np.argsort(truths.id[match[on]], kind="stable")
    on_id = truths.id[match[on]][by_truth]
    rows = np.lexsort((truths.time, truths.id))
    ids, first = np.unique(truths.id[rows], return_index=True)
    for truth, mine_of in zip(ids, np.split(truths.time[rows], first[1:])):
        clock = _clock(times, mine_of)
        life += clock[-1]
        span = np.searchsorted(on_id, [truth, truth + 1])
        mine = on[by_truth[span[0] : span[1]]]
        if len(mine) == 0:
            continue
        steps = np.searchsorted(mine_of, tracks.time[mine])
        stays = _stays(tracks.id[mine], steps)
        changes += _fewest(stays, np.unique(steps)) - 1
        longest += _longest(stays, clock)
        tracked += _covered(stays, clock)
    return Sums(
        truths=len(truths.time),
        tracked=len(np.unique(match[on])),
        tracks=len(tracks.time),
        on=len(on),
        position_error=float(apart.sum()),
        velocity_error=float(slip.sum()),
        changes=changes,
        t_tracked=tracked,
        t_longest=longest,
        t_life=float(life),
    )


def _clock(times: Floats, steps: Ints) -> Floats:
    """Time of a truth at its own times, s; none goes by in a gap between two of them."""
    passed = np.diff(times[steps]) * (np.diff(steps) == 1)
    return np.concatenate([np.zeros(1), np.cumsum(passed)])


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
