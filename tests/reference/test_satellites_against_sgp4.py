"""Satellites against two others: SGP4, and an integration of the same gravity.

SGP4 by the library sgp4 (D. A. Vallado and others, AIAA 2006-6753), without drag.
"""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import minimize_scalar
from sgp4.api import WGS84, Satrec

from opendome.constants import (
    EARTH_J2,
    EARTH_J3,
    EARTH_J4,
    EARTH_MU,
    EARTH_OMEGA,
    EARTH_RADIUS_EQUATOR,
)
from opendome.kernels.fleet import ellipse_elements
from opendome.kernels.satellites import K2, satellite_places, satellite_states
from opendome.scenario.shells import Ellipse

DAY = 86400.0


def row(a_km: float, e: float, i_deg: float) -> np.ndarray:
    return np.array([[a_km * 1e3, e, math.radians(i_deg), 1.0, 0.7, 0.3]])


def brouwer(kozai: float, e: float, i: float) -> float:
    """Mean motion of Brouwer's elements from the one that element sets carry."""
    a1 = (EARTH_MU / kozai**2) ** (1 / 3)
    x = 1.5 * K2 * (3 * math.cos(i) ** 2 - 1) / (1 - e * e) ** 1.5
    d1 = x / a1**2
    a0 = a1 * (1 - d1 / 3 - d1 * d1 - 134 / 81 * d1**3)
    return kozai / (1 + x / a0**2)


@pytest.mark.parametrize(
    ("a_km", "e", "i_deg"),
    [(6678, 0.0, 60.0), (6878, 1e-3, 98.0), (7378, 0.0, 70.0), (7178, 0.05, 30.0)],
)
def test_low_orbits_for_a_week(a_km: float, e: float, i_deg: float) -> None:
    elements = row(a_km, e, i_deg)
    wanted = math.sqrt(EARTH_MU / elements[0, 0] ** 3)
    kozai = wanted
    for _ in range(30):
        kozai *= wanted / brouwer(kozai, e, elements[0, 2])
    other = Satrec()
    other.sgp4init(
        WGS84, "i", 1, 0.0, 0.0, 0.0, 0.0, e, 0.7, elements[0, 2], 0.3, kozai * 60.0, 1.0
    )  # fmt: skip
    for t in (0.0, 3600.0, DAY, 7 * DAY):
        fault, r, v = other.sgp4_tsince(t / 60.0)
        assert fault == 0
        state = satellite_states(elements, t)[0]
        assert np.linalg.norm(state[:3] - np.array(r) * 1e3) < 20.0 + 50.0 * t / (7 * DAY)
        assert np.linalg.norm(state[3:] - np.array(v) * 1e3) < 0.06


@pytest.mark.parametrize("anomaly", [0.0, 0.3, 1.0, 2.0, math.pi, 4.0, 5.0, 5.7, 6.2])
def test_molniya_orbit_for_a_scenario(anomaly: float) -> None:
    """Deep-space SGP4 has the Moon, the Sun and resonance, which are left out here.

    Its periodic terms turn the orbit by a few 1e-4 rad and put its satellite up to 12 s before or
    behind, which is 90 km near perigee. The same clock and place beside the path fit a whole hour.
    """
    ellipse = Ellipse(1200e3, 39150e3, math.radians(63.4), 1.0, math.radians(270.0), anomaly)
    elements = ellipse_elements(ellipse)[None]
    e, wanted = elements[0, 1], math.sqrt(EARTH_MU / elements[0, 0] ** 3)
    assert 2.0 * math.pi / wanted == pytest.approx(0.5 * 86164.1, rel=2e-3)
    kozai = wanted
    for _ in range(30):
        kozai *= wanted / brouwer(kozai, e, elements[0, 2])
    other = Satrec()
    other.sgp4init(
        WGS84, "i", 1, 27000.0, 0.0, 0.0, 0.0, e, elements[0, 4], elements[0, 2], anomaly,
        kozai * 60.0, 1.0,
    )  # fmt: skip
    times, theirs = np.arange(0.0, 3601.0, 600.0), []
    for t in times:
        fault, r, _ = other.sgp4_tsince(t / 60.0)
        assert fault == 0
        theirs.append(np.array(r) * 1e3)

    def gaps(early: float) -> np.ndarray:
        ours = [satellite_states(elements, t + early)[0, :3] for t in times]
        return np.linalg.norm(np.array(ours) - theirs, axis=1)

    best = minimize_scalar(lambda early: float(np.sum(gaps(early) ** 2)), (-20.0, 20.0))
    assert abs(best.x) < 13.0
    assert gaps(best.x).max() < 31e3


def pull(_: float, y: np.ndarray) -> np.ndarray:
    """Central gravity and three zonal terms, from Legendre polynomials."""
    r = math.sqrt(y[0] ** 2 + y[1] ** 2 + y[2] ** 2)
    up, sine = y[:3] / r, y[2] / r
    a = -EARTH_MU / r**2 * up
    for n, j in ((2, EARTH_J2), (3, EARTH_J3), (4, EARTH_J4)):
        p = np.polynomial.legendre.Legendre.basis(n)
        strength = EARTH_MU * j * EARTH_RADIUS_EQUATOR**n / r ** (n + 2)
        north = np.array([0.0, 0.0, 1.0]) - sine * up
        a = a + strength * ((n + 1) * p(sine) * up - p.deriv()(sine) * north)
    return np.concatenate([y[3:], a])


@pytest.mark.parametrize(
    ("a_km", "e", "i_deg", "in_an_hour", "in_six"),
    [(6678, 0.0, 60.0, 200.0, 900.0), (7378, 0.0, 70.0, 80.0, 450.0),
     (16378, 0.0, 50.0, 5.0, 40.0), (26600, 0.7, 63.4, 1500.0, 25000.0)],
)  # fmt: skip
def test_an_integration_of_the_same_gravity(
    a_km: float, e: float, i_deg: float, in_an_hour: float, in_six: float
) -> None:
    elements = row(a_km, e, i_deg)
    times = np.linspace(0.0, 6 * 3600.0, 37)
    start = satellite_states(elements, 0.0)[0]
    path = solve_ivp(
        pull, (0.0, times[-1]), start, method="DOP853", rtol=1e-10, atol=1e-5, t_eval=times
    )  # fmt: skip
    gaps = np.array(
        [np.linalg.norm(satellite_states(elements, t)[0, :3] - y[:3]) for t, y in
         zip(times, path.y.T, strict=True)]
    )  # fmt: skip
    assert gaps[times <= 3600.0].max() < in_an_hour
    assert gaps.max() < in_six


def test_places_turn_with_the_earth() -> None:
    elements, t = row(7178, 0.01, 50.0), 5000.0
    r = satellite_states(elements, t)[0, :3]
    angle = EARTH_OMEGA * t
    turn = np.array([[math.cos(angle), math.sin(angle), 0], [-math.sin(angle), math.cos(angle), 0],
                     [0, 0, 1]])  # fmt: skip
    assert satellite_places(elements, t)[0] == pytest.approx(turn @ r, abs=1e-6)
