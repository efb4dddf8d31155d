"""What a look tells of the ballistic coefficient, written out again in NumPy and SciPy."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from opendome.kernels.follow import DOUBTFUL, FARTHEST, LEAST_PART, SHRUNK
from opendome.tracks import kalman as k


def clip(x, cov) -> None:
    x[6] = np.clip(x[6], k.LEAST_LOG_BETA, k.MOST_LOG_BETA)
    most = (k.MOST_LOG_BETA - k.LEAST_LOG_BETA) / math.sqrt(12.0)
    shrink = min(1.0, most / math.sqrt(cov[6, 6]))
    cov[6, :] *= shrink
    cov[:, 6] *= shrink


def cut_below_zero(x, cov, part: float) -> float:
    """SciPy's truncated Gaussian of the inverse; the rest follows by regression on it."""
    sigma = math.sqrt(cov[6, 6])
    edge = min(-part / sigma, FARTHEST)
    mean, variance = (float(m) for m in stats.truncnorm.stats(edge, np.inf))
    slope = -cov[:, 6] / sigma  # of all by the inverse, in standard deviations of it
    slope[6] = 0.0
    x += slope * mean
    cov -= (1.0 - variance) * np.outer(slope, slope)
    cov[6, :] *= variance
    cov[:6, 6] *= variance
    cov[7:, 6] *= variance
    return sigma * (mean - edge)


def learn_drag(x, cov, before: float) -> None:
    """The inverse of the ballistic coefficient moves by as much of itself as its logarithm did."""
    part = 1.0 - (x[6] - before)
    if part < min(SHRUNK, DOUBTFUL * math.sqrt(cov[6, 6])):
        part = cut_below_zero(x, cov, part)
    part = np.clip(part, LEAST_PART, 1.0 / LEAST_PART)
    x[6] = before - math.log(part)
    cov[6, :] /= part
    cov[:, 6] /= part
