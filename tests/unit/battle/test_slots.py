"""Windows in seconds as periods between decisions, and the slots of a plan, by hand."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from opendome.battle.ahead import N_SLOTS, parts, slot_starts
from opendome.battle.arms import Arms
from opendome.battle.plan import Options, periods_of
from opendome.battle.windows import Windows
from opendome.kernels.assignment import LATER, NOW, OUT_OF_REACH
from opendome.scenario.command import Doctrine, Node


class Look:
    """All that periods ask of the arms of a cell."""

    look = np.array([4.0, 9.0])


def periods(reach: Any, t_launch: Any, t_last: Any, looks: bool = True) -> Any:
    """Flights take 7 s; one decision each 2 s; an order given now is launched at t = 100 s."""
    first, last = np.array(t_launch), np.array(t_last)
    found = Windows(first, first + 7.0, last, last + 7.0, np.zeros((*first.shape, 3)), first[:, 0])
    base = np.full(first.shape, 100.0)
    options = Options(found, cast(Any, None), base, base, cast(Any, None), None)
    lead = Node("c2", Doctrine(is_shoot_look_shoot=looks), decision_period=2.0)
    return periods_of(lead, cast(Arms, Look()), options, np.array(reach))


def test_a_window_in_periods():
    found = periods(
        [[NOW, LATER], [OUT_OF_REACH, OUT_OF_REACH]],
        [[100.0, 109.0], [100.5, np.nan]],
        [[130.0, 109.5], [103.0, np.nan]],
    )
    assert found[0].tolist() == [[0, 15, 4, 6], [4, 4, 4, 8]]
    assert found[1, 0].tolist() == [1, 1, 4, 6]  # not its turn: not before the next decision
    assert found[1, 1, 0] > found[1, 1, 1]  # never


def test_a_window_does_not_depend_on_other_threats():
    near = [[100.0, 100.0]], [[130.0, 120.0]]
    far = [[100.0, 100.0]] * 2, [[130.0, 120.0], [4000.0, 4000.0]]
    assert periods([[NOW, NOW]], *near).tolist()[0] == periods([[NOW, NOW]] * 2, *far).tolist()[0]


@pytest.mark.parametrize("last", [0, 1, N_SLOTS - 1, N_SLOTS, 100, 1800, 10**5])
def test_slots_grow_with_the_time_until_they_begin(last: int):
    starts = np.array(slot_starts(last))
    length, first = np.diff(starts), starts[:-1]
    assert starts[0] == 0
    assert starts[-3] <= last < starts[-2]  # the last slot but one begins before the last chance
    assert len(starts) - 2 <= N_SLOTS
    assert (length[:-1][first[:-1] == 0] == 1).all()
    assert (np.diff(length[:-1]) >= 0).all()
    if last < N_SLOTS:
        assert (length == 1).all()
    if last == 1800:
        assert (length[:10] == 1).all()
        assert (length[1:-1] <= np.maximum(0.15 * first[1:-1], 1)).all()


def test_threats_are_of_one_part_where_batteries_or_units_join_them():
    is_met = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1]], bool)
    assert parts(is_met, np.arange(4)).tolist() == [0, 1, 1, 2, 3]
    assert parts(is_met, np.array([0, 1, 2, 0])).tolist() == [0, 1, 1, 2, 0]
    assert parts(is_met, np.array([0, 1, 0, 3])).tolist() == [0, 0, 0, 1, 2]


def test_without_a_look_word_comes_never():
    found = periods([[NOW, NOW]], [[100.0, 100.0]], [[140.0, 120.0]], looks=False)
    assert found[0, :, 3].min() >= found[0, :, 1].max()
