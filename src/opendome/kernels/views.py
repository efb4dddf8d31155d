"""What a tracker may expect of one look of a sensor at the rows of a picture.

Which rows may be in its field, with what chance it detects each, and how often it comes back.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.field import Field, is_in_field, may_be_in_field, seen_from
from opendome.kernels.infrared import Sight, is_in_view
from opendome.kernels.odds import Doubt
from opendome.kernels.radar import Radar, mean_snr
from opendome.kernels.rows import LEAST_RCS, Beliefs, Rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MAX_LATE = 40.0  # s, a scan may be older than a track by this much
MARGIN_SIGMAS = 3.0
MARGIN_ACCELERATION = 60.0  # m/s^2, by which a straight line may err
VAGUE = 5e3  # m, of place: more than that and a track may be foreign to a radar
FOREIGN_PERIODS = 5.0  # without detection, after which a vague track is foreign
P_PLUME = 0.5  # chance of a plume where one would be seen: whether it burns is not known


class RadarEye(NamedTuple):
    """A radar as the tracker knows it."""

    radar: Radar
    sensor: int  # its index
    period: float
    band: int  # 0 or 1: which of a track's two cross-sections it sees
    unknown_rcs: float  # m^2, of what no radar has measured
    doubt: Doubt


class View(NamedTuple):
    """What one scan should show of m rows."""

    p_detect: Floats  # in a period
    revisit: Floats  # s, between two looks at it
    is_seen: Bools  # a scan without detection of it counts as a look that could have seen it
    is_foreign: Bools  # too vague for this sensor, which has not seen it for long, to update


@jit
def may_be_seen(field: Field, rows: Rows, i: int, t: float) -> bool:
    """Whether a radar may see row i at t, by a straight line with a margin."""
    dt = t - rows.t[i]
    if not dt >= -MAX_LATE:
        return False
    cov = rows.cov[i]
    spread = cov[0, 0] + cov[1, 1] + cov[2, 2]
    drift = cov[3, 3] + cov[4, 4] + cov[5, 5]
    margin = MARGIN_SIGMAS * math.sqrt(spread + drift * dt * dt)
    margin += MARGIN_ACCELERATION * dt * dt
    x = rows.x[i, 0] + rows.x[i, 3] * dt
    y = rows.x[i, 1] + rows.x[i, 4] * dt
    z = rows.x[i, 2] + rows.x[i, 5] * dt
    return bool(may_be_in_field(field, x, y, z, margin))


@jit
def rows_near(field: Field, rows: Rows, runs: Ints, is_heard: Bools, t: float) -> Ints:
    """Rows (m,) that a radar may see at t.

    Parameters
    ----------
    runs, is_heard : (n_runs,) int, bool
        Runs of the batch, ascending, and whether each has word of the scan.
    """
    near = np.empty(len(rows.run), np.int64)
    n, place = 0, 0
    for i in range(len(rows.run)):
        while runs[place] < rows.run[i]:
            place += 1
        if is_heard[place] and may_be_seen(field, rows, i, t):
            near[n] = i
            n += 1
    return near[:n]


@jit
def rows_in_time(rows: Rows, runs: Ints, is_heard: Bools, t: float) -> Ints:
    """Rows (m,) of runs with word of a scan at t that are not too far ahead of it."""
    near = np.empty(len(rows.run), np.int64)
    n, place = 0, 0
    for i in range(len(rows.run)):
        while runs[place] < rows.run[i]:
            place += 1
        if is_heard[place] and t - rows.t[i] >= -MAX_LATE:
            near[n] = i
            n += 1
    return near[:n]


@jit
def known_rcs(rows: Rows, i: int, band: int) -> float:
    """Mean cross-section measured of a row in a band, m^2; NaN where none was."""
    if rows.rcs_n[i, band] == 0:
        return math.nan
    return float(max(rows.rcs_sum[i, band] / rows.rcs_n[i, band], LEAST_RCS))


@jit
def p_detect_at(radar: Radar, x: float, y: float, z: float, rcs: float) -> float:
    """Chance that a look detects a Swerling-1 target at a place; 0 outside the field."""
    if not is_in_field(radar.field, x, y, z):
        return 0.0
    distance = seen_from(radar.field, x, y, z)[0]
    return float(math.exp(-radar.threshold / (1.0 + mean_snr(radar, distance, rcs))))


@jit
def radar_view(eye: RadarEye, rows: Rows, near: Ints, beliefs: Beliefs, t: float) -> View:
    """What a scan of a radar at t should show of rows.

    Parameters
    ----------
    near : (m,) int
        Those of the rows, ascending.
    beliefs : Beliefs
        The same m rows, brought to t.

    Notes
    -----
    The radar shares its time among all that a run has in view; see `dwell`. A confirmed track is
    foreign if it is vague and the radar has not seen it for some revisits: within its gate lie
    false alarms and other things. The radar first confirms a track of its own, which is then
    merged. Of a cued radar nobody knows whether it looked at a confirmed track.
    """
    m, radar = len(near), eye.radar
    view = View(np.empty(m), np.empty(m), np.empty(m, np.bool_), np.empty(m, np.bool_))
    most = min(float(radar.ration.capacity), radar.ration.budget)
    first = 0
    while first < m:
        last, n_in_view = first, 0
        while last < m and rows.run[near[last]] == rows.run[near[first]]:
            rcs = known_rcs(rows, near[last], eye.band)
            x = beliefs.x[last]
            view.is_seen[last] = not (rows.is_confirmed[near[last]] and math.isnan(rcs))
            rcs = eye.unknown_rcs if math.isnan(rcs) else rcs
            view.p_detect[last] = p_detect_at(radar, x[0], x[1], x[2], rcs)
            n_in_view += view.p_detect[last] > 0.0
            last += 1
        share = min(1.0, most / max(n_in_view, 1))
        for k in range(first, last):
            i, cov = near[k], beliefs.cov[k]
            view.p_detect[k] *= share
            view.revisit[k] = eye.period / share
            is_sure = rows.is_confirmed[i]
            is_in_view = view.p_detect[k] > 0.0
            view.is_seen[k] &= is_in_view and not (radar.is_cued and is_sure)
            is_strange = rows.heard[i] & (1 << eye.sensor) == 0
            is_strange |= rows.t_update[i] < t - FOREIGN_PERIODS * view.revisit[k]
            is_vague = cov[0, 0] + cov[1, 1] + cov[2, 2] > VAGUE * VAGUE
            view.is_foreign[k] = is_sure and is_strange and is_vague
        first = last
    return view


@jit
def infrared_view(sight: Sight, period: float, rows: Rows, near: Ints, beliefs: Beliefs) -> View:
    """What a scan of an infrared sensor should show of rows; see `radar_view`.

    A confirmed track that is not seen has burnt out, and a radar's may never have burnt: that is no
    miss.
    """
    m = len(near)
    view = View(np.zeros(m), np.full(m, period), np.zeros(m, np.bool_), np.zeros(m, np.bool_))
    for k in range(m):
        if is_in_view(sight, beliefs.x[k, 0], beliefs.x[k, 1], beliefs.x[k, 2]):
            view.p_detect[k] = P_PLUME
            view.is_seen[k] = rows.is_boosting[near[k]] and not rows.is_confirmed[near[k]]
    return view


@jit
def nothing_expected(period: float, m: int) -> View:
    """Of m rows, none counts as missed."""
    return View(np.zeros(m), np.full(m, period), np.zeros(m, np.bool_), np.zeros(m, np.bool_))


@jit
def radar_rcs(radar: Radar, snr: Floats, distance: Floats) -> Floats:
    """Unbiased guess (n,) of the cross-section from each detection, m^2; may be negative.

    What is above the threshold has the mean of the whole exponential distribution.
    """
    found = np.empty(len(snr))
    for i in range(len(snr)):
        found[i] = (snr[i] - radar.threshold) * distance[i] ** 4 / radar.snr_unit
    return found
