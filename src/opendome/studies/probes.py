"""Threats put where a study wants them: level flyers and falling bodies on their way to a point."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.kernels.frames import (
    ecef_from_geodetic,
    ecefs_from_ecis,
    ecis_from_ecefs,
    geocentric_height,
)
from opendome.kernels.guidance import Sky, coast_step
from opendome.kernels.level import level_step_eci, surface_normal, surface_radius
from opendome.kernels.vectors import Vector
from opendome.messages import Tracks

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KNOT = 1.0  # s between knots of a path
FINE = 0.1  # s, a step of a falling body in the air
AIR = 90e3  # m, above it steps may be as long as knots
AFTER = 90.0  # s that a path goes on behind its point


@dataclass(frozen=True)
class Probe:
    """A threat that is at ground range ``distance`` and ``altitude`` at time ``t``.

    ``course`` is the direction of its ground track against the line from the point to the
    battery: 0 comes straight in, pi / 2 passes by. ``descent`` is the angle below the horizon.
    """

    distance: float
    altitude: float
    bearing: float
    speed: float  # over the ground
    descent: float
    course: float
    is_level: bool
    beta: float
    t: float
    before: float  # s of its path before t


def point_at(site: Floats, bearing: float, distance: float, altitude: float) -> tuple[Floats, ...]:
    """ECEF place over the ground at a distance from a site, and unit vectors there.

    Returns
    -------
    r, up, away, left : (3,) float
        Place; upwards; level, away from the site; level, to the left of away.
    """
    r_site = np.array(ecef_from_geodetic(site[0], site[1], site[2]))
    u = r_site / np.linalg.norm(r_site)
    east = np.array([-math.sin(site[1]), math.cos(site[1]), 0.0])
    north = np.cross(u, east)
    ahead = math.sin(bearing) * east + math.cos(bearing) * north
    angle = distance / EARTH_RADIUS_MEAN
    out = math.cos(angle) * u + math.sin(angle) * ahead
    place = (surface_radius((out[0], out[1], out[2])) + altitude) * out
    up = np.array(surface_normal((place[0], place[1], place[2]), altitude))
    left = np.cross(up, math.cos(angle) * ahead - math.sin(angle) * u)
    left /= np.linalg.norm(left)
    return place, up, np.cross(left, up), left


def _stepped(r: Vector, v: Vector, probe: Probe, dt: float) -> tuple[Vector, Vector]:
    """Inertial state one knot later (or before)."""
    if probe.is_level:
        return level_step_eci(r, v, dt)
    n = 1 if geocentric_height(r[0], r[1], r[2]) > AIR else math.ceil(abs(dt) / FINE)
    for _ in range(n):
        r, v = coast_step(r, v, probe.beta, (0.0, 0.0, 0.0), dt / n)
    return r, v


def path_of(probe: Probe, site: Floats) -> Floats:
    """Inertial knots (k, 7) of a probe: t, r, v; it ends at the ground."""
    place, up, away, left = point_at(site, probe.bearing, probe.distance, probe.altitude)
    level = -math.cos(probe.course) * away + math.sin(probe.course) * left
    pace = probe.speed * (math.cos(probe.descent) * level - math.sin(probe.descent) * up)
    r, v = ecis_from_ecefs(place[None], pace[None], np.array([probe.t]))
    state = ((r[0, 0], r[0, 1], r[0, 2]), (v[0, 0], v[0, 1], v[0, 2]))
    knots = [np.array([probe.t, *r[0], *v[0]])]
    for dt, n in ((-KNOT, int(probe.before / KNOT)), (KNOT, int(AFTER / KNOT))):
        here, there = state
        side = []
        for k in range(1, n + 1):
            here, there = _stepped(here, there, probe, dt)
            if geocentric_height(here[0], here[1], here[2]) < 0.0:
                break
            side.append(np.array([probe.t + k * dt, *here, *there]))
        knots = side[::-1] + knots if dt < 0.0 else knots + side
    return np.array(knots)


def sky_of(paths: list[Floats]) -> Sky:
    """One run per path, one threat each."""
    counts = np.array([len(p) for p in paths], dtype=np.int64)
    return Sky(
        1,
        np.concatenate(paths),
        np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64),
        counts,
        np.array([p[0, 0] for p in paths]),
        np.array([p[-1, 0] for p in paths]),
    )


def tracks_of(probes: list[Probe], states: Floats, t: Floats, t_end: Floats) -> Tracks:
    """Perfect tracks of probes: run i is probe i.

    Parameters
    ----------
    states : (n, 6) float
        Inertial states at times t.
    t_end : (n,) float
        When each path ends; for a falling body the predicted impact.
    """
    n = len(probes)
    r, v = ecefs_from_ecis(
        np.ascontiguousarray(states[:, :3]), np.ascontiguousarray(states[:, 3:]), t
    )
    beta = np.array([math.log(p.beta) for p in probes])
    is_level = np.array([p.is_level for p in probes], dtype=np.bool_)
    runs, zeros = np.arange(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    yes, nan = np.ones(n, dtype=np.bool_), np.full(n, np.nan)
    return Tracks(
        run=runs,
        node=zeros,
        id=zeros,
        t=t,
        x_ecef=np.column_stack([r, v, beta]),
        cov_ecef=np.zeros((n, 7, 7)),
        is_confirmed=yes,
        is_boosting=~yes,
        is_level=is_level,
        n_updates=zeros + 10,
        t_first=t,
        t_update=t,
        t_predicted=t,
        impact_lat=nan,
        impact_lon=nan,
        impact_t=np.where(is_level, np.nan, t_end),
        impact_cov_enu=np.zeros((n, 2, 2)),
    )
