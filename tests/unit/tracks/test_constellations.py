"""Constellations against boosters and gliders: many moving lines of sight, one picture."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.fleet import fleet_of, fleet_places
from opendome.messages import Tasking, empty
from opendome.scenario.schedule import scan_time
from opendome.sensors import build
from tests.unit.sensors.sites import fleet, radar, starer
from tests.unit.tracks.driving import drive
from tests.unit.tracks.gliders import Gliders
from tests.unit.tracks.worlds import missile

LAYER = fleet()
# Reaches 600 km; a glider comes over its horizon at 500 km or so.
FAR_RADAR = {
    "reference_range": 600e3, "reference_rcs": 0.03, "max_range": 1000e3, "max_elevation": 1.5,
    "sector": 2 * math.pi,
}  # fmt: skip


def nees6(compared):
    """Squared errors of place and velocity by their covariance, over six."""
    return np.array([
        e[:6] @ np.linalg.solve(p[:6, :6], e[:6]) / 6.0
        for c in compared for e, p in zip(c.error, c.cov, strict=True)
    ])  # fmt: skip


@pytest.fixture(scope="module")
def boosts():
    """Four missiles that start 30 s apart from one place, and 72 satellites."""
    return drive(missile(4), (LAYER,), 260.0, every=5.0, far=100e3)


@pytest.fixture(scope="module")
def glides():
    """Six gliders side by side, and 72 satellites."""
    n = 6
    lat, lon = 20.0 + 0.3 * np.arange(n), np.full(n, 40.0)
    world = Gliders(lat, lon, np.full(n, 80.0), 3000.0, 42e3)
    return drive(world, (LAYER,), 300.0, every=5.0, far=100e3)


def test_two_satellites_that_see_one_thing_begin_one_track(boosts):
    late = [c for c in boosts.compared if c.t > 60.0]
    for c in late:
        assert len(c.track_ids) == len(c.matched_id)
    pairs = {(int(a), int(b)) for c in late
             for a, b in zip(c.matched_threat, c.matched_id, strict=True)}  # fmt: skip
    assert len(pairs) == 4
    assert len(late[-1].matched_id) == 4


def test_a_launch_is_tracked_as_soon_as_it_is_seen(boosts):
    """Above 10 km about 37 s after launch; three satellites see it at once, a look and latency."""
    for i in range(4):
        first = min(c.t for c in boosts.compared if i in c.matched_threat)
        assert 10.0 + 30.0 * i + 37.0 < first <= 10.0 + 30.0 * i + 37.0 + 2.0 + 2.0 + 5.0


def test_boost_tracks_stay_near_the_bound_of_one_look(boosts):
    """Places, a second or two after a look, err by twice what its lines of sight allow."""
    world = missile(1)
    shell = LAYER.orbits[0]
    squares, limits = [], []
    for c in boosts.compared:
        burning = (c.is_boosting) & (c.matched_threat == 0)
        if not burning.any() or not 80.0 < c.t < 240.0:
            continue
        t = scan_time(math.floor((c.t - 1.0) / 2.0), 0, 2.0)
        site = world.at(t).r_ecef[0]
        information, n_in_view = np.zeros((3, 3)), 0
        places = fleet_places(fleet_of(np.zeros((0, 3)), (shell,), ()), t)
        for place in places:
            away = site - place
            if -(away @ place) < 0.5 * np.linalg.norm(away) * np.linalg.norm(place):
                continue
            if away @ site > 0.0:  # below its horizon
                continue
            across = np.eye(3) - np.outer(away, away) / (away @ away)
            information += across / (20e-6**2 * (away @ away))
            n_in_view += 1
        if n_in_view < 2:  # it flies higher than the field of regard of the next reaches
            continue
        limits.append(np.trace(np.linalg.inv(information)))
        squares.append((c.error[burning, :3] ** 2).sum())
    assert len(squares) > 20
    assert math.sqrt(np.mean(limits)) < 150.0
    assert math.sqrt(np.mean(squares)) < 2.0 * math.sqrt(np.mean(limits))


def test_boost_tracks_are_honest(boosts):
    """0.5 per component: the boost model allows for more than this booster does."""
    found = nees6([c for c in boosts.compared if c.t > 60.0])
    assert 0.2 < found.mean() < 1.3


def test_burn_out_keeps_the_covariance_honest(boosts):
    after = [c for c in boosts.compared if c.t >= 255.0]
    cold = [(e, p) for c in after
            for e, p, b in zip(c.error, c.cov, c.is_boosting, strict=True) if not b]  # fmt: skip
    assert cold
    for e, p in cold:
        assert e[:6] @ np.linalg.solve(p[:6, :6], e[:6]) < 20.0


def test_gliders_are_found_by_their_glow_and_said_to_be_level(glides):
    late = [c for c in glides.compared if c.t > 60.0]
    assert all(len(c.matched_id) == 6 == len(c.track_ids) for c in late)
    level = np.concatenate([c.is_level for c in late])
    assert level.mean() > 0.9


def test_glider_tracks_are_sharp_and_honest(glides):
    late = [c for c in glides.compared if c.t > 60.0]
    error = np.concatenate([c.error for c in late])
    assert math.sqrt((error[:, :3] ** 2).sum(axis=1).mean()) < 300.0
    found = nees6(late)
    assert np.median(found) < 1.5
    assert found.mean() < 3.0


def test_radar_and_satellites_make_one_picture_of_gliders():
    n = 3
    lat, lon = 20.0 + 0.3 * np.arange(n), np.full(n, 40.0)
    world = Gliders(lat, lon, np.full(n, 80.0), 3000.0, 42e3)
    near = radar(20.5, 44.5, 260.0, **FAR_RADAR)
    found = drive(world, (LAYER, near), 200.0, every=5.0, far=100e3)
    late = [c for c in found.compared if c.t > 100.0]
    assert all(len(c.matched_id) == n == len(c.track_ids) for c in late)
    error = np.concatenate([c.error for c in late])
    assert math.sqrt((error[:, :3] ** 2).sum(axis=1).mean()) < 300.0


LONE = fleet(1, 1, {"node": math.radians(125.0), "place": math.radians(40.0)})


def test_one_low_satellite_alone_begins_nothing():
    """It sees the launch, and cannot tell how far."""
    world, (eye,) = missile(1), build((LONE,))
    assert all(len(eye.sense(world.at(t), empty(Tasking), 1).run) for t in (60.0, 120.0, 180.0))
    found = drive(world, (LONE,), 200.0, every=10.0, far=1e7)
    assert not any(len(c.track_ids) for c in found.compared)


def test_one_high_satellite_alone_is_vague_but_honest():
    high = starer(150.0, noise_hot=4e3)
    compared = [c for seed in range(3)
                for c in drive(missile(1), (high,), 200.0, every=20.0, far=1e7, seed=seed).compared
                if c.t > 80.0 and len(c.error)]  # fmt: skip
    assert len(compared) > 12
    assert np.median(nees6(compared)) < 1.5
    assert nees6(compared).mean() < 2.5


def test_a_high_and_a_low_satellite_together_are_sharp():
    found = drive(missile(1), (starer(150.0), LONE), 200.0, every=10.0, far=1e7)
    late = [c for c in found.compared if c.t > 100.0]
    assert all(len(c.track_ids) == 1 for c in late)
    error = np.concatenate([c.error for c in late])
    assert math.sqrt((error[:, :3] ** 2).sum(axis=1).mean()) < 5e3
