"""A raid against a radar that has less time than it needs: slower looks, tracks that live on."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.sensors.sites import radar
from tests.unit.tracks.driving import drive
from tests.unit.tracks.worlds import rocket_raid

SEEN_AFTER = 10.0  # s from launch


def fought(looks: float, associator: str):
    """120 rockets, up to about 60 in the air, against so many looks in a second."""
    sensors, changes = (radar(31.47, 34.47, 230.0, dwell=1.0 / looks),), {"associator": associator}
    return drive(rocket_raid(), sensors, 120.0, changes=changes)


def held(raid) -> float:
    """Share of the rockets in the air that have a confirmed track."""
    due = sum((c.ages > SEEN_AFTER).sum() for c in raid.compared)
    return sum(np.isin(c.threats[c.ages > SEEN_AFTER], c.matched_threat).sum()
               for c in raid.compared) / due  # fmt: skip


def sharpness(raid) -> float:
    """Root mean square error of place, m."""
    error = np.concatenate([c.error for c in raid.compared])
    return float(np.sqrt((error[:, :3] ** 2).sum(axis=1).mean()))


@pytest.fixture(scope="module", params=["gnn", "jpda"])
def associator(request):
    return request.param


@pytest.fixture(scope="module")
def raids(associator):
    return {looks: fought(looks, associator) for looks in (1e6, 20.0, 6.0, 1.0)}


def test_fewer_looks_hold_fewer_tracks(raids):
    """Of some thirty in view: enough for all, each every 1.5 s, every 5 s, every half minute."""
    free, ample, short, poor = (held(raid) for raid in raids.values())
    assert free == 1.0
    assert ample > 0.99
    assert 0.75 < short < ample
    assert 0.02 < poor < 0.3


def test_fewer_looks_blur_the_picture(raids):
    free, ample, short, poor = (sharpness(raid) for raid in raids.values())
    assert free < 20.0
    assert ample < 1.5 * free
    assert 1.5 * free < short < poor


def test_a_skipped_look_is_no_miss(raids):
    """A rocket that is held keeps its track, though most looks pass it by."""
    pairs = {(int(a), int(b)) for c in raids[6.0].compared
             for a, b in zip(c.matched_threat, c.matched_id, strict=True)}  # fmt: skip
    rockets = {a for a, _ in pairs}
    assert len(rockets) >= 50
    assert len(pairs) <= 1.1 * len(rockets)


def test_haste_makes_no_ghosts(raids, associator):
    """Where a look comes every half minute a track may be of nothing: one in ten, not more.

    By chance a quarter: looks at what is new are likelier to be given to what has grown vague.
    """
    hasty = {"gnn": 0.1, "jpda": 0.25}[associator]
    for looks, raid in raids.items():
        extra = sum(len(c.track_ids) - len(c.matched_id) for c in raid.compared)
        most = hasty if looks == 1.0 else 0.05
        assert extra <= most * sum(len(c.track_ids) for c in raid.compared)
