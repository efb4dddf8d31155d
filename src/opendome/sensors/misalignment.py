"""How a sensor is misaligned: constant offsets of its looks, drawn for each run and sensor.

Nothing outside this floor knows what was drawn. Model: docs/models/registration.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from opendome.kernels.misalignment import SATELLITE, Mount, misaligned, radar_mount
from opendome.kernels.philox import normals
from opendome.messages import Detections, Floats, Ints
from opendome.rng import Purpose
from opendome.scenario.sensors import Sensor

OBJECT_STRIDE = 2**32  # object word of a draw: sensor times this, plus the number of the satellite
NEAREST = 1.0  # m, of a distance that is reported


@final
@dataclass(frozen=True)
class Misalignment:
    """What misaligns a sensor, or each of its satellites."""

    index: int  # of the sensor
    sigma: Floats  # (3,) of the three numbers of ``kernels.misalignment``
    mount: Mount

    @staticmethod
    def of(index: int, sensor: Sensor, r_ecef: Floats | None) -> Misalignment | None:
        """Of a radar at a place (3,), or of satellites (None); None where all is aligned."""
        if not any(sensor.biases):
            return None
        mount = SATELLITE if r_ecef is None else radar_mount(r_ecef)
        return Misalignment(index, np.array(sensor.biases, np.float64), mount)

    def drawn(self, seed: int, run: Ints, satellite: Ints) -> Floats:
        """Misalignment (n, 3) in each run of each satellite; the same whenever it is asked for."""
        obj = self.index * OBJECT_STRIDE + satellite
        purpose, event = int(Purpose.REGISTRATION), np.zeros(len(run), np.int64)
        draws: Floats = self.sigma * normals(seed, run, purpose, obj, event, 3)
        return draws

    def shown(self, found: Detections, seed: int, satellite: Ints | None = None) -> Detections:
        """Detections as the misaligned sensor reports them; of radars ``satellite`` is None."""
        if not len(found.run):
            return found
        which = np.zeros(len(found.run), np.int64) if satellite is None else satellite
        b = self.drawn(seed, found.run, which)
        lines, distance = misaligned(self.mount, found.u_los_ecef, found.distance, b, 1.0)
        return replace(found, u_los_ecef=lines, distance=np.maximum(distance, NEAREST))
