"""Tracks that turn: mean against integration, covariance against differences, noise by expm."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from opendome.kernels.frames import ecef_from_geodetic, enu_basis, geodetic_from_ecef
from opendome.kernels.kalman import expect_many, new_desk, update_pair
from opendome.kernels.looks import Looks
from opendome.kernels.modes import LevelNoise
from opendome.kernels.motion import Noise, acceleration
from opendome.kernels.turning import (
    Lift,
    carry_turning,
    lift_axes,
    lift_gains,
    lift_noise,
    may_turn,
    new_turn,
)
from opendome.tracks.kalman import TEMPER

NOISE = Noise(air=0.02, vacuum=1e-6, boost=100.0, log_beta=1e-5, thrust=9.0)
LEVEL = LevelNoise(ground=4.0, climb=1.0, settle=20.0, push=1.0, glide=25.0)
QUIET = Noise(0.0, 0.0, 0.0, 0.0, 0.0), LevelNoise(0.0, 0.0, 20.0, 1.0, 0.0)
LIFT = Lift(lasts=10.0, longest=0.25, share=0.6)
BASIS = enu_basis(0.6, 0.9)
COV = np.diag([400.0, 300.0, 200.0, 30.0, 20.0, 10.0, 0.5, 25.0, 16.0, 36.0])


def row(alt=5000.0, v_enu=(200.0, 100.0, 0.0), lift=(20.0, 0.0, 0.0)):
    place, velocity = ecef_from_geodetic(0.6, 0.9, alt), BASIS.T @ np.array(v_enu)
    return np.array([*place, *velocity, 8.7, *lift])


def carried(s, dt, is_level, sigma=0.0, noise=QUIET, lift=LIFT):
    x, cov = s.copy(), COV.copy()
    carry_turning(x, cov, dt, is_level, sigma, (*noise, lift), new_turn())
    return x, cov


def test_a_level_turn_is_a_circle():
    """A lift of 20 m/s^2 that stays: height and speed stay, the course turns by lift over speed."""
    stays = Lift(lasts=1e9, longest=0.1, share=0.6)
    x, _ = carried(row(), 8.0, True, lift=stays)
    lat, lon, alt = geodetic_from_ecef(*x[:3])
    east, north, climb = enu_basis(lat, lon) @ x[3:6]
    assert alt == pytest.approx(5000.0, abs=1.0)
    assert climb == pytest.approx(0.0, abs=0.2)
    speed = math.hypot(200.0, 100.0)
    assert math.hypot(east, north) == pytest.approx(speed, rel=1e-4)
    turned = math.atan2(north, east) - math.atan2(100.0, 200.0)
    assert turned == pytest.approx(20.0 * 8.0 / speed, abs=2e-3)  # to the left
    r, start = speed**2 / 20.0, row()
    chord = np.linalg.norm(x[:3] - start[:3])
    assert chord == pytest.approx(2.0 * r * math.sin(0.5 * turned), rel=2e-3)


def test_a_fall_with_lift_and_push_is_integrated():
    """Against DOP853: gravity, drag, a lift and a push that die away."""
    start = row(alt=15e3, v_enu=(900.0, 200.0, -700.0), lift=(60.0, -40.0, 30.0))

    def slope(_, s):
        a = np.empty(3)
        acceleration(s[:7], False, a)
        forward, left, up, _ = lift_axes(s)
        a += s[7] * np.array(left) + s[8] * np.array(up) + s[9] * np.array(forward)
        return np.concatenate([s[3:6], a, [0.0], -s[7:] / LIFT.lasts])

    there = solve_ivp(slope, (0.0, 5.0), start, "DOP853", rtol=1e-10, atol=1e-6).y[:, -1]
    x, _ = carried(start, 5.0, False, lift=LIFT._replace(longest=0.02))
    np.testing.assert_allclose(x[:3], there[:3], atol=6.0)
    np.testing.assert_allclose(x[3:6], there[3:6], atol=2.5)
    np.testing.assert_allclose(x[7:], there[7:], rtol=1e-9)
    coarse, _ = carried(start, 5.0, False, lift=LIFT._replace(longest=1.0))
    assert np.linalg.norm(coarse[:3] - there[:3]) < 100.0  # the lift alone bends by 750 m


@pytest.mark.parametrize("is_level", [True, False])
def test_covariance_is_that_of_differences(is_level):
    start = row(v_enu=(700.0, 300.0, -20.0), lift=(30.0, 10.0, 15.0))
    steps = np.array([10.0] * 3 + [1.0] * 3 + [0.05] + [1.0] * 3)
    columns = []
    for k, step in enumerate(steps):
        more, less = start.copy(), start.copy()
        more[k] += step
        less[k] -= step
        gap = carried(more, 2.0, is_level)[0] - carried(less, 2.0, is_level)[0]
        columns.append(gap / (2.0 * step))
    phi = np.stack(columns, axis=1)
    asked = phi @ COV @ phi.T
    _, cov = carried(start, 2.0, is_level)
    scale = np.sqrt(np.diag(asked))
    np.testing.assert_allclose(
        cov / np.outer(scale, scale), asked / np.outer(scale, scale), atol=0.02
    )


@pytest.mark.parametrize("h", [0.05, 0.5, 4.0, 25.0])
def test_gains_and_noise_are_those_of_the_matrix_exponential(h):
    """Van Loan's method; C. F. Van Loan, IEEE Trans. AC 23 (1978)."""
    lasts = 10.0
    a = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, -1.0 / lasts]])
    q = np.zeros((3, 3))
    q[2, 2] = 2.0 / lasts
    both = expm(np.block([[-a, q], [np.zeros((3, 3)), a.T]]) * h)
    phi = both[3:, 3:].T
    keep, to_speed, to_place = lift_gains(h, lasts)
    np.testing.assert_allclose([to_place, to_speed, keep], phi[:, 2], rtol=1e-6)
    rr, rv, ra, vv, va, aa = lift_noise(h, lasts)
    asked = phi @ both[:3, 3:]
    ours = np.array([[rr, rv, ra], [rv, vv, va], [ra, va, aa]])
    np.testing.assert_allclose(ours, asked, rtol=0.02 if h < 0.1 else 1e-5)


