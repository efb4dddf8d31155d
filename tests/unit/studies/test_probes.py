"""Probes are where and when they should be, and move as their class does."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from opendome.kernels.frames import (
    ecef_from_eci,
    ecef_from_geodetic,
    geodetic_from_ecef,
    geodetics_from_ecefs,
)
from opendome.kernels.paths import path_at
from opendome.kernels.reach import ground_range
from opendome.studies.probes import Probe, path_of, sky_of, tracks_of

SITE = np.array([math.radians(32.0), math.radians(35.0), 0.0])
FLYER = Probe(90e3, 50.0, 1.0, 250.0, 0.0, 0.0, True, 1000.0, 500.0, 300.0)
FALLING = Probe(90e3, 40e3, 1.0, 1500.0, 0.7, 0.3, False, 4000.0, 500.0, 100.0)


def ecef_at(probe: Probe, t: float) -> tuple[np.ndarray, np.ndarray]:
    knots = path_of(probe, SITE)
    state = path_at(knots, len(knots), t)
    r, v = ecef_from_eci(np.array([state[:3]]), np.array([state[3:]]), t)
    return r[0], v[0]


@pytest.mark.parametrize("probe", [FLYER, FALLING])
def test_a_probe_is_at_its_point_at_its_time(probe: Probe) -> None:
    r, v = ecef_at(probe, probe.t)
    r_site = np.array(ecef_from_geodetic(*SITE))
    assert ground_range(r_site, r) == pytest.approx(probe.distance, abs=1e-3)
    # the place stands along the radius, the height along the normal: apart by less than 1 m
    assert geodetic_from_ecef(*r)[2] == pytest.approx(probe.altitude, abs=1.0)
    assert np.linalg.norm(v) == pytest.approx(probe.speed, rel=1e-9)


def test_a_level_flyer_keeps_height_and_pace_and_comes_in() -> None:
    r_site = np.array(ecef_from_geodetic(*SITE))
    for back in (60.0, 200.0):
        r, v = ecef_at(FLYER, FLYER.t - back)
        assert geodetic_from_ecef(*r)[2] == pytest.approx(50.0, abs=1.0)
        assert np.linalg.norm(v) == pytest.approx(250.0, rel=1e-6)
        assert ground_range(r_site, r) == pytest.approx(90e3 + 250.0 * back, rel=2e-3)


def test_a_flyer_that_passes_by_is_nearest_at_its_point() -> None:
    r_site = np.array(ecef_from_geodetic(*SITE))
    passing = replace(FLYER, course=math.pi / 2)
    for off in (-200.0, -20.0, 20.0):
        assert ground_range(r_site, ecef_at(passing, passing.t + off)[0]) > 90e3


def test_a_falling_body_keeps_its_energy_where_no_air_is() -> None:
    high = replace(FALLING, altitude=400e3, beta=1e12, before=200.0)
    knots = path_of(high, SITE)
    r, v = knots[:, 1:4], knots[:, 4:7]
    size = np.linalg.norm(r, axis=1)
    oblate = 1.08263e-3 * (6378137.0 / size) ** 2 * (1.5 * (r[:, 2] / size) ** 2 - 0.5)
    energy = 0.5 * (v**2).sum(axis=1) - 3.986004418e14 / size * (1.0 - oblate)
    assert np.ptp(energy) < 10.0  # J/kg: a metre of height
    assert np.all(np.diff(knots[:, 0]) > 0)


def test_a_path_ends_at_the_ground() -> None:
    knots = path_of(FALLING, SITE)
    heights = geodetics_from_ecefs(np.ascontiguousarray(knots[:, 1:4]))[:, 2]
    assert heights.min() > -100.0
    assert heights[-1] < 3e3
    assert knots[-1, 0] < FALLING.t + 90.0


def test_tracks_say_what_is_true() -> None:
    probes = [FLYER, FALLING]
    sky = sky_of([path_of(p, SITE) for p in probes])
    t = np.array([480.0, 490.0])
    states = np.array(
        [path_at(path_of(p, SITE), len(path_of(p, SITE)), x) for p, x in zip(probes, t)]
    )
    tracks = tracks_of(probes, states, t, sky.t_gone)
    assert tracks.is_level.tolist() == [True, False]
    assert math.isnan(tracks.impact_t[0])
    assert tracks.impact_t[1] == sky.t_gone[1]
    for i, probe in enumerate(probes):
        r, v = ecef_at(probe, t[i])
        np.testing.assert_allclose(tracks.x_ecef[i, :6], [*r, *v], rtol=1e-9)
        assert tracks.x_ecef[i, 6] == pytest.approx(math.log(probe.beta))
