"""Policies and wirings side by side: what is asked, what is changed, what the record says."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

from opendome.battle import POLICIES
from opendome.errors import ScenarioError
from opendome.scenario.load import load, resolved
from opendome.studies.inputs import read_inputs
from opendome.studies.policies import (
    ALL,
    WIRINGS,
    PolicyInputs,
    answer,
    asked,
    following,
    with_stock,
)
from opendome.views.studies.policies import tell
from tests.unit.views.pages import Page

SMALL = ("scenarios=iron_dome_city", "wirings=integrated", "policies=fixed_salvo,greedy", "runs=3")


def inputs(*sets: str) -> PolicyInputs:
    return read_inputs(PolicyInputs, "policies", sets)


def test_every_policy_and_wiring_is_asked_for_by_default():
    scenarios, wirings, policies = asked(inputs())
    assert scenarios == ("mixed_raid",)
    assert wirings == WIRINGS
    assert set(policies) == set(POLICIES)
    assert len(policies) == ALL.count(",") + 1


def test_the_policy_that_all_are_compared_with_is_played_too():
    assert asked(inputs("policies=optimal", "against=fixed_salvo"))[2] == ("optimal", "fixed_salvo")


@pytest.mark.parametrize(
    ("words", "said"),
    [("policies=gredy", "Did you mean 'greedy'"), ("wirings=integrated, star", "known: integrated"),
     ("against=best", "known: "), ("policies=''", "at least one name")],
)  # fmt: skip
def test_unknown_names_are_refused(words: str, said: str):
    with pytest.raises(ScenarioError, match=said):
        asked(inputs(words))


def test_only_policy_and_wiring_change():
    data = resolved("mixed_raid")
    was, now = load(data), following(data, "stovepiped", "optimal")
    assert now.command.wiring == "stovepiped"
    assert {n.doctrine.policy for n in now.command.nodes} == {"optimal"}
    back = [
        dataclasses.replace(n, doctrine=dataclasses.replace(n.doctrine, policy=m.doctrine.policy))
        for n, m in zip(now.command.nodes, was.command.nodes, strict=True)
    ]
    command = dataclasses.replace(now.command, wiring=was.command.wiring, nodes=tuple(back))
    assert dataclasses.replace(now, command=command) == was


def test_a_share_of_the_rounds():
    data = resolved("theater_bases")
    was, now = load(data).weapons, load(with_stock(data, 0.5)).weapons
    for before, after in zip(was, now, strict=True):
        total = before.n_launchers * before.n_each
        assert after.n_launchers * after.n_each == pytest.approx(
            0.5 * total, abs=before.n_launchers
        )
        assert after.n_launchers * after.n_each < total
    assert with_stock(data, 1.0) is data
    assert all(w.n_launchers * w.n_each >= 1 for w in load(with_stock(data, 0.001)).weapons)


@pytest.mark.compiled
def test_the_answer_is_that_of_the_campaigns(tmp_path: Path):
    """Differences are paired, folders are gone on with, and the words say what the numbers say."""
    given = inputs(*SMALL, f"out={tmp_path}")
    (case,) = answer(given)
    salvo, greedy = (case.campaigns["integrated", p] for p in ("fixed_salvo", "greedy"))
    assert greedy.folder == tmp_path / "iron_dome_city" / "integrated" / "greedy"
    shots = [c.table("runs")["shots"].to_numpy() for c in (salvo, greedy)]
    found = case.pairs["integrated", "fixed_salvo"]["shots"]
    assert found.estimate.value == pytest.approx(np.mean(shots[0] - shots[1]))
    assert found.n == 3
    plans = case.plans("integrated", "greedy")
    table = greedy.table("plans")
    assert plans.n == round(table.num_rows / 3)
    assert plans.proven == 1.0  # Iron Dome alone: all rounds are of one kind
    assert plans.gap == 0.0
    unproven = case.plans("integrated", "fixed_salvo")
    assert (unproven.proven, math.isnan(unproven.gap)) == (0.0, True)
    told = tell([*SMALL, f"out={tmp_path}"])
    (rows,) = told.answer["scenarios"].values()
    assert [r["policy"] for r in rows] == ["fixed_salvo", "greedy"]
    assert rows[1]["shots"]["value"] == pytest.approx(shots[1].mean())
    assert rows[0]["against_greedy"]["shots"]["value"] == pytest.approx(found.estimate.value)
    assert len(told.tables) == 3
    assert len(told.notes) == 1
    assert told.figure is not None
    assert str(tmp_path) not in told.figure() + told.answer["command"]
    assert "nearest" not in told.figure()
    assert "fixed_salvo" in told.figure()


@pytest.mark.compiled
def test_draws_split_what_is_not_known_and_are_kept_and_gone_on_with(tmp_path: Path):
    sets = ["scenarios=iron_dome_city", "wirings=integrated", "policies=fixed_salvo,greedy",
            "runs=2", "draws=2", f"out={tmp_path}"]  # fmt: skip
    told = tell(sets)
    fixed, greedy = told.answer["scenarios"]["iron_dome_city"]
    assert 0.0 <= fixed["not_known"]["low"] <= fixed["not_known"]["high"] <= 1.0
    assert set(fixed["not_known"]["against_greedy"]) == {"low", "high", "share_of_variance"}
    assert "against_greedy" not in greedy["not_known"]
    kept = sorted(p.name for p in (tmp_path / "iron_dome_city" / "integrated").iterdir())
    assert kept == sorted(f"{p}{d}" for p in ("fixed_salvo", "greedy")
                          for d in ("", "-draw-001", "-draw-002"))  # fmt: skip
    assert "2 draws of kill chances and radar ranges" in Page(told.figure()).text
    (table,) = [t for t in told.tables if "what is not known" in t.title]
    assert "points to" in table.rows[0][-1]
