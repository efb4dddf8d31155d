"""An infrared warning sensor: lines of sight to burning motors, from geostationary orbit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from opendome.errors import ScenarioError
from opendome.kernels import infrared as kernel
from opendome.kernels.frames import ecef_from_geodetic
from opendome.messages import Detections, Tasking
from opendome.scenario.schedule import scan_phase
from opendome.scenario.sensors import InfraredSystem, Sensor
from opendome.sensors.base import AbstractSensor, detections_of, draws_of
from opendome.truth import Truth


@final
@dataclass(frozen=True)
class Infrared(AbstractSensor):
    """An infrared sensor of the scenario. Model: docs/models/infrared.md."""

    index: int
    period: float
    phase: float
    latency: float
    numbers: kernel.Infrared
    false_alarms: float  # mean per look and run

    @staticmethod
    def at(index: int, sensor: Sensor) -> Infrared:
        """The infrared sensor that the scenario puts at a place, as its ``index``-th sensor."""
        system, site = sensor.system, sensor.site
        if not isinstance(system, InfraredSystem) or (
            site is None and sensor.geo_longitude is None
        ):
            raise ScenarioError(
                f"sensors[{index}] '{sensor.name}': an infrared sensor needs geo_lon_deg"
            )
        if site is not None:
            r_ecef = np.array(ecef_from_geodetic(site.lat, site.lon, site.alt))
        else:
            r_ecef = kernel.geostationary(sensor.geo_longitude or 0.0)
        return Infrared(
            index=index,
            period=system.period,
            phase=scan_phase(index, system.period),
            latency=sensor.latency,
            numbers=kernel.infrared_at(system, r_ecef),
            false_alarms=system.false_alarms,
        )

    def sense(self, truth: Truth, tasking: Tasking, seed: int) -> Detections:
        """Detections of the one look at ``truth.t``; the sensor stares, tasking changes nothing."""
        draws = draws_of(self, truth.t, seed)
        seen = kernel.look(self.numbers, draws, truth.run, truth.threat, truth.r_ecef, truth.plume)
        alarms = kernel.false_alarms(self.numbers, draws, truth.runs, self.false_alarms)
        r_ecef = self.numbers.sight.r_ecef
        return detections_of(self, truth.t, r_ecef, (seen, alarms), is_plume=True)
