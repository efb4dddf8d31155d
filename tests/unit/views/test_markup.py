"""Markup: what is typed stays text."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from opendome.views.report.axes import Scale, round_ticks, round_top, step_line, time_ticks
from opendome.views.report.markup import Markup, join, path_data, tag
from tests.unit.views.pages import Page


@given(st.text(), st.text())
def test_no_text_becomes_an_element(inside: str, attribute: str):
    page = Page(tag("p", inside, data_tip=attribute))
    assert [name for name, _ in page.elements] == ["p"]


def test_markup_is_not_escaped_twice():
    assert tag("b", tag("i", "a & b")) == "<b><i>a &amp; b</i></b>"
    assert join(["<", Markup("<br>")]) == "&lt;<br>"


def test_attributes_true_false_and_none():
    assert tag("input", hidden=True, checked=False, id=None, for_="x") == '<input hidden for="x">'


def test_a_path_keeps_its_points_to_a_tenth():
    x, y = np.array([0.0, 10.04, 10.04, 3.3]), np.array([5.0, 5.0, 5.0, -2.26])
    assert path_data(x, y) == "M0 5l10 0 -6.7 -7.3"
    assert path_data(x[:0], y[:0]) == ""


@given(st.floats(0.001, 1e9), st.integers(2, 8))
def test_ticks_are_round_few_and_cover(high: float, wanted: int):
    top = round_top(high, wanted)
    ticks = round_ticks(0.0, top, wanted)
    assert high <= top * (1 + 1e-9) <= 3 * high
    assert 2 <= len(ticks) <= 2 * wanted + 2
    assert ticks[0] == 0
    assert 0.6 * top <= ticks[-1] <= top * (1 + 1e-9)


def test_time_ticks_are_whole_minutes_on_a_long_axis():
    assert time_ticks(0, 2400, 8) == [0, 300, 600, 900, 1200, 1500, 1800, 2100, 2400]
    assert time_ticks(0, 60, 6) == [0, 10, 20, 30, 40, 50, 60]


def test_a_scale_without_span_does_not_divide_by_zero():
    assert Scale(3, 3, 10, 20).at(3) == 10
    assert list(Scale(3, 3, 10, 20).all([3.0])) == [10]


def test_a_step_line_holds_its_value():
    t, v = step_line(np.array([0.0, 1.0, 3.0]), np.array([5.0, 4.0, 2.0]))
    assert list(t) == [0, 1, 1, 3, 3]
    assert list(v) == [5, 5, 4, 4, 2]
