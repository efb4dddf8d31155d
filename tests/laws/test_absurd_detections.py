"""Words that are broken, doubled, late or of the future neither crash a picture nor poison it.

The tracker of scenarios, with a radar and a warning satellite, and the same raid heard cleanly.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.messages import Detections, Scan, Tasking, empty, join, take
from opendome.scenario.command import Command
from opendome.scenario.schedule import scan_time
from opendome.sensors import build
from opendome.tracks import ASSOCIATORS
from opendome.tracks.predict import coast
from opendome.tracks.tracker import Tracker
from tests.laws.examples import examples
from tests.unit.sensors.sites import LOCAL, node, radar, starer
from tests.unit.tracks.worlds import rocket_raid

SENSORS = (radar(31.47, 34.47, 230.0, LOCAL, false_alarms=0.0), starer(60.0, cloud_top=0.0))
T_END = 40
RUN = np.zeros(1, np.int64)
ABSURD = (np.nan, np.inf, -np.inf, 0.0, -1.0, 1e-300, 1e300)
VALUES = {  # what one part of a detection may be
    "u_los_ecef": ABSURD,
    "r_sensor_ecef": (np.nan, np.inf, 1e300),
    "sigma_angle": ABSURD,
    "distance": (np.inf, -np.inf, -1.0, 0.0, 1e300),
    "sigma_distance": ABSURD,
    "distance_rate": (np.inf, 1e300),
    "sigma_distance_rate": (np.inf, 0.0, -1.0),
    "snr": ABSURD,
}


def clean_scans():
    """All words of the raid, in order of their time."""
    world = rocket_raid(count=6, spacing=2.0)
    world.plume = 1e6
    found = []
    for sensor in build(SENSORS):
        k = 0
        while (t := scan_time(k, sensor.index, sensor.period)) <= T_END:
            seen = sensor.sense(world.at(t, RUN), empty(Tasking), 1)
            found.append(Scan(t, sensor.index, RUN, seen))
            k += 1
    return sorted(found, key=lambda scan: (scan.t, scan.sensor))


CLEAN = clean_scans()


def heard(mail, associator):
    """Picture at the end, and what was dropped, of words (time of arrival, scan)."""
    tracker = Tracker.build(Command((node(associator=associator),)), SENSORS)
    state = tracker.start(RUN)
    for now in range(1, T_END + 2):
        tracker.update(state, [scan for t, scan in mail if now - 1 < t <= now], float(now))
        picture = tracker.picture(state, float(now))
        for name in ("x_ecef", "cov_ecef"):
            assert np.isfinite(getattr(picture, name)).all()
    return coast(picture, float(T_END + 1)), int(state.dropped.sum())


def on_time(scans):
    return [(scan.t + 0.5, scan) for scan in scans]


@pytest.fixture(scope="module", params=sorted(ASSOCIATORS))
def associator(request):
    return request.param


@pytest.fixture(scope="module")
def alone(associator):
    picture, dropped = heard(on_time(CLEAN), associator)
    assert picture.is_confirmed.sum() == 6
    assert dropped == 0
    return picture


def assert_unharmed(picture, alone, tolerance):
    """Every track of the clean picture is there, as good, and no confirmed one beside them."""
    sure = take(picture, picture.is_confirmed)
    assert len(sure.run) == len(alone.run)
    apart = np.linalg.norm(sure.x_ecef[:, None, :3] - alone.x_ecef[None, :, :3], axis=2)
    assert (apart.min(axis=0) <= tolerance).all()
    assert len(set(apart.argmin(axis=0).tolist())) == len(alone.run)


def may_break(scan, part):
    """Whether the tracker reads such a thing of this sensor; the satellite measures angles only."""
    return scan.sensor == 0 or part in ("u_los_ecef", "r_sensor_ecef", "sigma_angle", "snr")


def broken(scan, part, value, row):
    """The scan with one more detection, like one that it has but for one part."""
    like = scan.seen if len(scan.seen.run) else next(
        s.seen for s in CLEAN if s.sensor == scan.sensor and len(s.seen.run)
    )  # fmt: skip
    one = take(like, np.array([row % len(like.run)]))
    column = np.full_like(getattr(one, part), value)
    bad = replace(one, **{part: column}, t=np.full(1, scan.t))
    return replace(scan, seen=join([scan.seen, bad], Detections))


@pytest.mark.parametrize("part", sorted(VALUES))
def test_broken_detections_change_nothing(alone, associator, part):
    """One in every scan of a sensor that measures such a thing, broken in every way in turn."""
    values = VALUES[part]
    mail = [
        broken(scan, part, values[k % len(values)], k) if may_break(scan, part) else scan
        for k, scan in enumerate(CLEAN)
    ]
    picture, dropped = heard(on_time(mail), associator)
    assert_unharmed(picture, alone, 0.0)
    assert dropped == sum(may_break(scan, part) for scan in CLEAN)


@pytest.mark.parametrize("ahead", [5.0, 1e3, 1e9, 1e300, np.inf, np.nan, -np.inf])
def test_words_of_the_future_are_not_believed(alone, associator, ahead):
    """A clock that runs ahead: such a word would make all that is true come too late."""
    liars = [(scan.t + 0.5, replace(scan, t=scan.t + ahead)) for scan in CLEAN[::7]]
    picture, dropped = heard(on_time(CLEAN) + liars, associator)
    assert_unharmed(picture, alone, 0.0)
    assert dropped == sum(len(scan.seen.run) for _, scan in liars)


def test_words_said_twice_change_nothing(alone, associator):
    again = [(scan.t + delay, scan) for scan in CLEAN for delay in (0.5, 0.7, 9.0)]
    picture, _ = heard(on_time(CLEAN) + again, associator)
    assert_unharmed(picture, alone, 0.0)


def test_doubled_detections_make_no_second_track(alone, associator):
    mail = [replace(s, seen=join([s.seen, s.seen], Detections)) for s in CLEAN]
    picture, _ = heard(on_time(mail), associator)
    assert_unharmed(picture, alone, 300.0)


def test_words_that_come_far_too_late_are_dropped_and_counted(alone, associator):
    old = [(scan.t + 30.0, scan) for scan in CLEAN if scan.t < 5.0]
    kept = [(scan.t + 0.5, scan) for scan in CLEAN if scan.t >= 5.0]
    picture, _ = heard(kept + old, associator)
    assert_unharmed(picture, alone, 300.0)


@examples(15)
@given(seed=st.integers(0, 2**32 - 1))
def test_any_mixture_leaves_the_others_alone(seed, associator):
    """Broken, of the future and said again, at any time and in any order."""
    rng, mail = np.random.default_rng(seed), []
    for scan in CLEAN:
        what = rng.choice(["as it is", "broken", "future", "again"])
        said = scan
        if what == "broken":
            part = rng.choice([p for p in sorted(VALUES) if may_break(scan, p)])
            said = broken(scan, part, rng.choice(VALUES[part]), int(rng.integers(10)))
        mail.append((scan.t + 0.5, said))
        if what == "future":
            ahead = rng.choice([3.0, 10.0 ** rng.uniform(0.5, 300.0), *ABSURD[:3]])
            mail.append((scan.t + 0.5, replace(scan, t=scan.t + ahead)))
        if what == "again":
            mail.append((scan.t + rng.uniform(0.5, 20.0), scan))
    clean = heard(on_time(CLEAN), associator)[0]
    assert_unharmed(heard(mail, associator)[0], clean, 0.0)


def test_each_part_of_a_detection_is_tried_or_is_no_measurement():
    known = {"run", "sensor", "t", "is_plume"}
    assert {f.name for f in fields(Detections)} == known | set(VALUES)
