"""The world: flights land where they were aimed, failures fall short, paths are what is shown."""

import numpy as np
import pytest

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.errors import ScenarioError
from opendome.messages import Commands, EventKind, empty
from opendome.scenario import load
from opendome.simulation.build import fly_out_table
from opendome.world import world
from opendome.world.build import build, systems_of
from opendome.world.model import WorldModel


def world_of(name: str, *sets: str) -> WorldModel:
    scenario = load(name, sets)
    return build(scenario, {s: fly_out_table(s) for s in systems_of(scenario)})


@pytest.fixture(scope="module")
def city() -> WorldModel:
    return world_of("iron_dome_city")


def miss(state: world.WorldState) -> np.ndarray:
    """Distance of every unopposed impact from its drawn aim, m."""
    rec = state.threats
    north = (rec.impact_lat - rec.aim_lat) * EARTH_RADIUS_MEAN
    east = (rec.impact_lon - rec.aim_lon) * EARTH_RADIUS_MEAN * np.cos(rec.aim_lat)
    return np.hypot(north, east)


def test_rockets_land_on_their_drawn_aims(city: WorldModel) -> None:
    state = world.begin(city, 3, range(4))
    ok = ~state.threats.is_failed
    near = miss(state) < 31.0  # m: the stated tolerance of the aim solver, and a bit
    assert np.mean(near[ok]) > 0.95
    assert not np.any(near[~ok])
    # a drawn aim beyond the rocket's range is the only excuse
    rec = state.threats
    north = (rec.aim_lat - rec.launch_lat) * EARTH_RADIUS_MEAN
    east = (rec.aim_lon - rec.launch_lon) * EARTH_RADIUS_MEAN * np.cos(rec.aim_lat)
    assert np.all(np.hypot(north, east)[ok & ~near] > 19.5e3)


def test_icbms_land_on_their_drawn_aims() -> None:
    model = world_of("limited_icbm", "threats.icbm.count=5")
    state = world.begin(model, 3, range(3))
    ok = ~state.threats.is_failed
    assert miss(state)[ok].max() < 40.0
    apogee = state.threats.apogee[ok]
    assert np.all((apogee > 1.0e6) & (apogee < 1.45e6))  # minimum energy over 8,000 to 11,000 km


def test_share_of_failures_is_the_reliability(city: WorldModel) -> None:
    state = world.begin(city, 5, range(40))
    expected = float(np.mean(1.0 - city.threats.reliability))
    n = len(state.threats.run)
    assert abs(state.threats.is_failed.mean() - expected) < 4 * np.sqrt(expected / n)


def test_threats_appear_and_vanish_at_their_times(city: WorldModel) -> None:
    state = world.begin(city, 3, [0])
    t = 60.5
    truth = world.snapshot(city, state, t)
    rec = state.threats
    expected = np.flatnonzero((rec.t_launch <= t) & (t < rec.t_impact))
    np.testing.assert_array_equal(truth.threat, expected)
    assert np.all(np.linalg.norm(truth.r_ecef, axis=1) > 6.35e6)


def test_every_threat_is_launched_once_and_ends_once(city: WorldModel) -> None:
    state = world.begin(city, 3, [0, 1])
    kinds = []
    for k in range(int(city.duration)):
        _, events = world.advance(city, state, empty(Commands), float(k + 1), frozenset())
        kinds.append(events.kind)
    every = np.concatenate(kinds)
    n = 2 * city.n_threats
    assert np.sum(every == EventKind.LAUNCH) == n
    assert np.sum(every == EventKind.IMPACT) == n
    assert np.sum((every == EventKind.BURNOUT) | (every == EventKind.FAILURE)) == n
    assert not state.is_active.any()


def test_an_aim_out_of_reach_is_said_with_its_distance() -> None:
    with pytest.raises(ScenarioError, match=r"threats\.north\.aim is .* km from its launch place"):
        world_of("iron_dome_city", "threats.north.launch.lat_deg=-20.0")


def test_an_end_before_the_last_impact_is_said() -> None:
    with pytest.raises(ScenarioError, match=r"duration_s is 100 s; the last threat of"):
        world_of("iron_dome_city", "duration_s=100")
