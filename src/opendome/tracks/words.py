"""Words of looks, as they come to the nodes, and which of them a picture takes in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from opendome.kernels.admission import Beat, Clocks, Marks, admit
from opendome.kernels.looks import Looks, are_ordered
from opendome.messages import Bools, Detections, Floats, Ints, Scan, empty, in_runs, join


class Seen(NamedTuple):
    """What one scan has seen, ordered by run, then by distance."""

    looks: Looks
    is_plume: Bools  # of each look
    r_sensor: Floats  # (n, 3) ECEF, where each was made


class Words(NamedTuple):
    """Scans of sensors that have come to some runs at one time, k in their order."""

    t: Floats
    sensor: Ints
    number: Ints
    is_heard: Bools  # (k, n_runs)
    seen: dict[int, Seen]  # of those, by their place, that have seen something


class Admitted(NamedTuple):
    """What a picture makes of words."""

    is_new: Bools  # (k, n_runs) runs that take each in
    t_eyes: Floats  # (k, n_runs) until when plumes are known after each


def words_of(runs: Ints, scans: Sequence[Scan], beat: Beat) -> Words:
    """Scans that have arrived, in order of their time; parts of one scan are joined."""
    n, seen = len(runs), {}
    if len(scans) <= 1:
        return _word_of(runs, scans[0], beat) if scans else NO_WORDS
    sensor = np.array([scan.sensor for scan in scans], dtype=np.int64)
    when = np.array([scan.t for scan in scans], dtype=np.float64)
    phase, period = beat.phase[sensor], beat.period[sensor]
    number = np.rint((when - phase) / period).astype(np.int64)
    t = phase + number * period
    order = np.lexsort((number, sensor, t))
    whose, which = sensor[order], number[order]
    is_other = (whose[1:] != whose[:-1]) | (which[1:] != which[:-1])
    ends = [0, *(1 + is_other.nonzero()[0]).tolist(), len(order)]
    is_heard = np.zeros((len(ends) - 1, n), np.bool_)
    for k, (first, last) in enumerate(pairwise(ends)):
        scan = scans[order[first]]
        if last > first + 1:
            scan = _joined(runs, [scans[i] for i in order[first:last]])
        is_everywhere = len(scan.runs) == n
        is_heard[k, slice(None) if is_everywhere else np.searchsorted(runs, scan.runs)] = True
        if len(scan.seen.run):
            seen[k] = seen_in(scan.seen)
    chosen = order[ends[:-1]]
    return Words(t[chosen], sensor[chosen], number[chosen], is_heard, seen)


def _word_of(runs: Ints, scan: Scan, beat: Beat) -> Words:
    """The one scan that has arrived: nothing is to be ordered or joined."""
    phase, period = beat.phase[scan.sensor], beat.period[scan.sensor]
    number = np.rint((scan.t - phase) / period).astype(np.int64)
    is_heard = np.ones((1, len(runs)), np.bool_)
    if len(scan.runs) < len(runs):
        is_heard[:] = False
        is_heard[0, np.searchsorted(runs, scan.runs)] = True
    return Words(
        np.array([phase + number * period]),
        np.array([scan.sensor], dtype=np.int64),
        np.array([number]),
        is_heard,
        {0: seen_in(scan.seen)} if len(scan.seen.run) else {},
    )


def some_words(words: Words, is_chosen: Bools) -> Words:
    """Chosen words (k,) only."""
    if is_chosen.all():
        return words
    place = np.cumsum(is_chosen) - 1
    seen = {int(place[k]): seen for k, seen in words.seen.items() if is_chosen[k]}
    t, sensor, number = words.t[is_chosen], words.sensor[is_chosen], words.number[is_chosen]
    return Words(t, sensor, number, words.is_heard[is_chosen], seen)


def shared_runs(runs: Ints, n_cells: int) -> Ints:
    """Numbers (n_cells * n_runs,) of the runs of cells that are kept together, cell by cell.

    Those of the first are the runs themselves; `cells_and_runs` tells the others apart.
    """
    numbers: Ints = np.arange(n_cells)[:, None] * _stride(runs) + runs
    return numbers.ravel()


def cells_and_runs(runs: Ints, number: Ints) -> tuple[Ints, Ints]:
    """Which cell, and which of the ``runs`` of the batch, each number of `shared_runs` means."""
    cell, run = np.divmod(number, _stride(runs))
    return cell, run


def _stride(runs: Ints) -> int:
    return int(runs.max(initial=0)) + 1


def side_by_side(each: Sequence[Words], runs: Ints) -> Words:
    """Words that have come to each of several cells as those of one, in their `shared_runs`.

    One cell after another: no cell has a word for what another believes.
    """
    if len(each) == 1:
        return each[0]
    n, stride, first, seen = len(runs), _stride(runs), 0, {}
    is_heard = np.zeros((sum(len(words.t) for words in each), len(each) * n), np.bool_)
    for cell, words in enumerate(each):
        last = first + len(words.t)
        if last > first:
            is_heard[first:last, cell * n : (cell + 1) * n] = words.is_heard
        for k, found in words.seen.items():
            looks = found.looks._replace(run=found.looks.run + cell * stride)
            seen[first + k] = found._replace(looks=looks)
        first = last
    t = np.concatenate([words.t for words in each])
    sensor = np.concatenate([words.sensor for words in each])
    number = np.concatenate([words.number for words in each])
    return Words(t, sensor, number, is_heard, seen)


def take_in(
    words: Words, marks: Marks, clocks: Clocks, beat: Beat, when: tuple[Ints, float]
) -> Admitted:
    """What a picture takes in of words; ``when``: the runs of the batch, and now."""
    runs, now = when
    is_new, is_late, t_eyes = admit(
        (words.sensor, words.number, words.t, words.is_heard), marks, clocks, beat, now
    )
    if is_late.any():
        for k, seen in words.seen.items():
            place = np.searchsorted(runs, seen.looks.run)
            clocks.dropped[:] += np.bincount(place[is_late[k, place]], minlength=len(runs))
    return Admitted(is_new, t_eyes)


def _joined(runs: Ints, parts: list[Scan]) -> Scan:
    """One scan whose word has come in parts; none of what it has seen twice."""
    is_heard, fresh = np.zeros(len(runs), np.bool_), []
    for part in parts:
        place = np.searchsorted(runs, part.runs)
        fresh.append(in_runs(part, ~is_heard[place]).seen)
        is_heard[place] = True
    return Scan(parts[0].t, parts[0].sensor, runs[is_heard], join(fresh, Detections))


def seen_in(d: Detections) -> Seen:
    """Detections of one scan, ordered by run and distance."""
    columns: tuple[Any, ...] = (
        d.run,
        d.u_los_ecef,
        d.sigma_angle,
        d.distance,
        d.sigma_distance,
        d.distance_rate,
        d.sigma_distance_rate,
        d.snr,
    )
    if are_ordered(d.run, d.distance, d.snr):
        return Seen(Looks(*columns), d.is_plume, d.r_sensor_ecef)
    order = np.lexsort((d.snr, d.distance, d.run))
    looks = Looks(*[column[order] for column in columns])
    return Seen(looks, d.is_plume[order], d.r_sensor_ecef[order])


def seen_by(seen: Seen, chosen: Ints) -> Seen:
    """Chosen looks only."""
    columns: list[Any] = [column[chosen] for column in seen.looks]
    return Seen(Looks(*columns), seen.is_plume[chosen], seen.r_sensor[chosen])


NOTHING_SEEN = seen_in(empty(Detections))
NO_WORDS = Words(
    np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 0), np.bool_), {}
)
