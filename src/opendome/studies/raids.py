"""Raids played by the simulator for studies: the shipped ICBM attack at its fast fidelity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opendome.campaign.runner import run_many
from opendome.results.statistics import Estimate, bootstrap_mean, wilson
from opendome.scenario.load import load
from opendome.scenario.scenario import Scenario

Floats = NDArray[np.float64]

BATTERIES = ("fort_greely", "vandenberg")
ASSETS = 5
SOUTH = 4  # interceptors at the southern site where there are enough


@dataclass(frozen=True)
class Raid:
    """Missiles with one warhead each against a stock of interceptors, shots of one chance.

    Everything but the shots is sure: missiles work, pictures and looks are perfect.
    """

    threats: int
    interceptors: int
    rounds: int  # at most at one threat
    p_kill: float
    has_looks: bool = False  # one by one, each after the look at the one before


@dataclass(frozen=True)
class Attack:
    """Missiles that come together, all seen before the first decision: what forms of looks assume.

    Missiles leave a second apart, so do rounds of the battery; there is one, its channels do not
    run out, and all that is aimed at is worth the same.
    """

    raid: Raid
    at_once: int  # rounds at one threat in one decision, at most
    is_looking: bool = True  # waits for the look before it fires again
    assess_delay: float = 180.0  # s; so long leaves time for one look, 5 for two at most of them
    policy: str = "fixed_salvo"


@dataclass(frozen=True)
class Played:
    """What came of many runs; intervals of 99 %."""

    runs: int
    no_leak: Estimate
    leakers: Estimate
    shots: Estimate


def scenario_of(raid: Raid) -> Scenario:
    """The scenario that is played."""
    return load("limited_icbm", _sets_of(raid))


def _sets_of(raid: Raid) -> list[str]:
    south = SOUTH if raid.interceptors > SOUTH else 0
    counts = (raid.interceptors - south, south)
    rule = "command.nodes[0].doctrine"
    sets = [
        "picture=perfect", "engagement=tabled", "step_s=10",
        "threats.icbm.overrides.reliability=1", f"threats.icbm.count={raid.threats}",
        f"{rule}.salvo={1 if raid.has_looks else raid.rounds}", f"{rule}.max_rounds={raid.rounds}",
    ]  # fmt: skip
    for battery, n in zip(BATTERIES, counts, strict=True):
        sets += [f"weapons.{battery}.overrides.p_kill={raid.p_kill}",
                 f"weapons.{battery}.overrides.p_assess_error=0",
                 f"weapons.{battery}.launchers={max(n, 1)}",
                 f"weapons.{battery}.rounds_per_launcher={min(n, 1)}"]  # fmt: skip
    return sets


def attack_of(attack: Attack) -> Scenario:
    """The scenario that is played."""
    rule = "command.nodes[0].doctrine"
    looks = str(attack.is_looking).lower()
    sets = ["threats.icbm.spacing_s=1", "command.nodes[0].decision_period_s=60",
            f"{rule}.policy={attack.policy}", f"{rule}.salvo={attack.at_once}",
            f"{rule}.is_shoot_look_shoot={looks}",
            *(f"assets[{i}].value=100" for i in range(ASSETS))]  # fmt: skip
    one, other = (f"weapons.{battery}" for battery in BATTERIES)
    sets += [f"{one}.overrides.launch_interval_s=1", f"{one}.overrides.channels=1000",
             f"{one}.overrides.assess_delay_s={attack.assess_delay}",
             f"{one}.launchers={attack.raid.interceptors}", f"{one}.rounds_per_launcher=1",
             f"{other}.rounds_per_launcher=0"]  # fmt: skip
    return load("limited_icbm", [*_sets_of(attack.raid), *sets])


def play(raid: Raid | Attack, runs: int, seed: int) -> Played:
    """Many runs of a raid, in this process."""
    scenario = attack_of(raid) if isinstance(raid, Attack) else scenario_of(raid)
    campaign = run_many(scenario, runs=runs, seed=seed, workers=1)
    table = campaign.table("runs", ["leakers", "shots"])
    leakers, shots = (
        np.asarray(table.column(c).to_numpy(), np.float64) for c in ("leakers", "shots")
    )
    return Played(
        runs,
        wilson(int(np.sum(leakers == 0)), runs, 0.99),
        bootstrap_mean(leakers, seed, 0.99),
        bootstrap_mean(shots, seed, 0.99),
    )
