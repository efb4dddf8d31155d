"""The tracker: from the words of looks that reach each cell of nodes to its picture."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, final

import numpy as np

from opendome.kernels.looks import Looks, are_ordered
from opendome.kernels.prediction import due_rows
from opendome.kernels.rows import Rows
from opendome.kernels.scanning import (
    FORGOTTEN,
    Clocks,
    Patience,
    admit,
    looks_of,
    rows_aloft,
    standing,
    times_to,
)
from opendome.kernels.silent_scans import Eyes, stacked_eyes, take_silent
from opendome.messages import Bools, Detections, Floats, Ints, Scan, Tracks, copied, in_runs, join
from opendome.scenario.command import Command
from opendome.scenario.schedule import scan_number, scan_time
from opendome.scenario.sensors import Sensor
from opendome.scenario.wiring import cells
from opendome.tracks import ASSOCIATORS, FILTERS
from opendome.tracks.coverage import AbstractCoverage, FleetCoverage, RadarCoverage, cover
from opendome.tracks.imm import MOTION, Imm
from opendome.tracks.predict import refresh, tracks_of
from opendome.tracks.rows import beliefs_of, no_rows, put_beliefs, take_rows
from opendome.tracks.scan import Heard, Rules, burn_out, scan_of, start_tracks, take_scan
from opendome.tracks.stare import first_guesses, sightings_of, start_stare, take_stare

PATIENCE = Patience(silence=80.0, coast=30.0, longest_unseen=40.0, least_unseen=4.0)


class Group(NamedTuple):
    """How one cell keeps its picture."""

    sensors: tuple[int, ...]
    rules: Rules


@dataclass(slots=True)
class Picture:
    """The evolving picture of one cell."""

    rows: Rows
    next_id: Ints  # (n_runs,)
    clocks: Clocks
    # (sensor, number): runs; the oldest go first, which a plain dict is slow to find
    taken: OrderedDict[tuple[int, int], Bools] = field(default_factory=OrderedDict)


@dataclass(slots=True)
class TrackerState:
    """What evolves: the picture of each cell."""

    runs: Ints  # (n_runs,) ascending
    pictures: list[Picture]

    @property
    def dropped(self) -> Ints:
        """Detections (n_runs,) that came too late to be used."""
        dropped: Ints = np.sum([picture.clocks.dropped for picture in self.pictures], axis=0)
        return dropped


class Word(NamedTuple):
    """One scan of one sensor, as it has arrived now for some runs."""

    t: float
    sensor: int
    number: int
    runs: Bools  # (n_runs,)
    looks: Looks  # ordered by run, then by distance
    is_plume: Bools  # of each look
    r_sensor: Floats  # (n, 3) ECEF, where each was made


@final
@dataclass(frozen=True)
class Tracker:
    """All pictures of a scenario. Models: docs/models/imm.md and gnn.md."""

    coverage: tuple[AbstractCoverage, ...]
    groups: tuple[Group, ...]  # of each cell
    period: float  # of decisions: impacts are not predicted more often
    eyes: Eyes  # of the radars among the sensors

    @staticmethod
    def build(command: Command, sensors: Sequence[Sensor]) -> Tracker:
        """The tracker of a scenario's command and sensors: one picture for each cell."""
        groups = []
        for cell in cells(command, sensors):
            n = command.nodes[cell.lead]
            parts = FILTERS[n.filter](), ASSOCIATORS[n.associator]()
            rules = Rules(*parts, n.confirm_hits, max(n.confirm_looks, n.confirm_hits))
            groups.append(Group(cell.sensors, rules))
        coverage = tuple(cover(i, sensor) for i, sensor in enumerate(sensors))
        return Tracker(
            coverage=coverage,
            eyes=stacked_eyes([c.eye if isinstance(c, RadarCoverage) else None for c in coverage]),
            groups=tuple(groups),
            period=min([n.decision_period for n in command.nodes], default=1.0),
        )

    def start(self, runs: Ints) -> TrackerState:
        """Empty pictures of the runs of a batch (ascending)."""
        n = len(runs)
        return TrackerState(
            runs=np.asarray(runs, np.int64),
            pictures=[
                Picture(
                    no_rows(),
                    np.zeros(n, np.int64),
                    Clocks(np.full(n, -np.inf), np.full(n, -np.inf), np.zeros(n, np.int64)),
                )
                for _ in self.groups
            ],
        )

    def update(
        self, state: TrackerState, scans: Sequence[Scan], t: float, *, cell: int | None = None
    ) -> TrackerState:
        """Take in what has arrived by t; changes the state in place and returns it.

        Parameters
        ----------
        scans : sequence of Scan
            With or without detections: where a sensor could have seen a track and did not is a
            miss, in the runs to which the word has come. Late, in any order, and again: a scan
            that a picture has taken in is not taken twice.
        cell : int
            The one cell that hears this; None where all do.
        """
        words = self._words(state, scans)
        chosen = range(len(self.groups)) if cell is None else (cell,)
        for i in chosen:
            group, picture = self.groups[i], state.pictures[i]
            heard = [word for word in words if word.sensor in group.sensors]
            self._take_all(group, picture, state, heard, t)
            while picture.taken and self._time(*next(iter(picture.taken))) < t - FORGOTTEN:
                del picture.taken[next(iter(picture.taken))]
            picture.rows = self._settle(group, picture, state, t)
        return state

    def picture(self, state: TrackerState, t: float) -> Tracks:
        """What every cell believes at t: each row at its own time, boosting rows at t."""
        parts = [
            tracks_of(group.rules.filter, picture.rows, i, t)
            for i, (group, picture) in enumerate(zip(self.groups, state.pictures, strict=True))
            if len(picture.rows.run)
        ]
        return copied(parts[0]) if len(parts) == 1 else join(parts, Tracks)

    def _time(self, sensor: int, number: int) -> float:
        return scan_time(number, sensor, self.coverage[sensor].period)

    def _words(self, state: TrackerState, scans: Sequence[Scan]) -> list[Word]:
        """Scans that have arrived, in order of their time; parts of one scan are joined."""
        parts: dict[tuple[int, int], list[Scan]] = {}
        for scan in scans:
            i = scan.sensor
            key = i, scan_number(scan.t, i, self.coverage[i].period)
            parts.setdefault(key, []).append(scan)
        words = [
            Word(self._time(i, number), i, number, *_whole(state.runs, same))
            for (i, number), same in parts.items()
        ]
        return sorted(words, key=lambda word: word[:3])

    def _take_all(
        self, group: Group, picture: Picture, state: TrackerState, words: list[Word], now: float
    ) -> None:
        """Scans into one picture, in their order; those that show nothing many at a time."""
        silent: list[tuple[Word, Bools]] = []
        for word in words:
            is_silent = self._is_silent(group, word)
            if not is_silent:
                self._take_silent(group, picture, state, silent)
                silent = []
            is_new, n_new = self._admit(picture, state, word, now)
            if n_new and is_silent:
                silent.append((word, is_new))
            elif n_new:
                self._take(group, picture, state, word, Heard(state.runs, is_new))
        self._take_silent(group, picture, state, silent)

    def _admit(
        self, picture: Picture, state: TrackerState, word: Word, now: float
    ) -> tuple[Bools, int]:
        """Runs (n_runs,) that take a word in now, and how many they are; it is noted."""
        key, coverage = (word.sensor, word.number), self.coverage[word.sensor]
        if key not in picture.taken:
            picture.taken[key] = np.zeros(len(state.runs), np.bool_)
        taken, scan = picture.taken[key], scan_of(coverage, word.t)
        found: tuple[Bools, int] = admit(
            state.runs, word.runs, taken, picture.clocks, word.looks.run, scan, now
        )
        return found

    def _is_silent(self, group: Group, word: Word) -> bool:
        """Whether it is the word of a radar that saw nothing, for the filter of two models."""
        is_radar = isinstance(self.coverage[word.sensor], RadarCoverage)
        return is_radar and not len(word.looks.run) and isinstance(group.rules.filter, Imm)

    def _take_silent(
        self,
        group: Group,
        picture: Picture,
        state: TrackerState,
        silent: list[tuple[Word, Bools]],
    ) -> None:
        """Scans of radars that saw nothing into one picture, as `_take` would one by one."""
        rules, done = group.rules, 0
        if not silent or not len(picture.rows.run):
            return
        sensors = np.array([word.sensor for word, _ in silent], dtype=np.int64)
        times = np.array([word.t for word, _ in silent], dtype=np.float64)
        heard = np.array([is_new for _, is_new in silent])
        rule = rules.confirm_hits, rules.confirm_looks
        while done < len(silent) and len(picture.rows.run):
            scans = sensors[done:], times[done:], heard[done:]
            rows, t_eyes = picture.rows, picture.clocks.t_eyes
            n, kept = take_silent(self.eyes, scans, rows, state.runs, t_eyes, rule, MOTION)
            done += n
            if len(kept) < len(rows.run):
                picture.rows = take_rows(rows, kept)
            elif done < len(silent):
                burnt = Heard(state.runs, heard[done])
                burn_out(rules.filter, rows, burnt, np.minimum(times[done], t_eyes))

    def _take(
        self, group: Group, picture: Picture, state: TrackerState, word: Word, heard: Heard
    ) -> None:
        """One scan into one picture, in the runs that take it in."""
        runs, coverage, rules = state.runs, self.coverage[word.sensor], group.rules
        if len(word.looks.run) and not heard.is_heard.all():
            word = _of_looks(word, looks_of(word.looks.run, runs, heard.is_heard))
        if picture.rows.is_boosting.any():
            burn_out(rules.filter, picture.rows, heard, np.minimum(word.t, picture.clocks.t_eyes))
        if isinstance(coverage, FleetCoverage):
            _stare(rules, picture, coverage, heard, word)
        else:
            _scan(rules, picture, coverage, heard, word)

    def _settle(self, group: Group, picture: Picture, state: TrackerState, t: float) -> Rows:
        """End of an update: old rows are carried along, landed ones dropped, impacts predicted."""
        rows, part, clocks = picture.rows, group.rules.filter, picture.clocks
        if len(rows.run) == 0:
            return rows
        if rows.is_boosting.any():
            everywhere = Heard(state.runs, np.ones(len(state.runs), np.bool_))
            burn_out(part, rows, everywhere, np.clip(clocks.t_eyes, t - PATIENCE.silence, t))
        now = (state.runs, clocks.t_newest, t, PATIENCE)
        is_any_old, aloft, due = standing(rows, *now, self.period)
        if is_any_old:
            t_to = times_to(rows, *now)
            for when in np.unique(t_to[~np.isnan(t_to)]):
                chosen = np.flatnonzero(t_to == when)
                put_beliefs(rows, chosen, part.predict(beliefs_of(rows), chosen, float(when)))
            aloft = rows_aloft(rows, *now)
        if len(aloft) < len(rows.run):
            rows = take_rows(rows, aloft)
            due = due_rows(rows, t, self.period)
        refresh(rows, due, t)
        return rows


