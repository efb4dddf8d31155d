"""U.S. Standard Atmosphere, 1976 (NOAA-S/T 76-1562): printed values."""

import math

import numpy as np
import pytest

from opendome.kernels.atmosphere import density, density_fast, us76

# Geometric altitude in km, temperature in K, pressure in Pa, density in kg/m^3: table 1.
TABLE = [
    (-1.0, 294.651, 1.1393e5, 1.3470),
    (0.0, 288.150, 1.01325e5, 1.2250),
    (1.0, 281.651, 8.9876e4, 1.1117),
    (5.0, 255.676, 5.4048e4, 7.3643e-1),
    (10.0, 223.252, 2.6500e4, 4.1351e-1),
    (11.0, 216.774, 2.2700e4, 3.6480e-1),
    (20.0, 216.650, 5.5293e3, 8.8910e-2),
    (25.0, 221.552, 2.5492e3, 4.0084e-2),
    (30.0, 226.509, 1.1970e3, 1.8410e-2),
    (40.0, 250.350, 2.8714e2, 3.9957e-3),
    (50.0, 270.650, 7.9779e1, 1.0269e-3),
    (60.0, 247.021, 2.1959e1, 3.0968e-4),
    (70.0, 219.585, 5.2209e0, 8.2829e-5),
    (80.0, 198.639, 1.0525e0, 1.8458e-5),
]
# Above the layers: table 1 of the standard, 86 km to 1,000 km.
HIGH = [
    (86.0, 186.87, 3.7338e-1, 6.958e-6),
    (100.0, 195.08, 3.2011e-2, 5.604e-7),
    (110.0, 240.00, 7.1042e-3, 9.708e-8),
    (120.0, 360.00, 2.5382e-3, 2.222e-8),
    (150.0, 634.39, 4.5422e-4, 2.076e-9),
    (200.0, 854.56, 8.4736e-5, 2.541e-10),
    (300.0, 976.01, 8.7704e-6, 1.916e-11),
    (500.0, 999.24, 3.0236e-7, 5.215e-13),
]
# Printed values that are not nodes of our table.
BETWEEN = [
    (210.0, 1.846e-10, 2e-3),
    (230.0, 1.029e-10, 2e-3),
]


@pytest.mark.parametrize(("alt_km", "temperature", "pressure", "rho"), TABLE)
def test_layers(alt_km: float, temperature: float, pressure: float, rho: float) -> None:
    # Half a unit of the last printed digit, and 1e-5 for the printed constants.
    found = us76(alt_km * 1e3)
    assert found[0] == pytest.approx(temperature, abs=6e-4)
    assert found[1] == pytest.approx(pressure, rel=6e-5)
    assert found[2] == pytest.approx(rho, rel=6e-5)


@pytest.mark.parametrize(("alt_km", "temperature", "pressure", "rho"), HIGH)
def test_upper_table(alt_km: float, temperature: float, pressure: float, rho: float) -> None:
    found = us76(alt_km * 1e3)
    assert found[0] == pytest.approx(temperature, abs=6e-3)
    assert found[1] == pytest.approx(pressure, rel=1e-4)
    assert found[2] == pytest.approx(rho, rel=1e-4)


@pytest.mark.parametrize(("alt_km", "rho", "relative"), BETWEEN)
def test_between_the_nodes(alt_km: float, rho: float, relative: float) -> None:
    assert density(alt_km * 1e3) == pytest.approx(rho, rel=relative)


def test_speed_of_sound() -> None:
    assert us76(0.0)[3] == pytest.approx(340.294, abs=5e-4)
    assert us76(20e3)[3] == pytest.approx(295.070, abs=5e-4)
    assert us76(80e3)[3] == pytest.approx(282.54, abs=5e-3)


def test_a_vacuum_begins_at_1000_km() -> None:
    assert density(1e6 - 1.0) == pytest.approx(3.561e-15, rel=1e-3)
    assert density(1e6) == 0.0
    assert density_fast(1.0005e6) == 0.0
    assert density_fast(5e7) == 0.0


def test_the_flight_table_follows_the_standard() -> None:
    for top, alts, median, largest in (
        (120e3, np.linspace(-1990.0, 119.9e3, 5000), 3e-6, 2e-4),
        (999e3, np.linspace(120e3, 999e3, 5000), 1e-5, 2e-4),
    ):
        errors = [abs(density_fast(alt) / density(alt) - 1.0) for alt in alts]
        assert np.median(errors) < median, top
        assert max(errors) < largest, top
    assert density_fast(-1e4) == density(-2e3)


def test_the_two_halves_meet() -> None:
    assert density(86e3 - 1e-6) == pytest.approx(density(86e3), rel=1e-4)
    assert us76(86e3 - 1e-6)[0] == pytest.approx(us76(86e3)[0], abs=0.09)
    assert not math.isnan(density(0.5e6))
