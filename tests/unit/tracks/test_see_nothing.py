"""Scans of radars that show nothing, many at a time and one by one."""

import numpy as np
import pytest

from opendome.kernels.looks import no_looks
from opendome.kernels.rows import Rows
from opendome.kernels.scanning import kept_rows, rows_aloft
from opendome.kernels.silent_scans import eye_of, stacked_eyes, take_silent
from opendome.tracks.imm import MOTION
from opendome.tracks.scan import Heard, take_scan
from opendome.tracks.tracker import PATIENCE
from tests.unit.sensors.sites import radar
from tests.unit.tracks.driving import drive
from tests.unit.tracks.worlds import rocket_raid


def copied(rows: Rows) -> Rows:
    return Rows(*[column.copy() for column in rows])


@pytest.fixture(scope="module")
def raid():
    here, there = radar(31.47, 34.47, 230.0), radar(31.60, 34.60, 230.0, max_range_km=90)
    return drive(rocket_raid(20), (here, there), 45.0)


@pytest.mark.parametrize("gap", [0.3, 2.0, 15.0])
def test_both_ways_leave_the_same_rows(raid, gap):
    rows, rules = raid.state.pictures[0].rows, raid.tracker.groups[0].rules
    assert len(rows.run) > 3
    runs, heard = raid.state.runs, np.ones((4, 1), np.bool_)
    times = float(rows.t.max()) + gap * np.arange(1.0, 5.0)
    sensors = np.array([0, 1, 1, 0])
    rule = rules.confirm_hits, rules.confirm_looks
    t_eyes = np.full(1, -np.inf)
    many, left, done = copied(rows), np.arange(len(rows.run)), 0
    while done < 4:
        scans = sensors[done:], times[done:], heard[done:]
        n, left = take_silent(raid.tracker.eyes, scans, many, runs, t_eyes, rule, MOTION)
        assert n > 0
        done += n
        many = Rows(*[column[left] for column in many])
    one = copied(rows)
    for sensor, t in zip(sensors, times, strict=True):
        coverage = raid.tracker.coverage[sensor]
        one, free = take_scan(rules, one, coverage, Heard(runs, heard[0]), (no_looks(0), t))
        assert not len(free)
    for ours, theirs in zip(many, one, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert len(many.run) < len(rows.run) or np.any(many.misses != rows.misses)


def test_a_motor_that_may_have_burnt_out_stops_it(raid):
    rows = copied(raid.state.pictures[0].rows)
    t = float(rows.t.max()) + 1.0
    rows.is_boosting[2], rows.t_plume[2], rows.plume_period[2] = True, t - 30.0, 1.0
    scans = np.array([0]), np.array([t]), np.ones((1, 1), np.bool_)
    eyes, runs = raid.tracker.eyes, raid.state.runs
    for t_eyes, expected in ((t + 5.0, 0), (t - 29.0, 1)):
        n, _ = take_silent(eyes, scans, rows, runs, np.full(1, t_eyes), (3, 5), MOTION)
        assert n == expected


def test_stacked_radars_are_the_radars(raid):
    each = [coverage.eye for coverage in raid.tracker.coverage]
    eyes = stacked_eyes([None, *each])
    for i, eye in enumerate(each):
        again = eye_of(eyes, i + 1)
        assert again.radar[1:6] == pytest.approx(eye.radar[1:6], nan_ok=True)
        assert again.radar.ration == eye.radar.ration
        assert again[2:] == pytest.approx(eye[2:])
        for ours, theirs in zip(again.radar.field, eye.radar.field, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_a_row_whose_filter_broke_down_is_dropped(raid):
    rows = copied(raid.state.pictures[0].rows)
    t = float(rows.t.max()) + 0.1
    rows.cov[1, 6, 6] = -1.0
    heard, rule = np.ones(1, np.bool_), (1, 100)
    assert 1 not in kept_rows(rows, raid.state.runs, heard, t, rule)
    newest = raid.state.pictures[0].clocks.t_newest
    assert 1 not in rows_aloft(rows, raid.state.runs, newest, t, PATIENCE)
