"""Two tracks of one thing in one picture, born of different sensors, become one."""

from __future__ import annotations

import numpy as np

from opendome.kernels.fusion import twins
from opendome.kernels.rows import Rows
from opendome.messages import Ints
from opendome.tracks.rows import take_rows

GATE = 25.0  # squared distance of two states (six components); chi-squared 99.97 % is 25.3


def merge_twins(rows: Rows, hit: Ints, stale: Ints) -> Rows:
    """Merge stale confirmed tracks into nearby confirmed ones that a sensor has just seen.

    The surer state (of the one just seen) stays, under the older id.

    Parameters
    ----------
    hit : (h,) int
        Rows that the sensor has just detected.
    stale : (s,) int
        Rows in its view that it did not, and has not for long: two tracks that one sensor sees
        apart are never merged, as one look of a thing makes one detection.
    """
    hit, stale = hit[rows.is_confirmed[hit]], stale[rows.is_confirmed[stale]]
    if len(stale) == 0 or len(hit) == 0:
        return rows
    is_stale, is_fresh = np.zeros(len(rows.run), np.bool_), np.zeros(len(rows.run), np.bool_)
    is_stale[stale], is_fresh[hit] = True, True
    partner = twins(rows.run, rows.t, rows.x, rows.cov, is_stale, is_fresh, GATE)
    lost = np.flatnonzero(partner >= 0)
    if len(lost) == 0:
        return rows
    kept = partner[lost]
    rows.id[kept] = np.minimum(rows.id[kept], rows.id[lost])
    rows.t_first[kept] = np.minimum(rows.t_first[kept], rows.t_first[lost])
    rows.heard[kept] |= rows.heard[lost]
    rows.n_updates[kept] += rows.n_updates[lost]
    rows.is_confirmed[kept] = True
    rows.t_predicted[kept] = np.nan
    order = np.lexsort((rows.id, rows.run))
    return take_rows(rows, order[partner[order] < 0])
