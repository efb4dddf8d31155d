"""What launches release: where it starts, where it comes down, and what dies with its carrier."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from opendome.constants import EARTH_OMEGA, EARTH_RADIUS_MEAN
from opendome.errors import ScenarioError
from opendome.kernels.atmosphere import density_fast
from opendome.kernels.paths import path_at
from opendome.messages import Commands, EventKind, empty
from opendome.scenario import load
from opendome.world import world
from opendome.world.build import build
from opendome.world.model import WorldModel
from opendome.world.objects import BUS, DECOY, TANK, WARHEAD
from opendome.world.outcomes import has_warhead, lose_cargo

WEST = {"lat_deg": 47.6, "lon_deg": -122.3}
SOUTH = {"lat_deg": 46.9, "lon_deg": -122.6}
LAUNCH = {"lat_deg": 40.5, "lon_deg": 127.0}
AT_SEA = {"lat_deg": 40.0, "lon_deg": -150.0}


def raid(*groups: dict[str, Any]) -> dict[str, Any]:
    """Scenario of groups against two assets."""
    base = {"name": "g", "count": 2, "launch": LAUNCH, "aim": ["west", "south"]}
    return {
        "format": 1,
        "name": "objects",
        "duration_s": 4000,
        "assets": [
            {"name": "west", **WEST, "radius_km": 10},
            {"name": "south", **SOUTH, "radius_km": 10},
        ],
        "threats": [{**base, "name": f"g{k}", **group} for k, group in enumerate(groups)],
        "sensors": [],
        "weapons": [],
        "command": {"nodes": [{"name": "post"}]},
    }


def model_of(*groups: dict[str, Any]) -> WorldModel:
    return build(load(raid(*groups)), {})


@pytest.fixture(scope="module")
def bus() -> WorldModel:
    return model_of({"system": "mirv_bus"}, {"system": "decoy_light"}, {"system": "icbm_liquid"})


def knots_of(state: world.WorldState, row: int) -> np.ndarray:
    o = state.sky.offsets[row]
    return state.sky.knots[o : o + state.sky.counts[row]]


def test_objects_of_a_launch_stand_together_in_order(bus: WorldModel) -> None:
    of = bus.objects
    one_bus = [BUS, *[WARHEAD] * 3, *[DECOY] * 10, TANK]
    one_decoys = [WARHEAD, *[DECOY] * 10, *[2] * 5, TANK]
    assert of.role.tolist() == [*one_bus * 2, *one_decoys * 2, WARHEAD, WARHEAD]
    assert of.launch.tolist() == [0] * 15 + [1] * 15 + [2] * 17 + [3] * 17 + [4, 5]
    assert of.carrier.tolist() == [0] * 15 + [15] * 15 + [30] * 17 + [47] * 17 + [64, 65]
    assert of.is_armed.sum() == 3 * 2 + 2 + 2
    np.testing.assert_array_equal(of.place == 0, ~of.is_released)


def test_a_release_starts_on_the_carriers_path_with_its_push_alone(bus: WorldModel) -> None:
    """Place is continuous; the speeds given have the stated spread (chi-square, 1 in 1,000)."""
    state = world.begin(bus, 3, range(6))
    rec, of = state.threats, bus.objects
    squares = []
    for row in np.flatnonzero(np.isfinite(rec.t_release)):
        threat = rec.threat[row]
        start, t = knots_of(state, row)[0], rec.t_release[row]
        carrier = knots_of(state, row - of.place[threat])
        on_path = np.array(path_at(carrier, len(carrier), t))
        assert start[0] == t
        np.testing.assert_allclose(start[1:4], on_path[:3], atol=1e-6)
        push = start[4:7] - on_path[3:]
        if of.role[threat] == WARHEAD:
            assert np.linalg.norm(push) < 200.0
            outside = np.cross(on_path[:3], on_path[3:])
            level = np.cross(outside, on_path[3:])
            assert abs(push @ level) < 1e-9 * np.linalg.norm(level)  # along and across only
        else:
            squares += ((push / of.delta_v[threat]) ** 2).tolist()
    n = len(squares)
    assert n > 300
    assert abs(sum(squares) - n) < 3.3 * np.sqrt(2 * n)


def test_a_release_without_push_keeps_the_carriers_energy(bus: WorldModel) -> None:
    """In vacuum, and with the carrier's ballistic coefficient all the way down."""
    still = replace(bus.objects, delta_v=np.zeros(bus.n_threats))
    still = replace(still, beta=np.where(np.isnan(still.beta), np.nan, 300.0))
    model = replace(bus, objects=still)
    state = world.begin(model, 3, [0])
    rec = state.threats
    row = int(np.flatnonzero((model.objects.role == TANK) & np.isfinite(rec.t_release))[0])
    carrier = row - int(model.objects.place[row])
    own, theirs = knots_of(state, row), knots_of(state, carrier)
    for t in np.linspace(own[0, 0], own[-1, 0] - 200.0, 9):
        here, there = path_at(own, len(own), t), path_at(theirs, len(theirs), t)
        np.testing.assert_allclose(here[:3], there[:3], atol=20.0)


