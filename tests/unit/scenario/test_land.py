"""Where land is: known places, an independent rule, and the stored lines."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.scenario.land import distance_inland, read_lines
from opendome.scenario.places import Place


def place(lat: float, lon: float) -> Place:
    return Place(lat=math.radians(lat), lon=math.radians(lon))


def test_stored_lines_lie_on_the_globe():
    for name in ("land_10m.npz", "land_50m.npz", "borders_50m.npz"):
        lines = read_lines(name)
        assert len(lines.lats) == lines.starts[-1] > 1000
        assert np.abs(lines.lats).max() <= math.pi / 2 + 1e-9
        assert np.abs(lines.lons).max() <= math.pi + 1e-9


@pytest.mark.parametrize(
    ("lat", "lon", "low", "high"),
    [
        (48.0, 7.0, 300e3, 600e3),  # Alsace
        (0.0, 25.0, 1000e3, 2200e3),  # the middle of Africa
        (-80.0, 0.0, 400e3, 1500e3),  # Antarctica
        (68.0, 179.0, 30e3, 300e3),  # Chukotka, beside the seam of the map
        (68.0, -179.0, 1e3, 300e3),  # Chukotka, beyond the seam
        (-21.0, 13.75, 10e3, 60e3),  # Namibia, behind its coast
        (20.0, -40.0, -2600e3, -1500e3),  # the Atlantic
        (36.0, 15.5, -150e3, -50e3),  # between Malta and Sicily's east
        (-30.0, -179.9, -1500e3, -20e3),  # the Pacific, beside the seam
        (90.0, 0.0, -1000e3, -600e3),  # the north pole
        (26.5, 52.5, -200e3, -50e3),  # the Gulf
    ],
)
def test_known_places(lat, lon, low, high):
    assert low < distance_inland(place(lat, lon)) < high


def test_distance_at_a_straight_coast():
    """The nearest point of the stored coast to a place off Namibia, by brute force."""
    lines = read_lines("land_10m.npz")
    lat, lon = math.radians(-21.0), math.radians(12.0)
    gap = np.hypot(lines.lats - lat, (lines.lons - lon) * math.cos(lat)).min() * 6371e3
    assert -distance_inland(place(-21.0, 12.0)) == pytest.approx(gap, rel=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_land_is_where_winding_angles_find_it(seed):
    """Crossings along a meridian against sums of angles in the plane of the map, 40 places each."""
    lines = read_lines("land_10m.npz")
    rng = np.random.default_rng(seed)
    rings = [
        np.unwrap(lines.lons[first:last]) + 1j * lines.lats[first:last]
        for first, last in zip(lines.starts[:-1], lines.starts[1:], strict=True)
    ]
    for lat, lon in zip(rng.uniform(-60, 75, 40), rng.uniform(-179, 179, 40), strict=True):
        here = complex(math.radians(lon), math.radians(lat))
        turns = 0
        for ring in rings:
            if ring.imag.min() <= here.imag <= ring.imag.max():
                for map_turn in (-2 * math.pi, 0.0, 2 * math.pi):
                    to = ring + map_turn - here
                    turns += round(np.angle(np.roll(to, -1) / to).sum() / (2 * math.pi))
        assert (distance_inland(place(lat, lon)) > 0) == (turns % 2 == 1), (lat, lon)
