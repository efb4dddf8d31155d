"""Examples of D. A. Vallado, Fundamentals of Astrodynamics and Applications, 4th edition (2013)."""

import math

import numpy as np
import pytest

from opendome.kernels.frames import geodetic_from_ecef
from opendome.kernels.orbits import kepler


def test_example_2_4_kepler_problem() -> None:
    y = (1131.340e3, -2282.343e3, 6672.423e3, -5.64305e3, 4.30333e3, 2.42879e3)
    end = kepler(y, 40 * 60.0)
    # Printed to 0.1 m and 1 mm/s; the book's gravitational parameter is ours to nine digits.
    np.testing.assert_allclose(end[:3], (-4219752.7, 4363029.2, -3958766.6), atol=2.0)
    np.testing.assert_allclose(end[3:], (3689.866, -1916.735, -6112.511), atol=2e-3)


def test_example_3_3_geodetic_latitude() -> None:
    lat, lon, alt = geodetic_from_ecef(6524.834e3, 6862.875e3, 6448.296e3)
    # The book's ellipsoid is 0.7 m smaller than WGS-84.
    assert math.degrees(lat) == pytest.approx(34.352496, abs=2e-6)
    assert math.degrees(lon) == pytest.approx(46.4464, abs=5e-5)
    assert alt == pytest.approx(5085.22e3, abs=10.0)
