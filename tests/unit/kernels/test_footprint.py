"""Chance that an impact ellipse meets a disc: closed forms, SciPy, Monte Carlo, pyproj."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pyproj import Geod
from scipy.stats import ncx2, norm

from opendome.kernels.footprint import chance_in_disc, chances_in_discs, offset_enu
from opendome.kernels.frames import ecef_from_geodetic, enu_basis


@pytest.mark.parametrize("ratio", [1e-3, 0.1, 0.5, 1.0, 3.0, 30.0])
def test_centred_circle_has_a_closed_form(ratio: float):
    radius = 2e3
    s = radius / ratio
    assert chance_in_disc(0.0, 0.0, (s * s, 0.0, s * s), radius) == pytest.approx(
        1.0 - math.exp(-0.5 * ratio**2), abs=1e-6
    )


@pytest.mark.parametrize("s", [0.01, 0.1, 0.3, 1.0, 5.0])
@pytest.mark.parametrize("distance", [0.2, 0.9, 0.999, 1.0, 1.05, 1.5, 4.0])
def test_circle_off_centre_is_a_non_central_chi_square(s: float, distance: float):
    bearing = 0.7
    east, north = distance * math.cos(bearing), distance * math.sin(bearing)
    p = chance_in_disc(east, north, (s * s, 0.0, s * s), 1.0)
    assert p == pytest.approx(ncx2.cdf((1.0 / s) ** 2, 2, (distance / s) ** 2), abs=2e-4)


@pytest.mark.parametrize("seed", range(20))
def test_any_ellipse_agrees_with_monte_carlo(seed: int):
    rng = np.random.default_rng(seed)
    axes = 10.0 ** rng.uniform(-1.5, 1.0, 2)
    angle = rng.uniform(0.0, np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    cov = turn @ np.diag(axes**2) @ turn.T
    centre = rng.normal(size=2) * 0.8 * (1.0 + axes.max())
    n = 400_000
    points = rng.normal(size=(n, 2)) * axes @ turn.T
    inside = np.mean(np.sum((points - centre) ** 2, axis=1) <= 1.0)
    p = chance_in_disc(centre[0], centre[1], (cov[0, 0], cov[0, 1], cov[1, 1]), 1.0)
    assert abs(p - inside) < 1e-3 + 4.5 * math.sqrt(max(p * (1 - p), 1e-6) / n)


def test_needle_is_a_normal_on_a_line():
    s, offset = 0.7, 0.6
    half_chord = math.sqrt(1.0 - offset**2)
    p = chance_in_disc(0.3, offset, (s * s, 0.0, 1e-12), 1.0)
    wanted = norm.cdf((half_chord + 0.3) / s) - norm.cdf((-half_chord + 0.3) / s)
    assert p == pytest.approx(wanted, abs=1e-5)


def test_limits():
    nothing = (0.0, 0.0, 0.0)
    assert chance_in_disc(0.5, 0.0, nothing, 1.0) == 1.0
    assert chance_in_disc(1.5, 0.0, nothing, 1.0) == 0.0
    assert chance_in_disc(0.0, 1e9, (1.0, 0.0, 1.0), 1.0) == 0.0
    assert math.isnan(chance_in_disc(math.nan, 0.0, (1.0, 0.0, 1.0), 1.0))
    assert math.isnan(chance_in_disc(0.0, 0.0, (math.nan, 0.0, 1.0), 1.0))


@pytest.mark.parametrize(("lat", "lon"), [(0.1, 0.2), (-0.9, 3.0), (1.2, -2.0)])
@pytest.mark.parametrize("distance", [1e3, 1e5, 5e5])
def test_offsets_keep_their_length_and_bearing(lat: float, lon: float, distance: float):
    bearing = 40.0
    geod = Geod(ellps="WGS84")
    lon2, lat2, _ = geod.fwd(math.degrees(lon), math.degrees(lat), bearing, distance)
    east, north = offset_enu(
        enu_basis(lat, lon),
        ecef_from_geodetic(lat, lon, 0.0),
        ecef_from_geodetic(math.radians(lat2), math.radians(lon2), 0.0),
    )
    assert math.hypot(east, north) == pytest.approx(distance, rel=1e-3)
    assert math.degrees(math.atan2(east, north)) == pytest.approx(bearing, abs=0.2)


def test_many_impacts_and_discs():
    lat, lon = np.array([0.5, 0.5, np.nan]), np.array([0.6, 0.61, 0.6])
    cov = np.tile(np.eye(2) * 1e3**2, (3, 1, 1))
    discs = np.array([[0.5, 0.6, 1e3], [0.5, 0.61, 1e5]])
    p = chances_in_discs(lat, lon, cov, discs)
    assert p.shape == (3, 2)
    assert p[0, 0] == pytest.approx(1.0 - math.exp(-0.5), abs=1e-6)
    assert p[0, 1] > 0.99
    assert p[1, 0] == 0.0
    assert p[1, 1] == 1.0
    assert np.isnan(p[2]).all()
    assert chances_in_discs(lat[:0], lon[:0], cov[:0], discs).shape == (0, 2)
