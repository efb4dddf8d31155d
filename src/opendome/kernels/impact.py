"""Where coasting tracks will be and where they come down, many at a time, in lane tiles.

Between the call's ECEF states and its results the bodies fly in the inertial frame that equals
ECEF at each row's own start, under J2 gravity and drag in turning air.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA
from opendome.kernels._jit import jit
from opendome.kernels.aero import air_velocity
from opendome.kernels.dynamics import ground_crossing, rise_rate
from opendome.kernels.frames import geocentric_height, geodetic_from_ecef, turned
from opendome.kernels.integrate import State, hermite
from opendome.kernels.tiles import (
    BEFORE,
    BETA,
    END,
    HEIGHT,
    LAST,
    N_FIELDS,
    STATE,
    TAU,
    WIDTH,
    lane_state,
    step_tile,
)

Array = NDArray[np.float64]

# Status of a coast.
LANDED: Final = 0
STILL_FLYING: Final = 1  # at t_max
MAX_TILE_STEPS: Final = 20000


@jit
def fill_lane(tile: Array, lane: int, r: Array, v: Array, beta: float, end: float) -> None:
    """Put a body with Earth-fixed r and v at the start of its coast into a lane."""
    w = WIDTH
    for k in range(3):
        tile[k * w + lane] = r[k]
        tile[(3 + k) * w + lane] = v[k]
    tile[3 * w + lane] -= EARTH_OMEGA * r[1]
    tile[4 * w + lane] += EARTH_OMEGA * r[0]
    for k in range(6):
        tile[(BEFORE + k) * w + lane] = tile[k * w + lane]
    tile[BETA * w + lane] = beta
    tile[TAU * w + lane] = 0.0
    tile[LAST * w + lane] = 0.0
    tile[END * w + lane] = end
    tile[HEIGHT * w + lane] = geocentric_height(r[0], r[1], r[2])


@jit
def is_down(tile: Array, lane: int, ground_alt: float) -> bool:
    """Whether a lane is under the ground and falling."""
    below = tile[HEIGHT * WIDTH + lane] < ground_alt
    return below and rise_rate(lane_state(tile, lane, STATE)) < 0.0


@jit
def landing(tile: Array, lane: int, ground_alt: float) -> tuple[float, State]:
    """Seconds since the start of a lane, and state, where its last step met the ground."""
    tau = tile[TAU * WIDTH + lane]
    before, after = lane_state(tile, lane, BEFORE), lane_state(tile, lane, STATE)
    return ground_crossing(tau - tile[LAST * WIDTH + lane], before, tau, after, ground_alt)


@jit
def ecef_state(y: State, tau: float) -> State:
    """Earth-fixed state of an inertial one, tau seconds after the two frames were one."""
    angle = -EARTH_OMEGA * tau
    x, yy = turned(y[0], y[1], angle)
    vx, vy = turned(y[3] + EARTH_OMEGA * y[1], y[4] - EARTH_OMEGA * y[0], angle)
    return x, yy, y[2], vx, vy, y[5]


@jit
def coast_many(
    r_ecef: Array, v_ecef: Array, log_beta: Array, t: Array, t_max: float, ground_alt: float = 0.0
) -> tuple[Array, NDArray[np.int64]]:
    """Impacts of n coasting bodies.

    Parameters
    ----------
    r_ecef, v_ecef : (n, 3) float
        States, relative to the turning Earth.
    log_beta : (n,) float
        Natural logarithm of the ballistic coefficient, kg/m^2.
    t : (n,) float
        Time of each state.
    t_max : float
        Longest coast, s.
    ground_alt : float
        Geodetic altitude at which a falling body has landed.

    Returns
    -------
    impact : (n, 4) float
        Rows [t, lat, lon, speed over ground]; NaN unless landed.
    status : (n,) int
        LANDED or STILL_FLYING.
    """
    n = len(t)
    impact, status = np.full((n, 4), math.nan), np.full(n, STILL_FLYING, np.int64)
    tile, is_live = np.zeros(N_FIELDS * WIDTH), np.empty(WIDTH, np.bool_)
    for first in range(0, n, WIDTH):
        for lane in range(WIDTH):
            i = min(first + lane, n - 1)
            fill_lane(tile, lane, r_ecef[i], v_ecef[i], math.exp(log_beta[i]), t_max)
            is_live[lane] = first + lane < n
        for _ in range(MAX_TILE_STEPS):
            step_tile(tile)
            for lane in range(WIDTH):
                if is_live[lane] and is_down(tile, lane, ground_alt):
                    i = first + lane
                    tau, y = landing(tile, lane, ground_alt)
                    x, yy, z, _, _, _ = ecef_state(y, tau)
                    impact[i, 1], impact[i, 2], _ = geodetic_from_ecef(x, yy, z)
                    impact[i, 0] = t[i] + tau
                    impact[i, 3] = air_velocity(y[0], y[1], y[3], y[4], y[5])[3]
                    status[i] = LANDED
                    is_live[lane] = False
                if not tile[TAU * WIDTH + lane] < t_max:
                    is_live[lane] = False
            if not np.any(is_live):
                break
    return impact, status


@jit
def write_times(tile: Array, lane: int, wanted: Array, n_done: int, t: float, states: Array) -> int:
    """Fill the states whose times lie within a lane's last step; how many are done by then."""
    tau = tile[TAU * WIDTH + lane]
    start = tau - tile[LAST * WIDTH + lane]
    while n_done < len(wanted) and wanted[n_done] - t <= tau:
        if wanted[n_done] - t >= start:
            y = lane_state(tile, lane, STATE)
            if tau > start:
                y = hermite(wanted[n_done] - t, start, lane_state(tile, lane, BEFORE), tau, y)
            y = ecef_state(y, wanted[n_done] - t)
            for k in range(6):
                states[n_done, k] = y[k]
        n_done += 1
    return n_done


@jit
def coast_paths(
    r_ecef: Array,
    v_ecef: Array,
    log_beta: Array,
    t: Array,
    times: Array,
    ground_alt: float = 0.0,
) -> Array:
    """Earth-fixed states (n, k, 6) of n coasting bodies at k later times each.

    States and arguments as for `coast_many`; ``times`` (n, k) does not decrease along a row. NaN
    before a row's own t and after its landing.
    """
    n, k = times.shape
    paths = np.full((n, k, 6), math.nan)
    tile, n_done = np.zeros(N_FIELDS * WIDTH), np.empty(WIDTH, np.int64)
    for first in range(0, n, WIDTH):
        for lane in range(WIDTH):
            i = min(first + lane, n - 1)
            end = max(times[i, k - 1] - t[i], 0.0)
            fill_lane(tile, lane, r_ecef[i], v_ecef[i], math.exp(log_beta[i]), end)
            n_done[lane] = k
            if first + lane < n:
                n_done[lane] = write_times(tile, lane, times[i], 0, t[i], paths[i])
        for _ in range(MAX_TILE_STEPS):
            if np.all(n_done == k):
                break
            step_tile(tile)
            for lane in range(WIDTH):
                i = first + lane
                if n_done[lane] < k:
                    n_done[lane] = write_times(tile, lane, times[i], n_done[lane], t[i], paths[i])
                    if is_down(tile, lane, ground_alt):
                        tau = landing(tile, lane, ground_alt)[0]
                        for j in range(k):
                            if times[i, j] - t[i] > tau:
                                paths[i, j] = math.nan
                        n_done[lane] = k
    return paths
