"""Pictures that read the truth: what they say, how sure, and how rarely they predict."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from opendome.kernels.frames import ecef_from_geodetic
from opendome.kernels.statistical import wander
from opendome.sensors import build
from opendome.sensors.shortcut import Shortcut
from opendome.sensors.statistical import Statistical
from tests.unit.sensors.sites import radar, starer
from tests.unit.tracks.flyers import flyers
from tests.unit.tracks.worlds import missile, rocket_raid

RUNS = np.arange(3)


def perfect(n_threats: int) -> Shortcut:
    return Shortcut((None, None), n_threats, 1.0)


def statistical(sensors, n_threats: int, hits: int = 3) -> Shortcut:
    return Shortcut((Statistical(build(tuple(sensors)), hits, 0),), n_threats, 1.0)


@pytest.fixture(scope="module")
def raid():
    return rocket_raid(count=20)


def errors(tracks, truth):
    """Track minus truth, (n, 6), matched by run and id."""
    j = np.searchsorted(truth.run * 1000 + truth.threat, tracks.run * 1000 + tracks.id)
    return tracks.x_ecef[:, :6] - np.hstack([truth.r_ecef, truth.v_ecef])[j]


def test_perfect_picture_is_the_truth_for_every_node(raid):
    shortcut = perfect(20)
    state = shortcut.start(RUNS)
    truth = raid.at(40.0, RUNS)
    shortcut.update(state, truth, 40.0, 1)
    tracks = shortcut.picture(state, 40.0)
    assert len(tracks.run) == 2 * len(truth.run)
    for node in (0, 1):
        mine = tracks.node == node
        assert np.array_equal(tracks.x_ecef[mine, :3], truth.r_ecef)
        assert np.array_equal(tracks.id[mine], truth.threat)
        assert np.array_equal(tracks.is_boosting[mine], truth.is_burning)
    assert tracks.is_confirmed.all()


def test_perfect_impact_is_where_the_threat_lands(raid):
    shortcut = perfect(20)
    state = shortcut.start(RUNS)
    for t in np.arange(6.0, 46.0):
        shortcut.update(state, raid.at(t, RUNS), t, 1)
    tracks = shortcut.picture(state, 45.0)
    for row in np.flatnonzero((tracks.run == 0) & (tracks.node == 0) & ~tracks.is_boosting):
        i = tracks.id[row]
        end = raid.t_end[i]
        assert tracks.impact_t[row] == pytest.approx(raid.t_launch[i] + end, abs=0.15)
        path = raid.grid[int(end / raid.step), i, :3]
        there = ecef_from_geodetic(tracks.impact_lat[row], tracks.impact_lon[row], 0.0)
        assert np.linalg.norm(path - there) < 60.0


def test_perfect_prediction_is_made_once_after_burn_out(raid):
    shortcut = perfect(20)
    state = shortcut.start(RUNS)
    seen = set()
    for t in np.arange(6.0, 46.0):
        shortcut.update(state, raid.at(t, RUNS), t, 1)
        tracks = shortcut.picture(state, t)
        row = np.flatnonzero((tracks.run == 1) & (tracks.id == 0))
        seen.add(float(tracks.t_predicted[row[0]]))
    assert len(seen) <= 4


@pytest.mark.compiled
def test_statistical_picture_is_confirmed_late_and_errs_as_it_says():
    world = missile(4)
    sensors = (starer(165.0), starer(100.0))
    shortcut = statistical(sensors, 4)
    runs = np.arange(40)
    state = shortcut.start(runs)
    sums, first = [], {}
    for t in np.arange(1.0, 250.0):
        truth = world.at(t, runs)
        shortcut.update(state, truth, t, 3)
        tracks = shortcut.picture(state, t)
        for i in set(tracks.id):
            first.setdefault(i, t)
        if t % 30 == 0 and len(tracks.run):
            e = errors(tracks, truth)
            cov = tracks.cov_ecef[:, :6, :6]
            sums.append(np.einsum("ni,nij,nj->n", e, np.linalg.inv(cov), e))
    # threat 0 leaves at 10 s, passes the clouds about 35 s later, is confirmed two looks on
    assert 45.0 < first[0] < 75.0
    nees = np.concatenate(sums)
    assert len(nees) > 300
    assert np.mean(nees) == pytest.approx(6.0, abs=1.2)


def test_statistical_picture_coasts_when_nobody_sees():
    world = missile(1)
    shortcut = statistical((starer(165.0), starer(100.0)), 1)
    state = shortcut.start(RUNS)
    sigma = {}
    for t in np.arange(1.0, 400.0):
        shortcut.update(state, world.at(t, RUNS), t, 3)
        tracks = shortcut.picture(state, t)
        if len(tracks.run):
            sigma[t] = math.sqrt(np.trace(tracks.cov_ecef[0, :3, :3]))
    assert sigma[390.0] > 5.0 * sigma[240.0]
    assert tracks.t_update[0] < 260.0


def test_statistical_picture_sees_only_what_its_sensors_see(raid):
    away = statistical((radar(31.47, 34.47, 50.0),), 20)  # looks the other way
    state = away.start(RUNS)
    for t in np.arange(6.0, 40.0):
        away.update(state, raid.at(t, RUNS), t, 3)
    assert len(away.picture(state, 39.0).run) == 0


def test_better_radar_makes_a_surer_picture(raid):
    sigmas = []
    for beam in (0.5, 4.0):
        shortcut = statistical((radar(31.47, 34.47, 230.0, beam_width=math.radians(beam)),), 20)
        state = shortcut.start(RUNS)
        for t in np.arange(6.0, 30.0):
            shortcut.update(state, raid.at(t, RUNS), t, 3)
        tracks = shortcut.picture(state, 29.0)
        assert len(tracks.run) >= 30
        sigmas.append(np.sqrt(np.trace(tracks.cov_ecef[:, :3, :3], axis1=1, axis2=2)).mean())
    assert 3.0 < sigmas[1] / sigmas[0] < 10.0


def test_wandering_numbers_are_normal_and_forget():
    run, obj = np.arange(4000), np.zeros(4000, np.int64)
    now = wander(1, 14, run, obj, np.full(4000, 3.3))
    assert stats.kstest(now.ravel(), "norm").pvalue > 1e-3
    soon = wander(1, 14, run, obj, np.full(4000, 3.4))
    later = wander(1, 14, run, obj, np.full(4000, 5.6))
    assert np.corrcoef(now[:, 0], soon[:, 0])[0, 1] > 0.95
    assert abs(np.corrcoef(now[:, 0], later[:, 0])[0, 1]) < 0.06


@pytest.mark.parametrize("kind", ["perfect", "statistical"])
def test_one_run_is_the_same_in_any_batch(raid, kind):
    pictures = []
    for runs in (np.array([2]), np.array([0, 2, 5])):
        sensors = (radar(31.47, 34.47, 230.0),)
        shortcut = perfect(20) if kind == "perfect" else statistical(sensors, 20)
        state = shortcut.start(runs)
        for t in np.arange(6.0, 30.0):
            shortcut.update(state, raid.at(t, runs), t, 3)
        tracks = shortcut.picture(state, 29.0)
        mine = tracks.run == 2
        pictures.append((tracks.x_ecef[mine], tracks.impact_lat[mine], tracks.id[mine]))
    for a, b in zip(*pictures, strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("kind", ["perfect", "statistical"])
def test_level_flyers_are_said_to_be_level_and_have_no_impact(kind):
    world = flyers(250.0, 500.0, count=3, away=30e3, t_end=60.0)
    side = radar(31.47, 34.47, 270.0)
    shortcut = perfect(3) if kind == "perfect" else statistical((side,), 3)
    state = shortcut.start(RUNS)
    for t in np.arange(1.0, 30.0):
        shortcut.update(state, world.at(t, RUNS), t, 1)
    tracks = shortcut.picture(state, 29.0)
    assert len(tracks.run) == (18 if kind == "perfect" else 9)
    assert tracks.is_level.all()
    for name in ("impact_t", "impact_lat", "impact_lon", "t_predicted"):
        assert np.isnan(getattr(tracks, name)).all()


def test_what_stops_flying_level_gets_a_prediction():
    world = flyers(250.0, 5000.0, count=3, away=30e3, t_end=60.0)
    shortcut = perfect(3)
    state = shortcut.start(RUNS)
    truth = world.at(10.0, RUNS)
    shortcut.update(state, truth, 10.0, 1)
    falling = replace(world.at(11.0, RUNS), is_level=np.zeros(9, bool))
    shortcut.update(state, falling, 11.0, 1)
    tracks = shortcut.picture(state, 11.0)
    assert (tracks.impact_t > 30.0).all()
