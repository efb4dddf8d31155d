"""One step of a filter of several models at once: interacting, each with its own state.

Each row is carried along and updated by itself; the constants of the filter come from its owner.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels._jit import jit
from opendome.kernels.follow import Bounds, Temper, clip_last, n_components, settled, stirred
from opendome.kernels.kalman import Desk, Expected, expect_row, new_desk, update_pair
from opendome.kernels.looks import Looks
from opendome.kernels.modes import LevelNoise, Trial, carry_row, fit, pace
from opendome.kernels.motion import Noise, Work, new_work
from opendome.kernels.rows import (
    FALLS,
    LEVEL,
    N_MODELS,
    Beliefs,
    n_open,
    p_level,
    put_model,
    take_beliefs,
)

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


class Blend(NamedTuple):
    """Work space of one mixing, by model."""

    weight: Floats  # (N_MODELS, N_MODELS): of each model in what another begins with
    chance: Floats  # (N_MODELS,)
    x: Floats  # (N_MODELS, 7)
    cov: Floats  # (N_MODELS, 7, 7)


@jit
def new_blend() -> Blend:
    """Work space, nothing in it yet."""
    m = N_MODELS
    return Blend(np.zeros((m, m)), np.zeros(m), np.zeros((m, 7)), np.zeros((m, 7, 7)))


@jit
def weigh_switches(chance: Floats, n: int, dt: float, switch: float, blend: Blend) -> None:
    """Chances of the n open models after dt seconds, and the weights of what was before, in blend.

    Each leaves for any of the others alike, after ``switch`` seconds in the mean.
    """
    p_leave = -math.expm1(-dt / switch)
    for k in range(N_MODELS):
        total = 0.0
        for j in range(N_MODELS):
            goes = 1.0 - p_leave if j == k else p_leave / (n - 1)
            blend.weight[k, j] = chance[j] * goes
            total += blend.weight[k, j]
        blend.chance[k] = total if chance[k] > 0.0 else 0.0
        for j in range(N_MODELS):
            blend.weight[k, j] /= total


@jit
def mix_row(b: Beliefs, i: int, dt: float, switch: float, blend: Blend) -> None:
    """Begin a step of a row of several open models, in place: each starts from what all say.

    Source: H. A. P. Blom, Y. Bar-Shalom, "The interacting multiple model algorithm for systems
    with Markovian switching coefficients", IEEE Trans. AC 33 (1988). ``switch``: mean time in a
    model, s.
    """
    weigh_switches(b.chance[i], n_open(b, i), dt, switch, blend)
    for k in range(N_MODELS):
        if blend.chance[k] > 0.0:
            mix_model(b.bank_x[i], b.bank_cov[i], blend.weight[k], blend.x[k], blend.cov[k])
    for k in range(N_MODELS):
        b.chance[i, k] = blend.chance[k]
        if blend.chance[k] > 0.0:
            put_model(b, i, k, blend.x[k], blend.cov[k])


@jit
def mix_model(x: Floats, cov: Floats, weight: Floats, mean: Floats, spread: Floats) -> None:
    """Mean and covariance of what models (N_MODELS, ...) say, with these weights."""
    for a in range(7):
        mean[a] = 0.0
        for j in range(N_MODELS):
            if weight[j] > 0.0:
                mean[a] += weight[j] * x[j, a]
    for a in range(7):
        for c in range(a + 1):
            total = 0.0
            for j in range(N_MODELS):
                if weight[j] > 0.0:
                    total += weight[j] * (cov[j, a, c] + (x[j, a] - mean[a]) * (x[j, c] - mean[c]))
            spread[a, c] = spread[c, a] = total


@jit
def speak(b: Beliefs, i: int, model: int) -> None:
    """Let a model of the bank of a row speak for it."""
    b.model[i] = model
    b.agility[i] = b.bank_agility[i, model]
    for j in range(7):
        b.x[i, j] = b.bank_x[i, model, j]
        for k in range(7):
            b.cov[i, j, k] = b.bank_cov[i, model, j, k]


@jit
def predict_bank(
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
    work, blend = new_work(), new_blend()
    for i in range(len(rows)):
        left = t - b.t[i]
        b.t[i] = t
        if n_open(b, i) > 1:
            if left > 0.0:
                mix_row(b, i, left, switch, blend)
            carry_bank(b, i, left, (noise, settle), work)
            speak(b, i, b.model[i])
            continue
        mode = (b.is_boosting[i], b.model[i] == LEVEL)
        mean, b.agility[i] = settled(b.agility[i], left, settle)
        carry_row(b.x[i], b.cov[i], left, mode, mean, noise, work)
    return b


@jit
def carry_bank(
    b: Beliefs, i: int, left: float, motion: tuple[tuple[Noise, LevelNoise], float], work: Work
) -> None:
    """Advance the open models of a row in place by so many seconds."""
    noise, settle = motion
    for k in range(N_MODELS):
        if b.chance[i, k] > 0.0:
            mode = (b.is_boosting[i], k == LEVEL)
            mean, b.bank_agility[i, k] = settled(b.bank_agility[i, k], left, settle)
            carry_row(b.bank_x[i, k], b.bank_cov[i, k], left, mode, mean, noise, work)


class Counter(NamedTuple):
    """Work space of one update of several models."""

    desk: Desk
    trial: Trial
    expected: Expected  # of one row
    evidence: Floats  # (N_MODELS,)


@jit
def new_counter(like: Expected) -> Counter:
    """Work space, nothing in it yet, for looks of the sensor that all this is expected of."""
    one = Expected(
        np.empty(1), np.empty(1), np.empty((1, 3, 3)), np.empty((1, 4, 7)), np.empty((1, 4, 4)),
        np.empty((1, 3)), like.r_sensor,
    )  # fmt: skip
    trial = Trial(np.empty(4), np.empty((4, 4)), np.empty((4, 4)))
    return Counter(new_desk(), trial, one, np.zeros(N_MODELS))


@jit
def weigh_row(
    b: Beliefs, j: int, looks: Looks, i: int, manner: Manner, room: Counter
) -> None:  # fmt: skip
    """Update each open model of a row, and what is believed of them, by a look, in place."""
    temper, one = manner.temper, room.expected
    for k in range(N_MODELS):
        if b.chance[j, k] == 0.0:
            continue
        s, p = b.bank_x[j, k], b.bank_cov[j, k]
        expect_row(s, p, one.r_sensor, one, 0)
        room.evidence[k] = fit(one, 0, looks, i, room.trial)
        distance2 = update_pair(s, p, one, looks, (0, i), temper.surprise, room.desk)
        n = n_components(looks, i)
        told = (distance2 / n, n)
        b.bank_agility[j, k] = stirred(b.bank_agility[j, k], told, s, k == LEVEL, temper)
        clip_last(s, p, b.is_boosting[j], manner.bounds)
    believe(b.chance[j], room.evidence, manner.doubts)
    speak(b, j, b.model[j])


@jit
def believe(chance: Floats, evidence: Floats, d: Doubts) -> None:
    """Chances of models, in place, after a look whose log-likelihoods they are given.

    One look says no more for or against level flight than the doubts allow.
    """
    gain = evidence[LEVEL] - evidence[FALLS]
    odds = math.exp(min(max(gain, -d.most_against), d.most_for))
    odds *= chance[LEVEL] / (1.0 - chance[LEVEL])
    chance[LEVEL] = odds / (1.0 + odds)
    chance[FALLS] = 1.0 - chance[LEVEL]


@jit
def doubt_row(b: Beliefs, i: int, manner: Manner) -> None:
    """Take up the other model of a row of one where it may hold."""
    d = manner.doubts
    height, climb, ground = pace(b.x[i])
    may_fly = height < d.low and ground < d.slow and abs(climb) < d.steep * ground
    may_fly |= may_glide(height, climb, ground, d)
    is_level = b.model[i] == LEVEL
    if may_fly or is_level:
        for k in range(N_MODELS):
            put_model(b, i, k, b.x[i], b.cov[i])
            b.bank_agility[i, k] = b.agility[i]
        b.chance[i, LEVEL] = 1.0 - d.falling if is_level else d.doubt
        b.chance[i, FALLS] = 1.0 - b.chance[i, LEVEL]


@jit
def may_glide(height: float, climb: float, ground: float, d: Doubts) -> bool:
    """Whether something flies as gliders do."""
    is_fit = height < d.glide[0] and d.glide[1] < ground < d.glide[2]
    return bool(is_fit and abs(climb) < d.glide_slope * ground)


@jit
def judge_row(b: Beliefs, i: int, d: Doubts) -> None:
    """Give up models of a row that do not hold, and say what it is."""
    is_level, p = b.model[i] == LEVEL, p_level(b, i)
    is_several = n_open(b, i) > 1
    height, climb, ground = pace(b.bank_x[i, LEVEL] if is_several else b.x[i])
    is_steep = abs(climb) > max(d.steep_climb * ground, d.least_climb)
    is_steep &= climb > 0.0 or ground > d.fast or not is_level  # what was level may dive
    is_wild = is_steep or height > d.slack * d.low or ground > d.slack * d.slow
    is_wild &= not may_glide(height, climb, ground, d)
    if is_wild or p < d.sure:
        p = 0.0
    elif p > 1.0 - d.sure:
        p = 1.0
    b.chance[i, FALLS], b.chance[i, LEVEL] = 1.0 - p, p
    rise = d.rise_low if lands_soon(b.x[i], d.soon) else d.rise
    if p < d.fall if is_level else p > rise:
        other = FALLS if is_level else LEVEL
        b.model[i] = other
        if is_several:
            speak(b, i, other)


@jit
def lands_soon(s: Floats, soon: float) -> bool:
    """Whether a state (7,) would be on the ground before so many seconds, if it fell."""
    height, climb, _ = pace(s)
    return height + (climb - 0.5 * STANDARD_GRAVITY * soon) * soon < 0.0


@jit
def update_bank(
    b: Beliefs, expected: Expected, looks: Looks, row: Ints, look: Ints, manner: Manner
) -> None:
    """Update the open models of rows, each row by one look, and the belief in them, in place.

    Parameters
    ----------
    row, look : (m,) int
        The pairs; no row twice.
    """
    room, temper = new_counter(expected), manner.temper
    for m in range(len(row)):
        j, i = row[m], look[m]
        if n_open(b, j) > 1:
            weigh_row(b, j, looks, i, manner, room)
        else:
            is_level, s, p = b.model[j] == LEVEL, b.x[j], b.cov[j]
            distance2 = update_pair(s, p, expected, looks, (j, i), temper.surprise, room.desk)
            n = n_components(looks, i)
            excess = distance2 / n
            b.agility[j] = stirred(b.agility[j], (excess, n), s, is_level, temper)
            clip_last(s, p, b.is_boosting[j], manner.bounds)
            is_doubtful = excess > (temper.surprise[n - 1] if is_level else temper.unusual)
            if is_doubtful and not b.is_boosting[j]:
                doubt_row(b, j, manner)
        if p_level(b, j) > 0.0:
            judge_row(b, j, manner.doubts)
