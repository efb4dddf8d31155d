"""Which assets to hold: brute force, closed forms, and proofs that cannot be forged."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from benchmarks.instances import besieged
from opendome.battle.assets import choose
from opendome.battle.assets.check import fault
from opendome.battle.assets.corners import cheapest, steps_of
from opendome.battle.assets.listing import defenses
from opendome.battle.assets.options import options
from opendome.battle.assets.prices import bound_at
from opendome.battle.assets.problem import Defended, at_stake, losses
from opendome.battle.assets.solution import Solution
from opendome.battle.assets.solve import solve
from opendome.battle.static.limits import Limits
from opendome.battle.static.solve import solve as solve_threats
from opendome.kernels.packages import Instance
from tests.unit.battle.asset_cases import alike, least_lost, least_lost_alike, tiny


@pytest.fixture(scope="module")
def wide() -> tuple[Defended, Solution]:
    """A problem whose proof needs lists: its bound at prices alone is below the best plan."""
    problem = besieged(6, 24, 2, 20, seed=1)
    solution = solve(problem)
    root = solution.least.sum() - solution.price @ problem.rounds
    assert solution.objective - root > 1e-3 * solution.objective
    return problem, solution


@pytest.mark.parametrize("batch", range(6))
def test_brute_force_agrees(batch: int):
    """Three hundred problems in all."""
    for seed in range(50 * batch, 50 * batch + 50):
        problem = tiny(seed)
        solution = solve(problem)
        assert solution.is_proven, seed
        assert (solution.counts.sum(axis=0) <= problem.rounds).all(), seed
        assert solution.objective == pytest.approx(least_lost(problem), rel=1e-9, abs=1e-12), seed
        assert fault(problem, solution) is None, seed


@pytest.mark.parametrize("seed", range(8))
def test_identical_rounds_are_a_knapsack(seed: int):
    """The problem of Burr, Falk and Karr (1985): an independent dynamic program over assets."""
    rng = np.random.default_rng(seed)
    problem = alike(
        rng.uniform(1, 100, 12).tolist(), rng.integers(0, 7, 12).tolist(),
        (float(rng.choice([1.0, 0.6])), float(rng.uniform(0.5, 0.95))), int(rng.integers(5, 60)),
    )  # fmt: skip
    solution = solve(problem)
    assert solution.is_proven
    assert solution.objective == pytest.approx(least_lost_alike(problem), rel=1e-9)
    assert fault(problem, solution) is None


@pytest.mark.parametrize(("n_each", "rounds"), [(1, 3), (3, 10), (4, 11), (5, 4), (2, 20)])
def test_sure_rounds_hold_as_many_assets_as_they_can(n_each: int, rounds: int):
    """Ten equal assets, rounds that never miss: whole assets, and none in part."""
    solution = solve(alike([7.0] * 10, [n_each] * 10, (1.0, 1.0), rounds))
    assert solution.is_proven
    assert solution.objective == pytest.approx(7.0 * (10 - min(rounds // n_each, 10)), abs=1e-9)


def test_scarce_rounds_are_not_spread():
    """Ten equal assets, two threats at each, six rounds of 0.9: three assets are held.

    Three assets with 0.9 x 0.9 each are 2.43. Two threats of one asset with two rounds each, and
    one with one each, are (1 - 0.01)^2 + 0.81 = 1.7901.
    """
    solution = solve(alike([1.0] * 10, [2] * 10, (1.0, 0.9), 6))
    held = np.bincount(np.repeat(np.arange(10), 2), solution.counts[:, 0])
    assert sorted(held.tolist()) == [0.0] * 7 + [2.0] * 3
    assert solution.objective == pytest.approx(10.0 - 3 * 0.81)


def test_one_threat_at_each_asset_is_the_problem_of_threats():
    rng = np.random.default_rng(3)
    miss, value, p = rng.uniform(0.1, 0.6, (12, 3)), rng.uniform(1, 9, 12), rng.uniform(0.3, 1, 12)
    rounds = np.array([3, 4, 2])
    solution = solve(Defended(value, np.arange(12), p, miss, rounds))
    threats = solve_threats(Instance(value * p, miss, rounds))
    assert solution.objective == pytest.approx(threats.objective, rel=1e-9)


def test_hits_that_take_little_add_up():
    """With a small chance to destroy, the loss is nearly the sum over threats."""
    problem = besieged(5, 15, 2, 12, seed=2)
    small = problem._replace(p_destroy=np.full(15, 1e-6))
    threats = solve_threats(
        Instance(1e-6 * problem.value[problem.aim], problem.miss, problem.rounds)
    )
    assert solve(small).objective == pytest.approx(threats.objective, rel=1e-5)


def test_plans_for_threats_lose_more_assets():
    """The best plan where every threat counts for itself spreads rounds; assets fall."""
    problem = besieged(20, 100, 2, 50, seed=0)
    found = solve_threats(Instance(problem.value[problem.aim], problem.miss, problem.rounds))
    counts = np.zeros(problem.miss.shape, dtype=np.int64)
    threat = np.repeat(found.packages.threat, np.diff(found.packages.start))
    np.add.at(counts, (threat, found.packages.kind), 1)
    solution = solve(problem)
    assert solution.is_proven
    assert losses(problem, counts).sum() > 1.2 * solution.objective


def test_the_cheapest_defense_is_at_a_corner():
    """Prices of all kinds, zero among them; every defense written out."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        m, k = int(rng.integers(1, 4)), int(rng.integers(1, 3))
        p = rng.choice([1.0, 0.7, rng.uniform()], m)
        miss = rng.uniform(0.0, 1.0, (m, k))
        miss[rng.random((m, k)) < 0.1] = 1.0
        miss[rng.random((m, k)) < 0.05] = 0.0
        most, value = rng.integers(0, 4, k), 10.0 * rng.random()
        price = rng.uniform(0.0, 2.0, k) * (rng.random(k) < 0.9)
        offered = [options(miss[i], most, price, (value, value * p[i])) for i in range(m)]
        steps = [steps_of(one, p[i]) for i, one in enumerate(offered)]
        least, rounds = cheapest(value, steps, offered)
        ways = [np.array(way) for way in itertools.product(*(range(n + 1) for n in most))]
        best = min(
            value * (1.0 - np.prod([1.0 - p[i] * np.prod(miss[i] ** w) for i, w in enumerate(d)]))
            + sum(price @ w for w in d)
            for d in itertools.product(ways, repeat=m)
        )
        own = np.prod([1.0 - p[i] * np.prod(miss[i] ** w) for i, w in enumerate(rounds)])
        assert least == pytest.approx(best, abs=1e-9)
        assert value * (1.0 - own) + sum(price @ w for w in rounds) == pytest.approx(best, abs=1e-9)


