"""Beams in the world: a director turns, finds its threat, and dwells on it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.beam import director_at, turn_time, unit_from
from opendome.kernels.dwelling import SHINING, Dwells, shine, stop
from opendome.kernels.frames import ecef_from_eci, ecef_from_geodetic, eci_from_ecef, enu_basis
from opendome.kernels.guidance import Rounds
from opendome.kernels.homing import nearest_threats
from opendome.messages import Commands
from opendome.scenario.weapons import HANDOVER
from opendome.world.model import WorldModel
from opendome.world.state import WorldState

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OVERTIME = 1.0  # s past its planned end after which a dwell without effect is given up


def begin(
    model: WorldModel, state: WorldState, launches: Commands, fresh: Rounds, keep: frozenset[int]
) -> None:
    """Directors of batteries that have one turn; ``fresh`` gets when their light begins.

    How long a turn takes follows from where the director points, which is where its last dwell
    ended (upwards at first).
    """
    lasers, first = model.interceptors.lasers, len(state.rounds.t)
    for i in np.flatnonzero([lasers[k] is not None for k in fresh.system]).tolist():
        laser, battery = lasers[fresh.system[i]], int(launches.battery[i])
        assert laser is not None
        lat, lon, alt = model.batteries.site[battery]
        east, north, up = enu_basis(lat, lon)
        site = director_at(ecef_from_geodetic(lat, lon, alt), tuple(up), laser)
        before = state.pointing.get((int(fresh.batch[i]), battery), up)
        az, el = launches.azimuth[i], launches.elevation[i]
        flat = math.sin(az) * east + math.cos(az) * north
        toward = math.cos(el) * flat + math.sin(el) * up
        t_on = float(launches.t_launch[i] + turn_time(laser, tuple(before), tuple(toward)))
        fresh.phase[i], fresh.t[i] = SHINING, t_on
        r_eci, _ = eci_from_ecef(np.array([site]), np.zeros((1, 3)), t_on)
        fresh.r[i] = r_eci[0]
        if int(fresh.run[i]) in keep:
            state.flown_paths[first + i] = [np.array([t_on, *fresh.r[i]])]
        given_up = min(t_on + laser.max_dwell, launches.t_intercept[i] + OVERTIME)
        new = Dwells(
            np.array([first + i]),
            np.array([int(fresh.system[i])]),
            np.array([battery]),
            np.array([site]),
            up[None],
            np.array([given_up]),
            np.zeros(1),
        )
        state.dwells = Dwells(
            *[np.concatenate([old, now]) for old, now in zip(state.dwells, new, strict=True)]
        )


def advance(model: WorldModel, state: WorldState, t1: float) -> None:
    """Every beam shines on up to t1; those that are off are forgotten."""
    if not len(state.dwells.row):
        return
    rounds, dwells = state.rounds, state.dwells
    is_mine = (rounds.phase[dwells.row] == SHINING) & (rounds.t[dwells.row] < t1)
    is_mine &= state.is_active[rounds.batch[dwells.row]]
    _find(state, np.flatnonzero(is_mine & (rounds.target[dwells.row] < 0)))
    is_mine &= rounds.phase[dwells.row] == SHINING
    for k in np.unique(dwells.system[is_mine]):
        laser = model.interceptors.lasers[k]
        assert laser is not None
        mine = np.flatnonzero(is_mine & (dwells.system == k))
        shine(rounds, dwells, mine, laser, state.sky, model.threats.fluence, t1)
    for m in np.flatnonzero(is_mine).tolist():
        i = int(dwells.row[m])
        r_ecef, _ = ecef_from_eci(rounds.r[i : i + 1], np.zeros((1, 3)), float(rounds.t[i]))
        toward = unit_from(tuple(dwells.r_ecef[m]), tuple(r_ecef[0]))
        state.pointing[int(rounds.batch[i]), int(dwells.battery[m])] = np.array(toward)
    on = rounds.phase[dwells.row] == SHINING
    if not on.all():
        state.dwells = Dwells(*[column[on] for column in dwells])


def _find(state: WorldState, which: Ints) -> None:
    """Directors that have turned lock the threat nearest to where it is believed to be."""
    if not len(which):
        return
    rounds = state.rounds
    rows = state.dwells.row[which]
    found = nearest_threats(
        state.sky, rounds.batch[rows], rounds.t[rows], rounds.believed_r[rows], HANDOVER
    )
    rounds.target[rows] = found
    rounds.t_acquired[rows] = np.where(found >= 0, rounds.t[rows], np.nan)
    for i in rows[found < 0].tolist():
        stop(rounds, i, float(rounds.t[i]), math.inf)
