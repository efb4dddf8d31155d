"""A radar in a scenario: chances, errors, false alarms, cues."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from opendome.errors import ScenarioError
from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.kernels.radar import mean_snr, p_detect_swerling1
from opendome.messages import Tasking, empty
from opendome.scenario.sensors import Sensor
from opendome.sensors import build
from opendome.sensors.radar import Radar
from tests.unit.sensors.sites import STARER, WARNING, InfraredSystem, radar, tasking_of, truth_of

LAT, LON = math.radians(31.5), math.radians(34.5)
NOBODY = empty(Tasking)


def from_site(distance, azimuth, elevation):
    """Earth-fixed place seen from the radar of these tests; degrees."""
    az, el = math.radians(azimuth), math.radians(elevation)
    enu = [math.cos(el) * math.sin(az), math.cos(el) * math.cos(az), math.sin(el)]
    site = np.array(ecef_from_geodetic(LAT, LON, 40.0))
    return site + distance * enu_basis(LAT, LON).T @ np.array(enu)


def one(**changes) -> Radar:
    (built,) = build((radar(31.5, 34.5, changes.pop("azimuth", 90.0), **changes),))
    assert isinstance(built, Radar)
    return built


@pytest.mark.parametrize("distance", [120e3, 170e3, 230e3])
def test_part_detected_is_that_of_swerling_1(distance):
    sensor = one(false_alarms=0.0)
    runs = 6000
    found = sensor.sense(truth_of(from_site(distance, 80, 20), runs=runs), NOBODY, seed=5)
    snr = mean_snr(sensor.numbers, distance, 0.1)
    p = p_detect_swerling1(snr, 1e-6)
    assert 0.05 < p < 0.98
    assert abs(len(found.run) - runs * p) < 4 * math.sqrt(runs * p * (1 - p))
    # seen power, less the threshold, is exponential with mean 1 + snr
    excess = found.snr + 1.0 + math.log(1e-6)
    assert stats.kstest(excess / (1.0 + snr), "expon").pvalue > 1e-3


def test_errors_are_as_stated():
    sensor = one(false_alarms=0.0)
    place, velocity = from_site(60e3, 80, 20), np.array([100.0, -300.0, 250.0])
    found = sensor.sense(truth_of(place, velocity, runs=4000), NOBODY, seed=8)
    away = place - found.r_sensor_ecef[0]
    u = away / np.linalg.norm(away)
    assert found.distance.size > 3500
    for error, sigma in (
        (found.distance - np.linalg.norm(away), found.sigma_distance),
        (found.distance_rate - u @ velocity, found.sigma_distance_rate),
    ):
        assert stats.kstest(error / sigma, "norm").pvalue > 1e-3
    across = found.u_los_ecef - (found.u_los_ecef @ u)[:, None] * u
    turn2 = np.einsum("ij,ij->i", across, across) / found.sigma_angle**2
    assert stats.kstest(turn2 / 2.0, "expon").pvalue > 1e-3
    assert np.linalg.norm(found.u_los_ecef, axis=1) == pytest.approx(1.0)


def test_without_doppler_there_is_no_rate():
    sensor = one(speed_resolution=None, false_alarms=3.0)
    found = sensor.sense(truth_of(from_site(60e3, 80, 20)), NOBODY, 1)
    assert len(found.run) > 1
    assert np.isnan(found.distance_rate).all()
    assert np.isfinite(found.distance).all()


@pytest.mark.parametrize(
    ("azimuth", "elevation", "is_seen"),
    [(90, 10, True), (31, 10, True), (29, 10, False), (149, 10, True), (151, 10, False),
     (90, 0.2, False), (90, 0.8, True), (90, 69, True), (90, 71, False), (270, 10, False)],
)  # fmt: skip
def test_field_of_regard(azimuth, elevation, is_seen):
    found = one(false_alarms=0.0).sense(truth_of(from_site(20e3, azimuth, elevation)), NOBODY, 1)
    assert (len(found.run) == 1) == is_seen


@pytest.mark.parametrize("azimuth", [350, 10, -100, 100])
def test_sector_about_north(azimuth):
    sensor = one(azimuth=355.0, false_alarms=0.0)
    found = sensor.sense(truth_of(from_site(20e3, azimuth, 10)), NOBODY, 1)
    assert (len(found.run) == 1) == (azimuth in (350, 10))


@pytest.mark.parametrize("azimuth", np.arange(-180, 181, 30))
def test_all_round(azimuth):
    sensor = one(sector=2 * math.pi, false_alarms=0.0)
    assert len(sensor.sense(truth_of(from_site(20e3, azimuth, 10)), NOBODY, 1).run) == 1


def test_band_chooses_the_cross_section():
    places = truth_of(from_site(300e3, 90, 20), rcs=1e-9, rcs_uhf=10.0)
    assert len(one(false_alarms=0.0).sense(places, NOBODY, 1).run) == 0
    (warner,) = build((radar(31.5, 34.5, 90.0, WARNING, false_alarms=0.0),))
    assert len(warner.sense(places, NOBODY, 1).run) == 1


def test_false_alarms_fill_the_field():
    sensor = one(false_alarms=3.0)
    nothing = truth_of(np.zeros((0, 3)), np.zeros((0, 3)), runs=1500)
    found = sensor.sense(nothing, NOBODY, seed=4)
    assert len(found.run) == pytest.approx(4500, abs=4 * math.sqrt(4500))
    enu = found.u_los_ecef @ enu_basis(LAT, LON).T
    azimuth = np.degrees(np.arctan2(enu[:, 0], enu[:, 1]))
    assert stats.kstest((azimuth - 30) / 120, "uniform").pvalue > 1e-3
    low, high = math.sin(math.radians(0.5)), math.sin(math.radians(70))
    assert stats.kstest((enu[:, 2] - low) / (high - low), "uniform").pvalue > 1e-3
    assert stats.kstest(found.distance / 470e3, "uniform").pvalue > 1e-3
    assert (found.snr > -math.log(1e-6) - 1.0).all()
    assert (np.diff(found.run) >= 0).all()


def test_cued_radar_looks_where_it_is_asked_to():
    sensor = one(is_cued=True, cue_width=math.radians(2.0), false_alarms=4.0)
    place = from_site(60e3, 90, 20)
    truth = truth_of([place, from_site(60e3, 94, 20)], runs=40)
    tasking = tasking_of([3, 7], 0, place)
    found = sensor.sense(truth, tasking, seed=2)
    assert set(found.run) <= {3, 7}
    cosine = found.u_los_ecef @ (place - found.r_sensor_ecef[0]) / 60e3
    assert np.degrees(np.arccos(np.minimum(cosine, 1))).max() < 2.2
    assert len(sensor.sense(truth, tasking_of([3], 1, place), seed=2).run) == 0


def test_cue_is_carried_to_the_time_of_the_look():
    sensor = one(is_cued=True, cue_width=math.radians(2.0), false_alarms=0.0)
    velocity = np.array([0.0, 0.0, 2000.0])
    place = from_site(60e3, 90, 20)
    moved = truth_of(place + 10 * velocity, velocity, t=10.0)
    assert len(sensor.sense(moved, tasking_of([0], 0, place, velocity), 2).run) == 1
    assert len(sensor.sense(moved, tasking_of([0], 0, place), 2).run) == 0


def test_a_look_does_not_depend_on_the_batch():
    sensor = one(false_alarms=1.0)
    truth = truth_of([from_site(60e3, 80, 20), from_site(150e3, 80, 20)], runs=9)
    together = sensor.sense(truth, NOBODY, 3)
    rows = truth.run == 5
    alone = sensor.sense(
        type(truth)(t=0.0, runs=np.array([5]), **{
            name: getattr(truth, name)[rows] for name in truth.__slots__[2:]
        }), NOBODY, 3,
    )  # fmt: skip
    mine = together.run == 5
    assert np.array_equal(alone.distance, together.distance[mine])
    assert np.array_equal(alone.u_los_ecef, together.u_los_ecef[mine])


def test_order_says_nothing_of_the_threats():
    sensor = one(false_alarms=0.0)
    far_first = truth_of([from_site(90e3, 90, 20), from_site(30e3, 90, 20)])
    found = sensor.sense(far_first, NOBODY, 1)
    assert (np.diff(found.distance) > 0).all()


def test_a_radar_without_a_site_is_refused():
    nowhere = Sensor(name="x", system=InfraredSystem(**STARER), node="hub")
    with pytest.raises(ScenarioError, match="geo_lon_deg"):
        build((nowhere,))


def crowd(n: int):
    """Places in the field, the first the nearest."""
    return [from_site(30e3 + 500.0 * i, 60 + 60 * i / n, 20) for i in range(n)]


def test_revisits_grow_with_the_number_in_view():
    """Budget 1 s x 0.5 / 0.1 s = 5 looks: of 20 in view each is seen every 4 s."""
    sensor = one(false_alarms=0.0, dwell=0.1, track_share=0.5)
    places = np.array(crowd(20))
    times: list[list[int]] = [[] for _ in places]
    for second in range(41):
        found = sensor.sense(truth_of(places, t=float(second), rcs=1e3), NOBODY, 7)
        assert len(found.run) == 5
        for distance in found.distance:
            times[int(np.argmin(abs(distance - 30e3 - 500.0 * np.arange(20))))].append(second)
    assert all(set(np.diff(seen)) == {4} for seen in times)
    few = sensor.sense(truth_of(places[:5], t=3.0, rcs=1e3), NOBODY, 7)
    assert len(few.run) == 5


def test_track_capacity_keeps_the_nearest():
    found = one(false_alarms=0.0, track_capacity=6).sense(
        truth_of(crowd(20)[::-1], rcs=1e3, runs=3), NOBODY, 7
    )
    assert np.array_equal(found.run, np.repeat([0, 1, 2], 6))
    assert found.distance.max() < 30e3 + 500.0 * 5 + 200.0


def test_limits_that_are_not_reached_change_nothing():
    truth = truth_of(crowd(20), runs=5)
    free = one().sense(truth, NOBODY, 3)
    bound = one(track_capacity=20, dwell=0.02, track_share=0.4).sense(truth, NOBODY, 3)
    for name in free.__slots__:
        assert np.array_equal(getattr(free, name), getattr(bound, name)), name


def test_a_skipped_look_draws_nothing_new():
    """What is seen under a budget is seen the same, to the last bit, without one."""
    truth = truth_of(crowd(20), runs=5)
    free = one(false_alarms=0.0).sense(truth, NOBODY, 3)
    bound = one(false_alarms=0.0, dwell=0.1).sense(truth, NOBODY, 3)
    assert 0 < len(bound.run) <= 50
    assert set(bound.distance) <= set(free.distance)


def test_of_a_cued_radar_only_what_is_cued_takes_time():
    sensor = one(is_cued=True, cue_width=math.radians(1.0), false_alarms=0.0, track_capacity=1)
    near, far = from_site(30e3, 90, 20), from_site(60e3, 100, 20)
    found = sensor.sense(truth_of([near, far], rcs=1e3), tasking_of([0], 0, far), 2)
    assert found.distance == pytest.approx([60e3], abs=100.0)
