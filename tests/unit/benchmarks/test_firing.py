"""Drawn firing problems and the policies that are judged in them."""

import numpy as np
import pytest

from benchmarks.dwta.problems import (
    CASES,
    LAST_LAUNCH,
    SLOTS,
    WAIT,
    Case,
    Orders,
    draw,
    fight,
)
from benchmarks.firing_policies import Replanned, Salvo, bound, fireable, worth_at
from opendome.battle.sequencing import Effort

SMALL = Case(threats=40, batteries=4, rounds=9, channels=3)


def luck(problem, seed):
    uniform = np.random.default_rng(10_000 + seed).random((80, len(problem.value)))
    return lambda k: uniform[k]


def test_problems_follow_their_law():
    schedule = draw(CASES["scarce"], 5)
    assert schedule.p_kill.shape == (200, 8)
    assert np.all((schedule.value >= 25.0) & (schedule.value <= 100.0))
    is_covered = schedule.p_kill > 0
    assert abs(is_covered.mean() - 0.5) < 0.05
    assert schedule.p_kill[is_covered].min() >= 0.6
    assert schedule.p_kill.max() <= 0.9
    assert schedule.last.max() == LAST_LAUNCH
    length = schedule.last - schedule.first + 1
    assert length.max() == 15
    assert length[schedule.first < LAST_LAUNCH - 15].min() == 6
    assert set(np.unique(schedule.flight)) == {2, 3, 4, 5, 6, 7}
    assert np.all(schedule.known == schedule.flight + 1)
    assert np.all(schedule.rounds == 24)
    assert schedule.channels.shape == (8, SLOTS)
    assert np.array_equal(draw(CASES["scarce"], 5).value, schedule.value)


def test_limits_are_hard():
    problem = draw(SMALL, 1)

    def greedy_without_sense(problem, standing):
        n = len(problem.value)
        return Orders(np.zeros(n, np.int64), np.full(n, 2))

    result = fight(problem, greedy_without_sense, luck(problem, 0))
    assert result.refused > 100
    assert result.rounds <= SMALL.rounds


def test_channels_are_held_while_rounds_fly():
    problem = draw(SMALL, 1)
    free = []

    def watched(problem, standing):
        free.append(standing.channels[:, standing.slot].min())
        return Salvo(1)(problem, standing)

    result = fight(problem, watched, luck(problem, 0))
    assert result.refused == 0
    assert min(free) == 0  # they were short, and nobody was below zero
    assert min(free) >= 0


def test_nobody_learns_a_result_early():
    problem = draw(SMALL, 2)
    seen = []

    def watched(problem, standing):
        orders = Salvo(1)(problem, standing)
        for j in np.flatnonzero(orders.battery != WAIT):
            known = standing.slot + problem.known[j, orders.battery[j]]
            seen.append((j, standing.slot, known))
        for j, fired, known in seen:
            if fired < standing.slot < known:
                assert standing.is_open[j]
                assert 0.0 < standing.chance[j] < 1.0
                assert standing.ready[j] == known
        return orders

    fight(problem, watched, luck(problem, 0))
    assert len(seen) > 20


def test_a_salvo_takes_the_largest_gain_first():
    problem = draw(SMALL, 3)
    caught = []

    def watched(problem, standing):
        orders = Salvo(1)(problem, standing)
        gain = fireable(problem, standing) * problem.value[:, None]
        best = gain.max(axis=1)
        chosen = orders.battery != WAIT
        if chosen.any() and best.argmax() in np.flatnonzero(chosen):
            caught.append(True)
        elif chosen.any():
            caught.append(False)
        return orders

    fight(problem, watched, luck(problem, 0))
    assert np.mean(caught) > 0.8  # else the best one's battery had no channel free


def mean_leak(problem, make, runs):
    results = [fight(problem, make(), luck(problem, s)) for s in range(runs)]
    assert all(r.refused == 0 for r in results)
    return np.array([r.leak for r in results])


def test_planning_again_beats_simple_rules_under_the_same_luck():
    problem = draw(SMALL, 0)
    least = bound(problem, Effort(sweeps=80)).bound
    again = mean_leak(problem, Replanned, 20)
    myopic = mean_leak(problem, lambda: Salvo(1), 20)
    double = mean_leak(problem, lambda: Salvo(2), 20)
    gap = myopic - again
    assert gap.mean() > 3.0 * gap.std(ddof=1) / np.sqrt(20)
    assert double.mean() > myopic.mean()
    assert again.mean() > least - 3.0 * again.std(ddof=1) / np.sqrt(20)


@pytest.mark.parametrize("make", [Replanned, lambda: Salvo(1)])
def test_without_luck_leaks_have_the_same_mean_and_vary_less(make):
    problem = draw(SMALL, 0)
    worth = worth_at(problem, bound(problem, Effort(sweeps=80)))
    raids = [fight(problem, make(), luck(problem, s), worth) for s in range(40)]
    leak, by_luck = np.array([r.leak for r in raids]), np.array([r.luck for r in raids])
    assert abs(by_luck.mean()) < 3.0 * by_luck.std(ddof=1) / np.sqrt(40)
    assert (leak - by_luck).std() < 0.6 * leak.std()


def test_drawn_results_of_what_is_in_flight_repeat_and_keep_the_limits():
    problem = draw(SMALL, 0)
    one = fight(problem, Replanned(samples=3, seed=4), luck(problem, 1))
    two = fight(problem, Replanned(samples=3, seed=4), luck(problem, 1))
    assert one == two
    assert one.refused == 0


def test_with_one_threat_and_one_round_all_policies_are_the_same():
    problem = draw(Case(1, 1, 1, 1), 12)
    assert problem.p_kill[0, 0] > 0
    for make in (lambda: Salvo(1), Replanned):
        assert fight(problem, make(), luck(problem, 0)).rounds == 1


@pytest.mark.parametrize("make", [Replanned, lambda: Replanned(is_fixed=True)])
def test_nothing_is_fired_where_nothing_is_covered(make):
    problem = draw(SMALL, 0)
    bare = problem._replace(p_kill=0.0 * problem.p_kill)
    result = fight(bare, make(), luck(bare, 0))
    assert result.rounds == 0
    assert result.leak == pytest.approx(problem.value.sum())
