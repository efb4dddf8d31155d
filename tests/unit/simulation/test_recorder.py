"""What the record says of threats: reach is that of a battery's envelope for the class."""

from __future__ import annotations

from typing import Any

import pytest

from opendome.scenario import load, resolved
from opendome.simulation.run import compile_scenario, simulate


@pytest.mark.parametrize(
    ("against", "reached"),
    [("any", {"cruise_east"}), ("ballistic", set()), ("level", {"cruise_east"})],
)
def test_a_battery_against_flyers_does_not_reach_what_falls(
    against: str, reached: set[str]
) -> None:
    """NASAMS at a base: 25 km against cruise missiles, nothing against ballistic ones."""
    data: dict[str, Any] = resolved("theater_bases", ["picture=perfect", "engagement=tabled"])
    data["threats"] = [
        group | {"count": 2, "aim": "south_base"}
        for group in data["threats"]
        if group["name"] in ("quasi_ballistic", "cruise_east")
    ]
    weapons = [w for w in data["weapons"] if w["name"] == "south_nasams"]
    data["weapons"] = [weapons[0] | {"against": against}]
    data["command"] |= {"layers": [], "wiring": "stovepiped"}
    threats = simulate(compile_scenario(load(data)), 1, range(2), []).tables["threats"]
    rows = zip(threats["group"].to_pylist(), threats["is_in_reach"].to_pylist(), strict=True)
    assert {group for group, is_in_reach in rows if is_in_reach} == reached
