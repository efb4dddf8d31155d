from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from opendome.campaign.cells import Cells
from opendome.campaign.packs import MOST_UNITS, make_note, packs
from opendome.campaign.runner import Engine
from opendome.campaign.sweep import open_sweep, run_sweep
from opendome.errors import RecordError
from opendome.results import layout
from opendome.scenario.load_design import load_design
from tests.unit.campaign.fake_cells import FakeCompile, design, sweep
from tests.unit.campaign.fake_simulation import simulate
from tests.unit.campaign.test_runner import ENVIRONMENT, bytes_of

LOOP = (
    "from tests.unit.campaign.fake_cells import *\n"
    "sweep(Path({out!r}), workers=2, slow=0.1, marks={marks!r})\n"
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """An uninterrupted sweep by one worker."""
    folder = tmp_path_factory.mktemp("whole")
    sweep(folder)
    return folder


def begun(marks: Path) -> Counter[int]:
    """How often each cell was begun."""
    return Counter(int(p.name.split("-")[1]) for p in marks.iterdir())


def test_a_sweep_holds_every_run_of_every_cell_in_order(whole: Path):
    found = open_sweep(whole)
    assert found.runs == 120
    runs = found.table("runs", ["run"])
    assert runs.column("cell").to_pylist() == [k for k in range(40) for _ in range(3)]
    assert runs.column("run").to_pylist() == [0, 1, 2] * 40
    answer = found.query(
        "select raid, count(*) as n from runs join cells using (cell) group by 1 order by 1"
    )
    assert answer.to_pylist() == [{"raid": k, "n": 3} for k in range(1, 41)]
    assert found.failed == []
    assert found.estimates().shape == (40, 3)


def test_two_workers_give_the_same_bytes(whole: Path, tmp_path: Path):
    sweep(tmp_path, workers=2)
    assert bytes_of(tmp_path) == bytes_of(whole)


def test_packs_hold_every_run_once_and_the_first_is_alone():
    found = packs(make_note(Cells.of(load_design(design(runs=500)))))
    units = [u for pack in found for u in pack.units]
    assert sum(u.n_runs for u in units) == 40 * 500
    assert [(u.cell, u.first, u.stop) for u in found[0].units] == [(0, 0, 1)]
    for before, after in pairwise(units):
        assert (after.cell, after.first) in ((before.cell, before.stop), (before.cell + 1, 0))
    assert max(len(pack.units) for pack in found) <= MOST_UNITS
    assert (
        max(pack.n_runs for pack in found) <= 200 + 200
    )  # 2,000 threats of ten each, and one unit


def test_very_many_runs_do_not_fall_into_thousands_of_parts():
    note = make_note(Cells.of(load_design(design(runs=500))))
    note |= {"cells": 1, "runs_of_unit": 20, "rounds": [{"cells": None, "first": 0, "stop": 10**5}]}
    found = packs(note)
    assert sum(pack.n_runs for pack in found) == 10**5
    assert len(found) < 500
    assert max(len(pack.units) for pack in found) <= MOST_UNITS


def test_a_cell_that_fails_is_left_out_and_reported(whole: Path, tmp_path: Path):
    found = sweep(tmp_path, workers=2, refused=7)
    assert found.failed == [(6, "7 threats are refused")]
    runs, others = found.table("runs"), open_sweep(whole).table("runs")
    assert set(others.column("cell").to_pylist()) - set(runs.column("cell").to_pylist()) == {6}
    assert found.runs == 117
    assert found.query("select count(*) as n from outcomes where state = 'failed'").to_pylist() == [
        {"n": 1}
    ]


def test_a_killed_worker_costs_no_row(whole: Path, tmp_path: Path):
    marks = tmp_path / "marks"
    marks.mkdir()
    sweep(tmp_path / "out", workers=2, fatal=20, kill_times=2, marks=str(marks))
    assert begun(marks)[20] == 3
    assert bytes_of(tmp_path / "out") == bytes_of(whole)


def test_a_cell_that_kills_every_worker_is_found_out_and_only_it_fails(tmp_path: Path):
    marks = tmp_path / "marks"
    marks.mkdir()
    found = sweep(tmp_path / "out", workers=2, fatal=20, marks=str(marks))
    assert [cell for cell, _ in found.failed] == [19]
    assert "its worker ended 3 times" in found.failed[0][1]
    assert found.runs == 117
    assert begun(marks)[20] == 3
    assert not list((tmp_path / "out").glob(f"{layout.TEMPORARY}*"))


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_after_kill_9_of_the_parent_nothing_is_lost_and_only_packs_in_flight_are_done_again(
    whole: Path, tmp_path: Path
):
    out, marks = tmp_path / "out", tmp_path / "marks"
    marks.mkdir()
    script = LOOP.format(out=str(out), marks=str(marks))
    process = subprocess.Popen([sys.executable, "-c", script], env=ENVIRONMENT)
    until = time.monotonic() + 60
    while len(list(out.glob("runs/part-*"))) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = len(layout.finished_parts(out))
    assert 3 <= kept < len(packs(open_sweep(out).note))
    time.sleep(1.0)  # workers whose parent is gone finish their pack and end
    sweep(out, workers=2, marks=str(marks))
    assert bytes_of(out) == bytes_of(whole)
    again = sum(n - 1 for cell, n in begun(marks).items() if cell > 1)
    assert again <= 2 * 5  # two packs of five cells


def test_a_finished_sweep_is_not_computed_again(whole: Path):
    said: list[tuple[int, int]] = []
    cells = Cells.of(load_design(design()))
    before = bytes_of(whole)
    run_sweep(Engine(FakeCompile(refused=1), simulate), cells, whole, 1, lambda *a: said.append(a))
    assert said == [(120, 120)]
    assert bytes_of(whole) == before


def test_another_sweep_in_the_folder_is_refused(whole: Path, tmp_path: Path):
    engine = Engine(FakeCompile(), simulate)
    with pytest.raises(RecordError, match="holds another sweep: contents of the design differ"):
        run_sweep(engine, Cells.of(load_design(design(runs=4))), whole, 1)
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(RecordError, match="holds other files"):
        run_sweep(engine, Cells.of(load_design(design())), tmp_path, 1)


def test_an_interrupt_leaves_a_readable_sweep(whole: Path, tmp_path: Path):
    def press(done: int, total: int) -> None:
        if done > 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"of 120 runs are finished.*same command"):
        sweep(tmp_path, progress=press)
    assert 30 < open_sweep(tmp_path).runs < 120
    sweep(tmp_path)
    assert bytes_of(tmp_path) == bytes_of(whole)


def test_cells_get_runs_until_their_interval_is_narrow(tmp_path: Path):
    stop = {"half_width": 0.15, "most_runs": 48, "measure": "leak_fraction"}
    seeds = [{"key": "seed", "values": list(range(40))}]
    cells = Cells.of(load_design(design(factors=seeds, stop=stop)))
    found = run_sweep(Engine(FakeCompile(), simulate), cells, tmp_path / "one", 1)
    runs = Counter(found.table("runs").column("cell").to_pylist())
    assert set(runs.values()) <= {3, 6, 12, 24, 48}
    assert len(set(runs.values())) > 1
    _, low, high = found.estimates().T
    for cell, n in runs.items():
        assert n == 48 or high[cell] - low[cell] <= 0.3
    run_sweep(Engine(FakeCompile(), simulate), cells, tmp_path / "two", 2)
    assert bytes_of(tmp_path / "two") == bytes_of(tmp_path / "one")
