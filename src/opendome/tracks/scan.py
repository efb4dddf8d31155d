"""One scan of one sensor, taken into the tracks of one picture: all runs of the batch at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from opendome.kernels.beside import take_after
from opendome.kernels.chances import Prospect, p_missed
from opendome.kernels.looks import Looks
from opendome.kernels.odds import Rule, is_proven
from opendome.kernels.rows import Beliefs, Rows
from opendome.kernels.scanning import Scan, burnt_rows, kept_rows, note_scan
from opendome.kernels.views import View
from opendome.messages import Bools, Floats, Ints
from opendome.tracks.base import (
    CLOSED,
    CONFIRMED,
    TENTATIVE,
    AbstractAssociator,
    AbstractFilter,
    Association,
)
from opendome.tracks.coverage import AbstractCoverage
from opendome.tracks.fusion import merge_twins
from opendome.tracks.registration import LAST, Lens, Near, carried, follow, ignite
from opendome.tracks.rows import add_rows, beliefs_of, new_rows, take_rows
from opendome.tracks.take_up import free_looks, take_up


@dataclass(frozen=True)
class Rules:
    """How one picture is kept: its parts, and when a track is confirmed."""

    filter: AbstractFilter
    associator: AbstractAssociator
    proof: Rule


class Heard(NamedTuple):
    """The runs of a batch, ascending, and which of them have word of a scan."""

    runs: Ints
    is_heard: Bools


NOTHING = np.zeros(0, np.int64)
NO_PAIRS = Association(NOTHING, NOTHING, np.zeros(0))


def scan_of(coverage: AbstractCoverage, t: float) -> Scan:
    """A scan of a sensor at time t."""
    return Scan(t, coverage.index, coverage.period, coverage.band, coverage.doubt.clutter)


def take_scan(
    rules: Rules,
    rows: Rows,
    coverage: AbstractCoverage,
    heard: Heard,
    scan: tuple[Looks, float],
    lens: Lens | None = None,
) -> tuple[Rows, Ints]:
    """Tracks after one scan, and the looks that belong to none of them.

    Parameters
    ----------
    scan : Looks, float
        All detections of the scan in the runs that heard of it, ordered by run, then by distance;
        its time, which may be a little older than some tracks.
    lens : Lens
        Through which it is seen, where some sensor may be misaligned.
    """
    looks, t = scan
    if len(rows.run) == 0:
        return rows, np.arange(len(looks.run))
    near = coverage.near(rows, *heard, t)
    free = np.arange(len(looks.run))
    if len(near):
        rows, free = _take_near(rules, rows, near, coverage, scan, lens)
    kept = kept_rows(rows, *heard, t, rules.proof)
    return rows if len(kept) == len(rows.run) else take_rows(rows, kept), free


def _take_near(
    rules: Rules,
    rows: Rows,
    near: Ints,
    coverage: AbstractCoverage,
    scan: tuple[Looks, float],
    lens: Lens | None,
) -> tuple[Rows, Ints]:
    """What a scan says of the rows that the sensor may see, and the looks that belong to none."""
    looks, t = scan
    beliefs = rules.filter.predict(beliefs_of(rows), near, t)
    view = coverage.view(rows, near, beliefs, t)
    found, rcs, lean = NO_PAIRS, looks.snr, None if lens is None else carried(rows, near, t)
    if len(looks.run):
        found = _associate(rules, rows, near, beliefs, (coverage, view, looks), (lens, lean))
        rcs = coverage.rcs(looks)
        if found.shares is not None:
            view = view._replace(p_detect=p_missed(found.shares, view.p_detect))
    pairs, now = (found.row, found.look, found.fit, rcs), scan_of(coverage, t)
    noted = note_scan(rows, near, beliefs, view, pairs, now, rules.proof)
    if lean is not None:
        written = rows.t[near] == t
        rows.lean[near[written]] = lean[written]
    if len(noted.cold):
        ignite(rules.filter, rows, noted.cold)
        rows.t_predicted[noted.cold] = np.nan
    if len(noted.hit) and len(noted.stale):
        merge = merge_twins if lens is None else lens.merged
        rows = merge(rows, noted.hit, noted.stale)
    return rows, noted.free[free_looks(found, len(looks.run))[noted.free]]


def _associate(
    rules: Rules,
    rows: Rows,
    near: Ints,
    beliefs: Beliefs,
    scan: tuple[AbstractCoverage, View, Looks],
    bent: tuple[Lens | None, Floats | None],
) -> Association:
    """Looks that belong to rows; what is believed of these is updated in place."""
    coverage, view, looks = scan
    prospect = Prospect(view.p_detect, rows.odds[near], coverage.doubt)
    rank = np.where(rows.is_confirmed[near], CONFIRMED, TENTATIVE)
    rank[view.is_foreign] = CLOSED
    lens, lean = bent
    if lens is not None and lean is not None:
        there = Near(rows, rows.run[near], rank, beliefs, lean, prospect)
        return follow((rules.filter, rules.associator), there, (looks, coverage.r_ecef), lens)
    expected = rules.filter.expect(beliefs, coverage.r_ecef)
    found = rules.associator.associate(rows.run[near], expected, looks, rank, prospect)
    take_up(rules.filter, beliefs, expected, looks, found)
    return found


def start_tracks(
    rules: Rules,
    rows: Rows,
    coverage: AbstractCoverage,
    scan: tuple[Looks, Ints, Ints, float],
    lens: Lens | None = None,
) -> Rows:
    """Tracks and those that begin; ``scan``: looks, which of them, their ids, and the time."""
    looks, free, ids, t = scan
    if len(free) == 0:
        return rows
    lean = None
    if lens is not None:
        looks = lens.straight(looks)
    beliefs = rules.filter.start(looks, free, coverage.r_ecef, coverage.max_range)
    if lens is not None:
        lean = lens.first_leans(looks.u_los[free], beliefs.x[:, :3] - coverage.r_ecef)
    fresh = new_rows(beliefs, looks.run[free], ids, t, lean)
    revisit = coverage.revisits(np.concatenate([rows.run, fresh.run]))
    take_after(fresh, rows, t)
    fresh.period[:] = revisit[len(rows.run) :]
    fresh.heard[:] = 1 << coverage.index
    if coverage.band < 0:
        fresh.t_plume[:] = t
        fresh.plume_period[:] = coverage.period
    else:
        chosen: list[Any] = [column[free] for column in looks]
        fresh.rcs_sum[:, coverage.band] = coverage.rcs(Looks(*chosen))
        fresh.rcs_n[:, coverage.band] = 1
    fresh.odds[:] = coverage.doubt.first
    fresh.is_confirmed[:] = is_proven(1, coverage.doubt.first, rules.proof)
    return add_rows(rows, fresh)


def burn_out(part: AbstractFilter, rows: Rows, heard: Heard, until: Floats) -> None:
    """Rows whose plume has not been seen for a while burn no more; at a time of each run."""
    over = burnt_rows(rows, *heard, until)
    if len(over):
        part.burn_out(beliefs_of(rows), over, rows.plume_period[over])
        rows.lean[over, :, LAST] = 0.0
        rows.t_predicted[over] = np.nan
