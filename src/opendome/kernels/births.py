"""Tracks that begin with one look of a radar, for the filter of several models."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.dwell import shares
from opendome.kernels.initiation import Prior, start_many
from opendome.kernels.looks import Looks
from opendome.kernels.modes import pace, start_level
from opendome.kernels.rows import FALLS, LEVEL, N_MODELS, N_STATES, Rows, new_banks
from opendome.kernels.views import RadarEye, radar_rcs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Birth(NamedTuple):
    """What is believed of a new track."""

    near: Prior  # of a radar that looks for short-range threats
    far: Prior
    local_range: float  # m, a radar that reaches less is such a one
    low_radius: float  # m from the Earth's centre, below which it may turn
    agility: float  # m^2/s^3, there
    low: float  # m, below which it may fly level
    p_level: float  # there
    level: tuple[float, float]  # m/s, standard deviations of ground speed and climb of a level one


@jit
def born(looks: Looks, free: Ints, run: Ints, eye: RadarEye, t: float, birth: Birth) -> Rows:
    """Tentative tracks that begin with chosen looks of a scan at t; their ids are left open.

    ``run``: of each row that the picture has already.
    """
    n, field = len(free), eye.radar.field
    prior = birth.near if field.max_range < birth.local_range else birth.far
    x, cov = start_many(looks, free, field.r_ecef, prior)
    bank_x, bank_cov = new_banks(n)
    agility, chance, bank_agility = np.zeros(n), np.zeros((n, N_MODELS)), np.zeros((n, N_MODELS))
    for i in range(n):
        radius = math.sqrt(x[i, 0] * x[i, 0] + x[i, 1] * x[i, 1] + x[i, 2] * x[i, 2])
        agility[i] = birth.agility if radius < birth.low_radius else 0.0
        chance[i, FALLS], bank_agility[i, FALLS] = 1.0, agility[i]
        if pace(x[i])[0] < birth.low:
            level, level_cov = x[i : i + 1].copy(), cov[i : i + 1].copy()
            start_level(level, level_cov, birth.level[0], birth.level[1])
            bank_x[i, FALLS, :7], bank_cov[i, FALLS, :7, :7] = x[i], cov[i]
            bank_x[i, LEVEL, :7], bank_cov[i, LEVEL, :7, :7] = level[0], level_cov[0]
            chance[i, FALLS], chance[i, LEVEL] = 1.0 - birth.p_level, birth.p_level
    own = looks.run[free]
    everyone = np.concatenate((run, own))
    share = shares(eye.radar.ration, everyone, np.ones(len(everyone), np.bool_))
    rcs_sum, rcs_n = np.zeros((n, 2)), np.zeros((n, 2), np.int64)
    rcs = radar_rcs(eye.radar, looks.snr[free], looks.distance[free])
    for i in range(n):
        rcs_sum[i, eye.band], rcs_n[i, eye.band] = rcs[i], 1
    return Rows(
        t=np.full(n, t),
        x=x,
        cov=cov,
        is_boosting=np.zeros(n, np.bool_),
        agility=agility,
        model=np.full(n, FALLS),
        chance=chance,
        bank_x=bank_x,
        bank_cov=bank_cov,
        bank_agility=bank_agility,
        run=own,
        id=np.zeros(n, np.int64),
        is_confirmed=np.zeros(n, np.bool_),
        n_updates=np.ones(n, np.int64),
        n_looks=np.ones(n, np.int64),
        n_missed=np.zeros(n, np.int64),
        misses=np.zeros(n),
        odds=np.full(n, eye.doubt.first),
        t_first=np.full(n, t),
        t_update=np.full(n, t),
        period=eye.period / share[len(run) :],
        t_plume=np.full(n, np.nan),
        plume_period=np.zeros(n),
        heard=np.full(n, 1 << eye.sensor, np.int64),
        rcs_sum=rcs_sum,
        rcs_n=rcs_n,
        glow=np.zeros((n, 2)),
        t_predicted=np.full(n, np.nan),
        n_predicted=np.zeros(n, np.int64),
        impact_lat=np.full(n, np.nan),
        impact_lon=np.full(n, np.nan),
        impact_t=np.full(n, np.nan),
        impact_cov_enu=np.full((n, 2, 2), np.nan),
        lean=np.zeros((n, N_MODELS, N_STATES, 0)),
    )


@jit
def count_ids(fresh: Rows, runs: Ints, next_id: Ints) -> None:
    """Give numbers to new tracks, ordered by run; ``next_id`` of each of the runs counts on."""
    place = 0
    for i in range(len(fresh.run)):
        while runs[place] < fresh.run[i]:
            place += 1
        fresh.id[i] = next_id[place]
        next_id[place] += 1
