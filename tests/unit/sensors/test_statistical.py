"""The statistical picture under a radar's budget: confirmed later, in step with the revisits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.sensors import build
from opendome.sensors.statistical import Sightings, Statistical
from tests.unit.sensors.sites import radar, truth_of

LAT, LON = math.radians(31.5), math.radians(34.5)


def confirmed_after(n: int, **changes: float) -> list[int]:
    """Second in which each of n threats in view is confirmed by three looks."""
    azimuth = np.radians(60.0 + 60.0 * np.arange(n) / n)
    enu = np.stack([np.sin(azimuth), np.cos(azimuth), np.full(n, 0.3)], axis=1)
    places = np.array(ecef_from_geodetic(LAT, LON, 40.0)) + 60e3 * enu @ enu_basis(LAT, LON)
    picture = Statistical(build((radar(31.5, 34.5, 90.0, **changes),)), 3, 0)
    seen, when = Sightings.none(n), np.full(n, -1)
    for second in range(60):
        picture.look(truth_of(places, t=float(second)), np.arange(n), seen)
        when[(when < 0) & seen.is_confirmed] = second
    return [int(second) for second in when]


@pytest.mark.parametrize(
    ("n", "looks", "seconds"), [(20, 100.0, 2), (20, 20.0, 2), (20, 5.0, 8), (5, 5.0, 2)]
)
def test_confirmation_waits_for_three_turns(n, looks, seconds):
    """Of n in view m get a look each second: the third comes after 2 n/m s."""
    assert set(confirmed_after(n, dwell=1.0 / looks)) == {seconds}


def test_capacity_counts_as_well():
    assert set(confirmed_after(20, track_capacity=4)) == {10}
