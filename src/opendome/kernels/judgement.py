"""What tracks threaten: chance to come to an asset, the value at risk, and until when."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.footprint import chances_in_discs, courses_to_discs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Suspects(NamedTuple):
    """Columns of a picture; impacts are NaN where none is predicted."""

    is_level: Bools  # (m,)
    t: Floats  # (m,)
    x_ecef: Floats  # (m, 7)
    impact_t: Floats  # (m,)
    impact_lat: Floats  # (m,)
    impact_lon: Floats  # (m,)
    impact_cov_enu: Floats  # (m, 2, 2)


class Assets(NamedTuple):
    """What is at stake, and how far ahead flyers on wings are judged."""

    discs: Floats  # (k, 3) latitude, longitude, radius
    values: Floats  # (k,)
    sigma_course: float  # rad, by which a flyer on wings may yet turn
    t_reach: float  # s of flight: assets further off are not yet in danger from it


@jit
def judgements(
    suspects: Suspects, rows: Ints, assets: Assets
) -> tuple[Floats, Floats, Ints, Floats]:
    """Judge some rows of a picture.

    Returns
    -------
    chance : (n,) float
        To come to some asset; assets are taken as disjoint.
    value : (n,) float
        Expected value lost.
    asset : (n,) int
        With the largest chance x value, -1 if none is in danger.
    t_end : (n,) float
        Impact, or arrival there; NaN where unknown.
    """
    n, k = len(rows), len(assets.values)
    chance, value = np.zeros(n), np.zeros(n)
    asset, t_end = np.full(n, -1), np.full(n, math.nan)
    if k == 0:
        return chance, value, asset, t_end
    for i in range(n):
        one = rows[i : i + 1]
        row = rows[i]
        if suspects.is_level[row]:
            x = suspects.x_ecef[row : row + 1]
            fit, t_flight = courses_to_discs(
                x[:, :3], x[:, 3:6], assets.discs, assets.sigma_course, assets.t_reach
            )
            p_inside = fit[0] / max(np.sum(fit[0]), 1.0)
        else:
            t_flight = np.zeros((1, 1))
            p_inside = chances_in_discs(
                suspects.impact_lat[one],
                suspects.impact_lon[one],
                suspects.impact_cov_enu[row : row + 1],
                assets.discs,
            )[0]
        best, most = 0, -1.0
        for j in range(k):
            p = 0.0 if math.isnan(p_inside[j]) else p_inside[j]
            chance[i] += p
            value[i] += p * assets.values[j]
            if p > 0.0:
                asset[i] = 0
            if p * assets.values[j] > most:
                best, most = j, p * assets.values[j]
        if asset[i] == 0:
            asset[i] = best
        chance[i] = min(chance[i], 1.0)
        if not suspects.is_level[row]:
            t_end[i] = suspects.impact_t[row]
        elif p_inside[best] > 0.0:
            t_end[i] = suspects.t[row] + t_flight[0, best]
    return chance, value, asset, t_end
