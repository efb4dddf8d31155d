"""Refusals: one line that holds place, value and what is allowed."""

from __future__ import annotations

import math
from typing import Any

import pytest

from opendome.scenario.grammar.keys import Key, file_keys
from opendome.scenario.grammar.refusal import (
    Measured,
    Origin,
    allowed,
    did_you_mean,
    one_line,
    shorten,
    show,
    unknown_key,
)
from opendome.scenario.places import Asset
from opendome.scenario.threats import ThreatGroup


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (95, "95"),
        (2.50, "2.5"),
        (0.1, "0.1"),
        (1 / 3, repr(1 / 3)),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (True, "true"),
        (None, "empty"),
        (..., "missing"),
        ("ab", "'ab'"),
        ("a\nb\x00", "'a\\nb\\x00'"),
        ({"a": 1}, "a mapping (1 key)"),
        ([1, 2], "a list (2 items)"),
        (10**60, "a whole number of 200 bits"),
        (object(), "a value of type object"),
        (Measured(95, "deg"), "95 deg"),
        (Measured("95", "deg"), "'95'"),
        (Measured(0.5, "1"), "0.5"),
        (Measured(True, "km"), "true"),
        (Measured(..., "km"), "missing"),
    ],
)
def test_values_are_shown_short_and_plain(value: Any, shown: str):
    assert show(value) == shown


def test_a_whole_number_too_long_to_print_is_shown_by_its_size():
    assert show(10**9000) == "a whole number of 29898 bits"


def test_long_text_is_cut_at_sixty_characters():
    assert len(show("x" * 1000)) == 60
    assert show("x" * 1000).endswith("...")
    assert len(show("é\n" * 1000)) <= 60


def test_a_refusal_is_one_sentence_with_place_value_range_and_hint():
    error = Origin("raid.yaml").refuse(
        "a[3].b_km", Measured(-1, "km"), "allowed: 0 or more km", "Do."
    )
    assert str(error) == "raid.yaml: a[3].b_km is -1 km; allowed: 0 or more km. Do."


def test_what_was_set_by_hand_is_said():
    origin = Origin("f", (("a.b", "a.b=1"), ("c", "c=2"), ("c", "c=3")))
    assert str(origin.refuse("a.b", 1, "no")) == "f: a.b is 1; no. Set by --set a.b=1."
    assert str(origin.refuse("a.b.x", 1, "no")).endswith("Set by --set a.b=1.")
    assert str(origin.refuse("a", 1, "no")).endswith("Set by --set a.b=1.")
    assert str(origin.refuse("c", 1, "no")).endswith("Set by --set c=3.")
    assert "--set" not in str(origin.refuse("a.bc", 1, "no"))
    assert "--set" not in str(origin.refuse("", 1, "no"))


def test_a_refusal_is_one_short_line_whatever_it_names():
    message = str(Origin("f\ng").refuse("k" * 10_000 + "\n", "v\n" * 10_000, "no"))
    assert "\n" not in message
    assert len(message) < 300


def test_one_line_has_no_controls():
    assert one_line("a\r\nb\tc\x1b\x85\u2028d\ud800") == "a b c d "
    assert shorten("abcdef", 5) == "ab..."


@pytest.mark.parametrize(
    ("word", "why", "hint"),
    [
        ("radius_m", "radius is given in km", "Use radius_km."),
        ("radius_nmi", "radius is given in km", "Use radius_km."),
        ("radius", "radius is given in km", "Use radius_km."),
        ("lat", "lat is given in deg", "Use lat_deg."),
        ("lon_rad", "lon is given in deg", "Use lon_deg."),
        ("raduis_km", "there is no such key", "Did you mean 'radius_km'?"),
        ("Value", "there is no such key", "Did you mean 'value'?"),
        ("zzz", "there is no such key", "Known keys: alt_m, lat_deg, lon_deg, name, radius_km"),
        ("x" * 500, "there is no such key", "Known keys:"),
    ],
)
def test_unknown_keys_are_met_with_the_right_one(word: str, why: str, hint: str):
    said = unknown_key(word, file_keys(Asset))
    assert why in said[0]
    assert hint in said[1]


def test_a_key_without_unit_is_never_taken_for_another_unit():
    assert unknown_key("count_km", file_keys(ThreatGroup))[0] == "there is no such key"


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("thad", ["thaad", "gbi"], "Did you mean 'thaad'?"),
        ("THAAD", ["thaad"], "Did you mean 'thaad'?"),
        ("iron-dome", ["iron_dome"], "Did you mean 'iron_dome'?"),
        ("zzz", ["thaad"], ""),
        (5, ["thaad"], ""),
        ("t" * 10_000, ["thaad"], ""),
    ],
)
def test_the_nearest_word_is_offered(word: object, known: list[str], said: str):
    assert did_you_mean(word, known) == said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"low": -90, "high": 90, "unit": "deg"}, "allowed: -90 to 90 deg"),
        ({"above": 0, "high": 500, "unit": "km"}, "allowed: above 0, up to 500 km"),
        ({"above": 0, "unit": "km"}, "allowed: above 0 km"),
        ({"low": 0, "unit": "usd"}, "allowed: 0 or more usd"),
        ({"high": 5}, "allowed: -inf to 5"),
        ({"unit": "s"}, "allowed: a number in s"),
        ({}, "allowed: a number"),
    ],
)
def test_ranges_in_words(facts: dict[str, Any], said: str):
    assert allowed(Key("f", "k", "number", "About.", **facts)) == said


def test_every_kind_of_key_says_what_it_takes():
    for noun in (Asset, ThreatGroup):
        for key in file_keys(noun).values():
            assert allowed(key)
    assert allowed(Key("f", "k", "choice", "", choices=("a", "b"))) == "known: a, b"
    assert allowed(Key("f", "k", "integer", "", low=0, high=9)) == "allowed: whole numbers 0 to 9"
