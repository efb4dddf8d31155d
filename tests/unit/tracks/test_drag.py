"""Drag that families are known for, in place of the filter's prior: Bayes' rule by brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.prediction import predict_impacts
from opendome.scenario.families import KINDS
from opendome.tracks.drag import SPREAD, _bodies, with_drag_of_families
from opendome.tracks.kalman import LOG_BETA, NOISE

ICBM, SHORT, CRUISE, UNKNOWN = (
    KINDS.index(name) for name in ("intercontinental", "short_range", "cruise", "unknown")
)
ONLY = np.eye(len(KINDS))


def row(log_beta: float, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """An intercontinental missile's fall after its burn, whose speed leans on its drag."""
    x = np.array([[6378e3 + 600e3, 0.0, 0.0, 2500.0, 5500.0, 0.0, log_beta]])
    cov = np.diag([100.0**2] * 3 + [2.0**2] * 3 + [sigma**2])[None].copy()
    cov[0, 6, 3] = cov[0, 3, 6] = 0.5 * 2.0 * sigma
    return x, cov


@pytest.mark.parametrize(("log_beta", "sigma"), [(9.2, 0.3), (8.0, 0.5), (LOG_BETA[0], 0.7)])
def test_the_prior_is_replaced_as_by_brute_force(log_beta, sigma):
    """The row over the prior of all kinds, times the mixture of the families, on a grid."""
    rng = np.random.default_rng(3)
    chances = rng.dirichlet(np.ones(len(KINDS)))[None]
    x, cov = row(log_beta, sigma)
    found, spread = with_drag_of_families(x, cov, chances)
    grid = np.linspace(0.0, 18.0, 40_001)
    mean, var, family, share = _bodies()
    weight = chances[0, family] * share
    weight = np.append(weight, 1.0 - weight.sum())
    mixture = np.sum(
        weight * np.exp(-0.5 * (grid[:, None] - mean) ** 2 / var) / np.sqrt(var), axis=1
    )
    told = 0.5 * (grid - LOG_BETA[0]) ** 2 / LOG_BETA[1] ** 2
    told -= 0.5 * (grid - log_beta) ** 2 / sigma**2
    density = mixture * np.exp(told)
    density /= density.sum()
    best = np.sum(density * grid)
    doubt = np.sum(density * (grid - best) ** 2)
    assert found[0, 6] == pytest.approx(best, abs=1e-4)
    assert spread[0, 6, 6] == pytest.approx(doubt, rel=1e-3)
    # given the drag the speed is what it was: regression before and after is the same
    slope = cov[0, 3, 6] / cov[0, 6, 6]
    assert found[0, 3] - x[0, 3] == pytest.approx(slope * (best - log_beta), abs=1e-3)
    assert spread[0, 3, 6] / spread[0, 6, 6] == pytest.approx(slope)
    assert np.linalg.eigvalsh(spread[0])[0] > 0.0


def test_what_no_look_has_told_is_as_the_catalog_says():
    """Also after a manoeuvre, when a row knows less than the prior."""
    for sigma in (LOG_BETA[1], 1.4):
        found, spread = with_drag_of_families(*row(8.0, sigma), ONLY[[ICBM]])
        assert found[0, 6] == pytest.approx(math.log(9000.0))
        assert math.sqrt(spread[0, 6, 6]) == pytest.approx(SPREAD)
    found, spread = with_drag_of_families(*row(LOG_BETA[0], LOG_BETA[1]), ONLY[[SHORT]])
    assert found[0, 6] == pytest.approx(0.5 * math.log(30000.0 * 12000.0))
    assert math.sqrt(spread[0, 6, 6]) == pytest.approx(math.hypot(SPREAD, 0.5 * math.log(2.5)))


def test_other_kinds_keep_the_prior_of_all():
    x, cov = row(8.3, 0.5)
    for kind in (CRUISE, UNKNOWN):
        found, spread = with_drag_of_families(x, cov, ONLY[[kind]])
        assert found == pytest.approx(x)
        assert spread == pytest.approx(cov)


def test_drag_that_is_felt_outweighs_what_a_family_is_known_for():
    """A tank of 200 kg/m^2 from an intercontinental missile is not taken for a warhead."""
    chances = 0.99 * ONLY[[ICBM]] + 0.01 * ONLY[[UNKNOWN]]
    x, cov = row(math.log(200.0), 0.1)
    found, spread = with_drag_of_families(x, cov, chances)
    assert found[0, 6] == pytest.approx(x[0, 6], abs=1e-3)
    assert spread[0, 6, 6] == pytest.approx(cov[0, 6, 6], rel=1e-3)


def test_an_ellipse_of_impact_shrinks_with_the_doubt_of_drag():
    x, cov = row(*LOG_BETA)
    cov[0, :6, :6] = np.diag([10.0**2] * 3 + [0.1**2] * 3)
    cov[0, 6, :6] = cov[0, :6, 6] = 0.0
    before = predict_impacts(np.zeros(1), x, cov, 4000.0, NOISE).cov_enu[0]
    known = with_drag_of_families(x, cov, ONLY[[ICBM]])
    after = predict_impacts(np.zeros(1), *known, 4000.0, NOISE).cov_enu[0]
    assert math.sqrt(np.trace(after)) < 0.5 * math.sqrt(np.trace(before))
