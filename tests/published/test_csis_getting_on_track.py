"""Stereo view by infrared satellites in Walker shells, as published.

Source: M. Dahlgren, "Getting on Track", CSIS (2023): designs that keep two satellites in view of
every place of a 6 degree grid, at 20 km altitude, through a day. The study gives no inclinations;
the ones here are ours. The field of regard is a cone about the nadir of that full angle.
"""

import math

import numpy as np
import pytest

from opendome.constants import EARTH_RADIUS_EQUATOR, EARTH_RADIUS_MEAN
from opendome.kernels.field import horizon_distance
from opendome.kernels.frames import ecef_from_geodetic, ecefs_from_geodetics
from opendome.kernels.infrared import Sight, is_clear_of_earth
from opendome.kernels.overhead import count_in_view
from opendome.kernels.satellites import satellite_places, walker_delta
from opendome.studies.shells import footprint_cap, least_satellites

DAY = 86400.0


def grid() -> np.ndarray:
    lat, lon = np.meshgrid(
        np.radians(np.arange(-90, 91, 6)), np.radians(np.arange(0, 360, 6)), indexing="ij"
    )
    return ecefs_from_geodetics(lat.ravel(), lon.ravel(), np.full(lat.size, 20e3))


def fewest_in_view(design: tuple[int, int, int, float, float], field_deg: float, step: float):
    total, planes, phasing, altitude, inclination_deg = design
    elements = walker_delta(total, planes, phasing, altitude, math.radians(inclination_deg))
    targets, cos_half = grid(), math.cos(math.radians(field_deg) / 2)
    fewest = total
    for t in np.arange(0.0, DAY, step):
        places = satellite_places(elements, t)
        fewest = min(fewest, int(count_in_view(places, targets, cos_half, 0.0).min()))
        if fewest < 2:
            break
    return fewest


@pytest.mark.parametrize(
    "design",
    [(91, 7, 0, 1000e3, 70.0), (135, 9, 1, 1000e3, 70.0), (15, 5, 1, 10000e3, 60.0)],
)
@pytest.mark.compiled
def test_designs_with_two_in_view_all_day(design: tuple[int, int, int, float, float]) -> None:
    assert fewest_in_view(design, 120.0, 240.0) >= 2


@pytest.mark.parametrize(
    ("planes", "phasings"), [(7, range(7)), (13, range(0, 13, 3)), (91, (0, 20, 57))]
)
@pytest.mark.parametrize("inclination_deg", [55.0, 70.0, 90.0])
@pytest.mark.compiled
def test_ninety_one_do_not_suffice_with_a_narrow_field(
    planes: int, phasings: range, inclination_deg: float
) -> None:
    for phasing in phasings:
        design = (91, planes, phasing, 1000e3, inclination_deg)
        assert fewest_in_view(design, 100.0, 3600.0) < 2


@pytest.mark.parametrize("planes", [7, 13])
@pytest.mark.compiled
def test_a_narrower_field_or_a_lower_orbit_needs_more(planes: int) -> None:
    """182 at 100 degrees is what area asks for; a quarter fewer never do, at any phasing."""
    for altitude in (700e3, 1000e3):
        for phasing in range(0, planes, 3):
            design = (140 // planes * planes, planes, phasing, altitude, 70.0)
            assert fewest_in_view(design, 100.0, 3600.0) < 2


def test_an_aircraft_sees_65_percent_farther_than_the_ground() -> None:
    """Aircraft at 15 km, target at 20 km: published 950 km, which is the horizon of straight rays.

    The radar on the ground is that of the 4/3 Earth, 583 km; published ratio about 1.65.
    """
    radius = EARTH_RADIUS_MEAN
    air = radius * footprint_cap(math.pi / 2, 15e3, 20e3, radius)
    sight = sum(math.sqrt(h * (2.0 * radius + h)) for h in (15e3, 20e3))
    assert sight == pytest.approx(950e3, rel=0.01)
    assert air == pytest.approx(sight, rel=0.003)  # over the ground
    ground = horizon_distance(0.0, 20e3)
    assert ground == pytest.approx(583e3, rel=2e-3)
    assert 1.62 <= round(sight / ground, 2) <= 1.65
    # The sight of the sensors agrees with the closed form, on the ellipsoid.
    eye = np.array(ecef_from_geodetic(0.8, 0.0, 15e3))
    for share, is_seen in ((0.985, True), (1.015, False)):
        place = ecef_from_geodetic(0.8, share * air / radius / math.cos(0.8), 20e3)
        chord = 2 * radius * math.asin(math.dist(eye, place) / (2 * (radius + 17.5e3)))
        assert chord == pytest.approx(share * air, rel=0.005)
        assert is_clear_of_earth(Sight(eye, 0.0, 0.0), *place) is is_seen


def test_area_alone_asks_for_more_with_a_narrow_field() -> None:
    cap = footprint_cap(math.radians(50.0), 1000e3, 20e3, EARTH_RADIUS_EQUATOR)
    assert least_satellites(cap, fold=2) >= 182
    wide = footprint_cap(math.radians(60.0), 1000e3, 20e3, EARTH_RADIUS_EQUATOR)
    assert least_satellites(wide, fold=2) <= 91
