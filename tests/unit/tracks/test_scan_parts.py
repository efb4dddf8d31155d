"""A scan that reaches the runs of a batch at different times."""

from __future__ import annotations

import numpy as np

from opendome.kernels.admission import Beat
from opendome.messages import in_runs
from opendome.tracks.words import words_of
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
