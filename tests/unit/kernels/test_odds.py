"""Odds that a row exists: sums of logarithms, against whole likelihoods and against counting."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from opendome.kernels.looks import Cues, Draws
from opendome.kernels.odds import (
    LEAST_CHANCE,
    MOST,
    MOST_FIRST,
    NEW_THINGS,
    Rule,
    doubt_of,
    is_proven,
    log_density,
    odds_after_hit,
    odds_after_miss,
)
from opendome.kernels.radar import false_alarms, volume
from opendome.sensors import build
from tests.unit.sensors.sites import WARNING, radar

NO_CUES = Cues(np.zeros(0, np.int64), np.zeros((0, 3)), 1.0)


def test_the_density_is_that_of_scipy():
    rng = np.random.default_rng(1)
    for n in (2, 3, 4):
        root = rng.normal(size=(n, n))
        cov, z = root @ root.T + np.eye(n), rng.normal(size=n)
        distance2, log_det = z @ np.linalg.solve(cov, z), np.linalg.slogdet(cov)[1]
        wanted = stats.multivariate_normal(np.zeros(n), cov).logpdf(z)
        assert log_density(distance2, log_det, n) == pytest.approx(wanted)


@pytest.mark.parametrize("seed", range(5))
def test_odds_are_those_of_all_looks_at_once(seed):
    """A thing on a line among Poisson false looks, against the likelihoods of both stories."""
    rng = np.random.default_rng(seed)
    mean, width, sigma, p_detect = 2.0, 50.0, 8.0, 0.8  # little is learnt: no limit is met
    odds = doubt_of(mean, width).first
    clutter = math.log(mean / width)
    there, gone = math.log(NEW_THINGS / mean), 0.0  # logarithms, but for what both share
    for _ in range(6):
        false = rng.uniform(-width / 2.0, width / 2.0, rng.poisson(mean))
        n, own = len(false), sigma * rng.normal()
        nothing = stats.poisson(mean).logpmf(n) - n * math.log(width)
        if rng.random() < p_detect:
            more = stats.poisson(mean).logpmf(n + 1) - (n + 1) * math.log(width)
            # Which of the n + 1 looks it is: told here, so the even chance of each is in both.
            fit = stats.norm(0.0, sigma).logpdf(own)
            there += math.log(p_detect) + fit + nothing
            gone += more + math.log(n + 1)
            odds = odds_after_hit(odds, p_detect, fit, clutter)
        else:
            there += math.log(1.0 - p_detect) + nothing
            gone += nothing
            odds = odds_after_miss(odds, p_detect)
    assert odds == pytest.approx(there - gone)
    assert odds < MOST


def test_odds_have_their_limits():
    assert doubt_of(0.0, 1.0) == (MOST_FIRST, -math.inf, math.log(NEW_THINGS))
    assert doubt_of(1e-9, 1.0).first == MOST_FIRST
    assert odds_after_hit(0.0, 0.5, 0.0, -math.inf) == MOST
    assert odds_after_hit(-30.0, 0.0, 0.0, 0.0) == pytest.approx(-30.0 + math.log(LEAST_CHANCE))


def test_hits_or_odds_confirm():
    by_hits, by_odds = Rule(3, 5, math.nan), Rule(3, 5, 2.0)
    assert [is_proven(n, -9.0, by_hits) for n in (2, 3)] == [False, True]
    assert [is_proven(9, odds, by_odds) for odds in (1.9, 2.0)] == [False, True]


@pytest.mark.parametrize("is_cued", [False, True])
def test_false_alarms_are_as_dense_as_the_volume_says(is_cued):
    """Counted in a part of the directions, distances and rates of many looks."""
    made = build((radar(31.5, 34.5, 0.0, WARNING),))[0].numbers
    made = made._replace(is_cued=is_cued)
    east = made.field.basis[1] * 0.8 + made.field.basis[2] * 0.6
    cue, half = east / np.linalg.norm(east), math.radians(2.0)
    runs, mean = np.arange(400), 30.0
    cues = Cues(runs, np.tile(cue, (400, 1)), math.cos(half)) if is_cued else NO_CUES
    found = false_alarms(made, Draws(5, 1, 0, 1, 2, 3, 4), runs, mean, cues)
    density = len(runs) * mean / volume(made, math.cos(half))
    width = half / 2.0 if is_cued else math.radians(10.0)
    inside = (found.u_los @ cue > math.cos(width)) & (found.distance < 0.5 * made.field.max_range)
    part = 2.0 * math.pi * (1.0 - math.cos(width)) * 0.5 * made.field.max_range
    if np.isfinite(found.rate).all():
        fastest = np.abs(found.rate).max()
        inside &= found.rate > 0.0
        part *= fastest
    assert inside.sum() == pytest.approx(density * part, rel=4.0 / math.sqrt(density * part))
