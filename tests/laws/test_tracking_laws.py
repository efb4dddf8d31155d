"""Laws of seeing and tracking, tried on whatever hypothesis thinks of."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from opendome.kernels import radar
from opendome.kernels.field import horizon_distance
from opendome.kernels.looks import Looks, nudged, tangents
from opendome.messages import Detections, empty, take
from opendome.scenario.command import Command
from opendome.tracks.base import Association, sure
from opendome.tracks.kalman import Ekf
from opendome.tracks.tracker import Tracker
from tests.laws.examples import examples
from tests.unit.sensors.sites import LOCAL, node
from tests.unit.sensors.sites import radar as radar_site
from tests.unit.tracks.driving import scan_of
from tests.unit.tracks.test_tracker import scans
from tests.unit.tracks.worlds import rocket_raid

ANGLES = st.floats(-math.pi, math.pi)
SENSOR = np.array([6378e3, 0.0, 0.0])
WORLD = rocket_raid(count=12)
LOOKER = radar_site(31.47, 34.47, 230.0, LOCAL, false_alarms=1.0)
SCANS = scans(WORLD, LOOKER, 0, 35)


@given(azimuth=ANGLES, elevation=st.floats(-1.57, 1.57), a=st.floats(-1e-2, 1e-2))
def test_tangents_make_a_frame(azimuth, elevation, a):
    u = np.array([
        math.cos(elevation) * math.cos(azimuth),
        math.cos(elevation) * math.sin(azimuth),
        math.sin(elevation),
    ])  # fmt: skip
    axes = tangents(*u)
    frame = np.array([u, axes[:3], axes[3:]])
    assert np.abs(frame @ frame.T - np.eye(3)).max() < 1e-9
    turned = np.array(nudged(tuple(u), a, 0.0))
    assert abs(math.acos(min(1.0, turned @ u)) - math.atan(abs(a))) < 1e-6


@given(snr=st.floats(0.0, 1e8), factor=st.floats(1.0, 100.0), p=st.floats(1e-12, 1e-2))
def test_more_signal_is_never_seen_less(snr, factor, p):
    weak, strong = radar.p_detect_swerling1(snr, p), radar.p_detect_swerling1(snr * factor, p)
    assert p * (1 - 1e-9) <= weak <= strong <= 1.0


@given(h1=st.floats(0, 5e3), h2=st.floats(0, 1e6), more=st.floats(1.0, 1e4))
def test_higher_sees_farther(h1, h2, more):
    assert horizon_distance(h1 + more, h2) > horizon_distance(h1, h2)
    assert math.isclose(horizon_distance(h1, h2), horizon_distance(h2, h1))


@examples(60)
@given(
    seed=st.integers(0, 10_000),
    kind=st.sampled_from(["infrared", "radar", "doppler"]),
    far=st.floats(4.0, 7.0),
    wide=st.floats(0.0, 3.5),
    steps=st.integers(1, 6),
)
def test_covariance_stays_positive_and_symmetric(seed, kind, far, wide, steps):
    """However wide the row, however far: looks at a body that the row describes."""
    rng = np.random.default_rng(seed)
    away = rng.normal(size=3)
    away[0] = abs(away[0]) + 0.2
    r = SENSOR + 10**far * away / np.linalg.norm(away)
    x = np.concatenate([r, rng.normal(0, 1000, 3), [math.log(6000.0)]])[None]
    cov = np.diag([10 ** (2 * wide)] * 3 + [10**wide] * 3 + [0.5])[None]
    ekf, pair = Ekf(), Association(np.zeros(1, np.int64), np.zeros(1, np.int64), np.ones(1))
    beliefs = sure(np.zeros(1), x, cov, np.zeros(1, np.bool_), np.zeros(1))
    there = x + np.linalg.cholesky(cov[0]) @ rng.normal(size=7)
    true = sure(np.zeros(1), there, cov.copy(), np.zeros(1, np.bool_), np.zeros(1))
    nan = np.array([np.nan])
    for k in range(steps):
        beliefs = ekf.predict(beliefs, pair.row, k + 1.0)
        true = ekf.predict(true, pair.row, k + 1.0)
        u = true.x[0, :3] - SENSOR
        distance = np.linalg.norm(u) + rng.normal()
        rate = u @ true.x[0, 3:6] / distance + 0.5 * rng.normal()
        u = u / np.linalg.norm(u) + 1e-5 * rng.normal(size=3)
        looks = Looks(
            pair.row,
            (u / np.linalg.norm(u))[None],
            np.array([1e-5]),
            nan if kind == "infrared" else np.array([distance]),
            nan if kind == "infrared" else np.array([1.0]),
            np.array([rate]) if kind == "doppler" else nan,
            np.array([0.5]) if kind == "doppler" else nan,
            np.array([20.0]),
        )
        ekf.update(beliefs, ekf.expect(beliefs, SENSOR), looks, pair)
        assert np.isfinite(beliefs.x).all()
        cov = beliefs.cov[0]
        assert np.array_equal(cov, cov.T)
        scale = np.sqrt(np.diagonal(cov))
        assert (scale > 0).all()
        assert np.linalg.eigvalsh(cov / np.outer(scale, scale)).min() > -1e-7


def pictures(scans_of_run, order):
    tracker = Tracker.build(Command((node(),)), (LOOKER,))
    state = tracker.start(np.array([0]))
    rng = np.random.default_rng(order)
    for k, found in enumerate(scans_of_run):
        shuffled = take(found, rng.permutation(len(found.run))) if order else found
        tracker.update(state, [scan_of(shuffled, k)], k + 0.5)
    return tracker.picture(state, 35.0)


@examples(5)
@given(order=st.integers(1, 10_000))
def test_order_of_detections_does_not_matter(order):
    straight, shuffled = pictures(SCANS, 0), pictures(SCANS, order)
    assert np.array_equal(straight.id, shuffled.id)
    assert np.array_equal(straight.x_ecef, shuffled.x_ecef)


@examples(10)
@given(seed=st.integers(0, 10_000), part=st.floats(0.0, 1.0))
def test_any_loss_of_detections_leaves_a_sound_picture(seed, part):
    """Whatever is lost on the way: sorted unique numbers, finite states, positive variances."""
    rng = np.random.default_rng(seed)
    kept = [take(s, rng.random(len(s.run)) < part) for s in SCANS]
    picture = pictures([k if rng.random() < 0.9 else empty(Detections) for k in kept], 0)
    assert (np.diff(picture.id) > 0).all()
    assert np.isfinite(picture.x_ecef).all()
    assert (np.diagonal(picture.cov_ecef, axis1=1, axis2=2) > 0).all()
