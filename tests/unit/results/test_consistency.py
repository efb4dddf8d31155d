from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import chi2

from opendome.results.consistency import (
    band_of_mean,
    chi_square_below,
    chi_square_quantile,
    share_within,
)
from opendome.results.track_metrics import normalised_errors


@pytest.mark.parametrize("k", [1, 2, 6, 50, 300, 6000])
def test_the_chi_square_is_that_of_scipy(k):
    for p in (0.001, 0.025, 0.5, 0.975, 0.999):
        assert chi_square_quantile(p, k) == pytest.approx(chi2.ppf(p, k), rel=1e-9)
    for x in (0.0, 0.3 * k, k, 1.7 * k):
        assert chi_square_below(x, k) == pytest.approx(chi2.cdf(x, k), abs=1e-12)


def test_the_band_of_a_mean_is_that_of_the_book():
    """Bar-Shalom, Li, Kirubarajan (2001), section 5.4.2: 50 runs, two components: [1.5, 2.6]."""
    band = band_of_mean(n_components=2, n_runs=50)
    assert (round(band.low, 1), round(band.high, 1)) == (1.5, 2.6)


def test_an_honest_filter_is_inside_and_others_are_not():
    rng = np.random.default_rng(5)
    cov = np.diag([4.0, 9.0, 1.0, 0.25])
    errors = rng.multivariate_normal(np.zeros(4), cov, (50, 200)).reshape(-1, 4)

    def share(factor):
        nees = normalised_errors(errors, np.tile(cov * factor, (len(errors), 1, 1)))
        return share_within(nees.reshape(50, 200), n_components=4)

    assert 0.90 < share(1.0) < 0.99
    assert share(0.7) < 0.1
    assert share(1.5) < 0.1


def test_missing_runs_are_left_out():
    errors = np.array([[4.0, np.nan, np.nan], [4.0, 4.0, np.nan]])
    assert share_within(errors, n_components=4) == 1.0
    assert math.isnan(share_within(errors[:, 2:], n_components=4))
