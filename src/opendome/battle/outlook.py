"""What batteries can do about tracks, remembered for a while: windows change slowly.

Windows are computed anew when a threat wakes, some seconds later while it could be fired at, and
always for what is about to be ordered.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.battle.arms import Arms
from opendome.battle.books import BattleState
from opendome.battle.windows import Paths, Windows, find_windows, some

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HOLDS_SHARE = 0.05  # of the time to the end: how long windows that are open are believed
LONGEST_HOLD = 10.0  # s


def look_ahead(
    state: BattleState, rows: Ints, arms: Arms, paths: Paths, t_earliest: Floats, t: float
) -> Windows:
    """Windows of batteries (n, b), new for tracks whose remembered ones are too old.

    Parameters
    ----------
    rows : (n,) int
        Of the tracks in the book.
    t_earliest : (n, b) float
        No launch before, were there rounds.
    """
    tracks = state.tracks
    stale = np.flatnonzero(tracks.t_fresh[rows] <= t + 1e-9)
    n, b = t_earliest.shape
    place = np.full((n, b, 3), np.nan)
    if len(stale):
        found = find_windows(some(paths, stale), arms.sites, t_earliest[stale])
        place[stale] = found.r_intercept_ecef
        new = [found.t_launch, found.t_intercept, found.t_launch_last, found.t_intercept_last]
        tracks.windows[rows[stale][:, None], arms.numbers] = np.stack(new, axis=2)
        tracks.step[rows[stale]] = found.step
    first, met, last, met_last = tracks.windows[rows[:, None], arms.numbers].transpose(2, 0, 1)
    t_launch = np.maximum(first, t_earliest)
    slope = (met_last - met) / np.maximum(last - first, 1e-9)
    is_open = t_launch <= last
    later = np.where(is_open, t_launch - first, 0.0)
    return Windows(
        np.where(is_open, t_launch, np.nan),
        np.where(is_open, met + slope * later, np.nan),
        np.where(is_open, last, np.nan),
        np.where(is_open, met_last, np.nan),
        place,
        tracks.step[rows],
    )


def without(found: Windows, is_there: Bools) -> Windows:
    """Windows of those batteries (n, b) that are there at all."""
    first, met, last, met_last = (np.where(is_there, column, np.nan) for column in found[:4])
    return Windows(first, met, last, met_last, found.r_intercept_ecef, found.step)


def hold(
    state: BattleState, rows: Ints, is_now: Bools, t_end: Floats, clock: tuple[float, float]
) -> None:
    """Note until when the windows just looked at are believed: they were new or are still good.

    ``is_now`` (n,) could be fired at; ``clock`` is the time and the decision period.
    """
    tracks = state.tracks
    t, period = clock
    stale = tracks.t_fresh[rows] <= t + 1e-9
    holds = np.clip(HOLDS_SHARE * (t_end - t), period, LONGEST_HOLD)
    until = np.where(is_now, t + holds, tracks.t_wake[rows])
    tracks.t_fresh[rows[stale]] = until[stale]


def renew(found: Windows, which: Ints, paths: Paths, arms: Arms, t_earliest: Floats) -> Windows:
    """The same windows, those of some rows computed anew."""
    if len(which) == 0:
        return found
    new = find_windows(some(paths, which), arms.sites, t_earliest[which])
    columns = [column.copy() for column in found]
    for column, part in zip(columns, new, strict=True):
        column[which] = part
    return Windows(*columns)