def test_any_prices_give_a_bound():
    rng = np.random.default_rng(0)
    for seed in range(40):
        problem = tiny(seed)
        best = least_lost(problem)
        for _ in range(5):
            price = rng.uniform(0.0, 5.0, len(problem.rounds)) * rng.integers(0, 2)
            assert bound_at(problem, price).bound <= best + 1e-9


def test_lists_hold_every_defense_that_a_better_plan_may_use(wide: tuple[Defended, Solution]):
    """All defenses of one asset with up to seven rounds of each kind, by brute force."""
    problem, solution = wide
    width = 2.0
    for asset in range(3):
        rows = np.flatnonzero(problem.aim == asset)[:2]
        few = problem._replace(
            aim=np.array([0, 0]), value=problem.value[[asset]], p_destroy=problem.p_destroy[rows],
            miss=problem.miss[rows], rounds=np.array([7, 7]),
        )  # fmt: skip
        least = bound_at(few, solution.price).least[0]
        found = defenses(few, 0, solution.price, least + width, width)
        assert found is not None
        listed = {tuple(u): s for u, s in zip(found.used.tolist(), found.survival)}
        best: dict[tuple[int, ...], float] = {}
        for way in itertools.product(range(5), repeat=4):
            counts = np.array(way).reshape(2, 2)
            used = tuple(counts.sum(axis=0).tolist())
            if max(used) <= 7:
                survives = 1.0 - losses(few, counts)[0] / few.value[0]
                best[used] = max(best.get(used, 0.0), survives)
        cost = {u: few.value[0] * (1 - s) + np.array(u) @ solution.price for u, s in best.items()}
        for used, total in cost.items():
            if total < least + width - 1e-9:
                assert listed[used] == pytest.approx(best[used], rel=1e-12)
        for row in range(len(found.cost)):
            assert found.counts(row).sum(axis=0).tolist() == found.used[row].tolist()


