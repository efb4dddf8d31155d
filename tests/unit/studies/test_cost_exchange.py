"""What stopping one more threat costs: by hand, by law, and beside the simulator."""

from __future__ import annotations

import pytest

from opendome.studies.cost_exchange import (
    PAIRS,
    THREATS,
    ExchangeInputs,
    Pair,
    answer,
    rounds_for,
    row_of,
)
from opendome.studies.inputs import read_inputs
from opendome.studies.price_book import price_book


def asked(*sets: str) -> ExchangeInputs:
    return read_inputs(ExchangeInputs, "cost_exchange", sets)


@pytest.mark.parametrize(
    ("p_kill", "leak", "rounds"), [(0.8, 0.04, 2), (0.8, 0.2, 1), (0.56, 0.05, 4), (0.9, 0.5, 1)]
)
def test_fewest_rounds_for_a_leakage(p_kill: float, leak: float, rounds: int) -> None:
    assert rounds_for(p_kill, leak) == rounds
    assert (1 - p_kill) ** rounds <= leak + 1e-12


def test_an_icbm_against_interceptors_in_silos_by_hand() -> None:
    """Four rounds of $85 million (2021) against $30 million: 11.3; with looks fewer rounds."""
    row = row_of(Pair("icbm_liquid", "gbi"), asked(), price_book())
    assert row.rounds == row.mean_rounds == 4
    assert row.exchange == pytest.approx(4 * 85 / 30)
    assert row.threat.nominal == pytest.approx(30e6 * 1.4)
    book = price_book()
    inflated = 85e6 * book.index[2026] / book.index[2021]
    assert row.defense.nominal == pytest.approx(4 * inflated * 1.4)
    looked = row_of(Pair("icbm_liquid", "gbi"), asked("has_looks=true"), book)
    assert looked.mean_rounds == pytest.approx((1 - 0.44**4) / 0.56)
    assert looked.leak == row.leak


def test_every_class_has_a_row_with_ordered_ranges() -> None:
    rows = answer(asked())
    assert [r.pair for r in rows] == list(PAIRS)
    for row in rows:
        assert row.ratio.low <= row.ratio.nominal <= row.ratio.high
        assert row.leak <= 0.05
    for name in THREATS:
        assert {r.pair.threat for r in answer(asked(f"threat={name}"))} == {name}


def test_less_leakage_never_costs_less() -> None:
    strict, loose = answer(asked("leak=0.01")), answer(asked("leak=0.2"))
    assert all(a.defense >= b.defense for a, b in zip(strict, loose, strict=True))


@pytest.mark.compiled
@pytest.mark.parametrize("looks", [False, True])
def test_the_simulator_spends_and_leaks_as_the_form_says(looks: bool) -> None:
    """A salvo spends exactly so much; a leak and rounds after looks inside the 95 % interval."""
    given = asked("runs=60", f"has_looks={str(looks).lower()}", "leak=0.2", "seed=3")
    row = row_of(Pair("mrbm_solid", "thaad", 1000e3), given, price_book())
    assert row.played is not None
    assert row.played.leak.low <= row.leak <= row.played.leak.high
    assert row.played.shots.low <= row.mean_rounds <= row.played.shots.high
    assert row.played.exchange.value == pytest.approx(row.exchange, rel=0.1)
