"""Windows in seconds as slots of a plan over time, by hand."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from opendome.battle.arms import Arms
from opendome.battle.plan import N_SLOTS, Options, slots_of
from opendome.battle.windows import Windows
from opendome.kernels.assignment import LATER, NOW, OUT_OF_REACH
from opendome.scenario.command import Doctrine, Node


class Look:
    """All that slots ask of the arms of a cell."""

    look = np.array([4.0, 9.0])


def slots(reach: Any, t_launch: Any, t_last: Any, looks: bool = True) -> Any:
    """Flights take 7 s; one decision each 2 s; an order given now is launched at t = 100 s."""
    first, last = np.array(t_launch), np.array(t_last)
    found = Windows(first, first + 7.0, last, last + 7.0, np.zeros((*first.shape, 3)), first[:, 0])
    base = np.full(first.shape, 100.0)
    options = Options(found, cast(Any, None), base, base, cast(Any, None), None)
    lead = Node("c2", Doctrine(is_shoot_look_shoot=looks), decision_period=2.0)
    return slots_of(lead, cast(Arms, Look()), options, np.array(reach), np.array([0]))


def test_a_window_becomes_slots():
    found = slots(
        [[NOW, LATER], [OUT_OF_REACH, OUT_OF_REACH]],
        [[100.0, 109.0], [100.5, np.nan]],
        [[130.0, 109.5], [103.0, np.nan]],
    )
    assert found[0].tolist() == [[0, 15, 4, 6], [4, 4, 4, 8]]
    assert found[1, 0].tolist() == [1, 1, 4, 6]  # not its turn: not before the next decision
    assert found[1, 1, 0] > found[1, 1, 1]  # never


def test_slots_are_as_long_as_the_last_chance_is_far():
    found = slots([[NOW, NOW]], [[100.0, 100.0]], [[100.0 + 10.0 * N_SLOTS, 120.0]])
    assert found[0].tolist() == [[0, N_SLOTS, 1, 2], [0, 2, 1, 2]]


def test_without_a_look_word_comes_after_the_last_slot():
    found = slots([[NOW, NOW]], [[100.0, 100.0]], [[140.0, 120.0]], looks=False)
    assert found[0, :, 3].min() >= found[0, :, 1].max()
