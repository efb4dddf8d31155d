"""Too few rounds and hits that decide: the scenario of the page on preferential defense."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from opendome.campaign.runner import run_many
from opendome.scenario import load
from opendome.simulation.run import compile_scenario, simulate

FILE = Path(__file__).parents[2] / "docs" / "models" / "few_rounds.yaml"
RULE = "command.nodes[0].doctrine.p_destroy=1"


@pytest.mark.compiled
def test_posts_are_held_and_more_missiles_get_through():
    """Forty raids, the same lots under both: 3.5 posts of eight fall instead of 4.1 or more."""
    threats = run_many(load(FILE), runs=40, seed=1)
    assets = run_many(load(FILE, [RULE]), runs=40, seed=1)
    lost = assets.sums["asset_value_lost"] - threats.sums["asset_value_lost"]
    leaked = assets.sums["leakers"] - threats.sums["leakers"]
    assert lost.mean() + 2.0 * lost.std() / np.sqrt(40) < 0.0
    assert leaked.mean() > 0.0


@pytest.mark.compiled
def test_runs_of_a_batch_are_those_of_runs_alone():
    model = compile_scenario(load(FILE, [RULE]))
    both = simulate(model, 1, [3, 4], []).tables["engagements"]
    alone = simulate(model, 1, [4], []).tables["engagements"]
    rows = np.flatnonzero(both["run"].to_numpy() == 4)
    assert len(rows) > 5
    for name in ("t_order", "threat", "battery"):
        assert both[name].take(rows).to_pylist() == alone[name].to_pylist()


@pytest.mark.compiled
def test_plans_say_what_assets_are_at_stake():
    """Eight posts worth fifty: never more than that is at stake, whatever is fired at them."""
    plans = simulate(compile_scenario(load(FILE, [RULE])), 1, [0], []).tables["plans"]
    value, loss, bound = (plans[name].to_numpy() for name in ("value", "loss", "bound"))
    assert len(value) > 0
    assert value.max() <= 400.0
    assert (bound <= loss + 1e-9).all()
    assert (loss <= value + 1e-9).all()
    assert (plans["work"].to_numpy() > 0).all()
