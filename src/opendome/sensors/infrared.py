"""Infrared sensors in orbit: lines of sight to what burns or glows, from one satellite or many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from opendome.errors import ScenarioError
from opendome.kernels import infrared as kernel
from opendome.kernels.fair_looks import Chances, infrared_chances
from opendome.kernels.fleet import Fleet, fleet_of, fleet_places
from opendome.kernels.sun import DAY, sun_direction
from opendome.messages import Detections, Tasking, empty
from opendome.scenario.schedule import scan_phase
from opendome.scenario.sensors import InfraredSystem, Sensor
from opendome.sensors.base import AbstractSensor, draws_of
from opendome.sensors.misalignment import Misalignment
from opendome.truth import Truth

Floats = NDArray[np.float64]


@final
@dataclass(frozen=True)
class Infrared(AbstractSensor):
    """An infrared sensor of the scenario. Models: docs/models/infrared.md, constellations.md."""

    index: int
    period: float
    phase: float
    latency: float
    sees_glow: bool
    numbers: kernel.Infrared
    fleet: Fleet
    false_alarms: float  # mean per look, satellite and run
    days: float  # from J2000.0 to t = 0
    misalignment: Misalignment | None  # of its satellites; None: perfectly set up

    @staticmethod
    def at(index: int, sensor: Sensor, days: float = 0.0) -> Infrared:
        """The infrared sensor that the scenario puts in orbit, as its ``index``-th sensor."""
        system, fleet = sensor.system, fleet_at(sensor)
        if not isinstance(system, InfraredSystem) or not len(fleet.still) + len(fleet.elements):
            raise ScenarioError(
                f"sensors[{index}] '{sensor.name}': an infrared sensor needs geo_lon_deg, shells "
                "or ellipses"
            )
        return Infrared(
            index=index,
            period=system.period,
            phase=scan_phase(index, system.period),
            latency=sensor.latency,
            sees_glow=system.noise_hot is not None or system.noise_warm is not None,
            numbers=kernel.infrared_of(system),
            fleet=fleet,
            false_alarms=system.false_alarms,
            days=days,
            misalignment=Misalignment.of(index, sensor, None),
        )

    def places(self, t: float) -> Floats:
        """Earth-fixed places (m, 3) of its satellites."""
        places: Floats = fleet_places(self.fleet, t)
        return places

    def sense(self, truth: Truth, tasking: Tasking, seed: int) -> Detections:
        """Detections of the one look at ``truth.t``; the sensor stares, tasking changes nothing."""
        draws = draws_of(self, truth.t, seed)
        places, sun = self.places(truth.t), sun_direction(self.days + truth.t / DAY)
        bodies = kernel.Bodies(truth.run, truth.threat, truth.r_ecef, truth.plume, truth.glow)
        parts = [kernel.look(self.numbers, places, sun, draws, bodies)]
        if self.false_alarms > 0.0:
            mean = self.false_alarms
            parts.append(kernel.false_alarms(self.numbers, places, draws, truth.runs, mean))
        return self._message(truth.t, places, parts, seed)

    def chances(self, truth: Truth, tasking: Tasking) -> Chances:
        """See `AbstractSensor.chances`; of all satellites together."""
        places, sun = self.places(truth.t), sun_direction(self.days + truth.t / DAY)
        bodies = kernel.Bodies(truth.run, truth.threat, truth.r_ecef, truth.plume, truth.glow)
        return infrared_chances(self.numbers, places, sun, bodies)

    def _message(self, t: float, places: Floats, parts: list[kernel.Seen], seed: int) -> Detections:
        """Message of one look, ordered by run, then by signal to noise: order tells nothing."""
        run = np.concatenate([part.looks.run for part in parts])
        n = len(run)
        if n == 0:
            return empty(Detections)
        snr = np.concatenate([part.looks.snr for part in parts])
        order = np.lexsort((snr, run))
        satellite = np.concatenate([part.satellite for part in parts])[order]
        nothing = np.full(n, np.nan)
        found = Detections(
            run=run[order],
            sensor=np.full(n, self.index),
            t=np.full(n, t),
            r_sensor_ecef=places[satellite],
            u_los_ecef=np.concatenate([part.looks.u_los for part in parts])[order],
            sigma_angle=np.full(n, self.numbers.sigma_angle),
            distance=nothing,
            sigma_distance=nothing,
            distance_rate=nothing,
            sigma_distance_rate=nothing,
            snr=snr[order],
            is_plume=np.concatenate([part.is_plume for part in parts])[order],
        )
        if self.misalignment is None:
            return found
        return self.misalignment.shown(found, seed, satellite)


def fleet_at(sensor: Sensor) -> Fleet:
    """The satellites of an infrared sensor of the scenario."""
    still = np.zeros((0, 3))
    if sensor.geo_longitude is not None:
        still = kernel.geostationary(sensor.geo_longitude)[None]
    return fleet_of(still, sensor.orbits, sensor.ellipses)
