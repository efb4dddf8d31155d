"""Gliders of the catalog against what is reported of flights of their classes.

Regional: about 1,400 km in 11 minutes, Aksam on a test of the DF-17 (2018), after The Diplomat.
Intercontinental: more than 6,000 km, glide between 40 and 100 km (Wikipedia, Avangard).
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.errors import ScenarioError
from opendome.kernels.frames import geocentric_height
from opendome.kernels.glide import air_about
from opendome.scenario import load
from opendome.world.flights import Flown, fly_nominal
from opendome.world.model import Group
from opendome.world.raid import raid_of
from tests.unit.kernels.notional import place_at
from tests.unit.world.raids import raid

pytestmark = pytest.mark.compiled

LAUNCH = (40.0, 100.0)


def nominal(system: str, range_km: float, bearing_deg: float = 0.0) -> tuple[Group, Flown]:
    """The nominal flight of a system over a range."""
    lat, lon = place_at(*LAUNCH, bearing_deg, range_km)
    group = {
        "name": "glider",
        "system": system,
        "count": 1,
        "launch": {"lat_deg": LAUNCH[0], "lon_deg": LAUNCH[1]},
        "aim": {
            "lat_deg": math.degrees(lat),
            "lon_deg": (math.degrees(lon) + 180.0) % 360.0 - 180.0,
        },
    }
    groups, *_ = raid_of(load({**raid(()), "threats": [group]}))
    return groups[0], fly_nominal(groups[0], 0.0)


def heights(flown: Flown) -> tuple[np.ndarray, np.ndarray]:
    """Seconds and metres along the first flight."""
    knots = flown.paths.knots[0, : flown.paths.n_knots[0]]
    return knots[:, 0], np.array([geocentric_height(*k[1:4]) for k in knots])


@pytest.mark.parametrize("bearing_deg", [0.0, 90.0, 200.0, 270.0])
def test_regional_1400_km_in_11_minutes(bearing_deg: float) -> None:
    _, flown = nominal("hgv_regional", 1400.0, bearing_deg)
    assert flown.miss[0] < 50.0
    assert flown.paths.impact[0, 0] == pytest.approx(660.0, rel=0.10)
    assert flown.paths.t_burnout[0] == pytest.approx(75.0, abs=15.0)


@pytest.mark.parametrize("range_km", [1010.0, 1200.0, 1800.0, 1990.0])
def test_regional_reaches_its_class_ranges(range_km: float) -> None:
    _, flown = nominal("hgv_regional", range_km, 45.0)
    assert flown.miss[0] < 50.0
    mean = range_km * 1e3 / flown.paths.impact[0, 0]
    assert 1400.0 < mean < 2700.0


def test_regional_glide_is_far_below_the_reported_60_km() -> None:
    """Lift over weight at 60 km and 3 km/s is a twelfth; where it is one, it glides."""
    group, flown = nominal("hgv_regional", 1400.0)
    t, h = heights(flown)
    glide = (t > 450.0) & (t < 600.0)
    assert 25e3 < h[glide].min() < h[glide].max() < 36e3
    assert group.glider is not None
    r = np.array([6378137.0 + 60e3, 0.0, 0.0])
    y = (*r, 0.0, 0.0, 3000.0)
    air = air_about(y, group.glider)
    assert air.lift == pytest.approx((9.63 - 3000.0**2 / r[0]) / 12.0, rel=0.15)


@pytest.mark.parametrize("bearing_deg", [0.0, 90.0, 270.0])
def test_intercontinental_6000_km(bearing_deg: float) -> None:
    _, flown = nominal("hgv_intercontinental", 5990.0, bearing_deg)
    assert flown.miss[0] < 100.0
    t, h = heights(flown)
    glide = (t > 600.0) & (t < 1100.0)
    assert 40e3 < h[glide].min() < h[glide].max() < 100e3
    assert 160.0 < flown.paths.t_burnout[0] < 240.0
    assert 25 * 60 < flown.paths.impact[0, 0] < 35 * 60


def test_a_range_that_cannot_be_glided_is_refused_in_a_line() -> None:
    lat, lon = place_at(*LAUNCH, 0.0, 1900.0)
    group = {
        "name": "glider",
        "system": "hgv_regional",
        "count": 1,
        "launch": {"lat_deg": LAUNCH[0], "lon_deg": LAUNCH[1]},
        "aim": {"lat_deg": math.degrees(lat), "lon_deg": math.degrees(lon)},
        "overrides": {"glide.lift_to_drag_1": 0.5},
    }
    with pytest.raises(ScenarioError, match=r"glider\.aim is 1900\.. km .* no flight comes closer"):
        raid_of(load({**raid(()), "threats": [group]}))
