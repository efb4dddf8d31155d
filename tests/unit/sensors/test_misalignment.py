"""Misaligned sensors: the same offset in all looks of a run, another one in each run and sensor."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from opendome.messages import Tasking, empty
from opendome.sensors import build
from opendome.sensors.watch import Watch
from tests.unit.sensors.sites import fleet, radar, skywave, starer, truth_of
from tests.unit.tracks.worlds import ecef, enu

BIASED = {"bias_azimuth": 2e-3, "bias_elevation": 1e-3, "bias_distance": 40.0}
EXACT = {"range_resolution": 1e-3, "beam_width": 1e-6, "speed_resolution": None}


def looks_of(sensor, truth, seed=1):
    return sensor.sense(truth, empty(Tasking), seed)


def angles(found):
    """Azimuth and elevation of looks at (0, 0)."""
    e, n, u = enu(np.zeros(1), np.zeros(1))[0] @ found.u_los_ecef.T
    return np.arctan2(e, n), np.arctan2(u, np.hypot(e, n))


@pytest.fixture
def thing():
    return ecef(np.radians([0.1]), np.radians([1.0]), np.array([30e3]))


def test_a_radar_errs_alike_in_all_looks_of_a_run(thing):
    good = build((radar(0.0, 0.0, 90.0, **EXACT, false_alarms=0.0),))[0]
    bad = build((replace(radar(0.0, 0.0, 90.0, **EXACT, false_alarms=0.0), **BIASED),))[0]
    offsets = []
    for t in (3.0, 40.0):
        truth = truth_of(thing, t=t, runs=400, rcs=10.0)
        exact, found = looks_of(good, truth), looks_of(bad, truth)
        assert (found.run == exact.run).all()
        (a1, e1), (a0, e0) = angles(found), angles(exact)
        offsets.append(np.stack([found.distance - exact.distance, a1 - a0, e1 - e0], axis=1))
        drawn = bad.misalignment.drawn(1, found.run, np.zeros(len(found.run), np.int64))
        assert offsets[-1] == pytest.approx(drawn, abs=1e-6)
    n = min(len(o) for o in offsets)
    assert n > 300
    sigma = offsets[0].std(axis=0)
    assert sigma == pytest.approx([40.0, 2e-3, 1e-3], rel=0.15)
    assert np.abs(offsets[0].mean(axis=0)) == pytest.approx(0.0, abs=np.max(4 * sigma / 17))


def test_draws_belong_to_run_sensor_and_satellite():
    one, two = build((replace(starer(10.0), bias_pointing=1e-4),) * 2)
    runs, first = np.arange(5), np.zeros(5, np.int64)
    mine = one.misalignment.drawn(1, runs, first)
    assert (mine == one.misalignment.drawn(1, runs, first)).all()
    assert (mine[3:] == one.misalignment.drawn(1, runs[3:], first[3:])).all()
    for other in (
        one.misalignment.drawn(2, runs, first),
        one.misalignment.drawn(1, runs, first + 1),
        two.misalignment.drawn(1, runs, first),
    ):
        assert not np.isclose(mine, other).any()


def test_each_satellite_is_turned_by_itself(thing):
    good = build((fleet(sigma_angle=1e-12),))[0]
    bad = build((replace(fleet(sigma_angle=1e-12), bias_pointing=1e-4),))[0]
    truth = truth_of(thing, runs=40, plume=1e6)
    exact, found = looks_of(good, truth), looks_of(bad, truth)
    assert len(found.run) == 80  # two satellites in each run
    away = thing - found.r_sensor_ecef
    true = away / np.linalg.norm(away, axis=1)[:, None]
    order = np.lexsort((found.snr, found.run))
    assert (order == np.arange(len(order))).all()
    off = np.linalg.norm(found.u_los_ecef - true, axis=1)
    assert np.linalg.norm(exact.u_los_ecef - true, axis=1) == pytest.approx(0.0, abs=1e-9)
    assert len(np.unique(off.round(9))) == len(off)
    # two of three axes turn a line of sight
    assert math.sqrt((off**2).mean() / 2.0) == pytest.approx(1e-4, rel=0.2)


def test_what_is_aligned_stays_as_it_was(thing):
    still = (radar(0.0, 0.0, 90.0), skywave(0.0, -12.0, 90.0), starer(10.0), fleet())
    for sensor in build(still):
        assert sensor.misalignment is None
    plain = Watch.of(build(still[:1]), has_jammers=False)
    bent = Watch.of(build((replace(still[0], **BIASED),)), has_jammers=False)
    assert plain.radars.is_plain.tolist() == [True]
    assert bent.radars.is_plain.tolist() == [False]


def test_an_over_the_horizon_radar_errs_too(thing):
    sensors = skywave(0.0, -12.0, 90.0), replace(skywave(0.0, -12.0, 90.0), bias_azimuth=0.02)
    good, bad = (build((s,))[0] for s in sensors)
    v = np.cross([0.0, 0.0, 1.0], thing)
    truth = truth_of(thing, 300.0 * v / np.linalg.norm(v), runs=50, rcs_uhf=100.0)
    exact, found = looks_of(good, truth), looks_of(bad, truth)
    assert len(found.run) > 20
    turn = np.arccos(np.clip((exact.u_los_ecef * found.u_los_ecef).sum(axis=1), -1, 1))
    drawn = bad.misalignment.drawn(1, found.run, np.zeros(len(found.run), np.int64))[:, 1]
    assert turn == pytest.approx(np.abs(drawn), rel=0.05)
