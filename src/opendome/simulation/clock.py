"""The clock: macro steps, and the exact times of what happens between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from opendome.scenario.schedule import scan_phase

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Clock:
    """Macro step, end, and the looks of every sensor, all from the scenario."""

    step: float
    duration: float
    periods: tuple[float, ...]  # of the sensors, in scenario order

    @cached_property
    def _rhythm(self) -> tuple[Floats, Floats, float]:
        """Time of the first look and period of every sensor, and the shortest period."""
        phases = [scan_phase(i, period) for i, period in enumerate(self.periods)]
        periods = np.array(self.periods, dtype=np.float64)
        return np.array(phases, dtype=np.float64), periods, min(self.periods, default=np.inf)

    def ticks(self) -> Iterator[tuple[float, float]]:
        """Pairs (t0, t1) from 0 to the end of the scenario."""
        n = 0
        while n * self.step < self.duration:
            yield n * self.step, (n + 1) * self.step
            n += 1

    def looks(self, t0: float, t1: float) -> list[tuple[float, int]]:
        """Every (time, sensor) of a look in (t0, t1], and at 0 in the first tick, in time order."""
        phases, periods, shortest = self._rhythm
        number = np.maximum(((t0 - phases) / periods).astype(np.int64), 0)
        most = np.arange(int((t1 - t0) / shortest) + 3)
        t = phases + (number + most[:, None]) * periods
        is_due = (t <= t1) & ((t > t0) if t0 > 0.0 else (t >= t0))
        return sorted(zip(t[is_due].tolist(), np.nonzero(is_due)[1].tolist(), strict=True))
