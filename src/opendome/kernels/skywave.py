"""What one over-the-horizon radar sees in one look: ground range, azimuth, Doppler, no height.

Its rays come down from the ionosphere between two ground ranges, so no horizon hides what is low.
The ionosphere itself is not modelled: one path, always there, its changes being part of the errors.
"""

# ruff: noqa: D102 -- the noun of the scenario says what the numbers of the protocol are
from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.kernels._jit import jit
from opendome.kernels.field import wrapped
from opendome.kernels.frames import ecef_from_geodetic
from opendome.kernels.looks import Draws, Looks, first_looks, no_looks, poisson
from opendome.kernels.motion import rough_altitude
from opendome.kernels.philox import normal, uniform
from opendome.kernels.radar import snr_from_swerling1

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_SPEED = 1500.0  # m/s, of false alarms along the ray


class Skywave(NamedTuple):
    """One over-the-horizon radar. Angles in rad, lengths in m."""

    r_ecef: Floats  # (3,)
    basis: Floats  # (3, 3) rows east, north, up of the sphere about the middle of the Earth
    azimuth: float
    half_sector: float
    min_range: float  # over ground
    max_range: float
    top: float
    snr_unit: float  # mean signal to noise of 1 m^2 at 1 m
    threshold: float  # -ln(chance of a false alarm per cell)
    sigma_range: float
    sigma_azimuth: float
    sigma_speed: float
    blind_speed: float
    altitude: float  # assumed of everything


class AbstractErrors(Protocol):
    """What a class of radar measures, SI, as its noun in the scenario names it."""

    # fmt: off
    @property
    def sigma_range(self) -> float: ...
    @property
    def sigma_azimuth(self) -> float: ...
    @property
    def sigma_speed(self) -> float: ...
    @property
    def blind_speed(self) -> float: ...
    @property
    def assumed_altitude(self) -> float: ...
    # fmt: on


class Numbers(AbstractErrors, Protocol):
    """The numbers of a class of radar, SI, as its noun in the scenario names them."""

    # fmt: off
    @property
    def reference_range(self) -> float: ...
    @property
    def reference_rcs(self) -> float: ...
    @property
    def reference_p_detect(self) -> float: ...
    @property
    def min_range(self) -> float: ...
    @property
    def max_range(self) -> float: ...
    @property
    def sector(self) -> float: ...
    @property
    def top(self) -> float: ...
    @property
    def p_false_alarm(self) -> float: ...
    # fmt: on


def skywave_at(numbers: Numbers, place: tuple[float, float, float], azimuth: float) -> Skywave:
    """A radar of a class at a place (lat, lon, alt), its sector about an azimuth."""
    r_ecef = np.array(ecef_from_geodetic(*place))
    up = r_ecef / np.linalg.norm(r_ecef)
    east = np.array([-math.sin(place[1]), math.cos(place[1]), 0.0])
    snr = snr_from_swerling1(numbers.reference_p_detect, numbers.p_false_alarm)
    return Skywave(
        r_ecef=r_ecef,
        basis=np.stack([east, np.cross(up, east), up]),
        azimuth=float(azimuth),
        half_sector=0.5 * float(numbers.sector) + 1e-12,
        min_range=float(numbers.min_range),
        max_range=float(numbers.max_range),
        top=float(numbers.top),
        snr_unit=max(snr, 0.0) * numbers.reference_range**4 / numbers.reference_rcs,
        threshold=-math.log(numbers.p_false_alarm),
        sigma_range=float(numbers.sigma_range),
        sigma_azimuth=float(numbers.sigma_azimuth),
        sigma_speed=float(numbers.sigma_speed),
        blind_speed=float(numbers.blind_speed),
        altitude=float(numbers.assumed_altitude),
    )


