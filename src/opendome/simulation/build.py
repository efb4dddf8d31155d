"""Builds every stage from a scenario; slow work (fly-out tables, nominal launches) is done here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from opendome.battle.manager import Manager
from opendome.engagements.build import build as build_fire_control
from opendome.engagements.engagement import FireControlModel
from opendome.kernels.beam import reach_of_beam
from opendome.kernels.reach import ReachTable, make_table
from opendome.scenario.families import family_of
from opendome.scenario.scenario import Scenario
from opendome.scenario.weapons import LaserSystem, WeaponSystem
from opendome.scenario.weather import Weather
from opendome.sensors import build as build_sensors
from opendome.sensors.assessment import Assessor
from opendome.sensors.base import AbstractSensor
from opendome.sensors.shortcut import Shortcut
from opendome.sensors.watch import Watch
from opendome.simulation.clock import Clock
from opendome.simulation.names import Names
from opendome.simulation.network import Network
from opendome.tracks.tracker import Tracker
from opendome.world.build import build as build_world
from opendome.world.build import free_time, laser_of, systems_of, vehicle_of
from opendome.world.model import WorldModel

TABLE_SHAPE = (120, 72)
BEAM_SHAPE = (160, 160)
PICTURE_SAMPLES = 100  # looks at the picture's quality in the longest run


@dataclass(frozen=True)
class Model:
    """Everything constant about a simulation; it pickles, so that workers need not build it."""

    scenario: str
    world: WorldModel
    sensors: tuple[AbstractSensor, ...]
    watch: Watch
    picture: Tracker | Shortcut
    manager: Manager
    fire_control: FireControlModel
    assessor: Assessor
    network: Network
    clock: Clock
    names: Names
    picture_period: float


def beam_table(system: LaserSystem, weather: Weather | None) -> ReachTable:
    """Reach of a laser in the air of a scenario, as wide as its envelope, for flyers on wings."""
    extent = (1.05 * system.max_range, 1.05 * system.max_altitude + 100.0)
    laser = laser_of(system.beam, weather)
    return reach_of_beam(laser, system.beam.fluence_level, extent, BEAM_SHAPE)


def reach_table(system: WeaponSystem, weather: Weather | None) -> ReachTable:
    """When and where a system's shots can be: a fly-out, or a beam's reach."""
    if isinstance(system, LaserSystem):
        return beam_table(system, weather)
    return fly_out_table(system)


def fly_out_table(system: WeaponSystem) -> ReachTable:
    """Fly-out table of an interceptor system, as wide as its envelope; empty of one in orbit."""
    if system.basing == "orbit":
        none = np.full((2, 2), np.inf)
        return ReachTable(np.arange(2.0), np.arange(2.0), none, none, none)
    slowest = max(200.0, system.max_range / 300.0) if system.homing.steering == "aero" else 3000.0
    extent = (1.05 * system.max_range, 1.05 * system.max_altitude + 3e3, slowest)
    return make_table(vehicle_of(system.booster), free_time(system), extent, TABLE_SHAPE)


def compile_scenario(scenario: Scenario) -> Model:
    """Build all stages of a checked scenario.

    Raises
    ------
    ScenarioError
        When physics says no: an aim out of reach, an end before the last impact.
    """
    systems = systems_of(scenario)
    tables = {s: reach_table(s, scenario.weather) for s in systems}
    lasers = {s: laser_of(s.beam, scenario.weather) for s in systems if isinstance(s, LaserSystem)}
    nodes = [n.name for n in scenario.command.nodes]
    tracked = scenario.picture == "tracked"
    sensors = build_sensors(scenario.sensors, scenario.start, scenario.jammers) if tracked else ()
    periods = tuple(s.period for s in sensors)
    network = Network.build(scenario, periods)
    world = build_world(scenario, tables)
    return Model(
        scenario=scenario.name,
        world=world,
        sensors=sensors,
        watch=Watch.of(sensors, has_jammers=bool(world.threats.jamming.any())),
        picture=Tracker.build(scenario.command, scenario.sensors, scenario.start)
        if tracked
        else Shortcut.build(scenario),
        manager=Manager.build(scenario, tables),
        fire_control=build_fire_control(
            scenario, {s: vehicle_of(s.booster) for s in systems}, tables, lasers
        ),
        assessor=Assessor.build(scenario.weapons),
        network=network,
        clock=Clock(scenario.step, scenario.duration, periods),
        names=Names(
            groups=tuple(g.name for g in scenario.threats),
            threat_systems=tuple(g.system.name for g in scenario.threats),
            families=tuple(family_of(g.system) for g in scenario.threats),
            cells=tuple(cell.name for cell in network.cells),
            nodes=tuple(nodes[i] for i in network.battery_node),
            batteries=tuple(b.name for b in scenario.weapons),
            weapon_systems=tuple(b.system.name for b in scenario.weapons),
            costs=np.array([b.system.cost for b in scenario.weapons], dtype=np.float64),
        ),
        picture_period=max(scenario.step, scenario.duration / PICTURE_SAMPLES),
    )
