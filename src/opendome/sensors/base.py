"""What every kind of sensor is to the simulation: a schedule and one act, to sense."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.fair_looks import Chances
from opendome.kernels.looks import Draws, Looks
from opendome.messages import Detections, Tasking, empty
from opendome.rng import Purpose
from opendome.scenario.schedule import scan_number
from opendome.truth import Truth

OBJECT_STRIDE = 2**32  # object word of a draw: sensor times this, plus threat or alarm number

PURPOSES = (
    int(Purpose.DETECTION),
    int(Purpose.DETECTION_NOISE),
    int(Purpose.FALSE_ALARM_COUNT),
    int(Purpose.FALSE_ALARM_PLACE),
)  # of draws, in the order of `Draws`


class AbstractSensor(ABC):
    """A sensor at its place; it looks at the times that ``scenario.schedule`` gives.

    Attributes
    ----------
    index : int
        In scenario order.
    period, phase, latency : float
        Between looks; of the first look; from a look to the node. In s.
    sees_glow : bool
        Whether it must be told how bodies glow.
    """

    index: int
    period: float
    phase: float
    latency: float
    sees_glow: bool

    @abstractmethod
    def sense(self, truth: Truth, tasking: Tasking, seed: int) -> Detections:
        """Detections of the one look at ``truth.t``, in every run of the batch."""

    @abstractmethod
    def chances(self, truth: Truth, tasking: Tasking) -> Chances:
        """Chance that a look at ``truth.t`` detects each thing, and how sharply; for results."""


def draws_of(sensor: AbstractSensor, t: float, seed: int) -> Draws:
    """Key and counter of the draws of the look at time t."""
    event, obj = scan_number(t, sensor.index, sensor.period), sensor.index * OBJECT_STRIDE
    return Draws(seed, event, obj, *PURPOSES)


def detections_of(
    sensor: AbstractSensor,
    t: float,
    r_ecef: NDArray[np.float64],
    looks: Looks,
) -> Detections:
    """Message of one look of a radar."""
    n = len(looks.run)
    if not n:
        return empty(Detections)
    return Detections(
        run=looks.run,
        sensor=np.full(n, sensor.index),
        t=np.full(n, t),
        r_sensor_ecef=np.tile(r_ecef, (n, 1)),
        u_los_ecef=looks.u_los,
        sigma_angle=looks.sigma_angle,
        distance=looks.distance,
        sigma_distance=looks.sigma_distance,
        distance_rate=looks.rate,
        sigma_distance_rate=looks.sigma_rate,
        snr=looks.snr,
        is_plume=np.zeros(n, np.bool_),
    )
