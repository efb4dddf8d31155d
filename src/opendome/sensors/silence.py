"""Looks of radars that are sure to show nothing are not worked out one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from opendome.kernels.field import Fields, stacked
from opendome.kernels.guidance import Sky
from opendome.kernels.silence import Due, are_silent
from opendome.messages import Bools, Floats, Ints
from opendome.scenario.schedule import scan_number
from opendome.sensors.base import OBJECT_STRIDE, AbstractSensor, draws_of
from opendome.sensors.radar import Radar


@final
@dataclass(frozen=True)
class Silence:
    """What is needed to tell that no radar sees anything in a look."""

    sensors: tuple[AbstractSensor, ...]
    fields: Fields  # of radars that look by themselves
    means: Floats  # (n_sensors,) false alarms in a look

    @staticmethod
    def of(sensors: Sequence[AbstractSensor]) -> Silence:
        """Of the sensors of a scenario. A radar that only looks where it is asked is left out."""
        radars = [s if isinstance(s, Radar) and not s.numbers.is_cued else None for s in sensors]
        return Silence(
            sensors=tuple(sensors),
            fields=stacked([r.numbers.field if r else None for r in radars]),
            means=np.array([r.false_alarms if r else 0.0 for r in radars], dtype=np.float64),
        )

    def among(
        self, looks: list[tuple[float, int]], span: tuple[float, float], sky: Sky, runs: Ints,
        seed: int,
    ) -> Bools:  # fmt: skip
        """Whether looks (time, sensor) within a span of time are sure to show nothing in any run.

        Detections of the others, and false alarms, are as if nobody had asked.
        """
        if not looks:
            return np.zeros(0, np.bool_)
        sensor = np.array([i for _, i in looks], dtype=np.int64)
        event = [scan_number(t, i, self.sensors[i].period) for t, i in looks]
        due = Due(
            sensor=sensor,
            t=np.array([t for t, _ in looks], dtype=np.float64),
            mean=self.means[sensor],
            obj=sensor * OBJECT_STRIDE,
            event=np.array(event, dtype=np.int64),
        )
        draws = draws_of(self.sensors[looks[0][1]], looks[0][0], seed)
        silent: Bools = are_silent(self.fields, due, span, sky, runs, draws)
        return silent
