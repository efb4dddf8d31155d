"""Draws are NumPy's Philox, word by word, and depend on nothing but key and counter."""

import math

import numpy as np
import pytest

from opendome.kernels.philox import normal, normals, philox4x64, uniform, uniforms

COUNTERS = [
    (12345, 7, 10, 3, 9, 1),
    (0, 0, 1, 0, 0, 0),
    (2**63 - 1, 2**40, 255, 2**50, 2**62, 2**31),
    (1, 99_999, 40, 1_000_000, 17, 12),
]


@pytest.mark.parametrize(("k0", "k1", "c0", "c1", "c2", "c3"), COUNTERS)
def test_words_are_those_of_numpy(k0: int, k1: int, c0: int, c1: int, c2: int, c3: int) -> None:
    # NumPy adds one to its counter before the first block.
    oracle = np.random.Philox(key=[k0, k1], counter=[c0 - 1, c1, c2, c3])
    assert list(philox4x64(k0, k1, c0, c1, c2, c3)) == list(oracle.random_raw(4))


@pytest.mark.compiled
def test_negative_words_count_modulo_two_to_the_64() -> None:
    oracle = np.random.Philox(
        key=np.array([5, 2**64 - 1], dtype=np.uint64),
        counter=np.array([6, 2**64 - 1, 2, 3], dtype=np.uint64),
    )
    assert list(philox4x64(5, -1, 7, -1, 2, 3)) == list(oracle.random_raw(4))


def test_rows_equal_single_draws_and_do_not_know_their_neighbours() -> None:
    runs, objs, events = np.arange(50), np.arange(50) * 3, np.arange(50) % 7
    u, z = uniforms(11, runs, 4, objs, events, 3), normals(11, runs, 4, objs, events, 3)
    for i in (0, 17, 49):
        for j in range(3):
            assert u[i, j] == uniform(11, runs[i], 4, objs[i], events[i], j)
            assert z[i, j] == normal(11, runs[i], 4, objs[i], events[i], j)
    order = np.random.default_rng(0).permutation(50)
    np.testing.assert_array_equal(
        uniforms(11, runs[order], 4, objs[order], events[order], 3), u[order]
    )


def test_changing_any_word_changes_the_draw() -> None:
    words = [1, 2, 3, 4, 5, 6]
    draws = {uniform(*words)}
    for i in range(6):
        changed = list(words)
        changed[i] += 1
        draws.add(uniform(*changed))
    assert len(draws) == 7


@pytest.mark.compiled
def test_moments_are_those_of_the_distributions() -> None:
    # Fixed key, so the outcome is fixed; limits are four standard errors of 200,000 draws.
    n = 200_000
    rows, zero = np.arange(n), np.zeros(n, dtype=np.int64)
    u = uniforms(3, rows, 1, zero, zero, 1)[:, 0]
    z = normals(3, rows, 1, zero, zero, 1)[:, 0]
    assert u.min() > 0.0
    assert u.max() < 1.0
    assert abs(u.mean() - 0.5) < 4 * math.sqrt(1 / 12 / n)
    assert abs(z.mean()) < 4 / math.sqrt(n)
    assert abs(z.var() - 1.0) < 4 * math.sqrt(2 / n)
    assert abs((z**4).mean() - 3.0) < 4 * math.sqrt(96 / n)
