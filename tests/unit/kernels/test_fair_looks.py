"""Fair looks: likely to detect, and apart from all that they may also detect."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.kernels.fair_looks import Chances, are_fair, radar_chances, separation
from opendome.kernels.looks import Cues
from opendome.kernels.radar import errors, radar_at
from tests.unit.sensors.sites import LOCAL, radar

NO_CUES = Cues(np.zeros(0, np.int64), np.zeros((0, 3)), 1.0)
FAR = 1e5  # m from the sensor, which stands at the origin and looks along x


def chances(p_detect, sigma_distance=10.0, sigma_across=100.0):
    n = len(p_detect)
    return Chances(
        np.array(p_detect),
        np.ones(n),
        np.zeros((n, 3)),
        np.full(n, sigma_distance),
        np.full(n, sigma_across),
    )


@pytest.mark.parametrize(
    ("dx", "dy", "sigmas"), [(30.0, 0.0, 3.0), (0.0, 400.0, 4.0), (30.0, 400.0, 5.0)]
)
def test_separation_is_in_standard_deviations_of_the_look(dx, dy, sigmas):
    places = np.array([[FAR, 0.0, 0.0], [FAR + dx, dy, 0.0]])
    assert separation(places, 0, 1, chances([0.9, 0.9])) == pytest.approx(sigmas)


def test_what_measures_no_distance_tells_apart_only_across():
    places = np.array([[FAR, 0.0, 0.0], [2.0 * FAR, 400.0, 0.0]])
    blind = chances([0.9, 0.9], sigma_distance=np.inf)
    assert separation(places, 0, 1, blind) == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("p_detect", "run", "gap", "fair"),
    [
        ((0.5, 0.9), (0, 0), 61.0, (True, True)),
        ((0.5, 0.9), (0, 0), 59.0, (False, False)),
        ((0.49, 0.9), (0, 0), 61.0, (False, True)),
        ((0.01, 0.9), (0, 0), 59.0, (False, False)),  # it may be taken for the other
        ((0.0, 0.9), (0, 0), 59.0, (False, True)),  # out of view
        ((0.9, 0.9), (0, 1), 59.0, (True, True)),  # in another run
    ],
)
def test_fair_is_likely_and_apart(p_detect, run, gap, fair):
    places = np.array([[FAR, 0.0, 0.0], [FAR + gap, 0.0, 0.0]])
    found = are_fair(np.array(run), places, chances(p_detect), 0.5, 6.0)
    assert tuple(found) == fair


def test_a_radar_states_the_errors_of_what_it_detects_and_shares_its_looks():
    site = radar(39.0, 126.0, 35.0, LOCAL, dwell=0.25, max_elevation=1.5)
    one = radar_at(site.system, (site.site.lat, site.site.lon, 40.0), site.azimuth)
    up, east = one.field.basis[2], one.field.basis[0]
    places = one.field.r_ecef + 2e5 * (0.6 * up + 0.8 * east) + np.arange(5)[:, None] * 1e3 * up
    found = radar_chances(one, np.zeros(5, np.int64), places, np.ones(5), NO_CUES)
    np.testing.assert_allclose(found.share, min(1.0, one.ration.budget / 5))
    distance = np.linalg.norm(places - one.field.r_ecef, axis=1)
    snr = one.snr_unit / distance**4
    np.testing.assert_allclose(found.p_detect, 1e-6 ** (1.0 / (1.0 + snr)))
    for k in range(5):
        sigma_distance, sigma_angle, _ = errors(one, one.threshold + snr[k])
        assert found.sigma_distance[k] == pytest.approx(sigma_distance)
        assert found.sigma_across[k] == pytest.approx(sigma_angle * distance[k])
