"""How to launch so that the flown flight lands on its aim: Newton's method on whole flights.

Many launches of one group share a nominal solution: then a launch costs two to four flights.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.aim_start import (
    CUTOFF,
    NOT_CONVERGED,
    SOLVED,
    Shot,
    Three,
    fly_shot,
    launch_with,
    make_shot,
    start_cutoff,
    start_elevation,
)
from opendome.kernels.propulsion import Vehicle, burn_time

Array = NDArray[np.float64]

APOGEE_TOLERANCE: Final = 500.0  # m
# Columns of a guess: unknowns, inverse Jacobian row by row, apogee minus the least-energy one.
GUESS: Final = 13
MAX_NEWTON: Final = 25
MAX_CHORD: Final = 8
MAX_HALVINGS: Final = 10
N_LADDER, LADDER_STEP = 12, 0.15  # other apogees to try: how many, natural logarithm between


class Aims(NamedTuple):
    """What `solve_aims` gives for n launches.

    ``launches`` (n, 7) with azimuth, elevation and cut-off filled in; ``miss`` (n,) the distance
    from aim to impact of exactly that launch; ``status`` SOLVED, TOO_FAR, TOO_NEAR or
    NOT_CONVERGED; ``guesses`` (n, GUESS) from which launches nearby are solved quickly.
    """

    launches: Array
    miss: Array
    status: NDArray[np.int64]
    guesses: Array


@jit(inline="always")
def apply(inverse: Array, f: Three) -> Three:
    """The product of a (3, 3) matrix and a vector."""
    return (
        inverse[0, 0] * f[0] + inverse[0, 1] * f[1] + inverse[0, 2] * f[2],
        inverse[1, 0] * f[0] + inverse[1, 1] * f[1] + inverse[1, 2] * f[2],
        inverse[2, 0] * f[0] + inverse[2, 1] * f[1] + inverse[2, 2] * f[2],
    )


@jit(inline="always")
def size(f: Three) -> float:
    """Length of a vector of misses, m; inf if the flight did not land."""
    length = math.sqrt(f[0] * f[0] + f[1] * f[1] + f[2] * f[2])
    return math.inf if math.isnan(length) else length


@jit(inline="always")
def is_hit(f: Three, tolerance: float) -> bool:
    """Whether a flight landed close enough, with an apogee close enough."""
    return math.sqrt(f[0] * f[0] + f[1] * f[1]) <= tolerance and abs(f[2]) <= APOGEE_TOLERANCE


@jit(inline="always")
def stepped(vehicle: Vehicle, x: Three, step: Three, share: float) -> Three:
    """Unknowns after a share of a step, kept where they mean something."""
    t_cut = x[2] + share * step[2]
    return (
        x[0] + share * step[0],
        x[1] + share * step[1],
        t_cut if math.isinf(t_cut) else min(max(t_cut, 0.0), burn_time(vehicle)),
    )


@jit(inline="always")
def inverse_jacobian(vehicle: Vehicle, shot: Shot, x: Three, f: Three, inverse: Array) -> bool:
    """Fill ``inverse`` with d unknowns / d miss at x by differences; False if it has none."""
    h_tilt = 1e-4 if shot.steering == CUTOFF else 1e-3
    h_cut = -0.05 if x[2] > 0.5 * burn_time(vehicle) else 0.05
    jacobian = np.zeros((3, 3))
    jacobian[2, 2] = 1.0
    for j in range(3 if shot.steering == CUTOFF else 2):
        h = h_cut if j == 2 else h_tilt
        beside = (
            x[0] + (h if j == 0 else 0.0),
            x[1] + (h if j == 1 else 0.0),
            x[2] + (h if j == 2 else 0.0),
        )
        moved = fly_shot(vehicle, shot, beside)
        for i in range(3):
            jacobian[i, j] = (moved[i] - f[i]) / h
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        for m in range(3):
            p, q = (m + 1) % 3, (m + 2) % 3
            inverse[m, i] = jacobian[j, p] * jacobian[k, q] - jacobian[j, q] * jacobian[k, p]
    det = 0.0
    for m in range(3):
        det += jacobian[0, m] * inverse[m, 0]
    total = 0.0
    for i in range(3):
        for m in range(3):
            inverse[i, m] /= det
            total += inverse[i, m]
    return math.isfinite(total)


@jit
def newton(
    vehicle: Vehicle, shot: Shot, x: Three, tolerance: float, inverse: Array
) -> tuple[Three, Three, bool]:
    """Unknowns, miss and success of Newton's method with halved steps; leaves the last Jacobian."""
    f = fly_shot(vehicle, shot, x)
    for _ in range(MAX_NEWTON):
        if not inverse_jacobian(vehicle, shot, x, f, inverse):
            return x, f, False
        if is_hit(f, tolerance):
            return x, f, True
        step = apply(inverse, f)
        share = -1.0
        for _ in range(MAX_HALVINGS):
            x_new = stepped(vehicle, x, step, share)
            f_new = fly_shot(vehicle, shot, x_new)
            if size(f_new) < size(f):
                break
            share *= 0.5
        if not size(f_new) < size(f):
            return x, f, False
        x, f = x_new, f_new
    return x, f, is_hit(f, tolerance)


