"""The whole scenario: the root noun."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.command import Command
from opendome.scenario.places import Asset
from opendome.scenario.sensors import Sensor
from opendome.scenario.threats import ThreatGroup
from opendome.scenario.units import quantity
from opendome.scenario.weapons import Battery


@dataclass(frozen=True)
class Scenario:
    """Everything a run needs, in SI, checked. Made by ``load``; never changed."""

    format: int
    name: str
    title: str
    description: str
    start: str  # ISO 8601 UTC, for people only
    assets: tuple[Asset, ...]
    threats: tuple[ThreatGroup, ...]
    sensors: tuple[Sensor, ...]
    weapons: tuple[Battery, ...]
    command: Command
    picture: str = "tracked"  # tracked | statistical | perfect
    engagement: str = "flown"  # flown | tabled
    step: float = quantity("step_s", "s", "Macro step of the clock.", above=0, high=60, default=1)
    duration: float = quantity("duration_s", "s", "Latest end.", above=0, high=1e5, default=7200)
