"""Which of several objects in a seeker's view is taken for the warhead that it was sent for.

Each object shows its place, how bright it is in the seeker's band and, in air, how it is braked.
The seeker measures these with noise and takes the object that fits best to what was handed over:
the believed place, the brightness of the warheads of that class, and their ballistic coefficient.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.aero import air_velocity
from opendome.kernels.atmosphere import density_fast
from opendome.kernels.frames import geocentric_height
from opendome.kernels.philox import normal
from opendome.kernels.vectors import Vector

Floats = NDArray[np.float64]

REFERENCE_CONTRAST = math.log(2.0)  # of the reference decoy: half or twice the warhead's brightness
SURE = 0.9999  # a chance beyond is taken as this one
BLIND = 1e9  # noise of a seeker that tells nothing apart
SIGMA_BRAKING = 2.0  # m/s^2, with which a seeker knows the drag of a body
BRAKING_SHARE = 0.3  # of the expected drag, by which it may be wrong: air and shape
LEAST_BRAKING = 0.5  # m/s^2; less says nothing


class Clusters(NamedTuple):
    """What seekers may tell the threats of a run apart by, n rows in the order of their ids.

    Features have two columns: natural logarithms of the infrared intensity (W/sr) and of the
    radar cross-section (m^2).
    """

    is_cluster: NDArray[np.bool_]  # its launch has more objects than this one
    features: Floats  # (n, 2) of the object
    wanted: Floats  # (n, 2) of a warhead of its launch
    beta: Floats  # kg/m^2


NO_CLUSTERS = Clusters(np.zeros(0, np.bool_), np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0))


def feature_noise(p_discrimination: float) -> float:
    """Noise of a logarithmic feature with which a seeker is right as often as the catalog says.

    Parameters
    ----------
    p_discrimination : float
        Chance to take the warhead of the reference cluster: one warhead and one decoy at places
        that say nothing, whose features differ by ``REFERENCE_CONTRAST``.

    Notes
    -----
    The seeker takes the object whose measured feature lies nearer to the expected one. With a
    separation of d standard deviations that is |a| < |b + d| for two standard normal draws, which
    is (b + d - a)(b + d + a) > 0, a product of independent factors; so the chance is
    q^2 + (1 - q)^2 with q = Phi(d / sqrt(2)).
    """
    p = min(p_discrimination, SURE)
    if p <= 0.5:
        return BLIND
    q = 0.5 * (1.0 + math.sqrt(2.0 * p - 1.0))
    low, high = 0.0, 12.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        is_below = 0.5 * math.erfc(-0.5 * middle) < q  # Phi(d / sqrt 2) = erfc(-d / 2) / 2
        low, high = (middle, high) if is_below else (low, middle)
    return REFERENCE_CONTRAST / high if high > 0.0 else BLIND


class Sought(NamedTuple):
    """What one seeker looks for, and how it draws."""

    place: Vector
    sigma_place: float  # m per axis
    band: int  # column of the features
    feature: float  # expected, NaN: unknown
    sigma_feature: float
    beta: float  # kg/m^2, as believed
    seed: int
    run: int
    purpose: int
    lot: int


@jit
def braking(r: Vector, v: Vector, beta: float) -> float:
    """Drag of a body of ballistic coefficient beta, m/s^2; r, v inertial."""
    speed = air_velocity(r[0], r[1], v[0], v[1], v[2])[3]
    return 0.5 * density_fast(geocentric_height(r[0], r[1], r[2])) * speed * speed / beta


@jit
def misfit(sought: Sought, j: int, clusters: Clusters, r: Vector, v: Vector) -> float:
    """How badly object j at r, v (inertial) fits to what is sought: a sum of squares, as measured.

    Twice the negative logarithm of its likelihood, up to a constant. The draws of an object have
    negative event numbers, the seeker's looks have those from 0 on.
    """
    x, y, z = r[0] - sought.place[0], r[1] - sought.place[1], r[2] - sought.place[2]
    total = (x * x + y * y + z * z) / (sought.sigma_place * sought.sigma_place)
    if not (math.isnan(sought.feature) or math.isnan(clusters.features[j, sought.band])):
        off = (clusters.features[j, sought.band] - sought.feature) / sought.sigma_feature
        off += normal(sought.seed, sought.run, sought.purpose, sought.lot, -1 - 2 * j, 0)
        total += off * off
    expected = braking(r, v, sought.beta)
    true = braking(r, v, clusters.beta[j]) if clusters.beta[j] > 0.0 else expected
    if max(expected, true) > LEAST_BRAKING:
        sigma = math.hypot(SIGMA_BRAKING, BRAKING_SHARE * expected)
        off = (true - expected) / sigma
        off += normal(sought.seed, sought.run, sought.purpose, sought.lot, -2 - 2 * j, 0)
        total += off * off
    return total
