"""The folder of a campaign: where each file lies, how it is written whole or not at all, and read.

    manifest.json               how it was made
    TABLE/part-00000.parquet    one part per batch of runs
    report.html                 written by views

The part of the table ``runs`` is written last: a batch whose ``runs`` part exists is finished, and
parts without it are left out when the folder is read.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from opendome.errors import RecordError
from opendome.results.record import TABLES, Record

FORMAT = 1
MANIFEST = "manifest.json"
COMMIT = "runs"  # the table whose part says that a batch is finished
PART = re.compile(r"part-\d{5,}\.parquet")
TEMPORARY = ".tmp-"


def part_name(batch: int) -> str:
    """File name of a batch in each table's folder."""
    return f"part-{batch:05d}.parquet"


def write_record(folder: Path, batch: int, record: Record) -> None:
    """Write all parts of one batch, the finishing one last. Raises OSError as the disk does."""
    write_tables(folder, batch, {name: record.tables[name] for name in TABLES})


def write_tables(folder: Path, batch: int, tables: Mapping[str, pa.Table]) -> None:
    """Write the parts of some tables of one batch, that of ``runs`` last."""
    for name in [*(t for t in tables if t != COMMIT), COMMIT]:
        path = folder / name / part_name(batch)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_table(path, tables[name])


def write_table(path: Path, table: pa.Table) -> None:
    """Write or replace one Parquet file, whole or not at all."""
    _write_whole(path, partial(_write_parquet, table))


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write or replace the manifest."""
    write_note(folder / MANIFEST, manifest)


def write_note(path: Path, note: dict[str, Any]) -> None:
    """Write or replace a JSON file, whole or not at all."""
    text = json.dumps(note, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_whole(path, lambda file: file.write(text.encode()))


def read_manifest(folder: Path) -> dict[str, Any]:
    """Manifest of a campaign folder; RecordError where there is none that this version reads."""
    path = folder / MANIFEST
    if not folder.is_dir():
        found = "is not a folder" if folder.exists() else "does not exist"
        raise RecordError(f"{folder}: {found}; a campaign folder is asked. "
                          "Make one with: opendome run SCENARIO --out DIR")  # fmt: skip
    if not path.is_file():
        raise RecordError(f"{folder}: has no {MANIFEST}; a campaign folder has one. "
                          "Make one with: opendome run SCENARIO --out DIR")  # fmt: skip
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        raise RecordError(f"{path}: cannot be read ({problem}). "
                          "It was changed after OpenDome wrote it, or is not OpenDome's."
                          ) from problem  # fmt: skip
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise RecordError(f"{path}: has no format number; it was not written by OpenDome.")
    if manifest["format"] > FORMAT:
        raise RecordError(f"{path}: format is {manifest['format']}; this version of OpenDome reads "
                          f"up to {FORMAT}. Open it with a newer OpenDome.")  # fmt: skip
    return manifest


def finished_parts(folder: Path) -> list[str]:
    """Part names of the finished batches, in order of their runs."""
    commits = folder / COMMIT
    if not commits.is_dir():
        return []
    names = [p.name for p in commits.iterdir() if PART.fullmatch(p.name)]
    return sorted(names, key=lambda name: int(name[5:-8]))


def table_names(folder: Path) -> list[str]:
    """Tables that the folder holds: ours first, then those of another version."""
    others = sorted(p.name for p in folder.iterdir() if p.is_dir() and (p / part_name(0)).is_file())
    return [*TABLES, *(name for name in others if name not in TABLES)]


def read_parts(
    folder: Path, name: str, parts: Sequence[str], columns: Sequence[str] | None = None
) -> list[pa.Table]:
    """Parts of one table, those that exist; only the wanted columns, those that exist."""
    tables = []
    for part in parts:
        path = folder / name / part
        if not path.is_file():
            continue
        try:
            with pq.ParquetFile(path) as file:
                here = set(file.schema_arrow.names)
                wanted = None if columns is None else [c for c in columns if c in here]
                tables.append(file.read(columns=wanted))
        except (OSError, pa.ArrowException) as problem:
            raise RecordError(f"{path}: cannot be read ({problem}). Delete this file and give the "
                              "same run command again: it computes that batch anew."
                              ) from problem  # fmt: skip
    return tables


def rows_of_part(path: Path) -> int:
    """Number of rows that a part holds, -1 if it is missing or damaged."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException):
        return -1


def remove_temporary(folder: Path) -> None:
    """Remove what a killed process left half-written."""
    for path in [*folder.glob(f"{TEMPORARY}*"), *folder.glob(f"*/{TEMPORARY}*")]:
        path.unlink(missing_ok=True)


def _write_parquet(table: pa.Table, file: BinaryIO) -> None:
    texts = [f.name for f in table.schema if pa.types.is_dictionary(f.type)]
    integers = [f.name for f in table.schema if pa.types.is_integer(f.type)]
    numbers = [f.name for f in table.schema if pa.types.is_floating(f.type)]
    pq.write_table(
        table,
        file,
        compression="zstd",
        use_dictionary=[*texts, *integers],
        use_byte_stream_split=numbers,
    )


def _write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write under a temporary name beside the target, then rename: whole or not at all."""
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
    try:
        with temporary.open("wb") as file:
            write(file)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
