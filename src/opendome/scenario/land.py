"""Coastlines that come with the package, and whether a place lies on land."""

from __future__ import annotations

import math
from functools import cache, lru_cache
from importlib import resources
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.scenario.places import Place

Floats = NDArray[np.float64]

STEPS_IN_DEGREE: Final = 10_000  # of the files in scenario/geodata
FINEST: Final = "land_10m.npz"
NEARBY: Final = 0.1  # rad; coasts within are enough to find the nearest, where there are any
SEAM: Final = 1e-6  # rad; edges this close to the meridian of 180 deg cut a ring, no coast


class Lines(NamedTuple):
    """Many lines end to end: line i holds points ``starts[i]`` up to ``starts[i + 1]``."""

    starts: NDArray[np.int64]
    lats: Floats
    lons: Floats


def read_lines(name: str) -> Lines:
    """Lines of one of the files in ``scenario/geodata``."""
    file = resources.files("opendome.scenario") / "geodata" / name
    with file.open("rb") as opened, np.load(opened) as stored:
        counts = stored["counts"].astype(np.int64)
        lons = np.cumsum(stored["lon_steps"].astype(np.int64)) / STEPS_IN_DEGREE
        lats = np.cumsum(stored["lat_steps"].astype(np.int64)) / STEPS_IN_DEGREE
    starts = np.concatenate([[0], np.cumsum(counts)])
    return Lines(starts, np.radians(lats), np.radians(lons))


@lru_cache(maxsize=4096)  # a scenario is read again and again: by what compares it, by its report
def distance_inland(place: Place) -> float:
    """Distance of a place from the nearest coast, m: positive on land, negative at sea.

    Lakes count as land. The coast is that of Natural Earth 1:10m, good to about 2 km; islands
    that are missing there are sea.

    Notes
    -----
    A place is on land where the way north to the pole, which lies in the sea, crosses coasts an
    odd number of times. Distances are those on a plane that touches the Earth at the place, right
    to 1 % within 500 km.
    """
    lats, lons, d_lats, d_lons = _edges()
    ahead = _wrapped(lons - place.lon)
    is_crossed = (ahead > 0.0) != (ahead + d_lons > 0.0)
    part = -ahead / np.where(is_crossed, d_lons, 1.0)
    n_crossed = np.count_nonzero(is_crossed & (lats + part * d_lats > place.lat))
    is_coast = (np.abs(d_lons) > SEAM) | (np.abs(np.abs(lons) - math.pi) > SEAM)
    is_near = is_coast & (np.abs(lats - place.lat) < NEARBY)
    is_near &= np.abs(ahead) * math.cos(place.lat) < NEARBY
    chosen = np.flatnonzero(is_near if is_near.any() else is_coast)
    x, y, dx, dy = ahead[chosen], lats[chosen] - place.lat, d_lons[chosen], d_lats[chosen]
    nearest = _nearest(x, y, dx, dy, math.cos(place.lat))
    return nearest if n_crossed % 2 == 1 else -nearest


def _nearest(x: Floats, y: Floats, dx: Floats, dy: Floats, flat: float) -> float:
    """Distance in m from the nearest of many edges that begin at x, y; east shrinks by ``flat``."""
    x, dx = flat * x, flat * dx
    along = np.clip(-(x * dx + y * dy) / np.maximum(dx * dx + dy * dy, 1e-30), 0.0, 1.0)
    off2 = (x + along * dx) ** 2 + (y + along * dy) ** 2
    return float(np.sqrt(off2.min())) * EARTH_RADIUS_MEAN


def _wrapped(angle: Floats) -> Floats:
    """Angles brought into [-pi, pi)."""
    brought: Floats = (angle + math.pi) % (2.0 * math.pi) - math.pi
    return brought


@cache
def _edges() -> tuple[Floats, Floats, Floats, Floats]:
    """Every edge of the finest coast, rad: its begin (lat, lon) and its way (lat, lon)."""
    lines = read_lines(FINEST)
    after = np.arange(1, len(lines.lats) + 1)
    after[lines.starts[1:] - 1] = lines.starts[:-1]
    d_lons = _wrapped(lines.lons[after] - lines.lons)
    return lines.lats, lines.lons, lines.lats[after] - lines.lats, d_lons
