"""Laws of the assignment policies, on random problems small enough for brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from numpy.typing import NDArray

from opendome.battle import POLICIES
from opendome.battle.assign import counts_by_kind, objective
from opendome.battle.exact import select
from opendome.kernels.assignment import NOW, Problems
from tests.laws.examples import examples

Ints = NDArray[np.int64]

seeds = st.integers(0, 2**32 - 1)
FEW = examples(40)


def random_problems(seed: int, n_kinds: int = 2, n_problems: int = 3, salvo: int = 2) -> Problems:
    """Up to three threats, three batteries, three rounds each, in every mix of reach."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(0, 4, n_problems)
    n, b = int(sizes.sum()), 3
    reach = rng.integers(0, 3, (n, b))
    periods = rng.integers(0, 4, (n, b, 4)) + np.array([0, 2, 1, 4])
    periods[:, :, 0] = np.where(reach == NOW, 0, periods[:, :, 0])
    return Problems(
        offsets=np.concatenate([[0], np.cumsum(sizes)]),
        wanted=rng.integers(0, salvo + 1, (n, n_kinds)),
        value=rng.uniform(0.0, 10.0, n),
        p_kill=np.broadcast_to(rng.uniform(0.2, 0.95, n_kinds), (n, n_kinds)).copy(),
        t_last=rng.uniform(0.0, 100.0, n),
        reach=reach,
        depth=rng.integers(1, 3, (n, b)),
        alone=rng.integers(1, 5, (n_problems, b)),
        rounds=rng.integers(0, 4, (n_problems, b)),
        channels=rng.integers(0, 3, (n_problems, b)),
        kind=rng.integers(0, n_kinds, b),
        unit=np.arange(b),
        cost=np.full(n_kinds, 1e-6),
        periods=periods,
        capacity=np.full(b, 3),
    )


def assignments(problem: Problems) -> list[Ints]:
    """Every assignment of one problem that keeps all limits, by brute force."""
    n, b = problem.reach.shape
    rows = []
    for i in range(n):
        own = problem.wanted[i, problem.kind]
        most = np.where(problem.reach[i] > 0, own, 0)
        ways = itertools.product(*(range(m + 1) for m in most))
        rows.append([way for way in ways if sum(way) <= own[np.array(way) > 0].min(initial=99)])
    found = []
    for choice in itertools.product(*rows):
        given = np.array(choice, dtype=np.int64).reshape(n, b)
        if keeps_limits(problem, given):
            found.append(given)
    return found


def keeps_limits(problems: Problems, given: Ints) -> bool:
    """Whether rounds, channels, reach and salvo hold in every problem."""
    most = np.where(given > 0, problems.wanted[:, problems.kind], 99).min(axis=1, initial=99)
    ok = bool((given >= 0).all() and (given.sum(axis=1) <= most).all())
    ok &= not given[problems.reach == 0].any()
    for g in range(len(problems.offsets) - 1):
        rows = slice(problems.offsets[g], problems.offsets[g + 1])
        now = np.where(problems.reach[rows] == NOW, given[rows], 0)
        ok &= bool((given[rows].sum(axis=0) <= problems.rounds[g]).all())
        taken = now.sum(axis=0) @ (problems.unit[:, None] == problems.unit)
        ok &= bool((taken <= problems.channels[g]).all())
    return ok


@FEW
@for_any(seeds)
def test_optimal_is_brute_force_and_no_policy_beats_it(seed: int):
    problem = random_problems(seed, n_problems=1)
    best = max(objective(problem, given)[0] for given in assignments(problem))
    optimal = POLICIES["optimal"](problem)
    assert optimal.is_proven.all()
    assert objective(problem, optimal.given)[0] == pytest.approx(best, abs=1e-8)


@FEW
@for_any(seeds)
def test_optimal_is_not_below_greedy_is_not_below_nothing(seed: int):
    problems = random_problems(seed, n_problems=6, salvo=4)
    optimal = objective(problems, POLICIES["optimal"](problems).given)
    greedy = objective(problems, POLICIES["greedy"](problems).given)
    assert (optimal >= greedy - 1e-9).all()
    assert (greedy >= 0.0).all()


@FEW
@for_any(seeds)
def test_marginal_return_is_exact_for_identical_rounds(seed: int):
    problem = random_problems(seed, n_kinds=1, n_problems=1)
    best = max(objective(problem, given)[0] for given in assignments(problem))
    greedy = POLICIES["greedy"](problem)
    assert greedy.is_proven.all()
    assert objective(problem, greedy.given)[0] == pytest.approx(best, abs=1e-12)


@FEW
@for_any(seeds)
def test_fixed_salvo_serves_in_the_order_of_last_chances(seed: int):
    problem = random_problems(seed, n_kinds=1, n_problems=1)
    order = np.argsort(problem.t_last)
    best = max(tuple(given.sum(axis=1)[order]) for given in assignments(problem))
    given = POLICIES["fixed_salvo"](problem).given
    assert tuple(given.sum(axis=1)[order]) == best


@pytest.mark.parametrize("policy", list(POLICIES))
@FEW
@for_any(seeds)
def test_limits_are_kept(policy: str, seed: int):
    problems = random_problems(seed, n_problems=8, salvo=4)
    assert keeps_limits(problems, POLICIES[policy](problems).given)


def joined(problems: Problems) -> Problems:
    """The same, the first two batteries being of one fire unit: they share its channels."""
    channels = problems.channels.copy()
    channels[:, 1] = channels[:, 0]
    return problems._replace(unit=np.array([0, 0, 2]), channels=channels)


@pytest.mark.parametrize("policy", list(POLICIES))
@FEW
@for_any(seeds)
def test_channels_of_a_fire_unit_are_not_given_twice(policy: str, seed: int):
    problems = joined(random_problems(seed, n_problems=8, salvo=4))
    assert keeps_limits(problems, POLICIES[policy](problems).given)


@FEW
@for_any(seeds)
def test_what_is_proven_for_fire_units_is_brute_force(seed: int):
    problem = joined(random_problems(seed, n_problems=1))
    best = max(objective(problem, given)[0] for given in assignments(problem))
    optimal = POLICIES["optimal"](problem)
    if optimal.is_proven[0]:
        assert objective(problem, optimal.given)[0] == pytest.approx(best, abs=1e-8)


@pytest.mark.parametrize("policy", list(POLICIES))
@FEW
@for_any(seeds)
def test_the_order_of_threats_does_not_matter(policy: str, seed: int):
    problem = random_problems(seed, n_problems=1)
    n = len(problem.value)
    order = np.random.default_rng(seed).permutation(n)
    per_threat = ("wanted", "value", "p_kill", "t_last", "reach", "depth", "periods")
    shuffled = problem._replace(**{name: getattr(problem, name)[order] for name in per_threat})
    one = counts_by_kind(problem, POLICIES[policy](problem).given)
    other = counts_by_kind(problem, POLICIES[policy](shuffled).given)
    assert np.array_equal(one[order], other)


@pytest.mark.parametrize("policy", list(POLICIES))
@FEW
@for_any(seeds)
def test_a_problem_is_solved_the_same_alone_and_in_a_batch(policy: str, seed: int):
    problems = random_problems(seed, n_problems=5)
    together = POLICIES[policy](problems)
    for g in range(5):
        alone = POLICIES[policy](select(problems, g))
        rows = slice(problems.offsets[g], problems.offsets[g + 1])
        assert np.array_equal(together.given[rows], alone.given)
        assert together.is_proven[g] == alone.is_proven[0]
