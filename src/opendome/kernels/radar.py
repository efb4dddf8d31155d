"""What one radar sees in one look: signal to noise, detection and errors.

Also the false alarms of a look. No clutter, no multipath, no resolution of close pairs.
"""

# ruff: noqa: D102 -- the noun of the scenario says what the numbers of the protocol are
from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels._jit import jit
from opendome.kernels.dwell import AbstractTimes, Ration, are_due, ration_of
from opendome.kernels.field import (
    Field,
    direction_in_field,
    is_in_field,
    seen_from,
    solid_angle,
)
from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.kernels.looks import (
    Cues,
    Draws,
    Looks,
    cue_of,
    direction_in_cone,
    first_looks,
    is_cued,
    joined_looks,
    no_looks,
    nudged,
    poisson,
)
from opendome.kernels.philox import normal, uniform

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MONOPULSE_SLOPE = 1.6  # Skolnik, Radar Handbook (2008), ch. 9: 1.2 to 1.9, typical 1.6
ROUNDING = 1e-12  # rad, so that a sector of 360 deg is all round
ERROR_FLOOR = 1.0 / 50.0  # of a cell or beam: what no signal-to-noise removes


class Radar(NamedTuple):
    """One radar: its field and its dwell."""

    field: Field
    snr_unit: float  # mean signal to noise of 1 m^2 at 1 m
    threshold: float  # -ln(chance of a false alarm per cell)
    range_resolution: float  # m
    beam_width: float  # rad
    speed_resolution: float  # m/s, NaN without Doppler
    is_cued: bool
    ration: Ration


class Numbers(AbstractTimes, Protocol):
    """The numbers of a class of radar, SI, as its noun in the scenario names them."""

    # fmt: off
    @property
    def reference_range(self) -> float: ...
    @property
    def reference_rcs(self) -> float: ...
    @property
    def reference_p_detect(self) -> float: ...
    @property
    def max_range(self) -> float: ...
    @property
    def sector(self) -> float: ...
    @property
    def min_elevation(self) -> float: ...
    @property
    def max_elevation(self) -> float: ...
    @property
    def range_resolution(self) -> float: ...
    @property
    def beam_width(self) -> float: ...
    @property
    def speed_resolution(self) -> float | None: ...
    @property
    def p_false_alarm(self) -> float: ...
    @property
    def is_cued(self) -> bool: ...
    # fmt: on


def radar_at(numbers: Numbers, place: tuple[float, float, float], azimuth: float) -> Radar:
    """A radar of a class at a place (lat, lon, alt), its sector about an azimuth."""
    lat, lon, alt = place
    snr = snr_from_swerling1(numbers.reference_p_detect, numbers.p_false_alarm)
    doppler = numbers.speed_resolution
    field = Field(
        r_ecef=np.array(ecef_from_geodetic(lat, lon, alt)),
        basis=enu_basis(lat, lon),
        height=float(alt),
        azimuth=float(azimuth),
        half_sector=0.5 * numbers.sector + ROUNDING,
        min_elevation=float(numbers.min_elevation),
        max_elevation=float(numbers.max_elevation),
        max_range=float(numbers.max_range),
    )
    return Radar(
        field=field,
        snr_unit=max(snr, 0.0) * numbers.reference_range**4 / numbers.reference_rcs,
        threshold=-math.log(numbers.p_false_alarm),
        range_resolution=float(numbers.range_resolution),
        beam_width=float(numbers.beam_width),
        speed_resolution=math.nan if doppler is None else float(doppler),
        is_cued=bool(numbers.is_cued),
        ration=ration_of(numbers),
    )


@jit
def p_detect_swerling1(snr: float, p_false_alarm: float) -> float:
    """Chance that a Swerling-1 target of mean signal to noise ``snr`` crosses the threshold.

    Notes
    -----
    One pulse or a coherent dwell, square-law detector. Source: M. I. Skolnik, Introduction to Radar
    Systems (2001), eq. (2.46), p_d = p_fa^(1/(1+snr)).
    """
    return float(p_false_alarm ** (1.0 / (1.0 + snr)))


@jit
def snr_from_swerling1(p_detect: float, p_false_alarm: float) -> float:
    """Mean signal to noise at which a Swerling-1 target is detected with chance ``p_detect``."""
    return math.log(p_false_alarm) / math.log(p_detect) - 1.0


