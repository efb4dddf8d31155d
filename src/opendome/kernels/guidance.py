"""What a round in flight is, what its seeker sees, and what its guidance law asks for.

The round never sees the truth. Far out it steers on the track that was handed over; once its
seeker has acquired, on noisy lines of sight made here. All vectors are inertial (ECI), SI.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.aero import air_velocity
from opendome.kernels.atmosphere import density_fast
from opendome.kernels.dynamics import coast_acceleration
from opendome.kernels.flight import path_at
from opendome.kernels.frames import geocentric_height
from opendome.kernels.philox import normal
from opendome.kernels.vectors import cross, dot, norm

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ON_PATH, FREE, ENDED = 0, 1, 2  # phases of a round
PROPORTIONAL_NAVIGATION, ZERO_EFFORT_MISS = 0, 1  # guidance laws

SMOOTHING = 0.7  # fading memory of the line-of-sight filter, 0 (none) to 1 (endless)


class RoundKinds(NamedTuple):
    """Constants of each interceptor system, arrays of length n_systems."""

    is_divert: NDArray[np.bool_]
    max_acceleration: Floats
    lag: Floats
    full_pressure: Floats  # Pa
    navigation_constant: Floats
    acquisition_range: Floats
    cos_field: Floats  # cosine of the half field of view
    sigma_angle: Floats  # rad per look and axis
    look_interval: Floats  # s
    beta: Floats  # kg/m^2, after burn-out
    free_time: Floats  # s after launch when guidance begins: burn-out, or the sustainer's start
    sustain_time: Floats  # s after launch when the sustainer ends; free_time without one
    thrust: Floats  # N, of the sustainer
    mass: Floats  # kg, at free_time
    flow: Floats  # kg/s
    drag_area: Floats  # m^2, while the sustainer burns
    noise: int  # purpose of the seeker's draws


class Rounds(NamedTuple):
    """Evolving state of every round of a batch, arrays of length n, changed in place."""

    system: Ints
    law: Ints  # code of the guidance law, named by the command
    batch: Ints  # index of the round's run within the batch
    run: Ints
    shot: Ints
    phase: Ints
    t_launch: Floats
    t: Floats
    r: Floats  # (n, 3)
    v: Floats
    a: Floats  # achieved lateral acceleration
    divert: Floats  # velocity change left
    burn: Floats  # (n, 3) velocity change asked and not yet given
    believed_r: Floats  # (n, 3) the handed-over track, carried along with t
    believed_v: Floats
    believed_beta: Floats
    target: Ints  # locked threat row, -1 before acquisition
    u: Floats  # (n, 3) filtered line of sight
    u_rate: Floats
    n_looks: Ints
    t_look: Floats
    t_acquired: Floats
    miss: Floats
    t_meet: Floats


class Sky(NamedTuple):
    """Threat paths of a batch: n_threats rows for every run, in run order."""

    n_threats: int
    knots: Floats  # (total, 7) t, r, v
    offsets: Ints
    counts: Ints
    t_launch: Floats
    t_gone: Floats  # impact or kill


@jit
def coast_step(r: Floats, v: Floats, beta: float, a: Floats, dt: float) -> None:
    """Move a body by one midpoint step under gravity, drag and a held acceleration, in place.

    Local error O(dt^3): 1e-4 m at 10 ms in dense air; used only with short steps or in vacuum.
    """
    ax, ay, az = coast_acceleration(r[0], r[1], r[2], v[0], v[1], v[2], beta)
    h = 0.5 * dt
    mx, my, mz = r[0] + h * v[0], r[1] + h * v[1], r[2] + h * v[2]
    wx = v[0] + h * (ax + a[0])
    wy = v[1] + h * (ay + a[1])
    wz = v[2] + h * (az + a[2])
    ax, ay, az = coast_acceleration(mx, my, mz, wx, wy, wz, beta)
    r[0] += dt * wx
    r[1] += dt * wy
    r[2] += dt * wz
    v[0] += dt * (ax + a[0])
    v[1] += dt * (ay + a[1])
    v[2] += dt * (az + a[2])


@jit
def zero_effort_miss(
    r: Floats, v: Floats, beta: float, target_r: Floats, target_v: Floats, target_beta: float
) -> tuple[Floats, float]:
    """Miss vector and time to go if neither body manoeuvres any more.

    Both bodies coast (gravity, drag) with steps of a hundredth of the time to go, so that the
    answer holds over a long midcourse; the last step is straight.

    Returns
    -------
    miss : (3,) float
        Target minus round at closest approach, m.
    t_go : float
        Time until then, s; 0 when they already separate.
    """
    p, w = r.copy(), v.copy()
    q, s = target_r.copy(), target_v.copy()
    none = np.zeros(3)
    t_go = 0.0
    for _ in range(400):
        d = q - p
        u = s - w
        closing = -(d[0] * u[0] + d[1] * u[1] + d[2] * u[2])
        speed2 = u[0] * u[0] + u[1] * u[1] + u[2] * u[2]
        if closing <= 0.0 or speed2 == 0.0:
            return d, t_go
        rest = closing / speed2
        if rest < 0.5:
            return d + rest * u, t_go + rest
        dt = min(max(rest * 0.1, 0.25), 10.0)
        coast_step(p, w, beta, none, dt)
        coast_step(q, s, target_beta, none, dt)
        t_go += dt
    return q - p, t_go


@jit
def acquire(rounds: Rounds, i: int, kinds: RoundKinds, sky: Sky) -> None:
    """Lock the true object nearest to the expected line of sight, if any is in view."""
    k = rounds.system[i]
    t = rounds.t[i]
    expected = rounds.believed_r[i] - rounds.r[i]
    expected = expected / norm(expected)
    best = kinds.cos_field[k]
    first = rounds.batch[i] * sky.n_threats
    for j in range(first, first + sky.n_threats):
        if t < sky.t_launch[j] or t >= sky.t_gone[j]:
            continue
        o = sky.offsets[j]
        s = path_at(sky.knots[o : o + sky.counts[j]], sky.counts[j], t)
        dx, dy, dz = s[0] - rounds.r[i, 0], s[1] - rounds.r[i, 1], s[2] - rounds.r[i, 2]
        distance = math.sqrt(dx * dx + dy * dy + dz * dz)
        if distance > kinds.acquisition_range[k]:
            continue
        cosine = (dx * expected[0] + dy * expected[1] + dz * expected[2]) / distance
        if cosine > best:
            best = cosine
            rounds.target[i] = j
    if rounds.target[i] >= 0:
        rounds.t_acquired[i] = t
        rounds.t_look[i] = t
        rounds.n_looks[i] = 0


@jit
def look(rounds: Rounds, i: int, kinds: RoundKinds, d: Floats, seed: int) -> None:
    """One noisy look of the seeker along the true line of sight ``d``, into the filter."""
    k = rounds.system[i]
    u = d / norm(d)
    e = np.zeros(3)
    e[np.argmin(np.abs(u))] = 1.0
    e = e - dot(e, u) * u
    e = e / norm(e)
    f = cross(u, e)
    n = rounds.n_looks[i]
    sigma = kinds.sigma_angle[k]
    run, shot = rounds.run[i], rounds.shot[i]
    measured = u + sigma * normal(seed, run, kinds.noise, shot, n, 0) * e
    measured = measured + sigma * normal(seed, run, kinds.noise, shot, n, 1) * f
    measured = measured / norm(measured)
    step = kinds.look_interval[k]
    if n == 0:
        rel = rounds.believed_r[i] - rounds.r[i]
        vel = rounds.believed_v[i] - rounds.v[i]
        distance = norm(rel)
        along = rel / distance
        rounds.u[i] = measured
        rounds.u_rate[i] = (vel - dot(vel, along) * along) / distance
    else:
        # the filter's memory shortens from endless at the first looks to SMOOTHING
        b = min(SMOOTHING, 1.0 - 1.0 / (n + 1.0))
        guess = rounds.u[i] + step * rounds.u_rate[i]
        residual = measured - guess
        rounds.u[i] = guess + (1.0 - b * b) * residual
        rounds.u_rate[i] += (1.0 - b) ** 2 / step * residual
    rounds.n_looks[i] = n + 1
    rounds.t_look[i] += step


@jit
def homing_command(rounds: Rounds, i: int, kinds: RoundKinds) -> Floats:
    """Lateral acceleration that the guidance law asks for, before limits."""
    k = rounds.system[i]
    rel = rounds.believed_r[i] - rounds.r[i]
    vel = rounds.believed_v[i] - rounds.v[i]
    distance = norm(rel)
    along = rel / distance
    closing = -dot(vel, along)
    if closing <= 0.0:
        return np.zeros(3)
    if rounds.target[i] >= 0:
        along = rounds.u[i] / norm(rounds.u[i])
        rate = rounds.u_rate[i] - dot(rounds.u_rate[i], along) * along
    else:
        rate = (vel - dot(vel, along) * along) / distance
    command = closing * rate
    if rounds.law[i] == ZERO_EFFORT_MISS:
        r, v = rounds.believed_r[i], rounds.believed_v[i]
        gx, gy, gz = coast_acceleration(r[0], r[1], r[2], v[0], v[1], v[2], rounds.believed_beta[i])
        r, v = rounds.r[i], rounds.v[i]
        hx, hy, hz = coast_acceleration(r[0], r[1], r[2], v[0], v[1], v[2], kinds.beta[k])
        command += 0.5 * np.array([gx - hx, gy - hy, gz - hz])
    command = kinds.navigation_constant[k] * command
    lateral: Floats = command - dot(command, along) * along
    return lateral


@jit
def limit(rounds: Rounds, i: int, kinds: RoundKinds, command: Floats, dt: float) -> None:
    """Achieved acceleration after dt: first-order lag towards the command within limits."""
    k = rounds.system[i]
    limit = kinds.max_acceleration[k]
    if kinds.is_divert[k]:
        limit = min(limit, rounds.divert[i] / dt)
    else:
        v = rounds.v[i]
        speed2 = dot(v, v)
        speed = air_velocity(rounds.r[i, 0], rounds.r[i, 1], v[0], v[1], v[2])[3]
        height = geocentric_height(rounds.r[i, 0], rounds.r[i, 1], rounds.r[i, 2])
        pressure = 0.5 * density_fast(height) * speed * speed
        limit *= min(1.0, pressure / kinds.full_pressure[k])
        command = command - dot(command, v) / speed2 * v
    size = norm(command)
    if size > limit:
        command = command * (limit / size)
    rounds.a[i] += (command - rounds.a[i]) * (1.0 - math.exp(-dt / kinds.lag[k]))
    if kinds.is_divert[k]:
        rounds.divert[i] = max(0.0, rounds.divert[i] - dt * norm(rounds.a[i]))
