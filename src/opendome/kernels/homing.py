"""Rounds flown closed-loop: midcourse, homing in sub-steps, closest approach.

Truth enters only to make the seeker's looks, to choose steps of time, and to solve the closest
approach inside the step; no command comes from it.
All vectors are inertial (ECI), SI.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels._jit import jit
from opendome.kernels.frames import geocentric_height
from opendome.kernels.guidance import (
    ENDED,
    FREE,
    GAP_SHARE,
    RoundKinds,
    Rounds,
    Sky,
    acquire,
    homing_command,
    limit,
    look,
    threat_at,
)
from opendome.kernels.midcourse import (
    Course,
    course_of,
    drive_of,
    midcourse_command,
    predicted_miss,
    push,
    round_step,
    threat_step,
)
from opendome.kernels.vectors import Vector, dot, minus, norm, plus, put, row, times

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHORTEST_STEP = 5e-3  # s, between looks; at 500 m/s^2 the path bends by 6 mm in it
LONGEST_STEER = 0.25  # s, a step of an aerodynamic round far out


@jit
def _step_length(rounds: Rounds, i: int, kinds: RoundKinds, t_go: float) -> float:
    """Sub-step by time to go: fine when it matters, never beyond the next look."""
    k = rounds.system[i]
    if rounds.target[i] >= 0:
        dt = max(GAP_SHARE * t_go, SHORTEST_STEP)
        return float(min(dt, max(rounds.t_look[i] - rounds.t[i], 1e-4)))
    if kinds.is_divert[k]:
        return min(max(t_go / 50.0, 1e-2), 2.0)
    return min(max(t_go / 50.0, 1e-2), LONGEST_STEER)


@jit
def _give_burn(rounds: Rounds, i: int, kinds: RoundKinds, dt: float) -> Vector:
    """Acceleration of a pending midcourse correction over the next dt; takes it off the account."""
    ask = row(rounds.burn, i)
    size = norm(ask)
    if size == 0.0:
        return ask
    now = min(size, kinds.max_acceleration[rounds.system[i]] * dt, rounds.divert[i])
    rounds.divert[i] -= now
    left = 0.0 if rounds.divert[i] <= 0.0 else 1.0 - now / size
    put(rounds.burn, i, times(left, ask))
    return times(now / size / dt, ask)


@jit
def _end(rounds: Rounds, i: int, t: float) -> None:
    """Round i flies no more after t."""
    rounds.phase[i] = ENDED
    rounds.t_meet[i] = t


@jit
def _meets(rounds: Rounds, i: int, d: Vector, w: Vector, dt: float) -> bool:
    """Whether the closest approach lies within dt; if so, round i ends there.

    ``d`` and ``w`` are the locked threat's place and velocity relative to the round; over one
    sub-step the relative motion is straight.
    """
    opening, speed2 = dot(d, w), dot(w, w)
    if opening < 0.0 and -opening >= speed2 * dt:
        return False
    nearest = max(-opening / speed2, 0.0)
    rounds.miss[i] = norm(plus(d, nearest, w))
    put(rounds.r, i, plus(row(rounds.r, i), nearest, row(rounds.v, i)))
    rounds.t[i] += nearest
    _end(rounds, i, rounds.t[i])
    return True


@jit
def _step(rounds: Rounds, i: int, kinds: RoundKinds, a: Vector, dt: float) -> None:
    """Move round i and what it believes of its threat by dt under the steering acceleration a."""
    drive = drive_of(rounds, i, kinds)
    r, v = round_step(row(rounds.r, i), row(rounds.v, i), drive, a, dt)
    put(rounds.r, i, r)
    put(rounds.v, i, v)
    _carry_belief(rounds, i, course_of(rounds, i), dt)
    rounds.t[i] += dt


@jit
def _carry_belief(rounds: Rounds, i: int, course: Course, dt: float) -> None:
    """Carry what round i believes of its threat along by dt."""
    q, s = row(rounds.believed_r, i), row(rounds.believed_v, i)
    q, s = threat_step(q, s, course, dt)
    put(rounds.believed_r, i, q)
    put(rounds.believed_v, i, s)


@jit
def advance_round(
    rounds: Rounds, i: int, t_end: float, kinds: RoundKinds, sky: Sky, seed: int
) -> None:
    """Fly round i, which is past its boost path, to t_end or to its closest approach, in place.

    Midcourse: a divert system gives the corrections in ``burn``; an aerodynamic one steers its
    predicted miss away. After acquisition both steer by their law on the seeker's filtered looks.
    On closest approach to the locked threat ``miss`` and ``t_meet`` are set and the phase becomes
    ENDED; a round that passes its believed target without a lock ends with miss infinite.
    """
    k = rounds.system[i]
    while rounds.t[i] < t_end and rounds.phase[i] == FREE:
        t, r, v = rounds.t[i], row(rounds.r, i), row(rounds.v, i)
        rel, vel = minus(row(rounds.believed_r, i), r), minus(row(rounds.believed_v, i), v)
        distance = max(norm(rel), 1e-9)
        closing = -dot(rel, vel) / distance
        if geocentric_height(r[0], r[1], r[2]) < -100.0:
            _end(rounds, i, t)
            return
        if rounds.target[i] < 0:
            # a lofted round may fall behind a threat that flies away, as long as it still climbs
            is_lofted = not kinds.is_divert[k] and distance > kinds.acquisition_range[k]
            is_past = closing <= 0.0 and not (is_lofted and dot(r, v) > 0.0)
            if is_past:
                _end(rounds, i, t)
                return
            if distance < kinds.acquisition_range[k]:
                acquire(rounds, i, kinds, sky, seed)
        j = rounds.target[i]
        t_go = distance / closing if closing > 0.0 else 0.0  # as the round believes
        d, w, to_meet = rel, vel, t_go
        if j >= 0:
            q, s = threat_at(sky, j, t)
            d, w = minus(q, r), minus(s, v)
            to_meet = dot(d, d) / max(-dot(d, w), 1e-9)
            if t >= rounds.t_look[i] - 1e-9:
                look(rounds, i, kinds, d, t_go, seed)
        dt = min(_step_length(rounds, i, kinds, to_meet), t_end - t)
        if t < rounds.t_launch[i] + kinds.sustain_time[k]:
            dt = min(dt, max(rounds.t_launch[i] + kinds.sustain_time[k] - t, 1e-6))
        if j >= 0 and _meets(rounds, i, d, w, dt):
            return
        if j >= 0:
            a = homing_command(rounds, i, kinds, push(rounds, i, kinds, t_go))
            a = limit(rounds, i, kinds, a, dt)
        elif kinds.is_divert[k]:
            a = _give_burn(rounds, i, kinds, dt)
        else:
            a = limit(rounds, i, kinds, midcourse_command(rounds, i, kinds), dt)
        _step(rounds, i, kinds, a, dt)


@jit
def advance_rounds(
    rounds: Rounds, rows: Ints, t_end: float, kinds: RoundKinds, sky: Sky, seed: int
) -> None:
    """``advance_round`` for each of the rows; they do not see each other."""
    for i in rows:
        advance_round(rounds, i, t_end, kinds, sky, seed)


@jit
def correct_courses(rounds: Rounds, rows: Ints, kinds: RoundKinds, keep: float) -> None:
    """Ask divert rounds for the velocity change that nulls their predicted miss, in place.

    The share ``keep`` of the remaining divert is held back for homing.
    """
    for i in rows:
        miss, t_go = predicted_miss(rounds, i, kinds)
        if t_go > 0.0:
            ask = times(1.0 / t_go, miss)
            most = (1.0 - keep) * rounds.divert[i]
            put(rounds.burn, i, times(min(1.0, most / max(norm(ask), 1e-12)), ask))


class News(NamedTuple):
    """Newer tracks, n rows: time, inertial state, ballistic coefficient, kind of motion, errors."""

    t: Floats
    r: Floats  # (n, 3)
    v: Floats
    beta: Floats  # kg/m^2
    is_level: NDArray[np.bool_]
    sigma_place: Floats  # m per axis
    sigma_speed: Floats  # m/s per axis
    thrust: Floats  # m/s^2 of what burns
    t_burnout: Floats  # s, when that is believed to end; -inf of what does not burn


@jit
def falls_within(r: Vector, v: Vector, seconds: float) -> bool:
    """Whether a body at r, v is below the ground after a while, if nothing but weight moves it.

    The ground is a sphere and the fall parabolic: metres in the tens of seconds it is asked for.
    """
    height = geocentric_height(r[0], r[1], r[2])
    size = norm(r)
    climb = dot(r, v) / size
    level2 = dot(v, v) - climb * climb
    fall = STANDARD_GRAVITY - level2 / size
    return height + climb * seconds - 0.5 * fall * seconds * seconds < 0.0


@jit
def believe(rounds: Rounds, rows: Ints, news: News) -> None:
    """Hand newer tracks to rounds, carried along to each round's own time, in place.

    A track may for a while take a level flyer that turns for a falling body. A round that left for
    a level flyer believes that only of what does not fall to the ground before it comes there:
    from what does, nothing is lost by flying on to where it would be on wings.
    """
    for m in range(len(rows)):
        i = rows[m]
        put(rounds.believed_r, i, row(news.r, m))
        put(rounds.believed_v, i, row(news.v, m))
        rounds.believed_beta[i] = news.beta[m]
        rounds.sigma_place[i], rounds.sigma_speed[i] = news.sigma_place[m], news.sigma_speed[m]
        rounds.t_told[i] = news.t[m]
        rounds.believed_thrust[i] = news.thrust[m]
        rounds.believed_burnout[i] = news.t_burnout[m]
        rest = rounds.t[i] - news.t[m]
        if news.is_level[m]:
            rounds.believed_level[i] = 1
        elif rounds.believed_level[i] == 1:
            way = norm(minus(row(news.r, m), row(rounds.r, i)))
            pace = norm(minus(row(news.v, m), row(rounds.v, i)))
            if not falls_within(row(news.r, m), row(news.v, m), rest + way / max(pace, 1.0)):
                rounds.believed_level[i] = 0
        n = max(1, math.ceil(abs(rest) / 0.25))
        for k in range(n):
            left = news.t_burnout[m] - news.t[m] - k * rest / n
            course = Course(news.beta[m], rounds.believed_level[i], news.thrust[m], left)
            _carry_belief(rounds, i, course, rest / n)


@jit
def nearest_threats(sky: Sky, batch: Ints, t: Floats, r: Floats, limit: float) -> Ints:
    """Row of the threat in the air nearest to each inertial position r (n, 3) at time t, or -1.

    Only threats of the same run (``batch``, index in the batch) within ``limit`` (m) count.
    """
    rows = np.full(len(batch), -1, np.int64)
    for m in range(len(batch)):
        best = limit
        for j in range(batch[m] * sky.n_threats, (batch[m] + 1) * sky.n_threats):
            if t[m] < sky.t_launch[j] or t[m] >= sky.t_gone[j]:
                continue
            distance = norm(minus(threat_at(sky, j, t[m])[0], row(r, m)))
            if distance < best:
                best = distance
                rows[m] = j
    return rows
