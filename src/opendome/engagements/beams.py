"""Dwells of one laser: when its director turns to a track, and when the light has done its work."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.engagements.engagement import FireControlModel, FireControlState, FireUnit, Light
from opendome.engagements.solutions import Solutions
from opendome.kernels.beam import director_at, plan_dwells
from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.kernels.level import predicted_paths
from opendome.messages import Commands, Tracks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SAMPLE = 0.25  # s, of a predicted path
WAIT = 20.0  # s ahead within which a dwell has to begin
TURN = 5.0  # s, of a slow turn


def aim(
    unit: FireUnit, light: Light, tracks: Tracks, t_earliest: Floats, pointing: Floats
) -> Solutions:
    """Earliest dwell on each track whose turn begins no sooner than ``t_earliest``.

    Parameters
    ----------
    tracks : Tracks
        One row per dwell.
    pointing : (n, 3) float
        Where the director points before, ECEF.

    Returns
    -------
    solutions : Solutions
        Launch is the start of the turn, intercept the end of the dwell; azimuth and elevation are
        where the director points then.
    """
    n, laser = len(t_earliest), light.laser
    site = (float(unit.site[0]), float(unit.site[1]), float(unit.site[2]))
    basis = enu_basis(site[0], site[1])
    up = (basis[2, 0], basis[2, 1], basis[2, 2])
    r = director_at(ecef_from_geodetic(*site), up, laser)
    longest = WAIT + laser.settle + TURN + laser.max_dwell
    times = t_earliest[:, None] + np.arange(0.0, longest, SAMPLE)
    times = np.where(tracks.is_level[:, None] | (times < tracks.impact_t[:, None]), times, np.nan)
    states = predicted_paths(
        np.ascontiguousarray(tracks.x_ecef[:, :3]),
        np.ascontiguousarray(tracks.x_ecef[:, 3:6]),
        np.ascontiguousarray(tracks.x_ecef[:, 6]),
        tracks.is_level,
        tracks.t,
        times,
    )
    fluence = np.where(tracks.is_level, light.fluence_level, light.fluence_ballistic)
    both = np.array([tuple(unit.envelope), tuple(unit.envelope_ballistic)])
    envelopes = both[np.where(tracks.is_level, 0, 1)]
    places = np.ascontiguousarray(states[:, :, :3])
    plans = plan_dwells(laser, (r, up), pointing, times, places, fluence, envelopes)
    away = plans[:, 3:] - np.array(r)
    toward = (away[:, None, :] * basis).sum(
        axis=2
    )  # a matrix product may round by the number of rows
    flat = np.hypot(toward[:, 0], toward[:, 1])
    assert len(plans) == n
    return Solutions(
        is_feasible=np.isfinite(plans[:, 0]),
        t_launch=plans[:, 0],
        t_intercept=plans[:, 2],
        r_intercept_ecef=plans[:, 3:],
        azimuth=np.arctan2(toward[:, 0], toward[:, 1]),
        elevation=np.arctan2(toward[:, 2], flat),
        launcher=np.full(n, -1, dtype=np.int64),
    )


def pointings(state: FireControlState, unit: FireUnit, battery: int, batch: Ints) -> Floats:
    """Where the director of a battery points in some runs (n, 3), ECEF: upwards at first."""
    up = enu_basis(unit.site[0], unit.site[1])[2]
    return np.array([state.pointing.get((b, battery), up) for b in batch.tolist()]).reshape(-1, 3)


def turn_all(model: FireControlModel, state: FireControlState, commands: Commands) -> None:
    """Remember where directors will point at the end of the dwells that begin."""
    for i, j in enumerate(commands.battery.tolist()):
        unit = model.units[j]
        if unit.light is None:
            continue
        site = np.array(ecef_from_geodetic(unit.site[0], unit.site[1], unit.site[2]))
        away = commands.r_intercept_ecef[i] - site
        run = int(np.searchsorted(state.runs, commands.run[i]))
        state.pointing[run, j] = away / np.linalg.norm(away)
