"""Rules of engagement: how many rounds are spent on tracks, and how many may follow.

A cell holds fire at whatever is not likely enough to land in an asset, or falls as no warhead may.
It fires at no track while it boosts, unless a battery may fire at such; at none without an impact
predicted (but of what burns none is needed, nor of a flyer on wings whose place is known well
enough to send a round there); at none believed dead; never beyond the rounds allowed; and in
shoot-look-shoot not while a round is unassessed, but where it may be the turn of another layer
than fired it. `kernels.engageable` applies this to a whole picture at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.books import BattleState, per_track
from opendome.kernels.engageable import Shots

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class SalvoRules(NamedTuple):
    """What the nodes of batteries allow, for each of k kinds of round."""

    salvo: Ints  # (k,) rounds in one decision
    most: Ints  # (k,) rounds at a track in all


class Spent(NamedTuple):
    """What is already spent on each track of the book, n rows."""

    n_rounds: Ints  # launched or ordered
    n_open: Ints  # of these, without an assessment
    survival: Floats  # chance to survive the open ones


def spent(state: BattleState, p_kill: Floats) -> Spent:
    """Rounds spent on each track; ``p_kill`` (n_batteries,) is of one round of a battery."""
    orders = state.orders
    n = len(state.tracks.key)
    if len(orders.key) == 0:
        return Spent(state.tracks.n_launched, np.zeros(n, dtype=np.int64), np.ones(n))
    open_rounds = orders.n_left + orders.n_pending
    logs = np.log1p(-np.minimum(p_kill[orders.battery], 1.0 - 1e-12)) * open_rounds
    n_left, n_open, log = per_track(state, np.stack([orders.n_left, open_rounds, logs], axis=1)).T
    return Spent(
        state.tracks.n_launched + n_left.astype(np.int64), n_open.astype(np.int64), np.exp(log)
    )


def shots(state: BattleState) -> Shots:
    """The columns of the book of open orders that say what is spent on whom."""
    orders = state.orders
    return Shots(orders.track_key, orders.battery, orders.n_left, orders.n_pending, orders.t_word)


def tries(rules: SalvoRules, n_spent: Ints) -> Ints:
    """Decisions to fire at each of n tracks that are still allowed, (n, k)."""
    return np.asarray(np.maximum(-((n_spent[:, None] - rules.most) // rules.salvo), 0))


def salvo(rules: SalvoRules, n_spent: Ints) -> Ints:
    """Rounds that each of n tracks may get in one decision, if a kind is among them, (n, k)."""
    return np.asarray(np.maximum(np.minimum(rules.salvo, rules.most - n_spent[:, None]), 0))
