"""What is not known of a defense: kill chances and radar ranges, drawn between low and high.

A draw holds for all runs of a defense, and for every defense that has the system; so the spread
between draws is what is not known, and the spread within one is chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from opendome.campaign.cells import setting, uses
from opendome.campaign.samples import latin_hypercube, triangular
from opendome.scenario.entries import Parameter
from opendome.scenario.load import load
from opendome.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Draw: TypeAlias = Mapping[str, float]  # by system: its contested number

CONTESTED: Final = {"interceptor": "p_kill", "radar": "range_km"}  # kind of a system -> its key
TAIL: Final = 0.05  # of the draws left out at each side of a band
DIGITS: Final = 6


def contested(scenarios: Sequence[Scenario]) -> dict[str, Parameter]:
    """Contested numbers of all weapons and sensors, by system, sorted; those that have a range."""
    found: dict[str, Parameter] = {}
    for scenario in scenarios:
        names = [battery.system.name for battery in scenario.weapons]
        names += [sensor.system.name for sensor in scenario.sensors]
        for entry in (scenario.systems[name] for name in names):
            said = entry.parameters.get(CONTESTED.get(entry.kind, ""))
            if said is not None and said.high > said.low:
                found[entry.name] = said
    return dict(sorted(found.items()))


def draws(numbers: Mapping[str, Parameter], n: int, seed: int) -> list[Draw]:
    """Numbers drawn together, each triangular from low to high with its peak at nominal."""
    cube = latin_hypercube(n, len(numbers), seed)
    columns = [
        triangular(p.low, p.nominal, p.high, cube[:, i]) for i, p in enumerate(numbers.values())
    ]
    return [
        {name: float(f"{columns[i][k]:.{DIGITS}g}") for i, name in enumerate(numbers)}
        for k in range(n)
    ]


def under(scenario: Scenario, draw: Draw) -> Scenario:
    """The scenario with the numbers of a draw."""
    sets = []
    for name, value in draw.items():
        places = uses(scenario, name)
        if places:
            key = CONTESTED[scenario.systems[name].kind]
            sets += [setting(f"{place}.overrides.{key}", value) for place in places]
    return load(scenario, sets)
