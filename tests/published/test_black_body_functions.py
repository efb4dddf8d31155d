"""How much of a black body's radiation lies below a wavelength, as tabulated.

Source: J. R. Howell, R. Siegel, M. P. Mengue, Thermal Radiation Heat Transfer, table A-5 (also
F. P. Incropera, D. P. DeWitt, Fundamentals of Heat and Mass Transfer, table 12.1).
"""

import math

import pytest

from opendome.kernels import glow


@pytest.mark.parametrize(
    ("product_um_k", "share"),
    [(1000, 0.000321), (2000, 0.066728), (2898, 0.250108), (4000, 0.480877), (5000, 0.633747),
     (6000, 0.737818), (10000, 0.914199), (20000, 0.985602)],
)  # fmt: skip
def test_share_below_a_wavelength(product_um_k: float, share: float) -> None:
    temperature = 1500.0
    found = glow.share_below(product_um_k * 1e-6 / temperature, temperature)
    assert found == pytest.approx(share, abs=1e-4)


def test_whole_is_the_law_of_stefan_and_boltzmann() -> None:
    whole = glow.band_radiance(300.0, (1e-7, 1.0))
    assert math.pi * whole == pytest.approx(5.670374419e-8 * 300.0**4, rel=3e-4)


def test_a_wall_at_room_temperature_from_8_to_12_um() -> None:
    """About 38 W/m2/sr at 300 K: R. D. Hudson, Infrared System Engineering (1969)."""
    assert glow.band_radiance(300.0, glow.LONG_BAND) == pytest.approx(38.5, rel=0.02)
