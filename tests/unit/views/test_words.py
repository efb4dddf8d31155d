"""Numbers as people read them."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.views.report import words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "$0"),
        (12, "$12"),
        (999.6, "$1k"),
        (50_000, "$50k"),
        (1_234_567, "$1.23M"),
        (743e9, "$743B"),
        (1.191e12, "$1.19T"),
        (math.nan, "\u2014"),
    ],
)
def test_dollars(value: float, said: str):
    assert words.dollars(value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0:00"), (65.4, "1:05"), (59.7, "1:00"), (3601, "60:01")]
)
def test_clock(value: float, said: str):
    assert words.clock(value) == said


@pytest.mark.parametrize(
    ("fraction", "said"),
    [(0, "0"), (1, "100"), (0.5, "50.0"), (0.0004, "0.04"), (0.9999, "99.99"), (0.99999, "99.99")],
)
def test_percent_never_rounds_to_none_or_all(fraction: float, said: str):
    assert words.percent_number(fraction) == said


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((0.53, 0.461, 0.598), ("53\u202f%", "46 to 60\u202f%")),
        ((0.0321, 0.0261, 0.0383), ("3.2\u202f%", "2.6 to 3.8\u202f%")),
        ((0.65604, 0.6541, 0.6580), ("65.6\u202f%", "65.4 to 65.8\u202f%")),
        ((0.25, math.nan, math.nan), ("25.0\u202f%", "")),
    ],
)
def test_an_interval_sets_the_decimals(numbers: tuple[float, float, float], said: tuple[str, str]):
    assert words.percent_interval(*numbers) == said


def test_a_count_without_spread_has_no_interval():
    assert words.to_interval(120, 120, 120) == ("120", "")


@given(st.floats(min_value=1e-6, max_value=1e15))
def test_few_digits_and_no_exponent(value: float):
    said = words.significant(value)
    assert "e" not in said
    assert len(re.sub(r"[^1-9]", "", said)) <= 3
    assert float(said.replace(",", "")) == pytest.approx(value, rel=0.006)


def test_lists_and_counts_are_english():
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed(list("abcdefgh"), 3) == "a, b, c and 5 more"
    assert words.plural(1, "shot") == "1 shot"
    assert words.plural(0, "launch", "launches") == "0 launches"


def test_an_interval_without_width_or_without_ends_is_no_words():
    assert words.percent_interval(0.0, 0.0, 0.0) == (f"0{words.NARROW}%", "")
    assert words.percent_interval(0.5, math.nan, math.nan) == (f"50.0{words.NARROW}%", "")
