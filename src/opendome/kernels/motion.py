"""How a track moves between looks: ballistic in air and gravity, or thrusting; mean and covariance.

State of a row, ECEF: s = [r(3), v(3), p]. Coasting, p is the natural logarithm of the ballistic
coefficient m/(cd A) in kg/m^2. Boosting, p is the thrust acceleration in m/s^2 along the velocity.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import (
    EARTH_MU,
    EARTH_OMEGA,
    EARTH_RADIUS_EQUATOR,
    EARTH_RADIUS_POLE,
)
from opendome.kernels._jit import jit
from opendome.kernels.atmosphere import density_fast
from opendome.kernels.gravity import gravity_j2

Floats = NDArray[np.float64]

AIR_TOP = 120e3  # m, above it steps are long and process noise is that of vacuum
DRAG_TOP = 200e3  # m, above it drag is left out: below 1e-6 m/s^2 for any ballistic body
PATH_AIR = 3e3  # m, longest way through air in one step
STEP_AIR, STEP_AIR_LEAST = 4.0, 0.5  # s
STEP_BRAKING, STEP_LEAST = 0.5, 0.02  # part of the time in which drag stops the body; s
STEP_BOOST = 2.0  # s
STEP_VACUUM = 15.0  # s
SLOW = 20.0  # m/s upwards, lest the direction of thrust be undefined at rest
SCALE_SPAN = 500.0  # m, half the span over which the scale height of air is taken
MAX_STEPS = 2000
# What burns or turns unseen says nothing of drag: 1/s, at which its doubt grows, and m^2/s^3, the
# agility at which that is half as fast.
FORGET, RESTLESS = 0.25, 100.0


class Noise(NamedTuple):
    """Power spectral densities of the process noise, two-sided."""

    air: float  # acceleration, m^2/s^3, coasting below AIR_TOP
    vacuum: float  # the same above
    boost: float  # the same, thrusting
    log_beta: float  # 1/s, coasting in air
    thrust: float  # (m/s^2)^2/s


class Work(NamedTuple):
    """Work space of one step."""

    stages: Floats  # (2, 7)
    middle: Floats  # (7,)
    jac: Floats  # (3, 7)
    phi: Floats  # (7, 7)
    product: Floats  # (7, 7)


@jit
def new_work() -> Work:
    """Work space, nothing in it yet."""
    return Work(np.zeros((2, 7)), np.zeros(7), np.zeros((3, 7)), np.zeros((7, 7)), np.zeros((7, 7)))


@jit
def rough_altitude(x: float, y: float, z: float) -> float:
    """Height above the ellipsoid along the radius, m: 100 m off at 1,000 km, less below."""
    square = x * x + y * y + z * z
    radius = math.sqrt(square)
    sine2 = z * z / square
    a2, b2 = EARTH_RADIUS_EQUATOR**2, EARTH_RADIUS_POLE**2
    return radius - math.sqrt(a2 * b2 / (b2 * (1.0 - sine2) + a2 * sine2))


@jit
def upwards(speed: float) -> float:
    """Speed upwards, m/s, that gives thrust a direction at rest and none to speak of in flight."""
    return SLOW * SLOW / (SLOW + speed)


@jit
def acceleration(s: Floats, is_boosting: bool, a: Floats) -> None:
    """Acceleration of a row relative to the rotating Earth, put into ``a``.

    Central gravity and J2, Coriolis and centrifugal terms; drag in US76 air at rest on the Earth,
    or thrust along the velocity (a gravity turn; drag is then part of the estimated thrust).
    Source: X. R. Li, V. P. Jilkov, "Survey of maneuvering target tracking, Part II: motion models
    of ballistic and space targets", IEEE Trans. AES 46 (2010).
    """
    x, y, z, vx, vy, vz = s[0], s[1], s[2], s[3], s[4], s[5]
    gx, gy, gz = gravity_j2(x, y, z)
    a[0] = gx + EARTH_OMEGA * (2.0 * vy + EARTH_OMEGA * x)
    a[1] = gy + EARTH_OMEGA * (-2.0 * vx + EARTH_OMEGA * y)
    a[2] = gz
    if is_boosting:
        up = upwards(math.sqrt(vx * vx + vy * vy + vz * vz)) / math.sqrt(x * x + y * y + z * z)
        wx, wy, wz = vx + up * x, vy + up * y, vz + up * z
        push = s[6] / math.sqrt(wx * wx + wy * wy + wz * wz)
        a[0] += push * wx
        a[1] += push * wy
        a[2] += push * wz
        return
    alt = rough_altitude(x, y, z)
    if alt < DRAG_TOP:
        speed = math.sqrt(vx * vx + vy * vy + vz * vz)
        drag = 0.5 * density_fast(alt) * speed * math.exp(-s[6])
        a[0] -= drag * vx
        a[1] -= drag * vy
        a[2] -= drag * vz


@jit
def gradient(s: Floats, is_boosting: bool, jac: Floats) -> None:
    """Derivatives (3, 7) of `acceleration` by the state, put into ``jac`` (J2 left out)."""
    x, y, z, vx, vy, vz = s[0], s[1], s[2], s[3], s[4], s[5]
    square = x * x + y * y + z * z
    radius = math.sqrt(square)
    central = EARTH_MU / (square * radius)
    for i in range(3):
        for j in range(3):
            jac[i, j] = 3.0 * central * s[i] * s[j] / square
            jac[i, 3 + j] = 0.0
        jac[i, i] -= central
        jac[i, 6] = 0.0
    jac[0, 0] += EARTH_OMEGA * EARTH_OMEGA
    jac[1, 1] += EARTH_OMEGA * EARTH_OMEGA
    jac[0, 4] = 2.0 * EARTH_OMEGA
    jac[1, 3] = -2.0 * EARTH_OMEGA
    if is_boosting:
        up = upwards(math.sqrt(vx * vx + vy * vy + vz * vz)) / radius
        w = (vx + up * x, vy + up * y, vz + up * z)
        length = math.sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2])
        for i in range(3):
            for j in range(3):
                jac[i, 3 + j] -= s[6] / length * w[i] * w[j] / (length * length)
            jac[i, 3 + i] += s[6] / length
            jac[i, 6] = w[i] / length
        return
    alt = rough_altitude(x, y, z)
    if alt >= DRAG_TOP:
        return
    air = density_fast(alt)
    speed = math.sqrt(vx * vx + vy * vy + vz * vz) + 1e-9
    drag = 0.5 * air * math.exp(-s[6])
    thinning = (density_fast(alt + SCALE_SPAN) - density_fast(alt - SCALE_SPAN)) / (
        2.0 * SCALE_SPAN * air
    )
    for i in range(3):
        for j in range(3):
            jac[i, j] -= drag * speed * s[3 + i] * thinning * s[j] / radius
            jac[i, 3 + j] -= drag * s[3 + i] * s[3 + j] / speed
        jac[i, 3 + i] -= drag * speed
        jac[i, 6] = drag * speed * s[3 + i]


@jit
def rk4_step(s: Floats, is_boosting: bool, h: float, work: Floats) -> None:
    """Advance a row in place by one classical Runge-Kutta step of h seconds; work is (2, 7)."""
    a, stage = work[0], work[1]
    start = (s[0], s[1], s[2], s[3], s[4], s[5])
    for i in range(7):
        stage[i] = s[i]
    for k in range(4):
        weight = h / 6.0 if k in (0, 3) else h / 3.0
        acceleration(stage, is_boosting, a)
        reach = 0.5 * h if k < 2 else h
        for i in range(3):
            velocity = stage[3 + i]
            s[i] += weight * velocity
            s[3 + i] += weight * a[i]
            stage[i] = start[i] + reach * velocity
            stage[3 + i] = start[3 + i] + reach * a[i]


@jit
def transition(jac: Floats, h: float, phi: Floats) -> None:
    """State transition (7, 7) over h seconds to second order, from the gradient at the middle."""
    half = 0.5 * h * h
    for i in range(3):
        for j in range(7):
            curve = 0.0
            for k in range(3):
                curve += jac[i, 3 + k] * jac[k, j]
            if 3 <= j < 6:
                curve += jac[i, j - 3]
            phi[i, j] = half * jac[i, j]
            phi[3 + i, j] = h * jac[i, j] + half * curve
        phi[i, i] += 1.0
        phi[i, 3 + i] += h
        phi[3 + i, 3 + i] += 1.0
    for j in range(7):
        phi[6, j] = 0.0
    phi[6, 6] = 1.0


@jit
def spread(cov: Floats, phi: Floats, work: Floats) -> None:
    """Covariance phi cov phi^T, in place; work is (7, 7)."""
    for i in range(7):
        for j in range(7):
            total = 0.0
            for k in range(7):
                total += phi[i, k] * cov[k, j]
            work[i, j] = total
    for i in range(7):
        for j in range(i + 1):
            total = 0.0
            for k in range(7):
                total += work[i, k] * phi[j, k]
            cov[i, j] = total
            cov[j, i] = total


@jit
def add_noise(cov: Floats, h: float, density: float, last: float) -> None:
    """Add white acceleration noise over |h| seconds and a random walk of the last component."""
    h = abs(h)
    for i in range(3):
        cov[i, i] += density * h * h * h / 3.0
        cov[i, 3 + i] += density * h * h / 2.0
        cov[3 + i, i] += density * h * h / 2.0
        cov[3 + i, 3 + i] += density * h
    cov[6, 6] += last * h


@jit
def step_length(s: Floats, is_boosting: bool) -> tuple[float, bool]:
    """Longest step that is accurate enough here, s, and whether the row is in air."""
    alt = rough_altitude(s[0], s[1], s[2])
    radius = math.sqrt(s[0] * s[0] + s[1] * s[1] + s[2] * s[2])
    climb = (s[0] * s[3] + s[1] * s[4] + s[2] * s[5]) / radius
    spare = alt - AIR_TOP
    if spare > 0.0 and spare + STEP_VACUUM * min(climb, 0.0) > 0.0:
        return STEP_BOOST if is_boosting else STEP_VACUUM, False
    speed = math.sqrt(s[3] * s[3] + s[4] * s[4] + s[5] * s[5])
    longest = min(max(PATH_AIR / (speed + 1.0), STEP_AIR_LEAST), STEP_AIR)
    if spare > 0.0:
        longest = max(longest, min(spare / (1.0 - climb), STEP_VACUUM))
    if is_boosting:
        return min(longest, STEP_BOOST), spare <= 0.0
    braking = 0.5 * density_fast(alt) * speed * math.exp(-s[6])  # 1/s
    return min(longest, max(STEP_BRAKING / (braking + 1e-9), STEP_LEAST)), spare <= 0.0


@jit
def fall_mean(s: Floats, h: float, is_boosting: bool, work: Work) -> None:
    """Advance the mean of a row in place by h seconds; its derivatives are left in ``work.phi``."""
    for i in range(7):
        work.middle[i] = s[i]
    rk4_step(s, is_boosting, h, work.stages)
    for i in range(7):
        work.middle[i] = 0.5 * (work.middle[i] + s[i])
    gradient(work.middle, is_boosting, work.jac)
    transition(work.jac, h, work.phi)


@jit
def step_row(
    s: Floats,
    p: Floats,
    h: float,
    mode: tuple[bool, bool],
    agility: float,
    noise: Noise,
    work: Work,
) -> None:
    """Advance mean and covariance of one row in place; mode is (is boosting, is in air)."""
    is_boosting, is_air = mode
    fall_mean(s, h, is_boosting, work)
    spread(p, work.phi, work.product)
    density, last = noise.vacuum, 0.0
    if is_boosting:
        density, last = noise.boost, noise.thrust
    elif is_air:
        density, last = noise.air, noise.log_beta + FORGET * agility / (agility + RESTLESS)
    add_noise(p, h, density + agility, last)


@jit
def predict_many(
    t: Floats,
    x: Floats,
    cov: Floats,
    is_boosting: NDArray[np.bool_],
    agility: Floats,
    t_to: float,
    noise: Noise,
) -> tuple[Floats, Floats]:
    """Mean and covariance of rows brought to one time, forwards or (a few seconds) backwards.

    Parameters
    ----------
    t : (n,) float
        Time of each row.
    x, cov : (n, 7), (n, 7, 7) float
    agility : (n,) float
        Acceleration noise on top of the model's own, m^2/s^3: a row suspected of a manoeuvre.

    Returns
    -------
    x_to, cov_to : (n, 7), (n, 7, 7) float
    """
    x_to, cov_to = x.copy(), cov.copy()
    work = new_work()
    for row in range(len(t)):
        left = t_to - t[row]
        for _ in range(MAX_STEPS):
            if left == 0.0:
                break
            longest, is_air = step_length(x_to[row], is_boosting[row])
            h = left if abs(left) <= longest else math.copysign(longest, left)
            mode = (is_boosting[row], is_air)
            step_row(x_to[row], cov_to[row], h, mode, agility[row], noise, work)
            left -= h
    return x_to, cov_to
