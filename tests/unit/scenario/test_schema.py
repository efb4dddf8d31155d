"""The JSON Schema and the reference say what the reader does."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendome.errors import ScenarioError
from opendome.scenario import json_schema, load, reference_markdown, resolved, shipped
from opendome.scenario.entries import MODELLED
from opendome.scenario.grammar.keys import file_keys, leaves
from opendome.scenario.scenario import Scenario
from tests.unit.scenario.breaking import REMOVED, SMALL, changed, small

SCHEMA = json_schema()
IGNORED = {"$schema", "$defs", "title", "description", "default", "format"}
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "number": (int, float),
    "integer": (int, float),
}


def _is_type(value: Any, name: str) -> bool:
    if isinstance(value, bool) and name != "boolean":
        return False
    is_whole = not isinstance(value, float) or value.is_integer()
    return isinstance(value, TYPES[name]) and (name != "integer" or is_whole)


def accepts(schema: dict[str, Any], value: Any) -> bool:
    """Whether a JSON Schema accepts a value; knows the words that our schema uses, no others."""
    for word, rule in schema.items():
        if word not in IGNORED and not _RULES[word](rule, value, schema):
            return False
    return True


def _properties(rule: dict[str, Any], value: Any, schema: dict[str, Any]) -> bool:
    return not isinstance(value, dict) or all(
        accepts(rule[k], v) for k, v in value.items() if k in rule
    )


def _additional(rule: Any, value: Any, schema: dict[str, Any]) -> bool:
    if not isinstance(value, dict):
        return True
    others = [v for k, v in value.items() if k not in schema.get("properties", {})]
    return not others if rule is False else all(accepts(rule, v) for v in others)


def _dependent(rule: dict[str, list[str]], value: Any, schema: dict[str, Any]) -> bool:
    return not isinstance(value, dict) or all(
        set(rule[k]) <= set(value) for k in rule if k in value
    )


def _numeric(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_RULES: dict[str, Any] = {
    "type": lambda r, v, s: any(_is_type(v, t) for t in ([r] if isinstance(r, str) else r)),
    "enum": lambda r, v, s: v in r,
    "minimum": lambda r, v, s: not _numeric(v) or v >= r,
    "maximum": lambda r, v, s: not _numeric(v) or v <= r,
    "exclusiveMinimum": lambda r, v, s: not _numeric(v) or v > r,
    "pattern": lambda r, v, s: not isinstance(v, str) or re.search(r, v) is not None,
    "maxLength": lambda r, v, s: not isinstance(v, str) or len(v) <= r,
    "required": lambda r, v, s: not isinstance(v, dict) or set(r) <= set(v),
    "properties": _properties,
    "additionalProperties": _additional,
    "dependentRequired": _dependent,
    "items": lambda r, v, s: not isinstance(v, list) or all(accepts(r, x) for x in v),
    "minItems": lambda r, v, s: not isinstance(v, list) or len(v) >= r,
    "maxItems": lambda r, v, s: not isinstance(v, list) or len(v) <= r,
    "anyOf": lambda r, v, s: any(accepts(option, v) for option in r),
    "$ref": lambda r, v, s: accepts(SCHEMA["$defs"][r.removeprefix("#/$defs/")], v),
}


@pytest.mark.parametrize("name", shipped())
def test_records_of_shipped_scenarios_fit(name: str):
    assert accepts(SCHEMA, resolved(name))


def test_the_small_scenario_and_its_record_fit():
    assert accepts(SCHEMA, small())
    assert accepts(SCHEMA, resolved(SMALL))


def test_the_schema_is_json():
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["required"][:2] == ["format", "name"]
    assert SCHEMA["$defs"]["Place"]["required"] == ["lat_deg", "lon_deg"]
    assert SCHEMA["$defs"]["Asset"]["required"] == ["name", "lat_deg", "lon_deg", "radius_km"]


BROKEN: list[tuple[tuple[str | int, ...], Any]] = [
    (("zzz",), 1),
    (("name",), REMOVED),
    (("name",), "a b"),
    (("format",), 2),
    (("picture",), "seen"),
    (("title",), "x" * 201),
    (("assets",), {"a": 1}),
    (("assets", 0, "lat_deg"), 95),
    (("assets", 0, "radius_km"), 0),
    (("assets", 0, "radius_km"), None),
    (("assets", 0, "radius_km"), "6"),
    (("assets", 0, "radius_km"), True),
    (("assets", 0), 5),
    (("threats", 0, "count"), 2.5),
    (("threats", 0, "count"), 20_001),
    (("threats", 1, "aim"), []),
    (("threats", 1, "aim"), [[]]),
    (("threats", 1, "aim", 1, "lat_deg"), REMOVED),
    (("threats", 0, "overrides"), {"reliability": []}),
    (("sensors", 0, "lon_deg"), REMOVED),
    (("weapons", 0, "lat_deg"), REMOVED),
    (("command", "nodes"), []),
    (("command", "nodes", 0, "doctrine", "policy"), "luck"),
    (("command", "nodes", 0, "doctrine", "is_shoot_look_shoot"), "yes"),
    (("systems",), {"x": {"kind": "threat"}}),
]


@pytest.mark.parametrize(("path", "value"), BROKEN, ids=repr)
def test_what_the_reader_refuses_the_schema_refuses(path: tuple[str | int, ...], value: Any):
    data = changed((path, value))
    with pytest.raises(ScenarioError):
        load(data)
    assert not accepts(SCHEMA, data)


PLACES: list[tuple[str | int, ...]] = [
    ("step_s",),
    ("assets", 0, "lat_deg"),
    ("assets", 0, "radius_km"),
    ("threats", 0, "spacing_s"),
    ("threats", 0, "apogee_km"),
    ("threats", 0, "salvo_size"),
    ("weapons", 0, "launchers"),
    ("command", "nodes", 0, "doctrine", "p_threatening"),
]


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(PLACES),
    st.one_of(
        st.integers(-100, 30_000),
        st.floats(-200, 200),
        st.sampled_from([0, 1, 90, -90, 90.5, 500, 501, None, True, "1"]),
    ),
)
def test_reader_and_schema_agree_on_single_values(path: tuple[str | int, ...], value: Any):
    data = changed((path, value))
    try:
        load(data)
    except ScenarioError:
        assert not accepts(SCHEMA, data)
    else:
        assert accepts(SCHEMA, data)


def test_the_reference_names_every_key_with_range_default_and_meaning():
    text = reference_markdown()
    for noun in (Scenario, *MODELLED.values()):
        for name, key in file_keys(noun).items():
            assert f"| `{name}` |" in text
            assert key.about in text
    for noun in MODELLED.values():
        assert all(f"| `{path.split('.')[-1]}` |" in text for path, _ in leaves(noun))
    assert "| `lat_deg` | -90 to 90 deg | must be given | Geodetic latitude. |" in text
    assert "| `radius_km` | above 0, up to 500 km | must be given | Radius of the asset. |" in text
    assert "| `salvo_size` | whole numbers 1 to 20000 | 1 | Launches per salvo. |" in text
    assert "| `is_cued` | true or false | false |" in text
    assert "| `apogee_km` | above 0, up to 20000 km | none |" in text
    assert "| `order_latency_s` | 0 to 600 s | 0.5 | From node to battery. |" in text
    assert text.count("### Place\n") == 1
