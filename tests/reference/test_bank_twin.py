"""The compiled filter of several models against a plain NumPy twin, one step at a time.

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
from opendome.kernels.rows import FALLS, LEVEL, Beliefs
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
    p = rng.choice([0.0, 1.0, 0.2, 0.7, 0.97], n)
    model = np.where((p > 0) & (p < 1), rng.random(n) < 0.5, p == 1.0).astype(np.int64)
    other = x + rng.normal(0, 1, (n, 7)) * np.array([40.0] * 3 + [10.0] * 3 + [0.0])
    agility = rng.choice([0.0, 900.0], n)
    bank_x, bank_cov = np.stack([other, other], axis=1), np.stack([1.3 * cov, 1.3 * cov], axis=1)
    bank_agility = np.repeat(rng.choice([0.0, 400.0], n)[:, None], 2, axis=1)
    every = np.arange(n)
    bank_x[every, model], bank_cov[every, model], bank_agility[every, model] = x, cov, agility
    return Beliefs(
        rng.uniform(0, 3, n), x, cov, np.zeros(n, np.bool_), agility, model,
        np.stack([1.0 - p, p], axis=1), bank_x, bank_cov, bank_agility,
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


def opened(b: Beliefs):
    return np.flatnonzero((b.chance > 0.0).all(axis=1))


def speak(b: Beliefs, rows) -> None:
    b.x[rows], b.cov[rows] = b.bank_x[rows, b.model[rows]], b.bank_cov[rows, b.model[rows]]
    b.agility[rows] = b.bank_agility[rows, b.model[rows]]


def predicted(b: Beliefs, t: float) -> Beliefs:
    b, dt = copied(b), t - b.t
    two = np.intersect1d(opened(b), np.flatnonzero(dt > 0.0))
    p = -np.expm1(-dt[two] / imm.SWITCH)
    switch = np.stack([np.stack([1.0 - p, p], -1), np.stack([p, 1.0 - p], -1)], 1)
    joint = b.chance[two][:, :, None] * switch  # from, to
    b.chance[two] = joint.sum(axis=1)
    weight = joint / b.chance[two][:, None, :]
    x = np.einsum("nft,nfa->nta", weight, b.bank_x[two])
    gap = b.bank_x[two][:, :, None, :] - x[:, None, :, :]
    b.bank_cov[two] = np.einsum("nft,nfab->ntab", weight, b.bank_cov[two])
    b.bank_cov[two] += np.einsum("nft,nfta,nftb->ntab", weight, gap, gap)
    b.bank_x[two] = x
    noise, two = (k.NOISE, imm.LEVEL_NOISE), opened(b)
    mean, left = settled(b.agility, dt)
    is_level = b.model == LEVEL
    x, cov = predict_modes(b.t, b.x, b.cov, Modes(b.is_boosting, is_level, mean), t, noise)
    for m in (FALLS, LEVEL):
        mean, other_left = settled(b.bank_agility[two, m], dt[two])
        modes = Modes(b.is_boosting[two], np.full(len(two), m == LEVEL), mean)
        b.bank_x[two, m], b.bank_cov[two, m] = predict_modes(
            b.t[two], b.bank_x[two, m], b.bank_cov[two, m], modes, t, noise
        )
        b.bank_agility[two, m] = other_left
    b.x[:], b.cov[:], b.agility[:], b.t[:] = x, cov, left, t
    speak(b, two)
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
    unrest = np.where(is_level, k.UNREST, 0.0)
    stirred += unrest * np.maximum(e - k.UNUSUAL, 0.0)
    agility[row] = np.where(e > surprise, most, np.minimum(stirred, most))
    x[row, 6] = np.clip(x[row, 6], k.LEAST_LOG_BETA, k.MOST_LOG_BETA)
    widest = (k.MOST_LOG_BETA - k.LEAST_LOG_BETA) / np.sqrt(12.0)
    shrink = np.minimum(1.0, widest / np.sqrt(cov[row, 6, 6]))
    cov[row, 6, :] *= shrink[:, None]
    cov[row, :, 6] *= shrink[:, None]
    return e, surprise


def updated(b: Beliefs, looks: Looks) -> Beliefs:
    b = copied(b)
    every, two = np.arange(len(b.t)), opened(b)
    one = np.setdiff1d(every, two)
    rows, evidence = np.arange(len(two)), []
    for m in (FALLS, LEVEL):
        x, cov, agility = b.bank_x[two, m], b.bank_cov[two, m], b.bank_agility[two, m]
        expected = expect_many(x, cov, SENSOR)
        evidence.append(fits(expected, rows, looks, two))
        follow(x, cov, agility, expected, looks, rows, two, np.full(len(two), m == LEVEL))
        b.bank_x[two, m], b.bank_cov[two, m], b.bank_agility[two, m] = x, cov, agility
    gain = np.clip(evidence[LEVEL] - evidence[FALLS], -imm.MOST_AGAINST, imm.MOST_FOR)
    odds = np.exp(gain) * b.chance[two, LEVEL] / (1.0 - b.chance[two, LEVEL])
    b.chance[two, LEVEL] = odds / (1.0 + odds)
    b.chance[two, FALLS] = 1.0 - b.chance[two, LEVEL]
    speak(b, two)
    expected, is_level = expect_many(b.x, b.cov, SENSOR), b.model[one] == LEVEL
    e, surprise = follow(b.x, b.cov, b.agility, expected, looks, one, one, is_level)
    doubted = one[e > np.where(is_level, surprise, k.UNUSUAL)]
    height, climb, ground = paces(b.x[doubted]).T
    may_fly = (height < imm.LOW) & (ground < imm.SLOW) & (np.abs(climb) < imm.STEEP * ground)
    may_fly |= may_glide(height, climb, ground)
    doubted = doubted[may_fly | (b.model[doubted] == LEVEL)]
    for m in (FALLS, LEVEL):
        b.bank_x[doubted, m], b.bank_cov[doubted, m] = b.x[doubted], b.cov[doubted]
        b.bank_agility[doubted, m] = b.agility[doubted]
    p = np.where(b.model[doubted] == LEVEL, 1.0 - imm.FALLING, imm.DOUBT)
    b.chance[doubted] = np.stack([1.0 - p, p], axis=1)
    judge(b, every[b.chance[:, LEVEL] > 0.0])
    return b


def may_glide(height, climb, ground):
    fits = (height < imm.GLIDE_HIGH) & (ground > imm.GLIDE_SLOW) & (ground < imm.GLIDE_FAST)
    return fits & (np.abs(climb) < imm.GLIDE_SLOPE * ground)


def judge(b: Beliefs, rows) -> None:
    is_several = (b.chance[rows] > 0.0).all(axis=1)
    level_x = np.where(is_several[:, None], b.bank_x[rows, LEVEL], b.x[rows])
    height, climb, ground = paces(level_x).T
    p, is_level = b.chance[rows, LEVEL], b.model[rows] == LEVEL
    is_steep = np.abs(climb) > np.maximum(imm.STEEP_CLIMB * ground, imm.LEAST_CLIMB)
    is_steep &= (climb > 0.0) | (ground > imm.FAST) | ~is_level
    is_wild = is_steep | (height > imm.SLACK * imm.LOW) | (ground > imm.SLACK * imm.SLOW)
    is_wild &= ~may_glide(height, climb, ground)
    p[is_wild | (p < imm.SURE)] = 0.0
    p[p > 1.0 - imm.SURE] = 1.0
    b.chance[rows] = np.stack([1.0 - p, p], axis=1)
    height, climb, _ = paces(b.x[rows]).T
    soon = height + (climb - 0.5 * STANDARD_GRAVITY * imm.SOON) * imm.SOON < 0.0
    rise = np.where(soon, imm.RISE_LOW, imm.RISE)
    is_other = np.where(is_level, p < imm.FALL, p > rise)
    b.model[rows[is_other]] = np.where(is_level[is_other], FALLS, LEVEL)
    speak(b, rows[is_other & is_several])


def assert_same(got: Beliefs, asked: Beliefs) -> None:
    """What all models of open rows say, and the one model of the others."""
    two = opened(asked)
    for name in ("t", "x", "cov", "agility", "model", "chance"):
        np.testing.assert_allclose(getattr(got, name), getattr(asked, name), 1e-9, 1e-9, True, name)
    for name in ("bank_x", "bank_cov", "bank_agility"):
        mine, its = getattr(got, name)[two], getattr(asked, name)[two]
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
    assert len(np.unique(np.round(now.chance[:, LEVEL], 3))) > 4  # the rows were of many sorts
