from __future__ import annotations

import errno
import gc
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from opendome.campaign import runner, store
from opendome.campaign.runner import Engine, Request, run_campaign, run_many, run_once
from opendome.errors import OpenDomeError, RecordError
from opendome.results import layout
from opendome.results.record import TABLES, Record, take_run
from opendome.results.result import open_campaign
from tests.unit.campaign.fake_simulation import begun, scenario, simulate

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


def campaign(folder: Path, runs: int = 20, workers: int = 1, progress=None, **model: Any):
    engine = Engine(lambda _: model, simulate)
    return run_campaign(engine, Request(scenario(), runs), folder, workers, progress)


def bytes_of(folder: Path) -> dict[str, str]:
    """Hash of every part."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*.parquet"))
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """An uninterrupted campaign of 20 runs by one worker."""
    folder = tmp_path_factory.mktemp("whole")
    campaign(folder)
    return folder


def test_a_campaign_holds_its_runs_in_order(whole: Path):
    found = open_campaign(whole)
    assert found.runs == 20
    assert found.table("runs").column("run").to_pylist() == list(range(20))
    assert found.table("threats").num_rows == 60
    assert set(found.table("trajectories").column("run").to_pylist()) == {0}


def test_two_workers_give_the_same_bytes(whole: Path, tmp_path: Path):
    campaign(tmp_path, workers=2)
    assert bytes_of(tmp_path) == bytes_of(whole)


def test_workers_share_the_work_after_run_0_which_is_done_here(tmp_path: Path):
    marks = tmp_path / "marks"
    marks.mkdir()
    campaign(tmp_path / "out", workers=2, marks=str(marks), slow=0.05)
    who = {int(p.name.split("-")[1]): int(p.name.split("-")[2]) for p in marks.iterdir()}
    assert who.pop(0) == os.getpid()
    assert len(set(who.values())) == 2
    assert os.getpid() not in who.values()


def test_a_finished_campaign_is_not_computed_again(whole: Path, tmp_path: Path):
    def refuse(_: object) -> None:
        raise AssertionError

    said: list[tuple[int, int]] = []
    engine = Engine(refuse, simulate)
    found = run_campaign(engine, Request(scenario(), 20), whole, 1, lambda *a: said.append(a))
    assert found.runs == 20
    assert said == [(20, 20)]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failed_campaign_goes_on_and_equals_an_uninterrupted_one(
    whole: Path, tmp_path: Path, workers: int
):
    with pytest.raises(ZeroDivisionError, match="a fault in the model"):
        campaign(tmp_path, workers=workers, fail_at=12)
    partial = open_campaign(tmp_path)
    assert 0 < partial.runs < 20
    assert partial.summary["runs"] == partial.runs
    campaign(tmp_path, workers=workers)
    assert bytes_of(tmp_path) == bytes_of(whole)


def test_an_interrupt_leaves_a_readable_campaign_and_says_how_to_go_on(whole: Path, tmp_path: Path):
    def press(done: int, total: int) -> None:
        if done > 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"7 of 20 runs are finished.*same command"):
        campaign(tmp_path, progress=press)
    assert open_campaign(tmp_path).runs == 7
    assert open_campaign(tmp_path).table("runs").column("run").to_pylist() == list(range(7))
    campaign(tmp_path, workers=2)
    assert bytes_of(tmp_path) == bytes_of(whole)


@pytest.mark.skipif(os.name != "posix", reason="sends a signal to a process group")
def test_ctrl_c_stops_workers_at_once_and_the_same_command_goes_on(whole: Path, tmp_path: Path):
    out, marks = tmp_path / "out", tmp_path / "marks"
    marks.mkdir()
    script = (
        "import sys\n"
        "from tests.unit.campaign.test_runner import campaign, Path\n"
        f"campaign(Path({str(out)!r}), workers=2, slow=0.3, marks={str(marks)!r})\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=ENVIRONMENT,
    )
    deadline = time.monotonic() + 60
    while len(list(marks.iterdir())) < 4 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode != 0
    assert "Give the same command again" in said
    assert said.count("Traceback") == 1  # our own, of this script; none of the workers
    assert 1 <= open_campaign(out).runs < 20
    assert not list(out.rglob(".tmp-*"))
    campaign(out, workers=2)
    assert bytes_of(out) == bytes_of(whole)


def test_a_killed_worker_costs_no_batch(whole: Path, tmp_path: Path):
    marks = tmp_path / "marks"
    marks.mkdir()
    campaign(tmp_path / "out", workers=2, marks=str(marks), kill_at=7, kill_times=2)
    assert bytes_of(tmp_path / "out") == bytes_of(whole)
    assert begun(marks).count(7) == 3


def test_a_batch_that_always_kills_its_worker_ends_the_campaign_but_keeps_the_rest(tmp_path: Path):
    marks = tmp_path / "marks"
    marks.mkdir()
    with pytest.raises(OpenDomeError, match="signal 9 3 times"):
        campaign(tmp_path / "out", workers=2, marks=str(marks), kill_at=16, kill_times=99)
    assert open_campaign(tmp_path / "out").runs >= 1


def test_a_full_disk_is_a_sentence_and_loses_no_finished_batch(
    whole: Path, tmp_path: Path, monkeypatch
):
    write, n_written = layout.write_record, [0]

    def fill(*arguments: Any) -> None:
        n_written[0] += 1
        if n_written[0] > 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(*arguments)

    monkeypatch.setattr(layout, "write_record", fill)
    with pytest.raises(RecordError, match="No space left on device; finished runs are kept"):
        campaign(tmp_path)
    assert open_campaign(tmp_path).runs == 7
    monkeypatch.undo()
    campaign(tmp_path)
    assert bytes_of(tmp_path) == bytes_of(whole)


def test_more_runs_extend_a_campaign_and_keep_what_is_there(whole: Path, tmp_path: Path):
    campaign(tmp_path, runs=7)
    first = bytes_of(tmp_path)
    said: list[tuple[int, int]] = []
    extended = campaign(tmp_path, runs=20, workers=2, progress=lambda *a: said.append(a))
    assert said[0] == (7, 20)
    assert said[-1] == (20, 20)
    assert bytes_of(tmp_path).items() >= first.items()
    straight = open_campaign(whole)
    assert all(extended.table(name).equals(straight.table(name)) for name in TABLES)
    assert extended.summary == straight.summary


def test_a_damaged_part_is_computed_again(whole: Path, tmp_path: Path):
    campaign(tmp_path)
    (tmp_path / "events" / "part-00003.parquet").write_bytes(b"PAR1")
    campaign(tmp_path)
    assert bytes_of(tmp_path) == bytes_of(whole)


def test_a_scenario_that_does_not_compile_leaves_no_folder(tmp_path: Path):
    def refuse(_: object) -> None:
        raise OpenDomeError("out of reach")

    with pytest.raises(OpenDomeError, match="out of reach"):
        run_campaign(Engine(refuse, simulate), Request(scenario(), 3), tmp_path / "out", 1, None)
    assert not (tmp_path / "out").exists()


def test_one_run_is_run_0_of_the_campaign(whole: Path):
    result = run_once(Engine(lambda _: {}, simulate), Request(scenario(), 1))
    in_campaign = take_run_of(whole, 0)
    assert all(result.table(name).equals(in_campaign[name]) for name in TABLES)
    assert result.table("trajectories").num_rows == 2
    assert result.manifest["runs"] == 1


def take_run_of(folder: Path, run: int) -> dict[str, Any]:
    found = open_campaign(folder)
    return take_run(Record({name: found.table(name) for name in TABLES}), run).tables


def test_a_saved_run_grows_into_a_campaign(whole: Path, tmp_path: Path):
    run_once(Engine(lambda _: {}, simulate), Request(scenario(), 1)).save(tmp_path)
    campaign(tmp_path)
    assert open_campaign(tmp_path).table("runs").equals(open_campaign(whole).table("runs"))


def test_without_out_the_folder_goes_with_the_campaign(monkeypatch):
    monkeypatch.setattr(runner, "simulation_engine", lambda: Engine(lambda _: {}, simulate))
    found = run_many(scenario(), 3)
    folder = found.folder
    assert found.runs == 3
    assert folder.is_dir()
    del found
    gc.collect()
    assert not folder.exists()


def test_a_temporary_folder_is_removed_when_the_runs_fail(monkeypatch, tmp_path: Path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(
        runner, "simulation_engine", lambda: Engine(lambda _: {"fail_at": 0}, simulate)
    )
    with pytest.raises(ZeroDivisionError):
        run_many(scenario(), 3)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"runs": 0}, "runs is 0"),
        ({"runs": 3, "seed": -1}, "seed is -1"),
        ({"runs": 3, "seed": 2**63}, "seed is 9223372036854775808"),
        ({"runs": 3, "workers": 0}, "workers is 0"),
    ],
)
def test_wrong_numbers_are_refused(wrong, said, monkeypatch):
    monkeypatch.setattr(runner, "simulation_engine", lambda: Engine(lambda _: {}, simulate))
    with pytest.raises(ValueError, match=said):
        run_many(scenario(), **wrong)


def test_time_spent_is_noted_outside_the_promise(whole: Path):
    assert open_campaign(whole).manifest["timing"]["wall_s"] > 0


def test_the_batches_of_the_fixture_are_several(whole: Path):
    assert len(store.batches(layout.read_manifest(whole))) == 8
