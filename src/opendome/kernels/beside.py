"""What is known of the velocity of new rows that fly beside others: most were let go by these.

A bus lets its warheads, decoys and tank go one after the other, far from anything else. Whatever
comes to light within kilometres of what is tracked there flies as fast, but for the push.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.fleet_view import AIRLESS
from opendome.kernels.motion import new_work, rk4_step, rough_altitude
from opendome.kernels.rows import FALLS, Rows
from opendome.kernels.vectors import Vector, solve3

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BESIDE = 1e3  # m per axis, standard deviation of how far what was let go is away
PUSH = 100.0  # m/s per axis: springs give some, a motor after the burn up to 200
GATE = 16.3  # squared distance of two places (chi-squared 99.9 %)
LONGEST = 60.0  # s that a row is carried along


@jit
def may_have_let_go(rows: Rows, i: int, t: float) -> bool:
    """Whether a row falls high up, and is known well enough to say how fast another flies."""
    if not rows.is_confirmed[i] or rows.is_boosting[i] or rows.model[i] != FALLS:
        return False
    if abs(t - rows.t[i]) > LONGEST:
        return False
    if rough_altitude(rows.x[i, 0], rows.x[i, 1], rows.x[i, 2]) < AIRLESS:
        return False
    cov, place, velocity = rows.cov[i], 0.0, 0.0
    for a in range(3):
        place, velocity = place + cov[a, a], velocity + cov[3 + a, 3 + a]
    return bool(place < BESIDE * BESIDE and velocity < PUSH * PUSH)


@jit
def falling_at(rows: Rows, run: int, t: float, near: Ints, at: Floats) -> int:
    """Rows of a run that may have let something go (into ``near``), their states at t; how many."""
    work, n = new_work(), 0
    i = int(np.searchsorted(rows.run, run))
    while i < len(rows.run) and rows.run[i] == run:
        if may_have_let_go(rows, i, t):
            near[n], at[n] = i, rows.x[i]
            rk4_step(at[n], False, t - rows.t[i], work.stages)
            n += 1
        i += 1
    return n


@jit
def nearest_beside(x: Floats, cov: Floats, rows: Rows, near: Ints, at: Floats) -> int:
    """Which of some rows, with states ``at`` (m, 7), a new one flies beside; -1: none."""
    found, least, s = -1, GATE, np.empty((3, 3))
    for k in range(len(near)):
        for a in range(3):
            for b in range(3):
                s[a, b] = cov[a, b] + rows.cov[near[k], a, b] + (BESIDE * BESIDE if a == b else 0.0)
        gap = (x[0] - at[k, 0], x[1] - at[k, 1], x[2] - at[k, 2])
        far = solve3(s, gap)
        distance2 = gap[0] * far[0] + gap[1] * far[1] + gap[2] * far[2]
        if distance2 < least:
            found, least = k, distance2
    return found


@jit
def take_after(fresh: Rows, rows: Rows, t: float) -> None:
    """Let new rows, in place, take after what they fly beside.

    The velocity of the nearest row is taken as a measurement of theirs, whose error is the push.
    That of the row on biases of sensors is left out: it is small beside the push.

    Parameters
    ----------
    fresh, rows : Rows
        Rows that begin at ``t``, and those that there are; both ordered by run.
    """
    near, at, m, run = np.empty(len(rows.run), np.int64), np.empty((len(rows.run), 7)), 0, -1
    for i in range(len(fresh.run)):
        x = fresh.x[i]
        is_high = rough_altitude(x[0], x[1], x[2]) >= AIRLESS
        if fresh.is_boosting[i] or fresh.chance[i, FALLS] < 1.0 or not is_high:
            continue
        if fresh.run[i] != run:
            run = fresh.run[i]
            m = falling_at(rows, run, t, near, at)
        k = nearest_beside(x, fresh.cov[i], rows, near[:m], at)
        if k >= 0:
            learn_velocity(fresh, i, (at[k, 3], at[k, 4], at[k, 5]), rows.cov[near[k], 3:6, 3:6])


@jit
def learn_velocity(fresh: Rows, i: int, velocity: Vector, doubt: Floats) -> None:
    """Update a row, in place, by a measured velocity, with covariance (3, 3) and the push."""
    x, cov, lean = fresh.x[i], fresh.cov[i], fresh.lean[i, FALLS].copy()
    before, s, gain = cov[3:6].copy(), np.empty((3, 3)), np.empty((7, 3))
    for a in range(3):
        for b in range(3):
            s[a, b] = cov[3 + a, 3 + b] + doubt[a, b] + (PUSH * PUSH if a == b else 0.0)
    off = (velocity[0] - x[3], velocity[1] - x[4], velocity[2] - x[5])
    for a in range(7):
        of = solve3(s, (before[0, a], before[1, a], before[2, a]))
        for j in range(3):
            gain[a, j] = of[j]
            x[a] += of[j] * off[j]
            for k in range(lean.shape[1]):
                fresh.lean[i, :, a, k] -= of[j] * lean[3 + j, k]
    for a in range(7):
        for b in range(a + 1):
            for j in range(3):
                cov[a, b] -= gain[a, j] * before[j, b]
            cov[b, a] = cov[a, b]
