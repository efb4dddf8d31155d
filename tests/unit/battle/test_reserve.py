"""What kept rounds are worth: closed forms, the best policy of two waves, brute force."""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np
import pytest
from scipy.stats import poisson

from opendome.battle import POLICIES
from opendome.battle.assign import objective
from opendome.battle.reserve import Expected, demand, expected_of, kept_worth
from opendome.kernels.assignment import NOW, Problems
from opendome.scenario.load import load

P = 0.7


def expected(threats: float = 4.0, most: int = 1, rounds: int = 12, end: float = 100.0) -> Expected:
    return Expected(threats, 5.0, 0.0, end, P, most, rounds)


def test_one_round_at_each_threat_is_littlewoods_rule():
    """Value and kill chance of a threat, times the chance that so many come (Littlewood 1972)."""
    kept = kept_worth([expected()], 0.0)[0]
    assert kept == pytest.approx(5.0 * P * poisson.sf(np.arange(12), 4.0), abs=1e-12)


@pytest.mark.parametrize("most", [1, 2, 4])
def test_demand_is_the_sum_over_numbers_of_threats(most: int):
    each = np.array([0.0, *(P * (1 - P) ** (k - 1) for k in range(1, most)), (1 - P) ** (most - 1)])
    total, of_n = np.zeros(31), np.eye(1, 31)[0]
    for n in range(60):
        total += poisson.pmf(n, 4.0) * of_n
        of_n = np.convolve(of_n, each)[:31]
    assert demand(4.0, P, most, 30) == pytest.approx(total, abs=1e-12)


@pytest.mark.parametrize("most", [1, 3])
def test_the_worth_of_a_round_is_what_the_best_policy_gains_by_it(most: int):
    """Fire, look, fire again at threats that come one by one: every state is looked at."""

    @cache
    def saved(rounds: int, threats: int, tries: int) -> float:
        if rounds == 0 or threats == 0:
            return 0.0
        give_up = saved(rounds, threats - 1, most)
        if tries == 0:
            return give_up
        kills = 5.0 + saved(rounds - 1, threats - 1, most)
        return max(give_up, P * kills + (1.0 - P) * saved(rounds - 1, threats, tries - 1))

    chance = poisson.pmf(np.arange(40), 4.0)
    worth = [sum(c * saved(i, n, most) for n, c in enumerate(chance)) for i in range(13)]
    assert kept_worth([expected(most=most)], 0.0)[0] == pytest.approx(np.diff(worth), abs=1e-9)


def test_what_is_expected_is_less_as_time_passes():
    early, half, late = (kept_worth([expected()], t) for t in (-5.0, 50.0, 100.0))
    assert early == pytest.approx(kept_worth([expected()], 0.0))
    assert half == pytest.approx(kept_worth([expected(threats=2.0)], 0.0))
    assert late.shape == (1, 0)
    assert kept_worth([None, expected()], 0.0).shape == (2, 12)
    assert not kept_worth([None, expected()], 0.0)[0].any()


def problem(n: int, rounds: int, kept: np.ndarray, value: float = 3.0, b: int = 1) -> Problems:
    """Threats that can be met now only, by single rounds; the first battery keeps rounds."""
    return Problems(
        offsets=np.array([0, n]),
        wanted=np.ones((n, b), dtype=np.int64),
        value=np.full(n, value),
        p_kill=np.tile(np.array([P, 0.6])[:b], (n, 1)),
        t_last=np.zeros(n),
        reach=np.full((n, b), NOW),
        depth=np.ones((n, b), dtype=np.int64),
        alone=np.ones((1, b), dtype=np.int64),
        rounds=np.full((1, b), rounds),
        channels=np.full((1, b), 99),
        kind=np.arange(b),
        unit=np.arange(b),
        cost=np.full(b, 1e-7),
        periods=np.tile(np.array([0, 0, 1, 2]), (n, b, 1)),
        capacity=np.full(b, 99),
        kept=kept,
    )


@pytest.mark.parametrize("policy", ["greedy", "optimal", "sequencing"])
@pytest.mark.parametrize("rounds", range(1, 12))
def test_of_two_waves_the_first_gets_what_the_best_policy_gives_it(policy: str, rounds: int):
    """One battery: six threats worth 3 now, then a Poisson number of threats worth 5."""
    later = poisson.pmf(np.arange(60), 4.0)
    saved = [
        3.0 * P * u + 5.0 * P * float(np.minimum(np.arange(60), rounds - u) @ later)
        for u in range(min(rounds, 6) + 1)
    ]
    kept = kept_worth([expected()], 0.0)
    given = POLICIES[policy](problem(6, rounds, kept)).given
    assert given.sum() == int(np.argmax(saved))


@pytest.mark.parametrize("policy", ["greedy", "optimal", "sequencing"])
def test_the_other_kind_fires_where_the_surer_is_kept(policy: str):
    kept = np.zeros((2, 4))
    raid = problem(2, 4, kept, b=2)
    assert POLICIES[policy](raid).given.tolist() == [[1, 0], [1, 0]]
    kept[0] = 3.0 * (P - 0.6) + 0.1
    assert POLICIES[policy](raid._replace(kept=kept)).given.tolist() == [[0, 1], [0, 1]]


def test_the_loss_of_a_plan_counts_what_its_rounds_were_kept_for():
    plan = POLICIES["sequencing"](problem(6, 5, kept_worth([expected()], 0.0)))
    kept = kept_worth([expected()], 0.0)[0]
    u = int(plan.given.sum())
    lost = 3.0 * (6 - P * u) + kept[5 - u : 5].sum()
    assert plan.ahead is not None
    assert plan.ahead.loss[0] == pytest.approx(lost, rel=1e-3)
    assert plan.ahead.bound[0] == pytest.approx(plan.ahead.loss[0], rel=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_no_assignment_beats_the_optimal_one(seed: int):
    """Three threats, two batteries, every assignment written out."""
    rng = np.random.default_rng(seed)
    kept = -np.sort(-rng.uniform(0.0, 6.0, (2, 3)), axis=1)
    raid = problem(3, 2, kept, b=2)._replace(value=rng.uniform(0.0, 9.0, 3))
    best = -math.inf
    for shots in itertools.product(range(3), repeat=3):  # at each threat: nobody, first, second
        used = [shots.count(1), shots.count(2)]
        if max(used) > 2:
            continue
        saved = sum(raid.value[j] * (0.0, P, 0.6)[k] for j, k in enumerate(shots))
        best = max(best, saved - sum(kept[b, 2 - used[b] : 2].sum() for b in (0, 1)))
    given = POLICIES["optimal"](raid)
    assert given.is_proven.all()
    assert objective(raid, given.given)[0] == pytest.approx(best, abs=1e-6)
    assert objective(raid, POLICIES["greedy"](raid).given)[0] <= best + 1e-9


def test_a_scenario_says_what_a_battery_is_to_expect():
    raid = load(
        "theater_bases",
        ["weapons.central_mse.reserve.threats=11", "weapons.central_mse.reserve.until_s=1000"],
    )
    place = [w.name for w in raid.weapons].index("central_mse")
    found = expected_of(raid.weapons, np.full(len(raid.weapons), 4), 37.5)
    assert [one is not None for one in found].count(True) == 1
    assert found[place] == Expected(11.0, 37.5, 0.0, 1000.0, found[place].p_kill, 4, 48)
