"""Two models at once for what flies low and slow: ballistic, or level on wings."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import final

import numpy as np

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels.kalman import Expected, expect_many
from opendome.kernels.looks import Looks
from opendome.kernels.modes import LevelNoise, Modes, fits, paces, predict_modes, start_level
from opendome.messages import Bools, Floats, Ints
from opendome.tracks.base import AbstractFilter, Association, Beliefs, pick
from opendome.tracks.kalman import NOISE, SURPRISE, UNUSUAL, Ekf, follow, settled

# Autopilots and gusts move a level flyer by a metre per second in a second.
LEVEL_NOISE = LevelNoise(ground=1.0, climb=1.0, settle=20.0, push=1.0)
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


@final
@dataclass(frozen=True)
class Imm(AbstractFilter):
    """Interacting multiple model: ballistic or level. Model: docs/models/imm.md."""

    ekf: Ekf = field(default_factory=Ekf)

    def predict(self, beliefs: Beliefs, t: float) -> Beliefs:
        """The same rows at time t."""
        b = pick(beliefs, np.arange(len(beliefs.t)))
        two = np.flatnonzero(_are_open(b))
        _mix(b, two[t > b.t[two]], t)
        noise = NOISE, LEVEL_NOISE
        mean, b.agility = settled(b.agility, t - b.t)
        modes = Modes(b.is_boosting, b.is_level, mean)
        b.x, b.cov = predict_modes(b.t, b.x, b.cov, modes, t, noise)
        if len(two):
            mean, b.other_agility[two] = settled(b.other_agility[two], t - b.t[two])
            modes = Modes(b.is_boosting[two], ~b.is_level[two], mean)
            b.other_x[two], b.other_cov[two] = predict_modes(
                b.t[two], b.other_x[two], b.other_cov[two], modes, t, noise
            )
        b.t[:] = t
        return b

    def expect(self, beliefs: Beliefs, r_sensor: Floats) -> Expected:
        """What a sensor should see of the rows, by the likelier model of each."""
        return expect_many(beliefs.x, beliefs.cov, r_sensor)

    def update(
        self, beliefs: Beliefs, expected: Expected, looks: Looks, found: Association
    ) -> None:
        """Update both models of each associated row, and the belief in them."""
        b, hit, look = beliefs, found.row, found.look
        is_two = _are_open(b)[hit]
        two, its = hit[is_two], look[is_two]
        if len(two):
            _weigh(b, expected, two, looks, its)
        state = b.x, b.cov, b.agility
        distance2 = follow(state, b.is_boosting, expected, looks, found, b.is_level)
        is_doubtful = distance2 > np.where(b.is_level[hit], SURPRISE, UNUSUAL)
        doubted = hit[is_doubtful & ~is_two & ~b.is_boosting[hit]]
        if len(doubted):
            _doubt(b, doubted)
        judged = hit[b.p_level[hit] > 0.0]
        if len(judged):
            _judge(b, judged)

    def start(self, looks: Looks, rows: Ints, r_sensor: Floats, max_range: float) -> Beliefs:
        """First belief from one look each."""
        b = self.ekf.start(looks, rows, r_sensor, max_range)
        if math.isnan(max_range):
            return b
        low = np.flatnonzero(paces(b.x)[:, 0] < LOW)
        x, cov = b.x[low], b.cov[low]
        start_level(x, cov, SIGMA_GROUND, SIGMA_CLIMB)
        b.other_x[low], b.other_cov[low] = x, cov
        b.p_level[low] = START
        return b

    def ignite(self, beliefs: Beliefs, rows: Ints) -> None:
        """What burns is not level."""
        _swap(beliefs, rows[beliefs.is_level[rows]])
        beliefs.p_level[rows] = 0.0
        self.ekf.ignite(beliefs, rows)

    def burn_out(self, beliefs: Beliefs, rows: Ints, period: Floats) -> None:
        """As the ballistic model has it."""
        self.ekf.burn_out(beliefs, rows, period)


def _are_open(b: Beliefs) -> Bools:
    """Whether each row still has two models."""
    are_open: Bools = (b.p_level > 0.0) & (b.p_level < 1.0)
    return are_open


def _mix(b: Beliefs, two: Ints, t: float) -> None:
    """Begin a step, in place: each model starts from what both say, by the chance of a switch.

    Source: H. A. P. Blom, Y. Bar-Shalom, "The interacting multiple model algorithm for systems
    with Markovian switching coefficients", IEEE Trans. AC 33 (1988).
    """
    if len(two) == 0:
        return
    p_switch = -np.expm1(-(t - b.t[two]) / SWITCH)
    p_own = np.where(b.is_level[two], b.p_level[two], 1.0 - b.p_level[two])
    own = p_own * (1.0 - p_switch) + (1.0 - p_own) * p_switch
    from_other = ((1.0 - p_own) * p_switch / own)[:, None]
    from_own = (p_own * p_switch / (1.0 - own))[:, None]
    gap = b.other_x[two] - b.x[two]
    square = gap[:, :, None] * gap[:, None, :]
    cov, other = b.cov[two], b.other_cov[two]
    w, u = from_other[:, :, None], from_own[:, :, None]
    b.x[two] += from_other * gap
    b.other_x[two] -= from_own * gap
    b.cov[two] = cov + w * (other - cov) + w * (1.0 - w) * square
    b.other_cov[two] = other + u * (cov - other) + u * (1.0 - u) * square
    b.p_level[two] = np.where(b.is_level[two], own, 1.0 - own)


def _weigh(b: Beliefs, expected: Expected, two: Ints, looks: Looks, look: Ints) -> None:
    """Update the other models of rows, and what is believed of both, each by its one look."""
    x, cov, agility = b.other_x[two], b.other_cov[two], b.other_agility[two]
    rows = np.arange(len(two))
    others = expect_many(x, cov, expected.r_sensor)
    evidence = fits(expected, two, looks, look) - fits(others, rows, looks, look)
    evidence = np.where(b.is_level[two], evidence, -evidence)
    odds = np.exp(np.clip(evidence, -MOST_AGAINST, MOST_FOR))
    odds *= b.p_level[two] / (1.0 - b.p_level[two])
    b.p_level[two] = odds / (1.0 + odds)
    pairs = Association(rows, look, np.ones(len(rows)))
    follow((x, cov, agility), b.is_boosting[two], others, looks, pairs, ~b.is_level[two])
    b.other_x[two], b.other_cov[two], b.other_agility[two] = x, cov, agility


def _doubt(b: Beliefs, rows: Ints) -> None:
    """Take up the other model again where it may hold."""
    height, climb, ground = paces(b.x[rows]).T
    may_fly = (height < LOW) & (ground < SLOW) & (np.abs(climb) < STEEP * ground)
    rows = rows[may_fly | b.is_level[rows]]
    _follow_own(b, rows)
    b.p_level[rows] = np.where(b.is_level[rows], 1.0 - FALLING, DOUBT)


def _judge(b: Beliefs, rows: Ints) -> None:
    """Give up models that do not hold, and say what each row is."""
    level_x = np.where(b.is_level[rows, None], b.x[rows], b.other_x[rows])
    height, climb, ground = paces(level_x).T
    p_level = b.p_level[rows]
    is_steep = np.abs(climb) > np.maximum(STEEP_CLIMB * ground, LEAST_CLIMB)
    is_steep &= (climb > 0.0) | (ground > FAST) | ~b.is_level[rows]  # what was level may dive
    is_wild = is_steep | (height > SLACK * LOW) | (ground > SLACK * SLOW)
    _follow_own(b, rows[is_wild & (p_level == 1.0)])
    p_level[is_wild | (p_level < SURE)] = 0.0
    p_level[p_level > 1.0 - SURE] = 1.0
    b.p_level[rows] = p_level
    is_level = b.is_level[rows]
    rise = np.where(_lands_soon(b.x[rows]), RISE_LOW, RISE)
    is_other = np.where(is_level, p_level < FALL, p_level > rise)
    _swap(b, rows[is_other])


def _lands_soon(x: Floats) -> Bools:
    """Whether each row would be on the ground before the next look of a slow radar, if it fell."""
    height, climb, _ = paces(x).T
    lands_soon: Bools = height + (climb - 0.5 * STANDARD_GRAVITY * SOON) * SOON < 0.0
    return lands_soon


def _follow_own(b: Beliefs, rows: Ints) -> None:
    """Let the other model begin where the one that speaks for the rows is now."""
    b.other_x[rows], b.other_cov[rows] = b.x[rows], b.cov[rows]
    b.other_agility[rows] = b.agility[rows]


def _swap(b: Beliefs, rows: Ints) -> None:
    """Let the other model speak for rows."""
    for own, other in ((b.x, b.other_x), (b.cov, b.other_cov), (b.agility, b.other_agility)):
        own[rows], other[rows] = other[rows], own[rows]
    b.is_level[rows] = ~b.is_level[rows]
