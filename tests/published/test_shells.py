"""Longest ranges of guns and mortars, as published.

155 mm shell M107: 43.2 kg, 684 m/s, 18.1 km (United States Army data, as in Jane's Ammunition
Handbook and open encyclopedias); drag coefficient 0.30 at twice the speed of sound, R. L. McCoy,
Modern Exterior Ballistics (1999). 120 mm mortar bomb: 13.6 kg, 318 m/s, 7.2 km; drag coefficient
0.13 below the speed of sound, same source.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.errors import ScenarioError
from opendome.kernels.flight import TOLERANCE, fly_many
from opendome.kernels.propulsion import Vehicle
from opendome.scenario import load
from opendome.world.flights import Flown, fly_nominal
from opendome.world.raid import raid_of
from tests.unit.kernels.notional import distance, launch, place_at
from tests.unit.world.raids import raid

START = (35.0, 45.0)


def longest(speed: float, mass: float, diameter: float, drag: float) -> float:
    area = 0.25 * math.pi * diameter**2
    gun = Vehicle(np.zeros((0, 5)), mass, mass / (drag * area), 0.0, 0.0, speed)
    ranges = []
    for elevation in range(30, 60):
        row = launch(*START, elevation_deg=float(elevation))
        row[0, 2] = 0.0
        impact = fly_many(gun, row, 600.0, TOLERANCE, 64).impact[0]
        ranges.append(distance(*np.radians(START), impact[1], impact[2]))
    return max(ranges)


def test_gun_of_155_mm() -> None:
    assert longest(684.0, 43.2, 0.155, 0.30) == pytest.approx(18.1e3, rel=0.05)


def test_mortar_of_120_mm() -> None:
    assert longest(318.0, 13.6, 0.120, 0.13) == pytest.approx(7.2e3, rel=0.05)


def nominal(system: str, range_km: float, **keys: object) -> Flown:
    lat, lon = place_at(*START, 100.0, range_km)
    group = {
        "name": "shells",
        "system": system,
        "count": 1,
        "launch": {"lat_deg": START[0], "lon_deg": START[1]},
        "aim": {"lat_deg": math.degrees(lat), "lon_deg": math.degrees(lon)},
    }
    groups, *_ = raid_of(load({**raid(()), "threats": [group | keys]}))
    return fly_nominal(groups[0], 0.0)


@pytest.mark.parametrize(
    ("system", "range_km", "seconds", "apogee"),
    [
        ("artillery_shell", 24.0, (60, 95), (5e3, 12e3)),
        ("artillery_shell", 8.0, (10, 25), (100, 1e3)),
        ("mortar", 5.0, (35, 60), (1.5e3, 4e3)),
        ("mortar", 1.0, (45, 62), (3e3, 5e3)),
        ("rocket_short", 8.0, (20, 60), (0.8e3, 5e3)),
    ],
)
def test_classes_of_the_catalog(
    system: str, range_km: float, seconds: tuple[float, float], apogee: tuple[float, float]
) -> None:
    flown = nominal(system, range_km)
    assert flown.miss[0] < 30.0
    assert seconds[0] < flown.paths.impact[0, 0] < seconds[1]
    assert apogee[0] < flown.paths.apogee_alt[0] < apogee[1]
    if system != "rocket_short":
        assert flown.paths.t_burnout[0] == 0.0  # nothing burns


def test_what_has_neither_tube_nor_motor_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"no stage and no muzzle_speed_m_s"):
        nominal("mortar", 3.0, overrides={"booster.muzzle_speed_m_s": 0})
