"""What the cells remember: one row per track and one per order, and how reports change them.

Rows are kept sorted by key, so that each message finds its rows by one binary search, and the
memory of a run does not depend on which other runs share the batch. Whatever is heard twice counts
once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from opendome.messages import Plans, ReportKind, Reports
from opendome.scenario.wiring import Fates

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TRACK_BITS = 31  # a track key holds (run, cell) above the track's number
ORDER_BITS = 31
REFUSAL_BITS = 7  # a refusal holds the number of its order above its own
REFUSED_NAP = 2.0  # s before a refused engagement is tried again


@dataclass(slots=True)
class TrackBook:
    """Memory of each confirmed track of each cell, n rows sorted by key."""

    key: Ints
    t_judged: Floats  # time of the prediction last judged, -inf before
    chance: Floats  # to come to an asset
    value: Floats  # at risk; inf until judged
    asset: Ints  # in the greatest danger, -1 if none or nobody knows
    t_end: Floats  # impact, or arrival of a flyer on wings, as last judged
    t_wake: Floats  # nothing to decide before
    t_fresh: Floats  # until then the windows are believed
    windows: Floats  # (n, n_batteries, 4) first launch, its intercept, last launch, its intercept
    step: Floats  # how well the first launch is known, s
    t_asked: Floats  # when human consent was asked for, NaN before the first order
    n_launched: Ints  # (n, n_batteries) rounds at it that have left
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
    t_word: Floats  # when the assessment should be heard at the latest
    t_overdue: Floats  # whatever is still open then will never be heard of


@dataclass(slots=True)
class OrderLog:
    """Which track each order ever given was against, n rows sorted by key."""

    key: Ints
    track_key: Ints


Table = TypeVar("Table", Ints, Floats)
Book = TypeVar("Book", TrackBook, OrderBook, OrderLog)


@dataclass(slots=True)
class BattleState:
    """All that changes in the battle management of a batch of runs."""

    t_due: Floats  # (n_cells,) next decision
    runs: Ints  # sorted
    n_orders: Ints  # (n_runs,) given so far
    n_alone: Ints  # (n_runs, n_batteries) threats engaged that only this battery could meet
    tracks: TrackBook
    orders: OrderBook
    log: OrderLog
    heard: Ints  # sorted keys of what was reported
    borrowed: OrderBook  # of others, as nodes that were cut off remember them; tracks are their own
    fates: Fates
    is_cut: Bools  # (n_runs, n_nodes) from the others, when last looked at
    plans: list[Plans] = field(default_factory=list)  # made since they were last taken away
    n_reopened: int = 0  # kills that the picture contradicted


def new_tracks(keys: Ints, n_batteries: int) -> TrackBook:
    """Rows of tracks seen for the first time."""
    n = len(keys)
    return TrackBook(
        key=keys,
        t_judged=np.full(n, -np.inf),
        chance=np.zeros(n),
        value=np.full(n, np.inf),
        asset=np.full(n, -1),
        t_end=np.full(n, np.nan),
        t_wake=np.full(n, -np.inf),
        t_fresh=np.full(n, -np.inf),
        windows=np.full((n, n_batteries, 4), np.nan),
        step=np.zeros(n),
        t_asked=np.full(n, np.nan),
        n_launched=np.zeros((n, n_batteries), dtype=np.int64),
        t_killed=np.full(n, np.nan),
        n_updates_killed=np.full(n, -1),
    )


def begin(runs: Ints, n_cells: int, n_batteries: int, fates: Fates | None = None) -> BattleState:
    """Nothing seen, nothing ordered; absent: fates of one node that nothing befalls."""
    none = np.zeros(0, dtype=np.int64)
    orders = OrderBook(none, none, none, none, none, none, np.zeros(0), np.zeros(0))
    runs = np.unique(runs)
    fates = Fates.nothing(len(runs), 1) if fates is None else fates
    return BattleState(
        t_due=np.full(n_cells, -np.inf),
        runs=runs,
        n_orders=np.zeros(len(runs), dtype=np.int64),
        n_alone=np.zeros((len(runs), n_batteries), dtype=np.int64),
        tracks=new_tracks(none, n_batteries),
        orders=orders,
        log=OrderLog(none, none),
        heard=none,
        borrowed=orders,
        fates=fates,
        is_cut=np.zeros(fates.lost.shape, dtype=np.bool_),
    )


def track_keys(run: Ints, cell: Ints | int, track: Ints, n_cells: int) -> Ints:
    """One number for each (run, cell, track), in that order of rank."""
    return ((run * n_cells + cell) << TRACK_BITS) | track


def order_keys(run: Ints, order: Ints) -> Ints:
    """One number for each (run, order), in that order of rank."""
    return (run << ORDER_BITS) | order


def find(keys: Ints, wanted: Ints) -> tuple[Ints, Bools]:
    """Row of each wanted key among sorted ones, and whether it is there (any row where not)."""
    if len(keys) == 0:
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
    rows = np.minimum(keys.searchsorted(wanted), len(keys) - 1)
    return rows, keys[rows] == wanted


def some_of(table: Table, rows: Ints, columns: Ints) -> Table:
    """Some rows of a table (n, m), of these some columns."""
    return table.take(rows, axis=0).take(columns, axis=1)


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


def per_track(state: BattleState, orders: OrderBook, amounts: Floats) -> Floats:
    """Sum over orders against each track of k amounts per order, (n_tracks, k)."""
    totals = np.zeros((len(state.tracks.key), amounts.shape[1]))
    rows, is_known = find(state.tracks.key, orders.track_key)
    np.add.at(totals, rows[is_known], amounts[is_known])
    return totals


def fold(state: BattleState, reports: Reports, assess_delay: Floats, t: float) -> None:
    """Enter reports that have arrived into the books, and close what is done or overdue.

    One report is about one round, which is launched or refused, never both. KILLED closes the
    track; only the picture can open it again. CANNOT gives the round back. An assessment also
    says that the round left, if that was not heard yet; what is heard again counts no more.

    Parameters
    ----------
    assess_delay : (n_batteries,) float
        From an intercept to its assessment, s.
    """
    if len(reports.run):
        is_refusal = reports.kind == ReportKind.CANNOT
        is_assessment = ~is_refusal & (reports.kind != ReportKind.LAUNCHED)
        of_shot = (reports.run << ORDER_BITS) | (reports.shot << 1)
        _leave(state, reports, _unheard(state, np.flatnonzero(~is_refusal), of_shot))
        assessed = _unheard(state, np.flatnonzero(is_assessment), of_shot | 1)
        _assess(state, reports, assessed, assess_delay)
        refused = (reports.order << REFUSAL_BITS) | (-1 - reports.shot)
        refused |= (reports.run << ORDER_BITS) | (1 << (ORDER_BITS - 1))
        _refuse(state, reports, _unheard(state, np.flatnonzero(is_refusal), refused), t)
        np.maximum(state.orders.n_left, 0, out=state.orders.n_left)
        np.maximum(state.orders.n_pending, 0, out=state.orders.n_pending)
    orders = state.orders
    if not len(orders.key):
        return
    is_done = (orders.n_left + orders.n_pending == 0) | (orders.t_overdue < t)
    if is_done.any():
        state.orders = keep(orders, ~is_done)


def _unheard(state: BattleState, rows: Ints, keys: Ints) -> Ints:
    """Of some rows of reports those that say what was not said before; from now on it was."""
    fresh, first = np.unique(keys[rows], return_index=True)
    is_known = find(state.heard, fresh)[1]
    fresh, first = fresh[~is_known], first[~is_known]
    if len(fresh):
        state.heard = np.insert(state.heard, np.searchsorted(state.heard, fresh), fresh)
    return rows[first]


def _books_of(state: BattleState, reports: Reports, rows: Ints) -> tuple[Ints, tuple[Ints, Ints]]:
    """Rows in the book of orders that are open; rows in the book of tracks, each with its report.

    The log knows against which track of which cell an order was given.
    """
    keys = order_keys(reports.run[rows], reports.order[rows])
    order, is_open = find(state.orders.key, keys)
    given, is_given = find(state.log.key, keys)
    rows, given = rows[is_given], given[is_given]
    track, is_known = find(state.tracks.key, state.log.track_key[given])
    return order[is_open], (track[is_known], rows[is_known])


def _leave(state: BattleState, reports: Reports, rows: Ints) -> None:
    """Rounds have left."""
    order, (track, rows) = _books_of(state, reports, rows)
    np.add.at(state.orders.n_left, order, -1)
    np.add.at(state.orders.n_pending, order, 1)
    np.add.at(state.tracks.n_launched, (track, reports.battery[rows]), 1)


def _refuse(state: BattleState, reports: Reports, rows: Ints, t: float) -> None:
    """Rounds could not leave: they are there again, and the threat is tried again soon."""
    order, (track, _) = _books_of(state, reports, rows)
    np.add.at(state.orders.n_left, order, -1)
    state.tracks.t_wake[track] = t + REFUSED_NAP


def _assess(state: BattleState, reports: Reports, rows: Ints, assess_delay: Floats) -> None:
    """Rounds have been assessed."""
    tracks = state.tracks
    order, (track, rows) = _books_of(state, reports, rows)
    np.add.at(state.orders.n_pending, order, -1)
    tracks.t_wake[track] = -np.inf
    is_kill = reports.kind[rows] == ReportKind.KILLED
    track, rows = track[is_kill], rows[is_kill]
    tracks.t_killed[track] = reports.t[rows] - assess_delay[reports.battery[rows]]
    tracks.n_updates_killed[track] = -1


def outstanding(state: BattleState, runs: Ints, n_batteries: int) -> Ints:
    """Rounds ordered that have not left, (n_runs, n_batteries): stocks do not show them yet."""
    orders = state.orders
    total = np.zeros((len(runs), n_batteries), dtype=np.int64)
    row, is_known = find(runs, orders.run)
    np.add.at(total, (row[is_known], orders.battery[is_known]), orders.n_left[is_known])
    return total
