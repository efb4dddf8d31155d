"""Covariances stay covariances: surprises do not wind them up, impacts of what burns are true."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.looks import Looks
from opendome.tracks.base import Association, sure
from opendome.tracks.imm import Imm
from opendome.tracks.kalman import LEAST_LOG_BETA, MOST_LOG_BETA, Ekf
from opendome.tracks.predict import refresh
from opendome.tracks.rows import new_rows

RADIUS, SPEED = 6378e3 + 187e3, 7325.0  # m, m/s over the ground: a low orbit, nearly without drag
SIGMA_ANGLE = 5e-5  # rad
FIRST = np.zeros(1, np.int64)


def look_from(place: np.ndarray, r: np.ndarray) -> Looks:
    """What an infrared satellite sees."""
    away = (r - place) / np.linalg.norm(r - place)
    nan = np.array([np.nan])
    return Looks(FIRST, away[None], np.array([SIGMA_ANGLE]), nan, nan, nan, nan, nan)


@pytest.mark.parametrize("kind", [Ekf, Imm])
def test_a_satellite_that_surprises_all_the_time_stays_sound(kind):
    """A low satellite between two that watch it, on the equator; others cross its line of sight.

    What it weighs shows hardly at all, and every surprise widens the doubt about that too.
    """
    rng = np.random.default_rng(5)
    x = np.array([[RADIUS, 0.0, 0.0, 0.0, SPEED, 0.0, math.log(6000.0)]])
    cov = np.diag([100.0**2] * 3 + [5.0**2] * 3 + [0.7**2])[None].copy()
    beliefs = sure(np.zeros(1), x, cov, np.zeros(1, np.bool_), np.zeros(1))
    found, filter_ = Association(FIRST, FIRST, np.ones(1)), kind()
    widest = (MOST_LOG_BETA - LEAST_LOG_BETA) / math.sqrt(12.0)
    for k in range(1, 1500):
        beliefs = filter_.predict(beliefs, FIRST, 2.0 * k)
        r = beliefs.x[0, :3]
        for side in (-1.0, 1.0):
            place = r * 1.12 + side * np.array([0.0, 0.0, 1.2e6])
            sigma = np.sqrt(np.trace(beliefs.cov[0, :3, :3])) + 100.0
            strange = 6.0 if k % 20 == 0 else 0.3
            looks = look_from(place, r + strange * sigma * rng.normal(size=3) / math.sqrt(3.0))
            filter_.update(beliefs, filter_.expect(beliefs, place), looks, found)
        sigmas = np.sqrt(np.diag(beliefs.cov[0]))
        assert sigmas[6] <= widest * (1.0 + 1e-12)
        assert np.linalg.eigvalsh(beliefs.cov[0] / np.outer(sigmas, sigmas))[0] > -1e-9


def test_the_impact_of_what_burns_is_sure_to_a_true_ellipse():
    """It is taken to fall from now on: what it weighs has nothing to do with how it was pushed."""
    speed = math.sqrt(0.5) * 3000.0
    x = np.array([[6378e3 + 90e3, 0.0, 0.0, speed, speed, 0.0, 30.0]])
    cov = np.diag([500.0**2] * 3 + [40.0**2] * 3 + [20.0**2])[None].copy()
    cov[0, 6, 3:5] = cov[0, 3:5, 6] = 0.7 * 40.0 * 20.0
    cov[0, 6, :2] = cov[0, :2, 6] = 0.69 * 500.0 * 20.0
    plain = cov.copy()
    plain[0, 6, :6] = plain[0, :6, 6] = 0.0
    impacts = []
    for given in (cov, plain):
        rows = new_rows(
            sure(np.zeros(1), x, given, np.ones(1, np.bool_), np.zeros(1)), FIRST, FIRST, 0.0
        )
        refresh(rows, FIRST, 0.0)
        impacts.append(rows.impact_cov_enu[0])
    assert np.linalg.eigvalsh(impacts[0])[0] > 0.0
    np.testing.assert_array_equal(impacts[0], impacts[1])
