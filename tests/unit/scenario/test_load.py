"""From file, name or mapping to a scenario in SI, and back to a record."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import pickle
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from opendome.errors import ScenarioError
from opendome.scenario import load, resolved, scenario_hash, shipped
from opendome.scenario.command import Doctrine
from opendome.scenario.places import Place
from tests.unit.scenario.breaking import REMOVED, SMALL, changed, refusal, small


def test_what_is_read_is_in_si():
    scenario = load(SMALL)
    assert scenario.name == "small"
    assert scenario.step == 0.5
    city, port = scenario.assets
    assert city.place == Place(lat=math.radians(-21.0), lon=math.radians(13.75), alt=0.0)
    assert (city.radius, port.radius, port.value) == (6000.0, 2500.0, 1.0)
    north, south = scenario.threats
    assert (north.count, north.launch_scatter, north.apogee) == (12, 2000.0, None)
    assert north.aim == "city"
    assert south.aim == ("city", Place(lat=math.radians(-21.11), lon=math.radians(13.81)))
    assert (south.salvo_size, south.spacing, south.salvo_interval) == (1, 1.0, 60.0)
    mmr, geo = scenario.sensors
    assert mmr.azimuth == pytest.approx(math.pi / 2)
    assert geo.site is None
    assert geo.geo_longitude == math.radians(20.0)
    bat1 = scenario.weapons[0]
    assert (bat1.launchers, bat1.rounds_per_launcher) == (3, None)
    node = scenario.command.nodes[0]
    assert node.consent == 2.0
    assert node.doctrine == Doctrine(policy="greedy", max_rounds=3)


def test_overrides_change_one_group_only():
    north, south = load(SMALL).threats
    assert (north.system.reliability, north.system.booster.stages[0].burn_time) == (1.0, 2.1)
    assert south.system.reliability != 1.0
    assert south.system.booster.stages[0].burn_time == 2.0
    assert north.system.name == south.system.name == "rocket_122mm"
    assert load(SMALL).weapons[0].system.p_kill == 0.8


@pytest.mark.parametrize("as_source", [str, Path, lambda _: small(), lambda p: load(p)])
def test_every_kind_of_source_gives_the_same_scenario(as_source: Any):
    assert load(as_source(SMALL)) == load(SMALL)


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_load_by_name_and_survive_their_record(name: str):
    scenario = load(name)
    assert scenario.name == name
    assert load(json.loads(json.dumps(resolved(scenario)))) == scenario


def test_a_shipped_name_comes_before_a_file_without_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / shipped()[0]).write_text("format: 1\n", encoding="utf-8")
    assert load(shipped()[0]).name == shipped()[0]


def test_a_byte_order_mark_and_other_line_ends_are_fine(tmp_path: Path):
    path = tmp_path / "marked.yaml"
    text = SMALL.read_text(encoding="utf-8").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load(path) == load(SMALL)


def test_a_mapping_may_hold_tuples_and_numbers_of_numpy():
    data = changed(
        (("assets", 0, "radius_km"), np.float32(6)),
        (("threats", 0, "count"), np.int64(12)),
        (("command", "nodes", 0, "doctrine", "is_shoot_look_shoot"), np.bool_(True)),
        (("threats", 1, "aim"), tuple(small()["threats"][1]["aim"])),
        (("assets", 0, "value"), np.float64(100)),
    )
    data["assets"] = tuple(data["assets"])
    assert load(data) == load(SMALL)
    assert isinstance(data["assets"], tuple)


def test_the_mapping_given_is_not_changed():
    data = small()
    load(data, ["threats[0].count=1", "weapons.bat1.overrides.p_kill=0.1"], "low")
    assert data == small()


def test_an_empty_value_stands_for_the_default():
    data = changed((("title",), None), (("threats", 0, "apogee_km"), None), (("systems",), None))
    data["threats"][1]["overrides"] = None
    data["sensors"][0]["geo_lon_deg"] = None
    assert load(data) == load(changed((("title",), "")))


def test_the_level_of_the_catalog_is_taken_everywhere_or_as_the_file_says():
    low, nominal, high = (load(SMALL, (), level) for level in ("low", "nominal", "high"))
    assert nominal == load(SMALL)
    costs = [s.threats[0].system.cost for s in (low, nominal, high)]
    assert costs[0] < costs[1] < costs[2]
    assert low.catalog_level == "low"
    assert load(changed((("catalog_level",), "low"))) == low
    assert load(changed((("catalog_level",), "low")), (), "high") == high
    assert low.weapons[0].system.p_kill == 0.8  # overrides come last
    assert refusal(changed((("catalog_level",), "hi"))).startswith(
        "scenario: catalog_level is 'hi'"
    )


def test_the_record_holds_everything_in_file_keys():
    record = resolved(SMALL)
    assert record["threats"][0]["launch_scatter_km"] == 2.0
    assert record["threats"][0]["overrides"] == {
        "booster.stages[0].burn_s": 2.1,
        "reliability": 1.0,
    }
    assert record["threats"][1]["overrides"] == {}
    assert record["threats"][1]["aim"][1] == {"lat_deg": -21.11, "lon_deg": 13.81, "alt_m": 0.0}
    assert record["sensors"][1]["geo_lon_deg"] == 20.0
    assert "lat_deg" not in record["sensors"][1]
    assert record["command"]["nodes"][0]["doctrine"]["p_threatening"] == 0.1
    assert sorted(record["systems"]) == ["elm2084", "iron_dome", "rocket_122mm", "sbirs_geo"]
    p_kill = record["systems"]["iron_dome"]["parameters"]["p_kill"]
    assert p_kill["low"] < p_kill["nominal"] < p_kill["high"]
    assert p_kill["source"]
    assert p_kill["unit"] == "1"


def test_the_record_loads_to_an_equal_scenario_and_records_itself():
    for level in ("low", "nominal", "high"):
        scenario = load(SMALL, ["threats.north.first_launch_s=0.1"], level)
        record = json.loads(json.dumps(resolved(scenario)))
        again = load(record)
        assert again == scenario
        assert hash(again) == hash(scenario)
        assert resolved(again) == record
        assert resolved(SMALL, ["threats.north.first_launch_s=0.1"], level) == record


def test_the_record_does_not_lean_on_the_catalog(monkeypatch: pytest.MonkeyPatch):
    record = resolved(SMALL)
    monkeypatch.setattr("opendome.scenario.catalog_entries.catalog", dict)
    assert load(record) == load(record)
    assert resolved(record) == record
    with pytest.raises(ScenarioError):
        load(SMALL)


def test_a_scenario_changed_in_python_is_recorded_as_it_is():
    scenario = load(SMALL)
    battery = scenario.weapons[0]
    other = dataclasses.replace(battery.system, p_kill=0.123, channels=2)
    changed_one = dataclasses.replace(
        scenario, step=0.25, weapons=(dataclasses.replace(battery, system=other),)
    )
    record = resolved(changed_one)
    assert record["step_s"] == 0.25
    assert record["weapons"][0]["overrides"] == {"p_kill": 0.123, "channels": 2}
    assert load(record) == changed_one


def test_a_scenario_made_without_the_catalog_is_recorded_too():
    scenario = dataclasses.replace(load(SMALL), systems={})
    record = resolved(scenario)
    found = record["systems"]["iron_dome"]["parameters"]["p_kill"]
    assert (found["nominal"], found["source"]) == (0.8, "set by the scenario")
    assert dataclasses.replace(load(record), systems={}) == scenario
    booster = scenario.threats[0].system.booster
    two = dataclasses.replace(booster, stages=booster.stages * 2)
    system = dataclasses.replace(scenario.threats[0].system, booster=two)
    groups = (dataclasses.replace(scenario.threats[0], system=system), scenario.threats[1])
    with pytest.raises(ValueError, match="differ in their number of stages"):
        resolved(dataclasses.replace(scenario, threats=groups))


def test_an_absent_value_of_the_catalog_can_be_given_and_taken_away():
    given = load(SMALL, ["sensors.mmr.overrides.speed_resolution_m_s=3"])
    assert given.sensors[0].system.speed_resolution == 3.0
    assert load(resolved(given)) == given
    taken = load(resolved(given), ["sensors.mmr.overrides.speed_resolution_m_s="])
    assert taken.sensors[0].system.speed_resolution is None
    assert load(resolved(taken)) == taken
    message = refusal(SMALL, "weapons.bat1.overrides.p_kill=")
    assert "weapons[0].overrides.p_kill is empty; allowed: 0 to 1." in message


def test_own_systems_of_a_scenario_come_before_the_catalog():
    record = resolved(SMALL)
    own = record["systems"]["iron_dome"]
    own["parameters"]["max_range_km"]["nominal"] = 33.0
    record["systems"]["my_dome"] = {**own, "aliases": ["dome"]}
    record["weapons"][0]["system"] = "my_dome"
    scenario = load(record)
    assert scenario.weapons[0].system.name == "my_dome"
    assert scenario.weapons[0].system.max_range == 33_000.0
    assert "iron_dome" not in scenario.systems
    record["weapons"][0]["system"] = "dome"
    assert load(record) == scenario


def test_the_hash_follows_the_record_and_nothing_else():
    record = resolved(SMALL)
    backwards = dict(reversed(list(record.items())))
    assert scenario_hash(record) == scenario_hash(backwards)
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    assert scenario_hash(record) == hashlib.sha256(text.encode()).hexdigest()
    for sets in (["threats[0].count=11"], ["weapons[0].overrides.p_kill=0.81"], ["name=other"]):
        assert scenario_hash(resolved(SMALL, sets)) != scenario_hash(record)
    whole = changed((("assets", 0, "radius_km"), 6.0), (("threats", 0, "count"), 12.0))
    assert scenario_hash(resolved(whole)) == scenario_hash(record)


def test_a_scenario_travels_to_workers():
    scenario = load(SMALL)
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenario.step = 2.0  # type: ignore[misc]


@pytest.mark.parametrize("source", [5, None, ["a"], b"x"])
def test_wrong_use_of_python_is_a_type_error(source: Any):
    with pytest.raises(TypeError, match="a scenario is a name, a path or a mapping"):
        load(source)


def test_mappings_that_are_no_plain_data_are_refused():
    endless: dict[str, Any] = small()
    endless["title"] = endless
    assert "levels deep" in refusal(endless)
    assert "keys are text" in refusal({**small(), 5: 1})
    assert "a value of type" in refusal(changed((("title",), Path("x"))))
    assert "a value of type ndarray" in refusal(changed((("title",), np.zeros(3))))
    assert "scenario is empty" not in refusal({})
    assert refusal({}).startswith("scenario: format is missing")


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(import_module("opendome.scenario.load"), "MAX_NODES", 50)
    assert "at most 50 values are allowed" in refusal(small())


def test_missing_keys_say_what_they_are():
    message = refusal(changed((("assets", 0, "radius_km"), REMOVED)))
    assert message == (
        "scenario: assets[0].radius_km is missing; allowed: above 0, up to 500 km. "
        "Radius of the asset."
    )


def test_importing_is_fast_and_loads_no_compiler():
    program = (
        "import time; start = time.process_time(); import opendome.scenario, sys;"
        "print(time.process_time() - start, {'numba', 'pyarrow', 'duckdb'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    seconds, loaded = done.stdout.split(maxsplit=1)
    assert float(seconds) < 1.0  # aim 0.5 s; the margin is for a loaded machine
    assert loaded.strip() == "set()"