def test_noise_is_added_along_the_lift_and_comes_to_rest():
    """Lift has its own variance in the end, whatever it was."""
    _, cov = carried(row(), 200.0, True, sigma=7.0, noise=(NOISE, LEVEL))
    assert np.diag(cov)[7:] == pytest.approx([49.0] * 3, rel=1e-6)
    assert np.linalg.eigvalsh(cov).min() > 0.0


def test_backwards_a_lift_stays():
    x, cov = carried(row(), -0.5, True, sigma=7.0, noise=(NOISE, LEVEL))
    assert x[7] == 20.0
    assert np.linalg.eigvalsh(cov).min() > 0.0


@pytest.mark.parametrize("away", [1.0, 30.0])
def test_update_is_that_of_the_textbook(away):
    """Gain and covariance with explicit inverses; a surprise widens all first."""
    rng, s = np.random.default_rng(3), row()
    root = np.diag(np.sqrt(np.diag(COV))) @ (np.eye(10) + 0.2 * rng.normal(size=(10, 10)))
    p = root @ root.T
    sensor = np.array(ecef_from_geodetic(0.61, 0.88, 0.0))
    expected = expect_many(s[None, :7].copy(), p[None, :7, :7].copy(), sensor)
    u = s[:3] + away * np.array([30.0, -20.0, 10.0]) - sensor
    one = np.ones(1)
    distance = np.linalg.norm(u) * one
    looks = Looks(np.zeros(1, np.int64), (u / distance)[None], 1e-3 * one, distance, 10.0 * one,
                  np.full(1, np.nan), np.full(1, np.nan), 20.0 * one)  # fmt: skip
    x, cov = s.copy(), p.copy()
    limits = (15.0, 9.0, 7.0, 6.0)
    distance2 = update_pair(x, cov, expected, looks, (0, 0, 10), limits, new_desk())
    basis = expected.basis[0]
    z = np.array([distance[0] - expected.distance[0], *(basis[1:] @ looks.u_los[0])])
    h = np.hstack([expected.slope[0, :3], np.zeros((3, 3))])
    error = np.diag([100.0 + expected.curve[0, 0], 1e-6, 1e-6])
    narrow = h @ p @ h.T + error
    assert distance2 == pytest.approx(z @ np.linalg.solve(narrow, z), rel=1e-6)
    wide = distance2 / 3.0 if distance2 / 3.0 > 7.0 else 1.0
    assert (wide > 1.0) == (away > 1.0)
    gain = wide * p @ h.T @ np.linalg.inv(wide * h @ p @ h.T + error)
    keep = np.eye(10) - gain @ h
    asked = keep @ (wide * p) @ keep.T + gain @ error @ gain.T
    scale = np.sqrt(np.diag(asked))
    np.testing.assert_allclose((x - s - gain @ z) / scale, 0.0, atol=1e-6)
    np.testing.assert_allclose((cov - asked) / np.outer(scale, scale), 0.0, atol=1e-8)


@pytest.mark.parametrize(
    ("state", "asked"),
    [
        (row(), True),
        (row(alt=55e3, v_enu=(2500.0, 0.0, -900.0)), True),
        (row(alt=-800.0), True),  # errors of what flies low
        (row(alt=-6000.0), False),
        (row(alt=90e3), False),
        (row(v_enu=(9e3, 9e3, 0.0)), False),
        (row(lift=(math.nan, 0.0, 0.0)), False),
    ],
)
def test_what_may_turn(state, asked):
    assert may_turn(state, COV, TEMPER) is asked


@pytest.mark.parametrize("bad", [0.0, -1.0, math.inf, math.nan])
def test_what_has_an_unsound_variance_may_not_turn(bad):
    cov = COV.copy()
    cov[4, 4] = bad
    assert not may_turn(row(), cov, TEMPER)
