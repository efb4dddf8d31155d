"""Whose turn it is: batteries of an earlier layer come first, later ones stop what leaks through.

A later layer leaves a threat to an earlier one that can still meet it, and waits for word of what
was fired at it, unless by waiting it would lose its own last chance. What an earlier layer will
have no round or channel for is not left to it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.arms import Arms
from opendome.battle.books import BattleState, find, some_of
from opendome.battle.commit import Candidates, firsts
from opendome.battle.windows import Windows, last_chances
from opendome.kernels.forecast import Demand, Supply, served
from opendome.kernels.turns import take_turns
from opendome.messages import Stocks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MARGIN = 2.0  # s kept before a last chance to launch
CHANNEL_HELD = 2.0  # s after an intercept until its channel is free


class Turns(NamedTuple):
    """What n threats mean to b batteries."""

    is_free: Bools  # (n, b) may fire as far as others are concerned
    is_pressed: Bools  # (n, b) fires though an earlier layer could still meet the threat
    slack: Floats  # (n, b) s until a battery that leaves a threat to others must look again
    is_served: Bools  # (n, b) its layer will have a round and a channel


def can_serve(
    state: BattleState,
    arms: Arms,
    candidates: Candidates,
    found: Windows,
    left: Stocks,
    t: float,
) -> Bools:
    """Whether the layer of each battery will have a round and a channel for each threat, (n, b).

    Parameters
    ----------
    found : Windows
        Of batteries that have rounds.
    left : Stocks
        What is not promised.

    Notes
    -----
    Rounds go to the threats of most value first, then to those whose last chance is first, as the
    policies give them; a channel serves one threat after the other, each from its launch until
    after its intercept. A threat that an earlier layer serves asks nothing of a later one.
    """
    first = firsts(candidates)
    n = len(candidates.stock)
    stock, numbers = candidates.stock[first], arms.numbers
    taken, t_again = _taken(state, arms, left.runs[stock], t)
    is_open = np.isfinite(candidates.t_word)[:, 1 + arms.layer] & (arms.layer >= 0)
    demand = Demand(
        offsets=np.append(first, n),
        order=np.lexsort((last_chances(found), -candidates.stakes.value, candidates.stock)),
        wanted=np.maximum(candidates.wanted[:, arms.kind], 1),
        is_open=is_open,
        t_first=found.t_launch,
        t_meet=found.t_intercept,
        t_last=found.t_launch_last,
        t_meet_last=found.t_intercept_last,
    )
    turn = CHANNEL_HELD + arms.latency + arms.reaction
    rounds, channels = (
        some_of(left.rounds, stock, numbers),
        some_of(left.free_channels, stock, numbers),
    )
    supply = Supply(rounds, channels, arms.unit, turn, taken, t_again)
    return np.asarray(served(demand, supply, arms.layer))


def _taken(state: BattleState, arms: Arms, runs: Ints, t: float) -> tuple[Ints, Floats]:
    """Channels in use (k, 3): row among some runs, unit, number; and when each is free again."""
    orders = state.orders
    row, is_known = find(runs, orders.run)
    b, is_mine = find(arms.numbers, orders.battery)
    t_free = orders.t_word - arms.heard[b] + CHANNEL_HELD
    k = np.flatnonzero(is_known & is_mine & (t_free > t))
    b = b[k]
    taken = np.stack([row[k], arms.unit[b], (orders.n_left + orders.n_pending)[k]], axis=1)
    return taken, t_free[k] + (arms.latency + arms.reaction)[b]


def turns(
    arms: Arms,
    found: Windows,
    is_able: Bools,
    is_served: Bools,
    t_word: Floats,
    is_shoot_look_shoot: bool,
    t: float,
) -> Turns:
    """Which batteries may fire at which threats now.

    Parameters
    ----------
    found : Windows
        Of batteries that have rounds.
    is_able : (n, b) bool
        Not where a window is open but all channels are taken: nobody waits for such a battery.
    is_served : (n, b) bool
        From `can_serve`: nobody waits for a battery whose layer will have nothing left.
    t_word : (n, 1 + n_layers) float
        When word of the shots open against each is due, by layer; -inf where none is open. The
        first column is of batteries in no layer.
    is_shoot_look_shoot : bool
        Whether a layer waits for word of its own shots, too.
    t : float
        Now.
    """
    is_coming = is_able & is_served & ~np.isnan(found.t_launch)
    t_planned = np.where(is_coming, found.t_intercept + arms.heard, np.inf)
    latest = found.t_launch_last - arms.again - MARGIN
    found_turns = take_turns(arms.layer, latest, t_planned, t_word, is_shoot_look_shoot, t)
    return Turns(*found_turns, is_served)
