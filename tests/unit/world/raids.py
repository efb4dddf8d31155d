"""Raids on one base by every kind of threat, as mappings that ``load`` reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BASE = {"lat_deg": 24.0, "lon_deg": 52.0}
# Name of a group -> its system, where it starts and, if it flies on wings, its way.
GROUPS: dict[str, dict[str, Any]] = {
    "scud": {"system": "srbm", "launch": {"lat_deg": 26.2, "lon_deg": 51.0}},
    "quasi": {"system": "srbm_quasi_ballistic", "launch": {"lat_deg": 28.0, "lon_deg": 52.5}},
    "liquid": {"system": "mrbm_liquid", "launch": {"lat_deg": 35.0, "lon_deg": 60.0}},
    "solid": {"system": "mrbm_solid", "launch": {"lat_deg": 35.0, "lon_deg": 56.0}},
    "irbm": {"system": "irbm", "launch": {"lat_deg": 40.0, "lon_deg": 90.0}},
    "cruise": {
        "system": "cruise_subsonic",
        "launch": {"lat_deg": 27.5, "lon_deg": 53.0},
        "waypoints": [{"lat_deg": 26.0, "lon_deg": 51.5}, {"lat_deg": 25.0, "lon_deg": 52.5}],
    },
    "fast": {"system": "cruise_supersonic", "launch": {"lat_deg": 27.5, "lon_deg": 52.0}},
    "drone": {
        "system": "drone_one_way",
        "launch": {"lat_deg": 26.0, "lon_deg": 54.0},
        "waypoints": [{"lat_deg": 25.5, "lon_deg": 51.5}],
    },
}


def raid(names: tuple[str, ...] = tuple(GROUPS), count: int = 2, **keys: Any) -> dict[str, Any]:
    """Scenario of the named groups against one base; ``keys`` go into every group."""
    base = {"name": "base", **BASE, "radius_km": 3, "value": 100}
    threats = [
        {"name": name, "count": count, "aim": "base", **GROUPS[name], **keys} for name in names
    ]
    return {
        "format": 1,
        "name": "raid",
        "title": "Raid",
        "start": "2026-01-01T06:00:00Z",
        "duration_s": 40000,
        "step_s": 1,
        "assets": [base],
        "threats": threats,
        "sensors": [],
        "weapons": [],
        "command": {"nodes": [{"name": "post"}]},
    }


def changed(scenario: Mapping[str, Any], **keys: Any) -> dict[str, Any]:
    """The scenario with keys of its first group changed; None takes a key away."""
    first = {**scenario["threats"][0], **keys}
    first = {key: value for key, value in first.items() if value is not None}
    return {**scenario, "threats": [first, *scenario["threats"][1:]]}
