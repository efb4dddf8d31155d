"""What a node takes along when its link goes down, and what it brings when the link returns.

A node that is cut off has a book of its own: its tracks have other numbers than those of the
others. Who goes from one cell to the other finds the same threats in both pictures by where they
are and how fast they fly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.books import TRACK_BITS, BattleState, OrderBook, keep, merge
from opendome.kernels.association import Graph, assign_sparse
from opendome.messages import Tracks
from opendome.scenario.wiring import JOINT, Cell

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FLOOR = np.array([200.0, 200.0, 200.0, 20.0, 20.0, 20.0])  # m and m/s by which pictures differ
GATE = 22.46  # of a squared distance in six dimensions: 1 in 1000 true pairs lies outside
NEAR = 20e3  # m: what lies further apart is not looked at more closely


class Nodes(NamedTuple):
    """Who commands what, and who knows of it."""

    cells: Sequence[Cell]
    of_battery: Ints  # (n_batteries,) node that each obeys
    is_hub: bool  # the hub alone knows all orders; else every node does


class Seen(NamedTuple):
    """Confirmed tracks of the picture, n rows."""

    seen: Ints  # row in the picture
    rows: Ints  # row in the book of tracks
    cell: Ints

    def among(self, which: Bools) -> Seen:
        """Some of the rows."""
        return self if which.all() else Seen(*(column[which] for column in self))


def same_threats(picture: Tracks, mine: Ints, theirs: Ints) -> tuple[Ints, Ints]:
    """Pairs of tracks of two pictures of one run that may be the same threat, one to one.

    Parameters
    ----------
    picture : Tracks
    mine, theirs : (n,) int, (m,) int
        Rows of the picture, all of one time.

    Returns
    -------
    (k,) int, (k,) int
        Places in ``mine`` and in ``theirs``.

    Notes
    -----
    Least sum of squared Mahalanobis distances of place and velocity, each at most ``GATE``; the
    errors of the two pictures are taken as independent. Source: Bar-Shalom, IEEE Transactions on
    Automatic Control 26 (1981), the test; Blackman and Popoli (1999), section 9.5, the assignment.
    """
    x, cov = picture.x_ecef[:, :6], picture.cov_ecef[:, :6, :6]
    apart = x[mine][:, None] - x[theirs]
    i, j = np.nonzero((np.abs(apart[:, :, :3]) < NEAR).all(axis=2))
    total = cov[mine[i]] + cov[theirs[j]] + np.diag(FLOOR**2)
    d = apart[i, j][:, :, None]
    distance2 = (d * np.linalg.solve(total, d)).sum(axis=(1, 2))
    is_near = distance2 < GATE
    i, j, distance2 = i[is_near], j[is_near], distance2[is_near]
    start = np.searchsorted(i, np.arange(len(mine) + 1)).astype(np.int64)
    chosen = assign_sparse(Graph(start, j.astype(np.int64), distance2 - GATE), len(theirs))
    found = np.flatnonzero(chosen >= 0)
    return found, chosen[found]


def _pairs(picture: Tracks, found: Seen, mine: Bools, theirs: Bools) -> tuple[Ints, Ints]:
    """The same threats among some rows of ``found``, run by run."""
    run = picture.run[found.seen]
    first: list[Ints] = [np.zeros(0, dtype=np.int64)]
    second = first.copy()
    for r in np.unique(run[mine]):
        a, b = np.flatnonzero(mine & (run == r)), np.flatnonzero(theirs & (run == r))
        if len(b):
            i, j = same_threats(picture, found.seen[a], found.seen[b])
            first.append(a[i])
            second.append(b[j])
    return np.concatenate(first), np.concatenate(second)


def _is_spent_on(state: BattleState, rows: Ints) -> Bools:
    """Whether something was fired or ordered at tracks at some rows of the book."""
    tracks = state.tracks
    is_ordered = np.isin(tracks.key[rows], state.orders.track_key)
    is_hit = ~np.isnan(tracks.t_killed[rows])
    return np.asarray(is_ordered | is_hit | tracks.n_launched[rows].any(axis=1))


def bring(state: BattleState, picture: Tracks, found: Seen, cell: int) -> None:
    """A node is back: what it fired at alone is entered on the tracks of the joint picture.

    Tracks of which the joint picture knows nothing yet keep what was spent on them.
    """
    mine = found.cell == cell
    if not mine.any():
        return
    mine &= _is_spent_on(state, found.rows)
    if not mine.any():
        return
    a, b = _pairs(picture, found, mine, found.cell == JOINT)
    old, new = found.rows[a], found.rows[b]
    tracks = state.tracks
    tracks.n_launched[new] += tracks.n_launched[old]
    tracks.n_launched[old] = 0
    _share_word(state, old, new)
    tracks.t_killed[old] = np.nan
    for book in (state.orders, state.log):
        order = np.argsort(tracks.key[old])
        place = np.searchsorted(tracks.key[old][order], book.track_key)
        place = np.minimum(place, max(len(order) - 1, 0))
        is_moved = np.isin(book.track_key, tracks.key[old])
        if is_moved.any():
            key = tracks.key[new][order][place]
            book.track_key = np.where(is_moved, key, book.track_key)


def _share_word(state: BattleState, old: Ints, new: Ints) -> None:
    """What is known of kills and consent at some tracks is known of others, too."""
    tracks = state.tracks
    is_news = ~np.isnan(tracks.t_killed[old]) & np.isnan(tracks.t_killed[new])
    tracks.t_killed[new[is_news]] = tracks.t_killed[old[is_news]]
    tracks.n_updates_killed[new[is_news]] = -1
    tracks.t_asked[new] = np.fmin(tracks.t_asked[new], tracks.t_asked[old])


def take_along(
    state: BattleState, picture: Tracks, found: Seen, cell: int, known: OrderBook
) -> None:
    """A node is cut off: it remembers what is open against the threats that it sees itself.

    Parameters
    ----------
    known : OrderBook
        Open orders of the joint cell, as far as the node knows of them.
    """
    theirs, mine = found.cell == JOINT, found.cell == cell
    keys = state.tracks.key[found.rows]
    theirs &= np.isin(keys, known.track_key) | ~np.isnan(state.tracks.t_killed[found.rows])
    a, b = _pairs(picture, found, theirs, mine)
    _share_word(state, found.rows[a], found.rows[b])
    order = np.argsort(keys[a])
    place = np.searchsorted(keys[a][order], known.track_key)
    is_seen = np.isin(known.track_key, keys[a])
    taken = keep(known, is_seen)
    taken.track_key = keys[b][order][place[is_seen]]
    state.borrowed = merge(state.borrowed, taken)


def hand_over(
    state: BattleState,
    picture: Tracks,
    found: Seen,
    nodes: Nodes,
    cell_of: Ints,
    t: float,
) -> OrderBook:
    """Nodes that change cells take along what they know.

    Parameters
    ----------
    cell_of : (n_runs, n_nodes) int
        In which each fights now.

    Returns
    -------
    OrderBook
        Orders that count as open, for who looks whether a threat is being fired at. An order of
        the others to a battery that is cut off counts as far as it was heard to have left, until
        word of it is due: nobody waits for a round that may never leave. Not sorted, and a row
        that a node took along comes again.
    """
    alone = [i for i, cell in enumerate(nodes.cells) if cell.is_fallback]
    if not alone:
        return state.orders
    row = state.runs.searchsorted(picture.run[found.seen])
    for i in alone:
        node = nodes.cells[i].lead
        is_cut, was_cut = cell_of[:, node] != JOINT, state.is_cut[:, node]
        goes, returns = is_cut & ~was_cut, was_cut & ~is_cut
        if goes.any():
            mine = found.among(goes[row])
            take_along(state, picture, mine, i, _known_to(state, nodes, node))
        if returns.any():
            lent = state.borrowed
            is_back = returns[np.searchsorted(state.runs, lent.run)]
            state.borrowed = keep(lent, ~is_back | (_cell(state, lent) != i))
        if not is_cut.all():
            bring(state, picture, found.among(~is_cut[row]), i)
    state.is_cut = cell_of != JOINT
    if not state.is_cut.any():
        return state.orders
    state.borrowed = keep(state.borrowed, state.borrowed.t_word >= t)
    orders = state.orders
    obeys = nodes.of_battery[orders.battery]
    is_away = state.is_cut[np.searchsorted(state.runs, orders.run), obeys]
    is_away &= _cell(state, orders) == JOINT
    counted = replace(orders, n_left=np.where(is_away, 0, orders.n_left))
    counted = keep(counted, ~is_away | ((orders.n_pending > 0) & (orders.t_word >= t)))
    return merge(counted, state.borrowed)


def _cell(state: BattleState, orders: OrderBook) -> Ints:
    """Cell whose tracks orders are against."""
    return np.asarray((orders.track_key >> TRACK_BITS) % len(state.t_due))


def _known_to(state: BattleState, nodes: Nodes, node: int) -> OrderBook:
    """Open orders of the joint cell that a node knows of."""
    orders = state.orders
    is_known = _cell(state, orders) == JOINT
    if nodes.is_hub:
        is_known &= (nodes.of_battery[orders.battery] == node) & (orders.n_pending > 0)
        orders = replace(orders, n_left=np.where(is_known, 0, orders.n_left))
    return keep(orders, is_known)
