"""Changes by --set: paths by index and by name, values as YAML, refusals that help."""

from __future__ import annotations

from typing import Any

import pytest

from opendome.errors import ScenarioError
from opendome.scenario import load, vary
from tests.unit.scenario.breaking import SMALL, changed, refusal, small


@pytest.mark.parametrize(
    ("words", "path", "value"),
    [
        ("threats[0].count=7", ("threats", 0, "count"), 7),
        ("threats.0.count=7", ("threats", 0, "count"), 7),
        ("threats.north.count=7", ("threats", 0, "count"), 7),
        ("threats[north].count=7", ("threats", 0, "count"), 7),
        ("  step_s = 2", ("step_s",), 2),
        ("name=no", ("name",), "no"),
        ("title=a = b", ("title",), "a = b"),
        ('title="5"', ("title",), "5"),
        ("threats.north.aim=port", ("threats", 0, "aim"), "port"),
        ("threats.north.apogee_km=3.5", ("threats", 0, "apogee_km"), 3.5),
        ("threats.north.launch.alt_m=1e2", ("threats", 0, "launch", "alt_m"), 100.0),
        ("command.nodes.c2.doctrine.salvo=2", ("command", "nodes", 0, "doctrine", "salvo"), 2),
        (
            "command.nodes[0].doctrine.is_shoot_look_shoot=false",
            ("command", "nodes", 0, "doctrine", "is_shoot_look_shoot"),
            False,
        ),
        ("weapons.bat1.overrides.p_kill=0.5", ("weapons", 0, "overrides", "p_kill"), 0.5),
        (
            "weapons.bat1.overrides.seeker.sigma_urad=9",
            ("weapons", 0, "overrides", "seeker.sigma_urad"),
            9,
        ),
        (
            "threats.north.overrides.booster.stages[0].burn_s=2.2",
            ("threats", 0, "overrides", "booster.stages[0].burn_s"),
            2.2,
        ),
        ("threats[1].aim[0]=port", ("threats", 1, "aim", 0), "port"),
        ("threats[1].aim[1].lat_deg=-21", ("threats", 1, "aim", 1, "lat_deg"), -21),
    ],
)
def test_a_key_is_set(words: str, path: tuple[Any, ...], value: Any):
    data, _ = vary(small(), [words], "f")
    assert data == changed((path, value))
    assert load(SMALL, [words]) == load(changed((path, value)))


def test_absent_mappings_are_made_on_the_way():
    data = small()
    del data["command"]["nodes"][0]["doctrine"]
    set_one, _ = vary(data, ["command.nodes.c2.doctrine.salvo=2"], "f")
    assert set_one["command"]["nodes"][0]["doctrine"] == {"salvo": 2}
    assert load(data, ["sensors.mmr.overrides.p_false_alarm=1e-5"])


def test_keys_that_hold_dots_are_found_as_they_stand():
    data = {"systems": {"gbi": {"parameters": {"booster.stages[0].burn_s": {"nominal": 1}}}}}
    found, origin = vary(data, ["systems.gbi.parameters.booster.stages[0].burn_s.nominal=5"], "f")
    assert found["systems"]["gbi"]["parameters"] == {"booster.stages[0].burn_s": {"nominal": 5}}
    assert origin.sets[0][0] == "systems.gbi.parameters.booster.stages[0].burn_s.nominal"


def test_later_words_win_and_origins_are_kept():
    data, origin = vary(small(), ["threats.north.count=1", "threats[0].count=2"], "f")
    assert data["threats"][0]["count"] == 2
    assert origin.sets == (
        ("threats[0].count", "threats.north.count=1"),
        ("threats[0].count", "threats[0].count=2"),
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("foo", "--set 'foo' is not understood. Write KEY=VALUE"),
        ("=5", "is not understood"),
        ("a..b=5", "is not understood"),
        ("a[=5", "is not understood"),
        ("[0]=5", "is not understood"),
        ("a=[1, 2]", "gives a list (2 items); allowed: one value."),
        ("a={b: 1}", "gives a mapping (1 key); allowed: one value."),
        ("a=[1", "--set a: line"),
        ("a=*b", "is an alias"),
        ("threats[5].count=1", "threats[5] is missing; there: 0 to 1."),
        ("threats[99999999].count=1", "threats.99999999 is missing; known: north, south."),
        ("threats.nort.count=1", "threats.nort is missing; known: north, south. Did you mean 'no"),
        ("thrats[0].count=1", "thrats is missing. Did you mean 'threats'?"),
        ("zzz[0].count=1", "zzz is missing."),
        ("threats[0]=1", "threats[0] is a mapping (12 keys); name a key within it."),
        ("threats.north=1", "threats[0] is a mapping"),
        ("name.x=1", "name is 'small'; it has no item x."),
        ("command[0].x=1", "command is a mapping (2 keys); it has no item [0]."),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(words: str, said: str):
    assert said in refusal(SMALL, words)


def test_an_index_into_an_empty_list_is_refused():
    with pytest.raises(ScenarioError, match="none, the list is empty"):
        vary({"threats": []}, ["threats[0].count=1"], "f")
    with pytest.raises(ScenarioError, match=r"threats\.x is missing; known: none\."):
        vary({"threats": [5]}, ["threats.x.count=1"], "f")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("threats[0].cnt=5", "threats[0].cnt is 5; there is no such key. Did you mean 'count'?"),
        ("threats.north.count=-1", "threats[0].count is -1; allowed: whole numbers 0 to 20000."),
        ("thrats.north.count=5", "there is no such key. Did you mean 'threats'?"),
        (
            "weapons.bat1.overrides.p_kil=1",
            "weapons[0].overrides.p_kil is 1; there is no such key.",
        ),
        (
            "weapons.bat1.overrides.p_kill=1.5",
            "weapons[0].overrides.p_kill is 1.5; allowed: 0 to 1.",
        ),
        ("threats[0].aim=ctiy", "threats[0].aim is 'ctiy'; known assets: city, port."),
        ("assets.city.radius_m=5", "radius is given in km. Use radius_km."),
    ],
)
def test_what_the_nouns_refuse_says_that_it_was_set_by_hand(words: str, said: str):
    message = refusal(SMALL, words)
    assert said in message
    assert message.endswith(f"Set by --set {words}.")


def test_a_key_with_control_characters_is_refused_in_one_line():
    assert len(refusal(SMALL, "0\x1e=\x1f").splitlines()) == 1
    assert len(refusal(SMALL, "0\x1e=1").splitlines()) == 1


def test_very_long_words_are_refused_in_few():
    for words in ("x" * 10_000, "threats." + "y" * 10_000 + ".count=1", "title=" + "z" * 10_000):
        assert len(refusal(SMALL, words)) < 700
