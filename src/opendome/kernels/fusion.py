"""Do two tracks describe the same thing? A test of their states, brought to one time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.rows import Rows, chosen_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@jit
def state_distance2(x1: Floats, cov1: Floats, x2: Floats, cov2: Floats, work: Floats) -> float:
    """Squared Mahalanobis distance of two independent estimates of place and velocity.

    Parameters
    ----------
    x1, x2 : (7,) float
    cov1, cov2 : (7, 7) float
    work : (6, 7) float
        Overwritten.

    Notes
    -----
    Errors in common (process noise, shared sensors) are left out, which makes the test stricter.
    Source: Y. Bar-Shalom, "On the track-to-track correlation problem", IEEE Trans. AC 26 (1981).
    """
    total = 0.0
    for i in range(6):
        work[i, 6] = x1[i] - x2[i]
        for j in range(i + 1):
            value = cov1[i, j] + cov2[i, j]
            for k in range(j):
                value -= work[i, k] * work[j, k]
            if i == j:
                if not value > 0.0:
                    return np.inf
                work[i, i] = np.sqrt(value)
            else:
                work[i, j] = value / work[j, j]
        for k in range(i):
            work[i, 6] -= work[i, k] * work[k, 6]
        work[i, 6] /= work[i, i]
        total += work[i, 6] * work[i, 6]
    return total


@jit
def twins(
    run: Ints, t: Floats, x: Floats, cov: Floats, is_stale: Bools, is_fresh: Bools, gate: float
) -> Ints:
    """Partner (n,) of each stale row: the nearest fresh row of its run inside the gate, else -1.

    Rows are ordered by run. A stale row is carried along a straight line to the time of the fresh
    one. Each fresh row gets at most one partner, the nearest.
    """
    n = len(run)
    partner, nearest = np.full(n, -1, np.int64), np.full(n, np.inf)
    owner = np.full(n, -1, np.int64)
    work, moved = np.empty((6, 7)), np.empty(7)
    for i in range(n):
        if not is_stale[i]:
            continue
        first = np.searchsorted(run, run[i])
        mine = gate
        for j in range(first, n):
            if run[j] != run[i]:
                break
            if not is_fresh[j] or j == i:
                continue
            moved[:] = x[i]
            for k in range(3):
                moved[k] += (t[j] - t[i]) * x[i, 3 + k]
            distance2 = state_distance2(moved, cov[i], x[j], cov[j], work)
            if distance2 <= mine and distance2 < nearest[j]:
                if owner[j] >= 0:
                    partner[owner[j]] = -1
                if partner[i] >= 0:
                    owner[partner[i]] = -1
                    nearest[partner[i]] = np.inf
                partner[i], owner[j], nearest[j], mine = j, i, distance2, distance2
    return partner


@jit
def merge_rows(rows: Rows, hit: Ints, stale: Ints, gate: float) -> Rows:
    """Rows after stale confirmed ones were merged into confirmed ones just seen; see `twins`.

    The state of the one just seen stays, under the older id.

    Parameters
    ----------
    hit, stale : (h,) int, (s,) int
        Rows that a sensor has just detected; rows in its view that it did not, and has not for
        long.
    """
    n = len(rows.run)
    is_fresh, is_stale = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    n_fresh, n_stale = 0, 0
    for i in hit:
        is_fresh[i] = rows.is_confirmed[i]
        n_fresh += rows.is_confirmed[i]
    for i in stale:
        is_stale[i] = rows.is_confirmed[i]
        n_stale += rows.is_confirmed[i]
    if n_fresh == 0 or n_stale == 0:
        return rows
    partner = twins(rows.run, rows.t, rows.x, rows.cov, is_stale, is_fresh, gate)
    n_kept = n
    for i in range(n):
        j = partner[i]
        if j >= 0:
            n_kept -= 1
            rows.id[j] = min(rows.id[j], rows.id[i])
            rows.t_first[j] = min(rows.t_first[j], rows.t_first[i])
            rows.heard[j] |= rows.heard[i]
            rows.n_updates[j] += rows.n_updates[i]
            rows.is_confirmed[j] = True
            rows.t_predicted[j] = np.nan
    if n_kept == n:
        return rows
    order = np.argsort(rows.id, kind="mergesort")
    order = order[np.argsort(rows.run[order], kind="mergesort")]
    return chosen_rows(rows, order[partner[order] < 0])