def test_warheads_come_down_on_the_groups_aims_in_turn(bus: WorldModel) -> None:
    exact = replace(bus.objects, aim_scatter=np.zeros(bus.n_threats))
    sure = replace(bus.threats, reliability=np.ones(bus.n_threats))
    state = world.begin(replace(bus, objects=exact, threats=sure), 3, [0])
    rec = state.threats
    places = np.radians([[WEST["lat_deg"], WEST["lon_deg"]], [SOUTH["lat_deg"], SOUTH["lon_deg"]]])
    for launch in (0, 1):
        for k in range(3):
            row = 15 * launch + 1 + k
            lat, lon = places[(launch + k) % 2]
            north = (rec.impact_lat[row] - lat) * EARTH_RADIUS_MEAN
            east = (rec.impact_lon[row] - lon) * EARTH_RADIUS_MEAN * np.cos(lat)
            assert np.hypot(north, east) < 31.0
            assert rec.asset[row] == (launch + k) % 2


def test_a_failed_launch_lets_nothing_go(bus: WorldModel) -> None:
    never = replace(bus.threats, reliability=np.zeros(bus.n_threats))
    model = replace(bus, threats=never)
    state = world.begin(model, 3, [0, 1])
    assert state.threats.is_failed.all()
    released = model.objects.is_released[state.threats.threat]
    assert np.isinf(state.threats.t_release[released]).all()
    for t in (100.0, 400.0, 1000.0):
        assert not released[world.snapshot(model, state, t).threat].any()
    seen = [EventKind.RELEASE]
    for k in range(40):
        _, events = world.advance(model, state, empty(Commands), 60.0 * (k + 1), frozenset())
        assert not np.isin(events.kind, seen).any()


def test_what_is_aboard_dies_with_its_carrier_and_what_was_let_go_flies_on(
    bus: WorldModel,
) -> None:
    sure = replace(bus.threats, reliability=np.ones(bus.n_threats))
    model = replace(bus, threats=sure)
    state = world.begin(model, 3, [0])
    rec = state.threats
    t = 0.5 * (rec.t_release[1] + rec.t_release[2])  # between the first warhead and the second
    assert has_warhead(model, state, 0, t)
    assert not has_warhead(model, state, 0, rec.t_release[3] + 1.0)
    state.sky.t_gone[0] = t
    state.killer[0] = 7
    lose_cargo(model, state, 0, 7, t)
    died = np.flatnonzero(state.killer == 7)
    late = [row for row in range(1, 15) if rec.t_release[row] > t]
    assert died.tolist() == [0, *late]
    assert {2, 3} <= set(late)
    assert 1 not in late
    aloft = set(world.snapshot(model, state, rec.t_release[:15][1:].max() + 30.0).threat.tolist())
    assert not aloft & set(died.tolist())
    assert set(range(1, 15)) - set(late) <= aloft


def test_what_a_group_releases_changes_nothing_in_another(bus: WorldModel) -> None:
    """The luck of a launch depends on its number alone."""
    plain = model_of({"system": "icbm_solid"}, {"system": "icbm_liquid"}, {"system": "icbm_liquid"})
    mine, theirs = world.begin(bus, 9, [0, 3]), world.begin(plain, 9, [0, 3])
    for name in ("t_burnout", "t_impact", "impact_lat", "aim_lon", "is_failed"):
        one = getattr(mine.threats, name).reshape(2, -1)
        other = getattr(theirs.threats, name).reshape(2, -1)
        np.testing.assert_array_equal(one[:, -2:], other[:, -2:])


def test_a_run_does_not_know_its_batch(bus: WorldModel) -> None:
    alone, together = world.begin(bus, 3, [5]), world.begin(bus, 3, [2, 5, 8])
    n = bus.n_threats
    for name in ("t_release", "t_impact", "impact_lat", "impact_lon", "aim_lat", "apogee"):
        np.testing.assert_array_equal(
            getattr(alone.threats, name), getattr(together.threats, name)[n : 2 * n]
        )


