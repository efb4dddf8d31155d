"""One step of a filter of two models at once: ballistic, or level on wings.

Each row is carried along and updated by itself; the constants of the filter come from its owner.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels._jit import jit
from opendome.kernels.follow import (
    Bounds,
    Temper,
    clip_last,
    n_components,
    settled,
    stirred,
)
from opendome.kernels.kalman import Desk, Expected, expect_row, new_desk, update_pair
from opendome.kernels.looks import Looks
from opendome.kernels.modes import LevelNoise, Trial, carry_row, fit, pace
from opendome.kernels.motion import Noise, new_work
from opendome.kernels.rows import Beliefs, take_beliefs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Doubts(NamedTuple):
    """When the filter takes up a model, gives it up, and lets it speak."""

    most_for: float  # level flight, of one look: natural logarithm of the ratio of likelihoods
    most_against: float  # it
    doubt: float  # chance of level flight taken up again, when a look is unusual to the other model
    falling: float  # chance of the ballistic model, when level flight is surprised
    sure: float  # chance below which a model is given up
    rise: float  # a track is said to be level above
    rise_low: float  # the same of what would fall to the ground soon
    soon: float  # s
    fall: float  # and no more below
    low: float  # m
    slow: float  # m/s of ground speed, within which things fly level
    slack: float  # on both, for estimates
    steep: float  # climb or descent by ground speed, above which nothing begins to fly level
    steep_climb: float
    least_climb: float  # and m/s, above which a climb is a rocket's
    fast: float  # m/s of ground speed, above which a steep descent is a ballistic thing's
    glide: tuple[float, float, float]  # height (m), least and most ground speed (m/s) of gliders
    glide_slope: float  # climb or descent by ground speed, of gliders


class Manner(NamedTuple):
    """Constants of the filter."""

    temper: Temper
    bounds: Bounds
    doubts: Doubts


@jit
def is_open(b: Beliefs, i: int) -> bool:
    """Whether a row still has two models."""
    return bool(0.0 < b.p_level[i] < 1.0)


@jit
def mix_row(b: Beliefs, i: int, dt: float, switch: float) -> None:
    """Begin a step, in place: each model starts from what both say, by the chance of a switch.

    Source: H. A. P. Blom, Y. Bar-Shalom, "The interacting multiple model algorithm for systems
    with Markovian switching coefficients", IEEE Trans. AC 33 (1988). ``switch``: mean time in a
    model, s.
    """
    p_switch = -math.expm1(-dt / switch)
    p_own = b.p_level[i] if b.is_level[i] else 1.0 - b.p_level[i]
    own = p_own * (1.0 - p_switch) + (1.0 - p_own) * p_switch
    from_other = (1.0 - p_own) * p_switch / own
    from_own = p_own * p_switch / (1.0 - own)
    x, other_x, cov, other_cov = b.x[i], b.other_x[i], b.cov[i], b.other_cov[i]
    for j in range(7):
        for k in range(7):
            square = (other_x[j] - x[j]) * (other_x[k] - x[k])
            mine, its = cov[j, k], other_cov[j, k]
            cov[j, k] = mine + from_other * (its - mine) + from_other * (1.0 - from_other) * square
            other_cov[j, k] = its + from_own * (mine - its) + from_own * (1.0 - from_own) * square
    for j in range(7):
        gap = other_x[j] - x[j]
        x[j] += from_other * gap
        other_x[j] -= from_own * gap
    b.p_level[i] = own if b.is_level[i] else 1.0 - own


@jit
def predict_two(
    beliefs: Beliefs,
    rows: Ints,
    t: float,
    noise: tuple[Noise, LevelNoise],
    times: tuple[float, float],
) -> Beliefs:
    """Chosen rows, brought to t; the old ones are not changed.

    ``times``: mean time in a model, and in which an agility dies away, s.
    """
    switch, settle = times
    b = take_beliefs(beliefs, rows)
    work = new_work()
    for i in range(len(rows)):
        left = t - b.t[i]
        is_boosting, is_level = b.is_boosting[i], b.is_level[i]
        if is_open(b, i):
            if left > 0.0:
                mix_row(b, i, left, switch)
            mode = (is_boosting, not is_level)
            mean, b.other_agility[i] = settled(b.other_agility[i], left, settle)
            carry_row(b.other_x[i], b.other_cov[i], left, mode, mean, noise, work)
        mean, b.agility[i] = settled(b.agility[i], left, settle)
        carry_row(b.x[i], b.cov[i], left, (is_boosting, is_level), mean, noise, work)
        b.t[i] = t
    return b


@jit
def weigh_row(
    b: Beliefs, j: int, expected: Expected, looks: Looks, i: int, manner: Manner,
    desk: tuple[Desk, Trial, Expected],
) -> None:  # fmt: skip
    """Update the other model of a row, and what is believed of both, by a look, in place.

    The last part of ``desk`` is room for what the other model expects, one row.
    """
    room, trial, other = desk
    expect_row(b.other_x[j], b.other_cov[j], expected.r_sensor, other, 0)
    evidence = fit(expected, j, looks, i, trial) - fit(other, 0, looks, i, trial)
    if not b.is_level[j]:
        evidence = -evidence
    d, temper = manner.doubts, manner.temper
    odds = math.exp(min(max(evidence, -d.most_against), d.most_for))
    odds *= b.p_level[j] / (1.0 - b.p_level[j])
    b.p_level[j] = odds / (1.0 + odds)
    s = b.other_x[j]
    distance2 = update_pair(s, b.other_cov[j], other, looks, (0, i), temper.surprise, room)
    n = n_components(looks, i)
    b.other_agility[j] = stirred(
        b.other_agility[j], (distance2 / n, n), s, not b.is_level[j], temper
    )
    clip_last(s, b.other_cov[j], b.is_boosting[j], manner.bounds)


@jit
def doubt_row(b: Beliefs, i: int, manner: Manner) -> None:
    """Take up the other model of a row again where it may hold."""
    d = manner.doubts
    height, climb, ground = pace(b.x[i])
    may_fly = height < d.low and ground < d.slow and abs(climb) < d.steep * ground
    may_fly |= may_glide(height, climb, ground, d)
    if may_fly or b.is_level[i]:
        follow_own(b, i)
        b.p_level[i] = 1.0 - d.falling if b.is_level[i] else d.doubt


@jit
def may_glide(height: float, climb: float, ground: float, d: Doubts) -> bool:
    """Whether something flies as gliders do."""
    is_fit = height < d.glide[0] and d.glide[1] < ground < d.glide[2]
    return bool(is_fit and abs(climb) < d.glide_slope * ground)


@jit
def judge_row(b: Beliefs, i: int, d: Doubts) -> None:
    """Give up models of a row that do not hold, and say what it is."""
    height, climb, ground = pace(b.x[i] if b.is_level[i] else b.other_x[i])
    is_steep = abs(climb) > max(d.steep_climb * ground, d.least_climb)
    is_steep &= climb > 0.0 or ground > d.fast or not b.is_level[i]  # what was level may dive
    is_wild = is_steep or height > d.slack * d.low or ground > d.slack * d.slow
    is_wild &= not may_glide(height, climb, ground, d)
    p_level = b.p_level[i]
    if is_wild and p_level == 1.0:
        follow_own(b, i)
    if is_wild or p_level < d.sure:
        p_level = 0.0
    elif p_level > 1.0 - d.sure:
        p_level = 1.0
    b.p_level[i] = p_level
    rise = d.rise_low if lands_soon(b.x[i], d.soon) else d.rise
    if p_level < d.fall if b.is_level[i] else p_level > rise:
        swap_models(b, i)


@jit
def lands_soon(s: Floats, soon: float) -> bool:
    """Whether a state (7,) would be on the ground before so many seconds, if it fell."""
    height, climb, _ = pace(s)
    return height + (climb - 0.5 * STANDARD_GRAVITY * soon) * soon < 0.0


@jit
def follow_own(b: Beliefs, i: int) -> None:
    """Let the other model of a row begin where the one that speaks for it is now."""
    b.other_x[i], b.other_cov[i] = b.x[i], b.cov[i]
    b.other_agility[i] = b.agility[i]


@jit
def swap_models(b: Beliefs, i: int) -> None:
    """Let the other model of a row speak for it."""
    for j in range(7):
        b.x[i, j], b.other_x[i, j] = b.other_x[i, j], b.x[i, j]
        for k in range(7):
            b.cov[i, j, k], b.other_cov[i, j, k] = b.other_cov[i, j, k], b.cov[i, j, k]
    b.agility[i], b.other_agility[i] = b.other_agility[i], b.agility[i]
    b.is_level[i] = not b.is_level[i]


@jit
def update_two(
    b: Beliefs, expected: Expected, looks: Looks, row: Ints, look: Ints, manner: Manner
) -> None:
    """Update both models of rows, each by one look, and the belief in them, in place.

    Parameters
    ----------
    row, look : (m,) int
        The pairs; no row twice.
    """
    desk = new_desk()
    room = (desk, Trial(np.empty(4), np.empty((4, 4)), np.empty((4, 4))), one_expected(expected))
    for m in range(len(row)):
        j, i = row[m], look[m]
        was_open = is_open(b, j)
        if was_open:
            weigh_row(b, j, expected, looks, i, manner, room)
        is_level, temper = b.is_level[j], manner.temper
        distance2 = update_pair(b.x[j], b.cov[j], expected, looks, (j, i), temper.surprise, desk)
        n = n_components(looks, i)
        excess = distance2 / n
        b.agility[j] = stirred(b.agility[j], (excess, n), b.x[j], is_level, temper)
        clip_last(b.x[j], b.cov[j], b.is_boosting[j], manner.bounds)
        is_doubtful = excess > (temper.surprise[n - 1] if is_level else temper.unusual)
        if is_doubtful and not was_open and not b.is_boosting[j]:
            doubt_row(b, j, manner)
        if b.p_level[j] > 0.0:
            judge_row(b, j, manner.doubts)


@jit
def one_expected(like: Expected) -> Expected:
    """Room for what a sensor should see of one row."""
    return Expected(
        np.empty(1), np.empty(1), np.empty((1, 3, 3)), np.empty((1, 4, 7)), np.empty((1, 4, 4)),
        np.empty((1, 3)), like.r_sensor,
    )  # fmt: skip
