"""``opendome run``: many runs of a scenario, a table of what came of them, and the report."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from opendome.campaign.runner import Request, available_cores, run_many
from opendome.errors import OpenDomeError, RecordError, ScenarioError
from opendome.results.result import Campaign
from opendome.scenario.check import check
from opendome.scenario.load import load
from opendome.views.cli.summary import print_summary
from opendome.views.cli.voice import blamed_on, note, people, print_json, shown_progress
from opendome.views.report import write_report

DONE, FAILED = 0, 1
MAX_FOLDERS = 1000  # runs/NAME, runs/NAME-2, ... that are looked at


def act(given: argparse.Namespace) -> int:
    """Run the command; gives the exit code."""
    scenario = load(given.scenario, given.sets)
    for oddity in check(scenario):
        note(f"note: {oddity}")
    request = Request(scenario, given.runs, given.seed)
    folder = Path(given.out) if given.out else _free_folder(request)
    workers = given.workers or available_cores()
    has_begun = False
    try:
        with shown_progress("runs") as show, blamed_on(given.scenario):

            def progress(done: int, total: int) -> None:
                nonlocal has_begun
                if done and not has_begun and done < total:
                    note(f"{folder} holds {done} of {total} runs; going on.")
                has_begun = True
                show(done, total)

            campaign = run_many(scenario, given.runs, given.seed, workers, folder, progress)
        report = write_report(folder)
    except ScenarioError:
        raise
    except OpenDomeError as problem:
        if not has_begun:  # what was asked for is wrong, not the work
            raise
        note(str(problem))
        return FAILED
    _answer(campaign, report, is_json=given.json)
    return DONE


def _answer(campaign: Campaign, report: Path, is_json: bool) -> None:
    if is_json:
        print_json(_facts(campaign, report))
    console = people(is_json)
    print_summary(console, campaign)
    console.print(f"\nTables:  {campaign.folder}", markup=False)
    console.print(f"Report:  {report}  (open it in a browser)", markup=False)


def _facts(campaign: Campaign, report: Path) -> dict[str, Any]:
    manifest = campaign.manifest
    return {
        "name": manifest["name"],
        "title": manifest["title"],
        "seed": manifest["seed"],
        "folder": str(campaign.folder),
        "report": str(report),
        "summary": campaign.summary,
        "scenario_hash": manifest["scenario_hash"],
        "versions": manifest["versions"],
        "timing": manifest["timing"],
    }


def _free_folder(request: Request) -> Path:
    """First of runs/NAME, runs/NAME-2, ... that is new or holds this campaign."""
    base = Path("runs") / request.scenario.name
    for i in range(1, MAX_FOLDERS):
        folder = base if i == 1 else base.with_name(f"{base.name}-{i}")
        try:
            request.plan(folder)
        except RecordError:
            continue
        if i > 1:
            note(f"note: {base} holds something else; this campaign goes to {folder}.")
        return folder
    raise RecordError(f"{base}: {MAX_FOLDERS} folders of that name exist. Choose one with --out.")
