"""Reading the picture: each confirmed track finds its memory, and some memories fade."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.battle.books import BattleState, find, keep, merge, new_tracks, track_keys
from opendome.messages import Tracks

Ints = NDArray[np.int64]

REOPEN_AFTER = 10.0  # s of updates after a kill before the picture contradicts it
REOPEN_UPDATES = 3  # and as many updates


def read(state: BattleState, picture: Tracks) -> tuple[Ints, Ints]:
    """Rows of the picture that are confirmed, and the row of each in the book of tracks.

    Tracks seen for the first time get a row. A track that has vanished is forgotten once no order
    against it is open.
    """
    seen = np.flatnonzero(picture.is_confirmed)
    n_nodes = len(state.t_due)
    keys = track_keys(picture.run[seen], picture.node[seen], picture.id[seen], n_nodes)
    rows, is_known = find(state.tracks.key, keys)
    if len(keys) == len(state.tracks.key) and is_known.all():
        return seen, rows
    ordered, is_there = find(state.tracks.key, state.orders.track_key)
    is_present = np.zeros(len(state.tracks.key), dtype=np.bool_)
    is_present[ordered[is_there]] = True
    is_present[rows[is_known]] = True
    if not is_present.all():
        state.tracks = keep(state.tracks, is_present)
    if not is_known.all():
        state.tracks = merge(state.tracks, new_tracks(keys[~is_known], state.n_alone.shape[1]))
    return seen, find(state.tracks.key, keys)[0]


def contradict(state: BattleState, picture: Tracks, seen: Ints, rows: Ints) -> None:
    """Open again each track believed killed that is still being detected long after.

    Needs ``REOPEN_UPDATES`` updates since the kill was heard of, the last of them
    ``REOPEN_AFTER`` seconds or more after the intercept.
    """
    tracks = state.tracks
    is_closed = ~np.isnan(tracks.t_killed[rows])
    if not is_closed.any():
        return
    seen, rows = seen[is_closed], rows[is_closed]
    is_fresh = tracks.n_updates_killed[rows] < 0
    tracks.n_updates_killed[rows[is_fresh]] = picture.n_updates[seen[is_fresh]]
    n_since = picture.n_updates[seen] - tracks.n_updates_killed[rows]
    is_late = picture.t_update[seen] > tracks.t_killed[rows] + REOPEN_AFTER
    again = rows[is_late & (n_since >= REOPEN_UPDATES)]
    tracks.t_killed[again] = np.nan
    tracks.n_updates_killed[again] = -1
    tracks.t_wake[again] = -np.inf
    state.n_reopened += len(again)
