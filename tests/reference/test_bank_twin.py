"""The compiled filter of several models against a plain twin, one row and one step at a time.

Mixing, belief and judgement are written out again in NumPy; that single states move and meet their
looks as they should is proved by the tests of `modes`, `turning` and `kalman`.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels.kalman import expect_many, new_desk, update_pair, update_pairs
from opendome.kernels.looks import Looks, looks_at
from opendome.kernels.modes import Modes, fits, paces, predict_modes
from opendome.kernels.rows import FALLS, LEVEL, N_MODELS, N_STATES, TURNS, Beliefs
from opendome.kernels.turning import FASTEST, LOWEST, carry_turning, new_turn
from opendome.tracks import imm
from opendome.tracks import kalman as k
from opendome.tracks.base import Association
from opendome.tracks.imm import Imm
from tests.reference.drag_twin import clip, learn_drag

SENSOR = np.array([6378e3, 0.0, 0.0])
NOISE = k.NOISE, imm.LEVEL_NOISE


def beliefs_of(n: int, seed: int) -> Beliefs:
    """Rows of every sort: one to three models, level or not, low or high, slow or fast."""
    rng = np.random.default_rng(seed)
    x = np.zeros((n, 7))
    x[:, 0] = 6378137.0 + 10 ** rng.uniform(2, 5, n)
    x[:, 1:3] = rng.uniform(20e3, 90e3, (n, 2))
    x[:, 3:6] = rng.normal(0, 1, (n, 3)) * 10 ** rng.uniform(1.5, 3.3, (n, 1))
    x[:, 6] = math.log(6000.0)
    root = rng.normal(size=(n, 7, 7)) * np.array([80.0] * 3 + [20.0] * 3 + [0.4])[:, None]
    cov = root @ root.transpose(0, 2, 1) / 7
    p = rng.choice([0.0, 1.0, 0.2, 0.7, 0.97], n)
    model = np.where((p > 0) & (p < 1), rng.random(n) < 0.5, p == 1.0).astype(np.int64)
    every, turns = np.arange(n), rng.choice([0.0, 0.4], n)
    chance = np.stack([1.0 - p, p, np.zeros(n)], axis=1)
    chance[:, TURNS] = turns * chance[every, model]
    chance[every, model] *= 1.0 - turns
    spreads = np.array([40.0] * 3 + [10.0] * 3 + [0.0])
    bank_x, bank_cov = (
        np.zeros((n, N_MODELS, N_STATES)),
        np.zeros((n, N_MODELS, N_STATES, N_STATES)),
    )
    for m in range(N_MODELS):
        bank_x[:, m, :7] = x + (m > 0) * rng.normal(0, 1, (n, 7)) * spreads
        bank_cov[:, m, :7, :7] = (1.0 + 0.3 * m) * cov
    sizes = np.sqrt(np.diagonal(bank_cov[:, TURNS], 0, 1, 2))[..., None]
    lift = rng.normal(size=(n, N_STATES, 3)) * sizes
    bank_x[:, TURNS, 7:] = rng.normal(0, 20, (n, 3))
    bank_cov[:, TURNS, 7:, 7:] = 400.0 * np.eye(3)
    bank_cov[:, TURNS, :7, 7:] = 3.0 * lift[:, :7]
    bank_cov[:, TURNS, 7:, :7] = 3.0 * lift[:, :7].transpose(0, 2, 1)
    bank_cov[:, TURNS, :7, :7] += 0.1 * lift[:, :7] @ lift[:, :7].transpose(0, 2, 1)
    b = Beliefs(
        rng.uniform(0, 3, n), x, cov, np.zeros(n, np.bool_), rng.choice([0.0, 900.0], n), model,
        chance, bank_x, bank_cov, rng.choice([0.0, 400.0], (n, N_MODELS)),
    )  # fmt: skip
    for i in several(b):
        say(b, i)
    return b


def looks_near(b: Beliefs, seed: int) -> Looks:
    """One look at each row, off by as much as the row may err; some without Doppler."""
    rng, n = np.random.default_rng(seed), len(b.t)
    place = b.x[:, :3] + rng.normal(0, 1, (n, 3)) * rng.choice([20.0, 100.0, 900.0], (n, 1))
    away = place - SENSOR
    distance = np.linalg.norm(away, axis=1)
    u = away / distance[:, None]
    rate = np.where(rng.random(n) < 0.5, np.einsum("ni,ni->n", u, b.x[:, 3:6]), np.nan)
    one = np.ones(n)
    return Looks(np.zeros(n, np.int64), u, 1e-3 * one, distance, 10.0 * one, rate, one, 50.0 * one)


def copied(b: Beliefs) -> Beliefs:
    return Beliefs(*[column.copy() for column in b])


def several(b: Beliefs):
    return np.flatnonzero((b.chance > 0.0).sum(axis=1) > 1)


def mixed(x, cov, weight):
    """Mean and covariance of a mixture."""
    mean = weight @ x
    gap = x - mean
    return mean, np.einsum("j,jab->ab", weight, cov) + np.einsum("j,ja,jb->ab", weight, gap, gap)


def say(b: Beliefs, i: int) -> None:
    """The model that speaks, with its turns."""
    which = [m for m in (b.model[i], TURNS) if b.chance[i, m] > 0.0]
    weight = b.chance[i, which] / b.chance[i, which].sum()
    b.x[i], b.cov[i] = mixed(b.bank_x[i, which, :7], b.bank_cov[i, which, :7, :7], weight)
    b.agility[i] = b.bank_agility[i, b.model[i]]


def is_low(x) -> bool:
    return bool(x[:3] @ x[:3] < k.LOW_RADIUS**2)


def hardest(x, is_level) -> float:
    return (k.WINGS if is_level else k.BURN) + k.TURN * np.linalg.norm(x[3:6]) * is_low(x)


def settled(agility: float, dt: float) -> tuple[float, float]:
    left = math.exp(-max(dt, 0.0) / k.SETTLE)
    return agility * ((1.0 - left) * k.SETTLE / dt if dt > 0.0 else 1.0), agility * left


def rates(b: Beliefs, i: int):
    """Changes per second between open models."""
    found, base = np.zeros((N_MODELS, N_MODELS)), b.model[i]
    found[FALLS, LEVEL] = found[LEVEL, FALLS] = 1.0 / imm.SWITCH
    found[base, TURNS], found[TURNS, base] = 1.0 / imm.STRAIGHT, 1.0 / imm.TURN
    is_open = b.chance[i] > 0.0
    return found * is_open * is_open[:, None]


def changes(rate, dt: float):
    """Chance of each model (column) after dt, given one before (row)."""
    total = rate.sum(axis=1, keepdims=True)
    goes = 1.0 - np.exp(-total * dt)
    return np.diag(1.0 - goes[:, 0]) + goes * rate / np.where(total > 0.0, total, 1.0)


def mix(b: Beliefs, i: int, dt: float) -> None:
    which = np.flatnonzero(b.chance[i])
    joint = (b.chance[i][:, None] * changes(rates(b, i), dt))[np.ix_(which, which)]
    x, cov = b.bank_x[i, which].copy(), b.bank_cov[i, which].copy()
    for place, m in enumerate(which):
        if m != TURNS:
            x[place, 7:], cov[place, 7:, :], cov[place, :, 7:] = 0.0, 0.0, 0.0
            sigma = imm.LIFT.share * hardest(b.x[i], b.model[i] == LEVEL)
            cov[place, 7:, 7:] = sigma**2 * np.eye(3)
    for place, m in enumerate(which):
        n = N_STATES if m == TURNS else 7
        weight = joint[:, place] / joint[:, place].sum()
        mean, spread = mixed(x[:, :n], cov[:, :n, :n], weight)
        b.bank_x[i, m, :n], b.bank_cov[i, m, :n, :n] = mean, spread
    b.chance[i, which] = joint.sum(axis=0)


def moved(x, cov, agility, dt, is_level):
    """State, covariance and agility of one model that does not turn."""
    mean, left = settled(agility, dt)
    modes = Modes(np.zeros(1, np.bool_), np.array([is_level]), np.array([mean]))
    x, cov = predict_modes(np.zeros(1), x[None].copy(), cov[None].copy(), modes, dt, NOISE)
    return x[0], cov[0], left


def predicted(b: Beliefs, t: float) -> Beliefs:
    b, more = copied(b), set(several(b))
    for i, dt in enumerate(t - b.t):
        base = b.model[i]
        if i not in more:
            x, cov, b.agility[i] = moved(b.x[i], b.cov[i], b.agility[i], dt, base == LEVEL)
            b.x[i], b.cov[i] = x, cov
            continue
        sigma = imm.LIFT.share * hardest(b.x[i], base == LEVEL)
        if dt > 0.0:
            mix(b, i, dt)
        for m in np.flatnonzero(b.chance[i, :TURNS]):
            state = b.bank_x[i, m, :7], b.bank_cov[i, m, :7, :7], b.bank_agility[i, m]
            x, cov, b.bank_agility[i, m] = moved(*state, dt, m == LEVEL)
            b.bank_x[i, m, :7], b.bank_cov[i, m, :7, :7] = x, cov
        if b.chance[i, TURNS] > 0.0:
            x, cov, noise = b.bank_x[i, TURNS], b.bank_cov[i, TURNS], (*NOISE, imm.LIFT)
            carry_turning(x, cov, dt, base == LEVEL, sigma, noise, new_turn())
        say(b, i)
    b.t[:] = t
    return b


def clip_lift(x, cov, most: float) -> None:
    x[7:] = np.clip(x[7:], -most, most)
    for a in (7, 8, 9):
        shrink = min(1.0, imm.LIFT.share * most / math.sqrt(cov[a, a]))
        cov[a, :] *= shrink
        cov[:, a] *= shrink


def follow(x, cov, agility: float, look: Looks, is_level: bool) -> tuple[float, float]:
    """Update a state in place; squared distance per component, and the agility after it."""
    one = np.zeros(1, np.int64)
    xs, covs = x[None, :7].copy(), cov[None, :7, :7].copy()
    expected, n = expect_many(xs, covs, SENSOR), 3 + int(np.isfinite(look.rate[0]))
    e = update_pairs(xs, covs, expected, look, one, one, k.SURPRISE)[0] / n
    before = x[6]
    x[:7], cov[:7, :7] = xs[0], covs[0]
    after = agility * math.exp(k.HABIT * (e - 1.0)) if e < 100.0 else math.inf
    unrest = k.UNREST if is_level else 0.0
    most = hardest(x, is_level) ** 2
    after = min(after + unrest * max(e - k.UNUSUAL, 0.0), most)
    learn_drag(x, cov, before)
    clip(x, cov)
    return e, most if e > k.SURPRISE[n - 1] else after


def believe(chance, base: int, evidence) -> None:
    """Bayes' rule between straight flight and turn; between falling and level within bounds."""
    mine = [m for m in (base, TURNS) if chance[m] > 0.0]
    p_base, best = chance[mine].sum(), max(evidence[m] for m in mine)
    scaled = {m: chance[m] * math.exp(max(evidence[m] - best, -imm.MOST_CERTAIN)) for m in mine}
    other = 1 - base
    p_other = 0.0
    if chance[other] > 0.0:
        gain = evidence[other] - best - math.log(sum(scaled.values()) / p_base)
        limits = (-imm.MOST_AGAINST, imm.MOST_FOR)  # of what speaks for level flight
        if base == LEVEL:
            limits = (-limits[1], -limits[0])
        odds = math.exp(np.clip(gain, *limits)) * chance[other] / p_base
        p_other = odds / (1.0 + odds)
    for m in mine:
        chance[m] = (1.0 - p_other) * scaled[m] / sum(scaled.values())
    chance[other] = p_other


