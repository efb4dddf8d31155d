"""The folder of a growing campaign: which batches it has, which are finished, what may be added.

Batch boundaries are fixed when a campaign starts, or is extended, and stand in its manifest, so
that a resumed campaign computes the batches that an uninterrupted one would have. The first batch
is run 0 alone: it compiles what is not yet compiled, and fails early.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opendome.errors import RecordError
from opendome.results import layout
from opendome.results.record import TABLES, Record
from opendome.scenario.scenario import Scenario

MAX_OBJECTS = 2000  # threats of all runs of a batch: bounds its memory
SPREAD = 8  # a campaign has at least so many batches, to keep workers busy
SAME = {  # what must agree for a folder to be gone on with: manifest key -> name for people
    "name": "scenario",
    "seed": "seed",
    "trajectories_runs": "runs with trajectories",
    "versions": "versions",
    "scenario_hash": "contents of the scenario",
}


@dataclass(frozen=True)
class Batch:
    """Runs that are computed together: from ``first`` up to, not including, ``stop``."""

    index: int
    first: int
    stop: int

    @property
    def n_runs(self) -> int:
        """Number of its runs."""
        return self.stop - self.first


def batch_size(scenario: Scenario, runs: int) -> int:
    """Runs per batch: so many that MAX_OBJECTS threats share it, and at least SPREAD batches.

    Depends on the scenario and the number of runs only, never on workers or time.
    """
    n_threats = sum(group.n_objects() for group in scenario.threats)
    return max(1, min(MAX_OBJECTS // max(1, n_threats), -(-runs // SPREAD)))


def batches(manifest: dict[str, Any]) -> list[Batch]:
    """All batches of a campaign, in order of their runs."""
    found: list[Batch] = []
    for part in manifest["batches"]:
        first, stop = part["first"], part["stop"]
        starts = list(range(max(first, 1), stop, part["size"]))
        if first == 0:
            starts.insert(0, 0)
        for start, end in zip(starts, [*starts[1:], stop]):
            found.append(Batch(len(found), start, end))
    return found


def planned(folder: Path, scenario: Scenario, wanted: dict[str, Any], runs: int) -> dict[str, Any]:
    """Manifest under which ``folder`` gets ``runs`` runs. Reads the folder, writes nothing.

    Parameters
    ----------
    folder : Path
        New, empty, or of an earlier campaign with the same scenario, seed and versions.
    wanted : dict
        Manifest of that scenario and the seed, without runs.
    runs : int
        Number of runs asked for, those already there included.

    Raises
    ------
    RecordError
        If the folder holds something else; the text says what differs and what to do.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        manifest = deepcopy(wanted)
    elif folder.is_dir() and not (folder / layout.MANIFEST).exists():
        raise RecordError(f"{folder}: holds other files; a new or empty folder, or one of the same "
                          "campaign, is asked. Choose another --out.")  # fmt: skip
    else:
        manifest = layout.read_manifest(folder)
        _check_same(folder, manifest, wanted)
    planned_runs = manifest["runs"]
    if runs < planned_runs:
        raise RecordError(f"{folder}: holds a campaign of {planned_runs} runs; {runs} runs are "
                          f"asked. Ask for {planned_runs} or more, or choose another --out."
                          )  # fmt: skip
    if runs > planned_runs:
        size = batch_size(scenario, runs - planned_runs)
        manifest["batches"] = [
            *manifest["batches"],
            {"first": planned_runs, "stop": runs, "size": size},
        ]
        manifest["runs"] = runs
        manifest["batch_size"] = size
    return manifest


def differences(
    manifest: dict[str, Any], wanted: dict[str, Any], same: Mapping[str, str] = SAME
) -> list[str]:
    """What keeps a campaign from being gone on with, in words; empty if nothing does."""
    found = []
    for key, words in same.items():
        old, new = manifest.get(key), wanted[key]
        if key == "versions":  # which Python it was does not move numbers
            old, new = ({k: v for k, v in (d or {}).items() if k != "python"} for d in (old, new))
        if old == new:
            continue
        if key in ("scenario_hash", "design"):
            found.append(f"{words} differ")
        else:
            found.append(f"{words} is {_show(old)} there and {_show(new)} here")
    return found


def open_folder(folder: Path, manifest: dict[str, Any]) -> None:
    """Create the folder or go on with it: write the manifest, clear what a killed run left."""
    try:
        layout.remove_temporary(folder)
        layout.write_manifest(folder, manifest)
    except OSError as problem:
        raise RecordError(f"{folder}: cannot be written: {problem.strerror or problem}. "
                          "Choose another --out.") from problem  # fmt: skip


def is_finished(folder: Path, batch: Batch) -> bool:
    """Whether all parts of a batch are there and whole."""
    part = layout.part_name(batch.index)
    rows = {name: layout.rows_of_part(folder / name / part) for name in TABLES}
    return rows[layout.COMMIT] == batch.n_runs and min(rows.values()) >= 0


def unfinished(folder: Path, manifest: dict[str, Any]) -> list[Batch]:
    """Batches that have still to be computed."""
    return [batch for batch in batches(manifest) if not is_finished(folder, batch)]


def write_batch(folder: Path, batch: Batch, record: Record) -> None:
    """Write the record of a batch; when this returns, the batch is finished.

    Raises
    ------
    RecordError
        If the disk does not take it. Finished batches stay.
    """
    runs = record.tables["runs"].column("run").to_pylist()
    if runs != list(range(batch.first, batch.stop)):
        raise ValueError(f"batch {batch.index}: record holds the runs {runs[:3]}...; "
                         f"{batch.first} to {batch.stop - 1} are asked")  # fmt: skip
    try:
        layout.write_record(folder, batch.index, record)
    except OSError as problem:
        raise full(folder, problem) from problem


def full(folder: Path, problem: OSError) -> RecordError:
    """What is said when the disk does not take a part."""
    return RecordError(f"{folder}: cannot be written: {problem.strerror or problem}; finished "
                       "runs are kept. Make room, then give the same command again: it goes on "
                       "where it stopped.")  # fmt: skip


def add_timing(folder: Path, wall_time: float) -> None:
    """Add to the time spent on a campaign; the only part of its manifest that is not promised."""
    manifest = layout.read_manifest(folder)
    timing = manifest.setdefault("timing", {})
    timing["wall_s"] = round(timing.get("wall_s", 0.0) + wall_time, 3)
    layout.write_manifest(folder, manifest)


def _check_same(folder: Path, manifest: dict[str, Any], wanted: dict[str, Any]) -> None:
    if not {"runs", "batches"} <= set(manifest):
        raise RecordError(f"{folder}: was written by another version of OpenDome; it can be read "
                          "but not extended. Choose another --out.")  # fmt: skip
    found = differences(manifest, wanted)
    if found:
        raise RecordError(f"{folder}: holds another campaign: {'; '.join(found)}. "
                          "Choose another --out, or delete this folder.")  # fmt: skip


def _show(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {word}" for name, word in value.items())
    return repr(value)
