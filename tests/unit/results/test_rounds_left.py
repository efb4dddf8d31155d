"""Rounds left over time: by hand, and by counting."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.results.rounds_left import rounds_left


def test_three_runs_by_hand():
    """Stocks of 4, 4 and 2; a round is gone at the time at which it leaves."""
    run, t_launch = np.array([0, 0, 1, 2, 2]), np.array([1.0, 2.5, 2.0, 0.0, 9.0])
    got = rounds_left(np.array([4.0, 4.0, 2.0]), run, t_launch, np.array([0.0, 1.0, 2.0, 3.0]))
    assert got.mean == pytest.approx([(1 + 1 + 0.5) / 3, (0.75 + 1 + 0.5) / 3,
                                      (0.75 + 0.75 + 0.5) / 3, (0.5 + 0.75 + 0.5) / 3])  # fmt: skip
    assert got.low == pytest.approx([0.55, 0.525, 0.525, 0.5])
    assert got.high == pytest.approx([1.0, 0.975, 0.75, 0.725])


def test_it_is_what_counting_shot_by_shot_gives():
    rng = np.random.default_rng(3)
    n_runs, n = 40, 300
    run, t_launch = rng.integers(0, n_runs, n), rng.uniform(0, 100, n)
    stock, t = np.full(n_runs, 30.0), np.linspace(0, 110, 23)
    got = rounds_left(stock, run, t_launch, t)
    for k, now in enumerate(t):
        left = [1 - np.sum((run == r) & (t_launch <= now)) / 30 for r in range(n_runs)]
        assert got.mean[k] == pytest.approx(np.mean(left))
        assert [got.low[k], got.high[k]] == pytest.approx(np.quantile(left, [0.05, 0.95]))


def test_without_shots_all_is_left():
    nothing = np.zeros(0)
    got = rounds_left(np.array([5.0]), nothing.astype(np.int64), nothing, np.array([0.0, 1.0]))
    assert got.mean.tolist() == got.low.tolist() == got.high.tolist() == [1.0, 1.0]
