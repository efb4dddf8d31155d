"""What the tracker knows of each sensor, from the scenario: when and where it looks, how well."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

import numpy as np

from opendome.kernels import infrared, radar
from opendome.kernels.dwell import shares
from opendome.kernels.field import is_near_field
from opendome.kernels.frames import ecef_from_geodetic
from opendome.messages import Bools, Floats, Ints
from opendome.scenario.sensors import RadarSystem, Sensor

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
    """

    index: int
    period: float
    latency: float
    r_ecef: Floats
    max_range: float
    band: int

    @abstractmethod
    def is_near(self, r_ecef: Floats, margin: Floats) -> Bools:
        """Whether places (n, 3), each uncertain by a margin in m, may be seen."""

    @abstractmethod
    def p_detect(self, run: Ints, r_ecef: Floats, rcs: Floats) -> Floats:
        """Chance (n,) that the sensor's scan of a period detects things of runs (n,) at places.

        ``r_ecef`` is (n, 3); ``rcs`` (n,) is NaN where unknown.
        """

    @abstractmethod
    def revisits(self, run: Ints, in_view: Bools) -> Floats:
        """Time (n,) between two looks at each thing, from how many its run has in view, s."""

    @abstractmethod
    def does_look(self, p_detect: Floats, is_confirmed: Bools) -> Bools:
        """Whether a look without detection counts as a look that could have seen each row."""

    @abstractmethod
    def rcs(self, snr: Floats, distance: Floats) -> Floats:
        """Unbiased guess (n,) of the cross-section from each detection, m^2; may be negative."""


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
    numbers: radar.Radar
    reference_rcs: float

    def is_near(self, r_ecef: Floats, margin: Floats) -> Bools:
        """Whether places may be in the field of regard."""
        return is_near_field(self.numbers.field, r_ecef, margin)

    def p_detect(self, run: Ints, r_ecef: Floats, rcs: Floats) -> Floats:
        """Chance of a look, from how many are in view, times that of detection in the look."""
        known = np.where(np.isnan(rcs), UNKNOWN_RCS * self.reference_rcs, rcs)
        p_detect = radar.coverage(self.numbers, r_ecef, known)
        return p_detect * shares(self.numbers.ration, run, p_detect > 0.0)

    def revisits(self, run: Ints, in_view: Bools) -> Floats:
        """Longer than the period where there is more in view than it has time for."""
        return self.period / shares(self.numbers.ration, run, in_view)

    def does_look(self, p_detect: Floats, is_confirmed: Bools) -> Bools:
        """In the field; of a cued radar nobody knows whether it looked at a confirmed track."""
        is_seen = p_detect > 0.0
        return is_seen & ~is_confirmed if self.numbers.is_cued else is_seen

    def rcs(self, snr: Floats, distance: Floats) -> Floats:
        """Cross-section: what is above the threshold has the mean of the whole distribution."""
        return (snr - self.numbers.threshold) * distance**4 / self.numbers.snr_unit


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
    sight: infrared.Sight

    def is_near(self, r_ecef: Floats, margin: Floats) -> Bools:
        """Everything is: whether it burns is not known."""
        return np.ones(len(r_ecef), np.bool_)

    def p_detect(self, run: Ints, r_ecef: Floats, rcs: Floats) -> Floats:
        """A half where a plume would be seen: whether it burns is not known."""
        return np.where(infrared.are_in_view(self.sight, r_ecef), 0.5, 0.0)

    def revisits(self, run: Ints, in_view: Bools) -> Floats:
        """Its period, however many there are."""
        return np.full(len(run), self.period)

    def does_look(self, p_detect: Floats, is_confirmed: Bools) -> Bools:
        """A confirmed track that is not seen has burnt out; that is no miss."""
        return (p_detect > 0.0) & ~is_confirmed

    def rcs(self, snr: Floats, distance: Floats) -> Floats:
        """Not measured."""
        return np.full(len(snr), np.nan)


def cover(index: int, sensor: Sensor) -> AbstractCoverage:
    """What the tracker knows of the ``index``-th sensor of the scenario."""
    system, site = sensor.system, sensor.site
    if site is not None:
        r_ecef = np.array(ecef_from_geodetic(site.lat, site.lon, site.alt))
    else:
        r_ecef = infrared.geostationary(sensor.geo_longitude or 0.0)
    if isinstance(system, RadarSystem):
        place = (site.lat, site.lon, site.alt) if site is not None else (0.0, 0.0, 0.0)
        return RadarCoverage(
            index=index,
            period=system.period,
            latency=sensor.latency,
            r_ecef=r_ecef,
            max_range=system.max_range,
            band=1 if system.band in LOW_BANDS else 0,
            numbers=radar.radar_at(system, place, sensor.azimuth),
            reference_rcs=system.reference_rcs,
        )
    return InfraredCoverage(
        index=index,
        period=system.period,
        latency=sensor.latency,
        r_ecef=r_ecef,
        max_range=math.nan,
        band=-1,
        sight=infrared.infrared_at(system, r_ecef).sight,
    )
