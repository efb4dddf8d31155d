"""How many shots fit into a window, each after the look at the one before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_DEPTH = 8


@jit
def tries_of(first: Floats, met: Floats, last: Floats, met_last: Floats, look: Floats) -> Ints:
    """Shots one after the other, at most eight, (n, b).

    Parameters
    ----------
    first, met, last, met_last : (n, b) float
        First launch, its intercept, last launch, its intercept, s; NaN where there is none. In
        between the time of intercept is taken as linear in the time of launch.
    look : (b,) float
        From an intercept to the next launch, s.
    """
    n, n_b = first.shape
    depth = np.zeros((n, n_b), dtype=np.int64)
    for i in range(n):
        for b in range(n_b):
            span = last[i, b] - first[i, b]
            if np.isnan(span):
                continue
            slope = (met_last[i, b] - met[i, b]) / max(span, 1e-9)
            t_next = met[i, b] + look[b]
            depth[i, b] = 1
            while depth[i, b] < MAX_DEPTH and t_next <= last[i, b]:
                depth[i, b] += 1
                t_next = met[i, b] + slope * (t_next - first[i, b]) + look[b]
    return depth