@jit
def mean_snr(radar: Radar, distance: float, rcs: float) -> float:
    """Radar equation: mean signal to noise of a cross-section (m^2) at a distance (m)."""
    return radar.snr_unit * rcs / distance**4


@jit
def errors(radar: Radar, snr: float) -> tuple[float, float, float]:
    """Standard deviations of distance (m), angle per axis (rad) and distance rate (m/s).

    Notes
    -----
    Thermal parts cell / sqrt(2 snr) and beam / (1.6 sqrt(2 snr)), with a floor of 1/50 of the cell
    or beam added in squares. Source: G. R. Curry, Radar System Performance Modeling (2005), ch. 8.
    ``snr`` is that of the look itself, which is never below the detection threshold.
    """
    noise = 1.0 / math.sqrt(2.0 * snr)
    linear = math.sqrt(noise * noise + ERROR_FLOOR * ERROR_FLOOR)
    angular = math.sqrt((noise / MONOPULSE_SLOPE) ** 2 + ERROR_FLOOR * ERROR_FLOOR)
    return (
        radar.range_resolution * linear,
        radar.beam_width * angular,
        radar.speed_resolution * linear,
    )


@jit
def seen_distances(radar: Radar, run: Ints, state: Floats, cues: Cues) -> Floats:
    """Distance (n,) of what is in the field, of a cued radar also in a cue; NaN of the rest."""
    distances = np.full(len(run), np.nan)
    antenna = radar.field.r_ecef
    for i in range(len(run)):
        x, y, z = state[i, 0], state[i, 1], state[i, 2]
        if not is_in_field(radar.field, x, y, z):
            continue
        dx, dy, dz = x - antenna[0], y - antenna[1], z - antenna[2]
        distance = math.sqrt(dx * dx + dy * dy + dz * dz)
        u = (dx / distance, dy / distance, dz / distance)
        if not radar.is_cued or is_cued(cues, run[i], u):
            distances[i] = distance
    return distances


@jit
def look(
    radar: Radar, draws: Draws, run: Ints, threat: Ints, state: Floats, rcs: Floats, cues: Cues
) -> Looks:
    """Detections of the threats in the air by one look of one radar.

    Parameters
    ----------
    run, threat : (n,) int
        Ordered by run.
    state : (n, 6) float
        r_ecef and v_ecef of each threat.
    rcs : (n,) float
        Cross-section in the radar's band, m^2.
    cues : Cues
        Where a cued radar looks; not read otherwise.

    Notes
    -----
    The power of a Swerling-1 look is exponential with mean 1 + snr (noise power 1); it is drawn
    once, decides on detection, and is what the receiver sees when it states its errors. Where
    there is more to look at than the radar has time for, see `are_due`.
    """
    found = no_looks(len(run))
    n = 0
    distances = seen_distances(radar, run, state, cues)
    is_due = are_due(radar.ration, draws.event, run, distances)
    antenna = radar.field.r_ecef
    for i in range(len(run)):
        if not is_due[i]:
            continue
        distance = distances[i]
        u = (
            (state[i, 0] - antenna[0]) / distance,
            (state[i, 1] - antenna[1]) / distance,
            (state[i, 2] - antenna[2]) / distance,
        )
        obj = draws.obj + threat[i]
        chance = uniform(draws.seed, run[i], draws.detection, obj, draws.event, 0)
        power = -(1.0 + mean_snr(radar, distance, rcs[i])) * math.log(chance)
        if power <= radar.threshold:
            continue
        n0, n1, n2, n3 = (
            normal(draws.seed, run[i], draws.noise, obj, draws.event, 0),
            normal(draws.seed, run[i], draws.noise, obj, draws.event, 1),
            normal(draws.seed, run[i], draws.noise, obj, draws.event, 2),
            normal(draws.seed, run[i], draws.noise, obj, draws.event, 3),
        )
        sigma_distance, sigma_angle, sigma_rate = errors(radar, power - 1.0)
        rate = u[0] * state[i, 3] + u[1] * state[i, 4] + u[2] * state[i, 5]
        measured = nudged(u, sigma_angle * n1, sigma_angle * n2)
        found.u_los[n, 0], found.u_los[n, 1], found.u_los[n, 2] = measured
        found.run[n], found.snr[n], found.sigma_angle[n] = run[i], power - 1.0, sigma_angle
        found.distance[n] = distance + sigma_distance * n0
        found.rate[n] = rate + sigma_rate * n3
        found.sigma_distance[n], found.sigma_rate[n] = sigma_distance, sigma_rate
        n += 1
    return first_looks(found, n)


