"""Level flight of tracks: mean, covariance against differences and samples, likelihood of looks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from opendome.kernels.frames import ecef_from_geodetic, enu_basis, geodetic_from_ecef
from opendome.kernels.kalman import expect_many
from opendome.kernels.level import level_step
from opendome.kernels.looks import Looks
from opendome.kernels.modes import LevelNoise, Modes, fits, paces, predict_modes, start_level
from opendome.kernels.motion import Noise, predict_many

NOISE = Noise(air=0.02, vacuum=1e-6, boost=100.0, log_beta=1e-5, thrust=9.0)
LEVEL = LevelNoise(ground=4.0, climb=1.0, settle=20.0, push=1.0, glide=25.0)
STILL = LevelNoise(ground=0.0, climb=0.0, settle=20.0, push=1.0, glide=25.0)
BASIS = enu_basis(0.6, 0.9)
COV = np.diag([400.0, 300.0, 200.0, 30.0, 20.0, 10.0, 0.5])


def row(alt=500.0, v_enu=(200.0, 100.0, 0.0)):
    return np.array([[*ecef_from_geodetic(0.6, 0.9, alt), *(BASIS.T @ np.array(v_enu)), 8.7]])


def moved(x, cov, dt, noise=LEVEL, agility=0.0):
    one = np.ones(1, bool)
    modes = Modes(~one, one, np.full(1, agility))
    return predict_modes(np.zeros(1), x, cov[None], modes, dt, (NOISE, noise))


def test_without_climb_it_is_level_motion():
    x, _ = moved(row(), COV, 30.0)
    r, v = level_step(tuple(row()[0, :3]), tuple(row()[0, 3:6]), 30.0)
    np.testing.assert_allclose(x[0], [*r, *v, 8.7], rtol=1e-9)


def test_a_climb_dies_away():
    """Exponentially: 8 m/s with 20 s make 160 m in the end; a steep one by 1 m/s^2 at first."""
    x, _ = moved(row(v_enu=(200.0, 0.0, 8.0)), COV, 20.0)
    rise = geodetic_from_ecef(*x[0, :3])[2] - 500.0
    assert rise == pytest.approx(160.0 * (1.0 - np.exp(-1.0)), abs=0.1)
    assert paces(x)[0, 1] == pytest.approx(8.0 * np.exp(-1.0), abs=1e-2)
    x, _ = moved(row(alt=5000.0, v_enu=(200.0, 0.0, -150.0)), COV, 1.0)
    assert paces(x)[0, 1] == pytest.approx(-149.0, abs=0.1)


def test_backwards_nothing_is_made_up():
    x, cov = moved(row(v_enu=(200.0, 0.0, 8.0)), COV, -5.0)
    assert paces(x)[0, 1] == pytest.approx(8.0, abs=1e-2)
    assert np.linalg.eigvalsh(cov[0]).min() > 0


@pytest.mark.parametrize("dt", [1.0, 10.0])
def test_covariance_is_that_of_samples(dt):
    """Without noise, samples of the start carried one by one."""
    n = 4000
    draws = np.random.default_rng(1).normal(size=(n, 7))
    draws -= draws.mean(axis=0)
    draws = draws @ np.linalg.inv(np.linalg.cholesky(np.cov(draws.T))).T
    samples = row(v_enu=(200.0, 100.0, 3.0)) + draws * np.sqrt(np.diag(COV))
    modes = Modes(np.zeros(n, bool), np.ones(n, bool), np.zeros(n))
    carried, _ = predict_modes(np.zeros(n), samples, np.tile(COV, (n, 1, 1)), modes, dt,
                               (NOISE, STILL))  # fmt: skip
    _, cov = moved(row(v_enu=(200.0, 100.0, 3.0)), COV, dt, STILL)
    want = np.cov((carried - carried.mean(axis=0)).T)
    scale = np.sqrt(np.diag(want))
    assert np.abs((cov[0] - want) / np.outer(scale, scale)).max() < 0.01


def test_noise_lies_along_the_ground_and_less_upwards():
    x, cov = moved(row(), 1e-9 * COV, 3.0)
    up = geodetic_from_ecef(*x[0, :3])
    basis = enu_basis(up[0], up[1])
    velocity = basis @ cov[0, 3:6, 3:6] @ basis.T
    np.testing.assert_allclose(np.diag(velocity), [12.0, 12.0, 3.0], rtol=1e-3)
    place = basis @ cov[0, :3, :3] @ basis.T
    np.testing.assert_allclose(np.diag(place), [36.0, 36.0, 9.0], rtol=1e-3)


def test_other_rows_move_as_ever():
    x = np.vstack([row(), row(8e3, (300.0, 0.0, 400.0))])
    cov = np.tile(COV, (2, 1, 1))
    modes = Modes(np.zeros(2, bool), np.array([True, False]), np.array([0.0, 5.0]))
    got = predict_modes(np.zeros(2), x, cov, modes, 7.0, (NOISE, LEVEL))
    want = predict_many(np.zeros(2), x, cov, np.zeros(2, bool), np.full(2, 5.0), 7.0, NOISE)
    assert np.array_equal(got[0][1], want[0][1])
    assert np.array_equal(got[1][1], want[1][1])


def test_a_start_knows_that_climbs_are_small():
    """Joined with a guess of 0 +- 600 and 0 +- 30 m/s, as two Gaussians are."""
    x, cov = row(v_enu=(100.0, 0.0, 50.0)), np.diag([100.0] * 3 + [500.0**2] * 3 + [0.5])[None]
    start_level(x, cov, 600.0, 30.0)
    v_enu = BASIS @ x[0, 3:6]
    variance = np.diag(BASIS @ cov[0, 3:6, 3:6] @ BASIS.T)
    ground, climb = 1.0 / (1 / 500**2 + 1 / 600**2), 1.0 / (1 / 500**2 + 1 / 30**2)
    np.testing.assert_allclose(variance, [ground, ground, climb], rtol=1e-4)
    np.testing.assert_allclose(v_enu, [100 * ground / 500**2, 0.0, 50 * climb / 500**2], atol=0.05)


def test_paces_are_height_climb_and_ground_speed():
    np.testing.assert_allclose(
        paces(row(3000.0, (300.0, -400.0, 25.0)))[0], [3000.0, 25.0, 500.0], atol=0.02
    )


def test_fits_are_densities():
    """The ratio for two rows is that of the normal densities of the angles and the distance."""
    sensor = row(0.0)[0, :3] + BASIS.T @ np.array([-20e3, 0.0, 0.0])
    x = np.vstack([row(), row(520.0)])
    cov = np.stack([COV, 4.0 * COV])
    away = x[0, :3] - sensor + np.array([10.0, -15.0, 12.0])
    distance = np.linalg.norm(away)
    nan = np.array([np.nan])
    looks = Looks(np.zeros(1, np.int64), away[None] / distance, np.array([1e-3]),
                  np.array([distance]), np.array([10.0]), nan, nan, np.array([20.0]))  # fmt: skip
    expected = expect_many(x, cov, sensor)
    first = np.zeros(2, np.int64)
    got = fits(expected, np.arange(2), looks, first)
    want = []
    for i in range(2):
        b = expected.basis[i]
        z = np.array([distance - expected.distance[i], *(b[1:] @ (away / distance))])
        s = expected.cov[i, :3, :3] + np.diag([100.0 + expected.curve[i, 0], 1e-6, 1e-6])
        want.append(stats.multivariate_normal.logpdf(z, cov=s, allow_singular=True))
    assert got[0] - got[1] == pytest.approx(want[0] - want[1], rel=1e-6)
