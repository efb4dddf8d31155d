"""A dense raid of rockets against one radar: nobody missed, nobody twice, errors as stated."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from opendome.tracks import ASSOCIATORS
from tests.unit.sensors.sites import LOCAL, radar
from tests.unit.tracks.driving import drive
from tests.unit.tracks.worlds import ecef, height, rocket_raid

pytestmark = pytest.mark.compiled  # far too much for plain Python

SEEN_AFTER = 10.0  # s from launch: over the horizon, three looks, latency


@pytest.fixture(scope="module", params=sorted(ASSOCIATORS))
def raid(request):
    """120 rockets in salvos of ten, half a second and about 300 m apart."""
    changes = {"associator": request.param}
    return drive(rocket_raid(), (radar(31.47, 34.47, 230.0),), 300.0, changes=changes)


def test_all_rockets_are_tracked(raid):
    due = held = 0
    for c in raid.compared:
        old = c.threats[c.ages > SEEN_AFTER]
        due += len(old)
        held += np.isin(old, c.matched_threat).sum()
    assert due > 1000
    assert held / due >= 0.98


def test_hardly_any_track_is_of_nothing(raid):
    tracks = sum(len(c.track_ids) for c in raid.compared)
    extra = sum(len(c.track_ids) - len(c.matched_id) for c in raid.compared)
    assert extra / tracks <= 0.01


def test_a_rocket_keeps_its_number(raid):
    pairs = {(int(a), int(b)) for c in raid.compared
             for a, b in zip(c.matched_threat, c.matched_id, strict=True)}  # fmt: skip
    assert len({a for a, _ in pairs}) == 120
    assert len(pairs) <= 123


def test_errors_are_as_stated(raid):
    """Mean NEES of seven components: at most 7, and not below half of it (the filter allows for
    manoeuvres and for other bodies than these rockets are)."""
    nees = np.concatenate([c.nees for c in raid.compared])
    assert 3.0 <= nees.mean() <= 7.0
    assert np.mean(nees > stats.chi2.ppf(0.99, 7)) < 0.02


def test_picture_is_sharp(raid):
    error = np.concatenate([c.error for c in raid.compared])
    assert np.sqrt((error[:, :3] ** 2).sum(axis=1).mean()) < 30.0
    assert np.sqrt((error[:, 3:6] ** 2).sum(axis=1).mean()) < 10.0


def test_nothing_is_left_when_all_are_down(raid):
    """The last rocket lands at about 298 s."""
    assert raid.tracks.is_confirmed.sum() == 0


def test_impacts_are_predicted_with_honest_ellipses():
    world = rocket_raid(count=40, seed=4)
    result = drive(world, (radar(31.47, 34.47, 230.0),), 75.0)
    tracks = result.tracks
    last = result.compared[-1]
    inside = []
    for threat, number in zip(last.matched_threat, last.matched_id, strict=True):
        row = np.flatnonzero(tracks.id == number)[0]
        end = world.t_launch[threat] + world.t_end[threat]
        assert tracks.impact_t[row] == pytest.approx(
            end, abs=12.0
        )  # some have four looks, and burn
        k = round(world.t_end[threat] / world.step)
        above, below = world.grid[k - 1, threat, :3], world.grid[k, threat, :3]
        up, down = height(above[None])[0], height(below[None])[0]
        foot = above + (below - above) * up / (up - down)
        lat, lon = tracks.impact_lat[row], tracks.impact_lon[row]
        east = np.array([-np.sin(lon), np.cos(lon), 0.0])
        north = np.array([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)])
        from_track = foot - ecef(lat, lon, 0.0)
        miss = np.array([east @ from_track, north @ from_track])
        inside.append(miss @ np.linalg.solve(tracks.impact_cov_enu[row], miss))
    assert len(inside) >= 20
    assert np.median(inside) < 3.0
    assert np.mean(np.array(inside) < stats.chi2.ppf(0.99, 2)) >= 0.9


@pytest.mark.parametrize("associator", sorted(ASSOCIATORS))
def test_a_raid_survives_false_alarms_and_a_weak_radar(associator):
    world, changes = rocket_raid(count=40, seed=3), {"associator": associator}
    sensors = (radar(31.47, 34.47, 230.0, LOCAL, false_alarms=5.0, reference_range=90e3),)
    result = drive(world, sensors, 100.0, seed=2, changes=changes)
    due = held = tracks = extra = 0
    for c in result.compared:
        old = c.threats[c.ages > 15.0]
        due, held = due + len(old), held + np.isin(old, c.matched_threat).sum()
        tracks += len(c.track_ids)
        extra += len(c.track_ids) - len(c.matched_id)
    assert held / due >= 0.9
    assert extra / tracks <= 0.05


def test_a_shot_down_rocket_is_dropped_within_seconds():
    world = rocket_raid(count=10)
    world.t_end[3] = 30.0
    result = drive(world, (radar(31.47, 34.47, 230.0),), 45.0, every=1.0)
    names = {int(a): int(b) for c in result.compared
             for a, b in zip(c.matched_threat, c.matched_id, strict=True)}  # fmt: skip
    gone = world.t_launch[3] + 30.0
    last = max(c.t for c in result.compared if names[3] in c.track_ids)
    assert gone < last < gone + 7.0


@pytest.mark.parametrize("associator", sorted(ASSOCIATORS))
@pytest.mark.parametrize("runs", [(0, 1, 2, 5), (2, 9)])
def test_a_run_is_the_same_in_any_batch(runs, associator):
    world, changes = rocket_raid(count=20), {"associator": associator}
    sensors = (radar(31.47, 34.47, 230.0, false_alarms=1.0),)
    alone = drive(world, sensors, 40.0, runs=(2,), changes=changes).tracks
    together = drive(world, sensors, 40.0, runs=runs, changes=changes).tracks
    mine = together.run == 2
    assert mine.sum() == len(alone.run) > 10
    for name in ("id", "t", "x_ecef", "cov_ecef", "n_updates", "impact_lat"):
        assert np.array_equal(getattr(together, name)[mine], getattr(alone, name), equal_nan=True)