@jit
def fastest_alarm(radar: Radar) -> float:
    """Largest distance rate of a false alarm, m/s; NaN where none is measured."""
    if math.isnan(radar.speed_resolution):
        return math.nan
    return math.sqrt(STANDARD_GRAVITY * radar.field.max_range)


@jit
def volume(radar: Radar, cos_cue: float) -> float:
    """Over what its false alarms spread: distance, solid angle and, where measured, distance rate.

    ``cos_cue``: cosine of the half-width of a cue, in which alone a cued radar looks.
    """
    sight = 2.0 * math.pi * (1.0 - cos_cue) if radar.is_cued else solid_angle(radar.field)
    rates = 2.0 * fastest_alarm(radar)
    return radar.field.max_range * sight * (1.0 if math.isnan(rates) else rates)


@jit
def false_alarms(radar: Radar, draws: Draws, runs: Ints, mean: float, cues: Cues) -> Looks:
    """Detections of nothing: Poisson per run, uniform over the field of regard and in distance.

    Those of a cued radar lie in the cones of its cues; a run without cues has none. Their distance
    rate, where one is measured, is uniform within what a ballistic body of the radar's range can
    have, sqrt(g range).
    """
    counts = np.zeros(len(runs), np.int64)
    for k in range(len(runs)):
        counts[k] = poisson(draws, runs[k], mean)
    found = no_looks(counts.sum())
    max_rate = fastest_alarm(radar)
    chance = np.empty(6)
    n = 0
    for k in range(len(runs)):
        for alarm in range(counts[k]):
            for j in range(6):
                obj = draws.obj + alarm
                chance[j] = uniform(draws.seed, runs[k], draws.places, obj, draws.event, j)
            u = direction_in_field(radar.field, chance[0], chance[1])
            if radar.is_cued:
                row = cue_of(cues, runs[k], chance[5])
                if row < 0:
                    continue
                axis = (cues.u_los[row, 0], cues.u_los[row, 1], cues.u_los[row, 2])
                u = direction_in_cone(axis, cues.cos_width, chance[0], chance[1])
            snr = radar.threshold - 1.0 - math.log(chance[2])
            sigma_distance, sigma_angle, sigma_rate = errors(radar, snr)
            found.run[n], found.snr[n], found.sigma_angle[n] = runs[k], snr, sigma_angle
            found.u_los[n, 0], found.u_los[n, 1], found.u_los[n, 2] = u
            found.distance[n] = chance[3] * radar.field.max_range
            found.rate[n] = (2.0 * chance[4] - 1.0) * max_rate
            found.sigma_distance[n], found.sigma_rate[n] = sigma_distance, sigma_rate
            n += 1
    return first_looks(found, n)


@jit
def scan(
    radar: Radar,
    draws: Draws,
    there: tuple[Ints, Ints, Floats, Floats, Floats],
    alarms: tuple[Ints, float],
    cues: Cues,
) -> Looks:
    """One look of one radar: detections and false alarms, ordered by run and distance.

    Parameters
    ----------
    there : (n,) int, (n,) int, (n, 3) float, (n, 3) float, (n,) float
        Run, threat, r_ecef, v_ecef and cross-section, m^2, of what is in the air, ordered by run.
    alarms : (n_runs,) int, float
        All runs, and the mean number of false alarms in each.
    """
    run, threat, r_ecef, v_ecef, rcs = there
    runs, mean = alarms
    state = np.hstack((r_ecef, v_ecef))
    found = look(radar, draws, run, threat, state, rcs, cues)
    return joined_looks(found, false_alarms(radar, draws, runs, mean, cues))


@jit
def coverage(radar: Radar, r_ecef: Floats, rcs: Floats) -> Floats:
    """Chance (n,) that a look detects a Swerling-1 target at each place; 0 outside the field."""
    p_detect = np.zeros(len(r_ecef))
    for i in range(len(r_ecef)):
        x, y, z = r_ecef[i, 0], r_ecef[i, 1], r_ecef[i, 2]
        if is_in_field(radar.field, x, y, z):
            distance = seen_from(radar.field, x, y, z)[0]
            p_detect[i] = math.exp(-radar.threshold / (1.0 + mean_snr(radar, distance, rcs[i])))
    return p_detect
