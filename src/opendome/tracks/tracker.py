"""The tracker: from the words of looks that reach each cell of nodes to its picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np

from opendome.kernels.admission import Beat, Clocks, Marks, no_marks
from opendome.kernels.looks import Looks
from opendome.kernels.odds import Rule
from opendome.kernels.prediction import due_rows
from opendome.kernels.radar_scans import Eyes, Sweeps, stacked_eyes, take_sweeps
from opendome.kernels.registration import Biases
from opendome.kernels.rows import Rows
from opendome.kernels.scanning import (
    Patience,
    looks_of,
    rows_aloft,
    standing,
    times_to,
)
from opendome.messages import Bools, Ints, Reports, Scan, Tracks, copied, join, take
from opendome.scenario.command import Command
from opendome.scenario.schedule import days_after_j2000, scan_phase
from opendome.scenario.sensors import Sensor
from opendome.scenario.wiring import cells
from opendome.tracks import ASSOCIATORS, FILTERS
from opendome.tracks.coverage import AbstractCoverage, FleetCoverage, RadarCoverage, cover
from opendome.tracks.predict import refresh, tracks_of
from opendome.tracks.quick import are_quick, habits_of, some_sweeps, sweeps_of
from opendome.tracks.registration import Lens, Registration, carried, doubted, registration_of
from opendome.tracks.rows import beliefs_of, no_rows, put_beliefs, take_rows
from opendome.tracks.scan import Heard, Rules, burn_out, start_tracks, take_scan
from opendome.tracks.screen import screened
from opendome.tracks.stare import first_guesses, sightings_of, start_stare, take_stare
from opendome.tracks.told import Killed, are_told, heed, keys_of
from opendome.tracks.words import (
    NOTHING_SEEN,
    Admitted,
    Seen,
    Words,
    cells_and_runs,
    seen_by,
    shared_runs,
    side_by_side,
    some_words,
    take_in,
    words_of,
)

PROVEN = math.log(19.0)  # odds from which a track is confirmed: 95 %
START = "2026-01-01T00:00:00Z"  # of a scenario that names no time
PATIENCE = Patience(silence=80.0, coast=30.0, longest_unseen=40.0, least_unseen=4.0)


class Group(NamedTuple):
    """How cells keep their pictures, all by the same rules: side by side, as runs of one batch."""

    cells: Ints  # (n_cells,) ascending
    hears: Bools  # (n_cells, n_sensors) whether each hears each
    is_mine: Bools  # (n_sensors,) whether any does
    is_quick: Bools  # (n_sensors,) whose scans may be taken many at a time; see `quick`
    rules: Rules
    registration: Registration | None  # of the sensors, where some may be misaligned


@dataclass(slots=True)
class Picture:
    """The evolving pictures of one group of cells."""

    runs: Ints  # (n_cells * n_runs,) as `shared_runs` numbers them
    rows: Rows
    next_id: Ints  # (n_cells * n_runs,)
    clocks: Clocks
    marks: Marks
    biases: Biases | None  # of the sensors, as it has learned them
    killed: Killed  # tracks that it has heard to be


@dataclass(slots=True)
class TrackerState:
    """What evolves: the pictures of each group of cells."""

    runs: Ints  # (n_runs,) ascending
    pictures: list[Picture]

    @property
    def dropped(self) -> Ints:
        """Detections (n_runs,) that came too late to be used, or could not be believed."""
        dropped = np.concatenate([picture.clocks.dropped for picture in self.pictures])
        total: Ints = np.sum(dropped.reshape(-1, len(self.runs)), axis=0)
        return total


@final
@dataclass(frozen=True)
class Tracker:
    """All pictures of a scenario. Models: docs/models/imm.md and gnn.md."""

    coverage: tuple[AbstractCoverage, ...]
    groups: tuple[Group, ...]  # of all cells
    period: float  # of decisions: impacts are not predicted more often
    eyes: Eyes  # of the radars among the sensors
    beat: Beat  # of the sensors

    @staticmethod
    def build(command: Command, sensors: Sequence[Sensor], start: str = START) -> Tracker:
        """The tracker of a scenario's command and sensors: one picture for each cell.

        The Sun stands where it does at ``start``.
        """
        days = days_after_j2000(start)
        coverage = tuple(cover(i, sensor, days) for i, sensor in enumerate(sensors))
        every, registration = cells(command, sensors), None
        if command.registration == "joint":
            registration = registration_of(sensors, [c.r_ecef for c in coverage])
        alike: dict[Rules, list[int]] = {}
        for i, cell in enumerate(every):
            n = command.nodes[cell.lead]
            parts = FILTERS[n.filter](), ASSOCIATORS[n.associator]()
            odds = PROVEN if n.confirm_by == "existence" else math.nan
            proof = Rule(n.confirm_hits, max(n.confirm_looks, n.confirm_hits), odds)
            rules = Rules(*parts, proof)
            alike.setdefault(rules, []).append(i)
        groups = []
        for rules, mine in alike.items():
            whose = [[i in every[k].sensors for i in range(len(coverage))] for k in mine]
            hears = np.array(whose, np.bool_)
            is_quick = np.array([are_quick(rules, c) for c in coverage])
            is_mine: Bools = np.any(hears, axis=0)
            who = np.array(mine, np.int64), hears, is_mine
            groups.append(Group(*who, is_quick, rules, registration))
        return Tracker(
            coverage=coverage,
            eyes=stacked_eyes([c.eye if isinstance(c, RadarCoverage) else None for c in coverage]),
            groups=tuple(groups),
            period=min([n.decision_period for n in command.nodes], default=1.0),
            beat=Beat(
                np.array([scan_phase(c.index, c.period) for c in coverage], np.float64),
                np.array([c.period for c in coverage], np.float64),
                np.array([c.band for c in coverage], np.int64),
            ),
        )

    def start(self, runs: Ints) -> TrackerState:
        """Empty pictures of the runs of a batch (ascending)."""
        runs = np.asarray(runs, np.int64)
        pictures = []
        for group in self.groups:
            n = len(group.cells) * len(runs)
            clocks = Clocks(np.full(n, -np.inf), np.full(n, -np.inf), np.zeros(n, np.int64))
            marks = no_marks(self.beat.period, group.is_mine, n)
            own = shared_runs(runs, len(group.cells))
            biases = group.registration.start(n) if group.registration else None
            rows = no_rows(0 if biases is None else biases.mean.shape[1])
            ids = np.zeros(n, np.int64)
            pictures.append(Picture(own, rows, ids, clocks, marks, biases, Killed()))
        return TrackerState(runs, pictures)

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
        n = sum(len(group.cells) for group in self.groups)
        return self.hear(state, [scans if cell in (None, i) else [] for i in range(n)], t)

    def hear(self, state: TrackerState, mail: Sequence[Sequence[Scan]], t: float) -> TrackerState:
        """As `update`; ``mail`` is what each cell hears."""
        measures = self.beat.band >= 0
        for group, picture in zip(self.groups, state.pictures, strict=True):
            each, n = [], len(state.runs)
            for k, (i, hears) in enumerate(zip(group.cells.tolist(), group.hears, strict=True)):
                scans, refused = screened(mail[i], state.runs, measures, t)
                picture.clocks.dropped[k * n : (k + 1) * n] += refused
                words = words_of(state.runs, scans, self.beat)
                each.append(some_words(words, hears[words.sensor]) if len(words.t) else words)
            heard = side_by_side(each, state.runs)
            if len(heard.t):
                self._take_all(group, picture, heard, t)
            picture.rows = self._settle(group, picture, t)
        return state

    def heed(self, state: TrackerState, reports: Reports) -> None:
        """Take in, in place, what has come of orders against the tracks of each cell."""
        for group, picture in zip(self.groups, state.pictures, strict=True):
            for k, cell in enumerate(group.cells.tolist()):
                mine = take(reports, np.flatnonzero(reports.node == cell))
                place = k * len(state.runs) + np.searchsorted(state.runs, mine.run)
                heed(picture.killed, keys_of(picture.runs[place], mine.track), mine)

    def picture(self, state: TrackerState, t: float) -> Tracks:
        """What every cell believes at t: each row at its own time, boosting rows at t."""
        parts = []
        for group, picture in zip(self.groups, state.pictures, strict=True):
            rows = with_doubt(group.registration, picture)
            if not len(rows.run):
                continue
            told, cells = are_told(rows, picture.killed, t), group.cells
            if len(cells) > 1:
                which, run = cells_and_runs(state.runs, rows.run)
                cells, rows = cells[which], rows._replace(run=run)
            parts.append(tracks_of(group.rules.filter, rows, told, cells, t))
        if len(parts) == 1:
            return copied(parts[0])
        joined = join(parts, Tracks)
        return take(joined, np.argsort(joined.node, kind="stable"))

    def _take_all(self, group: Group, picture: Picture, words: Words, now: float) -> None:
        """Scans into one picture, in their order; those of radars many at a time."""
        when, n = (picture.runs, now), len(words.t)
        admitted = take_in(words, picture.marks, picture.clocks, self.beat, when)
        is_quick = group.is_quick[words.sensor]
        if group.registration is not None:  # what is seen tells of biases
            is_quick[list(words.seen)] = False
        is_new: Bools = np.any(admitted.is_new, axis=1)
        sweeps, first = sweeps_of(words, admitted, is_quick), 0
        if is_quick.all() and is_new.all():
            self._take_radars(group, picture, sweeps)
            return
        for k in [*np.flatnonzero(is_new & ~is_quick).tolist(), n]:
            waiting = first + np.flatnonzero(is_new[first:k] & is_quick[first:k])
            if len(waiting):
                self._take_radars(group, picture, some_sweeps(sweeps, waiting))
            if k < n:
                self._take(group, picture, words, admitted, k)
            first = k + 1

    def _take_radars(self, group: Group, picture: Picture, sweeps: Sweeps) -> None:
        """Scans of radars into one picture, as `_take` would one by one."""
        if not len(picture.rows.run) and not len(sweeps.looks.run):
            return
        part, given = group.rules.filter, (picture.runs, picture.next_id, habits_of(group.rules))
        while True:
            n, picture.rows = take_sweeps(self.eyes, sweeps, picture.rows, *given)
            if n == len(sweeps.t):
                return
            sweeps = some_sweeps(sweeps, np.arange(n, len(sweeps.t)))
            heard = Heard(picture.runs, sweeps.is_heard[0])
            burn_out(part, picture.rows, heard, np.minimum(sweeps.t[0], sweeps.t_eyes[0]))

    def _take(
        self,
        group: Group,
        picture: Picture,
        words: Words,
        admitted: Admitted,
        k: int,
    ) -> None:
        """One scan into one picture, in the runs that take it in."""
        t, coverage, rules = float(words.t[k]), self.coverage[words.sensor[k]], group.rules
        heard, seen = Heard(picture.runs, admitted.is_new[k]), words.seen.get(k, NOTHING_SEEN)
        if len(seen.looks.run) and not heard.is_heard.all():
            seen = seen_by(seen, looks_of(seen.looks.run, *heard))
        if picture.rows.is_boosting.any():
            burn_out(rules.filter, picture.rows, heard, np.minimum(t, admitted.t_eyes[k]))
        lens, known = None, group.registration
        if known is not None and picture.biases is not None:
            lens = known.lens(coverage.index, t, picture.biases, picture.runs)
        if isinstance(coverage, FleetCoverage):
            _stare(rules, picture, coverage, heard, (seen, t), lens)
        else:
            _scan(rules, picture, coverage, heard, (seen.looks, t), lens)

    def _settle(self, group: Group, picture: Picture, t: float) -> Rows:
        """End of an update: old rows are carried along, landed ones dropped, impacts predicted."""
        rows, part, clocks = picture.rows, group.rules.filter, picture.clocks
        if len(rows.run) == 0:
            return rows
        if rows.is_boosting.any():
            everywhere = Heard(picture.runs, np.ones(len(picture.runs), np.bool_))
            until = np.minimum(np.maximum(clocks.t_eyes, t - PATIENCE.silence), t)
            burn_out(part, rows, everywhere, until)
        now = (picture.runs, clocks.t_newest, t, PATIENCE)
        is_any_old, aloft, due = standing(rows, *now, self.period)
        if is_any_old:
            t_to = times_to(rows, *now)
            for when in np.unique(t_to[~np.isnan(t_to)]):
                chosen = np.flatnonzero(t_to == when)
                if group.registration is not None:
                    rows.lean[chosen] = carried(rows, chosen, float(when))
                put_beliefs(rows, chosen, part.predict(beliefs_of(rows), chosen, float(when)))
            aloft = rows_aloft(rows, *now)
        if len(aloft) < len(rows.run):
            rows = take_rows(rows, aloft)
            due = due_rows(rows, t, self.period)
        picture.rows = rows
        refresh(with_doubt(group.registration, picture), due, t)
        return rows


def _scan(
    rules: Rules,
    picture: Picture,
    coverage: AbstractCoverage,
    heard: Heard,
    scan: tuple[Looks, float],
    lens: Lens | None,
) -> None:
    """One scan of a sensor that stands still into one picture."""
    looks, t = scan
    rows, free = take_scan(rules, picture.rows, coverage, heard, scan, lens)
    if len(free):
        ids = _new_ids(picture, heard, looks.run[free])
        rows = start_tracks(rules, rows, coverage, (looks, free, ids, t), lens)
    picture.rows = rows


def _stare(
    rules: Rules,
    picture: Picture,
    coverage: FleetCoverage,
    heard: Heard,
    scan: tuple[Seen, float],
    lens: Lens | None,
) -> None:
    """One look of many satellites into one picture."""
    seen, t = scan
    rows, free = take_stare(rules, picture.rows, coverage, heard, (sightings_of(*seen), t), lens)
    if len(free.looks.run):
        guess = first_guesses(free, coverage.is_high, lens)
        ids = _new_ids(picture, heard, free.looks.run[guess.look])
        rows = start_stare(rules, rows, coverage, (free, guess), ids, t)
    picture.rows = rows


def with_doubt(registration: Registration | None, picture: Picture) -> Rows:
    """Rows of a picture as it tells of them: with what is not known of the biases of sensors."""
    if registration is None or picture.biases is None or not len(picture.rows.run):
        return picture.rows
    return doubted(picture.rows, picture.biases, picture.runs)


def _new_ids(picture: Picture, heard: Heard, run: Ints) -> Ints:
    """Numbers of new tracks, one for each row of ``run`` (ascending)."""
    place = np.searchsorted(heard.runs, run)
    ids: Ints = picture.next_id[place] + _rank(place)
    picture.next_id += np.bincount(place, minlength=len(heard.runs))
    return ids


def _rank(run: Ints) -> Ints:
    """Place of each row within its run (0, 1, 2 ...); ``run`` ascends."""
    return np.arange(len(run)) - np.searchsorted(run, run)
