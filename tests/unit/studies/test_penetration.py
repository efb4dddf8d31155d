"""What gets through after a first strike: limits, laws, and the simulator beside the form."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from opendome.studies.cost import TWENTY, price_of_one_more, price_of_one_threat
from opendome.studies.doctrine import mean_leakers
from opendome.studies.inputs import read_inputs
from opendome.studies.penetration import PenetrationInputs, answer, exchange, through
from opendome.studies.price_book import price_book


def asked(*sets: str) -> PenetrationInputs:
    return read_inputs(PenetrationInputs, "penetration", sets)


def test_without_defense_all_that_survives_arrives() -> None:
    got = through(asked("satellites=0", "interceptors=0", "warheads=3", "survive=0.3"))
    assert got.through == got.undefended == pytest.approx(100 * 0.3 * 0.9 * 3)
    assert through(asked("survive=0")).through == 0.0


def test_the_midcourse_alone_is_the_form_of_shot_doctrine() -> None:
    base = asked("satellites=0", "reliability=1", "missiles=40", "interceptors=44", "survive=1")
    assert through(base).through == pytest.approx(mean_leakers(40, 44, 4, 0.56))
    few = replace(base, missiles=8)
    assert through(few).through == pytest.approx(mean_leakers(8, 44, 4, 0.56))


def test_the_boost_layer_serves_so_many_and_no_more() -> None:
    got = through(asked("interceptors=0", "survive=1", "reliability=1", "missiles=30"))
    assert got.served == 10
    assert got.through == pytest.approx(30 - 10 * (1 - 0.4**2))


@settings(deadline=None, max_examples=60)
@drawn(st.floats(0.0, 1.0), st.integers(1, 400), st.integers(0, 10), st.integers(1, 6))
def test_more_attack_never_means_less_through_and_more_defense_never_more(
    survive: float, missiles: int, decoys: int, warheads: int
) -> None:
    base = replace(asked(), survive=survive, missiles=missiles, decoys=decoys, warheads=warheads)
    got = through(base).through
    assert -1e-9 <= got <= through(base).undefended + 1e-9
    for more in ({"missiles": missiles + 1}, {"decoys": decoys + 1}, {"warheads": warheads + 1}):
        assert through(replace(base, **more)).through >= got - 1e-9
    for more in ({"satellites": 9000}, {"interceptors": 80}):
        assert through(replace(base, **more)).through <= got + 1e-9


def test_both_sides_are_priced_by_the_same_rules() -> None:
    book = price_book()
    got = exchange(asked("survive=1", "reliability=1"), book)
    assert got.missile == price_of_one_threat("icbm_solid", book, TWENTY)
    assert got.missile.nominal == pytest.approx(45e6 * 1.4)
    satellite = price_of_one_more("space_based_interceptor", book).nominal
    assert satellite == pytest.approx(4 * 22e6 + 4 * 1250 * 500 + 20 * 128_200)
    assert got.by_boost.nominal == pytest.approx(780 / 0.84 * satellite)
    rounds = 4 / (1 - 0.44**4)
    assert got.by_midcourse.nominal == pytest.approx(
        rounds * price_of_one_more("gbi", book).nominal
    )
    half = exchange(asked("survive=0.5", "reliability=1"), book)
    assert half.missile.nominal == pytest.approx(2 * got.missile.nominal)


def test_an_answer_cancels_the_missile_that_it_answers() -> None:
    """Satellites bought by the exchange keep what gets through as it was."""
    base = asked("survive=1", "reliability=1", "missiles=60", "interceptors=0")
    more = replace(base, missiles=61, satellites=round(7800 + 780 / (1 - 0.4**2)))
    assert through(more).through == pytest.approx(through(base).through, abs=2e-3)


@pytest.mark.compiled
def test_the_simulator_leaks_as_the_form_says() -> None:
    got = answer(asked("missiles=20", "survive=1", "reliability=1", "interceptors=24", "rounds=2",
                       "runs=150"))  # fmt: skip
    assert got.played is not None
    assert got.played.leakers.low < got.form < got.played.leakers.high
    assert got.form == pytest.approx(20 - 12 * (1 - 0.44**2))
