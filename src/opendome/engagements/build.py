"""Fire control's constants from a scenario."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from opendome.engagements.engagement import FireControlModel, FireUnit, Light
from opendome.engagements.guidance import LAWS
from opendome.kernels.beam import Laser
from opendome.kernels.propulsion import Vehicle
from opendome.kernels.reach import Envelope, ReachTable
from opendome.kernels.shell_windows import orbital_launcher
from opendome.scenario.scenario import Scenario
from opendome.scenario.weapons import LaserSystem, WeaponSystem
from opendome.scenario.wiring import cells


def _envelope(system: WeaponSystem, max_range: float) -> Envelope:
    """Where an intercept is allowed, out to a range."""
    return Envelope(system.min_range, max_range, system.min_altitude, system.max_altitude)


def _light(system: WeaponSystem, lasers: Mapping[LaserSystem, Laser]) -> Light | None:
    """What a laser gives its threats, None of a system whose rounds fly."""
    if not isinstance(system, LaserSystem):
        return None
    return Light(lasers[system], system.beam.fluence_level, system.beam.fluence_ballistic)


def build(
    scenario: Scenario,
    vehicles: Mapping[WeaponSystem, Vehicle],
    tables: Mapping[WeaponSystem, ReachTable],
    lasers: Mapping[LaserSystem, Laser] | None = None,
) -> FireControlModel:
    """Fire units of every battery, in scenario order.

    Parameters
    ----------
    vehicles, tables : mapping
        Vehicle and fly-out table of each interceptor system, overrides and all.
    lasers : mapping, optional
        Laser of each system that has one.
    """
    nodes = [n.name for n in scenario.command.nodes]
    members = [battery.unit or (battery.name,) for battery in scenario.weapons]
    units = []
    for i, battery in enumerate(scenario.weapons):
        mates = [b for b, unit in zip(scenario.weapons, members, strict=True) if unit == members[i]]
        system = battery.system
        site, shell = battery.site, battery.shell
        place = (np.nan,) * 3 if site is None else (site.lat, site.lon, site.alt)
        units.append(
            FireUnit(
                name=battery.name,
                node=nodes.index(battery.node),
                site=np.array(place, dtype=np.float64),
                vehicle=vehicles[system],
                table=tables[system],
                envelope=_envelope(system, system.max_range),
                envelope_ballistic=_envelope(system, system.ballistic_range or system.max_range),
                law=LAWS[system.homing.law],
                is_divert=system.homing.steering == "divert",
                rounds=battery.n_launchers * battery.n_each,
                channels=max(mate.system.channels for mate in mates),
                launch_interval=system.launch_interval,
                reaction=system.reaction,
                unit=members.index(members[i]),
                rounds_per_launcher=battery.n_each,
                reload=system.reload,
                reloads=battery.reloads,
                orbit=None if shell is None else orbital_launcher(shell, system),
                may_boost=system.phase != "coast",
                may_coast=system.phase != "boost",
                assumed_burn=system.assumed_burn,
                light=_light(system, lasers or {}),
            )
        )
    n_cells = len(cells(scenario.command, scenario.sensors))
    return FireControlModel(tuple(units), n_cells, scenario.engagement == "flown")
