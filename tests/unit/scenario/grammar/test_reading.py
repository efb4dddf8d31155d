"""Reading: each kind of key takes what it says and refuses the rest with its path."""

from __future__ import annotations

import math
from typing import Any

import pytest

from opendome.scenario import load
from tests.unit.scenario.breaking import REMOVED, changed, refusal

ALT, COUNT = ("assets", 0, "alt_m"), ("threats", 0, "count")
LOOK = ("command", "nodes", 0, "doctrine", "is_shoot_look_shoot")


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (ALT, -501, "assets[0].alt_m is -501 m; allowed: -500 to 25000 m."),
        (ALT, 25000.1, "assets[0].alt_m is 25000.1 m; allowed: -500 to 25000 m."),
        (
            ALT,
            math.nan,
            "assets[0].alt_m is nan m; allowed: -500 to 25000 m. Write a finite number.",
        ),
        (
            ALT,
            math.inf,
            "assets[0].alt_m is inf m; allowed: -500 to 25000 m. Write a finite number.",
        ),
        (ALT, 10**400, "assets[0].alt_m is a whole number of 1329 bits m; allowed"),
        (ALT, True, "assets[0].alt_m is true; allowed: -500 to 25000 m. Write a number."),
        (ALT, "5", "assets[0].alt_m is '5'; allowed: -500 to 25000 m. Remove the quotes."),
        (
            ALT,
            "5 m",
            "is '5 m'; allowed: -500 to 25000 m. Write a plain number; the unit stands in",
        ),
        (ALT, [1], "is a list (1 item); allowed: -500 to 25000 m. Write a number."),
        (("assets", 0, "radius_km"), 0, "is 0 km; allowed: above 0, up to 500 km. Radius"),
        (COUNT, -1, "threats[0].count is -1; allowed: whole numbers 0 to 20000. Launches in all."),
        (COUNT, 2.5, "threats[0].count is 2.5; allowed: whole numbers 0 to 20000."),
        (COUNT, math.inf, "threats[0].count is inf; allowed: whole numbers"),
        (COUNT, "7", "is '7'; allowed: whole numbers 0 to 20000. Remove the quotes."),
        (COUNT, "many", "Write a plain whole number"),
        (COUNT, False, "is false; allowed: whole numbers 0 to 20000. Write a whole number."),
        (COUNT, None, "threats[0].count is empty; allowed: whole numbers 0 to 20000."),
        (COUNT, REMOVED, "threats[0].count is missing; allowed: whole numbers 0 to 20000."),
        (("picture",), "prefect", "is 'prefect'; known: tracked, statistical, perfect. Did you"),
        (("picture",), 5, "picture is 5; known: tracked, statistical, perfect."),
        (LOOK, "yes", "is 'yes'; allowed: true or false. Write true or false."),
        (LOOK, "OFF", "is 'OFF'; allowed: true or false. Write true or false."),
        (LOOK, 1, "doctrine.is_shoot_look_shoot is 1; allowed: true or false."),
        (("name",), 12, "name is 12; allowed: a name of at most 64 letters, digits, '_' and '-'"),
        (("name",), "12", "name is '12'; allowed: a name"),
        (("name",), True, "name is true; allowed: a name"),
        (("name",), "", "name is ''; allowed: a name"),
        (("assets", 0, "name"), ["x"], "assets[0].name is a list (1 item); allowed: a name"),
        (("title",), 5, "title is 5; allowed: text of at most 200 characters. Put it in quotes."),
        (("title",), "x" * 201, "allowed: text of at most 200 characters. It has 201."),
        (("title",), "a\x1b[0m", "Remove the control characters."),
        (
            ("start",),
            "yesterday",
            "start is 'yesterday'; allowed: a time in UTC such as 2026-01-01",
        ),
        (
            ("start",),
            "2026-01-01T00:00:00",
            "allowed: a time in UTC such as 2026-01-01T00:00:00Z. E",
        ),
        (("start",), "2026-01-01T00:00:00+02:00", "End it with Z."),
        (("start",), 2026, "start is 2026; allowed: a time in UTC"),
        (("command",), 5, "command is 5; allowed: a mapping of keys. It needs nodes."),
        (("command",), REMOVED, "command is missing; allowed: a mapping of keys."),
        (("command",), None, "command is empty; allowed: a mapping of keys."),
        (("threats",), {"a": 1}, "is a mapping (1 key); allowed: a list of 0 to 1000 items. Begin"),
        (("threats",), "x", "threats is 'x'; allowed: a list of 0 to 1000 items."),
        (("assets",), [{}] * 1001, "assets is a list (1001 items); allowed: a list of 0 to 1000"),
        (
            ("command", "nodes"),
            [],
            "command.nodes is a list (0 items); allowed: a list of 1 to 100",
        ),
        (("threats", 0), None, "threats[0] is empty; allowed: a mapping of keys. It needs name."),
        (
            ("threats", 0, "launch"),
            "city",
            "threats[0].launch is 'city'; allowed: a mapping of keys",
        ),
        (("threats", 0, "launch", "lon_deg"), REMOVED, "threats[0].launch.lon_deg is missing"),
        (("weapons", 0, "lat_deg"), REMOVED, "weapons[0].lat_deg is missing; allowed: -90 to 90"),
        (("weapons", 0, "lat_deg"), None, "weapons[0].lat_deg is missing; allowed: -90 to 90"),
        (("sensors", 0, "lon_deg"), REMOVED, "sensors[0].lon_deg is missing; allowed: -180"),
        (("threats", 0, "aim"), 5, "threats[0].aim is 5; allowed: the name of an asset, a place"),
        (("threats", 0, "aim"), [], "threats[0].aim is a list (0 items); allowed: the name of an"),
        (("threats", 0, "aim"), [["city"]], "threats[0].aim[0] is a list (1 item); allowed"),
        (("threats", 0, "aim"), {"lat_deg": 95, "lon_deg": 0}, "threats[0].aim.lat_deg is 95 deg"),
        (("systems",), [1], "systems is a list (1 item); allowed: a mapping of names"),
        (("format",), 2, "format is 2; allowed: whole numbers 1 to 1."),
    ],
)
def test_what_a_key_does_not_take_is_refused(path: tuple[Any, ...], value: Any, said: str):
    message = refusal(changed((path, value)))
    assert message.startswith("scenario: ")
    assert said in message


def test_a_value_may_not_be_below_the_one_it_leans_on():
    nodes = [{"name": "c2", "confirm_hits": 4, "confirm_looks": 3}]
    message = refusal(changed((("command", "nodes"), nodes)))
    assert message == (
        "scenario: command.nodes[0].confirm_looks is 3; "
        "allowed: not below confirm_hits, which is 4."
    )
    assert load(changed((("command", "nodes"), [{**nodes[0], "confirm_looks": 4}])))


def test_ends_of_ranges_are_allowed():
    ends = changed((ALT, 25000), (COUNT, 0), (("assets", 0, "radius_km"), 500), (("step_s",), 60))
    scenario = load(ends)
    assert scenario.assets[0].place.alt == 25000.0
    assert scenario.threats[0].count == 0


def test_whole_numbers_may_be_written_as_decimals_and_text_may_have_lines():
    scenario = load(changed((COUNT, 12.0), (("description",), "two\nlines")))
    assert scenario.threats[0].count == 12
    assert isinstance(scenario.threats[0].count, int)
    assert scenario.description == "two\nlines"
