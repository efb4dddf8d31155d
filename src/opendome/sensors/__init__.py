"""From truth to what sensors say of it: detections, assessments, and pictures for fast runs."""

from opendome.scenario.sensors import RadarSystem, Sensor
from opendome.sensors.base import AbstractSensor
from opendome.sensors.infrared import Infrared
from opendome.sensors.radar import Radar

KINDS: dict[str, type[Radar] | type[Infrared]] = {
    "radar": Radar,
    "infrared": Infrared,
}


def build(sensors: tuple[Sensor, ...]) -> tuple[AbstractSensor, ...]:
    """The sensors of a scenario, in its order."""
    return tuple(
        KINDS["radar" if isinstance(sensor.system, RadarSystem) else "infrared"].at(index, sensor)
        for index, sensor in enumerate(sensors)
    )
