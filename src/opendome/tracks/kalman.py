"""The extended Kalman filter of ballistic and thrusting things."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from opendome.kernels.follow import Bounds, Temper, settle_many, update_one
from opendome.kernels.initiation import Prior, start_many
from opendome.kernels.kalman import Expected, expect_many
from opendome.kernels.looks import Looks
from opendome.kernels.motion import Noise, predict_many
from opendome.kernels.rows import Beliefs, take_beliefs
from opendome.messages import Bools, Floats, Ints
from opendome.tracks.base import AbstractFilter, Association, sure

# Process noise: what the equations of motion leave out of a fall, as measured on paths of the world
# (up to 4e-7 above the air, 1e-8 to 1e-4 in it: there doubt of the drag covers the most). Of what
# burns, boost covers steering, and thrust staging: by 40 m/s^2 more or less once a minute.
NOISE = Noise(air=1e-9, vacuum=1e-11, boost=3.0, log_beta=1e-8, thrust=25.0)
LOG_BETA = (math.log(6000.0), 0.7)  # of kg/m^2: from artillery rockets to re-entry vehicles
THRUST = (30.0, 20.0)  # m/s^2, of a booster at any moment
LOCAL_RANGE = 500e3  # m, a radar that reaches less looks for short-range threats
SIGMA_SPEED_LOCAL = 500.0  # m/s per axis
SIGMA_SPEED = 3500.0  # m/s per axis
SIGMA_SPEED_BOOST, CLIMB = 300.0, 400.0  # m/s per axis, mean upwards, as a plume leaves the clouds
PLUME_HEIGHT = (22e3, 12e3)  # m, when a plume is first seen
WIDEST = 300e3  # m, of a place along an infrared line of sight
# Squared distance per component from which an update widens the row, of looks with one to four:
# chance alone goes beyond in one look of 10,000 (chi-square), whatever the sensor measures.
SURPRISE = (15.137, 9.210, 7.036, 5.878)
UNUSUAL = 1.5  # the same, above which it stirs the row
UNREST = 60.0  # m^2/s^3, added for each unit above that to the agility of what flies level
AGILITY = 900.0  # m^2/s^3, acceleration noise of what is new in the air
SETTLE = 2.0  # s, in which the agility dies away
HABIT = 0.5  # of a unit of squared distance above or below 1, by which a look goes against that
# Hardest turns in m/s^2: of a flyer on wings and of what falls or burns, and what speed adds, 1/s.
WINGS, BURN, TURN = 15.0, 30.0, 0.06
LOW_RADIUS = 6378e3 + 60e3  # m: nearer to the Earth's centre fins grip, and new tracks may burn
LEAST_LOG_BETA, MOST_LOG_BETA = math.log(100.0), math.log(1e5)
MOST_THRUST = 150.0  # m/s^2


TEMPER = Temper(SURPRISE, UNUSUAL, UNREST, SETTLE, HABIT, WINGS, BURN, TURN, LOW_RADIUS)
BOUNDS = Bounds(LEAST_LOG_BETA, MOST_LOG_BETA, MOST_THRUST)


@final
@dataclass(frozen=True)
class Ekf(AbstractFilter):
    """Extended Kalman filter. Model: docs/models/ekf.md."""

    def predict(self, beliefs: Beliefs, rows: Ints, t: float) -> Beliefs:
        """Chosen rows at time t."""
        b = take_beliefs(beliefs, rows)
        mean, left = settle_many(b.agility, t - b.t, SETTLE)
        x, cov = predict_many(b.t, b.x, b.cov, b.is_boosting, mean, t, NOISE)
        return b._replace(t=np.full(len(b.t), t), x=x, cov=cov, agility=left)

    def expect(self, beliefs: Beliefs, r_sensor: Floats) -> Expected:
        """What a sensor should see of the rows."""
        return expect_many(beliefs.x, beliefs.cov, r_sensor)

    def update(
        self, beliefs: Beliefs, expected: Expected, looks: Looks, found: Association
    ) -> None:
        """Update each associated row with its one look."""
        update_one(beliefs, expected, looks, found.row, found.look, (TEMPER, BOUNDS))

    def start(self, looks: Looks, rows: Ints, r_sensor: Floats, max_range: float) -> Beliefs:
        """First belief from one look each."""
        is_plume = math.isnan(max_range)
        speed = SIGMA_SPEED_LOCAL if max_range < LOCAL_RANGE else SIGMA_SPEED
        mean, sigma = THRUST if is_plume else LOG_BETA
        spread = SIGMA_SPEED_BOOST if is_plume else speed
        prior = Prior(spread, CLIMB, mean, sigma, *PLUME_HEIGHT, WIDEST)
        x, cov = start_many(looks, rows, r_sensor, prior)
        n = len(rows)
        is_low = (np.linalg.norm(x[:, :3], axis=1) < LOW_RADIUS) & (not is_plume)
        return sure(np.zeros(n), x, cov, np.full(n, is_plume), np.where(is_low, AGILITY, 0.0))

    def adopt(self, x: Floats, cov: Floats, is_boosting: Bools) -> Beliefs:
        """Belief from guesses; what is low may turn."""
        for kind, (mean, sigma) in ((is_boosting, THRUST), (~is_boosting, LOG_BETA)):
            x[kind, 6], cov[kind, 6, 6] = mean, sigma**2
        is_low = (np.linalg.norm(x[:, :3], axis=1) < LOW_RADIUS) & ~is_boosting
        return sure(np.zeros(len(x)), x, cov, is_boosting, np.where(is_low, AGILITY, 0.0))

    def ignite(self, beliefs: Beliefs, rows: Ints) -> None:
        """Let the last component mean thrust."""
        self._restart_last(beliefs, rows, THRUST)
        beliefs.is_boosting[rows] = True

    def burn_out(self, beliefs: Beliefs, rows: Ints, period: Floats) -> None:
        """Let the last component mean drag; the burn went on for half a period, more or less.

        Evenly drawn from none to all of the period: its mean, variance and covariance in speed and
        place. A negative period: it ended so much before the time of the row.
        """
        thrust = np.clip(beliefs.x[rows, 6], 0.0, MOST_THRUST)
        square, doubt = thrust**2, beliefs.cov[rows, 6, 6]
        velocity = beliefs.x[rows, 3:6]
        heading = velocity / (np.linalg.norm(velocity, axis=1, keepdims=True) + 1e-9)
        beliefs.x[rows, 3:6] += heading * (0.5 * thrust * period)[:, None]
        beliefs.x[rows, :3] -= heading * (thrust * period**2 / 6.0)[:, None]
        along = heading[:, :, None] * heading[:, None, :]
        both = -(square / 24.0 + doubt / 12.0) * period**3
        gains = (
            ((0, 0), (square / 45.0 + doubt / 36.0) * period**4),
            ((0, 3), both),
            ((3, 0), both),
            ((3, 3), (square / 12.0 + doubt / 4.0) * period**2),
        )
        axes = np.arange(3)
        for (first, second), gain in gains:
            place = rows[:, None, None], first + axes[:, None], second + axes
            beliefs.cov[place] += along * gain[:, None, None]
        self._restart_last(beliefs, rows, LOG_BETA)
        beliefs.is_boosting[rows] = False

    @staticmethod
    def _restart_last(beliefs: Beliefs, rows: Ints, prior: tuple[float, float]) -> None:
        beliefs.x[rows, 6] = prior[0]
        beliefs.cov[rows, 6, :] = 0.0
        beliefs.cov[rows, :, 6] = 0.0
        beliefs.cov[rows, 6, 6] = prior[1] ** 2
