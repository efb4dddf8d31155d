"""Pictures without tracking, for fast runs: ``perfect`` and ``statistical``.

A shortcut stands where the tracker stands and answers the same calls, but reads the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np

from opendome.kernels.impact import coast_many
from opendome.kernels.motion import Noise
from opendome.kernels.prediction import Impacts, predict_impacts
from opendome.messages import Bools, Floats, Ints, Tracks, empty, join
from opendome.scenario.scenario import Scenario
from opendome.scenario.wiring import cells
from opendome.sensors import build
from opendome.sensors.statistical import Sightings, Statistical
from opendome.truth import Truth

LONGEST = 4000.0  # s to impact; what flies longer is in orbit
FRESH_PART = 0.1  # of the time to go, during which a prediction is good enough
AGAIN = 10.0  # s, after which what had no impact is asked for one again
EXACT = np.diag([1.0, 1.0, 1.0, 1e-4, 1e-4, 1e-4, 1e-6])  # covariance of the perfect picture
EXACT_IMPACT = np.eye(2)  # m^2
NO_NOISE = Noise(0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(slots=True)
class Predictions:
    """Impacts of every (run, threat) of a batch, as last predicted."""

    t_first: Floats
    t_predicted: Floats
    was_boosting: Bools
    impact_t: Floats
    impact_lat: Floats
    impact_lon: Floats
    impact_cov_enu: Floats  # (n, 2, 2)


@dataclass(slots=True)
class ShortcutState:
    """What evolves: for each picture its sightings and predictions, and the last messages."""

    runs: Ints  # ascending
    sightings: list[Sightings]
    predictions: list[Predictions]
    tracks: Tracks


@final
@dataclass(frozen=True)
class Shortcut:
    """The picture of every cell of nodes, made from the truth."""

    pictures: tuple[Statistical | None, ...]  # of each cell; None: perfect
    n_threats: int  # of one run
    period: float  # of decisions

    @staticmethod
    def build(scenario: Scenario) -> Shortcut:
        """The shortcut that a scenario's ``picture`` names."""
        command = scenario.command
        n_threats = sum(group.n_objects() for group in scenario.threats)
        period = min([node.decision_period for node in command.nodes], default=1.0)
        joined = cells(command, scenario.sensors)
        if scenario.picture == "perfect":
            return Shortcut((None,) * len(joined), n_threats, period)
        sensors = build(scenario.sensors, scenario.start, scenario.jammers)
        pictures = [
            Statistical(
                tuple(sensors[i] for i in cell.sensors), command.nodes[cell.lead].confirm_hits, i
            )
            for i, cell in enumerate(joined)
        ]
        return Shortcut(tuple(pictures), n_threats, period)

    def start(self, runs: Ints) -> ShortcutState:
        """Empty pictures of the runs of a batch (ascending)."""
        n = len(runs) * self.n_threats
        return ShortcutState(
            runs=np.asarray(runs, np.int64),
            sightings=[Sightings.none(0 if p is None else n) for p in self.pictures],
            predictions=[_no_predictions(n) for _ in self.pictures],
            tracks=empty(Tracks),
        )

    def update(self, state: ShortcutState, truth: Truth, t: float, seed: int) -> ShortcutState:
        """Take in the truth at t; changes the state in place and returns it."""
        seats = np.searchsorted(state.runs, truth.run) * self.n_threats + truth.threat
        parts: list[Tracks] = []
        for i, picture in enumerate(self.pictures):
            if picture is None:
                known = _exactly(truth, seats)
            else:
                picture.look(truth, seats, state.sightings[i])
                known = _roughly(picture, truth, seats, state.sightings[i], seed)
            _predict(state.predictions[i], known, self.period, t, is_exact=picture is None)
            parts.append(_message(state.predictions[i], known, i, t))
        state.tracks = join(parts, Tracks)
        return state

    def picture(self, state: ShortcutState, t: float) -> Tracks:
        """What every cell believes: the last update."""
        return state.tracks


class Known(NamedTuple):
    """What one picture says of the threats that it holds, k rows."""

    seats: Ints  # rows of the state
    run: Ints
    threat: Ints
    is_burning: Bools
    is_level: Bools
    t_update: Floats
    period: Floats  # of looks
    x_ecef: Floats  # (k, 7)
    cov_ecef: Floats  # (k, 7, 7)


