"""Faults of the network make the defense worse step by step: no cliff, and never a crash.

A radar at one node and two batteries at another; links between them are slow or lose messages. The
same runs are fought under each, so that what differs is the network alone.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from opendome.scenario import load, resolved
from opendome.simulation.links import PAUSE
from opendome.simulation.run import compile_scenario, simulate

pytestmark = pytest.mark.nightly

RUNS = 12
RAID = [
    "threats.stray.count=0",
    "threats.long_range.count=4",
    "threats.north.count=20",
    "threats.east.count=16",
]
LATENCIES = (0.0, 1.0, 2.0, 4.0, 7.0, 12.0, 20.0, 30.0)  # s
LOSSES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
RISE = 0.04  # most that the share of leakers may rise with a second of delay: rockets fly 50 s
LUCK = 0.03  # by which it may fall: a delayed plan is another plan


@cache
def leakage(wiring: str, latency: float, loss: float) -> float:
    """Share of threatening threats that get through."""
    data: dict[str, Any] = resolved("iron_dome_city", RAID)
    node = data["command"]["nodes"][0]
    data["command"] = {
        "wiring": wiring,
        "nodes": [node | {"name": "eyes"}, node | {"name": "arms"}],
        "links": [{"node": n, "latency_s": latency, "loss": loss} for n in ("eyes", "arms")],
    }
    data["sensors"][0]["node"] = "eyes"
    for battery in data["weapons"]:
        battery["node"] = "arms"
    runs = simulate(compile_scenario(load(data)), 3, range(RUNS), []).tables["runs"]
    magazines = [n for n in runs["shots"].to_pylist() if n > 120]
    assert not magazines  # two batteries of sixty rounds
    return float(np.sum(runs["leakers"]) / np.sum(runs["threatening"]))


def delays(loss: float) -> np.ndarray:
    """Mean time that a message repeated until it gets through takes at each latency, s."""
    latency = np.array(LATENCIES)
    return np.asarray(latency + (2.0 * latency + PAUSE) * loss / (1.0 - loss))


@pytest.mark.parametrize("wiring", ["hub", "integrated"])
@pytest.mark.parametrize("loss", [0.0, 0.5])
def test_leakage_grows_step_by_step_with_latency(wiring: str, loss: float) -> None:
    leaked = np.array([leakage(wiring, latency, loss) for latency in LATENCIES])
    print(f"latency  {wiring} {loss:.1f}", np.round(leaked, 3).tolist())
    assert (np.diff(leaked) > -LUCK).all()
    assert (np.diff(leaked) < RISE * np.diff(delays(loss))).all()
    assert leaked[-1] > leaked[0] + 0.2


@pytest.mark.parametrize("wiring", ["hub", "integrated"])
@pytest.mark.parametrize("latency", [0.0, 2.0])
def test_leakage_grows_step_by_step_with_loss(wiring: str, latency: float) -> None:
    leaked = np.array([leakage(wiring, latency, loss) for loss in LOSSES])
    print(f"loss  {wiring} {latency:.1f}", np.round(leaked, 3).tolist())
    assert (np.diff(leaked) > -LUCK).all()
    assert leaked.max() < leaked[0] + 0.1
