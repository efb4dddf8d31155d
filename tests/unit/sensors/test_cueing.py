"""A radar that searches and is told where to look: farther there, and less often elsewhere."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.messages import Tasking, empty
from opendome.sensors import build
from opendome.sensors.watch import Watch
from tests.unit.sensors.sites import radar, tasking_of, truth_of
from tests.unit.tracks.worlds import ecef, enu

SITE = np.radians([[31.5], [34.5]])
NOBODY = empty(Tasking)
GAIN = 16.0
# a cue is one beam wide here, and takes as long as 16 looks
CUE = {"cue_gain": GAIN, "cue_width": math.radians(0.9), "max_range": 900e3}


def one(**changes):
    return build((radar(31.5, 34.5, 90.0, **{"false_alarms": 0.0, **CUE, **changes}),))[0]


def away(distance, azimuth=90.0, elevation=20.0):
    a, e = math.radians(azimuth), math.radians(elevation)
    enu_line = np.array([math.cos(e) * math.sin(a), math.cos(e) * math.cos(a), math.sin(e)])
    return ecef(*SITE, np.array([40.0]))[0] + distance * enu_line @ enu(*SITE)[0]


def share(sensor, distance, tasking, runs=400):
    found = sensor.sense(truth_of(away(distance), runs=runs, rcs=1.0), tasking, seed=3)
    return len(found.run) / runs


def test_sixteen_times_the_signal_doubles_the_range():
    """The stated range, 300 km with a chance of 0.8, is 600 km on a cue: the fourth root."""
    sensor, cue = one(), tasking_of(np.arange(400), 0, away(600e3))
    assert share(sensor, 300e3, NOBODY) == pytest.approx(0.8, abs=0.08)
    assert share(sensor, 600e3, cue) == pytest.approx(0.8, abs=0.08)
    assert share(sensor, 600e3, NOBODY) < 0.2
    assert share(one(cue_gain=1.0), 600e3, cue) == share(sensor, 600e3, NOBODY)


def test_what_lies_beside_the_cue_is_seen_as_ever():
    places = [away(250e3), away(250e3, azimuth=120.0)]
    truth = truth_of(places, runs=50, rcs=1.0)
    sensor = one()
    plain, cued = (sensor.sense(truth, t, 5) for t in (NOBODY, tasking_of([1, 2], 0, places[0])))
    east = enu(*SITE)[0] @ plain.u_los_ecef.T
    other = np.degrees(np.arctan2(east[0], east[1])) > 105.0
    east = enu(*SITE)[0] @ cued.u_los_ecef.T
    same = np.degrees(np.arctan2(east[0], east[1])) > 105.0
    assert np.array_equal(cued.distance[same], plain.distance[other])
    assert (np.diff(cued.run) >= 0).all()


def test_a_cue_takes_the_time_of_other_looks():
    """40 looks a period: two cues leave 8 of them, a third has no time at all."""
    n = 40
    places = [away(200e3, azimuth=70.0 + i) for i in range(n)] + [
        away(500e3, 40.0 + 5 * i) for i in range(3)
    ]
    sensor = one(dwell=1.0 / 40.0, beam_width=math.radians(1.8))
    truth = truth_of(places, runs=20, rcs=1e3)
    runs = np.arange(20)
    cues = [tasking_of(runs, 0, places[n + i]) for i in range(3)]
    joined = Tasking(*[np.concatenate([getattr(c, f) for c in cues]) for f in Tasking.__slots__])
    counts = {}
    for name, tasking in (("none", NOBODY), ("three", joined)):
        found = sensor.sense(truth, tasking, 2)
        counts[name] = np.bincount(found.run, minlength=20)
    assert counts["none"].max() <= 40
    assert counts["three"].max() <= 2 + 8
    assert counts["three"].mean() == pytest.approx(10.0, abs=0.5)


def test_it_reports_the_cross_section_that_it_would_see_in_search():
    """(snr - threshold) R^4 / unit is an unbiased guess of it, on a cue as in search."""
    sensor = one()
    truth = truth_of(away(250e3), runs=3000, rcs=2.0)
    cue = tasking_of(np.arange(3000), 0, away(250e3))
    for tasking in (NOBODY, cue):
        found = sensor.sense(truth, tasking, 7)
        excess = found.snr - sensor.numbers.threshold
        rcs = (excess * found.distance**4 / sensor.numbers.snr_unit).mean()
        assert rcs == pytest.approx(2.0, rel=0.1)


def test_its_looks_are_asked_for_one_by_one():
    assert Watch.of((one(),), has_jammers=False).radars.is_plain.tolist() == [False]
    assert Watch.of((one(cue_gain=1.0),), has_jammers=False).radars.is_plain.tolist() == [True]


def test_chances_know_of_the_cue():
    sensor, truth = one(), truth_of(away(600e3), runs=2, rcs=1.0)
    found = sensor.chances(truth, tasking_of([1], 0, away(600e3)))
    assert found.p_detect[1] == pytest.approx(0.8, abs=0.02)
    assert found.p_detect[0] < 0.2


def test_cues_of_a_run_that_is_over_change_nothing():
    """What was asked for in the last tick of one run is not another's, nor anybody's."""
    sensor, place = one(), away(250e3)
    truth = truth_of(place, runs=3, rcs=1.0)
    cued, more = (sensor.sense(truth, tasking_of(runs, 0, place), 5) for runs in ([1], [1, 7]))
    assert np.array_equal(cued.run, more.run)
    assert np.array_equal(cued.distance, more.distance)
    nothing = truth_of(np.zeros((0, 3)), runs=0, rcs=1.0)
    assert not len(sensor.sense(nothing, tasking_of([1], 0, place), 5).run)
