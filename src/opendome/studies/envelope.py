"""Envelopes of interceptor systems: what the catalog says, and what a flown round reaches."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.atmosphere import density_fast
from opendome.kernels.flight import TOLERANCE, fly_many
from opendome.kernels.reach import make_table
from opendome.scenario.weapons import InterceptorSystem
from opendome.studies.probes import Probe
from opendome.studies.shooting import Range, Shots, range_of, shoot
from opendome.world.build import free_time, vehicle_of

Floats = NDArray[np.float64]

LOW_FLOOR = 5e3  # m: systems with a higher floor are not meant for flyers on wings
LEVEL_SPEED = 250.0  # m/s over the ground
BALLISTIC_SPEEDS = ((12e3, 500.0), (60e3, 1500.0), (math.inf, 3000.0))  # by the system's ceiling
DESCENT = math.radians(45.0)
BEARING = math.radians(60.0)
BETA = 4000.0  # kg/m^2
LEVEL_BETA = 1000.0
T_MEET = 4000.0  # s, late enough for every fly-out
ANSWER = 30.0  # s of a probe's path before the earliest launch
SLOW_ROUND = 500.0  # m/s, for how long a path must be
FARTHEST = 15e6  # m, of the table of a round alone
STEERABLE = 0.1  # of the pressure that fins want: with less a round counts as spent
NEAREST = (0.8, 0.9, 0.95, 0.98, 1.0, 1.01, 1.02, 1.04, 1.06, 1.1, 1.2, 1.4, 1.8)  # of the edge
# of the height between lowest and highest
LOWEST = (0.0, 1e-4, 3e-4, 1e-3, 2e-3, 4e-3, 7e-3, 0.012, 0.02, 0.03, 0.04, 0.055, 0.08)


@dataclass(frozen=True)
class Edge:
    """One edge of a system's envelope against one class of threat, m."""

    system: str
    against: str  # level or ballistic
    edge: str  # nearest, farthest, lowest, highest
    catalog: float
    flown: float  # NaN where nothing was hit


@dataclass(frozen=True)
class Reach:
    """What the vehicle alone could do, were no envelope stated."""

    peak_speed: float
    distance: float  # greatest ground range
    height: float


def max_range_of(system: InterceptorSystem, against: str) -> float:
    """Farthest intercept that the catalog allows against a class of threat."""
    if against == "level" or system.ballistic_range is None:
        return system.max_range
    return system.ballistic_range


def classes_of(system: InterceptorSystem) -> tuple[str, ...]:
    """Classes of threat that a system is meant for."""
    level = ("level",) if system.min_altitude < LOW_FLOOR else ()
    can = max_range_of(system, "ballistic") > system.min_range
    return level + (("ballistic",) if can else ())


def probe_at(
    system: InterceptorSystem, against: str, distance: float, altitude: float, course: float = 0.0
) -> Probe:
    """A threat of a class that comes by a point, seen long before."""
    before = math.hypot(distance, altitude) / SLOW_ROUND + ANSWER
    is_level = against == "level"
    speed = next(v for top, v in BALLISTIC_SPEEDS if system.max_altitude <= top)
    return Probe(
        distance=distance,
        altitude=altitude,
        bearing=BEARING,
        speed=LEVEL_SPEED if is_level else speed,
        descent=0.0 if is_level else DESCENT,
        course=course,
        is_level=is_level,
        beta=LEVEL_BETA if is_level else BETA,
        t=T_MEET,
        before=before,
    )


def _grid(distances: Iterable[float], altitudes: Iterable[float]) -> list[tuple[float, float]]:
    return [(d, h) for d in distances for h in altitudes]


