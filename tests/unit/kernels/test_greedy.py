"""Greedy matching against its definition, played by hand."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.kernels.greedy import greedy_pairs


def test_the_best_pair_goes_first_and_takes_both_its_members() -> None:
    left, right = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert greedy_pairs(left, right, 2, 2).tolist() == [True, False, False, True]


def test_nothing_to_match() -> None:
    none = np.zeros(0, np.int64)
    assert greedy_pairs(none, none, 3, 0).tolist() == []


@pytest.mark.parametrize("seed", range(5))
def test_as_by_crossing_out_one_pair_after_the_other(seed: int) -> None:
    rng = np.random.default_rng(seed)
    left, right = rng.integers(0, 12, 60), rng.integers(0, 9, 60)
    waiting, wanted = list(range(60)), []
    while waiting:
        best = waiting[0]
        wanted.append(best)
        waiting = [k for k in waiting if left[k] != left[best] and right[k] != right[best]]
    assert np.flatnonzero(greedy_pairs(left, right, 12, 9)).tolist() == wanted
