"""What the tracker knows of each sensor, from the scenario: when and where it looks, how well."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

import numpy as np

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.kernels import infrared, radar, skywave
from opendome.kernels.dwell import shares
from opendome.kernels.fleet import fleet_of
from opendome.kernels.fleet_view import FleetEye, fleet_view
from opendome.kernels.frames import ecef_from_geodetic
from opendome.kernels.looks import Looks
from opendome.kernels.odds import Doubt, doubt_of
from opendome.kernels.rows import Beliefs, Rows
from opendome.kernels.skywave_view import SkywaveEye, skywave_view
from opendome.kernels.views import (
    RadarEye,
    View,
    infrared_view,
    radar_rcs,
    radar_view,
    rows_in_time,
    rows_near,
)
from opendome.messages import Bools, Floats, Ints
from opendome.scenario.sensors import RadarSystem, Sensor
from opendome.scenario.skywave import SkywaveSystem

LOW_BANDS = ("vhf", "uhf")
# Cross-section assumed of what no radar has measured, as a part of the radar's reference: small,
# so that a missing detection says little.
UNKNOWN_RCS = 0.05


class AbstractCoverage(ABC):
    """One sensor as the tracker knows it.

    Attributes
    ----------
    index, period, latency
        As in the sensor.
    r_ecef : (3,) float
    max_range : float
        NaN for an infrared sensor, which measures no distance.
    band : int
        0 or 1, which of a track's two cross-sections the sensor sees; -1 none.
    doubt : Doubt
        What its looks are worth.
    """

    index: int
    period: float
    latency: float
    r_ecef: Floats
    max_range: float
    band: int
    doubt: Doubt

    @abstractmethod
    def near(self, rows: Rows, runs: Ints, is_heard: Bools, t: float) -> Ints:
        """Rows (m,) that the sensor may see at t, in those of the ``runs`` that heard of it."""

    @abstractmethod
    def view(self, rows: Rows, near: Ints, beliefs: Beliefs, t: float) -> View:
        """What its scan at t should show of the rows ``near``, which are believed to be there."""

    @abstractmethod
    def revisits(self, run: Ints) -> Floats:
        """Time (n,) between two looks at each thing, if the run of each has them all in view."""

    @abstractmethod
    def rcs(self, looks: Looks) -> Floats:
        """Unbiased guess (n,) of the cross-section from each look, m^2; may be negative."""


@final
@dataclass(frozen=True)
class RadarCoverage(AbstractCoverage):
    """A radar as the tracker knows it."""

    index: int
    period: float
    latency: float
    r_ecef: Floats
    max_range: float
    band: int
    doubt: Doubt
    eye: RadarEye

    def near(self, rows: Rows, runs: Ints, is_heard: Bools, t: float) -> Ints:
        """Those that may be in the field of regard."""
        return rows_near(self.eye.radar.field, rows, runs, is_heard, t)

    def view(self, rows: Rows, near: Ints, beliefs: Beliefs, t: float) -> View:
        """Chance of a look, from how many are in view, times that of detection in the look."""
        return radar_view(self.eye, rows, near, beliefs, t)

    def revisits(self, run: Ints) -> Floats:
        """Longer than the period where there are more than the radar has time for."""
        return self.period / shares(self.eye.radar.ration, run, np.ones(len(run), np.bool_))

    def rcs(self, looks: Looks) -> Floats:
        """Cross-section: what is above the threshold has the mean of the whole distribution."""
        return radar_rcs(self.eye.radar, looks.snr, looks.distance)


@final
@dataclass(frozen=True)
class InfraredCoverage(AbstractCoverage):
    """An infrared sensor as the tracker knows it."""

    index: int
    period: float
    latency: float
    r_ecef: Floats
    max_range: float
    band: int
    doubt: Doubt
    sight: infrared.Sight

    def near(self, rows: Rows, runs: Ints, is_heard: Bools, t: float) -> Ints:
        """All: whether they burn is not known."""
        return rows_in_time(rows, runs, is_heard, t)

    def view(self, rows: Rows, near: Ints, beliefs: Beliefs, t: float) -> View:
        """A half where a plume would be seen: whether it burns is not known."""
        return infrared_view(self.sight, self.period, rows, near, beliefs)

    def revisits(self, run: Ints) -> Floats:
        """Its period, however many there are."""
        return np.full(len(run), self.period)

    def rcs(self, looks: Looks) -> Floats:
        """Not measured."""
        return np.full(len(looks.snr), np.nan)


@final
@dataclass(frozen=True)
class FleetCoverage(AbstractCoverage):
    """An infrared sensor of many satellites, or one that sees more than plumes."""

    index: int
    period: float
    latency: float
    r_ecef: Floats  # nowhere in particular
    max_range: float
    band: int
    doubt: Doubt
    is_high: bool  # its satellites pass by slowly, and see launches as they leave the clouds
    eye: FleetEye

    def near(self, rows: Rows, runs: Ints, is_heard: Bools, t: float) -> Ints:
        """All: whether they burn or glow is not known."""
        return rows_in_time(rows, runs, is_heard, t)

    def view(self, rows: Rows, near: Ints, beliefs: Beliefs, t: float) -> View:
        """Chance that satellites see what has glowed in space; of anything else nothing."""
        return fleet_view(self.eye, rows, near, beliefs, t)

    def revisits(self, run: Ints) -> Floats:
        """Its period, however many there are."""
        return np.full(len(run), self.period)

    def rcs(self, looks: Looks) -> Floats:
        """Not measured."""
        return np.full(len(looks.snr), np.nan)


@final
@dataclass(frozen=True)
class SkywaveCoverage(AbstractCoverage):
    """An over-the-horizon radar as the tracker knows it."""

    index: int
    period: float
    latency: float
    r_ecef: Floats
    max_range: float
    band: int
    doubt: Doubt
    eye: SkywaveEye

    def near(self, rows: Rows, runs: Ints, is_heard: Bools, t: float) -> Ints:
        """All: its errors are too large to rule much out."""
        return rows_in_time(rows, runs, is_heard, t)

    def view(self, rows: Rows, near: Ints, beliefs: Beliefs, t: float) -> View:
        """Chance of detection, as tracks are believed to lie and to move."""
        return skywave_view(self.eye, rows, near, beliefs)

    def revisits(self, run: Ints) -> Floats:
        """Its period, however many there are."""
        return np.full(len(run), self.period)

    def rcs(self, looks: Looks) -> Floats:
        """Cross-section: what is above the threshold has the mean of the whole distribution."""
        return skywave.rcs_of(self.eye.radar, looks.snr, looks.distance)


def cover(index: int, sensor: Sensor, days: float = 0.0) -> AbstractCoverage:
    """What the tracker knows of the ``index``-th sensor of the scenario.

    ``days``: from J2000.0 to t = 0, for the Sun.
    """
    system, site = sensor.system, sensor.site
    if site is not None:
        r_ecef = np.array(ecef_from_geodetic(site.lat, site.lon, site.alt))
    else:
        r_ecef = infrared.geostationary(sensor.geo_longitude or 0.0)
    if isinstance(system, RadarSystem):
        place = (site.lat, site.lon, site.alt) if site is not None else (0.0, 0.0, 0.0)
        band = 1 if system.band in LOW_BANDS else 0
        numbers = radar.radar_at(system, place, sensor.azimuth)
        spread = radar.volume(numbers, math.cos(system.cue_width))
        doubt = doubt_of(float(system.false_alarms), spread)
        return RadarCoverage(
            index=index,
            period=system.period,
            latency=sensor.latency,
            r_ecef=r_ecef,
            max_range=system.max_range,
            band=band,
            doubt=doubt,
            eye=RadarEye(
                radar=numbers,
                sensor=index,
                period=float(system.period),
                band=band,
                unknown_rcs=UNKNOWN_RCS * float(system.reference_rcs),
                doubt=doubt,
            ),
        )
    if isinstance(system, SkywaveSystem):
        place = (site.lat, site.lon, site.alt) if site is not None else (0.0, 0.0, 0.0)
        below = skywave.skywave_at(system, place, sensor.azimuth)
        doubt = doubt_of(float(system.false_alarms), skywave.volume(below))
        eye = SkywaveEye(
            radar=below,
            period=float(system.period),
            unknown_rcs=UNKNOWN_RCS * float(system.reference_rcs),
        )
        return SkywaveCoverage(
            index, system.period, sensor.latency, r_ecef, system.max_range, 1, doubt, eye
        )
    eyes = infrared.infrared_of(system)
    orbits = [EARTH_RADIUS_MEAN + shell.altitude for shell in sensor.orbits]
    disc = infrared.cos_disc(eyes, max(orbits, default=infrared.GEO_RADIUS))
    doubt = doubt_of(float(system.false_alarms), 2.0 * math.pi * (1.0 - disc))
    if sensor.orbits or sensor.ellipses or system.noise_hot or system.noise_warm:
        known = (index, system.period, sensor.latency, np.full(3, np.nan), math.nan, -1, doubt)
        still = r_ecef[None] if sensor.geo_longitude is not None else np.zeros((0, 3))
        fleet = fleet_of(still, sensor.orbits, sensor.ellipses), float(system.period)
        return FleetCoverage(*known, not sensor.orbits, FleetEye(eyes, *fleet, days))
    return InfraredCoverage(
        index=index,
        period=system.period,
        latency=sensor.latency,
        r_ecef=r_ecef,
        max_range=math.nan,
        band=-1,
        doubt=doubt,
        sight=infrared.sight_from(eyes, r_ecef),
    )
