"""Strict YAML: what is data comes through, everything else is refused with its line."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
import yaml

from opendome.errors import ScenarioError
from opendome.scenario.grammar import yaml_text
from opendome.scenario.grammar.yaml_text import MAX_DEPTH, parse_yaml


@pytest.fixture(params=["compiled", "plain"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs with the compiled parser and with the plain one."""
    if request.param == "plain":
        monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)
    else:
        assert yaml_text._LOADER is not yaml.SafeLoader


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # YAML 1.2 core schema, section 10.3.2, and what YAML 1.1 would have made of it
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("true", True),
        ("FALSE", False),
        ("12:30:45", "12:30:45"),
        ("1e3", 1000.0),
        ("1_000", "1_000"),
        ("010", 10),
        ("0x10", "0x10"),
        ("2026-01-01", "2026-01-01"),
        ("-.5", -0.5),
        ("+7", 7),
        ("7.", 7.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("~", None),
        ("", None),
        ("null", None),
        ("'1'", "1"),
        ('"true"', "true"),
        ("|\n  12\n", "12\n"),
        ("=", "="),
        ("9" * 101, "9" * 101),
    ],
)
def test_plain_words_follow_the_core_schema(text: str, value: Any):
    found = parse_yaml(f"a: {text}", "f")
    assert found == {"a": value}
    assert type(found["a"]) is type(value)


def test_nan_is_read_as_such():
    assert math.isnan(parse_yaml("a: .nan", "f")["a"])


def test_nested_data_come_through():
    text = "a: [1, {b: x}, []]\nc:\n- d\n- - e\nf: {}\n"
    assert parse_yaml(text, "f") == {"a": [1, {"b": "x"}, []], "c": ["d", ["e"]], "f": {}}


def test_json_is_yaml():
    assert parse_yaml('{"a": [1, 2.5, true, null], "b": {"c": "d"}}', "f") == {
        "a": [1, 2.5, True, None],
        "b": {"c": "d"},
    }


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_nothing_is_none(text: str):
    assert parse_yaml(text, "f") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\na: 3", ["f.yaml: line 3", "a is given twice", "line 1"]),
        ("x:\n  - {b: 1}\n  - {b: {c: 1, c: 2}}", ["x[1].b.c is given twice"]),
        ("a: &here 1", ["line 1", "'&here' is an anchor"]),
        ("a: {b: 1}\nc: *a", ["line 2", "'*a' is an alias"]),
        ("a: !!python/object/apply:os.system [ls]", ["is a tag", "plain data only"]),
        ("a: !mine 1", ["'!mine' is a tag"]),
        ("a: 1\n---\nb: 2", ["a second document", "one document is allowed"]),
        ("? [a, b]\n: 1", ["a mapping or list stands as a key"]),
        ("{{a: 1}: 2}", ["a mapping or list stands as a key"]),
        ("[" * (MAX_DEPTH + 1), ["21 levels deep", "at most 20"]),
        ("a: [1", ["is not YAML"]),
        ("a: b: c", ["line 1, column 5 is not YAML"]),
        ("a:\n\t- b", ["line 2", "is not YAML", "spaces, not tabs"]),
        ("a: 'x", ["is not YAML"]),
        ("a: \x07", ["is not YAML text"]),
        ("a: \ud800", ["not UTF-8"]),
        ("<<: {a: 1}\n<<: {b: 1}", ["<< is given twice"]),
    ],
)
def test_everything_else_is_refused(text: str, words: list[str]):
    with pytest.raises(ScenarioError) as caught:
        parse_yaml(text, "f.yaml")
    message = str(caught.value)
    assert message.startswith("f.yaml")
    assert "\n" not in message
    for word in words:
        assert word in message


def test_an_alias_bomb_ends_at_its_first_anchor():
    bomb = "a: &a [x, x, x]\n" + "".join(
        f"{c}: &{c} [*{p}, *{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(ScenarioError, match="'&a' is an anchor"):
        parse_yaml(bomb, "f")


@pytest.mark.parametrize("text", ["[" * 200_000, "{a: " * 50_000, "- " * 100_000, "&a " * 50_000])
def test_deep_nesting_is_refused_at_once(text: str):
    start = time.process_time()
    with pytest.raises(ScenarioError):
        parse_yaml(text, "f")
    assert time.process_time() - start < 2.0


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(yaml_text, "MAX_NODES", 10)
    with pytest.raises(ScenarioError, match="10 values allowed"):
        parse_yaml("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", "f")
    assert parse_yaml("[1, 2, 3, 4, 5, 6, 7, 8, 9]", "f") == list(range(1, 10))
