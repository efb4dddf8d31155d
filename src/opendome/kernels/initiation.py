"""First guess of a track, in ECEF, from one look. States as in `motion`."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.looks import Looks
from opendome.kernels.motion import rough_altitude

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Prior(NamedTuple):
    """What is believed of a new track before its first look."""

    sigma_velocity: float  # m/s per axis
    climb: float  # m/s, mean velocity upwards of a thing seen by an infrared sensor
    last: float  # mean of the seventh component
    sigma_last: float
    height: float  # m, of a thing seen by an infrared sensor
    sigma_height: float  # m
    widest: float  # m, largest standard deviation along an infrared line of sight


@jit
def reach_height(r: Floats, u: Floats, height: float) -> tuple[float, float]:
    """Distance along a line of sight to a height, and the cosine of its zenith angle there.

    The near crossing; where the line passes above the height, its lowest point, cosine 0.
    """
    along = 0.0
    square = 0.0
    for j in range(3):
        along -= r[j] * u[j]
        square += r[j] * r[j]
    miss2 = square - along * along
    radius = math.sqrt(square)
    distance = along
    for _ in range(4):
        x, y, z = r[0] + distance * u[0], r[1] + distance * u[1], r[2] + distance * u[2]
        radius = math.sqrt(x * x + y * y + z * z)
        wanted = radius - rough_altitude(x, y, z) + height
        distance = along - math.sqrt(max(wanted * wanted - miss2, 0.0))
    return distance, (along - distance) / radius


@jit
def start_many(looks: Looks, rows: Ints, r: Floats, prior: Prior) -> tuple[Floats, Floats]:
    """First guess of a track from one look each: state (n, 7) and covariance (n, 7, 7).

    Notes
    -----
    A radar look gives a place and, with Doppler, one component of the velocity; the mean is drawn
    in and the spread widened for the curvature of its angular error. An infrared look is given the
    height at which plumes are first seen, and climbs. The rest is isotropic.
    """
    n = len(rows)
    x, cov = np.zeros((n, 7)), np.zeros((n, 7, 7))
    for m in range(n):
        i = rows[m]
        u = looks.u_los[i]
        distance, along2 = looks.distance[i], looks.sigma_distance[i] ** 2
        spread2 = looks.sigma_angle[i] ** 2
        climb = 0.0
        if math.isnan(distance):
            climb = prior.climb
            distance, cosine = reach_height(r, u, prior.height)
            sigma = min(prior.sigma_height / max(cosine, 1e-6), prior.widest)
            along2 = sigma * sigma
        else:
            along2 += distance * distance * spread2 * spread2
            distance *= 1.0 - spread2
        across2 = distance * distance * spread2
        rate, rate2 = looks.rate[i], looks.sigma_rate[i] ** 2
        velocity2 = prior.sigma_velocity**2
        if math.isnan(rate):
            rate, rate2 = 0.0, velocity2
        else:
            rate2 += 2.0 * spread2 * velocity2
        radius = 0.0
        for a in range(3):
            x[m, a] = r[a] + distance * u[a]
            radius += x[m, a] ** 2
        for a in range(3):
            x[m, 3 + a] = rate * u[a] + climb * x[m, a] / math.sqrt(radius)
            for b in range(3):
                cov[m, a, b] = (along2 - across2) * u[a] * u[b]
                cov[m, 3 + a, 3 + b] = (rate2 - velocity2) * u[a] * u[b]
            cov[m, a, a] += across2
            cov[m, 3 + a, 3 + a] += velocity2
        x[m, 6] = prior.last
        cov[m, 6, 6] = prior.sigma_last**2
    return x, cov
