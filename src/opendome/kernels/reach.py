"""Where an interceptor can be, and when: the fly-out table, launch windows, the firing solution.

The table is made in the launcher's inertial frame frozen at launch, for a launcher at rest; the
launcher's rotational velocity enters as an offset of the aim point, v_rotation times the time of
flight. It screens and starts; ``solve_firing`` finishes with the flight kernel itself.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA, EARTH_RADIUS_MEAN
from opendome.kernels._jit import jit
from opendome.kernels.flight import TOLERANCE, fly_many
from opendome.kernels.frames import ecef_from_geodetic, geodetic_from_ecef
from opendome.kernels.paths import path_at
from opendome.kernels.propulsion import Vehicle
from opendome.kernels.vectors import dot, norm

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LOWEST = -3e3  # m below the launcher that the table reaches: low flyers behind the Earth's curve
UNDERGROUND = LOWEST - 5e3  # m, where flights that make the table, or a firing solution, end


class ReachTable(NamedTuple):
    """Fastest fly-out to a point: axes are ground arc and height above the launcher, m."""

    s_grid: Floats  # (ns,)
    h_grid: Floats  # (nh,)
    tof: Floats  # (ns, nh) s, inf where out of reach
    elevation: Floats  # (ns, nh) rad, of the pitch program
    speed: Floats  # (ns, nh) m/s


@jit
def rasterize_fan(
    s: Floats, h: Floats, t: Floats, el: Floats, speed: Floats, table: ReachTable
) -> None:
    """Fill a reach table from a fan of flown paths, keeping the fastest way to each grid point.

    Parameters
    ----------
    s, h, speed : (n_elevations, n_times) float
        Ground arc, height and speed of each path at each time after launch, NaN where not flown.
    t : (n_times,) float
        Times of the columns, s.
    el : (n_elevations,) float
        Elevation of each path, rad, ascending.
    table : ReachTable
        Changed in place: between neighbouring paths and times the values are linear on two
        triangles.
    """
    ds = table.s_grid[1] - table.s_grid[0]
    dh = table.h_grid[1] - table.h_grid[0]
    ns, nh = table.tof.shape
    for i in range(s.shape[0] - 1):
        for j in range(s.shape[1] - 1):
            for half in range(2):
                ia, ja = i + half, j + half
                ib, jb = i + 1, j
                ic, jc = i, j + 1
                s0, h0 = s[ia, ja], h[ia, ja]
                s1, h1 = s[ib, jb], h[ib, jb]
                s2, h2 = s[ic, jc], h[ic, jc]
                lo_s, hi_s = min(s0, s1, s2), max(s0, s1, s2)
                lo_h, hi_h = min(h0, h1, h2), max(h0, h1, h2)
                if not (lo_s <= hi_s and lo_h <= hi_h):
                    continue
                det = (s1 - s0) * (h2 - h0) - (s2 - s0) * (h1 - h0)
                if det == 0.0:
                    continue
                p0 = max(0, math.ceil((lo_s - table.s_grid[0]) / ds))
                p1 = min(ns - 1, math.floor((hi_s - table.s_grid[0]) / ds))
                q0 = max(0, math.ceil((lo_h - table.h_grid[0]) / dh))
                q1 = min(nh - 1, math.floor((hi_h - table.h_grid[0]) / dh))
                for p in range(p0, p1 + 1):
                    for q in range(q0, q1 + 1):
                        x, y = table.s_grid[p] - s0, table.h_grid[q] - h0
                        b = (x * (h2 - h0) - (s2 - s0) * y) / det
                        c = ((s1 - s0) * y - x * (h1 - h0)) / det
                        a = 1.0 - b - c
                        if a < -1e-9 or b < -1e-9 or c < -1e-9:
                            continue
                        tof = a * t[ja] + b * t[jb] + c * t[jc]
                        if tof < table.tof[p, q]:
                            table.tof[p, q] = tof
                            table.elevation[p, q] = a * el[ia] + b * el[ib] + c * el[ic]
                            table.speed[p, q] = (
                                a * speed[ia, ja] + b * speed[ib, jb] + c * speed[ic, jc]
                            )


@jit
def sample_fan(knots: Floats, counts: Ints, t: Floats, r_site: Floats, out: Floats) -> None:
    """Ground arc, height above the site's radius and speed of flown paths at times after launch.

    ``knots`` (n, max_knots, 7) from ``fly_many`` with launch at t = 0; ``out`` (3, n, n_times) is
    filled, NaN after a path's end.
    """
    size = norm(r_site)
    for i in range(knots.shape[0]):
        last = knots[i, counts[i] - 1, 0]
        for j in range(len(t)):
            if t[j] > last:
                out[:, i, j] = np.nan
                continue
            x = path_at(knots[i], counts[i], t[j])
            r = math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
            cosine = (x[0] * r_site[0] + x[1] * r_site[1] + x[2] * r_site[2]) / (r * size)
            out[0, i, j] = EARTH_RADIUS_MEAN * math.acos(min(max(cosine, -1.0), 1.0))
            out[1, i, j] = r - size
            out[2, i, j] = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])


def make_table(
    vehicle: Vehicle, free_time: float, extent: tuple[float, float, float], shape: tuple[int, int]
) -> ReachTable:
    """Fly a fan of elevations from a pole, where the Earth's turning gives no velocity.

    Flights go on below the launcher's height. A path that is still above ground where it meets a
    low flyer was so all the way, as it bends downwards from the end of its rise on.

    Parameters
    ----------
    vehicle : Vehicle
    free_time : float
        Seconds after launch when guidance begins; no intercept earlier.
    extent : (max_range, max_height, max_time)
        Extent of the table, m, m, s.
    shape : (ns, nh)
        Number of grid points.
    """
    max_range, max_height, max_time = extent
    lat = math.pi / 2
    # a vehicle that rises first has to be pitched below the horizon to fly low
    lowest = -60.0 if vehicle.rise_time > 0.0 else 1.0
    elevations = np.radians(
        np.concatenate(
            [np.arange(lowest, 4.0, 1.0), np.arange(4.0, 60.0, 2.0), np.arange(60.0, 89.95, 0.5)]
        )
    )
    launches = np.zeros((len(elevations), 7))
    launches[:, 0] = lat
    launches[:, 5] = elevations
    launches[:, 6] = np.inf
    flights = fly_many(vehicle, launches, max_time, TOLERANCE, 512, UNDERGROUND)
    times = np.linspace(free_time + 1.0, max_time, 600)
    fan = np.full((3, len(elevations), len(times)), np.nan)
    site = np.array(ecef_from_geodetic(lat, 0.0, 0.0))
    sample_fan(flights.knots, flights.n_knots, times, site, fan)
    ns, nh = shape
    table = ReachTable(
        np.linspace(0.0, max_range, ns),
        np.linspace(LOWEST, max_height, nh),
        np.full(shape, np.inf),
        np.full(shape, np.nan),
        np.full(shape, np.nan),
    )
    rasterize_fan(fan[0], fan[1], times, elevations, fan[2], table)
    return table


@jit
def look_up(table: ReachTable, s: float, h: float) -> tuple[float, float]:
    """Time of flight and elevation at a point, bilinear; (inf, nan) if a corner is out of reach."""
    ds = table.s_grid[1] - table.s_grid[0]
    dh = table.h_grid[1] - table.h_grid[0]
    x, y = (s - table.s_grid[0]) / ds, (h - table.h_grid[0]) / dh
    if not (x >= 0.0 and y >= 0.0):
        return math.inf, math.nan
    p, q = int(x), int(y)
    if p >= len(table.s_grid) - 1 or q >= len(table.h_grid) - 1:
        return math.inf, math.nan
    f, g = x - p, y - q
    tof = (
        (1 - f) * (1 - g) * table.tof[p, q]
        + f * (1 - g) * table.tof[p + 1, q]
        + (1 - f) * g * table.tof[p, q + 1]
        + f * g * table.tof[p + 1, q + 1]
    )
    if not math.isfinite(tof):
        return math.inf, math.nan
    el = (
        (1 - f) * (1 - g) * table.elevation[p, q]
        + f * (1 - g) * table.elevation[p + 1, q]
        + (1 - f) * g * table.elevation[p, q + 1]
        + f * g * table.elevation[p + 1, q + 1]
    )
    return tof, el


@jit
def fly_out(table: ReachTable, r_site: Floats, r_aim: Floats) -> tuple[float, float, Floats]:
    """Time of flight, elevation and offset aim point from a site to an ECEF point at intercept.

    The point is turned from the intercept's Earth-fixed frame into the one frozen at launch, and
    moved back by the launcher's rotational velocity; three rounds, as both depend on the time of
    flight.

    Returns
    -------
    tof, elevation : float
    aim : (3,) float
        Offset aim point in the frame frozen at launch, ECEF axes at launch.
    """
    size = norm(r_site)
    vx, vy = -EARTH_OMEGA * r_site[1], EARTH_OMEGA * r_site[0]
    aim = r_aim.copy()
    tof, el = math.inf, math.nan
    turn = 0.0
    for _ in range(4):
        c, s = math.cos(EARTH_OMEGA * turn), math.sin(EARTH_OMEGA * turn)
        aim[0] = c * r_aim[0] - s * r_aim[1] - vx * turn
        aim[1] = s * r_aim[0] + c * r_aim[1] - vy * turn
        aim[2] = r_aim[2]
        r = norm(aim)
        cosine = dot(aim, r_site) / (r * size)
        arc = EARTH_RADIUS_MEAN * math.acos(min(max(cosine, -1.0), 1.0))
        tof, el = look_up(table, arc, r - size)
        if not math.isfinite(tof):
            break
        turn = tof
    return tof, el, aim


class Envelope(NamedTuple):
    """Where an intercept is allowed: ground range from the launcher and height, m."""

    min_range: float
    max_range: float
    min_altitude: float
    max_altitude: float


@jit
def ground_range(r_site: Floats, r: Floats) -> float:
    """Arc over the mean sphere between the ground points below two ECEF positions, m."""
    cosine = dot(r, r_site) / math.sqrt(dot(r, r) * dot(r_site, r_site))
    return EARTH_RADIUS_MEAN * math.acos(min(max(cosine, -1.0), 1.0))


@jit
def reach_windows(
    path_t: Floats,
    path_r: Floats,
    site: Floats,
    table: ReachTable,
    envelope: Envelope,
    t_earliest: Floats,
) -> tuple[Floats, Floats]:
    """First and last chances of one launcher against each predicted path.

    Parameters
    ----------
    path_t : (n, k) float
        Sample times of each path, s, ascending; NaN ends a path.
    path_r : (n, k, 3) float
        Positions, ECEF.
    site : (3,) float
        Launcher: latitude, longitude, altitude.
    t_earliest : (n,) float
        No launch before this.

    Returns
    -------
    windows : (n, 4) float
        First launch, first intercept, last launch, last intercept; NaN when there is none.
    r_first : (n, 3) float
        Where the first intercept would be, ECEF, NaN when there is none.
    """
    n, k = path_t.shape
    windows = np.full((n, 4), np.nan)
    r_first = np.full((n, 3), np.nan)
    x, y, z = ecef_from_geodetic(site[0], site[1], site[2])
    r_site = np.array([x, y, z])
    for i in range(n):
        behind = math.nan  # slack of the sample before, if that one was only too early
        for j in range(k):
            t = path_t[i, j]
            if not math.isfinite(t):
                break
            r = path_r[i, j].copy()
            arc = ground_range(r_site, r)
            slack = -1.0
            is_inside = False
            if envelope.min_range <= arc <= envelope.max_range:
                alt = geodetic_from_ecef(r[0], r[1], r[2])[2]
                if envelope.min_altitude <= alt <= envelope.max_altitude:
                    tof = fly_out(table, r_site, r)[0]
                    if math.isfinite(tof):
                        is_inside = True
                        slack = t - tof - t_earliest[i]
            if slack >= 0.0:
                if math.isnan(windows[i, 0]):
                    if behind < 0.0:  # the first chance lies between the samples, at no slack
                        share = -behind / (slack - behind)
                        r_first[i] = (1.0 - share) * path_r[i, j - 1] + share * r
                        windows[i, 0] = t_earliest[i]
                        windows[i, 1] = path_t[i, j - 1] + share * (t - path_t[i, j - 1])
                    else:
                        r_first[i] = r
                        windows[i, 0] = t_earliest[i] + slack
                        windows[i, 1] = t
                windows[i, 2] = t_earliest[i] + slack
                windows[i, 3] = t
            behind = slack if is_inside else math.nan
    return windows, r_first
