"""Who shoots at what, by rule or by plan: scenarios under each policy and each wiring.

Every policy meets the same raids under every wiring: run k draws the same lots in all of them, so
that policies are compared run by run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle import POLICIES
from opendome.campaign.runner import run_many
from opendome.results.paired import WHOLE, Difference, Measure, differences
from opendome.results.result import Campaign
from opendome.results.statistics import Estimate, bootstrap_mean, bootstrap_ratio
from opendome.scenario.grammar import keys
from opendome.scenario.grammar.refusal import Origin, did_you_mean
from opendome.scenario.load import load, resolved
from opendome.scenario.scenario import Scenario
from opendome.scenario.units import quantity
from opendome.studies.fidelity import FAST, FIDELITIES, quickened
from opendome.studies.uncertain import (
    Unknown,
    contested,
    drawn,
    draws,
    draws_key,
    unknown_of,
)

Floats = NDArray[np.float64]

WIRINGS: Final = ("integrated", "hub", "stovepiped")
CLOSE: Final = 1e-5  # of the value at stake: a bound that is met
ALL: Final = "nearest_shooter, fixed_salvo, greedy, optimal, sequencing"


@dataclass(frozen=True)
class PolicyInputs:
    """What is asked."""

    scenarios: str = keys.text(
        "scenarios", "Scenarios, names or paths, with commas between.", longest=1000,
        default="mixed_raid",
    )  # fmt: skip
    policies: str = keys.text(
        "policies", "Policies, with commas between; all nodes follow one.", longest=1000,
        default=ALL,
    )  # fmt: skip
    against: str = keys.text(
        "against", "Policy that the others are compared with.", longest=100, default="greedy"
    )
    wirings: str = keys.text(
        "wirings", "Wirings, with commas between.", longest=100, default=", ".join(WIRINGS)
    )
    fidelity: str = keys.choice(
        "fidelity",
        "fast: pictures drawn from statistics, shots from a table; or as the file says.",
        FIDELITIES,
        default=FAST,
    )
    stock: float = quantity(
        "stock", "1", "Share of the rounds of every battery that are there.", above=0, high=1,
        default=1,
    )  # fmt: skip
    runs: int = keys.integer(
        "runs", "Runs under each policy and wiring.", low=1, high=10**6, default=10
    )
    draws: int = draws_key()
    seed: int = keys.integer("seed", "Seed of the runs.", low=0, high=2**31, default=1)
    out: str = keys.text(
        "out", "Folder that keeps the runs and is gone on with; empty: none.", longest=1000,
        default="",
    )  # fmt: skip


class Plans(NamedTuple):
    """What the record says of the plans of a campaign."""

    n: int  # per run, those for at least one threat
    proven: float  # share with a bound that is met, NaN without plans
    gap: float  # mean of loss above bound as a share of the value at stake; NaN without bounds
    threats: float  # mean number planned for; NaN without plans


@dataclass(frozen=True)
class Case:
    """A scenario under each wiring and policy."""

    scenario: str
    against: str
    campaigns: dict[tuple[str, str], Campaign]  # wiring, policy
    drawn: dict[tuple[str, str], Floats] = field(
        default_factory=dict
    )  # leak fractions, (draw, run)

    def estimate(self, wiring: str, policy: str, measure: Measure) -> Estimate:
        """Mean, or ratio of sums, with its 95 % interval."""
        campaign = self.campaigns[wiring, policy]
        seed, above = int(campaign.manifest["seed"]), campaign.sums[measure.above]
        if measure.below is None:
            return bootstrap_mean(above, seed)
        return bootstrap_ratio(above, campaign.sums[measure.below], seed)

    @cached_property
    def pairs(self) -> dict[tuple[str, str], dict[str, Difference]]:
        """Each policy less the one that all are compared with, by wiring, policy and measure."""
        names = {m.name for m in WHOLE}
        return {
            (wiring, policy): {
                d.measure.name: d
                for d in differences(self.campaigns[wiring, self.against], campaign)
                if d.measure.layer is None and d.measure.name in names
            }
            for (wiring, policy), campaign in self.campaigns.items()
            if policy != self.against
        }

    def unknown(self, wiring: str, policy: str) -> Unknown:
        """Leak fraction under the draws."""
        return unknown_of(self.drawn[wiring, policy])

    def apart(self, wiring: str, policy: str) -> Unknown:
        """The same less that of the policy that all are compared with, run by run."""
        return unknown_of(self.drawn[wiring, policy] - self.drawn[wiring, self.against])

    def plans(self, wiring: str, policy: str) -> Plans:
        """What the nodes planned."""
        campaign = self.campaigns[wiring, policy]
        row = campaign.query(
            f"""select count(*) / (select count(*) from runs)::double as n,
                 avg((not isnan(bound) and loss - bound <= {CLOSE} * value)::integer) as proven,
                 avg(case when not isnan(bound) and value > 0 then (loss - bound) / value end)
                   as gap,
                 avg(threats) as threats
               from plans where value > 0"""
        ).to_pylist()[0]
        number = {k: float("nan") if v is None else float(v) for k, v in row.items()}
        return Plans(round(number["n"]), number["proven"], number["gap"], number["threats"])


def listed(words: str, key: str, known: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Names with commas between, each once; refused if one is not known."""
    names = tuple(dict.fromkeys(name.strip() for name in words.split(",") if name.strip()))
    for name in names:
        if known and name not in known:
            raise Origin("policies").refuse(
                key, name, f"known: {', '.join(known)}", did_you_mean(name, known)
            )
    if not names:
        raise Origin("policies").refuse(key, words, "at least one name is asked")
    return names


