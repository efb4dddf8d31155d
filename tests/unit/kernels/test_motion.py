"""How tracks move: against an independent integration, and derivatives against differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from opendome.kernels.frames import altitude, ecef_from_geodetic, enu_basis
from opendome.kernels.impact import coast_many
from opendome.kernels.motion import FORGET, RESTLESS, Noise, predict_many, rough_altitude
from opendome.kernels.prediction import predict_impacts
from tests.unit.tracks.worlds import slope

SILENT = Noise(0.0, 0.0, 0.0, 0.0, 0.0)
LOUD = Noise(0.02, 1e-6, 100.0, 1e-5, 9.0)
FEW = Noise(0.0, 0.0, 0.0, 0.0, 0.0)


def start(alt, speed, elevation, azimuth, last, lat=0.6):
    basis = enu_basis(lat, 0.4)
    level = speed * math.cos(elevation)
    enu = [level * math.sin(azimuth), level * math.cos(azimuth), speed * math.sin(elevation)]
    return np.concatenate([ecef_from_geodetic(lat, 0.4, alt), basis.T @ enu, [last]])


def one(x, t, is_boosting=False, cov=None, noise=SILENT):
    cov = np.zeros((7, 7)) if cov is None else cov
    out = predict_many(
        np.zeros(1), x[None], cov[None], np.array([is_boosting]), np.zeros(1), t, noise
    )
    return out[0][0], out[1][0]


CASES = [
    ("rocket", start(3e3, 600.0, 0.8, 1.0, math.log(6000.0)), False, 30.0, 2.0),
    ("re-entry", start(60e3, 6800.0, -0.4, 2.0, math.log(8000.0)), False, 15.0, 4.0),
    ("coast", start(300e3, 6500.0, 0.5, 0.3, math.log(8000.0)), False, 600.0, 2.0),
    ("boost", start(30e3, 900.0, 1.2, 0.6, 40.0), True, 20.0, 6.0),
]


@pytest.mark.parametrize(("x", "is_boosting", "t", "tolerance"), [c[1:] for c in CASES])
def test_mean_follows_an_independent_integration(x, is_boosting, t, tolerance):
    """DOP853 on the equations of motion as the tests write them; tolerance in m."""
    push = np.array([x[6] if is_boosting else 0.0])
    beta = np.array([np.inf if is_boosting else math.exp(x[6])])
    path = solve_ivp(
        lambda _, y: slope(y[None], push, beta)[0], (0, t), x[:6], "DOP853", rtol=1e-11, atol=1e-6
    )
    got, _ = one(x, t, is_boosting)
    assert np.linalg.norm(got[:3] - path.y[:3, -1]) < tolerance


@pytest.mark.parametrize(("x", "is_boosting"), [(c[1], c[2]) for c in CASES])
@pytest.mark.parametrize("t", [1.0, 10.0, -5.0])
def test_covariance_follows_differences(x, is_boosting, t):
    scale = np.array([50.0, 50.0, 50.0, 3.0, 3.0, 3.0, 0.05 if not is_boosting else 2.0])
    phi = np.empty((7, 7))
    for k in range(7):
        nudge = np.zeros(7)
        nudge[k] = 0.02 * scale[k]
        there, back = one(x + nudge, t, is_boosting)[0], one(x - nudge, t, is_boosting)[0]
        phi[:, k] = (there - back) / (2.0 * nudge[k])
    cov = np.diag(scale**2)
    want = phi @ cov @ phi.T
    got = one(x, t, is_boosting, cov)[1]
    sigma = np.sqrt(np.diag(want))
    assert np.abs((got - want) / np.outer(sigma, sigma)).max() < 0.06


def test_noise_grows_as_white_acceleration_does():
    x = start(300e3, 6500.0, 0.5, 0.3, math.log(8000.0))
    q, t = 0.5, 20.0
    cov = one(x, t, noise=Noise(0.0, q, 0.0, 0.0, 0.0))[1]
    assert np.diag(cov)[3:6] == pytest.approx(q * t, rel=2e-3)
    assert np.diag(cov)[:3] == pytest.approx(q * t**3 / 3, rel=2e-2)


def test_what_turns_or_burns_in_air_says_nothing_of_its_drag():
    doubts = []
    for alt in (20e3, 300e3):
        x = start(alt, 1500.0, 0.3, 0.3, math.log(8000.0))
        for agility in (0.0, RESTLESS, 900.0):
            given = (np.zeros(1), x[None], np.zeros((1, 7, 7)), np.zeros(1, np.bool_))
            cov = predict_many(*given, np.array([agility]), 2.0, SILENT)[1][0]
            doubts.append(cov[6, 6])
    assert doubts == pytest.approx([0.0, FORGET, 1.8 * FORGET, 0.0, 0.0, 0.0])


def test_there_and_back_again():
    x = start(300e3, 6500.0, 0.5, 0.3, math.log(8000.0))
    there, _ = one(x, 15.0)
    back, _ = one(there, -15.0)
    assert np.linalg.norm(back[:3] - x[:3]) < 1e-3


@pytest.mark.parametrize("lat", [-1.2, 0.0, 0.7, 1.5])
@pytest.mark.parametrize("alt", [0.0, 30e3, 300e3, 1000e3])
def test_rough_altitude(lat, alt):
    place = ecef_from_geodetic(lat, 1.0, alt)
    assert rough_altitude(*place) == pytest.approx(altitude(*place), abs=2.0 + 1e-4 * alt)


LANDING = [
    start(2e3, 600.0, 0.8, 1.0, math.log(6000.0)),
    start(100e3, 7000.0, 0.4, 0.3, math.log(5000.0), lat=0.7),
    start(80e3, 4000.0, 0.7, 2.3, math.log(8000.0)),
]


@pytest.mark.parametrize("x", LANDING)
def test_impact_agrees_with_the_flight_kernel(x):
    """Two integrators that share only gravity and air: within 15 m."""
    cov = np.diag([1.0] * 7)
    got = predict_impacts(np.array([7.0]), x[None], cov[None], 4000.0, FEW)
    want, _ = coast_many(x[None, :3].copy(), x[None, 3:6].copy(), x[6:], np.array([7.0]), 4000.0)
    here = np.array(ecef_from_geodetic(got.lat[0], got.lon[0], 0.0))
    there = np.array(ecef_from_geodetic(want[0, 1], want[0, 2], 0.0))
    assert np.linalg.norm(here - there) < 15.0
    assert got.t[0] == pytest.approx(want[0, 0], abs=0.05)


def spread_of_samples(x, root, got):
    """Second moments (2, 2) of the impacts of 2,000 sampled states about a predicted one.

    Each is flown by the flight kernel. In units of the predicted ellipse.
    """
    samples = x + np.random.default_rng(5).normal(size=(2000, 7)) @ root.T
    impacts, _ = coast_many(
        np.ascontiguousarray(samples[:, :3]),
        np.ascontiguousarray(samples[:, 3:6]),
        samples[:, 6],
        np.zeros(2000),
        4000.0,
    )
    basis = enu_basis(got.lat[0], got.lon[0])
    foot = np.array(ecef_from_geodetic(got.lat[0], got.lon[0], 0.0))
    places = np.array([ecef_from_geodetic(lat, lon, 0.0) for _, lat, lon, _ in impacts])
    away = ((places - foot) @ basis.T)[:, :2]
    away = np.linalg.solve(np.linalg.cholesky(got.cov_enu[0]), away[np.isfinite(away[:, 0])].T)
    return away @ away.T / away.shape[1]


@pytest.mark.parametrize("x", LANDING)
def test_impact_ellipse_holds_samples(x):
    root = np.diag([20.0, 20.0, 20.0, 0.5, 0.5, 0.5, 0.02])
    root[3:6, 0:3] = 0.01 * np.random.default_rng(5).normal(size=(3, 3))
    got = predict_impacts(np.zeros(1), x[None], (root @ root.T)[None], 4000.0, FEW)
    assert np.linalg.eigvalsh(spread_of_samples(x, root, got)) == pytest.approx(1.0, abs=0.15)


def test_ellipse_of_a_burn_that_just_ended_holds_samples():
    """Speed is in doubt by 100 m/s: hundreds of kilometres along a course that the Earth bends.

    Points far out make what bends look up to 1.7 times as wide as it is; never narrower. To first
    order the ellipse is eight times too narrow across.
    """
    x = start(200e3, 6300.0, 0.4, 0.5, math.log(9000.0), lat=0.7)
    along = x[3:6] / np.linalg.norm(x[3:6])
    root = np.diag([20.0, 20.0, 20.0, 0.5, 0.5, 0.5, 0.02])
    root[3:6, 3:6] += 100.0 * np.outer(along, along)
    got = predict_impacts(np.zeros(1), x[None], (root @ root.T)[None], 4000.0, FEW)
    assert math.sqrt(np.trace(got.cov_enu[0])) > 250e3
    across, along_it = np.linalg.eigvalsh(spread_of_samples(x, root, got))
    assert 0.3 < across < 1.1
    assert along_it == pytest.approx(1.0, abs=0.25)


def test_what_does_not_come_down_has_no_impact():
    x = start(500e3, 9000.0, 0.3, 1.0, math.log(6000.0))
    got = predict_impacts(np.zeros(1), x[None], np.eye(7)[None], 4000.0, LOUD)
    assert np.isnan(got.t[0])
    assert np.isnan(got.cov_enu[0]).all()
