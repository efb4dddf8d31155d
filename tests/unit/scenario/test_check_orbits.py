"""Orbits of sensors that cannot be, each refused in one line."""

from __future__ import annotations

import math
from typing import Any

import pytest

from opendome.errors import ScenarioError
from opendome.scenario import load

SHELL = {"alt_km": 1000, "inclination_deg": 80, "total": 72, "planes": 8, "phasing": 1}
ELLIPSE = {"perigee_km": 1200, "apogee_km": 39150}


def with_sensor(**keys: Any) -> dict[str, Any]:
    sensor = {"name": "eye", "node": "hub", **keys}
    return {
        "format": 1, "name": "orbits", "assets": [], "threats": [], "weapons": [],
        "sensors": [sensor], "command": {"nodes": [{"name": "hub", "doctrine": {}}]},
    }  # fmt: skip


def sensor(**keys: Any):
    return load(with_sensor(**keys)).sensors[0]


def test_a_constellation_of_the_catalog_needs_no_orbit():
    found = sensor(system="pwsa_tracking_t3")
    assert [shell.total for shell in found.orbits] == [72]
    assert found.orbits[0].altitude == 1e6


def test_own_shells_take_the_place_of_the_catalogs():
    found = sensor(system="pwsa_tracking_t3", shells=[SHELL, {**SHELL, "inclination_deg": 0}])
    assert [shell.inclination for shell in found.orbits] == [math.radians(80), 0.0]


def test_a_sensor_at_its_longitude_has_no_shells():
    assert sensor(system="pwsa_tracking_t3", geo_lon_deg=10).orbits == ()


def test_two_highly_elliptical_payloads():
    found = sensor(system="sbirs_heo", ellipses=[ELLIPSE, {**ELLIPSE, "node_deg": 180}])
    assert found.ellipses[1].node == math.pi
    assert found.ellipses[0].argument == math.radians(270)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"system": "sbirs_heo"}, "an infrared sensor in orbit. Give geo_lon_deg, shells or ell"),
        ({"system": "sbirs_geo", "geo_lon_deg": 1, "bias_az_deg": 0.1}, "bias_az_deg is 0.1 deg"),
        (
            {"system": "tpy2_terminal", "lat_deg": 0, "lon_deg": 30, "bias_pointing_urad": 50},
            "bias_pointing_urad is 50 urad; tpy2_terminal is a radar. Give bias_az_deg, bias_el",
        ),
        ({"system": "hbtss", "shells": [{**SHELL, "alt_km": -100}]}, "shells[0].alt_km is -100 km"),
        ({"system": "hbtss", "shells": [{**SHELL, "total": 0}]}, "shells[0].total is 0"),
        ({"system": "hbtss", "shells": [{**SHELL, "planes": 7}]}, "shells[0].planes is 7"),
        ({"system": "hbtss", "shells": [{**SHELL, "planes": 0}]}, "shells[0].planes is 0"),
        ({"system": "hbtss", "overrides": {"field_deg": 400}}, "field_deg is 400 deg"),
        ({"system": "hbtss", "overrides": {"field_deg": 0}}, "field_deg is 0 deg"),
        ({"system": "hbtss", "shells": [{**SHELL, "total": 8000}]}, "at most 4000 satellites"),
        ({"system": "sbirs_heo", "ellipses": [{**ELLIPSE, "perigee_km": 9}]}, "perigee_km is 9"),
        ({"system": "sbirs_heo", "ellipses": [{**ELLIPSE, "apogee_km": 500}]}, "apogee_km is 500"),
        ({"system": "uewr", "lat_deg": 1, "lon_deg": 2, "shells": [SHELL]}, "is a radar"),
        ({"system": "hbtss", "lat_deg": 1, "lon_deg": 2}, "an infrared sensor in orbit"),
        ({"system": "hbtss", "overrides": {"shells[0].planes": 3}}, "shells[0].planes is 3"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_line(keys: dict[str, Any], words: str):
    with pytest.raises(ScenarioError) as caught:
        sensor(**keys)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("scenario: sensors[0].")
