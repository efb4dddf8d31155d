"""From truth to what sensors say of it: detections, assessments, and pictures for fast runs."""

from opendome.scenario.jamming import Jammer
from opendome.scenario.schedule import days_after_j2000
from opendome.scenario.sensors import RadarSystem, Sensor
from opendome.scenario.skywave import SkywaveSystem
from opendome.sensors.base import AbstractSensor
from opendome.sensors.infrared import Infrared
from opendome.sensors.radar import Radar
from opendome.sensors.skywave import Skywave

KINDS: dict[str, type[Radar] | type[Infrared] | type[Skywave]] = {
    "radar": Radar,
    "skywave": Skywave,
    "infrared": Infrared,
}


def build(
    sensors: tuple[Sensor, ...],
    start: str = "2026-01-01T00:00:00Z",
    jammers: tuple[Jammer, ...] = (),
) -> tuple[AbstractSensor, ...]:
    """The sensors of a scenario, in its order.

    The Sun stands where it does at ``start``; jammers at their places disturb the radars.
    """
    days = days_after_j2000(start)
    made: list[AbstractSensor] = []
    for index, sensor in enumerate(sensors):
        if isinstance(sensor.system, RadarSystem):
            made.append(Radar.at(index, sensor, jammers))
        elif isinstance(sensor.system, SkywaveSystem):
            made.append(Skywave.at(index, sensor))
        else:
            made.append(Infrared.at(index, sensor, days))
    return tuple(made)
