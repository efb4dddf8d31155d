"""Launch windows of one launcher against many predicted paths, the opening made finer.

As `reach.reach_windows`, for ballistic paths and level ones at once, each class inside its own
envelope, and where asked only where the launcher's own radar sees.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.field import Field, is_in_field
from opendome.kernels.frames import geodetic_from_ecef
from opendome.kernels.reach import Envelope, ReachTable, fly_out, ground_range

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

N_FINE = 12  # samples of the one step in which a window opens


class Launcher(NamedTuple):
    """A launcher and what bounds its intercepts."""

    r_ecef: Floats  # (3,)
    table: ReachTable
    envelope: Envelope  # against ballistic threats
    level_envelope: Envelope  # against flyers on wings
    is_guided: bool  # an intercept must lie in the field of its own radar
    field: Field  # not read where it is not guided


@jit
def flight_time(launcher: Launcher, is_level: bool, r: Floats) -> float:
    """Time of flight to an intercept at a place, inf where none is allowed or possible, s."""
    envelope = launcher.level_envelope if is_level else launcher.envelope
    if not envelope.min_range <= ground_range(launcher.r_ecef, r) <= envelope.max_range:
        return math.inf
    alt = geodetic_from_ecef(r[0], r[1], r[2])[2]
    if not envelope.min_altitude <= alt <= envelope.max_altitude:
        return math.inf
    tof = fly_out(launcher.table, launcher.r_ecef, r)[0]
    if not math.isfinite(tof) or not launcher.is_guided:
        return float(tof)
    return float(tof) if is_in_field(launcher.field, r[0], r[1], r[2]) else math.inf


@jit
def scan(
    launcher: Launcher,
    is_level: bool,
    times: Floats,
    places: Floats,
    t_earliest: float,
    window: Floats,
) -> int:
    """First and last chance among k samples (k,), (k, 3) of a path.

    ``window`` (7,) is filled with first launch, first intercept, last launch, last intercept and
    the place of the first intercept. Returns the sample at or before which the first intercept
    lies, -1 if there is none.
    """
    window[:] = math.nan
    first = -1
    behind = math.nan  # slack of the sample before, if that one was only too early
    for j in range(len(times)):
        t = times[j]
        r = places[j]
        if not (math.isfinite(t) and math.isfinite(r[0])):
            break
        slack = t - t_earliest
        slack = slack - flight_time(launcher, is_level, r) if slack > 0.0 else -math.inf
        if slack >= 0.0:
            if first < 0:
                first = j
                if behind < 0.0:  # the first chance lies between the samples, at no slack
                    share = -behind / (slack - behind)
                    window[0] = t_earliest
                    window[1] = times[j - 1] + share * (t - times[j - 1])
                    for c in range(3):
                        window[4 + c] = (1.0 - share) * places[j - 1, c] + share * r[c]
                else:
                    window[0] = t_earliest + slack
                    window[1] = t
                    window[4:] = r
            window[2] = t_earliest + slack
            window[3] = t
        behind = slack if math.isfinite(slack) else math.nan
    return first


@jit
def between(t0: float, x0: Floats, t1: float, x1: Floats, times: Floats, places: Floats) -> None:
    """Fill k times and places (k, 3) of the cubic between two states (6,), ends included."""
    k = len(times)
    dt = t1 - t0
    for i in range(k):
        s = i / (k - 1.0)
        a, b = (1.0 + 2.0 * s) * (1.0 - s) ** 2, s * s * (3.0 - 2.0 * s)
        c, d = s * (1.0 - s) ** 2 * dt, s * s * (1.0 - s) * dt
        times[i] = t0 + dt * s
        for n in range(3):
            places[i, n] = a * x0[n] + b * x1[n] + c * x0[3 + n] - d * x1[3 + n]
    times[k - 1] = t1


@jit
def launch_windows(
    launcher: Launcher, is_level: Bools, times: Floats, states: Floats, t_earliest: Floats
) -> Floats:
    """First and last chances of one launcher against n predicted paths.

    Parameters
    ----------
    is_level : (n,) bool
    times : (n, k) float
        Sample times, s, ascending; NaN ends a path.
    states : (n, k, 6) float
        Positions and velocities, ECEF; NaN ends a path.
    t_earliest : (n,) float
        No launch before this; inf where the launcher is not asked.

    Returns
    -------
    windows : (n, 7) float
        First launch, first intercept, last launch, last intercept, place of the first intercept
        (ECEF); NaN where there is none. The first is good to 1/11 of a step of samples, the last
        to one step.
    """
    n, k = times.shape
    windows = np.full((n, 7), math.nan)
    fine, places = np.empty(7), np.empty((k, 3))
    t_fine, r_fine = np.empty(N_FINE), np.empty((N_FINE, 3))
    for i in range(n):
        if not t_earliest[i] < times[i, k - 1]:
            continue
        level, earliest = is_level[i], t_earliest[i]
        places[:] = states[i, :, :3]
        j = scan(launcher, level, times[i], places, earliest, windows[i])
        if j < 1:
            continue
        between(times[i, j - 1], states[i, j - 1], times[i, j], states[i, j], t_fine, r_fine)
        if scan(launcher, level, t_fine, r_fine, earliest, fine) >= 0:
            windows[i, :2] = fine[:2]
            windows[i, 4:] = fine[4:]
    return windows


class Launchers(NamedTuple):
    """b launchers in few arrays, so that one call serves them all."""

    r_ecef: Floats  # (b, 3)
    envelopes: Floats  # (b, 2, 4) against ballistic threats, against flyers on wings
    is_guided: Bools  # (b,)
    basis: Floats  # (b, 3, 3) of the radar's field
    field: Floats  # (b, 9) its other numbers
    sizes: NDArray[np.int64]  # (b, 5) of each table: first s, first h, first cell, n_s, n_h
    s_grid: Floats
    h_grid: Floats
    tof: Floats  # (n_cells,)
    elevation: Floats
    speed: Floats


def stack(launchers: Sequence[Launcher]) -> Launchers:
    """Many launchers as one."""
    sizes, at = [], np.zeros(3, dtype=np.int64)
    for one in launchers:
        n_s, n_h = one.table.tof.shape
        sizes.append([*at, n_s, n_h])
        at += (n_s, n_h, n_s * n_h)
    tables = [one.table for one in launchers]
    cells = [
        np.concatenate([getattr(table, name).ravel() for table in tables] or [np.zeros(0)])
        for name in ("tof", "elevation", "speed")
    ]
    envelopes = [(tuple(one.envelope), tuple(one.level_envelope)) for one in launchers]
    fields = [one.field for one in launchers]
    return Launchers(
        r_ecef=np.array([one.r_ecef for one in launchers], dtype=np.float64).reshape(-1, 3),
        envelopes=np.array(envelopes, dtype=np.float64).reshape(-1, 2, 4),
        is_guided=np.array([one.is_guided for one in launchers], dtype=np.bool_),
        basis=np.array([f.basis for f in fields], dtype=np.float64).reshape(-1, 3, 3),
        field=np.array([(*f.r_ecef, *f[2:]) for f in fields], dtype=np.float64).reshape(-1, 9),
        sizes=np.array(sizes, dtype=np.int64).reshape(-1, 5),
        s_grid=np.concatenate([table.s_grid for table in tables] or [np.zeros(0)]),
        h_grid=np.concatenate([table.h_grid for table in tables] or [np.zeros(0)]),
        tof=cells[0],
        elevation=cells[1],
        speed=cells[2],
    )


@jit
def one_of(launchers: Launchers, b: int) -> Launcher:
    """The launcher with number b."""
    s, h, c, n_s, n_h = launchers.sizes[b]
    end = c + n_s * n_h
    table = ReachTable(
        launchers.s_grid[s : s + n_s],
        launchers.h_grid[h : h + n_h],
        launchers.tof[c:end].reshape(n_s, n_h),
        launchers.elevation[c:end].reshape(n_s, n_h),
        launchers.speed[c:end].reshape(n_s, n_h),
    )
    low, high = launchers.envelopes[b, 0], launchers.envelopes[b, 1]
    f = launchers.field[b]
    return Launcher(
        launchers.r_ecef[b],
        table,
        Envelope(low[0], low[1], low[2], low[3]),
        Envelope(high[0], high[1], high[2], high[3]),
        launchers.is_guided[b],
        Field(f[:3], launchers.basis[b], f[3], f[4], f[5], f[6], f[7], f[8]),
    )


@jit
def all_windows(
    launchers: Launchers, is_level: Bools, times: Floats, states: Floats, t_earliest: Floats
) -> Floats:
    """As `launch_windows`, of every launcher, (b, n, 7); ``t_earliest`` is (n, b)."""
    n, n_b = t_earliest.shape
    windows = np.empty((n_b, n, 7))
    for b in range(n_b):
        launcher = one_of(launchers, b)
        windows[b] = launch_windows(launcher, is_level, times, states, t_earliest[:, b].copy())
    return windows
