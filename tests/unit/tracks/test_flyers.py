"""Drones and cruise missiles against one radar: held, known for what they are, errors as stated."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.unit.sensors.sites import LOCAL, radar
from tests.unit.tracks.driving import drive
from tests.unit.tracks.flyers import flyers
from tests.unit.tracks.worlds import World, launch, rocket_raid

SIDE = radar(31.47, 34.47, 270.0, LOCAL, min_elevation=math.radians(-1.0))
KINDS = {
    "drone": (50.0, 100.0, 25e3),
    "subsonic": (250.0, 50.0, 45e3),
    "supersonic": (900.0, 15e3, 150e3),
}


def driven(world, t_end=100.0, **parts):
    return drive(world, (SIDE,), t_end, every=1.0, **parts)


def between(result, first, last):
    return [c for c in result.compared if first <= c.t < last]


def share(compared, name="matched_id"):
    """Part of the threats held."""
    return sum(len(c.matched_id) for c in compared) / sum(len(c.threats) for c in compared)


def of_all(compared, name):
    return np.concatenate([getattr(c, name) for c in compared])


def six(compared):
    """Normalised squared errors of place and velocity, by component."""
    return np.array([
        e @ np.linalg.solve(p, e) / 6.0
        for c in compared
        for e, p in zip(c.error[:, :6], c.cov[:, :6, :6], strict=True)
    ])  # fmt: skip


@pytest.fixture(scope="module", params=sorted(KINDS))
def straight(request):
    speed, alt, away = KINDS[request.param]
    return driven(flyers(speed, alt, away=away))


def test_level_flyers_are_held_and_known_within_a_few_looks(straight):
    late = between(straight, 8.0, 100.0)
    assert share(late) > 0.98
    assert of_all(late, "is_level").mean() > 0.99
    assert sum(len(c.track_ids) - len(c.matched_id) for c in late) == 0


def test_their_errors_are_as_stated(straight):
    nees = six(between(straight, 10.0, 100.0))
    assert 0.25 < nees.mean() < 2.0
    assert np.mean(nees > 16.81 / 6.0) < 0.03  # 99 % point of chi-squared with six


def test_they_have_no_predicted_impact(straight):
    level = straight.tracks.is_level
    assert level.any()
    for name in ("impact_t", "impact_lat", "impact_lon", "t_predicted"):
        assert np.isnan(getattr(straight.tracks, name)[level]).all()
    assert np.isnan(straight.tracks.impact_cov_enu[level]).all()


def test_turns_of_three_g_do_not_shake_them_off():
    world = flyers(250.0, 200.0, away=45e3, turns=((30.0, 60.0, 30.0), (70.0, -90.0, 30.0)))
    result = driven(world, 110.0)
    late = between(result, 8.0, 110.0)
    assert share(late) > 0.97
    assert of_all(late, "is_level").mean() > 0.95
    pairs = {(int(a), int(b)) for c in late
             for a, b in zip(c.matched_threat, c.matched_id, strict=True)}  # fmt: skip
    assert len(pairs) <= 10
    calm = between(result, 50.0, 69.0)
    assert np.sqrt((of_all(calm, "error")[:, 3:6] ** 2).sum(axis=1).mean()) < 20.0


@pytest.mark.parametrize(("speed", "alt", "slope"), [(250.0, 1000.0, 60.0), (900.0, 15e3, 40.0)])
def test_a_final_dive_is_followed_into_the_ground(speed, alt, slope):
    world = flyers(speed, alt, away=110.0 * speed, dive=(60.0, slope))
    result = driven(world, 110.0)
    down = max(c.t for c in result.compared if len(c.threats))
    diving = between(result, 61.0, down)
    assert share(diving) > 0.9
    assert result.compared[-1].t > down + 10.0
    assert len(result.compared[-1].track_ids) == 0


def test_rockets_are_never_level_and_always_predicted():
    result = drive(rocket_raid(), (radar(31.47, 34.47, 230.0),), 150.0, every=1.0)
    assert of_all(result.compared, "is_level").mean() < 0.001
    sure = result.tracks.is_confirmed
    assert np.isfinite(result.tracks.impact_t[sure]).mean() > 0.95


def srbm():
    """A missile of 300 km range that comes down beside the radar."""
    y0 = launch(
        np.radians(np.array([31.40])),
        np.radians(np.array([31.80])),
        np.zeros(1),
        np.radians(np.array([90.0])),
        np.radians(np.array([80.0])),
        np.array([60.0]),
    )
    one = np.ones(1)
    return World(t_launch=0.0 * one, y0=y0, thrust=60.0 * one, burn=60.0 * one, beta=5000.0 * one)


def test_a_short_range_missile_is_not_level():
    result = driven(srbm(), 300.0)
    held = [c for c in result.compared if len(c.matched_id)]
    assert len(held) > 60
    assert of_all(held, "is_level").mean() < 0.02


def test_a_mixed_picture_is_the_same_in_any_batch():
    world = flyers(250.0, 100.0, away=45e3, turns=((10.0, 60.0, 30.0),))
    alone = driven(world, 30.0, runs=(2,)).tracks
    together = driven(world, 30.0, runs=(0, 2, 5)).tracks
    mine = together.run == 2
    assert mine.sum() == len(alone.run) > 5
    for name in ("id", "t", "x_ecef", "cov_ecef", "is_level"):
        assert np.array_equal(getattr(together, name)[mine], getattr(alone, name), equal_nan=True)
