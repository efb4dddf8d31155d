"""What a round in flight is, what its seeker sees, and what its guidance law asks for.

The round never sees the truth. Far out it steers on the track that was handed over; once its
seeker has acquired, on noisy lines of sight made here. All vectors are inertial (ECI), SI.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA
from opendome.kernels._jit import jit
from opendome.kernels.aero import air_velocity
from opendome.kernels.atmosphere import density_fast
from opendome.kernels.burning import burning_acceleration
from opendome.kernels.discrimination import NO_CLUSTERS, Clusters, Sought, misfit
from opendome.kernels.dynamics import coast_acceleration
from opendome.kernels.frames import geocentric_height
from opendome.kernels.paths import path_at
from opendome.kernels.philox import normal
from opendome.kernels.vectors import (
    Vector,
    across,
    cross,
    dot,
    minus,
    norm,
    plus,
    put,
    row,
    times,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ON_PATH, FREE, ENDED = 0, 1, 2  # phases of a round
PROPORTIONAL_NAVIGATION, ZERO_EFFORT_MISS = 0, 1  # guidance laws

SMOOTHING = 0.7  # fading memory of the line-of-sight filter, 0 (none) to 1 (endless)
BASKET = 0.3  # of the seeker's range: how far from the believed place it looks for its threat
TOGETHER = 100e3  # m, within which what one launch has let go is looked for
LEAST_SIGMA = 1.0  # m, of a handed-over place
GAP_SHARE = 0.02  # of the time to go within which looks are averaged to one
GAP_MOST = 5.0  # looks, at most


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
    stall_speed: Floats  # from which on wings carry it; 0: it has none
    band: Ints  # of the seeker: 0 infrared, 1 radar
    sigma_feature: Floats  # with which it measures the logarithm of a brightness
    vehicles: Ints  # kill vehicles of a round
    noise: int  # purpose of the seeker's draws


class Rounds(NamedTuple):
    """Evolving state of every round of a batch, arrays of length n, changed in place."""

    system: Ints
    law: Ints  # code of the guidance law, named by the command
    batch: Ints  # index of the round's run within the batch
    run: Ints
    shot: Ints
    vehicle: Ints  # number of the kill vehicle; those of a round are neighbouring rows
    lot: Ints  # object of the round's draws
    phase: Ints
    t_launch: Floats
    t: Floats
    r: Floats  # (n, 3)
    v: Floats
    a: Floats  # achieved lateral acceleration
    divert: Floats  # velocity change left
    burn: Floats  # (n, 3) velocity change asked and not yet given
    steer: Floats  # (n, 3) acceleration that midcourse asks for, held until t_steer
    t_steer: Floats
    believed_r: Floats  # (n, 3) the handed-over track, carried along with t
    believed_v: Floats
    believed_beta: Floats
    believed_level: Ints  # 1: a flyer on wings, which goes on level; 0: a body that coasts
    sigma_place: Floats  # m per axis, of the handed-over track
    sigma_speed: Floats  # m/s per axis, of the same
    t_told: Floats  # when that track was valid
    feature: Floats  # logarithm of the brightness that its seeker looks for, NaN: unknown
    believed_thrust: Floats  # m/s^2 of a body that burns, until believed_burnout
    believed_burnout: Floats  # s, -inf of one that does not
    target: Ints  # locked threat row, -1 before acquisition
    u: Floats  # (n, 3) filtered line of sight
    u_rate: Floats
    n_looks: Ints
    t_look: Floats  # when the seeker is next heard
    look_gap: Floats  # s since it was heard before: one look, or some far out
    t_acquired: Floats
    miss: Floats
    t_meet: Floats


class Sky(NamedTuple):
    """Threat paths of a batch: n_threats rows for every run, in run order."""

    n_threats: int
    knots: Floats  # (total, 7) t, r, v
    offsets: Ints
    counts: Ints
    t_launch: Floats  # or its release by another; inf: never
    t_gone: Floats  # impact or kill
    clusters: Clusters = NO_CLUSTERS  # of one run, by threat; empty: every threat flies alone


@jit
def coast_step(r: Vector, v: Vector, beta: float, a: Vector, dt: float) -> tuple[Vector, Vector]:
    """Body after one midpoint step under gravity, drag and a held acceleration.

    Local error O(dt^3): 1e-4 m at 10 ms in dense air; used only with short steps or in vacuum.
    """
    g = coast_acceleration(r[0], r[1], r[2], v[0], v[1], v[2], beta)
    h = 0.5 * dt
    m = plus(r, h, v)
    w = plus(plus(v, h, g), h, a)
    g = coast_acceleration(m[0], m[1], m[2], w[0], w[1], w[2], beta)
    return plus(r, dt, w), plus(plus(v, dt, g), dt, a)


@jit
def level_acceleration(r: Vector, v: Vector) -> Vector:
    """Inertial acceleration of a flyer that keeps its height and ground speed over a turning Earth.

    Notes
    -----
    Spherical: the direction to the centre carries the inertial speed across it, less what the
    turning of the Earth gives along the ground track (2 omega x v_ground + omega x (omega x r)).
    """
    w = (v[0] + EARTH_OMEGA * r[1], v[1] - EARTH_OMEGA * r[0], v[2])
    radius2 = dot(r, r)
    pull = -dot(w, w) / radius2
    return (
        pull * r[0] - EARTH_OMEGA * (2.0 * w[1] + EARTH_OMEGA * r[0]),
        pull * r[1] + EARTH_OMEGA * (2.0 * w[0] - EARTH_OMEGA * r[1]),
        pull * r[2],
    )


@jit
def threat_at(sky: Sky, j: int, t: float) -> tuple[Vector, Vector]:
    """Inertial place and velocity of the threat in row j at time t."""
    o = sky.offsets[j]
    s = path_at(sky.knots[o : o + sky.counts[j]], sky.counts[j], t)
    return (s[0], s[1], s[2]), (s[3], s[4], s[5])


@jit
def _is_together(sky: Sky, threat: int) -> bool:
    """Whether a threat has companions from its own launch."""
    return len(sky.clusters.is_cluster) > 0 and sky.clusters.is_cluster[threat]


@jit
def _is_taken(rounds: Rounds, i: int, kinds: RoundKinds, j: int) -> bool:
    """Whether another kill vehicle of round i has locked threat row j."""
    first = i - int(rounds.vehicle[i])
    for k in range(first, first + int(kinds.vehicles[rounds.system[i]])):
        if k != i and rounds.target[k] == j and rounds.phase[k] == FREE:
            return True
    return False


@jit
def discriminate(rounds: Rounds, i: int, kinds: RoundKinds, sky: Sky, seed: int) -> None:
    """Lock the object in view that fits best to what was handed over (see `discrimination`).

    The seeker decides once, when the believed place comes into its range, about all that it then
    sees within ``BASKET`` of it: it does not take the first of a cluster that comes near enough.
    Of several kill vehicles of a round each leaves to the others what they have locked, as long as
    there is something else within ``TOGETHER`` of it.
    """
    k, t, r = rounds.system[i], rounds.t[i], row(rounds.r, i)
    believed = row(rounds.believed_r, i)
    expected = minus(believed, r)
    distance = norm(expected)
    expected = times(1.0 / distance, expected)
    sharp = kinds.sigma_angle[k] * distance + LEAST_SIGMA
    age = t - rounds.t_told[i]
    sigma = math.hypot(math.hypot(rounds.sigma_place[i], rounds.sigma_speed[i] * age), sharp)
    sought = Sought(
        believed,
        sigma,
        int(kinds.band[k]),
        rounds.feature[i],
        kinds.sigma_feature[k],
        rounds.believed_beta[i],
        seed,
        rounds.run[i],
        kinds.noise,
        rounds.lot[i],
    )
    best = best_free = math.inf
    free = -1
    rounds.target[i] = -1
    first = rounds.batch[i] * sky.n_threats
    for j in range(first, first + sky.n_threats):
        if t < sky.t_launch[j] or t >= sky.t_gone[j]:
            continue
        place, speed = threat_at(sky, j, t)
        if norm(minus(place, believed)) > BASKET * kinds.acquisition_range[k]:
            continue
        d = minus(place, r)
        if dot(d, expected) <= kinds.cos_field[k] * norm(d):
            continue
        off = misfit(sought, j - first, sky.clusters, place, speed)
        if off < best:
            best = off
            rounds.target[i] = j
        if off < best_free and not _is_taken(rounds, i, kinds, j):
            best_free = off
            free = j
    if free >= 0 and free != rounds.target[i]:
        apart = minus(threat_at(sky, free, t)[0], threat_at(sky, rounds.target[i], t)[0])
        if norm(apart) < TOGETHER:
            rounds.target[i] = free


@jit
def acquire(rounds: Rounds, i: int, kinds: RoundKinds, sky: Sky, seed: int) -> None:
    """Lock the true object in view that is nearest to where the threat is believed to be.

    The seeker is told where to look and how far: of two in line it takes the one at the distance
    that the hand-over says, and what is farther from the believed place than ``BASKET`` of the
    seeker's range is not what it was sent for. Where objects of one launch fly together the choice
    is made by `discriminate`.
    """
    k, t, r = rounds.system[i], rounds.t[i], row(rounds.r, i)
    believed = row(rounds.believed_r, i)
    expected = minus(believed, r)
    expected = times(1.0 / norm(expected), expected)
    best = BASKET * kinds.acquisition_range[k]
    first = rounds.batch[i] * sky.n_threats
    is_many = False
    for j in range(first, first + sky.n_threats):
        if t < sky.t_launch[j] or t >= sky.t_gone[j]:
            continue
        place = threat_at(sky, j, t)[0]
        d = minus(place, r)
        distance = norm(d)
        is_many |= _is_together(sky, j - first) and norm(minus(place, believed)) < best
        if distance > kinds.acquisition_range[k]:
            continue
        off = norm(minus(place, believed))
        if off < best and dot(d, expected) > kinds.cos_field[k] * distance:
            best = off
            rounds.target[i] = j
    if is_many:
        discriminate(rounds, i, kinds, sky, seed)
    if rounds.target[i] >= 0:
        rounds.t_acquired[i] = t
        rounds.t_look[i] = t
        rounds.look_gap[i] = kinds.look_interval[rounds.system[i]]
        rounds.n_looks[i] = 0


@jit
def look(rounds: Rounds, i: int, kinds: RoundKinds, d: Vector, t_go: float, seed: int) -> None:
    """A noisy look of the seeker along the true line of sight ``d``, into the filter.

    Far out, looks within a fiftieth of the time to go (five at most) are averaged to one, whose
    noise is theirs over the root of their number.
    """
    k, n = rounds.system[i], rounds.n_looks[i]
    u = times(1.0 / norm(d), d)
    axis = (1.0, 0.0, 0.0) if abs(u[0]) < 0.6 else (0.0, 1.0, 0.0)
    e = across(axis, u)
    e = times(1.0 / norm(e), e)
    every, step = kinds.look_interval[k], rounds.look_gap[i]
    sigma, run, lot = kinds.sigma_angle[k], rounds.run[i], rounds.lot[i]
    sigma *= math.sqrt(every / step)
    measured = plus(u, sigma * normal(seed, run, kinds.noise, lot, n, 0), e)
    measured = plus(measured, sigma * normal(seed, run, kinds.noise, lot, n, 1), cross(u, e))
    measured = times(1.0 / norm(measured), measured)
    if n == 0:
        rel = minus(row(rounds.believed_r, i), row(rounds.r, i))
        vel = minus(row(rounds.believed_v, i), row(rounds.v, i))
        distance = norm(rel)
        put(rounds.u, i, measured)
        put(rounds.u_rate, i, times(1.0 / distance, across(vel, times(1.0 / distance, rel))))
    else:
        # the filter's memory lengthens with the looks up to SMOOTHING
        b = min(SMOOTHING, 1.0 - 1.0 / (n + 1.0))
        rate = row(rounds.u_rate, i)
        guess = plus(row(rounds.u, i), step, rate)
        residual = minus(measured, guess)
        put(rounds.u, i, plus(guess, 1.0 - b * b, residual))
        put(rounds.u_rate, i, plus(rate, (1.0 - b) ** 2 / step, residual))
    rounds.n_looks[i] = n + 1
    rounds.look_gap[i] = every * max(1.0, math.floor(min(GAP_SHARE * t_go / every, GAP_MOST)))
    rounds.t_look[i] += rounds.look_gap[i]


@jit
def homing_command(rounds: Rounds, i: int, kinds: RoundKinds, push: Vector) -> Vector:
    """Lateral acceleration that the guidance law asks for, before limits.

    The closing speed is taken along the measured line of sight, so that a round goes on homing
    when it has passed where it was told that its threat would be. ``push`` is what thrust and drag
    will do to the round, as an even acceleration from now to the meeting; proportional navigation
    takes its part across the line of sight off beforehand.
    """
    k = rounds.system[i]
    r, v = row(rounds.r, i), row(rounds.v, i)
    q, s = row(rounds.believed_r, i), row(rounds.believed_v, i)
    u = row(rounds.u, i)
    along = times(1.0 / norm(u), u)
    closing = -dot(minus(s, v), along)
    if closing <= 0.0:
        return 0.0, 0.0, 0.0
    command = times(closing, across(row(rounds.u_rate, i), along))
    if rounds.law[i] == ZERO_EFFORT_MISS:
        if rounds.believed_level[i] == 1:
            theirs = level_acceleration(q, s)
        elif rounds.believed_burnout[i] > rounds.t[i]:
            theirs = burning_acceleration(q, s, rounds.believed_thrust[i])
        else:
            theirs = coast_acceleration(q[0], q[1], q[2], s[0], s[1], s[2], rounds.believed_beta[i])
        ours = coast_acceleration(r[0], r[1], r[2], v[0], v[1], v[2], kinds.beta[k])
        command = plus(command, 0.5, minus(theirs, ours))
    else:
        command = plus(command, -0.5, push)
    return across(times(kinds.navigation_constant[k], command), along)


@jit
def limit(rounds: Rounds, i: int, kinds: RoundKinds, command: Vector, dt: float) -> Vector:
    """Achieved acceleration after dt: first-order lag towards the command within limits.

    What the air gives stands on the velocity through the air.
    """
    k = rounds.system[i]
    most = kinds.max_acceleration[k]
    if kinds.is_divert[k]:
        most = min(most, rounds.divert[i] / dt)
    else:
        r, v = row(rounds.r, i), row(rounds.v, i)
        wx, wy, wz, speed = air_velocity(r[0], r[1], v[0], v[1], v[2])
        pressure = 0.5 * density_fast(geocentric_height(r[0], r[1], r[2])) * speed * speed
        most *= min(1.0, pressure / kinds.full_pressure[k])
        command = across(command, times(1.0 / max(speed, 1e-9), (wx, wy, wz)))
    size = norm(command)
    if size > most:
        command = times(most / size, command)
    achieved = row(rounds.a, i)
    achieved = plus(achieved, 1.0 - math.exp(-dt / kinds.lag[k]), minus(command, achieved))
    put(rounds.a, i, achieved)
    if kinds.is_divert[k]:
        rounds.divert[i] = max(0.0, rounds.divert[i] - dt * norm(achieved))
    return achieved
