"""The whole scenario: the root noun."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.before_launch import BeforeLaunch
from opendome.scenario.command import Command
from opendome.scenario.entries import LEVELS, Entry
from opendome.scenario.grammar import keys
from opendome.scenario.jamming import Jammer
from opendome.scenario.places import Asset
from opendome.scenario.sensors import Sensor
from opendome.scenario.threats import ThreatGroup
from opendome.scenario.units import quantity
from opendome.scenario.weapons import Battery
from opendome.scenario.weather import Weather


@dataclass(frozen=True)
class Scenario:
    """Everything a run needs, in SI, checked. Made by ``load``; never changed.

    ``systems`` are the catalog entries that the systems within were built from, so that a result
    can say where each number came from.
    """

    format: int = keys.integer("format", "Version of the file format.", low=1, high=1)
    name: str = keys.name("name", "Name of the scenario.")
    assets: tuple[Asset, ...] = keys.parts("assets", "What is defended.")
    threats: tuple[ThreatGroup, ...] = keys.parts("threats", "Groups of threats.")
    # a track remembers in the bits of one signed word of 64 which sensors saw it
    sensors: tuple[Sensor, ...] = keys.parts("sensors", "Sensors.", high=63)
    weapons: tuple[Battery, ...] = keys.parts("weapons", "Batteries.")
    command: Command = keys.part("command", "Command nodes.")
    before_launch: tuple[BeforeLaunch, ...] = keys.parts(
        "before_launch", "What is done to launchers before they launch.", high=100, default=()
    )
    jammers: tuple[Jammer, ...] = keys.parts(
        "jammers", "Jammers that stand off at a place.", high=100, default=()
    )
    title: str = keys.text("title", "One line for people.", default="")
    description: str = keys.text("description", "What it is about.", longest=5000, default="")
    start: str = keys.time(
        "start", "Calendar time of t = 0, for people only.", default="2026-01-01T00:00:00Z"
    )
    picture: str = keys.choice(
        "picture",
        "How the picture is made: by tracking, drawn from statistics, or taken from the truth.",
        ("tracked", "statistical", "perfect"),
        default="tracked",
    )
    engagement: str = keys.choice(
        "engagement",
        "How a shot goes: flown to its end, or drawn from a table.",
        ("flown", "tabled"),
        default="flown",
    )
    step: float = quantity("step_s", "s", "Macro step of the clock.", above=0, high=60, default=1)
    duration: float = quantity("duration_s", "s", "Latest end.", above=0, high=1e5, default=7200)
    weather: Weather | None = keys.part("weather", "The air; absent: clear.", default=None)
    catalog_level: str = keys.choice(
        "catalog_level", "Which of the catalog's numbers are taken.", LEVELS, default="nominal"
    )
    systems: dict[str, Entry] = keys.table("systems", "Catalog entries of the scenario's own.")
