"""The whole chain of a picture: ten thousand tracks, four radars, each thing seen once a second.

Words of looks come to one node, are admitted, gated, associated, filtered and told as a picture,
impacts included. 2,500 things each of four sorts: in space, coming in, gliding from side to side,
cruising through turns. Truth and looks are made beforehand and not counted. One thread works.
"""

from __future__ import annotations

import math
import time
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from benchmarks.bodies import states
from benchmarks.measure import Row, peak_memory
from opendome.kernels.impact import coast_paths
from opendome.kernels.level import level_step
from opendome.kernels.vectors import norm, plus, put, row, times
from opendome.messages import Detections, Scan, Tracks, take
from opendome.scenario.command import Command, Doctrine, Node
from opendome.scenario.places import Place
from opendome.scenario.schedule import scan_time
from opendome.scenario.sensors import RadarSystem, Sensor
from opendome.tracks.predict import coast
from opendome.tracks.tracker import Tracker

Floats = NDArray[np.float64]

EACH, N_RADARS = 2500, 4
WARM_UP, MEASURED = 32, 20  # s
LAT, LON = 0.7, -1.6  # rad
P_DETECT, FALSE_ALARMS = 0.95, 100  # of each scan
SIGMA_ANGLE, SIGMA_DISTANCE, SIGMA_RATE = 0.3e-3, 10.0, 1.0  # rad, m, m/s
WEAVE, LONGEST = 20.0, 0.1  # s, to one side; step of the truth
# Over the ground (rad), heights (m), speeds (m/s), climbs (rad), acceleration across (m/s^2).
COASTING = (0.12, (200e3, 900e3), (3000.0, 6500.0), (-0.2, 0.8), 0.0)
ENTERING = (0.06, (90e3, 150e3), (2000.0, 6000.0), (-0.25, -0.1), 0.0)
GLIDING = (0.06, (35e3, 60e3), (2000.0, 6000.0), (0.0, 0.0), 10.0)
CRUISING = (0.03, (9e3, 12e3), (200.0, 800.0), (0.0, 0.0), 20.0)
NEAR = 3000.0  # m, of a track to what it is of

RADAR = RadarSystem(
    name="radar", title="Radar that looks every four seconds", band="s", reference_range=4000e3,
    reference_rcs=0.1, reference_p_detect=P_DETECT, max_range=6000e3, sector=2.0 * math.pi,
    min_elevation=math.radians(-5.0), max_elevation=math.radians(90.0), period=float(N_RADARS),
    range_resolution=30.0, beam_width=math.radians(1.0), p_false_alarm=1e-6, false_alarms=0.0,
    speed_resolution=3.0,
)  # fmt: skip


class Moment(NamedTuple):
    """Where everything is at one time."""

    r: Floats  # (n, 3) ECEF
    v: Floats


@numba.njit(error_model="numpy", nogil=True)
def weave(r_ecef: Floats, v_ecef: Floats, turn: float, span: tuple[float, float]) -> None:
    """Flyers from one time to another, in place, that turn to one side and then to the other."""
    n = math.ceil((span[1] - span[0]) / LONGEST)
    h = (span[1] - span[0]) / max(n, 1)
    for k in range(n):
        side = 1.0 if math.floor((span[0] + k * h) / WEAVE) % 2 == 0 else -1.0
        for i in range(len(r_ecef)):
            r, v = level_step(row(r_ecef, i), row(v_ecef, i), h)
            left = (
                r[1] * v[2] - r[2] * v[1], r[2] * v[0] - r[0] * v[2], r[0] * v[1] - r[1] * v[0],
            )  # fmt: skip
            turned = plus(v, side * turn * h / norm(left), left)
            put(r_ecef, i, r)
            put(v_ecef, i, times(norm(v) / norm(turned), turned))


def moments(at: Floats) -> list[Moment]:
    """All things at ascending times."""
    rng, parts = np.random.default_rng(9), []
    for spread, alts, speeds, climbs, turn in (COASTING, ENTERING, GLIDING, CRUISING):
        area = ((LAT - spread, LAT + spread), (LON - spread, LON + spread))
        r, v = states(rng, EACH, alts, speeds, climbs, area)
        if turn:
            path, t = np.empty((EACH, len(at), 6)), 0.0
            for k in range(len(at)):
                weave(r, v, turn, (t, at[k]))
                path[:, k, :3], path[:, k, 3:], t = r, v, at[k]
        else:
            log_beta = np.log(rng.uniform(3000.0, 12000.0, EACH))
            path = coast_paths(r, v, log_beta, np.zeros(EACH), np.tile(at, (EACH, 1)))
        parts.append(path)
    path = np.concatenate(parts)
    return [Moment(path[:, k, :3], path[:, k, 3:]) for k in range(len(at))]