def fill(b: Beliefs, i: int, m: int) -> None:
    b.bank_x[i, m, :7], b.bank_cov[i, m, :7, :7] = b.x[i], b.cov[i]
    b.bank_agility[i, m] = b.agility[i]


def updated(b: Beliefs, looks: Looks) -> Beliefs:
    b, more = copied(b), set(several(b))
    for i in range(len(b.t)):
        look, base, was_several = looks_at(looks, np.array([i])), b.model[i], i in more
        n, is_level = 3 + int(np.isfinite(look.rate[0])), base == LEVEL
        if was_several:
            e = weigh(b, i, look)
            say(b, i)
        else:
            e, b.agility[i] = follow(b.x[i], b.cov[i], b.agility[i], look, is_level)
        doubt(b, i, e, n)
        if was_several and b.chance[i, TURNS] < imm.SURE * b.chance[i, base]:
            b.chance[i, base] += b.chance[i, TURNS]
            b.chance[i, TURNS] = 0.0
        had_level = b.chance[i, LEVEL] + (b.model[i] == LEVEL) * b.chance[i, TURNS] > 0.0
        judge(b, i)
        if was_several:
            say(b, i)
            clip(b.x[i], b.cov[i])
        if had_level and not b.chance[i, [LEVEL, TURNS]].any() and b.agility[i] > 0.0:
            begin_turn(b, i)
    return b


