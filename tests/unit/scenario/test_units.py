"""Conversion between the file's units and SI is exact there and back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendome.scenario.units import TO_SI, from_si, to_si


@pytest.mark.parametrize(
    ("value", "unit", "si"),
    [
        (1.0, "km", 1000.0),
        (180.0, "deg", math.pi),
        (1.0, "g", 9.80665),  # CGPM 1901
        (3.0, "ghz", 3e9),
        (250.0, "urad", 2.5e-4),
        (7.0, "km_s", 7000.0),
        (1.5, "kw_sr", 1500.0),
        (2.0, "1", 2.0),
    ],
)
def test_units_have_their_published_size(value: float, unit: str, si: float):
    assert to_si(value, unit) == pytest.approx(si, rel=1e-15)


@settings(deadline=None, max_examples=300)
@given(
    st.floats(-1e12, 1e12, allow_nan=False, allow_subnormal=False),
    st.sampled_from(sorted(TO_SI)),
)
def test_a_number_survives_the_way_to_si_and_back(value: float, unit: str):
    si = to_si(value, unit)
    assert to_si(from_si(si, unit), unit) == si


@settings(deadline=None, max_examples=200)
@given(st.integers(-99999, 99999), st.integers(0, 6), st.sampled_from(sorted(TO_SI)))
def test_what_a_person_writes_comes_back_as_written(digits: int, places: int, unit: str):
    written = digits / 10**places
    assert from_si(to_si(written, unit), unit) == written


def test_what_is_not_finite_stays_so():
    assert from_si(math.inf, "km") == math.inf
    assert math.isnan(from_si(math.nan, "km"))


def test_a_value_that_no_number_gives_comes_back_close():
    value = math.nextafter(math.nextafter(1.0, 2.0), 2.0)
    assert from_si(value, "g") == pytest.approx(value / 9.80665, rel=1e-15)
