"""Contradictions are refused, oddities are said."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyproj
import pytest

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.scenario import check, load, resolved
from opendome.scenario.ground import distance_from_way, ground_distance
from opendome.scenario.places import Place
from tests.unit.scenario.breaking import REMOVED, SMALL, changed, refusal, small

SPHERE = pyproj.Geod(a=EARTH_RADIUS_MEAN, b=EARTH_RADIUS_MEAN)


def _place(lat: float, lon: float) -> Place:
    return Place(lat=math.radians(lat), lon=math.radians(lon))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((0, 0), (0, 0)),
        ((63.9, -145.7), (34.7, -120.6)),
        ((-21, 179), (-20, -179)),
        ((90, 0), (-90, 0)),
        ((10, 20), (-10, -160)),
        ((31.5, 34.6), (31.50001, 34.6)),
    ],
)
def test_ground_distance_is_that_of_an_independent_geodesic(
    a: tuple[float, float], b: tuple[float, float]
):
    expected = SPHERE.inv(a[1], a[0], b[1], b[0])[2]
    assert ground_distance(_place(*a), _place(*b)) == pytest.approx(expected, rel=2e-8, abs=1e-3)


@pytest.mark.parametrize(
    ("place", "a", "b"),
    [
        ((63.9, -145.7), (40.5, 126.5), (40.7, -74.0)),
        ((34.7, -120.6), (40.5, 126.5), (34.0, -118.0)),
        ((-30, 20), (10, 20), (12, 60)),
        ((12, 70), (10, 20), (12, 60)),
        ((5, 5), (1, 1), (1, 1)),
    ],
)
def test_distance_from_a_way_is_that_from_its_nearest_point(
    place: tuple[float, float], a: tuple[float, float], b: tuple[float, float]
):
    points = SPHERE.npts(a[1], a[0], b[1], b[0], 20_000)
    lons, lats = np.array([(a[1], a[0]), *points, (b[1], b[0])]).T
    n = len(lons)
    away = SPHERE.inv(np.full(n, place[1]), np.full(n, place[0]), lons, lats)[2]
    found = distance_from_way(_place(*place), _place(*a), _place(*b))
    assert found == pytest.approx(float(np.min(away)), rel=1e-5, abs=1.0)


def test_a_plain_scenario_has_nothing_odd():
    assert check(load(SMALL)) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            [(("assets", 1), {"name": "far", "lat_deg": 40, "lon_deg": 0, "radius_km": 1})],
            "assets[1] (far) is defended by nobody; the nearest reach, that of bat1, ends",
        ),
        ([(("weapons",), [])], "weapons is empty; nothing will be fired."),
        ([(("sensors",), [])], "sensors is empty; with picture: tracked nothing will be seen."),
        ([(("threats",), [])], "threats holds no launch; nothing will happen."),
        (
            [(("threats", 0, "count"), 0), (("threats", 1, "count"), 0)],
            "threats holds no launch; nothing will happen.",
        ),
        (
            [(("assets",), []), (("threats",), [])],
            "assets is empty; nothing is defended and no threat can leak.",
        ),
        ([(("weapons", 0, "rounds_per_launcher"), 0)], "weapons[0] (bat1) has no rounds."),
        (
            [(("threats", 1, "aim"), {"lat_deg": -21.0, "lon_deg": 13.6})],
            "threats[1] (south) is aimed at a place outside every asset.",
        ),
        (
            [(("threats", 1, "aim", 1, "lon_deg"), 13.6)],
            "threats[1] (south) is aimed at a place outside every asset.",
        ),
        (
            [(("threats", 0, "salvo_interval_s"), 448)],
            "threats[0] (north) launches until t = 906 s, after the end at duration_s 900.",
        ),
        (
            [(("sensors", 0, "overrides"), {"is_cued": True}), (("sensors", 1), REMOVED)],
            "sensors[0] (mmr) looks only where it is cued, and no other sensor can cue it.",
        ),
        (
            [(("threats", 0, "apogee_km"), 9)],
            "threats[0] (north) has an apogee_km, which steering elevation does not use.",
        ),
        (
            [(("command", "nodes"), [{"name": "c2"}, {"name": "idle"}])],
            "command.nodes[1] (idle) has neither sensors nor batteries.",
        ),
        (
            [
                (("command", "nodes"), [{"name": "c2"}, {"name": "eyes"}]),
                (("command", "wiring"), "stovepiped"),
                (("sensors", 1, "node"), "eyes"),
            ],
            "command.nodes[1] (eyes) has sensors but no battery; its picture serves nobody.",
        ),
        (
            [
                (("command", "nodes"), [{"name": "c2"}, {"name": "blind"}]),
                (("weapons", 0, "node"), "blind"),
                (("command", "links"), [{"node": "blind", "outages": [{"from_s": 1, "to_s": 9}]}]),
            ],
            "command.nodes[1] (blind) has batteries but no sensor; while its link is down it sees",
        ),
    ],
)
def test_oddities_are_said(changes: list[tuple[tuple[Any, ...], Any]], sentence: str):
    said = check(load(changed(*changes)))
    assert [s for s in said if s.startswith(sentence)]
    assert all(s.endswith(".") and "\n" not in s for s in said)


def test_a_salvo_that_ends_in_time_is_not_odd():
    assert check(load(SMALL, ["threats[0].salvo_interval_s=445"])) == []


def test_a_cued_sensor_with_another_to_cue_it_is_not_odd():
    assert check(load(SMALL, ["sensors.mmr.overrides.is_cued=true"])) == []


def test_an_asset_is_defended_on_the_way_of_its_threats():
    """A midcourse interceptor far from the asset defends it where the threats pass by."""
    data = small()
    data["assets"][0] = {"name": "city", "lat_deg": -21, "lon_deg": 13.75, "radius_km": 1}
    data["threats"] = [{**data["threats"][0], "aim": "city"}]
    data["assets"].pop()
    data["weapons"][0]["lat_deg"] = -20.85  # 19 km off, at the launch place
    data["weapons"][0]["lon_deg"] = 13.9
    data["weapons"][0]["overrides"] = {"min_range_km": 0.0, "max_range_km": 5.0}
    assert check(load(data)) == []
    data["threats"][0]["launch"] = {"lat_deg": -21.3, "lon_deg": 13.5}
    said = check(load(data))
    assert said[0].startswith("assets[0] (city) is defended by nobody")


def test_nothing_is_said_of_defense_where_there_is_none():
    assert not any("defended" in s for s in check(load(changed((("weapons",), [])))))


NODES = "known nodes: c2."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            [(("assets", 1, "name"), "city")],
            "assets[1].name is 'city'; assets[0] has this name already.",
        ),
        ([(("threats", 1, "name"), "north")], "threats[1].name is 'north'"),
        ([(("sensors", 1, "name"), "mmr")], "sensors[1].name is 'mmr'"),
        (
            [(("command", "nodes"), [{"name": "c2"}, {"name": "c2"}])],
            "command.nodes[1].name is 'c2'",
        ),
        ([(("sensors", 0, "node"), "c3")], f"sensors[0].node is 'c3'; {NODES}"),
        ([(("weapons", 0, "node"), "hq")], f"weapons[0].node is 'hq'; {NODES}"),
        (
            [(("threats", 0, "aim"), "cty")],
            "threats[0].aim is 'cty'; known assets: city, port. Did you mean 'city'?",
        ),
        ([(("threats", 1, "aim", 0), "prt")], "threats[1].aim[0] is 'prt'; known assets"),
        ([(("assets",), [])], "threats[0].aim is 'city'; known assets: none."),
        (
            [(("threats", 0, "waypoints"), [{"lat_deg": -21, "lon_deg": 13.8}])],
            "threats[0].waypoints is a list (1 item); rocket_122mm flies no waypoints, its "
            "steering is elevation. Remove this key.",
        ),
        (
            [(("threats", 0, "count"), 19_998)],
            "threats[0].count is 19998; allowed: at most 20000 launches in all, these groups have "
            "20001.",
        ),
        (
            [(("sensors", 0, "geo_lon_deg"), 20)],
            "sensors[0].geo_lon_deg is 20 deg; elm2084 is a radar and stands on the ground.",
        ),
        (
            [(("sensors", 0, k), REMOVED) for k in ("lat_deg", "lon_deg", "alt_m")],
            "sensors[0].lat_deg is missing; elm2084 is a radar and stands on the ground.",
        ),
        (
            [(("sensors", 1, "geo_lon_deg"), REMOVED)],
            "sensors[1].geo_lon_deg is missing; sbirs_geo is an infrared sensor in orbit",
        ),
        (
            [(("sensors", 1, "lat_deg"), 1), (("sensors", 1, "lon_deg"), 1)],
            "sensors[1].lat_deg is 1 deg; sbirs_geo is an infrared sensor in orbit.",
        ),
    ],
)
def test_contradictions_are_refused(changes: list[tuple[tuple[Any, ...], Any]], said: str):
    message = refusal(changed(*changes))
    assert message.startswith("scenario: ")
    assert said in message


def test_twenty_thousand_launches_are_allowed():
    scenario = load(SMALL, ["threats[0].count=19997"])
    assert sum(group.count for group in scenario.threats) == 20_000
    assert resolved(scenario)["threats"][0]["count"] == 19_997
