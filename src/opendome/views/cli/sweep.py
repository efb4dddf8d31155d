"""``opendome sweep``: all cells of a design, what came of them, and the report."""

from __future__ import annotations

import argparse
import math
from functools import partial
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from opendome.campaign import ray_cluster
from opendome.campaign.cells import Cells
from opendome.campaign.packs import SWEEP, planned
from opendome.campaign.runner import HERE, Place, available_cores, simulation_engine
from opendome.campaign.sweep import Sweep, run_sweep
from opendome.errors import OpenDomeError, RecordError, ScenarioError
from opendome.scenario.load_design import load_design
from opendome.views.cli.voice import note, people, print_json, shown_progress
from opendome.views.report import write_report
from opendome.views.report.words import percent_interval, plural, significant, to_interval

DONE, FAILED = 0, 1
MAX_FOLDERS = 1000  # runs/NAME, runs/NAME-2, ... that are looked at
MOST_ROWS = 30  # cells that are printed


def act(given: argparse.Namespace) -> int:
    """Run the command; gives the exit code."""
    cells = Cells.of(load_design(given.design))
    folder = Path(given.out) if given.out else _free_folder(cells)
    if given.resume and not (folder / SWEEP).is_file():
        raise RecordError(f"{folder}: holds no sweep to go on with. Leave out --resume to begin.")
    workers, place = _place(given)
    has_begun = False
    try:
        with shown_progress("runs") as show:

            def progress(done: int, total: int) -> None:
                nonlocal has_begun
                if done and not has_begun and done < total:
                    note(f"{folder} holds {done} of {total} runs; going on.")
                has_begun = True
                show(done, total)

            found = run_sweep(simulation_engine(), cells, folder, workers, progress, place)
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
    _print_cells(console, found)
    console.print(f"\nTables:  {found.folder}", markup=False)
    console.print(f"Report:  {report}  (open it in a browser)", markup=False)
    return FAILED if len(found.failed) == found.note["cells"] else DONE


def _place(given: argparse.Namespace) -> tuple[int, Place]:
    """How many workers, and where."""
    if given.ray is None:
        return given.workers or available_cores(), HERE
    start = partial(ray_cluster.start, address=given.ray)
    place = Place(start, ray_cluster.map_unordered, ray_cluster.stop, is_near=False)
    return given.workers or ray_cluster.cores(given.ray), place


def _free_folder(cells: Cells) -> Path:
    """First of runs/NAME, runs/NAME-2, ... that is new or holds this sweep."""
    base = Path("runs") / cells.design.name
    for i in range(1, MAX_FOLDERS):
        folder = base if i == 1 else base.with_name(f"{base.name}-{i}")
        try:
            planned(folder, cells)
        except RecordError:
            continue
        if i > 1:
            note(f"note: {base} holds something else; this sweep goes to {folder}.")
        return folder
    raise RecordError(f"{base}: {MAX_FOLDERS} folders of that name exist. Choose one with --out.")


def _facts(found: Sweep, report: Path) -> dict[str, Any]:
    rows = found.cells.to_pylist()
    for row, (value, low, high) in zip(rows, found.estimates().tolist(), strict=True):
        numbers = {"value": value, "low": low, "high": high}
        row["leak_fraction"] = {k: v if math.isfinite(v) else None for k, v in numbers.items()}
    return {
        "name": found.note["name"],
        "title": found.note["title"],
        "seed": found.note["seed"],
        "folder": str(found.folder),
        "report": str(report),
        "runs": found.runs,
        "scenario_hash": found.note["scenario_hash"],
        "cells": rows,
        "failed": [{"cell": cell, "problem": problem} for cell, problem in found.failed],
        "timing": found.note["timing"],
    }


def _print_cells(console: Console, found: Sweep) -> None:
    """The first cells with their leakage, and those that failed."""
    title = found.note["title"] or found.note["name"]
    counts = f"{plural(found.note['cells'], 'cell')}, {plural(found.runs, 'run')}"
    console.print(Text(f"{title}: {counts}", style="bold"))
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    names = found.note["columns"]
    for name in ("cell", *names, "leakers / threatening", "leakers"):
        table.add_column(escape(name), justify="right", overflow="fold")
    shares, counts_ = found.estimates(), found.estimates("leakers")
    for row in found.cells.slice(0, MOST_ROWS).to_pylist():
        i = row["cell"]
        leak, interval = percent_interval(*shares[i])
        n, n_interval = to_interval(*counts_[i])
        table.add_row(
            str(i), *(_shown(row[name]) for name in names), _with(leak, interval),
            _with(n, n_interval),
        )  # fmt: skip
    console.print(table)
    if found.note["cells"] > MOST_ROWS:
        rest = found.note["cells"] - MOST_ROWS
        console.print(f"and {plural(rest, 'more cell')}; all are in the tables.")
    for cell, problem in found.failed[:MOST_ROWS]:
        console.print(f"cell {cell} failed: {problem}", markup=False)
    if found.failed:
        several = plural(len(found.failed), "cell")
        console.print(f"{several} of {found.note['cells']} failed.")


def _shown(value: Any) -> str:
    return significant(value, 4) if isinstance(value, float) else f"{value}"[:40]


def _with(value: str, interval: str) -> str:
    return f"{value}  ({interval})" if interval else value
