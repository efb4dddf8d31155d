"""Where and when a thing that falls left the ground: back along its fall, then down its burn."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.frames import enu_basis, geodetic_from_ecef
from opendome.kernels.launch_point import (
    TOP,
    WEIGHT,
    Launches,
    add_guess,
    local_state,
    put_launch,
)
from opendome.kernels.motion import Noise, Work, new_work, rough_altitude, step_length, step_row

Floats = NDArray[np.float64]

MOST_STEPS = 400
RISE = 0.15  # part of the height that a step back may take
LEAST_RISE = 50.0  # m
LEAST_CLIMB = 5.0  # m/s, of what has just left its burn
# Columns of a way back: s ago, height over the ground, speed, sine of climb, place east and north,
# and variances of the launch that is behind it: place, speed, both.
AGO, HEIGHT, SPEED, SINE, EAST = 0, 1, 2, 3, 4
N_COLUMNS = 15


class Burns(NamedTuple):
    """Burns that may have been."""

    duration: Floats  # (k,) s
    pitch: Floats  # (m,) mean steepness: part of the way from that at its end to the vertical
    ground: tuple[float, float]  # m, height of the ground: mean, standard deviation
    doubt: tuple[float, float]  # of the way over ground while it burns, part of it: along, across
    longest: float  # s, that a thing may have fallen
    fastest: float  # m/s, of a state that may be true


@jit
def step_back(s: Floats, p: Floats, noise: Noise, work: Work) -> float:
    """Take a falling row back in place by a step, s; through a part of its height at most."""
    radius = math.sqrt(s[0] * s[0] + s[1] * s[1] + s[2] * s[2])
    climb = (s[0] * s[3] + s[1] * s[4] + s[2] * s[5]) / radius
    longest, is_air = step_length(s, False)
    rise = max(RISE * rough_altitude(s[0], s[1], s[2]), LEAST_RISE)
    h = min(longest, rise / max(abs(climb), 1.0))
    step_row(s, p, -h, (False, is_air), 0.0, noise, work)
    return float(h)


@jit
def put_moment(here: Floats, there: Floats, var_ground: float, row: Floats) -> None:
    """Write a moment of the way back: what it is, and how sure what lies behind it is.

    The launch is at e - v/w z - c v, with the place e and height z, ground velocity v, climb w, and
    c that a burn decides. The columns after the place are the variances (ee, en, nn) for c = 0,
    those of the velocity, and twice the covariance of both.
    """
    speed = math.sqrt(here[3] ** 2 + here[4] ** 2 + here[5] ** 2)
    row[HEIGHT], row[SPEED] = here[2], speed
    row[SINE] = here[5] / max(speed, 1e-9)
    row[EAST], row[EAST + 1] = here[0], here[1]
    climb = max(here[5], LEAST_CLIMB)
    k = EAST + 2
    for a in range(2):
        for b in range(a, 2):
            u, v = here[3 + a] / climb, here[3 + b] / climb
            place = there[a, b] - u * there[2, b] - v * there[a, 2]
            row[k] = place + u * v * (there[2, 2] + var_ground)
            row[k + 3] = there[3 + a, 3 + b]
            row[k + 6] = (
                there[a, 3 + b] + there[b, 3 + a] - u * there[2, 3 + b] - v * there[2, 3 + a]
            )
            k += 1


@jit
def way_back(
    s: Floats, p: Floats, burns: Burns, noise: Noise, work: Work, out: Floats, end: Floats
) -> int:
    """Fill rows (n, N_COLUMNS) with a fall taken back to the ground, place and velocity too.

    Gives how many there are, 0 where it leads back to no ground; ``end`` is the state there.
    """
    ago, n = 0.0, 0
    here, there = np.zeros(6), np.zeros((6, 6))
    states = np.zeros((MOST_STEPS, 3))
    while n < MOST_STEPS:
        local_state(s, p, burns.ground[0], here, there)
        out[n, AGO] = ago
        put_moment(here, there, burns.ground[1] ** 2, out[n])
        for k in range(3):
            states[n, k] = s[k]
        n += 1
        if here[2] < 0.0 and here[5] > 0.0:
            break
        if ago > burns.longest or not out[n - 1, SPEED] < burns.fastest:
            return 0
        ago += step_back(s, p, noise, work)
    if not here[2] < 0.0:
        return 0
    lat, lon, _ = geodetic_from_ecef(s[0], s[1], s[2])
    basis = enu_basis(lat, lon)
    for i in range(n):
        for j in range(2):
            out[i, EAST + j] = 0.0
            for k in range(3):
                out[i, EAST + j] += basis[j, k] * (states[i, k] - s[k])
    end[:] = s
    return n


@jit
def burn_behind(
    way: Floats,
    n: int,
    burn: tuple[float, float, float, float],
    log_weight: float,
    total: Floats,
    cov: Floats,
) -> None:
    """Add to a sum what one burn says of the launch behind a way back, if it can have been.

    Its end is where the fall is as high as a burn of this duration, from rest to the speed there
    at an even acceleration and at its mean steepness, has risen. ``burn``: that duration and
    steepness, and the doubts of `Burns`.
    """
    duration, pitch, along, across = burn
    gap = 0.0
    for i in range(n):
        if way[i, SINE] <= 0.0:
            continue
        steep = math.asin(min(way[i, SINE], 1.0))
        steep += pitch * (0.5 * math.pi - steep)
        length = 0.5 * way[i, SPEED] * duration
        before, gap = gap, way[i, HEIGHT] - length * math.sin(steep)
        if gap > 0.0:
            continue
        if i == 0 or before <= 0.0:
            return  # it burns yet
        part = before / (before - gap)
        over = way[i, SPEED] * math.sqrt(max(1.0 - way[i, SINE] ** 2, 0.0))
        c = length * math.cos(steep) / max(over, 1.0)
        for k in range(3):
            cov[k] = way[i, EAST + 2 + k] + c * c * way[i, EAST + 5 + k] - c * way[i, EAST + 8 + k]
        ahead = np.zeros(2)
        dt = way[i, AGO] - way[i - 1, AGO]
        for k in range(2):
            ahead[k] = (way[i - 1, EAST + k] - way[i, EAST + k]) / dt
        even, more = (across * length) ** 2, (along * along - across * across) * c * c
        cov[0] += even + more * ahead[0] * ahead[0]
        cov[1] += more * ahead[0] * ahead[1]
        cov[2] += even + more * ahead[1] * ahead[1]
        east = way[i, EAST] + (1.0 - part) * dt * ahead[0] - c * ahead[0]
        north = way[i, EAST + 1] + (1.0 - part) * dt * ahead[1] - c * ahead[1]
        add_guess(total, log_weight, way[i, AGO] - (1.0 - part) * dt + duration, (east, north), cov)
        return


@jit
def find_launches_behind(
    t: Floats, x: Floats, cov: Floats, log_weight: Floats, burns: Burns, noise: Noise
) -> Launches:
    """Where and when falling rows left the ground, with what their burns leave open.

    Parameters
    ----------
    t : (n,) float
        Time of each row.
    x, cov : (n, 7), (n, 7, 7) float
        Rows as in `motion`.
    log_weight : (n, k) float
        Natural logarithm of the chance of each duration of a burn.

    Notes
    -----
    Mean and covariance are taken back along the fall, drag included. The estimate has mean and
    covariance of the mixture of all burns. NaN where the fall leads back to no ground, or nothing
    fits.
    """
    n = len(t)
    out = Launches(
        np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan), np.full((n, 2, 2), np.nan)
    )
    work, way, total = new_work(), np.zeros((MOST_STEPS, N_COLUMNS)), np.zeros(8)
    spread, end = np.zeros(3), np.zeros(7)
    for i in range(n):
        total[:] = 0.0
        total[TOP] = -math.inf
        n_way = way_back(x[i].copy(), cov[i].copy(), burns, noise, work, way, end)
        for k in range(len(burns.duration)):
            if not log_weight[i, k] > -25.0:
                continue
            for m in range(len(burns.pitch)):
                burn = (burns.duration[k], burns.pitch[m], *burns.doubt)
                burn_behind(way, n_way, burn, log_weight[i, k], total, spread)
        if total[WEIGHT] > 0.0:
            put_launch(end, t[i], total, burns.ground[0], out, i)
    return out
