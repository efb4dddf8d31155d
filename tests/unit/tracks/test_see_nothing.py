"""A radar's scan that shows nothing, by the short way and by the long one that all scans can go."""

import numpy as np
import pytest

from opendome.kernels.looks import no_looks
from opendome.kernels.rows import Rows
from opendome.tracks import scan as scans
from opendome.tracks.scan import Heard, Rules, take_scan
from tests.unit.sensors.sites import radar
from tests.unit.tracks.driving import drive
from tests.unit.tracks.worlds import rocket_raid


def copied(rows: Rows) -> Rows:
    return Rows(*[column.copy() for column in rows])


@pytest.mark.parametrize("late", [0.5, 3.0, 12.0, 60.0])
def test_both_ways_leave_the_same_rows(late, monkeypatch):
    done = drive(rocket_raid(20), (radar(31.47, 34.47, 230.0),), 45.0)
    group, rows = done.tracker.groups[0], done.state.pictures[0].rows
    assert len(rows.run) > 3
    heard = Heard(done.state.runs, np.ones(1, np.bool_))
    coverage, rules = done.tracker.coverage[0], group.rules
    assert isinstance(rules, Rules)
    t = float(rows.t.max()) + late
    short, _ = take_scan(rules, copied(rows), coverage, heard, (no_looks(0), t))
    monkeypatch.setattr(scans, "RadarCoverage", type(None))
    long, _ = take_scan(rules, copied(rows), coverage, heard, (no_looks(0), t))
    for ours, theirs in zip(short, long, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert len(short.run) < len(rows.run) or np.any(short.misses != rows.misses)
