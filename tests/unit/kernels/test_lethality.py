"""The damage function at its three telling points."""

import math

import pytest

from opendome.kernels.lethality import kill_chance


def test_zero_miss_kills() -> None:
    assert kill_chance(0.0, 8.0) == 1.0


def test_lethal_radius_kills_half() -> None:
    assert kill_chance(8.0, 8.0) == pytest.approx(0.5)


def test_mean_lethal_area_is_that_of_the_gaussian() -> None:
    """Integral of 2 pi r P(r) dr is 2 pi b^2 with b = R / sqrt(2 ln 2)."""
    step = 0.01
    area = sum(
        2 * math.pi * (i + 0.5) * step * kill_chance((i + 0.5) * step, 8.0) * step
        for i in range(8000)
    )
    assert area == pytest.approx(2 * math.pi * 64 / (2 * math.log(2)), rel=1e-4)
