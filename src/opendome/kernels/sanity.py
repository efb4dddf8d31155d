"""Whether detections can be believed at all: finite, within a wide range, said once."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.looks import Looks

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FARTHEST = 1e9  # m, of sensors from the middle of the Earth and of things from sensors
FASTEST = 1e5  # m/s
STRONGEST = 1e18  # signal to noise
SHARPEST = 1e-9  # of a signal to noise, or any standard deviation in its own unit


@jit
def is_sound(looks: Looks, r_sensor: Floats, measures_distance: bool, i: int) -> bool:
    """Whether every number of look i is one that a sensor of its kind may give."""
    u2, r2 = 0.0, 0.0
    for k in range(3):
        u2 += looks.u_los[i, k] ** 2
        r2 += r_sensor[i, k] ** 2
    # what is not a number fails every comparison
    is_good = abs(u2 - 1.0) < 1e-3 and r2 < FARTHEST**2
    is_good &= SHARPEST <= looks.sigma_angle[i] <= math.pi
    is_good &= SHARPEST <= looks.snr[i] < STRONGEST
    if measures_distance:
        is_good &= 0.0 < looks.distance[i] < FARTHEST
        is_good &= SHARPEST <= looks.sigma_distance[i] < FARTHEST
    else:
        is_good &= math.isnan(looks.distance[i])
    if not math.isnan(looks.rate[i]):
        is_good &= abs(looks.rate[i]) < FASTEST
        is_good &= SHARPEST <= looks.sigma_rate[i] < FASTEST
    return bool(is_good)


@jit
def is_same(looks: Looks, i: int, j: int) -> bool:
    """Whether two looks are one that is said twice."""
    is_so = looks.run[i] == looks.run[j] and looks.snr[i] == looks.snr[j]
    for k in range(3):
        is_so &= looks.u_los[i, k] == looks.u_los[j, k]
    return bool(is_so)


@jit
def are_believable(looks: Looks, r_sensor: Floats, measures_distance: bool) -> Bools:
    """Which looks (n,) of one scan are sound, and not the same as the one before.

    Parameters
    ----------
    r_sensor : (n, 3) float
        ECEF, where each was made.
    measures_distance : bool
        Whether the sensor does; one that does not leaves it NaN.
    """
    is_good = np.empty(len(looks.run), np.bool_)
    for i in range(len(looks.run)):
        is_good[i] = is_sound(looks, r_sensor, measures_distance, i)
        if i and is_same(looks, i, i - 1):
            is_good[i] = False
    return is_good


@jit
def are_all_believable(looks: Looks, r_sensor: Floats, measures_distance: bool) -> bool:
    """Whether all of them are, which is what every scan of a sensor that works says."""
    for i in range(len(looks.run)):
        if not is_sound(looks, r_sensor, measures_distance, i):
            return False
        if i and is_same(looks, i, i - 1):
            return False
    return True
