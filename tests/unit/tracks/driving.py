"""Drives sensors and the tracker over a synthetic world, as the simulation does, and compares."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from opendome.messages import Scan, Tasking, Tracks, empty, take
from opendome.scenario.command import Command
from opendome.scenario.schedule import scan_time
from opendome.sensors import build
from opendome.tracks.predict import coast
from opendome.tracks.tracker import Tracker, TrackerState
from tests.unit.sensors.sites import node


@dataclass
class Comparison:
    """One run at one time: matched tracks against truth."""

    t: float
    threats: np.ndarray
    ages: np.ndarray  # of the threats, since launch
    track_ids: np.ndarray
    matched_threat: np.ndarray
    matched_id: np.ndarray
    error: np.ndarray  # (m, 7)
    cov: np.ndarray
    is_boosting: np.ndarray
    is_level: np.ndarray

    @property
    def nees(self):
        return np.einsum("ni,nij,nj->n", self.error, np.linalg.inv(self.cov), self.error)


@dataclass
class Drive:
    """What came of it."""

    tracker: Tracker
    state: TrackerState
    tracks: Tracks
    compared: list[Comparison] = field(default_factory=list)


def scan_of(found, t, *, sensor=0, runs=(0,)):
    """Word of one look, in every run, and what it saw."""
    return Scan(float(t), sensor, np.asarray(runs, np.int64), found)


def compare(tracks, truth, world, run=0, far=3000.0):
    """Optimal matching by distance, coasted to the time of the truth."""
    mine = take(tracks, np.flatnonzero((tracks.run == run) & tracks.is_confirmed))
    mine = coast(mine, truth.t)
    here = np.flatnonzero(truth.run == run)
    distance = np.linalg.norm(mine.x_ecef[:, None, :3] - truth.r_ecef[here][None], axis=2)
    i, j = linear_sum_assignment(np.minimum(distance, far))
    near = distance[i, j] < far
    i, j = i[near], here[j[near]]
    error = mine.x_ecef[i] - np.hstack(
        [truth.r_ecef[j], truth.v_ecef[j], truth.log_beta[j][:, None]]
    )
    return Comparison(
        truth.t,
        truth.threat[here],
        truth.t - world.t_launch[truth.threat[here]],
        mine.id,
        truth.threat[j],
        mine.id[i],
        error,
        mine.cov_ecef[i],
        mine.is_boosting[i],
        mine.is_level[i],
    )


def drive(world, sensors, t_end, *, runs=(0,), seed=1, every=5.0, far=3000.0, changes=None):
    """Look, carry, track, every second; compare every few."""
    built = build(tuple(sensors))
    tracker = Tracker.build(Command((node(**(changes or {})),)), tuple(sensors))
    runs = np.asarray(runs)
    state = tracker.start(runs)
    result = Drive(tracker, state, empty(Tracks))
    waiting: list[tuple[float, Scan]] = []
    due = [0] * len(built)
    for t in np.arange(1.0, t_end + 1.0):
        for s in built:
            while (when := scan_time(due[s.index], s.index, s.period)) <= t:
                found = s.sense(world.at(when, runs), empty(Tasking), seed)
                scan = scan_of(found, when, sensor=s.index, runs=runs)
                waiting.append((when + s.latency, scan))
                due[s.index] += 1
        here = [w for w in waiting if w[0] <= t]
        waiting = [w for w in waiting if w[0] > t]
        tracker.update(state, [w[1] for w in here], t)
        result.tracks = tracker.picture(state, t)
        if t % every == 0:
            result.compared.append(
                compare(result.tracks, world.at(t, runs), world, int(runs[0]), far)
            )
    return result