def asked(given: PolicyInputs) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Scenarios, wirings and policies; the policy that all are compared with is among the last."""
    (against,) = listed(given.against, "against", tuple(POLICIES))[:1]
    policies = listed(given.policies, "policies", tuple(POLICIES))
    if against not in policies:
        policies = (*policies, against)
    return listed(given.scenarios, "scenarios"), listed(given.wirings, "wirings", WIRINGS), policies


def following(data: dict[str, Any], wiring: str, policy: str) -> Scenario:
    """A scenario whose nodes are joined so, and all follow one policy."""
    command = data["command"]
    nodes = [{**n, "doctrine": {**n["doctrine"], "policy": policy}} for n in command["nodes"]]
    return load({**data, "command": {**command, "wiring": wiring, "nodes": nodes}})


def with_stock(data: dict[str, Any], share: float) -> dict[str, Any]:
    """The same with a share of the rounds of every battery, at least one of each.

    Rounds on launchers are fewer; of launchers with one round, the launchers are. Satellites keep
    theirs.
    """
    if share == 1.0:
        return data
    weapons = []
    for written, battery in zip(data["weapons"], load(data).weapons, strict=True):
        changed = {}
        if battery.shell is None and battery.n_each > 1:
            changed = {"rounds_per_launcher": max(1, round(share * battery.n_each))}
        elif battery.shell is None:
            changed = {"launchers": max(1, round(share * battery.n_launchers))}
        weapons.append({**written, **changed})
    return {**data, "weapons": weapons}


def answer(given: PolicyInputs) -> list[Case]:
    """Every scenario under every wiring and policy."""
    scenarios, wirings, policies = asked(given)
    written = [
        with_stock(quickened(resolved(name), given.fidelity), given.stock) for name in scenarios
    ]
    cells = [(wiring, policy) for wiring in wirings for policy in policies]
    played = [[following(data, *cell) for cell in cells] for data in written]  # refuses before runs
    cases = []
    for name, scenario_of in zip(scenarios, played, strict=True):
        found = {}
        for (wiring, policy), scenario in zip(cells, scenario_of, strict=True):
            folder = Path(given.out, Path(name).stem, wiring, policy) if given.out else None
            found[wiring, policy] = run_many(scenario, given.runs, given.seed, out=folder)
        under = _under_draws(given, name, dict(zip(cells, scenario_of, strict=True)))
        cases.append(Case(name, given.against.strip(), found, under))
    return cases


def _under_draws(
    given: PolicyInputs, name: str, cases: dict[tuple[str, str], Scenario]
) -> dict[tuple[str, str], Floats]:
    """Leak fractions by draw and run; all policies and wirings share the draws."""
    if not given.draws:
        return {}
    made = draws(contested(list(cases.values())), given.draws, given.seed)

    def kept(cell: tuple[str, str], k: int, scenario: Scenario) -> Campaign:
        where = (Path(name).stem, cell[0], f"{cell[1]}-draw-{k + 1:03d}")
        folder = Path(given.out, *where) if given.out else None
        return run_many(scenario, given.runs, given.seed, out=folder)

    return {
        cell: drawn(case, made, given.runs, given.seed, partial(kept, cell))
        for cell, case in cases.items()
    }
