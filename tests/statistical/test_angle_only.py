"""Angles alone, from two and three satellites: how near the filters come to the Cramer-Rao bound.

A missile that coasts through space; two hundred samples of the looks. The place of the samples that
a filter ends with errs by the bound at least; the aim is 1.3 times the bound at most. The bound
knows no process noise.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from opendome.kernels.looks import Looks
from opendome.kernels.motion import Noise, predict_many
from opendome.results.cramer_rao import bounds, line_of_sight_information, transition_of
from opendome.tracks import FILTERS
from opendome.tracks.base import Association, sure
from tests.unit.tracks.worlds import World, ecef, launch

N, PERIOD, SIGMA = 200, 2.0, 20e-6  # samples, s between looks, rad
TIMES = PERIOD * np.arange(1, 121)
QUIET = Noise(0.0, 0.0, 0.0, 0.0, 0.0)
PRIOR = np.diag([2e3**2] * 3 + [100.0**2] * 3)
LOG_BETA = math.log(8000.0)
PLACES = {2: ((30.0, 30.0), (48.0, 52.0)), 3: ((30.0, 30.0), (48.0, 52.0), (25.0, 55.0))}
AIM = 1.3


def sites(n):
    """Satellites 1,000 km up, which stand still here."""
    return [ecef(*np.radians([[lat], [lon]]), np.array([1e6]))[0] for lat, lon in PLACES[n]]


@cache
def path():
    """States (k + 1, 6) of the missile, by plain NumPy: 0 s and the times of the looks."""
    one = np.ones(1)
    angles = [math.radians(a) * one for a in (35.0, 40.0)]
    y0 = launch(*angles, 300e3 * one, 0.8 * one, 0.5 * one, 4500.0 * one)
    world = World(0.0 * one, y0, 0.0 * one, 0.0 * one, 8000.0 * one, step=0.25)
    truths = [world.at(t) for t in np.append(0.0, TIMES)]
    return np.array([np.concatenate([t.r_ecef[0], t.v_ecef[0]]) for t in truths])


def moved(states):
    """States one period later, as the filters believe that things fall."""
    n = len(states)
    x = np.column_stack([states, np.full(n, LOG_BETA)])
    zero, calm = np.zeros(n), np.zeros(n, np.bool_)
    later, _ = predict_many(zero, x, np.zeros((n, 7, 7)), calm, zero, PERIOD, QUIET)
    return later[:, :6]


def bound(n_sites):
    """Least root mean square error of the place after each look of all satellites, m."""
    informations = np.zeros((len(TIMES), 6, 6))
    for k, y in enumerate(path()[1:]):
        for site in sites(n_sites):
            informations[k, :3, :3] += line_of_sight_information(y[:3], site, SIGMA)
    transitions = np.array([transition_of(moved, y) for y in path()[:-1]])
    covs = bounds(np.linalg.inv(PRIOR), transitions, informations)
    return np.sqrt(np.trace(covs[:, :3, :3], axis1=1, axis2=2))


def seen_from(site, y, rng):
    """One look of each sample."""
    u = (y[:3] - site) / np.linalg.norm(y[:3] - site)
    side = np.cross(u, [0.3, 0.5, 0.81])
    side /= np.linalg.norm(side)
    draws = SIGMA * rng.standard_normal((2, N))
    seen = u + draws[0][:, None] * side + draws[1][:, None] * np.cross(u, side)
    nan, one = np.full(N, np.nan), np.ones(N)
    seen /= np.linalg.norm(seen, axis=1)[:, None]
    return Looks(np.zeros(N, np.int64), seen, SIGMA * one, nan, nan, nan, nan, 100.0 * one)


@cache
def errors(kind, n_sites):
    """Root mean square error of the place over samples after each look, m; and mean NEES."""
    rng, part, rows = np.random.default_rng(8), FILTERS[kind](), np.arange(N)
    start = path()[0] + rng.multivariate_normal(np.zeros(6), PRIOR, N)
    x = np.column_stack([start, np.full(N, LOG_BETA)])
    cov = np.zeros((N, 7, 7))
    cov[:, :6, :6], cov[:, 6, 6] = PRIOR, 0.5**2
    beliefs = sure(np.zeros(N), x, cov, np.zeros(N, np.bool_), np.zeros(N))
    found, nees = [], []
    for t, y in zip(TIMES, path()[1:], strict=True):
        beliefs = part.predict(beliefs, rows, float(t))
        for site in sites(n_sites):
            looks, pairs = seen_from(site, y, rng), Association(rows, rows, np.ones(N))
            part.update(beliefs, part.expect(beliefs, site), looks, pairs)
        error = beliefs.x[:, :6] - y
        found.append(np.sqrt((error[:, :3] ** 2).sum(axis=1).mean()))
        solved = np.linalg.solve(beliefs.cov[:, :6, :6], error[:, :, None])[:, :, 0]
        nees.append(np.einsum("ni,ni->n", error, solved).mean())
    return np.array(found), np.array(nees)


@pytest.mark.nightly
@pytest.mark.parametrize("n_sites", [2, 3])
@pytest.mark.parametrize("kind", sorted(FILTERS))
def test_no_filter_beats_the_bound(kind, n_sites):
    """But for chance: the root mean square of 200 samples is within a few percent of its mean."""
    ratio = errors(kind, n_sites)[0] / bound(n_sites)
    assert ratio[5:].min() > 0.85


@pytest.mark.nightly
@pytest.mark.parametrize("n_sites", [2, 3])
@pytest.mark.parametrize("kind", sorted(FILTERS))
def test_angles_alone_come_near_the_bound(kind, n_sites):
    """At every look of four minutes."""
    ratio = errors(kind, n_sites)[0] / bound(n_sites)
    assert ratio.max() < AIM
