"""``opendome check``: can this scenario be run, and is anything about it odd?"""

from __future__ import annotations

import argparse

from opendome.campaign.runner import simulation_engine
from opendome.scenario.check import check
from opendome.scenario.load import load
from opendome.scenario.scenario import Scenario
from opendome.views.cli.voice import blamed_on, people, print_json, shown_progress
from opendome.views.report.words import plural

DONE = 0


def act(given: argparse.Namespace) -> int:
    """Run the command; gives the exit code."""
    scenario = load(given.scenario, given.sets)
    with shown_progress(""), blamed_on(given.scenario):
        simulation_engine().compile(scenario)
    oddities = check(scenario)
    if given.json:
        print_json({"name": scenario.name, **_counts(scenario), "notes": oddities})
    console = people(given.json)
    counts = ", ".join(plural(n, *_WORDS[key]) for key, n in _counts(scenario).items())
    console.print(f"{scenario.name} can be run: {counts}.", markup=False)
    for oddity in oddities:
        console.print(f"note: {oddity}", markup=False)
    return DONE


_WORDS = {
    "assets": ("asset",),
    "threats": ("threat",),
    "sensors": ("sensor",),
    "batteries": ("battery", "batteries"),
    "nodes": ("command node",),
}


def _counts(scenario: Scenario) -> dict[str, int]:
    return {
        "assets": len(scenario.assets),
        "threats": sum(group.count for group in scenario.threats),
        "sensors": len(scenario.sensors),
        "batteries": len(scenario.weapons),
        "nodes": len(scenario.command.nodes),
    }
