"""Physical constants in SI, each with its source. Nothing here is a parameter of any system."""

from typing import Final

# WGS-84: NGA.STND.0036, Department of Defense World Geodetic System 1984 (2014), tables 3.1-3.4.
EARTH_RADIUS_EQUATOR: Final = 6378137.0  # m, semi-major axis
EARTH_FLATTENING: Final = 1.0 / 298.257223563
EARTH_RADIUS_POLE: Final = EARTH_RADIUS_EQUATOR * (1.0 - EARTH_FLATTENING)  # m
EARTH_ECCENTRICITY_SQUARED: Final = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)
EARTH_MU: Final = 3.986004418e14  # m^3/s^2
EARTH_OMEGA: Final = 7.292115e-5  # rad/s
# EGM2008 zonal coefficients (tide free), Pavlis et al., J. Geophys. Res. 117, B04406 (2012).
EARTH_J2: Final = 1.082626174e-3
EARTH_J3: Final = -2.532410519e-6
EARTH_J4: Final = -1.619897599e-6
# IUGG mean radius R1, Moritz, Geodetic Reference System 1980, J. Geodesy 74 (2000).
EARTH_RADIUS_MEAN: Final = 6371008.8  # m
STANDARD_GRAVITY: Final = 9.80665  # m/s^2, CGPM 1901
SPEED_OF_LIGHT: Final = 299792458.0  # m/s, exact
BOLTZMANN: Final = 1.380649e-23  # J/K, exact
# Effective Earth radius factor for radar refraction: Skolnik, Introduction to Radar Systems (2001).
REFRACTION_EARTH_FACTOR: Final = 4.0 / 3.0
