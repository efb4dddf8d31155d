"""What becomes of the rows of a picture in one scan: hits, misses, who is lost, who has landed."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.chances import SURE
from opendome.kernels.frames import geodetic_from_ecef
from opendome.kernels.odds import (
    LEAST,
    MOST,
    Rule,
    is_proven,
    odds_after_hit,
    odds_after_miss,
)
from opendome.kernels.prediction import due_rows
from opendome.kernels.rows import LEVEL, N_MODELS, Beliefs, Rows, p_level, put_belief
from opendome.kernels.vectors import Vector, dot, norm, row
from opendome.kernels.views import P_PLUME, View

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PLUME_PATIENCE = 2.5  # periods without plume after which a motor has burnt out
LOST = 9.0  # misses (see `Rows`) that end a confirmed track: three sure ones
MANOEUVRE = 900.0  # m^2/s^3, acceleration noise of a track in air that a sure look missed
LOW_RADIUS = 6378e3 + 100e3  # m, of what is in air
STARED_P_DETECT = 0.7  # what satellites see of a thing may have been given to a neighbour
FOREIGN_P_DETECT = 0.5  # a foreign track is elsewhere, not gone: misses say little
LEAST_P_DETECT = 0.5  # of a look that counts against a tentative track
MOST_SIGMA = 600e3  # m, of place: a track that is less sure is of no use
MOST_SPEED = 15e3  # m/s, faster than anything that comes back
MAY_FLY = 0.1  # chance of level flight, above which gravity alone brings nothing down
FALL = 9.8  # m/s^2


class Scan(NamedTuple):
    """One scan of one sensor, as a picture sees it."""

    t: float
    sensor: int  # its index
    period: float
    band: int  # of cross-sections; -1: an infrared sensor, which sees plumes
    clutter: float  # natural logarithm of the density of false looks


class Noted(NamedTuple):
    """Rows and looks of whom something remains to be done."""

    hit: Ints  # rows
    stale: Ints  # rows in view that this sensor does not keep up
    cold: Ints  # rows whose plume was seen, and that did not burn
    free: Ints  # looks that belong to no row


@jit
def looks_of(looks_run: Ints, runs: Ints, is_chosen: Bools) -> Ints:
    """Looks of chosen runs."""
    found = np.empty(len(looks_run), np.int64)
    n, place = 0, 0
    for i in range(len(looks_run)):
        while runs[place] < looks_run[i]:
            place += 1
        if is_chosen[place]:
            found[n] = i
            n += 1
    return found[:n]


@jit
def burnt_rows(rows: Rows, runs: Ints, is_chosen: Bools, until: Floats) -> Ints:
    """Rows of chosen runs whose plume has not been seen for a while, at a time of each run."""
    over = np.empty(len(rows.run), np.int64)
    n, place = 0, 0
    for i in range(len(rows.run)):
        while runs[place] < rows.run[i]:
            place += 1
        if rows.is_boosting[i] and is_chosen[place]:
            end = rows.t_plume[i] + PLUME_PATIENCE * rows.plume_period[i]
            if end < until[place]:
                over[n] = i
                n += 1
    return over[:n]


@jit
def note_hit(
    rows: Rows, i: int, scan: Scan, seen: tuple[float, float], said: tuple[float, float]
) -> None:
    """A sensor has detected a row.

    ``seen``: what its revisits and its chance of detection were; ``said``: what `match` says of the
    look, and the cross-section that it shows.
    """
    (revisit, p_detect), (fit, rcs) = seen, said
    rows.odds[i] = odds_after_hit(rows.odds[i], p_detect, fit, scan.clutter)
    rows.n_updates[i] += 1
    rows.n_looks[i] += 1
    rows.n_missed[i] = 0
    rows.misses[i] = 0.0
    rows.t_update[i] = max(rows.t_update[i], scan.t)
    rows.heard[i] |= 1 << scan.sensor
    rows.period[i] = revisit
    if scan.band >= 0:
        rows.rcs_sum[i, scan.band] += rcs
        rows.rcs_n[i, scan.band] += 1
    else:
        rows.t_plume[i], rows.plume_period[i] = scan.t, scan.period


@jit
def note_miss(rows: Rows, i: int, p_detect: float) -> None:
    """A sensor has looked at a row and not seen it."""
    if not rows.is_confirmed[i] and p_detect >= LEAST_P_DETECT:
        rows.n_looks[i] += 1
    rows.n_missed[i] += 1
    rows.misses[i] -= math.log(1.0 - p_detect)
    rows.odds[i] = odds_after_miss(rows.odds[i], p_detect)
    is_low = norm(row(rows.x, i)) < LOW_RADIUS
    least = MANOEUVRE if is_low and p_detect >= SURE else 0.0
    rows.agility[i] = max(rows.agility[i], least)
    for m in range(N_MODELS):
        rows.bank_agility[i, m] = max(rows.bank_agility[i, m], least)


@jit
def note_scan(
    rows: Rows, near: Ints, beliefs: Beliefs, view: View,
    pairs: tuple[Ints, Ints, Floats, Floats], scan: Scan, rule: Rule,
) -> Noted:  # fmt: skip
    """Write what one scan says into the rows, in place.

    Parameters
    ----------
    near, beliefs, view
        The m rows that the sensor may see, what is believed of them now, and what was expected.
    pairs : (p,) int, (p,) int, (p,) float, (n_looks,) float
        As `match` gives them, rows by their places in ``near``; the cross-section that each look
        shows.

    Notes
    -----
    What an infrared sensor does not see is not brought to the time of its scan, as it may burn on.
    """
    m, is_plume, bit = len(near), scan.band < 0, 1 << scan.sensor
    of_row, of_look, fit, rcs = pairs
    look, pair = np.full(m, -1, np.int64), np.full(m, -1, np.int64)
    is_free = np.ones(len(rcs), np.bool_)
    for k in range(len(of_row)):
        look[of_row[k]], pair[of_row[k]] = of_look[k], k
        is_free[of_look[k]] = False
    lists = np.empty((3, m), np.int64)
    n_hit, n_stale, n_cold = 0, 0, 0
    for k in range(m):
        i, is_hit = near[k], look[k] >= 0
        in_view = view.is_foreign[k] or view.p_detect[k] > 0.0
        if is_hit or (in_view and rows.t[i] <= scan.t and not is_plume):
            put_belief(rows, i, beliefs, k)
        if is_hit:
            lists[0, n_hit] = i
            n_hit += 1
            if is_plume and not rows.is_boosting[i]:
                lists[2, n_cold] = i
                n_cold += 1
            seen, said = (view.revisit[k], view.p_detect[k]), (fit[pair[k]], rcs[look[k]])
            note_hit(rows, i, scan, seen, said)
            rows.is_confirmed[i] |= is_proven(rows.n_updates[i], rows.odds[i], rule)
            continue
        if view.is_seen[k]:
            doubt = FOREIGN_P_DETECT if view.is_foreign[k] else SURE
            note_miss(rows, i, min(view.p_detect[k], doubt))
        if view.is_foreign[k] or (in_view and rows.heard[i] & bit == 0):
            lists[1, n_stale] = i
            n_stale += 1
    return Noted(lists[0, :n_hit], lists[1, :n_stale], lists[2, :n_cold], np.flatnonzero(is_free))


class Stare(NamedTuple):
    """Rows of whom something remains to be done after a look of many satellites."""

    ignited: Ints  # their plume was seen, and they did not burn
    quenched: Ints  # their glow was seen, and they burnt
    hit: Ints
    stale: Ints  # confirmed rows that these satellites have never seen, or not for long


@jit
def note_stare(
    rows: Rows, near: Ints, beliefs: Beliefs, said: tuple[Ints, Floats, Bools, Floats],
    scan: Scan, rule: Rule,
) -> Stare:  # fmt: skip
    """Write what one look of many satellites says into the rows, in place.

    Parameters
    ----------
    said : (m, 2) int, (m,) float, (m,) bool, (m,) float
        How many satellites saw the plume, and how many the glow, of each of the rows ``near``; the
        sum of what `match` says of these looks; whether it was too vague for that; the chance with
        which what was not seen should have been, 0 where that may be cold or out of sight of all.
    """
    hits, fit, is_vague, p_detect = said
    lists = np.empty((4, len(near)), np.int64)
    n = np.zeros(4, np.int64)
    for k in range(len(near)):
        i, is_plume = near[k], hits[k, 0] > 0
        if not is_plume and hits[k, 1] == 0:
            is_new = is_vague[k] or rows.heard[i] & (1 << scan.sensor) == 0
            if rows.is_confirmed[i] and is_new:
                lists[3, n[3]] = i
                n[3] += 1
            if p_detect[k] > 0.0:
                doubt = FOREIGN_P_DETECT if is_vague[k] else STARED_P_DETECT
                note_miss(rows, i, min(p_detect[k], doubt))
            continue
        was_boosting, period = rows.is_boosting[i], rows.plume_period[i]
        put_belief(rows, i, beliefs, k)
        for _ in range(hits[k, 0] + hits[k, 1]):
            note_sighting(rows, i, scan)
            rows.odds[i] += math.log(P_PLUME) - scan.clutter
        rows.odds[i] = min(rows.odds[i] + fit[k], MOST)
        if is_plume:
            rows.t_plume[i], rows.plume_period[i] = scan.t, max(scan.period, period)
        rows.is_confirmed[i] |= is_proven(rows.n_updates[i], rows.odds[i], rule)
        which = 0 if is_plume else 1
        if is_plume != was_boosting:
            lists[which, n[which]] = i
            n[which] += 1
        lists[2, n[2]] = i
        n[2] += 1
    return Stare(lists[0, : n[0]], lists[1, : n[1]], lists[2, : n[2]], lists[3, : n[3]])


@jit
def note_sighting(rows: Rows, i: int, scan: Scan) -> None:
    """A satellite has seen a row."""
    rows.n_updates[i] += 1
    rows.n_looks[i] += 1
    rows.n_missed[i] = 0
    rows.misses[i] = 0.0
    rows.t_update[i] = max(rows.t_update[i], scan.t)
    rows.heard[i] |= 1 << scan.sensor
    rows.period[i] = scan.period


@jit
def is_sound(cov: Floats) -> bool:
    """Whether no variance is negative or NaN: that of a row whose filter has broken down is."""
    for k in range(len(cov)):  # noqa: SIM110 (compiled code has no all)
        if not cov[k, k] >= 0.0:
            return False
    return True


@jit
def is_kept(rows: Rows, i: int, is_heard: bool, t: float, rule: Rule) -> bool:
    """Whether row i is not lost, too vague or absurd after a scan at t; see `kept_rows`."""
    if not rows.is_confirmed[i]:
        is_by_hits = math.isnan(rule.odds)
        if is_by_hits and rows.n_looks[i] - rows.n_updates[i] > rule.looks - rule.hits:
            return False
        if is_heard and t - rows.t_update[i] > (rule.looks + 1) * rows.period[i]:
            return False
    is_lost = rows.misses[i] > LOST if math.isnan(rule.odds) else rows.odds[i] < LEAST
    cov, v = rows.cov[i], rows.x[i, 3:6]
    if is_lost or not cov[0, 0] + cov[1, 1] + cov[2, 2] < MOST_SIGMA**2:
        return False
    return bool(dot(v, v) < MOST_SPEED**2) and is_sound(cov)


@jit
def kept_rows(rows: Rows, runs: Ints, is_heard: Bools, t: float, rule: Rule) -> Ints:
    """Rows (m,) that are not lost, too vague or absurd after a scan at t in some runs."""
    kept = np.empty(len(rows.run), np.int64)
    n, place = 0, 0
    for i in range(len(rows.run)):
        while runs[place] < rows.run[i]:
            place += 1
        if is_kept(rows, i, is_heard[place], t, rule):
            kept[n] = i
            n += 1
    return kept[:n]


@jit
def deviation(cov: Floats, first: int, up: Vector) -> float:
    """Standard deviation along a direction of the three components from ``first`` on."""
    total = 0.0
    for a in range(3):
        for b in range(3):
            total += up[a] * cov[first + a, first + b] * up[b]
    return math.sqrt(total)


@jit
def is_in_ground(rows: Rows, i: int, t: float) -> bool:
    """Whether a row has surely come down by t."""
    lat, lon, altitude = geodetic_from_ecef(rows.x[i, 0], rows.x[i, 1], rows.x[i, 2])
    up = (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
    dt = t - rows.t[i]
    climb = dot((rows.x[i, 3], rows.x[i, 4], rows.x[i, 5]), up)
    doubt = deviation(rows.cov[i], 0, up) + deviation(rows.cov[i], 3, up) * abs(dt)
    if p_level(rows, i) < MAY_FLY:
        falling = climb - FALL * dt
        height = altitude + (falling + 0.5 * FALL * dt) * dt + 2.0 * doubt
        return bool(falling < 0.0 and height < 0.0)
    return bool(climb < 0.0 and altitude + climb * dt + 3.0 * doubt < 0.0)


class Patience(NamedTuple):
    """How long rows are believed without news, s unless said otherwise."""

    silence: float  # nor is a row ever older than now by much more than this
    coast: float  # a row is carried along when it is older than the newest scan by this
    longest_unseen: float  # or so many periods, after which a level flyer may be anywhere
    least_unseen: float  # periods of the radar that saw it last


@jit
def times_to(rows: Rows, runs: Ints, t_newest: Floats, t: float, patience: Patience) -> Floats:
    """Time (n,) to which each row is to be carried along; NaN where it may stay as it is."""
    times = np.full(len(rows.run), np.nan)
    place = 0
    for i in range(len(rows.run)):
        while runs[place] < rows.run[i]:
            place += 1
        t_to = max(t_newest[place], t - patience.silence)
        if t_to - rows.t[i] > patience.coast:
            times[i] = t_to
    return times


@jit
def standing(
    rows: Rows, runs: Ints, t_newest: Floats, t: float, patience: Patience, period: float
) -> tuple[bool, Ints, Ints]:
    """Whether some row is to be carried along (see `times_to`), and what follows if none is.

    That are `rows_aloft`, and `due_rows` of all rows: what most ticks need, in one call.
    """
    due = due_rows(rows, t, period)
    times = times_to(rows, runs, t_newest, t, patience)
    for i in range(len(times)):
        if not math.isnan(times[i]):
            return True, np.empty(0, np.int64), due
    return False, rows_aloft(rows, runs, t_newest, t, patience), due


@jit
def rows_aloft(rows: Rows, runs: Ints, t_newest: Floats, t: float, patience: Patience) -> Ints:
    """Rows (m,) that have not surely come down by t, nor fly level and unseen for long.

    Nor those whose filter has broken down.
    """
    aloft = np.empty(len(rows.run), np.int64)
    n, place = 0, 0
    for i in range(len(rows.run)):
        while runs[place] < rows.run[i]:
            place += 1
        if rows.model[i] == LEVEL:
            t_to = max(t_newest[place], t - patience.silence)
            most = min(patience.longest_unseen, rows.n_updates[i] * rows.period[i])
            if t_to - rows.t_update[i] > max(most, patience.least_unseen * rows.period[i]):
                continue
        if is_in_ground(rows, i, min(t, rows.t[i] + patience.coast)) or not is_sound(rows.cov[i]):
            continue
        aloft[n] = i
        n += 1
    return aloft[:n]
