"""Which looks were a fair chance to see something, and to tell it from its neighbours.

For results only: it is worked out from what is true, beside the looks that really take place.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.dwell import shares
from opendome.kernels.infrared import (
    Bodies,
    Infrared,
    are_dazzled,
    is_near_sun,
    p_detect_gaussian,
    sight_from,
    signal,
)
from opendome.kernels.looks import Cues
from opendome.kernels.radar import Radar, errors, mean_snr, seen_distances
from opendome.kernels.skywave import Skywave, over_ground, p_detect_below
from opendome.kernels.vectors import Vector, dot, minus, norm, row

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Chances(NamedTuple):
    """One look of a sensor at n things, before any draw."""

    p_detect: Floats  # (n,) if it is looked at; 0 out of view
    share: Floats  # (n,) of the looks that it gets, 1 where the sensor has time for all
    r_sensor_ecef: Floats  # (n, 3) from where it is seen best
    sigma_distance: Floats  # (n,) m along the line of sight, inf where not measured
    sigma_across: Floats  # (n,) m across it


@jit
def no_chances(n: int) -> Chances:
    """Of n things out of view."""
    return Chances(
        np.zeros(n), np.ones(n), np.zeros((n, 3)), np.full(n, math.inf), np.full(n, math.inf)
    )


@jit
def radar_chances(radar: Radar, run: Ints, r_ecef: Floats, rcs: Floats, cues: Cues) -> Chances:
    """What a look of a radar at each thing (n rows, ordered by run) has in it.

    Its errors are those of the mean signal of what is detected, ``threshold + snr``. Of a cued
    radar where it is asked to look.
    """
    found = no_chances(len(run))
    distances = seen_distances(radar, run, r_ecef, cues)
    in_view = ~np.isnan(distances)
    found.share[:] = shares(radar.ration, run, in_view)
    for i in np.flatnonzero(in_view):
        snr = mean_snr(radar, distances[i], rcs[i])
        sigma_distance, sigma_angle, _ = errors(radar, radar.threshold + snr)
        found.p_detect[i] = math.exp(-radar.threshold / (1.0 + snr))
        found.r_sensor_ecef[i] = radar.field.r_ecef
        found.sigma_distance[i] = sigma_distance
        found.sigma_across[i] = sigma_angle * distances[i]
    return found


@jit
def infrared_chances(sensor: Infrared, places: Floats, sun: Vector, bodies: Bodies) -> Chances:
    """What a look of all satellites of a sensor at each body has in it.

    Detected by any of them, as sharp as the one that sees it best. Parameters as of
    `infrared.look`.
    """
    found = no_chances(len(bodies.run))
    is_dazzled = are_dazzled(places, sun, sensor.cos_sun)
    for i in range(len(bodies.run)):
        if bodies.plume[i] <= 0.0 and bodies.glow[i, 0] <= 0.0 and bodies.glow[i, 1] <= 0.0:
            continue
        missed, best = 1.0, 0.0
        for j in range(len(places)):
            snr = signal(sensor, sight_from(sensor, places[j]), bodies, i)[0]
            if snr <= 0.0 or (is_dazzled[j] and is_near_sun(places, j, sun, sensor, bodies, i)):
                continue
            missed *= 1.0 - p_detect_gaussian(snr, sensor.threshold)
            if snr > best:
                best = snr
                found.r_sensor_ecef[i] = places[j]
                away = norm(minus(row(bodies.r_ecef, i), row(places, j)))
                found.sigma_across[i] = sensor.sigma_angle * away
        found.p_detect[i] = 1.0 - missed
    return found


@jit
def skywave_chances(radar: Skywave, state: Floats, rcs: Floats) -> Chances:
    """What a look of an over-the-horizon radar at each state (n, 6) has in it."""
    found = no_chances(len(state))
    for i in range(len(state)):
        s = state[i]
        found.p_detect[i] = p_detect_below(radar, s, rcs[i])
        found.r_sensor_ecef[i] = radar.r_ecef
        found.sigma_distance[i] = radar.sigma_range
        found.sigma_across[i] = radar.sigma_azimuth * over_ground(radar, s[0], s[1], s[2])[0]
    return found


@jit
def separation(r_ecef: Floats, i: int, j: int, chances: Chances) -> float:
    """How far j is from i in standard deviations of a look at i."""
    apart = minus(row(r_ecef, j), row(r_ecef, i))
    away = minus(row(r_ecef, i), row(chances.r_sensor_ecef, i))
    along = dot(apart, away) / norm(away)
    across = math.sqrt(max(dot(apart, apart) - along * along, 0.0))
    return math.hypot(along / chances.sigma_distance[i], across / chances.sigma_across[i])


@jit
def are_fair(run: Ints, r_ecef: Floats, chances: Chances, least: float, apart: float) -> Bools:
    """Which things (n,) a look is likely to detect, apart from all else that it may detect.

    Parameters
    ----------
    run : (n,) int
        Ordered.
    r_ecef : (n, 3) float
    chances : Chances
        Of the look at them.
    least : float
        Chance of detection from which a look is a fair one.
    apart : float
        Standard deviations of the look that neighbours must be away; 6 where the regions of three
        standard deviations about each may not touch.
    """
    is_fair = np.zeros(len(run), np.bool_)
    first = 0
    while first < len(run):
        last = first
        while last < len(run) and run[last] == run[first]:
            last += 1
        for i in range(first, last):
            if chances.p_detect[i] < least:
                continue
            is_fair[i] = True
            for j in range(first, last):
                if j == i or chances.p_detect[j] <= 0.0:
                    continue
                if separation(r_ecef, i, j, chances) < apart:
                    is_fair[i] = False
                    break
        first = last
    return is_fair