@jit
def chord(
    vehicle: Vehicle, shot: Shot, x: Three, tolerance: float, inverse: Array
) -> tuple[Three, Three, bool]:
    """Unknowns, miss and success from a nearby solution, its Jacobian improved on the way.

    Source: C. G. Broyden, Math. Comp. 19 (1965) 577-593, first method.
    """
    f = fly_shot(vehicle, shot, x)
    for _ in range(MAX_CHORD):
        if is_hit(f, tolerance):
            return x, f, True
        step = apply(inverse, f)
        x_new = stepped(vehicle, x, step, -1.0)
        f_new = fly_shot(vehicle, shot, x_new)
        if not size(f_new) < 0.7 * size(f):
            return x, f, False
        gone = apply(inverse, (f_new[0] - f[0], f_new[1] - f[1], f_new[2] - f[2]))
        scale = -(step[0] * gone[0] + step[1] * gone[1] + step[2] * gone[2])
        for j in range(3):
            row = -(step[0] * inverse[0, j] + step[1] * inverse[1, j] + step[2] * inverse[2, j])
            for i in range(3):
                inverse[i, j] += (-step[i] - gone[i]) * row / scale
        x, f = x_new, f_new
    return x, f, is_hit(f, tolerance)


@jit(inline="always")
def with_apogee(shot: Shot, apogee: float) -> Shot:
    """The same shot, with another apogee."""
    return Shot(
        shot.launch, shot.bearing, shot.axes, shot.radius, apogee, shot.steering, shot.ground_alt
    )


@jit(inline="always")
def nearest_start(vehicle: Vehicle, shot: Shot, is_free: bool) -> tuple[Shot, Three, int]:
    """First unknowns with the wanted apogee or, if it ``is_free`` and that fails, the nearest."""
    first, best, x, status = shot.apogee, shot, (math.nan, math.nan, math.nan), NOT_CONVERGED
    for i in range(2 * N_LADDER + 1 if is_free else 1):
        rung = (i + 1) // 2 * (1.0 if i % 2 else -1.0)
        other = with_apogee(shot, first * math.exp(LADDER_STEP * rung))
        x_other, status_other = start_cutoff(vehicle, other)
        if i == 0 or status_other == SOLVED:
            best, x, status = other, x_other, status_other
        if status == SOLVED:
            break
    return best, x, status


@jit(inline="always")
def solve_afresh(
    vehicle: Vehicle, shot: Shot, is_free: bool, tolerance: float, inverse: Array
) -> tuple[Shot, Three, Three, int]:
    """Shot, unknowns, miss and status if nothing is known; an apogee that ``is_free`` may move."""
    if shot.steering != CUTOFF:
        x, status = start_elevation(vehicle, shot)
    else:
        shot, x, status = nearest_start(vehicle, shot, is_free)
    if status != SOLVED:
        return shot, x, fly_shot(vehicle, shot, x), status
    x, f, is_solved = newton(vehicle, shot, x, tolerance, inverse)
    return shot, x, f, SOLVED if is_solved else NOT_CONVERGED


@jit(inline="always")
def solve_near(
    vehicle: Vehicle, shot: Shot, guess: Array, tolerance: float, inverse: Array
) -> tuple[Three, Three, bool]:
    """Unknowns, miss and success of a shot near a solved one, which filled ``guess``."""
    x = (guess[0], guess[1], guess[2])
    inverse[:] = guess[3:12].copy().reshape((3, 3))
    x, f, is_done = chord(vehicle, shot, x, tolerance, inverse)
    if is_done:
        return x, f, True
    return newton(vehicle, shot, x, tolerance, inverse)


@jit
def solve_aims(
    vehicle: Vehicle,
    launches: Array,
    aims: Array,
    steering: int,
    tolerance: float,
    guesses: Array,
    ground_alt: float = 0.0,
) -> Aims:
    """Launches whose flights, flown by `flight.fly_many` with TOLERANCE, land on their aims.

    Parameters
    ----------
    launches : (n, 7) float
        Rows as for `flight.fly_many`; azimuth and elevation are ignored, and with CUTOFF t_cut.
    aims : (n, 3) float
        Rows [lat, lon, apogee altitude]; NaN asks for the minimum-energy apogee (spherical Earth)
        or the nearest that the vehicle can fly. Apogee counts only with CUTOFF.
    steering : int
        ELEVATION_LOW, ELEVATION_HIGH or CUTOFF.
    tolerance : float
        Allowed miss, m.
    guesses : (n, GUESS) or (1, GUESS) or (0, GUESS) float
        Rows of an earlier solution nearby (same vehicle and kind), one for all or one each; a row
        of NaN, or none at all, is solved from scratch.
    ground_alt : float
        Geodetic altitude of the aims.
    """
    n = len(launches)
    solved, all_guesses = np.empty((n, 7)), np.full((n, GUESS), math.nan)
    miss, status = np.empty(n), np.empty(n, np.int64)
    for i in range(n):
        shot = make_shot(launches[i], aims[i], steering, ground_alt)
        is_free = math.isnan(aims[i, 2])
        inverse = np.full((3, 3), math.nan)
        x, f = (math.nan, math.nan, math.nan), (math.nan, math.nan, math.nan)
        shift, is_done = 0.0, False
        row = i if len(guesses) == n else 0
        if len(guesses) > 0 and not math.isnan(guesses[row, 3]):
            shift = guesses[row, 12] if is_free else 0.0
            near = with_apogee(shot, shot.apogee + shift)
            x, f, is_done = solve_near(vehicle, near, guesses[row], tolerance, inverse)
        status[i] = SOLVED
        if not is_done:
            found, x, f, status[i] = solve_afresh(vehicle, shot, is_free, tolerance, inverse)
            shift = found.apogee - shot.apogee
        solved[i] = launch_with(shot, x)
        miss[i] = math.sqrt(f[0] * f[0] + f[1] * f[1])
        all_guesses[i, 0], all_guesses[i, 1], all_guesses[i, 2] = x
        all_guesses[i, 3:12] = inverse.copy().reshape(9)
        all_guesses[i, 12] = shift
    return Aims(solved, miss, status, all_guesses)
