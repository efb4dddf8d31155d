"""The folder of a growing sweep: its note, its packs of work, and which of them are finished.

A round gives some cells some more runs; the first gives every cell its first runs. A round is cut
into units, runs of one cell, and units are packed, in order, so that a pack takes seconds, and
more of them where a round would fall into thousands of parts, which a question takes long to open.
The first pack is run 0 of cell 0: it compiles what is not yet compiled.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from opendome.campaign import store
from opendome.campaign.cells import Cells
from opendome.errors import RecordError
from opendome.results import layout
from opendome.results.provenance import machine, versions
from opendome.scenario.load import load, scenario_hash, shipped
from opendome.scenario.load_design import design_keys

FORMAT = 1
SWEEP = "sweep.json"
CELLS = "cells.parquet"
DESIGN = "design.json"  # for people who make the sweep again
SCENARIO = "scenario.json"
OUTCOMES = "outcomes"
MOST_UNITS = 16  # of a pack: bounds what a killed worker loses
MOST_PARTS = 400  # of a round, about: a question opens each of them
SAME = {"name": "design", "scenario_hash": "contents of the scenario", "design":
        "contents of the design", "versions": "versions"}  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """Runs of one cell that are computed together: ``first`` up to, not including, ``stop``."""

    cell: int
    first: int
    stop: int

    @property
    def n_runs(self) -> int:
        """Number of its runs."""
        return self.stop - self.first


@dataclass(frozen=True)
class Pack:
    """Units whose rows share a part."""

    index: int
    units: tuple[Unit, ...]

    @property
    def n_runs(self) -> int:
        """Number of runs of all its units."""
        return sum(unit.n_runs for unit in self.units)


def make_note(cells: Cells) -> dict[str, Any]:
    """Note of a new sweep: how it is made, and its first round."""
    design = cells.design
    n_threats = sum(group.n_objects() for group in load(cells.base).threats)
    return {
        "format": FORMAT,
        "name": design.name,
        "title": design.title,
        "seed": design.seed,
        "cells": len(cells),
        "columns": list(cells.columns),
        "runs_of_unit": max(1, store.MAX_OBJECTS // max(1, n_threats)),
        "rounds": [{"cells": None, "first": 0, "stop": design.runs}],
        "scenario_name": cells.base["name"],
        "scenario_hash": scenario_hash(cells.base),
        "versions": versions(),
        "platform": machine(),
        "design": design_keys(design),
        "scenario": cells.base,
        "timing": {"wall_s": 0.0},
    }


def packs(note: dict[str, Any]) -> list[Pack]:
    """All packs of a sweep, round after round."""
    found: list[Pack] = []
    for k, part in enumerate(note["rounds"]):
        units = list(_units(note, part, is_first=k == 0))
        most = min(MOST_UNITS, -(-len(units) // store.SPREAD))
        wanted = max(note["runs_of_unit"], sum(u.n_runs for u in units) // MOST_PARTS)
        held: list[Unit] = []
        for i, unit in enumerate(units):
            held.append(unit)
            n_runs = sum(u.n_runs for u in held)
            is_last = i == len(units) - 1
            is_alone = k == 0 and i == 0
            if is_last or is_alone or len(held) >= most or n_runs >= wanted:
                found.append(Pack(len(found), tuple(held)))
                held = []
    return found


def _units(note: dict[str, Any], part: dict[str, Any], is_first: bool) -> Iterator[Unit]:
    size = note["runs_of_unit"]
    for cell in range(note["cells"]) if part["cells"] is None else part["cells"]:
        first = part["first"]
        if is_first and cell == 0:
            yield Unit(0, first, first + 1)
            first += 1
        while first < part["stop"]:
            stop = min(first + size, part["stop"])
            yield Unit(cell, first, stop)
            first = stop


def planned(folder: Path, cells: Cells) -> dict[str, Any]:
    """Note under which ``folder`` takes the sweep, else RecordError; writes nothing."""
    wanted = make_note(cells)
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return wanted
    if not (folder / SWEEP).is_file():
        raise RecordError(f"{folder}: holds other files; a new or empty folder, or one of the same "
                          "sweep, is asked. Choose another --out.")  # fmt: skip
    note = read_sweep(folder)
    found = store.differences(note, wanted, SAME)
    if found:
        raise RecordError(f"{folder}: holds another sweep: {'; '.join(found)}. "
                          "Choose another --out, or delete this folder.")  # fmt: skip
    return note


def begin(folder: Path, note: dict[str, Any], cells: Cells) -> None:
    """Create the folder or go on with it: write the note, clear what a killed sweep left."""
    try:
        layout.remove_temporary(folder)
        write_sweep(folder, note)
        layout.write_table(folder / CELLS, cells.table())
        scenario = cells.design.scenario
        if scenario not in shipped():
            scenario = SCENARIO
            layout.write_note(folder / SCENARIO, cells.base)
        layout.write_note(folder / DESIGN, {**design_keys(cells.design), "scenario": scenario})
    except OSError as problem:
        raise RecordError(f"{folder}: cannot be written: {problem.strerror or problem}. "
                          "Choose another --out.") from problem  # fmt: skip


def is_finished(folder: Path, pack: Pack) -> bool:
    """Whether all parts of a pack are there and whole."""
    part = layout.part_name(pack.index)
    has_runs = layout.rows_of_part(folder / layout.COMMIT / part) >= 0
    return has_runs and layout.rows_of_part(folder / OUTCOMES / part) == len(pack.units)


def write_sweep(folder: Path, note: dict[str, Any]) -> None:
    """Write or replace the note of a sweep."""
    layout.write_note(folder / SWEEP, note)


def read_sweep(folder: Path) -> dict[str, Any]:
    """Note of a sweep's folder; RecordError where there is none that this version reads."""
    path = folder / SWEEP
    if not path.is_file():
        raise RecordError(f"{folder}: has no {SWEEP}; a folder of a sweep has one. "
                          "Make one with: opendome sweep DESIGN --out DIR")  # fmt: skip
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        raise RecordError(f"{path}: cannot be read ({problem}). It was changed after OpenDome "
                          "wrote it, or is not OpenDome's.") from problem  # fmt: skip
    if not isinstance(note, dict) or not {"format", "design", "rounds", "cells"} <= set(note):
        raise RecordError(f"{path}: lacks format, design, rounds or cells; it was not written by "
                          "OpenDome.")  # fmt: skip
    if note["format"] > FORMAT:
        raise RecordError(f"{path}: format is {note['format']}; this version of OpenDome reads "
                          f"up to {FORMAT}. Open it with a newer OpenDome.")  # fmt: skip
    return note


def read_cells(folder: Path) -> pa.Table:
    """Values of the cells of a sweep."""
    try:
        return pq.read_table(folder / CELLS)
    except (OSError, pa.ArrowException) as problem:
        raise RecordError(f"{folder / CELLS}: cannot be read ({problem}). Give the same sweep "
                          "command again: it writes it anew.") from problem  # fmt: skip


def is_sweep(directory: str | Path) -> bool:
    """Whether a folder holds a sweep."""
    return (Path(directory) / SWEEP).is_file()


def add_time(folder: Path, wall_time: float) -> None:
    """Add to the time spent on a sweep; a disk that is full has been reported already."""
    try:
        note = read_sweep(folder)
        timing = note.setdefault("timing", {})
        timing["wall_s"] = round(timing.get("wall_s", 0.0) + wall_time, 3)
        write_sweep(folder, note)
    except (OSError, RecordError):
        return
