"""Place of the Sun and turn of the Earth, as published.

Source: J. Meeus, Astronomical Algorithms (1998), examples 25.a (Sun on 1992 October 13.0), 12.a
(mean sidereal time on 1987 April 10.0). The Astronomical Almanac states 0.01 degrees.
"""

import math

import pytest

from opendome.kernels import sun


def test_sun_on_1992_october_13() -> None:
    ascension, declination = sun.sun_equatorial(2448908.5 - 2451545.0)
    assert math.degrees(ascension) % 360.0 == pytest.approx(198.38083, abs=0.01)
    assert math.degrees(declination) == pytest.approx(-7.78507, abs=0.01)


def test_sidereal_time_on_1987_april_10() -> None:
    hours = 13.0 + 10.0 / 60.0 + 46.3668 / 3600.0
    found = math.degrees(sun.sidereal_angle(2446895.5 - 2451545.0)) % 360.0
    assert found == pytest.approx(15.0 * hours, abs=1e-3)


def test_at_noon_in_greenwich_it_is_in_the_south() -> None:
    """Apparent noon of 2026 March 20 (equation of time -7.5 min) is at 12:07:30 UTC."""
    days = 2461119.5 + (12 * 60 + 7.5) / 1440.0 - 2451545.0
    x, y, z = sun.sun_direction(days)
    assert math.degrees(math.atan2(y, x)) == pytest.approx(0.0, abs=0.1)
    assert abs(math.degrees(math.asin(z))) < 0.2  # equinox of 2026: March 20, 14:46 UTC
