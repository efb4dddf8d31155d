"""Zero-effort miss of a round far out, and the steering that takes it away.

Both bodies are carried on as if nobody steered: the round under gravity, drag and what is left of
its sustainer, the believed threat as a coasting body, a burning one or a level flyer. Vectors are
inertial.
"""

from __future__ import annotations

from typing import NamedTuple

from opendome.kernels._jit import jit
from opendome.kernels.aero import air_velocity, drag_rate, wing_lift
from opendome.kernels.burning import burning_step
from opendome.kernels.dynamics import coast_acceleration
from opendome.kernels.frames import geocentric_height
from opendome.kernels.guidance import RoundKinds, Rounds, coast_step
from opendome.kernels.level import level_step_eci
from opendome.kernels.vectors import Vector, dot, minus, plus, put, row, times

LONGEST_STEP = 10.0  # s
DRAG_STEP = 0.15  # share of the speed that drag may take in one step of the prediction
FEWEST_STEPS = 10.0  # in which the rest of the way is divided, each time anew
STRAIGHT = 0.5  # s before the meeting from which both move straight on
HOLD_SHARE = 0.05  # of the time to go for which a midcourse command is held
HOLD_LEAST, HOLD_MOST = 0.05, 2.0  # s


class Drive(NamedTuple):
    """What moves a round besides gravity, from now on."""

    beta: float  # kg/m^2 after burn-out
    rest: float  # s of the sustainer that are left, 0 without one
    thrust: float  # N
    mass: float  # kg now
    flow: float  # kg/s
    drag_area: float  # m^2 while the sustainer burns
    stall_speed: float = 0.0  # of wings, 0 without any


@jit
def drive_of(rounds: Rounds, i: int, kinds: RoundKinds) -> Drive:
    """Drive of round i at its own time."""
    k = rounds.system[i]
    since = rounds.t[i] - rounds.t_launch[i]
    return Drive(
        kinds.beta[k],
        max(kinds.sustain_time[k] - since, 0.0),
        kinds.thrust[k],
        kinds.mass[k] - kinds.flow[k] * (since - kinds.free_time[k]),
        kinds.flow[k],
        kinds.drag_area[k],
        kinds.stall_speed[k],
    )


@jit
def carried(r: Vector, v: Vector, drive: Drive) -> Vector:
    """Acceleration by the wings, if it has any."""
    if drive.stall_speed <= 0.0:
        return 0.0, 0.0, 0.0
    return wing_lift(r[0], r[1], r[2], v[0], v[1], v[2], drive.stall_speed)


@jit
def sustained(r: Vector, v: Vector, drive: Drive, after: float) -> Vector:
    """Acceleration while the sustainer burns, a time ``after`` that of the drive's mass."""
    mass = drive.mass - drive.flow * after
    wx, wy, wz, speed = air_velocity(r[0], r[1], v[0], v[1], v[2])
    fall = coast_acceleration(r[0], r[1], r[2], v[0], v[1], v[2], mass / drive.drag_area)
    fall = plus(fall, 1.0, carried(r, v, drive))
    return plus(fall, drive.thrust / (mass * max(speed, 1e-9)), (wx, wy, wz))


@jit
def round_step(r: Vector, v: Vector, drive: Drive, a: Vector, dt: float) -> tuple[Vector, Vector]:
    """Round after dt under gravity, drag, lift, its sustainer and a held acceleration ``a``.

    A sustainer that has time left burns over the whole step (the caller ends a step where it burns
    out), along the velocity through the air, as in the flight kernel.
    """
    if drive.rest <= 0.0:
        return coast_step(r, v, drive.beta, plus(a, 1.0, carried(r, v, drive)), dt)
    half = 0.5 * dt
    start = plus(a, 1.0, sustained(r, v, drive, 0.0))
    m, w = plus(r, half, v), plus(v, half, start)
    middle = plus(a, 1.0, sustained(m, w, drive, half))
    return plus(r, dt, w), plus(v, dt, middle)


@jit
def push(rounds: Rounds, i: int, kinds: RoundKinds, t_go: float) -> Vector:
    """What thrust and drag do to round i up to the meeting, as an even acceleration until then.

    Of a sustainer that burns out before, what it moves the round by is spread over all of t_go.
    """
    r, v = row(rounds.r, i), row(rounds.v, i)
    drive = drive_of(rounds, i, kinds)
    wx, wy, wz, speed = air_velocity(r[0], r[1], v[0], v[1], v[2])
    beta, pull = drive.beta, 0.0
    if drive.rest > 0.0:
        beta = drive.mass / drive.drag_area
        share = min(drive.rest / max(t_go, 1e-3), 1.0)
        pull = drive.thrust / drive.mass * share * (2.0 - share)
    lost = drag_rate(geocentric_height(r[0], r[1], r[2]), speed, beta)
    return times(pull / max(speed, 1e-9) - lost, (wx, wy, wz))


