"""``opendome report``: write the report of a campaign, a comparison or a sweep again."""

from __future__ import annotations

import argparse
from pathlib import Path

from opendome.campaign.compare import is_comparison, open_comparison
from opendome.campaign.packs import is_sweep
from opendome.campaign.sweep import open_sweep
from opendome.results.result import open_campaign
from opendome.views.cli.voice import note, people, print_json
from opendome.views.report import write_report

DONE = 0


def act(given: argparse.Namespace) -> int:
    """Run the command; gives the exit code."""
    if is_comparison(given.folder):
        return _of_comparison(given)
    if is_sweep(given.folder):
        return _of_sweep(given)
    campaign = open_campaign(Path(given.folder))
    asked = campaign.manifest.get("runs", campaign.runs)
    if campaign.runs < asked:
        note(f"note: {given.folder} holds {campaign.runs} of {asked} runs; the report is of these.")
    report = write_report(campaign.folder)
    if given.json:
        print_json({"folder": str(campaign.folder), "report": str(report), "runs": campaign.runs})
    people(given.json).print(f"Report:  {report}  (open it in a browser)", markup=False)
    return DONE


def _of_sweep(given: argparse.Namespace) -> int:
    found = open_sweep(given.folder)
    report = write_report(found.folder)
    if given.json:
        print_json({"folder": str(found.folder), "report": str(report), "runs": found.runs})
    people(given.json).print(f"Report:  {report}  (open it in a browser)", markup=False)
    return DONE


def _of_comparison(given: argparse.Namespace) -> int:
    found = open_comparison(given.folder)
    report = write_report(found.folder)
    runs = [campaign.runs for campaign in found.campaigns]
    if given.json:
        print_json({"folder": str(found.folder), "report": str(report), "runs": runs})
    people(given.json).print(f"Report:  {report}  (open it in a browser)", markup=False)
    return DONE