def radars() -> tuple[Sensor, ...]:
    """Some kilometres apart."""
    return tuple(
        Sensor(f"radar{i}", RADAR, "hub", site=Place(LAT + 1e-3 * i, LON, 40.0), latency=0.0)
        for i in range(N_RADARS)
    )


def scan(moment: Moment, r_sensor: Floats, sensor: int, t: float) -> Scan:
    """What a radar says of everything at one time, with its false alarms."""
    rng = np.random.default_rng((11, round(t * 1000)))
    seen = np.flatnonzero(rng.random(len(moment.r)) < P_DETECT)
    r, v = moment.r[seen], moment.v[seen]
    false = r[rng.integers(0, len(r), FALSE_ALARMS)] + rng.normal(0, 20e3, (FALSE_ALARMS, 3))
    r, v = np.concatenate([r, false]), np.concatenate([v, rng.normal(0, 500.0, (FALSE_ALARMS, 3))])
    n, away = len(r), r - r_sensor
    distance = np.linalg.norm(away, axis=1)
    u = away / distance[:, None]
    rate, noise = np.einsum("ni,ni->n", u, v), rng.normal(0, SIGMA_ANGLE, (n, 3))
    u = u + noise - np.einsum("ni,ni->n", noise, u)[:, None] * u
    one = np.ones(n)
    found = Detections(
        run=np.zeros(n, np.int64),
        sensor=np.full(n, sensor),
        t=t * one,
        r_sensor_ecef=np.tile(r_sensor, (n, 1)),
        u_los_ecef=u / np.linalg.norm(u, axis=1)[:, None],
        sigma_angle=SIGMA_ANGLE * one,
        distance=distance + rng.normal(0, SIGMA_DISTANCE, n),
        sigma_distance=SIGMA_DISTANCE * one,
        distance_rate=rate + rng.normal(0, SIGMA_RATE, n),
        sigma_distance_rate=SIGMA_RATE * one,
        snr=100.0 * one,
        is_plume=np.zeros(n, np.bool_),
    )
    return Scan(t, sensor, np.zeros(1, np.int64), found)


def followed(tracks: Tracks, moment: Moment, t: float) -> Floats:
    """Share of the things of each sort near which a confirmed track is at a time."""
    mine = coast(take(tracks, tracks.is_confirmed), t)
    distance, _ = cKDTree(mine.x_ecef[:, :3]).query(moment.r)
    share: Floats = np.mean(distance.reshape(-1, EACH) < NEAR, axis=1)
    return share


def measure() -> list[Row]:
    """Wall and processor time of a simulated second, memory, and how many are followed."""
    sensors = radars()
    tracker = Tracker.build(Command((Node("hub", doctrine=Doctrine()),)), sensors)
    turns = (WARM_UP + MEASURED) // N_RADARS
    due = sorted((scan_time(k, i, RADAR.period), i) for k in range(turns) for i in range(N_RADARS))
    truth = moments(np.array([t for t, _ in due]))
    places = [c.r_ecef for c in tracker.coverage]
    words = [scan(m, places[i], i, t) for m, (t, i) in zip(truth, due, strict=True)]
    state, before = tracker.start(np.zeros(1, np.int64)), peak_memory()
    walls, cpus, tracks = [], [], tracker.picture(tracker.start(np.zeros(1, np.int64)), 0.0)
    for second in range(1, WARM_UP + MEASURED + 1):
        mine = [word for word in words if second - 1 <= word.t < second]
        wall, cpu = time.perf_counter(), time.process_time()
        tracker.update(state, mine, float(second))
        tracks = tracker.picture(state, float(second))
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    last = int(np.argmax([t for t, _ in due]))
    share = followed(tracks, truth[last], due[last][0])
    case, n = f"{len(truth[0].r):,} things", int(tracks.is_confirmed.sum())
    sorts = ("in space", "coming in", "gliding", "cruising")
    late = slice(WARM_UP, None)
    return [
        Row("picture", f"{case}, wall", 1e3 * float(np.median(walls[late])), "ms a second",
            f"worst {1e3 * max(walls[late]):.0f}; 500 is asked"),
        Row("picture", f"{case}, processor", 1e3 * float(np.median(cpus[late])), "CPU-ms",
            f"a second; {n:,} confirmed tracks"),
        Row("picture", "memory", (peak_memory() - before) / 2**20, "MiB", "of the tracker, most"),
        *(Row("picture", f"followed {sort}", 100.0 * float(x), "%")
          for sort, x in zip(sorts, share, strict=True)),
    ]  # fmt: skip
