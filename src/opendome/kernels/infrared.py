"""What one infrared warning sensor sees in one look: burning motors, as lines of sight.

No background clutter, no staging flashes, no plume shape: a point of a given intensity.
"""

# ruff: noqa: D102 -- the noun of the scenario says what the numbers of the protocol are
from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_EQUATOR, EARTH_RADIUS_POLE
from opendome.kernels._jit import jit
from opendome.kernels.frames import altitude
from opendome.kernels.looks import (
    Draws,
    Looks,
    direction_in_cone,
    first_looks,
    no_looks,
    nudged,
    poisson,
)
from opendome.kernels.philox import normal, uniform

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GEO_RADIUS = 42164.2e3  # m, one turn per sidereal day: (mu / omega^2)^(1/3)
REFERENCE_DISTANCE = 35786e3  # m, a geostationary sensor above its own nadir


class Sight(NamedTuple):
    """Where an infrared sensor can see a plume. Lengths in m."""

    r_ecef: Floats  # (3,)
    cloud_top: float  # plumes below are hidden
    min_limb: float  # lowest height of a line of sight that passes the Earth


class Infrared(NamedTuple):
    """One infrared sensor: its view and its sensitivity."""

    sight: Sight
    noise_plume: float  # W/sr at REFERENCE_DISTANCE for a signal to noise of 1
    threshold: float  # signal to noise
    sigma_angle: float  # rad


class Numbers(Protocol):
    """The numbers of a class of infrared sensor, SI, as its noun in the scenario names them."""

    # fmt: off
    @property
    def noise_plume(self) -> float: ...
    @property
    def threshold(self) -> float: ...
    @property
    def sigma_angle(self) -> float: ...
    @property
    def cloud_top(self) -> float: ...
    @property
    def min_limb(self) -> float: ...
    # fmt: on


def geostationary(lon: float) -> Floats:
    """Earth-fixed place (3,) above the equator at a longitude, at the geostationary radius."""
    return np.array([GEO_RADIUS * math.cos(lon), GEO_RADIUS * math.sin(lon), 0.0])


def infrared_at(numbers: Numbers, r_ecef: Floats) -> Infrared:
    """An infrared sensor of a class at an Earth-fixed place."""
    sight = Sight(r_ecef, float(numbers.cloud_top), float(numbers.min_limb))
    return Infrared(
        sight, float(numbers.noise_plume), float(numbers.threshold), float(numbers.sigma_angle)
    )


@jit
def p_detect_gaussian(snr: float, threshold: float) -> float:
    """Chance that a signal in unit Gaussian noise passes a threshold: half at ``threshold``."""
    return 0.5 * math.erfc((threshold - snr) / math.sqrt(2.0))


@jit
def plume_snr(plume: float, noise_plume: float, distance: float) -> float:
    """Signal to noise of a plume (W/sr) at a distance (m): inverse square law."""
    return plume / noise_plume * (REFERENCE_DISTANCE / distance) ** 2


@jit
def is_clear_of_earth(sight: Sight, x: float, y: float, z: float) -> bool:
    """Whether the line of sight to an Earth-fixed place stays ``min_limb`` above the ellipsoid.

    Notes
    -----
    Only where it passes the Earth: a place in front of its own tangent point is seen against the
    ground. The ellipsoid is made a sphere by stretching z, which is right to 0.3 % of the limb.
    """
    stretch = EARTH_RADIUS_EQUATOR / EARTH_RADIUS_POLE
    sx, sy, sz = sight.r_ecef[0], sight.r_ecef[1], sight.r_ecef[2] * stretch
    dx, dy, dz = x - sx, y - sy, z * stretch - sz
    along = -(sx * dx + sy * dy + sz * dz) / (dx * dx + dy * dy + dz * dz)
    if along >= 1.0 or along <= 0.0:
        return True
    px, py, pz = sx + along * dx, sy + along * dy, sz + along * dz
    return math.sqrt(px * px + py * py + pz * pz) >= EARTH_RADIUS_EQUATOR + sight.min_limb


