"""The AEI calculator (T. Harrison, Build Your Own Golden Dome, 2025): its own ten rows.

Integers exactly, other numbers to 0.1 %. The paper's tiers: 10, 100 and 500 threats at a time, one
shot each, the whole Earth: 4,990, 49,900 and 249,500 interceptors (499 each, rounded first).
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from opendome.errors import ModelRangeError
from opendome.studies.published.aei import Calculator, calculate

# change, shots, reach km, radius km, interceptors, mass kg, launches (None: not printed), total $B
ROWS = [
    ({}, 2, 597.6, 589.2, 998, 1294, 30, 104.4),
    ({"flyout": 60.0}, 2, 237.6, 215.6, 7450, 1294, None, 449.5),
    ({"flyout": 90.0}, 2, 417.6, 405.5, 2106, 1294, None, 174.7),
    ({"flyout": 180.0}, 2, 957.6, 952.4, 382, 1294, None, 58.1),
    ({"speed": 4e3}, 2, 425.6, 413.7, 2023, 582, None, 154.9),
    ({"speed": 8e3}, 2, 742.5, 735.7, 640, 2959, None, 89.6),
    ({"orbit_altitude": 500e3}, 2, 597.6, 516.9, 1296, 1294, None, 124.6),
    ({"p_kill_wanted": 0.80}, 1, 597.6, 589.2, 499, 1294, None, 67.5),
    ({"p_kill_wanted": 0.99}, 3, 597.6, 589.2, 1496, 1294, None, 137.1),
    ({"salvo": 10}, 2, 597.6, 589.2, 9972, 1294, None, 563.2),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row[0]) or "default")
def test_aei_2025_rows(row: tuple) -> None:
    change, shots, reach, radius, interceptors, mass, launches, total = row
    got = calculate(replace(Calculator(), **change))
    assert got.shots == shots
    assert got.interceptors == interceptors
    assert got.reach / 1e3 == pytest.approx(reach, rel=1e-3)
    assert got.radius / 1e3 == pytest.approx(radius, rel=1e-3)
    assert got.mass == pytest.approx(mass, rel=1e-3)
    assert got.total / 1e9 == pytest.approx(total, rel=1e-3)
    if launches is not None:
        assert got.launches == launches


def test_aei_2025_default_costs() -> None:
    got = calculate(Calculator())
    assert got.generations == 4
    assert math.floor(45_000 / got.mass) == 34
    assert got.unit_cost / 1e6 == pytest.approx(18.20, rel=1e-3)
    assert got.launch_cost / 1e6 == pytest.approx(131.3, rel=1e-3)


@pytest.mark.parametrize(("salvo", "interceptors"), [(10, 4990), (100, 49900), (500, 249500)])
def test_aei_2025_tiers(salvo: int, interceptors: int) -> None:
    one = calculate(replace(Calculator(), p_kill_wanted=0.8))
    assert salvo * one.interceptors == interceptors


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"flyout": 40.0}, "flyout_s is 40 s; the interceptor burns for 40.8 s"),
        ({"orbit_altitude": 900e3}, "there are 700 km"),
        ({"speed": 15e3}, "a launcher lifts 45,000 kg"),
    ],
)
def test_what_the_calculator_cannot_say(change: dict[str, float], words: str) -> None:
    with pytest.raises(ModelRangeError, match=words):
        calculate(replace(Calculator(), **change))