def weigh(b: Beliefs, i: int, look: Looks) -> float:
    """Update every open model; the least squared distance of what speaks."""
    base, evidence, found, one = b.model[i], {}, [], np.zeros(1, np.int64)
    n = 3 + int(np.isfinite(look.rate[0]))
    for m in np.flatnonzero(b.chance[i]):
        x, cov = b.bank_x[i, m], b.bank_cov[i, m]
        expected = expect_many(x[None, :7].copy(), cov[None, :7, :7].copy(), SENSOR)
        evidence[m] = fits(expected, one, look, one)[0]
        before, is_turning = x[6], b.chance[i, TURNS] > 0.0
        if m == TURNS:
            e = update_pair(x, cov, expected, look, (0, 0, N_STATES), k.SURPRISE, new_desk()) / n
            clip_lift(x, cov, hardest(x, base == LEVEL))
            learn_drag(x, cov, before)
            clip(x, cov)
        else:
            x[7:], cov[7:], cov[:, 7:] = 0.0, 0.0, 0.0  # room that nothing uses
            state = x, cov, b.bank_agility[i, m]
            e, stirred = follow(*state, look, m == LEVEL)
            if not is_turning:
                b.bank_agility[i, m] = stirred
        if m == TURNS and not may_turn(x, cov):
            b.chance[i, base] += b.chance[i, TURNS]
            b.chance[i, TURNS] = 0.0
        elif m in (base, TURNS):
            found.append(e)
    believe(b.chance[i], base, evidence)
    return min(found)


