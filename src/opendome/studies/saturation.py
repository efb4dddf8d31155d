"""What a growing raid does to two layers: leakage of each and of both, and where the knee is.

Rounds are what is scarce. In closed form a layer deals out its rounds, a salvo at each threat,
until it is empty; what it does not stop comes to the next. Beside it the same raids are played.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from opendome.campaign.runner import run_many
from opendome.results.statistics import Estimate, bootstrap_ratio
from opendome.scenario.catalog_entries import entry
from opendome.scenario.grammar import keys
from opendome.scenario.load import load
from opendome.scenario.scenario import Scenario
from opendome.scenario.units import quantity
from opendome.studies.cost_exchange import Pair, raid_of
from opendome.studies.doctrine import mean_leakers, salvo_kill, spread
from opendome.studies.uncertain import (
    Draw,
    Unknown,
    about,
    band,
    drawn,
    draws,
    draws_key,
    unknown_of,
)

Floats = NDArray[np.float64]

THREAT: Final = Pair("mrbm_solid", "thaad", 1000e3)
LOWER: Final = "patriot_mse"
LAYERS: Final = ("upper", "lower")
SIZES: Final = 6  # raids that are played


@dataclass(frozen=True)
class SaturationInputs:
    """What is asked."""

    most: int = keys.integer("most", "Threats of the largest raid.", low=2, high=300, default=48)
    upper_rounds: int = keys.integer(
        "upper_rounds", "Rounds of the upper layer.", low=0, high=1000, default=16
    )
    upper_salvo: int = keys.integer(
        "upper_salvo", "Its rounds at one threat, all at once.", low=1, high=20, default=1
    )
    upper_p_kill: float = quantity(
        "upper_p_kill", "1", "Chance that one of them kills.", above=0, high=0.999, default=0.8
    )
    lower_rounds: int = keys.integer(
        "lower_rounds", "Rounds of the lower layer.", low=0, high=1000, default=24
    )
    lower_salvo: int = keys.integer(
        "lower_salvo", "Its rounds at one threat, all at once.", low=1, high=20, default=2
    )
    lower_p_kill: float = quantity(
        "lower_p_kill", "1", "Chance that one of them kills.", above=0, high=0.999, default=0.7
    )
    runs: int = keys.integer(
        "runs", "Runs of the simulator for each raid; 0: none.", low=0, high=10**6, default=30
    )
    draws: int = draws_key("the kill chances, with their peaks at those asked,")
    seed: int = keys.integer("seed", "Seed of the runs.", low=0, high=2**31, default=1)


@dataclass(frozen=True)
class Layer:
    """Rounds of one layer."""

    rounds: int
    salvo: int
    p_kill: float

    @property
    def served(self) -> float:
        """Threats that its rounds are enough for."""
        return self.rounds / self.salvo

    @property
    def kill(self) -> float:
        """Chance that a threat which gets a whole salvo is killed."""
        return salvo_kill(self.p_kill, self.salvo)


@dataclass(frozen=True)
class Row:
    """Share that a raid of so many gets past each layer, of what comes to it, and past both.

    ``unknown`` are 5 and 95 % of the last under draws of the kill chances, NaN without draws.
    """

    threats: int
    upper: float
    lower: float
    both: float
    unknown: tuple[float, float] = (math.nan, math.nan)


@dataclass(frozen=True)
class Played:
    """The same from runs, intervals of 99 %."""

    threats: int
    upper: Estimate
    lower: Estimate
    both: Estimate
    unknown: Unknown | None = None  # past both, under draws of the kill chances


@dataclass(frozen=True)
class Saturation:
    """The answer: leakage by raid size, and the sizes at which it bends."""

    rows: list[Row]
    played: list[Played]
    upper_knee: float  # threats
    knee: float  # of both layers
    knee_played: float  # NaN if not played


def layers_of(given: SaturationInputs) -> tuple[Layer, Layer]:
    """The two layers."""
    return (
        Layer(given.upper_rounds, given.upper_salvo, given.upper_p_kill),
        Layer(given.lower_rounds, given.lower_salvo, given.lower_p_kill),
    )


def passed_on(threats: int, layer: Layer) -> Floats:
    """Chance that exactly so many of a raid get past a layer, for 0 to all of them."""
    chances = np.ones(1)
    for rounds in spread(threats, layer.rounds, layer.salvo):
        leak = 1.0 - salvo_kill(layer.p_kill, rounds)
        chances = np.convolve(chances, [1.0 - leak, leak])
    return chances


def row_of(threats: int, upper: Layer, lower: Layer) -> Row:
    """Leakage of one raid: the lower layer meets what is left, whose number is by chance."""
    chances = passed_on(threats, upper)
    came = float(chances @ np.arange(threats + 1))
    left = [mean_leakers(n, lower.rounds, lower.salvo, lower.p_kill) for n in range(threats + 1)]
    through = float(chances @ np.array(left))
    return Row(threats, came / threats, through / came if came else 0.0, through / threats)


def knee_of(upper: Layer, lower: Layer) -> float:
    """Size of the raid from which the lower layer has no round for what comes to it, on average.

    The upper layer kills its share of the threats that its rounds are enough for; the others come
    to the lower one.
    """
    if lower.served <= upper.served * (1.0 - upper.kill):
        return lower.served / (1.0 - upper.kill)  # the lower one is empty before the upper one
    return lower.served + upper.served * upper.kill


def hinge(x: Floats, y: Floats) -> float:
    """Where the line of two straight pieces through zero that fits best has its bend.

    Returns
    -------
    bend : float
        Within the range of x; NaN for fewer than three points.
    """
    if len(x) < 3:
        return math.nan
    tried = np.linspace(float(x[0]), float(x[-1]), 481)[1:-1]
    errors = []
    for bend in tried:
        pieces = np.column_stack([x, np.maximum(x - bend, 0.0)])
        found = np.linalg.lstsq(pieces, y, rcond=None)[0]
        errors.append(float(np.sum((pieces @ found - y) ** 2)))
    return float(tried[int(np.argmin(errors))])


def scenario_of(given: SaturationInputs, threats: int) -> Scenario:
    """Missiles that fly close together at a site under two batteries that see all."""
    data: dict[str, Any] = raid_of(THREAT, 1, False)
    data["threats"][0] |= {
        "count": threats, "salvo_size": threats, "spacing_s": 2, "launch_scatter_km": 5,
    }  # fmt: skip
    battery, node = data["weapons"][0], data["command"]["nodes"][0]
    batteries = []
    for name, system, layer in zip(
        LAYERS, (THREAT.interceptor, LOWER), layers_of(given), strict=True
    ):
        batteries.append(
            {
                **battery,
                "name": name,
                "system": system,
                "node": name,
                "launchers": 1,
                "rounds_per_launcher": layer.rounds,
                "overrides": {
                    "p_assess_error": 0, "channels": 1000, "p_kill": layer.p_kill,
                    "reaction_s": 1, "launch_interval_s": 0.1, "remote": "engage",
                },
            }
        )  # fmt: skip
    rules = [
        {"policy": "fixed_salvo", "salvo": layer.salvo, "max_rounds": layer.salvo}
        for layer in layers_of(given)
    ]
    data["weapons"] = batteries
    data["command"] = {
        "wiring": "integrated",
        "nodes": [
            {**node, "name": name, "doctrine": rule}
            for name, rule in zip(LAYERS, rules, strict=True)
        ],
        "layers": [{"name": name, "batteries": [name]} for name in LAYERS],
    }
    return load(data)


def kill_chances(given: SaturationInputs) -> list[Draw]:
    """Draws of what is not known: the kill chances of both layers, about those asked."""
    asked = {THREAT.interceptor: given.upper_p_kill, LOWER: given.lower_p_kill}
    numbers = {
        name: about(entry(name).parameters["p_kill"], p) for name, p in sorted(asked.items())
    }
    return draws(numbers, given.draws, given.seed)


def under_draw(given: SaturationInputs, draw: Draw) -> tuple[Layer, Layer]:
    """The two layers with the kill chances of a draw."""
    return layers_of(
        replace(given, upper_p_kill=draw[THREAT.interceptor], lower_p_kill=draw[LOWER])
    )


def play(given: SaturationInputs, threats: int) -> Played:
    """Runs of one raid, layer by layer."""
    case = scenario_of(given, threats)
    campaign = run_many(case, given.runs, given.seed)
    came = [campaign.sums[f"layer{k}.came"] for k in range(2)]
    left = [came[k] - campaign.sums[f"layer{k}.killed"] for k in range(2)]
    shares = [(left[0], came[0]), (left[1], came[1]), (left[1], came[0])]
    upper, lower, both = (bootstrap_ratio(a, b, given.seed, 0.99) for a, b in shares)
    found = Played(threats, upper, lower, both)
    if not given.draws:
        return found
    table = drawn(case, kill_chances(given), given.runs, given.seed)
    return replace(found, unknown=unknown_of(table))


def sizes(most: int, n: int) -> list[int]:
    """Raid sizes up to the largest, evenly spaced."""
    return sorted({max(1, round(most * (k + 1) / n)) for k in range(n)})


def answer(given: SaturationInputs) -> Saturation:
    """The form for every size, and runs for some."""
    upper, lower = layers_of(given)
    played = [play(given, n) for n in sizes(given.most, SIZES)] if given.runs else []
    pairs = [under_draw(given, draw) for draw in kill_chances(given)] if given.draws else []
    rows = []
    for n in range(1, given.most + 1):
        row = row_of(n, upper, lower)
        both = np.array([row_of(n, *pair).both for pair in pairs])
        rows.append(replace(row, unknown=band(both)))
    return Saturation(
        rows,
        played,
        upper.served,
        knee_of(upper, lower),
        _bend(played),
    )


def _bend(played: Sequence[Played]) -> float:
    x = np.array([p.threats for p in played], np.float64)
    return hinge(x, x * np.array([p.both.value for p in played]))
