"""What a tracker expects of satellites is what they do; what they should see and do not ends."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.fleet_view import SHOWN, note_glow
from opendome.kernels.frames import ecefs_from_ecis
from opendome.kernels.orbits import kepler
from opendome.messages import Tasking, empty
from opendome.sensors import build
from opendome.tracks.base import sure
from opendome.tracks.coverage import cover
from opendome.tracks.rows import new_rows
from opendome.tracks.stare import sightings_of
from opendome.tracks.words import seen_in
from tests.unit.sensors.sites import fleet, truth_of
from tests.unit.tracks.driving import drive
from tests.unit.tracks.worlds import ecef

LAYER = fleet(field=math.radians(160.0), noise_warm=5.0)  # W/sr, at 3,000 km
RUNS = 400


def row_at(r_ecef: np.ndarray, intensity: float, *, sigma: float = 10.0, burns: bool = False):
    """One confirmed row that looks have shown to be so bright, and what is believed of it."""
    x = np.zeros((1, 7))
    x[0, :3] = r_ecef
    cov = np.eye(7)[None] * sigma**2 / 3.0
    beliefs = sure(np.zeros(1), x, cov, np.array([burns]), np.zeros(1))
    rows = new_rows(beliefs, np.zeros(1, np.int64), np.zeros(1, np.int64), 0.0)
    rows.is_confirmed[:] = True
    rows.glow[:] = intensity, 1.0
    return rows, beliefs


def detections(r_ecef: np.ndarray, intensity: float, runs: int = RUNS):
    """Looks of all satellites at one body in many runs."""
    (sensor,) = build((LAYER,))
    truth = truth_of(r_ecef, runs=runs, glow=[0.0, intensity])
    return sensor.sense(truth, empty(Tasking), 3)


@pytest.mark.parametrize(("sigma", "least"), [(10.0, 1), (50e3, 2)])
def test_what_is_expected_is_what_happens(sigma, least):
    """One satellite, or two where a single line of sight would not be taken."""
    rng, chances, found = np.random.default_rng(5), [], []
    for _ in range(80):
        lat, lon = math.asin(rng.uniform(-1, 1)), rng.uniform(-math.pi, math.pi)
        place, intensity = ecef(lat, lon, rng.uniform(200e3, 1500e3)), rng.uniform(5.0, 40.0)
        rows, beliefs = row_at(place, intensity / SHOWN, sigma=sigma)
        view = cover(0, LAYER).view(rows, np.arange(1), beliefs, 0.0)
        chances.append(view.p_detect[0])
        times = np.bincount(detections(place, intensity).run, minlength=RUNS)
        found.append((times >= least).mean())
    chances = np.array(chances)
    assert ((chances > 0.1) & (chances < 0.9)).sum() >= 5
    sigmas = np.sqrt(np.maximum(chances * (1.0 - chances) / RUNS, 1e-9))
    assert (np.abs(np.array(found) - chances) < 4.5 * sigmas + 2.0 / RUNS).all()


@pytest.mark.parametrize(
    ("height", "glow", "burns"), [(100e3, 50.0, False), (600e3, 0.0, False), (600e3, 50.0, True)]
)
def test_nothing_is_expected_in_air_nor_of_what_never_glowed_nor_of_what_burns(height, glow, burns):
    place = ecef(0.6, 0.2, height)
    rows, beliefs = row_at(place, glow, burns=burns)
    rows.glow[:, 1] = glow > 0.0
    assert cover(0, LAYER).view(rows, np.arange(1), beliefs, 0.0).p_detect[0] == 0.0
    rows, beliefs = row_at(ecef(0.6, 0.2, 600e3), 50.0)
    assert cover(0, LAYER).view(rows, np.arange(1), beliefs, 0.0).p_detect[0] > 0.99


def test_looks_show_how_bright_a_body_is():
    place = ecef(0.6, 0.2, 600e3)
    rows, _ = row_at(place, 0.0)
    rows.glow[:] = 0.0
    seen = sightings_of(*seen_in(detections(place, 40.0)))
    noise = 5.0 * (35786.0 / 3000.0) ** 2
    note_glow(rows, np.zeros(len(seen.looks.run), np.int64), seen, noise)
    assert rows.glow[0, 0] / rows.glow[0, 1] == pytest.approx(40.0, rel=0.01)
    before = rows.glow.copy()
    note_glow(rows, np.zeros(len(seen.looks.run), np.int64), seen, math.inf)
    assert (rows.glow == before).all()


class Coasting:
    """Bodies in space that glow, until each is gone."""

    def __init__(self, t_gone):
        self.t_gone, self.t_launch = np.asarray(t_gone), np.zeros(len(t_gone))

    def at(self, t, runs=(0,)):
        """Truth at t; they are hundreds of km apart."""
        beside = 1e5 * np.array([0.0, 3.0, 7.0])[: len(self.t_gone)]
        states = [kepler((6.9e6 + 0.3 * b, b, 1e6 - 0.5 * b, 0.0, 4e3, 5e3), t) for b in beside]
        y = np.array(states)[self.t_gone > t].reshape(-1, 6)
        r, v = ecefs_from_ecis(y[:, :3].copy(), y[:, 3:].copy(), np.full(len(y), t))
        return truth_of(r, v, t=t, runs=len(runs), glow=[0.0, 30.0])


def test_a_track_of_what_is_gone_ends_and_its_neighbours_stay():
    found = drive(Coasting([200.0, np.inf, np.inf]), (LAYER,), 260.0, every=2.0)
    for c in found.compared:
        if c.t > 60.0:
            assert len(c.matched_id) == len(c.threats)
        if 60.0 < c.t < 200.0:
            assert len(c.track_ids) == 3
        if c.t > 230.0:
            assert len(c.track_ids) == 2


def test_a_track_of_all_that_is_gone_ends_too():
    """Then no look shows anything at all."""
    found = drive(Coasting([150.0]), (LAYER,), 190.0, every=2.0)
    assert [len(c.track_ids) for c in found.compared if 60.0 < c.t < 150.0].count(1) > 40
    assert all(len(c.track_ids) == 0 for c in found.compared if c.t > 180.0)
