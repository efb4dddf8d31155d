"""What a picture withholds: what is too vague to be of use, and what it has heard is killed."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.messages import ReportKind, Reports, Scan, Tasking, empty
from opendome.scenario.command import Command
from opendome.sensors import build
from opendome.tracks.base import sure
from opendome.tracks.rows import new_rows
from opendome.tracks.told import MOST_TOLD, PATIENCE, Killed, are_told, heed, keys_of
from opendome.tracks.tracker import Tracker
from tests.unit.sensors.sites import node, radar, truth_of
from tests.unit.tracks.test_coverage import crowd

KILLED, SURVIVED = ReportKind.KILLED, ReportKind.SURVIVED


def rows_of(sigmas, *, burns=False, run=0):
    """Confirmed rows, last seen at 0, whose places are so sure."""
    n = len(sigmas)
    cov = np.eye(7)[None] * np.asarray(sigmas, float)[:, None, None] ** 2 / 3.0
    x = np.ones((n, 7))
    beliefs = sure(np.zeros(n), x, cov, np.full(n, burns), np.zeros(n))
    rows = new_rows(beliefs, np.full(n, run), np.arange(n), 0.0)
    rows.is_confirmed[:] = True
    return rows


def said(kinds, times, tracks, run=0):
    """Reports to the first cell."""
    n = len(kinds)
    of = np.arange(n)
    return Reports(
        np.full(n, run), np.array(times, float), np.array(kinds, np.int64), of, of,
        np.zeros(n, np.int64), np.array(tracks), np.zeros(n, np.int64),
    )  # fmt: skip


def told(rows, reports, t):
    """Which rows are told of at t after so many reports."""
    killed = Killed()
    heed(killed, keys_of(reports.run, reports.track), reports)
    return are_told(rows, killed, t).tolist()


@pytest.mark.parametrize(("t", "burns", "wanted"), [
    (PATIENCE + 1.0, False, [True, False]),
    (PATIENCE - 1.0, False, [True, True]),
    (PATIENCE + 1.0, True, [True, True]),
])  # fmt: skip
def test_what_is_vague_and_unseen_is_withheld_unless_it_burns(t, burns, wanted):
    rows = rows_of([0.9 * MOST_TOLD, 1.1 * MOST_TOLD], burns=burns)
    assert are_told(rows, Killed(), t).tolist() == wanted


def test_what_is_not_confirmed_is_not_told():
    rows = rows_of([1.0, 1.0])
    rows.is_confirmed[0] = False
    assert are_told(rows, Killed(), 0.0).tolist() == [False, True]


def test_what_is_killed_is_withheld_when_no_look_contradicts_it_in_time():
    rows, reports = rows_of([1.0, 1.0, 1.0]), said([KILLED, KILLED], [10.0, 10.0], [1, 2])
    assert told(rows, reports, 10.0 + PATIENCE) == [True, True, True]
    assert told(rows, reports, 11.0 + PATIENCE) == [True, False, False]
    rows.t_update[2] = 12.0
    assert told(rows, reports, 11.0 + PATIENCE) == [True, False, True]
    assert told(rows_of([1.0, 1.0, 1.0], run=1), reports, 100.0) == [True, True, True]


def test_the_last_word_counts_and_only_words_of_kills_do():
    rows = rows_of([1.0])
    assert told(rows, said([KILLED, SURVIVED], [10.0, 20.0], [0, 0]), 99.0) == [True]
    assert told(rows, said([SURVIVED, KILLED], [10.0, 20.0], [0, 0]), 99.0) == [False]
    assert told(rows, said([KILLED, SURVIVED], [20.0, 10.0], [0, 0]), 99.0) == [False]
    assert told(rows, said([KILLED, KILLED], [60.0, 10.0], [0, 0]), 60.0 + PATIENCE) == [True]
    assert told(rows, said([ReportKind.LAUNCHED], [10.0], [0]), 99.0) == [True]


def test_a_picture_withholds_in_the_run_that_heard_of_the_kill():
    """Two runs; in the second the track is heard to be killed."""
    site = radar(31.5, 34.5, 90.0, false_alarms=0.0)
    (sensor,) = build((site,))
    tracker = Tracker.build(Command((node(),)), (site,))
    runs = np.array([3, 7])
    state, place = tracker.start(runs), crowd(1)[0]
    for t in range(8):
        truth = truth_of(place, t=float(t), runs=2, rcs=10.0)
        found = sensor.sense(truth, empty(Tasking), 1)
        found.run[:] = runs[found.run]
        tracker.update(state, [Scan(float(t), 0, runs, found)], float(t))
    before = tracker.picture(state, 8.0)
    assert before.is_confirmed.sum() >= 2
    (killed,) = before.id[(before.run == 7) & (before.node == 0) & before.is_confirmed]
    tracker.heed(state, said([KILLED], [8.0], [killed], run=7))
    after = tracker.picture(state, 9.0 + PATIENCE)
    silent = after.run[after.is_confirmed].tolist()
    assert silent == [3]
    tracker.heed(state, said([SURVIVED], [9.0], [killed], run=7))
    again = tracker.picture(state, 9.0 + PATIENCE)
    assert again.run[again.is_confirmed].tolist() == [3, 7]
