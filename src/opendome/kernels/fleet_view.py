"""What a tracker may expect of one look of many satellites at the rows of a picture.

Of what glows in space: there nothing heats a body, so it stays as bright as looks have shown it.
Of what burns, is cold or flies in air nothing is expected.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.fleet import Fleet, fleet_places
from opendome.kernels.infrared import (
    REFERENCE_DISTANCE,
    Bodies,
    Infrared,
    are_dazzled,
    is_near_sun,
    p_detect_gaussian,
    sight_from,
    signal,
)
from opendome.kernels.motion import rough_altitude
from opendome.kernels.rows import Beliefs, Rows
from opendome.kernels.starers import Sightings
from opendome.kernels.sun import DAY, sun_direction
from opendome.kernels.vectors import Vector
from opendome.kernels.views import View, nothing_expected

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

AIRLESS = 150e3  # m, height above which nothing heats a body
VAGUE = 20e3  # m, of place: what is less sure and does not burn takes no single line of sight
SHOWN = 0.75  # of the brightness that looks have shown: what is just seen seems brighter than it is


class FleetEye(NamedTuple):
    """An infrared sensor of many satellites as the tracker knows it."""

    sensor: Infrared
    fleet: Fleet
    period: float
    days: float  # from J2000.0 to t = 0


@jit
def note_glow(rows: Rows, whose: Ints, seen: Sightings, noise_warm: float) -> None:
    """Write into rows how bright looks show them to be, in place.

    Parameters
    ----------
    whose : (n_looks,) int
        Row of each of the looks.
    noise_warm : float
        Of the sensor; inf where it is blind to warm bodies, which tells nothing.

    Notes
    -----
    A look of signal to noise s at a body of intensity I is s = c I + noise of variance 1, with c by
    the inverse square law. The most likely I of several is the sum of c s by that of c squared.
    """
    for k in range(len(whose)):
        i = whose[k]
        x, y, z = rows.x[i, 0], rows.x[i, 1], rows.x[i, 2]
        if seen.is_plume[k] or rough_altitude(x, y, z) < AIRLESS:
            continue
        r = seen.places[seen.satellite[k]]
        away2 = (x - r[0]) ** 2 + (y - r[1]) ** 2 + (z - r[2]) ** 2
        c = REFERENCE_DISTANCE**2 / away2 / noise_warm
        rows.glow[i, 0] += c * seen.looks.snr[k]
        rows.glow[i, 1] += c * c


@jit
def p_seen(
    eye: FleetEye, places: Floats, sun: Vector, bodies: Bodies, i: int
) -> tuple[float, float]:
    """Chance that at least one, and that at least two satellites detect a body."""
    sensor, none, one = eye.sensor, 1.0, 0.0
    is_dazzled = are_dazzled(places, sun, sensor.cos_sun)
    for j in range(len(places)):
        snr = signal(sensor, sight_from(sensor, places[j]), bodies, i)[0]
        if snr <= 0.0 or (is_dazzled[j] and is_near_sun(places, j, sun, sensor, bodies, i)):
            continue
        p = p_detect_gaussian(snr, sensor.threshold)
        one = one * (1.0 - p) + none * p
        none *= 1.0 - p
    return 1.0 - none, 1.0 - none - one


@jit
def fleet_view(eye: FleetEye, rows: Rows, near: Ints, beliefs: Beliefs, t: float) -> View:
    """What a look of a constellation at t should show of rows; see `radar_view`.

    Notes
    -----
    One satellite that sees it is enough for a track that takes a single line of sight. A vague one
    does not: there two must cross on it, to begin a track that is then merged.
    """
    m = len(near)
    view = nothing_expected(eye.period, m)
    run, threat, plume = np.zeros(m, np.int64), np.zeros(m, np.int64), np.zeros(m)
    glow, r_ecef = np.zeros((m, 2)), np.empty((m, 3))
    for k in range(m):
        i = near[k]
        r_ecef[k] = beliefs.x[k, :3]
        is_steady = not rows.is_boosting[i] and rows.glow[i, 1] > 0.0
        if is_steady and rough_altitude(r_ecef[k, 0], r_ecef[k, 1], r_ecef[k, 2]) >= AIRLESS:
            glow[k, 1] = SHOWN * rows.glow[i, 0] / rows.glow[i, 1]
    if not glow.any():
        return view
    bodies = Bodies(run, threat, r_ecef, plume, glow)
    places, sun = fleet_places(eye.fleet, t), sun_direction(eye.days + t / DAY)
    for k in range(m):
        if glow[k, 1] > 0.0:
            cov = beliefs.cov[k]
            is_vague = cov[0, 0] + cov[1, 1] + cov[2, 2] > VAGUE * VAGUE
            one, two = p_seen(eye, places, sun, bodies, k)
            view.p_detect[k] = two if is_vague else one
            view.is_seen[k], view.is_foreign[k] = view.p_detect[k] > 0.0, is_vague
    return view
