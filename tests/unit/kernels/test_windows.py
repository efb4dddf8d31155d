"""Launch windows of a launcher: as the plain reach windows, by class, finer at the opening."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.battle.remote import NOWHERE
from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.kernels.level import predicted_paths
from opendome.kernels.radar import radar_at
from opendome.kernels.reach import Envelope, reach_windows
from opendome.kernels.windows import (
    N_FINE,
    Launcher,
    all_windows,
    between,
    launch_windows,
    stack,
)
from tests.unit.battle.situations import LAT, LON, RADAR, constant_speed

SITE = np.array([LAT, LON, 50.0])
TABLE = constant_speed(1200.0)
NEAR, FAR = Envelope(3e3, 40e3, 100.0, 20e3), Envelope(3e3, 90e3, 100.0, 20e3)


def paths(n: int, k: int = 200) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Classes, times and states of n threats that come by, half of them falling."""
    rng = np.random.default_rng(4)
    basis = enu_basis(LAT, LON)
    r = np.array(ecef_from_geodetic(LAT, LON, 0.0)) + (
        rng.uniform(-4e4, 4e4, (n, 1)) * basis[0]
        + rng.uniform(4e4, 1e5, (n, 1)) * basis[1]
        + rng.uniform(1e3, 2e4, (n, 1)) * basis[2]
    )
    v = rng.uniform(200.0, 900.0, (n, 1)) * -basis[1] + rng.uniform(-50.0, 50.0, (n, 1)) * basis[0]
    is_level = np.arange(n) % 2 == 0
    times = np.tile(np.linspace(10.0, 300.0, k), (n, 1))
    t = np.full(n, 10.0)
    return is_level, times, predicted_paths(r, v, np.full(n, 8.0), is_level, t, times)


def launcher(**changed: object) -> Launcher:
    r_ecef = np.array(ecef_from_geodetic(*SITE))
    return Launcher(r_ecef, TABLE, NEAR, FAR, False, NOWHERE)._replace(**changed)


def test_finely_sampled_paths_give_the_plain_windows_of_each_class():
    is_level, times, states = paths(60)
    t_earliest = np.linspace(10.0, 60.0, 60)
    windows = launch_windows(launcher(), is_level, times, states, t_earliest)
    r = np.ascontiguousarray(states[:, :, :3])
    for level, envelope in ((True, FAR), (False, NEAR)):
        mine = is_level == level
        plain, r_first = reach_windows(times, r, SITE, TABLE, envelope, t_earliest)
        assert np.array_equal(np.isnan(plain[mine, 0]), np.isnan(windows[mine, 0]))
        met = mine & np.isfinite(plain[:, 0])
        assert met.sum() > 3
        step = times[0, 1] - times[0, 0]
        assert (windows[met, 1] <= plain[met, 1] + 0.02).all()
        assert windows[met, :2] == pytest.approx(plain[met, :2], abs=2.0 * step)
        assert windows[met, 2:4] == pytest.approx(plain[met, 2:], abs=1e-9)
        assert np.linalg.norm(windows[met, 4:] - r_first[met], axis=1).max() < 2.0 * step * 900.0


def test_coarse_paths_open_as_fine_ones_do():
    is_level, times, states = paths(60, 30)
    fine = launch_windows(launcher(), *paths(60, 2000), np.full(60, 10.0))
    coarse = launch_windows(launcher(), is_level, times, states, np.full(60, 10.0))
    both = np.isfinite(coarse[:, 0])
    assert both.sum() > 20
    step = (times[0, 1] - times[0, 0]) / (N_FINE - 1)
    assert coarse[both, :2] == pytest.approx(fine[both, :2], abs=1.2 * step)


def test_with_a_radar_of_its_own_it_meets_only_what_that_sees():
    field = radar_at(RADAR, (LAT, LON, 50.0), 0.2).field
    narrow = field._replace(half_sector=0.3, max_range=30e3, max_elevation=1.5)
    is_level, times, states = paths(60)
    free = launch_windows(launcher(), is_level, times, states, np.full(60, 10.0))
    guided = launcher(is_guided=True, field=narrow)
    bound = launch_windows(guided, is_level, times, states, np.full(60, 10.0))
    met = np.isfinite(bound[:, 0])
    assert 0 < met.sum() < np.isfinite(free[:, 0]).sum()
    basis = enu_basis(LAT, LON)
    away = bound[met, 4:] - np.array(ecef_from_geodetic(LAT, LON, 50.0))
    azimuth = np.arctan2(away @ basis[0], away @ basis[1])
    assert (np.abs(azimuth - 0.2) <= 0.3 + 1e-6).all()
    assert (np.linalg.norm(away, axis=1) <= 30e3 + 1.0).all()


def test_a_launcher_that_is_not_asked_has_no_window():
    is_level, times, states = paths(6)
    assert np.isnan(launch_windows(launcher(), is_level, times, states, np.full(6, np.inf))).all()


def test_between_two_states_the_cubic_is_exact():
    def state(t: float) -> np.ndarray:
        return np.array([t**3, 2 * t**2, -t, 3 * t**2, 4 * t, -1.0])

    times, places = np.empty(N_FINE), np.empty((N_FINE, 3))
    between(1.0, state(1.0), 3.0, state(3.0), times, places)
    assert times[0] == 1.0
    assert times[-1] == 3.0
    assert places == pytest.approx(np.array([state(t)[:3] for t in times]), abs=1e-12)


def test_many_launchers_in_one_call_are_each_as_if_alone() -> None:
    is_level, times, states = paths(20, 200)
    small = launcher()._replace(envelope=launcher().envelope._replace(max_range=20e3))
    both = [launcher(), small, launcher()._replace(is_guided=True)]
    t_earliest = np.array([[0.0, 10.0, 20.0]]).repeat(20, axis=0)
    together = all_windows(stack(both), is_level, times, states, t_earliest)
    for b, one in enumerate(both):
        alone = launch_windows(one, is_level, times, states, t_earliest[:, b].copy())
        np.testing.assert_array_equal(together[b], alone)
