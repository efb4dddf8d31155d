"""The tracker: from the words of looks that reach each cell of nodes to its picture."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, final

import numpy as np

from opendome.kernels.prediction import due_rows
from opendome.kernels.radar_scans import Eyes, stacked_eyes, take_words
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
from opendome.messages import Bools, Ints, Scan, Tracks, copied, join
from opendome.scenario.command import Command
from opendome.scenario.schedule import scan_number, scan_time
from opendome.scenario.sensors import Sensor
from opendome.scenario.wiring import cells
from opendome.tracks import ASSOCIATORS, FILTERS
from opendome.tracks.coverage import AbstractCoverage, FleetCoverage, RadarCoverage, cover
from opendome.tracks.predict import refresh, tracks_of
from opendome.tracks.quick import are_quick, habits_of, stacked_words
from opendome.tracks.rows import beliefs_of, no_rows, put_beliefs, take_rows
from opendome.tracks.scan import Heard, Rules, burn_out, scan_of, start_tracks, take_scan
from opendome.tracks.stare import first_guesses, sightings_of, start_stare, take_stare
from opendome.tracks.words import Word, of_looks, whole

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
            Word(self._time(i, number), i, number, *whole(state.runs, same))
            for (i, number), same in parts.items()
        ]
        return sorted(words, key=lambda word: word[:3])

    def _take_all(
        self, group: Group, picture: Picture, state: TrackerState, words: list[Word], now: float
    ) -> None:
        """Scans into one picture, in their order; those of radars many at a time."""
        waiting: list[tuple[Word, Bools]] = []
        for word in words:
            is_quick = are_quick(group.rules, self.coverage[word.sensor])
            if not is_quick:
                self._take_radars(group, picture, state, waiting)
                waiting = []
            is_new, n_new = self._admit(picture, state, word, now)
            if n_new and is_quick:
                waiting.append((word, is_new))
            elif n_new:
                self._take(group, picture, state, word, Heard(state.runs, is_new))
        self._take_radars(group, picture, state, waiting)

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

    def _take_radars(
        self,
        group: Group,
        picture: Picture,
        state: TrackerState,
        waiting: list[tuple[Word, Bools]],
    ) -> None:
        """Scans of radars into one picture, as `_take` would one by one."""
        if not waiting:
            return
        words, rules, t_eyes = stacked_words(waiting), group.rules, picture.clocks.t_eyes
        while True:
            rows, given = picture.rows, (state.runs, t_eyes, picture.next_id, habits_of(rules))
            n, picture.rows = take_words(self.eyes, words, rows, *given)
            if n == len(words.t):
                return
            words = words._replace(
                sensor=words.sensor[n:],
                t=words.t[n:],
                is_heard=words.is_heard[n:],
                ends=words.ends[n:],
            )
            burnt = Heard(state.runs, words.is_heard[0])
            burn_out(rules.filter, picture.rows, burnt, np.minimum(words.t[0], t_eyes))

    def _take(
        self, group: Group, picture: Picture, state: TrackerState, word: Word, heard: Heard
    ) -> None:
        """One scan into one picture, in the runs that take it in."""
        runs, coverage, rules = state.runs, self.coverage[word.sensor], group.rules
        if len(word.looks.run) and not heard.is_heard.all():
            word = of_looks(word, looks_of(word.looks.run, runs, heard.is_heard))
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
