"""Scans of radars, many at a time by compiled code and one by one, step by step."""

import math
from dataclasses import replace

import numpy as np
import pytest

from opendome.kernels.looks import no_looks
from opendome.kernels.nearby import lines_near, lines_of
from opendome.kernels.odds import Rule
from opendome.kernels.radar_scans import Sweeps, eye_of, stacked_eyes, take_sweeps
from opendome.kernels.rows import TURNS, Rows
from opendome.kernels.scanning import kept_rows, rows_aloft
from opendome.kernels.views import rows_near
from opendome.tracks import stare, tracker
from opendome.tracks.quick import habits_of
from opendome.tracks.tracker import PATIENCE
from tests.unit.sensors.sites import FINE, WARNING, fleet, radar, starer
from tests.unit.tracks.driving import drive
from tests.unit.tracks.worlds import missile, rocket_raid

HERE, THERE = radar(31.47, 34.47, 230.0), radar(31.60, 34.60, 230.0, max_range_km=90)
FAR = radar(64.3, -149.2, 304.0, WARNING), radar(64.3, -149.2, 304.0, FINE)


def rockets(**changes):
    """Two radars and their false alarms, in two runs."""
    return drive(rocket_raid(20), (HERE, THERE), 60.0, runs=(0, 3), changes=changes)


def missiles(**changes):
    """A motor burns out, and tracks of infrared sensors become those of radars."""
    return drive(missile(2), (starer(165.0), starer(100.0), *FAR), 900.0, changes=changes)


def boosters(**changes):
    """Satellites of a low shell and radars, at the same time."""
    return drive(missile(3), (fleet(), starer(165.0), *FAR), 500.0, changes=changes)


def bent(**changes):
    """Misaligned radars, many of whose scans see nothing of what they look for."""
    sensors = [replace(s, bias_azimuth=1e-3, bias_elevation=1e-3) for s in (HERE, THERE)]
    return drive(rocket_raid(20), sensors, 60.0, runs=(0, 3), changes=changes)


def copied(rows: Rows) -> Rows:
    return Rows(*[column.copy() for column in rows])


def meant(rows: Rows) -> Rows:
    """The same, with nothing in banks where they mean nothing."""
    is_open = rows.chance > 0.0
    is_used = is_open & (is_open.sum(axis=1, keepdims=True) > 1)
    x = np.where(is_used[..., None], rows.bank_x, 0.0)
    cov = np.where(is_used[..., None, None], rows.bank_cov, 0.0)
    x[:, :TURNS, 7:], cov[:, :TURNS, 7:, :], cov[:, :TURNS, :, 7:] = 0.0, 0.0, 0.0
    return rows._replace(bank_x=x, bank_cov=cov)


RULES = [("gnn", "hits"), ("jpda", "existence"), ("gnn", "existence"), ("jpda", "hits")]
EVERY = [(world, *rules) for world in (rockets, missiles, boosters, bent) for rules in RULES]
# Of every change: each two of world, associator and confirmation together once; the rest at night.
OFTEN = {("rockets", 0), ("rockets", 1), ("missiles", 2), ("missiles", 3),
         ("boosters", 0), ("boosters", 1), ("bent", 2), ("bent", 3)}  # fmt: skip


def cases():
    for world, *rules in EVERY:
        is_often = (world.__name__, RULES.index(tuple(rules))) in OFTEN
        marks = [] if is_often else [pytest.mark.nightly]
        name = "-".join([world.__name__, *rules])
        yield pytest.param(world, *rules, marks=marks, id=name)


