"""``opendome compare``: one scenario under several values, or several scenarios, side by side."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from opendome.campaign.compare import SCENARIO, Comparison, Plan, Variation
from opendome.campaign.runner import available_cores, simulation_engine
from opendome.errors import OpenDomeError, RecordError, ScenarioError
from opendome.scenario.check import check
from opendome.views.cli.summary import Row, cells
from opendome.views.cli.voice import blamed_on, note, people, print_json, shown_progress
from opendome.views.report import apart, write_report
from opendome.views.report.bills import bills_of
from opendome.views.report.words import (
    NARROW,
    dollars,
    mean,
    percent,
    plural,
    significant,
)

DONE, FAILED = 0, 1
MAX_FOLDERS = 1000  # runs/NAME-by-KEY, ...-2, ... that are looked at


def act(given: argparse.Namespace) -> int:
    """Run the command; gives the exit code."""
    variation = _variation(given)
    scenarios = variation.scenarios(given.scenario[0])
    for oddity in dict.fromkeys(words for s in scenarios for words in check(s)):
        note(f"note: {oddity}")
    plan = Plan.of(variation, scenarios, given.runs, given.seed)
    folder = Path(given.out) if given.out else _free_folder(plan)
    workers = given.workers or available_cores()
    has_begun = False
    try:
        with shown_progress("runs") as show, blamed_on(", ".join(given.scenario)):

            def progress(done: int, total: int) -> None:
                nonlocal has_begun
                has_begun = True
                show(done, total)

            found = plan.act(simulation_engine(), folder, workers, progress)
        report = write_report(folder)
    except ScenarioError:
        raise
    except OpenDomeError as problem:
        if not has_begun:  # what was asked for is wrong, not the work
            raise
        note(str(problem))
        return FAILED
    if given.json:
        print_json(_facts(found, report))
    console = people(given.json)
    _print_values(console, found)
    _print_differences(console, found)
    console.print(f"\nTables:  {found.folder}", markup=False)
    console.print(f"Report:  {report}  (open it in a browser)", markup=False)
    return DONE


def _variation(given: argparse.Namespace) -> Variation:
    """What is varied: one key of one scenario, or the scenario itself."""
    sets = tuple(given.sets)
    if len(given.scenario) > 1 and given.vary is not None:
        raise ScenarioError(f"compare: {len(given.scenario)} scenarios and --vary are given; write "
                            "one scenario with --vary, or several without.")  # fmt: skip
    if given.vary is not None:
        return _varied_key(given.vary, sets)
    if len(given.scenario) == 1:
        raise ScenarioError("compare: one scenario and nothing to compare it with. Write "
                            "--vary KEY=V1,V2, or a second scenario.")  # fmt: skip
    return Variation(SCENARIO, tuple(given.scenario), sets)


def _varied_key(words: str, sets: tuple[str, ...]) -> Variation:
    key, equals, values = words.partition("=")
    if not equals or not key.strip():
        raise ScenarioError(f"--vary {words[:60]!r} is not understood. Write KEY=V1,V2, for "
                            "example command.wiring=integrated,stovepiped.")  # fmt: skip
    found = tuple(value.strip() for value in values.split(","))
    if not all(found):
        raise ScenarioError(f"--vary {words[:60]!r} has an empty value; every value between commas "
                            "is one of KEY.")  # fmt: skip
    return Variation(key.strip(), found, sets)


def _free_folder(plan: Plan) -> Path:
    """First of runs/NAME-by-KEY, ...-2, ... that is new or holds this comparison."""
    key = "".join(c if c.isalnum() or c in "._-" else "-" for c in plan.variation.key).strip("-.")
    base = Path("runs") / f"{plan.requests[0].scenario.name}-by-{key}"
    for i in range(1, MAX_FOLDERS):
        folder = base if i == 1 else base.with_name(f"{base.name}-{i}")
        try:
            plan.refuse(folder)
        except RecordError:
            continue
        if i > 1:
            note(f"note: {base} holds something else; this comparison goes to {folder}.")
        return folder
    raise RecordError(f"{base}: {MAX_FOLDERS} folders of that name exist. Choose one with --out.")


def _facts(found: Comparison, report: Path) -> dict[str, Any]:
    first = found.campaigns[0].manifest
    return {
        "name": first["name"],
        "key": found.key,
        "values": list(found.values),
        "seed": first["seed"],
        "folder": str(found.folder),
        "report": str(report),
        "summaries": {
            value: c.summary for value, c in zip(found.values, found.campaigns, strict=True)
        },
        "architecture_usd": {
            value: found_bill.total()._asdict()
            for value, found_bill in zip(found.values, bills_of(found), strict=False)
        },
        "differences": [
            {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in row.items()}
            for row in found.differences.to_pylist()
        ],
    }


def _print_values(console: Console, found: Comparison) -> None:
    """Means per run of each value, side by side."""
    summaries = [c.summary for c in found.campaigns]
    runs = min(s["runs"] for s in summaries)
    title = found.campaigns[0].manifest["title"] or found.campaigns[0].manifest["name"]
    console.print(Text(f"{title}: {plural(runs, 'run')} under each {found.key}", style="bold"))
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column("mean per run", no_wrap=True)
    for value in found.values:
        table.add_column(apart.label(found.key, value), justify="right", no_wrap=True)
    for name, key, words in (
        ("threatening an asset", "threatening", mean),
        ("leakers", "leakers", mean),
        ("leakers / threatening", "leak_fraction", percent),
        ("chance of no leak", "p_no_leak", percent),
        ("asset value lost", "asset_value_lost", significant),
        ("shots", "shots", mean),
        ("cost of the shots", "cost_defense_usd", dollars),
    ):
        table.add_row(name, *(cells(Row(name, s[key], words))[0] for s in summaries))
    if bills := bills_of(found):
        table.add_row("bill of 20 years", *(dollars(b.total().nominal) for b in bills))
    names = list(dict.fromkeys(a["name"] for s in summaries for a in s["layers"]))
    for layer in names:
        for what, key, words in (
            ("came", "came", mean),
            ("killed", "killed", mean),
            ("rounds", "rounds", mean),
            ("cost", "cost_usd", dollars),
        ):
            name = f"  {layer} {what}"
            found_rows = [_of(s, layer, key) for s in summaries]
            row = [cells(Row(name, e, words))[0] for e in found_rows]
            table.add_row(name, *row, style="dim")
    console.print(table)


def _of(summary: dict[str, Any], layer: str, key: str) -> dict[str, float | None]:
    """Estimate of a layer; all open where the layer is not there."""
    for row in summary["layers"]:
        if row["name"] == layer:
            found: dict[str, float | None] = row[key]
            return found
    return {"value": None, "low": None, "high": None}


def _print_differences(console: Console, found: Comparison) -> None:
    """In words: what differs from the first value, and what does not."""
    for start, rest in apart.sentences(found):
        line = Text(f"{start} ".replace(NARROW, " "), style="bold")
        console.print(line.append(Text(rest.replace(NARROW, " "), style="not bold")))
