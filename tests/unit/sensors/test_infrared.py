"""An infrared sensor in a scenario, and its kernel."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from opendome.constants import EARTH_MU, EARTH_OMEGA
from opendome.kernels import infrared as kernel
from opendome.kernels.frames import ecef_from_geodetic
from opendome.messages import Tasking, empty
from opendome.sensors import build
from tests.unit.sensors.sites import starer, truth_of

NOBODY = empty(Tasking)


def one(lon=0.0, **changes):
    (built,) = build((starer(lon, **changes),))
    return built


def place(lat, lon, alt):
    return np.array(ecef_from_geodetic(math.radians(lat), math.radians(lon), alt))


def test_geostationary_radius_is_one_turn_a_day():
    assert pytest.approx(kernel.GEO_RADIUS, rel=1e-5) == (EARTH_MU / EARTH_OMEGA**2) ** (1 / 3)
    x, y, z = kernel.geostationary(math.radians(90.0))
    assert (x, y, z) == pytest.approx((0.0, kernel.GEO_RADIUS, 0.0), abs=1e-6)


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.0, 1.2])
def test_part_detected_is_that_of_gaussian_noise(factor):
    """At nadir, noise_plume is a signal-to-noise of 1: six of them are the threshold."""
    runs, snr = 4000, 6.0 * factor
    there = place(0.0, 0.0, 20e3)
    plume = snr * 10e3 * ((kernel.GEO_RADIUS - 6378137.0 - 20e3) / 35786e3) ** 2
    found = one().sense(truth_of(there, plume=plume, runs=runs), NOBODY, seed=3)
    p = stats.norm.sf(6.0 - snr)
    assert kernel.p_detect_gaussian(snr, 6.0) == pytest.approx(p)
    assert abs(len(found.run) - runs * p) < 4 * math.sqrt(runs * p * (1 - p)) + 1


def test_lines_of_sight_err_as_stated():
    there = place(30.0, 20.0, 50e3)
    found = one().sense(truth_of(there, plume=1e6, runs=4000), NOBODY, seed=3)
    away = there - found.r_sensor_ecef[0]
    u = away / np.linalg.norm(away)
    across = found.u_los_ecef - (found.u_los_ecef @ u)[:, None] * u
    turn2 = np.einsum("ij,ij->i", across, across) / (30e-6) ** 2
    assert stats.kstest(turn2 / 2.0, "expon").pvalue > 1e-3
    assert found.is_plume.all()
    assert np.isnan(found.distance).all()
    assert np.isnan(found.distance_rate).all()


@pytest.mark.parametrize(
    ("lat", "lon", "alt", "is_seen"),
    [
        (40, 10, 9e3, False),  # under the clouds
        (40, 10, 11e3, True),
        (0, 120, 50e3, False),  # behind the Earth
        (0, 120, 20000e3, True),  # high behind it
        (0, 84, 20e3, False),  # grazing, below the limb
        (0, 79, 50e3, True),  # in front of the limb
        (0, 90, 1200e3, True),  # past the limb, high enough
    ],
)
def test_view(lat, lon, alt, is_seen):
    found = one().sense(truth_of(place(lat, lon, alt), plume=1e9), NOBODY, seed=3)
    assert (len(found.run) == 1) == is_seen


def test_cold_bodies_are_not_seen():
    assert len(one().sense(truth_of(place(30, 20, 50e3)), NOBODY, seed=3).run) == 0


def test_false_alarms_lie_on_the_disc_of_the_earth():
    sensor = one(false_alarms=2.0)
    nothing = truth_of(np.zeros((0, 3)), runs=1000)
    found = sensor.sense(nothing, NOBODY, seed=4)
    assert len(found.run) == pytest.approx(2000, abs=4 * math.sqrt(2000))
    angle = np.arccos(-found.u_los_ecef @ (found.r_sensor_ecef[0] / kernel.GEO_RADIUS))
    assert np.degrees(angle).max() < 8.7
    assert (found.snr > 6.0).all()


@pytest.mark.compiled
def test_stereo_triangulation_has_the_scale_of_the_geometry():
    """Two sensors 65 deg apart, 30 urad at about 38,000 km: 1.1 km across each line of sight."""
    there = place(40.0, 127.0, 60e3)
    sensors = build((starer(165.0), starer(100.0)))
    truth = truth_of(there, plume=1e7, runs=500)
    found = [s.sense(truth, NOBODY, seed=9) for s in sensors]
    errors = []
    information = np.zeros((3, 3))
    for f in found:
        away = there - f.r_sensor_ecef[0]
        across = np.eye(3) - np.outer(away, away) / (away @ away)
        information += across / (30e-6**2 * (away @ away))
    bound = math.sqrt(np.trace(np.linalg.inv(information)))
    for i in range(500):
        a, b = np.zeros((3, 3)), np.zeros(3)
        for f in found:
            p = np.eye(3) - np.outer(f.u_los_ecef[i], f.u_los_ecef[i])
            a, b = a + p, b + p @ f.r_sensor_ecef[i]
        errors.append(np.linalg.solve(a, b) - there)
    rms = math.sqrt(np.mean(np.sum(np.square(errors), axis=1)))
    assert 1e3 < bound < 3e3
    assert rms == pytest.approx(bound, rel=0.15)
