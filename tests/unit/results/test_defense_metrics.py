from __future__ import annotations

import json
import math

import numpy as np
import pytest

from opendome.results.defense_metrics import Accounts, join_sums, summarise, sums_by_run
from opendome.results.layers import DefenseLayer
from opendome.results.statistics import bootstrap_ratio, wilson
from tests.unit.results.tables import record, rows

ACCOUNTS = Accounts(
    seed=1,
    cost_by_battery={"south": 50e3, "north": 15e6},
    systems=("iron_dome", "thaad"),
    asset_value=100.0,
)


def summary_of(leakers, **more):
    return summarise(sums_by_run(record(leakers, **more).tables, ACCOUNTS), ACCOUNTS)


def test_counts_are_means_per_run_and_shares_are_of_sums():
    summary = summary_of([0, 0, 1, 3])
    assert summary["runs"] == 4
    assert summary["threats"]["value"] == 4.0
    assert summary["launched"]["value"] == 5.0
    assert summary["leakers"]["value"] == 1.0
    assert summary["leak_fraction"]["value"] == 4 / 16
    assert summary["leak_fraction_launched"]["value"] == 4 / 20
    assert summary["intercepted"]["value"] == 3.0
    assert summary["shots"]["value"] == 2.0
    assert summary["cost_exchange"]["value"] == 100e3 / 5e3
    assert summary["asset_value_lost"]["value"] == 1.5


def test_the_summary_holds_what_is_promised():
    promised = {
        "runs", "threats", "leakers", "intercepted", "p_no_leak", "leak_fraction",
        "leak_fraction_launched", "shots", "shots_by_system", "cost_defense_usd",
        "cost_threat_usd", "cost_exchange", "asset_value_lost", "engaged_threatening_in_reach",
        "engaged_far_outside", "cost_defense_usd_by_system",
    }  # fmt: skip
    summary = summary_of([0, 1])
    assert promised <= set(summary)
    json.dumps(summary, allow_nan=False)
    for name in promised - {"runs", "shots_by_system", "cost_defense_usd_by_system"}:
        assert set(summary[name]) == {"value", "low", "high"}, name


def test_no_leak_has_wilsons_interval_with_the_run_as_unit():
    summary = summary_of([0, 0, 0, 2, 1, 0])
    assert tuple(summary["p_no_leak"].values()) == tuple(wilson(4, 6))


def test_the_leak_fraction_has_a_bootstrap_interval_over_runs():
    leakers = [0, 1, 2, 0, 1, 4, 0, 1]
    summary = summary_of(leakers)
    assert tuple(summary["leak_fraction"].values()) == pytest.approx(
        tuple(bootstrap_ratio(leakers, [4] * 8, seed=1))
    )


def test_shots_and_cost_go_by_system_and_a_system_that_never_fired_has_none():
    summary = summary_of([0, 1])
    shots, cost = summary["shots_by_system"], summary["cost_defense_usd_by_system"]
    assert shots["iron_dome"]["value"] == 1.0
    assert shots["arrow"]["value"] == 1.0
    assert shots["thaad"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert cost["iron_dome"]["value"] == 50e3
    assert cost["thaad"]["value"] == 0.0
    assert cost["arrow"]["value"] is None  # no cost of its battery is known
    assert list(shots) == ["iron_dome", "thaad", "arrow"]


def test_batteries_of_one_system_may_cost_differently():
    engagements = rows("engagements", run=[0, 0, 1], system=["gbi"] * 3, battery=["a", "b", "b"])
    accounts = Accounts(cost_by_battery={"a": 1.0, "b": 10.0}, systems=("gbi",))
    sums = sums_by_run(record([0, 0], engagements=engagements).tables, accounts)
    assert sums["cost.gbi"].tolist() == [11.0, 10.0]
    assert summarise(sums, accounts)["cost_defense_usd_by_system"]["gbi"]["value"] == 10.5


def test_engagement_shares_count_each_threat_once():
    summary = summary_of([0, 1])
    assert summary["engaged_threatening_in_reach"]["value"] == pytest.approx(2 / 3)
    assert summary["engaged_far_outside"] == {"value": None, "low": None, "high": None}


def test_far_outside_is_three_sigma_of_the_defenses_own_prediction():
    threats = rows(
        "threats",
        run=np.zeros(5, dtype=int),
        outside_distance=[299.0, 301.0, 301.0, 1e6, 1e6],
        sigma_impact=[100.0, 100.0, 100.0, np.nan, 100.0],
        n_shots=[1, 1, 0, 1, 1],
        is_failed=[False, False, False, False, True],
    )
    summary = summary_of([0], threats=threats)
    # rows 1 and 2 count: row 0 is too near, row 3 was never decided upon, row 4 failed
    assert summary["engaged_far_outside"]["value"] == 0.5


def test_one_run_has_values_without_bootstrap_intervals():
    summary = summary_of([2])
    assert summary["leakers"] == {"value": 2.0, "low": None, "high": None}
    assert summary["p_no_leak"]["high"] < 1.0


def test_no_leak_in_any_run_does_not_claim_that_none_can_happen():
    summary = summary_of([0] * 20)
    high = wilson(0, 20).high
    assert summary["leak_fraction"] == {"value": 0.0, "low": 0.0, "high": high}
    assert summary["leakers"] == {"value": 0.0, "low": 0.0, "high": 4 * high}
    assert summary["intercepted"]["low"] == pytest.approx(4 * (1 - high))
    assert summary["intercepted"]["high"] == 4.0
    assert summary["asset_value_lost"]["high"] == pytest.approx(100.0 * high)


def test_all_leaking_in_every_run_does_not_claim_that_nothing_can_be_stopped():
    summary = summary_of([4] * 10)
    assert summary["leak_fraction"]["value"] == 1.0
    assert summary["leak_fraction"]["low"] == pytest.approx(wilson(10, 10).low)


def test_batches_joined_give_the_same_summary():
    whole = summary_of([0, 1, 2, 0])
    batches = [record([0, 1]), record([2, 0], first=2)]
    parts = [sums_by_run(batch.tables, ACCOUNTS) for batch in batches]
    assert summarise(join_sums(parts), ACCOUNTS) == whole


def test_no_runs_give_a_summary_of_no_runs():
    assert summarise(join_sums([]), ACCOUNTS) == {"runs": 0}


def test_a_column_that_another_version_did_not_write_is_unknown():
    tables = dict(record([0, 1]).tables)
    tables["runs"] = tables["runs"].drop_columns(["asset_value_lost"])
    tables["threats"] = tables["threats"].drop_columns(["is_in_reach", "sigma_impact"])
    summary = summarise(sums_by_run(tables, ACCOUNTS), ACCOUNTS)
    assert summary["asset_value_lost"] == {"value": None, "low": None, "high": None}
    assert summary["engaged_threatening_in_reach"]["value"] is None
    assert summary["leakers"]["value"] == 0.5


def test_accounts_come_from_the_manifest_and_may_be_missing():
    batteries = {"north": {"system": "gbi", "cost_usd": 8e7}}
    found = Accounts.of({"seed": 4, "batteries": batteries, "asset_value": 3.0})
    layers = (DefenseLayer("gbi", ("north",)),)
    assert found == Accounts(4, {"north": 8e7}, ("gbi",), 3.0, layers)
    assert math.isnan(Accounts.of({}).asset_value)
