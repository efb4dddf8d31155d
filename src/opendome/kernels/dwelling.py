"""Beams on threats as they are: what each has given its threat from one time to another."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA
from opendome.kernels._jit import jit
from opendome.kernels.beam import Laser, light_on
from opendome.kernels.frames import turned
from opendome.kernels.guidance import ENDED, Rounds, Sky, threat_at
from opendome.kernels.vectors import Vector, put, row

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHINING = 3  # phase of a round that is a beam, from the order to turn until its end
STEP = 0.05  # s, in which a threat's distance is taken as even


class Dwells(NamedTuple):
    """Dwells under way, n rows, changed in place."""

    row: Ints  # of the round that stands for it
    system: Ints
    battery: Ints
    r_ecef: Floats  # (n, 3) director
    up_ecef: Floats  # (n, 3) its vertical
    t_off: Floats  # when it gives up
    fluence: Floats  # J/m^2 given so far


def no_dwells() -> Dwells:
    """No beam shines."""
    ints, floats, vectors = np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros((0, 3))
    return Dwells(ints, ints, ints, vectors, vectors, floats, floats)


@jit
def threat_ecef(sky: Sky, j: int, t: float) -> Vector:
    """Earth-fixed place of the threat in row j at t."""
    q = threat_at(sky, j, t)[0]
    x, y = turned(q[0], q[1], -EARTH_OMEGA * t)
    return x, y, q[2]


@jit
def stop(rounds: Rounds, i: int, t: float, miss: float) -> None:
    """The beam of round i is off."""
    rounds.phase[i] = ENDED
    rounds.t_meet[i] = t
    rounds.miss[i] = miss


@jit
def shine_one(
    rounds: Rounds, dwells: Dwells, m: int, laser: Laser, sky: Sky, needed: float, t1: float
) -> None:
    """Dwell m on the threat that its round has locked, up to t1, in place.

    The light is integrated along the threat's true path. When ``needed`` (J/m^2) is given the
    round ends with a miss of 0; when the threat is out of sight or gone, or the time is up, with
    an endless one.
    """
    i = dwells.row[m]
    j = rounds.target[i]
    r, up = row(dwells.r_ecef, m), row(dwells.up_ecef, m)
    while rounds.t[i] < t1:
        t = rounds.t[i]
        t_last = min(t1, dwells.t_off[m], sky.t_gone[j])
        dt = min(STEP, t_last - t)
        if not dt > 0.0:
            stop(rounds, i, t, math.inf)
            return
        light = light_on(laser, r, up, threat_ecef(sky, j, t + 0.5 * dt))
        if not light > 0.0:
            stop(rounds, i, t, math.inf)
            return
        if dwells.fluence[m] + light * dt >= needed:
            dt = max((needed - dwells.fluence[m]) / light, 0.0)
            dwells.fluence[m] = needed
            rounds.t[i] = t + dt
            put(rounds.r, i, threat_at(sky, j, t + dt)[0])
            stop(rounds, i, t + dt, 0.0)
            return
        dwells.fluence[m] += light * dt
        rounds.t[i] = t + dt
        put(rounds.r, i, threat_at(sky, j, t + dt)[0])


@jit
def shine(
    rounds: Rounds, dwells: Dwells, mine: Ints, laser: Laser, sky: Sky, needed: Floats, t1: float
) -> None:
    """``shine_one`` for each of some dwells of one kind; ``needed`` (n_threats,) is J/m^2."""
    for m in mine:
        threat = rounds.target[dwells.row[m]] % sky.n_threats
        shine_one(rounds, dwells, m, laser, sky, needed[threat], t1)
