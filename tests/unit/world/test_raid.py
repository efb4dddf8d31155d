"""Raids of every kind of threat: they land on their aims, come when told, or say what is wrong."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.errors import ScenarioError
from opendome.kernels.level import level_step
from opendome.messages import Commands, EventKind, empty
from opendome.scenario import load
from opendome.world import world
from opendome.world.build import build
from opendome.world.flights import FLYER_BETA
from opendome.world.model import WorldModel
from opendome.world.raid import raid_of
from tests.unit.world.raids import GROUPS, changed, raid

WINGS = ("cruise", "fast", "drone")


def model_of(scenario: dict[str, Any]) -> WorldModel:
    return build(load(scenario), {})


@pytest.fixture(scope="module")
def mixed() -> WorldModel:
    return model_of(raid(count=12))


def miss(state: world.WorldState) -> np.ndarray:
    """Distance of every impact from its drawn aim, m."""
    rec = state.threats
    north = (rec.impact_lat - rec.aim_lat) * EARTH_RADIUS_MEAN
    east = (rec.impact_lon - rec.aim_lon) * EARTH_RADIUS_MEAN * np.cos(rec.aim_lat)
    return np.hypot(north, east)


def test_every_sound_threat_lands_on_its_drawn_aim(mixed: WorldModel) -> None:
    state = world.begin(mixed, 3, range(4))
    ok = ~state.threats.is_failed
    assert ok.any()
    assert not ok.all()
    assert miss(state)[ok].max() < 32.0
    assert np.all(miss(state)[~ok] > 100.0)
    group = mixed.threats.group[state.threats.threat]
    steered = np.isin(group, [list(GROUPS).index(name) for name in ("quasi", *WINGS)])
    assert miss(state)[ok & steered].max() < 2.0


def test_the_catalogs_error_is_the_scatter_of_the_aims(mixed: WorldModel) -> None:
    state = world.begin(mixed, 5, range(40))
    rec = state.threats
    lat, lon = math.radians(24.0), math.radians(52.0)
    apart = np.hypot(rec.aim_lat - lat, (rec.aim_lon - lon) * math.cos(lat)) * EARTH_RADIUS_MEAN
    group = mixed.threats.group[rec.threat]
    for name, cep in (("scud", 600.0), ("quasi", 20.0), ("cruise", 10.0)):
        own = apart[group == list(GROUPS).index(name)]
        inside = np.mean(own < cep)  # half, by the meaning of CEP
        assert abs(inside - 0.5) < 4 * math.sqrt(0.25 / len(own))


def test_flyers_are_level_until_they_fail_and_nothing_of_them_burns(mixed: WorldModel) -> None:
    state = world.begin(mixed, 3, range(4))
    rec = state.threats
    group = mixed.threats.group[rec.threat]
    wings = np.isin(group, [list(GROUPS).index(name) for name in WINGS])
    np.testing.assert_array_equal(np.isfinite(rec.t_level), wings)
    np.testing.assert_array_equal(rec.t_level[wings & ~rec.is_failed],
                                  rec.t_impact[wings & ~rec.is_failed])  # fmt: skip
    np.testing.assert_array_equal(rec.t_level[wings & rec.is_failed],
                                  rec.t_burnout[wings & rec.is_failed])  # fmt: skip
    for t in (30.0, 900.0):
        truth = world.snapshot(mixed, state, t)
        rows = truth.threat + np.searchsorted(state.runs, truth.run) * mixed.n_threats
        np.testing.assert_array_equal(truth.is_level, wings[rows] & (t < rec.t_level[rows]))
        assert truth.is_level.any()
        assert not np.any(truth.is_burning & wings[rows])
        assert np.all(truth.plume[wings[rows]] == 0.0)
        np.testing.assert_allclose(truth.log_beta[wings[rows]], math.log(FLYER_BETA))
    speed = np.linalg.norm(truth.v_ecef, axis=1)
    own = truth.is_level & (group[rows] == list(GROUPS).index("drone"))
    np.testing.assert_allclose(speed[own], 50.0, rtol=1e-4)


def test_flyers_do_not_burn_out_but_they_fail() -> None:
    model = model_of(raid(("fast",), count=30))
    state = world.begin(model, 2, [0, 1])
    kinds = []
    for k in range(2600):
        _, events = world.advance(model, state, empty(Commands), float(k + 1), frozenset())
        kinds.append(events.kind)
    every = np.concatenate(kinds)
    assert np.sum(every == EventKind.LAUNCH) == 60
    assert np.sum(every == EventKind.IMPACT) == 60
    assert np.sum(every == EventKind.BURNOUT) == 0
    assert np.sum(every == EventKind.FAILURE) == state.threats.is_failed.sum() > 0


def test_a_flyer_fails_anywhere_on_its_way() -> None:
    model = model_of(raid(("cruise",), count=100))
    rec = world.begin(model, 4, range(10)).threats
    share = (rec.t_burnout - rec.t_launch)[rec.is_failed] / 2057.5
    assert len(share) > 40
    # Kolmogorov and Smirnov: 1.63 / sqrt(n) is passed in one of 100 fair draws.
    ranks = (np.arange(len(share)) + 0.5) / len(share)
    assert np.abs(np.sort(share) - ranks).max() < 1.63 / math.sqrt(len(share))


def test_groups_arrive_together() -> None:
    model = model_of(raid(arrive_s=9000, count=4, spacing_s=10, salvo_size=4))
    exact = [dataclasses.replace(g, launch_scatter=0.0, aim_scatter=0.0) for g in model.groups]
    sound = dataclasses.replace(model.threats, reliability=np.ones(model.n_threats))
    model = dataclasses.replace(model, groups=tuple(exact), threats=sound)
    rec = world.begin(model, 1, [0]).threats
    first = np.flatnonzero(np.arange(model.n_threats) % 4 == 0)
    np.testing.assert_allclose(rec.t_impact[first], 9000.0, atol=0.5)
    np.testing.assert_allclose(rec.t_launch.reshape(-1, 4)[:, 1:] - rec.t_launch[first, None],
                               np.tile([10.0, 20.0, 30.0], (len(GROUPS), 1)))  # fmt: skip


def test_the_first_threat_of_a_group_with_several_aims_arrives_on_time() -> None:
    near, far = {"lat_deg": 24.0, "lon_deg": 52.0}, {"lat_deg": 23.9, "lon_deg": 52.2}
    for aims in ([near, far], [far, near]):
        scenario = changed(raid(("scud",), count=3, arrive_s=1000), aim=aims)
        groups, table, _ = raid_of(load(scenario))
        alone = changed(raid(("scud",), count=1, arrive_s=1000), aim=aims[0])
        assert len(groups) == 2
        assert table.t_launch[0] == raid_of(load(alone))[1].t_launch[0]
        np.testing.assert_allclose(np.diff(table.t_launch), 60.0)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("scud", {"arrive_s": 100}, r"threats\.scud\.arrive_s is 100 s, but its flight lasts 2\d\d s"),
    ("scud", {"arrive_s": 900, "first_launch_s": 5}, "has both first_launch_s and arrive_s"),
    (
        "cruise",
        {"waypoints": [{"lat_deg": 26, "lon_deg": 52}, {"lat_deg": 26.005, "lon_deg": 52}]},
        "two of them are too near to each other",
    ),
    (
        "cruise",
        {"waypoints": [{"lat_deg": 10, "lon_deg": 40}]},
        r"is [34]\d\d\d\.\d km from its launch place by its waypoints; cruise_subsonic flies",
    ),
    ("fast", {"overrides": {"min_range_km": 1}, "launch": {"lat_deg": 24.4, "lon_deg": 52}},
     "climb and dive alone need"),
    ("drone", {"system": "scud", "waypoints": None}, "km from its launch place; srbm flies"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "keys", "words"), REFUSED)
def test_what_cannot_be_flown_is_said(name: str, keys: dict[str, Any], words: str) -> None:
    scenario = changed(raid((name,)), **keys)
    if name == "drone":
        scenario = changed(scenario, launch={"lat_deg": 40.0, "lon_deg": 52.0})
    with pytest.raises(ScenarioError, match=words):
        model_of(scenario)


@pytest.mark.parametrize(("name", "t0"), [("cruise", 60.0), ("drone", 3000.0), ("fast", 120.0)])
def test_level_motion_forecasts_a_flyer_between_its_corners(name: str, t0: float) -> None:
    """What trackers believe of level flyers is how these fly: two independent kernels agree."""
    model = model_of(raid((name,), count=1))
    state = world.begin(model, 3, [0])
    now = world.snapshot(model, state, t0)
    for dt in (10.0, 120.0):
        then = world.snapshot(model, state, t0 + dt)
        r, v = level_step(tuple(now.r_ecef[0]), tuple(now.v_ecef[0]), dt)
        np.testing.assert_allclose(r, then.r_ecef[0], atol=0.1)
        np.testing.assert_allclose(v, then.v_ecef[0], atol=0.01)
