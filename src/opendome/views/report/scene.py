"""Who takes part, as the manifest's scenario says: places, ranges and stocks, ready to be drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendome.views.report.words import spaced

Place = tuple[float, float]  # lat, lon


@dataclass(frozen=True)
class Asset:
    """A defended disc."""

    name: str
    place: Place
    radius: float
    value: float


@dataclass(frozen=True)
class Battery:
    """A fire unit with its reach and its stock of rounds; in orbit it has no place (NaN)."""

    name: str
    title: str
    place: Place
    reach: float
    stock: int
    ballistic_reach: float  # of ballistic threats; as ``reach`` unless the system says otherwise
    platform: str = "ground"
    system: str = ""  # its kind of round


@dataclass(frozen=True)
class Sensor:
    """A sensor; ``place`` is None for one in geostationary orbit."""

    name: str
    title: str
    place: Place | None
    geo_longitude: float
    reach: float
    azimuth: float
    sector: float
    platform: str = "ground"


@dataclass(frozen=True)
class LaunchArea:
    """Where a group of threats starts."""

    name: str
    title: str
    place: Place
    scatter: float
    count: int


@dataclass(frozen=True)
class Scene:
    """Everything in the scenario that has a place or a stock."""

    assets: tuple[Asset, ...]
    batteries: tuple[Battery, ...]
    sensors: tuple[Sensor, ...]
    launch_areas: tuple[LaunchArea, ...]


def scene_of(scenario: Mapping[str, Any]) -> Scene:
    """Scene of a resolved scenario; what is missing is left out or NaN, never an error."""
    return Scene(
        tuple(_asset(a) for a in parts(scenario, "assets")),
        tuple(_battery(w, system_of(scenario, w)) for w in parts(scenario, "weapons")),
        tuple(_sensor(s, system_of(scenario, s)) for s in parts(scenario, "sensors")),
        tuple(_launch_area(t, system_of(scenario, t)) for t in parts(scenario, "threats")),
    )


def parts(scenario: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """List of mappings under a key; empty if there is none."""
    value = scenario.get(key)
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, Sequence) else []


def entry_of(scenario: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Catalog entry that a resolved scenario holds for a system; empty if it holds none."""
    entries = scenario.get("systems")
    entry = entries.get(name) if isinstance(entries, Mapping) else None
    return entry if isinstance(entry, Mapping) else {}


def system_of(scenario: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers of a part's system by their dotted file keys, with its ``name`` and ``title``.

    They are those of the catalog entry at the scenario's level, changed by the part's overrides.
    """
    name = str(part.get("system", ""))
    entry = entry_of(scenario, name)
    level = str(scenario.get("catalog_level", "nominal"))
    values: dict[str, Any] = {
        str(key): row.get(level, row.get("nominal"))
        for key, row in mapping(entry, "parameters").items()
        if isinstance(row, Mapping)
    }
    values.update(mapping(part, "overrides"))
    return {**values, "name": name, "title": str(entry.get("title") or spaced(name))}


def mapping(noun: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Mapping under a key; empty if there is none."""
    value = noun.get(key)
    return value if isinstance(value, Mapping) else {}


def numeric(noun: Mapping[str, Any], key: str, default: float = math.nan) -> float:
    """Number under a key."""
    value = noun.get(key)
    return float(value) if isinstance(value, (int, float)) else default


def _place(noun: Mapping[str, Any]) -> Place:
    return math.radians(numeric(noun, "lat_deg")), math.radians(numeric(noun, "lon_deg"))


def _asset(noun: Mapping[str, Any]) -> Asset:
    radius = numeric(noun, "radius_km", 0.0) * 1e3
    return Asset(str(noun.get("name", "")), _place(noun), radius, numeric(noun, "value", 1.0))


def _battery(noun: Mapping[str, Any], system: Mapping[str, Any]) -> Battery:
    launchers = numeric(noun, "launchers", numeric(system, "launchers", 1.0))
    launchers = numeric(mapping(noun, "shell"), "total", launchers)
    rounds = numeric(noun, "rounds_per_launcher", numeric(system, "rounds_per_launcher", 1.0))
    loads = 1.0 + numeric(noun, "reloads", 0.0)
    reach = numeric(system, "max_range_km")
    return Battery(
        str(noun.get("name", "")),
        str(system["title"]),
        _place(noun),
        reach * 1e3,
        round(launchers * rounds * loads),
        numeric(system, "ballistic_range_km", reach) * 1e3,
        str(noun.get("platform") or "ground"),
        str(system["name"]),
    )


def _sensor(noun: Mapping[str, Any], system: Mapping[str, Any]) -> Sensor:
    is_placed = "lat_deg" in noun
    reach = numeric(system, "max_range_km", numeric(system, "range_km"))
    return Sensor(
        str(noun.get("name", "")),
        str(system["title"]),
        _place(noun) if is_placed else None,
        math.radians(numeric(noun, "geo_lon_deg")),
        reach * 1e3,
        math.radians(numeric(noun, "az_deg", 0.0)),
        math.radians(numeric(system, "sector_deg", 360.0)),
        str(noun.get("platform") or "ground"),
    )


def _launch_area(noun: Mapping[str, Any], system: Mapping[str, Any]) -> LaunchArea:
    return LaunchArea(
        str(noun.get("name", "")),
        str(system["title"]),
        _place(mapping(noun, "launch")),
        numeric(noun, "launch_scatter_km", 0.0) * 1e3,
        int(numeric(noun, "count", 0.0)),
    )
