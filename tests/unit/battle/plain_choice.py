"""Which tracks a cell may fire at, told plainly: one array operation after another."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle import doctrine, evaluate
from opendome.battle.arms import Arms
from opendome.battle.books import BattleState, find
from opendome.battle.doctrine import SalvoRules, Spent
from opendome.kernels.burning import assumed_burns
from opendome.kernels.engageable import SURE, VAGUE_FLYER, Engageable
from opendome.kernels.judgement import Assets, judgements
from opendome.messages import Stocks, Tracks
from opendome.scenario.command import Doctrine

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Judgement(NamedTuple):
    """What each of n tracks threatens."""

    chance: Floats  # to come to some asset
    value: Floats  # expected value lost if it is not stopped
    asset: Ints  # with the largest chance x value, -1 if none is in danger
    t_end: Floats  # impact, or arrival there; NaN where unknown


def judge(picture: Tracks, rows: Ints, discs: Floats, values: Floats) -> Judgement:
    """Judge some rows of the picture.

    Parameters
    ----------
    picture : Tracks
    rows : (n,) int
    discs : (n_assets, 3) float
        Latitude, longitude, radius of each asset.
    values : (n_assets,) float

    Notes
    -----
    Assets are taken as disjoint: chances add up, to 1 at most. A ballistic track without a
    prediction threatens nothing yet. A course that fits several assets is shared among them.
    """
    assets = Assets(discs, values, evaluate.SIGMA_COURSE, evaluate.T_REACH)
    return Judgement(*judgements(evaluate.suspects(picture), rows, assets))


def suspect_burning(
    state: BattleState, picture: Tracks, pairs: tuple[Ints, Ints], values: Floats, burn: float
) -> None:
    """Judge what burns, where some battery may fire at it: whither it goes nobody knows yet.

    It counts as a threat to every asset alike, until the burn-out that is assumed ``burn`` s after
    its launch; then it is judged anew.
    """
    seen, rows = pairs
    burning = np.flatnonzero(picture.is_boosting[seen])
    if not len(burning):
        return
    seen, rows = seen[burning], rows[burning]
    tracks = state.tracks
    tracks.chance[rows] = 1.0 if len(values) else 0.0
    tracks.value[rows] = values.mean() if len(values) else 0.0
    tracks.t_end[rows] = assumed_burns(picture.t_first[seen], picture.t[seen], burn)[1]
    tracks.t_judged[rows] = -np.inf


def refresh(
    state: BattleState, picture: Tracks, pairs: tuple[Ints, Ints], discs: Floats, values: Floats
) -> None:
    """Judge again, of the given (picture row, book row) pairs, those of which more is known.

    That is a newer prediction, or for a flyer on wings a newer state.
    """
    seen, rows = pairs
    tracks = state.tracks
    t_known = np.where(picture.is_level[seen], picture.t[seen], picture.t_predicted[seen])
    is_newer = t_known > tracks.t_judged[rows]  # False where there is none
    if not is_newer.any():
        return
    seen, rows, t_known = seen[is_newer], rows[is_newer], t_known[is_newer]
    judgement = judge(picture, seen, discs, values)
    tracks.t_judged[rows] = t_known
    tracks.chance[rows] = judgement.chance
    tracks.value[rows] = judgement.value
    tracks.t_end[rows] = judgement.t_end


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
    columns: Ints,
    is_others_turn: Bools | bool = False,
) -> Bools:
    """Whether doctrine lets a cell fire at tracks (n,) that are open, their threat left aside.

    Not beyond the rounds allowed to each of its layers (``columns`` of what is spent), and in
    shoot-look-shoot not while a round is unassessed, but where it may be the turn of another layer
    than fired it.
    """
    is_free = (spent.n_rounds[:, columns] < rules.most.max(initial=0)).any(axis=1)
    if doctrine.is_shoot_look_shoot:
        is_free &= (spent.n_open == 0) | is_others_turn
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


def open_words(state: BattleState, rows: Ints, layer: Ints) -> Floats:
    """When word of the shots open against each track is due, by layer that fired, (n, 1 + l).

    Parameters
    ----------
    rows : (n,) int
        In the book of tracks.
    layer : (n_batteries,) int
        Of every battery of the scenario.

    Returns
    -------
    t_word : (n, 1 + n_layers) float
        The latest; -inf where none is open. The first column is of batteries in no layer.
    """
    orders = state.orders
    n_layers = int(layer.max(initial=-1)) + 1
    t_word = np.full((len(state.tracks.key), 1 + n_layers), -np.inf)
    row, is_known = find(state.tracks.key, orders.track_key)
    place = (row[is_known], 1 + layer[orders.battery[is_known]])
    np.maximum.at(t_word, place, orders.t_word[is_known])
    return np.asarray(t_word[rows])


def may_be_free(t_word: Floats, layers: Ints) -> Bools:
    """Whether some battery of another layer than the shots open against each track exists, (n,).

    Only such a battery can be free under shoot-look-shoot while a shot is open. ``layers`` are
    those that there are.
    """
    is_open = np.isfinite(t_word)
    return np.asarray(~is_open[:, 0] & ~is_open[:, 1 + layers].all(axis=1))


def choose(
    state: BattleState,
    picture: Tracks,
    pairs: tuple[Ints, Ints],
    left: Stocks,
    goes_by: tuple[Doctrine, Arms, Ints, Floats, Floats, bool],
    t: float,
) -> Engageable | None:
    """As the kernel of the same name; ``goes_by`` ends with layers, discs, values, is_cueing."""
    rules, arms, layer, discs, values, is_cueing = goes_by
    tracks = state.tracks
    is_met = is_open(state, picture, pairs, arms.assumed_burn > 0.0)
    seen, rows = pairs[0][is_met], pairs[1][is_met]
    is_awake = tracks.t_wake[rows] <= t + 1e-9
    if not (is_cueing or is_awake.any()):
        return None
    judged = pairs if is_cueing else (seen, rows)
    refresh(state, picture, judged, discs, values)
    if arms.assumed_burn > 0.0:
        suspect_burning(state, picture, judged, values, arms.assumed_burn)
    is_told = picture.is_level[seen] | picture.is_boosting[seen]
    t_end = np.where(is_told, tracks.t_end[rows], picture.impact_t[seen])
    is_threat = is_threatening(rules, tracks.chance[rows]) & (t_end > t)
    is_threat &= may_be_warhead(rules, picture, seen)
    if not (is_threat & is_awake).any():
        return None
    seen, rows, t_end = seen[is_threat], rows[is_threat], t_end[is_threat]
    spent = doctrine.spent(state, state.orders, rows, np.full(len(layer), 0.5), layer)
    t_word = open_words(state, rows, layer)
    is_other = arms.is_layered and may_be_free(t_word, arms.layers)
    is_free = may_engage(rules, arms.rules, spent, 1 + layer[arms.numbers], is_other)
    seen, rows, t_end, t_word = seen[is_free], rows[is_free], t_end[is_free], t_word[is_free]
    stock, is_known = find(left.runs, picture.run[seen])
    is_ready = (np.minimum(left.rounds, left.free_channels)[:, arms.numbers] > 0).any(axis=1)
    is_due = np.zeros(len(left.runs), dtype=np.bool_)
    is_due[stock[is_known & (tracks.t_wake[rows] <= t + 1e-9)]] = True
    chosen = np.flatnonzero(is_known & (is_due & is_ready)[stock])
    if len(chosen) == 0:
        return None
    return Engageable(seen[chosen], rows[chosen], stock[chosen], t_end[chosen], t_word[chosen])
