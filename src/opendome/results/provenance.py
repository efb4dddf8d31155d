"""How a result was made: versions, platform, the scenario in full and its hash."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Any

from opendome._version import __version__
from opendome.results.layers import layers_of
from opendome.results.layout import FORMAT
from opendome.scenario.load import resolved, scenario_hash
from opendome.scenario.scenario import Scenario


def versions() -> dict[str, str]:
    """Versions of OpenDome, of Python and of the libraries that numbers depend on."""
    found = {"opendome": __version__, "python": platform.python_version()}
    for name in ("numpy", "numba"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "unknown"
    return found


def machine() -> dict[str, str]:
    """What it ran on."""
    return {"system": platform.platform(), "machine": platform.machine()}


def battery_accounts(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """System and cost of one round, USD, of each battery of a scenario, in its order."""
    return {
        battery.name: {"system": battery.system.name, "cost_usd": float(battery.system.cost)}
        for battery in scenario.weapons
    }


def make_manifest(scenario: Scenario, seed: int, trajectories_runs: list[int]) -> dict[str, Any]:
    """Manifest of a result, but for its runs: who makes them adds ``runs`` and ``batches``.

    ``scenario`` holds everything that a run depends on: ``load`` makes the same scenario of it.
    """
    whole = resolved(scenario)
    return {
        "format": FORMAT,
        "name": scenario.name,
        "title": scenario.title,
        "seed": seed,
        "runs": 0,
        "batch_size": 0,
        "batches": [],
        "trajectories_runs": trajectories_runs,
        "scenario_hash": scenario_hash(whole),
        "batteries": battery_accounts(scenario),
        "layers": [
            {"name": layer.name, "batteries": list(layer.batteries)}
            for layer in layers_of(scenario)
        ],
        "asset_value": float(sum(asset.value for asset in scenario.assets)),
        "versions": versions(),
        "platform": machine(),
        "scenario": whole,
        "timing": {"wall_s": 0.0},
    }
