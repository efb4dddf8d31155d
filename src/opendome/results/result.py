"""What the user holds: the result of one run, and a campaign of many runs in its folder."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
from numpy.typing import NDArray

from opendome.errors import RecordError
from opendome.results import defense_metrics, layout
from opendome.results.record import TABLES, Record, join_tables


@dataclass(frozen=True)
class Result:
    """One run: its tables and how it was made."""

    record: Record
    manifest: dict[str, Any]

    def __repr__(self) -> str:
        return f"<Result of {self.manifest.get('name')}, seed {self.manifest.get('seed')}>"

    @cached_property
    def summary(self) -> dict[str, Any]:
        """What got through and what was spent; the same keys as a campaign's, without intervals."""
        accounts = defense_metrics.Accounts.of(self.manifest)
        sums = defense_metrics.sums_by_run(self.record.tables, accounts)
        return defense_metrics.summarise(sums, accounts)

    def table(self, name: str) -> pa.Table:
        """One of the tables: runs, threats, engagements, events, picture, ... of ``TABLES``."""
        return self.record.tables[_known(name, list(TABLES))]

    def save(self, directory: str | Path) -> Campaign:
        """Write the run as a campaign of one run into a new folder, and open it."""
        path = Path(directory)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise RecordError(f"{path}: already exists; a new or empty folder is asked. "
                              "Choose another name.")  # fmt: skip
        try:
            layout.write_manifest(path, self.manifest)
            layout.write_record(path, 0, self.record)
        except OSError as problem:
            raise RecordError(
                f"{path}: cannot be written: {problem.strerror or problem}."
            ) from problem
        return open_campaign(path)


@dataclass(frozen=True)
class Campaign:
    """Many runs in a folder, finished or not. Tables are read when asked, ordered by run."""

    folder: Path
    manifest: dict[str, Any]
    parts: tuple[str, ...]  # finished batches

    def __repr__(self) -> str:
        return f"<Campaign of {self.manifest.get('name')}, {self.runs} runs in {self.folder}>"

    @cached_property
    def runs(self) -> int:
        """Number of finished runs; ``manifest["runs"]`` is the number asked for."""
        return sum(layout.rows_of_part(self.folder / layout.COMMIT / part) for part in self.parts)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """What got through and what was spent, each estimate with a 95 % interval.

        Counts and costs are means per run. ``None`` where the runs do not say.
        """
        accounts = defense_metrics.Accounts.of(self.manifest)
        return defense_metrics.summarise(self.sums, accounts)

    @cached_property
    def sums(self) -> dict[str, NDArray[np.float64]]:
        """What the summary is made of: columns with one row per run, in the order of the runs."""
        accounts = defense_metrics.Accounts.of(self.manifest)
        return defense_metrics.join_sums(
            [
                defense_metrics.sums_by_run(self._read_for_summary(part), accounts)
                for part in self.parts
            ]
        )

    @property
    def tables(self) -> list[str]:
        """Names of the tables."""
        return layout.table_names(self.folder)

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """One table of all finished runs, ordered by run, whatever the batches were."""
        _known(name, self.tables)
        tables = layout.read_parts(self.folder, name, self.parts, columns)
        if not tables and name in TABLES and columns is not None:
            return join_tables([], name).select(list(columns))
        return join_tables(tables, name)

    def query(self, sql: str) -> pa.Table:
        """Answer of DuckDB to a question in SQL; the tables are views under their names.

        Examples
        --------
        >>> campaign.query("select leakers, count(*) as n from runs group by 1 order by 1")
        ... # doctest: +SKIP
        """
        named = [name for name in self.tables if name in sql.lower()] or self.tables
        return ask(sql, {name: dataset(self.folder, name, self.parts) for name in named})

    def _read_for_summary(self, part: str) -> dict[str, pa.Table]:
        return {
            name: join_tables(layout.read_parts(self.folder, name, [part], columns), name)
            for name, columns in defense_metrics.READS.items()
        }


def ask(sql: str, views: Mapping[str, pa.Table | ds.Dataset]) -> pa.Table:
    """Answer of DuckDB to a question in SQL about some tables, by their names."""
    with _database().cursor() as connection:  # views of a cursor are its own
        for name, view in views.items():
            connection.register(name, view)
        return connection.sql(sql).to_arrow_table()


@functools.cache
def _database() -> duckdb.DuckDBPyConnection:
    """An empty database in memory: to open one takes ten times as long as most answers."""
    return duckdb.connect()


def dataset(folder: Path, name: str, parts: Sequence[str]) -> pa.Table | ds.Dataset:
    """Parts of one table as what DuckDB reads, without reading them now."""
    paths = [path for part in parts if (path := folder / name / part).is_file()]
    if not paths:
        return join_tables([], name)
    schemas = [ds.dataset(path, format="parquet").schema for path in paths]
    return ds.dataset(
        paths, format="parquet", schema=pa.unify_schemas(schemas, promote_options="permissive")
    )


def open_campaign(directory: str | Path) -> Campaign:
    """Open the folder of a campaign, finished or not, of this or an older version."""
    path = Path(directory)
    manifest = layout.read_manifest(path)
    return Campaign(path, manifest, tuple(layout.finished_parts(path)))


def _known(name: str, names: list[str]) -> str:
    if name not in names:
        close = difflib.get_close_matches(name, names, 1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"table is {name!r}; tables: {', '.join(names)}.{hint}")
    return name
