"""The tracks of one picture, all runs of a batch: made, chosen and joined. See `kernels.rows`."""

from __future__ import annotations

from typing import Any

import numpy as np

from opendome.kernels.rows import N_MODELS, N_STATES, Beliefs, Rows
from opendome.messages import Bools, Floats, Ints
from opendome.tracks.base import sure

N_BELIEFS = len(Beliefs._fields)


def beliefs_of(rows: Rows) -> Beliefs:
    """The filter's columns: the arrays themselves, not copies."""
    columns: tuple[Any, ...] = rows[:N_BELIEFS]
    return Beliefs(*columns)


def new_rows(beliefs: Beliefs, run: Ints, ids: Ints, t: float, lean: Floats | None = None) -> Rows:
    """Tentative tracks, first seen at t; ``lean`` (n, 7, k) on biases of sensors, None: on none."""
    leans = np.zeros((len(run), 7, 0)) if lean is None else lean
    n = len(run)
    every = np.zeros((n, N_MODELS, N_STATES, leans.shape[2]))
    every[:, :, :7] = leans[:, None]
    never = np.full((5, n), np.nan)
    zeros, counts = np.zeros((4, n)), np.zeros((3, n), np.int64)
    times = np.full((3, n), t)
    return Rows(
        *beliefs._replace(t=times[0]),
        run=run,
        id=ids,
        is_confirmed=np.zeros(n, np.bool_),
        n_updates=np.ones(n, np.int64),
        n_looks=np.ones(n, np.int64),
        n_missed=counts[0],
        misses=zeros[0],
        odds=zeros[3],
        t_first=times[1],
        t_update=times[2],
        period=zeros[1],
        t_plume=never[0],
        plume_period=zeros[2],
        heard=counts[1],
        rcs_sum=np.zeros((n, 2)),
        rcs_n=np.zeros((n, 2), np.int64),
        glow=np.zeros((n, 2)),
        t_predicted=never[1],
        n_predicted=counts[2],
        impact_lat=never[2],
        impact_lon=never[3],
        impact_t=never[4],
        impact_cov_enu=np.full((n, 2, 2), np.nan),
        lean=every,
    )


def no_rows(n_biases: int = 0) -> Rows:
    """No tracks, whose states would lean on so many biases of sensors."""
    none = sure(
        np.zeros(0), np.zeros((0, 7)), np.zeros((0, 7, 7)), np.zeros(0, np.bool_), np.zeros(0)
    )
    nobody = np.zeros(0, np.int64)
    return new_rows(none, nobody, nobody, 0.0, np.zeros((0, 7, n_biases)))


def take_rows(rows: Rows, chosen: Ints | Bools) -> Rows:
    """Chosen rows, in the order asked."""
    columns: list[Any] = [column[chosen] for column in rows]
    return Rows(*columns)


def add_rows(rows: Rows, more: Rows) -> Rows:
    """Both, ordered by run, then by id; ``more`` has larger ids than ``rows`` in every run."""
    if len(more.run) == 0:
        return rows
    order = np.argsort(np.concatenate([rows.run, more.run]), kind="stable")
    columns: list[Any] = [np.concatenate(pair)[order] for pair in zip(rows, more, strict=True)]
    return Rows(*columns)


def put_beliefs(rows: Rows, chosen: Ints, beliefs: Beliefs) -> None:
    """Write the filter's columns of chosen rows."""
    for column, part in zip(rows, beliefs, strict=False):
        column[chosen] = part
