"""Which satellite of a shell is nearest to a place, found plane by plane instead of one by one.

In axes that turn with the nodes the planes of a shell stand still, and in each plane the nearest
satellite follows from the angle of the place. Satellites are where `satellites` has them, less the
oscillation of their planes: within 4 km (tested), for a screening that exact states finish.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA
from opendome.kernels._jit import jit
from opendome.kernels.frames import turned
from opendome.kernels.satellites import A30, K2, element_rates, walker_delta

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOBODY = -1


class Constellation(NamedTuple):
    """A shell of satellites on circular orbits: a Walker pattern of ``total`` in p planes."""

    elements: Floats  # (total, 6) mean, plane by plane
    node_axes: Floats  # (p, 3) towards the node of each plane at t = 0
    rise_axes: Floats  # (p, 3) a quarter of a turn ahead of it
    first: Floats  # (p,) angle of each plane's first satellite from its node at t = 0
    n_each: int  # satellites of a plane
    semi_axis: float  # m
    inclination: float
    node_rate: float  # rad/s
    along_rate: float


def constellation(
    counts: tuple[int, int, float],
    altitude: float,
    inclination: float,
    start: tuple[float, float] = (0.0, 0.0),
) -> Constellation:
    """A Walker pattern; the arguments are those of `satellites.walker_delta`.

    ``counts`` are satellites, planes, phasing.
    """
    total, planes, phasing = counts
    elements = walker_delta(total, planes, phasing, altitude, inclination, start)
    n_each = total // planes
    nodes, first = elements[::n_each, 3], elements[::n_each, 5].copy()
    a = float(elements[0, 0])
    anomaly_rate, perigee_rate, node_rate = element_rates(a, 0.0, inclination)
    c, s = math.cos(inclination), math.sin(inclination)
    cn, sn = np.cos(nodes), np.sin(nodes)
    return Constellation(
        elements=elements,
        node_axes=np.stack([cn, sn, np.zeros(planes)], axis=1),
        rise_axes=np.stack([-c * sn, c * cn, np.full(planes, s)], axis=1),
        first=first,
        n_each=n_each,
        semi_axis=a,
        inclination=inclination,
        node_rate=node_rate,
        along_rate=anomaly_rate + perigee_rate,
    )


@jit
def in_plane(shell: Constellation, mean: float) -> tuple[float, float]:
    """Angle from its node and distance from the Earth's centre of a satellite.

    ``mean`` is its mean angle. The forms of `satellite_state` to first order, at no eccentricity.
    """
    c, s = math.cos(shell.inclination), math.sin(shell.inclination)
    a = shell.semi_axis
    lift = A30 * s / (4.0 * K2 * a)
    k = K2 / (a * a)
    twice = 2.0 * mean
    angle = mean - 2.0 * lift * math.cos(mean) - 0.25 * k * (7.0 * c * c - 1.0) * math.sin(twice)
    r = a * (1.0 - lift * math.sin(mean) - 1.5 * k * (3.0 * c * c - 1.0))
    return angle, r + 0.5 * k * a * s * s * math.cos(twice)


SLACK = 20e3  # m, by which a satellite may be off the mean circle of its plane


@jit
def nearest_satellite(
    shell: Constellation, t: float, r_ecef: Floats, ring: tuple[float, float], left: Ints
) -> tuple[float, int]:
    """Distance and number of the nearest satellite that may serve a place at a time.

    Parameters
    ----------
    r_ecef : (3,) float
    ring : (float, float)
        Only satellites between these distances count, m.
    left : (total,) int
        Rounds that each satellite has; one without does not count. Of no length: all have some.

    Returns
    -------
    distance : float
        inf where there is none.
    satellite : int
        NOBODY where there is none.
    """
    x, y = turned(r_ecef[0], r_ecef[1], (EARTH_OMEGA - shell.node_rate) * t)
    z = r_ecef[2]
    size2 = x * x + y * y + z * z
    best, who = ring[1], NOBODY
    spacing = 2.0 * math.pi / shell.n_each
    a = shell.semi_axis
    for p in range(len(shell.first)):
        px = shell.node_axes[p, 0] * x + shell.node_axes[p, 1] * y + shell.node_axes[p, 2] * z
        py = shell.rise_axes[p, 0] * x + shell.rise_axes[p, 1] * y + shell.rise_axes[p, 2] * z
        flat = math.sqrt(px * px + py * py)
        beside2 = size2 - flat * flat
        if beside2 + (a - flat) ** 2 > (best + SLACK) ** 2:
            continue
        start = shell.first[p] + shell.along_rate * t
        middle = round((math.atan2(py, px) - start) / spacing)
        for k in range(shell.n_each):
            # 0, 1, -1, 2, -2 ... satellites from the one that is most abreast
            step = (k + 1) // 2 if k % 2 == 1 else -(k // 2)
            mean = start + (middle + step) * spacing
            angle, radius = in_plane(shell, mean)
            ox, oy = px - radius * math.cos(angle), py - radius * math.sin(angle)
            distance = math.sqrt(max(beside2 + ox * ox + oy * oy, 0.0))
            if distance > best + SLACK and k % 2 == 0:
                break
            number = p * shell.n_each + (middle + step) % shell.n_each
            is_there = len(left) == 0 or left[number] > 0
            if distance < best and distance >= ring[0] and is_there:
                best, who = distance, number
    if who == NOBODY:
        return math.inf, who
    return best, who


@jit
def nearest_satellites(
    shell: Constellation, t: float, r_ecef: Floats, reach: float
) -> tuple[Floats, Ints]:
    """`nearest_satellite` within ``reach`` of each place (n, 3), at one time: (n,), (n,)."""
    distances, who = np.empty(len(r_ecef)), np.empty(len(r_ecef), np.int64)
    nobody = np.zeros(0, np.int64)
    for i in range(len(r_ecef)):
        distances[i], who[i] = nearest_satellite(shell, t, r_ecef[i], (0.0, reach), nobody)
    return distances, who
