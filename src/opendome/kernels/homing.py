"""Rounds flown closed-loop: midcourse, homing in sub-steps, closest approach.

Truth enters only to make the seeker's looks and to solve the closest approach inside the step.
All vectors are inertial (ECI), SI.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.flight import path_at
from opendome.kernels.frames import geocentric_height
from opendome.kernels.guidance import (
    ENDED,
    FREE,
    RoundKinds,
    Rounds,
    Sky,
    acquire,
    coast_step,
    homing_command,
    limit,
    look,
    zero_effort_miss,
)
from opendome.kernels.vectors import dot, norm

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@jit
def _step_length(rounds: Rounds, i: int, kinds: RoundKinds, t_go: float) -> float:
    """Sub-step by time to go: fine when it matters, never beyond the next look."""
    k = rounds.system[i]
    if rounds.target[i] >= 0:
        dt = min(max(t_go / 100.0, 1e-3), kinds.look_interval[k])
        return float(min(dt, max(rounds.t_look[i] - rounds.t[i], 1e-4)))
    if kinds.is_divert[k]:
        return min(max(t_go / 50.0, 1e-2), 2.0)
    return min(max(t_go / 50.0, 1e-2), 0.1)


@jit
def _give_burn(rounds: Rounds, i: int, kinds: RoundKinds, dt: float) -> Floats:
    """Acceleration of a pending midcourse correction over the next dt; takes it off the account."""
    k = rounds.system[i]
    size = norm(rounds.burn[i])
    if size == 0.0:
        return np.zeros(3)
    now = min(size, kinds.max_acceleration[k] * dt, rounds.divert[i])
    part = rounds.burn[i] * (now / size)
    rounds.divert[i] -= now
    if rounds.divert[i] <= 0.0 or now >= size:
        rounds.burn[i] = 0.0
    else:
        rounds.burn[i] -= part
    acceleration: Floats = part / dt
    return acceleration


@jit
def advance_round(
    rounds: Rounds, i: int, t_end: float, kinds: RoundKinds, sky: Sky, seed: int
) -> None:
    """Fly round i, which is past its boost path, to t_end or to its closest approach, in place.

    Midcourse: a divert system gives the corrections in ``burn``; an aerodynamic one steers by its
    law on the believed target. After acquisition both steer by the law on the seeker's filtered
    looks. On closest approach to the locked threat ``miss`` and ``t_meet`` are set and the phase
    becomes ENDED; a round that passes its believed target without a lock ends with miss infinite.
    """
    k = rounds.system[i]
    none = np.zeros(3)
    while rounds.t[i] < t_end and rounds.phase[i] == FREE:
        t = rounds.t[i]
        rel = rounds.believed_r[i] - rounds.r[i]
        vel = rounds.believed_v[i] - rounds.v[i]
        distance = norm(rel)
        closing = -dot(rel, vel) / max(distance, 1e-9)
        t_go = distance / closing if closing > 0.0 else 0.0
        if rounds.target[i] < 0:
            if closing <= 0.0 or (
                geocentric_height(rounds.r[i, 0], rounds.r[i, 1], rounds.r[i, 2]) < -100.0
            ):
                rounds.phase[i] = ENDED
                rounds.t_meet[i] = t
                return
            if distance < kinds.acquisition_range[k]:
                acquire(rounds, i, kinds, sky)
        j = rounds.target[i]
        dt = min(_step_length(rounds, i, kinds, t_go), t_end - t)
        if j >= 0:
            o = sky.offsets[j]
            knots = sky.knots[o : o + sky.counts[j]]
            s = path_at(knots, sky.counts[j], t)
            d = np.array([s[0] - rounds.r[i, 0], s[1] - rounds.r[i, 1], s[2] - rounds.r[i, 2]])
            w = np.array([s[3] - rounds.v[i, 0], s[4] - rounds.v[i, 1], s[5] - rounds.v[i, 2]])
            opening = dot(d, w)
            if opening >= 0.0 or -opening < dot(w, w) * dt:
                nearest = max(-opening / dot(w, w), 0.0)
                miss = d + nearest * w
                rounds.miss[i] = norm(miss)
                rounds.t_meet[i] = t + nearest
                rounds.r[i] += nearest * rounds.v[i]
                rounds.t[i] = t + nearest
                rounds.phase[i] = ENDED
                return
            if t >= rounds.t_look[i] - 1e-9:
                look(rounds, i, kinds, d, seed)
        if j >= 0 or not kinds.is_divert[k]:
            limit(rounds, i, kinds, homing_command(rounds, i, kinds), dt)
            a = rounds.a[i]
        else:
            a = _give_burn(rounds, i, kinds, dt)
        since = t - rounds.t_launch[i]
        beta = kinds.beta[k]
        if since < kinds.sustain_time[k]:
            dt = min(dt, max(kinds.sustain_time[k] - since, 1e-6))
            mass = kinds.mass[k] - kinds.flow[k] * (since + 0.5 * dt - kinds.free_time[k])
            beta = mass / kinds.drag_area[k]
            a = a + kinds.thrust[k] / (mass * norm(rounds.v[i])) * rounds.v[i]
        coast_step(rounds.r[i], rounds.v[i], beta, a, dt)
        coast_step(rounds.believed_r[i], rounds.believed_v[i], rounds.believed_beta[i], none, dt)
        rounds.t[i] = t + dt


@jit
def advance_rounds(
    rounds: Rounds, rows: Ints, t_end: float, kinds: RoundKinds, sky: Sky, seed: int
) -> None:
    """``advance_round`` for each of the rows; they do not see each other."""
    for i in rows:
        advance_round(rounds, i, t_end, kinds, sky, seed)


@jit
def correct_course(rounds: Rounds, i: int, kinds: RoundKinds, keep: float) -> None:
    """Ask a divert round for the velocity change that nulls its predicted miss, in place.

    The share ``keep`` of the remaining divert is held back for homing.
    """
    miss, t_go = zero_effort_miss(
        rounds.r[i],
        rounds.v[i],
        kinds.beta[rounds.system[i]],
        rounds.believed_r[i],
        rounds.believed_v[i],
        rounds.believed_beta[i],
    )
    if t_go <= 0.0:
        return
    ask = miss / t_go
    size = norm(ask)
    most = (1.0 - keep) * rounds.divert[i]
    if size > most:
        ask = ask * (most / size)
    rounds.burn[i] = ask


@jit
def correct_courses(rounds: Rounds, rows: Ints, kinds: RoundKinds, keep: float) -> None:
    """``correct_course`` for each of the rows."""
    for i in rows:
        correct_course(rounds, i, kinds, keep)


@jit
def believe(rounds: Rounds, rows: Ints, t: Floats, r: Floats, v: Floats, beta: Floats) -> None:
    """Hand newer tracks to rounds, carried along to each round's own time, in place.

    Parameters
    ----------
    rows : (n,) int
    t : (n,) float
        Time of each track.
    r, v : (n, 3) float
        Inertial states of the tracks.
    beta : (n,) float
        Their ballistic coefficients, kg/m^2.
    """
    none = np.zeros(3)
    for m in range(len(rows)):
        i = rows[m]
        rounds.believed_r[i] = r[m]
        rounds.believed_v[i] = v[m]
        rounds.believed_beta[i] = beta[m]
        rest = rounds.t[i] - t[m]
        n = max(1, math.ceil(abs(rest) / 0.25))
        for _ in range(n):
            coast_step(rounds.believed_r[i], rounds.believed_v[i], beta[m], none, rest / n)


@jit
def nearest_threats(sky: Sky, batch: Ints, t: Floats, r: Floats, limit: float) -> Ints:
    """Row of the threat in the air nearest to each inertial position r (n, 3) at time t, or -1.

    Only threats of the same run (``batch``, index in the batch) within ``limit`` (m) count.
    """
    rows = np.full(len(batch), -1, np.int64)
    for m in range(len(batch)):
        best = limit * limit
        for j in range(batch[m] * sky.n_threats, (batch[m] + 1) * sky.n_threats):
            if t[m] < sky.t_launch[j] or t[m] >= sky.t_gone[j]:
                continue
            o = sky.offsets[j]
            s = path_at(sky.knots[o : o + sky.counts[j]], sky.counts[j], t[m])
            d2 = (s[0] - r[m, 0]) ** 2 + (s[1] - r[m, 1]) ** 2 + (s[2] - r[m, 2]) ** 2
            if d2 < best:
                best = d2
                rows[m] = j
    return rows
