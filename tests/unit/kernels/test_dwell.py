"""A radar's time: turns are even, the nearest are followed, runs do not disturb each other."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.kernels.dwell import Ration, are_due, ration_of, shares

MANY = 10**6


def looks_of(ration: Ration, n: int, periods: int) -> np.ndarray:
    """Which of n objects of one run get a look in each period, (periods, n)."""
    run, distances = np.zeros(n, np.int64), np.linspace(1e5, 2e5, n)
    return np.array([are_due(ration, k, run, distances) for k in range(periods)])


@pytest.mark.parametrize(
    ("period", "share", "dwell", "looks"),
    [
        (1.0, 0.5, 0.01, 50.0),
        (10.0, 0.3, 0.02, 150.0),
        (2.0, 0.5, 4.0, 0.25),
        (1.0, 0.5, 0, math.inf),
    ],
)
def test_looks_that_fit_in_a_period(period, share, dwell, looks):
    times = SimpleNamespace(period=period, track_share=share, dwell=dwell, track_capacity=7)
    assert ration_of(times) == Ration(7, pytest.approx(looks))


@pytest.mark.parametrize(("n", "budget"), [(10, 5.0), (12, 3.0), (7, 1.0), (9, 0.5), (10, 2.5)])
def test_each_object_is_seen_every_n_over_m_periods(n, budget):
    periods = int(n / budget) * 20
    seen = looks_of(Ration(MANY, budget), n, periods)
    assert seen.sum() == pytest.approx(budget * periods)
    for i in range(n):
        gaps = np.diff(np.flatnonzero(seen[:, i]))
        assert set(gaps) == {n / budget}


@given(st.integers(1, 60), st.floats(0.1, 80.0))
def test_turns_are_even_whatever_the_budget(n, budget):
    """Of no two objects does one get more than one look more; gaps differ by one period."""
    seen = looks_of(Ration(MANY, budget), n, 200)
    looks = seen.sum(axis=0)
    assert looks.max() - looks.min() <= 1
    assert looks.sum() == pytest.approx(200 * min(n, budget), abs=1.0)
    for i in np.flatnonzero(looks > 1):
        gaps = np.diff(np.flatnonzero(seen[:, i]))
        assert gaps.max() - gaps.min() <= 1


def test_within_the_budget_all_are_seen_each_period():
    assert looks_of(Ration(10, 10.0), 10, 5).all()
    assert not looks_of(Ration(MANY, 9.0), 10, 5).all()


def test_the_nearest_are_followed():
    rng = np.random.default_rng(3)
    distances = rng.uniform(1e4, 1e6, 40)
    distances[::7] = np.nan
    is_due = are_due(Ration(5, math.inf), 11, np.zeros(40, np.int64), distances)
    assert set(np.flatnonzero(is_due)) == set(np.argsort(distances)[:5])


def test_turns_are_taken_among_those_that_are_followed():
    seen = looks_of(Ration(6, 2.0), 20, 30)
    assert (seen.sum(axis=0) == [10] * 6 + [0] * 14).all()


def test_a_run_does_not_feel_the_others():
    rng = np.random.default_rng(5)
    sizes = [0, 3, 30, 1, 12]
    run = np.repeat(np.arange(5), sizes)
    distances = rng.uniform(1e4, 1e6, len(run))
    ration = Ration(15, 4.0)
    together = are_due(ration, 8, run, distances)
    for i in range(5):
        mine = run == i
        assert np.array_equal(are_due(ration, 8, run[mine], distances[mine]), together[mine])


def test_share_is_what_a_look_happens_to_be():
    """What the tracker takes for the chance of a look is the part of looks that happen."""
    run = np.array([4, 0, 4, 4, 0, 4, 4, 4])
    in_view = np.array([1, 1, 1, 1, 1, 1, 0, 1], bool)
    share = shares(Ration(MANY, 2.0), run, in_view)
    assert share[in_view & (run == 4)] == pytest.approx(2.0 / 5.0)
    assert share[run == 0] == pytest.approx(1.0)
    assert looks_of(Ration(MANY, 2.0), 5, 100).mean() == pytest.approx(2.0 / 5.0)
    assert shares(Ration(3, math.inf), run, in_view)[0] == pytest.approx(3.0 / 5.0)
    assert len(shares(Ration(3, 1.0), run[:0], in_view[:0])) == 0
