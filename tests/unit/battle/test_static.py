"""The static assignment problem: brute force, published laws, and proofs that cannot be forged."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.instances import ahuja, andersen, rough
from opendome.battle.static.certificate import ROOT, Cut, Solution
from opendome.battle.static.cheap import cheap_packages
from opendome.battle.static.check import Table, fault, table_of
from opendome.battle.static.cuts import rows_of, with_cut
from opendome.battle.static.limits import Limits
from opendome.battle.static.packages import costs_at, owners, taken
from opendome.battle.static.prices import bound_at
from opendome.battle.static.solve import solve
from opendome.kernels.exchange import allot_by_gain, exchange, new_plan
from opendome.kernels.packages import Instance, packages_below
from opendome.kernels.ways import prices_of
from tests.unit.battle.static_cases import least_loss, tiny


@pytest.fixture(scope="module")
def split() -> tuple[Instance, Solution]:
    """A problem whose proof needs cuts, sieves and a tree."""
    instance = andersen(30, 60, 3, seed=2)
    solution = solve(instance)
    assert len(solution.certificate.leaves) > 1
    assert len(solution.certificate.cuts) > 1
    assert len(solution.certificate.sieves) > 1
    return instance, solution


@pytest.mark.parametrize("batch", range(10))
def test_brute_force_agrees(batch: int):
    """Six hundred problems in all."""
    for seed in range(60 * batch, 60 * batch + 60):
        instance = tiny(seed)
        solution = solve(instance)
        assert solution.is_proven, seed
        assert solution.objective == pytest.approx(least_loss(instance), rel=1e-9, abs=1e-12), seed
        assert solution.bound <= solution.objective
        assert fault(instance, solution) is None, seed


@pytest.mark.parametrize(
    "instance",
    [
        andersen(20, 40, 1),
        andersen(20, 40, 2, seed=1),
        andersen(15, 30, 3, seed=2),
        ahuja(40, 40),
        ahuja(40, 20),
        ahuja(20, 40),
        rough(3, 60),
        rough(8, 60),
    ],
    ids=["one each", "two each", "three each", "square", "plenty", "scarce", "rough", "rougher"],
)
def test_laws_of_the_literature_are_solved_and_their_proofs_hold(instance: Instance):
    solution = solve(instance)
    assert solution.is_proven
    assert fault(instance, solution) is None


def test_marginal_return_is_the_best_for_one_kind():
    """den Broeder, Ellison and Emerling (1959)."""
    rng = np.random.default_rng(1)
    instance = Instance(rng.uniform(1, 100, 30), np.full((30, 1), 0.35), np.array([70]))
    plan = new_plan(instance)
    allot_by_gain(instance, plan)
    solution = solve(instance)
    assert solution.is_proven
    assert plan.loss.sum() == pytest.approx(solution.objective, rel=1e-12)


def test_any_prices_give_a_bound():
    instance = andersen(8, 12, 2, seed=3)
    best = solve(instance).objective
    rng = np.random.default_rng(0)
    for _ in range(50):
        bound, _ = bound_at(instance, rng.uniform(0.0, 30.0, 8) * rng.integers(0, 2, 8))
        assert bound.bound <= best * (1 + 1e-12)


def test_exchanges_keep_the_stock_and_never_lose():
    for seed in range(20):
        instance = rough(seed, 40)
        plan = new_plan(instance)
        allot_by_gain(instance, plan)
        before = plan.loss.sum()
        arcs, _ = exchange(instance, plan, 10_000)
        assert plan.loss.sum() <= before * (1 + 1e-12)
        kind = np.repeat(np.arange(len(instance.rounds)), np.diff(plan.first))
        held = plan.holder >= 0
        loss = instance.value.copy()
        np.multiply.at(loss, plan.holder[held], instance.miss[plan.holder[held], kind[held]])
        np.testing.assert_allclose(loss, plan.loss, rtol=1e-9)
        prices = prices_of(arcs)
        for a in range(len(prices)):
            ways = arcs.cost[a, :-1] + prices
            assert prices[a] <= max(ways.min(), 0.0) + 1e-9 * before


def test_both_enumerations_find_the_same_packages():
    """The compiled depth-first search and the plain search level by level share no line."""
    for seed in range(5):
        instance = rough(seed, 30)
        price = np.random.default_rng(seed).uniform(0.5, 8.0, len(instance.rounds))
        bound, _ = bound_at(instance, price)
        limits = bound.least + 2.0
        fast, is_all = packages_below(instance, price, limits, 1_000_000)
        slow = cheap_packages(instance, price, np.arange(30), limits)
        assert is_all
        assert slow is not None
        parts = np.split(fast.kind, fast.start[1:-1])
        one = {(int(j), *sorted(p.tolist())) for j, p in zip(fast.threat, parts)}
        rows = zip(slow.threat.tolist(), slow.kinds.tolist())
        other = {(j, *[kind for kind in row if kind >= 0]) for j, row in rows}
        assert one == other
        assert len(one) > 30
        np.testing.assert_allclose(np.sort(costs_at(price, fast)), np.sort(slow.cost), rtol=1e-12)
        for j in range(30):
            assert slow.cost[slow.threat == j].min() == pytest.approx(bound.least[j], rel=1e-12)


def test_the_same_answer_twice(split: tuple[Instance, Solution]):
    instance, solution = split
    again = solve(instance)
    assert again.packages.kind.tobytes() == solution.packages.kind.tobytes()
    assert again.bound == solution.bound


def test_a_search_cut_short_claims_no_more_than_it_proved():
    instance = andersen(30, 60, 3, seed=2)
    solution = solve(instance, Limits(nodes=1))
    assert not solution.is_proven
    assert 0.0 < solution.gap < 0.1
    assert solution.bound <= solve(instance).objective
    assert fault(instance, solution) is None


@pytest.mark.parametrize("asked", range(8))
def test_a_clock_ends_the_search_with_a_plan_and_a_bound_that_hold(asked: int):
    """The clock strikes when it is asked for the n-th time."""
    instance = andersen(30, 60, 3, seed=2)
    times = iter(range(100))
    solution = solve(instance, Limits(is_late=lambda: next(times) >= asked))
    assert not solution.is_proven
    assert 0.0 < solution.gap < 0.5
    assert solution.bound <= solve(instance).objective <= solution.objective
    assert fault(instance, solution) is None


def test_no_plan_breaks_a_cut(split: tuple[Instance, Solution]):
    """Random plans over the listed packages, and cuts of random parts of rows."""
    instance, solution = split
    proof = solution.certificate
    rng = np.random.default_rng(0)
    k = len(instance.rounds)
    few = instance._replace(value=instance.value[:8], miss=instance.miss[:8])
    rows = rows_of(taken(proof.packages, np.flatnonzero(proof.packages.threat < 8)), 8, few.rounds)
    cuts = []
    for _ in range(40):
        row = rng.choice(len(rows.limit), size=6, replace=False)
        of = int(rng.integers(2, 8))
        cuts.append(Cut(row, rng.integers(1, of, 6), of, 1))
        rows = with_cut(rows, cuts[-1])
        if np.abs(rows.cut[:, -1]).max() > 50:
            break
    table = table_of(few, proof._replace(packages=rows.packages, cuts=cuts))
    assert isinstance(table, Table)
    assert np.array_equal(table.in_cuts, rows.cut)
    assert np.array_equal(table.limits[k:], rows.limit[8 + k :])
    kinds = np.zeros((len(rows.packages.threat), k), dtype=np.int64)
    np.add.at(kinds, (owners(rows.packages), rows.packages.kind), 1)
    plans, tight = 0, np.zeros(len(cuts), dtype=bool)
    for _ in range(4000):
        chosen = [rng.choice(np.flatnonzero(rows.packages.threat == j)) for j in range(8)]
        if np.all(kinds[chosen].sum(axis=0) <= few.rounds):
            plans += 1
            slack = rows.limit[8 + k :] - rows.cut[chosen].sum(axis=0)
            assert slack.min() >= 0
            tight |= slack == 0
    assert plans > 100
    assert tight.sum() > 3


def _forged(solution: Solution, **parts: object) -> Solution:
    return solution._replace(certificate=solution.certificate._replace(**parts))


def test_a_worse_plan_is_refused(split: tuple[Instance, Solution]):
    instance, solution = split
    packages = solution.packages
    busiest = int(np.argmax(np.diff(packages.start)))
    keep = np.ones(len(packages.kind), dtype=bool)
    keep[packages.start[busiest]] = False
    start = packages.start - (np.arange(len(packages.start)) > busiest)
    worse = packages._replace(kind=packages.kind[keep], start=start)
    assert "lets" in str(fault(instance, solution._replace(packages=worse)))
    loss = instance.value.copy()
    of = np.repeat(np.arange(len(loss)), np.diff(worse.start))
    np.multiply.at(loss, of, instance.miss[of, worse.kind])
    honest = solution._replace(packages=worse, objective=float(loss.sum()))
    assert "differ" in str(fault(instance, honest))
    boast = honest._replace(bound=honest.objective)
    assert fault(instance, boast) is not None


def test_more_rounds_than_there_are_is_refused(split: tuple[Instance, Solution]):
    instance, solution = split
    fewer = instance._replace(rounds=instance.rounds - 1)
    assert "rounds of kind" in str(fault(fewer, solution))


def test_forged_proofs_are_refused(split: tuple[Instance, Solution]):
    instance, solution = split
    proof = solution.certificate
    cheap = costs_at(proof.price, proof.packages) - proof.least[proof.packages.threat]
    inside = np.flatnonzero(
        cheap < 0.5 * (solution.bound - proof.least.sum() + proof.price @ instance.rounds)
    )
    fewer = taken(proof.packages, np.setdiff1d(np.arange(len(cheap)), inside[:1]))
    leaf = max(proof.leaves)
    sister = next(i for i, b in enumerate(proof.nodes) if b.parent == proof.nodes[leaf].parent)
    first = proof.cuts[0]
    flipped = list(proof.nodes)
    flipped[leaf] = flipped[leaf]._replace(has=not flipped[leaf].has)
    forged = {
        "a higher least cost": _forged(solution, least=proof.least + 0.01),
        "lower prices": _forged(solution, price=0.9 * proof.price),
        "a negative price": _forged(solution, price=proof.price - 100.0),
        "a package left out": _forged(solution, packages=fewer),
        "a leaf left out": _forged(
            solution, leaves={i: p for i, p in proof.leaves.items() if i != leaf}
        ),
        "a leaf without prices": _forged(
            solution, leaves={**proof.leaves, leaf: 0.0 * proof.price}
        ),
        "both branches the same": _forged(solution, nodes=flipped),
        "no tree": _forged(solution, nodes=[ROOT], leaves={0: proof.price}),
        "a cut of a later cut": _forged(
            solution, cuts=[first._replace(row=first.row + len(proof.price)), *proof.cuts[1:]]
        ),
        "a cut too sharp": _forged(solution, cuts=[first._replace(unit=7), *proof.cuts[1:]]),
        "whole rows in a cut": _forged(
            solution, cuts=[first._replace(part=first.part + first.of), *proof.cuts[1:]]
        ),
        "a row twice in a cut": _forged(
            solution, cuts=[first._replace(row=0 * first.row), *proof.cuts[1:]]
        ),
        "cuts left out": _forged(solution, cuts=[]),
        "sieves left out": _forged(solution, sieves=[]),
        "a sieve with negative prices": _forged(
            solution, sieves=[-price for price in proof.sieves]
        ),
        "not a number": _forged(solution, least=proof.least * np.nan),
        "a threat that is not": _forged(
            solution, packages=proof.packages._replace(threat=proof.packages.threat + 1)
        ),
        "a higher bound": solution._replace(bound=solution.objective * 1.01),
    }
    assert sister != leaf
    assert fault(instance, solution) is None
    for what, one in forged.items():
        assert fault(instance, one) is not None, what


def test_nothing_to_fire_and_nothing_to_lose():
    none = Instance(np.array([3.0, 4.0]), np.array([[0.5], [0.2]]), np.array([0]))
    assert solve(none).objective == 7.0
    assert fault(none, solve(none)) is None
    worthless = Instance(np.zeros(2), np.array([[0.5], [0.2]]), np.array([2]))
    assert solve(worthless).objective == 0.0
    sure = Instance(np.array([3.0, 4.0]), np.array([[0.0], [0.0]]), np.array([2]))
    assert solve(sure).objective == 0.0
    assert solve(sure).is_proven
