"""Where and when tracks will land if nothing pushes them, and how sure that is."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.cubature import N, Points, draw_points, new_points
from opendome.kernels.frames import altitude, ecef_from_geodetic, enu_basis, geodetic_from_ecef
from opendome.kernels.motion import Noise, Work, new_work, rk4_step, step_length, step_row
from opendome.kernels.rows import LEVEL, Rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_STEPS = 5000
GROUNDED = 0.1  # m from the ground, within which a track has come down
FRESH_PART = 0.1  # of the time to go, during which a prediction is good enough
LONGER = 1.25  # times as long since a burn as at the last prediction, for a new one
VAGUE = 200e3  # m, standard deviation of an impact above which the Earth's curve bends its ellipse
UNKNOWN_PERIODS = 10.0  # to go, where no impact was found


class Impacts(NamedTuple):
    """Predicted impacts, n rows; all NaN where the row does not come down in time."""

    t: Floats
    lat: Floats
    lon: Floats
    cov_enu: Floats  # (n, 2, 2) m^2, east and north on the ground


@jit
def descend(
    s: Floats, p: Floats, longest: float, noise: Noise, work: Work, has_doubt: bool = True
) -> float:
    """Bring one row, in place, to the ellipsoid on its way down; gives the time it takes.

    NaN where that takes more than ``longest`` seconds. A state that ``has_doubt`` takes its
    covariance with it.
    """
    passed = 0.0
    for _ in range(MAX_STEPS):
        h, is_air = step_length(s, False)
        alt = altitude(s[0], s[1], s[2])
        radius = math.sqrt(s[0] * s[0] + s[1] * s[1] + s[2] * s[2])
        climb = (s[0] * s[3] + s[1] * s[4] + s[2] * s[5]) / radius
        if alt <= 0.0 and climb <= 0.0 and passed == 0.0:
            return passed
        is_last = climb < 0.0 and alt + 1.1 * climb * h < 0.0
        if is_last:
            h = min(h, alt / -climb)  # back up, where the last step led below the ground
        if has_doubt:
            step_row(s, p, h, (False, is_air), 0.0, noise, work)
        else:
            rk4_step(s, False, h, work.stages)
        passed += h
        if is_last and abs(altitude(s[0], s[1], s[2])) < GROUNDED:
            return passed
        if passed > longest:
            break
    return math.nan


@jit
def on_ground(s: Floats, p: Floats, lat: float, lon: float, cov: Floats) -> None:
    """Covariance (2, 2), east and north, of the place where a row at the ground comes through it.

    An error of place is carried along the velocity to the ground.
    """
    basis = enu_basis(lat, lon)
    velocity = np.zeros(3)
    for i in range(3):
        for j in range(3):
            velocity[i] += basis[i, j] * s[3 + j]
    carry = np.zeros((2, 3))
    for i in range(2):
        for j in range(3):
            carry[i, j] = basis[i, j] - velocity[i] / velocity[2] * basis[2, j]
    for i in range(2):
        for j in range(2):
            total = 0.0
            for k in range(3):
                for m in range(3):
                    total += carry[i, k] * p[k, m] * carry[j, m]
            cov[i, j] = total


@jit
def spread_impact(
    s: Floats, p: Floats, longest: float, noise: Noise, work: Work, points: Points
) -> tuple[float, float, float, float, float, float]:
    """Where and when the points of a state come down, seconds from now, all NaN if not all do.

    Time, latitude and longitude of their mean, and their variances about it: east, both, north.
    """
    none = (math.nan, math.nan, math.nan, math.nan, math.nan, math.nan)
    draw_points(s, p, points)
    passed, mean = 0.0, np.zeros(3)
    for m in range(2 * N):
        took = descend(points.at[m], p, longest, noise, work, False)
        if math.isnan(took):
            return none
        passed += took / (2 * N)
        for k in range(3):
            mean[k] += points.at[m, k] / (2 * N)
    lat, lon, _ = geodetic_from_ecef(mean[0], mean[1], mean[2])
    x, y, z = ecef_from_geodetic(lat, lon, 0.0)
    basis = enu_basis(lat, lon)
    ee, en, nn = 0.0, 0.0, 0.0
    for m in range(2 * N):
        away = (points.at[m, 0] - x, points.at[m, 1] - y, points.at[m, 2] - z)
        east = basis[0, 0] * away[0] + basis[0, 1] * away[1] + basis[0, 2] * away[2]
        north = basis[1, 0] * away[0] + basis[1, 1] * away[1] + basis[1, 2] * away[2]
        ee += east * east / (2 * N)
        en += east * north / (2 * N)
        nn += north * north / (2 * N)
    return passed, lat, lon, ee, en, nn


@jit
def predict_impacts(t: Floats, x: Floats, cov: Floats, longest: float, noise: Noise) -> Impacts:
    """Ballistic impacts of rows, with the process noise of the way down.

    Parameters
    ----------
    t : (n,) float
        Time of each row.
    x, cov : (n, 7), (n, 7, 7) float
        Rows as in `motion`, taken as coasting.
    longest : float
        Time to impact after which the search stops, s.

    Notes
    -----
    The ground is the ellipsoid. To first order in the errors; where that leaves more than
    ``VAGUE``, by points of the state (as in `cubature`), without process noise. The ellipse is
    worthless where errors are comparable with the way still to go.
    """
    n = len(t)
    out = Impacts(
        np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan), np.full((n, 2, 2), np.nan)
    )
    work, points = new_work(), new_points()
    for row in range(n):
        s, p = x[row].copy(), cov[row].copy()
        passed = descend(s, p, longest, noise, work)
        if math.isnan(passed):
            continue
        lat, lon, _ = geodetic_from_ecef(s[0], s[1], s[2])
        out.t[row], out.lat[row], out.lon[row] = t[row] + passed, lat, lon
        on_ground(s, p, lat, lon, out.cov_enu[row])
        if out.cov_enu[row, 0, 0] + out.cov_enu[row, 1, 1] > VAGUE * VAGUE:
            took, lat, lon, ee, en, nn = spread_impact(
                x[row], cov[row], longest, noise, work, points
            )
            if not math.isnan(took):
                out.t[row], out.lat[row], out.lon[row] = t[row] + took, lat, lon
                out.cov_enu[row, 0, 0], out.cov_enu[row, 1, 1] = ee, nn
                out.cov_enu[row, 0, 1] = out.cov_enu[row, 1, 0] = en
    return out


@jit
def due_rows(rows: Rows, t: float, period: float) -> Ints:
    """Rows (m,) whose impact is worth a new prediction; forgets, in place, those of level flyers.

    One is, of a confirmed row, when the row has news and the last prediction is older than
    ``period`` and than a tenth of the time to go, or when its updates have doubled since. After a
    burn, whose end leaves its speed in doubt, also each time that it has been over a quarter
    longer than at the last prediction.
    """
    due = np.empty(len(rows.run), np.int64)
    n = 0
    for i in range(len(rows.run)):
        if rows.model[i] == LEVEL:
            rows.t_predicted[i], rows.impact_t[i] = math.nan, math.nan
            rows.impact_lat[i], rows.impact_lon[i] = math.nan, math.nan
            rows.impact_cov_enu[i] = math.nan
        if rows.model[i] == LEVEL or not rows.is_confirmed[i]:
            continue
        is_due = math.isnan(rows.t_predicted[i])
        if not is_due:
            age, left = t - rows.t_predicted[i], UNKNOWN_PERIODS * period
            if not math.isnan(rows.impact_t[i]):
                left = max(rows.impact_t[i] - t, 0.0)
            is_old = age >= max(period, FRESH_PART * left)
            is_better = rows.n_updates[i] >= 2 * rows.n_predicted[i]
            fallen, then = t - rows.t_plume[i], rows.t_predicted[i] - rows.t_plume[i]
            is_better |= not rows.is_boosting[i] and fallen >= LONGER * then  # no plume: never
            is_better &= age >= period
            is_due = rows.t_update[i] > rows.t_predicted[i] and (is_old or is_better)
        if is_due:
            due[n] = i
            n += 1
    return due[:n]
