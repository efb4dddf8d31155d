"""Flights against a plain-Python twin: other formulas, SciPy's DOP853, a restart at every change.

The twin takes its gravity from spherical components, its altitude by iteration, its air from the
closed form of the standard (not the flight table); both share only constants and vehicle numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from opendome.constants import (
    EARTH_ECCENTRICITY_SQUARED,
    EARTH_J2,
    EARTH_MU,
    EARTH_OMEGA,
    EARTH_RADIUS_EQUATOR,
)
from opendome.kernels.atmosphere import density
from opendome.kernels.flight import LANDED, TOLERANCE, fly_many
from opendome.kernels.paths import path_at
from opendome.kernels.propulsion import Vehicle
from tests.unit.kernels.notional import LIQUID, LONG_ROCKET, ROCKET, SOLID, distance, launch

Vector = NDArray[np.float64]
OMEGA = np.array([0.0, 0.0, EARTH_OMEGA])


def gravity(r: Vector) -> Vector:
    distance_ = np.linalg.norm(r)
    sine = r[2] / distance_
    cosine = math.hypot(r[0], r[1]) / distance_
    factor = 1.5 * EARTH_J2 * (EARTH_RADIUS_EQUATOR / distance_) ** 2
    radial = -EARTH_MU / distance_**2 * (1.0 - factor * (3.0 * sine**2 - 1.0))
    northward = -EARTH_MU / distance_**2 * factor * 2.0 * sine * cosine
    lon = math.atan2(r[1], r[0])
    north = np.array([-sine * math.cos(lon), -sine * math.sin(lon), cosine])
    return radial * r / distance_ + northward * north


def geodetic(r: Vector) -> tuple[float, float]:
    """Latitude and altitude by plain fixed-point iteration."""
    across = math.hypot(r[0], r[1])
    lat = math.atan2(r[2], across * (1 - EARTH_ECCENTRICITY_SQUARED))
    for _ in range(8):
        normal = EARTH_RADIUS_EQUATOR / math.sqrt(
            1 - EARTH_ECCENTRICITY_SQUARED * math.sin(lat) ** 2
        )
        lat = math.atan2(r[2] + EARTH_ECCENTRICITY_SQUARED * normal * math.sin(lat), across)
    alt = across * math.cos(lat) + r[2] * math.sin(lat)
    alt -= EARTH_RADIUS_EQUATOR * math.sqrt(1 - EARTH_ECCENTRICITY_SQUARED * math.sin(lat) ** 2)
    return lat, alt


def standard_air(r: Vector) -> float:
    """Density by the closed form of the standard, at the altitude by iteration."""
    return density(geodetic(r)[1])


class Twin:
    """One flight, told step by step, in air of a given density by place."""

    def __init__(
        self, vehicle: Vehicle, row: Vector, air: Callable[[Vector], float] = standard_air
    ) -> None:
        self.vehicle, self.air = vehicle, air
        lat, lon, alt, self.t_launch, azimuth, elevation, t_cut = row[0]
        angle = lon + EARTH_OMEGA * self.t_launch
        up = np.array(
            [math.cos(lat) * math.cos(angle), math.cos(lat) * math.sin(angle), math.sin(lat)]
        )
        east = np.array([-math.sin(angle), math.cos(angle), 0.0])
        level = math.sin(azimuth) * east + math.cos(azimuth) * np.cross(up, east)
        self.up, self.aim = up, math.cos(elevation) * level + math.sin(elevation) * up
        normal = EARTH_RADIUS_EQUATOR / math.sqrt(
            1 - EARTH_ECCENTRICITY_SQUARED * math.sin(lat) ** 2
        )
        r = normal * up + alt * up
        r[2] = ((1 - EARTH_ECCENTRICITY_SQUARED) * normal + alt) * math.sin(lat)
        self.y = np.concatenate([r, np.cross(OMEGA, r)])
        ends = np.cumsum(vehicle.stages[:, 0])
        changes = {*ends, vehicle.rise_time, vehicle.rise_time + vehicle.pitch_time, t_cut}
        self.cut = min(t_cut, ends[-1])
        self.bounds = [0.0, *sorted(c for c in changes if 0.0 < c <= self.cut)]
        self.impact_time, self.apogee = math.nan, -math.inf

    def acceleration(self, tau: float, y: Vector, middle: float) -> Vector:
        """Acceleration at tau in the segment whose middle is given (inf: coast)."""
        r, v = y[:3], y[3:]
        wind = v - np.cross(OMEGA, r)
        speed = float(np.linalg.norm(wind))
        rho = self.air(r)
        if middle > self.cut:
            return gravity(r) - 0.5 * rho * speed / self.vehicle.payload_beta * wind
        stages = self.vehicle.stages
        i = int(np.searchsorted(np.cumsum(stages[:, 0]), middle))
        start = float(np.sum(stages[:i, 0]))
        mass = self.vehicle.payload_mass + np.sum(stages[i:, 1]) + np.sum(stages[i:, 3])
        flow = stages[i, 1] / stages[i, 0]
        mass -= flow * (tau - start)
        if middle < self.vehicle.rise_time:
            axis = self.up
        elif middle < self.vehicle.rise_time + self.vehicle.pitch_time:
            axis = self.aim
        else:
            axis = wind / speed
        drag = 0.5 * rho * speed * stages[i, 4] / mass * wind
        return gravity(r) + flow * stages[i, 2] / mass * axis - drag

    def fly(self) -> Twin:
        self.burnout = self.y
        for start, end in pairwise(self.bounds):
            self.arc(start, end, 0.5 * (start + end))
        self.burnout = self.y
        self.arc(self.bounds[-1], 20000.0, math.inf)
        return self

    def arc(self, start: float, end: float, middle: float) -> None:
        def slope(tau: float, y: Vector) -> Vector:
            return np.concatenate([y[3:], self.acceleration(tau, y, middle)])

        def ground(tau: float, y: Vector) -> float:
            return geodetic(y[:3])[1] if tau > start + 1.0 else 1.0

        ground.terminal, ground.direction = True, -1.0  # type: ignore[attr-defined]
        result: Any = solve_ivp(
            slope,
            (start, end),
            self.y,
            "DOP853",
            rtol=1e-13,
            atol=1e-6,
            events=[ground, lambda tau, y: y[:3] @ y[3:]],
            max_step=20.0,
        )
        self.y = result.y[:, -1]
        for y in result.y_events[1]:
            self.apogee = max(self.apogee, geodetic(y[:3])[1])
        if len(result.t_events[0]):
            self.impact_time = result.t_events[0][0]

    def impact(self) -> tuple[float, float, float]:
        lat, _ = geodetic(self.y[:3])
        t = self.t_launch + self.impact_time
        return t, lat, math.atan2(self.y[1], self.y[0]) - EARTH_OMEGA * t


def miss(vehicle: Vehicle, row: Vector, twin: Twin, tolerance: float = TOLERANCE) -> float:
    """Metres between our impact and the twin's."""
    flights = fly_many(vehicle, row, 20000.0, tolerance, 0)
    assert flights.status[0] == LANDED
    t, lat, lon = twin.impact()
    assert flights.impact[0, 0] == pytest.approx(t, abs=0.1)
    assert flights.apogee_alt[0] == pytest.approx(twin.apogee, abs=60.0)
    return distance(lat, lon, float(flights.impact[0, 1]), float(flights.impact[0, 2]))


