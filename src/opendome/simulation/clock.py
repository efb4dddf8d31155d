"""The clock: macro steps, and the exact times of what happens between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from opendome.scenario.schedule import scan_time


@dataclass(frozen=True)
class Clock:
    """Macro step, end, and the looks of every sensor, all from the scenario."""

    step: float
    duration: float
    periods: tuple[float, ...]  # of the sensors, in scenario order

    def ticks(self) -> Iterator[tuple[float, float]]:
        """Pairs (t0, t1) from 0 to the end of the scenario."""
        n = 0
        while n * self.step < self.duration:
            yield n * self.step, (n + 1) * self.step
            n += 1

    def looks(self, t0: float, t1: float) -> list[tuple[float, int]]:
        """Every (time, sensor) of a look in (t0, t1], and at 0 in the first tick, in time order."""
        due = []
        for i, period in enumerate(self.periods):
            number = max(0, int((t0 - scan_time(0, i, period)) / period))
            while (t := scan_time(number, i, period)) <= t1:
                if t > t0 or (t0 == 0.0 and t == 0.0):
                    due.append((t, i))
                number += 1
        return sorted(due)
