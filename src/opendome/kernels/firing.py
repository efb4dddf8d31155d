"""The firing solution: direction and intercept time, by the flight kernel that will fly it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.flight import TOLERANCE, fly_many
from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.kernels.paths import path_at
from opendome.kernels.propulsion import Vehicle
from opendome.kernels.reach import UNDERGROUND, ReachTable, fly_out
from opendome.kernels.vectors import dot, norm, row, solve3

Floats = NDArray[np.float64]

SOLVED, NOT_CLOSE = 0, 1
MAX_CORRECTIONS = 8
MAX_KNOTS = 512
LOWEST_PITCH = -1.1  # rad, after a vertical rise


@jit
def first_guess(table: ReachTable, site: Floats, r_aim_ecef: Floats) -> tuple[float, float, float]:
    """Azimuth, elevation and time of flight from the reach table; NaN where out of reach.

    Parameters
    ----------
    site : (3,) float
        Launcher: latitude, longitude, altitude.
    r_aim_ecef : (3,) float
        Where the threat will be at intercept.
    """
    x, y, z = ecef_from_geodetic(site[0], site[1], site[2])
    r_site = np.array([x, y, z])
    tof, el, aim = fly_out(table, r_site, r_aim_ecef)
    basis = enu_basis(site[0], site[1])
    away = (aim[0] - r_site[0], aim[1] - r_site[1], aim[2] - r_site[2])
    return math.atan2(dot(row(basis, 0), away), dot(row(basis, 1), away)), el, tof


@jit
def solve_firing(
    vehicle: Vehicle, site: Floats, t_launch: float, guess: Floats, target: Floats, tolerance: float
) -> tuple[Floats, float, int]:
    """Direction of launch and time of intercept at which the round meets the predicted path.

    Newton on (azimuth, elevation, intercept time): two neighbouring flights give the derivatives
    in angle, the relative velocity the one in time.

    Parameters
    ----------
    site : (3,) float
        Launcher: latitude, longitude, altitude.
    guess : (3,) float
        Azimuth, elevation, intercept time, from ``first_guess``.
    target : (k, 7) float
        Predicted path of the threat, t, r_eci, v_eci, spanning the intercept.
    tolerance : float
        Wanted distance at intercept, m.

    Returns
    -------
    solution : (3,) float
        Azimuth, elevation, intercept time.
    miss : float
        Distance that is left, m.
    status : int
        SOLVED or NOT_CLOSE.
    """
    small = 1e-4
    lowest = LOWEST_PITCH if vehicle.rise_time > 0.0 else 0.02
    best = guess.copy()
    best_miss = math.inf
    x = guess.copy()
    launches = np.zeros((3, 7))
    n = target.shape[0]
    for _ in range(MAX_CORRECTIONS):
        for m in range(3):
            launches[m, 0:3] = site
            launches[m, 3] = t_launch
            launches[m, 4] = x[0] + (small if m == 1 else 0.0)
            launches[m, 5] = x[1] - (small if m == 2 else 0.0)
            launches[m, 6] = math.inf
        longest = x[2] - t_launch + 60.0
        flights = fly_many(vehicle, launches, longest, TOLERANCE, MAX_KNOTS, UNDERGROUND)
        here = path_at(flights.knots[0], flights.n_knots[0], x[2])
        there = path_at(target, n, x[2])
        d = (there[0] - here[0], there[1] - here[1], there[2] - here[2])
        miss = norm(d)
        if not math.isfinite(miss):
            return best, best_miss, NOT_CLOSE
        if miss < best_miss:
            best_miss = miss
            best = x.copy()
        if miss < tolerance:
            return best, best_miss, SOLVED
        turned = path_at(flights.knots[1], flights.n_knots[1], x[2])
        raised = path_at(flights.knots[2], flights.n_knots[2], x[2])
        jac = np.empty((3, 3))
        for c in range(3):
            jac[c, 0] = (turned[c] - here[c]) / small
            jac[c, 1] = (here[c] - raised[c]) / small
            jac[c, 2] = here[3 + c] - there[3 + c]
        step = solve3(jac, d)
        if not math.isfinite(step[0] + step[1] + step[2]):
            return best, best_miss, NOT_CLOSE
        scale = min(1.0, 0.2 / max(abs(step[0]), abs(step[1]), 1e-12))
        scale = min(scale, 0.3 * (x[2] - t_launch) / max(abs(step[2]), 1e-9))
        for c in range(3):
            x[c] += scale * step[c]
        x[1] = min(max(x[1], lowest), math.pi / 2 - 1e-4)
        x[2] = max(x[2], t_launch + 1.0)
    return best, best_miss, NOT_CLOSE


@jit
def first_guesses(table: ReachTable, site: Floats, r_aims_ecef: Floats) -> Floats:
    """``first_guess`` for n aim points (n, 3): rows of azimuth, elevation, time of flight."""
    out = np.full((len(r_aims_ecef), 3), np.nan)
    for i in range(len(r_aims_ecef)):
        if math.isfinite(r_aims_ecef[i, 0]):
            out[i, 0], out[i, 1], out[i, 2] = first_guess(table, site, r_aims_ecef[i])
    return out


@jit
def solve_firings(
    vehicle: Vehicle,
    site: Floats,
    t_launch: Floats,
    guesses: Floats,
    targets: Floats,
    tolerance: float,
) -> tuple[Floats, Floats]:
    """``solve_firing`` for n rounds of one battery: solutions (n, 3) and what they miss by (n,)."""
    solutions = np.empty((len(t_launch), 3))
    misses = np.empty(len(t_launch))
    for i in range(len(t_launch)):
        solutions[i], misses[i], _ = solve_firing(
            vehicle, site, t_launch[i], guesses[i], targets[i], tolerance
        )
    return solutions, misses
