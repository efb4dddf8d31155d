"""Ten thousand bodies of five sorts stepped by one simulated second, on one thread and on two.

Two thousand each: coasting in vacuum, coming in through the air, gliding, cruising, in orbit. Where
other work shares the machine wall times say little; then the busiest thread's processor time does.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Row
from opendome.constants import EARTH_OMEGA
from opendome.kernels.frames import ecefs_from_geodetics, enu_basis
from opendome.kernels.glide import STEP, Glider, beta_with, glide_command
from opendome.kernels.impact import coast_paths
from opendome.kernels.level import level_step
from opendome.kernels.quasi_ballistic import held_step
from opendome.kernels.satellites import satellite_states, walker_delta

Floats = NDArray[np.float64]

EACH = 2000
SECOND = 1.0
REPEATS = 30
GLIDER = Glider(8000.0, 2.6, math.radians(15.0), 150.0, 8e6, 0.05)
EARTH = ((-1.2, 1.2), (-math.pi, math.pi))  # rad, latitudes and longitudes
VACUUM_ALTS, AIR_ALTS = (200e3, 1200e3), (5e3, 70e3)


class Bodies(NamedTuple):
    """States of every sort: ballistic and re-entering Earth-fixed, gliders inertial, the rest."""

    coasts: tuple[Floats, Floats, Floats]  # r, v, log beta
    entries: tuple[Floats, Floats, Floats]
    gliders: Floats  # (n, 6)
    cruises: tuple[Floats, Floats]
    satellites: Floats  # (n, 6) elements

    def part(self, rows: slice) -> Bodies:
        """Some rows of every sort."""
        return Bodies(
            *[tuple(c[rows] for c in s) if isinstance(s, tuple) else s[rows] for s in self]
        )


def states(rng: np.random.Generator, n: int, alts: tuple[float, float], speeds: tuple[float, float],
           climbs: tuple[float, float],
           area: tuple[tuple[float, float], tuple[float, float]] = EARTH,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Earth-fixed places and velocities over an area (latitudes, longitudes), heading anywhere."""
    lat, lon = rng.uniform(*area[0], n), rng.uniform(*area[1], n)
    r = ecefs_from_geodetics(lat, lon, rng.uniform(*alts, n))
    azimuth, climb = rng.uniform(0.0, 2.0 * math.pi, n), rng.uniform(*climbs, n)
    enu = np.column_stack([np.sin(azimuth) * np.cos(climb), np.cos(azimuth) * np.cos(climb),
                           np.sin(climb)])  # fmt: skip
    basis = np.array([enu_basis(a, b) for a, b in zip(lat, lon)])
    return r, rng.uniform(*speeds, n)[:, None] * np.einsum("ni,nij->nj", enu, basis)


def bodies() -> Bodies:
    """The ten thousand."""
    rng, n = np.random.default_rng(4), EACH
    log_beta = np.log(rng.uniform(3000.0, 12000.0, n))
    coasts = states(rng, n, VACUUM_ALTS, (3000.0, 6500.0), (-0.8, 0.8))
    entries = states(rng, n, AIR_ALTS, (1500.0, 6500.0), (-1.0, -0.3))
    r, v = states(rng, n, (30e3, 60e3), (2000.0, 6000.0), (-0.02, 0.02))
    spin = EARTH_OMEGA * np.column_stack([-r[:, 1], r[:, 0], np.zeros(n)])
    cruises = states(rng, n, (30.0, 12e3), (50.0, 900.0), (0.0, 0.0))
    shell = walker_delta(n, 40, 1, 500e3, math.radians(53.0))
    return Bodies((*coasts, log_beta), (*entries, log_beta), np.hstack([r, v + spin]), cruises,
                  shell)  # fmt: skip


