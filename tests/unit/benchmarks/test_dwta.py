"""The public benchmark of dynamic assignment: frozen files, proven bounds, a checker by itself."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.bounds import FOLDER, bound_document
from benchmarks.dwta import check, exact
from benchmarks.dwta.generate import write
from benchmarks.dwta.problems import FORMAT, FiringProblem, from_document, read
from benchmarks.firing_policies import whole
from opendome.kernels.sequences import Prices, values

NAMES = sorted(path.stem for path in (FOLDER / "instances").glob("*.json"))
SALVO_AT_ONE = """
def make():
    def decide(problem, standing):
        t, left = standing.slot, standing.rounds.copy()
        free, orders = standing.channels[:, standing.slot].copy(), []
        for j in range(len(problem.value)):
            if not standing.is_open[j] or standing.ready[j] > t:
                continue
            for b in range(len(left)):
                is_in = problem.first[j, b] <= t <= problem.last[j, b] and problem.p_kill[j, b] > 0
                if is_in and left[b] > 0 and free[b] > 0:
                    left[b], free[b] = left[b] - 1, free[b] - 1
                    orders.append((j, b, 1))
                    break
        return orders
    return decide
"""


def the(name: str) -> tuple[FiringProblem, dict]:
    text = (FOLDER / "bounds" / f"{name}.json").read_text(encoding="utf-8")
    return read(FOLDER / "instances" / f"{name}.json"), json.loads(text)


def test_the_generator_reproduces_the_frozen_files_byte_for_byte(tmp_path: Path) -> None:
    write(tmp_path)
    assert sorted(path.stem for path in tmp_path.iterdir()) == NAMES
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (FOLDER / "instances" / path.name).read_bytes(), path.name


@pytest.mark.parametrize("name", NAMES)
def test_every_bound_is_proven_by_its_prices(name: str) -> None:
    problem, document = the(name)
    prices = check.prices_of(document, problem)
    proven = check.bound(problem, prices, document["salvo"])
    assert proven == pytest.approx(document["bound"], rel=1e-9, abs=1e-9)
    table = check.worth(problem, prices, document["salvo"])
    ours, _, _ = values(whole(problem), Prices(*prices), document["salvo"], table.shape[1])
    assert np.allclose(table, ours, rtol=1e-12)


def test_bounds_are_found_again() -> None:
    for name in ("scarce_0", "tiny_1"):
        problem, document = the(name)
        assert bound_document(name, problem)["bound"] == pytest.approx(document["bound"], rel=1e-6)


@pytest.mark.parametrize("name", ["tiny_0", "tiny_1"])
def test_no_bound_is_above_the_optimum_found_by_looking_at_every_state(name: str) -> None:
    problem, document = the(name)
    assert exact.optimum(problem) == pytest.approx(document["optimum"], rel=1e-12)


def test_bounds_of_tiny_instances_lie_below_their_optima() -> None:
    for name in (name for name in NAMES if name.startswith("tiny")):
        _, document = the(name)
        assert 0.95 * document["optimum"] < document["bound"] <= document["optimum"] + 1e-9


def test_false_prices_prove_less_and_odd_ones_are_refused() -> None:
    problem, document = the("scarce_0")
    prices = check.prices_of(document, problem)
    for factor in (0.0, 0.5, 1.5):
        other = check.Prices(factor * prices.round, prices.channel)
        assert check.bound(problem, other) < document["bound"]
    with pytest.raises(ValueError, match="none of them negative"):
        check.prices_of({**document, "round_prices": [-1.0] * 8}, problem)
    with pytest.raises(ValueError, match="none of them negative"):
        check.prices_of({**document, "round_prices": [float("nan")] * 8}, problem)


def one_threat() -> FiringProblem:
    chances = [[0, 0.8, 0, 9, 2, 3], [1, 0.5, 4, 6, 1, 2]]
    return from_document({
        "format": FORMAT, "name": "one", "law": {}, "slots": 20,
        "batteries": [{"rounds": 2, "channels": 1}, {"rounds": 2, "channels": 2}],
        "threats": [{"value": 10.0, "chances": chances}],
    })  # fmt: skip


def test_a_plan_leaks_what_all_its_rounds_miss() -> None:
    problem = one_threat()
    assert check.plan_leak(problem, [[]]) == 10.0
    assert check.plan_leak(problem, [[[0, 0, 1], [4, 1, 2]]]) == pytest.approx(10 * 0.2 * 0.25)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ([[[0, 0, 1], [2, 0, 1]]], "too soon"),
        ([[[3, 1, 1]]], "outside the window"),
        ([[[0, 0, 2]]], "more rounds or channels"),
        ([[[4, 1, 3]]], "more rounds or channels"),
    ],
)
def test_a_plan_that_breaks_a_rule_is_refused(plan: list, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check.plan_leak(one_threat(), plan)


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="this program reads 'dwta-1'"):
        from_document({"format": "dwta-2"})


def test_it_works_without_the_rest_of_opendome(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "dwta")
    (tmp_path / "mine.py").write_text(SALVO_AT_ONE, encoding="utf-8")
    (tmp_path / "alone.py").write_text(
        "import runpy, sys\n"
        "sys.modules.update(opendome=None, benchmarks=None, numba=None, highspy=None)\n"
        "sys.argv = ['check', 'dwta/instances/scarce_0.json', '--policy', 'mine.py']\n"
        "sys.argv += ['--runs', '5']\n"
        "sys.path.insert(0, '.')\n"
        "runpy.run_module('dwta.check', run_name='__main__')\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "alone.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "bound 1423.78" in done.stdout
    assert "policy: loss without luck" in done.stdout
