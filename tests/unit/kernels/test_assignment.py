"""Rounds to threats: hand-made cases, SciPy's maximum flow as an independent judge."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from opendome.kernels.assignment import (
    LATER,
    NOW,
    Problems,
    allot_by_return,
    allot_counts,
    allot_in_order,
)

Ints = NDArray[np.int64]


def one_problem(
    reach: list[list[int]],
    rounds: list[int],
    wanted: int = 1,
    channels: list[int] | None = None,
    p_kill: float = 0.5,
) -> Problems:
    """One kind of round; threat i is worth 10 + i and has its last chance at i."""
    n, b = len(reach), len(rounds)
    return Problems(
        offsets=np.array([0, n]),
        wanted=np.full((n, 1), wanted),
        value=10.0 + np.arange(n),
        p_kill=np.full((n, 1), p_kill),
        t_last=np.arange(n, dtype=np.float64),
        reach=np.array(reach, np.int64).reshape(n, b),
        depth=np.ones((n, b), dtype=np.int64),
        alone=np.ones((1, b), dtype=np.int64),
        rounds=np.array([rounds]),
        channels=np.array([channels or [1000] * b]),
        kind=np.zeros(b, dtype=np.int64),
        unit=np.arange(b),
        cost=np.array([1e-6]),
        periods=np.zeros((n, b, 4), dtype=np.int64),
        capacity=np.full(b, 1000),
    )


def in_order(problems: Problems) -> Ints:
    return allot_in_order(problems, np.arange(len(problems.value)))


def test_a_round_is_never_stranded():
    # Both reach battery 0 first, but only the first threat can be met by battery 1.
    given = in_order(one_problem([[NOW, NOW], [NOW, 0]], [1, 1]))
    assert given.tolist() == [[0, 1], [1, 0]]


def test_forty_four_rounds_serve_exactly_eleven_threats_of_four():
    # 40 rounds in one place and 4 in another, which reaches only three of the twelve threats.
    reach = [[NOW, NOW if i in (0, 3, 5) else 0] for i in range(12)]
    given = in_order(one_problem(reach, [40, 4], wanted=4))
    assert given.sum(axis=1).tolist() == [4] * 11 + [0]
    assert given.sum(axis=0).tolist() == [40, 4]


def test_the_second_place_is_not_wasted_when_only_the_last_threats_reach_it():
    reach = [[NOW, NOW if i >= 10 else 0] for i in range(12)]
    given = in_order(one_problem(reach, [40, 4], wanted=4))
    assert given.sum(axis=1).tolist() == [4] * 11 + [0]


def test_a_salvo_comes_from_one_battery_when_it_can():
    given = in_order(one_problem([[NOW, NOW]] * 2, [10, 10], wanted=4))
    assert sorted(given.max(axis=1).tolist()) == [4, 4]


def test_a_salvo_is_split_when_no_battery_has_enough():
    given = in_order(one_problem([[NOW, NOW]], [1, 3], wanted=4))
    assert given.tolist() == [[1, 3]]


def test_channels_bound_what_leaves_now_but_not_later():
    problems = one_problem([[NOW], [NOW], [LATER]], [10], wanted=2, channels=[3])
    given = in_order(problems)
    assert given[:, 0].tolist() == [2, 1, 2]
    assert in_order(one_problem([[NOW]], [5], channels=[0])).sum() == 0


def test_more_tries_come_before_more_rounds():
    problems = one_problem([[NOW, NOW]], [10, 3])
    depth = np.array([[1, 2]])
    assert in_order(problems._replace(depth=depth)).tolist() == [[0, 1]]
    assert in_order(problems).tolist() == [[1, 0]]


def test_the_battery_that_alone_reaches_some_is_spared():
    problems = one_problem([[NOW, NOW]], [12, 4])
    assert in_order(problems._replace(alone=np.array([[0, 0]]))).tolist() == [[1, 0]]
    assert in_order(problems._replace(alone=np.array([[1, 0]]))).tolist() == [[0, 1]]
    assert in_order(problems._replace(alone=np.array([[3, 1]]))).tolist() == [[1, 0]]
    assert in_order(problems._replace(alone=np.array([[4, 1]]))).tolist() == [[0, 1]]


def test_the_surest_kind_is_fired_first():
    problems = one_problem([[NOW, NOW]], [10, 1], wanted=2)
    problems = problems._replace(
        wanted=np.full((1, 2), 2),
        kind=np.array([0, 1]),
        p_kill=np.array([[0.5, 0.9]]),
        cost=np.full(2, 1e-6),
    )
    assert in_order(problems).tolist() == [[1, 1]]


def test_marginal_return_by_hand():
    # Five rounds of p = 1/2 on values 16 and 1: gains 8 4 2 1, then both gain 0.5.
    problems = one_problem([[NOW], [NOW]], [5], wanted=10)
    given = allot_by_return(problems._replace(value=np.array([16.0, 1.0])))
    assert given[:, 0].tolist() == [5, 0]  # the earlier last chance
    given = allot_by_return(problems._replace(value=np.array([16.0, 1.01])))
    assert given[:, 0].tolist() == [4, 1]


def test_equal_returns_go_to_the_earlier_last_chance_then_to_the_lower_row():
    problems = one_problem([[NOW]] * 3, [1])._replace(value=np.full(3, 7.0))
    late = allot_by_return(problems._replace(t_last=np.array([9.0, 5.0, 5.0])))
    assert late[:, 0].tolist() == [0, 1, 0]


def test_a_round_that_is_not_worth_its_cost_stays():
    problems = one_problem([[NOW]], [9], wanted=9)._replace(
        value=np.array([8.0]), cost=np.array([0.9])
    )
    assert allot_by_return(problems).sum() == 3  # gains 4, 2, 1, 0.5


@pytest.mark.parametrize("seed", range(30))
def test_as_many_rounds_flow_as_scipy_finds(seed: int):
    rng = np.random.default_rng(seed)
    n, b = int(rng.integers(1, 9)), int(rng.integers(1, 5))
    problems = one_problem(
        rng.integers(0, 3, (n, b)).tolist(),
        rng.integers(0, 6, b).tolist(),
        wanted=int(rng.integers(1, 4)),
        channels=rng.integers(0, 5, b).tolist(),
    )
    # Nodes: source, threats, channels, stocks, sink.
    size = 2 + n + 2 * b
    capacity = np.zeros((size, size), dtype=np.int32)
    capacity[0, 1 : 1 + n] = problems.wanted[:, 0]
    for i in range(n):
        for j in range(b):
            if problems.reach[i, j]:
                there = 1 + n + j if problems.reach[i, j] == NOW else 1 + n + b + j
                capacity[1 + i, there] = 1000
    for j in range(b):
        capacity[1 + n + j, 1 + n + b + j] = problems.channels[0, j]
        capacity[1 + n + b + j, size - 1] = problems.rounds[0, j]
    most = maximum_flow(csr_array(capacity), 0, size - 1).flow_value
    assert in_order(problems).sum() == most
    assert allot_by_return(problems).sum() == most


def test_given_numbers_find_their_batteries():
    problems = one_problem([[NOW, NOW], [NOW, 0]], [2, 1], wanted=2)
    given, is_complete = allot_counts(problems, np.array([[1], [2]]))
    assert is_complete
    assert given.tolist() == [[0, 1], [2, 0]]
    given, is_complete = allot_counts(problems, np.array([[2], [2]]))
    assert not is_complete


def test_problems_of_a_batch_do_not_touch_each_other():
    a = one_problem([[NOW, NOW], [NOW, 0]], [1, 1])
    two = a._replace(
        offsets=np.array([0, 2, 4]),
        **{
            name: np.concatenate([getattr(a, name)] * 2)
            for name in ("wanted", "value", "p_kill", "t_last", "reach", "depth")
        },
        rounds=np.array([[1, 1], [0, 1]]),
        channels=np.array([[9, 9], [9, 9]]),
        alone=np.ones((2, 2), dtype=np.int64),
    )
    assert in_order(two).tolist() == [[0, 1], [1, 0], [0, 1], [0, 0]]


def test_no_problems():
    none = one_problem([], [3])._replace(offsets=np.array([0]))
    assert in_order(none._replace(rounds=np.zeros((0, 1), int))).shape == (0, 1)
