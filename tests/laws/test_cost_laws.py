"""Laws of the bill of any architecture: nothing costs nothing, more costs more, parts add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.scenario.load import load
from opendome.studies.cost import KINDS, TWENTY, bill
from opendome.studies.price_book import price_book
from tests.laws.examples import examples
from tests.unit.studies.architectures import architecture, battery, radar, shell

BOOK = price_book()
GROUND = st.sampled_from(["gbi", "ngi", "thaad", "patriot_mse", "nasams", "iron_dome", "sm3_iia"])
RADARS = st.sampled_from(["uewr", "tpy2_terminal", "ltamds", "lrdr", "sentinel"])
FEW = examples(25)


def nominal(weapons: list, sensors: list | None = None) -> float:
    return bill(architecture(weapons, sensors), BOOK).total().nominal


def test_an_empty_architecture_costs_nothing() -> None:
    found = bill(architecture([]), BOOK)
    assert found.elements == []
    assert found.total() == (0.0, 0.0, 0.0)
    bare = bill(architecture([shell(rounds_per_launcher=0)]), BOOK)
    assert bare.layers == ["command"]


@FEW
@given(GROUND, st.integers(1, 40), st.integers(1, 8), st.integers(1, 30))
def test_more_launchers_and_dearer_rounds_cost_more(
    system: str, launchers: int, rounds: int, more: int
) -> None:
    def made(n: int, **keys: object) -> dict:
        return battery(system, launchers=n, rounds_per_launcher=rounds, **keys)

    less, larger = (
        bill(architecture([made(n)]), BOOK).total() for n in (launchers, launchers + more)
    )
    assert all(a < b for a, b in zip(less, larger, strict=True))
    cheap, dear = (
        nominal([made(launchers, overrides={"cost_usd": c})]) for c in (1e6, 1e6 * (1 + more))
    )
    # stock, and its share of operation, 2 % a year, but for NGI whose support is for each round
    each = 1.0 if system == "ngi" else 1.4
    assert dear - cheap == pytest.approx(launchers * rounds * more * 1e6 * each, rel=1e-9)


@FEW
@given(st.integers(1, 5000), st.integers(1, 5000))
def test_shells_cost_in_proportion_beyond_development(first: int, second: int) -> None:
    development = bill(architecture([shell(1)]), BOOK).total(kind="development").nominal
    node = bill(architecture([shell(1)]), BOOK).total("command").nominal
    a, b, both = (nominal([shell(n)]) - development - node for n in (first, second, first + second))
    assert a + b == pytest.approx(both, rel=1e-9)


@FEW
@given(GROUND, GROUND, RADARS)
def test_parts_of_different_kinds_add_up(first: str, second: str, eye: str) -> None:
    if first == second:
        return
    a, b = battery(first, node="one"), battery(second, node="two")
    c = radar(eye, node="three")
    parts = nominal([a]) + nominal([b]) + nominal([], [c])
    assert nominal([a, b], [c]) == pytest.approx(parts, rel=1e-12)


@pytest.mark.parametrize("name", ["golden_dome", "limited_icbm", "mixed_raid"])
def test_layers_and_kinds_both_make_the_whole(name: str) -> None:
    found = bill(load(name), BOOK)
    for i in range(3):
        whole = found.total()[i]
        assert sum(found.total(layer)[i] for layer in found.layers) == pytest.approx(whole)
        assert sum(found.total(kind=kind)[i] for kind in KINDS) == pytest.approx(whole)
    for element in found.elements:
        low, mid, high = element.amount
        assert 0.0 <= low <= mid <= high, element
        assert len(element.source) > 5
        assert element.kind in KINDS


@FEW
@given(st.floats(1.0, 40.0), st.floats(1.0, 20.0))
def test_more_years_cost_more_and_a_longer_life_less(years: float, life: float) -> None:
    scenario, period = architecture([shell(500)]), years * TWENTY / 20.0
    book = price_book([f"space_based_interceptor.life_yr={life}"])
    longer = price_book([f"space_based_interceptor.life_yr={life + 1}"])
    total = bill(scenario, book, period).total()
    assert bill(scenario, book, 1.1 * period).total() > total
    assert bill(scenario, longer, period).total() <= total
    assert total.low <= total.nominal <= total.high


@pytest.mark.parametrize("key", ["default.development_usd", "launch.price_usd_kg", "node.unit_usd",
                                 "ship.unit_usd", "default.operation_share_1_yr"])  # fmt: skip
def test_every_price_raises_the_bill(key: str) -> None:
    scenario = load("golden_dome")
    old = BOOK.account[key].nominal
    dearer = price_book([f"{key}={old * 2 + 1e-3}"])
    assert bill(scenario, dearer).total().nominal > bill(scenario, BOOK).total().nominal


def test_a_fire_unit_and_a_ship_are_counted_once() -> None:
    two = [battery("patriot_mse", "a", unit="u"), battery("patriot_gemt", "b", unit="u")]
    apart = [battery("patriot_mse", "a"), battery("patriot_gemt", "b")]
    unit = BOOK.of("patriot_gemt", "fire_unit_usd", "nominal")
    assert nominal(apart) - nominal(two) == pytest.approx(1.4 * unit)
    afloat = [battery("sm6", "a", platform="ship"), battery("sm2", "b", platform="ship")]
    ships = bill(architecture(afloat), BOOK).total("ships").nominal
    assert ships == pytest.approx(2.5e9 + 20 * 90e6)


def test_learning_goes_on_into_replenishment() -> None:
    book = price_book(["space_based_interceptor.learning=0.85"])
    flat, learnt = (bill(architecture([shell(1000)]), b) for b in (BOOK, book))
    assert learnt.total(kind="procurement").nominal < flat.total(kind="procurement").nominal
    later = learnt.total(kind="replenishment").nominal
    assert later < 3.0 * learnt.total(kind="procurement").nominal
