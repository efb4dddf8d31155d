"""Fractional orbital flights of the catalog, against what is public and what orbits ask for.

Burnout at 7.7 to 7.8 km/s, an orbit of 120 to 250 km, 30 to 100 minutes, any azimuth: the Chinese
test of 2021 circled the globe (Financial Times, October 2021); speeds follow from the orbit.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.errors import ScenarioError
from opendome.scenario import load
from opendome.world.flights import Flown, fly_nominal
from opendome.world.raid import raid_of
from tests.unit.kernels.notional import distance
from tests.unit.world.raids import raid

pytestmark = pytest.mark.compiled

START = (40.0, 100.0)


def nominal(aim: tuple[float, float], **keys: object) -> Flown:
    group = {
        "name": "orbiter",
        "system": "fobs",
        "count": 1,
        "launch": {"lat_deg": START[0], "lon_deg": START[1], "alt_m": 1200},
        "aim": {"lat_deg": aim[0], "lon_deg": aim[1]},
    }
    groups, *_ = raid_of(load({**raid(()), "threats": [group | keys]}))
    return fly_nominal(groups[0], 0.0)


@pytest.mark.parametrize("way", ["short", "long"])
@pytest.mark.parametrize("aim", [(39.0, -95.0), (47.6, -122.3), (34.0, -118.0)])
def test_north_america_by_either_way(aim: tuple[float, float], way: str) -> None:
    flown = nominal(aim, way=way)
    assert distance(*flown.paths.impact[0, 1:3], *np.radians(aim)) < 50.0
    knots = flown.paths.knots[0, : flown.paths.n_knots[0]]
    at = int(np.searchsorted(knots[:, 0], flown.paths.t_burnout[0]))
    assert 7.7e3 < np.linalg.norm(knots[at, 4:]) < 7.9e3
    minutes = flown.paths.impact[0, 0] / 60.0
    assert (25 < minutes < 40) if way == "short" else (60 < minutes < 80)
    southmost = np.degrees(np.arcsin(knots[:, 3] / np.linalg.norm(knots[:, 1:4], axis=1))).min()
    assert (southmost < -60.0) == (way == "long")


def test_what_does_not_go_into_orbit_has_one_way() -> None:
    with pytest.raises(ScenarioError, match=r"threats\[0\]\.way is 'long'"):
        nominal((39.0, -95.0), system="icbm_liquid", way="long")


def test_an_orbit_below_the_air_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"orbit\.alt_km is 20"):
        nominal((39.0, -95.0), overrides={"orbit.alt_km": 20})


def test_misses_are_small_for_scattered_launches() -> None:
    scattered = nominal((39.0, -95.0), way="long", launch_scatter_km=50)
    assert math.isfinite(scattered.paths.impact[0, 0])
