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
class Played:
    """What came of many runs; intervals of 99 %."""

    runs: int
    no_leak: Estimate
    leakers: Estimate
    shots: Estimate


def scenario_of(raid: Raid) -> Scenario:
    """The scenario that is played."""
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
    return load("limited_icbm", sets)


def play(raid: Raid, runs: int, seed: int) -> Played:
    """Many runs of a raid, in this process."""
    campaign = run_many(scenario_of(raid), runs=runs, seed=seed, workers=1)
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
