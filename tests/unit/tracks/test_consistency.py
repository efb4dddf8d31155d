"""Is the filter as sure as it may be? Errors against their covariance, over many samples.

Of a filter that is consistent, the squared error normalised by the covariance has, over n samples
of six components, the distribution of chi-squared with 6 n, divided by 6 n. Source: Y. Bar-Shalom,
X. R. Li, T. Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), 5.4.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2

from opendome.kernels.follow import settled
from opendome.tracks.kalman import SETTLE
from tests.unit.tracks.flyers import Flyers
from tests.unit.tracks.samples import Site, between, mean_nees, sample
from tests.unit.tracks.worlds import World, enu, launch

pytestmark = pytest.mark.compiled  # far too much for plain Python

N = 100
MOST = chi2.ppf(0.999, 6 * N) / (6 * N)  # 1.18
THREE = (
    Site(31.47, 34.47),
    Site(31.60, 34.55, phase=0.35),
    Site(31.35, 34.60, phase=0.7, sigma_distance=10.0, sigma_angle=0.8e-3),
)
PACES = {
    "drone": (50.0, 100.0, 0.15),
    "subsonic": (240.0, 50.0, 0.5),
    "supersonic": (1e3, 14e3, 1.4),
}


def flyer(name, **parts):
    speed, alt, away = PACES[name]
    one = np.ones(1)
    world = Flyers(31.48 * one, (34.47 - away) * one, 90.0 * one, speed, alt, t_end=120.0, **parts)

    def at(t):
        truth = world.at(t)
        return np.concatenate([truth.r_ecef[0], truth.v_ecef[0]])

    return at


def gusts(at, density, seed=5, step=0.05):
    """The same with white acceleration of its own for each sample; a climb dies away in 20 s."""
    rng = np.random.default_rng(seed)
    frame = enu(np.radians([31.48]), np.radians([34.3]))[0]
    r, v, drift = np.zeros((N, 3)), np.zeros((N, 3)), [np.zeros((N, 6))]
    for _ in range(int(120.0 / step)):
        r = r + step * v
        v = v + np.sqrt(density * step) * rng.standard_normal((N, 3))
        v[:, 2] *= 1.0 - step / 20.0
        drift.append(np.hstack([r @ frame, v @ frame]))
    return lambda t: at(t) + drift[round(t / step)]


@pytest.mark.parametrize("name", sorted(PACES))
def test_a_level_flyer_in_gusts_as_the_model_has_them(name):
    """Surer by nothing than it may be; a little less sure, as unusual looks stir it."""
    moments = sample(gusts(flyer(name), 1.0), THREE, (0.0, 90.0), n=N)
    late = between(moments, 20.0, 90.0)
    assert np.mean([m.is_level.mean() for m in late]) > 0.99
    assert 0.5 < mean_nees(late) < MOST
    assert np.mean([m.nees > MOST for m in late]) < 0.03


@pytest.mark.parametrize("name", sorted(PACES))
def test_more_radars_do_not_make_it_too_sure_in_a_weave(name):
    """Turns of 40 degrees to and fro; the onset of each is what no filter knows before."""
    push = {"drone": 8.0, "subsonic": 30.0, "supersonic": 78.0}[name]
    pause = 10.0 + np.radians(40.0) * PACES[name][0] / push
    turns = tuple((25.0 + k * pause, 40.0 * (-1.0) ** k, push) for k in range(5))
    at = flyer(name, turns=turns)
    one, three = (sample(at, sites, (0.0, 75.0), n=N) for sites in (THREE[:1], THREE))
    for moments, most in ((one, 4.5), (three, 2.0)):
        late = between(moments, 25.0, 75.0)
        assert mean_nees(late) < most
        assert np.median([m.nees for m in late]) < 1.5
        assert np.mean([m.is_level.mean() for m in late]) > 0.9


def coaster(place, course, speed, beta, step):
    """What falls from a place (degrees, m) on a course (azimuth and elevation in degrees)."""
    lat, lon, alt = place
    one = np.ones(1)
    angles = [np.radians(a) * one for a in (lat, lon, *course)]
    y0 = launch(*angles[:2], alt * one, *angles[2:], speed * one)
    world = World(0.0 * one, y0, thrust=0.0 * one, burn=0.0 * one, beta=beta * one, step=step)

    def at(t):
        truth = world.at(t)
        return np.concatenate([truth.r_ecef[0], truth.v_ecef[0]])

    return at


def test_a_coasting_rocket():
    at = coaster((31.40, 34.25, 300.0), (60.0, 50.0), 600.0, 6000.0, 0.05)
    moments = sample(at, THREE, (1.0, 60.0), n=N)
    late = between(moments, 6.0, 60.0)
    assert np.mean([m.is_level.mean() for m in late]) < 0.01
    assert mean_nees(late) < MOST
    assert late[-1].rms(3, 6) < 3.0


def test_a_missile_in_space_seen_sharply_from_far_away():
    """Its place is known to 700 m across and 0.2 m along: looks in a row err together."""
    at = coaster((31.0, 44.0, 150e3), (270.0, 30.0), 2800.0, 8000.0, 0.25)
    site = Site(31.47, 34.47, sigma_distance=0.16, sigma_angle=0.8e-3, sigma_rate=0.16)
    moments = sample(at, (replace(site, max_range=1e6),), (1.0, 80.0), n=N)
    assert 0.5 < mean_nees(between(moments, 3.0, 80.0)) < 1.6


def test_what_climbs_after_it_was_surely_level_keeps_its_place():
    """The ballistic model has not been kept up; it must not speak with what it knew long ago."""
    at, up = flyer("supersonic"), enu(np.radians([31.48]), np.radians([33.2]))[0][2]

    def climber(t):
        late = np.clip(t - 30.0, 0.0, 10.0)
        climb = 50.0 * late
        height = 25.0 * late**2 + climb * max(t - 40.0, 0.0)
        return at(t) + np.concatenate([height * up, climb * up])

    moments = sample(climber, THREE, (0.0, 60.0), n=N)
    assert np.mean([m.is_level.mean() for m in between(moments, 20.0, 30.0)]) > 0.99
    assert np.mean([m.is_level.mean() for m in between(moments, 45.0, 60.0)]) < 0.01
    assert max(np.abs(m.error[:, :3]).max() for m in between(moments, 30.0, 60.0)) < 1000.0


def test_agility_dies_away_in_time_however_many_looks_there_are():
    kept = []
    for n_steps in (1, 8):
        agility = 900.0
        total = 0.0
        for _ in range(n_steps):
            mean, agility = settled(agility, 4.0 / n_steps, SETTLE)
            total += mean * 4.0 / n_steps
        kept.append((agility, total))
    assert kept[0] == pytest.approx(kept[1])
    assert kept[0][0] < 0.2 * 900.0
