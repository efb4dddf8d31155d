"""Satellites of a boost-phase layer over interceptor speed, burn time and decision time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from opendome.errors import ModelRangeError
from opendome.studies.published import aei
from opendome.studies.sbi_inputs import SbiInputs
from opendome.studies.sbi_sizing import calculator, size


@dataclass(frozen=True)
class Cell:
    """Satellites in orbit for one speed, burn and decision time, SI; NaN where nothing suffices.

    ``best``, ``mean`` and ``worst`` are ours over the latitudes of launch, ``aei`` the calculator's
    from the same times and speeds.
    """

    speed: float
    burn: float
    decide: float
    best: float
    mean: float
    worst: float
    aei: float


def cell_of(given: SbiInputs) -> Cell:
    """The answer of ours and of the calculator to one question."""
    best = mean = worst = theirs = math.nan
    with suppress(ModelRangeError):
        ours = size(given, is_assured=False)
        best, mean, worst = (float(x.interceptors) for x in (ours.best, ours.mean, ours.worst))
    with suppress(ModelRangeError):
        theirs = float(aei.calculate(calculator(given)).interceptors)
    return Cell(given.speed, given.burn, given.decide, best, mean, worst, theirs)


def sweep_of(
    given: SbiInputs,
    speeds: Sequence[float],
    burns: Sequence[float],
    decisions: Sequence[float],
) -> list[Cell]:
    """All combinations, burn by burn."""
    return [
        cell_of(replace(given, speed=speed, burn=burn, decide=decide))
        for burn in burns
        for speed in speeds
        for decide in decisions
    ]
