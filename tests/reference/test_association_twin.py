"""Assignment of looks to tracks against brute force, and against SciPy's solver."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from opendome.kernels.association import (
    Graph,
    Pairs,
    assign_sparse,
    clusters,
    gate_pairs,
    nearest_neighbours,
    windows,
)
from opendome.kernels.kalman import expect_many
from opendome.kernels.looks import Looks


def sparse(cost, is_edge):
    start = np.concatenate([[0], np.cumsum(is_edge.sum(axis=1))]).astype(np.int64)
    return Graph(start, np.nonzero(is_edge)[1].astype(np.int64), cost[is_edge])


def total(cost, columns):
    used = [c for c in columns if c >= 0]
    assert len(used) == len(set(used))
    return sum(cost[i, c] for i, c in enumerate(columns) if c >= 0)


def brute_force(cost, is_edge):
    n = len(cost)
    best = 0.0
    choices = [[-1, *np.flatnonzero(is_edge[i])] for i in range(n)]
    for columns in itertools.product(*choices):
        used = [c for c in columns if c >= 0]
        if len(used) == len(set(used)):
            best = min(best, total(cost, columns))
    return best


@pytest.mark.parametrize("seed", range(60))
def test_assignment_is_that_of_brute_force(seed):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 6, 2)
    cost = rng.normal(-2.0, 4.0, (n, m))
    is_edge = rng.random((n, m)) < rng.uniform(0.2, 1.0)
    columns = assign_sparse(sparse(cost, is_edge), int(m))
    assert all(c < 0 or is_edge[i, c] for i, c in enumerate(columns))
    assert total(cost, columns) == pytest.approx(brute_force(cost, is_edge))


@pytest.mark.parametrize("seed", range(20))
def test_large_assignments_cost_what_scipy_says(seed):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(20, 90, 2)
    cost = rng.normal(-3.0, 4.0, (n, m))
    is_edge = rng.random((n, m)) < rng.uniform(0.02, 0.5)
    columns = assign_sparse(sparse(cost, is_edge), int(m))
    full = np.full((n, m + n), 1e6)
    full[:, :m][is_edge] = cost[is_edge]
    full[np.arange(n), m + np.arange(n)] = 0.0
    rows, best = linear_sum_assignment(full)
    assert total(cost, columns) == pytest.approx(full[rows, best].sum())


@pytest.mark.parametrize("seed", range(20))
def test_clusters_are_connected_components(seed):
    rng = np.random.default_rng(seed)
    n, m = 12, 12
    row, look = np.nonzero(rng.random((n, m)) < 0.09)
    got = clusters(row.astype(np.int64), look.astype(np.int64), n, m)
    reach = np.eye(n + m, dtype=bool)
    reach[row, n + look] = reach[n + look, row] = True
    for _ in range(6):
        reach = (reach.astype(int) @ reach.astype(int)) > 0
    same = got[:, None] == got[None, :]
    assert np.array_equal(same, reach[:n, :n])


def scene(rng, n_rows, n_looks, runs=2):
    run = np.sort(rng.integers(0, runs, n_rows))
    x = np.zeros((n_rows, 7))
    x[:, :3] = np.array([6.4e6, 0, 0]) + rng.uniform(-400, 400, (n_rows, 3)) + [0, 3e4, 3e4]
    cov = np.tile(np.diag([9e3] * 3 + [100.0] * 3 + [0.5]), (n_rows, 1, 1))
    cov *= 10 ** rng.uniform(-1, 0.5, n_rows)[:, None, None]
    sensor = np.array([6.38e6, 0.0, 0.0])
    look_run = np.sort(rng.integers(0, runs, n_looks))
    away = np.array([6.4e6, 0, 0]) + rng.uniform(-500, 500, (n_looks, 3)) + [0, 3e4, 3e4] - sensor
    distance = np.linalg.norm(away, axis=1)
    order = np.lexsort((distance, look_run))
    nan = np.full(n_looks, np.nan)
    looks = Looks(
        look_run[order],
        (away / distance[:, None])[order],
        np.full(n_looks, 1e-3),
        distance[order],
        np.full(n_looks, 20.0),
        nan,
        nan,
        np.full(n_looks, 20.0),
    )
    return run, x, cov, sensor, looks


@pytest.mark.parametrize("seed", range(15))
def test_gates_keep_exactly_what_lies_inside(seed):
    """All pairs by plain linear algebra against windows, cheap tests and gates of the kernel."""
    rng = np.random.default_rng(seed)
    run, x, cov, sensor, looks = scene(rng, 25, 30)
    expected = expect_many(x, cov, sensor)
    gates = np.tile([0.0, 10.8, 13.8, 16.3, 18.5], (25, 1))
    pairs = gate_pairs(run, expected, looks, gates, windows(run, expected, looks, gates))
    want = []
    for i, j in itertools.product(range(25), range(30)):
        if run[i] != looks.run[j]:
            continue
        z = np.array([looks.distance[j] - expected.distance[i],
                      *(expected.basis[i, 1:] @ looks.u_los[j])])  # fmt: skip
        s = expected.cov[i, :3, :3] + np.diag([400.0 + expected.curve[i, 0], 1e-6, 1e-6])
        distance2 = z @ np.linalg.solve(s, z)
        if distance2 <= 16.3:
            want.append((i, j, distance2, np.log(np.linalg.det(s))))
    assert list(zip(pairs.row.tolist(), pairs.look.tolist(), strict=True)) == [w[:2] for w in want]
    assert pairs.distance2 == pytest.approx([w[2] for w in want])
    assert pairs.log_det == pytest.approx([w[3] for w in want])


@pytest.mark.parametrize("seed", range(25))
def test_nearest_neighbours_are_the_likeliest_assignment(seed):
    """Confirmed rows first: each group's assignment has the best possible likelihood."""
    rng = np.random.default_rng(100 + seed)
    n, m = 5, 5
    is_edge = rng.random((n, m)) < 0.6
    row, look = np.nonzero(is_edge)
    distance2, log_det = rng.uniform(0, 18, len(row)), rng.normal(0, 3, len(row))
    is_first = rng.random(n) < 0.5
    pairs = Pairs(row.astype(np.int64), look.astype(np.int64), distance2, log_det)
    taken = nearest_neighbours(pairs, is_first, m, 18.0)
    free = np.ones(m, bool)
    for turn in (True, False):
        mine = (is_first[row] == turn) & free[look]
        label = clusters(row[mine], look[mine], n, m)
        widest = np.full(n, -np.inf)
        np.maximum.at(widest, label[row[mine]], log_det[mine])
        cost, edges = np.zeros((n, m)), np.zeros((n, m), bool)
        edges[row[mine], look[mine]] = True
        cost[row[mine], look[mine]] = (
            distance2[mine] + log_det[mine] - widest[label[row[mine]]] - 18.0
        )
        chosen = np.flatnonzero(taken & mine)
        got = cost[row[chosen], look[chosen]].sum()
        assert got == pytest.approx(brute_force(cost, edges))
        free[look[chosen]] = False


def test_a_narrow_track_beats_a_wide_one_to_the_same_look():
    pairs = Pairs(np.array([0, 1]), np.array([0, 0]), np.array([0.1, 2.0]), np.array([9.0, -3.0]))
    taken = nearest_neighbours(pairs, np.array([True, True]), 1, 18.0)
    assert taken.tolist() == [False, True]
