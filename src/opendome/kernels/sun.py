"""Where the Sun stands, to 0.01 degrees between 1950 and 2050."""

from __future__ import annotations

import math

from opendome.kernels._jit import jit
from opendome.kernels.frames import turned
from opendome.kernels.vectors import Vector

DAY = 86400.0  # s
DEGREE = math.pi / 180.0


@jit
def sun_equatorial(days: float) -> tuple[float, float]:
    """Right ascension and declination of the Sun, rad, so many days after J2000.0 (UTC noon).

    Notes
    -----
    Source: The Astronomical Almanac (2012), page C5, "Low precision formulas for the Sun".
    """
    mean_longitude = (280.460 + 0.9856474 * days) * DEGREE
    anomaly = (357.528 + 0.9856003 * days) * DEGREE
    longitude = mean_longitude
    longitude += (1.915 * math.sin(anomaly) + 0.020 * math.sin(2.0 * anomaly)) * DEGREE
    obliquity = (23.439 - 4e-7 * days) * DEGREE
    sine = math.sin(longitude)
    ascension = math.atan2(math.cos(obliquity) * sine, math.cos(longitude))
    return ascension, math.asin(math.sin(obliquity) * sine)


@jit
def sidereal_angle(days: float) -> float:
    """Turn of the Earth from the equinox, rad. Source: The Astronomical Almanac (2012), B8."""
    return (280.46062 + 360.98564737 * days) % 360.0 * DEGREE


@jit
def sun_direction(days: float) -> Vector:
    """Unit vector to the Sun, ECEF, so many days after J2000.0."""
    ascension, declination = sun_equatorial(days)
    x, y = math.cos(declination) * math.cos(ascension), math.cos(declination) * math.sin(ascension)
    x, y = turned(x, y, -sidereal_angle(days))
    return x, y, math.sin(declination)