def doubt(b: Beliefs, i: int, e: float, n: int) -> None:
    """Take up the other model, and turns, where the look is odd."""
    is_level, base = b.model[i] == LEVEL, b.model[i]
    is_odd, is_surprise = e > k.UNUSUAL, e > k.SURPRISE[n - 1]
    was_turning = b.chance[i, TURNS] > 0.0
    if b.chance[i, 1 - base] == 0.0 and (is_surprise if is_level else is_odd):
        height, climb, ground = paces(b.x[i : i + 1])[0]
        may_fly = height < imm.LOW and ground < imm.SLOW and abs(climb) < imm.STEEP * ground
        if may_fly or is_level or may_glide(height, climb, ground):
            if not was_turning:
                fill(b, i, base)
            fill(b, i, 1 - base)
            p = imm.FALLING if is_level else imm.DOUBT
            b.chance[i] *= 1.0 - p
            b.chance[i, 1 - base] = p
    if not was_turning and (is_odd if is_level else is_surprise):
        begin_turn(b, i)


def begin_turn(b: Beliefs, i: int) -> None:
    """Take up the turns of what air may bear."""
    base, is_level = b.model[i], b.model[i] == LEVEL
    if not may_turn(b.x[i], b.cov[i]):
        return
    if b.chance[i, 1 - base] == 0.0:
        fill(b, i, base)
    x, cov = b.bank_x[i, TURNS], b.bank_cov[i, TURNS]
    x[:], cov[:] = 0.0, 0.0
    x[:7], cov[:7, :7] = b.bank_x[i, base, :7], b.bank_cov[i, base, :7, :7]
    cov[7:, 7:] = (imm.LIFT.share * hardest(b.x[i], is_level)) ** 2 * np.eye(3)
    b.chance[i, TURNS] = imm.BEGINS * b.chance[i, base]
    b.chance[i, base] *= 1.0 - imm.BEGINS