@jit
def over_ground(radar: Skywave, x: float, y: float, z: float) -> tuple[float, float]:
    """Ground range (m, on a sphere of the mean radius) and azimuth (rad) of a place."""
    basis = radar.basis
    east = basis[0, 0] * x + basis[0, 1] * y + basis[0, 2] * z
    north = basis[1, 0] * x + basis[1, 1] * y + basis[1, 2] * z
    up = basis[2, 0] * x + basis[2, 1] * y + basis[2, 2] * z
    angle = math.atan2(math.sqrt(east * east + north * north), up)
    return EARTH_RADIUS_MEAN * angle, math.atan2(east, north)


@jit
def place_of(radar: Skywave, ground_range: float, azimuth: float) -> tuple[float, float, float]:
    """Earth-fixed place at a ground range and azimuth, at the height that is assumed."""
    angle = ground_range / EARTH_RADIUS_MEAN
    east, north = math.sin(angle) * math.sin(azimuth), math.sin(angle) * math.cos(azimuth)
    up, b = math.cos(angle), radar.basis
    x = b[0, 0] * east + b[1, 0] * north + b[2, 0] * up
    y = b[0, 1] * east + b[1, 1] * north + b[2, 1] * up
    z = b[0, 2] * east + b[1, 2] * north + b[2, 2] * up
    far = EARTH_RADIUS_MEAN
    radius = far - rough_altitude(far * x, far * y, far * z) + radar.altitude
    return radius * x, radius * y, radius * z


@jit
def is_under_rays(radar: Skywave, x: float, y: float, z: float) -> bool:
    """Whether a place lies in the annulus and the sector, below the top."""
    ground_range, azimuth = over_ground(radar, x, y, z)
    return bool(
        radar.min_range <= ground_range <= radar.max_range
        and abs(wrapped(azimuth - radar.azimuth)) <= radar.half_sector
        and rough_altitude(x, y, z) <= radar.top
    )


@jit
def closing(radar: Skywave, s: Floats) -> float:
    """Rate of the distance of a state (6,), m/s: the ray leaves and comes nearly level."""
    total, square = 0.0, 0.0
    for k in range(3):
        along = s[k] - radar.r_ecef[k]
        total += along * s[3 + k]
        square += along * along
    return total / math.sqrt(square)


@jit
def sigma_across(radar: Skywave, distance: float) -> float:
    """Stated error of the direction per axis, rad: that of the azimuth, or of the height if more.

    The height is somewhere from the ground to twice what is assumed.
    """
    return max(radar.sigma_azimuth, radar.altitude / distance)


@jit
def p_detect_below(radar: Skywave, s: Floats, rcs: float) -> float:
    """Chance that a look detects a Swerling-1 target with a state (6,); 0 where it is blind."""
    if not is_under_rays(radar, s[0], s[1], s[2]) or abs(closing(radar, s)) < radar.blind_speed:
        return 0.0
    ground_range, _ = over_ground(radar, s[0], s[1], s[2])
    snr = radar.snr_unit * rcs / ground_range**4
    return float(math.exp(-radar.threshold / (1.0 + snr)))


@jit
def report(radar: Skywave, found: Looks, n: int, ground_range: float, azimuth: float) -> None:
    """Write place and errors of a look at a ground range and azimuth as the n-th."""
    x, y, z = place_of(radar, ground_range, azimuth)
    dx, dy, dz = x - radar.r_ecef[0], y - radar.r_ecef[1], z - radar.r_ecef[2]
    distance = math.sqrt(dx * dx + dy * dy + dz * dz)
    found.u_los[n, 0], found.u_los[n, 1] = dx / distance, dy / distance
    found.u_los[n, 2] = dz / distance
    found.distance[n], found.sigma_distance[n] = distance, radar.sigma_range
    found.sigma_angle[n] = sigma_across(radar, distance)
    found.sigma_rate[n] = radar.sigma_speed


