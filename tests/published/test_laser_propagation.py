"""Light in the air: visibility and loss, against the table of Kim, McArthur and Korevaar (2001).

I. I. Kim, B. McArthur, E. Korevaar, "Comparison of laser beam propagation at 785 nm and 1550 nm in
fog and haze for optical wireless communications", Proc. SPIE 4214 (2001), table 1: loss in decibel
per kilometre, rounded to whole numbers from 1 dB/km on.
"""

from __future__ import annotations

import math

import pytest

from opendome.kernels.beam import extinction_of, transmission

TABLE = [  # visibility km, dB/km at 785 nm, at 1550 nm
    (0.05, 340, 340),
    (0.2, 85, 85),
    (0.5, 34, 34),
    (1.0, 14, 10),
    (2.0, 7, 4),
    (4.0, 3, 2),
    (10.0, 1, 0.4),
    (23.0, 0.5, 0.2),
]
DECIBEL = 10.0 / math.log(10.0)


@pytest.mark.parametrize(("visibility_km", "at_785", "at_1550"), TABLE)
def test_loss_by_visibility(visibility_km: float, at_785: float, at_1550: float) -> None:
    for wavelength, loss in ((785e-9, at_785), (1550e-9, at_1550)):
        found = DECIBEL * extinction_of(1e3 * visibility_km, wavelength) * 1e3
        assert found == pytest.approx(loss, abs=0.5 if loss >= 1 else 0.06)


def test_visibility_is_where_two_percent_of_green_light_are_left() -> None:
    """Koschmieder's definition, at 0.55 um along the ground."""
    for visibility in (5e3, 23e3):
        loss = extinction_of(visibility, 0.55e-6)
        assert transmission(loss, 0.0, 0.0, visibility) == pytest.approx(0.02, abs=1e-4)