@numba.njit(error_model="numpy", nogil=True)
def step_gliders(gliders: Floats, targets: Floats, glider: Glider) -> Floats:
    """Gliders one second later, each towards its target; a command is held for a step."""
    ends = np.empty_like(gliders)
    for i in range(len(gliders)):
        row = gliders[i]
        y, side = (row[0], row[1], row[2], row[3], row[4], row[5]), 1.0
        target = (targets[i, 0], targets[i, 1], targets[i, 2])
        for _ in range(round(SECOND / STEP)):
            a, side = glide_command(y, target, glider, side)
            y = held_step(y, a, beta_with(a, y, glider), STEP)
        for k in range(6):
            ends[i, k] = y[k]
    return ends


@numba.njit(error_model="numpy", nogil=True)
def step_cruises(r_ecef: Floats, v_ecef: Floats) -> tuple[Floats, Floats]:
    """Flyers one second later, level and along great circles."""
    r_end, v_end = np.empty_like(r_ecef), np.empty_like(v_ecef)
    for i in range(len(r_ecef)):
        r, v = level_step(
            (r_ecef[i, 0], r_ecef[i, 1], r_ecef[i, 2]),
            (v_ecef[i, 0], v_ecef[i, 1], v_ecef[i, 2]),
            SECOND,
        )
        for k in range(3):
            r_end[i, k], v_end[i, k] = r[k], v[k]
    return r_end, v_end


def step_coasts(part: tuple[Floats, Floats, Floats]) -> Floats:
    """Falling bodies one second later."""
    r, v, log_beta = part
    n = len(r)
    return np.asarray(coast_paths(r, v, log_beta, np.zeros(n), np.full((n, 1), SECOND)))


SORTS: dict[str, Callable[[Bodies], object]] = {
    "coasting in vacuum": lambda b: step_coasts(b.coasts),
    "re-entering": lambda b: step_coasts(b.entries),
    "gliding": lambda b: step_gliders(b.gliders, -b.gliders[:, :3], GLIDER),
    "cruising": lambda b: step_cruises(*b.cruises),
    "in orbit": lambda b: satellite_states(b.satellites, SECOND),
}


def step_all(part: Bodies) -> float:
    """Step everything; processor time of this thread."""
    start = time.thread_time()
    for step in SORTS.values():
        step(part)
    return time.thread_time() - start


def measure() -> list[Row]:
    """One second of all of them, alone and shared by two threads."""
    everyone = bodies()
    step_all(everyone)
    rows = [
        Row("bodies", f"{EACH:,} {sort}", 1e3 * _least(step, everyone), "CPU-ms")
        for sort, step in SORTS.items()
    ]
    one = min(step_all(everyone) for _ in range(REPEATS))
    # Halves of interleaved rows, so that both threads have the same to do.
    halves = [everyone.part(slice(k, None, 2)) for k in range(2)]
    halves = [Bodies(*[_plain(s) for s in half]) for half in halves]
    walls, busiest = [], []
    with ThreadPoolExecutor(2) as pool:
        for _ in range(REPEATS):
            start = time.perf_counter()
            spent = list(pool.map(step_all, halves))
            walls.append(time.perf_counter() - start)
            busiest.append(max(spent))
    total = EACH * len(SORTS)
    return [
        *rows,
        Row("bodies", f"{total:,} mixed, one thread", 1e3 * one, "CPU-ms"),
        Row("bodies", f"{total:,} mixed, two threads", 1e3 * min(busiest), "CPU-ms",
            "of the busier thread"),
        Row("bodies", f"{total:,} mixed, two threads, wall", 1e3 * min(walls), "ms wall",
            f"median {1e3 * float(np.median(walls)):.1f} ms; 10 ms is asked"),
    ]  # fmt: skip


def _least(step: Callable[[Bodies], object], everyone: Bodies) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.thread_time()
        step(everyone)
        times.append(time.thread_time() - start)
    return min(times)


def _plain(sort: Floats | tuple[Floats, ...]) -> Floats | tuple[Floats, ...]:
    """Arrays in one piece."""
    if isinstance(sort, tuple):
        return tuple(np.ascontiguousarray(column) for column in sort)
    return np.ascontiguousarray(sort)
