"""The SIAP set in closed form, and against Stone Soup's."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np
import pytest

from opendome.results.siap import Sightings, nearest_truth, siap

TIMES = np.arange(0.0, 20.0, 2.0)  # s


def sightings(rows):
    """From (time, id, x, vx)."""
    table = np.array(rows, dtype=float).reshape(-1, 4)
    zero = np.zeros(len(table))
    return Sightings(
        table[:, 0].astype(np.int64),
        table[:, 1].astype(np.int64),
        np.column_stack([table[:, 2], zero]),
        np.column_stack([table[:, 3], zero]),
    )


def test_one_truth_two_tracks_and_a_ghost():
    truths = sightings([(t, 0, 0.0, 1.0) for t in range(10)])
    tracks = sightings(
        [(t, 1, 3.0, 1.0) for t in range(5)]
        + [(t, 2, 4.0, 3.0) for t in range(4, 8)]
        + [(t, 3, 900.0, 0.0) for t in range(10)]
    )
    match = nearest_truth(truths, tracks, gate=10.0)
    assert (match >= 0).sum() == 9
    found = siap(TIMES, truths, tracks, match)
    assert found.completeness == 8 / 10
    assert found.ambiguity == 9 / 8
    assert found.spuriousness == 10 / 19
    assert found.position_error == pytest.approx((5 * 3 + 4 * 4) / 9)
    assert found.velocity_error == pytest.approx(4 * 2 / 9)
    assert found.track_changes == pytest.approx(1 / 14.0)  # tracked from 0 to 14 s, two tracks
    assert found.longest_segment == pytest.approx(8.0 / 18.0)


def test_the_better_of_two_tracks_covers_both():
    truths = sightings([(t, 0, 0.0, 0.0) for t in range(10)])
    short, long = [(t, 1, 1.0, 0.0) for t in range(3, 6)], [(t, 2, 2.0, 0.0) for t in range(10)]
    tracks = sightings(short + long)
    found = siap(TIMES, truths, tracks, nearest_truth(truths, tracks, 10.0))
    assert found.track_changes == 0.0
    assert found.longest_segment == 1.0


def test_nothing_is_undefined_not_zero():
    none = sightings([])
    found = siap(TIMES, none, none, nearest_truth(none, none, 1.0))
    assert all(math.isnan(value) for value in found)
    truths = sightings([(0, 0, 0.0, 0.0)])
    found = siap(TIMES, truths, none, nearest_truth(truths, none, 1.0))
    assert found.completeness == 0.0
    assert math.isnan(found.ambiguity)


def random_picture(rng):
    """Truths with up to three tracks each, which hold it for some time; and false tracks.

    Tracks begin and end at even times: where a track ends one time after another, Stone Soup's
    count of needed tracks stops short of what comes later.
    """
    truths, tracks, match, n_tracks = [], [], [], 0
    for truth in range(rng.integers(1, 6)):
        first, last = sorted(rng.choice(len(TIMES), 2, replace=False))
        even = np.arange(first + first % 2, last + 1, 2)
        start = len(truths)
        truths += [(t, truth, *rng.normal(0, 100, 2)) for t in range(first, last + 1)]
        for _ in range(rng.integers(0, 4) if len(even) > 1 else 0):
            a, b = sorted(rng.choice(even, 2, replace=False))
            tracks += [(t, n_tracks, *rng.normal(0, 100, 2)) for t in range(a, b + 1)]
            match += [start + t - first for t in range(a, b + 1)]
            n_tracks += 1
    for _ in range(rng.integers(0, 3)):
        tracks += [(t, n_tracks, 1e6, 0.0) for t in range(rng.integers(1, 5))]
        match += [-1] * (len(tracks) - len(match))
        n_tracks += 1
    return sightings(truths), sightings(tracks), np.array(match, dtype=np.int64)


def paths(table, kind, start):
    """Stone Soup's objects of a table, by id."""
    from stonesoup.types.state import State

    made = {}
    for time, i, r, v in zip(*table, strict=True):
        moment = start + timedelta(seconds=float(TIMES[time]))
        made.setdefault(int(i), kind([])).append(State([*r, *v], timestamp=moment))
    return made


def test_stone_soup_says_the_same():
    metrics = pytest.importorskip("stonesoup.metricgenerator.tracktotruthmetrics")
    from stonesoup.measures import Euclidean
    from stonesoup.metricgenerator.manager import SimpleManager
    from stonesoup.types.association import AssociationSet, TimeRangeAssociation
    from stonesoup.types.groundtruth import GroundTruthPath
    from stonesoup.types.time import TimeRange
    from stonesoup.types.track import Track

    start = datetime(2026, 1, 1)
    rng = np.random.default_rng(3)
    n_compared = 0
    for _ in range(40):
        truths, tracks, match = random_picture(rng)
        if not len(tracks.id) or not (match >= 0).any():
            continue
        their_truths, their_tracks = (
            paths(truths, GroundTruthPath, start),
            paths(tracks, Track, start),
        )
        pairs = set()
        for i, track in their_tracks.items():
            row = match[tracks.id == i][0]
            if row >= 0:
                times = TimeRange(track[0].timestamp, track[-1].timestamp)
                both = {track, their_truths[int(truths.id[row])]}
                pairs.add(TimeRangeAssociation(both, times))
        generator = metrics.SIAPMetrics(Euclidean((0, 1)), Euclidean((2, 3)))
        manager = SimpleManager([generator])
        manager.add_data(set(their_truths.values()), set(their_tracks.values()))
        manager.association_set = AssociationSet(pairs)
        theirs = [metric.value for metric in generator.compute_metric(manager)[:7]]
        ours = siap(TIMES, truths, tracks, match)
        assert list(ours) == pytest.approx(theirs, abs=1e-9)
        n_compared += 1
    assert n_compared > 15
