from __future__ import annotations

from typing import Any

import pytest

from opendome.campaign.cells import Cells
from opendome.errors import ScenarioError
from opendome.scenario.load import load, resolved
from opendome.scenario.load_design import design_keys, load_design, shipped_designs
from tests.unit.campaign.fake_cells import design

DRAWN = {"draws": 4, "parameters": [{"system": "gbi", "key": "p_kill"},
                                    {"system": "icbm_liquid", "key": "cost_usd"}]}  # fmt: skip
P_KILL = "systems.gbi.parameters.p_kill.nominal"


def cells(**more: Any) -> Cells:
    return Cells.of(load_design(design(**more)))


def refused(**more: Any) -> str:
    with pytest.raises(ScenarioError) as problem:
        cells(**more)
    said = str(problem.value)
    assert "\n" not in said
    return said


def factor(**keys: Any) -> list[dict[str, Any]]:
    return [{"key": "threats.icbm.count", **keys}]


def test_a_cell_is_the_scenario_with_its_values_set():
    found = cells(set={"step_s": 10})
    assert len(found) == 40
    ours = resolved(found.scenario(4))
    assert ours == resolved(load("limited_icbm", ["step_s=10", "threats.icbm.count=5"]))
    assert found.table().column("raid").to_pylist() == list(range(1, 41))


def test_a_number_of_the_catalog_may_be_a_factor():
    found = cells(factors=[{"key": P_KILL, "name": "p", "low": 0.3, "high": 0.7, "levels": 3}])
    kills = [{b.system.p_kill for b in found.scenario(k).weapons} for k in range(3)]
    assert kills == [{0.3}, {0.5}, {0.7}]


def test_the_seed_may_be_a_factor():
    found = cells(factors=[{"key": "seed", "values": [5, 6]}])
    assert [found.seed(k) for k in range(2)] == [5, 6]
    assert resolved(found.scenario(1)) == resolved(load("limited_icbm"))


def test_draws_are_the_same_for_every_point_and_reach_every_battery():
    found = cells(factors=factor(values=[2, 3]), uncertain=DRAWN)
    assert len(found) == 8
    table = found.table().to_pydict()
    assert table["point"] == [0, 0, 0, 0, 1, 1, 1, 1]
    assert table["draw"] == [0, 1, 2, 3] * 2
    drawn = table["gbi.p_kill"]
    assert drawn[:4] == drawn[4:]
    assert len(set(drawn)) == 4
    assert 0.25 < min(drawn) < max(drawn) < 0.75
    scenario = found.scenario(6)
    assert [b.system.p_kill for b in scenario.weapons] == [drawn[6]] * 2
    assert scenario.threats[0].system.cost == table["icbm_liquid.cost_usd"][6]
    assert scenario.threats[0].count == 3


def test_a_design_is_written_so_that_it_reads_the_same():
    wanted = load_design(design(uncertain=DRAWN, stop={"half_width": 0.1, "most_runs": 9}))
    assert load_design(design_keys(wanted)) == wanted


def test_every_shipped_design_makes_its_cells():
    sizes = {name: len(Cells.of(load_design(name))) for name in shipped_designs()}
    assert sizes["limited_icbm_defense"] == 1000


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"factors": factor(values=[])}, "factors[0].values is missing; a factor has"),
        ({"factors": factor(low=5, high=2, levels=3)}, "factors[0].high is 2; allowed: above low"),
        ({"factors": factor(low=5)}, "factors[0].high is missing; a factor has values, or"),
        ({"factors": factor(low=1, high=2)}, "factors[0].levels is missing; a grid"),
        ({"factors": factor(values=[1, 1])}, "factors[0].values[1] is 1; each value is given once"),
        ({"factors": factor(values=[1], low=1)}, "factors[0].low is 1; a factor has values, or"),
        ({"factors": factor(low=0, high=2, levels=2, scale="log")}, "a log scale begins above 0"),
        ({"factors": factor(values=[[1]])}, "factors[0].values[0] is a list (1 item); allowed:"),
        ({"factors": [{"key": "threats.icbm.cuont", "values": [1]}]},
         "small: factor cuont: threats[0].cuont is 1; there is no such key. Did you mean 'count'?"),
        ({"factors": factor(values=[1, -4])}, "small: factor count: threats[0].count is -4;"),
        ({"factors": factor(low=1, high=4, levels=3)}, "Give the factor is_whole: true."),
        ({"factors": [{"key": "seed", "values": [-1]}]}, "a seed is a whole number, 0 or more"),
        ({"factors": factor(name="run", values=[1])}, "factors[0].name is 'run'; each column"),
        ({"runs": 0}, "runs is 0; allowed: whole numbers 1 to 10000000"),
        ({"cells": 5}, "cells is 5; a grid sample has the cells that its factors make"),
        ({"sample": "sobol"}, "cells is missing; a sobol sample needs a number of cells"),
        ({"sample": "sobol", "cells": 4, "factors": []}, "factors is a list (0 items); a sobol"),
        ({"sample": "random"}, "sample is 'random'; known: grid, list"),
        ({"sample": "one_at_a_time", "factors": factor(values=[1])}, "the first value is the base"),
        ({"scenario": "limited_icmb"}, "Did you mean 'limited_icbm'?"),
        ({"set": {"stepp_s": 3}}, "stepp_s is 3; there is no such key"),
        ({"tables": ["threat"]}, "tables[0] is 'threat'; known: runs, threats"),
        ({"stop": {"half_width": 0.1, "most_runs": 2}}, "stop.most_runs is 2; allowed: not below"),
        ({"stop": {"half_width": 0, "most_runs": 9}}, "stop.half_width is 0; allowed: above 0"),
        ({"uncertain": {"draws": 3, "parameters": [{"system": "thaad", "key": "p_kill"}]}},
         "uncertain.parameters[0].system is 'thaad'; the scenario uses"),
        ({"uncertain": {"draws": 3, "parameters": [{"system": "gbi", "key": "pkill"}]}},
         "uncertain.parameters[0].key is 'pkill'; gbi has assess_delay_s, channels, "),
        ({"uncertain": {"draws": 3, "parameters": [{"system": "gib", "key": "p_kill"}]}},
         "sbx, uewr. Did you mean 'gbi'?"),
        ({"uncertain": {"draws": 3, "parameters": []}}, "uncertain.parameters is a list (0 items)"),
        ({"facters": []}, "facters is a list (0 items); there is no such key. Did you mean"),
    ],
)  # fmt: skip
def test_bad_designs_are_refused_in_one_line(more: dict[str, Any], said: str):
    assert said in refused(**more)


def test_factors_of_a_list_have_one_length():
    two = [*factor(values=[1, 2]), {"key": "step_s", "values": [1]}]
    assert "factors[1].values is a list (1 item); all factors of a list" in refused(
        sample="list", factors=two
    )
