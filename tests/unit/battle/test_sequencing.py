"""Prices and the bound, against the best policy found by looking at every state."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.dwta.exact import optimum
from benchmarks.dwta.problems import FiringProblem
from opendome.battle.sequencing import Effort, Means, carried, dual_bound, free_prices, gains, solve
from opendome.kernels.sequences import SURE, Prices, Schedule, values

SLOTS = 8


def a_problem(seed, n=2, b=2, rounds=1, channels=1):
    rng = np.random.default_rng(seed)
    first, flight = rng.integers(0, 3, (n, b)), rng.integers(1, 3, (n, b))
    schedule = Schedule(
        rng.uniform(1.0, 9.0, n),
        np.ones(n),
        np.zeros(n, np.int64),
        np.where(rng.random((n, b)) < 0.8, rng.uniform(0.3, 0.9, (n, b)), 0.0),
        first,
        np.minimum(first + rng.integers(0, 3, (n, b)), 4),
        flight,
        flight + 1,
    )
    return schedule, Means(np.full(b, rounds), np.full((b, SLOTS), channels))


def best_policy(schedule, means):
    """Least expected loss of any policy that fires single rounds within all limits."""
    problem = FiringProblem(schedule.value, *schedule[3:8], means.rounds, means.channels)
    return optimum(problem, word=schedule.word.tolist() or None)


@pytest.mark.parametrize("seed", range(25))
def test_no_policy_beats_the_bound(seed):
    schedule, means = a_problem(seed)
    plan = solve(schedule, means, effort=Effort(sweeps=60, gap=1e-9, slack=1e-9, salvo=1))
    best = best_policy(schedule, means)
    assert plan.bound <= best + 1e-9
    assert plan.leak == pytest.approx(plan.bound, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_with_plenty_of_everything_the_bound_is_the_best_policy(seed):
    schedule, means = a_problem(seed, rounds=9, channels=9)
    plan = solve(schedule, means, effort=Effort(sweeps=60, gap=1e-9, slack=1e-9, salvo=1))
    assert plan.bound == pytest.approx(best_policy(schedule, means), rel=1e-6)
    assert plan.prices.round.max() < 1e-6


@pytest.mark.parametrize("seed", range(20))
def test_no_policy_that_launches_as_slots_begin_beats_the_bound_of_uneven_slots(seed):
    """Slots of 1, 1, 2 and 3 periods, and one after the last chance."""
    schedule, means = a_problem(seed, n=3)
    starts = np.array([0, 1, 2, 4, 7, 8])
    first = np.searchsorted(starts, schedule.first)
    last = np.searchsorted(starts, schedule.last, side="right") - 1
    p_kill = np.where(first <= last, schedule.p_kill, 0.0)
    uneven = schedule._replace(first=first, last=last, p_kill=p_kill, starts=starts)
    effort = Effort(sweeps=60, gap=1e-9, slack=1e-9, salvo=1)
    plan = solve(uneven, Means(means.rounds, means.channels[:, :4]), effort=effort)
    even = FiringProblem(schedule.value, *schedule[3:8], means.rounds, means.channels)
    best = optimum(even, launches={0, 1, 2, 4})
    assert plan.bound <= best + 1e-9
    assert plan.leak == pytest.approx(plan.bound, rel=1e-6, abs=1e-6)
    plenty = Means(means.rounds + 9, means.channels[:, :4] + 9)
    most = even._replace(rounds=means.rounds + 9, channels=means.channels + 9)
    free = solve(uneven, plenty, effort=effort)
    assert free.bound == pytest.approx(optimum(most, launches={0, 1, 2, 4}), rel=1e-6)


def with_errors(schedule, seed, most=0.4):
    """A schedule whose words may be wrong, either way."""
    rng = np.random.default_rng([seed, 1])
    return schedule._replace(word=rng.uniform(0.02, most, (schedule.p_kill.shape[1], 2)))


@pytest.mark.parametrize("seed", range(25))
def test_no_policy_that_believes_its_words_beats_the_bound_of_fallible_looks(seed):
    schedule, means = a_problem(seed)
    schedule = with_errors(schedule, seed)
    plan = solve(schedule, means, effort=Effort(sweeps=60, gap=1e-9, slack=1e-9, salvo=1))
    best = best_policy(schedule, means)
    assert plan.bound <= best + 1e-9
    assert plan.leak == pytest.approx(plan.bound, rel=1e-6, abs=1e-6)
    sure = best_policy(schedule._replace(word=SURE), means)
    assert best >= sure - 1e-12  # a wrong look helps nobody


@pytest.mark.parametrize("seed", range(10))
def test_with_plenty_of_everything_the_bound_of_fallible_looks_is_the_best_policy(seed):
    schedule, means = a_problem(seed, rounds=9, channels=9)
    schedule = with_errors(schedule, seed)
    plan = solve(schedule, means, effort=Effort(sweeps=60, gap=1e-9, slack=1e-9, salvo=1))
    assert plan.bound == pytest.approx(best_policy(schedule, means), rel=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_without_errors_a_plan_is_that_of_sure_looks(seed):
    schedule, means = a_problem(seed, n=6, b=3, rounds=2)
    effort = Effort(sweeps=60, gap=1e-9, slack=1e-9)
    sure, never = (
        solve(one, means, effort=effort)
        for one in (schedule, schedule._replace(word=np.zeros((3, 2))))
    )
    assert never.bound == pytest.approx(sure.bound, rel=1e-8)
    assert never.leak == pytest.approx(sure.leak, rel=1e-8)


@pytest.mark.parametrize("seed", range(6))
def test_the_more_looks_are_wrong_the_more_leaks_and_the_fewer_looks_are_asked_for(seed):
    schedule, means = a_problem(seed, n=20, b=3, rounds=12, channels=6)
    leaks = []
    for error in (0.0, 0.05, 0.1, 0.2, 0.4):
        doubted = schedule._replace(word=np.full((3, 2), error))
        leaks.append(solve(doubted, means, effort=Effort(sweeps=60, gap=1e-7, slack=1e-7)).bound)
    assert leaks == sorted(leaks)
    assert leaks[-1] > leaks[0]


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.floats(0.0, 20.0))
def test_any_price_proves_a_bound_not_above_the_best(seed, scale):
    schedule, means = a_problem(seed % 50, n=6, b=3, rounds=2)
    rng = np.random.default_rng(seed)
    prices = Prices(rng.random(3) * scale, rng.random((3, SLOTS)) * scale * 0.3)
    worth, _, _ = values(schedule, prices, 2, 20)
    plan = solve(schedule, means, effort=Effort(sweeps=60))
    assert dual_bound(schedule, means, prices, worth, 0) <= plan.leak + 1e-9


def test_scarcer_rounds_are_dearer_and_leak_more():
    schedule, _ = a_problem(4, n=30, b=3)
    leaks, prices = [], []
    for rounds in (1, 4, 16, 64):
        plan = solve(schedule, Means(np.full(3, rounds), np.full((3, SLOTS), 99)))
        leaks.append(plan.leak)
        prices.append(plan.prices.round.sum())
    assert leaks == sorted(leaks, reverse=True)
    assert leaks[0] > 1.5 * leaks[-1]
    assert prices[0] > prices[-1]
    assert prices[-1] < 1e-9


def test_a_plan_goes_on_where_the_last_one_ended():
    schedule, means = a_problem(7, n=40, b=3, rounds=6, channels=3)
    effort = Effort(sweeps=60, gap=1e-7, slack=1e-7)
    first = solve(schedule, means, effort=effort)
    again = solve(schedule, means, 0, carried(schedule, first, np.arange(40)), effort)
    assert again.bound == pytest.approx(first.bound, rel=1e-5)
    assert again.sweeps < first.sweeps
    assert again.pivots < first.pivots / 10


def test_a_plan_goes_on_when_threats_are_gone_and_rounds_were_fired():
    schedule, means = a_problem(7, n=40, b=3, rounds=6, channels=3)
    effort = Effort(sweeps=60, gap=1e-7, slack=1e-7)
    first = solve(schedule, means, effort=effort)
    left = np.arange(0, 40, 2)
    place = np.full(40, -1)
    place[left] = np.arange(len(left))
    rest = Schedule(*[column[left] for column in schedule[:8]])._replace(ready=np.full(20, 2))
    fewer = Means(np.maximum(means.rounds - 2, 0), means.channels)
    cold = solve(rest, fewer, 2, None, effort)
    warm = solve(rest, fewer, 2, carried(rest, first, place), effort)
    assert warm.leak == pytest.approx(cold.leak, rel=1e-5)
    assert warm.bound == pytest.approx(cold.bound, rel=1e-5)


def test_gains_at_no_price_are_the_value_that_is_saved():
    schedule, means = a_problem(1, n=5, b=2, rounds=9, channels=9)
    schedule = schedule._replace(first=np.zeros((5, 2), np.int64), last=np.zeros((5, 2), np.int64))
    plan = solve(schedule, means)._replace(prices=free_prices(means))
    gain = gains(schedule, plan, 0, 2)
    saved = schedule.value[:, None] * schedule.p_kill
    assert np.allclose(np.where(schedule.p_kill > 0, gain[:, :, 0], 0.0), saved)
    assert np.all(gain[schedule.p_kill == 0] == -np.inf)
