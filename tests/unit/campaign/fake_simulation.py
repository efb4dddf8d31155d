"""A stand-in for the simulation: draws instead of flights, and ways to misbehave on purpose.

The model is a dict that a test fills: ``scenario`` (its name), ``slow`` (seconds per batch),
``kill_at``, ``fail_at`` (runs), ``marks`` (a folder in which a batch that was begun leaves a file).
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from opendome.results.record import Record, make_record
from opendome.scenario.places import Asset, Place
from opendome.scenario.scenario import Scenario
from tests.unit.results.tables import rows

Model = dict[str, Any]


def simulate(
    model: Model, seed: int, runs: Sequence[int], keep_trajectories: Sequence[int]
) -> Record:
    """Record of the runs; each depends on its own number and the seed only."""
    note(model, runs)
    time.sleep(model.get("slow", 0.0))
    if model.get("fail_at") in runs:
        raise ZeroDivisionError("a fault in the model")
    draws = {r: np.random.Generator(np.random.Philox(key=[seed, r])).random(8) for r in runs}
    leak = np.array([int(draws[r][0] * 3) for r in runs])
    threats = np.repeat(list(runs), 3)
    return make_record(
        {
            "runs": rows(
                "runs",
                run=list(runs),
                launched=np.full(len(runs), 3),
                threats=np.full(len(runs), 3),
                threatening=np.full(len(runs), 3),
                leakers=leak,
                t_end=[draws[r][1] for r in runs],
                cost_threat_usd=np.ones(len(runs)),
            ),
            "threats": rows(
                "threats",
                run=threats,
                apogee=np.concatenate([draws[r][2:5] for r in runs]),
                outcome=np.where(np.tile(np.arange(3), len(runs)) < np.repeat(leak, 3),
                                 "leaked", "intercepted"),
                group=np.full(len(threats), "north"),
            ),
            "trajectories": rows(
                "trajectories",
                run=np.repeat(np.array(keep_trajectories, dtype=np.int64), 2),
                t=np.tile([0.0, 1.0], len(keep_trajectories)),
            ),
        }
    )  # fmt: skip


def note(model: Model, runs: Sequence[int]) -> None:
    """Leave a mark that a batch was begun; die if the model says so."""
    if "marks" not in model:
        return
    marks = Path(model["marks"])
    (marks / f"{time.time_ns()}-{runs[0]}-{os.getpid()}").touch()
    if model.get("kill_at") in runs:
        begun = len(list(marks.glob(f"*-{runs[0]}-*")))
        if begun <= model.get("kill_times", 1):
            os.kill(os.getpid(), signal.SIGKILL)


def begun(marks: Path) -> list[int]:
    """First runs of the batches that were begun, in order of time."""
    return [int(p.name.split("-")[1]) for p in sorted(marks.iterdir())]


def scenario(name: str = "small", **parts: Any) -> Scenario:
    """A scenario that the stand-in can run: one asset, no threat."""
    nothing: dict[str, Any] = {"threats": (), "sensors": (), "weapons": ()}
    asset = Asset(name="city", place=Place(lat=0.5, lon=0.6, alt=10.0), radius=5000.0, value=7.0)
    return Scenario(
        **{
            "format": 1,
            "name": name,
            "title": "A small one",
            "description": "Nothing happens.",
            "start": "2026-01-01T00:00:00Z",
            "assets": (asset,),
            "command": {"nodes": ()},
            **nothing,
            **parts,
        }
    )
