from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.results.variance import crossed


def table(n_draws: int, n_runs: int, sigmas: tuple[float, float, float], seed: int) -> np.ndarray:
    """Draws by runs with known standard deviations of draws, lots and rest."""
    rng = np.random.default_rng(seed)
    draws, lots = rng.normal(size=(n_draws, 1)), rng.normal(size=(1, n_runs))
    rest = rng.normal(size=(n_draws, n_runs))
    return 0.4 + sigmas[0] * draws + sigmas[1] * lots + sigmas[2] * rest


def test_components_are_unbiased():
    """400 tables; the mean of each estimate is within four standard errors of the truth."""
    found = np.array([crossed(table(10, 15, (0.1, 0.2, 0.3), seed))[0] for seed in range(400)])
    for column, truth in ((0, 0.01), (1, 0.04 + 0.09)):
        error = found[:, column].std(ddof=1) / math.sqrt(len(found))
        assert abs(found[:, column].mean() - truth) < 4 * error


def test_the_band_is_that_of_the_means_without_their_chance():
    """With many draws the band is 1.645 sigma to each side, though chance is much larger."""
    _, (low, high) = crossed(table(2000, 10, (0.1, 0.0, 0.3), 1))
    assert low == pytest.approx(0.4 - 0.1645, abs=0.02)
    assert high == pytest.approx(0.4 + 0.1645, abs=0.02)


def test_without_a_difference_between_draws_nothing_is_unknown():
    shares, (low, high) = crossed(np.tile(np.arange(6.0), (5, 1)))
    assert shares.unknown == 0.0
    assert shares.share_unknown == 0.0
    assert low == high == 2.5


def test_what_cannot_be_said_is_nan():
    shares, band = crossed(np.array([[0.1, 0.2, 0.4]]))
    assert math.isnan(shares.unknown)
    assert shares.chance == pytest.approx(np.var([0.1, 0.2, 0.4], ddof=1))
    assert math.isnan(band[0])
    assert math.isnan(crossed(np.array([[0.1], [0.2]]))[0].unknown)
    assert math.isnan(crossed(np.zeros((3, 0)))[0].chance)
    part = np.array([[0.1, np.nan, 0.3], [0.2, 0.5, 0.4]])
    assert crossed(part)[0] == crossed(part[:, [0, 2]])[0]