def test_both_ways_to_choose_agree(monkeypatch: pytest.MonkeyPatch):
    sparse = [solve(tiny(seed)).objective for seed in range(60)]
    monkeypatch.setattr(choose, "CELLS", 0)
    assert [solve(tiny(seed)).objective for seed in range(60)] == pytest.approx(sparse, rel=1e-12)


def test_what_is_at_stake_is_what_a_hit_takes():
    for seed in range(60):
        problem = tiny(seed)
        counts = np.zeros(problem.miss.shape, dtype=np.int64)
        counts[0] = problem.rounds
        stake = at_stake(problem, counts)
        for j in range(len(problem.aim)):
            lost = [
                losses(
                    problem._replace(
                        p_destroy=np.where(np.arange(len(stake)) == j, hit, problem.p_destroy),
                        miss=np.where(np.arange(len(stake))[:, None] == j, 1.0, problem.miss),
                    ),
                    counts,
                ).sum()
                for hit in (0.0, 1.0)
            ]
            assert stake[j] == pytest.approx(lost[1] - lost[0], abs=1e-9)


def test_the_same_answer_twice(wide: tuple[Defended, Solution]):
    problem, solution = wide
    again = solve(problem)
    assert again.counts.tobytes() == solution.counts.tobytes()
    assert again.bound == solution.bound


@pytest.mark.parametrize("asked", [0, 2, 12, 16])
def test_a_clock_ends_the_search_with_a_plan_and_a_bound_that_hold(
    asked: int, wide: tuple[Defended, Solution]
):
    problem, best = wide
    times = iter(range(10_000))
    solution = solve(problem, Limits(is_late=lambda: next(times) >= asked))
    assert solution.bound <= best.objective * (1 + 1e-9)
    assert best.objective <= solution.objective * (1 + 1e-9)
    assert fault(problem, solution) is None


@pytest.mark.parametrize(
    ("forge", "message"),
    [
        (lambda s: s._replace(bound=0.99 * s.objective, objective=0.99 * s.objective), "not"),
        (lambda s: s._replace(least=s.least + 0.1), "below its least cost"),
        (lambda s: s._replace(price=0.5 * s.price), "below its least"),
        (lambda s: s._replace(price=-s.price), "from 0 up"),
        (lambda s: s._replace(price=s.price * np.nan), "from 0 up"),
        (lambda s: s._replace(least=s.least[1:]), "numbers from 0 up"),
        (lambda s: s._replace(counts=s.counts[1:]), "rows of"),
        (lambda s: s._replace(counts=s.counts + 1), "the plan uses"),
        (lambda s: s._replace(counts=-s.counts), "rows of"),
        (lambda s: s._replace(bound=0.9 * s.bound), "differ too much"),
        (lambda s: s._replace(bound=np.nan), "not numbers"),
    ],
)  # fmt: skip
def test_forged_proofs_are_refused(forge, message: str, wide: tuple[Defended, Solution]):
    problem, solution = wide
    assert fault(problem, solution) is None
    wrong = fault(problem, forge(solution))
    assert wrong is not None
    assert re.search(message, wrong)


def test_a_worse_plan_claimed_to_be_the_best_is_refused(wide: tuple[Defended, Solution]):
    """Even if its least costs are raised so that the bound at prices alone seems to reach it."""
    problem, solution = wide
    counts = solution.counts.copy()
    counts[np.unravel_index(np.argmax(counts), counts.shape)] -= 1
    lost = float(losses(problem, counts).sum())
    worse = solution._replace(counts=counts, objective=lost, bound=lost)
    assert lost > 1.001 * solution.objective
    for least in (solution.least, solution.least + (lost - solution.bound) / len(solution.least)):
        assert fault(problem, worse._replace(least=least)) is not None


def test_a_plan_not_proven_is_no_fault(wide: tuple[Defended, Solution]):
    problem, solution = wide
    root = float(solution.least.sum() - solution.price @ problem.rounds)
    assert fault(problem, solution._replace(bound=root, is_proven=False)) is None
