"""The tracker's book-keeping: numbers, late scans, shared pictures, merging, empty scans."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from opendome.kernels.fusion import twins
from opendome.messages import Detections, Tasking, empty, take
from opendome.scenario.command import Command, Link, Outage
from opendome.scenario.schedule import scan_time
from opendome.scenario.sensors import Sensor
from opendome.sensors import build
from opendome.tracks.base import sure
from opendome.tracks.fusion import merge_twins
from opendome.tracks.predict import coast
from opendome.tracks.rows import new_rows
from opendome.tracks.tracker import Tracker
from tests.unit.sensors.sites import LOCAL, node, radar, starer
from tests.unit.tracks.driving import scan_of
from tests.unit.tracks.worlds import rocket_raid

LOOKER = radar(31.47, 34.47, 230.0, LOCAL, false_alarms=0.0)


def scans(world, sensor, first, last, runs=(0,)):
    """Detections of every look in [first, last)."""
    (built,) = build((sensor,))
    times = [scan_time(k, 0, built.period) for k in range(first, last)]
    return [built.sense(world.at(t, np.asarray(runs)), empty(Tasking), 1) for t in times]


@pytest.fixture(scope="module")
def world():
    return rocket_raid(count=10)


def tracker_of(*nodes, sensors=(LOOKER,), wiring="integrated", **parts):
    return Tracker.build(Command(nodes or (node(),), wiring, **parts), sensors)


NOTHING = empty(Detections)


def said(k, found=NOTHING, *, runs=(0,), sensor=0):
    """Word of the k-th look of a radar, and what it saw."""
    return scan_of(found, scan_time(k, sensor, 1.0), sensor=sensor, runs=runs)


def run_until(tracker, world, t_end, *, skip=()):
    state = tracker.start(np.array([0]))
    for k, found in enumerate(scans(world, LOOKER, 0, t_end)):
        tracker.update(state, [said(k, NOTHING if k in skip else found)], k + 0.5)
    return state


def test_three_of_five_looks_confirm(world):
    tracker = tracker_of(node(associator="gnn"))
    state = tracker.start(np.array([0]))
    first = {}
    for k, found in enumerate(scans(world, LOOKER, 0, 25)):
        tracker.update(state, [said(k, found)], k + 0.5)
        picture = tracker.picture(state, k + 0.5)
        for number, is_sure, n in zip(
            picture.id, picture.is_confirmed, picture.n_updates, strict=True
        ):
            assert is_sure == (n >= 3)
            if is_sure:
                first.setdefault(int(number), n)
    assert len(first) == 10
    assert set(first.values()) == {3}


def test_one_false_alarm_dies_after_three_empty_looks(world):
    tracker = tracker_of()
    state = tracker.start(np.array([0]))
    looks = scans(world, LOOKER, 0, 20)
    one = take(looks[19], np.array([0]))
    tracker.update(state, [said(19, one)], 19.5)
    alive = []
    for k in (20, 21, 22, 23):
        tracker.update(state, [said(k)], k + 0.5)
        alive.append(len(tracker.picture(state, k + 0.5).run))
    assert alive == [1, 1, 0, 0]


def test_only_looks_of_which_there_is_word_are_misses(world):
    """Silence says nothing; one call with many empty looks does what a call each does."""
    patient, hasty, deaf = tracker_of(), tracker_of(), tracker_of()
    a, b, c = (run_until(part, world, 25) for part in (patient, hasty, deaf))
    assert len(deaf.picture(c, 25.0).run) >= 8
    for k in range(25, 40):
        patient.update(a, [said(k)], k + 0.5)
    hasty.update(b, [said(k) for k in range(25, 40)], 39.5)
    deaf.update(c, [], 39.5)
    assert len(patient.picture(a, 39.5).run) == len(hasty.picture(b, 39.5).run) == 0
    assert len(deaf.picture(c, 39.5).run) >= 8


def test_a_run_without_word_is_left_as_it_is(world):
    """Two runs hear 25 s of the same; then one hears of empty looks, the other of none."""
    tracker = tracker_of()
    state = tracker.start(np.array([4, 7]))
    for k, found in enumerate(scans(world, LOOKER, 0, 25, runs=(4, 7))):
        tracker.update(state, [said(k, found, runs=(4, 7))], k + 0.5)
    assert set(tracker.picture(state, 25.0).run) == {4, 7}
    for k in range(25, 32):
        tracker.update(state, [said(k, runs=(7,))], k + 0.5)
    assert set(tracker.picture(state, 32.0).run) == {4}


def test_a_scan_heard_again_is_not_taken_again(world):
    once, twice = tracker_of(), tracker_of()
    a, b = once.start(np.array([0])), twice.start(np.array([0]))
    looks = scans(world, LOOKER, 0, 40)
    for k, found in enumerate(looks):
        once.update(a, [said(k, found)], k + 0.5)
        old = max(k - 7, 0)
        twice.update(b, [said(k, found), said(k, found), said(old, looks[old])], k + 0.5)
    one, two = once.picture(a, 40.0), twice.picture(b, 40.0)
    for name in ("id", "t", "x_ecef", "cov_ecef", "n_updates"):
        assert np.array_equal(getattr(one, name), getattr(two, name))


def test_a_constant_delay_of_half_a_minute_only_makes_the_picture_old(world):
    prompt, slow = tracker_of(), tracker_of()
    a, b = prompt.start(np.array([0])), slow.start(np.array([0]))
    looks = scans(world, LOOKER, 0, 40)
    for k, found in enumerate(looks):
        prompt.update(a, [said(k, found)], k + 0.5)
    for k in range(70):
        slow.update(b, [said(k - 30, looks[k - 30])] if k >= 30 else [], k + 0.5)
    one, two = prompt.picture(a, 39.5), slow.picture(b, 69.5)
    assert b.dropped.sum() == 0
    assert one.is_confirmed.sum() == 10
    calm = one.t == 39.0  # what may turn is brought to the time of the picture
    assert calm.sum() >= 9
    for name in ("id", "t", "x_ecef", "cov_ecef", "n_updates"):
        assert np.array_equal(getattr(one, name)[calm], getattr(two, name)[calm])


@pytest.mark.parametrize("loss", [0.25, 0.5])
def test_lost_scans_thin_the_picture_out_smoothly(world, loss):
    """Every second or fourth look is lost on its way: tracks are later and vaguer, not gone."""
    tracker = tracker_of()
    state = tracker.start(np.array([0]))
    rng = np.random.default_rng(3)
    for k, found in enumerate(scans(world, LOOKER, 0, 45)):
        if rng.random() < loss:
            tracker.update(state, [], k + 0.5)
        else:
            tracker.update(state, [said(k, found)], k + 0.5)
    picture = tracker.picture(state, 45.0)
    assert picture.is_confirmed.sum() == 10
    assert len(picture.run) <= 11


def test_numbers_never_come_back(world):
    tracker = tracker_of(sensors=(radar(31.47, 34.47, 230.0, LOCAL, false_alarms=4.0),))
    noisy = radar(31.47, 34.47, 230.0, LOCAL, false_alarms=4.0)
    state = tracker.start(np.array([0]))
    seen, alive, top = set(), set(), -1
    for k, found in enumerate(scans(world, noisy, 0, 40)):
        tracker.update(state, [said(k, found)], k + 0.5)
        now = set(tracker.picture(state, k + 0.5).id.tolist())
        fresh = now - alive
        assert not fresh & seen
        assert all(number > top for number in fresh)
        seen, alive, top = seen | now, now, max([top, *now])
    assert len(seen) > 60
    assert (np.diff(tracker.picture(state, 40.0).id) > 0).all()


def test_a_scan_that_comes_much_too_late_is_dropped_and_counted(world):
    tracker = tracker_of()
    looks = scans(world, LOOKER, 0, 60)
    state = tracker.start(np.array([0]))
    for k, found in enumerate(looks):
        if k != 10:
            tracker.update(state, [said(k, found)], k + 0.5)
    before = tracker.picture(state, 60.0)
    tracker.update(state, [said(10, looks[10])], 60.0)
    assert state.dropped.tolist() == [len(looks[10].run)]
    assert len(looks[10].run) > 0
    assert np.array_equal(before.id, tracker.picture(state, 60.0).id)


def test_a_scan_that_comes_a_little_late_is_used(world):
    tracker = tracker_of()
    looks = scans(world, LOOKER, 0, 40)
    state = tracker.start(np.array([0]))
    for k, found in enumerate(looks):
        if k == 30:
            continue
        late = [said(30, looks[30])] if k == 33 else []
        tracker.update(state, [said(k, found), *late], k + 0.5)
    picture = tracker.picture(state, 40.0)
    assert state.dropped.sum() == 0
    assert picture.is_confirmed.sum() == 10 == len(picture.run)
    assert (picture.n_updates >= 24).all()
    truth = world.at(39.0)
    error = coast(picture, 39.0).x_ecef[:, :3][np.argsort(picture.id)] - truth.r_ecef
    distance = np.linalg.norm(
        coast(picture, 39.0).x_ecef[:, None, :3] - truth.r_ecef[None], axis=2
    ).min(axis=1)
    assert error.shape == (10, 3)
    assert distance.max() < 60.0


def test_joined_nodes_share_one_picture_by_the_rules_of_their_lead(world):
    nodes = (node(name="a"), node(name="b"), node(name="c", confirm_hits=2))
    tracker = tracker_of(*nodes, wiring="hub", hub="c")
    assert [g.rules.proof.hits for g in tracker.groups] == [2]
    state = run_until(tracker, world, 25)
    assert set(tracker.picture(state, 25.0).node) == {0}


def test_a_node_whose_link_may_fail_keeps_a_picture_of_its_own(world):
    far = Sensor(**{**LOOKER.__dict__, "name": "far", "node": "far"})
    links = (Link("far", outages=(Outage(10.0, 20.0),)),)
    tracker = tracker_of(
        node(), node(name="far", confirm_hits=2), sensors=(LOOKER, far), links=links
    )
    assert [np.flatnonzero(g.is_mine).tolist() for g in tracker.groups] == [[0, 1], [1]]
    state = tracker.start(np.array([0]))
    for k, found in enumerate(scans(world, LOOKER, 0, 25)):
        tracker.update(state, [said(k, found)], k + 0.5, cell=0)
        tracker.update(state, [], k + 0.5, cell=1)
    assert set(tracker.picture(state, 25.0).node) == {0}


def test_a_stovepiped_node_sees_with_its_own_eyes_only(world):
    other = radar(31.47, 34.47, 50.0, LOCAL, false_alarms=0.0)
    sensors = (LOOKER, Sensor(**{**other.__dict__, "node": "far"}))
    tracker = tracker_of(node(), node(name="far"), sensors=sensors, wiring="stovepiped")
    state = tracker.start(np.array([0]))
    for k, found in enumerate(scans(world, LOOKER, 0, 25)):
        tracker.update(state, [said(k, found)], k + 0.5)
    assert set(tracker.picture(state, 25.0).node) == {0}


def test_coasting_rows_keep_their_own_time_and_coast_brings_them_on(world):
    tracker = tracker_of()
    state = run_until(tracker, world, 30)
    picture = tracker.picture(state, 29.7)
    assert (picture.t <= 29.7).all()
    later = coast(picture, 35.0)
    assert (later.t == 35.0).all()
    truth = world.at(35.0)
    distance = np.linalg.norm(later.x_ecef[:, None, :3] - truth.r_ecef[None], axis=2).min(axis=1)
    assert distance.max() < 400.0
    grown = np.trace(later.cov_ecef, axis1=1, axis2=2) > np.trace(
        picture.cov_ecef, axis1=1, axis2=2
    )
    assert grown.all()


def test_predictions_are_not_made_anew_without_need(world):
    tracker = tracker_of()
    state = tracker.start(np.array([0]))
    times = set()
    for k, found in enumerate(scans(world, LOOKER, 0, 60)):
        tracker.update(state, [said(k, found)], k + 0.5)
        picture = tracker.picture(state, k + 0.5)
        times |= set(picture.t_predicted[picture.id == 0].tolist())
    assert 5 <= len(times) <= 25


def test_model_and_state_pickle(world):
    tracker = tracker_of(sensors=(LOOKER, starer(165.0)))
    state = run_until(tracker, world, 20)
    again, copy = pickle.loads(pickle.dumps((tracker, state)))
    found = scans(world, LOOKER, 20, 21)[0]
    tracker.update(state, [said(20, found)], 20.5)
    again.update(copy, [said(20, found)], 20.5)
    assert np.array_equal(tracker.picture(state, 21.0).x_ecef, again.picture(copy, 21.0).x_ecef)


def test_twins_are_the_nearest_pairs():
    """Two stale rows, two fresh ones: pairs by distance, each fresh row once, runs apart."""
    run = np.array([0, 0, 0, 0, 1])
    x = np.zeros((5, 7))
    x[:, 0] = [0.0, 10.0, 1.0, 14.0, 0.0]
    cov = np.tile(np.diag([4.0] * 3 + [1.0] * 4), (5, 1, 1))
    is_stale = np.array([True, True, False, False, False])
    is_fresh = np.array([False, False, True, True, True])
    assert twins(run, np.zeros(5), x, cov, is_stale, is_fresh, 25.0).tolist() == [2, 3, -1, -1, -1]
    assert twins(run, np.zeros(5), x, cov, is_stale, is_fresh, 1.0).tolist() == [2, -1, -1, -1, -1]


def test_twins_are_compared_at_one_time():
    x = np.zeros((2, 7))
    x[0, 3], x[1, 0] = 50.0, 500.0
    cov = np.tile(np.diag([4.0] * 3 + [1.0] * 4), (2, 1, 1))
    x[1, 3] = 50.0
    stale, fresh = np.array([True, False]), np.array([False, True])
    zero = np.zeros(2, np.int64)
    assert twins(zero, np.array([0.0, 10.0]), x, cov, stale, fresh, 9.0)[0] == 1
    assert twins(zero, np.array([10.0, 10.0]), x, cov, stale, fresh, 9.0)[0] == -1


def rows_at(places, heard, ids):
    """Confirmed rows of run 0 at places on one line, 10 m sure."""
    n = len(places)
    x = np.zeros((n, 7))
    x[:, 0] = places
    cov = np.tile(np.diag([100.0] * 3 + [4.0] * 3 + [0.5]), (n, 1, 1))
    beliefs = sure(np.zeros(n), x, cov, np.zeros(n, np.bool_), np.zeros(n))
    rows = new_rows(beliefs, np.zeros(n, np.int64), np.array(ids), 0.0)
    rows.is_confirmed[:] = True
    rows.heard[:] = heard
    return rows


def test_duplicate_of_an_older_track_takes_its_number():
    """A sensor has just seen rows 1 and 2; row 0 only another ever saw."""
    rows = rows_at([0.0, 20.0, 5000.0], [0b01, 0b10, 0b10], [3, 5, 6])
    rows.t_first[:] = [1.0, 8.0, 9.0]
    merged = merge_twins(rows, np.array([1, 2]), np.array([0]))
    assert merged.id.tolist() == [3, 6]
    assert merged.x[:, 0].tolist() == [20.0, 5000.0]
    assert merged.t_first.tolist() == [1.0, 9.0]
    assert merged.heard.tolist() == [0b11, 0b10]
    assert merged.n_updates.tolist() == [2, 1]
    assert np.isnan(merged.t_predicted[0])


def test_tentative_tracks_are_not_merged():
    rows = rows_at([0.0, 20.0], [0b01, 0b10], [3, 5])
    rows.is_confirmed[1] = False
    assert merge_twins(rows, np.array([1]), np.array([0])).id.tolist() == [3, 5]


def test_a_vague_track_is_not_caught_by_one_false_alarm():
    """An infrared-born track, 60 km wide, and one detection of a radar that never saw it."""
    sensors = (starer(165.0), LOOKER)
    tracker = tracker_of(sensors=sensors)
    state = tracker.start(np.array([0]))
    looker = build(sensors)[1]
    site = looker.numbers.field.r_ecef
    u = world_direction(looker, 230.0, 30.0)
    rows = rows_at([0.0], [0b01], [0])
    rows.x[0, :3] = site + 60e3 * u
    rows.cov[0, :3, :3] = 30e3**2 * np.eye(3)
    rows.n_updates[:] = 20
    rows.t[:] = rows.t_update[:] = rows.t_first[:] = 9.0
    rows.period[:] = 5.0
    state.pictures[0].rows = rows
    state.pictures[0].next_id[:] = 1
    alarm = one_detection(looker, site, u, distance=55e3, t=scan_time(9, 1, 1.0))
    tracker.update(state, [said(9, alarm, sensor=1)], 10.2)
    picture = tracker.picture(state, 10.2)
    assert picture.id.tolist() == [0, 1]
    assert picture.is_confirmed.tolist() == [True, False]
    assert np.sqrt(np.trace(picture.cov_ecef[0, :3, :3])) > 30e3


def world_direction(sensor, azimuth, elevation):
    a, e = np.radians([azimuth, elevation])
    enu = [np.cos(e) * np.sin(a), np.cos(e) * np.cos(a), np.sin(e)]
    return sensor.numbers.field.basis.T @ np.array(enu)


def one_detection(sensor, site, u, *, distance, t):
    def column(value):
        return np.array([value])

    return Detections(
        run=column(0),
        sensor=column(sensor.index),
        t=column(t),
        r_sensor_ecef=site[None],
        u_los_ecef=u[None],
        sigma_angle=column(1e-3),
        distance=column(distance),
        sigma_distance=column(10.0),
        distance_rate=column(0.0),
        sigma_distance_rate=column(1.0),
        snr=column(20.0),
        is_plume=column(False),
    )
