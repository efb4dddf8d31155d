"""``opendome warmup``: compile what the shipped scenarios need, so that no run has to."""

from __future__ import annotations

import argparse
import time

from opendome.campaign.runner import simulation_engine
from opendome.scenario.load import load, shipped
from opendome.views.cli.voice import people, print_json, shown_progress

DONE = 0


def act(given: argparse.Namespace) -> int:
    """Run the command; gives the exit code."""
    names, engine = shipped(), simulation_engine()
    started = time.monotonic()
    with shown_progress("scenarios") as progress:
        for i, name in enumerate(names):
            progress(i, len(names))
            engine.simulate(engine.compile(load(name)), 1, [0], [0])
    wall_time = round(time.monotonic() - started, 1)
    if given.json:
        print_json({"scenarios": names, "wall_s": wall_time})
    people(given.json).print(f"Kernels of {', '.join(names)} are ready ({wall_time} s).")
    return DONE
