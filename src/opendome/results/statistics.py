"""Intervals for what many runs say: Wilson's for a chance, bootstrap over runs for the rest.

The unit is always the run: threats of one run share sensors, stocks and luck, and are not
independent. Resampling draws from a generator keyed by the campaign's seed, so that the same
campaign always reports the same interval.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opendome.rng import Purpose

Floats = NDArray[np.float64]

LEVEL = 0.95
N_RESAMPLES = 2000
CHUNK = 2_000_000  # drawn indices held at a time


class Estimate(NamedTuple):
    """A value with its interval; NaN where the runs do not say."""

    value: float
    low: float
    high: float


UNKNOWN = Estimate(math.nan, math.nan, math.nan)


def wilson(successes: int, n: int, level: float = LEVEL) -> Estimate:
    """Share of successes with Wilson's score interval.

    Source: Wilson, Probable inference, the law of succession, and statistical inference,
    J. Am. Stat. Assoc. 22 (1927).

    Examples
    --------
    >>> tuple(round(x, 2) for x in wilson(12, 20, level=0.90))
    (0.6, 0.42, 0.76)
    """
    if n == 0:
        return UNKNOWN
    z = NormalDist().inv_cdf(0.5 + level / 2)
    p = successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if successes == 0 else middle - half
    high = 1.0 if successes == n else middle + half
    return Estimate(p, low, high)


def bootstrap_mean(values: ArrayLike, seed: int, level: float = LEVEL) -> Estimate:
    """Mean over runs with its bootstrap interval; no interval for fewer than two runs."""
    column = np.asarray(values, dtype=np.float64)
    if len(column) == 0:
        return UNKNOWN
    samples = resampled_sums(column[:, None], seed)[:, 0] / len(column)
    return Estimate(float(column.mean()), *percentile_interval(samples, len(column), level))


def bootstrap_ratio(
    numerators: ArrayLike, denominators: ArrayLike, seed: int, level: float = LEVEL
) -> Estimate:
    """Ratio of two sums over runs with its bootstrap interval.

    NaN where the denominators sum to zero; resamples in which they do are left out.
    """
    columns = np.column_stack([numerators, denominators]).astype(np.float64)
    sums = resampled_sums(columns, seed)
    total = columns.sum(axis=0)
    if total[1] == 0.0:
        return UNKNOWN
    samples = ratios(sums[:, 0], sums[:, 1])
    return Estimate(float(total[0] / total[1]), *percentile_interval(samples, len(columns), level))


def paired_difference(
    first: ArrayLike, second: ArrayLike, seed: int, level: float = LEVEL
) -> Estimate:
    """Mean of ``first - second`` over runs that share their random draws, with its interval."""
    return bootstrap_mean(
        np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64), seed, level
    )


def ratios(numerators: Floats, denominators: Floats) -> Floats:
    """Quotients, NaN where the denominator is zero."""
    quotients = np.full(numerators.shape, np.nan)
    np.divide(numerators, denominators, out=quotients, where=denominators != 0.0)
    return quotients


def resampled_sums(columns: Floats, seed: int) -> Floats:
    """Sums of each column over runs drawn with replacement.

    Parameters
    ----------
    columns : (n_runs, m) float
        One row per run.
    seed : int
        Of the campaign: the same resamples are used for every column.

    Returns
    -------
    sums : (N_RESAMPLES, m) float
    """
    n, m = columns.shape
    sums = np.zeros((N_RESAMPLES, m))
    if n == 0:
        return sums
    generator = np.random.Generator(np.random.Philox(key=[seed, int(Purpose.BOOTSTRAP)]))
    turned = np.ascontiguousarray(columns.T)
    n_rows = max(1, CHUNK // n)
    for first in range(0, N_RESAMPLES, n_rows):
        rows = min(n_rows, N_RESAMPLES - first)
        drawn = generator.integers(0, n, size=(rows, n)) + n * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n)
        # einsum, not a matrix product: one fixed order of summation, whatever the threads
        sums[first : first + rows] = np.einsum("bn,mn->bm", counts.astype(np.float64), turned)
    return sums


def percentile_interval(samples: Floats, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Expanded percentile interval of resampled estimates, which were made from ``n`` runs.

    Plain percentiles are too narrow for few runs; the percentiles taken here are those at which
    a normal distribution is as wide as Student's t with n - 1 degrees of freedom, corrected for
    the factor (n - 1)/n of the resampled variance. NaN for fewer than two runs. Source:
    Hesterberg, What teachers should know about the bootstrap, The American Statistician 69
    (2015).
    """
    samples = samples[~np.isnan(samples)]
    if n < 2 or len(samples) == 0:
        return math.nan, math.nan
    width = student_quantile(1.0 - level, n - 1) * math.sqrt(n / (n - 1))
    tail = NormalDist().cdf(-width)
    low, high = np.quantile(samples, [tail, 1.0 - tail])
    return float(low), float(high)


def student_quantile(p_two_tails: float, freedom: int) -> float:
    """Value that |t| of Student's distribution exceeds with the given chance.

    Source: Hill, Algorithm 396: Student's t-quantiles, Comm. ACM 13 (1970); its symbols.
    """
    p, n = p_two_tails, freedom
    if n == 1:
        return 1.0 / math.tan(p * math.pi / 2)
    if n == 2:
        return math.sqrt(2.0 / (p * (2.0 - p)) - 2.0)
    a = 1.0 / (n - 0.5)
    b = 48.0 / (a * a)
    c = ((20700.0 * a / b - 98.0) * a - 16.0) * a + 96.36
    d = ((94.5 / (b + c) - 3.0) / b + 1.0) * math.sqrt(a * math.pi / 2) * n
    x = d * p
    y = x ** (2.0 / n)
    if y > 0.05 + a:
        x = NormalDist().inv_cdf(p / 2)
        y = x * x
        if n < 5:
            c += 0.3 * (n - 4.5) * (x + 0.6)
        c = (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b + c
        y = (((((0.4 * y + 6.3) * y + 36.0) * y + 94.5) / c - y - 3.0) / b + 1.0) * x
        y = math.expm1(a * y * y)
    else:
        y = (
            (1.0 / (((n + 6.0) / (n * y) - 0.089 * d - 0.822) * (n + 2.0) * 3.0) + 0.5 / (n + 4.0))
            * y
            - 1.0
        ) * (n + 1.0) / (n + 2.0) + 1.0 / y
    return math.sqrt(n * y)
