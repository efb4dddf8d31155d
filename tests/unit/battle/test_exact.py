"""The exact policy: packages, when the solver runs, what happens when it gives up."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys

import numpy as np
import pytest

from opendome.battle import exact
from opendome.battle.assign import counts_by_kind, greedy, has_one_kind, objective, worth
from opendome.battle.static.solve import solve
from opendome.kernels.assignment import Problems
from opendome.kernels.packages import Instance


def mixed(n: int = 30, b: int = 6, n_kinds: int = 3, seed: int = 0, salvo: int = 2) -> Problems:
    """A contended raid: n threats, a few rounds of several kinds (Ahuja's law of p and value)."""
    rng = np.random.default_rng(seed)
    return Problems(
        offsets=np.array([0, n]),
        wanted=np.full((n, n_kinds), salvo),
        value=rng.uniform(25.0, 100.0, n),
        p_kill=rng.uniform(0.6, 0.9, (n, n_kinds)),
        t_last=rng.uniform(0.0, 99.0, n),
        reach=rng.integers(0, 3, (n, b)),
        depth=np.ones((n, b), dtype=np.int64),
        alone=np.ones((1, b), dtype=np.int64),
        rounds=rng.integers(3, 9, (1, b)),
        channels=rng.integers(2, 6, (1, b)),
        kind=np.arange(b) % n_kinds,
        unit=np.arange(b),
        cost=np.full(n_kinds, 1e-6),
        periods=np.zeros((n, b, 4), dtype=np.int64),
        capacity=np.full(b, 6),
    )


@pytest.mark.parametrize(("n_kinds", "n_rounds"), [(1, 4), (2, 3), (3, 2), (2, 0)])
def test_packages_are_all_ways_once(n_kinds: int, n_rounds: int):
    ways = exact.packages(n_kinds, n_rounds)
    wanted = {
        way
        for way in itertools.product(range(n_rounds + 1), repeat=n_kinds)
        if sum(way) <= n_rounds
    }
    assert {tuple(int(k) for k in way) for way in ways} == wanted
    assert len(ways) == len(wanted) == math.comb(n_kinds + n_rounds, n_kinds)
    assert ways[0].sum() == 0


def test_worth_by_hand():
    problem = mixed(n=1, n_kinds=2)._replace(
        value=np.array([10.0]), p_kill=np.array([[0.5, 0.8]]), cost=np.array([0.1, 0.2])
    )
    saved = worth(problem, np.array([[2, 1]]))
    assert saved == pytest.approx(10.0 * (1 - 0.25 * 0.2) - 0.4)


@pytest.mark.parametrize("seed", range(5))
def test_a_contended_raid_is_proven_and_better_than_greedy(seed: int):
    problem = mixed(seed=seed)
    best = exact.optimal(problem)
    assert best.is_proven.all()
    assert objective(problem, best.given)[0] >= objective(problem, greedy(problem).given)[0]


def test_it_beats_greedy_somewhere():
    gains = [
        objective(p, exact.optimal(p).given)[0] - objective(p, greedy(p).given)[0]
        for p in (mixed(seed=seed) for seed in range(5))
    ]
    assert max(gains) > 1.0


def never(*_: object) -> None:
    raise AssertionError("the solver ran")


def test_no_solver_where_nothing_is_scarce(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(exact, "_milp", never)
    plenty = mixed()._replace(rounds=np.full((1, 6), 99), channels=np.full((1, 6), 99))
    assert exact.optimal(plenty).is_proven.all()


def test_no_solver_for_rounds_of_one_kind(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(exact, "_milp", never)
    alike = mixed(n_kinds=1)
    assert has_one_kind(alike).all()
    assert exact.optimal(alike).is_proven.all()


def test_too_many_packages_fall_back_to_greedy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(exact, "MAX_PACKAGES", 3)
    problem = mixed()
    given, is_proven, _ = exact.optimal(problem)
    assert np.array_equal(given, greedy(problem).given)
    assert not is_proven.any()


@pytest.mark.parametrize("answer", [(None, False), (np.zeros(30, dtype=np.int64), False)])
def test_a_solver_that_fails_or_ends_early_is_not_worse_than_greedy(
    monkeypatch: pytest.MonkeyPatch, answer: tuple[object, bool]
):
    monkeypatch.setattr(exact, "_milp", lambda *_: answer)
    problem = mixed()
    given, is_proven, _ = exact.optimal(problem)
    assert np.array_equal(given, greedy(problem).given)
    assert not is_proven.any()


def test_the_start_is_the_greedy_assignment():
    problem = mixed()
    ways = exact.packages(3, 2)
    gains = exact._gains(problem, ways)
    lp, threat, package = exact._program(problem, ways, gains)
    greedy_given = greedy(problem).given
    start = exact._start(problem, ways, greedy_given, (threat, package))
    value = np.asarray(lp.col_cost_) @ start
    assert value == pytest.approx(objective(problem, greedy_given)[0])
    assert counts_by_kind(problem, greedy_given).sum() > 0


def test_the_solver_prints_nothing():
    program = (
        "from tests.unit.battle.test_exact import mixed, exact; print(exact.optimal(mixed())[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout == "[ True]\n"


@pytest.mark.parametrize("seed", range(6))
def test_where_rounds_are_all_that_binds_it_is_the_certified_static_plan(seed: int):
    """Everything in reach now, channels for all, salvos as long as wanted, rounds for nothing."""
    problem = mixed(n=8, b=3, seed=seed, salvo=9)
    problem = problem._replace(
        reach=np.ones_like(problem.reach),
        rounds=np.random.default_rng(seed).integers(2, 4, (1, 3)),
        channels=np.full((1, 3), 99),
        cost=np.zeros(3),
    )
    static = solve(Instance(problem.value, 1.0 - problem.p_kill, problem.rounds[0]))
    answer = exact.optimal(problem)
    assert static.is_proven
    assert answer.is_proven.all()
    loss = problem.value.sum() - objective(problem, answer.given)[0]
    assert loss == pytest.approx(static.objective, rel=1e-7)
