"""Examples of H. D. Curtis, Orbital Mechanics for Engineering Students, 3rd edition (2014).

The book takes mu = 398,600 km^3/s^2, one part in 10^6 below ours.
"""

import math

import numpy as np
import pytest

from opendome.constants import EARTH_MU
from opendome.kernels.orbits import kepler, universal_anomaly


def test_example_3_1_time_since_perigee() -> None:
    # Perigee radius 9,600 km, apogee 21,000 km: 4,077 s from perigee to true anomaly 120 deg.
    perigee, apogee = 9600e3, 21000e3
    a = 0.5 * (perigee + apogee)
    speed = math.sqrt(EARTH_MU * (2 / perigee - 1 / a))
    end = kepler((perigee, 0.0, 0.0, 0.0, speed, 0.0), 4077.0)
    assert math.degrees(math.atan2(end[1], end[0])) == pytest.approx(120.0, abs=0.01)


def test_example_3_7_universal_variables() -> None:
    end = kepler((7000e3, -12124e3, 0.0, 2667.9, 4621.0, 0.0), 3600.0)
    np.testing.assert_allclose(end[:3], (-3297.8e3, 7413.4e3, 0.0), atol=300.0)
    np.testing.assert_allclose(end[3:], (-8297.6, -964.04, 0.0), atol=0.3)


def test_example_3_6_universal_anomaly_of_a_hyperbola() -> None:
    """10,000 km, 10 km/s, true anomaly 30 deg, so 3.0752 km/s outwards: after an hour 128.511."""
    r, speed, outwards = 10000e3, 10e3, 3075.2
    inverse_a = 2 / r - speed**2 / EARTH_MU
    assert 1 / inverse_a == pytest.approx(-19655e3, rel=1e-4)
    chi, _ = universal_anomaly(r, r * outwards / math.sqrt(EARTH_MU), inverse_a, 3600.0)
    assert chi / math.sqrt(1e3) == pytest.approx(128.511, abs=0.01)
