"""What a track threatens: chance to come to an asset, the value at risk, and until when.

A ballistic track is judged by its predicted impact. A flyer on wings has none: it is judged by its
course, which it may yet change. What more is known of is judged again by `kernels.engageable`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.battle.books import TrackBook
from opendome.kernels.engageable import Memory, Sighted
from opendome.kernels.judgement import Suspects
from opendome.messages import Tracks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SIGMA_COURSE = math.radians(20.0)  # by which a flyer on wings may yet turn
T_REACH = 1800.0  # s of flight: assets further off are not yet in danger from a flyer on wings


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
        np.ascontiguousarray(picture.cov_ecef),
    )


def memory(book: TrackBook) -> Memory:
    """The columns of the book of tracks that say so; the arrays themselves, not copies."""
    return Memory(
        book.key,
        book.t_judged,
        book.chance,
        book.value,
        book.asset,
        book.t_end,
        book.t_wake,
        book.t_killed,
        book.n_launched,
    )
