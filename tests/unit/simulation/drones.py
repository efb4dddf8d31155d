"""Drones in a row against one battery, the smallest defense that can meet them."""

from __future__ import annotations

from typing import Any

from opendome.scenario import load
from opendome.scenario.scenario import Scenario


def drone_raid(
    battery: dict[str, Any],
    count: int = 8,
    *,
    spacing: float = 8.0,
    threat: dict[str, Any] | None = None,
    **keys: Any,
) -> Scenario:
    """``count`` drones from the west at a base that one battery guards, one every 8 s.

    ``threat`` overrides the drone's numbers; ``keys`` are further keys of the scenario.
    """
    here = {"lat_deg": 32.0, "lon_deg": 35.0}
    data: dict[str, Any] = {
        "format": 1,
        "name": "drones",
        "duration_s": 1500,
        "assets": [{"name": "base", **here, "radius_km": 1.0, "value": 1}],
        "threats": [
            {
                "name": "drones",
                "system": "drone_one_way",
                "count": count,
                "launch": {"lat_deg": 32.0, "lon_deg": 34.75},
                "launch_scatter_km": 2,
                "aim": "base",
                "spacing_s": spacing,
                "salvo_size": max(count, 1),
                "overrides": {"reliability": 1, **(threat or {})},
            }
        ],
        "sensors": [{"name": "radar", "system": "sentinel", "node": "c2", **here}],
        "weapons": [{"name": "battery", "node": "c2", **here, **battery}],
        "command": {"wiring": "integrated", "nodes": [{"name": "c2"}]},
    }
    return load({**data, **keys})
