"""A stand-in for the simulation whose leakage is a known function of the scenario.

Of 1,000 threatening threats so many leak as chance p says, where p is linear in three numbers of
the scenario and a shift of the run that all cells share.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from opendome.campaign.cells import Cells
from opendome.campaign.runner import Engine
from opendome.campaign.sweep import Sweep, run_sweep
from opendome.results.record import Record, make_record
from opendome.scenario.load_design import load_design
from opendome.scenario.scenario import Scenario
from tests.unit.results.tables import rows

N = 1000
SIGMA = 0.05  # of the shift of a run


def compile_leaks(scenario: Scenario) -> tuple[float, float]:
    """Chance of a leak, and cost."""
    p_kill = scenario.weapons[0].system.p_kill
    p = 0.2 + 0.004 * scenario.step + 2e-6 * scenario.duration - 0.4 * (p_kill - 0.5)
    return p, 100.0 - scenario.step


def simulate_leaks(
    model: tuple[float, float], seed: int, runs: Sequence[int], keep_trajectories: Sequence[int]
) -> Record:
    """Record of the runs; a run's shift is the same in every cell."""
    shift = [np.random.Generator(np.random.Philox(key=[seed, r])).normal() for r in runs]
    p = np.clip(model[0] + SIGMA * np.array(shift), 0.0, 1.0)
    return make_record(
        {
            "runs": rows(
                "runs",
                run=list(runs),
                threatening=np.full(len(runs), N),
                leakers=np.rint(N * p).astype(np.int64),
                cost_defense_usd=np.full(len(runs), model[1]),
                cost_threat_usd=np.ones(len(runs)),
            )
        }
    )


def leaks(folder: Path, **keys: Any) -> Sweep:
    """A sweep of a design with these keys."""
    data = {"format": 1, "name": "leaks", "scenario": "limited_icbm", **keys}
    cells = Cells.of(load_design(data))
    return run_sweep(Engine(compile_leaks, simulate_leaks), cells, folder, 1)


STEP = {"key": "step_s", "low": 0.01, "high": 60, "levels": 3}
DURATION = {"key": "duration_s", "low": 1, "high": 1e5, "levels": 3}
P_KILL = {"draws": 12, "parameters": [{"system": "gbi", "key": "p_kill"}]}
