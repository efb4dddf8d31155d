"""Fire control's constants from a scenario."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from opendome.engagements.engagement import FireControlModel, FireUnit
from opendome.engagements.guidance import LAWS
from opendome.kernels.propulsion import Vehicle
from opendome.kernels.reach import Envelope, ReachTable
from opendome.scenario.scenario import Scenario
from opendome.scenario.weapons import InterceptorSystem


def build(
    scenario: Scenario,
    vehicles: Mapping[InterceptorSystem, Vehicle],
    tables: Mapping[InterceptorSystem, ReachTable],
) -> FireControlModel:
    """Fire units of every battery, in scenario order.

    Parameters
    ----------
    vehicles, tables : mapping
        Vehicle and fly-out table of each interceptor system, overrides and all.
    """
    nodes = [n.name for n in scenario.command.nodes]
    units = []
    for battery in scenario.weapons:
        system = battery.system
        launchers = system.launchers if battery.launchers is None else battery.launchers
        per_launcher = (
            system.rounds_per_launcher
            if battery.rounds_per_launcher is None
            else battery.rounds_per_launcher
        )
        units.append(
            FireUnit(
                name=battery.name,
                node=nodes.index(battery.node),
                site=np.array([battery.site.lat, battery.site.lon, battery.site.alt]),
                vehicle=vehicles[system],
                table=tables[system],
                envelope=Envelope(
                    system.min_range, system.max_range, system.min_altitude, system.max_altitude
                ),
                law=LAWS[system.homing.law],
                is_divert=system.homing.steering == "divert",
                rounds=launchers * per_launcher,
                channels=system.channels,
                launch_interval=system.launch_interval,
                reaction=system.reaction,
            )
        )
    return FireControlModel(tuple(units), len(nodes), scenario.engagement == "flown")
