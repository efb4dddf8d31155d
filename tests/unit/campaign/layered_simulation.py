"""A stand-in for the simulation with threats, shots and kills, in which launchers matter.

Every threatening threat gets one round of each battery until it is killed; more launchers make
kills likelier, with the same lots and the same rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from opendome.results.record import Record, make_record
from opendome.scenario.scenario import Scenario
from tests.unit.results.tables import rows

N_THREATS = 10


@dataclass(frozen=True)
class LayeredModel:
    """What a scenario comes to here."""

    batteries: tuple[str, ...]
    systems: tuple[str, ...]
    launchers: int
    p_kill: float


def compile_layered(scenario: Scenario) -> LayeredModel:
    """Model of a scenario: its batteries, and a chance of a kill by launchers of the first."""
    launchers = scenario.weapons[0].launchers or 0
    return LayeredModel(
        tuple(b.name for b in scenario.weapons),
        tuple(b.system.name for b in scenario.weapons),
        launchers,
        min(0.15 * launchers, 0.9),
    )


def simulate_layered(
    model: LayeredModel, seed: int, runs: Sequence[int], keep_trajectories: Sequence[int]
) -> Record:
    """Record of the runs; each depends on its own number and the seed only."""
    n, n_batteries = len(runs), len(model.batteries)
    lots = np.array(
        [
            np.random.Generator(np.random.Philox(key=[seed, r])).random((N_THREATS, n_batteries))
            for r in runs
        ]
    )
    hits = lots < model.p_kill  # run, threat, battery
    is_kill = hits & (np.cumsum(hits, axis=2) == 1)
    leak = (~hits.any(axis=2)).sum(axis=1)
    run = np.repeat(list(runs), N_THREATS)
    shot_run = np.repeat(list(runs), N_THREATS * n_batteries)
    return make_record(
        {
            "runs": rows(
                "runs",
                run=list(runs),
                launched=np.full(n, N_THREATS),
                threats=np.full(n, N_THREATS),
                threatening=np.full(n, N_THREATS),
                leakers=leak,
                intercepted=N_THREATS - leak,
                shots=np.full(n, N_THREATS * n_batteries),
                cost_defense_usd=np.full(n, 5e4 * N_THREATS * n_batteries),
                cost_threat_usd=np.full(n, 1e5),
                asset_value_lost=leak * 0.5,
            ),
            "threats": rows(
                "threats",
                run=run,
                threat=np.tile(np.arange(N_THREATS), n),
                system=np.tile(["rocket_122mm", "rocket_long"] * (N_THREATS // 2), n),
                is_threatening=np.ones(n * N_THREATS, dtype=bool),
                n_shots=np.full(n * N_THREATS, n_batteries),
                outside_distance=np.full(n * N_THREATS, -10.0),
                sigma_impact=np.full(n * N_THREATS, 100.0),
                outcome=np.where(hits.any(axis=2), "intercepted", "leaked").ravel(),
            ),
            "engagements": rows(
                "engagements",
                run=shot_run,
                shot=np.tile(np.arange(N_THREATS * n_batteries), n),
                threat=np.tile(np.repeat(np.arange(N_THREATS), n_batteries), n),
                battery=np.tile(model.batteries, n * N_THREATS),
                system=np.tile(model.systems, n * N_THREATS),
                is_kill=is_kill.ravel(),
            ),
        }
    )
