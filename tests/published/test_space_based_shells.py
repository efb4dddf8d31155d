"""Boost-phase reach and availability of satellites in shells, as published.

Reach: Harrison and others' accelerate-then-coast form with a = 10 g. Availability: the small-angle
share of a sphere, crowded by the shell's latitude. Sources: American Physical Society study group
(2004); T. Roberts, CSIS, "Space-based missile interceptors" (2018); AEI calculator (2025).
"""

import math

import numpy as np
import pytest

from opendome.constants import EARTH_RADIUS_EQUATOR, STANDARD_GRAVITY
from opendome.kernels.frames import ecefs_from_geodetics
from opendome.kernels.from_orbit import leave_orbit
from opendome.kernels.overhead import count_in_reach
from opendome.kernels.propulsion import Vehicle
from opendome.kernels.satellites import satellite_places, satellite_state, walker_delta
from opendome.studies import shells

AEI_EARTH = 6378.1e3
SPHERE = 6371e3


@pytest.mark.parametrize(("speed", "reach_km"), [(4e3, 598.4), (6e3, 836.5)])
def test_accelerate_then_coast_reach(speed: float, reach_km: float) -> None:
    reach = shells.coast_reach(10 * STANDARD_GRAVITY, speed, 170.0)
    assert reach == pytest.approx(reach_km * 1e3, rel=1e-3)


def test_a_round_that_is_still_accelerating_has_no_such_reach() -> None:
    assert math.isnan(shells.coast_reach(10 * STANDARD_GRAVITY, 6e3, 60.0))


@pytest.mark.parametrize(
    ("change", "reach_km"),
    [({}, 597.6), ({"t": 60}, 237.6), ({"t": 90}, 417.6), ({"t": 180}, 957.6),
     ({"v": 4e3}, 425.6), ({"v": 8e3}, 742.5)],
)  # fmt: skip
def test_aei_2025_reach(change: dict[str, float], reach_km: float) -> None:
    given = {"v": 6e3, "t": 120.0} | change
    reach = shells.coast_reach(15 * STANDARD_GRAVITY, given["v"], given["t"])
    assert reach == pytest.approx(reach_km * 1e3, rel=1e-3)


@pytest.mark.parametrize(("elevation_deg", "altitude_km"), [(0.0, 252.97), (10.0, 395.5)])
def test_altitude_of_the_widest_footprint(elevation_deg: float, altitude_km: float) -> None:
    best = shells.widest_orbit(836.5e3, 200e3, math.radians(elevation_deg), AEI_EARTH)
    assert best == pytest.approx(altitude_km * 1e3, rel=1e-3)


@pytest.mark.parametrize(("lat_deg", "share"), [(40.38, 0.4349e-2), (36.20, 0.3946e-2)])
def test_share_of_a_shell_by_formula(lat_deg: float, share: float) -> None:
    ours = shells.shell_share(836e3, 300e3, math.radians(60), math.radians(lat_deg), SPHERE)
    assert ours == pytest.approx(share, rel=1e-3)


@pytest.mark.compiled
@pytest.mark.parametrize("lat_deg", [0.0, 20.0, 36.2, 40.38, 43.0])
@pytest.mark.parametrize("target_km", [200.0, 300.0])
def test_share_of_propagated_shells(lat_deg: float, target_km: float) -> None:
    """Within 2 % of the formula, for targets at two altitudes (a mean over the turning Earth)."""
    elements = walker_delta(1200, 40, 1, 300e3, math.radians(60))
    lons = np.radians(np.arange(0.0, 360.0, 3.0))
    targets = ecefs_from_geodetics(
        np.full(len(lons), math.radians(lat_deg)), lons, np.full(len(lons), target_km * 1e3)
    )
    counts = [
        count_in_reach(satellite_places(elements, t), targets, 836e3).mean()
        for t in np.arange(0.0, 86400.0, 1511.0)
    ]
    asked = shells.shell_share(
        836e3, 300e3, math.radians(60), math.radians(lat_deg), EARTH_RADIUS_EQUATOR
    )
    assert np.mean(counts) / 1200 == pytest.approx(asked, rel=0.02)


@pytest.mark.compiled
@pytest.mark.parametrize(
    ("altitude", "inclination_deg", "reach", "lat_deg"),
    [(500e3, 45.0, 700e3, 20.0), (400e3, 53.0, 600e3, 38.0), (300e3, 85.0, 836e3, 60.0)],
)
def test_share_of_other_propagated_shells(
    altitude: float, inclination_deg: float, reach: float, lat_deg: float
) -> None:
    """The formula is not of one shell: other heights, inclinations and reaches, to 2 %."""
    inclination, lat = math.radians(inclination_deg), math.radians(lat_deg)
    elements = walker_delta(1200, 40, 7, altitude, inclination)
    lons = np.radians(np.arange(0.0, 360.0, 3.0))
    places = ecefs_from_geodetics(np.full(len(lons), lat), lons, np.full(len(lons), altitude))
    counts = [
        count_in_reach(satellite_places(elements, t), places, reach).mean()
        for t in np.arange(0.0, 86400.0, 1511.0)
    ]
    asked = shells.shell_share(reach, altitude, inclination, lat, EARTH_RADIUS_EQUATOR)
    assert np.mean(counts) / 1200 == pytest.approx(asked, rel=0.02)


