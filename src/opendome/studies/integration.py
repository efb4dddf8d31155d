"""What it buys to join batteries: the same defense stovepiped, under a hub, and integrated.

Means in closed form for batteries alike that see all of a raid, the same raid played, and a whole
scenario under its three wirings, run by run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from opendome.campaign.compare import Comparison, compare
from opendome.campaign.runner import run_many
from opendome.results.statistics import Estimate, bootstrap_mean
from opendome.scenario.grammar import keys
from opendome.scenario.load import load, resolved
from opendome.scenario.scenario import Scenario
from opendome.scenario.units import quantity
from opendome.studies.cost_exchange import Pair, raid_of
from opendome.studies.doctrine import mean_leakers, salvo_kill
from opendome.studies.fidelity import FAST, FIDELITIES, quickened
from opendome.studies.uncertain import (
    Unknown,
    contested,
    drawn,
    draws,
    draws_key,
    unknown_of,
)

WIRINGS: Final = ("stovepiped", "hub", "integrated")  # the others are compared with the first
ALIKE: Final = Pair("rocket_long", "iron_dome", 60e3)


@dataclass(frozen=True)
class IntegrationInputs:
    """What is asked."""

    threats: int = keys.integer("threats", "Threats that come at once.", low=1, high=60, default=8)
    batteries: int = keys.integer("batteries", "Batteries alike.", low=1, high=12, default=2)
    rounds: int = keys.integer("rounds", "Rounds of a battery.", low=1, high=200, default=4)
    salvo: int = keys.integer(
        "salvo", "Rounds of a battery at one threat, all at once.", low=1, high=20, default=1
    )
    p_kill: float = quantity(
        "p_kill", "1", "Chance that one round kills.", above=0, high=0.999, default=0.8
    )
    plain_runs: int = keys.integer(
        "plain_runs", "Runs of those batteries beside the forms; 0: none.",
        low=0, high=10**6, default=100,
    )  # fmt: skip
    scenario: str = keys.text(
        "scenario", "Scenario that is played under the three wirings.", longest=1000,
        default="mixed_raid",
    )  # fmt: skip
    fidelity: str = keys.choice(
        "fidelity",
        "fast: pictures drawn from statistics, shots from a table; or as the file says.",
        FIDELITIES,
        default=FAST,
    )
    runs: int = keys.integer(
        "runs", "Runs of the scenario under each wiring; 0: none.", low=0, high=10**6, default=12
    )
    draws: int = draws_key()
    seed: int = keys.integer("seed", "Seed of the runs.", low=0, high=2**31, default=1)


@dataclass(frozen=True)
class Form:
    """Mean leakers of batteries alike, by what each knows of the others."""

    same_order: float  # each fires at the same threats first
    at_random: float  # each chooses by itself
    joined: float  # one plan for all

    def of(self, wiring: str) -> float:
        """Of a wiring of batteries that see the same and decide alike."""
        return self.same_order if wiring == "stovepiped" else self.joined


@dataclass(frozen=True)
class Integration:
    """The answer."""

    form: Form
    played: dict[str, Estimate]  # leakers by wiring, 99 %; empty if not played
    whole: Comparison | None
    unknown: dict[str, Unknown] = field(default_factory=dict)  # leak fraction; empty without draws
    apart: dict[str, Unknown] = field(default_factory=dict)  # less that of the first wiring


def form(given: IntegrationInputs) -> Form:
    """Leakers by closed forms.

    Notes
    -----
    Batteries with one plan share out their rounds, ``salvo`` at each threat while the stock lasts.
    Alike and alone, each fires at the threats that come first, which so get the salvos of all. If
    each chooses by itself, a threat gets a battery's salvo with the chance that it is among those
    chosen, battery by battery. By counting; shots are independent.
    """
    n, k, p = given.threats, given.batteries, given.p_kill
    stock, salvo = k * given.rounds, given.salvo
    full, rest = divmod(given.rounds, salvo)
    chosen = min(full, n) * salvo_kill(p, salvo)
    if full < n:
        chosen += salvo_kill(p, rest)
    return Form(
        mean_leakers(n, stock, k * salvo, p),
        float(n * (1.0 - chosen / n) ** k),
        mean_leakers(n, stock, salvo, p),
    )


def plain(given: IntegrationInputs, wiring: str) -> Scenario:
    """Batteries side by side, each with its node, that see all; rockets that fly close together."""
    data: dict[str, Any] = raid_of(ALIKE, given.salvo, False)
    data["threats"][0] |= {
        "count": given.threats, "salvo_size": given.threats, "spacing_s": 1,
        "launch_scatter_km": 2,
    }  # fmt: skip
    battery, node = data["weapons"][0], data["command"]["nodes"][0]
    node["doctrine"]["is_shoot_look_shoot"] = False
    battery["overrides"] |= {"p_kill": given.p_kill, "reaction_s": 1, "launch_interval_s": 0.1}
    names = [f"b{i}" for i in range(given.batteries)]
    data["weapons"] = [
        {**battery, "name": n, "node": n, "launchers": 1, "rounds_per_launcher": given.rounds}
        for n in names
    ]
    data["command"] = {
        "wiring": wiring, "hub": names[0], "nodes": [{**node, "name": n} for n in names],
    }  # fmt: skip
    return load({**data, "step_s": 1})


def answer(given: IntegrationInputs) -> Integration:
    """The forms, the same batteries as played, and the scenario under its wirings."""
    played = {}
    for wiring in WIRINGS if given.plain_runs else ():
        campaign = run_many(plain(given, wiring), given.plain_runs, given.seed)
        leakers = campaign.table("runs", ["leakers"]).column("leakers").to_numpy()
        played[wiring] = bootstrap_mean(np.asarray(leakers, np.float64), given.seed, 0.99)
    whole, unknown, apart = None, dict[str, Unknown](), dict[str, Unknown]()
    if given.runs:
        case = quickened(resolved(given.scenario), given.fidelity)
        whole = compare(case, "command.wiring", WIRINGS, given.runs, given.seed)
        if given.draws:
            cases = {wiring: load(case, [f"command.wiring={wiring}"]) for wiring in WIRINGS}
            unknown, apart = not_known(given, cases)
    return Integration(form(given), played, whole, unknown, apart)


def not_known(
    given: IntegrationInputs, cases: dict[str, Scenario]
) -> tuple[dict[str, Unknown], dict[str, Unknown]]:
    """Leak fraction of each wiring under draws that all share, and its difference from the first.

    Run k under draw j is the same raid for every wiring, so differences are formed run by run.
    """
    made = draws(contested(list(cases.values())), given.draws, given.seed)
    tables = {w: drawn(case, made, given.runs, given.seed) for w, case in cases.items()}
    return {w: unknown_of(table) for w, table in tables.items()}, {
        w: unknown_of(table - tables[WIRINGS[0]]) for w, table in tables.items() if w != WIRINGS[0]
    }
