"""What is at stake where one hit decides: by hand; the plan of a decision by brute force."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.battle.assets.problem import Defended, losses
from opendome.battle.assets.solve import solve
from opendome.battle.assign import at_stake, counts_by_kind, greedy, lost, objective
from opendome.battle.books import new_tracks
from opendome.battle.exact import optimal, select
from opendome.battle.stakes import Seen, by_assets, by_threats
from opendome.errors import ScenarioError
from opendome.kernels.assignment import Problems
from opendome.scenario import load
from tests.laws.test_assignment_laws import assignments, joined, keeps_limits, random_problems
from tests.unit.battle.test_exact import mixed


def aimed(problems: Problems, seed: int, n_assets: int = 2) -> Problems:
    """The same threats, aimed at a few assets; some destroy for sure."""
    rng = np.random.default_rng(seed)
    n = len(problems.value)
    aim, worth = rng.integers(0, n_assets, n), rng.uniform(1.0, 10.0, n_assets)
    p = np.where(rng.random(n) < 0.5, 1.0, rng.uniform(0.0, 1.0, n))
    return problems._replace(aim=aim, stake=worth[aim], value=worth[aim] * p)


@pytest.mark.parametrize("batch", range(4))
@pytest.mark.parametrize("is_joined", [False, True])
def test_a_decision_is_brute_force(batch: int, is_joined: bool):
    """Two hundred decisions; where nothing is proven the bound still holds."""
    n_proven = n = 0
    for seed in range(25 * batch, 25 * batch + 25):
        problem = aimed(random_problems(seed, n_problems=1), seed)
        if len(problem.value) == 0:
            continue
        problem = joined(problem) if is_joined else problem
        best = max(objective(problem, given)[0] for given in assignments(problem))
        found = optimal(problem)
        assert keeps_limits(problem, found.given)
        assert found.ahead is not None
        own, whole = objective(problem, found.given)[0], at_stake(problem)[0]
        assert found.ahead.bound[0] <= whole - best + 1e-7
        assert found.ahead.loss[0] == pytest.approx(whole - own, abs=1e-9)
        n, n_proven = n + 1, n_proven + bool(found.is_proven[0])
        if found.is_proven[0]:
            assert own == pytest.approx(best, abs=1e-6)
    assert n_proven > 0.7 * n


@pytest.mark.parametrize("seed", range(4))
def test_it_is_never_below_greedy_and_its_bound_is_close(seed: int):
    problem = aimed(mixed(seed=seed), seed, n_assets=8)
    found = optimal(problem)
    assert keeps_limits(problem, found.given)
    assert found.ahead is not None
    assert objective(problem, found.given)[0] >= objective(problem, greedy(problem).given)[0]
    assert found.ahead.loss[0] - found.ahead.bound[0] < 0.02 * at_stake(problem)[0]
    again = optimal(problem)
    assert again.given.tobytes() == found.given.tobytes()


def test_where_rounds_alone_bind_it_is_the_static_problem():
    """Everything in reach, channels for all, no cost: the same loss as the exact solver."""
    problem = aimed(mixed(n=12, seed=1), 1, n_assets=4)
    n, b = problem.reach.shape
    problem = problem._replace(
        reach=np.ones((n, b), dtype=np.int64), channels=np.full((1, b), 99),
        wanted=np.full_like(problem.wanted, 3), rounds=np.full((1, b), 2), cost=np.zeros(3),
    )  # fmt: skip
    worth = np.array([problem.stake[problem.aim == a].max(initial=0.0) for a in range(4)])
    same = Defended(
        worth, problem.aim, problem.value / problem.stake, 1.0 - problem.p_kill, np.full(3, 4)
    )
    best, found = solve(same), optimal(problem)
    assert best.is_proven
    counts = counts_by_kind(problem, found.given)
    assert counts.sum(axis=1).max() <= 3
    assert lost(problem, counts)[0] == pytest.approx(losses(same, counts).sum(), rel=1e-12)
    assert lost(problem, counts)[0] == pytest.approx(best.objective, rel=0.01)
    assert lost(problem, counts)[0] >= best.objective * (1 - 1e-9)


def test_a_problem_is_solved_the_same_alone_and_in_a_batch():
    problems = aimed(random_problems(7, n_problems=6), 7)
    together = optimal(problems)
    for g in range(6):
        rows = slice(problems.offsets[g], problems.offsets[g + 1])
        if len(problems.value[rows]):
            alone = optimal(select(problems, g))
            assert np.array_equal(together.given[rows], alone.given)


def test_alone_at_its_asset_a_threat_counts_for_itself():
    problems = random_problems(5, n_problems=4)
    alone = problems._replace(aim=np.arange(len(problems.value)), stake=problems.value)
    for given in (np.zeros_like(problems.reach), optimal(problems).given):
        assert objective(alone, given) == pytest.approx(objective(problems, given), abs=1e-12)
    one, other = optimal(problems), optimal(alone)
    assert objective(alone, other.given) == pytest.approx(objective(problems, one.given), abs=1e-6)


def test_what_is_lost_by_hand():
    """Two threats at one asset worth 10, one at another worth 4; a round of 0.8 at the first."""
    problem = mixed(n=3, b=1, n_kinds=1)._replace(
        aim=np.array([0, 0, 1]), stake=np.array([10.0, 10.0, 4.0]),
        value=np.array([10.0, 5.0, 1.0]), p_kill=np.full((3, 1), 0.8),
    )  # fmt: skip
    assert at_stake(problem).tolist() == [11.0]
    left = lost(problem, np.array([[1], [0], [0]]))
    assert left == pytest.approx([10.0 * (1.0 - 0.8 * 0.5) + 1.0])


def book(asset: list[int], value: list[float], t_end: list[float]):
    tracks = new_tracks(np.arange(len(asset)), 1)
    tracks.asset[:], tracks.value[:], tracks.t_end[:] = asset, value, t_end
    return tracks


def test_an_asset_is_worth_what_the_others_leave_of_it():
    """Asset 0 worth 10: two threats asked about, one waited for with a round of 0.75 on its way.

    Asset 1 worth 4: the other threat at it is dead. The last one burns: nobody knows where it goes.
    """
    tracks = book([0, 0, 0, 1, 1, -1], [10.0, 8.0, 10.0, 4.0, 4.0, 6.0], [50.0] * 6)
    tracks.t_killed[4] = 3.0
    seen = Seen(np.arange(6), np.zeros(6, dtype=np.int64), np.array([1, 1, 0.25, 0.5, 1, 1.0]))
    asked = np.array([True, True, False, True, False, True])
    found = by_assets(tracks, seen, asked, (np.array([10.0, 4.0]), 0.5), 10.0)
    assert found.aim.tolist() == [0, 0, 1, 2 + 3]
    left = 10.0 * (1.0 - 0.5 * 0.25)
    assert found.stake == pytest.approx([left, left, 4.0, 6.0])
    assert found.value == pytest.approx([0.5 * left, 0.5 * 0.8 * left, 4.0 * 0.5 * 0.5, 6.0])
    past = by_assets(tracks, seen, asked, (np.array([10.0, 4.0]), 0.5), 60.0)
    assert past.stake == pytest.approx([10.0, 10.0, 4.0, 6.0])


def test_runs_of_a_batch_do_not_meet():
    tracks = book([0, 0, 0], [10.0] * 3, [50.0] * 3)
    for stock, left in ((0, 0.0), (1, 10.0), (-1, 10.0)):
        seen = Seen(np.arange(3), np.array([0, stock, 1]), np.ones(3))
        found = by_assets(tracks, seen, np.array([True, False, False]), (np.array([10.0]), 1.0), 0)
        assert found.stake.tolist() == [left]


def test_where_threats_count_for_themselves_nobody_aims():
    found = by_threats(np.array([3.0, 4.0]))
    assert (len(found.aim), len(found.stake), found.value.tolist()) == (0, 0, [3.0, 4.0])


@pytest.mark.parametrize("policy", ["greedy", "fixed_salvo", "nearest_shooter", "sequencing"])
def test_policies_without_assets_refuse_the_key(policy: str):
    rule = "command.nodes[0].doctrine."
    with pytest.raises(ScenarioError, match=f"policy {policy} lets every threat count for itself"):
        load("iron_dome_city", [f"{rule}policy={policy}", f"{rule}p_destroy=0.5"])
    assert load("iron_dome_city", [f"{rule}policy=optimal", f"{rule}p_destroy=0.5"])


@pytest.mark.parametrize(("rounds", "held"), [(0, 0), (1, 1), (2, 1), (3, 2), (5, 2), (6, 3)])
def test_sure_rounds_hold_as_many_assets_as_they_can(rounds: int, held: int):
    """Three assets with one, two and three threats."""
    problem = mixed(n=6, b=1, n_kinds=1, salvo=1)._replace(
        aim=np.array([0, 1, 1, 2, 2, 2]), stake=np.ones(6), value=np.ones(6),
        p_kill=np.ones((6, 1)), reach=np.ones((6, 1), dtype=np.int64),
        rounds=np.array([[rounds]]), channels=np.array([[9]]),
    )  # fmt: skip
    found = optimal(problem)
    assert 3.0 - lost(problem, counts_by_kind(problem, found.given))[0] == pytest.approx(held)
