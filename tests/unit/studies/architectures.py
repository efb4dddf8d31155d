"""Small architectures for bills."""

from __future__ import annotations

from typing import Any

from opendome.scenario.load import load
from opendome.scenario.scenario import Scenario

PLACES = {"lat_deg": 40.0, "lon_deg": -75.0}
SHELL = {"alt_km": 400, "inclination_deg": 60, "total": 7800, "planes": 78}


def architecture(
    weapons: list[dict[str, Any]], sensors: list[dict[str, Any]] | None = None
) -> Scenario:
    """A scenario without threats: node ``c2``, and one for every other name that is used."""
    things = [*weapons, *(sensors or [])]
    nodes = dict.fromkeys(["c2", *(thing["node"] for thing in things)])
    return load(
        {
            "format": 1,
            "name": "architecture",
            "picture": "perfect",
            "assets": [],
            "threats": [],
            "sensors": sensors or [],
            "weapons": weapons,
            "command": {"wiring": "integrated", "nodes": [{"name": n} for n in nodes]},
        }
    )


def battery(system: str, name: str = "", **keys: Any) -> dict[str, Any]:
    """A battery at one place, of node ``c2`` unless another is named."""
    return {"name": name or system, "system": system, "node": "c2", **PLACES, **keys}


def shell(total: int = 7800, **keys: Any) -> dict[str, Any]:
    """A shell of space-based interceptors, one in each satellite."""
    return {
        "name": "shell", "system": "space_based_interceptor", "node": "c2",
        "shell": {**SHELL, "total": total, "planes": 1}, **keys,
    }  # fmt: skip


def radar(system: str, name: str = "", **keys: Any) -> dict[str, Any]:
    """A radar at one place."""
    return {"name": name or system, "system": system, "node": "c2", **PLACES, **keys}
