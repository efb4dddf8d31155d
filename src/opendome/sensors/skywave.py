"""An over-the-horizon radar at its site: far and coarse, whatever the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from opendome.errors import ScenarioError
from opendome.kernels import skywave as kernel
from opendome.kernels.fair_looks import Chances, skywave_chances
from opendome.kernels.looks import joined_looks
from opendome.messages import Detections, Tasking
from opendome.scenario.schedule import scan_phase
from opendome.scenario.sensors import Sensor
from opendome.scenario.skywave import SkywaveSystem
from opendome.sensors.base import AbstractSensor, detections_of, draws_of
from opendome.sensors.misalignment import Misalignment
from opendome.truth import Truth


@final
@dataclass(frozen=True)
class Skywave(AbstractSensor):
    """An over-the-horizon radar of the scenario. Model: docs/models/skywave.md."""

    index: int
    period: float
    phase: float
    latency: float
    sees_glow: bool
    numbers: kernel.Skywave
    false_alarms: float  # mean per look and run
    misalignment: Misalignment | None  # of its looks; None: perfectly set up

    @staticmethod
    def at(index: int, sensor: Sensor) -> Skywave:
        """The radar that the scenario puts at a place, as its ``index``-th sensor."""
        system, site = sensor.system, sensor.site
        if not isinstance(system, SkywaveSystem) or site is None:
            raise ScenarioError(f"sensors[{index}] '{sensor.name}': a radar needs lat_deg, lon_deg")
        numbers = kernel.skywave_at(system, (site.lat, site.lon, site.alt), sensor.azimuth)
        return Skywave(
            index=index,
            period=system.period,
            phase=scan_phase(index, system.period),
            latency=sensor.latency,
            sees_glow=False,
            numbers=numbers,
            false_alarms=system.false_alarms,
            misalignment=Misalignment.of(index, sensor, numbers.r_ecef),
        )

    def sense(self, truth: Truth, tasking: Tasking, seed: int) -> Detections:
        """Detections of the one look at ``truth.t``; it searches, tasking changes nothing."""
        draws = draws_of(self, truth.t, seed)
        state = np.hstack([truth.r_ecef, truth.v_ecef])
        seen = kernel.look(self.numbers, draws, truth.run, truth.threat, state, truth.rcs_uhf)
        alarms = kernel.false_alarms(self.numbers, draws, truth.runs, self.false_alarms)
        looks = joined_looks(seen, alarms)
        found = detections_of(self, truth.t, self.numbers.r_ecef, looks)
        return found if self.misalignment is None else self.misalignment.shown(found, seed)

    def chances(self, truth: Truth, tasking: Tasking) -> Chances:
        """See `AbstractSensor.chances`."""
        state = np.hstack([truth.r_ecef, truth.v_ecef])
        return skywave_chances(self.numbers, state, truth.rcs_uhf)
