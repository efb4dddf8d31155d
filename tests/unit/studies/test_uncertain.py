"""Contested numbers are found, drawn within their ranges, and put where the system stands."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.scenario.load import load
from opendome.studies.uncertain import contested, draws, under


def test_kill_chances_and_radar_ranges_are_what_is_contested():
    numbers = contested([load("limited_icbm"), load("mixed_raid")])
    assert {"gbi", "thaad", "patriot_mse", "uewr", "mpq65"} <= set(numbers)
    assert "icbm_liquid" not in numbers
    assert all(p.low < p.high for p in numbers.values())
    assert list(numbers) == sorted(numbers)


def test_draws_fill_their_ranges_with_the_peak_at_nominal():
    numbers = contested([load("limited_icbm")])
    found = draws(numbers, 300, seed=3)
    assert found == draws(numbers, 300, seed=3)
    for name, p in numbers.items():
        values = np.array([draw[name] for draw in found])
        assert p.low <= values.min() < values.max() <= p.high
        assert values.mean() == pytest.approx((p.low + p.nominal + p.high) / 3, rel=0.01)


def test_a_draw_holds_for_every_battery_of_its_system_and_nothing_else():
    scenario = load("limited_icbm")
    found = under(scenario, {"gbi": 0.31, "thaad": 0.2})
    assert [b.system.p_kill for b in found.weapons] == [0.31, 0.31]
    assert found.sensors == scenario.sensors
    assert found.threats == scenario.threats
    assert under(scenario, {}) == scenario
