"""Defenses against raids: who meets whom, who is beaten, bills as of `opendome cost`."""

from __future__ import annotations

import pytest

from opendome.errors import ScenarioError
from opendome.scenario.load import load, resolved, scenario_hash
from opendome.studies.compare_architectures import (
    ArchitectureInputs,
    answer,
    joined,
    sources,
)
from opendome.studies.cost import bill
from opendome.studies.fidelity import AS_WRITTEN, FAST
from opendome.studies.inputs import read_inputs
from opendome.studies.price_book import price_book
from opendome.views.studies.compare_architectures import tell

FEWER = "limited_icbm weapons.fort_greely.launchers=8"


@pytest.fixture(scope="module")
def got():
    sets = [
        f"architectures=limited_icbm, {FEWER}", "raids=limited_icbm threats.icbm.count=6",
        "runs=3", "period_yr=10",
    ]  # fmt: skip
    return answer(read_inputs(ArchitectureInputs, "compare_architectures", sets))


def test_a_defense_against_the_raid_of_its_own_file_is_that_file():
    whole = load("mixed_raid")
    assert scenario_hash(resolved(joined(whole, whole, AS_WRITTEN))) == scenario_hash(
        resolved(whole)
    )


def test_a_defense_meets_what_the_raid_says_and_keeps_the_rest():
    ours, theirs = load("golden_dome"), load("limited_icbm", ["threats.icbm.count=7"])
    case = joined(ours, theirs, FAST)
    assert (case.weapons, case.sensors, case.command) == (ours.weapons, ours.sensors, ours.command)
    assert (case.threats, case.assets) == (theirs.threats, theirs.assets)
    assert (case.picture, case.engagement, case.step) == ("statistical", "tabled", 2.0)


@pytest.mark.compiled
def test_all_defenses_meet_the_same_lots_and_fewer_rounds_leak_more(got):
    full, fewer = (defense.outcomes[0] for defense in got.defenses)
    assert full.threatening == fewer.threatening
    assert fewer.leak.value > full.leak.value
    assert fewer.apart.estimate.value == pytest.approx(fewer.leak.value - full.leak.value)
    assert full.apart is None
    assert full.stopped.value == pytest.approx(full.threatening * (1 - full.leak.value))


@pytest.mark.compiled
def test_bills_are_those_of_the_cost_model_and_shared_among_the_stopped(got):
    for defense in got.defenses:
        expected = bill(defense.source.read(), price_book(), got.defenses[0].bill.period)
        assert defense.total == expected.total()
        outcome = defense.outcomes[0]
        assert outcome.each * outcome.stopped.value == pytest.approx(defense.total.nominal)
    assert got.defenses[1].total.nominal < got.defenses[0].total.nominal
    assert all(defense.outcomes[0].is_best for defense in got.defenses)  # cheaper, or leaks less


def test_sources_are_read_as_words_of_the_command_line():
    one, two = sources(f"limited_icbm, {FEWER}", "architectures")
    assert one.sets == ()
    assert two.sets == ("weapons.fort_greely.launchers=8",)
    assert two.read().weapons[0].n_launchers == 8


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("", "architectures is ''"),
        ("limited_icbm,,golden_dome", "allowed: scenarios with commas"),
        ("limited_icbm 'x", "allowed: scenarios with commas"),
        (", ".join(["limited_icbm"] * 13), "at most 12"),
    ],
)
def test_odd_lists_are_refused(words, part):
    with pytest.raises(ScenarioError, match=part.replace("(", r"\(")):
        sources(words, "architectures")


def test_two_meanings_of_one_name_are_refused():
    ours = load("limited_icbm")
    theirs = load(resolved(ours), ["systems.gbi.parameters.p_kill.nominal=0.4"])
    with pytest.raises(ScenarioError, match=r"systems\.gbi is not what limited_icbm calls so"):
        joined(ours, theirs, FAST)
    with pytest.raises(ScenarioError, match="catalog_level is 'high'"):
        joined(ours, load("limited_icbm", catalog_level="high"), FAST)


@pytest.mark.compiled
def test_what_is_not_known_stands_apart_from_chance():
    """One round each, whose kill chance lies somewhere from 0.25 to 0.75: a third gets through, or
    two thirds; what single raids do beyond that is chance."""
    rule = "command.nodes[0].doctrine"
    sets = [f"architectures=limited_icbm step_s=10 {rule}.salvo=1 {rule}.max_rounds=1",
            "raids=limited_icbm", "runs=4", "draws=4"]  # fmt: skip
    told = tell(sets)
    unknown = told.answer["architectures"][0]["outcomes"][0]["not_known"]
    assert 0.2 < unknown["low"] < unknown["high"] < 0.8
    assert 0.0 < unknown["share_of_variance"] < 1.0
    assert told.tables[0].title == "Bills of 20 years, dollars of 2026"
    table = told.tables[-1]
    assert table.title.startswith("Chance, and what is not known: 4 draws")
    assert len(table.rows) == 1
