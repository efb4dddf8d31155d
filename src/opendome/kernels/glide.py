"""The way down of a gliding vehicle: pull-up, equilibrium glide with bank turns, a dive at its aim.

The vehicle is a point with a parabolic drag polar. At its best lift-to-drag ratio its drag
coefficient is twice that without lift. Lift is set by two commands, held for one step as an
autopilot does: a share of the best lift, and its direction across the air stream. A bank angle
leaves part of the lift for turns; the rest carries the vehicle, which makes it fly lower and less
far.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA
from opendome.kernels._jit import jit
from opendome.kernels.aero import air_velocity
from opendome.kernels.atmosphere import density_fast
from opendome.kernels.dynamics import ground_crossing
from opendome.kernels.flight import KNOTS_FULL, LANDED, STILL_FLYING, Flights, write_knot
from opendome.kernels.frames import (
    ecef_from_geodetic,
    geocentric_height,
    geodetic_from_ecef,
    turned,
)
from opendome.kernels.gravity import gravity_j2
from opendome.kernels.integrate import State
from opendome.kernels.paths import path_at
from opendome.kernels.quasi_ballistic import held_step
from opendome.kernels.vectors import Vector, across, cross, dot, minus, norm, plus, times

Array = NDArray[np.float64]

STEP: Final = 0.2  # s, for which a command is held
GLIDE_STEPS, DIVE_STEPS = 10, 2  # steps per knot
T_GLIDE: Final = 3.0 * 3600.0  # s, more than any glide lasts
SCALE_HEIGHT: Final = 7.2e3  # m, of air between 25 and 75 km; by it heights follow from densities
FREQUENCY, DAMPING = 0.06, 0.8  # rad/s and 1, of the hold of the glide's height
DEADBAND: Final = math.radians(4.0)  # of heading, within which a vehicle does not reverse its bank
TURN_GAIN, MOST_BANK = 2.0, math.radians(60.0)  # bank by heading error, 1 and rad, and its most
NEAR: Final = 50e3  # m, at which a waypoint counts as passed
LEAST_WEIGHT: Final = 0.02  # of gravity, that lift carries at nearly orbital speed
DIVE_GAIN: Final = 4.0  # on the zero-effort miss
DIVE_EARLY: Final = 1.25  # on the distance that a turn downwards takes
# Convective heating at a stagnation point, W/m^2 = HEATING (density / nose radius)^0.5 speed^3, in
# SI: K. Sutton, R. A. Graves, NASA TR R-376 (1971), for air.
HEATING: Final = 1.7415e-4


class Glider(NamedTuple):
    """How a vehicle glides: kg/m^2, 1, rad, m/s^2, W/m^2, m.

    ``beta`` is mass over drag coefficient and area at the best lift-to-drag ratio.
    """

    beta: float
    lift_to_drag: float
    bank: float
    max_acceleration: float
    max_heating: float
    nose_radius: float


class Air(NamedTuple):
    """The air stream about a vehicle, inertial axes."""

    along: Vector  # unit vector
    speed: float  # m/s
    density: float  # kg/m^3
    lift: float  # m/s^2, at the best lift-to-drag ratio


@jit
def air_about(y: State, glider: Glider) -> Air:
    """The air stream about a vehicle."""
    wx, wy, wz, speed = air_velocity(y[0], y[1], y[3], y[4], y[5])
    speed = max(speed, 1.0)
    density = density_fast(geocentric_height(y[0], y[1], y[2]))
    lift = glider.lift_to_drag * 0.5 * density * speed * speed / glider.beta
    return Air((wx / speed, wy / speed, wz / speed), speed, density, lift)


@jit
def heating_rate(density: float, speed: float, nose_radius: float) -> float:
    """Convective heating of the nose, W/m^2."""
    return HEATING * math.sqrt(density / nose_radius) * speed**3


@jit
def weight(y: State) -> float:
    """Gravity less the centrifugal acceleration of the path, m/s^2: what lift must carry."""
    r = (y[0], y[1], y[2])
    radius = norm(r)
    g = gravity_j2(r[0], r[1], r[2])
    pull = norm(g)
    climb = dot(r, (y[3], y[4], y[5])) / radius
    level2 = max(y[3] * y[3] + y[4] * y[4] + y[5] * y[5] - climb * climb, 0.0)
    return max(pull - level2 / radius, LEAST_WEIGHT * pull)


@jit
def glide_density(air: Air, carried: float, glider: Glider, bank: float) -> float:
    """Density in which lift at a bank angle carries the weight, within the limits."""
    wanted = 2.0 * glider.beta * carried
    wanted /= glider.lift_to_drag * math.cos(bank) * air.speed * air.speed
    by_load = 2.0 * glider.beta * glider.max_acceleration
    by_load /= glider.lift_to_drag * air.speed * air.speed
    hot = glider.max_heating / (HEATING * air.speed**3)
    return min(wanted, min(by_load, glider.nose_radius * hot * hot))


@jit
def glide_command(y: State, target: Vector, glider: Glider, side: float) -> tuple[Vector, float]:
    """Lift of the glide (inertial, m/s^2), and the side (1 or -1) of its bank.

    ``target`` is inertial, now. The vertical part of the lift holds the height of equilibrium; what
    is left of the best lift turns the vehicle towards the target, or from side to side of it. Far
    off its heading it banks more, and flies lower for it.
    """
    air = air_about(y, glider)
    r = (y[0], y[1], y[2])
    radius = norm(r)
    up = times(1.0 / radius, r)
    carried = weight(y)
    rise = across(up, air.along)
    level = norm(rise)
    rise = times(1.0 / max(level, 1e-9), rise)
    right = cross(air.along, rise)
    to_go = across(minus(target, r), up)
    off = math.atan2(dot(to_go, right), dot(to_go, across(air.along, up)))
    bank = max(glider.bank, min(TURN_GAIN * abs(off), MOST_BANK))
    density = glide_density(air, carried, glider, bank)
    too_low = SCALE_HEIGHT * math.log(max(air.density, 1e-12) / density)
    climb = dot(up, (y[3], y[4], y[5]))
    drag = air.lift / glider.lift_to_drag
    sink = -SCALE_HEIGHT * drag * 2.0 * (air.speed / (radius * carried) + 1.0 / air.speed)
    sink = max(sink, -0.2 * air.speed)
    wanted = carried + FREQUENCY * FREQUENCY * too_low
    wanted += 2.0 * DAMPING * FREQUENCY * (sink - climb)
    best = min(air.lift, glider.max_acceleration)
    if wanted <= 0.0:  # it climbs, or is too high: it flies without lift
        return (0.0, 0.0, 0.0), side
    vertical = min(wanted / max(level, 0.1), best)
    if off > DEADBAND:
        side = 1.0
    elif off < -DEADBAND:
        side = -1.0
    sideways = side * math.sqrt(max(best * best - vertical * vertical, 0.0))
    return plus(times(vertical, rise), sideways, right), side


@jit
def dive_command(y: State, target: Vector, glider: Glider) -> Vector:
    """Lift of the dive: zero-effort miss over time to go squared, as far as lift allows."""
    air = air_about(y, glider)
    r, v = (y[0], y[1], y[2]), (y[3], y[4], y[5])
    theirs = (-EARTH_OMEGA * target[1], EARTH_OMEGA * target[0], 0.0)
    d, u = minus(target, r), minus(theirs, v)
    t_go = max(-dot(d, u) / max(dot(u, u), 1.0), STEP)
    g = gravity_j2(r[0], r[1], r[2])
    miss = plus(plus(d, t_go, u), -0.5 * t_go * t_go, g)
    a = times(DIVE_GAIN / (t_go * t_go), across(miss, air.along))
    best = min(air.lift, glider.max_acceleration)
    asked = norm(a)
    return times(best / asked, a) if asked > best else a


@jit
def dive_distance(y: State, glider: Glider) -> float:
    """Ground distance at which a vehicle that turns down as sharply as it can comes to the ground.

    It turns with all its lift and what gravity leaves; the turn is a parabola.
    """
    air = air_about(y, glider)
    height = geocentric_height(y[0], y[1], y[2])
    down = min(air.lift, glider.max_acceleration) + weight(y)
    return DIVE_EARLY * air.speed * math.sqrt(2.0 * max(height, 0.0) / down)


@jit
def beta_with(a: Vector, y: State, glider: Glider) -> float:
    """Ballistic coefficient while lift ``a`` is made: half the drag at best lift is for lift."""
    air = air_about(y, glider)
    share = norm(a) / max(air.lift, 1e-12)
    return 2.0 * glider.beta / (1.0 + share * share)


@jit
def ground_gap(y: State, target: Vector) -> float:
    """Distance along the sphere between the places under a vehicle and a target, both inertial."""
    r = (y[0], y[1], y[2])
    radius = norm(target)
    cosine = dot(r, target) / (norm(r) * radius)
    return radius * math.acos(min(max(cosine, -1.0), 1.0))


class Glide(NamedTuple):
    """How a glide went, from burn-out to the ground."""

    n: int  # knots, also beyond the room
    t: float
    y: State
    status: int
    dive_speed: float  # m/s, when the dive began; NaN if it never did


@jit
def glide_home(
    knots: Array, kept: int, start: tuple[float, State], glider: Glider, way: Array
) -> Glide:
    """Fly from a state to the last place of a way, a knot every few steps.

    Parameters
    ----------
    knots : (k, 7) float
        Filled from row ``kept`` on.
    start : tuple
        Time and inertial state.
    way : (m, 3) float
        Earth-fixed places to pass, the last of them the aim.
    """
    t0, y = start
    t = t0
    write_knot(knots, kept, t, y)
    n, leg, side, last_y, last_t = kept + 1, 0, 1.0, y, t
    status, dive_speed = STILL_FLYING, math.nan
    k = 0
    while t - t0 < T_GLIDE:
        place = way[leg]
        tx, ty = turned(place[0], place[1], EARTH_OMEGA * t)
        target = (tx, ty, place[2])
        is_last = leg == len(way) - 1
        gap = ground_gap(y, target)
        if not is_last and gap < NEAR:
            leg += 1
            continue
        if is_last and math.isnan(dive_speed) and gap < dive_distance(y, glider):
            dive_speed = air_about(y, glider).speed
        if math.isnan(dive_speed):
            a, side = glide_command(y, target, glider, side)
        else:
            a = dive_command(y, target, glider)
        end = held_step(y, a, beta_with(a, y, glider), STEP)
        if geocentric_height(end[0], end[1], end[2]) <= 0.0:
            t, y = ground_crossing(t, y, t + STEP, end, 0.0)
            status = LANDED
        else:
            k += 1
            t, y = t0 + k * STEP, end
        every = GLIDE_STEPS if math.isnan(dive_speed) else DIVE_STEPS
        if status == LANDED or k % every == 0:
            last_y, last_t = y, t
            write_knot(knots, n, t, y)
            n += 1
        if status == LANDED:
            break
    return Glide(n, last_t, last_y, status, dive_speed)


@jit
def glide_down(
    flights: Flights, glider: Glider, ways: Array, is_steered: NDArray[np.bool_]
) -> Array:
    """Replace flights from their burn-out on by glides, in place; speeds (n,) at their dives.

    Parameters
    ----------
    flights : Flights
        Boosted flights; their knots must have room for the glides.
    ways : (n, m, 2) float
        Lat, lon of the places that each passes, the last of them its aim.
    is_steered : (n,) bool
        The others stay as they are.
    """
    speeds = np.full(len(ways), math.nan)
    for i in range(len(ways)):
        if not is_steered[i] or flights.status[i] != LANDED:
            continue
        knots, n = flights.knots[i], flights.n_knots[i]
        t = flights.t_burnout[i]
        y = path_at(knots, n, t)
        kept = 1
        while kept < n and knots[kept, 0] < t:
            kept += 1
        way = np.empty((ways.shape[1], 3))
        for m in range(ways.shape[1]):
            way[m, 0], way[m, 1], way[m, 2] = ecef_from_geodetic(ways[i, m, 0], ways[i, m, 1], 0.0)
        done = glide_home(knots, kept, (t, y), glider, way)
        flights.status[i] = KNOTS_FULL if done.n > knots.shape[0] else done.status
        flights.n_knots[i] = min(done.n, knots.shape[0])
        speeds[i] = done.dive_speed
        _note_end(flights, i, done)
    return speeds


@jit
def _note_end(flights: Flights, i: int, done: Glide) -> None:
    """Apogee and impact of a flight that has been replaced."""
    top = -math.inf
    for k in range(flights.n_knots[i]):
        row = flights.knots[i, k]
        top = max(top, geocentric_height(row[1], row[2], row[3]))
    flights.apogee_alt[i] = top
    y, t = done.y, done.t
    x, w = turned(y[0], y[1], -EARTH_OMEGA * t)
    lat, lon, _ = geodetic_from_ecef(x, w, y[2])
    flights.impact[i, 0], flights.impact[i, 1], flights.impact[i, 2] = t, lat, lon
    flights.impact[i, 3] = air_velocity(y[0], y[1], y[3], y[4], y[5])[3]
