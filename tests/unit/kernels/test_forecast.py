"""What a layer can serve, against counting on fingers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.kernels.forecast import Demand, Supply, served

NOBODY = np.zeros((0, 3), dtype=np.int64)


def demand(first, last, flight=10.0, runs=1, wanted=1) -> Demand:
    """Threats that every battery may meet from ``first`` to ``last`` (n, b), ``runs`` times."""
    first, last = (np.tile(np.asarray(x, dtype=float), (runs, 1)) for x in (first, last))
    n = len(first) // runs
    return Demand(
        offsets=np.arange(runs + 1) * n,
        order=np.arange(runs * n),
        wanted=np.full(first.shape, wanted),
        is_open=np.zeros(first.shape, dtype=bool),
        t_first=first,
        t_meet=first + flight,
        t_last=last,
        t_meet_last=last + flight,
    )


def supply(rounds, channels, turn=2.0, runs=1, taken=NOBODY, t_again=()) -> Supply:
    b = len(rounds)
    return Supply(
        rounds=np.tile(np.array(rounds), (runs, 1)),
        channels=np.tile(np.array(channels), (runs, 1)),
        unit=np.arange(b),
        turn=np.full(b, turn),
        taken=np.asarray(taken, dtype=np.int64),
        t_again=np.asarray(t_again, dtype=float),
    )


def layers(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


@given(n=st.integers(1, 12), rounds=st.integers(0, 12), wanted=st.integers(1, 3))
def test_rounds_serve_the_first_in_order(n: int, rounds: int, wanted: int):
    asked = demand(np.zeros((n, 1)), np.full((n, 1), 1e3), wanted=wanted)
    found = served(asked, supply([rounds], [100]), layers(0))
    assert found[:, 0].tolist() == [i < math.ceil(rounds / wanted) for i in range(n)]


@given(channels=st.integers(1, 4), window=st.integers(0, 60))
def test_a_channel_serves_one_after_the_other_until_the_last_chance(channels, window):
    """A round holds its channel for 10 s of flight and 2 s more."""
    asked = demand(np.zeros((30, 1)), np.full((30, 1), window + 0.5))
    found = served(asked, supply([100], [channels]), layers(0))
    assert found.sum() == channels * (1 + (window // 12))


def test_a_taken_channel_counts_from_when_it_is_free_again():
    asked = demand(np.zeros((3, 1)), np.full((3, 1), 20.0))
    args = {"taken": [[0, 0, 1]]}
    assert served(asked, supply([9], [0], t_again=[5.0], **args), layers(0)).sum() == 2  # 5, 17 s
    assert served(asked, supply([9], [0], t_again=[9.0], **args), layers(0)).sum() == 1
    assert served(asked, supply([9], [0], t_again=[21.0], **args), layers(0)).sum() == 0


def test_threats_of_an_earlier_layer_ask_nothing_of_a_later_one():
    asked = demand(np.zeros((3, 2)), np.full((3, 2), 5.0))
    found = served(asked, supply([1, 1], [9, 9]), layers(0, 1))
    assert found.tolist() == [[True, True], [False, True], [False, False]]


def test_a_threat_with_an_open_shot_asks_for_nothing():
    asked = demand(np.zeros((2, 1)), np.full((2, 1), 5.0))
    asked.is_open[0, 0] = True
    assert served(asked, supply([1], [1]), layers(0)).all()


@pytest.mark.parametrize("seed", range(5))
def test_runs_do_not_know_of_each_other(seed: int):
    rng = np.random.default_rng(seed)
    first = np.where(rng.random((8, 3)) < 0.3, np.nan, rng.uniform(0, 20, (8, 3)))
    asked = (first, first + rng.uniform(0, 30, (8, 3)))
    order = layers(0, 0, 1)
    alone = served(demand(*asked), supply([2, 1, 3], [1, 1, 1]), order)
    both = served(demand(*asked, runs=2), supply([2, 1, 3], [1, 1, 1], runs=2), order)
    assert (both == np.tile(alone, (2, 1))).all()
