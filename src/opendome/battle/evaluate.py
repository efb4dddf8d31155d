"""What a predicted impact threatens: chance to land in an asset, and the value at risk."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.books import BattleState
from opendome.kernels.footprint import chances_in_discs
from opendome.messages import Tracks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Judgement(NamedTuple):
    """What each of n tracks threatens."""

    chance: Floats  # to land in some asset
    value: Floats  # expected value lost if it is not stopped
    asset: Ints  # with the largest chance x value, -1 if none is in danger


def judge(picture: Tracks, rows: Ints, discs: Floats, values: Floats) -> Judgement:
    """Judge the predicted impacts of some rows of the picture.

    Parameters
    ----------
    picture : Tracks
    rows : (n,) int
    discs : (n_assets, 3) float
        Latitude, longitude, radius of each asset.
    values : (n_assets,) float

    Notes
    -----
    Assets are taken as disjoint: chances add up, to 1 at most. A track without a prediction
    threatens nothing yet.
    """
    if len(values) == 0 or len(rows) == 0:
        return Judgement(np.zeros(len(rows)), np.zeros(len(rows)), np.full(len(rows), -1))
    p_inside = np.nan_to_num(
        chances_in_discs(
            picture.impact_lat[rows],
            picture.impact_lon[rows],
            picture.impact_cov_enu[rows],
            discs,
        )
    )
    at_risk = p_inside * values
    asset = np.where(p_inside.any(axis=1), np.argmax(at_risk, axis=1), -1)
    return Judgement(np.minimum(p_inside.sum(axis=1), 1.0), at_risk.sum(axis=1), asset)


def refresh(
    state: BattleState, picture: Tracks, pairs: tuple[Ints, Ints], discs: Floats, values: Floats
) -> None:
    """Judge again, of the given (picture row, book row) pairs, those with a newer prediction."""
    seen, rows = pairs
    tracks = state.tracks
    is_newer = picture.t_predicted[seen] > tracks.t_judged[rows]  # False where there is none
    seen, rows = seen[is_newer], rows[is_newer]
    judgement = judge(picture, seen, discs, values)
    tracks.t_judged[rows] = picture.t_predicted[seen]
    tracks.chance[rows] = judgement.chance
    tracks.value[rows] = judgement.value
