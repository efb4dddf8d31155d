"""What is not known of a defense: kill chances and radar ranges, drawn between low and high.

A draw holds for all runs of a defense, and for every defense that has the system; so the spread
between draws is what is not known, and the spread within one is chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from opendome.campaign.cells import setting, uses
from opendome.campaign.runner import run_many
from opendome.campaign.samples import latin_hypercube, triangular
from opendome.results.result import Campaign
from opendome.results.variance import crossed
from opendome.scenario.entries import Parameter
from opendome.scenario.grammar import keys
from opendome.scenario.load import load
from opendome.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Draw: TypeAlias = Mapping[str, float]  # by system: its contested number

CONTESTED: Final = {"interceptor": "p_kill", "radar": "range_km"}  # kind of a system -> its key
TAIL: Final = 0.05  # of the draws left out at each side of a band
DIGITS: Final = 6


@dataclass(frozen=True)
class Unknown:
    """A measure under draws of what is not known; NaN where runs or draws do not say."""

    low: float  # 5 and 95 % of the draws, chance taken out
    high: float
    share: float  # of the variance of a single raid that is not chance


def draws_key(what: str = "contested numbers (kill chances, radar ranges)") -> Any:
    """The input of a study that says how many draws are made."""
    about = f"Draws of {what} from low to high, each with all runs; 0: nominal ones alone."
    return keys.integer("draws", about, low=0, high=10**4, default=0)


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


def about(said: Parameter, asked: float) -> Parameter:
    """A number of the catalog whose peak is what is asked, its range widened to hold that."""
    return replace(said, low=min(said.low, asked), nominal=asked, high=max(said.high, asked))


def leaks(campaign: Campaign) -> Floats:
    """Share that gets through of each run; NaN where nothing threatened."""
    leakers, threatening = (campaign.sums[name] for name in ("leakers", "threatening"))
    with np.errstate(invalid="ignore"):
        return np.asarray(leakers / threatening, np.float64)


def drawn(
    scenario: Scenario,
    made: Sequence[Draw],
    runs: int,
    seed: int,
    play: Callable[[int, Scenario], Campaign] | None = None,
) -> Floats:
    """Leak fraction of each run of a scenario under each draw (n_draws, n_runs).

    ``play`` makes the campaign of a draw by its number, for runs that are to be kept.
    """
    act = play or (lambda _, case: run_many(case, runs, seed))
    return np.array([leaks(act(k, under(scenario, draw))) for k, draw in enumerate(made)])


def unknown_of(table: Floats) -> Unknown:
    """What draws make of a measure of single runs (n_draws, n_runs)."""
    shares, (low, high) = crossed(table, TAIL)
    return Unknown(low, high, shares.share_unknown)


def band(values: Floats) -> tuple[float, float]:
    """5 and 95 % of a quantity without chance (n_draws,)."""
    if len(values) < 2:
        return math.nan, math.nan
    low, high = np.quantile(values, [TAIL, 1.0 - TAIL])
    return float(low), float(high)
