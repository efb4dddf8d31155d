"""A swarm flies side by side: each lane has its own launch place and waypoints beside the group's.

The lanes of a swarm lie across the way from the launch to the aim, and end at the same aim.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.scenario.ground import bearing
from opendome.scenario.places import Place
from opendome.scenario.threats import ThreatGroup

Ints = NDArray[np.int64]


def divisions(threats: ThreatGroup, n_aims: int) -> list[Ints]:
    """Numbers of the launches of a group that share aim and lane, by their first launch."""
    number = np.arange(threats.count, dtype=np.int64)
    abreast = _abreast(threats)
    shared = (number % n_aims) * abreast + number % abreast
    _, firsts = np.unique(shared, return_index=True)
    return [number[shared == shared[k]] for k in sorted(firsts.tolist())]


def beside(threats: ThreatGroup, number: int, aim: Place) -> ThreatGroup:
    """The group as the lane of one launch flies it."""
    abreast = _abreast(threats)
    swarm = threats.system.swarm
    if swarm is None or abreast == 1 or swarm.spacing == 0.0:
        return threats
    right = (number % abreast - 0.5 * (abreast - 1)) * swarm.spacing
    course = bearing(threats.launch, aim) + 0.5 * math.pi
    way = tuple(_moved(p, course, right) for p in threats.waypoints)
    launch = _moved(threats.launch, course, right)
    return dataclasses.replace(threats, launch=launch, waypoints=way)


def _abreast(threats: ThreatGroup) -> int:
    return threats.system.swarm.abreast if threats.system.swarm else 1


def _moved(place: Place, course: float, distance: float) -> Place:
    """A place moved along a course (rad from north), on the mean sphere."""
    lat = place.lat + distance * math.cos(course) / EARTH_RADIUS_MEAN
    lon = place.lon + distance * math.sin(course) / (EARTH_RADIUS_MEAN * math.cos(place.lat))
    return Place(lat=lat, lon=lon, alt=place.alt)