ICBM_FLIGHTS = [
    (LIQUID, launch(azimuth_deg=20, elevation_deg=83.5, t_cut=224.0, t_launch=500.0)),
    (LIQUID, launch(-20, -60, azimuth_deg=250, elevation_deg=82.7, t_cut=233.0)),
    (LIQUID, launch(azimuth_deg=85, elevation_deg=83.2, t_cut=224.0)),
    (SOLID, launch(60, 40, azimuth_deg=0, elevation_deg=58.5, t_cut=156.0)),
    (SOLID, launch(azimuth_deg=17, elevation_deg=60.0, t_cut=150.0)),
]


def test_flights_of_1600_s_land_within_3_m() -> None:
    misses, times = [], []
    for vehicle, row in ICBM_FLIGHTS:
        twin = Twin(vehicle, row).fly()
        misses.append(miss(vehicle, row, twin))
        times.append(twin.impact_time)
    assert 1300.0 < np.median(times) < 1900.0
    assert np.median(misses) < 3.0
    assert max(misses) < 15.0


def test_a_loft_of_4100_s_lands_within_10_m() -> None:
    row = launch(azimuth_deg=65, elevation_deg=89.06, t_cut=248.53)
    twin = Twin(LIQUID, row).fly()
    assert twin.impact_time > 4100.0
    assert miss(LIQUID, row, twin) < 10.0


@pytest.mark.parametrize(("vehicle", "elevation_deg"), [(ROCKET, 35.0), (LONG_ROCKET, 52.0)])
def test_rockets_land_within_1_m(vehicle: Vehicle, elevation_deg: float) -> None:
    row = launch(31.5, 34.5, azimuth_deg=70, elevation_deg=elevation_deg)
    twin = Twin(vehicle, row).fly()
    assert miss(vehicle, row, twin) < 1.0
    assert miss(vehicle, row, twin, 1e-5) < 2.0


def test_burnout_state_and_path_between_knots() -> None:
    vehicle, row = ICBM_FLIGHTS[0]
    twin = Twin(vehicle, row).fly()
    flights = fly_many(vehicle, row, 20000.0, TOLERANCE, 400)
    knots, n = flights.knots[0], int(flights.n_knots[0])
    assert flights.t_burnout[0] == 724.0
    end = path_at(knots, n, 724.0)
    np.testing.assert_allclose(end[:3], twin.burnout[:3], atol=2.0)
    np.testing.assert_allclose(end[3:], twin.burnout[3:], atol=0.02)


@pytest.mark.parametrize(
    ("vehicle", "row"),
    [ICBM_FLIGHTS[0], ICBM_FLIGHTS[3], (ROCKET, launch(31.5, 34.5, elevation_deg=40.0))],
)
def test_cubic_paths_hold_to_1_m(vehicle: Vehicle, row: Vector) -> None:
    coarse = fly_many(vehicle, row, 20000.0, TOLERANCE, 400)
    fine = fly_many(vehicle, row, 20000.0, 1e-10, 4000)
    n, n_fine = int(coarse.n_knots[0]), int(fine.n_knots[0])

    def gap(t: float) -> float:
        here, there = path_at(coarse.knots[0], n, t), path_at(fine.knots[0], n_fine, t)
        return math.dist(here[:3], there[:3])

    # Integration error grows on the way; the cubic adds less than a metre to that of its ends.
    for t0, t1 in pairwise(coarse.knots[0, :n, 0]):
        for share in (0.25, 0.5, 0.75):
            assert gap(t0 + share * (t1 - t0)) < max(gap(t0), gap(t1)) + 1.0
