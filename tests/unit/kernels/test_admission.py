"""Words of looks against a plain book of all that was ever taken in."""

import numpy as np
import pytest

from opendome.kernels.admission import FORGOTTEN, Beat, Clocks, admit, no_marks
from opendome.kernels.views import MAX_LATE

BEAT = Beat(np.array([0.0, 0.3, 1.0]), np.array([1.0, 2.0, 10.0]), np.array([0, 1, -1]))
RUNS = 3


def fresh_clocks():
    return Clocks(np.full(RUNS, -np.inf), np.full(RUNS, -np.inf), np.zeros(RUNS, np.int64))


class Book:
    """The same by sets, one word and run at a time."""

    def __init__(self):
        self.taken, self.newest, self.eyes = set(), [-np.inf] * RUNS, [-np.inf] * RUNS

    def take(self, sensor, number, t, run, now):
        if (sensor, number, run) in self.taken:
            return "again"
        self.taken.add((sensor, number, run))
        if t < max(self.newest[run] - MAX_LATE, now - FORGOTTEN):
            return "late"
        self.newest[run] = max(self.newest[run], t)
        if sensor == 2:
            self.eyes[run] = max(self.eyes[run], t + 10.0)
        return "new"


@pytest.mark.parametrize("seed", range(5))
def test_words_are_taken_in_once_and_in_time(seed):
    rng, book = np.random.default_rng(seed), Book()
    marks, clocks = no_marks(BEAT.period, np.ones(3, np.bool_), RUNS), fresh_clocks()
    counts = dict.fromkeys(("new", "late", "again"), 0)
    for now in np.arange(0.0, 4000.0, 20.0):
        sensor = rng.integers(3, size=30)
        t = np.maximum(now - rng.exponential(25.0, 30), 0.0)
        number = np.rint((t - BEAT.phase[sensor]) / BEAT.period[sensor]).astype(np.int64)
        t = BEAT.phase[sensor] + number * BEAT.period[sensor]
        heard = rng.random((30, RUNS)) < 0.6
        is_new, is_late, t_eyes = admit((sensor, number, t, heard), marks, clocks, BEAT, now)
        for k, r in np.argwhere(heard):
            said = book.take(sensor[k], number[k], t[k], r, now)
            assert (is_new[k, r], is_late[k, r]) == (said == "new", said == "late")
            counts[said] += 1
        assert not np.any((is_new | is_late) & ~heard)
        np.testing.assert_array_equal(t_eyes[-1], book.eyes)
    assert min(counts.values()) > 100
    np.testing.assert_array_equal(clocks.t_newest, book.newest)


def test_what_is_older_than_all_that_is_remembered_is_late_and_takes_no_place():
    marks, clocks = no_marks(BEAT.period, np.ones(3, np.bool_), RUNS), fresh_clocks()
    one, heard = np.zeros(1, np.int64), np.ones((1, RUNS), np.bool_)
    room = int(marks.first[1])
    for number, is_taken in ((room + 5, True), (5, False), (room + 5, False)):
        scan = one, one + number, np.array([float(number)]), heard
        is_new, is_late, _ = admit(scan, marks, clocks, BEAT, room + 5.0)
        assert is_new.all() == is_taken
        assert is_late.all() == (number == 5)


def test_a_picture_has_room_for_its_own_sensors_only():
    marks = no_marks(BEAT.period, np.array([True, False, True]), RUNS)
    assert marks.first[1] >= FORGOTTEN
    assert marks.first[2] == marks.first[1]
    assert marks.first[3] - marks.first[2] >= FORGOTTEN / 10.0