def on_the_way_down(state: world.WorldState, row: int, radius: float) -> np.ndarray:
    """Time and inertial state where a path comes down through a distance from the middle."""
    knots = knots_of(state, row)
    low = knots[int(np.argmax(np.linalg.norm(knots[:, 1:4], axis=1))), 0]
    high = knots[-1, 0]
    for _ in range(60):
        t = 0.5 * (low + high)
        is_above = np.linalg.norm(path_at(knots, len(knots), t)[:3]) > radius
        low, high = (t, high) if is_above else (low, t)
    return np.array([low, *path_at(knots, len(knots), low)])


@pytest.mark.parametrize(("height", "most"), [(80e3, 0.99), (60e3, 0.85), (50e3, 0.5)])
def test_air_strips_light_decoys_as_allen_and_eggers_say(
    bus: WorldModel, height: float, most: float
) -> None:
    """H. J. Allen, A. J. Eggers, NACA report 1381 (1958): at a steady angle the speed falls with
    the column of air passed, as exp(-column / (2 beta sin(angle))); US76 column, no weight."""
    sure = replace(bus.threats, reliability=np.ones(bus.n_threats))
    state = world.begin(replace(bus, threats=sure), 3, [0])
    warhead, decoy = 30, 31
    radius = np.linalg.norm(knots_of(state, warhead)[-1, 1:4])
    there = on_the_way_down(state, decoy, radius + 120e3)
    here = on_the_way_down(state, decoy, radius + height)
    own = on_the_way_down(state, warhead, radius + height)
    turn = np.array([-there[2], there[1], 0.0]) * EARTH_OMEGA
    wind = there[4:7] - turn
    slope = -(there[1:4] @ wind) / np.linalg.norm(there[1:4]) / np.linalg.norm(wind)
    heights = np.linspace(height, 120e3, 400)
    column = np.trapezoid([density_fast(h) for h in heights], heights)
    expected = np.exp(-column / (2.0 * 10.0 * slope))
    air = [np.linalg.norm(s[4:7] - np.array([-s[2], s[1], 0.0]) * EARTH_OMEGA) for s in (here, own)]
    ratio = air[0] / air[1]
    assert ratio == pytest.approx(expected, rel=0.08)
    assert ratio < most


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"system": "mirv_bus", "aim": ["west", {"lat_deg": 40.0, "lon_deg": -100.0}]},
     r"threats\.g0\.aim: warhead 2 of the bus needs .* delta_v_m_s 200 m/s at most"),
    ({"system": "mirv_bus", "overrides": {"releases.warheads.count": 0}},
     r"releases\.warheads\.count is 0; .* a bus without a warhead is no threat"),
    ({"system": "decoy_light", "overrides": {"releases.decoys.after_s": -5}},
     r"releases\.decoys\.after_s is -5 s; "),
    ({"system": "decoy_light", "overrides": {"releases.decoys.mass_kg": 500}},
     r"releases is 5010 kg; allowed: at most payload_kg, 1300 kg; it is made of 10 decoy of 500"),
    ({"system": "decoy_light", "overrides": {"releases.decoys.after_s": 5000}},
     r"is released at t = 5\d\d\d s, but its carrier is down at"),
    ({"system": "slbm"}, r"launch\.lat_deg is 40\.5 deg; .* but .* 91 km from the sea"),
    ({"system": "slbm", "launch": {"lat_deg": 45.0, "lon_deg": -126.0}, "launch_box_km": 400},
     r"launch_box_km is 400 km; slbm starts at sea, but .* lies on land"),
    ({"system": "icbm_solid", "launch_box_km": 10, "launch_scatter_km": 5},
     r"launch_box_km is 10 km; launches are spread in a box or by launch_scatter_km, not by both"),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "words"), REFUSED)
def test_what_cannot_be_released_is_said_in_a_line(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words) as caught:
        model_of(keys)
    assert "\n" not in str(caught.value)


def test_launches_are_spread_evenly_in_their_box() -> None:
    model = model_of(
        {"system": "slbm", "launch": AT_SEA, "count": 8, "launch_box_km": 200, "spacing_s": 10}
    )
    rec = world.begin(model, 5, range(30)).threats
    own = model.objects.place[rec.threat] == 0
    lat, lon = np.radians(AT_SEA["lat_deg"]), np.radians(AT_SEA["lon_deg"])
    north = (rec.launch_lat[own] - lat) * EARTH_RADIUS_MEAN
    east = (rec.launch_lon[own] - lon) * EARTH_RADIUS_MEAN * np.cos(lat)
    for side in (north, east):
        ranks = (np.arange(len(side)) + 0.5) / len(side)
        # Kolmogorov and Smirnov: 1.95 / sqrt(n) is passed in one of 1,000 fair draws.
        assert np.abs(np.sort(side / 200e3 + 0.5) - ranks).max() < 1.95 / np.sqrt(len(side))
