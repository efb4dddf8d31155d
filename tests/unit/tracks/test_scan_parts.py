"""A scan that reaches the runs of a batch at different times."""

from __future__ import annotations

import numpy as np

from opendome.messages import in_runs
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
