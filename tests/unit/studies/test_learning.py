"""Learning curves beside sums by hand and the integral that other calculators use."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.studies import learning
from opendome.studies.learning import cost_of_units, unit_cost
from opendome.studies.published.aei import mean_cost


def test_a_doubling_lowers_the_cost_of_a_unit_by_the_same_share() -> None:
    assert unit_cost(100.0, 0.8, 1) == 100.0
    assert unit_cost(100.0, 0.8, 2) == pytest.approx(80.0)
    assert unit_cost(100.0, 0.8, 8) == pytest.approx(51.2)
    assert cost_of_units(100.0, 0.8, 2) == pytest.approx(180.0)
    assert cost_of_units(100.0, 0.8, 2.5) == pytest.approx(180.0 + 0.5 * unit_cost(100, 0.8, 3))


def test_without_learning_every_unit_costs_the_same() -> None:
    assert cost_of_units(22e6, 1.0, 31200) == pytest.approx(686.4e9)


def test_the_integral_of_the_calculator_is_near_the_sum() -> None:
    assert cost_of_units(70e6, 0.85, 998) == pytest.approx(
        998 * mean_cost(70e6, 0.85, 998), rel=0.01
    )


def test_beyond_what_is_summed_the_integral_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = cost_of_units(1.0, 0.9, 50_000)
    half = cost_of_units(1.0, 0.5, 50_000)
    monkeypatch.setattr(learning, "LONGEST", 1000)
    assert cost_of_units(1.0, 0.9, 50_000) == pytest.approx(exact, rel=1e-8)
    assert cost_of_units(1.0, 0.5, 50_000) == pytest.approx(half, rel=1e-6)


@given(st.floats(1.0, 1e9), st.floats(0.5, 1.0), st.floats(0.0, 3000.0), st.floats(0.0, 3000.0))
def test_two_orders_cost_as_much_as_one(first: float, slope: float, a: float, b: float) -> None:
    both = cost_of_units(first, slope, a) + cost_of_units(first, slope, b, before=a)
    assert both == pytest.approx(cost_of_units(first, slope, a + b), rel=1e-9, abs=1e-6)
    assert cost_of_units(first, slope, a + b) >= cost_of_units(first, slope, a)
    assert math.isclose(cost_of_units(first, slope, 0.0), 0.0)
