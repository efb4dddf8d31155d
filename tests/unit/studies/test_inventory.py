"""Stocks against raids: by hand, by law, and raid by raid in the simulator."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendome.errors import ScenarioError
from opendome.scenario.catalog_entries import catalog
from opendome.studies.doctrine import rounds_with_looks, salvo_kill
from opendome.studies.inputs import read_inputs
from opendome.studies.inventory import (
    DAY,
    YEAR,
    InventoryInputs,
    Known,
    answer,
    form,
    known,
    launched,
    one_raid,
    play,
    raid_times,
)
from opendome.views.studies.inventory import tell
from tests.unit.views.pages import Page


def asked(*sets: str) -> InventoryInputs:
    return read_inputs(InventoryInputs, "inventory", sets)


def test_a_campaign_by_hand():
    """Ten rounds, none made, four a raid of two: two whole raids, half a raid, then nothing."""
    case = asked(
        "weeks=4", "raids_per_week=1", "threats=2", "rounds=2", "ready=10", "attacker_stock=8",
        "attacker_made_per_year=0",
    )  # fmt: skip
    line = form(case, Known(10, 0.0, 0.5))
    assert (line.t / DAY).tolist() == [0, 7, 14, 21]
    assert line.fired[0].tolist() == [4, 4, 2, 0]
    assert line.left[0].tolist() == [6, 2, 0, 0]
    assert line.leakers[0].tolist() == [0.5, 0.5, 0.25 + 1, 2]
    assert line.attacker_left.tolist() == [6, 4, 2, 0]
    assert line.short(2)[0] == 14 * DAY
    assert line.empty[0] == 14 * DAY


def test_launchers_are_filled_no_faster_than_hands_allow():
    """Four in launchers and plenty in the depot, three a week: the second raid meets three."""
    case = asked("weeks=3", "raids_per_week=1", "threats=2", "rounds=2", "ready=4",
                 "reloaded_per_day=0.4285714286")  # fmt: skip
    line = form(case, Known(100, 0.0, 0.5))
    assert line.fired[0].tolist() == [4, 3, 3]
    assert line.left[0].tolist() == [96, 93, 90]


def test_lines_make_whole_rounds_on_both_sides():
    case = asked("weeks=53", "raids_per_week=1", "threats=1", "attacker_stock=0",
                 "attacker_made_per_year=12", "ready=1000", "reloaded_per_day=1000")  # fmt: skip
    raids, left = launched(case)
    assert raids.sum() + left[-1] == 11  # day 364 is a day before the twelfth
    line = form(case, Known(0, 24.0, 0.5))
    assert line.left[0][-1] + line.fired[0].sum() == 23


def test_with_looks_a_raid_takes_fewer_rounds_for_the_same_kills():
    at_once, looks = asked("rounds=3"), asked("rounds=3", "has_looks=true")
    fired, leakers = one_raid(looks, 0.6, 10, 1000.0)
    assert fired == pytest.approx(10 * rounds_with_looks(0.6, 3))
    assert leakers == pytest.approx(10 * (1 - salvo_kill(0.6, 3)))
    assert one_raid(at_once, 0.6, 10, 1000.0) == pytest.approx((30.0, leakers))


def test_the_catalog_says_what_is_not_set_and_levels_are_in_order():
    said = catalog()["interceptor_account"].parameters
    low, nominal, high = (known(asked(), level) for level in ("low", "nominal", "high"))
    assert nominal.stock == said["thaad.inventory"].nominal
    assert nominal.made == said["thaad.production_1_yr"].nominal
    for what in ("stock", "made", "p_kill"):
        assert getattr(low, what) <= getattr(nominal, what) <= getattr(high, what)
    by_hand = asked("stock=5", "made_per_year=6", "p_kill=0.3")
    assert known(by_hand, "high") == Known(5, 6.0, 0.3)


def test_what_nobody_says_must_be_set():
    with pytest.raises(ScenarioError, match=r"stock is missing.*Set it: --set stock="):
        known(asked("pair=irbm-arrow3"), "nominal")


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 300), st.floats(0, 400), st.floats(0.1, 0.9), st.integers(1, 40),
    st.booleans(),
)  # fmt: skip
def test_laws(stock: int, made: float, p_kill: float, threats: int, has_looks: bool):
    """Nothing is lost; more stock never leaks more; nobody fires what is not there."""
    case = asked("weeks=6", f"threats={threats}", f"has_looks={str(has_looks).lower()}")
    numbers = Known(stock, made, p_kill)
    line = form(case, numbers)
    last = raid_times(case)[-1]
    assert line.left[0][-1] + line.fired[0].sum() == pytest.approx(
        stock + np.floor(made * last / YEAR + 1e-9)
    )
    assert line.fired.min() >= 0
    assert line.left.min() >= -1e-9
    assert np.all((line.leakers >= -1e-9) & (line.leakers <= line.threats + 1e-9))
    more = form(case, Known(stock + 50, made, p_kill))
    assert more.leakers.sum() <= line.leakers.sum() + 1e-9
    assert more.short(case.rounds)[0] >= line.short(case.rounds)[0]


@pytest.mark.compiled
def test_the_simulator_agrees_raid_by_raid():
    """The same rounds in every raid, and leakers of the campaign inside its 99 % interval."""
    case = asked("pair=rocket_long-iron_dome", "weeks=3", "raids_per_week=2", "threats=6",
                 "stock=40", "made_per_year=100", "p_kill=0.7", "ready=20", "runs=12")  # fmt: skip
    got = answer(case)
    line, played = got.form["nominal"], got.played
    assert np.all(played.fired == line.fired[0])
    assert np.all(played.left == line.left[0])
    e = got.leakers_played(case.seed)
    assert e.low <= line.leakers.sum() <= e.high
    assert np.isfinite(line.short(case.rounds)[0])


@pytest.mark.compiled
def test_campaigns_with_looks_part_and_save_rounds():
    """Rounds then depend on chance, so campaigns have different stocks; each is followed."""
    case = asked("pair=rocket_long-iron_dome", "weeks=1", "raids_per_week=3", "threats=6",
                 "has_looks=true", "p_kill=0.5", "runs=4")  # fmt: skip
    numbers = Known(30, 0.0, 0.5)
    played = play(case, numbers)
    assert len(np.unique(played.left[:, -1])) > 1
    assert np.all(played.left[:, -1] + played.fired.sum(axis=1) == 30)
    assert played.fired.sum(axis=1).max() <= 30


def test_draws_lie_between_the_levels_and_leave_alone_what_is_set():
    case = asked("draws=60", "runs=0", "p_kill=0.8")
    got = answer(case)
    stocks = np.array([one.stock for one in got.drawn])
    low, nominal, high = (got.known[level].stock for level in ("low", "nominal", "high"))
    assert low <= stocks.min() < nominal < stocks.max() <= high
    assert stocks.mean() == pytest.approx((low + nominal + high) / 3, rel=0.02)
    assert {one.p_kill for one in got.drawn} == {0.8}
    assert got.unknown is None
    for one, line in zip(got.drawn, got.drawn_form, strict=True):
        assert np.array_equal(line.left, form(case, one).left)


def test_bands_of_the_draws_are_narrower_than_all_low_to_all_high():
    told = tell(["draws=60", "runs=0"])
    ends = [sum(told.answer["form"][level]["leakers"]) for level in ("high", "low")]
    found = told.answer["not_known"]["leakers"]
    assert ends[0] < found["low"] < found["high"] < ends[1]
    assert told.tables[1].rows[0][0] == "first lack"
    assert "90 % of 60 draws" in Page(told.figure()).text
    assert "not_known" not in tell(["runs=0"]).answer


@pytest.mark.compiled
def test_played_campaigns_part_chance_from_what_is_not_known():
    """Rounds of which nobody knows whether four or nine of ten kill, played three times each."""
    sets = ["pair=rocket_long-iron_dome", "weeks=1", "raids_per_week=1", "threats=8", "rounds=1",
            "stock=40", "made_per_year=0", "ready=20", "runs=3", "draws=5"]  # fmt: skip
    told = tell(sets)
    found = told.answer["not_known"]["simulated_leakers"]
    assert 0.0 <= found["low"] <= found["high"] <= 8.0
    assert told.tables[1].rows[-1][0] == "leakers, simulated"
