"""The nearest battery shoots: cases by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.assignment import LATER, NOW, Problems
from opendome.kernels.nearest import allot_to_nearest
from tests.unit.kernels.test_assignment import one_problem

Ints = NDArray[np.int64]


def flying(problems: Problems, flights: list[list[int]]) -> Problems:
    periods = problems.periods.copy()
    periods[:, :, 2] = flights
    return problems._replace(periods=periods)


def given(problems: Problems) -> list[list[int]]:
    return allot_to_nearest(problems, np.arange(len(problems.value))).tolist()


def test_the_shortest_flight_shoots():
    problem = one_problem([[NOW, NOW]] * 2, [5, 5], wanted=2)
    assert given(flying(problem, [[3, 2], [1, 4]])) == [[0, 2], [2, 0]]


def test_an_empty_battery_leaves_the_rest_to_the_next():
    problem = one_problem([[NOW, NOW]] * 2, [1, 9], wanted=2)
    assert given(flying(problem, [[1, 2], [1, 2]])) == [[1, 1], [0, 2]]


def test_nothing_is_moved_to_make_room():
    """Whoever comes first takes the only round that the second could have had."""
    problem = one_problem([[NOW, NOW], [NOW, 0]], [1, 1])
    assert given(flying(problem, [[1, 2], [1, 1]])) == [[1, 0], [0, 0]]


def test_a_near_launch_later_is_waited_for_and_holds_no_channel():
    problem = one_problem([[LATER, NOW], [NOW, 0]], [2, 2], channels=[1, 1])
    assert given(flying(problem, [[1, 2], [1, 1]])) == [[1, 0], [1, 0]]
    assert given(flying(problem, [[2, 2], [1, 1]])) == [[0, 1], [1, 0]]


def test_batteries_of_a_unit_share_channels():
    problem = one_problem([[NOW, NOW]] * 2, [5, 5], channels=[1, 1])
    shared = flying(problem._replace(unit=np.array([3, 3])), [[1, 2], [2, 1]])
    assert given(shared) == [[1, 0], [0, 0]]
    assert given(flying(problem, [[1, 2], [2, 1]])) == [[1, 0], [0, 1]]


def test_a_kind_that_wants_fewer_rounds_ends_the_salvo():
    problem = one_problem([[NOW, NOW]], [5, 5])
    mixed = problem._replace(
        wanted=np.array([[1, 3]]), p_kill=np.full((1, 2), 0.5), kind=np.array([0, 1]),
        cost=np.full(2, 1e-6),
    )  # fmt: skip
    assert given(flying(mixed, [[1, 2]])) == [[1, 0]]
    assert given(flying(mixed, [[2, 1]])) == [[0, 3]]
