"""Mixing of the models' states, and plain Kalman steps, against the library filterpy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.bank import mix_row, new_blend
from opendome.kernels.linear import find_gain, move_mean, new_gain, predict_linear
from tests.reference.linear_scenes import step
from tests.reference.test_bank_twin import beliefs_of, copied

filterpy = pytest.importorskip("filterpy.kalman", reason="filterpy is not installed")

SWITCH = 30.0  # s


def still(x, cov):
    """A filter of filterpy that stays where it is put, so that only mixing moves it."""
    made = filterpy.KalmanFilter(dim_x=len(x), dim_z=1)
    made.x, made.P = x.copy(), cov.copy()
    made.F, made.Q = np.eye(len(x)), np.zeros_like(cov)
    return made


@pytest.mark.parametrize("dt", [0.5, 4.0, 25.0])
def test_states_are_mixed_as_by_filterpy(dt):
    rows = beliefs_of(60, 4)
    open_rows = np.flatnonzero((rows.chance > 0.0).all(axis=1))
    assert len(open_rows) > 20
    p = -math.expm1(-dt / SWITCH)
    for i in open_rows:
        ours = copied(rows)
        mix_row(ours, i, dt, SWITCH, new_blend())
        theirs = filterpy.IMMEstimator(
            [still(x, cov) for x, cov in zip(rows.bank_x[i], rows.bank_cov[i], strict=True)],
            rows.chance[i],
            np.array([[1.0 - p, p], [p, 1.0 - p]]),
        )
        theirs.predict()
        scale = np.sqrt(np.diag(rows.cov[i]))
        for k, filter_ in enumerate(theirs.filters):
            np.testing.assert_allclose(ours.bank_x[i, k], filter_.x, rtol=1e-12)
            np.testing.assert_allclose(
                ours.bank_cov[i, k] / np.outer(scale, scale),
                filter_.P / np.outer(scale, scale),
                atol=1e-9,
            )
        np.testing.assert_allclose(ours.chance[i], theirs.cbar, rtol=1e-12)


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
