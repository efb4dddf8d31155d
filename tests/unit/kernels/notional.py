"""Vehicles for the tests of flight: plausible, notional, none of them a real system."""

import math

import numpy as np
from numpy.typing import NDArray

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels.propulsion import Vehicle


def vehicle(
    stages: list[tuple[float, float, float, float, float]],
    payload_mass: float,
    payload_beta: float,
    rise_time: float,
    pitch_time: float,
) -> Vehicle:
    """Vehicle from stages [burn s, propellant kg, specific impulse s, inert kg, cd A m^2]."""
    rows = np.array(stages, dtype=np.float64)
    rows[:, 2] *= STANDARD_GRAVITY
    return Vehicle(rows, payload_mass, payload_beta, rise_time, pitch_time)


LIQUID = vehicle(
    [(130, 80000, 280, 6500, 1.2), (120, 20000, 310, 1800, 1.2)], 1300.0, 9000.0, 10.0, 15.0
)
SOLID = vehicle(
    [
        (60, 40000, 262, 4000, 0.9),
        (60, 14000, 285, 1400, 0.9),
        (55, 4700, 290, 500, 0.9),
    ],
    1000.0,
    9000.0,
    6.0,
    10.0,
)
ROCKET = vehicle([(2.0, 20, 204, 0, 0.005)], 46.0, 8500.0, 0.0, 0.1)
LONG_ROCKET = vehicle([(6.0, 190, 235, 0, 0.016)], 210.0, 11000.0, 0.0, 0.2)


def launch(
    lat_deg: float = 39.0,
    lon_deg: float = 127.0,
    *,
    azimuth_deg: float = 20.0,
    elevation_deg: float = 82.0,
    t_launch: float = 0.0,
    t_cut: float = math.inf,
) -> NDArray[np.float64]:
    """One launch row for `fly_many`, shape (1, 7), 50 m above the ellipsoid."""
    lat, lon = math.radians(lat_deg), math.radians(lon_deg)
    azimuth, elevation = math.radians(azimuth_deg), math.radians(elevation_deg)
    return np.array([[lat, lon, 50.0, t_launch, azimuth, elevation, t_cut]])


def place_at(
    lat_deg: float, lon_deg: float, bearing_deg: float, range_km: float
) -> tuple[float, float]:
    """Place (lat, lon) at a bearing and great-circle distance on the mean sphere."""
    lat, lon, bearing = math.radians(lat_deg), math.radians(lon_deg), math.radians(bearing_deg)
    angle = range_km * 1e3 / 6371008.8
    end = math.asin(
        math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing)
    )
    turn = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(lat),
        math.cos(angle) - math.sin(lat) * math.sin(end),
    )
    return end, lon + turn


def distance(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle metres between two places, on the mean sphere."""
    chord = (
        math.sin((lat - other_lat) / 2) ** 2
        + math.cos(lat) * math.cos(other_lat) * math.sin((lon - other_lon) / 2) ** 2
    )
    return 2 * 6371008.8 * math.asin(math.sqrt(chord))
