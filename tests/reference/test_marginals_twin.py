"""Chances of pairs against a plain sum over all joint events, and laws that hold for them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from opendome.kernels.association import clusters
from opendome.kernels.looks import Looks
from opendome.kernels.marginals import MOST_SHARED, Weighted, marginals
from opendome.kernels.permutations import APART, without_exchanges


def random_problem(rng, n_rows, n_looks, density):
    start, look, weight = [0], [], []
    for _ in range(n_rows):
        mine = np.flatnonzero(rng.random(n_looks) < density)
        look += mine.tolist()
        weight += np.exp(rng.normal(0.0, 3.0, len(mine))).tolist()
        start.append(len(look))
    none = np.exp(rng.normal(0.0, 1.0, n_rows))
    return Weighted(
        np.array(start, dtype=np.int64), np.array(look, dtype=np.int64), np.array(weight), none
    )


def every_event(problem):
    """The chances, by the sum over all joint events (a slow twin)."""
    n_rows = len(problem.none)
    pairs = [range(problem.start[i], problem.start[i + 1]) for i in range(n_rows)]
    pair, none, total = np.zeros(len(problem.look)), np.zeros(n_rows), 0.0
    for event in itertools.product(*([-1, *options] for options in pairs)):
        looks = [problem.look[k] for k in event if k >= 0]
        if len(set(looks)) < len(looks):
            continue
        weights = [problem.none[i] if k < 0 else problem.weight[k] for i, k in enumerate(event)]
        weight = float(np.prod(weights))
        total += weight
        for i, k in enumerate(event):
            if k < 0:
                none[i] += weight
            else:
                pair[k] += weight
    return pair / total, none / total


@pytest.mark.parametrize("density", [0.2, 0.5, 0.9])
def test_exact_chances_are_the_sum_over_all_events(density):
    rng = np.random.default_rng(11)
    for _ in range(60):
        problem = random_problem(rng, rng.integers(1, 6), rng.integers(1, 6), density)
        found = marginals(problem, 6, MOST_SHARED)
        pair, none = every_event(problem)
        assert found.n_belief == 0
        np.testing.assert_allclose(found.pair, pair, rtol=0, atol=1e-13)
        np.testing.assert_allclose(found.none, none, rtol=0, atol=1e-13)


def test_extreme_weights_keep_their_order():
    problem = Weighted(
        np.array([0, 2, 4]), np.array([0, 1, 0, 1]), np.array([1e280, 1.0, 1e280, 1e-300]),
        np.array([1e-200, 1e270]),
    )  # fmt: skip
    found = marginals(problem, 2, MOST_SHARED)
    assert np.isfinite(found.pair).all()
    assert found.pair[2] + found.pair[0] == pytest.approx(1.0)
    nothing = Weighted(np.array([0, 1, 2]), np.array([0, 0]), np.zeros(2), np.zeros(2))
    assert marginals(nothing, 1, MOST_SHARED).none.tolist() == [1.0, 1.0]
    assert marginals(nothing, 1, 0).none.tolist() == [1.0, 1.0]


def test_beliefs_are_exact_on_trees():
    """A chain of rows that share one look with the next has no loop: no approximation is left."""
    rng = np.random.default_rng(2)
    n = 6
    look = np.array([j for i in range(n) for j in (i, i + 1)])
    for _ in range(30):
        weight, none = np.exp(rng.normal(0, 2, 2 * n)), np.exp(rng.normal(0, 1, n))
        problem = Weighted(np.arange(0, 2 * n + 1, 2), look, weight, none)
        exact, beliefs = marginals(problem, n + 1, MOST_SHARED), marginals(problem, n + 1, 0)
        assert (exact.n_exact, beliefs.n_belief) == (1, 1)
        np.testing.assert_allclose(beliefs.pair, exact.pair, atol=1e-6)
        np.testing.assert_allclose(beliefs.none, exact.none, atol=1e-6)


def test_beliefs_come_close_with_loops():
    rng = np.random.default_rng(3)
    gaps = []
    for _ in range(100):
        problem = random_problem(rng, 5, 6, 0.6)
        exact, beliefs = marginals(problem, 6, MOST_SHARED), marginals(problem, 6, 0)
        gaps.append(np.abs(exact.pair - beliefs.pair).max(initial=0.0))
        sums = beliefs.none + np.add.reduceat(np.append(beliefs.pair, 0.0), problem.start[:-1]) * (
            np.diff(problem.start) > 0
        )
        np.testing.assert_allclose(sums, 1.0, atol=1e-12)
    assert np.median(gaps) < 0.05
    assert max(gaps) < 0.4


def test_clusters_do_not_touch_each_other():
    rng = np.random.default_rng(5)
    one, two = random_problem(rng, 4, 5, 0.5), random_problem(rng, 3, 4, 0.7)
    both = Weighted(
        np.concatenate([one.start, two.start[1:] + one.start[-1]]),
        np.concatenate([one.look, two.look + 5]),
        np.concatenate([one.weight, two.weight]),
        np.concatenate([one.none, two.none]),
    )
    apart = [marginals(one, 5, MOST_SHARED), marginals(two, 4, MOST_SHARED)]
    found = marginals(both, 9, MOST_SHARED)
    assert found.pair.tolist() == [*apart[0].pair, *apart[1].pair]
    assert found.none.tolist() == [*apart[0].none, *apart[1].none]


def test_large_clusters_are_left_to_beliefs():
    rng = np.random.default_rng(6)
    problem = random_problem(rng, 40, 40, 0.5)
    found = marginals(problem, 40, MOST_SHARED)
    assert (found.n_exact, found.n_belief, found.n_largest) == (0, 1, 40)
    assert (found.pair >= 0.0).all()
    taken = np.bincount(problem.look, weights=found.pair, minlength=40)
    assert (taken <= 1.0 + 1e-3).all()


def clusters_of(problem):
    """How many clusters the rows form; one without pairs is one."""
    n = len(problem.none)
    row = np.repeat(np.arange(n), np.diff(problem.start))
    return len(np.unique(clusters(row, problem.look, n, 6)))


def likeliest_events(problem):
    """Of the joint events with the same rows seen and the same looks taken, the likeliest."""
    pairs = [range(problem.start[i], problem.start[i + 1]) for i in range(len(problem.none))]
    kept = {}
    for event in itertools.product(*([-1, *options] for options in pairs)):
        looks = [int(problem.look[k]) for k in event if k >= 0]
        if len(set(looks)) < len(looks):
            continue
        weights = [problem.none[i] if k < 0 else problem.weight[k] for i, k in enumerate(event)]
        sets = tuple(k >= 0 for k in event), tuple(sorted(looks))
        weight = float(np.prod(weights))
        if weight > kept.get(sets, (0.0, ()))[0]:
            kept[sets] = weight, event
    total = sum(weight for weight, _ in kept.values())
    pair, none = np.zeros(len(problem.look)), np.zeros(len(problem.none))
    for weight, event in kept.values():
        for i, k in enumerate(event):
            if k < 0:
                none[i] += weight / total
            else:
                pair[k] += weight / total
    return pair, none


def places(n, gap=1e4, sigma=20.0):
    """Looks at one thing after another, so far apart (m)."""
    distance, nan = 1e5 + gap * np.arange(n), np.full(n, np.nan)
    line = np.tile([1.0, 0.0, 0.0], (n, 1))
    one = np.ones(n)
    return Looks(
        np.zeros(n, np.int64), line, 1e-4 * one, distance, sigma * one, nan, nan, 20.0 * one
    )


@pytest.mark.parametrize("density", [0.5, 0.9])
def test_of_the_same_sets_the_likeliest_order_is_kept(density):
    rng, n_changed = np.random.default_rng(12), 0
    for _ in range(40):
        problem = random_problem(rng, rng.integers(2, 5), rng.integers(2, 5), density)
        found = marginals(problem, 5, MOST_SHARED)
        pair, none = without_exchanges(problem, found, places(5), 0.0)
        if clusters_of(problem) == 1:
            asked = likeliest_events(problem)
            np.testing.assert_allclose(pair, asked[0], rtol=0, atol=1e-12)
            np.testing.assert_allclose(none, asked[1], rtol=0, atol=1e-12)
            n_changed += bool(np.abs(pair - found.pair).max() > 0.01)
        else:
            sums = none + np.add.reduceat(np.append(pair, 0.0), problem.start[:-1]) * (
                np.diff(problem.start) > 0
            )
            np.testing.assert_allclose(sums, 1.0, atol=1e-12)
    assert n_changed > 1


def test_rows_that_nothing_is_in_doubt_of_are_left_aside():
    """Settled pairs do not count for the size of a cluster, and clusters that are large stay."""
    n = 12
    look = np.array([j for i in range(n) for j in (i, (i + 1) % n)])
    start, none = np.arange(0, 2 * n + 1, 2), np.full(n, 1e-3)
    weight = np.tile([1.0, 1e-9], n)
    weight[:4] = [1.0, 0.9, 1.0, 0.9]
    look[3] = 0
    problem = Weighted(start, look, weight, none)
    found = marginals(problem, n, MOST_SHARED)
    pair, _ = without_exchanges(problem, found, places(n), 1e-4)
    assert found.pair[0] < 0.7
    assert pair[0] > 0.9
    assert (pair[4:] == found.pair[4:]).all()
    weight[1::2] = 0.9
    problem = Weighted(start, (look + np.zeros(2 * n, int)) % n, weight, none)
    found = marginals(problem, n, 0)
    assert (without_exchanges(problem, found, places(n), 1e-4)[0] == found.pair).all()


def test_looks_that_are_not_told_apart_keep_all_orders():
    problem = Weighted(
        np.array([0, 2, 4]), np.array([0, 1, 0, 1]), np.array([1.0, 0.9, 0.9, 1.0]), np.zeros(2)
    )
    problem = problem._replace(none=np.full(2, 1e-3))
    found = marginals(problem, 2, MOST_SHARED)
    assert found.pair.max() < 0.6
    limit = np.sqrt(APART) * np.hypot(20.0, 20.0)
    near = without_exchanges(problem, found, places(2, 0.99 * limit), 1e-4)
    assert (near[0] == found.pair).all()
    far = without_exchanges(problem, found, places(2, 1.01 * limit), 1e-4)
    assert far[0].max() > 0.99
    across = places(2, 0.0)
    across.u_los[1, 1] = 1.01 * np.sqrt(APART) * np.hypot(1e-4, 1e-4)
    assert without_exchanges(problem, found, across, 1e-4)[0].max() > 0.99
    fast = places(2, 0.0)._replace(rate=np.array([0.0, 60.0]), sigma_rate=np.full(2, 10.0))
    assert without_exchanges(problem, found, fast, 1e-4)[0].max() > 0.99
