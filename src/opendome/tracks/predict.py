"""Tracks in the future: where they will land, and the picture brought to one time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from opendome.kernels.modes import Modes, predict_modes
from opendome.kernels.prediction import predict_impacts
from opendome.kernels.rows import LEVEL, TURNS, Rows, take_beliefs
from opendome.messages import Bools, Ints, Tracks
from opendome.tracks.base import AbstractFilter
from opendome.tracks.classify import chances_now
from opendome.tracks.drag import with_drag_of_families
from opendome.tracks.families import BURNS, FALLS
from opendome.tracks.imm import LEVEL_NOISE
from opendome.tracks.kalman import LOG_BETA, NOISE
from opendome.tracks.rows import beliefs_of

LONGEST = 4000.0  # s to impact; what flies longer is in orbit
FELT = 0.05  # doubt of the logarithm of drag below which its looks tell all: a quarter of SPREAD
LIVELY = 10.0  # m^2/s^3, agility above which a row is brought to the time of the picture


def refresh(rows: Rows, due: Ints, t: float) -> None:
    """Predict, in place, the impacts of rows that are due, as what is armed of their families."""
    if len(due) == 0:
        return
    beliefs = take_beliefs(beliefs_of(rows), due)
    burning = np.flatnonzero(rows.is_boosting[due])
    beliefs.x[burning, 6] = LOG_BETA[0]
    beliefs.cov[burning, 6, :] = 0.0
    beliefs.cov[burning, :, 6] = 0.0
    beliefs.cov[burning, 6, 6] = LOG_BETA[1] ** 2
    x, cov = beliefs.x, beliefs.cov
    vague = np.flatnonzero(cov[:, 6, 6] > FELT**2)
    if len(vague):
        said = np.where(rows.is_boosting[due[vague]], BURNS, FALLS)
        age = rows.t_update[due[vague]] - rows.t_first[due[vague]]
        chances = chances_now(x[vague], cov[vague], said, age)
        x[vague], cov[vague] = with_drag_of_families(x[vague], cov[vague], chances)
    impacts = predict_impacts(beliefs.t, x, cov, LONGEST, NOISE)
    rows.impact_t[due], rows.impact_lat[due] = impacts.t, impacts.lat
    rows.impact_lon[due], rows.impact_cov_enu[due] = impacts.lon, impacts.cov_enu
    rows.t_predicted[due], rows.n_predicted[due] = t, rows.n_updates[due]


def tracks_of(part: AbstractFilter, rows: Rows, is_told: Bools, node: Ints, t: float) -> Tracks:
    """The rows as the picture of a cell, or of that of each; what burns or turns is brought to t.

    ``is_told``: those that it calls confirmed.

    Columns that stay as they are are those of the rows themselves, not copies.
    """
    x, cov, when = rows.x, rows.cov, rows.t
    boosting = np.flatnonzero(rows.is_boosting)
    may_turn = (rows.agility > LIVELY) | (rows.chance[:, TURNS] > 0.0)
    lively = np.flatnonzero(rows.is_boosting | (may_turn & (rows.t < t)))
    if len(lively):
        x, cov, when = x.copy(), cov.copy(), when.copy()
        now = part.predict(beliefs_of(rows), lively, t)
        x[lively], cov[lively], when[lively] = now.x, now.cov, t
    if len(boosting):
        x[boosting, 6] = LOG_BETA[0]
        cov[boosting, 6, :] = 0.0
        cov[boosting, :, 6] = 0.0
        cov[boosting, 6, 6] = LOG_BETA[1] ** 2
    n = len(rows.run)
    return Tracks(
        run=rows.run,
        node=np.full(n, node, np.int64),
        id=rows.id,
        t=when,
        x_ecef=x,
        cov_ecef=cov,
        is_confirmed=is_told,
        is_boosting=rows.is_boosting,
        is_level=rows.model == LEVEL,
        n_updates=rows.n_updates,
        t_first=rows.t_first,
        t_update=rows.t_update,
        t_predicted=rows.t_predicted,
        impact_lat=rows.impact_lat,
        impact_lon=rows.impact_lon,
        impact_t=rows.impact_t,
        impact_cov_enu=rows.impact_cov_enu,
    )


def coast(tracks: Tracks, t: float) -> Tracks:
    """The same tracks, all at time t: ballistic or level, with the process noise of the filter.

    Parameters
    ----------
    tracks : Tracks
        Each row at its own time, which may differ from t by minutes.
    """
    n = len(tracks.run)
    is_boosting = np.zeros(n, np.bool_)  # a message says nothing of thrust
    modes = Modes(is_boosting, tracks.is_level, np.zeros(n))
    x_ecef, cov_ecef = predict_modes(
        tracks.t, tracks.x_ecef, tracks.cov_ecef, modes, t, (NOISE, LEVEL_NOISE)
    )
    return replace(tracks, t=np.full(n, t), x_ecef=x_ecef, cov_ecef=cov_ecef)
