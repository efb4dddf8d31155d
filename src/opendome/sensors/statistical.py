"""The statistical picture: true states, with the errors that a tracker would have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from opendome.kernels.dwell import shares
from opendome.kernels.statistical import (
    Errors,
    add_infrared,
    add_radar,
    add_skywave,
    blur,
    errors_of,
    wander,
)
from opendome.messages import Bools, Floats, Ints
from opendome.rng import Purpose
from opendome.sensors.base import OBJECT_STRIDE, AbstractSensor
from opendome.sensors.infrared import Infrared
from opendome.sensors.radar import Radar
from opendome.sensors.skywave import Skywave
from opendome.truth import Truth

# Looks that count: thrust and air disturb a path, so that what is older than these is forgotten.
MOST_LOOKS_BOOST, MOST_LOOKS_AIR, MOST_LOOKS_VACUUM = 6, 20, 200
AIR_TOP = 6378e3 + 100e3  # m, from the centre of the Earth
FORGET_PERIODS = 5.0  # a threat out of sight for longer is confirmed anew
SIGMA_LOG_BETA = 0.1
CORRELATION_LOOKS = 10.0  # looks after which errors are new
LEAST_CORRELATION = 5.0  # s


@dataclass(slots=True)
class Sightings:
    """What evolves, for every (run, threat) of a batch: one row each, in that order."""

    t_since: Floats  # start of the present time in sight
    t_last: Floats  # last look
    t_fix: Floats  # look to which place and velocity belong
    period: Floats  # of the looks
    is_confirmed: Bools
    place: Floats  # (n, 3, 3), see `Errors`
    velocity: Floats  # (n, 3, 3)

    @staticmethod
    def none(n: int) -> Sightings:
        """Nothing seen yet."""
        return Sightings(
            np.full(n, np.nan),
            np.full(n, -np.inf),
            np.full(n, np.nan),
            np.ones(n),
            np.zeros(n, np.bool_),
            np.zeros((n, 3, 3)),
            np.zeros((n, 3, 3)),
        )


@final
@dataclass(frozen=True)
class Statistical:
    """Picture of nodes that hear the same sensors. Model: docs/models/statistical_picture.md."""

    sensors: tuple[AbstractSensor, ...]
    confirm_hits: int
    group: int  # separates the draws of several pictures

    def look(self, truth: Truth, cells: Ints, seen: Sightings) -> None:
        """Note which threats are in sight at ``truth.t``; ``cells`` are their rows."""
        info, period = self._information(truth, seen.is_confirmed[cells])
        chosen = np.flatnonzero(np.isfinite(period))
        rows, t = cells[chosen], truth.t
        is_new = np.isnan(seen.t_since[rows])
        is_new |= t - seen.t_last[rows] > FORGET_PERIODS * seen.period[rows]
        seen.t_since[rows[is_new]] = t
        seen.t_last[rows] = t
        seen.period[rows] = period[chosen]
        n_looks = ((t - seen.t_since[rows]) / period[chosen]).astype(np.int64) + 1
        seen.is_confirmed[rows] |= n_looks >= self.confirm_hits
        is_high = np.linalg.norm(truth.r_ecef[chosen], axis=1) > AIR_TOP
        most = np.where(is_high, MOST_LOOKS_VACUUM, MOST_LOOKS_AIR)
        most[truth.is_burning[chosen]] = MOST_LOOKS_BOOST
        sigma = errors_of(info[chosen], np.minimum(n_looks, most), period[chosen])
        _improve(seen, rows, sigma, t)

    def tracks(
        self, truth: Truth, cells: Ints, seen: Sightings, seed: int
    ) -> tuple[Floats, Floats]:
        """State and covariance of each threat (of those confirmed, the others mean nothing)."""
        age = truth.t - np.where(np.isnan(seen.t_fix[cells]), truth.t, seen.t_fix[cells])
        correlation = np.maximum(CORRELATION_LOOKS * seen.period[cells], LEAST_CORRELATION)
        obj = truth.threat + self.group * OBJECT_STRIDE
        phase = (truth.t - age) / correlation
        draws = wander(seed, int(Purpose.PICTURE_NOISE), truth.run, obj, phase)
        state = np.hstack([truth.r_ecef, truth.v_ecef, truth.log_beta[:, None]])
        sigma = Errors(seen.place[cells], seen.velocity[cells])
        return blur(state, draws, sigma, age, SIGMA_LOG_BETA)

    def _information(self, truth: Truth, is_open: Bools) -> tuple[Floats, Floats]:
        """Information (n, 3, 3) of a look of all sensors; shortest period (n,), inf for none."""
        n = len(truth.run)
        info, period = np.zeros((n, 3, 3)), np.full(n, np.inf)
        for sensor in self.sensors:
            found: Any = np.zeros(n, np.bool_)
            share = np.ones(n)  # of the periods, in which a radar has time for each
            if isinstance(sensor, Radar):
                rcs = sensor.shown_rcs(truth)
                found = add_radar(sensor.numbers, truth.r_ecef, rcs, is_open, info)
                share = shares(sensor.numbers.ration, truth.run, found)
            elif isinstance(sensor, Skywave):
                state = np.hstack([truth.r_ecef, truth.v_ecef])
                found = add_skywave(sensor.numbers, state, truth.rcs_uhf, info)
            elif isinstance(sensor, Infrared):
                places = sensor.places(truth.t)
                found = add_infrared(sensor.numbers, places, truth.r_ecef, truth.plume, info)
            period[found] = np.minimum(period[found], sensor.period / share[found])
        return info, period


def _improve(seen: Sightings, rows: Ints, sigma: Errors, t: float) -> None:
    """Take over errors that are smaller than those of the last fix, carried to t.

    Places and velocities apart, so that a poor sensor does not spoil what a better one has found.
    """
    age2 = np.nan_to_num(t - seen.t_fix[rows]) ** 2
    drift = np.einsum("nij,nij->n", seen.velocity[rows], seen.velocity[rows])
    old = np.einsum("nij,nij->n", seen.place[rows], seen.place[rows]) + age2 * drift
    is_first = np.isnan(seen.t_fix[rows])
    is_better = is_first | (np.einsum("nij,nij->n", sigma.place, sigma.place) <= old)
    is_slower = is_first | (np.einsum("nij,nij->n", sigma.velocity, sigma.velocity) <= drift)
    is_slower &= is_better
    seen.place[rows[is_better]] = sigma.place[is_better]
    seen.velocity[rows[is_slower]] = sigma.velocity[is_slower]
    seen.t_fix[rows[is_better]] = t
