"""How dim gliders are, as published.

"Hypersonic targets are 10 to 20 times dimmer than what the U.S. normally tracks by satellites in
geostationary orbit": M. Griffin, Under Secretary of Defense (2018/2019), as quoted by K. M. Sayler,
Congressional Research Service, IF11623, Hypersonic Missile Defense (2023).
"""

import numpy as np
import pytest

from opendome.kernels import glow
from opendome.scenario import build_system, entry


def intensity(name: str, speed: float, alt: float) -> float:
    heat = build_system(entry(name)).heat
    columns = heat.area, heat.emissivity, heat.temperature, heat.nose_radius, heat.share
    skin = glow.Skin(*[np.array([value]) for value in columns])
    r, v = np.array([[6378137.0 + alt, 0.0, 0.0]]), np.array([[0.0, speed, 0.0]])
    return float(glow.glows(np.zeros(1, np.int64), r, v, skin)[0, 0])


@pytest.mark.parametrize(
    ("glider", "speed", "alt", "booster"),
    [("hgv_intercontinental", 6000.0, 48e3, "icbm_liquid"), ("hgv_regional", 2200.0, 28e3, "irbm")],
)
def test_gliders_are_ten_to_twenty_times_dimmer(glider, speed, alt, booster) -> None:
    ratio = build_system(entry(booster)).plume / intensity(glider, speed, alt)
    assert 8.0 < ratio < 25.0


def test_a_body_in_space_is_at_room_temperature() -> None:
    heat = build_system(entry("icbm_liquid")).heat
    skin = glow.Skin(*[np.array([value]) for value in (
        heat.area, heat.emissivity, heat.temperature, heat.nose_radius, heat.share)])  # fmt: skip
    r, v = np.array([[7378137.0, 0.0, 0.0]]), np.array([[0.0, 7000.0, 0.0]])
    mid, long = glow.glows(np.zeros(1, np.int64), r, v, skin)[0]
    assert long == pytest.approx(heat.area * heat.emissivity * 38.5, rel=0.03)
    assert mid < 0.1 * long
