"""Scans of radars, one after another, taken into the rows of a picture: what most scans are.

For the filter of several models, by nearest neighbours or by chance. `tracks.scan` does the same
for any filter and associator, one step at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.bank import Manner, Motion, begin_turns, predict_bank
from opendome.kernels.beside import take_after
from opendome.kernels.births import Birth, born, count_ids
from opendome.kernels.chances import Prospect
from opendome.kernels.dwell import Ration
from opendome.kernels.field import Fields, one_of, stacked
from opendome.kernels.fusion import merge_rows
from opendome.kernels.leans import carried
from opendome.kernels.looks import Looks, looks_at
from opendome.kernels.nearby import Lines, lines_near, lines_of, note_line
from opendome.kernels.odds import Doubt, Rule, is_proven
from opendome.kernels.pairing import Shared, pair_and_update, share_and_update
from opendome.kernels.radar import Radar
from opendome.kernels.rows import Beliefs, Rows, beliefs_in, chosen_rows, joined_rows
from opendome.kernels.scanning import PLUME_PATIENCE, Scan, is_kept, note_scan
from opendome.kernels.views import RadarEye, View, radar_rcs, radar_view

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Habits(NamedTuple):
    """How a picture is kept."""

    motion: Motion
    manner: Manner
    gates: Floats  # (3, 5) as of `match`, by rank: closed, tentative, confirmed
    twin_gate: float  # as of `twins`
    birth: Birth
    rule: Rule
    is_shared: bool  # looks by chance (JPDA), not to the nearest neighbours


class Sweeps(NamedTuple):
    """Scans of radars, k in their order, as they have come to some runs."""

    sensor: Ints
    t: Floats
    is_heard: Bools  # (k, n_runs) which runs take each in
    t_eyes: Floats  # (k, n_runs) until when plumes are known at each
    ends: Ints  # (k, 2) first and one past the last of its looks
    looks: Looks  # of all; those of a scan ordered by run, then by distance


class Standing(NamedTuple):
    """What is known of rows from one scan to the next."""

    lines: Lines
    is_firm: Bools  # confirmed, and kept as long as nothing is written to it
    burning: Ints  # rows


class Eyes(NamedTuple):
    """Radars as a tracker knows them, as arrays; rows of what is none mean nothing."""

    fields: Fields
    numbers: Floats  # (n, 11) of `Radar`, `RadarEye`, `Ration` and `Doubt`; see `eye_of`
    whole: Ints  # (n, 3) is_cued, capacity, band


def stacked_eyes(eyes: Sequence[RadarEye | None]) -> Eyes:
    """Several radars; None for what is none."""
    numbers, whole = np.full((len(eyes), 11), np.nan), np.zeros((len(eyes), 3), np.int64)
    for i, eye in enumerate(eyes):
        if eye is not None:
            radar = eye.radar
            own = eye.period, eye.unknown_rcs, radar.ration.budget
            numbers[i] = (*radar[1:6], *own, *eye.doubt)
            whole[i] = radar.is_cued, radar.ration.capacity, eye.band
    return Eyes(stacked([eye.radar.field if eye else None for eye in eyes]), numbers, whole)


@jit
def eye_of(eyes: Eyes, i: int) -> RadarEye:
    """The i-th of several radars."""
    x, k = eyes.numbers[i], eyes.whole[i]
    radar = Radar(
        one_of(eyes.fields, i), x[0], x[1], x[2], x[3], x[4], k[0] != 0, Ration(k[1], x[7])
    )
    return RadarEye(radar, i, x[5], k[2], x[6], Doubt(x[8], x[9], x[10]))


@jit
def _standing(rows: Rows, runs: Ints) -> Standing:
    """Of rows that nothing is known of yet."""
    is_firm = np.zeros(len(rows.run), np.bool_)
    return Standing(lines_of(rows, runs), is_firm, np.flatnonzero(rows.is_boosting))


@jit
def _burns_out(rows: Rows, standing: Standing, is_heard: Bools, t: float, t_eyes: Floats) -> bool:
    """Whether a scan at t in some runs is the first to find that a motor has burnt out."""
    for i in standing.burning:
        place = standing.lines.place[i]
        if is_heard[place]:
            end = rows.t_plume[i] + PLUME_PATIENCE * rows.plume_period[i]
            if end < min(t, t_eyes[place]):
                return True
    return False


@jit
def _kept(rows: Rows, standing: Standing, is_heard: Bools, t: float, rule: Rule) -> Ints:
    """As `kept_rows`, which asks again of rows that stand firm."""
    is_firm, place = standing.is_firm, standing.lines.place
    kept = np.empty(len(rows.run), np.int64)
    n = 0
    for i in range(len(rows.run)):
        if is_firm[i] or is_kept(rows, i, is_heard[place[i]], t, rule):
            is_firm[i] = rows.is_confirmed[i]
            kept[n] = i
            n += 1
    return kept[:n]


@jit
def _looks_in(sweeps: Sweeps, k: int, runs: Ints) -> Looks:
    """Looks of a scan in the runs that take it in."""
    first, last = sweeps.ends[k, 0], sweeps.ends[k, 1]
    chosen = np.empty(last - first, np.int64)
    n, place = 0, 0
    for i in range(first, last):
        while runs[place] < sweeps.looks.run[i]:
            place += 1
        if sweeps.is_heard[k, place]:
            chosen[n] = i
            n += 1
    return looks_at(sweeps.looks, chosen[:n])


@jit
def _paired(
    rows: Rows, near: Ints, now: Beliefs, view: View, eye: RadarEye, looks: Looks, habits: Habits
) -> Shared:
    """What the looks say of the rows near; ``now`` is updated in place."""
    rank = np.zeros(len(near), np.int64)
    for k in range(len(near)):
        if not view.is_foreign[k]:
            rank[k] = 2 if rows.is_confirmed[near[k]] else 1
    scan = (looks, eye.radar.field.r_ecef)
    run, gates, manner = rows.run[near], habits.gates, habits.manner
    if habits.is_shared:
        prospect = Prospect(view.p_detect, rows.odds[near], eye.doubt)
        return share_and_update(run, now, rank, scan, gates, manner, prospect)
    row, look, fit = pair_and_update(run, now, rank, scan, gates, manner)
    return Shared(row, look, fit, view.p_detect, np.ones(len(looks.run)))


@jit
def _take_near(
    rows: Rows, near: Ints, eye: RadarEye, looks: Looks, t: float, habits: Habits
) -> tuple[Rows, Ints]:
    """What a scan says of the rows that the radar may see, and the looks that belong to none."""
    now = predict_bank(beliefs_in(rows), near, t, habits.motion)
    leans = rows.lean[:0]
    if rows.lean.shape[3] > 0:
        leans = carried(beliefs_in(rows), rows.lean, near, t, habits.motion)
    view = radar_view(eye, rows, near, now, t)
    row, look = np.zeros(0, np.int64), np.zeros(0, np.int64)
    fit, rcs, left = np.zeros(0), np.zeros(0), np.zeros(0)
    if len(looks.run) > 0:
        row, look, fit, p_missed, left = _paired(rows, near, now, view, eye, looks, habits)
        rcs = radar_rcs(eye.radar, looks.snr, looks.distance)
        view = View(p_missed, view.revisit, view.is_seen, view.is_foreign)
    scan = Scan(t, eye.sensor, eye.period, eye.band, eye.doubt.clutter)
    noted = note_scan(rows, near, now, view, (row, look, fit, rcs), scan, habits.rule)
    for k in range(len(leans)):
        if rows.t[near[k]] == t:
            rows.lean[near[k]] = leans[k]
    if len(noted.hit) > 0 and len(noted.stale) > 0:
        rows = merge_rows(rows, noted.hit, noted.stale, habits.twin_gate)
    return rows, noted.free[left[noted.free] > 0.5]


@jit
def take_sweeps(
    eyes: Eyes, sweeps: Sweeps, rows: Rows, runs: Ints, next_id: Ints, habits: Habits
) -> tuple[int, Rows]:
    """Take scans of radars into rows until one finds that a motor has burnt out.

    Rows that lean on biases of sensors are brought along; what looks say of these is left to
    `tracks.registration`, so that scans in which such rows are seen are not for this.

    Parameters
    ----------
    rows
        May be written to.
    runs : (n_runs,) int
        Of the batch, ascending.
    next_id : (n_runs,) int
        Number of the next new track of each run; counted on, in place.

    Returns
    -------
    n, rows : int, Rows
        How many were taken in, and the rows after these. It stops before a scan that finds a motor
        burnt out.
    """
    standing = _standing(rows, runs)
    for k in range(len(sweeps.t)):
        t, is_heard = sweeps.t[k], sweeps.is_heard[k]
        if len(rows.run) == 0 and sweeps.ends[k, 0] == sweeps.ends[k, 1]:
            continue
        if _burns_out(rows, standing, is_heard, t, sweeps.t_eyes[k]):
            return k, rows
        eye, looks = eye_of(eyes, sweeps.sensor[k]), _looks_in(sweeps, k, runs)
        free, n, is_changed = np.arange(len(looks.run)), len(rows.run), False
        if n > 0:
            near = lines_near(eye.radar.field, standing.lines, is_heard, t)
            if len(near) > 0:
                rows, free = _take_near(rows, near, eye, looks, t, habits)
                is_changed = len(rows.run) < n
                if is_changed:
                    standing = _standing(rows, runs)
                else:
                    for i in near:
                        note_line(rows, i, standing.lines)
                        standing.is_firm[i] = False
            kept = _kept(rows, standing, is_heard, t, habits.rule)
            if len(kept) < len(rows.run):
                rows, is_changed = chosen_rows(rows, kept), True
        if len(free) > 0:
            fresh = born(looks, free, rows.run, eye, t, habits.birth)
            take_after(fresh, rows, t)
            begin_turns(fresh, np.flatnonzero(fresh.agility), habits.manner)
            fresh.is_confirmed[:] = is_proven(1, eye.doubt.first, habits.rule)
            count_ids(fresh, runs, next_id)
            rows, is_changed = joined_rows(rows, fresh), True
        if is_changed:
            standing = _standing(rows, runs)
    return len(sweeps.t), rows
