"""What a tracker may expect of one look of an over-the-horizon radar at the rows of a picture."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.rows import Beliefs, Rows
from opendome.kernels.skywave import Skywave, p_detect_below
from opendome.kernels.views import View, known_rcs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LOW_BAND = 1  # which of a track's two cross-sections it sees
MOST = 0.5  # chance of detection that is counted on: tracks of things so far away are vague


class SkywaveEye(NamedTuple):
    """An over-the-horizon radar as the tracker knows it."""

    radar: Skywave
    period: float
    unknown_rcs: float  # m^2, of what no radar has measured


@jit
def skywave_view(eye: SkywaveEye, rows: Rows, near: Ints, beliefs: Beliefs) -> View:
    """What a scan should show of rows ``near`` (m,), brought to its time.

    A missing detection says little: the track may lie outside the rays, or cross them.
    """
    m = len(near)
    view = View(np.zeros(m), np.full(m, eye.period), np.zeros(m, np.bool_), np.zeros(m, np.bool_))
    for k in range(m):
        rcs = known_rcs(rows, near[k], LOW_BAND)
        rcs = eye.unknown_rcs if math.isnan(rcs) else rcs
        p_detect = p_detect_below(eye.radar, beliefs.x[k, :6], rcs)
        view.p_detect[k] = min(p_detect, MOST)
        view.is_seen[k] = p_detect > 0.0
    return view
