"""Launch points of what falls: closed forms in a short fall, and whether ellipses hold launches."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels.launch_behind import Burns, find_launches_behind
from opendome.messages import Tracks, empty
from opendome.scenario.families import KINDS
from opendome.tracks.kalman import NOISE
from opendome.tracks.launches import _burns, origins_of
from tests.unit.tracks.test_launches import LAT, LON, inside
from tests.unit.tracks.worlds import World, launch

pytestmark = pytest.mark.compiled

GROUND, WAY = (400.0, 400.0), (0.08, 0.02)
SIGMAS = np.array([50.0] * 3 + [10.0] * 3 + [0.2])


def rockets(n, seed):
    """Rockets with thrust of their own kind, seen some seconds after their burn."""
    rng = np.random.default_rng(seed)
    lat, lon = LAT + rng.normal(0.0, 1e-3, n), LON + rng.normal(0.0, 1e-3, n)
    push = rng.uniform(12.0, 35.0, n)
    burn = rng.uniform(350.0, 1200.0, n) / (0.75 * push * STANDARD_GRAVITY)
    beta = np.exp(rng.uniform(math.log(4000.0), math.log(12000.0), n))
    y0 = launch(
        lat, lon, rng.uniform(0.0, 900.0, n), rng.uniform(0.0, 2.0 * math.pi, n),
        rng.uniform(0.5, 1.25, n), np.full(n, 30.0),
    )  # fmt: skip
    world = World(np.zeros(n), y0, push * STANDARD_GRAVITY, burn, beta, step=0.1)
    k = ((burn + rng.uniform(3.0, 10.0, n)) / world.step).astype(int)
    x = np.column_stack([world.grid[k, np.arange(n)], np.log(beta)])
    x += rng.normal(size=(n, 7)) * SIGMAS
    return x, np.tile(np.diag(SIGMAS**2), (n, 1, 1)), k * world.step, (lat, lon)


def test_a_shell_comes_from_where_its_path_meets_the_ground():
    """No air up there to speak of: thrown from the ground, seen after 8 s of a steep parabola."""
    lat, lon = np.full(1, LAT), np.full(1, LON)
    y0 = launch(
        lat, lon, np.full(1, GROUND[0]), np.full(1, 0.7), np.full(1, 1.2), np.full(1, 500.0)
    )
    world = World(np.zeros(1), y0, np.zeros(1), np.zeros(1), np.full(1, 9000.0), step=0.05)
    x = np.column_stack([world.grid[160], [math.log(9000.0)]])
    cov = np.diag([25.0] * 3 + [1.0] * 3 + [1e-4])[None]
    burns = Burns(np.array([1e-3]), np.zeros(1), (GROUND[0], 1.0), WAY, 60.0, 9e3)
    found = find_launches_behind(np.full(1, 8.0), x, cov, np.zeros((1, 1)), burns, NOISE)
    assert found.t[0] == pytest.approx(0.0, abs=0.1)
    assert found.lat[0] == pytest.approx(LAT, abs=20.0 / 6.4e6)
    assert found.lon[0] == pytest.approx(LON, abs=20.0 / 4.9e6)
    # 5 m of place and 8 s of 1 m/s, and the slope of the path on the height of the ground
    assert 5.0 < math.sqrt(found.cov_enu[0, 0, 0]) < 20.0


def test_ellipses_of_rockets_hold_their_launches():
    """Burns and ascents that the bank does not have."""
    n = 300
    x, cov, t, places = rockets(n, 5)
    burns = Burns(np.array([0.7, 1.4, 2.0, 2.8, 4.0, 6.0]), np.zeros(1), GROUND, WAY, 600.0, 9e3)
    found = find_launches_behind(t, x, cov, np.zeros((n, 6)), burns, NOISE)
    assert np.isfinite(found.lat).all()
    share, error = inside(found, *places)
    assert 0.86 < share < 0.99
    assert error < 800.0
    assert abs(np.median(found.t)) < 2.0


def test_a_longer_burn_began_earlier_and_nearer():
    x, cov, t, _ = rockets(1, 6)
    ages = []
    for duration in (1.0, 3.0, 5.0):
        burns = Burns(np.array([duration]), np.zeros(1), GROUND, WAY, 600.0, 9e3)
        ages.append(t - find_launches_behind(t, x, cov, np.zeros((1, 1)), burns, NOISE).t)
    assert ages[0] < ages[1] < ages[2]


def test_burns_are_those_of_the_catalog():
    burns, family, share = _burns()
    rocket = KINDS.index("rocket")
    assert share[family == rocket].sum() == pytest.approx(1.0)
    assert {2.0, 6.0} <= set(burns.duration[family == rocket].round(3))
    assert burns.duration[family == KINDS.index("intercontinental")].max() > 200.0


def test_only_young_confirmed_tracks_that_fall_tell():
    x, cov, t, (lat, _) = rockets(1, 6)
    nothing = empty(Tracks)
    columns = {f.name: np.zeros((5, *getattr(nothing, f.name).shape[1:])) for f in fields(Tracks)}
    columns |= {"x_ecef": np.tile(x, (5, 1)), "cov_ecef": np.tile(cov, (5, 1, 1))}
    columns |= {"t": np.full(5, t[0]), "t_first": t[0] - np.array([5.0, 5.0, 5.0, 90.0, 5.0])}
    columns |= {
        "is_confirmed": np.array([True, False, True, True, True]),
        "is_level": np.array([False, False, True, False, False]),
        "is_boosting": np.zeros(5, np.bool_),
    }
    chances = np.zeros((5, len(KINDS)))
    chances[:4, KINDS.index("rocket")] = chances[4, KINDS.index("drone")] = 1.0
    found = origins_of(Tracks(**columns), chances)
    assert np.isfinite(found.lat).tolist() == [True, False, False, False, False]
    assert found.lat[0] == pytest.approx(lat[0], abs=3e-4)
    assert found.cov_enu[0, 0, 0] < 4e6
