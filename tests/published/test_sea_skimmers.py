"""Sea skimmers: seen no earlier than the radar horizon lets, and said where they fly over land.

Horizon 4.12 (sqrt(h1) + sqrt(h2)) km, heights in m: M. I. Skolnik, Introduction to Radar Systems
(2001), eq. (8.15). Speeds and heights of the supersonic class: Wikipedia, P-800 Oniks (0.7 km/s low
down, from 10 m); of the subsonic: 240 m/s.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from opendome.messages import Tasking, empty
from opendome.scenario import check, load
from opendome.sensors import build as build_sensors
from opendome.sensors.radar import Radar
from opendome.world import world
from opendome.world.build import build

MAST = 15.0  # m
SHIP = {"lat_deg": 24.0, "lon_deg": 60.0}  # in the Arabian Sea


def scene(system: str, speed: float, alt: float, launch: dict[str, float]) -> dict[str, Any]:
    """One missile at a ship whose radar misses nothing that is not hidden."""
    return {
        "format": 1,
        "name": "skimmer",
        "duration_s": 4000,
        "assets": [{"name": "ship", **SHIP, "radius_km": 1}],
        "threats": [
            {
                "name": "skimmer",
                "system": system,
                "count": 1,
                "launch": launch,
                "aim": "ship",
                "overrides": {
                    "cruise.speed_m_s": speed,
                    "cruise.alt_m": alt,
                    "reliability": 1,
                    "rcs_m2": 100,
                },
            }
        ],
        "sensors": [
            {
                "name": "eye",
                "system": "spy1",
                "node": "post",
                **SHIP,
                "alt_m": MAST,
                "platform": "ship",
                "overrides": {"false_alarms_1": 0},
            }
        ],
        "weapons": [],
        "command": {"nodes": [{"name": "post"}]},
    }


@pytest.mark.parametrize(
    ("system", "speed", "alt"),
    [
        ("cruise_supersonic", 700.0, 10.0),
        ("cruise_supersonic", 700.0, 20.0),
        ("cruise_subsonic", 240.0, 5.0),
        ("cruise_subsonic", 240.0, 15.0),
    ],
)
def test_warning_is_the_time_from_the_horizon(system: str, speed: float, alt: float) -> None:
    """Level at its height all the way, and first seen where the Earth lets go of it, within 2 %."""
    scenario = load(scene(system, speed, alt, {"lat_deg": 22.5, "lon_deg": 60.5}))
    model = build(scenario, {})
    state = world.begin(model, 1, [0])
    (radar,) = build_sensors(scenario.sensors)
    assert isinstance(radar, Radar)
    t_impact = float(state.threats.t_impact[0])
    horizon = 4120.0 * (math.sqrt(MAST) + math.sqrt(alt))
    first = math.inf
    for t in np.arange(math.floor(t_impact - 1.3 * horizon / speed), t_impact, 0.25):
        truth = world.snapshot(model, state, float(t))
        if len(radar.sense(truth, empty(Tasking), 1).run):
            first = float(t)
            break
    assert t_impact - first == pytest.approx(horizon / speed, rel=0.02)


def test_a_skimmer_over_land_is_said() -> None:
    sea = scene("cruise_supersonic", 700.0, 10.0, {"lat_deg": 22.5, "lon_deg": 60.5})
    land = scene("cruise_supersonic", 700.0, 10.0, {"lat_deg": 22.5, "lon_deg": 57.0})
    high = scene("cruise_supersonic", 700.0, 100.0, {"lat_deg": 22.5, "lon_deg": 57.0})
    said = [[s for s in check(load(x)) if "over land" in s] for x in (sea, land, high)]
    assert [len(s) for s in said] == [0, 1, 0]
    assert said[1][0].startswith("threats[0] (skimmer) flies at 10 m, and ")
