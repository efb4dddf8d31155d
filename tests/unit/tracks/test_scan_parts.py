"""A scan that reaches the runs of a batch at different times."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from opendome.kernels.admission import Beat
from opendome.messages import in_runs
from opendome.scenario.sensors import Sensor
from opendome.tracks.words import words_of
from tests.unit.sensors.sites import node
from tests.unit.tracks.test_tracker import LOOKER, said, scans, tracker_of
from tests.unit.tracks.worlds import rocket_raid


def test_a_scan_may_come_in_parts():
    """One run hears of each look a second later than the other: both see what they see at once."""
    whole, parted = tracker_of(), tracker_of()
    a, b, late = whole.start(np.array([4, 7])), parted.start(np.array([4, 7])), []
    for k, found in enumerate(scans(rocket_raid(count=10), LOOKER, 0, 25, runs=(4, 7))):
        scan = said(k, found, runs=(4, 7))
        whole.update(a, [scan], k + 0.5)
        parted.update(b, [in_runs(scan, np.array([False, True])), *late], k + 0.5)
        late = [in_runs(scan, np.array([True, False]))]
    parted.update(b, late, 24.5)
    one, two = whole.picture(a, 25.0), parted.picture(b, 25.0)
    assert set(one.run) == {4, 7}
    for name in ("run", "id", "t", "x_ecef", "cov_ecef", "n_updates"):
        assert np.array_equal(getattr(one, name), getattr(two, name))


def test_parts_of_a_scan_that_come_at_once_are_one():
    whole, parted = tracker_of(), tracker_of()
    a, b = whole.start(np.array([4, 7])), parted.start(np.array([4, 7]))
    for k, found in enumerate(scans(rocket_raid(count=10), LOOKER, 0, 25, runs=(4, 7))):
        scan = said(k, found, runs=(4, 7))
        first, second = (in_runs(scan, np.array(part)) for part in ([True, False], [True, True]))
        whole.update(a, [scan], k + 0.5)
        parted.update(b, [first, second], k + 0.5)
    one, two = whole.picture(a, 25.0), parted.picture(b, 25.0)
    for name in ("run", "id", "t", "x_ecef", "cov_ecef", "n_updates"):
        assert np.array_equal(getattr(one, name), getattr(two, name))


def test_cells_kept_side_by_side_know_nothing_of_each_other():
    """Three cells, two by the same rules: each believes what it would if only it heard a word."""
    other = Sensor(**{**LOOKER.__dict__, "name": "other", "node": "far"})
    third = Sensor(**{**LOOKER.__dict__, "name": "third", "node": "last"})
    nodes = node(), node(name="far", confirm_hits=2), node(name="last")
    tracker = tracker_of(*nodes, sensors=(LOOKER, other, third), wiring="stovepiped")
    assert [g.cells.tolist() for g in tracker.groups] == [[0, 2], [1]]
    together = tracker.start(np.array([4, 7]))
    alone = [tracker.start(np.array([4, 7])) for _ in range(3)]
    late = []
    for k, found in enumerate(scans(rocket_raid(count=10), LOOKER, 0, 25, runs=(4, 7))):
        first = said(k, found, runs=(4, 7))
        last = in_runs(said(k, found, sensor=2, runs=(4, 7)), np.array([False, True]))
        mail = [[first], [said(k, found, sensor=1, runs=(4, 7))] if k % 2 else [], [*late, last]]
        late = [last] if k % 3 else []
        tracker.hear(together, mail, k + 0.9)
        for i, state in enumerate(alone):
            tracker.hear(state, [mail[j] if j == i else [] for j in range(3)], k + 0.9)
    every, each = tracker.picture(together, 25.0), [tracker.picture(s, 25.0) for s in alone]
    assert set(every.run[every.node == 0]) == {4, 7}
    assert set(every.run[every.node == 2]) == {7}
    for f in fields(every):
        parts = np.concatenate([getattr(picture, f.name) for picture in each])
        np.testing.assert_array_equal(getattr(every, f.name), parts)
    np.testing.assert_array_equal(together.dropped, sum(state.dropped for state in alone))


def test_one_scan_alone_is_read_as_one_among_many():
    """The short way for a single word says what the ordering and joining of many says."""
    runs, beat = np.array([4, 7]), Beat(np.array([0.25]), np.array([1.0]), np.array([0]))
    is_any_seen = False
    for k, found in enumerate(scans(rocket_raid(count=10), LOOKER, 0, 25, runs=(4, 7))):
        scan = said(k, found, runs=(4, 7))
        for part in (scan, in_runs(scan, np.array([False, True]))):
            alone, among = words_of(runs, [part], beat), words_of(runs, [part, part], beat)
            for ours, theirs in zip(alone[:4], among[:4], strict=True):
                assert ours.dtype == theirs.dtype
                np.testing.assert_array_equal(ours, theirs)
            assert alone.seen.keys() == among.seen.keys()
            for ours, theirs in zip(alone.seen.values(), among.seen.values(), strict=True):
                is_any_seen = True
                np.testing.assert_array_equal(ours.r_sensor, theirs.r_sensor)
                for one, other in zip(ours.looks, theirs.looks, strict=True):
                    np.testing.assert_array_equal(one, other)
    assert is_any_seen
