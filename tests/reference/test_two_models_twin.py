"""The compiled filter of two models against a plain NumPy twin, one step at a time.

The twin works on all rows at once with array operations, the kernel on one row after the other.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels.kalman import expect_many, update_pairs
from opendome.kernels.looks import Looks
from opendome.kernels.modes import Modes, fits, paces, predict_modes
from opendome.kernels.rows import Beliefs
from opendome.tracks import imm
from opendome.tracks import kalman as k
from opendome.tracks.base import Association
from opendome.tracks.imm import Imm

SENSOR = np.array([6378e3, 0.0, 0.0])


def beliefs_of(n: int, seed: int) -> Beliefs:
    """Rows of every sort: sure of one model or open, level or not, low or high, slow or fast."""
    rng = np.random.default_rng(seed)
    x = np.zeros((n, 7))
    x[:, 0] = 6378137.0 + 10 ** rng.uniform(2, 5, n)
    x[:, 1:3] = rng.uniform(20e3, 90e3, (n, 2))
    x[:, 3:6] = rng.normal(0, 1, (n, 3)) * 10 ** rng.uniform(1.5, 3.3, (n, 1))
    x[:, 6] = math.log(6000.0)
    root = rng.normal(size=(n, 7, 7)) * np.array([80.0] * 3 + [20.0] * 3 + [0.4])[:, None]
    cov = root @ root.transpose(0, 2, 1) / 7
    p_level = rng.choice([0.0, 1.0, 0.2, 0.7, 0.97], n)
    is_level = np.where((p_level > 0) & (p_level < 1), rng.random(n) < 0.5, p_level == 1.0)
    other = x + rng.normal(0, 1, (n, 7)) * np.array([40.0] * 3 + [10.0] * 3 + [0.0])
    return Beliefs(
        rng.uniform(0, 3, n), x, cov, np.zeros(n, np.bool_), rng.choice([0.0, 900.0], n),
        is_level, p_level, other, 1.3 * cov, rng.choice([0.0, 400.0], n),
    )  # fmt: skip


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


def settled(agility, dt):
    ages = np.maximum(dt, 0.0) / k.SETTLE
    left = np.exp(-ages)
    mean = np.where(ages > 0.0, (1.0 - left) / np.maximum(ages, 1e-12), 1.0)
    return agility * mean, agility * left


def predicted(b: Beliefs, t: float) -> Beliefs:
    b = copied(b)
    two = np.flatnonzero((b.p_level > 0.0) & (b.p_level < 1.0) & (t > b.t))
    p_switch = -np.expm1(-(t - b.t[two]) / imm.SWITCH)
    p_own = np.where(b.is_level[two], b.p_level[two], 1.0 - b.p_level[two])
    own = p_own * (1.0 - p_switch) + (1.0 - p_own) * p_switch
    w = ((1.0 - p_own) * p_switch / own)[:, None]
    u = (p_own * p_switch / (1.0 - own))[:, None]
    gap = b.other_x[two] - b.x[two]
    square = gap[:, :, None] * gap[:, None, :]
    cov, other = b.cov[two], b.other_cov[two]
    b.x[two] += w * gap
    b.other_x[two] -= u * gap
    w, u = w[:, :, None], u[:, :, None]
    b.cov[two] = cov + w * (other - cov) + w * (1.0 - w) * square
    b.other_cov[two] = other + u * (cov - other) + u * (1.0 - u) * square
    b.p_level[two] = np.where(b.is_level[two], own, 1.0 - own)
    two = np.flatnonzero((b.p_level > 0.0) & (b.p_level < 1.0))
    noise = k.NOISE, imm.LEVEL_NOISE
    mean, left = settled(b.agility, t - b.t)
    x, cov = predict_modes(b.t, b.x, b.cov, Modes(b.is_boosting, b.is_level, mean), t, noise)
    mean, other_left = settled(b.other_agility[two], t - b.t[two])
    modes = Modes(b.is_boosting[two], ~b.is_level[two], mean)
    b.other_x[two], b.other_cov[two] = predict_modes(
        b.t[two], b.other_x[two], b.other_cov[two], modes, t, noise
    )
    b.x[:], b.cov[:], b.agility[:], b.t[:] = x, cov, left, t
    b.other_agility[two] = other_left
    return b


def is_low(x):
    return np.einsum("ni,ni->n", x[:, :3], x[:, :3]) < k.LOW_RADIUS**2


def follow(x, cov, agility, expected, looks, row, look, is_level):
    e = update_pairs(x, cov, expected, looks, row, look, k.SURPRISE)
    n = 2 + ~np.isnan(looks.distance[look]) + ~np.isnan(looks.rate[look])
    e, surprise = e / n, np.array(k.SURPRISE)[n - 1]
    speed = np.linalg.norm(x[row, 3:6], axis=1)
    most = (np.where(is_level, k.WINGS, k.BURN) + k.TURN * speed * is_low(x[row])) ** 2
    stirred = agility[row] * np.exp(k.HABIT * (np.minimum(e, surprise) - 1.0))
    unrest = np.where(is_level, k.UNREST_LEVEL, k.UNREST * is_low(x[row]))
    stirred += unrest * np.maximum(e - k.UNUSUAL, 0.0)
    agility[row] = np.where(e > surprise, most, np.minimum(stirred, most))
    x[row, 6] = np.clip(x[row, 6], k.LEAST_LOG_BETA, k.MOST_LOG_BETA)
    widest = (k.MOST_LOG_BETA - k.LEAST_LOG_BETA) / np.sqrt(12.0)
    shrink = np.minimum(1.0, widest / np.sqrt(cov[row, 6, 6]))
    cov[row, 6, :] *= shrink[:, None]
    cov[row, :, 6] *= shrink[:, None]
    return e, surprise


def own(b: Beliefs, rows) -> None:
    b.other_x[rows], b.other_cov[rows] = b.x[rows], b.cov[rows]
    b.other_agility[rows] = b.agility[rows]


def updated(b: Beliefs, looks: Looks) -> Beliefs:
    b = copied(b)
    expected = expect_many(b.x, b.cov, SENSOR)
    every = np.arange(len(b.t))
    is_two = (b.p_level > 0.0) & (b.p_level < 1.0)
    two = every[is_two]
    x, cov, agility = b.other_x[two], b.other_cov[two], b.other_agility[two]
    others = expect_many(x, cov, SENSOR)
    rows = np.arange(len(two))
    evidence = fits(expected, two, looks, two) - fits(others, rows, looks, two)
    evidence = np.where(b.is_level[two], evidence, -evidence)
    odds = np.exp(np.clip(evidence, -imm.MOST_AGAINST, imm.MOST_FOR))
    odds *= b.p_level[two] / (1.0 - b.p_level[two])
    b.p_level[two] = odds / (1.0 + odds)
    follow(x, cov, agility, others, looks, rows, two, ~b.is_level[two])
    b.other_x[two], b.other_cov[two], b.other_agility[two] = x, cov, agility
    e, surprise = follow(b.x, b.cov, b.agility, expected, looks, every, every, b.is_level)
    doubted = every[(e > np.where(b.is_level, surprise, k.UNUSUAL)) & ~is_two]
    height, climb, ground = paces(b.x[doubted]).T
    may_fly = (height < imm.LOW) & (ground < imm.SLOW) & (np.abs(climb) < imm.STEEP * ground)
    may_fly |= may_glide(height, climb, ground)
    doubted = doubted[may_fly | b.is_level[doubted]]
    own(b, doubted)
    b.p_level[doubted] = np.where(b.is_level[doubted], 1.0 - imm.FALLING, imm.DOUBT)
    judge(b, every[b.p_level > 0.0])
    return b


def may_glide(height, climb, ground):
    fits = (height < imm.GLIDE_HIGH) & (ground > imm.GLIDE_SLOW) & (ground < imm.GLIDE_FAST)
    return fits & (np.abs(climb) < imm.GLIDE_SLOPE * ground)


def judge(b: Beliefs, rows) -> None:
    level_x = np.where(b.is_level[rows, None], b.x[rows], b.other_x[rows])
    height, climb, ground = paces(level_x).T
    p_level = b.p_level[rows]
    is_steep = np.abs(climb) > np.maximum(imm.STEEP_CLIMB * ground, imm.LEAST_CLIMB)
    is_steep &= (climb > 0.0) | (ground > imm.FAST) | ~b.is_level[rows]
    is_wild = is_steep | (height > imm.SLACK * imm.LOW) | (ground > imm.SLACK * imm.SLOW)
    is_wild &= ~may_glide(height, climb, ground)
    own(b, rows[is_wild & (p_level == 1.0)])
    p_level[is_wild | (p_level < imm.SURE)] = 0.0
    p_level[p_level > 1.0 - imm.SURE] = 1.0
    b.p_level[rows] = p_level
    height, climb, _ = paces(b.x[rows]).T
    soon = height + (climb - 0.5 * STANDARD_GRAVITY * imm.SOON) * imm.SOON < 0.0
    rise = np.where(soon, imm.RISE_LOW, imm.RISE)
    swap = rows[np.where(b.is_level[rows], p_level < imm.FALL, p_level > rise)]
    for mine, other in ((b.x, b.other_x), (b.cov, b.other_cov), (b.agility, b.other_agility)):
        mine[swap], other[swap] = other[swap], mine[swap]
    b.is_level[swap] = ~b.is_level[swap]


def assert_same(got: Beliefs, asked: Beliefs) -> None:
    """What both models of open rows say, and the one model of the others."""
    is_open = (asked.p_level > 0.0) & (asked.p_level < 1.0)
    for name in ("t", "x", "cov", "agility", "is_level", "p_level"):
        np.testing.assert_allclose(getattr(got, name), getattr(asked, name), 1e-9, 1e-9, True, name)
    for name in ("other_x", "other_cov", "other_agility"):
        mine, its = getattr(got, name)[is_open], getattr(asked, name)[is_open]
        np.testing.assert_allclose(mine, its, 1e-9, 1e-9, True, name)


@pytest.mark.parametrize("seed", range(6))
def test_a_step_of_the_filter(seed: int) -> None:
    b, part, every = beliefs_of(40, seed), Imm(), np.arange(40)
    now = part.predict(b, every, 3.5)
    assert_same(now, predicted(b, 3.5))
    looks = looks_near(now, seed + 100)
    asked = updated(now, looks)
    part.update(now, part.expect(now, SENSOR), looks, Association(every, every, np.ones(40)))
    assert_same(now, asked)
    assert len(np.unique(np.round(now.p_level, 3))) > 4  # the rows were of many sorts
