"""From a plan to orders: what must leave now is ordered and entered in the books."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.arms import Arms
from opendome.battle.books import BattleState, OrderBook, OrderLog, find, merge, order_keys
from opendome.battle.stakes import Stakes
from opendome.battle.windows import Windows
from opendome.messages import Orders, Tracks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

OVERDUE_AFTER = 60.0  # s after the last word that could be expected of an order


class Candidates(NamedTuple):
    """Threats that a cell may fire at now, n rows sorted by (run, track)."""

    seen: Ints  # row in the picture
    rows: Ints  # row in the book of tracks
    stock: Ints  # row in the stocks
    t_release: Floats  # (n, b) when human consent is there for each battery
    t_end: Floats  # impact, or arrival of a flyer on wings
    wanted: Ints  # (n, k) most rounds in this decision, if a kind is among them
    n_tries: Ints  # (n, k) decisions that doctrine still allows
    is_new: Bools  # never engaged before
    stakes: Stakes
    t_word: Floats  # (n, 1 + n_layers) when word of the open shots is due, see `layers.turns`


def firsts(candidates: Candidates) -> Ints:
    """The first row of each run."""
    stock = candidates.stock
    return np.flatnonzero(np.append(True, stock[1:] != stock[:-1])[: len(stock)])


def alone(found: Windows, kind: Ints) -> Bools:
    """Whether a battery is the only one of its kind that can meet a threat, (n, b)."""
    is_met = np.isfinite(found.t_launch)
    n_like = is_met.astype(np.int64) @ (kind[:, None] == kind).astype(np.int64)
    return np.asarray(is_met & (n_like == 1))


def commit(
    state: BattleState,
    picture: Tracks,
    candidates: Candidates,
    given: Ints,
    found: Windows,
    arms: Arms,
    t: float,
) -> Orders:
    """Order the given rounds (n, b) and remember them; orders come sorted by (run, track)."""
    row, b = np.nonzero(given)
    seen, battery = candidates.seen[row], arms.numbers[b]
    tracks = state.tracks
    first = np.flatnonzero(candidates.is_new & given.any(axis=1))
    place = np.ix_(find(state.runs, picture.run[candidates.seen[first]])[0], arms.numbers)
    np.add.at(state.n_alone, place, alone(found, arms.kind)[first])
    is_asked = np.isnan(tracks.t_asked[candidates.rows[row]])
    tracks.t_asked[candidates.rows[row[is_asked]]] = t
    tracks.t_wake[candidates.rows[row]] = -np.inf
    run = picture.run[seen]
    in_state = find(state.runs, run)[0]
    ids = state.n_orders[in_state] + np.arange(len(run)) - np.searchsorted(run, run)
    np.add.at(state.n_orders, in_state, 1)
    orders = Orders(
        run=run,
        id=ids,
        node=picture.node[seen],
        battery=battery,
        track=picture.id[seen],
        n_rounds=given[row, b],
        t_decided=np.full(len(row), t),
        t_release=candidates.t_release[row, b],
        t_launch=found.t_launch[row, b],
        t_intercept=found.t_intercept[row, b],
        r_intercept_ecef=found.r_intercept_ecef[row, b],
    )
    book = OrderBook(
        key=order_keys(run, ids),
        track_key=tracks.key[candidates.rows[row]],
        run=run,
        battery=battery,
        n_left=given[row, b],
        n_pending=np.zeros(len(row), dtype=np.int64),
        t_word=found.t_intercept[row, b] + arms.heard[b],
        t_overdue=found.t_intercept_last[row, b] + arms.heard[b] + arms.latency[b] + OVERDUE_AFTER,
    )
    state.log = merge(state.log, OrderLog(book.key, book.track_key))
    state.orders = merge(state.orders, book)
    return orders
