"""Two tracks of one thing in one picture, born of different sensors, become one."""

from __future__ import annotations

import numpy as np

from opendome.kernels.fusion import twins
from opendome.messages import Ints
from opendome.tracks.rows import Rows, take_rows

GATE = 25.0  # squared distance of two states (six components); chi-squared 99.97 % is 25.3


def merge_twins(rows: Rows, hit: Ints, unhit: Ints, sensor: int) -> Rows:
    """Merge confirmed tracks that this sensor has never seen into nearby ones it has just seen.

    The surer state (of the one just seen) stays, under the older id. Two tracks that one sensor
    has seen apart are never merged: one look of a thing makes one detection.

    Parameters
    ----------
    hit, unhit : (h,), (u,) int
        Rows that the sensor has just detected; rows in its view that it has not.
    """
    bit = 1 << sensor
    stale = unhit[rows.is_confirmed[unhit] & (rows.heard[unhit] & bit == 0)]
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
