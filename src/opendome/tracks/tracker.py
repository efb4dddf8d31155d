"""The tracker: from the detections that nodes hear to the picture of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, final

import numpy as np

from opendome.kernels.frames import geodetics_from_ecefs
from opendome.kernels.looks import Looks
from opendome.messages import Detections, Ints, Tracks, join
from opendome.scenario.command import Node
from opendome.scenario.schedule import scan_number, scan_time, sensors_heard
from opendome.scenario.sensors import Sensor
from opendome.tracks import ASSOCIATORS, FILTERS
from opendome.tracks.coverage import AbstractCoverage, cover
from opendome.tracks.predict import refresh, tracks_of
from opendome.tracks.rows import Rows, no_rows, put_beliefs, take_beliefs, take_rows
from opendome.tracks.scan import MAX_LATE, Rules, burn_out, in_ground, start_tracks, take_scan

MAX_COAST = 30.0  # s, a row is carried along when its time is older than this


class Group(NamedTuple):
    """Nodes that hear the same sensors and keep their tracks alike: they share one picture."""

    nodes: tuple[int, ...]
    sensors: tuple[int, ...]
    rules: Rules


@dataclass(slots=True)
class Picture:
    """The evolving picture of one group."""

    rows: Rows
    next_id: Ints  # (n_runs,)
    t_newest: float = -np.inf  # of the scans taken in


@dataclass(slots=True)
class TrackerState:
    """What evolves: one picture for each group, and what has been heard of each sensor."""

    runs: Ints  # (n_runs,) ascending
    pictures: list[Picture]
    next_scan: list[int]  # by sensor: number of the first scan not yet heard
    dropped: Ints  # (n_runs,) detections that came too late to be used


class Scan(NamedTuple):
    """One scan that has arrived: rows ``first`` to ``last`` of the ordered detections."""

    t: float
    sensor: int
    first: int
    last: int


@final
@dataclass(frozen=True)
class Tracker:
    """All pictures of a scenario. Models: docs/models/ekf.md and gnn.md."""

    coverage: tuple[AbstractCoverage, ...]
    groups: tuple[Group, ...]
    period: float  # of decisions: impacts are not predicted more often

    @staticmethod
    def build(nodes: Sequence[Node], sensors: Sequence[Sensor], wiring: str) -> Tracker:
        """The tracker of a scenario's nodes and sensors."""
        members: dict[tuple[object, ...], list[int]] = {}
        for i, heard in enumerate(sensors_heard(nodes, sensors, wiring)):
            n = nodes[i]
            key = (heard, n.filter, n.associator, n.confirm_hits, n.confirm_looks)
            members.setdefault(key, []).append(i)
        heard_by = sensors_heard(nodes, sensors, wiring)
        groups = []
        for chosen in members.values():
            n = nodes[chosen[0]]
            parts = FILTERS[n.filter](), ASSOCIATORS[n.associator]()
            rules = Rules(*parts, n.confirm_hits, max(n.confirm_looks, n.confirm_hits))
            groups.append(Group(tuple(chosen), heard_by[chosen[0]], rules))
        return Tracker(
            coverage=tuple(cover(i, sensor) for i, sensor in enumerate(sensors)),
            groups=tuple(groups),
            period=min([n.decision_period for n in nodes], default=1.0),
        )

    def start(self, runs: Ints) -> TrackerState:
        """Empty pictures of the runs of a batch (ascending)."""
        n = len(runs)
        return TrackerState(
            runs=np.asarray(runs, np.int64),
            pictures=[Picture(no_rows(), np.zeros(n, np.int64)) for _ in self.groups],
            next_scan=[0] * len(self.coverage),
            dropped=np.zeros(n, np.int64),
        )

    def update(
        self, state: TrackerState, detections: Detections, t: float, seed: int = 0
    ) -> TrackerState:
        """Take in what has arrived by t; changes the state in place and returns it.

        A scan arrives one latency after it was made. That it arrived without detections counts
        too: where a sensor could have seen a track and did not is a miss.
        """
        scans, looks = self._scans(state, detections, t)
        for group, picture in zip(self.groups, state.pictures, strict=True):
            for scan in scans:
                if scan.sensor in group.sensors:
                    self._take(group, picture, state, scan, looks)
            picture.rows = self._settle(group, picture.rows, t)
        return state

    def picture(self, state: TrackerState, t: float) -> Tracks:
        """What every node believes at t: each row at its own time, boosting rows at t."""
        parts = []
        for group, picture in zip(self.groups, state.pictures, strict=True):
            parts += tracks_of(group.rules.filter, picture.rows, group.nodes, t)
        return join(parts, Tracks)

    def _scans(
        self, state: TrackerState, detections: Detections, t: float
    ) -> tuple[list[Scan], Looks]:
        """Scans that have arrived, with or without detections, in order of their time."""
        d = detections
        order = np.lexsort((d.snr, d.distance, d.run, d.sensor, d.t))
        columns: tuple[Any, ...] = (
            d.run,
            d.u_los_ecef,
            d.sigma_angle,
            d.distance,
            d.sigma_distance,
            d.distance_rate,
            d.sigma_distance_rate,
            d.snr,
        )
        looks = Looks(*[c[order] for c in columns])
        found: dict[tuple[int, int], tuple[int, int]] = {}
        if len(order):
            sensor, when = d.sensor[order], d.t[order]
            starts = np.flatnonzero((np.diff(sensor) != 0) | (np.diff(when) != 0.0)) + 1
            edges = [0, *starts.tolist(), len(order)]
            for first, last in pairwise(edges):
                i = int(sensor[first])
                number = scan_number(float(when[first]), i, self.coverage[i].period)
                found[i, number] = (first, last)
        for c in self.coverage:
            number = state.next_scan[c.index]
            while scan_time(number, c.index, c.period) + c.latency <= t:
                found.setdefault((c.index, number), (0, 0))
                number += 1
            heard = [k + 1 for i, k in found if i == c.index]
            state.next_scan[c.index] = max([number, *heard])
        scans = [
            Scan(scan_time(k, i, self.coverage[i].period), i, first, last)
            for (i, k), (first, last) in found.items()
        ]
        return sorted(scans), looks

    def _take(
        self, group: Group, picture: Picture, state: TrackerState, scan: Scan, heard: Looks
    ) -> None:
        """One scan into one picture; ``heard`` holds all detections that have arrived."""
        columns: list[Any] = [column[scan.first : scan.last] for column in heard]
        looks = Looks(*columns)
        place = np.searchsorted(state.runs, looks.run)
        if scan.t < picture.t_newest - MAX_LATE:
            state.dropped += np.bincount(place, minlength=len(state.runs))
            return
        picture.t_newest = max(picture.t_newest, scan.t)
        coverage, rules = self.coverage[scan.sensor], group.rules
        rows, free = take_scan(rules, picture.rows, coverage, looks, scan.t)
        ids = picture.next_id[place[free]] + _rank(looks.run[free])
        picture.next_id += np.bincount(place[free], minlength=len(state.runs))
        picture.rows = start_tracks(rules, rows, coverage, (looks, free, ids, scan.t))

    def _settle(self, group: Group, rows: Rows, t: float) -> Rows:
        """End of an update: old rows are carried along, landed ones dropped, impacts predicted."""
        if len(rows.run) == 0:
            return rows
        part = group.rules.filter
        burn_out(part, rows, t)
        old = np.flatnonzero(t - rows.t > MAX_COAST)
        if len(old):
            put_beliefs(rows, old, part.predict(take_beliefs(rows, old), t))
        place = geodetics_from_ecefs(rows.x[:, :3])
        lat, lon = place[:, 0], place[:, 1]
        up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
        is_down = in_ground(rows, t, place[:, 2], up)
        if is_down.any():
            rows = take_rows(rows, np.flatnonzero(~is_down))
        refresh(rows, t, self.period)
        return rows


def _rank(run: Ints) -> Ints:
    """Place of each row within its run (0, 1, 2 ...); ``run`` ascends."""
    return np.arange(len(run)) - np.searchsorted(run, run)
