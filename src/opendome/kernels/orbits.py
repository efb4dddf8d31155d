"""Two-body motion about a spherical Earth, in closed form: no oblateness, no air, no rotation."""

from __future__ import annotations

import math

from opendome.constants import EARTH_MU
from opendome.kernels._jit import jit
from opendome.kernels.integrate import State

SERIES = 1e-3  # of psi, below which the Stumpff functions are summed as series
MAX_ITERATIONS = 60


@jit
def stumpff(psi: float) -> tuple[float, float]:
    """The functions c2 and c3 of universal variables (psi = chi^2 / a)."""
    if psi > SERIES:
        root = math.sqrt(psi)
        return (1.0 - math.cos(root)) / psi, (root - math.sin(root)) / (psi * root)
    if psi < -SERIES:
        root = math.sqrt(-psi)
        return (1.0 - math.cosh(root)) / psi, (math.sinh(root) - root) / (-psi * root)
    c2 = 0.5 - psi / 24.0 + psi * psi / 720.0
    return c2, 1.0 / 6.0 - psi / 120.0 + psi * psi / 5040.0


@jit
def universal_anomaly(r: float, rv: float, inverse_a: float, dt: float) -> tuple[float, float]:
    """Universal variable chi and psi = chi^2 / a after dt; rv is r . v over the root of mu.

    Laguerre's method, which converges from any start.
    """
    root_mu = math.sqrt(EARTH_MU)
    chi = root_mu * dt * abs(inverse_a) if inverse_a > 1e-12 else root_mu * dt / r
    if inverse_a < -1e-12:
        sign, root_a = math.copysign(1.0, dt), math.sqrt(-1.0 / inverse_a)
        slow = root_mu * (rv + sign * root_a * (1.0 - r * inverse_a))
        chi = sign * root_a * math.log(max(-2.0 * EARTH_MU * dt * inverse_a / slow, 1.0 + 1e-9))
    for _ in range(MAX_ITERATIONS):
        psi = chi * chi * inverse_a
        c2, c3 = stumpff(psi)
        miss = chi**3 * c3 + rv * chi * chi * c2 + r * chi * (1.0 - psi * c3) - root_mu * dt
        slope = chi * chi * c2 + rv * chi * (1.0 - psi * c3) + r * (1.0 - psi * c2)
        bend = chi * (1.0 - psi * c3) * (1.0 - r * inverse_a) + rv * (1.0 - psi * c2)
        root = math.sqrt(abs(16.0 * slope * slope - 20.0 * miss * bend))
        change = 5.0 * miss / (slope + math.copysign(root, slope))
        chi -= change
        if abs(change) < 1e-13 * max(abs(chi), 1.0):
            break
    return chi, chi * chi * inverse_a


@jit
def kepler(y: State, dt: float) -> State:
    """Inertial state dt seconds later (or earlier) on a two-body orbit of any kind.

    Notes
    -----
    Universal variables with f and g functions. Source: D. A. Vallado, Fundamentals of
    Astrodynamics and Applications (2013), algorithm 8; iteration: B. A. Conway, Celestial
    Mechanics 39 (1986) 199-211.
    """
    if dt == 0.0:
        return y
    r = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
    speed2 = y[3] * y[3] + y[4] * y[4] + y[5] * y[5]
    root_mu = math.sqrt(EARTH_MU)
    rv = (y[0] * y[3] + y[1] * y[4] + y[2] * y[5]) / root_mu
    inverse_a = 2.0 / r - speed2 / EARTH_MU
    chi, psi = universal_anomaly(r, rv, inverse_a, dt)
    c2, c3 = stumpff(psi)
    f = 1.0 - chi * chi * c2 / r
    g = dt - chi**3 * c3 / root_mu
    x, yy, z = f * y[0] + g * y[3], f * y[1] + g * y[4], f * y[2] + g * y[5]
    after = math.sqrt(x * x + yy * yy + z * z)
    f_dot = root_mu * chi * (psi * c3 - 1.0) / (after * r)
    g_dot = 1.0 - chi * chi * c2 / after
    return (
        x,
        yy,
        z,
        f_dot * y[0] + g_dot * y[3],
        f_dot * y[1] + g_dot * y[4],
        f_dot * y[2] + g_dot * y[5],
    )


@jit
def apogee_radius(y: State) -> float:
    """Largest distance from the Earth's centre on the orbit of a state, m; inf if it escapes."""
    r = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
    speed2 = y[3] * y[3] + y[4] * y[4] + y[5] * y[5]
    rv = y[0] * y[3] + y[1] * y[4] + y[2] * y[5]
    inverse_a = 2.0 / r - speed2 / EARTH_MU
    if inverse_a <= 0.0:
        return math.inf
    p = (r * r * speed2 - rv * rv) / EARTH_MU
    return (1.0 + math.sqrt(max(1.0 - p * inverse_a, 0.0))) / inverse_a


@jit
def fall(y: State, radius: float) -> tuple[float, float, float, float]:
    """Seconds until an orbit comes down through a sphere, and the inertial place (x, y, z) there.

    NaN if it never does (orbital or escaping); the present place if it is wholly inside.
    """
    r = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
    speed2 = y[3] * y[3] + y[4] * y[4] + y[5] * y[5]
    rv = y[0] * y[3] + y[1] * y[4] + y[2] * y[5]
    inverse_a = 2.0 / r - speed2 / EARTH_MU
    p = (r * r * speed2 - rv * rv) / EARTH_MU
    e = math.sqrt(max(1.0 - p * inverse_a, 0.0))
    if inverse_a <= 0.0 or (1.0 - e) > radius * inverse_a:
        return math.nan, math.nan, math.nan, math.nan
    if (1.0 + e) < radius * inverse_a:
        return 0.0, y[0], y[1], y[2]
    start = math.atan2(rv * math.sqrt(p / EARTH_MU) / r, p / r - 1.0)
    end = 2.0 * math.pi - math.acos(min(max((p / radius - 1.0) / e, -1.0), 1.0))
    squash = math.sqrt((1.0 - e) / (1.0 + e))
    ecc_start = 2.0 * math.atan(squash * math.tan(0.5 * start))
    ecc_end = 2.0 * math.atan(squash * math.tan(0.5 * end)) + 2.0 * math.pi
    mean = (ecc_end - e * math.sin(ecc_end)) - (ecc_start - e * math.sin(ecc_start))
    time = mean * math.sqrt(1.0 / (EARTH_MU * inverse_a**3))
    # Turn r by the swept angle in the plane of r and v.
    across = math.sqrt(max(speed2 - (rv / r) ** 2, 1e-300))
    cosine, sine = math.cos(end - start), math.sin(end - start)
    along = radius * (cosine - sine * rv / (r * across)) / r
    ahead = radius * sine / across
    return (
        time,
        along * y[0] + ahead * y[3],
        along * y[1] + ahead * y[4],
        along * y[2] + ahead * y[5],
    )
