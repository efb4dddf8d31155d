"""Which looks of radars are sure to show nothing: no threat near their field, no false alarm."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA
from opendome.kernels._jit import jit
from opendome.kernels.field import Fields, may_be_in_field, one_of
from opendome.kernels.frames import turned
from opendome.kernels.guidance import Sky
from opendome.kernels.looks import Draws, poisson
from opendome.kernels.paths import path_at

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TURNING = 500.0  # m/s, at most: of the ground under what stands still in space
BENDING = 500.0  # m/s^2, more than any threat's path bends


class Due(NamedTuple):
    """k looks that are due: of which sensor, when, and the numbers of their false alarms."""

    sensor: Ints
    t: Floats
    mean: Floats  # false alarms in a run
    obj: Ints  # words of the draw, as of `looks.Draws`
    event: Ints


@jit
def _places(sky: Sky, t0: float, t1: float) -> Floats:
    """Threats in the air at some time from t0 to t1: Earth-fixed place, and by how much that may
    be off in that time; (m, 4), m."""
    found = np.empty((len(sky.t_launch), 4))
    n = 0
    for i in range(len(sky.t_launch)):
        first, last = max(sky.t_launch[i], t0), min(sky.t_gone[i], t1)
        if first > last:
            continue
        t, half = 0.5 * (first + last), 0.5 * (last - first)
        start, count = sky.offsets[i], sky.counts[i]
        y = path_at(sky.knots[start : start + count], count, t)
        x, w = turned(y[0], y[1], -EARTH_OMEGA * t)
        found[n, 0], found[n, 1], found[n, 2] = x, w, y[2]
        speed = math.sqrt(y[3] ** 2 + y[4] ** 2 + y[5] ** 2) + TURNING
        found[n, 3] = speed * half + 0.5 * BENDING * half * half
        n += 1
    return found[:n]


@jit
def are_silent(
    fields: Fields, due: Due, span: tuple[float, float], sky: Sky, runs: Ints, draws: Draws
) -> Bools:
    """Whether looks (k,) in a span of time are sure to show nothing in any run.

    Parameters
    ----------
    span : float, float
        The looks and all that they may see lie in it.
    draws : Draws
        Seed and purposes; ``obj`` and ``event`` are those of ``due``.
    """
    silent = np.zeros(len(due.t), np.bool_)
    places = _places(sky, span[0], span[1])
    for k in range(len(due.t)):
        if not fields.numbers[due.sensor[k], 5] > 0.0:
            continue
        field, is_near = one_of(fields, due.sensor[k]), False
        for j in range(len(places)):
            if may_be_in_field(field, places[j, 0], places[j, 1], places[j, 2], places[j, 3]):
                is_near = True
                break
        if is_near:
            continue
        word = Draws(
            draws.seed, due.event[k], due.obj[k], draws.detection, draws.noise, draws.alarms,
            draws.places,
        )  # fmt: skip
        silent[k] = True
        for run in runs:
            if poisson(word, run, due.mean[k]) > 0:
                silent[k] = False
                break
    return silent
