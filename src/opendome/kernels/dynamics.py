"""One step of a body under J2 gravity, drag in turning air and thrust; its top and its landing."""

from __future__ import annotations

import math

from opendome.kernels._jit import jit
from opendome.kernels.aero import air_velocity, drag_rate, wing_lift
from opendome.kernels.frames import altitude, geocentric_height
from opendome.kernels.gravity import gravity_j2
from opendome.kernels.integrate import (
    A21,
    C2,
    C3,
    C4,
    C5,
    State,
    hermite,
    mean_slope,
    plus,
    slope_error,
    stage3,
    stage4,
    stage5,
    stage6,
)
from opendome.kernels.propulsion import Push


@jit
def coast_acceleration(
    x: float, y: float, z: float, vx: float, vy: float, vz: float, beta: float
) -> tuple[float, float, float]:
    """Inertial acceleration by J2 gravity and drag of a body of ballistic coefficient beta."""
    gx, gy, gz = gravity_j2(x, y, z)
    wx, wy, wz, speed = air_velocity(x, y, vx, vy, vz)
    drag = drag_rate(geocentric_height(x, y, z), speed, beta)
    return gx - drag * wx, gy - drag * wy, gz - drag * wz


@jit
def derivative(tau: float, y: State, push: Push) -> State:
    """Slope of the inertial state: J2 gravity, drag, thrust, lift."""
    mass = push.mass - push.flow * tau
    ax, ay, az = coast_acceleration(y[0], y[1], y[2], y[3], y[4], y[5], mass / push.area)
    if push.thrust > 0.0:
        thrust = push.thrust / mass
        wx, wy, wz, speed = air_velocity(y[0], y[1], y[3], y[4], y[5])
        if push.is_turning and speed > 1.0:
            along = thrust / speed
            ax, ay, az = ax + along * wx, ay + along * wy, az + along * wz
        else:
            ax, ay, az = ax + thrust * push.ux, ay + thrust * push.uy, az + thrust * push.uz
    if push.stall_speed > 0.0:
        lx, ly, lz = wing_lift(y[0], y[1], y[2], y[3], y[4], y[5], push.stall_speed)
        ax, ay, az = ax + lx, ay + ly, az + lz
    return y[3], y[4], y[5], ax, ay, az


@jit
def try_step(tau: float, y: State, k1: State, h: float, push: Push) -> tuple[State, State, State]:
    """State after a Dormand-Prince step, slope there, and the slope of the error estimate."""
    k2 = derivative(tau + C2 * h, plus(y, h * A21, k1), push)
    k3 = derivative(tau + C3 * h, plus(y, h, stage3(k1, k2)), push)
    k4 = derivative(tau + C4 * h, plus(y, h, stage4(k1, k2, k3)), push)
    k5 = derivative(tau + C5 * h, plus(y, h, stage5(k1, k2, k3, k4)), push)
    k6 = derivative(tau + h, plus(y, h, stage6(k1, k2, k3, k4, k5)), push)
    end = plus(y, h, mean_slope(k1, k3, k4, k5, k6))
    k7 = derivative(tau + h, end, push)
    return end, k7, slope_error(k1, k3, k4, k5, k6, k7)


@jit
def rise_rate(y: State) -> float:
    """r . v: positive while the body goes up."""
    return y[0] * y[3] + y[1] * y[4] + y[2] * y[5]


@jit
def highest_between(tau0: float, y0: State, tau1: float, y1: State) -> float:
    """Geodetic altitude where r . v passes zero within a step."""
    rate0, rate1 = rise_rate(y0), rise_rate(y1)
    best = -math.inf
    for _ in range(3):
        tau = tau0 + (tau1 - tau0) * rate0 / (rate0 - rate1)
        y = hermite(tau, tau0, y0, tau1, y1)
        best = max(best, altitude(y[0], y[1], y[2]))
        rate = rise_rate(y)
        if rate > 0.0:
            tau0, y0, rate0 = tau, y, rate
        elif rate < 0.0:
            tau1, y1, rate1 = tau, y, rate
        else:
            break
    return best


@jit
def ground_crossing(
    tau0: float, y0: State, tau1: float, y1: State, ground_alt: float
) -> tuple[float, State]:
    """Time and state where a body comes down through the ground within a step.

    The root on the step's cubic, to a millimetre, by halving and false position in turn; the
    start of the step if the body was under the ground already.
    """
    above = geocentric_height(y0[0], y0[1], y0[2]) - ground_alt
    below = geocentric_height(y1[0], y1[1], y1[2]) - ground_alt
    if above <= 0.0 or tau0 == tau1:
        return tau0, y0
    low, high, tau, y = tau0, tau1, tau1, y1
    for i in range(60):
        share = 0.5 if i % 3 == 2 else above / (above - below)
        tau = low + (high - low) * share
        y = hermite(tau, tau0, y0, tau1, y1)
        gap = geocentric_height(y[0], y[1], y[2]) - ground_alt
        if gap > 0.0:
            low, above = tau, gap
        else:
            high, below = tau, gap
        if abs(gap) < 1e-3:
            break
    return tau, y
