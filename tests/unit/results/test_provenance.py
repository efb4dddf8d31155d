from __future__ import annotations

import json

import pytest

from opendome._version import __version__
from opendome.results.provenance import make_manifest, versions
from opendome.scenario.load import load, shipped


@pytest.mark.parametrize("name", shipped())
def test_the_manifest_holds_the_scenario_that_was_run(name):
    scenario = load(name)
    manifest = json.loads(json.dumps(make_manifest(scenario, 7, [0])))
    assert load(manifest["scenario"]) == scenario
    assert manifest["name"] == name
    assert manifest["title"] == scenario.title
    assert manifest["seed"] == 7


def test_the_hash_tells_scenarios_apart_and_not_their_making():
    first, second = load("iron_dome_city"), load("iron_dome_city", ["threats[0].count=3"])
    again = load("iron_dome_city", ["threats[0].count=3"])
    hashes = [make_manifest(s, 1, [])["scenario_hash"] for s in (first, second, again)]
    assert hashes[0] != hashes[1]
    assert hashes[1] == hashes[2]


def test_costs_and_values_are_those_of_the_scenario():
    scenario = load("iron_dome_city", ["weapons[0].overrides.cost_usd=12345"])
    manifest = make_manifest(scenario, 1, [])
    first, *others = manifest["batteries"].values()
    assert first == {"system": "iron_dome", "cost_usd": 12345.0}
    assert others
    assert {b["cost_usd"] for b in others} == {scenario.weapons[1].system.cost}
    assert manifest["asset_value"] == sum(asset.value for asset in scenario.assets)


def test_versions_name_what_numbers_depend_on():
    assert versions()["opendome"] == __version__
    assert set(versions()) == {"opendome", "python", "numpy", "numba"}
    assert versions()["numpy"][0].isdigit()
