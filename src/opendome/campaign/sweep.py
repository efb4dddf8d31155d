"""Many cells of a design, each with its runs, in one folder that an interrupted sweep goes on from.

    sweep.json                  the design, the scenario, the packs of work
    design.json                 the design as a file, beside scenario.json if that is not shipped
    cells.parquet               one row for each cell: its values
    runs/part-00000.parquet     rows of the runs of a pack, with the number of their cell
    outcomes/part-...           one row for each unit of work: done, or why not
    report.html                 written by views

Work is cut into units, runs of one cell, and units are packed so that a pack takes seconds. Packs
are fixed when a round begins and stand in ``sweep.json``; which worker computes a pack, and when,
changes no byte.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from opendome.campaign import store
from opendome.campaign.cells import Cells
from opendome.campaign.packs import (
    MOST_UNITS,
    OUTCOMES,
    Pack,
    Unit,
    add_time,
    begin,
    is_finished,
    packs,
    planned,
    read_cells,
    read_sweep,
    write_sweep,
)
from opendome.campaign.runner import (
    HERE,
    Engine,
    Place,
    Progress,
    in_folder,
    share_out,
    simulation_engine,
)
from opendome.campaign.samples import points
from opendome.campaign.stopping import next_round
from opendome.errors import OpenDomeError
from opendome.results import layout
from opendome.results.cells import READS, cell_estimates
from opendome.results.record import TYPES, Record, stack_tables
from opendome.results.record import schema as schema_of
from opendome.results.result import ask, dataset
from opendome.scenario.design import Design
from opendome.scenario.load import resolved, scenario_hash
from opendome.scenario.load_design import load_design
from opendome.scenario.scenario import Scenario

Floats = NDArray[np.float64]

DONE, FAILED = "done", "failed"
MAX_DEATHS = 3  # times that a unit may end its worker before it is given up
OUTCOME = pa.schema(
    [
        pa.field("cell", pa.int64(), metadata={"about": "Number of the cell."}),
        pa.field("first", pa.int64(), metadata={"about": "First run of the unit."}),
        pa.field("stop", pa.int64(), metadata={"about": "Run after its last."}),
        pa.field("state", TYPES["text"], metadata={"about": "done or failed."}),
        pa.field("problem", TYPES["text"], metadata={"about": "Why it failed; empty if not."}),
        pa.field("scenario_hash", TYPES["text"], metadata={"about": "Of the cell's scenario."}),
    ]
)


@dataclass(frozen=True)
class SweepJob:
    """What a worker does with a pack: build each cell, simulate its runs, write the parts."""

    engine: Engine
    cells: Cells
    folder: Path

    def __call__(self, pack: Pack) -> int:
        """Finish one pack; gives its number of runs."""
        return self.keep(pack, self.compute(pack))

    def compute(self, pack: Pack) -> dict[str, pa.Table]:
        """Tables of a pack. A unit that fails leaves a row that says why, and no runs."""
        deaths = _Deaths(self.folder, pack)
        tables: dict[str, list[pa.Table]] = {name: [] for name in self.kept}
        outcomes = []
        for i, unit in enumerate(pack.units):
            problem, digest = deaths.begin(i), ""
            if not problem:
                try:
                    digest, record = self._unit(unit)
                    for name in self.kept:
                        tables[name].append(_with_cell(record.tables[name], unit.cell))
                except Exception as found:
                    problem = _sentence(found)
            outcomes.append([unit.cell, unit.first, unit.stop, FAILED if problem else DONE,
                             problem, digest])  # fmt: skip
        whole = {name: stack_tables([_nothing(name), *rows]) for name, rows in tables.items()}
        return {**whole, OUTCOMES: _outcomes(outcomes)}

    def away(self, pack: Pack) -> tuple[Pack, dict[str, pa.Table]]:
        """A pack and its tables, for workers that may see another disk."""
        return pack, self.compute(pack)

    def keep(self, pack: Pack, tables: dict[str, pa.Table]) -> int:
        """Write the tables of a pack; when this returns, it is finished."""
        try:
            layout.write_tables(self.folder, pack.index, tables)
        except OSError as problem:
            raise store.full(self.folder, problem) from problem
        _Deaths(self.folder, pack).forget()
        return pack.n_runs

    @property
    def kept(self) -> tuple[str, ...]:
        """Tables that are kept."""
        return tuple(dict.fromkeys(("runs", *self.cells.design.tables)))

    def _unit(self, unit: Unit) -> tuple[str, Record]:
        scenario = self.cells.scenario(unit.cell)
        digest = scenario_hash(resolved(scenario))
        model = self.engine.compile(scenario)
        kept = [0] if unit.first == 0 and "trajectories" in self.kept else []
        runs = range(unit.first, unit.stop)
        return digest, self.engine.simulate(model, self.cells.seed(unit.cell), list(runs), kept)


class _Deaths:
    """A note of which unit was begun, so that one that ends its worker is found out.

    Each attempt at a pack is a line of the note: the units that it began. The last one of a line
    that was not finished ended its worker.
    """

    def __init__(self, folder: Path, pack: Pack) -> None:
        self._path = folder / f"{layout.TEMPORARY}begun-{pack.index:05d}"
        self._is_kept = folder.is_dir()  # not so on another machine
        lines = self._path.read_text().split("\n") if self._path.is_file() else []
        self._last = [line.split()[-1] for line in lines if line.strip()]
        self._note("\n")

    def begin(self, i: int) -> str:
        """Note that unit ``i`` begins; a sentence instead if it ended its worker too often."""
        if self._last.count(str(i)) >= MAX_DEATHS:
            return f"its worker ended {MAX_DEATHS} times; most often the memory ran out."
        self._note(f"{i} ")
        return ""

    def forget(self) -> None:
        """Remove the note."""
        self._path.unlink(missing_ok=True)

    def _note(self, words: str) -> None:
        if self._is_kept:
            with self._path.open("a") as file:
                file.write(words)


@dataclass(frozen=True)
class Sweep:
    """The cells of a design in a folder, finished or not. Tables are read when asked."""

    folder: Path
    note: dict[str, Any]
    parts: tuple[str, ...]  # finished packs

    def __repr__(self) -> str:
        return f"<Sweep of {self.note['name']}, {self.note['cells']} cells in {self.folder}>"

    @cached_property
    def design(self) -> Design:
        """The design as it was asked for."""
        return load_design(self.note["design"])

    def scenario(self, cell: int) -> Scenario:
        """The scenario of a cell."""
        return self._made.scenario(cell)

    @cached_property
    def _made(self) -> Cells:
        """The cells as they were made; the design's own path of the scenario may be gone."""
        design, columns = self.design, self.cells.to_pydict()
        drawn = [p.column for p in design.uncertain.parameters] if design.uncertain else []
        n_draws = 1 + max(columns["draw"], default=0)
        draws = np.array([columns[name][:n_draws] for name in drawn]).reshape(len(drawn), n_draws)
        rows = points(design.factors, design.sample, design.cells, design.seed)
        return Cells(design, self.note["scenario"], tuple(map(tuple, rows)), draws.T)

    @cached_property
    def cells(self) -> pa.Table:
        """One row for each cell: ``cell``, ``point``, ``draw``, factors, drawn parameters."""
        return read_cells(self.folder)

    @cached_property
    def outcomes(self) -> pa.Table:
        """What came of each unit of work, ordered by cell."""
        return self.table(OUTCOMES)

    @cached_property
    def runs(self) -> int:
        """Number of finished runs."""
        return sum(layout.rows_of_part(self.folder / layout.COMMIT / part) for part in self.parts)

    @property
    def tables(self) -> list[str]:
        """Names of the tables that SQL may ask."""
        return ["cells", OUTCOMES, *dict.fromkeys(("runs", *self.design.tables))]

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """One table of all finished cells, ordered by cell and run, whatever the packs were."""
        if name == "cells":
            return self.cells
        nothing = _nothing(name)
        asked = None if columns is None else list(dict.fromkeys(["cell", *columns]))
        parts = layout.read_parts(self.folder, name, self.parts, asked)
        whole = stack_tables([nothing if asked is None else nothing.select(asked), *parts])
        keys = [k for k in ("cell", "run", "first") if k in whole.column_names]
        order = np.lexsort([whole.column(k).to_numpy() for k in reversed(keys)])
        return whole.take(pa.array(order))

    def query(self, sql: str) -> pa.Table:
        """Answer of DuckDB to a question in SQL; the tables are views under their names.

        Examples
        --------
        >>> sweep.query("select count, avg(leakers) from runs join cells using (cell) group by 1")
        ... # doctest: +SKIP
        """
        views = {name: dataset(self.folder, name, self.parts) for name in self.tables[1:]}
        return ask(sql, {"cells": self.cells, **views})

    def estimates(self, measure: str = "leak_fraction") -> Floats:
        """Value, low and high of a measure in each cell, NaN where no run says.

        Returns
        -------
        estimates : (n_cells, 3) float
        """
        return cell_estimates(self.table("runs", READS), self.note["cells"], measure)

    @property
    def failed(self) -> list[tuple[int, str]]:
        """Cells that failed, and why."""
        rows = self.outcomes.select(["cell", "state", "problem"]).to_pylist()
        found = {r["cell"]: r["problem"] for r in rows if r["state"] == FAILED}
        return list(found.items())


