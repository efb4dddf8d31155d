"""Which threats are in the air at one moment, and where."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA
from opendome.kernels._jit import jit
from opendome.kernels.frames import turned
from opendome.kernels.guidance import Sky
from opendome.kernels.paths import path_at

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@jit
def threats_aloft(sky: Sky, t: float) -> tuple[Ints, Floats, Floats]:
    """Rows (m,) of threats that have been launched and are not gone at t, and their states.

    Returns
    -------
    rows, r_ecef, v_ecef : (m,) int, (m, 3) float, (m, 3) float
        Velocity relative to the turning Earth.
    """
    rows = np.empty(len(sky.t_launch), np.int64)
    m = 0
    for i in range(len(rows)):
        if sky.t_launch[i] <= t < sky.t_gone[i]:
            rows[m] = i
            m += 1
    r, v = np.empty((m, 3)), np.empty((m, 3))
    angle = -EARTH_OMEGA * t
    for k in range(m):
        i = rows[k]
        start, n = sky.offsets[i], sky.counts[i]
        y = path_at(sky.knots[start : start + n], n, t)
        x, w = turned(y[0], y[1], angle)
        vx, vw = turned(y[3], y[4], angle)
        r[k, 0], r[k, 1], r[k, 2] = x, w, y[2]
        v[k, 0], v[k, 1], v[k, 2] = vx + EARTH_OMEGA * w, vw - EARTH_OMEGA * x, y[5]
    return rows[:m].copy(), r, v


@jit
def is_any_due(columns: tuple[Floats, Floats, Floats, Floats], t0: float, t1: float) -> bool:
    """Whether any of many times falls in (t0, t1], or in [0, t1] at the beginning; NaN does not."""
    for times in columns:
        for i in range(len(times)):
            if times[i] <= t1 and (times[i] > t0 or times[i] == t0 == 0.0):
                return True
    return False
