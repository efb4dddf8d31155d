"""How much of a spread is chance, and how much is what nobody knows.

Rows are draws of uncertain parameters, columns are runs. Run k meets the same lots under every
draw, so rows and columns are crossed: y_jk = mean + draw_j + lots_k + rest_jk.
Lots and rest are chance.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Shares(NamedTuple):
    """Variance of single runs by where it comes from; NaN where the runs do not say."""

    unknown: float  # between draws of the parameters
    chance: float  # between runs under one draw

    @property
    def share_unknown(self) -> float:
        """Share of what is not known, 0 to 1."""
        total = self.unknown + self.chance
        return self.unknown / total if total > 0 else math.nan


def crossed(table: Floats, tail: float = 0.05) -> tuple[Shares, tuple[float, float]]:
    """Components of variance of draws by runs, and the band of the mean over the draws.

    Parameters
    ----------
    table : (n_draws, n_runs) float
        Outcome of each run under each draw; runs with NaN under some draw are left out.
    tail : float
        Share of the draws left out at each side of the band.

    Returns
    -------
    shares : Shares
        Unbiased but for the cut at zero.
    band : (float, float)
        Quantiles of the means of the draws, drawn in towards their mean by as much as chance has
        spread them; NaN for a single draw.

    Notes
    -----
    Two-way crossed random effects without replication. Source: Searle, Casella, McCulloch, Variance
    components (1992), ch. 4: E[MS_draws] = rest + n_runs * draws, E[MS_lots] = rest + n_draws *
    lots, E[MS_rest] = rest.
    """
    nothing = (math.nan, math.nan)
    table = table[:, np.isfinite(table).all(axis=0)] if table.size else table
    if table.size == 0:
        return Shares(math.nan, math.nan), nothing
    n_draws, n_runs = table.shape
    if n_draws < 2:
        chance = float(table.var(ddof=1)) if n_runs > 1 else math.nan
        return Shares(math.nan, chance), nothing
    means = table.mean(axis=1)
    if n_runs < 2:
        return Shares(math.nan, math.nan), nothing
    grand = table.mean()
    lots = table.mean(axis=0)
    rest = table - means[:, None] - lots[None, :] + grand
    ms_rest = float((rest**2).sum()) / ((n_draws - 1) * (n_runs - 1))
    ms_draws = n_runs * float(means.var(ddof=1))
    ms_lots = n_draws * float(lots.var(ddof=1))
    unknown = max(0.0, (ms_draws - ms_rest) / n_runs)
    chance = max(0.0, (ms_lots - ms_rest) / n_draws) + ms_rest
    spread = float(means.var(ddof=1))
    drawn_in = grand + (means - grand) * math.sqrt(unknown / spread if spread > 0 else 0.0)
    low, high = np.quantile(drawn_in, [tail, 1.0 - tail])
    return Shares(unknown, chance), (float(low), float(high))
