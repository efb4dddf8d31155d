"""Firing solutions of a battery whose launchers are satellites: which one fires, and whereto."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.engagements.engagement import FireUnit
from opendome.engagements.solutions import ACCEPTED, Solutions, inertial_knots
from opendome.kernels.burning import assumed_burns, burning_paths
from opendome.kernels.constellation import NOBODY
from opendome.kernels.from_orbit import LEAST_COAST, solve_from_orbits
from opendome.kernels.level import predicted_paths
from opendome.kernels.shell_windows import OrbitalLauncher, choose_satellites
from opendome.messages import Tracks, take

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

N_SAMPLES = 96  # points of a predicted path in the search for a satellite
N_KNOTS = 49  # points of the predicted path about the intercept
KNOT_SPAN = 60.0  # s before and after the intercept


class Burns(NamedTuple):
    """What is assumed of n tracks that may burn."""

    thrust: Floats  # m/s^2
    t_burnout: Floats  # -inf of what does not burn


def burns_of(unit: FireUnit, tracks: Tracks) -> Burns:
    """Thrust and end of burn that a battery assumes of tracks; none where it fires at none."""
    n = len(tracks.run)
    if not unit.may_boost:
        return Burns(np.zeros(n), np.full(n, -np.inf))
    thrust, ends = assumed_burns(tracks.t_first, tracks.t, unit.assumed_burn)
    is_burning = tracks.is_boosting
    return Burns(np.where(is_burning, thrust, 0.0), np.where(is_burning, ends, -np.inf))


def _predicted(tracks: Tracks, burns: Burns, times: Floats) -> Floats:
    """States (n, k, 6), ECEF, of the tracks at times (n, k)."""
    x = tracks.x_ecef
    r, v, log_beta = (np.ascontiguousarray(x[:, c]) for c in (slice(3), slice(3, 6), 6))
    states = predicted_paths(r, v, log_beta, tracks.is_level, tracks.t, times)
    rows = np.flatnonzero(burns.t_burnout > tracks.t)
    if len(rows):
        states[rows] = burning_paths(
            x[rows], tracks.t[rows], burns.thrust[rows], burns.t_burnout[rows], times[rows]
        )
    return states


def _rows(tracks: Tracks, burns: Burns, rows: Ints) -> tuple[Tracks, Burns]:
    """Some rows of both."""
    return take(tracks, rows), Burns(burns.thrust[rows], burns.t_burnout[rows])


def solve_from_shell(
    unit: FireUnit,
    orbit: OrbitalLauncher,
    tracks: Tracks,
    t_earliest: Floats,
    stock: tuple[Ints, Ints],
    is_flown: bool,
) -> Solutions:
    """Earliest meeting of each track with a round of the shell.

    Parameters
    ----------
    tracks : Tracks
        One row per round.
    t_earliest : (n,) float
        No launch before.
    stock : (n,), (n_runs, total) int
        Which row of the second each track looks at; rounds that each satellite has in each run.
    is_flown : bool
        Refine with the flight kernel.

    Notes
    -----
    Rows choose in their order; each takes the satellite that meets its track first.
    """
    batch, left = stock
    burns = burns_of(unit, tracks)
    end = np.where(tracks.is_boosting, burns.t_burnout, tracks.impact_t)
    is_meant = np.where(tracks.is_boosting, unit.may_boost, unit.may_coast) & ~tracks.is_level
    is_meant &= np.isfinite(end)
    end = np.maximum(np.where(is_meant, end, -np.inf), t_earliest + 1.0)
    share = np.linspace(0.0, 1.0, N_SAMPLES)
    times = t_earliest[:, None] + (end - t_earliest)[:, None] * share
    states = _predicted(tracks, burns, times)
    asked = np.where(is_meant, t_earliest, np.inf)
    windows, who = choose_satellites(orbit, times, states, asked, batch, left.copy())
    feasible = who != NOBODY
    t_launch, t_meet, r_meet = windows[:, 0].copy(), windows[:, 1].copy(), windows[:, 4:].copy()
    angles = np.full((len(t_launch), 2), np.nan)
    rows = np.flatnonzero(feasible)
    if is_flown and len(rows):
        spans = t_meet[rows, None] + KNOT_SPAN * np.linspace(-1.0, 1.0, N_KNOTS)
        spans = np.maximum(spans, tracks.t[rows, None])
        mine = _rows(tracks, burns, rows)
        targets = inertial_knots(_predicted(*mine, spans), spans)
        elements = orbit.shell.elements[who[rows]]
        solved, miss = solve_from_orbits(
            unit.vehicle, elements, t_launch[rows], t_meet[rows], targets
        )
        angles[rows], t_meet[rows] = solved[:, :2], solved[:, 2]
        flight = t_meet[rows] - t_launch[rows]
        is_good = (miss < ACCEPTED[unit.is_divert]) & (flight > orbit.spread.burn + LEAST_COAST)
        feasible[rows] = is_good
        at = np.where(np.isfinite(t_meet[rows]), t_meet[rows], tracks.t[rows])
        r_meet[rows] = _predicted(*mine, np.maximum(at, tracks.t[rows])[:, None])[:, 0, :3]
    return Solutions(feasible, t_launch, t_meet, r_meet, angles[:, 0], angles[:, 1], who)
