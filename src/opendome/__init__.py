"""OpenDome: an open digital twin of layered, networked air and missile defense.

    import opendome as od
    scenario = od.load("iron_dome_city")
    result = od.run(scenario, seed=7)
    campaign = od.run_many(scenario, runs=100, seed=7, workers=2, out="runs/city")
    design = od.sweep("limited_icbm_defense", workers=2, out="runs/defense")
    wirings = od.compare(scenario, "command.wiring", ["integrated", "stovepiped"], runs=100)

Names are fetched when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from opendome._version import __version__

if TYPE_CHECKING:
    from opendome.campaign.compare import Comparison, compare, open_comparison
    from opendome.campaign.runner import run, run_many
    from opendome.campaign.sweep import open_sweep, sweep
    from opendome.errors import ModelRangeError, OpenDomeError, RecordError, ScenarioError
    from opendome.results.result import Campaign, Result, open_campaign
    from opendome.scenario.catalog_entries import catalog
    from opendome.scenario.check import check
    from opendome.scenario.load import load
    from opendome.scenario.scenario import Scenario
    from opendome.views.report import write_report

__all__ = [
    "Campaign",
    "Comparison",
    "ModelRangeError",
    "OpenDomeError",
    "RecordError",
    "Result",
    "Scenario",
    "ScenarioError",
    "__version__",
    "catalog",
    "check",
    "compare",
    "load",
    "open_campaign",
    "open_comparison",
    "open_sweep",
    "run",
    "run_many",
    "sweep",
    "write_report",
]

_HOMES = {
    "load": "opendome.scenario.load",
    "check": "opendome.scenario.check",
    "catalog": "opendome.scenario.catalog_entries",
    "Scenario": "opendome.scenario.scenario",
    "run": "opendome.campaign.runner",
    "run_many": "opendome.campaign.runner",
    "compare": "opendome.campaign.compare",
    "Comparison": "opendome.campaign.compare",
    "sweep": "opendome.campaign.sweep",
    "open_sweep": "opendome.campaign.sweep",
    "open_comparison": "opendome.campaign.compare",
    "Result": "opendome.results.result",
    "Campaign": "opendome.results.result",
    "open_campaign": "opendome.results.result",
    "write_report": "opendome.views.report",
    "OpenDomeError": "opendome.errors",
    "ScenarioError": "opendome.errors",
    "ModelRangeError": "opendome.errors",
    "RecordError": "opendome.errors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'opendome' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