def _of_looks(word: Word, chosen: Ints) -> Word:
    """A word with some of its looks only."""
    columns: list[Any] = [column[chosen] for column in word.looks]
    looks, is_plume, r_sensor = Looks(*columns), word.is_plume[chosen], word.r_sensor[chosen]
    return word._replace(looks=looks, is_plume=is_plume, r_sensor=r_sensor)


def _scan(
    rules: Rules, picture: Picture, coverage: AbstractCoverage, heard: Heard, word: Word
) -> None:
    """One scan of a sensor that stands still into one picture."""
    looks = word.looks
    rows, free = take_scan(rules, picture.rows, coverage, heard, (looks, word.t))
    if len(free):
        ids = _new_ids(picture, heard, looks.run[free])
        rows = start_tracks(rules, rows, coverage, (looks, free, ids, word.t))
    picture.rows = rows


def _stare(
    rules: Rules, picture: Picture, coverage: FleetCoverage, heard: Heard, word: Word
) -> None:
    """One look of many satellites into one picture."""
    seen = sightings_of(word.looks, word.is_plume, word.r_sensor)
    rows, free = take_stare(rules, picture.rows, coverage, heard, (seen, word.t))
    if len(free.looks.run):
        guess = first_guesses(free, coverage.is_high)
        ids = _new_ids(picture, heard, free.looks.run[guess[0]])
        rows = start_stare(rules, rows, coverage, (free, *guess), ids, word.t)
    picture.rows = rows


