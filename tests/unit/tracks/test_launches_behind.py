"""Launch points of what falls: closed forms in a short fall, and whether ellipses hold launches."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels.launch_behind import Burns, Doubt, find_launches_behind
from opendome.kernels.motion import predict_many
from opendome.kernels.propulsion import ideal_speed, vehicle_of
from opendome.messages import Tracks, empty
from opendome.scenario.catalog_entries import build_system, catalog
from opendome.scenario.families import KINDS
from opendome.tracks.burns import all_burns, burns_of
from opendome.tracks.kalman import NOISE
from opendome.tracks.launches import BEHIND, origins_of
from tests.unit.tracks.test_launches import LAT, LON, inside
from tests.unit.tracks.worlds import World, launch

pytestmark = pytest.mark.compiled

DOUBT = Doubt((400.0, 400.0), (0.08, 0.05), (0.08, 0.02), 600.0, 9e3)
SURE = Doubt((400.0, 1.0), (0.02, 0.02), (1e-3, 1e-3), 600.0, 9e3)
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


def even_burns(durations):
    """At an even acceleration along a straight line, to all speeds and slopes; a system each."""
    grid = np.meshgrid(
        durations, np.geomspace(200.0, 1500.0, 60), np.linspace(0.2, 1.45, 60), indexing="ij"
    )
    system = np.repeat(np.arange(len(durations)), 3600)
    age, speed, steep = (column.ravel() for column in grid)
    sine = np.sin(steep)
    return Burns(0.5 * speed * age * sine, speed, sine, np.ones(len(age)), age, system)


def one_burn(height, speed, steep, age, bend=1.0):
    columns = (np.array([value]) for value in (height, speed, math.sin(steep), bend, age))
    return Burns(*columns, np.zeros(1, np.int64))


def thrown(t):
    """A shell of 500 m/s, t s after it was thrown up at 1.2 rad: no air to speak of."""
    lat, lon = np.full(1, LAT), np.full(1, LON)
    y0 = launch(lat, lon, np.full(1, 400.0), np.full(1, 0.7), np.full(1, 1.2), np.full(1, 500.0))
    world = World(np.zeros(1), y0, np.zeros(1), np.zeros(1), np.full(1, 9000.0), step=0.05)
    return np.column_stack([world.grid[round(t / 0.05)], [math.log(9000.0)]])


def test_a_shell_comes_from_where_its_path_meets_the_ground():
    """It is as fast there as it was thrown, up to a hundredth."""
    x, cov = thrown(8.0), np.diag([25.0] * 3 + [1.0] * 3 + [1e-4])[None]
    burns = one_burn(1.0, 500.0, 1.2, 2e-3)
    found = find_launches_behind(np.full(1, 8.0), x, cov, np.zeros((1, 1)), burns, SURE, NOISE)
    assert found.t[0] == pytest.approx(0.0, abs=0.1)
    assert found.lat[0] == pytest.approx(LAT, abs=20.0 / 6.4e6)
    assert found.lon[0] == pytest.approx(LON, abs=20.0 / 4.9e6)
    # 5 m of place and 8 s of 1 m/s, and the slope of the path on the height of the ground
    assert 5.0 < math.sqrt(found.cov_enu[0, 0, 0]) < 20.0


def test_errors_of_the_state_become_those_of_the_launch():
    """Launches behind 2,000 drawn states scatter as one estimate says, burn and all."""
    rng = np.random.default_rng(8)
    n, sigmas = 2000, np.array([20.0] * 3 + [4.0] * 3 + [0.01])
    x = np.repeat(thrown(12.0), n + 1, axis=0)
    x[1:] += rng.normal(size=(n, 7)) * sigmas
    cov = np.tile(np.diag(sigmas**2), (n + 1, 1, 1))
    burns = one_burn(1500.0, 465.0, 1.18, 6.0)
    doubt = SURE._replace(band=(0.2, 0.2), way=(1e-6, 1e-6))
    found = find_launches_behind(
        np.full(n + 1, 12.0), x, cov, np.zeros((n + 1, 1)), burns, doubt, NOISE
    )
    east = 6.37e6 * math.cos(LAT) * (found.lon[1:] - found.lon[0])
    north = 6.37e6 * (found.lat[1:] - found.lat[0])
    assert np.cov(east, north) == pytest.approx(found.cov_enu[0], rel=0.12, abs=250.0)


def test_ellipses_of_rockets_hold_their_launches():
    """Burns and ascents that the bank does not have."""
    n = 300
    x, cov, t, places = rockets(n, 5)
    burns = even_burns(np.array([0.7, 1.4, 2.0, 2.8, 4.0, 6.0]))
    found = find_launches_behind(t, x, cov, np.zeros((n, 6)), burns, DOUBT, NOISE)
    assert np.isfinite(found.lat).all()
    share, error = inside(found, *places)
    assert 0.86 < share < 0.99
    assert error < 800.0
    assert abs(np.median(found.t)) < 2.0


def test_a_longer_burn_began_earlier():
    x, cov, t, _ = rockets(1, 6)
    ages = []
    for duration in (1.0, 3.0, 5.0):
        burns = even_burns(np.array([duration]))
        ages.append(t - find_launches_behind(t, x, cov, np.zeros((1, 1)), burns, DOUBT, NOISE).t)
    assert ages[0] < ages[1] < ages[2]


def test_a_burn_that_leaves_at_another_speed_was_not_it():
    x, cov = thrown(8.0), np.diag([25.0] * 3 + [1.0] * 3 + [1e-4])[None]
    right, wrong = one_burn(1.0, 500.0, 1.2, 2e-3), one_burn(1500.0, 900.0, 1.2, 9.0)
    pairs = zip(right[:5], wrong[:5], strict=True)
    both = Burns(*(np.concatenate(pair) for pair in pairs), np.arange(2))
    given = np.full(1, 8.0), x, cov, np.zeros((1, 2))
    alone = find_launches_behind(*given, right, SURE, NOISE)
    for one, two in zip(alone, find_launches_behind(*given, both, SURE, NOISE), strict=True):
        assert two == pytest.approx(one)


def test_a_missile_first_seen_long_after_its_burn_has_a_launch():
    """Taken back to the ground it would be faster than anything: its burn ended in thin air."""
    system = build_system(catalog()["mrbm_solid"])
    ends = burns_of(vehicle_of(system.booster), is_guided=True)
    full = ends[(ends[:, 4] > 99.9) & (ends[:, 2] > 0.5) & (ends[:, 2] < 0.7)][0]
    height, speed, sine, bend, age = full
    y0 = launch(
        np.full(1, LAT), np.full(1, LON), np.full(1, 400.0 + height), np.full(1, 0.7),
        np.full(1, math.asin(sine)), np.full(1, speed),
    )  # fmt: skip
    world = World(np.zeros(1), y0, np.zeros(1), np.zeros(1), np.full(1, 6e3), step=0.1)
    start = np.column_stack([world.grid[0], [math.log(6000.0)]])
    cov = np.diag([50.0**2] * 3 + [3.0**2] * 3 + [0.7**2])[None]
    x, cov = predict_many(np.zeros(1), start, cov, np.zeros(1, np.bool_), np.zeros(1), 140.0, NOISE)
    burns, family, share = all_burns()
    weight = np.where(family == KINDS.index("medium_range"), np.log(share), -1e3)[None]
    found = find_launches_behind(np.full(1, 140.0), x, cov, weight, burns, BEHIND, NOISE)
    way = bend * height * math.sqrt(1.0 - sine**2) / sine
    lat = LAT - way * math.cos(0.7) / 6.37e6
    lon = LON - way * math.sin(0.7) / 6.37e6 / math.cos(LAT)
    apart = np.hypot(found.lat - lat, (found.lon - lon) * math.cos(LAT)) * 6.37e6
    sigma = math.sqrt(np.trace(found.cov_enu[0]))
    assert found.t[0] == pytest.approx(-age, abs=15.0)
    assert apart[0] < sigma < 0.12 * way


def test_burns_are_those_of_the_catalog():
    burns, family, share = all_burns()
    for name in ("rocket", "short_range", "intercontinental"):
        mine = family[burns.system] == KINDS.index(name)
        assert share[burns.system[mine]].sum() == pytest.approx(1.0)
    assert (burns.height > 0.0).all()
    assert (burns.sine > 0.0).all()
    rocket = family[burns.system] == KINDS.index("rocket")
    # over a sixth of a second and more, straight as a rail but for a little gravity
    assert burns.bend[rocket & (burns.sine > 0.5)] == pytest.approx(1.0, abs=0.1)
    assert burns.age[family[burns.system] == KINDS.index("intercontinental")].max() > 200.0


def test_a_rocket_ends_its_burn_as_fast_as_its_propellant_drives_it():
    """Tsiolkovsky's speed, less at most a tenth that gravity and air take of a Grad's."""
    vehicle = vehicle_of(build_system(catalog()["rocket_122mm"]).booster)
    ends = burns_of(vehicle, is_guided=False)
    assert (ends[:, 1] < ideal_speed(vehicle)).all()
    assert (ends[:, 1] > 0.9 * ideal_speed(vehicle)).all()
    assert ends[:, 4] == pytest.approx(2.0)


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
