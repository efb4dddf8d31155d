"""Radars of the catalog at their stated ranges, and at the horizon of the 4/3 Earth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.kernels.radar import coverage
from opendome.messages import Tasking, empty
from opendome.scenario import build_system, catalog, entry
from opendome.scenario.places import Place
from opendome.scenario.sensors import RadarSystem, Sensor
from opendome.sensors import build
from opendome.sensors.radar import Radar
from tests.published.test_skolnik_radar import ROWS, at
from tests.unit.sensors.sites import LOCAL, truth_of

LAT = math.radians(45.0)
WITHIN = 1.0 - 1e-9  # some state their instrumented range, where the field ends
NOBODY = empty(Tasking)
RADARS = sorted(n for n, e in catalog().items() if e.kind == "radar" and e.is_modelled)
ROWS_OF = [(n, level) for n in RADARS for level in ("low", "nominal", "high")]


def placed(system: RadarSystem, height: float = 0.0, azimuth: float = 90.0) -> Radar:
    """A radar at 45 N, looking east."""
    site = Place(lat=LAT, lon=0.0, alt=height)
    (built,) = build((Sensor("eye", system, "hub", site=site, azimuth=math.radians(azimuth)),))
    assert isinstance(built, Radar)
    return built


def seen_at(distance: float, elevation: float) -> np.ndarray:
    """Place east of the foot of the radar."""
    enu = np.array([math.cos(elevation), 0.0, math.sin(elevation)])
    site = np.array(ecef_from_geodetic(LAT, 0.0, 0.0))
    return site + distance * enu_basis(LAT, 0.0).T @ enu


def chance(radar: Radar, distance: float, rcs: float, elevation: float) -> float:
    """Chance of detection by the radar as a part of the program sees it."""
    place = seen_at(distance, elevation)[None]
    return float(coverage(radar.numbers, place, np.array([rcs]))[0])


def middle(system: RadarSystem) -> float:
    """An elevation within the field, clear of the ground."""
    return max(0.5 * (system.min_elevation + system.max_elevation), math.radians(8.0))


@pytest.mark.parametrize(("name", "level"), ROWS_OF)
def test_chance_at_the_stated_range_and_cross_section(name, level):
    system = build_system(entry(name), level)
    p = chance(
        placed(system), WITHIN * system.reference_range, system.reference_rcs, middle(system)
    )
    assert p == pytest.approx(system.reference_p_detect, abs=1e-7)
    assert system.reference_range <= system.max_range


@pytest.mark.parametrize("name", RADARS)
def test_part_of_looks_that_detect_at_the_stated_range(name):
    """The same from 4,000 drawn looks of the sensor itself, within four standard deviations."""
    system = build_system(entry(name), overrides={"false_alarms_1": 0.0, "is_cued": False})
    place = seen_at(WITHIN * system.reference_range, middle(system))
    truth = truth_of(place, runs=4000, rcs=system.reference_rcs, rcs_uhf=system.reference_rcs)
    n = len(placed(system).sense(truth, NOBODY, seed=11).run)
    p = system.reference_p_detect
    assert abs(n - 4000 * p) < 4.0 * math.sqrt(4000 * p * (1 - p))


@pytest.mark.parametrize("name", RADARS)
@pytest.mark.parametrize("part", [1 / 256, 1 / 16, 1 / 3])
def test_range_goes_with_the_fourth_root_of_the_cross_section(name, part):
    """Where the stated chance is reached for a smaller cross-section, found by halving."""
    system = build_system(entry(name))
    radar, elevation = placed(system), middle(system)
    low, high = 0.0, system.max_range
    for _ in range(60):
        half = 0.5 * (low + high)
        p = chance(radar, half, part * system.reference_rcs, elevation)
        low, high = (half, high) if p > system.reference_p_detect else (low, half)
    assert low == pytest.approx(system.reference_range * part**0.25, rel=1e-6)


# (radar, range km, RCS m2): public statements that are not the anchor of the catalog's entry.
OTHERS = [
    ("spy1", 165e3, 0.0014, 0.05),  # a ball of golf, 160 to 175 km
    ("uewr", 5550e3 * 0.1**0.25, 1.0, 0.02),  # 5,550 km at 10 m2
    ("spy6", 400e3 * 2.35, 0.05, 0.01),  # 2.3 to 2.4 times the range of SPY-1
]


@pytest.mark.parametrize(("name", "distance", "rcs", "within"), OTHERS)
def test_other_statements_agree(name, distance, rcs, within):
    system = build_system(entry(name))
    ours = system.reference_range * (rcs / system.reference_rcs) ** 0.25
    assert ours == pytest.approx(distance, rel=within)


def ample(height: float, **changes) -> Radar:
    """All round, down and up, sensitive enough for anything."""
    numbers = LOCAL | {
        "sector": 2 * math.pi,
        "min_elevation": -math.pi / 2,
        "max_elevation": math.pi / 2,
        "reference_range": 3000e3,
        "max_range": 3000e3,
        "false_alarms": 0.0,
    }
    return placed(RadarSystem(**{**numbers, **changes}), height)


@pytest.mark.parametrize(("h1", "h2"), [row[:2] for row in ROWS])
def test_a_radar_of_ample_range_sees_to_the_horizon_and_no_farther(h1, h2):
    """4.12 (sqrt(h1) + sqrt(h2)) km: seen 1.5 % inside, in no look 1.5 % outside."""
    radar, edge = ample(h1), 4120.0 * (math.sqrt(h1) + math.sqrt(h2))
    inside = radar.sense(truth_of(at(0.985 * edge, h2), runs=20, rcs=100.0), NOBODY, 1)
    outside = radar.sense(truth_of(at(1.015 * edge, h2), runs=20, rcs=1e6), NOBODY, 1)
    assert len(inside.run) == 20
    assert len(outside.run) == 0


@pytest.mark.parametrize("degrees", [-90, -60, -20, -3])
def test_a_radar_in_the_air_looks_down(degrees):
    """From 9 km a target near the ground is seen at its true depression, if the beam goes there."""
    depression = math.radians(-degrees)
    arc = 0.0 if degrees == -90 else 8985.0 / math.tan(depression)
    place = truth_of(at(arc, 15.0), rcs=1.0, runs=5)
    assert len(ample(9000.0).sense(place, NOBODY, 1).run) == 5
    above = ample(9000.0, min_elevation=math.radians(degrees + 1.5))
    assert len(above.sense(place, NOBODY, 1).run) == 0


def test_what_a_mast_loses_an_aircraft_sees():
    """A cruise missile at 50 m, 100 km away: behind the horizon of a mast, plain from 9 km."""
    low = truth_of(at(100e3, 50.0), rcs=0.2, runs=50)
    mast = placed(build_system(entry("sentinel_a4"), overrides={"false_alarms_1": 0.0}), 15.0)
    plane = placed(build_system(entry("airborne_radar"), overrides={"false_alarms_1": 0.0}), 9e3)
    assert len(mast.sense(low, NOBODY, 1).run) == 0
    assert len(plane.sense(low, NOBODY, 1).run) > 45
