"""The policy ``sequencing``: what it fires now, what it keeps for a second look."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.battle.ahead import sequencing
from opendome.battle.assign import greedy
from opendome.kernels.assignment import LATER, NOW, Problems


def problem(
    reach: list[list[int]], windows: list[list[tuple[int, int]]], rounds: list[int], salvo: int = 2
) -> Problems:
    """Batteries of one kind, p 0.7; flights of 1 slot, word after 2; threat i is worth 10 + i."""
    n, b = len(reach), len(rounds)
    periods = np.zeros((n, b, 4), dtype=np.int64)
    periods[:, :, :2] = windows
    periods[:, :, 2:] = 1, 2
    return Problems(
        offsets=np.array([0, n]),
        wanted=np.full((n, 1), salvo),
        value=10.0 + np.arange(n),
        p_kill=np.full((n, 1), 0.7),
        t_last=np.arange(n, dtype=np.float64),
        reach=np.array(reach),
        depth=np.ones((n, b), dtype=np.int64),
        alone=np.ones((1, b), dtype=np.int64),
        rounds=np.array([rounds]),
        channels=np.full((1, b), 4),
        kind=np.zeros(b, dtype=np.int64),
        unit=np.arange(b),
        cost=np.array([1e-6]),
        periods=periods,
        capacity=np.full(b, 4),
    )


def test_where_a_second_look_fits_no_salvo_is_spent():
    """Three rounds at two threats: one each and the third for a miss, not two and one."""
    raid = problem([[NOW], [NOW]], [[(0, 5)], [(0, 5)]], [3])
    assert greedy(raid).given.sum() == 3
    assert sequencing(raid).given.tolist() == [[1], [1]]


def test_where_looks_are_often_wrong_more_is_fired_before_the_first():
    """Seven rounds at four threats: one each and a look; or two at some if the look may err."""
    raid = problem([[NOW]] * 4, [[(0, 5)]] * 4, [7])
    raid = raid._replace(channels=np.array([[9]]), capacity=np.array([9]))
    given, losses = [], []
    for error in (0.0, 0.4):
        found = sequencing(raid._replace(word=np.full((1, 2), error)))
        assert found.ahead is not None
        given.append(int(found.given.sum()))
        losses.append(float(found.ahead.loss[0]))
        assert found.ahead.bound[0] == pytest.approx(losses[-1], rel=1e-3)
    assert given == [4, 6]
    assert losses[1] > 10.0 * losses[0]
    sure = sequencing(raid)
    assert sure.ahead is not None
    assert (sure.given.sum(), sure.ahead.loss[0]) == (4, losses[0])  # the same numbers exactly


def test_the_only_chance_gets_all_that_doctrine_allows():
    raid = problem([[NOW], [NOW]], [[(0, 1)], [(0, 1)]], [4])
    assert sequencing(raid).given.tolist() == [[2], [2]]


def test_the_last_round_is_kept_for_what_only_it_can_meet():
    """The second battery meets threat 0 as well; the first alone will meet threat 1, later."""
    raid = problem([[NOW, NOW], [LATER, 0]], [[(0, 0), (0, 0)], [(3, 3), (0, -1)]], [1, 1], salvo=1)
    assert sequencing(raid).given.tolist() == [[0, 1], [0, 0]]
    alone = raid._replace(rounds=np.array([[1, 0]]))
    assert sequencing(alone).given.sum() == 0


@pytest.mark.parametrize("crowded", [0, 1])
def test_of_equal_batteries_the_less_crowded_one_fires(crowded: int):
    """Rounds suffice and prices are nothing; one battery has threats that it alone could meet."""
    raid = problem([[NOW, NOW]] * 3, [[(0, 3), (0, 3)]] * 3, [9, 9], salvo=1)
    alone = np.array([[5, 5]])
    alone[0, crowded] = 7
    given = sequencing(raid._replace(alone=alone)).given
    assert given.sum() == 3
    assert given[:, crowded].sum() == 0
    fewer = np.array([[9, 9]])
    fewer[0, crowded] = 8
    assert sequencing(raid._replace(rounds=fewer)).given[:, crowded].sum() == 0


def test_the_bound_is_that_of_the_true_chances():
    raid = problem([[NOW, NOW]] * 3, [[(0, 5), (0, 5)]] * 3, [2, 1], salvo=1)
    ahead = sequencing(raid._replace(alone=np.array([[4, 1]]))).ahead
    assert ahead is not None
    plain = sequencing(raid._replace(alone=np.array([[0, 0]]))).ahead
    assert plain is not None
    assert ahead.bound == pytest.approx(plain.bound, rel=1e-4)
    assert (ahead.bound <= plain.loss + 1e-9).all()


@pytest.mark.parametrize("n_channels", [1, 2])
def test_no_more_than_the_free_channels_are_fired(n_channels: int):
    raid = problem([[NOW]] * 3, [[(0, 0)]] * 3, [9], salvo=1)
    raid = raid._replace(channels=np.array([[n_channels]]))
    given = sequencing(raid).given
    assert given[-n_channels:].sum() == n_channels == given.sum()


def test_a_shot_that_is_not_worth_its_cost_is_not_fired():
    raid = problem([[NOW]], [[(0, 0)]], [4])
    assert sequencing(raid._replace(cost=np.array([8.0]))).given.sum() == 0


def test_what_shares_no_battery_is_planned_on_its_own():
    """The same rounds and losses, with or without a missile half an hour away elsewhere."""
    near, far, never = (0, 4), (900, 1800), (0, -1)
    alone = sequencing(problem([[NOW, 0]], [[near, never]], [2, 0]))
    both = sequencing(problem([[NOW, 0], [0, LATER]], [[near, never], [never, far]], [2, 2]))
    assert both.given.tolist() == [*alone.given.tolist(), [0, 0]]
    other = sequencing(problem([[NOW]], [[(0, 900)]], [2]))
    assert alone.ahead is not None
    assert both.ahead is not None
    assert other.ahead is not None
    lost = alone.ahead.loss[0] + 1.1 * other.ahead.loss[0]
    assert both.ahead.loss[0] == pytest.approx(lost, rel=1e-4)


def test_near_and_far_threats_of_one_battery_both_get_their_looks():
    """Three single rounds fit until the last chance of a rocket, though another is far away."""
    both = problem([[NOW], [LATER]], [[(0, 4)], [(900, 1800)]], [20], salvo=1)
    plan = sequencing(both)
    assert plan.given.tolist() == [[1], [0]]
    assert plan.ahead is not None
    assert plan.ahead.loss[0] == pytest.approx(10.0 * 0.3**3, abs=0.01)
    assert plan.ahead.bound[0] == pytest.approx(plan.ahead.loss[0], abs=1e-3)