class Course(NamedTuple):
    """How a believed threat goes on from now."""

    beta: float  # kg/m^2
    is_level: int  # 1: on wings; 0: it falls
    thrust: float = 0.0  # m/s^2 while it burns
    rest: float = 0.0  # s that it burns on; 0 or less: it does not


@jit
def course_of(rounds: Rounds, i: int) -> Course:
    """What round i believes of its threat's course, at the round's own time."""
    return Course(
        rounds.believed_beta[i],
        rounds.believed_level[i],
        rounds.believed_thrust[i],
        rounds.believed_burnout[i] - rounds.t[i],
    )


@jit
def threat_step(r: Vector, v: Vector, course: Course, dt: float) -> tuple[Vector, Vector]:
    """Believed threat after dt (or before): it goes on level, burns, or coasts."""
    if course.is_level == 1:
        return level_step_eci(r, v, dt)
    if course.rest > 0.0:
        burn = min(dt, course.rest)
        r, v = burning_step(r, v, course.thrust, burn)
        dt -= burn
        if dt == 0.0:
            return r, v
    return coast_step(r, v, course.beta, (0.0, 0.0, 0.0), dt)


@jit
def prediction_step(r: Vector, v: Vector, drive: Drive, rest: float) -> float:
    """Step of a prediction with ``rest`` seconds to go: shorter in dense air, and to burn-out."""
    dt = min(max(rest / FEWEST_STEPS, 0.25), LONGEST_STEP)
    speed = air_velocity(r[0], r[1], v[0], v[1], v[2])[3]
    lost = drag_rate(geocentric_height(r[0], r[1], r[2]), speed, drive.beta)
    dt = min(dt, DRAG_STEP / max(lost, 1e-9))
    if drive.rest > 0.0:
        dt = min(dt, drive.rest)
    return max(dt, 1e-3)


@jit
def zero_effort_miss(
    r: Vector, v: Vector, drive: Drive, q: Vector, s: Vector, course: Course
) -> tuple[Vector, float]:
    """Miss vector and time to go if neither body manoeuvres any more.

    Both are carried on in steps of a tenth of the time to go, 10 s at most and shorter in dense
    air, so that the answer holds over a long midcourse; the last half second is straight.

    Parameters
    ----------
    r, v, drive
        The round.
    q, s, course
        The threat: place, velocity, and how it goes on.

    Returns
    -------
    miss : (3,) float
        Target minus round at closest approach, m.
    t_go : float
        Time until then, s; 0 when they already separate.
    """
    none = (0.0, 0.0, 0.0)
    t_go = 0.0
    for _ in range(400):
        d, u = minus(q, r), minus(s, v)
        closing, speed2 = -dot(d, u), dot(u, u)
        if closing <= 0.0 or speed2 == 0.0:
            return d, t_go
        rest = closing / speed2
        if rest < STRAIGHT:
            return plus(d, rest, u), t_go + rest
        dt = prediction_step(r, v, drive, rest)
        r, v = round_step(r, v, drive, none, dt)
        q, s = threat_step(q, s, course, dt)
        course = Course(course.beta, course.is_level, course.thrust, course.rest - dt)
        left = drive.rest - dt if drive.rest > dt + 1e-9 else 0.0
        drive = Drive(
            drive.beta,
            left,
            drive.thrust,
            drive.mass - dt * drive.flow,
            drive.flow,
            drive.drag_area,
            drive.stall_speed,
        )
        t_go += dt
    return minus(q, r), t_go


@jit
def predicted_miss(rounds: Rounds, i: int, kinds: RoundKinds) -> tuple[Vector, float]:
    """``zero_effort_miss`` of round i against what it believes of its threat."""
    return zero_effort_miss(
        row(rounds.r, i),
        row(rounds.v, i),
        drive_of(rounds, i, kinds),
        row(rounds.believed_r, i),
        row(rounds.believed_v, i),
        course_of(rounds, i),
    )


@jit
def midcourse_command(rounds: Rounds, i: int, kinds: RoundKinds) -> Vector:
    """Acceleration that takes the predicted miss away: N' miss / t_go^2, held for a while.

    It is computed anew when a twentieth of the time to go has passed (0.05 to 2 s).
    """
    t = rounds.t[i]
    if t >= rounds.t_steer[i] - 1e-9:
        miss, t_go = predicted_miss(rounds, i, kinds)
        gain = kinds.navigation_constant[rounds.system[i]] / max(t_go * t_go, 1e-2)
        put(rounds.steer, i, times(gain if t_go > 0.0 else 0.0, miss))
        rounds.t_steer[i] = t + min(max(HOLD_SHARE * t_go, HOLD_LEAST), HOLD_MOST)
    return row(rounds.steer, i)
