"""Published flight tests on steep arcs: a boosted flight must take the time that was published.

Hwasong-17, March 2022: 999.2 km, 6,040.9 km, 4,135 s (TASS, https://tass.com/defense/1539159).
Hwasong-18, July 2023: 1,001.2 km, 6,648.4 km, 74 to 75 min (Korea JoongAng Daily, 13 July 2023).
"""

import math

import numpy as np
import pytest

from opendome.constants import EARTH_MU, EARTH_RADIUS_MEAN
from opendome.kernels.aim import GUESS, solve_aims
from opendome.kernels.aim_start import CUTOFF, SOLVED
from opendome.kernels.flight import TOLERANCE, fly_many
from opendome.kernels.orbits import apogee_radius, fall
from opendome.kernels.propulsion import Vehicle
from tests.unit.kernels.notional import LIQUID, SOLID, launch, place_at


@pytest.mark.parametrize(
    ("vehicle", "range_km", "apogee_km", "seconds"),
    [(LIQUID, 999.2, 6040.9, 4135.0), (SOLID, 1001.2, 6648.4, 74.5 * 60.0)],
)
def test_time_of_flight(
    vehicle: Vehicle, range_km: float, apogee_km: float, seconds: float
) -> None:
    row = launch(39.2, 125.7)
    aims = np.array([[*place_at(39.2, 125.7, 62.0, range_km), apogee_km * 1e3]])
    solved = solve_aims(vehicle, row, aims, CUTOFF, 50.0, np.empty((0, GUESS)))
    assert solved.status[0] == SOLVED
    flights = fly_many(vehicle, solved.launches, 12000.0, TOLERANCE, 0)
    assert flights.apogee_alt[0] / 1e3 == pytest.approx(apogee_km, abs=0.6)
    assert flights.impact[0, 0] == pytest.approx(seconds, rel=0.03)


@pytest.mark.parametrize(
    ("range_km", "apogee_km", "seconds"), [(999.2, 6040.9, 3947.0), (1001.2, 6648.4, 4319.0)]
)
def test_vacuum_arcs_from_ground_to_ground(
    range_km: float, apogee_km: float, seconds: float
) -> None:
    """Closed form: the ellipse through two points of a sphere with a given apogee."""
    half, radius = 0.5 * range_km * 1e3 / EARTH_RADIUS_MEAN, EARTH_RADIUS_MEAN
    top = radius + apogee_km * 1e3
    # r (1 - e cos half) = top (1 - e), true anomaly of both ends 180 deg -+ half.
    e = (top - radius) / (top - radius * math.cos(half))
    p, a = top * (1 - e), top / (1 + e)
    speed = math.sqrt(EARTH_MU * (2 / radius - 1 / a))
    level = math.sqrt(EARTH_MU * p) / radius
    y = (radius, 0.0, 0.0, math.sqrt(speed**2 - level**2), level, 0.0)
    assert apogee_radius(y) == pytest.approx(top, rel=1e-9)
    time, x, yy, _ = fall(y, radius)
    assert math.atan2(yy, x) == pytest.approx(2 * half, rel=1e-8)
    assert time == pytest.approx(seconds, abs=1.0)
