"""Building all stages: every battery gets what its own system says, whatever others of its name."""

import numpy as np

from opendome.scenario import load
from opendome.simulation.build import compile_scenario


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
        assert np.array_equal(arms.sites[b].table.tof, unit.table.tof)
        assert np.array_equal(model.world.batteries.tables[b].tof, unit.table.tof)
        assert arms.p_kill[arms.batteries.kind[b]] == model.manager.p_kill[b]
