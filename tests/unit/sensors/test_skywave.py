"""Over-the-horizon radar: where it sees, how well, what hides from it, and what the tracker holds.

The geometry is checked with PROJ, which knows nothing of the program's.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyproj
import pytest

import opendome as od
from opendome.errors import ScenarioError
from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.messages import Tasking, empty
from opendome.scenario import build_system, check, entry, load
from opendome.sensors import build
from opendome.sensors.skywave import Skywave
from tests.unit.sensors.sites import skywave, truth_of

NOBODY = empty(Tasking)
LAT, LON = 43.3, -120.4
GEOD = pyproj.Geod(ellps="WGS84")
GEODETIC = pyproj.Transformer.from_crs("EPSG:4978", "EPSG:4979", always_xy=True)


def placed(azimuth: float = 260.0, **changes: Any) -> Skywave:
    numbers = {"false_alarms": 0.0, "top": 100e3, **changes}
    (built,) = build((skywave(LAT, LON, azimuth, **numbers),))
    assert isinstance(built, Skywave)
    return built


def flyer(
    away: float, azimuth: float = 260.0, alt: float = 100.0, speed: float = 240.0, course: float = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Place and velocity of something that flies level; ``course`` from straight at the radar."""
    lon, lat, back = GEOD.fwd(LON, LAT, azimuth, away)
    r = np.array(ecef_from_geodetic(math.radians(lat), math.radians(lon), alt))
    heading = math.radians(back + course)
    level = np.array([math.sin(heading), math.cos(heading), 0.0])
    return r, speed * enu_basis(math.radians(lat), math.radians(lon)).T @ level


def looks(radar: Skywave, state: tuple[np.ndarray, np.ndarray], runs: int = 400, rcs: float = 10.0):
    return radar.sense(truth_of(*state, runs=runs, rcs_uhf=rcs), NOBODY, 3)


@pytest.mark.parametrize(
    ("away", "azimuth", "is_seen"),
    [
        (870e3, 260, False),
        (930e3, 260, True),
        (3450e3, 260, True),
        (3550e3, 260, False),
        (2000e3, 220, True),
        (2000e3, 212, False),
        (2000e3, 300, True),
        (2000e3, 308, False),
    ],
)
def test_it_sees_the_annulus_and_the_sector_at_any_height_below_the_layer(
    away: float, azimuth: float, is_seen: bool
) -> None:
    """From the sea to 90 km, far below the horizon, whatever a straight ray would meet."""
    for alt in (5.0, 1e3, 10e3, 90e3):
        found = looks(placed(), flyer(away, azimuth, alt), 20, rcs=1e5)
        assert len(found.run) == (20 if is_seen else 0)
    assert len(looks(placed(), flyer(away, azimuth, 120e3), 20, rcs=1e5).run) == 0


def test_chance_at_the_stated_range_and_the_fourth_power() -> None:
    radar = placed()
    for away, rcs, p in ((3000e3, 10.0, 0.8), (1500e3, 10.0 / 16, 0.8)):
        n = len(looks(radar, flyer(away), 4000, rcs).run)
        assert abs(n - 4000 * p) < 5.0 * math.sqrt(4000 * p * (1 - p))


@pytest.mark.parametrize("away", [1000e3, 2000e3, 3300e3])
def test_errors_over_ground_are_as_stated_and_the_height_is_the_assumed_one(away: float) -> None:
    state = flyer(away, 250.0, 3000.0)
    found = looks(placed(), state, 2000, rcs=1e4)
    places = found.r_sensor_ecef + found.distance[:, None] * found.u_los_ecef
    lon, lat, alt = GEODETIC.transform(*places.T)
    assert alt == pytest.approx(8e3, abs=30.0)
    azimuth, _, ground = GEOD.inv(np.full(len(lon), LON), np.full(len(lat), LAT), lon, lat)
    off = (azimuth - 250.0 + 180.0) % 360.0 - 180.0
    assert abs(np.mean(off)) < 0.15
    assert np.std(off) == pytest.approx(0.7, rel=0.06)
    assert np.mean(ground) == pytest.approx(away, abs=8e3)  # the sphere for the ellipsoid
    assert np.std(ground) == pytest.approx(15e3, rel=0.06)
    assert (found.sigma_distance == 15e3).all()
    assert found.sigma_angle == pytest.approx(np.maximum(math.radians(0.7), 8e3 / found.distance))


def test_doppler_is_the_rate_of_the_distance_and_slow_or_crossing_is_blind() -> None:
    towards, across = flyer(2000e3), flyer(2000e3, course=90.0)
    found = looks(placed(), towards, 2000, rcs=1e4)
    assert np.mean(found.distance_rate) == pytest.approx(-240.0, abs=5.0)
    assert np.std(found.distance_rate) == pytest.approx(3.0, rel=0.06)
    assert len(looks(placed(), across, 50, rcs=1e5).run) == 0
    assert len(looks(placed(), flyer(2000e3, speed=14.0), 50, rcs=1e5).run) == 0
    assert len(looks(placed(), flyer(2000e3, speed=16.0), 50, rcs=1e5).run) == 50
    # 16 m/s of 240 along the ray: from 86.2 degrees off on it is blind
    assert len(looks(placed(), flyer(2000e3, course=85.5), 50, rcs=1e5).run) == 50
    assert len(looks(placed(), flyer(2000e3, course=87.0), 50, rcs=1e5).run) == 0


