"""Footprints of a scenario: those of the study of one battery, and what must only shrink them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from opendome.scenario.load import load, resolved
from opendome.studies import defended_area as ground
from opendome.studies.footprints import (
    Footprints,
    footprint,
    footprints,
    from_table,
    to_table,
)

CITY = ("weapons[1].launchers=2",)
pytestmark = pytest.mark.compiled


@pytest.fixture(scope="module")
def city() -> Footprints:
    return footprints(load("iron_dome_city", CITY))


def test_each_battery_has_the_ground_of_each_class(city: Footprints):
    pairs = {(one.battery, one.threat): one for one in city.found}
    assert set(pairs) == {(b, t) for b in ("battery_north", "battery_south")
                          for t in ("rocket_122mm", "rocket_long")}  # fmt: skip
    assert pairs["battery_north", "rocket_122mm"].groups == "north, east, stray"
    assert city.n_refused == city.n_left_out == 0
    for one in city.found:
        assert one.is_defended.any()
        assert not (one.is_defended & ~one.is_threatened).any()
        assert not one.is_defended.all()


def test_it_is_the_ground_that_the_study_of_one_battery_finds():
    """The same battery and the same threat, from the same distance and bearing, on one grid."""
    changes = [
        "threats=[]",
        "weapons[0].lat_deg=32",
        "weapons[0].lon_deg=35",
        "weapons[0].alt_m=0",
        "weapons[1].lat_deg=32.1",
        "weapons[1].lon_deg=35.1",
    ]
    question = ground.Question("iron_dome", "rocket_long", math.radians(60), 50e3, 1e3, 17,
                               math.inf, 15.0, 0.0)  # fmt: skip
    launch = ground.place_at(50e3 * math.cos(question.bearing), 50e3 * math.sin(question.bearing))
    data = resolved(load("iron_dome_city"))
    group = next(g for g in data["threats"] if g["system"] == "rocket_long")
    places = {"lat_deg": math.degrees(launch[0]), "lon_deg": math.degrees(launch[1])}
    aim = {"lat_deg": 32.0, "lon_deg": 35.0}
    group = {**group, "launch": places, "aim": aim}
    asset = {**data["assets"][0], **aim}
    scenario = load({**data, "threats": [group], "assets": [asset]}, changes[1:])
    found = footprint(scenario, resolved(scenario), 0, (0,))
    node = scenario.command.nodes[0]
    delay = node.consent + scenario.weapons[0].system.reaction
    half = float(found.offsets[-1])
    again = ground.defended_area(replace(question, half_width=half, delay=delay))
    assert np.array_equal(again.is_defended, found.is_defended)
    assert found.area == pytest.approx(again.area)


def test_waiting_for_consent_only_takes_ground():
    quick, slow = (
        footprints(load("limited_icbm", [f"command.nodes[0].consent_s={wait}"]))
        for wait in (30, 900)
    )
    assert [one.battery for one in quick.found] == ["fort_greely", "vandenberg"]
    areas = [{one.battery: one.area for one in found.found} for found in (quick, slow)]
    assert all(areas[1].get(name, 0.0) < area for name, area in areas[0].items())


def test_a_table_keeps_all_of_it(city: Footprints):
    again = from_table(to_table(replace(city, n_refused=2, n_left_out=7)))
    assert (again.n_refused, again.n_left_out) == (2, 7)
    for one, other in zip(city.found, again.found, strict=True):
        assert one.battery == other.battery
        assert one.groups == other.groups
        assert one.site == other.site
        assert np.array_equal(one.offsets, other.offsets)
        assert np.array_equal(one.is_defended, other.is_defended)
        assert np.array_equal(one.is_threatened, other.is_threatened)