def probes_of(system: InterceptorSystem, against: str) -> list[Probe]:
    """Probes about every edge: points on both sides of it, at three places along it."""
    near, far = system.min_range, max_range_of(system, against)
    low, high = system.min_altitude, system.max_altitude
    heights = [low + f * (high - low) for f in (0.15, 0.4, 0.7)]
    ranges = [near + f * (far - near) for f in (0.05, 0.15, 0.3, 0.6)]
    points = [
        *_grid(near * np.array(NEAREST), heights),
        *_grid(far * np.linspace(0.9, 1.04, 15), heights),
        *_grid(ranges, low + (high - low) * np.array(LOWEST)),
        *_grid(ranges, low + (high - low) * np.linspace(0.92, 1.02, 11)),
    ]
    return [probe_at(system, against, d, h) for d, h in points]


def beyond(system: InterceptorSystem, against: str) -> list[Probe]:
    """Probes that never enter the envelope: they pass by outside, or fly above or below it."""
    far = max_range_of(system, against)
    low, high = system.min_altitude, system.max_altitude
    side = math.pi / 2.0
    past = [
        probe_at(system, against, far * f, h, side)
        for f in (1.03, 1.2)
        for h in np.linspace(low, high, 5)
    ]
    if against == "ballistic":
        return past
    middle = 0.4 * far
    over = [probe_at(system, against, middle, high * f) for f in (1.01, 1.1)]
    return past + over + [probe_at(system, against, middle, low * f) for f in (0.5, 0.8)]


def edges_of(system: InterceptorSystem, against: str, shots: Shots) -> list[Edge]:
    """The extremes of all hits beside what the catalog says."""
    rows = shots.is_hit
    distance, altitude = shots.distance[rows], shots.altitude[rows]

    def edge(name: str, catalog: float, values: Floats, is_least: bool) -> Edge:
        flown = math.nan
        if len(values):
            flown = float(values.min() if is_least else values.max())
        return Edge(system.name, against, name, catalog, flown)

    return [
        edge("nearest", system.min_range, distance, True),
        edge("farthest", max_range_of(system, against), distance, False),
        edge("lowest", system.min_altitude, altitude, True),
        edge("highest", system.max_altitude, altitude, False),
    ]


def envelope(name: str, level: str = "nominal") -> list[Edge]:
    """Every edge of a system's envelope, as the catalog says and as flown.

    Parameters
    ----------
    name : str
        Interceptor system of the catalog.
    level : str
        Which of the catalog's numbers are taken.
    """
    place = range_of(name, level)
    return [
        edge
        for against in classes_of(place.system)
        for edge in edges_of(place.system, against, shoot(place, probes_of(place.system, against)))
    ]


def fired_beyond(place: Range, against: str) -> int:
    """How many rounds left at threats that never enter the envelope: none should."""
    return int(np.sum(shoot(place, beyond(place.system, against)).is_fired))


def kinematic_reach(system: InterceptorSystem) -> Reach:
    """Peak speed and reach of the round itself, without the envelope."""
    vehicle = vehicle_of(system.booster)
    launches = np.zeros((4, 7))
    launches[:, 0] = math.pi / 2.0  # at a pole the Earth gives no speed
    launches[:, 5] = np.radians([45.0, 60.0, 75.0, 89.0])
    launches[:, 6] = np.inf
    flights = fly_many(vehicle, launches, 4000.0, TOLERANCE, 512)
    peaks = [
        np.linalg.norm(flights.knots[i, : flights.n_knots[i], 4:], axis=1).max() for i in range(4)
    ]
    extent = (min(10.0 * system.max_range, FARTHEST), 6.0 * system.max_altitude, 3000.0)
    table = make_table(vehicle, free_time(system), extent, (240, 160))
    counts = np.isfinite(table.tof)
    if system.homing.steering == "aero":
        air = np.array([density_fast(max(h, 0.0)) for h in table.h_grid])
        pressure = 0.5 * air[None, :] * table.speed**2
        counts &= pressure >= STEERABLE * system.homing.full_pressure
    s, h = np.nonzero(counts)
    return Reach(float(max(peaks)), float(table.s_grid[s].max()), float(table.h_grid[h].max()))
