from __future__ import annotations

import os
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from opendome.campaign import local
from opendome.errors import OpenDomeError, ScenarioError

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


def double(x: int) -> tuple[int, int]:
    return 2 * x, os.getpid()


def refuse(x: int) -> int:
    raise ScenarioError(f"item {x} is refused")


class Unsendable(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__("two words")


def refuse_oddly(x: int) -> int:
    raise Unsendable(x, threading.get_ident())


def die(marks: Path, times: int, x: int) -> int:
    """End the process the first few times that item 3 comes."""
    if x == 3:
        n = len(list(marks.iterdir()))
        if n < times:
            (marks / str(n)).touch()
            os._exit(9)
    return x


def threads(_: int) -> str:
    return ",".join(os.environ[name] for name in local.ONE_THREAD)


class Unloadable:
    def __reduce__(self):
        return (refuse, (1,))

    def __call__(self, x: int) -> int:
        return x


def run_all(task, items, n_workers=2):
    pool = local.start(task, n_workers)
    try:
        return list(local.map_unordered(pool, items))
    finally:
        local.stop(pool)


def test_all_items_come_back_from_several_processes_each_once():
    found = run_all(double, range(20))
    assert sorted(value for value, _ in found) == list(range(0, 40, 2))
    processes = {process for _, process in found}
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_a_pool_may_be_larger_than_the_work_and_the_work_empty():
    assert [value for value, _ in run_all(double, [4], n_workers=3)] == [8]
    assert run_all(double, [], n_workers=1) == []


def test_each_worker_has_one_thread():
    assert set(run_all(threads, [0])) == {"1,1,1,1"}


def test_an_error_of_the_task_is_raised_as_it_was_with_its_place():
    with pytest.raises(ScenarioError, match="item 0 is refused") as problem:
        run_all(refuse, [0], n_workers=1)
    assert "test_local.py" in problem.value.__notes__[0]


def test_an_error_that_does_not_travel_is_raised_in_words():
    with pytest.raises(RuntimeError, match="Unsendable: two words"):
        run_all(refuse_oddly, [0], n_workers=1)


def test_a_task_that_does_not_load_is_an_error_not_a_hang():
    with pytest.raises(ScenarioError, match="item 1 is refused"):
        run_all(Unloadable(), [0], n_workers=1)


def test_a_killed_worker_costs_nothing_but_its_item_which_is_done_again(tmp_path: Path):
    assert sorted(run_all(partial(die, tmp_path, 2), range(8))) == list(range(8))
    assert len(list(tmp_path.iterdir())) == 2


def test_an_item_that_kills_every_worker_is_given_up_in_a_sentence(tmp_path: Path):
    with pytest.raises(OpenDomeError, match="exit code 9 3 times") as problem:
        run_all(partial(die, tmp_path, 99), range(8))
    assert "--workers 1" in str(problem.value)


def test_workers_end_when_stopped():
    pool = local.start(double, 2)
    processes = [w.process for w in pool.running]
    local.stop(pool)
    assert not any(p.is_alive() for p in processes)


def test_a_script_without_a_main_guard_may_use_workers(tmp_path: Path):
    script = tmp_path / "script.py"
    script.write_text(
        "from opendome.campaign import local\n"
        "from tests.unit.campaign.test_local import run_all, double\n"
        "print('started')\n"
        "print(sorted(v for v, _ in run_all(double, range(4))))\n"
    )
    ended = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=ENVIRONMENT,
    )
    assert ended.stdout == "started\n[0, 2, 4, 6]\n"
    assert ended.stderr == ""
