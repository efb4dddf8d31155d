"""Whether filters know how wrong they are: bands for normalised errors squared (NEES, NIS).

The errors themselves: `track_metrics.normalised_errors`. The mean over n runs of a chi-square of k
degrees of freedom, times n, is a chi-square of n k degrees of freedom. Source: Bar-Shalom, Li and
Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), section 5.4.2.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MAX_TERMS = 10_000


class Band(NamedTuple):
    """Two-sided interval."""

    low: float
    high: float


def chi_square_below(x: float, k: float) -> float:
    """Chance that a chi-square of k degrees of freedom is below x.

    Source: Press et al., Numerical Recipes (2007), section 6.2: incomplete gamma function by its
    series, or by its continued fraction beyond the mean.
    """
    a, y = k / 2.0, x / 2.0
    if y <= 0.0:
        return 0.0
    front = math.exp(a * math.log(y) - y - math.lgamma(a))
    if y < a + 1.0:
        term = total = 1.0 / a
        for n in range(1, MAX_TERMS):
            term *= y / (a + n)
            total += term
            if term < total * 1e-16:
                break
        return front * total
    b = y + 1.0 - a
    c, d = 1e300, 1.0 / b
    h = d
    for n in range(1, MAX_TERMS):
        step = -n * (n - a)
        b += 2.0
        d = 1.0 / (step * d + b)
        c = b + step / c
        h *= c * d
        if abs(c * d - 1.0) < 1e-16:
            break
    return 1.0 - front * h


def chi_square_quantile(p: float, k: float) -> float:
    """Value below which a chi-square of k degrees of freedom lies with chance p, by bisection."""
    low, high = 0.0, k + 20.0 * math.sqrt(2.0 * k) + 100.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if chi_square_below(middle, k) < p:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def band_of_mean(n_components: int, n_runs: int, level: float = 0.95) -> Band:
    """Where the mean NEES of a consistent filter over so many runs lies with the chance ``level``.

    Examples
    --------
    >>> tuple(round(x, 2) for x in band_of_mean(n_components=4, n_runs=100))
    (3.46, 4.57)
    """
    k, tail = float(n_components * n_runs), (1.0 - level) / 2.0
    return Band(chi_square_quantile(tail, k) / n_runs, chi_square_quantile(1.0 - tail, k) / n_runs)


def share_within(errors: Floats, n_components: int, level: float = 0.95) -> float:
    """Share of time bins in which the mean over runs lies inside its band; NaN without any.

    Parameters
    ----------
    errors : (n_runs, n_bins) float
        NEES or NIS, one value for each run and bin; NaN where a run has none.
    """
    n_runs = (~np.isnan(errors)).sum(axis=0)
    bins = np.flatnonzero(n_runs)
    means = np.nansum(errors[:, bins], axis=0) / n_runs[bins]
    bands = {int(n): band_of_mean(n_components, int(n), level) for n in np.unique(n_runs[bins])}
    inside = [
        bands[int(n)].low <= mean <= bands[int(n)].high for n, mean in zip(n_runs[bins], means)
    ]
    return float(np.mean(inside)) if inside else math.nan
