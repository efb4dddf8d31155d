"""The radar of a battery's own: which it is, and what it can see."""

from __future__ import annotations

import numpy as np

from opendome.kernels.field import Field
from opendome.kernels.frames import ecef_from_geodetic
from opendome.kernels.radar import radar_at
from opendome.scenario.scenario import Scenario
from opendome.scenario.sensors import RadarSystem, Sensor
from opendome.scenario.weapons import Battery

NOWHERE = Field(np.zeros(3), np.eye(3), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def own_field(scenario: Scenario, battery: Battery) -> Field | None:
    """Field of the radar that guides a battery's rounds; None where it has none.

    The radar that it names, else the nearest radar on the ground of its node.
    """
    radars = [
        s for s in scenario.sensors if isinstance(s.system, RadarSystem) and s.site is not None
    ]
    if battery.radar is not None:
        chosen = [s for s in radars if s.name == battery.radar]
    else:
        chosen = sorted(
            (s for s in radars if s.node == battery.node), key=lambda s: _distance(s, battery)
        )[:1]
    if not chosen:
        return None
    sensor = chosen[0]
    system, site = sensor.system, sensor.site
    if not isinstance(system, RadarSystem) or site is None:
        return None
    return radar_at(system, (site.lat, site.lon, site.alt), sensor.azimuth).field


def _distance(sensor: Sensor, battery: Battery) -> float:
    """Straight distance between a sensor on the ground and a battery, m."""
    here, there = sensor.site, battery.site
    if here is None or there is None:
        return float("inf")
    a = np.array(ecef_from_geodetic(here.lat, here.lon, here.alt))
    b = np.array(ecef_from_geodetic(there.lat, there.lon, there.alt))
    return float(np.sqrt(np.sum((a - b) ** 2)))
