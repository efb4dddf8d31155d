"""Building all stages: every battery gets what its own system says, whatever others of its name."""

import numpy as np
import pytest

from opendome.errors import ScenarioError
from opendome.scenario import load, resolved
from opendome.simulation.build import compile_scenario
from opendome.simulation.run import simulate


def test_batteries_of_one_system_may_differ_by_their_overrides() -> None:
    weak = "weapons.battery_south.overrides.booster.stages[0].isp_s=100"
    sure = "weapons.battery_north.overrides.p_kill=0.9"
    model = compile_scenario(load("iron_dome_city", [weak, sure]))
    south, north = model.fire_control.units
    systems = model.world.batteries.system
    for unit, system in zip(model.fire_control.units, systems, strict=True):
        flown = model.world.interceptors.vehicles[system]
        assert np.array_equal(unit.vehicle.stages, flown.stages), unit.name
    assert np.isfinite(south.table.tof).sum() < 0.7 * np.isfinite(north.table.tof).sum()
    arms = model.manager.arms[0]
    for b, unit in enumerate((south, north)):
        assert np.array_equal(arms.sites.each[b].launcher.table.tof, unit.table.tof)
        assert np.array_equal(model.world.batteries.tables[b].tof, unit.table.tof)
        assert arms.p_kill[arms.kind[b]] == model.manager.p_kill[b]


def test_as_many_sensors_as_a_track_can_remember_and_no_more() -> None:
    groups = [f"threats.{name}.count=0" for name in ("east", "stray", "long_range")]
    data = resolved("iron_dome_city", ["threats.north.count=1", *groups])
    radar = data["sensors"][0]
    data["sensors"] = [radar | {"name": f"radar_{i}"} for i in range(63)]
    found = simulate(compile_scenario(load(data)), 1, [0], [])
    assert max(found.tables["picture"]["matched"].to_pylist()) == 1
    data["sensors"].append(radar | {"name": "one_too_many"})
    with pytest.raises(ScenarioError, match="sensors"):
        load(data)
