"""Promises that every kind of sensor keeps; a new kind needs a line in ``SYSTEMS`` here."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace

import numpy as np
import pytest

from opendome.messages import Detections, Tasking, empty
from opendome.sensors import KINDS, build
from opendome.sensors.base import AbstractSensor
from opendome.truth import Truth
from tests.unit.sensors.sites import fleet, radar, skywave, starer
from tests.unit.tracks.worlds import missile

NOBODY = empty(Tasking)
SYSTEMS = {
    "radar": lambda: radar(39.0, 126.0, 35.0, max_elevation=1.5, reference_range=1e6),
    # it takes missiles that are 85 to 95 km high for lower ones
    "skywave": lambda: skywave(
        25.0,
        110.0,
        35.0,
        reference_rcs=0.1,
        period=15.0,
        assumed_altitude=45e3,
        sigma_azimuth=0.026,
    ),
    "infrared": lambda: starer(150.0, false_alarms=1.0),
    "infrared of many satellites": lambda: fleet(total=60, planes=6, false_alarms=1.0),
}


@pytest.fixture(scope="module")
def truth():
    return missile(3, spacing=4.0).at(150.0, np.arange(30))


@pytest.fixture(params=sorted({*KINDS, *SYSTEMS}))
def sensor(request):
    assert request.param in SYSTEMS, f"tests/contracts: say how a '{request.param}' is placed"
    (built,) = build((SYSTEMS[request.param](),))
    assert type(built) is KINDS[request.param.split()[0]]
    return built


def columns(batch):
    return {f.name: getattr(batch, f.name) for f in fields(batch)}


def test_is_final_frozen_and_described(sensor):
    assert isinstance(sensor, AbstractSensor)
    assert is_dataclass(sensor)
    assert getattr(type(sensor), "__final__", False)
    assert type(sensor).__doc__
    with pytest.raises(FrozenInstanceError):
        sensor.latency = 1.0
    assert 0.0 <= sensor.phase < sensor.period
    assert sensor.latency >= 0.0


def test_shapes_types_and_order(sensor, truth):
    found = sensor.sense(truth, NOBODY, 1)
    like = empty(Detections)
    n = len(found.run)
    assert n > 30
    for name, column in columns(found).items():
        assert column.shape == (n, *getattr(like, name).shape[1:]), name
        assert column.dtype == getattr(like, name).dtype, name
    assert (np.diff(found.run) >= 0).all()
    assert set(found.run) <= set(truth.runs.tolist())
    assert (found.sensor == sensor.index).all()
    assert (found.t == truth.t).all()
    assert np.linalg.norm(found.u_los_ecef, axis=1) == pytest.approx(1.0)
    assert (found.sigma_angle > 0).all()
    assert (found.snr > 0).all()


def test_same_seed_same_bytes_other_seed_other_noise(sensor, truth):
    a, b, c = (columns(sensor.sense(truth, NOBODY, seed)) for seed in (1, 1, 2))
    for name in a:
        assert a[name].tobytes() == b[name].tobytes(), name
    assert a["u_los_ecef"].tobytes() != c["u_los_ecef"].tobytes()


def test_looks_differ_from_scan_to_scan_and_run_to_run(sensor, truth):
    later = Truth(**{
        f.name: getattr(truth, f.name) for f in fields(truth) if f.name != "t"
    }, t=truth.t + sensor.period)  # fmt: skip
    now, then = sensor.sense(truth, NOBODY, 1), sensor.sense(later, NOBODY, 1)
    both = min(len(now.run), len(then.run))
    assert not np.array_equal(now.u_los_ecef[:both], then.u_los_ecef[:both])
    assert len(np.unique(now.snr)) == len(now.snr)


def test_a_run_is_the_same_alone(sensor, truth):
    rows = truth.run == 7
    alone = Truth(
        t=truth.t,
        runs=np.array([7]),
        **{f.name: getattr(truth, f.name)[rows] for f in fields(truth)[2:]},
    )
    together = sensor.sense(truth, NOBODY, 1)
    mine = together.run == 7
    for name, column in columns(sensor.sense(alone, NOBODY, 1)).items():
        assert np.array_equal(column, getattr(together, name)[mine], equal_nan=True), name


def test_truth_is_only_read(sensor, truth):
    before = {f.name: np.copy(getattr(truth, f.name)) for f in fields(truth)}
    sensor.sense(truth, NOBODY, 1)
    for name, column in before.items():
        assert np.array_equal(column, getattr(truth, name)), name


def test_nothing_in_the_air(sensor, truth):
    none = np.zeros(len(truth.run), np.bool_)
    nothing = Truth(
        t=truth.t,
        runs=np.zeros(0, np.int64),
        **{f.name: getattr(truth, f.name)[none] for f in fields(truth)[2:]},
    )
    assert len(sensor.sense(nothing, NOBODY, 1).run) == 0


def test_pickles(sensor, truth):
    copy = pickle.loads(pickle.dumps(sensor))
    a, b = sensor.sense(truth, NOBODY, 1), copy.sense(truth, NOBODY, 1)
    assert np.array_equal(a.snr, b.snr)


def test_statement_of_errors_is_honest(sensor, truth):
    """Lines of sight of detected threats, over many runs, lie as far off as stated."""
    found = sensor.sense(truth, NOBODY, 3)
    away = truth.r_ecef[None, :3] - found.r_sensor_ecef[:, None]
    u = away / np.linalg.norm(away, axis=2)[:, :, None]
    cosine = np.einsum("nki,ni->nk", u, found.u_los_ecef)
    turn = np.sqrt(np.maximum(2.0 - 2.0 * cosine, 0.0)).min(axis=1)
    turn /= found.sigma_angle
    real = turn < 6.0
    assert real.sum() > 25
    assert np.mean(turn[real] ** 2) == pytest.approx(2.0, rel=0.5)


def one_weakened(truth, threat, factor):
    """One threat of each run, showing so much less."""
    mine = truth.threat == threat
    columns = {f.name: getattr(truth, f.name)[mine] for f in fields(truth)[2:]}
    for name in ("rcs", "rcs_uhf", "plume", "glow"):
        columns[name] = factor * columns[name]
    return Truth(t=truth.t, runs=truth.runs, **columns)


@pytest.mark.parametrize("threat", range(3))
def test_chances_are_how_often_it_detects(sensor, truth, threat):
    """Of a threat so weak that it is a toss-up; over runs and seeds, without false alarms."""
    sensor, seeds = replace(sensor, false_alarms=0.0), 60
    alone = (one_weakened(truth, threat, 1.5**-k) for k in range(60))
    weak = next(one for one in alone if sensor.chances(one, NOBODY).p_detect[0] < 0.7)
    chances = sensor.chances(weak, NOBODY)
    for column in chances:
        assert len(column) == len(weak.run)
    assert (chances.share == 1.0).all()
    p, n = chances.p_detect.mean(), seeds * len(weak.run)
    assert 0.0 < p < 0.7
    seen = sum(len(np.unique(sensor.sense(weak, NOBODY, seed).run)) for seed in range(seeds))
    # five standard deviations: one false alarm in a million
    assert seen == pytest.approx(n * p, abs=5.0 * np.sqrt(n * p * (1.0 - p)))