def _exactly(truth: Truth, seats: Ints) -> Known:
    """Every threat in the air as it is."""
    n = len(seats)
    return Known(
        seats,
        truth.run,
        truth.threat,
        truth.is_burning,
        truth.is_level,
        np.full(n, truth.t),
        np.ones(n),
        np.hstack([truth.r_ecef, truth.v_ecef, truth.log_beta[:, None]]),
        np.tile(EXACT, (n, 1, 1)),  # written out, as others are: kernels compile once
    )


def _roughly(picture: Statistical, truth: Truth, seats: Ints, seen: Sightings, seed: int) -> Known:
    """The threats that have been confirmed, with the errors of tracking."""
    x_ecef, cov_ecef = picture.tracks(truth, seats, seen, seed)
    k = np.flatnonzero(seen.is_confirmed[seats])
    return Known(
        seats[k],
        truth.run[k],
        truth.threat[k],
        truth.is_burning[k],
        truth.is_level[k],
        seen.t_last[seats[k]],
        seen.period[seats[k]],
        x_ecef[k],
        cov_ecef[k],
    )


def _predict(
    predictions: Predictions, known: Known, period: float, t: float, *, is_exact: bool
) -> None:
    """Predict the impacts that are due: the first, that after burn-out, and what has aged.

    A level flyer has none, and loses those it had before it flew level.
    """
    p, seats = predictions, known.seats
    p.t_first[seats] = np.fmin(p.t_first[seats], t)
    level = seats[known.is_level]
    for column in (p.t_predicted, p.impact_t, p.impact_lat, p.impact_lon, p.impact_cov_enu):
        column[level] = np.nan
    left = p.impact_t[seats] - t
    age = t - p.t_predicted[seats]
    life = FRESH_PART * np.where(np.isnan(left), 0.0, np.maximum(left, 0.0))
    has_news = known.is_burning | ((known.t_update > p.t_predicted[seats]) & (not is_exact))
    is_due = has_news & (age >= np.maximum(period, life))
    is_due |= np.isnan(age) | (p.was_boosting[seats] & ~known.is_burning)
    is_due |= np.isnan(left) & (age >= AGAIN)  # in orbit: it may have braked
    is_due &= ~known.is_level
    due = np.flatnonzero(is_due)
    if len(due) == 0:
        return
    x, rows, when = known.x_ecef[due], seats[due], np.full(len(due), t)
    if is_exact:
        r_ecef, v_ecef, log_beta = x[:, :3].copy(), x[:, 3:6].copy(), x[:, 6].copy()
        impact, _ = coast_many(r_ecef, v_ecef, log_beta, when, LONGEST)
        found = Impacts(impact[:, 0], impact[:, 1], impact[:, 2], EXACT_IMPACT)
    else:
        found = predict_impacts(when, x, known.cov_ecef[due], LONGEST, NO_NOISE)
    p.impact_t[rows], p.impact_lat[rows], p.impact_lon[rows] = found.t, found.lat, found.lon
    p.impact_cov_enu[rows] = found.cov_enu
    p.t_predicted[rows], p.was_boosting[rows] = t, known.is_burning[due]


def _message(predictions: Predictions, known: Known, node: int, t: float) -> Tracks:
    p, seats, n = predictions, known.seats, len(known.seats)
    n_looks = ((known.t_update - p.t_first[seats]) / known.period).astype(np.int64) + 1
    return Tracks(
        run=known.run,
        node=np.full(n, node),
        id=known.threat,
        t=np.full(n, t),
        x_ecef=known.x_ecef,
        cov_ecef=known.cov_ecef,
        is_confirmed=np.ones(n, np.bool_),
        is_boosting=known.is_burning,
        is_level=known.is_level,
        n_updates=np.maximum(n_looks, 1),
        t_first=p.t_first[seats],
        t_update=known.t_update,
        t_predicted=p.t_predicted[seats],
        impact_lat=p.impact_lat[seats],
        impact_lon=p.impact_lon[seats],
        impact_t=p.impact_t[seats],
        impact_cov_enu=p.impact_cov_enu[seats],
    )


def _no_predictions(n: int) -> Predictions:
    a, b, c, d, e = np.full((5, n), np.nan)
    return Predictions(a, b, np.zeros(n, np.bool_), c, d, e, np.full((n, 2, 2), np.nan))
