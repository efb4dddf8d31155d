"""A radar at its site: searches its sector, or looks only where a node asks it to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from opendome.errors import ScenarioError
from opendome.kernels import radar as kernel
from opendome.kernels.faces import Faces, faces_of, scan_gains
from opendome.kernels.fair_looks import Chances, radar_chances
from opendome.kernels.looks import Cues
from opendome.kernels.motion import Noise, predict_many
from opendome.messages import Detections, Floats, Tasking, take
from opendome.scenario.jamming import Jammer
from opendome.scenario.schedule import scan_phase
from opendome.scenario.sensors import RadarSystem, Sensor
from opendome.sensors.base import AbstractSensor, detections_of, draws_of
from opendome.sensors.cueing import LongDwell
from opendome.sensors.jamming import Ear
from opendome.sensors.misalignment import Misalignment
from opendome.truth import Truth

LOW_BANDS = ("vhf", "uhf")  # bands in which a threat shows its low-frequency cross-section
NO_NOISE = Noise(0.0, 0.0, 0.0, 0.0, 0.0)
NOBODY, NOWHERE = np.zeros(0, np.int64), np.zeros((0, 3))


@final
@dataclass(frozen=True)
class Radar(AbstractSensor):
    """A radar of the scenario. Model: docs/models/radar.md."""

    index: int
    period: float
    phase: float
    latency: float
    sees_glow: bool
    numbers: kernel.Radar
    faces: Faces
    ear: Ear
    is_low_band: bool
    false_alarms: float  # mean per look and run
    cos_cue: float  # of the half-width searched about a cue
    misalignment: Misalignment | None  # of its looks; None: perfectly set up
    long_dwell: LongDwell | None  # on cues; None: it sees nothing better there

    @staticmethod
    def at(index: int, sensor: Sensor, jammers: tuple[Jammer, ...] = ()) -> Radar:
        """The radar that the scenario puts at a place, as its ``index``-th sensor."""
        system, site = sensor.system, sensor.site
        if not isinstance(system, RadarSystem) or site is None:
            raise ScenarioError(f"sensors[{index}] '{sensor.name}': a radar needs lat_deg, lon_deg")
        numbers = kernel.radar_at(system, (site.lat, site.lon, site.alt), sensor.azimuth)
        return Radar(
            index=index,
            period=system.period,
            phase=scan_phase(index, system.period),
            latency=sensor.latency,
            sees_glow=False,
            numbers=numbers,
            faces=faces_of(system),
            ear=Ear.of(system, jammers),
            is_low_band=system.band in LOW_BANDS,
            false_alarms=system.false_alarms,
            cos_cue=math.cos(system.cue_width),
            misalignment=Misalignment.of(index, sensor, numbers.field.r_ecef),
            long_dwell=LongDwell.of(system),
        )

    def sense(self, truth: Truth, tasking: Tasking, seed: int) -> Detections:
        """Detections of the one look at ``truth.t``; see `AbstractSensor.sense`."""
        cues = self._cues(tasking, truth.t)
        draws = draws_of(self, truth.t, seed)
        there = truth.run, truth.threat, truth.r_ecef, truth.v_ecef, self.shown_rcs(truth)
        alarms = truth.runs, self.false_alarms
        if self.long_dwell is not None and len(cues.run):
            looks = self.long_dwell.look(self.numbers, draws, there, alarms, cues)
        else:
            looks = kernel.scan(self.numbers, draws, there, alarms, cues)
        found = detections_of(self, truth.t, self.numbers.field.r_ecef, looks)
        return found if self.misalignment is None else self.misalignment.shown(found, seed)

    def chances(self, truth: Truth, tasking: Tasking) -> Chances:
        """See `AbstractSensor.chances`; of a cued radar where it is asked to look."""
        cues, rcs = self._cues(tasking, truth.t), self.shown_rcs(truth)
        if self.long_dwell is not None and len(cues.run):
            is_long = self.long_dwell.shown(self.numbers, truth.run, truth.r_ecef, cues)
            rcs = np.where(is_long, self.long_dwell.gain, 1.0) * rcs
        return radar_chances(self.numbers, truth.run, truth.r_ecef, rcs, cues)

    def shown_rcs(self, truth: Truth) -> Floats:
        """Cross-section (n,) that would give each echo without losses and jammers, m^2."""
        rcs = truth.rcs_uhf if self.is_low_band else truth.rcs
        if self.faces.power > 0.0:
            rcs = rcs * scan_gains(self.numbers.field, self.faces, truth.r_ecef)
        noise = self.ear.noise_rise(self.numbers.field, truth)
        return rcs if noise is None else rcs / noise

    def _cues(self, tasking: Tasking, t: float) -> Cues:
        """Directions of the tasked tracks, carried ballistically to the time of the look."""
        if not (self.numbers.is_cued or self.long_dwell) or not len(tasking.run):
            return Cues(NOBODY, NOWHERE, self.cos_cue)
        mine = take(tasking, np.flatnonzero(tasking.sensor == self.index))
        n = len(mine.run)
        if not n:
            return Cues(NOBODY, NOWHERE, self.cos_cue)
        x_ecef, _ = predict_many(
            mine.t,
            mine.x_ecef,
            np.zeros((n, 7, 7)),
            np.zeros(n, np.bool_),
            np.zeros(n),
            t,
            NO_NOISE,
        )
        los = x_ecef[:, :3] - self.numbers.field.r_ecef
        order = np.argsort(mine.run, kind="stable")
        los = los[order] / np.linalg.norm(los[order], axis=1, keepdims=True)
        cues = Cues(mine.run[order], los, self.cos_cue)
        if self.long_dwell is None:
            return cues
        return self.long_dwell.kept(cues, self.numbers.ration.budget)
