"""Keys of the nouns: what each field says about itself."""

from __future__ import annotations

import dataclasses

import pytest

from opendome.scenario.entries import MODELLED, Entry, Parameter
from opendome.scenario.grammar.keys import NAME, file_keys, find_leaf, keys_of, leaves
from opendome.scenario.places import Asset
from opendome.scenario.scenario import Scenario
from opendome.scenario.sensors import Sensor
from opendome.scenario.threats import ThreatGroup
from opendome.scenario.units import TO_SI, to_si
from opendome.scenario.weapons import InterceptorSystem


def _all_nouns() -> list[type]:
    found: list[type] = []

    def visit(noun: type) -> None:
        if noun not in found:
            found.append(noun)
            for key in keys_of(noun):
                for inner in key.nouns:
                    visit(inner)

    for noun in (Scenario, Entry, Parameter, *MODELLED.values()):
        visit(noun)
    return found


@pytest.mark.parametrize("noun", _all_nouns())
def test_every_field_of_every_noun_has_a_key(noun: type):
    without = {f.name for f in dataclasses.fields(noun) if not f.metadata}
    assert without <= {"name", "title"}  # of systems and entries: given by the catalog
    for key in keys_of(noun):
        assert key.about.endswith("."), key
        assert key.unit in TO_SI
        assert key.kind != "number" or key.unit in ("1", key.key[-len(key.unit) :])


@pytest.mark.parametrize("noun", _all_nouns())
def test_defaults_lie_within_their_own_range(noun: type):
    fields = {f.name: f for f in dataclasses.fields(noun)}
    for key in keys_of(noun):
        if key.kind not in ("number", "integer") or key.is_required or key.file_default is None:
            continue
        assert key.low is None or key.file_default >= key.low
        assert key.high is None or key.file_default <= key.high
        assert key.above is None or key.file_default > key.above
        assert fields[key.field].default == to_si(key.file_default, key.unit)


@pytest.mark.parametrize("noun", _all_nouns())
def test_keys_are_unique_and_what_they_lean_on_is_there(noun: type):
    known = file_keys(noun)
    flat = [key for key in keys_of(noun) if not key.is_flat]
    assert len({key.key for key in flat}) == len(flat)
    for key in flat:
        assert not key.not_below or key.not_below in known


def test_flat_parts_stand_among_the_keys_of_their_noun():
    assert list(file_keys(Asset))[:4] == ["name", "lat_deg", "lon_deg", "alt_m"]
    assert "launch" in file_keys(ThreatGroup)
    assert "lat_deg" not in file_keys(ThreatGroup)
    assert {"system", "overrides", "geo_lon_deg", "lat_deg"} <= set(file_keys(Sensor))


@pytest.mark.parametrize(
    ("dotted", "unit"),
    [
        ("p_kill", "1"),
        ("seeker.sigma_urad", "urad"),
        ("booster.stages[0].burn_s", "s"),
        ("booster.stages[3].inert_kg", "kg"),
    ],
)
def test_single_values_are_found_by_dotted_path(dotted: str, unit: str):
    key = find_leaf(InterceptorSystem, dotted)
    assert key is not None
    assert key.unit == unit


@pytest.mark.parametrize(
    "dotted",
    [
        "",
        "p_kil",
        "seeker",
        "booster",
        "booster.stages",
        "booster.stages[0]",
        "booster.stages.burn_s",
        "booster[0].payload_kg",
        "seeker[0].sigma_urad",
        "booster.stages[x].burn_s",
        "p_kill.x",
        "nothing.x",
        "seeker..sigma_urad",
    ],
)
def test_what_is_no_single_value_is_not_found(dotted: str):
    assert find_leaf(InterceptorSystem, dotted) is None


def test_every_leaf_is_found_by_its_own_path():
    for noun in MODELLED.values():
        paths = dict(leaves(noun))
        assert paths
        assert all(find_leaf(noun, path) == key for path, key in paths.items())


@pytest.mark.parametrize("name", ["a", "A-1", "2084x", "no", "x" * 64])
def test_names(name: str):
    assert NAME.fullmatch(name)


@pytest.mark.parametrize("name", ["", "12", "a b", "a.b", "a[0]", "x" * 65, "é", "a\n"])
def test_no_names(name: str):
    assert not NAME.fullmatch(name)
