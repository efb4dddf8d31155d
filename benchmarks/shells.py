"""Armed satellites against boosters: who is in reach in one step, and whole launch windows.

7,800 satellites of one shell, as in the notional system of the Congressional Budget Office (2026),
and 100 boosters that rise over two continents. One by one the same question is asked of every pair.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Row, timed
from opendome.kernels.burning import burning_paths
from opendome.kernels.constellation import nearest_satellites
from opendome.kernels.frames import ecefs_from_geodetics
from opendome.kernels.from_orbit import ring_of
from opendome.kernels.overhead import count_in_reach
from opendome.kernels.satellites import satellite_places
from opendome.kernels.shell_windows import OrbitalLauncher, orbital_launcher, shell_windows
from opendome.scenario import build_system, entry
from opendome.scenario.shells import Shell

Floats = NDArray[np.float64]

N_BOOSTERS = 100
N_SAMPLES = 48
TIME = 90.0  # s that are left
WANTED = 5.0  # ms


def launcher() -> OrbitalLauncher:
    """7,800 satellites with boost-phase rounds."""
    shell = Shell(400e3, math.radians(50), 7800, 78, 1)
    return orbital_launcher(shell, build_system(entry("space_based_interceptor")))


def boosters() -> Floats:
    """States (n, 6), ECEF, some 80 s after launch: 60 km high, 2.2 km/s, climbing at 45 degrees."""
    i = np.arange(N_BOOSTERS)
    lat, lon = np.radians(30.0 + 0.25 * i), np.radians(40.0 + i)
    r = ecefs_from_geodetics(lat, lon, np.full(N_BOOSTERS, 60e3))
    up = r / np.linalg.norm(r, axis=1, keepdims=True)
    east = np.stack([-np.sin(lon), np.cos(lon), np.zeros(N_BOOSTERS)], axis=1)
    return np.hstack([r, 1560.0 * (up + east)])


def measure() -> list[Row]:
    """Processor time of a step's test, of windows, and of the test one by one."""
    made, states = launcher(), boosters()
    n = len(states)
    now, thrust, ends = np.full(n, 80.0), np.full(n, 48.0), np.full(n, 80.0 + TIME)
    later = 80.0 + TIME * np.linspace(0.0, 1.0, N_SAMPLES) * np.ones((n, 1))
    paths = burning_paths(states, now, thrust, ends, later)
    there = np.ascontiguousarray(paths[:, -1, :3])
    reach = ring_of(made.spread, TIME)[1]

    def in_reach() -> Floats:
        return nearest_satellites(made.shell, 80.0 + TIME, there, reach)[0]

    def one_by_one() -> Floats:
        places = satellite_places(made.shell.elements, 80.0 + TIME)
        return np.asarray(count_in_reach(places, there, reach), dtype=np.float64)

    def windows() -> Floats:
        return shell_windows(made, later, paths, now)

    met = np.isfinite(in_reach())
    if np.any(met != (one_by_one() > 0)) and np.mean(met != (one_by_one() > 0)) > 0.02:
        raise RuntimeError("plane by plane and one by one differ")
    rows = []
    for case, work, note in (
        ("in-reach test of a step", in_reach, f"wanted: at most {WANTED:g} ms"),
        ("the same, satellite by satellite", one_by_one, "states and all pairs"),
        ("launch windows, 48 points and an opening", windows, "of each booster, from now on"),
    ):
        work()
        ms = 1e3 * timed(work, repeats=20, seconds=5.0).cpu
        rows.append(Row("shells", f"7,800 satellites, {n} boosters: {case}", ms, "ms", note))
    return rows
