"""Steps of the cubature filter against the library filterpy, whose unscented filter it is with
points of equal weight (alpha 1, beta 0, kappa 0)."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.kernels.cubature import expect_cubature, predict_cubature, update_cubature
from opendome.kernels.kalman import new_desk
from opendome.kernels.looks import Looks
from opendome.kernels.motion import Noise, acceleration

filterpy = pytest.importorskip("filterpy.kalman", reason="filterpy is not installed")

SENSOR = np.array([6378e3, 0.0, 0.0])
NOISE = Noise(air=0.02, vacuum=3e-4, boost=100.0, log_beta=1e-5, thrust=9.0)
SIGMA = np.array([10.0, 1e-3, 1e-3, 1.0])
SCALE = np.array([100.0] * 3 + [20.0] * 3 + [0.3])
ROWS = {
    "rocket": ([6390e3, 20e3, 5e3, -300.0, -200.0, 60.0, np.log(6000.0)], False),
    "missile in space": ([6600e3, 500e3, 100e3, -2000.0, -2500.0, 300.0, 8.7], False),
    "booster": ([6420e3, 90e3, 40e3, 900.0, 300.0, -200.0, 40.0], True),
}


def drawn(name):
    """A state with a covariance that has correlations of every sort."""
    rng, (x, is_boosting) = np.random.default_rng(len(name)), ROWS[name]
    root = np.diag(SCALE) @ (np.eye(7) + 0.3 * rng.normal(size=(7, 7)))
    return np.array(x), root @ root.T, is_boosting


def theirs(x, cov, fx, hx):
    points = filterpy.MerweScaledSigmaPoints(7, alpha=1.0, beta=0.0, kappa=0.0)
    made = filterpy.UnscentedKalmanFilter(7, 4, 0.5, hx, fx, points)
    made.x, made.P = x.copy(), cov.copy()
    return made


def flown(x, dt, is_boosting):
    """One classical Runge-Kutta step, written with arrays."""

    def slope(s):
        a = np.empty(3)
        acceleration(s, is_boosting, a)
        return np.concatenate([s[3:6], a, [0.0]])

    k1 = slope(x)
    k2 = slope(x + 0.5 * dt * k1)
    k3 = slope(x + 0.5 * dt * k2)
    k4 = slope(x + dt * k3)
    return x + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)


def assert_near(x, cov, filter_):
    np.testing.assert_allclose((x - filter_.x) / SCALE, 0.0, atol=1e-6)
    wide = np.sqrt(np.diag(filter_.P))
    np.testing.assert_allclose((cov - filter_.P) / np.outer(wide, wide), 0.0, atol=1e-7)


@pytest.mark.parametrize("name", ROWS)
def test_a_step_in_time(name):
    x, cov, is_boosting = drawn(name)
    dt, agility = 0.5, 30.0
    density, last = (100.0, 9.0) if is_boosting else (0.02, 1e-5)
    if name == "missile in space":
        density, last = 3e-4, 0.0
    white = np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]]) * (density + agility)
    filter_ = theirs(x, cov, lambda s, h: flown(s, h, is_boosting), lambda s: s[:4])
    filter_.Q = np.zeros((7, 7))
    filter_.Q[:6, :6] = np.kron(white, np.eye(3))
    filter_.Q[6, 6] = last * dt
    filter_.predict()
    x_to, cov_to = predict_cubature(
        np.zeros(1), x[None], cov[None], np.array([is_boosting]), np.array([agility]), dt, NOISE
    )
    assert_near(x_to[0], cov_to[0], filter_)


@pytest.mark.parametrize("widening", [1.0, 25.0])
@pytest.mark.parametrize("name", ROWS)
def test_an_update(name, widening):
    """Of looks as expected, and of one so far off that the row is widened first."""
    x, cov, _ = drawn(name)
    expected = expect_cubature(x[None], cov[None], SENSOR)
    axis, *across = expected.basis[0]

    def seen(s):
        away = s[:3] - SENSOR
        u = away / np.linalg.norm(away)
        return np.array([np.linalg.norm(away), across[0] @ u, across[1] @ u, u @ s[3:6]])

    filter_ = theirs(x, cov, lambda s, h: s, seen)
    filter_.R = np.diag(SIGMA**2)
    filter_.sigmas_f = filter_.points_fn.sigma_points(x, cov)
    moments = np.array([seen(s) for s in filter_.sigmas_f[1:]])
    off = np.array([0.4, -0.7, 0.5, 0.6]) * np.sqrt(widening)
    z = moments.mean(axis=0) + off * np.sqrt(np.diag(np.cov(moments.T, bias=True)) + SIGMA**2)
    u = z[1] * across[0] + z[2] * across[1]
    u = u + np.sqrt(1.0 - u @ u) * axis
    one = np.ones(1)
    look = Looks(np.zeros(1, np.int64), u[None], SIGMA[1] * one, z[:1], SIGMA[0] * one, z[3:],
                 SIGMA[3] * one, 20.0 * one)  # fmt: skip
    ours, our_cov = x.copy(), cov.copy()
    distance2 = update_cubature(ours, our_cov, expected, look, (0, 0), (4.0,) * 4, new_desk())
    wide = distance2 / 4.0 if distance2 > 16.0 else 1.0
    assert (wide > 1.0) == (widening > 1.0)
    filter_.update(z)
    assert distance2 == pytest.approx(filter_.mahalanobis**2, rel=1e-6)
    if wide == 1.0:
        assert_near(ours, our_cov, filter_)
    else:  # all moments of the points are widened alike
        shown = np.cov(moments.T, bias=True)
        both = (filter_.sigmas_f[1:] - x).T @ (moments - moments.mean(axis=0)) / 14.0
        s = wide * shown + filter_.R
        gain = wide * both @ np.linalg.inv(s)
        np.testing.assert_allclose(
            (ours - x - gain @ (z - moments.mean(axis=0))) / SCALE, 0.0, atol=1e-6
        )
        left = wide * cov - gain @ s @ gain.T
        sigma = np.sqrt(np.diag(left))
        np.testing.assert_allclose((our_cov - left) / np.outer(sigma, sigma), 0.0, atol=1e-6)
