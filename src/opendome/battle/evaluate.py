"""What a track threatens: chance to come to an asset, the value at risk, and until when.

A ballistic track is judged by its predicted impact. A flyer on wings has none: it is judged by its
course, which it may yet change. What more is known of is judged again by `kernels.engageable`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.books import TrackBook
from opendome.kernels.engageable import Memory, Sighted
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
    assets = Assets(discs, values, SIGMA_COURSE, T_REACH)
    return Judgement(*judgements(suspects(picture), rows, assets))


def suspects(picture: Tracks) -> Suspects:
    """The columns of a picture that say what its tracks threaten."""
    return Suspects(
        picture.is_level,
        picture.t,
        picture.x_ecef,
        picture.impact_t,
        picture.impact_lat,
        picture.impact_lon,
        picture.impact_cov_enu,
    )


def sighted(picture: Tracks) -> Sighted:
    """The columns of a picture that say which of its tracks may be fired at."""
    return Sighted(
        suspects(picture),
        picture.run,
        picture.t_first,
        picture.t_predicted,
        picture.is_boosting,
        picture.cov_ecef,
    )


def memory(book: TrackBook) -> Memory:
    """The columns of the book of tracks that say so; the arrays themselves, not copies."""
    return Memory(
        book.key,
        book.t_judged,
        book.chance,
        book.value,
        book.t_end,
        book.t_wake,
        book.t_killed,
        book.n_launched,
    )