def test_false_alarms_are_even_over_the_annulus() -> None:
    radar = placed(false_alarms=2.0)
    nothing = truth_of(np.zeros((0, 3)), np.zeros((0, 3)), runs=3000)
    found = radar.sense(nothing, NOBODY, 7)
    assert len(found.run) == pytest.approx(6000, abs=5 * math.sqrt(6000))
    half = 2.0 * 6371008.8 * np.arcsin(found.distance / 2 / 6371008.8)
    assert np.quantile(half, [0.0, 0.5, 1.0]) == pytest.approx([900e3, 2200e3, 3500e3], rel=0.02)
    assert (np.abs(found.distance_rate) >= 15.0).all()


SCENE: dict[str, Any] = {
    "format": 1,
    "name": "beyond",
    "duration_s": 12000,
    "step_s": 10,
    "assets": [{"name": "city", "lat_deg": 40, "lon_deg": -120, "radius_km": 10}],
    "threats": [
        {
            "name": "cruise",
            "system": "cruise_subsonic",
            "count": 3,
            "launch": {"lat_deg": 40, "lon_deg": -142},
            "launch_scatter_km": 100,
            "spacing_s": 60,
            "aim": "city",
            "overrides": {"reliability": 1},
        }
    ],
    "sensors": [
        {
            "name": "beyond",
            "system": "over_the_horizon_radar",
            "node": "post",
            "lat_deg": LAT,
            "lon_deg": LON,
            "az_deg": 260,
        }
    ],
    "weapons": [],
    "command": {"nodes": [{"name": "post"}]},
}


@pytest.mark.compiled
def test_cruise_missiles_beyond_any_horizon_are_tracked_to_tens_of_kilometres() -> None:
    """1,000 to 1,700 km away at 60 m: all held, until they come nearer than the annulus."""
    campaign = od.run_many(load(SCENE), 3, seed=1)
    picture = campaign.table("picture").to_pydict()
    t = np.array(picture["t"])
    matched, threats = np.array(picture["matched"]), np.array(picture["threats"])
    error = np.array(picture["position_error_rms"])
    is_far, is_near = (t > 1500) & (t < 3000), t > 6000
    assert matched[is_far].sum() > 0.9 * threats[is_far].sum()
    assert np.nanmedian(error[is_far]) < 25e3
    assert matched[is_near].sum() == 0
    assert threats[is_near].sum() > 0


def test_the_statistical_picture_has_it_too() -> None:
    campaign = od.run_many(load(SCENE, ["picture=statistical"]), 2, seed=1)
    picture = campaign.table("picture").to_pydict()
    t, tracks = np.array(picture["t"]), np.array(picture["tracks"])
    assert tracks[(t > 1500) & (t < 3000)].min() >= 2


def test_the_catalog_has_the_published_annulus() -> None:
    system = build_system(entry("othr"))
    assert (system.min_range, system.max_range) == (900e3, 3500e3)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (
            {"geo_lon_deg": 10},
            "scenario: sensors[0].geo_lon_deg is 10 deg; over_the_horizon_radar is a radar and "
            "stands on the ground. Remove this key.",
        ),
        (
            {"overrides": {"max_range_km": 800}},
            "scenario: sensors[0].overrides.max_range_km is 800 km; allowed: not below "
            "min_range_km, which is 900 km.",
        ),
        (
            {"overrides": {"sector_deg": 400}},
            "scenario: sensors[0].overrides.sector_deg is 400 deg; allowed: above 0, up to 360 "
            "deg. Width of the azimuth sector.",
        ),
    ],
)
def test_bad_input_is_refused_in_a_line(keys: dict[str, Any], line: str) -> None:

    with pytest.raises(ScenarioError) as caught:
        load({**SCENE, "sensors": [{**SCENE["sensors"][0], **keys}]})
    assert str(caught.value) == line


def test_one_that_looks_away_is_said() -> None:
    away = {**SCENE, "sensors": [{**SCENE["sensors"][0], "az_deg": 80}]}
    assert any("sensors[0] (beyond)" in s for s in check(load(away)))
    assert not any("sensors[0] (beyond)" in s for s in check(load(SCENE)))


@pytest.mark.compiled
def test_nobody_fires_on_a_track_that_no_seeker_could_use() -> None:
    """The annulus covers the city, and so the whole way; an airborne radar makes the difference."""
    radar = {**SCENE["sensors"][0], "lat_deg": 50, "lon_deg": -130, "az_deg": 150}
    battery = {
        "name": "last",
        "system": "nasams",
        "node": "post",
        "lat_deg": 40.0,
        "lon_deg": -120.02,
    }
    plane = {
        "name": "plane",
        "system": "airborne_radar",
        "node": "post",
        "lat_deg": 40.1,
        "lon_deg": -120.5,
        "alt_m": 9000,
        "platform": "aircraft",
    }
    alone = {**SCENE, "sensors": [radar], "weapons": [battery]}
    assert od.run_many(load(alone), 1, seed=1).table("engagements").num_rows == 0
    both = {**alone, "sensors": [radar, plane]}
    assert od.run_many(load(both), 1, seed=1).table("engagements").num_rows > 0
