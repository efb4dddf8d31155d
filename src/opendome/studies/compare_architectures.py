"""Several defenses against several raids: what each stops, what it costs, and which are dominated.

A defense is what one scenario file says of sensors, weapons and command; a raid what one says of
threats, of what they are aimed at, and of the air. Every defense meets every raid with the same
lots, so differences are those of the defenses.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from opendome.campaign.effects import front
from opendome.campaign.runner import run_many
from opendome.errors import ScenarioError
from opendome.results import paired
from opendome.results.result import Campaign
from opendome.results.statistics import Estimate, bootstrap_mean
from opendome.scenario.grammar import keys
from opendome.scenario.load import load, resolved
from opendome.scenario.scenario import Scenario
from opendome.scenario.units import quantity
from opendome.studies.cost import Bill, Range, bill
from opendome.studies.fidelity import FAST, FIDELITIES, quickened
from opendome.studies.price_book import price_book
from opendome.studies.uncertain import (
    Unknown,
    contested,
    drawn,
    draws,
    draws_key,
    unknown_of,
)

MOST: Final = 12  # defenses, and raids
OF_A_RAID: Final[tuple[str, ...]] = (
    "threats", "assets", "before_launch", "jammers", "weather", "start", "duration_s",
)  # fmt: skip
DEFENSES: Final = (
    "limited_icbm, limited_icbm weapons.fort_greely.launchers=20, "
    "limited_icbm weapons.fort_greely.launchers=60, golden_dome"
)
RAIDS: Final = "limited_icbm threats.icbm.count=4, limited_icbm, limited_icbm threats.icbm.count=20"


@dataclass(frozen=True)
class ArchitectureInputs:
    """What is asked."""

    architectures: str = keys.text(
        "architectures",
        "Scenarios whose defenses are compared, with commas between; KEY=VALUE after one changes "
        "it. The others are compared with the first.",
        longest=2000,
        default=DEFENSES,
    )
    raids: str = keys.text(
        "raids", "Scenarios whose raids they meet, written likewise.", longest=2000, default=RAIDS
    )
    fidelity: str = keys.choice(
        "fidelity",
        "fast: pictures drawn from statistics, shots from a table; or as the files of the "
        "defenses say.",
        FIDELITIES,
        default=FAST,
    )
    period: float = quantity(
        "period_yr", "yr", "Years that are paid for.", above=0, high=100, default=20
    )
    runs: int = keys.integer(
        "runs", "Runs of each defense against each raid.", low=1, high=10**6, default=12
    )
    draws: int = draws_key()
    seed: int = keys.integer("seed", "Seed of the runs.", low=0, high=2**31, default=1)


@dataclass(frozen=True)
class Source:
    """A scenario and changes of it, as one words it on the command line."""

    words: str
    file: str
    sets: tuple[str, ...]

    def read(self) -> Scenario:
        """The scenario, checked."""
        return load(self.file, self.sets)


@dataclass(frozen=True)
class Outcome:
    """One defense against one raid, intervals of 95 %."""

    threatening: float  # mean number that would land on an asset if nobody shot
    leak: Estimate
    no_leak: Estimate
    stopped: Estimate  # mean number of the threatening
    spent: Estimate  # dollars of rounds
    apart: paired.Difference | None  # leak fraction against the first defense, run by run
    each: float  # dollars over the period for one of those stopped, inf where none is
    is_best: bool  # no other defense both costs no more and leaks no more
    unknown: Unknown | None = None


@dataclass(frozen=True)
class Defense:
    """One defense: its bill, and what came of each raid."""

    source: Source
    bill: Bill
    outcomes: tuple[Outcome, ...]

    @property
    def total(self) -> Range:
        """Dollars over the period."""
        return self.bill.total()

    @property
    def each(self) -> float:
        """Dollars for one threat at a time: by the raid of which it stops most."""
        return min(outcome.each for outcome in self.outcomes)


@dataclass(frozen=True)
class Architectures:
    """The answer."""

    raids: tuple[Source, ...]
    defenses: tuple[Defense, ...]


def sources(words: str, key: str) -> tuple[Source, ...]:
    """Scenarios named in a line: commas between, changes after each."""
    found = []
    for part in words.split(","):
        try:
            file, *sets = shlex.split(part)
        except ValueError:
            raise ScenarioError(
                f"compare_architectures: {key} is {words[:60]!r}; allowed: scenarios with commas "
                "between, KEY=VALUE after each. For example my.yaml, my.yaml picture=perfect."
            ) from None
        found.append(Source(" ".join(part.split()), file, tuple(sets)))
    if len(found) > MOST:
        raise ScenarioError(f"compare_architectures: {key} are {len(found)}; at most {MOST}.")
    return tuple(found)


def joined(defense: Scenario, raid: Scenario, fidelity: str) -> Scenario:
    """The defense of one scenario against the raid of another."""
    if defense.catalog_level != raid.catalog_level:
        raise ScenarioError(
            f"{raid.name}: catalog_level is {raid.catalog_level!r}; the defense {defense.name} "
            f"takes {defense.catalog_level!r}, and both must take the same."
        )
    ours, theirs = resolved(defense), resolved(raid)
    systems = {**theirs["systems"], **ours["systems"]}
    twice = next((n for n, s in theirs["systems"].items() if systems[n] != s), None)
    if twice is not None:
        raise ScenarioError(
            f"{raid.name}: systems.{twice} is not what {defense.name} calls so; both must mean "
            "the same. Give one of them another name."
        )
    kept = {key: value for key, value in ours.items() if key not in OF_A_RAID}
    taken = {key: theirs[key] for key in OF_A_RAID if key in theirs}
    return load(quickened({**kept, **taken, "systems": systems}, fidelity))


def answer(given: ArchitectureInputs) -> Architectures:
    """Every defense against every raid."""
    raids = sources(given.raids, "raids")
    defenses = sources(given.architectures, "architectures")
    read = [source.read() for source in defenses]
    bills = [bill(scenario, price_book(), given.period) for scenario in read]
    columns = []
    for raid in (source.read() for source in raids):
        cases = [joined(scenario, raid, given.fidelity) for scenario in read]
        campaigns = [run_many(case, given.runs, given.seed) for case in cases]
        column = _column(campaigns, bills, given.seed)
        if given.draws:
            column = _with_unknown(given, column, cases)
        columns.append(column)
    rows = zip(*columns, strict=True)
    return Architectures(
        raids,
        tuple(Defense(*each) for each in zip(defenses, bills, rows, strict=True)),
    )


def _column(campaigns: Sequence[Campaign], bills: Sequence[Bill], seed: int) -> list[Outcome]:
    """Outcomes of one raid under every defense."""
    costs = [found.total().nominal for found in bills]
    leaks = [_estimate(campaign.summary, "leak_fraction") for campaign in campaigns]
    best = front(np.array(costs), np.array([leak.value for leak in leaks]))
    return [
        _outcome(campaign, (leaks[i], costs[i], bool(best[i])), campaigns[0] if i else None, seed)
        for i, campaign in enumerate(campaigns)
    ]


def _with_unknown(
    given: ArchitectureInputs, column: Sequence[Outcome], cases: Sequence[Scenario]
) -> list[Outcome]:
    """Outcomes with what draws of the contested numbers make of them; all cases share the draws."""
    made = draws(contested(cases), given.draws, given.seed)
    return [
        replace(outcome, unknown=unknown_of(drawn(case, made, given.runs, given.seed)))
        for outcome, case in zip(column, cases, strict=True)
    ]


def _outcome(
    campaign: Campaign, found: tuple[Estimate, float, bool], first: Campaign | None, seed: int
) -> Outcome:
    leak, cost, is_best = found
    threatening, leakers = (campaign.sums[name] for name in ("threatening", "leakers"))
    stopped = bootstrap_mean(threatening - leakers, seed)
    apart = paired.differences(first, campaign)[0] if first is not None else None
    return Outcome(
        float(threatening.mean()),
        leak,
        _estimate(campaign.summary, "p_no_leak"),
        stopped,
        _estimate(campaign.summary, "cost_defense_usd"),
        apart,
        cost / stopped.value if stopped.value > 0 else float("inf"),
        is_best,
    )


def _estimate(summary: dict[str, Any], name: str) -> Estimate:
    value, low, high = (summary[name][k] for k in ("value", "low", "high"))
    return Estimate(value, *(float("nan") if x is None else x for x in (low, high)))
