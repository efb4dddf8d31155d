"""Stereo view by infrared satellites in Walker shells, as published.

Source: M. Dahlgren, "Getting on Track", CSIS (2023): designs that keep two satellites in view of
every place of a 6 degree grid, at 20 km altitude, through a day. The study gives no inclinations;
the ones here are ours. The field of regard is a cone about the nadir of that full angle.
"""

import math

import numpy as np
import pytest

from opendome.constants import EARTH_RADIUS_EQUATOR
from opendome.kernels.frames import ecefs_from_geodetics
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


@pytest.mark.parametrize("phasing", range(7))
@pytest.mark.compiled
def test_ninety_one_do_not_suffice_with_a_narrow_field(phasing: int) -> None:
    assert fewest_in_view((91, 7, phasing, 1000e3, 70.0), 100.0, 600.0) < 2


def test_area_alone_asks_for_more_with_a_narrow_field() -> None:
    cap = footprint_cap(math.radians(50.0), 1000e3, 20e3, EARTH_RADIUS_EQUATOR)
    assert least_satellites(cap, fold=2) >= 182
    wide = footprint_cap(math.radians(60.0), 1000e3, 20e3, EARTH_RADIUS_EQUATOR)
    assert least_satellites(wide, fold=2) <= 91
