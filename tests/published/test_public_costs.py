"""Published costs: what the public tables allow to be made again by the one model of costs.

CBO, Potential Costs of a National Missile Defense System (May 2026): 7,800 satellites at $22
million, 5-year life, 20 years: 31,200 bought, $686 billion of hardware; $723 billion of acquisition
and $1 billion a year: $743 billion, about 62 % of $1,191 billion. CBO, Effects of Lower Launch
Costs (May 2025): $264 to $161 billion (39.0 %) and $831 to $542 billion (34.8 %). CBO, Costs of
Implementing the 2019 Missile Defense Review (January 2021): 40 silos about $5 billion, $125 million
each; an eastern site $4 billion and $80 million a year, at least $5.6 billion over 20 years.
"""

from __future__ import annotations

import pytest

from opendome.studies.cost import bill
from opendome.studies.price_book import price_book
from tests.unit.studies.architectures import architecture, battery, shell

SBI = "space_based_interceptor"


def test_cbo_2026_space_layer() -> None:
    found = bill(architecture([shell(7800)]), price_book())
    layer = found.total(SBI)
    hardware = found.total(SBI, "procurement").nominal + found.total(SBI, "replenishment").nominal
    assert hardware / 1e9 == pytest.approx(686.4, rel=1e-3)
    assert hardware / 22e6 == pytest.approx(31200)
    assert found.total(SBI, "operation").nominal / 1e9 == pytest.approx(20.0, rel=1e-3)
    # launch at $500 a kilogram and AEI's development stand for what CBO does not print
    assert layer.nominal / 1e9 == pytest.approx(743, rel=0.02)
    assert layer.low / 1e9 < 743 < layer.high / 1e9
    # of the whole bill CBO prints the sum alone
    assert layer.nominal / 1191e9 == pytest.approx(0.62, abs=0.01)


@pytest.mark.parametrize("total", [1300, 2000, 7800])
@pytest.mark.parametrize("life", [5, 10])
def test_cbo_2025_launch_price_effect(total: int, life: int) -> None:
    """A lower price of launch takes mass times the difference off, for any number of satellites."""
    sets = [f"{SBI}.life_yr={life}", f"{SBI}.launch_kg=1250"]
    scenario = architecture([shell(total)])
    old, new = (
        bill(scenario, price_book([*sets, f"launch.price_usd_kg={p}"])) for p in (12_000, 500)
    )
    saved = old.total().nominal - new.total().nominal
    assert saved == pytest.approx(total * (20 / life) * 1250 * 11_500)
    assert saved == pytest.approx(
        old.total(kind="launch").nominal - new.total(kind="launch").nominal
    )


@pytest.mark.parametrize(("before", "after", "share"), [(264, 161, 0.390), (831, 542, 0.348)])
def test_cbo_2025_shares_ask_for_a_price_of_the_time(
    before: float, after: float, share: float
) -> None:
    """The published shares, and what launch must have cost for our layer to fall by as much.

    CBO does not print masses and prices. Ours: 1,250 kg, $22 million each, now $500 a kilogram.
    """
    assert (before - after) / before == pytest.approx(share, abs=5e-4)
    scenario = architecture([shell(1600)])

    def fall(price: float) -> float:
        old = bill(scenario, price_book([f"launch.price_usd_kg={price}"])).total(SBI).nominal
        new = bill(scenario, price_book()).total(SBI).nominal
        return 1.0 - new / old

    assert fall(8_000.0) < share < fall(20_000.0)


def test_cbo_2021_forty_silos() -> None:
    book = price_book(["gbi.fire_unit_usd=0"], dollars_of=2021)
    found = bill(architecture([battery("gbi", launchers=40)]), book)
    procured = found.total("gbi", "procurement").nominal
    assert procured / 40 / 1e6 == pytest.approx(125, rel=1e-3)
    assert procured / 1e9 == pytest.approx(5.0, rel=1e-3)


def test_cbo_2021_eastern_site() -> None:
    book = price_book(["gbi.fire_unit_usd=4e9", "gbi.launcher_usd=0"], dollars_of=2021)
    site = battery("gbi", launchers=1, rounds_per_launcher=0)
    found = bill(architecture([site]), book)
    assert found.total("gbi", "procurement").nominal == 4e9
    assert found.total("gbi", "operation").nominal / 20 == pytest.approx(80e6)
    assert found.total("gbi").nominal / 1e9 == pytest.approx(5.6, rel=1e-3)


def test_the_deflator_is_the_ratio_of_two_years() -> None:
    old, new = price_book(dollars_of=2021), price_book(dollars_of=2026)
    scenario = architecture([battery("gbi", launchers=40)])
    ratio = new.index[2026] / new.index[2021]
    assert 1.15 < ratio < 1.25
    assert bill(scenario, new).total("gbi").nominal == pytest.approx(
        ratio * bill(scenario, old).total("gbi").nominal
    )
