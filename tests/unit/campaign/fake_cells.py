"""A stand-in for the simulation of cells: the scenario's count of threats says what goes wrong."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opendome.campaign.cells import Cells
from opendome.campaign.runner import Engine
from opendome.campaign.sweep import Sweep, run_sweep
from opendome.errors import ModelRangeError
from opendome.scenario.load_design import load_design
from opendome.scenario.scenario import Scenario
from tests.unit.campaign.fake_simulation import simulate


@dataclass(frozen=True)
class FakeCompile:
    """Model of a scenario; ``refused`` and ``fatal`` are counts of threats that fail, or kill."""

    marks: str = ""  # folder in which each cell that is compiled leaves a file
    slow: float = 0.0
    refused: int = -1
    fatal: int = -1
    kill_times: int = 99

    def __call__(self, scenario: Scenario) -> dict[str, Any]:
        count = scenario.threats[0].count
        if self.marks:
            (Path(self.marks) / f"{time.time_ns()}-{count}-{os.getpid()}").touch()
        if count == self.refused:
            raise ModelRangeError(f"{count} threats are refused")
        times = len(list(Path(self.marks).glob(f"*-{count}-*"))) if self.marks else 0
        if count == self.fatal and times <= self.kill_times:
            os.kill(os.getpid(), signal.SIGKILL)
        return {"slow": self.slow}


def design(**more: Any) -> dict[str, Any]:
    """File keys of a small design: 40 cells by the count of threats, 3 runs each."""
    counts = {"key": "threats.icbm.count", "name": "raid", "values": list(range(1, 41))}
    return {"format": 1, "name": "small", "scenario": "limited_icbm", "factors": [counts],
            "runs": 3, **more}  # fmt: skip


def sweep(folder: Path, workers: int = 1, progress: Any = None, **model: Any) -> Sweep:
    """The small design, swept."""
    cells = Cells.of(load_design(design()))
    return run_sweep(Engine(FakeCompile(**model), simulate), cells, folder, workers, progress)
