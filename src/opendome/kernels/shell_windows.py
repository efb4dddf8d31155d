"""Launch windows of a shell of satellites against many predicted paths, the opening made finer.

As `windows.launch_windows`: the shell is one launcher whose time of flight to a place is that of
the satellite which is nearest when the place is met.
"""

# ruff: noqa: D102 -- the noun of the scenario says what the numbers of the protocol are

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.constellation import NOBODY, Constellation, constellation, nearest_satellite
from opendome.kernels.fleet import Shell
from opendome.kernels.frames import geocentric_height
from opendome.kernels.from_orbit import LEAST_COAST, Spread, ring_of, spread_of, time_to
from opendome.kernels.propulsion import BoosterNumbers, vehicle_of
from opendome.kernels.windows import N_FINE, between

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class OrbitalLauncher(NamedTuple):
    """A shell of satellites with rounds, and what bounds their intercepts."""

    shell: Constellation
    spread: Spread
    min_altitude: float
    max_altitude: float


class RoundNumbers(Protocol):
    """The numbers of a class of round from orbit, SI, as its noun in the scenario names them."""

    # fmt: off
    @property
    def booster(self) -> BoosterNumbers: ...
    @property
    def max_range(self) -> float: ...
    @property
    def min_altitude(self) -> float: ...
    @property
    def max_altitude(self) -> float: ...
    # fmt: on


def orbital_launcher(shell: Shell, system: RoundNumbers) -> OrbitalLauncher:
    """The satellites of a shell with rounds of a class."""
    return OrbitalLauncher(
        shell=constellation(
            (shell.total, shell.planes, float(shell.phasing)),
            shell.altitude,
            shell.inclination,
            (shell.node, shell.place),
        ),
        spread=spread_of(vehicle_of(system.booster), float(system.max_range)),
        min_altitude=float(system.min_altitude),
        max_altitude=float(system.max_altitude),
    )


@jit
def flight_from_shell(
    launcher: OrbitalLauncher, t: float, r: Floats, most: float, left: Ints
) -> tuple[float, int]:
    """Time of flight of the satellite that is nearest at an intercept at r and t, and its number.

    inf and NOBODY where none can come there in ``most`` seconds or where none is allowed.
    """
    spread = launcher.spread
    if most < spread.burn + LEAST_COAST:
        return math.inf, NOBODY
    height = geocentric_height(r[0], r[1], r[2])
    if not launcher.min_altitude <= height <= launcher.max_altitude:
        return math.inf, NOBODY
    ring = ring_of(spread, most)
    distance, who = nearest_satellite(launcher.shell, t, r, ring, left)
    return time_to(spread, distance), who


@jit
def scan_shell(
    launcher: OrbitalLauncher,
    times: Floats,
    places: Floats,
    t_earliest: float,
    left: Ints,
    window: Floats,
) -> tuple[int, int]:
    """First and last chance among samples (k,), (k, 3) of a path.

    ``window`` (7,) is filled as by `windows.scan`. Returns the sample of the first intercept and
    its satellite, -1 and NOBODY if there is none.
    """
    window[:] = math.nan
    first, who = -1, NOBODY
    for j in range(len(times)):
        t = times[j]
        if not (math.isfinite(t) and math.isfinite(places[j, 0])):
            break
        most = t - t_earliest
        flight, satellite = flight_from_shell(launcher, t, places[j], most, left)
        if not flight <= most:
            continue
        if first < 0:
            first, who = j, satellite
            window[0], window[1] = t - flight, t
            window[4:] = places[j]
        window[2], window[3] = t - flight, t
    return first, who


@jit
def shell_window(
    launcher: OrbitalLauncher,
    times: Floats,
    states: Floats,
    t_earliest: float,
    left: Ints,
    window: Floats,
) -> int:
    """First and last chance of a shell against one predicted path; the satellite of the first.

    Parameters
    ----------
    times, states : (k,), (k, 6) float
        Samples of the path, ECEF; NaN ends it.
    window : (7,) float
        Filled: first launch, first intercept, last launch, last intercept, place of the first.
    """
    places = np.ascontiguousarray(states[:, :3])
    j, who = scan_shell(launcher, times, places, t_earliest, left, window)
    if j < 1:
        return who
    fine = np.empty(7)
    t_fine, r_fine = np.empty(N_FINE), np.empty((N_FINE, 3))
    between(times[j - 1], states[j - 1], times[j], states[j], t_fine, r_fine)
    found, satellite = scan_shell(launcher, t_fine, r_fine, t_earliest, left, fine)
    if found >= 0:
        window[:2] = fine[:2]
        window[4:] = fine[4:]
        return satellite
    return who


@jit
def choose_satellites(
    launcher: OrbitalLauncher, times: Floats, states: Floats, t_earliest: Floats, batch: Ints,
    left: Ints,
) -> tuple[Floats, Ints]:  # fmt: skip
    """Satellite that meets each of n paths first, among those that have rounds left.

    Parameters
    ----------
    times, states, t_earliest
        As for `shell_windows`.
    batch : (n,) int
        Row of ``left`` of each path.
    left : (n_runs, total) int
        Rounds of each satellite; in place less those that are given to a path here.

    Returns
    -------
    windows : (n, 7) float
    satellites : (n,) int
        NOBODY where there is none.
    """
    n = len(batch)
    windows, who = np.full((n, 7), math.nan), np.full(n, NOBODY, np.int64)
    for i in range(n):
        have = left[batch[i]]
        who[i] = shell_window(launcher, times[i], states[i], t_earliest[i], have, windows[i])
        if who[i] != NOBODY:
            have[who[i]] -= 1
    return windows, who


@jit
def shell_windows(
    launcher: OrbitalLauncher, times: Floats, states: Floats, t_earliest: Floats
) -> Floats:
    """First and last chances of a shell against n predicted paths, (n, 7).

    Parameters
    ----------
    times : (n, k) float
        Sample times, s, ascending; NaN ends a path.
    states : (n, k, 6) float
        Positions and velocities, ECEF; NaN ends a path.
    t_earliest : (n,) float
        No launch before; inf where the shell is not asked.
    """
    n, k = times.shape
    windows = np.full((n, 7), math.nan)
    nobody = np.zeros(0, np.int64)
    for i in range(n):
        if t_earliest[i] < times[i, k - 1]:
            shell_window(launcher, times[i], states[i], t_earliest[i], nobody, windows[i])
    return windows
