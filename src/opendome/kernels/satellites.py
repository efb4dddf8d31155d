"""Satellites on near-Earth orbits: where they are at any time, from mean elements.

Oblateness (J2, its square, J4) turns the orbit's plane and its perigee; J2 shakes the place within
a turn, J3 over months. No drag, no Moon, no Sun. Mean elements are rows (semi-major axis m,
eccentricity, inclination, right ascension of the node, argument of perigee, mean anomaly), angles
in rad at t = 0, when the inertial axes are the Earth-fixed ones.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.constants import (
    EARTH_J2,
    EARTH_J3,
    EARTH_J4,
    EARTH_MU,
    EARTH_OMEGA,
    EARTH_RADIUS_EQUATOR,
)
from opendome.kernels._jit import jit
from opendome.kernels.frames import turned
from opendome.kernels.integrate import State

Floats = NDArray[np.float64]

K2 = 0.5 * EARTH_J2 * EARTH_RADIUS_EQUATOR**2
K4 = -0.375 * EARTH_J4 * EARTH_RADIUS_EQUATOR**4
A30 = -EARTH_J3 * EARTH_RADIUS_EQUATOR**3
KEPLER_STEPS = 12  # Newton's method; from e = 0.8 on it takes six
LEAST_TILT = 1e-9  # of 1 + cos i, for orbits against the Earth's turn in its equator


@jit
def element_rates(a: float, e: float, i: float) -> tuple[float, float, float]:
    """Mean rates (rad/s) of mean anomaly, argument of perigee and node."""
    n = math.sqrt(EARTH_MU / (a * a * a))
    c2 = math.cos(i) ** 2
    b2 = 1.0 - e * e
    b = math.sqrt(b2)
    first = K2 / (a * a * b2 * b2)
    second = K2 * K2 / (a * a * b2 * b2) ** 2
    fourth = K4 / (a * a * b2 * b2) ** 2
    anomaly = 1.5 * first * b * (3.0 * c2 - 1.0)
    anomaly += 0.1875 * second * b * (13.0 - 78.0 * c2 + 137.0 * c2 * c2)
    perigee = 1.5 * first * (5.0 * c2 - 1.0)
    perigee += 0.1875 * second * (7.0 - 114.0 * c2 + 395.0 * c2 * c2)
    perigee += 1.25 * fourth * (3.0 - 36.0 * c2 + 49.0 * c2 * c2)
    node = -3.0 * first + 1.5 * second * (4.0 - 19.0 * c2) + 2.5 * fourth * (3.0 - 7.0 * c2)
    return n * (1.0 + anomaly), n * perigee, n * node * math.cos(i)


@jit
def satellite_state(elements: Floats, t: float) -> State:
    """Inertial state (m, m/s) of the satellite of one row of mean elements, at time t.

    Notes
    -----
    Brouwer's theory to first order in its periodic terms. Source: F. R. Hoots, R. L. Roehrich,
    "Models for propagation of NORAD element sets", Spacetrack Report 3 (1980), SGP4 without drag.
    """
    a, e, i = elements[0], elements[1], elements[2]
    anomaly_rate, perigee_rate, node_rate = element_rates(a, e, i)
    node = elements[3] + node_rate * t
    perigee = elements[4] + perigee_rate * t
    anomaly = elements[5] + anomaly_rate * t
    c, s = math.cos(i), math.sin(i)
    # Periods of months: J3 moves the centre of the orbit.
    ax = e * math.cos(perigee)
    lift = A30 * s / (4.0 * K2 * a * (1.0 - e * e))
    ay = e * math.sin(perigee) + lift
    turn = 0.5 * lift * ax * (3.0 + 5.0 * c) / max(1.0 + c, LEAST_TILT)
    mean = (anomaly + perigee + turn) % (2.0 * math.pi)
    # Kepler's equation for eccentric anomaly and perigee together.
    f = mean
    for _ in range(KEPLER_STEPS):
        sf, cf = math.sin(f), math.cos(f)
        step = (mean - ay * cf + ax * sf - f) / (1.0 - cf * ax - sf * ay)
        f += min(max(step, -0.95), 0.95)
        if abs(step) < 1e-12:
            break
    sf, cf = math.sin(f), math.cos(f)
    e_cos, e_sin = ax * cf + ay * sf, ax * sf - ay * cf
    e2 = ax * ax + ay * ay
    root, p = math.sqrt(1.0 - e2), a * (1.0 - e2)
    r = a * (1.0 - e_cos)
    r_rate = math.sqrt(EARTH_MU * a) / r * e_sin
    across = math.sqrt(EARTH_MU * p) / r
    share = e_sin / (1.0 + root)
    su, cu = a / r * (sf - ay - ax * share), a / r * (cf - ax + ay * share)
    s2, c2 = 2.0 * su * cu, 1.0 - 2.0 * su * su
    # Periods of half a turn.
    k, n = K2 / (p * p), math.sqrt(EARTH_MU / (a * a * a))
    u = math.atan2(su, cu) - 0.25 * k * (7.0 * c * c - 1.0) * s2
    node += 1.5 * k * c * s2
    i += 1.5 * k * c * s * c2
    r = r * (1.0 - 1.5 * k * root * (3.0 * c * c - 1.0)) + 0.5 * k * p * s * s * c2
    r_rate -= k * p * n * s * s * s2
    across += k * p * n * (s * s * c2 - 1.5 * (1.0 - 3.0 * c * c))
    su, cu, si, ci = math.sin(u), math.cos(u), math.sin(i), math.cos(i)
    sn, cn = math.sin(node), math.cos(node)
    # Unit vectors outwards and ahead.
    ox, oy, oz = cn * cu - sn * ci * su, sn * cu + cn * ci * su, si * su
    hx, hy, hz = -cn * su - sn * ci * cu, -sn * su + cn * ci * cu, si * cu
    return (
        r * ox,
        r * oy,
        r * oz,
        r_rate * ox + across * hx,
        r_rate * oy + across * hy,
        r_rate * oz + across * hz,
    )


@jit
def satellite_states(elements: Floats, t: float) -> Floats:
    """Inertial states (n, 6) of satellites at time t, from rows (n, 6) of mean elements."""
    states = np.empty((len(elements), 6))
    for m in range(len(elements)):
        state = satellite_state(elements[m], t)
        for k in range(6):
            states[m, k] = state[k]
    return states


@jit
def satellite_places(elements: Floats, t: float) -> Floats:
    """Earth-fixed places (n, 3) of satellites at time t."""
    places = np.empty((len(elements), 3))
    for m in range(len(elements)):
        state = satellite_state(elements[m], t)
        places[m, 0], places[m, 1] = turned(state[0], state[1], -EARTH_OMEGA * t)
        places[m, 2] = state[2]
    return places


def walker_delta(
    total: int,
    planes: int,
    phasing: float,
    altitude: float,
    inclination: float,
    start: tuple[float, float] = (0.0, 0.0),
) -> Floats:
    """Mean elements (total, 6) of circular orbits in evenly spread planes.

    Parameters
    ----------
    total, planes : int
        Satellites, and orbital planes that divide them.
    phasing : float
        Satellites of a plane lead those of the next one westwards by ``phasing`` / ``total`` of a
        turn.
    altitude : float
        Above the equator, m.
    inclination : float
        Rad.
    start : (float, float)
        Node of the first plane, and place along it of its first satellite, rad.

    Notes
    -----
    Source: J. G. Walker, "Circular orbit patterns providing continuous whole earth coverage",
    RAE TR 70211 (1970): pattern T/P/F.
    """
    plane, slot = np.divmod(np.arange(total), total // planes)
    elements = np.zeros((total, 6))
    elements[:, 0] = EARTH_RADIUS_EQUATOR + altitude
    elements[:, 2] = inclination
    elements[:, 3] = start[0] + 2.0 * math.pi * plane / planes
    along = slot * planes / total + phasing * plane / total
    elements[:, 5] = start[1] + 2.0 * math.pi * along
    return elements
