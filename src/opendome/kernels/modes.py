"""Models of tracks: coasting as in `motion`, or level flight; and how well each fits a look.

State of a row as in `motion`; in level flight the seventh component is carried along, unused.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.frames import geocentric_height
from opendome.kernels.kalman import (
    Expected,
    add_scaled,
    factor,
    forward_square,
    innovation,
    look_error,
)
from opendome.kernels.kalman import span as span_of
from opendome.kernels.level import GLIDE_LEAST, level_step, surface_normal
from opendome.kernels.looks import Looks
from opendome.kernels.motion import (
    MAX_STEPS,
    Noise,
    Work,
    new_work,
    spread,
    step_length,
    step_row,
)
from opendome.kernels.vectors import Vector, dot, plus, row

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class LevelNoise(NamedTuple):
    """Process noise of level flight, and how a climb ends."""

    ground: float  # density, m^2/s^3
    climb: float  # the same, up and down
    settle: float  # s, in which a climb dies away
    push: float  # m/s^2, with which it does at most
    glide: float  # m^2/s^3, more of both densities for what glides, as it banks from side to side


@jit
def level_mean(s: Floats, h: float, noise: LevelNoise, phi: Floats) -> Vector:
    """Advance the mean of a level row in place by h seconds; ``phi`` gets its derivatives (7, 7).

    Ground speed and course stay; the climb dies away (forwards in time), as a flyer levels out.
    Gives the vertical where the row was.
    """
    r, v = (s[0], s[1], s[2]), (s[3], s[4], s[5])
    n = surface_normal(r, geocentric_height(s[0], s[1], s[2]))
    climb = dot(v, n)
    keep, gain = 1.0, h
    if h > 0.0:
        settle = max(noise.settle, abs(climb) / noise.push)
        keep = math.exp(-h / settle)
        gain = settle * (1.0 - keep)
    r, v = level_step(r, plus(v, climb * (gain / h - 1.0), n), h)
    up = surface_normal(r, geocentric_height(r[0], r[1], r[2]))
    v = plus(v, climb * (keep - gain / h), up)
    for i in range(7):
        for j in range(7):
            phi[i, j] = 1.0 if i == j else 0.0
    for i in range(3):
        s[i], s[3 + i] = r[i], v[i]
        for j in range(3):
            phi[i, 3 + j] = (gain - h) * n[i] * n[j]
            phi[3 + i, 3 + j] += (keep - 1.0) * n[i] * n[j]
        phi[i, 3 + i] += h
    return n


@jit
def add_level_noise(
    s: Floats, p: Floats, h: float, agility: float, noise: LevelNoise, n: Vector
) -> None:
    """Add the noise of h seconds of level flight that ended in state s; ``n``: the vertical."""
    if s[3] * s[3] + s[4] * s[4] + s[5] * s[5] > GLIDE_LEAST * GLIDE_LEAST:
        agility += noise.glide
    ground, vertical = noise.ground + agility, noise.climb + agility
    span = abs(h)
    for i in range(3):
        for j in range(3):
            density = (vertical - ground) * n[i] * n[j]
            if i == j:
                density += ground
            p[i, j] += density * span * span * span / 3.0
            p[i, 3 + j] += density * h * span / 2.0
            p[3 + i, j] += density * h * span / 2.0
            p[3 + i, 3 + j] += density * span


@jit
def level_row(
    s: Floats, p: Floats, h: float, agility: float, noise: LevelNoise, work: Work
) -> None:
    """Advance mean and covariance of a level row in place by h seconds."""
    n = level_mean(s, h, noise, work.phi)
    spread(p, work.phi, work.product)
    add_level_noise(s, p, h, agility, noise, n)


class Modes(NamedTuple):
    """What moves each row, (n,): whether it burns, whether it flies level, and its agility."""

    is_boosting: Bools
    is_level: Bools
    agility: Floats  # m^2/s^3, acceleration noise on top of the model's own


@jit
def carry_row(
    s: Floats,
    p: Floats,
    left: float,
    mode: tuple[bool, bool],
    agility: float,
    noise: tuple[Noise, LevelNoise],
    work: Work,
) -> None:
    """Advance one row in place by so many seconds; mode is (is boosting, is level)."""
    coasting, level = noise
    is_boosting, is_level = mode
    if is_level:
        if left != 0.0:
            level_row(s, p, left, agility, level, work)
        return
    for _ in range(MAX_STEPS):
        if left == 0.0:
            break
        longest, is_air = step_length(s, is_boosting)
        h = left if abs(left) <= longest else math.copysign(longest, left)
        step_row(s, p, h, (is_boosting, is_air), agility, coasting, work)
        left -= h


@jit
def predict_modes(
    t: Floats, x: Floats, cov: Floats, modes: Modes, t_to: float, noise: tuple[Noise, LevelNoise]
) -> tuple[Floats, Floats]:
    """Mean and covariance of rows at one time: as `motion.predict_many`, or in level flight.

    Returns
    -------
    x_to, cov_to : (n, 7), (n, 7, 7) float
    """
    x_to, cov_to = x.copy(), cov.copy()
    work = new_work()
    for i in range(len(t)):
        mode = (modes.is_boosting[i], modes.is_level[i])
        carry_row(x_to[i], cov_to[i], t_to - t[i], mode, modes.agility[i], noise, work)
    return x_to, cov_to


class Trial(NamedTuple):
    """Work space of one comparison of a row and a look."""

    innovation: Floats  # (4,)
    cov: Floats  # (4, 4)
    error: Floats  # (4, 4)


@jit
def fit(expected: Expected, row: int, looks: Looks, i: int, trial: Trial) -> float:
    """Logarithm of the likelihood of one look, but for a constant of its components."""
    first, last = span_of(looks, i)
    look_error(expected, row, looks, i, trial.error)
    add_scaled(trial.error, 1.0, expected.cov[row], trial.cov)
    innovation(expected, row, looks, i, trial.innovation)
    log_det = factor(trial.cov, first, last)
    return -0.5 * (log_det + forward_square(trial.cov, trial.innovation, first, last))


@jit
def fits(expected: Expected, rows: Ints, looks: Looks, look: Ints) -> Floats:
    """Logarithm (m,) of the likelihood of each look, but for a constant of its components."""
    trial = Trial(np.empty(4), np.empty((4, 4)), np.empty((4, 4)))
    out = np.empty(len(rows))
    for m in range(len(rows)):
        out[m] = fit(expected, rows[m], looks, look[m], trial)
    return out


@jit
def pace(s: Floats) -> tuple[float, float, float]:
    """Height over the ellipsoid, climb and ground speed of a state (7,)."""
    height = geocentric_height(s[0], s[1], s[2])
    n = surface_normal((s[0], s[1], s[2]), height)
    v = (s[3], s[4], s[5])
    climb = dot(v, n)
    ground = plus(v, -climb, n)
    return height, climb, math.sqrt(dot(ground, ground))


@jit
def paces(x: Floats) -> Floats:
    """Height over the ellipsoid, climb and ground speed, rows (n, 3), of states (n, 7)."""
    out = np.empty((len(x), 3))
    for i in range(len(x)):
        out[i, 0], out[i, 1], out[i, 2] = pace(x[i])
    return out


@jit
def start_level(x: Floats, cov: Floats, sigma_ground: float, sigma_climb: float) -> Floats:
    """Draw new rows (in place) towards level flight: their climb is near zero, their speed modest.

    The velocity of each row is joined with a second, independent guess of it: zero, with these
    standard deviations.
    """
    for i in range(len(x)):
        n = surface_normal(row(x, i), geocentric_height(x[i, 0], x[i, 1], x[i, 2]))
        # One component after the other: the vertical, then two across it.
        east = (-n[1], n[0], 0.0)
        length = math.sqrt(dot(east, east)) + 1e-12
        east = (east[0] / length, east[1] / length, 0.0)
        north = (
            n[1] * east[2] - n[2] * east[1],
            n[2] * east[0] - n[0] * east[2],
            n[0] * east[1] - n[1] * east[0],
        )
        for k in range(3):
            axis = n if k == 0 else (east if k == 1 else north)
            sigma = sigma_climb if k == 0 else sigma_ground
            guess_component(x[i], cov[i], axis, sigma)
    return cov


@jit
def guess_component(s: Floats, p: Floats, axis: tuple[float, float, float], sigma: float) -> None:
    """Update a row in place as if its velocity along an axis had been measured as 0."""
    gain, value, total = np.zeros(7), 0.0, sigma * sigma
    for a in range(7):
        for k in range(3):
            gain[a] += p[a, 3 + k] * axis[k]
    for k in range(3):
        value += s[3 + k] * axis[k]
        total += gain[3 + k] * axis[k]
    for a in range(7):
        s[a] -= gain[a] * value / total
        for b in range(7):
            p[a, b] -= gain[a] * gain[b] / total
