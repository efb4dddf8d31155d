"""The map's projection: azimuthal equidistant about the middle of the raid, on a sphere.

Distances and directions from the middle are true; great circles through it are straight. Formulas:
Snyder, Map Projections, USGS Professional Paper 1395 (1987), section 25.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.views.report.markup import Floats

FARTHEST: Final = 2.6  # rad from the middle; what lies beyond is drawn at this distance


@dataclass(frozen=True)
class Window:
    """A rectangle of paper about a middle point: ``width`` by ``height`` pixels."""

    lat: float
    lon: float
    metres_per_pixel: float
    width: float
    height: float

    def pixels(self, lats: Floats, lons: Floats) -> tuple[Floats, Floats]:
        """Pixels of places, y downwards."""
        x, y = forward(self.lat, self.lon, lats, lons)
        scale = 1.0 / self.metres_per_pixel
        return self.width / 2 + x * scale, self.height / 2 - y * scale

    def pixel(self, lat: float, lon: float) -> tuple[float, float]:
        """Pixel of one place."""
        x, y = self.pixels(np.array([lat]), np.array([lon]))
        return float(x[0]), float(y[0])

    @property
    def reach(self) -> float:
        """Distance on the ground from the middle to a corner."""
        return math.hypot(self.width, self.height) / 2 * self.metres_per_pixel


def forward(lat0: float, lon0: float, lats: Floats, lons: Floats) -> tuple[Floats, Floats]:
    """East and north distances in m about a middle point; beyond FARTHEST they are cut."""
    turn = lons - lon0
    east = np.cos(lats) * np.sin(turn)
    north = math.cos(lat0) * np.sin(lats) - math.sin(lat0) * np.cos(lats) * np.cos(turn)
    up = math.sin(lat0) * np.sin(lats) + math.cos(lat0) * np.cos(lats) * np.cos(turn)
    is_opposite = (np.hypot(east, north) < 1e-12) & (up < 0)
    east = np.where(is_opposite, 1e-12, east)
    side = np.hypot(east, north)
    angle = np.minimum(np.arctan2(side, up), FARTHEST)
    scale = EARTH_RADIUS_MEAN * np.divide(angle, side, out=np.ones_like(side), where=side > 0)
    return east * scale, north * scale


def backward(lat0: float, lon0: float, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of distances about a middle point; the inverse of ``forward``."""
    angle = np.hypot(x, y) / EARTH_RADIUS_MEAN
    azimuth = np.arctan2(x, y)
    sine = math.sin(lat0) * np.cos(angle) + math.cos(lat0) * np.sin(angle) * np.cos(azimuth)
    lats = np.arcsin(np.clip(sine, -1.0, 1.0))
    lons = lon0 + np.arctan2(
        np.sin(azimuth) * np.sin(angle) * math.cos(lat0), np.cos(angle) - math.sin(lat0) * sine
    )
    return lats, (lons + math.pi) % (2 * math.pi) - math.pi


def circle(lat: float, lon: float, radius: float, azimuths: Floats) -> tuple[Floats, Floats]:
    """Places at a ground distance from one place in several directions."""
    x, y = radius * np.sin(azimuths), radius * np.cos(azimuths)
    return backward(lat, lon, x, y)


def ground_distance(lats: Floats, lons: Floats, lat: float, lon: float) -> Floats:
    """Great-circle distances in m of places from one place, up to half round the Earth."""
    dlat, dlon = lats - lat, lons - lon
    square = np.sin(dlat / 2) ** 2 + np.cos(lats) * math.cos(lat) * np.sin(dlon / 2) ** 2
    return 2.0 * EARTH_RADIUS_MEAN * np.asarray(np.arcsin(np.sqrt(np.minimum(square, 1.0))))


def way_left(lats: Floats, lons: Floats, lat: float, lon: float) -> Floats:
    """Distances in m left to a place from the points of a path that ends at or before it.

    Great circles; along the path where that leads round the far side of the Earth.
    """
    direct = ground_distance(lats, lons, lat, lon)
    turn = np.cos(lats[:-1]) * np.cos(lats[1:]) * np.sin(np.diff(lons) / 2) ** 2
    square = np.sin(np.diff(lats) / 2) ** 2 + turn
    steps = 2.0 * EARTH_RADIUS_MEAN * np.arcsin(np.sqrt(np.minimum(square, 1.0)))
    along = direct[-1] + np.append(np.cumsum(steps[::-1])[::-1], 0.0)
    return along if along[0] > math.pi * EARTH_RADIUS_MEAN else direct


def window_around(
    lats: Floats, lons: Floats, width: float, heights: tuple[float, float], least: float = 20e3
) -> Window:
    """Window that holds all the places with a margin; its height is chosen within ``heights``.

    The middle is moved to the middle of the places on paper a few times; the best is taken, as
    near a pole the paper turns when its middle moves.
    """
    lat0, lon0 = _mean_place(lats, lons)
    found: list[Window] = []
    for _ in range(5):
        x, y = forward(lat0, lon0, lats, lons)
        span_x = 2.3 * max(float(np.abs(x).max()), least / 2)
        span_y = 2.4 * max(float(np.abs(y).max()), least / 2)
        height = min(max(width * span_y / span_x, heights[0]), heights[1])
        found.append(Window(lat0, lon0, max(span_x / width, span_y / height), width, height))
        lat, lon = backward(
            lat0, lon0, np.array([(x.min() + x.max()) / 2]), np.array([(y.min() + y.max()) / 2])
        )
        lat0, lon0 = float(lat[0]), float(lon[0])
    return min(found, key=lambda window: window.metres_per_pixel)


def _mean_place(lats: Floats, lons: Floats) -> tuple[float, float]:
    """Middle of places on the sphere."""
    x = float(np.mean(np.cos(lats) * np.cos(lons)))
    y = float(np.mean(np.cos(lats) * np.sin(lons)))
    z = float(np.mean(np.sin(lats)))
    return math.atan2(z, math.hypot(x, y)), math.atan2(y, x)
