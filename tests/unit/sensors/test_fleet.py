"""Infrared sensors of many satellites: whom they see, against plain brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from opendome.constants import EARTH_RADIUS_EQUATOR, EARTH_RADIUS_POLE
from opendome.kernels.frames import ecef_from_geodetic
from opendome.kernels.satellites import satellite_places, walker_delta
from opendome.kernels.sun import sun_direction
from opendome.messages import Tasking, empty
from opendome.scenario.schedule import days_after_j2000
from opendome.scenario.shells import Ellipse
from opendome.sensors import build
from tests.unit.sensors.sites import fleet, starer, truth_of

NOBODY = empty(Tasking)
START = "2026-03-20T12:00:00Z"


def sense(sensor, truth, seed=3, start=START):
    (built,) = build((sensor,), start)
    return built.sense(truth, NOBODY, seed)


def places(t: float, total: int = 72, planes: int = 8):
    return satellite_places(walker_delta(total, planes, 1, 1000e3, math.radians(81.0)), t)


def bodies(n: int = 60):
    rng = np.random.default_rng(5)
    lat, lon = np.arcsin(rng.uniform(-1, 1, n)), rng.uniform(-np.pi, np.pi, n)
    alt = 10 ** rng.uniform(3.5, 6.3, n)
    return np.array([ecef_from_geodetic(*row) for row in zip(lat, lon, alt, strict=True)])


def lowest(a, b):
    """Least height of the straight way from a to b over the ellipsoid, by many samples."""
    share = np.linspace(0.0, 1.0, 4001)[:, None]
    way = a + share * (b - a)
    way = way * np.array([1.0, 1.0, EARTH_RADIUS_EQUATOR / EARTH_RADIUS_POLE])
    return np.linalg.norm(way, axis=1).min() - EARTH_RADIUS_EQUATOR


def pairs_seen(found, here):
    """Satellite of each detection and the body it points at."""
    satellite = np.linalg.norm(found.r_sensor_ecef[:, None] - here, axis=2).argmin(axis=1)
    return satellite


@pytest.mark.parametrize("sun_deg", [0.0, 25.0])
def test_whom_each_satellite_sees(sun_deg):
    """Cone, clouds, limb and Sun, satellite by satellite and body by body."""
    t, r = 1234.0, bodies()
    here = places(t)
    found = sense(fleet(sun=math.radians(sun_deg)), truth_of(r, plume=1e9, t=t))
    sun = np.array(sun_direction(days_after_j2000(START) + t / 86400.0))
    seen = set()
    for s, u in zip(pairs_seen(found, here), found.u_los_ecef, strict=True):
        away = r - here[s]
        cosine = (away @ u) / np.linalg.norm(away, axis=1)
        seen.add((int(s), int(cosine.argmax())))
    assert len(seen) == len(found.run)
    wanted = set()
    for s, place in enumerate(here):
        sunward = place + 1e9 * sun
        is_lit = lowest(place + 1e-3 * sunward, place + 2e7 * sun) > 0.0
        for i, body in enumerate(r):
            away = body - place
            length = np.linalg.norm(away)
            nadir = -(away @ place) / length / np.linalg.norm(place)
            lat_height = np.linalg.norm(
                body
            ) - EARTH_RADIUS_EQUATOR * EARTH_RADIUS_POLE / math.hypot(
                EARTH_RADIUS_POLE * math.hypot(*body[:2]), EARTH_RADIUS_EQUATOR * body[2]
            ) * np.linalg.norm(body)
            if nadir < math.cos(math.radians(60.0)) or lat_height < 10e3:
                continue
            if lowest(place, body) < min(30e3, lat_height - 1.0):
                continue
            if sun_deg and is_lit and away @ sun > length * math.cos(math.radians(sun_deg)):
                continue
            wanted.add((s, i))
    assert seen == wanted
    assert len(wanted) > 60


def test_errors_of_satellites_are_independent():
    r = np.array(ecef_from_geodetic(0.6, 0.4, 40e3))
    found = sense(fleet(), truth_of(r, plume=1e9, runs=2000))
    here = places(0.0)
    satellite = pairs_seen(found, here)
    turns = {}
    for s in np.unique(satellite):
        mine = satellite == s
        away = r - here[s]
        u = away / np.linalg.norm(away)
        across = found.u_los_ecef[mine] - (found.u_los_ecef[mine] @ u)[:, None] * u
        turns[s] = np.linalg.norm(across, axis=1) / 20e-6
        assert stats.kstest(turns[s] ** 2 / 2.0, "expon").pvalue > 1e-3
    first, second, *_ = turns.values()
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.1


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.2])
def test_part_detected_at_the_distance_of_the_noise(factor):
    """A glow of six noises at 3,000 km is the threshold there, whatever the distance."""
    r = np.array(ecef_from_geodetic(0.6, 0.4, 40e3))
    distance = np.linalg.norm(places(0.0) - r, axis=1)
    runs, near = 3000, distance.argmin()
    glow = factor * 6.0 * 0.2e3 * (distance[near] / 3000e3) ** 2
    found = sense(fleet(), truth_of(r, glow=[glow, 0.0], runs=runs))
    mine = found.run[pairs_seen(found, places(0.0)) == near]
    p = stats.norm.sf(6.0 - 6.0 * factor)
    assert abs(len(mine) - runs * p) < 4.0 * math.sqrt(runs * p * (1.0 - p)) + 1.0
    assert not found.is_plume.any()


def test_a_sensor_without_the_band_sees_no_glow():
    r = np.array(ecef_from_geodetic(0.6, 0.4, 40e3))
    truth = truth_of(r, glow=[1e9, 1e9])
    assert len(sense(fleet(noise_hot=None), truth).run) == 0
    assert len(sense(starer(25.0), truth).run) == 0
    assert len(sense(starer(25.0, noise_hot=10e3), truth).run) == 1


def test_warm_bodies_are_seen_before_cold_space_only():
    """From 1,000 km the limb at 100 km stands 61 degrees from the nadir."""
    wide = {"field": math.radians(170.0), "noise_warm": 5.0, "noise_hot": None}
    r, here = bodies(), places(0.0)
    found = sense(fleet(**wide), truth_of(r, glow=[0.0, 1e9]))
    satellite = pairs_seen(found, here)
    assert len(found.run) > 100
    for s, u in zip(satellite, found.u_los_ecef, strict=True):
        assert lowest(here[s], here[s] + 2e7 * u) > 99e3
    assert len(sense(fleet(**{**wide, "field": math.radians(120.0)}),
                     truth_of(r, glow=[0.0, 1e9])).run) == 0  # fmt: skip


def test_false_alarms_of_each_satellite_lie_in_its_field():
    nothing = truth_of(np.zeros((0, 3)), runs=50)
    found = sense(fleet(false_alarms=0.5), nothing)
    assert len(found.run) == pytest.approx(0.5 * 72 * 50, abs=4.0 * math.sqrt(0.5 * 72 * 50))
    nadir = -np.einsum("ni,ni->n", found.u_los_ecef, found.r_sensor_ecef)
    angle = np.degrees(np.arccos(nadir / np.linalg.norm(found.r_sensor_ecef, axis=1)))
    assert angle.max() <= 60.0 + 1e-9
    assert len(np.unique(pairs_seen(found, places(0.0)))) == 72


def test_a_molniya_satellite_looks_down_on_the_north():
    ellipse = Ellipse(1200e3, 39150e3, math.radians(63.4), 0.0, math.radians(270.0), math.pi)
    sensor = starer(0.0)
    sensor = type(sensor)(**{**vars(sensor), "geo_longitude": None, "ellipses": (ellipse,)})
    (built,) = build((sensor,))
    x, y, z = built.places(0.0)[0]
    assert math.hypot(x, y, z) == pytest.approx(EARTH_RADIUS_EQUATOR + 39150e3, rel=2e-3)
    assert math.degrees(math.asin(z / math.hypot(x, y, z))) == pytest.approx(63.4, abs=0.1)
    pole = np.array(ecef_from_geodetic(math.radians(85.0), 1.0, 50e3))
    assert len(built.sense(truth_of(pole, plume=1e7), NOBODY, 1).run) == 1
