"""What the tracker expects of a radar is what the radar does."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.messages import Tasking, empty
from opendome.sensors import build
from opendome.tracks.base import sure
from opendome.tracks.coverage import AbstractCoverage, cover
from opendome.tracks.rows import new_rows
from tests.unit.sensors.sites import radar, starer, truth_of

LAT, LON = math.radians(31.5), math.radians(34.5)


def crowd(n: int) -> np.ndarray:
    """Places in the field of a radar that looks east."""
    azimuth = np.radians(60.0 + 60.0 * np.arange(n) / n)
    enu = np.stack([np.sin(azimuth), np.cos(azimuth), np.full(n, 0.3)], axis=1)
    site = np.array(ecef_from_geodetic(LAT, LON, 40.0))
    return site + 150e3 * enu @ enu_basis(LAT, LON)


def p_detect(coverage: AbstractCoverage, run: np.ndarray, places: np.ndarray, rcs: float):
    """What is expected of confirmed rows of a known cross-section at places."""
    n = len(run)
    x = np.zeros((n, 7))
    x[:, :3] = places
    cov = np.tile(np.eye(7), (n, 1, 1))
    beliefs = sure(np.zeros(n), x, cov, np.zeros(n, np.bool_), np.zeros(n))
    rows = new_rows(beliefs, run, np.arange(n), 0.0)
    rows.is_confirmed[:] = True
    rows.rcs_sum[:], rows.rcs_n[:] = rcs, 1
    return coverage.view(rows, np.arange(n), beliefs, 0.0).p_detect


@pytest.mark.parametrize(("n", "budget"), [(20, 5.0), (20, 30.0), (3, 1.0)])
def test_expected_detections_are_those_that_happen(n, budget):
    site = radar(31.5, 34.5, 90.0, false_alarms=0.0, dwell=1.0 / budget)
    (sensor,) = build((site,))
    places, looks = crowd(n), 60
    expected = p_detect(cover(0, site), np.zeros(n, np.int64), places, 0.3)
    found = sum(
        len(sensor.sense(truth_of(places, t=float(k), rcs=0.3, runs=5), empty(Tasking), 3).run)
        for k in range(looks)
    )
    mean = 5 * looks * expected.sum()
    assert 0.3 < expected.sum() / min(n, budget) < 0.95
    assert abs(found - mean) < 4.0 * math.sqrt(mean)


def test_the_crowd_of_one_run_costs_another_nothing():
    coverage = cover(0, radar(31.5, 34.5, 90.0, dwell=0.2))
    places, run = crowd(21), np.array([0] * 20 + [1])
    both = p_detect(coverage, run, places, 0.3)
    assert both[20] == p_detect(coverage, run[20:], places[20:], 0.3)[0]
    assert both[0] == pytest.approx(both[20] * 5 / 20, rel=0.01)


def test_capacity_lowers_what_is_expected():
    places, run = crowd(20), np.zeros(20, np.int64)
    free = p_detect(cover(0, radar(31.5, 34.5, 90.0)), run, places, 0.3)
    bound = p_detect(cover(0, radar(31.5, 34.5, 90.0, track_capacity=5)), run, places, 0.3)
    assert bound == pytest.approx(free / 4)


def test_a_plume_takes_no_time_of_an_infrared_sensor():
    coverage = cover(0, starer(35.0))
    assert set(p_detect(coverage, np.zeros(20, np.int64), crowd(20), 0.3)) <= {0, 0.5}


@pytest.mark.parametrize(("burns", "seen"), [(True, True), (False, False)])
def test_no_plume_is_a_miss_of_what_is_taken_to_burn_only(burns, seen):
    """A new track of a radar is not lost because infrared sensors do not see it."""
    x = np.zeros((1, 7))
    x[0, :3] = crowd(1)
    beliefs = sure(np.zeros(1), x, np.eye(7)[None], np.array([burns]), np.zeros(1))
    rows = new_rows(beliefs, np.zeros(1, np.int64), np.zeros(1, np.int64), 0.0)
    view = cover(0, starer(35.0)).view(rows, np.arange(1), beliefs, 0.0)
    assert view.p_detect[0] == 0.5
    assert view.is_seen[0] == seen
