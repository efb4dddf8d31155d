"""What a track threatens: chance to come to an asset, the value at risk, and until when.

A ballistic track is judged by its predicted impact. A flyer on wings has none: it is judged by its
course, which it may yet change.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.books import BattleState
from opendome.kernels.burning import assumed_burns
from opendome.kernels.judgement import Assets, Suspects, judgements
from opendome.messages import Tracks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SIGMA_COURSE = math.radians(20.0)  # by which a flyer on wings may yet turn
T_REACH = 1800.0  # s of flight: assets further off are not yet in danger from a flyer on wings


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
    suspects = Suspects(
        picture.is_level,
        picture.t,
        picture.x_ecef,
        picture.impact_t,
        picture.impact_lat,
        picture.impact_lon,
        picture.impact_cov_enu,
    )
    return Judgement(*judgements(suspects, rows, Assets(discs, values, SIGMA_COURSE, T_REACH)))


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