@jit
def is_in_view(sight: Sight, x: float, y: float, z: float) -> bool:
    """Whether a plume at an Earth-fixed place is above the clouds and not behind the Earth."""
    return altitude(x, y, z) >= sight.cloud_top and is_clear_of_earth(sight, x, y, z)


@jit
def look(
    sensor: Infrared, draws: Draws, run: Ints, threat: Ints, r_ecef: Floats, plume: Floats
) -> Looks:
    """Detections of the burning threats by one look of one infrared sensor.

    Parameters
    ----------
    run, threat : (n,) int
        Ordered by run.
    r_ecef : (n, 3) float
    plume : (n,) float
        W/sr in the sensor's band; 0 when not burning.
    """
    found = no_looks(len(run))
    n = 0
    place = sensor.sight.r_ecef
    for i in range(len(run)):
        x, y, z = r_ecef[i, 0], r_ecef[i, 1], r_ecef[i, 2]
        if plume[i] <= 0.0 or not is_in_view(sensor.sight, x, y, z):
            continue
        dx, dy, dz = x - place[0], y - place[1], z - place[2]
        distance = math.sqrt(dx * dx + dy * dy + dz * dz)
        obj = draws.obj + threat[i]
        snr = plume_snr(plume[i], sensor.noise_plume, distance)
        snr += normal(draws.seed, run[i], draws.detection, obj, draws.event, 0)
        if snr <= sensor.threshold:
            continue
        n0 = normal(draws.seed, run[i], draws.noise, obj, draws.event, 0)
        n1 = normal(draws.seed, run[i], draws.noise, obj, draws.event, 1)
        u = (dx / distance, dy / distance, dz / distance)
        measured = nudged(u, sensor.sigma_angle * n0, sensor.sigma_angle * n1)
        found.u_los[n, 0], found.u_los[n, 1], found.u_los[n, 2] = measured
        found.run[n], found.snr[n], found.sigma_angle[n] = run[i], snr, sensor.sigma_angle
        n += 1
    return first_looks(found, n)


@jit
def false_alarms(sensor: Infrared, draws: Draws, runs: Ints, mean: float) -> Looks:
    """Detections of nothing: Poisson per run, uniform over the disc of the Earth."""
    counts = np.zeros(len(runs), np.int64)
    for k in range(len(runs)):
        counts[k] = poisson(draws, runs[k], mean)
    found = no_looks(counts.sum())
    x, y, z = sensor.sight.r_ecef[0], sensor.sight.r_ecef[1], sensor.sight.r_ecef[2]
    distance = math.sqrt(x * x + y * y + z * z)
    axis = (-x / distance, -y / distance, -z / distance)
    cos_disc = math.sqrt(max(1.0 - (EARTH_RADIUS_POLE / distance) ** 2, 0.0))
    n = 0
    for k in range(len(runs)):
        for alarm in range(counts[k]):
            obj = draws.obj + alarm
            d0 = uniform(draws.seed, runs[k], draws.places, obj, draws.event, 0)
            d1 = uniform(draws.seed, runs[k], draws.places, obj, draws.event, 1)
            d2 = uniform(draws.seed, runs[k], draws.places, obj, draws.event, 2)
            u = direction_in_cone(axis, cos_disc, d0, d1)
            found.u_los[n, 0], found.u_los[n, 1], found.u_los[n, 2] = u
            found.run[n], found.sigma_angle[n] = runs[k], sensor.sigma_angle
            found.snr[n] = sensor.threshold - math.log(d2) / max(sensor.threshold, 1.0)
            n += 1
    return found


@jit
def are_in_view(sight: Sight, r_ecef: Floats) -> NDArray[np.bool_]:
    """Whether a plume at each place (n, 3) would be seen; see `is_in_view`."""
    found = np.zeros(len(r_ecef), np.bool_)
    for i in range(len(r_ecef)):
        found[i] = is_in_view(sight, r_ecef[i, 0], r_ecef[i, 1], r_ecef[i, 2])
    return found
