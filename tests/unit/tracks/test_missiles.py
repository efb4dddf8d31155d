"""Long-range missiles against infrared warning and radars: boost, hand-over, coast, one number."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.unit.sensors.sites import FINE, WARNING, radar, starer
from tests.unit.tracks.driving import drive
from tests.unit.tracks.worlds import missile

EYES = (starer(165.0), starer(100.0))
RADARS = (radar(64.3, -149.2, 304.0, WARNING), radar(64.3, -149.2, 304.0, FINE))
FAR = 100e3


@pytest.fixture(scope="module")
def world():
    """Four missiles, 30 s apart."""
    return missile(4)


@pytest.fixture(scope="module")
def whole(world):
    """Two infrared sensors, and two radars at one site."""
    return drive(world, (*EYES, *RADARS), 1500.0, every=20.0, far=FAR)


def test_boost_is_seen_from_the_clouds_on(whole):
    """Above 10 km about 37 s after launch; three looks of two sensors and the latency later."""
    for i in range(4):
        first = min(c.t for c in whole.compared if i in c.matched_threat)
        assert 10.0 + 30.0 * i + 37.0 < first <= 10.0 + 30.0 * i + 37.0 + 43.0


def test_missiles_keep_their_numbers_from_boost_to_radar(whole):
    pairs = {(int(a), int(b)) for c in whole.compared
             for a, b in zip(c.matched_threat, c.matched_id, strict=True)}  # fmt: skip
    assert len(pairs) == 4


def test_boosting_is_said_and_ends(whole):
    for c in whole.compared:
        burning = (c.ages > 90.0) & (c.ages < 235.0)
        over = c.ages > 280.0
        for threats, is_burning in ((c.threats[burning], True), (c.threats[over], False)):
            rows = np.isin(c.matched_threat, threats)
            assert (c.is_boosting[rows] == is_burning).all()


def test_stereo_boost_track_is_as_good_as_triangulation(world, whole):
    """RMS of places in boost at most 1.3 of one look's triangulation (1.5 km there)."""
    error = np.concatenate([c.error[c.is_boosting] for c in whole.compared])
    rms = math.sqrt((error[:, :3] ** 2).sum(axis=1).mean())
    site = world.grid[600, 0, :3]  # 150 s after launch
    information = np.zeros((3, 3))
    for coverage in whole.tracker.coverage[:2]:
        away = site - coverage.r_ecef
        across = np.eye(3) - np.outer(away, away) / (away @ away)
        information += across / (30e-6**2 * (away @ away))
    bound = math.sqrt(np.trace(np.linalg.inv(information)))
    burning = [c for c in whole.compared if 100 < c.t < 240]
    first = np.concatenate([c.error[c.is_boosting] for c in burning])
    assert math.sqrt((first[:, :3] ** 2).sum(axis=1).mean()) < 1.3 * bound
    assert rms < 4.0 * bound  # with the seconds in which burn-out is not yet known


def test_radar_track_is_sharp_and_honest(whole):
    late = [c for c in whole.compared if 900.0 <= c.t <= 1500.0]
    error = np.concatenate([c.error for c in late])
    nees = np.concatenate([c.nees for c in late])
    assert len(error) == 4 * len(late)
    assert math.sqrt((error[:, :3] ** 2).sum(axis=1).mean()) < 500.0
    assert nees.mean() < 8.0


def test_no_spurious_tracks(whole):
    extra = sum(len(c.track_ids) - len(c.matched_id) for c in whole.compared)
    assert extra <= 0.02 * sum(len(c.track_ids) for c in whole.compared)


def test_impact_is_known_long_before(world, whole):
    """Half a minute of doubt is the ballistic coefficient, unknown before re-entry."""
    tracks = whole.tracks
    for row in np.flatnonzero(tracks.is_confirmed):
        ends = world.t_launch + world.t_end
        assert np.abs(ends - tracks.impact_t[row]).min() < 15.0
        assert math.sqrt(np.trace(tracks.impact_cov_enu[row])) < 20e3


def test_one_infrared_sensor_is_vague_but_honest():
    """Along its line of sight it knows little: tens of kilometres, and it says so."""
    one = missile(1)
    seeds = [drive(one, EYES[:1], 240.0, every=20.0, far=1e7, seed=s) for s in range(4)]
    compared = [c for d in seeds for c in d.compared if c.t > 80.0 and len(c.error)]
    assert len(compared) > 25
    sixes = [c.error[:, :6] for c in compared]
    nees = np.array([
        e[0] @ np.linalg.solve(c.cov[0, :6, :6], e[0])
        for e, c in zip(sixes, compared, strict=True)
    ])  # fmt: skip
    assert nees.mean() < 12.0
    assert np.median(nees) < 8.0


def test_radars_alone_find_them():
    result = drive(missile(2), RADARS, 1000.0, every=20.0, far=FAR)
    assert set(result.compared[-1].matched_threat) == {0, 1}
    assert len(result.compared[-1].track_ids) == 2
