"""Biases of sensors as a picture reckons with them, whatever its filter and associator.

A filter is given looks without the biases as they are believed, and never hears of them; this file
learns the biases from how far looks are off, and keeps account of what each track owes to them.
Model: docs/models/registration.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, final

import numpy as np

from opendome.kernels import leans
from opendome.kernels import registration as kernel
from opendome.kernels.alternatives import mix_stories
from opendome.kernels.chances import Prospect, stories
from opendome.kernels.fleet import Fleet, fleet_of, fleet_places
from opendome.kernels.infrared import geostationary
from opendome.kernels.leans import Voices, doubt_banks, lean_back_rows, move_rows, spoken
from opendome.kernels.looks import Looks
from opendome.kernels.misalignment import SATELLITE, Mount, misaligned, radar_mount
from opendome.kernels.registration import ALIGNED, Biases
from opendome.kernels.rows import FALLS, Beliefs, Rows, take_beliefs
from opendome.kernels.starers import NOBODY, SHARED, Sightings
from opendome.messages import Floats, Ints
from opendome.scenario.sensors import InfraredSystem, Sensor
from opendome.tracks.base import CONFIRMED, AbstractAssociator, AbstractFilter, Association
from opendome.tracks.fusion import merge_twins
from opendome.tracks.imm import MOTION
from opendome.tracks.kalman import SURPRISE
from opendome.tracks.rows import beliefs_of
from opendome.tracks.take_up import each_alone, free_looks, rows_told_of, sure_pairs

LAST = 6  # component of a state that begins anew when a motor starts or stops
MOST_SATELLITES = 16  # of a sensor whose biases are learned; of more they count as noise of a look


@final
@dataclass(frozen=True)
class Registration:
    """Which biases there are to learn, k of them, and how sensors stand."""

    sigma: Floats  # (k,) before anything is learned
    column: Ints  # (n_sensors,) of the first bias of each sensor, ALIGNED where it has none
    mounts: tuple[Mount, ...]  # of each sensor
    fleets: tuple[Fleet | None, ...]  # of those with biases that have several satellites
    noise: Floats  # (n_sensors,) rad, that biases which are not learned add to lines of sight

    def start(self, n_runs: int) -> Biases:
        """Nothing learned."""
        cov = np.broadcast_to(np.diag(self.sigma**2), (n_runs, len(self.sigma), len(self.sigma)))
        return Biases(np.zeros((n_runs, len(self.sigma))), cov.copy())

    def lens(self, sensor: int, t: float, biases: Biases, runs: Ints) -> Lens:
        """Through which a look of a sensor at t is seen."""
        fleet, column = self.fleets[sensor], int(self.column[sensor])
        places = None if fleet is None else fleet_places(fleet, t)
        noise = float(self.noise[sensor])
        return Lens(self.mounts[sensor], column, places, noise, biases, runs)


def registration_of(sensors: Sequence[Sensor], r_ecef: Sequence[Floats]) -> Registration | None:
    """That of the sensors of a scenario at their places; None where none has a bias."""
    if not any(any(sensor.biases) for sensor in sensors):
        return None
    sigma: list[float] = []
    column, noise = np.full(len(sensors), ALIGNED), np.zeros(len(sensors))
    mounts, fleets = [], []
    for i, (sensor, place) in enumerate(zip(sensors, r_ecef, strict=True)):
        is_radar, n = not isinstance(sensor.system, InfraredSystem), 1
        fleet = None if is_radar or not any(sensor.biases) else _fleet_of(sensor)
        if fleet is not None:
            n = len(fleet.still) + len(fleet.elements)
        if any(sensor.biases) and n <= MOST_SATELLITES:
            column[i] = len(sigma)
            sigma += sensor.biases * n
        elif any(sensor.biases):
            noise[i], fleet = sensor.bias_pointing, None
        mounts.append(radar_mount(place) if is_radar else SATELLITE)
        fleets.append(fleet)
    return Registration(np.array(sigma), column, tuple(mounts), tuple(fleets), noise)


def _fleet_of(sensor: Sensor) -> Fleet:
    still = np.zeros((0, 3))
    if sensor.geo_longitude is not None:
        still = geostationary(sensor.geo_longitude)[None]
    return fleet_of(still, sensor.orbits, sensor.ellipses)


class Lens(NamedTuple):
    """How one look of one sensor is misaligned, as far as the picture knows."""

    mount: Mount
    column: int  # of the first of its three biases; of its first satellite, where it has several
    places: Floats | None  # (m, 3) ECEF of its satellites now
    noise: float  # rad
    biases: Biases
    runs: Ints  # as the biases count them

    @property
    def n_biases(self) -> int:
        """How many biases of all sensors there are."""
        return int(self.biases.mean.shape[1])

    def places_of(self, run: Ints) -> Ints:
        """Rows of the biases of some runs."""
        place: Ints = np.searchsorted(self.runs, run)
        return place

    def columns(self, places: Floats) -> Ints:
        """First bias (m,) of the satellites at some places."""
        if self.places is None or self.column == ALIGNED:
            return np.full(len(places), self.column)
        apart = np.linalg.norm(places[:, None] - self.places[None], axis=2)
        columns: Ints = self.column + 3 * np.argmin(apart, axis=1)
        return columns

    def of_satellite(self, column: int) -> Lens:
        """The same of one satellite."""
        return self._replace(column=column)

    def straight(self, looks: Looks, columns: Ints | None = None) -> Looks:
        """Looks without the biases as they are believed; ``columns`` (n,) where they differ."""
        if self.noise:
            looks = looks._replace(sigma_angle=np.hypot(looks.sigma_angle, self.noise))
        if self.column == ALIGNED or not len(looks.run):
            return looks
        which = np.full(len(looks.run), self.column) if columns is None else columns
        place = self.places_of(looks.run)
        b = self.biases.mean[place[:, None], which[:, None] + np.arange(3)]
        lines, distance = misaligned(self.mount, looks.u_los, looks.distance, b, -1.0)
        return looks._replace(u_los=lines, distance=distance)

    def doubtful(self, looks: Looks, columns: Ints) -> Looks:
        """Looks of satellites whose errors are as large as the doubt of their biases makes them."""
        if self.column == ALIGNED:
            return looks
        place = self.places_of(looks.run)
        at = columns[:, None] + np.arange(3)
        doubt = self.biases.cov[place[:, None], at, at].max(axis=1, initial=0.0)
        return looks._replace(sigma_angle=np.sqrt(looks.sigma_angle**2 + doubt))

    def first_leans(self, u_los: Floats, away: Floats) -> Floats:
        """Leans of rows that begin with one look each, at places ``away`` (n, 3) from it."""
        distance = np.linalg.norm(away, axis=1)
        lean: Floats = kernel.first_leans(self.mount, u_los, distance, self.column, self.n_biases)
        return lean

    def merged(self, rows: Rows, hit: Ints, stale: Ints) -> Rows:
        """As `merge_twins`, of rows whose places are as doubtful as the biases make them."""
        cov = self._with(kernel.with_biases, rows)
        found = merge_twins(rows._replace(cov=cov), hit, stale)
        if len(found.run) == len(rows.run):
            return rows
        return found._replace(cov=self._with(kernel.without_biases, found))

    def _with(self, change: Callable[[Floats, Floats, Ints, Biases], Floats], rows: Rows) -> Floats:
        """Covariances of what speaks for rows, changed by biases."""
        lean = spoken(voices_of(rows), rows.lean)
        return change(rows.cov, lean, self.places_of(rows.run), self.biases)


def voices_of(states: Rows | Beliefs) -> Voices:
    """Who speaks for rows."""
    return Voices(states.chance, states.model)


def doubted(rows: Rows, biases: Biases, runs: Ints) -> Rows:
    """Rows with covariances that hold what the doubt of the biases adds."""
    covs, place = (rows.cov.copy(), rows.bank_cov.copy()), np.searchsorted(runs, rows.run)
    doubt_banks(voices_of(rows), rows.lean, covs, place, biases)
    return rows._replace(cov=covs[0], bank_cov=covs[1])


def carried(rows: Rows, chosen: Ints, t: float) -> Floats:
    """Leans (m, N_MODELS, N_STATES, k) of chosen rows at t: mixed as models are, then carried."""
    found: Floats = leans.carried(beliefs_of(rows), rows.lean, chosen, t, MOTION)
    return found


def ignite(part: AbstractFilter, rows: Rows, burning: Ints) -> None:
    """Rows were seen to burn: another model may speak now, and thrust leans on nothing yet."""
    stays = burning[(rows.model[burning] == FALLS) | (rows.chance[burning, FALLS] == 0.0)]
    told = spoken(voices_of(rows), rows.lean)[stays]
    part.ignite(beliefs_of(rows), burning)
    rows.lean[stays, FALLS, :7] = told
    rows.lean[burning, :, LAST] = 0.0


class Near(NamedTuple):
    """Rows near one look, brought to its time."""

    rows: Rows  # all of the picture, which move with the biases
    run: Ints  # of each row near
    rank: Ints
    beliefs: Beliefs
    lean: Floats  # (n, N_MODELS, N_STATES, k)
    prospect: Prospect


def follow(
    parts: tuple[AbstractFilter, AbstractAssociator],
    near: Near,
    scan: tuple[Looks, Floats],
    lens: Lens,
) -> Association:
    """Looks that belong to rows; beliefs, leans and biases are updated in place.

    Parameters
    ----------
    scan : Looks, (3,) float
        As they came; where they were made.
    """
    part, associator = parts
    looks, r_sensor = scan
    place, b = lens.places_of(near.run), near.beliefs
    seen, expected = lens.straight(looks), part.expect(b, r_sensor)
    told_lean = spoken(voices_of(b), near.lean)
    reach = kernel.reaches(expected, told_lean, lens.mount, lens.column)
    wide = kernel.with_biases(expected.cov, reach, place, lens.biases)
    wider = expected._replace(cov=wide)
    found = associator.associate(near.run, wider, seen, near.rank, near.prospect)
    told = None if found.shares is None else stories(found.shares)
    sure = found if told is None else sure_pairs(told)
    if not len(sure.row) and (told is None or not len(told.doubted)):
        return found
    teaches = near.rank[sure.row] == CONFIRMED
    taught = sure.row[teaches], sure.look[teaches]
    moved = kernel.learn(expected, seen, taught, reach, place, lens.biases, SURPRISE)
    _move(b, near.lean, moved, place)
    _move(near.rows, near.rows.lean, moved, lens.places_of(near.rows.run))
    before, seen = take_beliefs(b, np.arange(len(b.t))), lens.straight(looks)
    expected = part.expect(b, r_sensor)
    part.update(b, expected, seen, sure)
    pairs = (sure.row, sure.look)
    lean_back_rows(near.lean, (before, b), expected, seen, pairs, lens.mount, lens.column)
    if told is not None and len(told.doubted):
        each, theirs, alone = each_alone(b, expected, told)
        own = near.lean[rows_told_of(told)]
        before = take_beliefs(each, np.arange(len(each.t)))
        part.update(each, theirs, seen, alone)
        pairs = (alone.row, alone.look)
        lean_back_rows(own, (before, each), theirs, seen, pairs, lens.mount, lens.column)
        mix_stories(b, near.lean, told.doubted, (each, own), told.start, told.weight)
    return found


def _move(states: Rows | Beliefs, lean: Floats, moved: Floats, place: Ints) -> None:
    """Carry what all models say of things along with biases that have moved by (n_runs, k)."""
    move_rows(voices_of(states), lean, (states.x, states.bank_x), moved, place)


def follow_all(
    parts: tuple[AbstractFilter, AbstractAssociator], near: Near, seen: Sightings, lens: Lens
) -> tuple[Ints, Floats]:
    """`follow` one satellite after another; gives what `kernels.starers.follow` does."""
    whose, fits = np.full(len(seen.looks.run), NOBODY), np.zeros(len(near.run))
    columns = lens.columns(seen.places)
    for k in range(len(seen.places)):
        mine = np.flatnonzero(seen.satellite == k)
        some: list[Any] = [column[mine] for column in seen.looks]
        scan = (Looks(*some), seen.places[k])
        found = follow(parts, near, scan, lens.of_satellite(int(columns[k])))
        whose[mine[~free_looks(found, len(mine))]] = SHARED
        whose[mine[found.look]] = found.row
        fits[found.row] += found.fit
    return whose, fits
