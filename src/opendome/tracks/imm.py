"""Several models at once for what flies in air: falling, level on wings, turning."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import final

import numpy as np

from opendome.kernels.bank import Doubts, Manner, Motion, begin_turns, predict_bank, update_bank
from opendome.kernels.kalman import Expected, expect_many
from opendome.kernels.looks import Looks
from opendome.kernels.mixing import Chain
from opendome.kernels.modes import LevelNoise, paces, start_level
from opendome.kernels.rows import FALLS, LEVEL, Beliefs
from opendome.kernels.turning import Lift
from opendome.messages import Bools, Floats, Ints
from opendome.tracks.base import AbstractFilter, Association
from opendome.tracks.kalman import BOUNDS, NOISE, SETTLE, TEMPER, Ekf

# Autopilots and gusts move a level flyer by a metre per second in a second.
LEVEL_NOISE = LevelNoise(ground=1.0, climb=1.0, settle=20.0, push=1.0, glide=25.0)
START = 0.5  # chance that a new low track flies level
DOUBT = 0.1  # chance of level flight taken up again, when a look is unusual to the other model
FALLING = 0.02  # chance of the ballistic model, when level flight is surprised
SURE = 0.005  # chance below which a model is given up
RISE, FALL = 0.9, 0.3  # a track is said to be level above, and no more below
RISE_LOW, SOON = 0.8, 10.0  # the same of what would fall to the ground in so many seconds
SWITCH = 1000.0  # s, mean time in a model
# Of one look, natural logarithm of the ratio of likelihoods: the velocity of what is new is known
# less well to the ballistic model, which alone would speak for level flight at the second look.
MOST_FOR, MOST_AGAINST = 2.0, 5.0
LOW, SLOW = 25e3, 1600.0  # m and m/s of ground speed, within which things fly level
SLACK = 1.25  # on both, for estimates
STEEP = 0.6  # climb or descent by ground speed, above which nothing begins to fly level
STEEP_CLIMB, LEAST_CLIMB = 0.4, 40.0  # and m/s, above which a climb is a rocket's
FAST = 800.0  # m/s of ground speed, above which a steep descent is that of a ballistic thing
SIGMA_GROUND, SIGMA_CLIMB = 600.0, 30.0  # m/s, of new level flyers
GLIDE_HIGH = 80e3  # m, below which gliders glide
GLIDE_SLOW, GLIDE_FAST = 1000.0, 7900.0  # m/s of ground speed, between which they do
GLIDE_SLOPE = 0.15  # climb or descent by ground speed, that they do not exceed
SIGMA_GLIDE, SIGMA_GLIDE_CLIMB = 4000.0, 200.0  # m/s, of new gliders


# A turn lasts about as long as its lift: half a minute to a course at right angles of what is slow,
# seconds of what weaves.
LIFT = Lift(lasts=10.0, longest=1.0, share=1.0 / math.sqrt(3.0))  # evenly up to the hardest
STRAIGHT, TURN = 600.0, 15.0  # s, mean times of straight flight between turns, and of a turn
MOST_CERTAIN = 12.0  # the same for or against a turn
BEGINS = 0.1  # chance of a turn, when a look is odd to what flies straight

MOTION = Motion(NOISE, LEVEL_NOISE, LIFT, Chain(SWITCH, STRAIGHT, TURN), SETTLE, TEMPER)

MANNER = Manner(
    temper=TEMPER,
    bounds=BOUNDS,
    doubts=Doubts(
        MOST_FOR,
        MOST_AGAINST,
        MOST_CERTAIN,
        DOUBT,
        FALLING,
        SURE,
        RISE,
        RISE_LOW,
        SOON,
        FALL,
        LOW,
        SLOW,
        SLACK,
        STEEP,
        STEEP_CLIMB,
        LEAST_CLIMB,
        FAST,
        (GLIDE_HIGH, GLIDE_SLOW, GLIDE_FAST),
        GLIDE_SLOPE,
        BEGINS,
    ),
    lift=LIFT,
)


@final
@dataclass(frozen=True)
class Imm(AbstractFilter):
    """Interacting multiple model: falling, level or turning. Model: docs/models/imm.md."""

    ekf: Ekf = field(default_factory=Ekf)

    def predict(self, beliefs: Beliefs, rows: Ints, t: float) -> Beliefs:
        """Chosen rows at time t."""
        return predict_bank(beliefs, rows, t, MOTION)

    def expect(self, beliefs: Beliefs, r_sensor: Floats) -> Expected:
        """What a sensor should see of the rows, by the likelier model of each."""
        return expect_many(beliefs.x, beliefs.cov, r_sensor)

    def update(
        self, beliefs: Beliefs, expected: Expected, looks: Looks, found: Association
    ) -> None:
        """Update the open models of each associated row, and the belief in them."""
        update_bank(beliefs, expected, looks, found.row, found.look, MANNER)

    def start(self, looks: Looks, rows: Ints, r_sensor: Floats, max_range: float) -> Beliefs:
        """First belief from one look each."""
        b = self.ekf.start(looks, rows, r_sensor, max_range)
        if math.isnan(max_range):
            return b
        low = np.flatnonzero(paces(b.x)[:, 0] < LOW)
        _open_level(b, low, SIGMA_GROUND, SIGMA_CLIMB)
        begin_turns(b, np.flatnonzero(b.agility > 0.0), MANNER)
        return b

    def adopt(self, x: Floats, cov: Floats, is_boosting: Bools) -> Beliefs:
        """Belief from guesses; what is cold and not high may glide."""
        b = self.ekf.adopt(x, cov, is_boosting)
        low = np.flatnonzero((paces(b.x)[:, 0] < GLIDE_HIGH) & ~is_boosting)
        _open_level(b, low, SIGMA_GLIDE, SIGMA_GLIDE_CLIMB)
        return b

    def ignite(self, beliefs: Beliefs, rows: Ints) -> None:
        """What burns is not level."""
        flew = rows[beliefs.model[rows] == LEVEL]
        fell = flew[beliefs.chance[flew, FALLS] > 0.0]
        beliefs.x[fell] = beliefs.bank_x[fell, FALLS, :7]
        beliefs.cov[fell] = beliefs.bank_cov[fell, FALLS, :7, :7]
        beliefs.agility[fell] = beliefs.bank_agility[fell, FALLS]
        beliefs.model[rows], beliefs.chance[rows] = FALLS, 0.0
        beliefs.chance[rows, FALLS] = 1.0
        self.ekf.ignite(beliefs, rows)

    def burn_out(self, beliefs: Beliefs, rows: Ints, period: Floats) -> None:
        """As the ballistic model has it."""
        self.ekf.burn_out(beliefs, rows, period)


def _open_level(b: Beliefs, rows: Ints, sigma_ground: float, sigma_climb: float) -> None:
    """Let level flight be as likely as not, of new rows; standard deviations in m/s."""
    x, cov = b.x[rows], b.cov[rows]
    b.bank_x[rows, FALLS, :7], b.bank_cov[rows, FALLS, :7, :7] = x, cov
    start_level(x, cov, sigma_ground, sigma_climb)
    b.bank_x[rows, LEVEL, :7], b.bank_cov[rows, LEVEL, :7, :7] = x, cov
    b.bank_agility[rows, FALLS] = b.agility[rows]
    b.chance[rows, FALLS], b.chance[rows, LEVEL] = 1.0 - START, START