@pytest.mark.compiled
@pytest.mark.parametrize(("world", "associator", "confirm_by"), list(cases()))
def test_both_ways_leave_the_same_picture(monkeypatch, world, associator, confirm_by):
    changes = {"confirm_by": confirm_by, "associator": associator}
    many = world(**changes).state.pictures[0]
    calls = []
    monkeypatch.setattr(tracker, "are_quick", lambda *given: bool(calls.append(given)))
    monkeypatch.setattr(stare, "is_plain", lambda rules: False)
    one = world(**changes).state.pictures[0]
    assert calls
    assert len(many.rows.run) > 1
    assert np.any(many.rows.misses > 0.0)
    for ours, theirs in zip(meant(many.rows), meant(one.rows), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(many.next_id, one.next_id)


@pytest.fixture(scope="module")
def raid():
    return drive(rocket_raid(20), (HERE, THERE), 45.0)


@pytest.fixture(scope="module")
def fields():
    """What radars cover that see near and far, all round and a sector."""
    sensors = (HERE, *FAR, radar(31.5, 34.5, 0.0, WARNING, sector_deg=360))
    return [c.eye.radar.field for c in drive(missile(1), sensors, 1.0).tracker.coverage]


@pytest.mark.compiled
@pytest.mark.parametrize("dt", [-60.0, -1.0, 0.3, 5.0, 60.0])
def test_rows_near_are_found_sooner_and_are_the_same(raid, fields, dt):
    """Rows all around, of every doubt."""
    runs, heard = np.array([0, 1]), np.array([True, False])
    rng, old = np.random.default_rng(1), raid.state.pictures[0].rows
    chosen = rng.integers(len(old.run), size=400)
    rows = Rows(*[column[chosen] for column in old])
    rows.run[:] = np.arange(400) >= 350
    rows.x[:, :3] *= (1.0 + 0.3 * rng.random(400) ** 3)[:, None]
    rows.x[:, :3] += rng.normal(size=(400, 3)) * 10.0 ** rng.uniform(3.0, 6.5, 400)[:, None]
    rows.cov[:] *= 10.0 ** rng.uniform(-2.0, 6.0, 400)[:, None, None]
    t, counts = float(rows.t.max()) + dt, []
    for field in fields:
        near = lines_near(field, lines_of(rows, runs), heard, t)
        np.testing.assert_array_equal(near, rows_near(field, rows, runs, heard, t))
        counts.append(len(near))
    assert dt < 0.0 or 0 < max(counts) < 350


def test_a_motor_that_may_have_burnt_out_stops_it(raid):
    t = float(raid.state.pictures[0].rows.t.max()) + 1.0
    zeros, heard = np.zeros(1, np.int64), np.ones((1, 1), np.bool_)
    eyes, runs = raid.tracker.eyes, raid.state.runs
    habits = habits_of(raid.tracker.groups[0].rules)
    for t_eyes, expected in ((t + 5.0, 0), (t - 29.0, 1)):
        until, ends = np.full((1, 1), t_eyes), np.zeros((1, 2), np.int64)
        sweeps = Sweeps(zeros, np.array([t]), heard, until, ends, no_looks(0))
        rows = copied(raid.state.pictures[0].rows)
        rows.is_boosting[2], rows.t_plume[2], rows.plume_period[2] = True, t - 30.0, 1.0
        n, _ = take_sweeps(eyes, sweeps, rows, runs, zeros.copy(), habits)
        assert n == expected


def test_stacked_radars_are_the_radars(raid):
    each = [coverage.eye for coverage in raid.tracker.coverage]
    eyes = stacked_eyes([None, *each])
    for i, eye in enumerate(each):
        again = eye_of(eyes, i + 1)
        assert again.radar[1:6] == pytest.approx(eye.radar[1:6], nan_ok=True)
        assert again.radar.ration == eye.radar.ration
        assert again[2:5] == pytest.approx(eye[2:5])
        assert again.doubt == eye.doubt
        for ours, theirs in zip(again.radar.field, eye.radar.field, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_a_row_whose_filter_broke_down_is_dropped(raid):
    rows = copied(raid.state.pictures[0].rows)
    t = float(rows.t.max()) + 0.1
    rows.cov[1, 6, 6] = -1.0
    heard, rule = np.ones(1, np.bool_), Rule(1, 100, math.nan)
    assert 1 not in kept_rows(rows, raid.state.runs, heard, t, rule)
    newest = raid.state.pictures[0].clocks.t_newest
    assert 1 not in rows_aloft(rows, raid.state.runs, newest, t, PATIENCE)
