"""What stands where it cannot is refused; what stands oddly, or looks away, is said."""

from __future__ import annotations

import math
from typing import Any

import pyproj
import pytest

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.scenario import check, load
from opendome.scenario.ground import bearing, places_between
from opendome.scenario.places import Place
from tests.unit.scenario.breaking import changed, refusal

SPHERE = pyproj.Geod(a=EARTH_RADIUS_MEAN, b=EARTH_RADIUS_MEAN)
Change = tuple[tuple[Any, ...], Any]


def place(lat: float, lon: float) -> Place:
    return Place(lat=math.radians(lat), lon=math.radians(lon))


WAYS = [
    ((63.9, -145.7), (34.7, -120.6)),
    ((-21, 179), (-20, -179)),
    ((10, 20), (-10, 170)),
    ((31.5, 34.6), (31.6, 34.7)),
]


@pytest.mark.parametrize(("a", "b"), WAYS)
def test_bearing_is_that_of_an_independent_geodesic(a: tuple[float, float], b: tuple[float, float]):
    expected = SPHERE.inv(a[1], a[0], b[1], b[0])[0]
    assert math.degrees(bearing(place(*a), place(*b))) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("a", "b"), WAYS)
def test_places_between_are_those_of_an_independent_geodesic(
    a: tuple[float, float], b: tuple[float, float]
):
    expected = [(a[1], a[0]), *SPHERE.npts(a[1], a[0], b[1], b[0], 9), (b[1], b[0])]
    found = places_between(place(*a), place(*b), 11)
    assert len(found) == 11
    for here, (lon, lat) in zip(found, expected, strict=True):
        assert math.degrees(here.lat) == pytest.approx(lat, abs=1e-6)
        assert math.cos(here.lon - math.radians(lon)) == pytest.approx(1.0, abs=1e-12)


def test_between_opposite_places_there_is_no_one_way():
    a, b = place(10, 20), place(-10, -160)
    assert places_between(a, b, 11) == [a, b]
    assert places_between(a, a, 11) == [a, a]


WEST: Change = (("sensors", 0, "lon_deg"), 13.6)  # of everything


def at(key: str, **keys: float | str) -> list[Change]:
    """Keys of the first sensor or battery."""
    return [((key, 0, name), value) for name, value in keys.items()]


@pytest.mark.parametrize(("key", "where"), [("sensors", "13.76"), ("weapons", "13.78")])
def test_a_ship_on_land_is_refused(key: str, where: str):
    message = refusal(changed(*at(key, platform="ship", lat_deg=-20.5)))
    assert f"scenario: {key}[0].platform is 'ship'; lat_deg -20.5, lon_deg {where} lies" in message
    assert message.endswith(" km from the sea. Move it, or take platform: ground.")


@pytest.mark.parametrize("key", ["sensors", "weapons"])
def test_a_ship_in_the_air_is_refused(key: str):
    message = refusal(changed(*at(key, platform="ship", lat_deg=-21.0, lon_deg=12.0, alt_m=900)))
    assert message == (
        f"scenario: {key}[0].alt_m is 900 m; a ship floats near the ellipsoid, allowed: -120 to "
        "200 m."
    )


@pytest.mark.parametrize("lon", [12.0, 13.40])  # far out, and within the doubt of the map
@pytest.mark.parametrize("key", ["sensors", "weapons"])
def test_ships_at_sea_or_at_the_coast_are_taken(key: str, lon: float):
    data = changed(*at(key, platform="ship", lat_deg=-21.0, lon_deg=lon, alt_m=20))
    assert not [s for s in check(load(data)) if s.startswith(key)]


def test_an_antenna_above_the_model_of_the_air_is_refused():
    changes = at("sensors", platform="aircraft", alt_m=10001)
    assert (
        "sensors[0].alt_m is 10001 m; the model of bent rays holds for antennas up to 10000 m."
        in refusal(changed(*changes))
    )
    assert load(changed(*at("sensors", platform="aircraft", alt_m=10000)))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            at("weapons", lat_deg=-21.0, lon_deg=12.0),
            "weapons[0] (bat1) stands on the ground, but lat_deg -21, lon_deg 12 is at sea, ",
        ),
        (
            at("sensors", lat_deg=-21.0, lon_deg=12.0),
            "sensors[0] (mmr) stands on the ground, but lat_deg -21, lon_deg 12 is at sea, ",
        ),
        (
            at("weapons", alt_m=9500),
            "weapons[0] (bat1) stands at alt_m 9500, higher than any ground; is it on platform: ",
        ),
        (
            [*at("sensors", az_deg=270), WEST],
            "sensors[0] (mmr) faces away from every threat: no launch place, aim or way between "
            "them lies in its sector of 120 deg about az_deg 270.",
        ),
    ],
)
def test_odd_sites_are_said(changes: list[Change], sentence: str):
    said = check(load(changed(*changes)))
    assert [s for s in said if s.startswith(sentence)]
    assert all(s.endswith(("?", ".")) and "\n" not in s for s in said)


@pytest.mark.parametrize(
    "changes",
    [
        [WEST],  # looks at them
        [*at("sensors", az_deg=270), WEST, (("sensors", 0, "overrides"), {"sector_deg": 360})],
        [*at("sensors", az_deg=152), WEST],  # just the aims
        [*at("sensors", az_deg=270), WEST, (("threats",), [])],
    ],
)
def test_a_radar_that_sees_a_way_is_not_odd(changes: list[Change]):
    assert not [s for s in check(load(changed(*changes))) if "faces away" in s]


def test_a_way_that_crosses_the_sector_is_enough():
    """Launch to the north, aim to the south of a radar that looks east: the way passes there."""
    data = changed(*at("sensors", az_deg=90, lat_deg=-21.0, lon_deg=13.6))
    data["sensors"][0]["overrides"] = {"sector_deg": 10}
    data["assets"].append({"name": "far", "lat_deg": -25, "lon_deg": 14, "radius_km": 9})
    data["threats"] = [
        {**data["threats"][0], "aim": "far", "launch": {"lat_deg": -17, "lon_deg": 14}}
    ]
    assert not [s for s in check(load(data)) if "faces away" in s]
    data["sensors"][0]["az_deg"] = 270
    assert [s for s in check(load(data)) if "faces away" in s]


def test_waypoints_are_part_of_the_way():
    data = changed(*at("sensors", az_deg=270, lat_deg=-21.0, lon_deg=13.6))
    data["threats"] = [{**data["threats"][0], "system": "drone_one_way", "overrides": {}}]
    assert [s for s in check(load(data)) if "faces away" in s]
    data["threats"][0]["waypoints"] = [{"lat_deg": -21.0, "lon_deg": 12.0}]
    assert not [s for s in check(load(data)) if "faces away" in s]


def test_a_radar_without_time_for_a_cue_is_told_of():
    data = changed()
    data["sensors"][0]["overrides"] = {"cue_gain_1": 16, "dwell_s": 0.1}
    (told,) = [s for s in check(load(data)) if "cue" in s]
    assert told.startswith("sensors[0] (mmr) has time for ")
    assert "none is ever searched" in told
    data["sensors"][0]["overrides"]["dwell_s"] = 0
    assert not [s for s in check(load(data)) if "cue" in s]
