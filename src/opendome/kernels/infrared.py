"""What an infrared sensor sees in one look of all its satellites: lines of sight, no distance.

Burning motors by their plumes, hot bodies by their glow, warm ones before cold space. No background
clutter, no staging flashes, no plume shape: a point of a given intensity.
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
    no_looks,
    nudged,
    poisson,
)
from opendome.kernels.philox import normal, uniform
from opendome.kernels.vectors import Vector, dot, minus, norm, put, row, times

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

GEO_RADIUS = 42164.2e3  # m, one turn per sidereal day: (mu / omega^2)^(1/3)
REFERENCE_DISTANCE = 35786e3  # m, a geostationary sensor above its own nadir
SATELLITE_STRIDE = 2**20  # object words of draws between one satellite and the next
MOST_SATELLITES = 2**12  # of one sensor; the words of the next sensor follow
NOWHERE = 2.0  # cosine of no angle: nothing lies in this cone


class Sight(NamedTuple):
    """Where an infrared sensor can see a plume. Lengths in m."""

    r_ecef: Floats  # (3,)
    cloud_top: float  # plumes below are hidden
    min_limb: float  # lowest height of a line of sight that passes the Earth


class Infrared(NamedTuple):
    """A class of infrared sensor: what each of its satellites can see, and how well.

    The noises are intensities at ``REFERENCE_DISTANCE`` that give a signal to noise of 1, W/sr;
    inf where it is blind to such things.
    """

    cloud_top: float  # m, plumes and hot bodies below are hidden
    min_limb: float  # m, lowest height of a line of sight that passes the Earth
    cold_limb: float  # m, the same of one at whose end a warm body is told from what lies behind
    cos_half_field: float  # of the cone about the nadir in which it looks
    cos_sun: float  # of the cone about the Sun into which it does not
    noise_plume: float
    noise_hot: float  # of hot bodies, 3 to 5 um
    noise_warm: float  # of warm bodies, 8 to 12 um
    threshold: float  # signal to noise
    sigma_angle: float  # rad


class Bodies(NamedTuple):
    """What may be seen, n rows ordered by run."""

    run: Ints
    threat: Ints
    r_ecef: Floats  # (n, 3)
    plume: Floats  # W/sr, 0 when not burning
    glow: Floats  # (n, 2) W/sr, in the bands of hot and of warm bodies


class Seen(NamedTuple):
    """Looks, which satellite made each, and whether it saw a plume."""

    looks: Looks
    satellite: Ints
    is_plume: Bools


class Numbers(Protocol):
    """The numbers of a class of infrared sensor, SI, as its noun in the scenario names them."""

    # fmt: off
    @property
    def noise_plume(self) -> float: ...
    @property
    def noise_hot(self) -> float | None: ...
    @property
    def noise_warm(self) -> float | None: ...
    @property
    def noise_distance(self) -> float: ...
    @property
    def threshold(self) -> float: ...
    @property
    def sigma_angle(self) -> float: ...
    @property
    def cloud_top(self) -> float: ...
    @property
    def min_limb(self) -> float: ...
    @property
    def cold_limb(self) -> float: ...
    @property
    def field(self) -> float: ...
    @property
    def sun(self) -> float: ...
    # fmt: on


def geostationary(lon: float) -> Floats:
    """Earth-fixed place (3,) above the equator at a longitude, at the geostationary radius."""
    return np.array([GEO_RADIUS * math.cos(lon), GEO_RADIUS * math.sin(lon), 0.0])


def infrared_of(numbers: Numbers) -> Infrared:
    """An infrared sensor of a class."""

    def at_reference(noise: float | None) -> float:
        if noise is None:
            return math.inf
        return float(noise) * (REFERENCE_DISTANCE / float(numbers.noise_distance)) ** 2

    return Infrared(
        float(numbers.cloud_top),
        float(numbers.min_limb),
        float(numbers.cold_limb),
        math.cos(0.5 * float(numbers.field)),
        math.cos(float(numbers.sun)) if numbers.sun > 0.0 else NOWHERE,
        at_reference(numbers.noise_plume),
        at_reference(numbers.noise_hot),
        at_reference(numbers.noise_warm),
        float(numbers.threshold),
        float(numbers.sigma_angle),
    )


@jit
def sight_from(sensor: Infrared, r_ecef: Floats) -> Sight:
    """Where one satellite of a class sees plumes."""
    return Sight(r_ecef, sensor.cloud_top, sensor.min_limb)


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
def is_in_cone(sight: Sight, cos_half: float, x: float, y: float, z: float) -> bool:
    """Whether a place lies in a cone about the nadir of a satellite."""
    sx, sy, sz = sight.r_ecef[0], sight.r_ecef[1], sight.r_ecef[2]
    dx, dy, dz = x - sx, y - sy, z - sz
    radius = math.sqrt(sx * sx + sy * sy + sz * sz)
    distance = math.sqrt(dx * dx + dy * dy + dz * dz)
    return bool(-(dx * sx + dy * sy + dz * sz) >= cos_half * radius * distance)


@jit
def is_against_space(sight: Sight, height: float, x: float, y: float, z: float) -> bool:
    """Whether the line of sight, carried on behind a place, stays above a height over the Earth."""
    far = 1e8  # m, beyond the Earth from anywhere
    sx, sy, sz = sight.r_ecef[0], sight.r_ecef[1], sight.r_ecef[2]
    dx, dy, dz = x - sx, y - sy, z - sz
    scale = far / math.sqrt(dx * dx + dy * dy + dz * dz)
    beyond = Sight(sight.r_ecef, sight.cloud_top, height)
    return is_clear_of_earth(beyond, sx + scale * dx, sy + scale * dy, sz + scale * dz)


@jit
def are_dazzled(places: Floats, sun: Vector, cos_sun: float) -> Bools:
    """Whether each satellite (m,) sees the Sun at all, and must not look near it."""
    found = np.zeros(len(places), np.bool_)
    for j in range(len(places)):
        sight = Sight(places[j], 0.0, 0.0)
        x, y, z = places[j, 0], places[j, 1], places[j, 2]
        far = 1e11
        is_lit = is_clear_of_earth(sight, x + far * sun[0], y + far * sun[1], z + far * sun[2])
        found[j] = cos_sun <= 1.0 and is_lit
    return found


@jit
def signal(sensor: Infrared, sight: Sight, bodies: Bodies, i: int) -> tuple[float, bool]:
    """Signal to noise of one body as seen from a place, 0 where it is hidden, and if by its plume.

    A burning one by its plume alone; another by the brighter of its bands. Warm bodies are seen
    before cold space only.
    """
    x, y, z = bodies.r_ecef[i, 0], bodies.r_ecef[i, 1], bodies.r_ecef[i, 2]
    is_plume = bodies.plume[i] > 0.0
    hot = bodies.plume[i] / sensor.noise_plume if is_plume else bodies.glow[i, 0] / sensor.noise_hot
    warm = 0.0 if is_plume else bodies.glow[i, 1] / sensor.noise_warm
    if max(hot, warm) <= 0.0 or not is_in_cone(sight, sensor.cos_half_field, x, y, z):
        return 0.0, is_plume
    if not is_in_view(sight, x, y, z):
        return 0.0, is_plume
    if warm > hot and not is_against_space(sight, sensor.cold_limb, x, y, z):
        warm = 0.0
    dx, dy, dz = x - sight.r_ecef[0], y - sight.r_ecef[1], z - sight.r_ecef[2]
    return max(hot, warm) * REFERENCE_DISTANCE**2 / (dx * dx + dy * dy + dz * dz), is_plume


@jit
def found_pairs(
    sensor: Infrared, places: Floats, sun: Vector, draws: Draws, bodies: Bodies
) -> tuple[Ints, Floats, Bools]:
    """Bodies and satellites that detect them (2, k), signals to noise (k,), if by a plume (k,)."""
    room, n = max(64, len(bodies.run)), 0
    pairs, snrs, plumes = np.empty((2, room), np.int64), np.empty(room), np.empty(room, np.bool_)
    is_dazzled = are_dazzled(places, sun, sensor.cos_sun)
    for i in range(len(bodies.run)):
        if bodies.plume[i] <= 0.0 and bodies.glow[i, 0] <= 0.0 and bodies.glow[i, 1] <= 0.0:
            continue
        for j in range(len(places)):
            snr, is_plume = signal(sensor, sight_from(sensor, places[j]), bodies, i)
            if snr <= 0.0 or (is_dazzled[j] and is_near_sun(places, j, sun, sensor, bodies, i)):
                continue
            obj = draws.obj + j * SATELLITE_STRIDE + bodies.threat[i]
            snr += normal(draws.seed, bodies.run[i], draws.detection, obj, draws.event, 0)
            if snr <= sensor.threshold:
                continue
            if n == room:
                room *= 2
                more, longer, wider = (
                    np.empty((2, room), np.int64), np.empty(room), np.empty(room, np.bool_),
                )  # fmt: skip
                more[:, :n], longer[:n], wider[:n] = pairs, snrs, plumes
                pairs, snrs, plumes = more, longer, wider
            pairs[0, n], pairs[1, n], snrs[n], plumes[n] = i, j, snr, is_plume
            n += 1
    return pairs[:, :n], snrs[:n], plumes[:n]


@jit
def is_near_sun(
    places: Floats, j: int, sun: Vector, sensor: Infrared, bodies: Bodies, i: int
) -> bool:
    """Whether the Sun stands within the excluded angle of a line of sight."""
    away = minus(row(bodies.r_ecef, i), row(places, j))
    return dot(away, sun) > sensor.cos_sun * norm(away)


@jit
def look(sensor: Infrared, places: Floats, sun: Vector, draws: Draws, bodies: Bodies) -> Seen:
    """Detections by one look of every satellite of a sensor.

    Parameters
    ----------
    places : (m, 3) float
        Of its satellites, ECEF.
    sun : (3,) float
        Unit vector to the Sun, ECEF.
    """
    pairs, snrs, plumes = found_pairs(sensor, places, sun, draws, bodies)
    looks = no_looks(len(snrs))
    for n in range(len(snrs)):
        i, j = pairs[0, n], pairs[1, n]
        run = bodies.run[i]
        away = minus(row(bodies.r_ecef, i), row(places, j))
        obj = draws.obj + j * SATELLITE_STRIDE + bodies.threat[i]
        n0 = normal(draws.seed, run, draws.noise, obj, draws.event, 0)
        n1 = normal(draws.seed, run, draws.noise, obj, draws.event, 1)
        u = times(1.0 / norm(away), away)
        put(looks.u_los, n, nudged(u, sensor.sigma_angle * n0, sensor.sigma_angle * n1))
        looks.run[n], looks.snr[n], looks.sigma_angle[n] = run, snrs[n], sensor.sigma_angle
    return Seen(looks, pairs[1], plumes)


@jit
def cos_disc(sensor: Infrared, distance: float) -> float:
    """Cosine of the half-width of what a satellite sees of the Earth, at a radius in m."""
    whole = math.sqrt(max(1.0 - (EARTH_RADIUS_POLE / distance) ** 2, 0.0))
    return max(whole, sensor.cos_half_field)


@jit
def false_alarms(sensor: Infrared, places: Floats, draws: Draws, runs: Ints, mean: float) -> Seen:
    """Detections of nothing: Poisson for each run and satellite, even over its field of the Earth.

    They look like plumes.
    """
    counts = np.zeros((len(runs), len(places)), np.int64)
    for j in range(len(places)):
        mine = draws_of_satellite(draws, j)
        for k in range(len(runs)):
            counts[k, j] = poisson(mine, runs[k], mean)
    looks = no_looks(counts.sum())
    satellite = np.zeros(counts.sum(), np.int64)
    n = 0
    for k in range(len(runs)):
        for j in range(len(places)):
            distance = norm(row(places, j))
            axis = times(-1.0 / distance, row(places, j))
            cos_width = cos_disc(sensor, distance)
            for alarm in range(counts[k, j]):
                obj = draws.obj + j * SATELLITE_STRIDE + alarm
                d0 = uniform(draws.seed, runs[k], draws.places, obj, draws.event, 0)
                d1 = uniform(draws.seed, runs[k], draws.places, obj, draws.event, 1)
                d2 = uniform(draws.seed, runs[k], draws.places, obj, draws.event, 2)
                put(looks.u_los, n, direction_in_cone(axis, cos_width, d0, d1))
                looks.run[n], looks.sigma_angle[n] = runs[k], sensor.sigma_angle
                looks.snr[n] = sensor.threshold - math.log(d2) / max(sensor.threshold, 1.0)
                satellite[n] = j
                n += 1
    return Seen(looks, satellite, np.ones(n, np.bool_))


@jit
def draws_of_satellite(draws: Draws, j: int) -> Draws:
    """The draws of one satellite of a sensor."""
    return Draws(
        draws.seed, draws.event, draws.obj + j * SATELLITE_STRIDE, draws.detection, draws.noise,
        draws.alarms, draws.places,
    )  # fmt: skip
