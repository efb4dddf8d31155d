"""Launch points: the ascents, and whether ellipses hold as many launches as they say."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels.launch_point import find_launches
from opendome.messages import Tracks, empty
from opendome.results.consistency import chi_square_quantile
from opendome.tracks import launches
from opendome.tracks.launches import DOUBT, all_ascents, launches_of
from tests.unit.tracks.worlds import World, launch

pytestmark = pytest.mark.compiled  # far too much for plain Python

LAT, LON = math.radians(40.0), math.radians(127.0)


def test_ascents_that_hardly_tilt_are_rockets_that_go_straight_up():
    """Tsiolkovsky's equation less gravity, and its integral."""
    ascents = all_ascents()
    g, impulse = STANDARD_GRAVITY, launches.SPECIFIC_IMPULSE
    pushes = np.geomspace(launches.LEAST_PUSH, launches.MOST_PUSH, launches.N_PUSHES)
    per_push = launches.N_TILTS * len(launches.TURN_SPEEDS)
    for k, push in enumerate(pushes):
        row = k * per_push + 1
        t = ascents.age[row]
        burns = (t > 1.0 / push) & (t < impulse / push * (1.0 - launches.LEAST_MASS))
        burns &= ascents.height[row] < launches.NEVER
        left = 1.0 - push * t[burns] / impulse
        speed = -g * impulse * np.log(left) - g * t[burns]
        height = g * impulse**2 / push * (left * np.log(left) - left + 1.0) - g * t[burns] ** 2 / 2
        assert ascents.climb[row][burns] == pytest.approx(speed, rel=0.01)
        assert ascents.height[row][burns] == pytest.approx(height, rel=0.01)


def boosters(n, seed):
    """Missiles that no ascent of the bank is: drag, and thrust that grows in its own way."""
    rng = np.random.default_rng(seed)
    lat, lon = LAT + rng.normal(0.0, 1e-3, n), LON + rng.normal(0.0, 1e-3, n)
    tilt = rng.uniform(0.02, 0.3, n)
    y0 = launch(
        lat, lon, rng.uniform(0.0, 900.0, n), rng.uniform(0.0, 2 * math.pi, n),
        0.5 * math.pi - tilt, np.full(n, 60.0),
    )  # fmt: skip
    # thrust by weight 1.5 to 4, half of it at first (see World)
    thrust = 2.0 * STANDARD_GRAVITY * rng.uniform(1.5, 4.0, n)
    burn = np.full(n, 70.0)
    return World(np.zeros(n), y0, thrust, burn, np.full(n, 8000.0), step=0.25), lat, lon


def seen(world, rng, heights, sigmas):
    """States (n, 7) with errors when each comes to its height, covariances, and times."""
    grid = world.grid
    over = np.linalg.norm(grid[:, :, :3], axis=2) - 6369e3
    k = np.array([np.argmax(over[:, i] > h) for i, h in enumerate(heights)])
    n = len(k)
    cov = np.diag([sigmas[0] ** 2] * 3 + [sigmas[1] ** 2] * 3 + [20.0**2])
    x = np.column_stack([grid[k, np.arange(n)], np.full(n, 30.0)])
    x[:, :6] += rng.multivariate_normal(np.zeros(6), cov[:6, :6], n)
    return x, np.tile(cov, (n, 1, 1)), k * world.step


def inside(found, lat, lon):
    """Share of launches in their ellipses of 90 %, and root mean square distance, m."""
    apart = np.column_stack([(lon - found.lon) * np.cos(lat) * 6378e3, (lat - found.lat) * 6367e3])
    square = np.einsum("ni,ni->n", apart, np.linalg.solve(found.cov_enu, apart[:, :, None])[..., 0])
    share = np.mean(square <= chi_square_quantile(0.9, 2))
    return share, math.sqrt(np.mean(np.sum(apart**2, axis=1)))


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("sigmas", "least", "far"), [((100.0, 30.0), 0.87, 1.6e3), ((1000.0, 150.0), 0.84, 5e3)]
)
def test_ellipses_of_boosters_hold_their_launches(sigmas, least, far):
    """A thousand boosters and more, first seen between 8 and 25 km."""
    n, rng = 1250, np.random.default_rng(11)
    world, lat, lon = boosters(n, 12)
    x, cov, t = seen(world, rng, rng.uniform(8e3, 25e3, n), sigmas)
    rose = t > 0.0  # the weakest and flattest fall over before
    found = find_launches(t[rose], x[rose], cov[rose], all_ascents(), DOUBT)
    known = np.isfinite(found.lat)
    assert known.sum() > 1000
    assert known.mean() > 0.98
    found = type(found)(*[column[known] for column in found])
    share, error = inside(found, lat[rose][known], lon[rose][known])
    assert least < share < 0.95
    assert error < far
    assert np.median(np.abs(found.t)) < 15.0


def test_an_ellipse_shrinks_with_the_errors_of_the_state():
    world, _, _ = boosters(3, 12)
    heights, areas = np.full(3, 12e3), []
    for sigmas in ((30.0, 10.0), (500.0, 60.0), (3000.0, 200.0)):
        x, cov, t = seen(world, np.random.default_rng(3), heights, sigmas)
        found = find_launches(t, x, cov, all_ascents(), DOUBT)
        areas.append(np.sqrt(np.linalg.det(found.cov_enu)))
    assert (areas[0] < areas[1]).all()
    assert (areas[1] < areas[2]).all()


def test_only_what_is_confirmed_burns_and_is_young_tells_of_its_launch():
    world, lat, _ = boosters(1, 12)
    x, cov, t = seen(world, np.random.default_rng(3), np.full(1, 12e3), (100.0, 30.0))
    nothing = empty(Tracks)
    columns = {f.name: np.zeros((4, *getattr(nothing, f.name).shape[1:])) for f in fields(Tracks)}
    columns |= {"x_ecef": np.tile(x, (4, 1)), "cov_ecef": np.tile(cov, (4, 1, 1))}
    columns |= {"t": np.full(4, t[0]), "t_first": t[0] - np.array([5.0, 5.0, 5.0, 90.0])}
    yes = np.ones(4, np.bool_)
    columns |= {"is_confirmed": yes.copy(), "is_boosting": yes.copy()}
    columns["is_confirmed"][1] = columns["is_boosting"][2] = False
    found = launches_of(Tracks(**columns))
    assert np.isfinite(found.lat).tolist() == [True, False, False, False]
    assert np.isfinite(found.cov_enu[:, 0, 0]).tolist() == [True, False, False, False]
    assert found.lat[0] == pytest.approx(lat[0], abs=1e-3)
