"""What radar and infrared looks share: rows of detections, draws, cues, directions with errors."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.philox import uniform

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MEAN_PER_DRAW = 100.0  # exp(-mean) of one Poisson draw must not vanish


class Draws(NamedTuple):
    """Key and counter of the random draws of one scan: purposes as in ``rng.Purpose``.

    The object word of a draw is ``obj`` (sensor index times 2^32) plus the threat or alarm number,
    the event word is the number of the scan.
    """

    seed: int
    event: int
    obj: int
    detection: int
    noise: int
    alarms: int
    places: int


class Cues(NamedTuple):
    """Directions in which a cued sensor looks, ordered by run."""

    run: Ints  # (n,)
    u_los: Floats  # (n, 3) ECEF unit vectors
    cos_width: float  # cosine of the half-width about each


class Looks(NamedTuple):
    """Rows of detections, ordered by run; NaN where a sensor does not measure."""

    run: Ints
    u_los: Floats  # (n, 3) ECEF
    sigma_angle: Floats
    distance: Floats
    sigma_distance: Floats
    rate: Floats
    sigma_rate: Floats
    snr: Floats


@jit
def no_looks(n: int) -> Looks:
    """Room for n detections."""
    blank = np.full((7, n), np.nan)
    u_los = np.full((n, 3), np.nan)
    return Looks(
        np.zeros(n, np.int64), u_los, blank[0], blank[1], blank[2], blank[3], blank[4], blank[5]
    )


@jit
def joined_looks(a: Looks, b: Looks) -> Looks:
    """Both, ordered by run, then by distance and signal to noise: order tells nothing else."""
    n = len(a.run)
    looks = no_looks(n + len(b.run))
    for k in range(n + len(b.run)):
        if k < n:
            copy_look(a, k, looks, k)
        else:
            copy_look(b, k - n, looks, k)
    order = np.argsort(looks.snr, kind="mergesort")
    order = order[np.argsort(looks.distance[order], kind="mergesort")]
    order = order[np.argsort(looks.run[order], kind="mergesort")]
    ordered = no_looks(len(order))
    for k in range(len(order)):
        copy_look(looks, order[k], ordered, k)
    return ordered


@jit
def are_ordered(run: Ints, distance: Floats, snr: Floats) -> bool:
    """Whether looks are ordered by run, then by distance (NaN last), then by signal to noise."""
    for i in range(1, len(run)):
        if run[i] != run[i - 1]:
            if run[i] < run[i - 1]:
                return False
            continue
        near, far = distance[i - 1], distance[i]
        is_same = near == far or (math.isnan(near) and math.isnan(far))
        if is_same:
            if snr[i] < snr[i - 1]:
                return False
        elif math.isnan(near) or far < near:
            return False
    return True


@jit
def copy_look(source: Looks, i: int, target: Looks, k: int) -> None:
    """Write look i of one batch as look k of another."""
    target.run[k], target.snr[k] = source.run[i], source.snr[i]
    target.sigma_angle[k] = source.sigma_angle[i]
    target.distance[k], target.sigma_distance[k] = source.distance[i], source.sigma_distance[i]
    target.rate[k], target.sigma_rate[k] = source.rate[i], source.sigma_rate[i]
    for j in range(3):
        target.u_los[k, j] = source.u_los[i, j]


@jit
def first_looks(looks: Looks, n: int) -> Looks:
    """The first n rows."""
    return Looks(
        looks.run[:n],
        looks.u_los[:n],
        looks.sigma_angle[:n],
        looks.distance[:n],
        looks.sigma_distance[:n],
        looks.rate[:n],
        looks.sigma_rate[:n],
        looks.snr[:n],
    )


@jit
def looks_at(looks: Looks, chosen: Ints) -> Looks:
    """Copies of chosen rows."""
    return Looks(
        looks.run[chosen],
        looks.u_los[chosen],
        looks.sigma_angle[chosen],
        looks.distance[chosen],
        looks.sigma_distance[chosen],
        looks.rate[chosen],
        looks.sigma_rate[chosen],
        looks.snr[chosen],
    )


@jit
def tangents(ux: float, uy: float, uz: float) -> tuple[float, float, float, float, float, float]:
    """Two unit vectors that stand on a unit vector and on each other.

    Source: J. R. Frisvad, "Building an orthonormal basis from a 3D unit vector without
    normalization", J. Graphics Tools 16 (2012), with the sign of T. Duff et al., JCGT 6 (2017).
    """
    sign = math.copysign(1.0, uz)
    a = -1.0 / (sign + uz)
    b = ux * uy * a
    return 1.0 + sign * ux * ux * a, sign * b, -sign * ux, b, sign + uy * uy * a, -uy


@jit
def nudged(
    u: tuple[float, float, float], first: float, second: float
) -> tuple[float, float, float]:
    """Unit vector turned by two small angles (rad) about two axes that stand on it."""
    ux, uy, uz = u
    ax, ay, az, bx, by, bz = tangents(ux, uy, uz)
    x, y, z = ux + first * ax + second * bx, uy + first * ay + second * by, uz
    z += first * az + second * bz
    length = math.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


@jit
def poisson(draws: Draws, run: int, mean: float) -> int:
    """Poisson count of false alarms in one run and scan, by inversion of uniform draws."""
    count = 0
    block = 0
    left = mean
    while left > 0.0:
        part = min(left, MEAN_PER_DRAW)
        chance = uniform(draws.seed, run, draws.alarms, draws.obj, draws.event, block)
        term = math.exp(-part)
        total = term
        k = 0
        while chance > total and k < 10 * MEAN_PER_DRAW:
            k += 1
            term *= part / k
            total += term
        count += k
        left -= part
        block += 1
    return count


@jit
def is_cued(cues: Cues, run: int, u: tuple[float, float, float]) -> bool:
    """Whether a direction lies in the cone of a cue of this run."""
    first = np.searchsorted(cues.run, run)
    for i in range(first, len(cues.run)):
        if cues.run[i] != run:
            break
        cosine = u[0] * cues.u_los[i, 0] + u[1] * cues.u_los[i, 1] + u[2] * cues.u_los[i, 2]
        if cosine >= cues.cos_width:
            return True
    return False


@jit
def direction_in_cone(
    axis: tuple[float, float, float], cos_width: float, d0: float, d1: float
) -> tuple[float, float, float]:
    """Direction uniform over a cone, from two uniform draws."""
    cosine = cos_width + (1.0 - cos_width) * d0
    sine = math.sqrt(max(1.0 - cosine * cosine, 0.0))
    ax, ay, az, bx, by, bz = tangents(axis[0], axis[1], axis[2])
    first, second = sine * math.cos(2.0 * math.pi * d1), sine * math.sin(2.0 * math.pi * d1)
    return (
        cosine * axis[0] + first * ax + second * bx,
        cosine * axis[1] + first * ay + second * by,
        cosine * axis[2] + first * az + second * bz,
    )


@jit
def cue_of(cues: Cues, run: int, draw: float) -> int:
    """Row of one cue of a run, chosen by a uniform draw; -1 where the run has none."""
    first = np.searchsorted(cues.run, run)
    last = np.searchsorted(cues.run, run, side="right")
    n = int(last - first)
    if n == 0:
        return -1
    return int(first) + min(int(draw * n), n - 1)
