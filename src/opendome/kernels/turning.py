"""A track that turns or burns: it falls or flies level, and an acceleration of its own is added.

State of a row (10,), ECEF: the seven of `motion`, then the lift to the left and upwards, both
across the velocity, and the push along it, m/s^2. Each dies away in time and is stirred again: a
Markov process of first order.
Source: R. A. Singer, "Estimating optimal tracking filter performance for manned maneuvering
targets", IEEE Trans. AES 6 (1970), eqs. (3) to (14).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.follow import Temper, is_low
from opendome.kernels.frames import geocentric_height
from opendome.kernels.level import surface_normal
from opendome.kernels.modes import LevelNoise, add_level_noise, level_mean
from opendome.kernels.motion import (
    MAX_STEPS,
    Noise,
    Work,
    add_noise,
    fall_mean,
    new_work,
    step_length,
)
from opendome.kernels.rows import N_STATES
from opendome.kernels.vectors import Vector, cross, norm, plus, times

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_SPEED = 1.0  # m/s, lest the direction of flight be undefined at rest
MOST_TURN = 0.5  # rad of one step: what is slow, or nothing is known of, turns no harder
LOWEST = -5e3  # m: what is deeper in the ground, by errors of any kind, does not turn
FASTEST = 11.2e3  # m/s, of escape: nothing in air is faster
SMALL = 0.01  # of the time in which a lift dies away, below which closed forms lose their digits


class Lift(NamedTuple):
    """How long things turn, and how hard."""

    lasts: float  # s, in which a lift dies away
    longest: float  # s, of one step
    share: float  # standard deviation of a lift, as part of the hardest turn


class Turn(NamedTuple):
    """Work space of one step."""

    work: Work
    phi: Floats  # (6, N_STATES) derivatives of place and velocity after the step
    product: Floats  # (6, N_STATES)


@jit
def new_turn() -> Turn:
    """Work space, nothing in it yet."""
    return Turn(new_work(), np.zeros((6, N_STATES)), np.zeros((6, N_STATES)))


@jit
def lift_axes(s: Floats) -> tuple[Vector, Vector, Vector, float]:
    """Unit vectors forwards, to the left and upwards across the velocity; and the speed.

    Of what flies straight up or down, left is any way across.
    """
    r, v = (s[0], s[1], s[2]), (s[3], s[4], s[5])
    n = surface_normal(r, geocentric_height(s[0], s[1], s[2]))
    speed = norm(v) + LEAST_SPEED
    forward = times(1.0 / speed, v)
    left = cross(n, forward)
    if norm(left) < 1e-6:
        left = cross(n, (1.0, 0.0, 0.0) if abs(n[2]) > 0.9 else (0.0, 0.0, 1.0))
    left = times(1.0 / norm(left), left)
    return forward, left, cross(forward, left), speed


@jit
def lift_gains(h: float, lasts: float) -> tuple[float, float, float]:
    """What a lift leaves of itself, adds to the velocity and to the place in h seconds, per unit.

    Backwards in time it is taken as constant.
    """
    ages = h / lasts
    if ages <= 0.0:
        return 1.0, h, 0.5 * h * h
    to_speed = -lasts * math.expm1(-ages)
    if ages < SMALL:  # leading terms: the closed form loses its digits
        return math.exp(-ages), to_speed, h * h * (0.5 - ages / 6.0 + ages * ages / 24.0)
    return math.exp(-ages), to_speed, lasts * (h - to_speed)


@jit
def lift_noise(h: float, lasts: float) -> tuple[float, float, float, float, float, float]:
    """Covariance of place, velocity and lift after h seconds of a lift of variance 1 that is new.

    In the order place with place, velocity and lift, velocity with these, lift with itself.
    """
    a, q = 1.0 / lasts, 2.0 / lasts
    ages = h * a
    if ages < SMALL:
        x = q * h
        return x * h**4 / 20.0, x * h**3 / 8.0, x * h * h / 6.0, x * h * h / 3.0, x * h / 2.0, x
    e = math.exp(-ages)
    e2 = e * e
    rr = 1.0 - e2 + 2.0 * ages + 2.0 * ages**3 / 3.0 - 2.0 * ages**2 - 4.0 * ages * e
    rv = e2 + 1.0 - 2.0 * e + 2.0 * ages * e - 2.0 * ages + ages**2
    ra = 1.0 - e2 - 2.0 * ages * e
    vv = 4.0 * e - 3.0 - e2 + 2.0 * ages
    va = e2 + 1.0 - 2.0 * e
    aa = 1.0 - e2
    return (
        q * rr / (2.0 * a**5), q * rv / (2.0 * a**4), q * ra / (2.0 * a**3),
        q * vv / (2.0 * a**3), q * va / (2.0 * a**2), q * aa / (2.0 * a),
    )  # fmt: skip


@jit
def bend(
    s: Floats, h: float, lasts: float, axes: tuple[Vector, Vector, Vector, float], turn: Turn
) -> float:
    """Add what lift and push do in h seconds to a state that was carried without them, in place.

    ``turn.phi`` gets the derivatives of place and velocity; those of the motion without lift are
    in its work space. Lift does no work: the speed stays. Gives what is left of lift and push.
    """
    forward, left, up, speed = axes
    keep, to_speed, to_place = lift_gains(h, lasts)
    phi, base = turn.phi, turn.work.phi
    v = (s[3], s[4], s[5])
    before = norm(v)
    for m in range(2):
        axis, lift = (left, s[7]) if m == 0 else (up, s[8])
        v = plus(v, to_speed * lift, axis)
        for i in range(3):
            s[i] += to_place * lift * axis[i]
    scale = before / (norm(v) + 1e-9)
    lifts, push = (s[7] / speed, s[8] / speed), s[9] / speed
    for i in range(3):
        s[i] += to_place * s[9] * forward[i]
        s[3 + i] = scale * v[i] + to_speed * s[9] * forward[i]
        for j in range(7):
            phi[i, j], phi[3 + i, j] = base[i, j], base[3 + i, j]
        for j in range(3):
            turns = forward[i] * (lifts[0] * left[j] + lifts[1] * up[j])
            turns -= push * ((1.0 if i == j else 0.0) - forward[i] * forward[j])
            phi[i, 3 + j] -= to_place * turns
            phi[3 + i, 3 + j] -= to_speed * turns
        for k in range(3):
            along = forward[i] if k == 2 else up[i] if k == 1 else left[i]
            phi[i, 7 + k], phi[3 + i, 7 + k] = to_place * along, to_speed * along
    for k in range(7, N_STATES):
        s[k] *= keep
    return keep


@jit
def spread_turn(p: Floats, keep: float, turn: Turn) -> None:
    """Covariance after a step, in place; drag stays, lift and push keep a part of themselves."""
    phi, product = turn.phi, turn.product
    for i in range(6):
        for j in range(N_STATES):
            total = 0.0
            for k in range(N_STATES):
                total += phi[i, k] * p[k, j]
            product[i, j] = total
    for i in range(6):
        for j in range(i + 1):
            total = 0.0
            for k in range(N_STATES):
                total += product[i, k] * phi[j, k]
            p[i, j] = p[j, i] = total
    for j in range(6, N_STATES):
        left = 1.0 if j == 6 else keep
        for i in range(6):
            p[i, j] = p[j, i] = left * product[i, j]
        for i in range(6, j + 1):
            p[i, j] *= left if i == 6 else left * keep
            p[j, i] = p[i, j]


@jit
def stir_lift(
    p: Floats, h: float, variance: float, lasts: float, axes: tuple[Vector, Vector, Vector]
) -> None:
    """Add the noise of h seconds of lift and push of some variance, in place.

    ``axes``: to the left, upwards, forwards.
    """
    rr, rv, ra, vv, va, aa = lift_noise(abs(h), lasts)
    if h < 0.0:
        rr = rv = ra = vv = va = 0.0
    for m in range(3):
        axis, k = axes[m], 7 + m
        for i in range(3):
            for j in range(3):
                both = variance * axis[i] * axis[j]
                p[i, j] += rr * both
                p[i, 3 + j] += rv * both
                p[3 + i, j] += rv * both
                p[3 + i, 3 + j] += vv * both
            p[i, k] += variance * ra * axis[i]
            p[3 + i, k] += variance * va * axis[i]
            p[k, i], p[k, 3 + i] = p[i, k], p[3 + i, k]
        p[k, k] += variance * aa


@jit
def turn_length(s: Floats, left: float, is_level: bool, lift: Lift) -> tuple[float, bool]:
    """Next step of a state that has so many seconds before it, and whether it is in air."""
    longest, is_air = lift.longest, True
    if not is_level:
        longest, is_air = step_length(s, False)
        longest = min(longest, lift.longest)
    return left if abs(left) <= longest else math.copysign(longest, left), is_air


@jit
def turn_mean(
    s: Floats, h: float, is_level: bool, noise: tuple[LevelNoise, Lift], turn: Turn
) -> tuple[float, Vector]:
    """Advance a state in place by one step of h seconds; its derivatives are left in ``turn``.

    Gives what is left of lift and push and, of what is level, the vertical where it was.
    """
    level, lift = noise
    axes, normal = lift_axes(s), (0.0, 0.0, 0.0)
    most = MOST_TURN * axes[3] / abs(h)
    for k in range(7, N_STATES):
        s[k] = min(max(s[k], -most), most)
    if is_level:
        normal = level_mean(s, h, level, turn.work.phi)
    else:
        fall_mean(s, h, False, turn.work)
    return bend(s, h, lift.lasts, axes, turn), normal


@jit
def carry_turning(
    s: Floats, p: Floats, left: float, is_level: bool, sigma: float,
    noise: tuple[Noise, LevelNoise, Lift], turn: Turn,
) -> None:  # fmt: skip
    """Advance mean and covariance of one row in place by so many seconds.

    ``sigma``: standard deviation of each part of lift and push, m/s^2.
    """
    falling, level, lift = noise
    for _ in range(MAX_STEPS):
        if left == 0.0:
            break
        h, is_air = turn_length(s, left, is_level, lift)
        axes = lift_axes(s)
        most = MOST_TURN * axes[3] / abs(h)
        keep, normal = turn_mean(s, h, is_level, (level, lift), turn)
        spread_turn(p, keep, turn)
        if is_level:
            add_level_noise(s, p, h, 0.0, level, normal)
        else:
            density = falling.air if is_air else falling.vacuum
            add_noise(p, h, density, falling.log_beta if is_air else 0.0)
        stir_lift(p, h, min(sigma, most) ** 2, lift.lasts, (axes[1], axes[2], axes[0]))
        left -= h


@jit
def may_turn(s: Floats, p: Floats, temper: Temper) -> bool:
    """Whether a state with its covariance is of a thing that air may bear in a turn.

    In air and not deep in the ground, at a speed of this world; each variance positive. Surprises
    widen what turns faster than what does not, and a row that is lost would fly off in its turns.
    """
    for k in range(N_STATES):
        if not (math.isfinite(s[k]) and 0.0 < p[k, k] < math.inf):
            return False
    speed2 = s[3] * s[3] + s[4] * s[4] + s[5] * s[5]
    is_under = geocentric_height(s[0], s[1], s[2]) < LOWEST
    return is_low(s, temper) and not is_under and speed2 < FASTEST * FASTEST


@jit
def clip_lift(s: Floats, p: Floats, hardest: float, sigma: float) -> None:
    """Keep lift and push of a state within the hardest turn and its variance within sigma^2.

    In place. A surprise widens all of a row, and would make lifts of it that nothing bears; the
    variance is shrunk with its correlations kept.
    """
    for a in range(7, N_STATES):
        s[a] = min(max(s[a], -hardest), hardest)
        if p[a, a] > sigma * sigma:
            shrink = sigma / math.sqrt(p[a, a])
            for k in range(N_STATES):
                if k != a:
                    p[a, k] *= shrink
                    p[k, a] *= shrink
            p[a, a] = sigma * sigma
