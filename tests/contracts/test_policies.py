"""What every assignment policy promises: shapes, purity, the same answer twice, pickles."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from opendome.battle import POLICIES
from opendome.kernels.assignment import Problems
from opendome.scenario.command import Doctrine
from tests.laws.test_assignment_laws import keeps_limits, random_problems

KINDS = pytest.mark.parametrize("policy", list(POLICIES))


@KINDS
def test_shapes_and_types(policy: str):
    problems = random_problems(1, n_problems=7)
    given, is_proven, ahead = POLICIES[policy](problems)
    assert given.shape == problems.reach.shape
    assert given.dtype == np.int64
    assert is_proven.shape == (7,)
    assert is_proven.dtype == np.bool_
    for column in ahead or ():
        assert column.shape == (7,)
    assert keeps_limits(problems, given)


@KINDS
def test_the_problem_is_not_changed(policy: str):
    problems = random_problems(2, n_problems=7)
    copy = pickle.loads(pickle.dumps(problems))
    POLICIES[policy](problems)
    assert all(np.array_equal(a, b) for a, b in zip(problems, copy, strict=True))


@KINDS
def test_the_same_answer_twice(policy: str):
    one = POLICIES[policy](random_problems(3, n_problems=20, salvo=4))
    two = POLICIES[policy](random_problems(3, n_problems=20, salvo=4))
    assert one.given.tobytes() == two.given.tobytes()
    assert one.is_proven.tobytes() == two.is_proven.tobytes()


@KINDS
def test_nothing_to_decide(policy: str):
    empty = random_problems(4, n_problems=0)
    given, is_proven, _ = POLICIES[policy](empty)
    assert given.shape == (0, 3)
    assert is_proven.shape == (0,)
    spent = random_problems(5)._replace(rounds=np.zeros((3, 3), dtype=np.int64))
    assert POLICIES[policy](spent).given.sum() == 0


@KINDS
def test_a_single_sure_shot_is_taken(policy: str):
    problem = Problems(
        offsets=np.array([0, 1]),
        wanted=np.array([[1]]),
        value=np.array([5.0]),
        p_kill=np.array([[0.9]]),
        t_last=np.array([10.0]),
        reach=np.array([[1]]),
        depth=np.array([[1]]),
        alone=np.array([[1]]),
        rounds=np.array([[1]]),
        channels=np.array([[1]]),
        kind=np.array([0]),
        unit=np.array([0]),
        cost=np.array([1e-6]),
        periods=np.array([[[0, 3, 1, 2]]]),
        capacity=np.array([1]),
    )
    assert POLICIES[policy](problem).given.tolist() == [[1]]


@KINDS
def test_a_policy_pickles(policy: str):
    assert pickle.loads(pickle.dumps(POLICIES[policy])) is POLICIES[policy]


def test_the_scenario_knows_every_policy():
    field = Doctrine.__dataclass_fields__["policy"]
    assert set(field.metadata["choices"]) == set(POLICIES)
