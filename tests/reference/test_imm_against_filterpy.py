"""Mixing of the models' states, and plain Kalman steps, against the library filterpy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.bank import believe
from opendome.kernels.linear import find_gain, move_mean, new_gain, predict_linear
from opendome.kernels.mixing import Chain, mix_row, new_blend
from opendome.tracks.imm import MANNER
from tests.reference.linear_scenes import step
from tests.reference.test_bank_twin import beliefs_of, copied

filterpy = pytest.importorskip("filterpy.kalman", reason="filterpy is not installed")

CHAIN = Chain(other=30.0, straight=20.0, turn=8.0)  # s
SIGMA = 25.0  # m/s^2, of a lift that begins


def still(x, cov):
    """A filter of filterpy that stays where it is put, so that only mixing moves it."""
    made = filterpy.KalmanFilter(dim_x=len(x), dim_z=1)
    made.x, made.P = x.copy(), cov.copy()
    made.F, made.Q = np.eye(len(x)), np.zeros_like(cov)
    return made


def changes(base, dt):
    """Chance of each model (column) after dt, given one before (row)."""
    rate = np.zeros((3, 3))
    rate[0, 1] = rate[1, 0] = 1.0 / CHAIN.other
    rate[base, 2], rate[2, base] = 1.0 / CHAIN.straight, 1.0 / CHAIN.turn
    total = rate.sum(axis=1, keepdims=True)
    stays = np.exp(-total * dt)
    return np.diag(stays[:, 0]) + (1.0 - stays) * rate / total


def with_lift(x, cov):
    """What does not turn, as a state of ten."""
    x, cov = x.copy(), cov.copy()
    x[7:], cov[7:, :], cov[:, 7:] = 0.0, 0.0, 0.0
    cov[7:, 7:] = SIGMA**2 * np.eye(3)
    return x, cov


@pytest.mark.parametrize("dt", [0.5, 4.0, 25.0])
def test_states_are_mixed_as_by_filterpy(dt):
    """Three models; those that do not turn have seven states, which lift and push make ten."""
    rows = beliefs_of(120, 4)
    open_rows = np.flatnonzero((rows.chance > 0.0).all(axis=1))
    assert len(open_rows) > 20
    assert len(np.unique(rows.model[open_rows])) == 2
    for i in open_rows:
        ours = copied(rows)
        mix_row(ours, i, dt, CHAIN, SIGMA, new_blend())
        states = [with_lift(rows.bank_x[i, m], rows.bank_cov[i, m]) for m in range(2)]
        states.append((rows.bank_x[i, 2], rows.bank_cov[i, 2]))
        theirs = filterpy.IMMEstimator(
            [still(x, cov) for x, cov in states], rows.chance[i], changes(rows.model[i], dt)
        )
        theirs.predict()
        for k, filter_ in enumerate(theirs.filters):
            n = 10 if k == 2 else 7
            scale = np.sqrt(np.diag(filter_.P))[:n]
            np.testing.assert_allclose((ours.bank_x[i, k] - filter_.x)[:n] / scale, 0.0, atol=1e-7)
            gap = (ours.bank_cov[i, k] - filter_.P)[:n, :n]
            np.testing.assert_allclose(gap / np.outer(scale, scale), 0.0, atol=1e-9)
        np.testing.assert_allclose(ours.chance[i], theirs.cbar, rtol=1e-12)


@pytest.mark.parametrize("base", [0, 1])
def test_chances_are_those_of_filterpy(base):
    """Of models whose likelihoods are given, within the bounds of what one look may say."""
    rng = np.random.default_rng(6)
    for _ in range(50):
        chance, evidence = rng.dirichlet(np.ones(3)), rng.normal(0.0, 0.3, 3)
        theirs = filterpy.IMMEstimator(
            [still(np.zeros(1), np.eye(1)) for _ in range(3)], chance, np.eye(3)
        )
        for filter_, log_likelihood in zip(theirs.filters, evidence, strict=True):
            filter_.update = lambda z: None
            filter_._likelihood = math.exp(log_likelihood)
            filter_.compute_log_likelihood = False
        theirs.update(np.zeros(1))
        believe(chance, base, evidence, MANNER.doubts)
        np.testing.assert_allclose(chance, theirs.mu, rtol=1e-9)


def test_linear_steps_are_those_of_filterpy():
    rng, model = np.random.default_rng(2), step(1.3)
    theirs = filterpy.KalmanFilter(dim_x=4, dim_z=2)
    theirs.x, theirs.P = np.array([0.0, 9.0, 50.0, -3.0]), np.diag([100.0, 400.0, 100.0, 400.0])
    theirs.F, theirs.Q = model.transition, model.process
    theirs.H, theirs.R = np.eye(4)[[0, 2]], model.error
    x, cov, work = theirs.x[None].copy(), theirs.P[None].copy(), new_gain(4, 2)
    for _ in range(25):
        z = rng.normal(0, 30, 2)
        theirs.predict()
        theirs.update(z)
        predict_linear(x, cov, model)
        find_gain(cov[0], model, work)
        move_mean(x[0], z, model, work)
        x[0], cov[0] = work.mean, work.cov
        np.testing.assert_allclose(x[0], theirs.x, rtol=0, atol=1e-9)
        np.testing.assert_allclose(cov[0], theirs.P, rtol=1e-9, atol=1e-9)