def sweep(
    design: str | Path | Mapping[str, Any],
    workers: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Run all cells of a design; the tables are the same for any number of workers.

    Parameters
    ----------
    design : str, Path or mapping
        Name of a shipped design, path of a YAML file, or its keys as a mapping.
    workers : int
        Processes, each with one thread; 1 computes in this process.
    out : path, optional
        Folder of the sweep, gone on with if it holds part of it; without it a temporary one,
        deleted with the Sweep.
    progress : callable, optional
        Called with (finished runs, all runs).
    """
    cells = Cells.of(load_design(design))
    engine = simulation_engine()
    return in_folder(out, lambda to: run_sweep(engine, cells, to, workers, progress))


def run_sweep(
    engine: Engine,
    cells: Cells,
    folder: Path,
    workers: int,
    progress: Progress | None = None,
    place: Place = HERE,
) -> Sweep:
    """Bring the sweep in ``folder`` to its end, and open it.

    A folder that holds part of the same sweep is gone on with. Cells that fail are left out and
    reported; the tables are the same for any number of workers and any place. Ctrl-C
    (KeyboardInterrupt) leaves a readable sweep of what is finished.
    """
    if workers < 1:
        raise ValueError(f"workers is {workers}; at least 1 is asked")
    note = planned(folder, cells)
    started, job = time.monotonic(), SweepJob(engine, cells, folder)
    begin(folder, note, cells)
    try:
        while True:
            _run_rounds(job, note, progress, partial(share_out, workers=workers, place=place))
            more = next_round(open_sweep(folder), cells.design)
            if more is None:
                break
            note["rounds"].append(more)
            write_sweep(folder, note)
    finally:
        add_time(folder, time.monotonic() - started)
    return open_sweep(folder)


def _run_rounds(
    job: SweepJob, note: dict[str, Any], progress: Progress | None, share: Callable[..., Any]
) -> None:
    every = packs(note)
    todo = [pack for pack in every if not is_finished(job.folder, pack)]
    total = sum(pack.n_runs for pack in every)
    done = total - sum(pack.n_runs for pack in todo)
    show = progress or (lambda *_: None)
    show(done, total)
    try:
        for n_runs in share(job, todo, retries=MAX_DEATHS * MOST_UNITS):
            done += n_runs
            show(done, total)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"stopped; {done} of {total} runs are finished and readable in {job.folder}. "
            "Give the same command again to go on."
        ) from None


def open_sweep(directory: str | Path) -> Sweep:
    """Open the folder of a sweep, finished or not."""
    folder = Path(directory)
    return Sweep(folder, read_sweep(folder), tuple(layout.finished_parts(folder)))


def _nothing(name: str) -> pa.Table:
    if name == OUTCOMES:
        return OUTCOME.empty_table()
    return _with_cell(schema_of(name).empty_table(), 0)


def _with_cell(table: pa.Table, cell: int) -> pa.Table:
    return table.add_column(0, "cell", pa.array(np.full(table.num_rows, cell, dtype=np.int64)))


def _outcomes(rows: Sequence[Sequence[Any]]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    plain = [pa.array(c, type=pa.int64()) for c in columns[:3]]
    plain += [pa.array(c, type=pa.string()) for c in columns[3:]]
    return stack_tables([pa.table(plain, names=OUTCOME.names)])


def _sentence(problem: Exception) -> str:
    said = " ".join(str(problem).split())
    return said if isinstance(problem, OpenDomeError) else f"{type(problem).__name__}: {said}"
