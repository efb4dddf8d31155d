"""What is at stake where one hit decides over an asset: who is aimed at what, and what is left."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.books import TrackBook
from opendome.kernels.assignment import NO_AIMS, NO_ASSETS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Stakes(NamedTuple):
    """Of n threats; the first two are empty where every threat counts for itself."""

    aim: Ints  # asset of each; one of its own where nobody knows which
    stake: Floats  # worth of that asset
    value: Floats  # still at risk from the threat alone


class Seen(NamedTuple):
    """All tracks of a cell, m in number."""

    rows: Ints  # in the book of tracks
    stock: Ints  # row in the stocks, -1: its run has ended
    survival: Floats  # chance to survive the rounds that are on the way


def by_threats(value: Floats) -> Stakes:
    """Every threat counts for itself."""
    return Stakes(NO_AIMS, NO_ASSETS, value)


def by_assets(
    tracks: TrackBook, seen: Seen, is_asked: NDArray[np.bool_], of: tuple[Floats, float], t: float
) -> Stakes:
    """Of those tracks that are asked for, in the order of ``seen``.

    An asset is worth its value times the chance that it survives the other threats: those that
    are waited for, or can no more be fired at.

    Parameters
    ----------
    of : (a,) float, float
        Values of assets; chance that one hit destroys its asset.
    t : float
        Now.
    """
    values, p_hit = of
    asset, at_risk = tracks.asset[seen.rows], tracks.value[seen.rows]
    is_aimed = (asset >= 0) & np.isfinite(at_risk) & (seen.stock >= 0)
    worth = np.where(is_aimed, values[np.maximum(asset, 0)] if len(values) else 0.0, 0.0)
    chance = np.zeros(len(asset))
    np.divide(at_risk, worth, out=chance, where=worth > 0.0)
    p = p_hit * np.minimum(chance, 1.0) * seen.survival
    is_alive = np.isnan(tracks.t_killed[seen.rows]) & (tracks.t_end[seen.rows] > t)
    others = np.flatnonzero(is_aimed & is_alive & ~is_asked)
    left = np.ones((1 + int(seen.stock.max(initial=0)), max(len(values), 1)))
    np.multiply.at(left, (seen.stock[others], asset[others]), 1.0 - p[others])
    rows = np.flatnonzero(is_asked)
    is_aimed, asset = is_aimed[rows], np.maximum(asset[rows], 0)
    alone = at_risk[rows] * seen.survival[rows]
    stake = np.where(is_aimed, worth[rows] * left[seen.stock[rows], asset], alone)
    return Stakes(
        np.where(is_aimed, asset, len(values) + np.arange(len(rows))),
        stake,
        np.where(is_aimed, stake * p[rows], alone),
    )
