"""Very many runs at the fast fidelity: throughput, memory, disk, and questions to 100,000 runs.

The raid of 100 rockets of ``raids``, with a statistical picture and tabled shots, as a sweep of one
cell. By default so many runs as a minute allows are made, and their tables repeated, run numbers
counting on, until they hold 100,000 runs: what the questions take does not depend on whether
runs differ. With OPENDOME_BENCH_RUNS=100000 in the environment all of them are made.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.measure import Row, child, peak_memory, timed
from benchmarks.raids import raid
from opendome.campaign.cells import Cells
from opendome.campaign.runner import simulation_engine
from opendome.campaign.sweep import Sweep, open_sweep, run_sweep
from opendome.results import layout
from opendome.scenario.load import load, resolved
from opendome.scenario.load_design import load_design

WANTED = 100_000
RUNS_OF_PART = 5_000
RUNS = int(os.environ.get("OPENDOME_BENCH_RUNS", "400"))
TABLES = ("threats", "engagements")
FAST = ["picture=statistical", "engagement=tabled", "step_s=5"]
QUANTILES = "select quantile_cont(leakers, [0.05, 0.25, 0.5, 0.75, 0.95, 0.99]) from runs"
BY_SYSTEM = (
    "select system, count(*) as shots, avg(is_kill::int) as kills, median(miss) as miss "
    "from engagements group by 1"
)


def sweep(folder: Path) -> Sweep:
    """The raid, one cell of RUNS runs, with the tables that questions are put to."""
    data = {"format": 1, "name": "rockets", "scenario": "iron_dome_city", "runs": RUNS,
            "tables": list(TABLES)}  # fmt: skip
    base = resolved(load(raid(100), FAST))
    cells = Cells(load_design(data), base, ((),), np.empty((1, 0)))
    return run_sweep(simulation_engine(), cells, folder, 1)


def grown(found: Sweep, folder: Path) -> Sweep:
    """The same with its tables repeated until they hold WANTED runs."""
    layout.write_note(folder / "sweep.json", found.note)
    layout.write_table(folder / "cells.parquet", found.cells)
    times = max(1, -(-WANTED // found.runs))
    tables = {name: found.table(name) for name in ("runs", "outcomes", *TABLES)}
    copies = max(1, RUNS_OF_PART // found.runs)  # in one part
    for k in range(-(-times // copies)):
        starts = range(k * copies, min((k + 1) * copies, times))
        part = {
            name: pa.concat_tables([_later(t, i * found.runs) for i in starts]).combine_chunks()
            for name, t in tables.items()
        }
        layout.write_tables(folder, k, part)
    return open_sweep(folder)


def _later(table: pa.Table, by: int) -> pa.Table:
    if "run" not in table.column_names:
        return table
    later = pa.array(table.column("run").to_numpy() + by)
    return table.set_column(table.column_names.index("run"), "run", later)


def size(folder: Path, name: str) -> int:
    """Bytes of one table."""
    return sum(p.stat().st_size for p in (folder / name).iterdir())


def one() -> dict[str, float]:
    """Figures of the sweep, measured in this process."""
    with tempfile.TemporaryDirectory() as place:
        simulation_engine().compile(raid(100))
        spent = timed(lambda: sweep(Path(place) / "small"), repeats=1)
        small = open_sweep(Path(place) / "small")
        peak = peak_memory()
        large = grown(small, Path(place) / "large")
        leakers = timed(lambda: large.query(QUANTILES), repeats=5)
        kills = timed(lambda: large.query(BY_SYSTEM), repeats=3)
        disk = {f"disk.{n}": size(small.folder, n) / small.runs for n in ("runs", *TABLES)}
        return {
            "runs": float(small.runs),
            "held": float(large.runs),
            "shots": float(
                large.query("select count(*) as n from engagements").to_pylist()[0]["n"]
            ),
            "cpu": spent.cpu,
            "peak": peak,
            "leakers_wall": leakers.wall,
            "leakers_cpu": leakers.cpu,
            "kills_wall": kills.wall,
            **disk,
        }


def measure() -> list[Row]:
    """Throughput, memory and disk of the fast fidelity, and answers of DuckDB to 100,000 runs."""
    text, _ = child([sys.executable, "-m", "benchmarks.sweeps"])
    found = json.loads(text)
    each = found["cpu"] / found["runs"]
    held, runs = found["held"], found["runs"]
    note = f"of {runs:,.0f} runs; {WANTED:,} would take {each * WANTED / 3600:.1f} h of one core"
    repeated = "" if runs >= WANTED else f"tables of {runs:,.0f} runs repeated to {held:,.0f}"
    rows = [
        Row("sweeps", "100 threats, tabled, one run", 1e3 * each, "CPU-ms", note),
        Row("sweeps", "peak memory", found["peak"] / 2**20, "MiB"),
        Row("sweeps", "leaker quantiles, wall", found["leakers_wall"], "s", repeated),
        Row("sweeps", "leaker quantiles", found["leakers_cpu"], "CPU-s", repeated),
        Row("sweeps", "kills and misses by system, wall", found["kills_wall"], "s",
            f"{found['shots']:,.0f} shots"),
    ]  # fmt: skip
    for name in ("runs", *TABLES):
        rows.append(Row("sweeps", f"disk, {name}", found[f"disk.{name}"] * WANTED / 2**20,
                        "MiB", f"for {WANTED:,} runs"))  # fmt: skip
    return rows


if __name__ == "__main__":
    print(json.dumps(one()))
