"""Rules of engagement: how many rounds are spent on tracks, and how many may follow.

A cell holds fire at whatever is not likely enough to land in an asset, or falls as no warhead may.
It fires at no track while it boosts, unless a battery may fire at such; at none without an impact
predicted (but of what burns none is needed, nor of a flyer on wings whose place is known well
enough to send a round there); at none believed dead; never beyond the rounds that each layer is
allowed; and in shoot-look-shoot not while a round is unassessed, but where it may be the turn of
another layer than fired it. `kernels.engageable` applies this to a whole picture at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.books import BattleState, OrderBook, per_track
from opendome.kernels.engageable import Shots

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class SalvoRules(NamedTuple):
    """What the nodes of batteries allow, for each of k kinds of round."""

    salvo: Ints  # (k,) rounds in one decision
    most: Ints  # (k,) rounds of one layer at a track
    column: Ints  # (k,) of its layer: 1 + its number, 0 for batteries in no layer


class Spent(NamedTuple):
    """What is already spent on n tracks of the book."""

    n_rounds: Ints  # (n, 1 + n_layers) launched or ordered; first those of batteries in no layer
    n_open: Ints  # of these, without an assessment
    survival: Floats  # chance to survive the open ones


def spent(state: BattleState, orders: OrderBook, rows: Ints, p_kill: Floats, layer: Ints) -> Spent:
    """Rounds spent on tracks at some rows of the book, by the orders that count as open.

    ``p_kill`` (n_batteries,) is of one round of a battery, ``layer`` (n_batteries,) its layer, -1
    for none.
    """
    launched = state.tracks.n_launched[rows]
    is_of = 1 + layer[:, None] == np.arange(2 + layer.max(initial=-1))
    if len(orders.key) == 0:
        return Spent(launched @ is_of, np.zeros(len(rows), dtype=np.int64), np.ones(len(rows)))
    open_rounds = orders.n_left + orders.n_pending
    logs = np.log1p(-np.minimum(p_kill[orders.battery], 1.0 - 1e-12)) * open_rounds
    left = orders.n_left[:, None] * is_of[orders.battery]
    totals = per_track(state, orders, np.column_stack([open_rounds, logs, left]))[rows]
    n_rounds = launched @ is_of + totals[:, 2:].astype(np.int64)
    return Spent(n_rounds, totals[:, 0].astype(np.int64), np.exp(totals[:, 1]))


def shots(orders: OrderBook) -> Shots:
    """The columns of open orders that say what is spent on whom."""
    return Shots(orders.track_key, orders.battery, orders.n_left, orders.n_pending, orders.t_word)


def tries(rules: SalvoRules, n_spent: Ints) -> Ints:
    """Decisions to fire at each of n tracks that are still allowed, (n, k).

    ``n_spent`` (n, 1 + n_layers) are the rounds spent by layer.
    """
    left = rules.most - n_spent[:, rules.column]
    return np.asarray(np.maximum(-(-left // rules.salvo), 0))


def salvo(rules: SalvoRules, n_spent: Ints) -> Ints:
    """Rounds that each of n tracks may get in one decision, if a kind is among them, (n, k)."""
    left = rules.most - n_spent[:, rules.column]
    return np.asarray(np.maximum(np.minimum(rules.salvo, left), 0))
