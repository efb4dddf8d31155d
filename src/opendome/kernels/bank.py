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
from opendome.kernels.follow import (
    Bounds,
    Temper,
    clip_last,
    learn_drag,
    n_components,
    settled,
    stirred,
    wildest,
)
from opendome.kernels.kalman import Desk, Expected, expect_row, new_desk, update_pair
from opendome.kernels.looks import Looks
from opendome.kernels.mixing import Blend, Chain, fill_lift, mix_row, new_blend, speak
from opendome.kernels.modes import LevelNoise, Trial, carry_row, fit, pace
from opendome.kernels.motion import Noise
from opendome.kernels.rows import (
    FALLS,
    LEVEL,
    N_MODELS,
    TURNS,
    Beliefs,
    Rows,
    n_open,
    n_states,
    p_level,
    put_model,
    take_beliefs,
)
from opendome.kernels.turning import (
    Lift,
    Turn,
    carry_turning,
    clip_lift,
    may_turn,
    new_turn,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Doubts(NamedTuple):
    """When the filter takes up a model, gives it up, and lets it speak."""

    most_for: float  # level flight, of one look: natural logarithm of the ratio of likelihoods
    most_against: float  # it
    most_certain: float  # against one of straight flight and turn, of one look
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
    turn: float  # chance of a turn, when a look is unusual to what flies level or surprises a fall


class Manner(NamedTuple):
    """Constants of the filter."""

    temper: Temper
    bounds: Bounds
    doubts: Doubts
    lift: Lift


class Motion(NamedTuple):
    """What moves things, and how they change."""

    falling: Noise
    level: LevelNoise
    lift: Lift
    chain: Chain
    settle: float  # s, in which an agility dies away
    temper: Temper


@jit
def predict_bank(beliefs: Beliefs, rows: Ints, t: float, motion: Motion) -> Beliefs:
    """Chosen rows, brought to t; the old ones are not changed."""
    b = take_beliefs(beliefs, rows)
    turn, blend = new_turn(), new_blend()
    noise = (motion.falling, motion.level)
    for i in range(len(rows)):
        left = t - b.t[i]
        b.t[i] = t
        if n_open(b, i) > 1:
            carry_bank(b, i, left, motion, (turn, blend))
            speak(b, i)
            continue
        mode = (b.is_boosting[i], b.model[i] == LEVEL)
        mean, b.agility[i] = settled(b.agility[i], left, motion.settle)
        carry_row(b.x[i], b.cov[i], left, mode, mean, noise, turn.work)
    return b


@jit
def carry_bank(b: Beliefs, i: int, left: float, motion: Motion, room: tuple[Turn, Blend]) -> None:
    """Mix the open models of a row and advance them, in place, by so many seconds."""
    turn, blend = room
    base = b.model[i]
    sigma = motion.lift.share * math.sqrt(wildest(b.x[i], base == LEVEL, motion.temper))
    if left > 0.0:
        mix_row(b, i, left, motion.chain, sigma, blend)
    noise = (motion.falling, motion.level)
    for k in range(TURNS):
        if b.chance[i, k] > 0.0:
            mode = (b.is_boosting[i], k == LEVEL)
            mean, b.bank_agility[i, k] = settled(b.bank_agility[i, k], left, motion.settle)
            carry_row(b.bank_x[i, k], b.bank_cov[i, k], left, mode, mean, noise, turn.work)
    if b.chance[i, TURNS] > 0.0:
        x, cov = b.bank_x[i, TURNS], b.bank_cov[i, TURNS]
        noises = (motion.falling, motion.level, motion.lift)
        carry_turning(x, cov, left, base == LEVEL, sigma, noises, turn)


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
def weigh_row(b: Beliefs, j: int, looks: Looks, i: int, manner: Manner, room: Counter) -> float:
    """Update each open model of a row, and what is believed of them, by a look, in place.

    Gives the least squared distance per component, of the model that speaks and its turns.
    """
    temper, one, least = manner.temper, room.expected, math.inf
    n = n_components(looks, i)
    for k in range(N_MODELS):
        if b.chance[j, k] == 0.0:
            continue
        s, p = b.bank_x[j, k], b.bank_cov[j, k]
        expect_row(s, p, one.r_sensor, one, 0)
        room.evidence[k] = fit(one, 0, looks, i, room.trial)
        before = s[6]
        excess = update_pair(s, p, one, looks, (0, i, n_states(k)), temper.surprise, room.desk)
        excess /= n
        if k == TURNS:
            hardest = math.sqrt(wildest(s, b.model[j] == LEVEL, temper))
            clip_lift(s, p, hardest, manner.lift.share * hardest)
        elif b.chance[j, TURNS] == 0.0:
            told = (excess, n)
            b.bank_agility[j, k] = stirred(b.bank_agility[j, k], told, s, k == LEVEL, temper)
        if not b.is_boosting[j]:
            learn_drag(s, p, before)
        clip_last(s, p, b.is_boosting[j], manner.bounds)
        if k == TURNS and not may_turn(s, p, temper):
            close_turn(b, j)
        elif k == TURNS or k == b.model[j]:
            least = min(least, excess)
    believe(b.chance[j], b.model[j], room.evidence, manner.doubts)
    speak(b, j)
    return least


@jit
def believe(chance: Floats, base: int, evidence: Floats, d: Doubts) -> None:
    """Chances of models, in place, after a look whose log-likelihoods they are given.

    One look says no more for or against level flight than the doubts allow. ``base``: the model
    that turns.
    """
    p_base, best = chance[base] + chance[TURNS], evidence[base]
    if chance[TURNS] > 0.0:
        best = max(best, evidence[TURNS])
        mine = chance[base] * math.exp(max(evidence[base] - best, -d.most_certain))
        its = chance[TURNS] * math.exp(max(evidence[TURNS] - best, -d.most_certain))
        best += math.log((mine + its) / p_base)
        chance[base], chance[TURNS] = mine / (mine + its), its / (mine + its)
    else:
        chance[base] = 1.0
    other = LEVEL if base == FALLS else FALLS
    p_other = 0.0
    if chance[other] > 0.0:
        gain = best - evidence[other]
        if base == FALLS:
            gain = -gain
        odds = math.exp(min(max(gain, -d.most_against), d.most_for))
        odds *= chance[other] / p_base if base == FALLS else p_base / chance[other]
        p_level = odds / (1.0 + odds)
        p_other = p_level if base == FALLS else 1.0 - p_level
    chance[base] *= 1.0 - p_other
    chance[TURNS] *= 1.0 - p_other
    chance[other] = p_other


@jit
def fill_bank(b: Rows | Beliefs, i: int) -> None:
    """Write what a row of one open model says into its bank, if it is one."""
    if n_open(b, i) == 1:
        put_model(b, i, b.model[i], b.x[i], b.cov[i])
        b.bank_agility[i, b.model[i]] = b.agility[i]


@jit
def doubt_row(b: Beliefs, i: int, manner: Manner) -> None:
    """Take up the other model of a row, where it may hold: it begins as what speaks for it is."""
    d = manner.doubts
    height, climb, ground = pace(b.x[i])
    may_fly = height < d.low and ground < d.slow and abs(climb) < d.steep * ground
    may_fly |= may_glide(height, climb, ground, d)
    is_level = b.model[i] == LEVEL
    if may_fly or is_level:
        other, p = (FALLS, d.falling) if is_level else (LEVEL, d.doubt)
        fill_bank(b, i)
        put_model(b, i, other, b.x[i], b.cov[i])
        b.bank_agility[i, other] = b.agility[i]
        for k in range(N_MODELS):
            b.chance[i, k] *= 1.0 - p
        b.chance[i, other] = p


@jit
def begin_turn(b: Rows | Beliefs, i: int, manner: Manner) -> None:
    """Take up the turns of a row where fins grip or wings bear."""
    base, temper = b.model[i], manner.temper
    fill_bank(b, i)
    x, cov = b.bank_x[i, TURNS], b.bank_cov[i, TURNS]
    x[:7], cov[:7, :7] = b.bank_x[i, base, :7], b.bank_cov[i, base, :7, :7]
    fill_lift(x, cov, manner.lift.share * math.sqrt(wildest(b.x[i], base == LEVEL, temper)))
    if may_turn(x, cov, temper):
        b.chance[i, TURNS] = manner.doubts.turn * b.chance[i, base]
        b.chance[i, base] -= b.chance[i, TURNS]


@jit
def begin_turns(b: Rows | Beliefs, rows: Ints, manner: Manner) -> None:
    """Take up the turns of new rows that do not fly level: their motors may still burn."""
    for i in rows:
        if b.chance[i, LEVEL] == 0.0:
            begin_turn(b, i, manner)
            if b.chance[i, TURNS] > 0.0:
                speak(b, i)


@jit
def may_glide(height: float, climb: float, ground: float, d: Doubts) -> bool:
    """Whether something flies as gliders do."""
    is_fit = height < d.glide[0] and d.glide[1] < ground < d.glide[2]
    return bool(is_fit and abs(climb) < d.glide_slope * ground)


@jit
def judge_row(b: Beliefs, i: int, d: Doubts) -> None:
    """Give up level flight or falling where it does not hold, and say which a row is."""
    base, p = b.model[i], p_level(b, i)
    is_level = base == LEVEL
    height, climb, ground = pace(b.x[i] if is_level else b.bank_x[i, LEVEL])
    is_steep = abs(climb) > max(d.steep_climb * ground, d.least_climb)
    is_steep &= climb > 0.0 or ground > d.fast or not is_level  # what was level may dive
    is_wild = is_steep or height > d.slack * d.low or ground > d.slack * d.slow
    is_wild &= not may_glide(height, climb, ground, d)
    if is_wild or p < d.sure:
        p = 0.0
    elif p > 1.0 - d.sure:
        p = 1.0
    rise = d.rise_low if lands_soon(b.x[i], d.soon) else d.rise
    other = FALLS if is_level else LEVEL
    p_base = p if is_level else 1.0 - p
    if p < d.fall if is_level else p > rise:
        if b.chance[i, other] == 0.0:
            put_model(b, i, other, b.x[i], b.cov[i])
            b.bank_agility[i, other] = b.agility[i]
        b.chance[i, base], b.chance[i, other], b.chance[i, TURNS] = p_base, 1.0 - p_base, 0.0
        b.model[i] = other
        return
    before = b.chance[i, base] + b.chance[i, TURNS]
    b.chance[i, base] *= p_base / before
    b.chance[i, TURNS] *= p_base / before
    b.chance[i, other] = 1.0 - p_base


@jit
def close_turn(b: Beliefs, i: int) -> None:
    """Give up the turns of a row."""
    b.chance[i, b.model[i]] += b.chance[i, TURNS]
    b.chance[i, TURNS] = 0.0


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
        n, is_level, was_several = n_components(looks, i), b.model[j] == LEVEL, n_open(b, j) > 1
        if was_several:
            excess = weigh_row(b, j, looks, i, manner, room)
        else:
            s, p, before = b.x[j], b.cov[j], b.x[j, 6]
            excess = update_pair(s, p, expected, looks, (j, i, 7), temper.surprise, room.desk) / n
            b.agility[j] = stirred(b.agility[j], (excess, n), s, is_level, temper)
            if not b.is_boosting[j]:
                learn_drag(s, p, before)
            clip_last(s, p, b.is_boosting[j], manner.bounds)
        is_odd, is_surprise = excess > temper.unusual, excess > temper.surprise[n - 1]
        is_sure = b.chance[j, FALLS] == 0.0 or b.chance[j, LEVEL] == 0.0
        if is_sure and not b.is_boosting[j] and (is_surprise if is_level else is_odd):
            doubt_row(b, j, manner)
        if b.chance[j, TURNS] > 0.0:
            if b.chance[j, TURNS] < manner.doubts.sure * b.chance[j, b.model[j]]:
                close_turn(b, j)
        elif (is_odd if is_level else is_surprise) and not b.is_boosting[j]:
            begin_turn(b, j, manner)
        was_doubted = p_level(b, j) > 0.0
        if was_doubted:
            judge_row(b, j, manner.doubts)
        if was_several:
            speak(b, j)
            clip_last(b.x[j], b.cov[j], b.is_boosting[j], manner.bounds)
        if was_doubted and n_open(b, j) == 1 and b.model[j] == FALLS and b.agility[j] > 0.0:
            begin_turn(b, j, manner)  # new, and not level after all: its motor may still burn