@pytest.mark.compiled
def test_a_propagated_boost_layer_is_as_likely_as_poisson_says() -> None:
    """The same 1,500 satellites on circles drawn evenly over the sphere, places drawn evenly too.

    Propagated for a day: how many are in reach on average, and how often there is any.
    """
    rng = np.random.default_rng(8)
    tilts = np.arccos(rng.uniform(-1.0, 1.0, 1500))
    elements = walker_delta(1500, 1500, 0, 500e3, 0.0)
    elements[:, 2] = np.minimum(tilts, math.pi - 1e-3)
    elements[:, 3], elements[:, 5] = rng.uniform(0.0, 2.0 * math.pi, (2, 1500))
    lat, lon = np.arcsin(rng.uniform(-1.0, 1.0, 400)), rng.uniform(-math.pi, math.pi, 400)
    places = ecefs_from_geodetics(lat, lon, np.full(400, 500e3))
    counts = np.array(
        [count_in_reach(satellite_places(elements, t), places, 450e3)
         for t in np.arange(0.0, 86400.0, 1741.0)]
    )  # fmt: skip
    assert counts.mean() == pytest.approx(1.608, rel=0.02)
    assert np.mean(counts > 0) == pytest.approx(0.800, abs=0.01)


def test_a_boost_layer_by_chance() -> None:
    """Orbit 500 km, 5 km/s, detection and decision 90 s of a burn of 180 s, 1,500 satellites."""
    window = 180.0 - 60.0 - 30.0
    mean = 1500 * shells.uniform_share(5e3 * window, 500e3, SPHERE)
    assert mean == pytest.approx(1.608, rel=5e-3)
    assert shells.chance_of_any(mean) == pytest.approx(0.800, rel=5e-3)


@pytest.mark.parametrize(("shots", "reach_km"), [(1, 471.0), (2, 666.0)])
def test_reach_that_cbo_2026_implies(shots: int, reach_km: float) -> None:
    """780 satellites for each missile: shots = 780 x share of a sphere at 200 km."""
    share = shells.uniform_share(reach_km * 1e3, 200e3, AEI_EARTH)
    assert 780 * share == pytest.approx(shots, rel=5e-3)


@pytest.mark.compiled
@pytest.mark.parametrize("beside_deg", [0.0, 90.0, 180.0])
@pytest.mark.parametrize(("speed", "reach_km"), [(4e3, 598.4), (6e3, 836.5)])
def test_flown_rounds_come_as_far(speed: float, reach_km: float, beside_deg: float) -> None:
    """From orbit at 10 g, ahead of the satellite, beside it and behind: within 1 % of the form."""
    burn, exhaust = speed / (10 * STANDARD_GRAVITY), 1e3 * speed
    stage = [burn, math.expm1(speed / exhaust), exhaust, 0.0, 1e-9]
    vehicle = Vehicle(np.array([stage]), 1.0, 1e9, 0.0, burn)
    elements = walker_delta(1, 1, 0, 400e3, math.radians(60))[0]
    course = math.radians(30.0 + beside_deg)  # at the node a course of 30 degrees is nearly ahead
    knots = np.empty((512, 7))
    n = leave_orbit(vehicle, elements, (0.0, course, 0.0), 170.0, knots)
    home = satellite_state(elements, 170.0)
    flown = np.linalg.norm(knots[n - 1, 1:4] - np.array(home[:3]))
    assert flown == pytest.approx(reach_km * 1e3, rel=0.01)


@pytest.mark.compiled
def test_a_boost_layer_one_by_one() -> None:
    """The same 1,500 satellites propagated: 1.608 in reach of a place on average over the Earth."""
    i = np.arange(4000) + 0.5
    z, turn = 1.0 - 2.0 * i / 4000, i * math.pi * (3.0 - math.sqrt(5.0))
    flat, radius = np.sqrt(1.0 - z * z), SPHERE + 500e3
    places = radius * np.stack([flat * np.cos(turn), flat * np.sin(turn), z], axis=1)
    elements = walker_delta(1500, 50, 1, radius - EARTH_RADIUS_EQUATOR, math.radians(60))
    counts = [
        count_in_reach(satellite_places(elements, t), places, 450e3).mean()
        for t in np.arange(0.0, 6000.0, 611.0)
    ]
    assert np.mean(counts) == pytest.approx(1.608, rel=0.02)
