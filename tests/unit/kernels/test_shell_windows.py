"""Launch windows of a shell: against a plain twin that tries every satellite and every moment."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.constellation import NOBODY, constellation
from opendome.kernels.frames import ecef_from_eci, ecefs_from_geodetics
from opendome.kernels.from_orbit import Spread, ring_of
from opendome.kernels.satellites import satellite_places, satellite_state
from opendome.kernels.shell_windows import OrbitalLauncher, choose_satellites, shell_windows

SPREAD = Spread(46.0, 96e3, 4500.0, 1500e3)
ALL_OF_THEM = (300, 30, 2.0)


def launcher(counts: tuple[int, int, float] = ALL_OF_THEM) -> OrbitalLauncher:
    return OrbitalLauncher(constellation(counts, 400e3, math.radians(55)), SPREAD, 100e3, 500e3)


def rising(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Times and states of n bodies that rise from 60 to 400 km in 200 s."""
    draw = np.random.default_rng(9)
    lat, lon = np.radians(draw.uniform(-50, 50, n)), draw.uniform(-math.pi, math.pi, n)
    times = np.tile(np.linspace(100.0, 300.0, 41), (n, 1))
    states = np.zeros((n, 41, 6))
    for j in range(41):
        states[:, j, :3] = ecefs_from_geodetics(lat, lon, np.full(n, 60e3 + 1700.0 * 5.0 * j))
    up = states[:, 0, :3] / np.linalg.norm(states[:, 0, :3], axis=1, keepdims=True)
    states[:, :, 3:] = 1700.0 * up[:, None]
    return times, states


def first_chance(made: OrbitalLauncher, path: np.ndarray, t_earliest: float) -> float:
    """First intercept of any satellite, to a quarter of a second: by trying."""
    for t in np.arange(100.0, 300.0, 0.25):
        j = (t - 100.0) / 5.0
        k = min(int(j), 39)
        r = path[k, :3] + (j - k) * (path[k + 1, :3] - path[k, :3])
        height = 60e3 + 1700.0 * (t - 100.0)
        ring = ring_of(SPREAD, t - t_earliest)
        away = np.linalg.norm(satellite_places(made.shell.elements, t) - r, axis=1)
        if 100e3 <= height <= 500e3 and np.any((away <= ring[1]) & (away >= ring[0])):
            return float(t)
    return math.nan


@pytest.mark.compiled
def test_windows_open_where_a_plain_twin_finds_the_first_chance() -> None:
    made = launcher()
    times, states = rising(25)
    windows = shell_windows(made, times, states, np.full(25, 110.0))
    expected = np.array([first_chance(made, path, 110.0) for path in states])
    assert 8 < np.isfinite(expected).sum() < 25
    # a satellite that is in reach for less than the sampling may be missed, and comes later
    found, asked = windows[:, 1], expected
    both = np.isfinite(found) & np.isfinite(asked)
    assert np.abs(both.sum() - np.isfinite(asked).sum()) <= 1
    assert np.quantile(np.abs(found - asked)[both], 0.9) < 1.0
    assert np.all(windows[both, 0] >= 110.0)
    assert np.all(windows[both, 2] >= windows[both, 0])


@pytest.mark.parametrize("distance", [200e3, 400e3, 700e3])
def test_one_satellite_reaches_what_the_form_says_and_no_farther(distance: float) -> None:
    """A body that keeps its distance abeam of the satellite is met when the sphere comes to it."""
    made = launcher((1, 1, 0.0))
    times = np.linspace(10.0, 400.0, 79)[None]
    states = np.zeros((1, 79, 6))
    for j, t in enumerate(times[0]):
        s = np.array(satellite_state(made.shell.elements[0], t))
        beside = np.cross(s[:3], s[3:])
        r = s[:3] + distance * beside / np.linalg.norm(beside)
        r = r * (np.linalg.norm(s[:3]) / np.linalg.norm(r))
        r_ecef, v_ecef = ecef_from_eci(r[None], s[None, 3:], t)
        states[0, j] = np.concatenate([r_ecef[0], v_ecef[0]])
    first = shell_windows(made, times, states, np.full(1, 20.0))[0, 1]
    flight = SPREAD.burn + (distance - SPREAD.distance) / SPREAD.speed
    assert first == pytest.approx(20.0 + flight, abs=2.0)
    late = shell_windows(made, times, states, np.full(1, 400.0 - flight + 3.0))
    assert np.isnan(late).all()


def test_satellites_are_given_out_one_by_one() -> None:
    made = launcher()
    times, states = rising(6)
    same = np.zeros(6, dtype=np.int64)
    k = int(np.flatnonzero(np.isfinite(shell_windows(made, times, states, same + 110.0)[:, 0]))[0])
    left = np.ones((2, 300), dtype=np.int64)
    paths = np.repeat(states[k : k + 1], 6, axis=0)
    batch = np.array([0, 0, 0, 1, 1, 1])
    windows, who = choose_satellites(made, times, paths, np.full(6, 110.0), batch, left)
    given = who[:3][who[:3] != NOBODY]
    assert len(set(given.tolist())) == len(given) > 0
    assert who[3:].tolist() == who[:3].tolist()
    assert (1 - left).sum() == (who != NOBODY).sum()
    assert np.all(np.diff(windows[:3, 1][who[:3] != NOBODY]) > -1.0)
