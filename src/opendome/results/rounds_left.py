"""Rounds left against time in a raid: the mean over runs, and the band of single runs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TAIL = 0.05  # of the runs left out at each side of the band


class Left(NamedTuple):
    """Share of a stock that is left at some times."""

    t: Floats
    mean: Floats
    low: Floats
    high: Floats


def rounds_left(stock: Floats, run: Ints, t_launch: Floats, t: Floats) -> Left:
    """Share of its stock that a defense has left.

    Parameters
    ----------
    stock : (n_runs,) float
        Rounds of each run at the start, above 0.
    run : (n_shots,) int
        Row of ``stock`` that a shot belongs to.
    t_launch : (n_shots,) float
        When it left.
    t : (n_times,) float
        Ascending times; a round that leaves at one of them is gone then.

    Returns
    -------
    left : Left
        Mean over the runs, 5 and 95 % of them, at each time.
    """
    fired = np.zeros((len(stock), len(t) + 1))
    np.add.at(fired, (run, np.searchsorted(t, t_launch, side="left")), 1.0)
    share = 1.0 - np.cumsum(fired[:, :-1], axis=1) / stock[:, None]
    low, high = np.quantile(share, [TAIL, 1.0 - TAIL], axis=0)
    return Left(t, share.mean(axis=0), low, high)
