"""One scan of one sensor, taken into the tracks of one picture: all runs of the batch at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from opendome.kernels.frames import geodetics_from_ecefs
from opendome.kernels.looks import Looks
from opendome.messages import Bools, Floats, Ints
from opendome.tracks.base import AbstractAssociator, AbstractFilter, Association, Beliefs, pick, put
from opendome.tracks.coverage import AbstractCoverage
from opendome.tracks.fusion import merge_twins
from opendome.tracks.rows import Rows, add_rows, new_rows, put_beliefs, take_beliefs, take_rows

MAX_LATE = 40.0  # s, a scan may be older than a track by this much
PLUME_PATIENCE = 2.5  # periods without plume after which a motor has burnt out
SURE = 0.97  # chance of detection above which nothing is believed
LOST = 9.0  # misses (see `Rows`) that end a confirmed track: three sure ones
MANOEUVRE = 900.0  # m^2/s^3, acceleration noise of a track in air that a sure look missed
AIR_TOP = 100e3  # m
VAGUE = 5e3  # m, of place: more than that and a track may be foreign to a radar
FOREIGN_PERIODS = 5.0  # without detection, after which a vague track is foreign
FOREIGN_P_DETECT = 0.5  # a foreign track is elsewhere, not gone: misses say little
MOST_SIGMA = 600e3  # m, of place: a track that is less sure is of no use
MOST_SPEED = 15e3  # m/s, faster than anything that comes back
MAY_FLY = 0.1  # chance of level flight, above which gravity alone brings nothing down
MARGIN_SIGMAS = 3.0
MARGIN_ACCELERATION = 60.0  # m/s^2, by which a straight line may err


@dataclass(frozen=True)
class Rules:
    """How one picture is kept: its parts and its M-of-N rule."""

    filter: AbstractFilter
    associator: AbstractAssociator
    confirm_hits: int
    confirm_looks: int


def take_scan(
    rules: Rules, rows: Rows, coverage: AbstractCoverage, scan: tuple[Looks, Ints | None, float]
) -> tuple[Rows, Ints]:
    """Tracks after one scan, and the looks that belong to none of them.

    Parameters
    ----------
    scan : Looks, (n_runs,) int, float
        All detections of the scan, ordered by run, then by distance; the runs that have word of
        it, None where all have; its time, which may be a little older than some tracks.
    """
    looks, runs, t = scan
    is_plume = coverage.band < 0
    near = np.flatnonzero(_are_heard(rows, runs) & _are_near(rows, coverage, t))
    beliefs = rules.filter.predict(take_beliefs(rows, near), t)
    rcs = rows.rcs(coverage.band)[near]
    p_detect = coverage.p_detect(rows.run[near], beliefs.x[:, :3], rcs)
    revisit = coverage.revisits(rows.run[near], p_detect > 0.0)
    is_foreign = _are_foreign(rows, near, beliefs, coverage, t - FOREIGN_PERIODS * revisit)
    is_seen = coverage.does_look(p_detect, rows.is_confirmed[near])
    is_seen &= ~(rows.is_confirmed[near] & np.isnan(rcs))  # of unknown size: may be too small
    found = Association(near[:0], near[:0], np.zeros(0))
    own = np.flatnonzero(~is_foreign)
    if len(own) and len(looks.run):
        mine = pick(beliefs, own)
        expected = rules.filter.expect(mine, coverage.r_ecef)
        sure = rows.is_confirmed[near[own]]
        found = rules.associator.associate(rows.run[near[own]], expected, looks, sure)
        rules.filter.update(mine, expected, looks, found)
        put(beliefs, own, mine)
        found = Association(own[found.row], found.look, found.weight)
    is_hit = np.zeros(len(near), np.bool_)
    is_hit[found.row] = True
    in_view = is_foreign | (p_detect > 0.0)
    stored = np.flatnonzero(is_hit | (in_view & (rows.t[near] <= t) & (not is_plume)))
    put_beliefs(rows, near[stored], pick(beliefs, stored))
    _note_hits(rows, near[found.row], coverage, _of(looks, found.look), t)
    rows.period[near[found.row]] = revisit[found.row]
    if is_plume:
        _note_plumes(rules.filter, rows, near[found.row], coverage.period, t)
    missed = np.flatnonzero(is_seen & ~is_hit)
    doubt = np.where(is_foreign[missed], FOREIGN_P_DETECT, SURE)
    _note_misses(rows, near[missed], np.minimum(p_detect[missed], doubt))
    rows.is_confirmed |= rows.n_updates >= rules.confirm_hits
    stale = is_foreign | (in_view & (rows.heard[near] & (1 << coverage.index) == 0))
    rows = merge_twins(rows, near[is_hit], near[stale & ~is_hit])
    is_free = np.ones(len(looks.run), np.bool_)
    is_free[found.look] = False
    rows = judge(rules, rows, np.where(_are_heard(rows, runs), t, -np.inf))
    return rows, np.flatnonzero(is_free)


def start_tracks(
    rules: Rules, rows: Rows, coverage: AbstractCoverage, scan: tuple[Looks, Ints, Ints, float]
) -> Rows:
    """Tracks and those that begin; ``scan``: looks, which of them, their ids, and the time."""
    looks, free, ids, t = scan
    if len(free) == 0:
        return rows
    beliefs = rules.filter.start(looks, free, coverage.r_ecef, coverage.max_range)
    fresh = new_rows(beliefs, looks.run[free], ids, t)
    all_runs = np.concatenate([rows.run, fresh.run])  # as if every track were in view
    revisit = coverage.revisits(all_runs, np.ones(len(all_runs), np.bool_))
    fresh.period[:] = revisit[len(rows.run) :]
    fresh.heard[:] = 1 << coverage.index
    if coverage.band < 0:
        fresh.t_plume[:] = t
        fresh.plume_period[:] = coverage.period
    else:
        _add_rcs(fresh, np.arange(len(free)), coverage, _of(looks, free))
    fresh.is_confirmed[:] = rules.confirm_hits <= 1
    return add_rows(rows, fresh)


def burn_out(part: AbstractFilter, rows: Rows, t: Floats) -> None:
    """Rows whose plume has not been seen for a while, at the time t (n,) of each, burn no more."""
    end = rows.t_plume + PLUME_PATIENCE * rows.plume_period
    over = np.flatnonzero(rows.is_boosting & (end < t))
    if len(over):
        beliefs = rows.beliefs
        part.burn_out(beliefs, over, rows.plume_period[over])
        rows.t_predicted[over] = np.nan


def judge(rules: Rules, rows: Rows, t: Floats) -> Rows:
    """Tracks without those that are lost, too vague or absurd at the time t (n,) of each."""
    n_failed = rows.n_looks - rows.n_updates
    is_over = n_failed > rules.confirm_looks - rules.confirm_hits
    is_over |= t - rows.t_update > (rules.confirm_looks + 1) * rows.period
    is_gone = (~rows.is_confirmed & is_over) | (rows.misses > LOST)
    spread = rows.cov[:, 0, 0] + rows.cov[:, 1, 1] + rows.cov[:, 2, 2]
    is_gone |= ~(spread < MOST_SIGMA**2)
    is_gone |= ~(np.einsum("ij,ij->i", rows.x[:, 3:6], rows.x[:, 3:6]) < MOST_SPEED**2)
    return take_rows(rows, np.flatnonzero(~is_gone)) if is_gone.any() else rows


def _of(looks: Looks, chosen: Ints) -> Looks:
    columns: list[Any] = [column[chosen] for column in looks]
    return Looks(*columns)


def _are_heard(rows: Rows, runs: Ints | None) -> Bools:
    """Whether each row is of a run that has word of the scan."""
    return np.ones(len(rows.run), np.bool_) if runs is None else np.isin(rows.run, runs)


def _are_near(rows: Rows, coverage: AbstractCoverage, t: float) -> Bools:
    """Whether the sensor may see the rows at t, by a straight line with a margin."""
    dt = t - rows.t
    place = rows.x[:, :3] + rows.x[:, 3:6] * dt[:, None]
    spread = rows.cov[:, 0, 0] + rows.cov[:, 1, 1] + rows.cov[:, 2, 2]
    drift = rows.cov[:, 3, 3] + rows.cov[:, 4, 4] + rows.cov[:, 5, 5]
    margin = MARGIN_SIGMAS * np.sqrt(spread + drift * dt * dt) + MARGIN_ACCELERATION * dt * dt
    are_near: Bools = coverage.is_near(place, margin) & (dt >= -MAX_LATE)
    return are_near


def _are_foreign(
    rows: Rows, near: Ints, beliefs: Beliefs, coverage: AbstractCoverage, since: Floats
) -> Bools:
    """Confirmed tracks too vague for a radar that has not seen them ``since`` to update.

    Within their gates lie false alarms and other things. The radar first confirms a track of its
    own, which is then merged.
    """
    if coverage.band < 0:
        return np.zeros(len(near), np.bool_)
    spread = np.einsum("nii->n", beliefs.cov[:, :3, :3])
    is_strange = rows.heard[near] & (1 << coverage.index) == 0
    is_strange |= rows.t_update[near] < since
    are_foreign: Bools = rows.is_confirmed[near] & is_strange & (spread > VAGUE**2)
    return are_foreign


def _note_hits(rows: Rows, hit: Ints, coverage: AbstractCoverage, looks: Looks, t: float) -> None:
    rows.n_updates[hit] += 1
    rows.n_looks[hit] += 1
    rows.n_missed[hit] = 0
    rows.misses[hit] = 0.0
    rows.t_update[hit] = np.maximum(rows.t_update[hit], t)
    rows.heard[hit] |= 1 << coverage.index
    if coverage.band >= 0:
        _add_rcs(rows, hit, coverage, looks)


def _add_rcs(rows: Rows, hit: Ints, coverage: AbstractCoverage, looks: Looks) -> None:
    rows.rcs_sum[hit, coverage.band] += coverage.rcs(looks.snr, looks.distance)
    rows.rcs_n[hit, coverage.band] += 1


def _note_plumes(part: AbstractFilter, rows: Rows, hit: Ints, period: float, t: float) -> None:
    cold = hit[~rows.is_boosting[hit]]
    if len(cold):
        part.ignite(rows.beliefs, cold)
        rows.t_predicted[cold] = np.nan
    rows.t_plume[hit] = t
    rows.plume_period[hit] = period


def _note_misses(rows: Rows, missed: Ints, p_detect: Floats) -> None:
    if len(missed) == 0:
        return
    is_tentative = ~rows.is_confirmed[missed] & (p_detect >= 0.5)
    rows.n_looks[missed[is_tentative]] += 1
    rows.n_missed[missed] += 1
    rows.misses[missed] -= np.log(1.0 - p_detect)
    radius = np.linalg.norm(rows.x[missed, :3], axis=1)
    is_low = radius < AIR_TOP + 6378e3
    least = np.where(is_low & (p_detect >= SURE), MANOEUVRE, 0.0)
    rows.agility[missed] = np.maximum(rows.agility[missed], least)
    rows.other_agility[missed] = np.maximum(rows.other_agility[missed], least)


def in_ground(rows: Rows, t: Floats) -> Bools:
    """Whether each row has surely come down by t (n,)."""
    place = geodetics_from_ecefs(rows.x[:, :3])
    lat, lon, altitude = place[:, 0], place[:, 1], place[:, 2]
    up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    dt = t - rows.t
    climb = np.einsum("ij,ij->i", rows.x[:, 3:6], up)
    sigma = np.sqrt(np.einsum("ij,ijk,ik->i", up, rows.cov[:, :3, :3], up))
    drift = np.sqrt(np.einsum("ij,ijk,ik->i", up, rows.cov[:, 3:6, 3:6], up))
    doubt = sigma + drift * np.abs(dt)
    falling = climb - 9.8 * dt
    is_down = (falling < 0.0) & (altitude + (falling + 4.9 * dt) * dt + 2.0 * doubt < 0.0)
    is_sunk = (climb < 0.0) & (altitude + climb * dt + 3.0 * doubt < 0.0)
    downs: Bools = np.where(rows.p_level < MAY_FLY, is_down, is_sunk)
    return downs
