"""Firing solutions: when and in which direction rounds of one battery leave, to meet a track."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.engagements.engagement import FireUnit
from opendome.engagements.solutions import ACCEPTED, Solutions, inertial_knots
from opendome.kernels.firing import first_guesses, solve_firings
from opendome.kernels.frames import ecef_from_geodetic, geodetic_from_ecef
from opendome.kernels.level import predicted_paths
from opendome.kernels.reach import ground_range, reach_windows
from opendome.messages import Tracks

Floats = NDArray[np.float64]

N_SAMPLES = 96  # points of a predicted path in the search for a window
N_KNOTS = 25  # points of the predicted path about the intercept
KNOT_SPAN = 60.0  # s before and after the intercept
CLOSE = 2.0  # m: a solution is converged
LEVEL_HORIZON = 600.0  # s ahead that a level flyer, which has no impact, is looked for
SLACK = 0.01  # of the farthest range and of the ceiling, by which a meeting may leave the envelope


def _predicted(tracks: Tracks, times: Floats) -> Floats:
    """States (n, k, 6), ECEF, of the tracks at times (n, k): coasting, or level if they fly so."""
    return predicted_paths(
        np.ascontiguousarray(tracks.x_ecef[:, :3]),
        np.ascontiguousarray(tracks.x_ecef[:, 3:6]),
        np.ascontiguousarray(tracks.x_ecef[:, 6]),
        tracks.is_level,
        tracks.t,
        times,
    )


def solve(unit: FireUnit, tracks: Tracks, t_earliest: Floats, is_flown: bool) -> Solutions:
    """Earliest meeting of each track with a round that leaves no sooner than ``t_earliest``.

    Parameters
    ----------
    tracks : Tracks
        One row per round, with an impact prediction unless it is level.
    t_earliest : (n,) float
    is_flown : bool
        Refine with the flight kernel, so that the round as flown passes the predicted point.
    """
    n = len(t_earliest)
    share = np.linspace(0.0, 1.0, N_SAMPLES)
    end = np.where(tracks.is_level, t_earliest + LEVEL_HORIZON, tracks.impact_t)
    end = np.maximum(end, t_earliest + 1.0)
    times = t_earliest[:, None] + (end - t_earliest)[:, None] * share[None, :]
    paths = _predicted(tracks, times)
    windows, r_first = _windows(unit, tracks.is_level, times, paths, t_earliest)
    feasible = np.isfinite(windows[:, 0])
    t_launch, t_meet = windows[:, 0].copy(), windows[:, 1].copy()
    guess = first_guesses(unit.table, unit.site, r_first)
    if is_flown and np.any(feasible):
        rows = np.flatnonzero(feasible)
        guess[:, 2] = t_meet
        before = np.maximum(t_launch, t_meet - KNOT_SPAN)
        after = np.minimum(t_meet + KNOT_SPAN, end - 1.0)  # predictions end at the ground
        spans = before[:, None] + (after - before)[:, None] * np.linspace(0, 1, N_KNOTS)
        targets = _target_knots(tracks, spans)
        solved, miss = solve_firings(
            unit.vehicle, unit.site, t_launch[rows], guess[rows], targets[rows], CLOSE
        )
        guess[rows] = solved
        feasible[rows] = miss < ACCEPTED[unit.is_divert]
        t_meet[rows] = solved[:, 2]
        r_first[rows] = _predicted_at(tracks, t_meet)[rows]
        feasible[rows] &= _is_within(unit, tracks.is_level[rows], r_first[rows])
    assert len(guess) == n
    none = np.full(n, -1, dtype=np.int64)
    return Solutions(feasible, t_launch, t_meet, r_first, guess[:, 0], guess[:, 1], none)


def _windows(
    unit: FireUnit, is_level: NDArray[np.bool_], times: Floats, paths: Floats, t_earliest: Floats
) -> tuple[Floats, Floats]:
    """Windows (n, 4) and first meetings (n, 3), each row within the envelope of its class."""
    windows, r_first = np.full((len(times), 4), np.nan), np.full((len(times), 3), np.nan)
    for envelope, mine in ((unit.envelope, is_level), (unit.envelope_ballistic, ~is_level)):
        rows = np.flatnonzero(mine)
        if len(rows):
            r = np.ascontiguousarray(paths[rows, :, :3])
            windows[rows], r_first[rows] = reach_windows(
                times[rows], r, unit.site, unit.table, envelope, t_earliest[rows]
            )
    return windows, r_first


def _is_within(unit: FireUnit, is_level: NDArray[np.bool_], r: Floats) -> NDArray[np.bool_]:
    """Whether meetings, ECEF (n, 3), lie within the envelope of their class and its slack.

    A refined solution may have slid along the path, out of the envelope: no round leaves for it.
    """
    inside = np.zeros(len(r), dtype=np.bool_)
    r_site = np.array(ecef_from_geodetic(unit.site[0], unit.site[1], unit.site[2]))
    for i in range(len(r)):
        e = unit.envelope if is_level[i] else unit.envelope_ballistic
        arc = ground_range(r_site, r[i])
        alt = geodetic_from_ecef(r[i, 0], r[i, 1], r[i, 2])[2]
        wide, high = SLACK * e.max_range, SLACK * e.max_altitude
        inside[i] = (
            e.min_range - wide <= arc <= e.max_range + wide
            and e.min_altitude - high <= alt <= e.max_altitude + high
        )
    return inside


def _predicted_at(tracks: Tracks, t: Floats) -> Floats:
    """Predicted ECEF positions (n, 3), each at its own time."""
    at = np.where(np.isfinite(t), t, tracks.t)
    return _predicted(tracks, at[:, None])[:, 0, :3]


def _target_knots(tracks: Tracks, times: Floats) -> Floats:
    """Predicted paths as inertial knots (n, k, 7): t, r, v; rows without a window hold NaN."""
    times = np.where(np.isfinite(times), times, tracks.t[:, None])
    return inertial_knots(_predicted(tracks, times), times)
