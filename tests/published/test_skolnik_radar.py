"""Radar equation, Swerling 1 and radar horizon as in Skolnik; bending as in Rec. ITU-R P.834."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.kernels import radar
from opendome.kernels.field import (
    apparent_elevation,
    horizon_distance,
    is_in_field,
    seen_from,
)
from opendome.kernels.frames import ecef_from_geodetic

LAT = math.radians(45.0)
EVERYWHERE = {
    "reference_range": 100e3,
    "reference_rcs": 1.0,
    "reference_p_detect": 0.8,
    "max_range": 5000e3,
    "sector": 2.0 * math.pi,
    "min_elevation": math.radians(-5.0),
    "max_elevation": math.radians(90.0),
    "range_resolution": 30.0,
    "beam_width": math.radians(1.5),
    "speed_resolution": None,
    "p_false_alarm": 1e-6,
    "is_cued": False,
    "period": 1.0,
    "track_capacity": 10**6,
    "dwell": 0.0,
    "track_share": 1.0,
}


class Numbers:
    """Numbers of a radar, as a noun would give them."""

    def __init__(self, **changes):
        self.__dict__.update(EVERYWHERE | changes)


def at(arc, height):
    """Place due east of the radar's foot, ``arc`` metres over ground away."""
    n = 6378137.0 / math.sqrt(1 - 0.00669438 * math.sin(LAT) ** 2)
    # along a great ellipse that leaves to the east the radius of curvature is that of the normal
    bearing = arc / n
    up = np.array([math.cos(LAT), 0.0, math.sin(LAT)])
    foot = np.array(ecef_from_geodetic(LAT, 0.0, 0.0))
    centre = foot - n * up
    direction = math.cos(bearing) * up + math.sin(bearing) * np.array([0.0, 1.0, 0.0])
    return centre + (n + height) * direction


# 4.12 (sqrt(h1) + sqrt(h2)) km: Skolnik, Introduction to Radar Systems (2001), section 8.5.
HORIZON = {
    15.0: {15.0: 32, 50.0: 45, 100.0: 57, 300.0: 87, 1000.0: 146, 10000.0: 428},
    30.0: {15.0: 39, 50.0: 52, 100.0: 64, 300.0: 94, 1000.0: 153, 10000.0: 435},
    3000.0: {15.0: 242, 50.0: 255, 100.0: 267, 300.0: 297, 1000.0: 356, 10000.0: 638},
    9000.0: {15.0: 407, 50.0: 420, 100.0: 432, 300.0: 462, 1000.0: 521, 10000.0: 803},
}
ROWS = [(h1, h2, d) for h1, row in HORIZON.items() for h2, d in row.items()]


@pytest.mark.parametrize(("h1", "h2", "km"), ROWS)
def test_horizon_table(h1, h2, km):
    assert horizon_distance(h1, h2) / 1e3 == pytest.approx(km, abs=0.6)


@pytest.mark.parametrize(("h1", "h2", "km"), [r for r in ROWS if r[2] > 40])
def test_field_of_a_radar_ends_at_the_horizon(h1, h2, km):
    """The ray geometry on the ellipsoid agrees with the closed form to 1.5 %."""
    field = radar.radar_at(Numbers(), (LAT, 0.0, h1), 0.0).field
    assert is_in_field(field, *at(0.985 * km * 1e3, h2))
    assert not is_in_field(field, *at(1.015 * km * 1e3, h2))


@pytest.mark.parametrize("degrees", [0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0])
def test_bending_to_space_is_that_of_itu_p834(degrees):
    """Rec. ITU-R P.834, eq. (12), antenna at sea level: within 0.2 deg, 0.08 from 3 deg up."""
    e = degrees
    itu = 1.0 / (1.314 + 0.6437 * e + 0.02869 * e * e)
    distance = 1e9  # m: the direction to a place far beyond the air
    apparent = math.radians(degrees)
    true = apparent
    for _ in range(50):
        true += apparent - apparent_elevation(true, distance, 0.0)
    bending = math.degrees(apparent - true)
    assert bending == pytest.approx(itu, abs=0.2)
    if degrees >= 3.0:
        assert bending == pytest.approx(itu, abs=0.08)


def test_far_high_target_is_seen_where_geometry_puts_it():
    """A target 1,000 km high, 3,000 km away: 3.4 deg on the true Earth, not the 7.2 of 4/3."""
    field = radar.radar_at(Numbers(), (LAT, 0.0, 0.0), 0.0).field
    elevation = math.degrees(seen_from(field, *at(3000e3, 1000e3))[2])
    phi = 3000e3 / EARTH_RADIUS_MEAN
    r = EARTH_RADIUS_MEAN
    true = math.degrees(math.atan2((r + 1e6) * math.cos(phi) - r, (r + 1e6) * math.sin(phi)))
    assert elevation == pytest.approx(true, abs=0.5)


@pytest.mark.parametrize("p_false_alarm", [1e-8, 1e-6, 1e-3])
@pytest.mark.parametrize("p_detect", [0.5, 0.8, 0.95])
def test_swerling_1_reference_comes_back(p_detect, p_false_alarm):
    """p_d = p_fa^(1/(1+snr)), eq. (2.46); at the stated range and cross-section that is p_d."""
    snr = radar.snr_from_swerling1(p_detect, p_false_alarm)
    assert p_false_alarm ** (1 / (1 + snr)) == pytest.approx(p_detect)
    assert radar.p_detect_swerling1(snr, p_false_alarm) == pytest.approx(p_detect)
    dish = radar.radar_at(
        Numbers(reference_p_detect=p_detect, p_false_alarm=p_false_alarm), (LAT, 0.0, 0.0), 0.0
    )
    assert radar.mean_snr(dish, 100e3, 1.0) == pytest.approx(snr)


def test_swerling_1_book_value():
    """Skolnik (2001), fig. 2.23: p_d 0.9 at p_fa 1e-6 takes 21.1 dB for case 1."""
    snr = radar.snr_from_swerling1(0.9, 1e-6)
    assert 10 * math.log10(snr) == pytest.approx(21.1, abs=0.1)


def test_range_goes_with_the_fourth_root_of_the_cross_section():
    dish = radar.radar_at(Numbers(), (LAT, 0.0, 0.0), 0.0)
    near = radar.mean_snr(dish, 100e3, 1.0)
    assert radar.mean_snr(dish, 200e3, 16.0) == pytest.approx(near)
    assert radar.mean_snr(dish, 50e3, 1.0) == pytest.approx(16 * near)


def test_errors_fall_with_the_root_of_snr_to_a_floor():
    dish = radar.radar_at(Numbers(speed_resolution=2.0), (LAT, 0.0, 0.0), 0.0)
    distance, angle, rate = radar.errors(dish, 50.0)
    assert distance == pytest.approx(30.0 * math.hypot(0.1, 0.02))
    assert angle == pytest.approx(math.radians(1.5) * math.hypot(0.1 / 1.6, 0.02))
    assert rate == pytest.approx(2.0 * math.hypot(0.1, 0.02))
    assert radar.errors(dish, 1e12)[0] == pytest.approx(0.6)