@jit
def look(
    radar: Skywave, draws: Draws, run: Ints, threat: Ints, state: Floats, rcs: Floats
) -> Looks:
    """Detections of the threats in the air by one look.

    Parameters
    ----------
    run, threat : (n,) int
        Ordered by run.
    state : (n, 6) float
        r_ecef and v_ecef of each threat.
    rcs : (n,) float
        Cross-section at low frequencies, m^2.

    Notes
    -----
    Detection as of any radar: a Swerling-1 target, fourth power, tied to a stated range. The place
    that is reported has the measured ground range and azimuth and the height that is assumed.
    """
    found = no_looks(len(run))
    n = 0
    for i in range(len(run)):
        s = state[i]
        if not is_under_rays(radar, s[0], s[1], s[2]):
            continue
        rate = closing(radar, s)
        if abs(rate) < radar.blind_speed:
            continue
        ground_range, azimuth = over_ground(radar, s[0], s[1], s[2])
        obj = draws.obj + threat[i]
        chance = uniform(draws.seed, run[i], draws.detection, obj, draws.event, 0)
        power = -(1.0 + radar.snr_unit * rcs[i] / ground_range**4) * math.log(chance)
        if power <= radar.threshold:
            continue
        n0 = normal(draws.seed, run[i], draws.noise, obj, draws.event, 0)
        n1 = normal(draws.seed, run[i], draws.noise, obj, draws.event, 1)
        n2 = normal(draws.seed, run[i], draws.noise, obj, draws.event, 2)
        ground_range += radar.sigma_range * n0
        report(radar, found, n, ground_range, azimuth + radar.sigma_azimuth * n1)
        found.run[n], found.snr[n] = run[i], power - 1.0
        found.rate[n] = rate + radar.sigma_speed * n2
        n += 1
    return first_looks(found, n)


@jit
def volume(radar: Skywave) -> float:
    """Over what its false alarms spread: distance, two angles and distance rate.

    All lie at one height; upwards they spread as its errors do, in the middle of its ranges.
    """
    middle = 0.5 * (radar.min_range + radar.max_range)
    up = math.sqrt(2.0 * math.pi) * radar.altitude / middle
    flat = (radar.max_range - radar.min_range) * 2.0 * radar.half_sector
    return flat * up * 2.0 * (MAX_SPEED - radar.blind_speed)


@jit
def false_alarms(radar: Skywave, draws: Draws, runs: Ints, mean: float) -> Looks:
    """Detections of nothing: Poisson per run, even in ground range and azimuth."""
    counts = np.zeros(len(runs), np.int64)
    for k in range(len(runs)):
        counts[k] = poisson(draws, runs[k], mean)
    found = no_looks(counts.sum())
    chance = np.empty(4)
    n = 0
    for k in range(len(runs)):
        for alarm in range(counts[k]):
            for j in range(4):
                obj = draws.obj + alarm
                chance[j] = uniform(draws.seed, runs[k], draws.places, obj, draws.event, j)
            wide = radar.max_range - radar.min_range
            report(
                radar, found, n, radar.min_range + chance[0] * wide,
                radar.azimuth + (2.0 * chance[1] - 1.0) * radar.half_sector,
            )  # fmt: skip
            found.run[n] = runs[k]
            found.snr[n] = radar.threshold - 1.0 - math.log(chance[2])
            speed = radar.blind_speed + chance[3] * (MAX_SPEED - radar.blind_speed)
            found.rate[n] = speed if alarm % 2 else -speed
            n += 1
    return first_looks(found, n)


@jit
def rcs_of(radar: Skywave, snr: Floats, distance: Floats) -> Floats:
    """Unbiased guess (n,) of the cross-section from each detection, m^2; may be negative."""
    found = np.empty(len(snr))
    for i in range(len(snr)):
        half = min(0.5 * distance[i] / EARTH_RADIUS_MEAN, 1.0)
        ground_range = 2.0 * EARTH_RADIUS_MEAN * math.asin(half)
        found[i] = (snr[i] - radar.threshold) * ground_range**4 / radar.snr_unit
    return found