def may_turn(x, cov) -> bool:
    is_sound = np.isfinite(x).all() and (np.diag(cov) > 0.0).all() and np.isfinite(cov).all()
    height, is_slow = paces(x[None, :7].copy())[0, 0], np.linalg.norm(x[3:6]) < FASTEST
    return bool(is_sound and is_low(x) and height > LOWEST and is_slow)


def may_glide(height, climb, ground) -> bool:
    fits_ = height < imm.GLIDE_HIGH and imm.GLIDE_SLOW < ground < imm.GLIDE_FAST
    return bool(fits_ and abs(climb) < imm.GLIDE_SLOPE * ground)


def judge(b: Beliefs, i: int) -> None:
    base, is_level = b.model[i], b.model[i] == LEVEL
    p = b.chance[i, LEVEL] + is_level * b.chance[i, TURNS]
    if p <= 0.0:
        return
    height, climb, ground = paces((b.x[i] if is_level else b.bank_x[i, LEVEL, :7])[None])[0]
    is_steep = abs(climb) > max(imm.STEEP_CLIMB * ground, imm.LEAST_CLIMB)
    is_steep &= climb > 0.0 or ground > imm.FAST or not is_level
    is_wild = is_steep or height > imm.SLACK * imm.LOW or ground > imm.SLACK * imm.SLOW
    is_wild &= not may_glide(height, climb, ground)
    p = 0.0 if is_wild or p < imm.SURE else (1.0 if p > 1.0 - imm.SURE else p)
    height, climb, _ = paces(b.x[i : i + 1])[0]
    is_soon = height + (climb - 0.5 * STANDARD_GRAVITY * imm.SOON) * imm.SOON < 0.0
    p_base = p if is_level else 1.0 - p
    if p < imm.FALL if is_level else p > (imm.RISE_LOW if is_soon else imm.RISE):
        if b.chance[i, 1 - base] == 0.0:
            fill(b, i, 1 - base)
        b.chance[i, [base, 1 - base, TURNS]] = p_base, 1.0 - p_base, 0.0
        b.model[i] = 1 - base
        return
    b.chance[i, [base, TURNS]] *= p_base / b.chance[i, [base, TURNS]].sum()
    b.chance[i, 1 - base] = 1.0 - p_base


def assert_same(got: Beliefs, asked: Beliefs) -> None:
    """What speaks, and what all models of rows of several say."""
    for name in ("t", "x", "cov", "agility", "model", "chance"):
        np.testing.assert_allclose(getattr(got, name), getattr(asked, name), 1e-7, 1e-7, True, name)
    for i in several(asked):
        for m in np.flatnonzero(asked.chance[i]):
            n, place = (N_STATES if m == TURNS else 7), f"row {i}, model {m}"
            ours, theirs = got.bank_x[i, m, :n], asked.bank_x[i, m, :n]
            np.testing.assert_allclose(ours, theirs, 1e-7, 1e-7, True, place)
            ours, theirs = got.bank_cov[i, m, :n, :n], asked.bank_cov[i, m, :n, :n]
            np.testing.assert_allclose(ours, theirs, 1e-6, 1e-6, True, place)
            if m != TURNS:
                agility = got.bank_agility[i, m], asked.bank_agility[i, m]
                assert agility[0] == pytest.approx(agility[1], rel=1e-7), place


@pytest.mark.parametrize("seed", range(6))
def test_a_step_of_the_filter(seed: int) -> None:
    b, part, every = beliefs_of(40, seed), Imm(), np.arange(40)
    now = part.predict(b, every, 3.5)
    assert_same(now, predicted(b, 3.5))
    looks = looks_near(now, seed + 100)
    asked = updated(now, looks)
    part.update(now, part.expect(now, SENSOR), looks, Association(every, every, np.ones(40)))
    assert_same(now, asked)
    assert len(np.unique(np.round(now.chance, 3), axis=0)) > 6  # the rows were of many sorts
    assert np.any(now.chance[:, TURNS] > 0.0)
