import math

import numpy as np
import pytest

from opendome.constants import EARTH_J2, EARTH_MU, EARTH_RADIUS_EQUATOR
from opendome.kernels.overhead import count_in_reach, count_in_view
from opendome.kernels.satellites import (
    element_rates,
    satellite_places,
    satellite_states,
    walker_delta,
)


def test_a_walker_pattern_is_even() -> None:
    """12/3/1: planes a third of a turn apart, four in each, each plane a twelfth ahead."""
    elements = walker_delta(12, 3, 1, 500e3, 0.9)
    assert elements.shape == (12, 6)
    assert np.unique(np.round(elements[:, 3], 12)) == pytest.approx(
        2 * math.pi * np.arange(3) / 3, abs=1e-11
    )
    for plane in range(3):
        mine = elements[4 * plane : 4 * plane + 4]
        assert np.diff(mine[:, 5]) == pytest.approx(np.full(3, math.pi / 2))
        assert mine[0, 5] == pytest.approx(2 * math.pi * plane / 12)
    assert elements[:, 0] == pytest.approx(np.full(12, EARTH_RADIUS_EQUATOR + 500e3))


@pytest.mark.parametrize("e", [0.0, 1e-3, 0.3, 0.7])
def test_speed_is_the_rate_of_the_place(e: float) -> None:
    elements = np.array([[25000e3, e, 1.1, 0.4, 2.0, 5.0]])
    h = 0.5
    for t in (0.0, 1000.0, 20000.0):
        rate = (satellite_states(elements, t + h) - satellite_states(elements, t - h))[0, :3]
        v = satellite_states(elements, t)[0, 3:]
        assert np.linalg.norm(rate / (2 * h) - v) < 3e-4 * np.linalg.norm(v)


def test_a_low_eccentric_orbit_keeps_its_perigee_and_apogee() -> None:
    a, e = 26600e3, 0.7
    elements = np.array([[a, e, math.radians(63.4), 0.0, 4.7, 0.0]])
    period = 2 * math.pi * math.sqrt(a**3 / EARTH_MU)
    r = [np.linalg.norm(satellite_states(elements, t)[0, :3]) for t in np.linspace(0, period, 721)]
    assert min(r) == pytest.approx(a * (1 - e), rel=5e-3)
    assert max(r) == pytest.approx(a * (1 + e), rel=5e-3)


def test_rates_are_the_textbook_ones() -> None:
    """First order in J2: Vallado (2013), eqs. (9-38) and (9-40). At 63.4 deg perigee stands."""
    a, e, i = 26600e3, 0.7, math.radians(50.0)
    n, p = math.sqrt(EARTH_MU / a**3), a * (1 - e * e)
    _, perigee, node = element_rates(a, e, i)
    scale = EARTH_J2 * (EARTH_RADIUS_EQUATOR / p) ** 2
    assert node == pytest.approx(-1.5 * n * scale * math.cos(i), rel=5e-3)
    assert perigee == pytest.approx(0.75 * n * scale * (5 * math.cos(i) ** 2 - 1), rel=1e-2)
    _, stands, _ = element_rates(a, e, math.acos(math.sqrt(0.2)))
    assert abs(stands) < 5e-3 * abs(perigee)


def test_reach_and_view_count_as_a_loop_over_pairs_does() -> None:
    rng = np.random.default_rng(5)
    satellites = satellite_places(walker_delta(40, 5, 2, 1200e3, 1.2), 300.0)
    u = rng.normal(size=(60, 3))
    radii = EARTH_RADIUS_EQUATOR + rng.uniform(0, 300e3, 60)
    targets = u / np.linalg.norm(u, axis=1)[:, None] * radii[:, None]
    half = math.radians(55.0)
    reached, seen = np.zeros(60, int), np.zeros(60, int)
    for k, target in enumerate(targets):
        for s in satellites:
            gap = target - s
            distance = np.linalg.norm(gap)
            reached[k] += distance <= 2000e3
            angle = math.acos(-(gap @ s) / (distance * np.linalg.norm(s)))
            along = np.linspace(0, 1, 2001)[:, None]
            line = (s + along * gap) * [1, 1, 1.0033640898]  # the ellipsoid made a sphere
            is_clear = np.linalg.norm(line, axis=1).min() >= EARTH_RADIUS_EQUATOR - 1.0
            seen[k] += angle <= half and is_clear
    assert list(count_in_reach(satellites, targets, 2000e3)) == list(reached)
    assert list(count_in_view(satellites, targets, math.cos(half), 0.0)) == list(seen)
    assert 0 < seen.sum() < reached.size * 40
