"""Misaligned sensors in a picture: what it learns of them, and whether its tracks stay honest."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from opendome.messages import Scan, Tasking, empty, take
from opendome.results.consistency import band_of_mean
from opendome.results.track_metrics import match_tracks, normalised_errors
from opendome.scenario.command import Command
from opendome.scenario.schedule import scan_time
from opendome.sensors import build
from opendome.tracks.predict import coast
from opendome.tracks.registration import registration_of
from opendome.tracks.tracker import Tracker
from tests.unit.sensors.sites import fleet, node, radar, starer
from tests.unit.tracks.worlds import World, launch, missile

BIAS = {"bias_azimuth": 2e-3, "bias_elevation": 2e-3, "bias_distance": 30.0}
RUNS = np.arange(24)


@cache
def arcs():
    """Three missiles of 300 km range, 5 s apart."""
    n = 3
    rng = np.random.default_rng(3)
    y0 = launch(
        np.radians(33.0) + rng.normal(0, 0.01, n),
        np.radians(44.0) + rng.normal(0, 0.01, n),
        np.full(n, 100.0),
        np.radians(280.0) + rng.normal(0, 0.02, n),
        np.radians(60.0) + rng.normal(0, 0.02, n),
        np.full(n, 60.0),
    )
    return World(
        t_launch=2.0 + 5.0 * np.arange(n), y0=y0, thrust=np.full(n, 75.0), burn=np.full(n, 60.0),
        beta=np.full(n, 6000.0), rcs=1.0, rcs_uhf=1.0,
    )  # fmt: skip


def radars(**bias):
    """Two radars 300 km apart, which all of it comes into the sight of."""
    shape = {
        "reference_range": 900e3, "max_range": 1200e3, "sector": math.radians(360.0),
        "beam_width": math.radians(0.6), "period": 2.0, "false_alarms": 0.0,
    }  # fmt: skip
    places = ((33.5, 39.0, 90.0), (31.0, 40.0, 45.0))
    return tuple(replace(radar(*place, **shape), **bias) for place in places)


class Outcome:
    """Squared errors of tracks and biases at some times, over the runs."""

    def __init__(self, world, sensors, times, *, registration="joint", **parts):
        built = build(sensors)
        command = Command((node(**parts),), registration=registration)
        self.tracker = Tracker.build(command, sensors)
        state = self.tracker.start(RUNS)
        self.nees, self.n_tracks, self.nees_bias, self.sigma = [], [], [], []
        waiting, due = [], [0] * len(built)
        for t in np.arange(1.0, max(times) + 1.0):
            for s in built:
                while (when := scan_time(due[s.index], s.index, s.period)) <= t:
                    found = s.sense(world.at(when, RUNS), empty(Tasking), 1)
                    waiting.append((when + s.latency, Scan(float(when), s.index, RUNS, found)))
                    due[s.index] += 1
            here = [w for w in waiting if w[0] <= t]
            waiting = [w for w in waiting if w[0] > t]
            self.tracker.update(state, [w[1] for w in here], t)
            if t in times:
                self.compare(world.at(t, RUNS), self.tracker.picture(state, t))
                self.compare_biases(built, state.pictures[0].biases)

    def compare(self, truth, tracks):
        tracks = coast(take(tracks, np.flatnonzero(tracks.is_confirmed)), truth.t)
        found = match_tracks(truth, tracks)
        true = np.hstack([truth.r_ecef, truth.v_ecef])[found.truth]
        error = tracks.x_ecef[found.track, :6] - true
        self.nees.append(normalised_errors(error, tracks.cov_ecef[found.track, :6, :6]))
        self.n_tracks.append(len(tracks.run))

    def compare_biases(self, built, biases):
        if biases is None:
            return
        first = np.zeros(len(RUNS), np.int64)
        true = np.hstack([s.misalignment.drawn(1, RUNS, first) for s in built])
        error = biases.mean - true
        solved = np.linalg.solve(biases.cov, error[:, :, None])[:, :, 0]
        self.nees_bias.append((error * solved).sum(axis=1))
        self.sigma.append(np.sqrt(np.diagonal(biases.cov, axis1=1, axis2=2)))


@cache
def outcome(registration="joint", filter="imm", associator="gnn", is_biased=True):
    sensors, times = radars(**BIAS) if is_biased else radars(), (80.0, 100.0, 120.0)
    parts = {"filter": filter, "associator": associator}
    return Outcome(arcs(), sensors, times, registration=registration, **parts)


PARTS = [("imm", "gnn"), ("ekf", "gnn"), ("ckf", "gnn"), ("imm", "jpda"), ("ekf", "jpda")]


@pytest.mark.parametrize(("filter", "associator"), PARTS)
def test_learned_biases_agree_with_the_true_ones(filter, associator):
    """Mean of six squared components over the runs within its 99.9 % band, at all times."""
    band, found = band_of_mean(6, len(RUNS), 0.999), outcome(filter=filter, associator=associator)
    for nees in found.nees_bias:
        assert band.low < nees.mean() < band.high
    sigma = found.sigma[-1].mean(axis=0)
    # ranges of two radars that see the same things some way apart say less than angles
    assert (sigma[[1, 2, 4, 5]] < 0.3 * 2e-3).all()
    assert (sigma[[0, 3]] < 30.0).all()


@pytest.mark.parametrize(
    ("filter", "associator"), [("imm", "gnn"), ("ekf", "gnn"), ("imm", "jpda")]
)
def test_tracks_are_as_honest_as_those_of_aligned_radars(filter, associator):
    parts = {"filter": filter, "associator": associator}
    mine, plain = outcome(**parts), outcome(**parts, is_biased=False)
    for nees, aligned in zip(mine.nees, plain.nees, strict=True):
        assert np.median(nees) < 1.6 * np.median(aligned)
        assert np.mean(nees) < 7.0
    assert mine.n_tracks == [3 * len(RUNS)] * 3


def test_who_reckons_with_nothing_is_far_too_sure_and_sees_double():
    blind = outcome(registration="none")
    assert min(np.median(nees) for nees in blind.nees) > 50.0
    assert max(blind.n_tracks) > 3 * len(RUNS)


def test_satellites_that_point_amiss_are_told_apart_and_learned():
    eyes = tuple(replace(starer(lon), bias_pointing=100e-6) for lon in (165.0, 100.0))
    times = (120.0, 240.0, 300.0)
    mine = Outcome(missile(2), eyes, times)
    band = band_of_mean(6, len(RUNS), 0.999)
    for nees, bias in zip(mine.nees, mine.nees_bias, strict=True):
        assert np.mean(nees) < 7.0
        assert band.low < bias.mean() < band.high
    assert mine.n_tracks == [2 * len(RUNS)] * 3
    # the angle between their planes of sight is what two satellites can compare
    assert mine.sigma[-1].min(axis=0).min() < 80e-6
    blind = Outcome(missile(2), eyes, times, registration="none")
    assert np.nanmedian(blind.nees[-1]) > 20.0


def test_only_misaligned_sensors_are_reckoned_with():
    plain = (radar(0.0, 0.0, 90.0), starer(10.0))
    places = [np.array([6.4e6, 0.0, 0.0])] * 4
    assert registration_of(plain, places[:2]) is None
    assert Tracker.build(Command((node(),)), plain).start(RUNS).pictures[0].biases is None
    bent = replace(plain[0], bias_elevation=1e-3)
    pair = replace(starer(10.0), bias_pointing=1e-4)
    many = replace(fleet(), bias_pointing=1e-4)
    found = registration_of((plain[1], bent, many, pair), places)
    assert found.column.tolist() == [-1, 0, -1, 3]
    assert found.sigma.tolist() == [0.0, 0.0, 1e-3, 1e-4, 1e-4, 1e-4]
    assert found.noise.tolist() == [0.0, 0.0, 1e-4, 0.0]


def test_the_satellite_that_looked_is_known_by_its_place():
    pair = replace(fleet(total=4, planes=2), bias_pointing=1e-4)
    known = registration_of((pair,), [np.full(3, np.nan)])
    biases = known.start(2)
    lens = known.lens(0, 50.0, biases, np.array([3, 8]))
    assert lens.columns(lens.places[[2, 0, 3]]).tolist() == [6, 0, 9]
    assert biases.mean.shape == (2, 12)
