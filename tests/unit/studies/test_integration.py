"""What joining batteries buys: forms by hand and by law, the simulator beside them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendome.studies.inputs import read_inputs
from opendome.studies.integration import WIRINGS, IntegrationInputs, answer, form
from opendome.views.studies.integration import tell
from tests.unit.views.pages import Page


def asked(*sets: str) -> IntegrationInputs:
    return read_inputs(IntegrationInputs, "integration", sets)


def test_two_batteries_by_hand():
    """Four rounds each at eight threats: joined 8 kills of 0.8; alone four threats get two."""
    got = form(asked("threats=8", "batteries=2", "rounds=4", "salvo=1", "p_kill=0.8"))
    assert got.joined == pytest.approx(8 * 0.2)
    assert got.same_order == pytest.approx(4 * 0.2**2 + 4)
    assert got.at_random == pytest.approx(8 * (1 - 0.5 * 0.8) ** 2)


def test_a_last_round_that_makes_no_salvo_counts_for_itself():
    got = form(asked("threats=4", "batteries=2", "rounds=3", "salvo=2", "p_kill=0.5"))
    assert got.same_order == pytest.approx(0.5**4 + 0.5**2 + 2)
    assert got.joined == pytest.approx(3 * 0.5**2 + 1)
    assert got.at_random == pytest.approx(4 * (1 - (0.75 + 0.5) / 4) ** 2)


def test_choice_at_random_is_what_drawing_it_gives():
    """Each battery draws the threats that it fires at; a million threats are counted."""
    given_ = asked("threats=10", "batteries=3", "rounds=4", "salvo=1", "p_kill=0.6")
    rng = np.random.default_rng(1)
    trials = 100_000
    alive = np.ones((trials, 10))
    for _ in range(3):
        order = rng.random((trials, 10)).argsort(axis=1)
        alive *= 1.0 - 0.6 * (order < 4)
    mean = alive.sum(axis=1).mean()
    assert form(given_).at_random == pytest.approx(mean, abs=0.02)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 30), st.integers(1, 6), st.integers(1, 20), st.integers(1, 4),
    st.floats(0.05, 0.95),
)  # fmt: skip
def test_laws(threats: int, batteries: int, rounds: int, salvo: int, p_kill: float):
    """One battery needs nobody; more batteries never let more through; scarce rounds are spread."""
    base = replace(
        asked(), threats=threats, batteries=batteries, rounds=rounds, salvo=salvo, p_kill=p_kill
    )
    got = form(base)
    alone = form(replace(base, batteries=1))
    assert alone.joined == pytest.approx(alone.same_order)
    assert alone.joined == pytest.approx(alone.at_random)
    more = form(replace(base, batteries=batteries + 1))
    for name in ("joined", "same_order", "at_random"):
        assert 0.0 <= getattr(more, name) <= getattr(got, name) + 1e-9 <= threats + 1e-8
    if batteries * rounds <= threats * salvo and rounds % salvo == 0:
        # no round is to spare, none is left over: the spread is best
        assert got.joined <= got.at_random + 1e-9 <= got.same_order + 2e-9


@pytest.mark.compiled
def test_the_simulator_agrees():
    """Inside its own 99 % interval, wiring by wiring."""
    sets = ("threats=6", "batteries=2", "rounds=4", "salvo=2", "p_kill=0.5")
    got = answer(asked(*sets, "plain_runs=60", "runs=0"))
    for wiring in WIRINGS:
        assert got.played[wiring].low <= got.form.of(wiring) <= got.played[wiring].high
    assert got.whole is None


@pytest.mark.compiled
def test_a_scenario_under_its_wirings_meets_the_same_raid():
    got = answer(asked("plain_runs=0", "runs=2", "scenario=iron_dome_city"))
    assert got.played == {}
    assert got.whole.values == WIRINGS
    raids = [c.table("threats", ["run", "threat", "impact_lat"]) for c in got.whole.campaigns]
    assert raids[0].equals(raids[1])
    assert raids[0].equals(raids[2])


@pytest.mark.compiled
def test_wirings_meet_the_same_draws_and_their_difference_is_split_too():
    sets = ["plain_runs=0", "runs=2", "draws=2", "scenario=iron_dome_city"]
    told = tell(sets)
    found = told.answer["scenario"]["not_known"]
    assert set(found["leak_fraction"]) == set(WIRINGS)
    assert set(found["against_stovepiped"]) == {"hub", "integrated"}
    for band in found["leak_fraction"].values():
        assert 0.0 <= band["low"] <= band["high"] <= 1.0
    rows = told.tables[-1].rows
    assert [row[0] for row in rows] == list(WIRINGS)
    assert rows[0][-1] == ""
    assert all("points to" in row[-1] for row in rows[1:])
    assert "2 draws of kill chances and radar ranges" in Page(told.figure()).text
