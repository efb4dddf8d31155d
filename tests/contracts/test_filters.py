"""Promises that every filter of the table keeps."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from opendome.kernels.looks import Looks
from opendome.tracks import FILTERS
from opendome.tracks.base import AbstractFilter, Association

SENSOR = np.array([6378e3, 0.0, 0.0])


@pytest.fixture(params=sorted(FILTERS))
def part(request):
    return FILTERS[request.param]()


def looks_of(r, *, plume=False, noise=0.0, seed=0):
    """One look at each place (n, 3) from SENSOR."""
    rng = np.random.default_rng(seed)
    away = r - SENSOR + noise * rng.normal(size=r.shape)
    distance = np.linalg.norm(away, axis=1)
    nan = np.full(len(r), np.nan)
    return Looks(
        run=np.zeros(len(r), np.int64),
        u_los=away / distance[:, None],
        sigma_angle=np.full(len(r), 30e-6 if plume else 1e-3),
        distance=nan if plume else distance,
        sigma_distance=nan if plume else np.full(len(r), 10.0),
        rate=nan,
        sigma_rate=nan,
        snr=np.full(len(r), 20.0),
    )


PLACES = np.array([[6395e3, 30e3, 10e3], [6388e3, -20e3, 15e3], [6401e3, 5e3, 40e3]])
ALL = np.arange(3)
PAIRS = Association(ALL, ALL, np.ones(3))


def started(part, *, plume=False):
    return part.start(looks_of(PLACES, plume=plume), ALL, SENSOR, np.nan if plume else 400e3)


def test_is_final_and_described(part):
    assert isinstance(part, AbstractFilter)
    assert getattr(type(part), "__final__", False)
    assert type(part).__doc__
    assert pickle.loads(pickle.dumps(part)) == part


@pytest.mark.parametrize("plume", [False, True])
def test_starts_with_positive_covariance(part, plume):
    beliefs = started(part, plume=plume)
    assert beliefs.x.shape == (3, 7)
    assert np.linalg.eigvalsh(beliefs.cov).min() > 0
    assert (beliefs.is_boosting == plume).all()
    if not plume:
        assert np.linalg.norm(beliefs.x[:, :3] - PLACES, axis=1).max() < 10.0


@pytest.mark.parametrize("plume", [False, True])
def test_predict_leaves_the_old_rows_alone(part, plume):
    beliefs = started(part, plume=plume)
    x, cov = beliefs.x.copy(), beliefs.cov.copy()
    later = part.predict(beliefs, ALL, 3.0)
    assert (later.t == 3.0).all()
    assert np.array_equal(beliefs.x, x)
    assert np.array_equal(beliefs.cov, cov)
    assert (beliefs.t == 0.0).all()
    assert np.linalg.eigvalsh(later.cov).min() > 0
    assert (np.trace(later.cov, axis1=1, axis2=2) > np.trace(cov, axis1=1, axis2=2)).all()


def test_predict_to_now_changes_nothing(part):
    beliefs = started(part)
    now = part.predict(beliefs, ALL, 0.0)
    assert np.array_equal(now.x, beliefs.x)
    assert np.array_equal(now.cov, beliefs.cov)


def test_updates_bring_the_state_to_a_falling_body(part):
    """Looks at bodies that fall freely from rest, ten of them, one second apart."""
    beliefs = started(part)
    down = -9.8 * PLACES / np.linalg.norm(PLACES, axis=1)[:, None]
    for k in range(1, 11):
        beliefs = part.predict(beliefs, ALL, float(k))
        expected = part.expect(beliefs, SENSOR)
        before = np.trace(beliefs.cov, axis1=1, axis2=2)
        looks = looks_of(PLACES + 0.5 * down * k * k, noise=5.0, seed=k)
        part.update(beliefs, expected, looks, PAIRS)
        assert (np.trace(beliefs.cov, axis1=1, axis2=2) < before).all()
        assert np.linalg.eigvalsh(beliefs.cov).min() > 0
    assert np.linalg.norm(beliefs.x[:, 3:6] - 10.0 * down, axis=1).max() < 15.0


def test_one_row_does_not_feel_the_others(part):
    together = part.predict(started(part), ALL, 1.0)
    part.update(together, part.expect(together, SENSOR), looks_of(PLACES + 20.0), PAIRS)
    one = np.array([1])
    alone = part.start(looks_of(PLACES), one, SENSOR, 400e3)
    alone = part.predict(alone, ALL[:1], 1.0)
    pair = Association(np.array([0]), one, np.ones(1))
    part.update(alone, part.expect(alone, SENSOR), looks_of(PLACES + 20.0), pair)
    assert np.array_equal(alone.x[0], together.x[1])
    assert np.array_equal(alone.cov[0], together.cov[1])


def test_ignition_and_burn_out(part):
    beliefs = started(part)
    part.ignite(beliefs, np.array([0, 2]))
    assert beliefs.is_boosting.tolist() == [True, False, True]
    speed = np.linalg.norm(beliefs.x[:, 3:6], axis=1)
    drift = np.trace(beliefs.cov[:, 3:6, 3:6], axis1=1, axis2=2)
    beliefs.x[0, 3:6] = [1000.0, 0.0, 0.0]
    part.burn_out(beliefs, np.array([0]), np.array([5.0]))
    assert beliefs.is_boosting.tolist() == [False, False, True]
    assert np.linalg.norm(beliefs.x[0, 3:6]) > 1000.0 > speed[0]
    assert np.trace(beliefs.cov[0, 3:6, 3:6]) > drift[0]
    assert np.linalg.eigvalsh(beliefs.cov).min() > 0
