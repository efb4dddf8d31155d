"""Plans at once: valid whenever they stop, with a bound that holds, better from a warm start."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.instances import rough
from opendome.battle.static.anytime import Answer, Effort, Start, assign_now
from opendome.battle.static.prices import bound_at
from opendome.battle.static.solve import solve
from opendome.kernels.exchange import Plan, allot_by_gain, new_plan
from opendome.kernels.packages import Instance, Packages, fitting
from tests.unit.battle.static_cases import least_loss, tiny


def keeps_its_word(instance: Instance, answer: Answer) -> None:
    """The plan uses what there is, lets through what is said, and the prices prove the bound."""
    used = np.bincount(answer.packages.kind, minlength=len(instance.rounds))
    assert np.all(used <= instance.rounds)
    loss = instance.value.copy()
    of = np.repeat(np.arange(len(loss)), np.diff(answer.packages.start))
    np.multiply.at(loss, of, instance.miss[of, answer.packages.kind])
    assert loss.sum() == pytest.approx(answer.objective, rel=1e-9)
    assert answer.bound <= answer.objective * (1 + 1e-9)
    assert bound_at(instance, answer.price)[0].bound == pytest.approx(answer.bound, rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_the_gap_is_small_and_true(seed: int):
    instance = rough(seed, 100)
    answer = assign_now(instance, Start(), Effort())
    keeps_its_word(instance, answer)
    best = solve(instance)
    assert best.is_proven
    assert answer.bound <= best.objective * (1 + 1e-9)
    assert best.objective <= answer.objective * (1 + 1e-9)
    assert answer.gap < 0.05


def test_brute_force_lies_between_bound_and_plan():
    for seed in range(200):
        instance = tiny(seed)
        answer = assign_now(instance, Start(), Effort())
        best = least_loss(instance)
        assert answer.bound <= best + 1e-9
        assert answer.objective >= best - 1e-9
        assert np.all(answer.bound <= answer.objective + 1e-9)


@pytest.mark.parametrize("rounds", [0, 1, 2, 8])
def test_more_work_is_never_worse(rounds: int):
    instance = rough(4, 200)
    less = assign_now(instance, Start(), Effort(gap=0.0, rounds=rounds))
    more = assign_now(instance, Start(), Effort(gap=0.0, rounds=rounds + 3))
    keeps_its_word(instance, less)
    assert more.objective <= less.objective
    assert more.bound >= less.bound


def test_from_the_last_plan_it_is_not_worse_and_takes_fewer_rounds():
    instance = rough(5, 200)
    first = assign_now(instance, Start(), Effort())
    again = assign_now(instance, first.next_start(), Effort(rounds=0))
    assert again.objective <= first.objective * (1 + 1e-9)
    assert again.bound >= first.bound - 1e-9 * first.objective
    cold = assign_now(instance, Start(), Effort(rounds=0))
    assert again.gap < cold.gap


def test_the_plan_that_is_given_is_not_touched():
    instance = rough(6, 100)
    plan = new_plan(instance)
    allot_by_gain(instance, plan)
    copy = Plan(plan.first.copy(), plan.holder.copy(), plan.loss.copy())
    assign_now(instance, Start(plan), Effort())
    assert np.array_equal(copy.holder, plan.holder)
    assert np.array_equal(copy.loss, plan.loss)


def test_a_late_clock_ends_it_at_once_with_a_valid_plan():
    instance = rough(4, 200)
    ticks = iter(np.arange(0.0, 100.0, 1.0))
    late = assign_now(instance, Start(), Effort(0.0, 50, lambda: next(ticks), seconds=0.5))
    keeps_its_word(instance, late)
    assert late.elapsed == 2.0  # begin, one look at the clock, end
    long = assign_now(instance, Start(), Effort(0.0, 50))
    assert long.elapsed == 0.0
    assert long.gap < late.gap


def test_the_same_answer_twice():
    one, two = (assign_now(rough(7, 150), Start(), Effort()) for _ in range(2))
    assert one.packages.kind.tobytes() == two.packages.kind.tobytes()
    assert (one.objective, one.bound) == (two.objective, two.bound)


def test_what_fits_is_taken_in_order():
    """Of six packages: the second of threat 0 comes too late, the one of threat 2 is too large."""
    packages = Packages(
        np.array([0, 0, 1, 2, 2, 3]),
        np.array([0, 2, 3, 4, 6, 7, 7]),
        np.array([0, 1, 0, 1, 0, 0, 0]),
        np.zeros(6),
    )
    rounds = np.array([2, 2])
    assert fitting(packages, np.arange(6), rounds).tolist() == [0, 2, 4, 5]
    assert fitting(packages, np.arange(6)[::-1], rounds).tolist() == [5, 4, 2, 1]
