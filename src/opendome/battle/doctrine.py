"""Rules of engagement: which tracks a cell may fire at now, and with how many rounds."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.books import BattleState, per_track
from opendome.messages import Tracks
from opendome.scenario.command import Doctrine

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SURE = 2.0  # standard deviations of an estimate that nobody doubts


VAGUE_FLYER = 4e3  # m of place: more, and a seeker would look for a flyer in vain


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


def is_open(
    state: BattleState, picture: Tracks, pairs: tuple[Ints, Ints], may_boost: bool = False
) -> Bools:
    """Whether each confirmed track can be fired at at all, (n,).

    Not while it boosts, unless a battery may fire at such; not without an impact predicted (but of
    what burns none is needed, nor of a flyer on wings whose place is known well enough to send a
    round there); not when it is believed dead.
    """
    seen, rows = pairs
    is_boosting, is_level = picture.is_boosting[seen], picture.is_level[seen]
    cov = picture.cov_ecef
    spread = cov[seen, 0, 0] + cov[seen, 1, 1] + cov[seen, 2, 2]
    is_known = np.isfinite(picture.impact_t[seen]) | is_boosting
    is_known |= is_level & (spread < VAGUE_FLYER**2)
    is_alive = np.isnan(state.tracks.t_killed[rows])
    return np.asarray(is_alive & is_known & (may_boost | ~is_boosting))


def may_engage(
    doctrine: Doctrine,
    rules: SalvoRules,
    spent: Spent,
    rows: Ints,
    is_others_turn: Bools | bool = False,
) -> Bools:
    """Whether doctrine lets a cell fire at tracks (n,) that are open, their threat left aside.

    Not beyond the rounds allowed, and in shoot-look-shoot not while a round is unassessed, but
    where it may be the turn of another layer than fired it.
    """
    is_free = spent.n_rounds[rows] < rules.most.max(initial=0)
    if doctrine.is_shoot_look_shoot:
        is_free &= (spent.n_open[rows] == 0) | is_others_turn
    return np.asarray(is_free)


def is_threatening(doctrine: Doctrine, chance: Floats) -> Bools:
    """Hold fire at whatever is not likely enough to land in an asset."""
    return chance > doctrine.p_threatening


def may_be_warhead(doctrine: Doctrine, picture: Tracks, rows: Ints) -> Bools:
    """Whether tracks fall as a warhead may: not those that the air brakes more than any.

    The estimate of the ballistic coefficient and ``SURE`` of its standard deviations must lie below
    the doctrine's least; so it says nothing of a track that has not come into the air.
    """
    if doctrine.least_beta == 0.0:
        return np.ones(len(rows), dtype=np.bool_)
    most = picture.x_ecef[rows, 6] + SURE * np.sqrt(picture.cov_ecef[rows, 6, 6])
    return np.asarray(picture.is_level[rows] | (most >= math.log(doctrine.least_beta)))


def tries(rules: SalvoRules, n_spent: Ints) -> Ints:
    """Decisions to fire at each of n tracks that are still allowed, (n, k)."""
    return np.asarray(np.maximum(-((n_spent[:, None] - rules.most) // rules.salvo), 0))


def salvo(rules: SalvoRules, n_spent: Ints) -> Ints:
    """Rounds that each of n tracks may get in one decision, if a kind is among them, (n, k)."""
    return np.asarray(np.maximum(np.minimum(rules.salvo, rules.most - n_spent[:, None]), 0))
