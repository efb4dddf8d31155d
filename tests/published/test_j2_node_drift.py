"""Drift of a satellite's node by the Earth's oblateness, against the secular formula.

d node / dt = -1.5 n J2 (R / p)^2 cos i: Vallado (2013), eq. (9-38).
"""

import math

import numpy as np
import pytest

from opendome.constants import EARTH_J2, EARTH_MU, EARTH_RADIUS_EQUATOR
from opendome.kernels.frames import ecefs_from_ecis, ecis_from_ecefs
from opendome.kernels.impact import coast_paths

DAY = 86400.0
VACUUM = 1e30  # kg/m^2


@pytest.mark.parametrize("inclination_deg", [28.5, 63.4, 98.19])
def test_a_day_in_low_orbit(inclination_deg: float) -> None:
    a, i = EARTH_RADIUS_EQUATOR + 700e3, math.radians(inclination_deg)
    speed, rate = math.sqrt(EARTH_MU / a), math.sqrt(EARTH_MU / a**3)
    r_eci = np.array([[a, 0.0, 0.0]])
    v_eci = np.array([[0.0, speed * math.cos(i), speed * math.sin(i)]])
    r_ecef, v_ecef = ecefs_from_ecis(r_eci, v_eci, np.zeros(1))
    times = np.linspace(0.0, DAY, 1441)
    path = coast_paths(r_ecef, v_ecef, np.log([VACUUM]), np.zeros(1), times[None])[0]
    r_eci, v_eci = ecis_from_ecefs(path[:, :3].copy(), path[:, 3:].copy(), times)
    h = np.cross(r_eci, v_eci)
    node = np.unwrap(np.arctan2(h[:, 0], -h[:, 1]))
    # The slope over whole days averages the twice-per-orbit wobble away.
    drift = np.polyfit(times, node, 1)[0]
    secular = -1.5 * rate * EARTH_J2 * (EARTH_RADIUS_EQUATOR / a) ** 2 * math.cos(i)
    assert drift == pytest.approx(secular, rel=0.01)
    if inclination_deg == 98.19:  # sun-synchronous: one turn a year
        assert drift == pytest.approx(2 * math.pi / (365.2422 * DAY), rel=0.01)
