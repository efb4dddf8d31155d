"""Scans of radars that show nothing, one after another: what most scans are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.dwell import Ration
from opendome.kernels.field import Fields, one_of, stacked
from opendome.kernels.modes import LevelNoise
from opendome.kernels.motion import Noise
from opendome.kernels.radar import Radar
from opendome.kernels.rows import Beliefs, Rows
from opendome.kernels.scanning import PLUME_PATIENCE, Scan, is_kept, note_scan
from opendome.kernels.two_models import predict_two
from opendome.kernels.views import RadarEye, radar_view, rows_near

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

Motion = tuple[tuple[Noise, LevelNoise], tuple[float, float]]  # as `predict_two` takes it


class Eyes(NamedTuple):
    """Radars as a tracker knows them, as arrays; rows of what is none mean nothing."""

    fields: Fields
    numbers: Floats  # (n, 8) of `Radar`, `RadarEye` and `Ration`; see `eye_of`
    whole: Ints  # (n, 3) is_cued, capacity, band


def stacked_eyes(eyes: Sequence[RadarEye | None]) -> Eyes:
    """Several radars; None for what is none."""
    numbers, whole = np.full((len(eyes), 8), np.nan), np.zeros((len(eyes), 3), np.int64)
    for i, eye in enumerate(eyes):
        if eye is not None:
            radar = eye.radar
            numbers[i] = (*radar[1:6], eye.period, eye.unknown_rcs, radar.ration.budget)
            whole[i] = radar.is_cued, radar.ration.capacity, eye.band
    return Eyes(stacked([eye.radar.field if eye else None for eye in eyes]), numbers, whole)


@jit
def eye_of(eyes: Eyes, i: int) -> RadarEye:
    """The i-th of several radars."""
    x, k = eyes.numbers[i], eyes.whole[i]
    radar = Radar(
        one_of(eyes.fields, i), x[0], x[1], x[2], x[3], x[4], k[0] != 0, Ration(k[1], x[7])
    )
    return RadarEye(radar, i, x[5], k[2], x[6])


@jit
def _burns_out(rows: Rows, runs: Ints, is_heard: Bools, t: float, t_eyes: Floats) -> bool:
    """Whether a scan at t in some runs is the first to find that a motor has burnt out."""
    place = 0
    for i in range(len(rows.run)):
        while runs[place] < rows.run[i]:
            place += 1
        if rows.is_boosting[i] and is_heard[place]:
            end = rows.t_plume[i] + PLUME_PATIENCE * rows.plume_period[i]
            if end < min(t, t_eyes[place]):
                return True
    return False


@jit
def take_silent(
    eyes: Eyes, scans: tuple[Ints, Floats, Bools], rows: Rows, runs: Ints, t_eyes: Floats,
    rule: tuple[int, int], motion: Motion,
) -> tuple[int, Ints]:  # fmt: skip
    """Take scans without detections into rows, in place, until one needs more than that.

    Parameters
    ----------
    scans : (k,) int, (k,) float, (k, n_runs) bool
        Of which radar, when, and which runs have word of each, in their order.
    t_eyes : (n_runs,) float
        Until when plumes are known.
    rule : int, int
        As of `kept_rows`.
    motion
        As of `predict_two`.

    Returns
    -------
    n, kept : int, (m,) int
        How many were taken in; the rows that are kept after these. It stops before a scan that
        finds a motor burnt out, and after one that loses rows.
    """
    sensors, times, heard = scans
    beliefs = Beliefs(
        rows.t, rows.x, rows.cov, rows.is_boosting, rows.agility, rows.is_level, rows.p_level,
        rows.other_x, rows.other_cov, rows.other_agility,
    )  # fmt: skip
    nobody = np.zeros(0, np.int64)
    kept = np.arange(len(rows.run))
    for k in range(len(times)):
        t = times[k]
        if _burns_out(rows, runs, heard[k], t, t_eyes):
            return k, kept
        eye = eye_of(eyes, sensors[k])
        near = rows_near(eye.radar.field, rows, runs, heard[k], t)
        if len(near) > 0:
            now = predict_two(beliefs, near, t, motion[0], motion[1])
            view = radar_view(eye, rows, near, now, t)
            scan = Scan(t, eye.sensor, eye.period, eye.band)
            note_scan(rows, near, now, view, (nobody, nobody, np.zeros(0)), scan, rule[0])
        n, place = 0, 0
        for i in range(len(rows.run)):
            while runs[place] < rows.run[i]:
                place += 1
            if is_kept(rows, i, heard[k, place], t, rule):
                kept[n] = i
                n += 1
        if n < len(rows.run):
            return k + 1, kept[:n]
    return len(times), kept
