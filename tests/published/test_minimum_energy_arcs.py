"""Least-energy ballistic arcs on a sphere that does not turn: closed form, and boosted flights.

Closed form: A. Wheelon, "Free flight of a ballistic missile", ARS Journal 29 (1959) 915-926. The
empty focus of the least ellipse lies on the chord's middle, so speed^2 = (2 mu / R) s / (1 + s),
flight-path angle = 45 deg - psi / 4 and apogee = R (s + c - 1) / 2, s and c the sine and cosine of
half the central angle psi.
"""

import math

import numpy as np
import pytest

from opendome.constants import EARTH_MU, EARTH_RADIUS_MEAN
from opendome.kernels.aim import GUESS, solve_aims
from opendome.kernels.aim_start import CUTOFF, SOLVED, minimum_energy_apogee
from opendome.kernels.flight import TOLERANCE, fly_many
from opendome.kernels.frames import ecefs_from_ecis
from opendome.kernels.orbits import apogee_radius, fall, kepler
from opendome.kernels.paths import path_at
from opendome.kernels.propulsion import Vehicle
from tests.unit.kernels.notional import LIQUID, SOLID, launch, place_at

# Range km; speed km/s, angle deg, apogee km, flight min, as tabulated to the digits shown.
ARCS = [
    (70, 0.83, 44.8, 17, 2.0),
    (300, 1.70, 44.3, 74, 4.2),
    (500, 2.17, 43.9, 123, 5.5),
    (1000, 3.02, 42.8, 240, 7.9),
    (3000, 4.86, 38.3, 655, 14.9),
    (5500, 6.08, 32.6, 1041, 21.9),
    (10000, 7.20, 22.5, 1319, 32.2),
    (12000, 7.48, 18.0, 1265, 35.7),
    (15000, 7.75, 11.3, 978, 39.6),
]


@pytest.mark.parametrize(("range_km", "speed", "angle_deg", "apogee_km", "minutes"), ARCS)
def test_arcs(
    range_km: float, speed: float, angle_deg: float, apogee_km: float, minutes: float
) -> None:
    psi = range_km * 1e3 / EARTH_RADIUS_MEAN
    sine = math.sin(psi / 2)
    v = math.sqrt(2 * EARTH_MU / EARTH_RADIUS_MEAN * sine / (1 + sine))
    angle = math.pi / 4 - psi / 4
    assert v / 1e3 == pytest.approx(speed, abs=0.006)
    assert math.degrees(angle) == pytest.approx(angle_deg, abs=0.06)
    y = (EARTH_RADIUS_MEAN, 0.0, 0.0, v * math.sin(angle), v * math.cos(angle), 0.0)
    seconds, x, yy, _ = fall(y, EARTH_RADIUS_MEAN)
    assert math.atan2(yy, x) == pytest.approx(psi, rel=1e-9)
    assert seconds / 60 == pytest.approx(minutes, abs=0.06)
    altitude = apogee_radius(y) - EARTH_RADIUS_MEAN
    assert altitude / 1e3 == pytest.approx(apogee_km, abs=0.6)
    assert minimum_energy_apogee(psi) == pytest.approx(altitude, rel=1e-9)
    top = kepler(y, 0.5 * seconds)
    assert math.hypot(*top[:3]) == pytest.approx(EARTH_RADIUS_MEAN + altitude, abs=1e-3)
    # It is the least: any other angle at this speed falls short.
    for other in (angle - 0.02, angle + 0.02):
        _, x, yy, _ = fall(
            (EARTH_RADIUS_MEAN, 0.0, 0.0, v * math.sin(other), v * math.cos(other), 0.0),
            EARTH_RADIUS_MEAN,
        )
        assert math.atan2(yy, x) < psi


@pytest.mark.parametrize(("vehicle", "burn"), [(LIQUID, 250.0), (SOLID, 175.0)])
def test_boosted_flights_of_10000_km(vehicle: Vehicle, burn: float) -> None:
    # Class figures: burnout at 7.0-7.5 km/s, 150-500 km up (APS Study Group on Boost-Phase
    # Intercept, 2003), apogee 1,319 km, vacuum arc 32.2 min plus most of the burn.
    row = launch(39.0, 127.0)
    aims = np.array([[*place_at(39.0, 127.0, 20.0, 10000.0), math.nan]])
    solved = solve_aims(vehicle, row, aims, CUTOFF, 50.0, np.empty((0, GUESS)))
    assert solved.status[0] == SOLVED
    flights = fly_many(vehicle, solved.launches, 12000.0, TOLERANCE, 512)
    assert flights.apogee_alt[0] / 1e3 == pytest.approx(1319, abs=3)
    assert 32.2 * 60 < flights.impact[0, 0] < 32.2 * 60 + burn
    t = flights.t_burnout[0]
    y = np.array([path_at(flights.knots[0], int(flights.n_knots[0]), t)])
    _, v_ecef = ecefs_from_ecis(y[:, :3].copy(), y[:, 3:].copy(), np.array([t]))
    assert 6.7e3 < np.linalg.norm(v_ecef) < 7.5e3
    assert 150e3 < np.linalg.norm(y[0, :3]) - EARTH_RADIUS_MEAN < 500e3
