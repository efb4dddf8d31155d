"""What the tracker expects of a radar is what the radar does."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.messages import Tasking, empty
from opendome.sensors import build
from opendome.tracks.coverage import cover
from tests.unit.sensors.sites import radar, starer, truth_of

LAT, LON = math.radians(31.5), math.radians(34.5)


def crowd(n: int) -> np.ndarray:
    """Places in the field of a radar that looks east."""
    azimuth = np.radians(60.0 + 60.0 * np.arange(n) / n)
    enu = np.stack([np.sin(azimuth), np.cos(azimuth), np.full(n, 0.3)], axis=1)
    site = np.array(ecef_from_geodetic(LAT, LON, 40.0))
    return site + 150e3 * enu @ enu_basis(LAT, LON)


@pytest.mark.parametrize(("n", "budget"), [(20, 5.0), (20, 30.0), (3, 1.0)])
def test_expected_detections_are_those_that_happen(n, budget):
    site = radar(31.5, 34.5, 90.0, false_alarms=0.0, dwell=1.0 / budget)
    (sensor,) = build((site,))
    places, looks = crowd(n), 60
    expected = cover(0, site).p_detect(np.zeros(n, np.int64), places, np.full(n, 0.3))
    found = sum(
        len(sensor.sense(truth_of(places, t=float(k), rcs=0.3, runs=5), empty(Tasking), 3).run)
        for k in range(looks)
    )
    mean = 5 * looks * expected.sum()
    assert 0.3 < expected.sum() / min(n, budget) < 0.95
    assert abs(found - mean) < 4.0 * math.sqrt(mean)


def test_the_crowd_of_one_run_costs_another_nothing():
    coverage = cover(0, radar(31.5, 34.5, 90.0, dwell=0.2))
    places, rcs = crowd(21), np.full(21, 0.3)
    run = np.array([0] * 20 + [1])
    both = coverage.p_detect(run, places, rcs)
    assert both[20] == coverage.p_detect(run[20:], places[20:], rcs[20:])[0]
    assert both[0] == pytest.approx(both[20] * 5 / 20, rel=0.01)


def test_capacity_lowers_what_is_expected():
    places, rcs, run = crowd(20), np.full(20, 0.3), np.zeros(20, np.int64)
    free = cover(0, radar(31.5, 34.5, 90.0)).p_detect(run, places, rcs)
    bound = cover(0, radar(31.5, 34.5, 90.0, track_capacity=5)).p_detect(run, places, rcs)
    assert bound == pytest.approx(free / 4)


def test_a_plume_takes_no_time_of_an_infrared_sensor():
    coverage = cover(0, starer(35.0))
    assert set(coverage.p_detect(np.zeros(20, np.int64), crowd(20), np.full(20, np.nan))) <= {
        0,
        0.5,
    }
