"""The catalog gives nouns: at each level, with overrides, or a sentence that says why not."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from opendome.errors import ScenarioError
from opendome.scenario import Entry, Parameter, build_system, catalog, entry, load
from opendome.scenario.catalog_entries import changed_values, entry_of, read_entries
from opendome.scenario.entries import LEVELS, MODELLED
from tests.unit.scenario.breaking import SMALL, changed, refusal

MODELLED_NAMES = [name for name, found in catalog().items() if found.is_modelled]
LISTED_NAMES = [name for name, found in catalog().items() if not found.is_modelled]


def _refused(*words: str, **arguments: Any) -> str:
    with pytest.raises(ScenarioError) as caught:
        build_system(**arguments)
    message = str(caught.value)
    for word in words:
        assert word in message
    return message


def test_the_catalog_holds_systems_of_every_modelled_kind():
    assert {catalog()[name].kind for name in MODELLED_NAMES} == set(MODELLED)
    assert all(name == found.name for name, found in catalog().items())


@pytest.mark.parametrize("name", MODELLED_NAMES)
@pytest.mark.parametrize("level", LEVELS)
def test_every_modelled_system_builds_at_every_level(name: str, level: str):
    found = entry(name)
    made = build_system(found, level)
    assert type(made) is MODELLED[found.kind]
    assert (made.name, made.title) == (name, found.title)


@pytest.mark.parametrize("name", MODELLED_NAMES)
def test_a_system_is_its_entry_made_again(name: str):
    made = build_system(entry(name))
    assert build_system(entry_of(made)) == made
    assert changed_values(made, made) == {}


@pytest.mark.parametrize("name", LISTED_NAMES)
def test_a_listed_system_says_that_it_is_not_modelled(name: str):
    _refused(
        name, "listed in the catalog for its numbers; no scenario can use it", entry=entry(name)
    )


def test_numbers_come_at_the_level_asked_and_in_si():
    found = entry("iron_dome")
    for level in LEVELS:
        made = build_system(found, level)
        assert made.p_kill == getattr(found.parameters["p_kill"], level)
        assert made.max_range == getattr(found.parameters["max_range_km"], level) * 1000.0
    with pytest.raises(ValueError, match="level is 'middle'; known: low, nominal, high"):
        build_system(found, "middle")


def test_overrides_reach_every_kind_of_key():
    made = build_system(
        entry("iron_dome"),
        overrides={
            "p_kill": 0,
            "seeker.sigma_urad": 50,
            "booster.stages[0].burn_s": 3.5,
            "launchers": 4,
            "homing.law": "zero_effort_miss",
        },
    )
    assert (made.p_kill, made.launchers) == (0.0, 4)
    assert made.seeker.sigma_angle == pytest.approx(5e-5, rel=1e-12)
    assert made.booster.stages[0].burn_time == 3.5
    assert made.homing.law == "zero_effort_miss"


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"p_kil": 0.5}, "iron_dome.parameters.p_kil is 0.5; there is no such key. Did you mean"),
        ({"max_range_m": 5}, "max_range is given in km. Use max_range_km."),
        ({"p_kill": 2}, "p_kill is 2; allowed: 0 to 1."),
        ({"p_kill": "high"}, "p_kill is 'high'; allowed: 0 to 1."),
        ({"p_kill": None}, "p_kill is empty; allowed: 0 to 1."),
        ({"launchers": 2.5}, "launchers is 2.5; allowed: whole numbers 1 to 1000"),
        ({"homing.law": "luck"}, "homing.law is 'luck'; known: proportional_navigation"),
        ({"seeker": {"sigma_urad": 5}}, "Write a dotted key, such as seeker.sigma_urad."),
        ({"booster.stages[4].burn_s": 5}, "the catalog entry has no such item"),
        ({"max_range_km": 1}, "max_range_km is 1 km; allowed: not below min_range_km, which is"),
        ({"name": "x"}, "there is no such key"),
    ],
)
def test_wrong_overrides_are_refused(overrides: dict[str, Any], said: str):
    _refused(said, entry=entry("iron_dome"), overrides=overrides)


def test_entries_are_found_by_name_and_by_alias():
    named = next(found for found in catalog().values() if found.aliases)
    assert entry(named.aliases[0]) is named
    assert load(SMALL, ["threats.south.system=grad"]).threats[1].system.name == "rocket_122mm"
    with pytest.raises(ScenarioError, match="Did you mean 'thaad'"):
        entry("thad")


def _broken(**changes: Any) -> Entry:
    return dataclasses.replace(entry("rocket_122mm"), **changes)


def test_broken_entries_are_refused_with_the_parameter():
    parameters = entry("rocket_122mm").parameters
    without = {k: p for k, p in parameters.items() if k != "rcs_m2"}
    _refused("rocket_122mm.parameters.rcs_m2 is missing", entry=_broken(parameters=without))
    other = dataclasses.replace(parameters["rcs_m2"], unit="km")
    message = "rocket_122mm.parameters.rcs_m2.unit is 'km'; allowed: m2."
    _refused(message, entry=_broken(parameters={**parameters, "rcs_m2": other}))
    _refused("steering is missing", entry=_broken(choices={}))
    _refused("stering is 'x'", entry=_broken(choices={"steering": "cutoff", "stering": "x"}))
    gap = {
        key.replace("stages[0]", "stages[1]"): parameter for key, parameter in parameters.items()
    }
    _refused("booster.stages[0] is missing; items are counted", entry=_broken(parameters=gap))


def test_entries_of_a_file_are_checked():
    good = "x:\n  kind: threat\n  title: X\n  is_modelled: false\n"
    assert read_entries(good, "f")["x"] == Entry(
        name="x", kind="threat", title="X", is_modelled=False
    )
    assert read_entries("", "f") == {}
    parameter = "  parameters:\n    a_km: {low: 1, nominal: 2, high: 3, unit: km, source: s}\n"
    assert read_entries(good + parameter, "f")["x"].parameters == {
        "a_km": Parameter(low=1, nominal=2, high=3, unit="km", source="s")
    }
    for text, said in [
        (good.replace("title", "tittle"), "f: x.tittle is 'X'; there is no such key."),
        (good + parameter.replace("high: 3, ", ""), "f: x.parameters.a_km.high is missing"),
        (good + parameter.replace("3", "three"), "x.parameters.a_km.high is 'three'"),
        (good + "  aliases: y\n", "x.aliases is 'y'; allowed: a list of names"),
        (good + "  aliases: [y z]\n", "x.aliases[0] is 'y z'"),
        (good + "  choices: [y]\n", "x.choices is a list (1 item)"),
        (good + "  choices: {y: 5}\n", "x.choices.y is 5; allowed: a word or a flag"),
        (good + "  parameters: 5\n", "x.parameters is 5; allowed: a mapping of names"),
    ]:
        with pytest.raises(ScenarioError) as caught:
            read_entries(text, "f")
        assert said in str(caught.value)


@pytest.mark.parametrize(
    ("key", "name", "words"),
    [
        ("weapons", "thad", ["weapons[0].system is 'thad'", "Did you mean 'thaad'?", "iron_dome"]),
        ("weapons", "THAAD", ["Did you mean 'thaad'?"]),
        (
            "weapons",
            "aegis_ship",
            ["listed in the catalog for its numbers", "use instead", "sm3_ib"],
        ),
        ("weapons", "elm2084", ["that system is of kind radar, wanted: interceptor", "gbi"]),
        ("weapons", 5, ["weapons[0].system is 5; allowed: the name of a system"]),
        (
            "sensors",
            "elm2048",
            ["known as radar or infrared or skywave:", "Did you mean 'elm2084'?"],
        ),
        ("sensors", "iron_dome", ["that system is of kind interceptor, wanted: radar or infrared"]),
        ("threats", "rocket_112mm", ["Did you mean 'rocket_122mm'?"]),
        ("threats", "grads", ["Did you mean 'grad'?"]),
        ("sensors", "ibcs", ["no scenario can use it. Network of", "wiring: integrated"]),
        ("threats", "cost_exchange", ["no scenario can use it", "An account, no system"]),
        ("threats", "qqqqqqq", ["known as threat: "]),
    ],
)
def test_unknown_systems_are_met_with_the_nearest(key: str, name: Any, words: list[str]):
    message = refusal(changed(((key, 0, "system"), name)))
    for word in words:
        assert word in message


def test_a_name_in_the_catalog_stands_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        "opendome.scenario.catalog_entries.read_entries",
        lambda text, file: {"same": Entry(name="same", kind="threat", title="S")},
    )
    with pytest.raises(ScenarioError, match="each system may stand in the catalog once"):
        catalog.__wrapped__()


def test_own_systems_are_checked_where_they_stand():
    from_catalog = {
        "kind": "interceptor",
        "title": "Mine",
        "parameters": {"p_kill": {"low": 2, "nominal": 2, "high": 2, "unit": "1", "source": "s"}},
    }
    message = refusal(changed((("systems",), {"mine": from_catalog})))
    assert "systems.mine.parameters.p_kill is 2; allowed: 0 to 1." in message
    assert "systems is 'a b'" in refusal(changed((("systems",), {"a b": from_catalog})))
    message = refusal(changed((("weapons", 0, "overrides"), [1])))
    assert "weapons[0].overrides is a list (1 item); allowed: a mapping of catalog keys" in message
    huge = {"low": 1, "nominal": 10**400, "high": 1, "unit": "1", "source": "s"}
    message = refusal(
        changed((("systems",), {"mine": {**from_catalog, "parameters": {"x": huge}}}))
    )
    assert "systems.mine.parameters.x.nominal is a whole number of 1329 bits; allowed" in message
    other = {**from_catalog, "kind": "launcher"}
    assert "no scenario can use it" in refusal(changed((("systems",), {"mine": other})))