def _new_ids(picture: Picture, heard: Heard, run: Ints) -> Ints:
    """Numbers of new tracks, one for each row of ``run`` (ascending)."""
    place = np.searchsorted(heard.runs, run)
    ids: Ints = picture.next_id[place] + _rank(place)
    picture.next_id += np.bincount(place, minlength=len(heard.runs))
    return ids


def _rank(run: Ints) -> Ints:
    """Place of each row within its run (0, 1, 2 ...); ``run`` ascends."""
    return np.arange(len(run)) - np.searchsorted(run, run)


def _whole(runs: Ints, parts: list[Scan]) -> tuple[Bools, Looks, Bools, Floats]:
    """Which runs (n_runs,) have word of a scan that may come in parts; its `_looks`, none twice."""
    is_heard = np.zeros(len(runs), np.bool_)
    if len(parts) == 1:
        is_everywhere = len(parts[0].runs) == len(runs)
        is_heard[slice(None) if is_everywhere else np.searchsorted(runs, parts[0].runs)] = True
        return is_heard, *_looks(parts[0].seen)
    fresh = []
    for part in parts:
        place = np.searchsorted(runs, part.runs)
        fresh.append(in_runs(part, ~is_heard[place]).seen)
        is_heard[place] = True
    return is_heard, *_looks(join(fresh, Detections))


def _looks(d: Detections) -> tuple[Looks, Bools, Floats]:
    """Detections of one scan by run and distance; whether of plumes; from where, (n, 3)."""
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
    if are_ordered(d.run, d.distance, d.snr):
        return Looks(*columns), d.is_plume, d.r_sensor_ecef
    order = np.lexsort((d.snr, d.distance, d.run))
    looks = Looks(*[column[order] for column in columns])
    return looks, d.is_plume[order], d.r_sensor_ecef[order]
