"""What the nodes remember: one row per track and one per open order, and how reports change them.

Rows are kept sorted by key, so that each message finds its rows by one binary search, and the
memory of a run does not depend on which other runs share the batch.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from opendome.messages import ReportKind, Reports

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TRACK_BITS = 31  # a track key holds (run, node) above the track's number
ORDER_BITS = 31
REFUSED_NAP = 2.0  # s before a refused engagement is tried again


@dataclass(slots=True)
class TrackBook:
    """Memory of each confirmed track of each node, n rows sorted by key."""

    key: Ints
    t_judged: Floats  # time of the prediction last judged, -inf before
    chance: Floats  # to land in an asset
    value: Floats  # at risk; inf until judged
    t_wake: Floats  # nothing to decide before
    t_consent: Floats  # end of the human consent delay, NaN before the first decision
    n_launched: Ints
    t_killed: Floats  # intercept after which it was assessed as killed, NaN when believed alive
    n_updates_killed: Ints  # updates it had when that was heard, -1 when not yet noted


@dataclass(slots=True)
class OrderBook:
    """Memory of each order of which something is still to come, n rows sorted by key."""

    key: Ints
    track_key: Ints
    run: Ints
    battery: Ints
    n_left: Ints  # rounds that have not left
    n_pending: Ints  # rounds that left and are not assessed
    t_overdue: Floats  # whatever is still open then will never be heard of


Book = TypeVar("Book", TrackBook, OrderBook)


@dataclass(slots=True)
class BattleState:
    """All that changes in the battle management of a batch of runs."""

    t_due: Floats  # (n_nodes,) next decision
    runs: Ints  # sorted
    n_orders: Ints  # (n_runs,) given so far
    n_alone: Ints  # (n_runs, n_batteries) threats engaged that only this battery could meet
    tracks: TrackBook
    orders: OrderBook
    n_unproven: int = 0  # plans that are not proven to be the best of their problem
    n_reopened: int = 0  # kills that the picture contradicted


def new_tracks(keys: Ints) -> TrackBook:
    """Rows of tracks seen for the first time."""
    n = len(keys)
    return TrackBook(
        key=keys,
        t_judged=np.full(n, -np.inf),
        chance=np.zeros(n),
        value=np.full(n, np.inf),
        t_wake=np.full(n, -np.inf),
        t_consent=np.full(n, np.nan),
        n_launched=np.zeros(n, dtype=np.int64),
        t_killed=np.full(n, np.nan),
        n_updates_killed=np.full(n, -1),
    )


def begin(runs: Ints, n_nodes: int, n_batteries: int) -> BattleState:
    """Nothing seen, nothing ordered."""
    none = np.zeros(0, dtype=np.int64)
    orders = OrderBook(none, none, none, none, none, none, np.zeros(0))
    runs = np.unique(runs)
    return BattleState(
        t_due=np.full(n_nodes, -np.inf),
        runs=runs,
        n_orders=np.zeros(len(runs), dtype=np.int64),
        n_alone=np.zeros((len(runs), n_batteries), dtype=np.int64),
        tracks=new_tracks(none),
        orders=orders,
    )


def track_keys(run: Ints, node: Ints | int, track: Ints, n_nodes: int) -> Ints:
    """One number for each (run, node, track), in that order of rank."""
    return ((run * n_nodes + node) << TRACK_BITS) | track


def order_keys(run: Ints, order: Ints) -> Ints:
    """One number for each (run, order), in that order of rank."""
    return (run << ORDER_BITS) | order


def find(keys: Ints, wanted: Ints) -> tuple[Ints, Bools]:
    """Row of each wanted key among sorted ones, and whether it is there (any row where not)."""
    if len(keys) == 0:
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
    rows = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return rows, keys[rows] == wanted


def keep(book: Book, rows: Ints | Bools) -> Book:
    """Some rows of a book, in the order asked."""
    return type(book)(**{f.name: getattr(book, f.name)[rows] for f in fields(book)})


def merge(book: Book, more: Book) -> Book:
    """Two books as one, sorted by key."""
    order = np.argsort(np.concatenate([book.key, more.key]), kind="stable")
    return type(book)(
        **{
            f.name: np.concatenate([getattr(book, f.name), getattr(more, f.name)])[order]
            for f in fields(book)
        }
    )


def per_track(state: BattleState, amounts: Floats | Ints) -> Floats:
    """Sum over the open orders against each track of an amount per order, (n_tracks,)."""
    totals = np.zeros(len(state.tracks.key))
    rows, is_known = find(state.tracks.key, state.orders.track_key)
    np.add.at(totals, rows[is_known], amounts[is_known])
    return totals


def fold(
    state: BattleState, reports: Reports, battery_node: Ints, assess_delay: Floats, t: float
) -> None:
    """Enter reports that have arrived into the books, and close what is done or overdue.

    One report is about one round, which is launched or refused, never both. KILLED closes the
    track; only the picture can open it again. CANNOT gives the round back.
    """
    orders, tracks = state.orders, state.tracks
    if len(reports.run):
        row, is_open = find(orders.key, order_keys(reports.run, reports.order))
        node = battery_node[reports.battery]
        keys = track_keys(reports.run, node, reports.track, len(state.t_due))
        track, is_known = find(tracks.key, keys)
        is_launch = reports.kind == ReportKind.LAUNCHED
        is_refusal = reports.kind == ReportKind.CANNOT
        is_kill = reports.kind == ReportKind.KILLED
        np.add.at(orders.n_left, row[(is_launch | is_refusal) & is_open], -1)
        np.add.at(orders.n_pending, row[is_launch & is_open], 1)
        np.maximum(orders.n_left, 0, out=orders.n_left)
        np.add.at(tracks.n_launched, track[is_launch & is_known], 1)
        tracks.t_wake[track[is_refusal & is_known]] = t + REFUSED_NAP
        is_assessed = is_kill | (reports.kind == ReportKind.SURVIVED)
        np.add.at(orders.n_pending, row[is_assessed & is_open], -1)
        np.maximum(orders.n_pending, 0, out=orders.n_pending)
        tracks.t_wake[track[is_assessed & is_known]] = -np.inf
        killed = is_kill & is_known
        t_killed = reports.t[killed] - assess_delay[reports.battery[killed]]
        tracks.t_killed[track[killed]] = t_killed
        tracks.n_updates_killed[track[killed]] = -1
    is_done = (orders.n_left + orders.n_pending == 0) | (orders.t_overdue < t)
    if is_done.any():
        state.orders = keep(orders, ~is_done)


def outstanding(state: BattleState, runs: Ints, n_batteries: int) -> Ints:
    """Rounds ordered that have not left, (n_runs, n_batteries): stocks do not show them yet."""
    orders = state.orders
    total = np.zeros((len(runs), n_batteries), dtype=np.int64)
    row, is_known = find(runs, orders.run)
    np.add.at(total, (row[is_known], orders.battery[is_known]), orders.n_left[is_known])
    return total
