"""Where and when a thing that falls left the ground: back along its fall, then down a burn.

A burn is known by its end: how high, how fast and how steep it leaves what it drove.
"""

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
Ints = NDArray[np.int64]

MOST_STEPS = 400
RISE = 0.15  # part of the height that a step back may take
LEAST_RISE = 50.0  # m
LEAST_CLIMB = 5.0  # m/s, of what has just left its burn
FAR = 25.0  # squared distance of the end of a burn from which it is left out
# Columns of a way back: s ago, height over the ground, speed and sine of climb with their variances
# and covariance, place east and north, and variances of the launch that is behind it: place, speed,
# both.
AGO, HEIGHT, SPEED, SINE, VAR, EAST = 0, 1, 2, 3, 4, 7
N_COLUMNS = 18


class Burns(NamedTuple):
    """Burns that may have been, k of them, each by its end; from the ground, at rest."""

    height: Floats  # (k,) m over the launch
    speed: Floats  # (k,) m/s
    sine: Floats  # (k,) of climb
    bend: Floats  # (k,) way over ground, as a part of height * ground speed / climb
    age: Floats  # (k,) s
    system: Ints  # (k,) whose burn it is


class Doubt(NamedTuple):
    """What burns leave open, and how far back a fall is followed."""

    ground: tuple[float, float]  # m, height of the ground: mean, standard deviation
    band: tuple[float, float]  # of the speed at the end, part of it; of the sine of climb
    way: tuple[float, float]  # of the way over ground while it burns, part of it: along, across
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

    The launch is at e - (z + h) v/w, with the place e, height z, ground velocity v, climb w, and h
    that a burn decides. The columns after the place are the variances (ee, en, nn) of e - z v/w,
    those of w (v/w), and the covariance of both and its transpose together.
    """
    speed = math.sqrt(here[3] ** 2 + here[4] ** 2 + here[5] ** 2)
    row[HEIGHT], row[SPEED] = here[2], speed
    row[SINE] = here[5] / max(speed, 1e-9)
    row[EAST], row[EAST + 1] = here[0], here[1]
    for k in range(3):
        row[VAR + k] = 0.0
    for a in range(3):
        u = here[3 + a] / max(speed, 1e-9)
        up = ((1.0 if a == 2 else 0.0) - u * row[SINE]) / max(speed, 1e-9)
        for b in range(3):
            v = here[3 + b] / max(speed, 1e-9)
            to = ((1.0 if b == 2 else 0.0) - v * row[SINE]) / max(speed, 1e-9)
            row[VAR] += u * there[3 + a, 3 + b] * v
            row[VAR + 1] += u * there[3 + a, 3 + b] * to
            row[VAR + 2] += up * there[3 + a, 3 + b] * to
    climb = max(here[5], LEAST_CLIMB)
    slope = (here[3] / climb, here[4] / climb)
    k = EAST + 2
    for a in range(2):
        for b in range(a, 2):
            u, v = slope[a], slope[b]
            row[k] = there[a, b] - u * there[2, b] - v * there[a, 2]
            row[k] += u * v * (there[2, 2] + var_ground)
            row[k + 3] = there[3 + a, 3 + b] - u * there[5, 3 + b] - v * there[3 + a, 5]
            row[k + 3] += u * v * there[5, 5]
            row[k + 6] = there[a, 3 + b] - u * there[2, 3 + b] - v * there[a, 5]
            row[k + 6] += there[b, 3 + a] - v * there[2, 3 + a] - u * there[b, 5]
            row[k + 6] += 2.0 * u * v * there[2, 5]
            k += 1


@jit
def way_back(
    s: Floats, p: Floats, doubt: Doubt, noise: Noise, work: Work, out: Floats, end: Floats
) -> int:
    """Fill rows (n, N_COLUMNS) with a fall taken back towards the ground, place and velocity too.

    Gives how many there are; ``end`` is the state at the last. It ends under the ground, or where
    the air would have slowed it from a speed that nothing has: its burn ended higher. None where it
    leads back to no climb.
    """
    ago, n = 0.0, 0
    here, there = np.zeros(6), np.zeros((6, 6))
    states = np.zeros((MOST_STEPS, 3))
    while n < MOST_STEPS:
        local_state(s, p, doubt.ground[0], here, there)
        out[n, AGO] = ago
        put_moment(here, there, doubt.ground[1] ** 2, out[n])
        if ago > doubt.longest or not out[n, SPEED] < doubt.fastest:
            break
        for k in range(3):
            states[n, k] = s[k]
        end[:] = s
        n += 1
        if here[2] < 0.0 and here[5] > 0.0:
            break
        ago += step_back(s, p, noise, work)
    if n == 0 or out[n - 1, SINE] <= 0.0:
        return 0
    lat, lon, _ = geodetic_from_ecef(end[0], end[1], end[2])
    basis = enu_basis(lat, lon)
    for i in range(n):
        for j in range(2):
            out[i, EAST + j] = 0.0
            for k in range(3):
                out[i, EAST + j] += basis[j, k] * (states[i, k] - end[k])
    return n


@jit
def misfit(way: Floats, i: int, part: float, speed: float, sine: float, doubt: Doubt) -> float:
    """Squared distance, and twice the logarithm of its volume, of the end of a burn from a fall.

    At a part of the way from row i - 1 to row i, in speed and sine of climb.
    """
    dv = way[i - 1, SPEED] + part * (way[i, SPEED] - way[i - 1, SPEED]) - speed
    ds = way[i - 1, SINE] + part * (way[i, SINE] - way[i - 1, SINE]) - sine
    a = way[i, VAR] + (doubt.band[0] * speed) ** 2
    b, c = way[i, VAR + 1], way[i, VAR + 2] + doubt.band[1] ** 2
    det = a * c - b * b
    far = (c * dv * dv - 2.0 * b * dv * ds + a * ds * ds) / det
    if not far < FAR:
        return math.inf
    return float(far + math.log(det / (speed * speed)))


@jit
def burn_behind(
    way: Floats, span: tuple[int, int], burn: tuple[float, float, float, float, float],
    log_weight: float, doubt: Doubt, total: Floats, cov: Floats,
) -> None:  # fmt: skip
    """Add to a sum what one burn says of the launch behind a way back, if it can have been.

    ``burn``: height, speed and sine at its end, its bend and its age; ``span``: the rows of the way
    on which it climbs, the first and one past the last.
    """
    (first, n), (height, speed, sine, bend, age) = span, burn
    if not (way[first, HEIGHT] > height >= way[n - 1, HEIGHT]):
        return  # it burns yet, or ended where the fall cannot have been
    low, i = first, n - 1
    while i - low > 1:
        middle = (low + i) // 2
        if way[middle, HEIGHT] > height:
            low = middle
        else:
            i = middle
    part = (way[i - 1, HEIGHT] - height) / (way[i - 1, HEIGHT] - way[i, HEIGHT])
    far = misfit(way, i, part, speed, sine, doubt)
    if not log_weight - 0.5 * far > total[TOP] - FAR:
        return
    along, across = doubt.way
    c = bend * height / max(way[i, SPEED] * way[i, SINE], LEAST_CLIMB)
    for k in range(3):
        cov[k] = way[i, EAST + 2 + k] + c * c * way[i, EAST + 5 + k] - c * way[i, EAST + 8 + k]
    ahead = np.zeros(2)
    dt = way[i, AGO] - way[i - 1, AGO]
    for k in range(2):
        ahead[k] = (way[i - 1, EAST + k] - way[i, EAST + k]) / dt
    even = (across * c * way[i, SPEED]) ** 2
    more = (along * along - across * across) * c * c
    cov[0] += even + more * ahead[0] * ahead[0]
    cov[1] += more * ahead[0] * ahead[1]
    cov[2] += even + more * ahead[1] * ahead[1]
    east = way[i, EAST] + (1.0 - part) * dt * ahead[0] - c * ahead[0]
    north = way[i, EAST + 1] + (1.0 - part) * dt * ahead[1] - c * ahead[1]
    ago = way[i, AGO] - (1.0 - part) * dt + age
    add_guess(total, log_weight - 0.5 * far, ago, (east, north), cov)


@jit
def find_launches_behind(
    t: Floats, x: Floats, cov: Floats, log_weight: Floats, burns: Burns, doubt: Doubt, noise: Noise
) -> Launches:
    """Where and when falling rows left the ground, with what their burns leave open.

    Parameters
    ----------
    t : (n,) float
        Time of each row.
    x, cov : (n, 7), (n, 7, 7) float
        Rows as in `motion`.
    log_weight : (n, n_systems) float
        Natural logarithm of the chance of each burn of a system.

    Notes
    -----
    Mean and covariance are taken back along the fall, drag included. Where that is as high as the
    end of a burn its speed and climb are weighed against those there, with the doubt of both. The
    estimate has mean and covariance of the mixture of all burns. NaN where nothing fits.
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
        n_way = way_back(x[i].copy(), cov[i].copy(), doubt, noise, work, way, end)
        first = 0
        while first < n_way and way[first, SINE] <= 0.0:
            first += 1
        for k in range(len(burns.height) if n_way > first + 1 else 0):
            weight = log_weight[i, burns.system[k]]
            if weight > -25.0:
                burn = (
                    burns.height[k], burns.speed[k], burns.sine[k], burns.bend[k], burns.age[k]
                )  # fmt: skip
                burn_behind(way, (first, n_way), burn, weight, doubt, total, spread)
        if total[WEIGHT] > 0.0:
            put_launch(end, t[i], total, doubt.ground[0], out, i)
    return out
