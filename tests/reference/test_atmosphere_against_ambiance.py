"""Air by the standard against the library ambiance (ICAO standard atmosphere, 1993, to 80 km)."""

import warnings

import numpy as np
import pytest

from opendome.kernels.atmosphere import density_fast, us76

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    ambiance = pytest.importorskip("ambiance")

HEIGHTS = np.linspace(-2000.0, 80e3, 4101)


def test_the_formulas_to_one_part_in_a_hundred_thousand() -> None:
    other = ambiance.Atmosphere(HEIGHTS)
    ours = np.array([us76(height) for height in HEIGHTS])
    np.testing.assert_allclose(ours[:, 0], other.temperature, atol=1e-9)
    np.testing.assert_allclose(ours[:, 1], other.pressure, rtol=1e-5)
    np.testing.assert_allclose(ours[:, 2], other.density, rtol=1e-5)
    np.testing.assert_allclose(ours[:, 3], other.speed_of_sound, rtol=1e-6)


def test_the_flight_table() -> None:
    error = np.abs([density_fast(h) for h in HEIGHTS] / ambiance.Atmosphere(HEIGHTS).density - 1.0)
    assert np.median(error) < 1e-5
    assert error.max() < 2e-4
