"""The tracks of one picture, all runs of a batch: a structure of arrays ordered by (run, id)."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from opendome.messages import Bools, Floats, Ints
from opendome.tracks.base import BELIEFS, Beliefs, pick, put, sure


@dataclass(slots=True)
class Rows:
    """n tracks. The first block is what the filter believes; each row keeps its own time."""

    t: Floats
    x: Floats  # (n, 7)
    cov: Floats  # (n, 7, 7)
    is_boosting: Bools
    agility: Floats
    is_level: Bools
    p_level: Floats
    other_x: Floats  # (n, 7)
    other_cov: Floats  # (n, 7, 7)
    other_agility: Floats

    run: Ints
    id: Ints
    is_confirmed: Bools
    n_updates: Ints
    n_looks: Ints  # looks that could have seen it, from the first
    n_missed: Ints  # of these, the last ones without detection
    misses: Floats  # minus the logarithm of the chance of that, if it is there
    t_first: Floats
    t_update: Floats
    period: Floats  # of the sensor that saw it last
    t_plume: Floats  # last plume, NaN for none
    plume_period: Floats
    heard: Ints  # bit set of the sensors that ever saw it
    rcs_sum: Floats  # (n, 2) m^2, by band
    rcs_n: Ints  # (n, 2)

    t_predicted: Floats  # NaN: never
    n_predicted: Ints  # updates it had then
    impact_lat: Floats
    impact_lon: Floats
    impact_t: Floats
    impact_cov_enu: Floats  # (n, 2, 2)

    @property
    def beliefs(self) -> Beliefs:
        """The filter's columns: views, not copies."""
        return Beliefs(*[getattr(self, name) for name in BELIEFS])

    def rcs(self, band: int) -> Floats:
        """Mean cross-section (n,) measured in a band, NaN where none was."""
        if band < 0:
            return np.full(len(self.run), np.nan)
        n = self.rcs_n[:, band]
        mean = np.maximum(self.rcs_sum[:, band] / np.maximum(n, 1), LEAST_RCS)
        return np.where(n > 0, mean, np.nan)


LEAST_RCS = 1e-6  # m^2


def new_rows(beliefs: Beliefs, run: Ints, ids: Ints, t: float) -> Rows:
    """Tentative tracks, first seen at t."""
    n = len(run)
    never = np.full((5, n), np.nan)
    return Rows(
        t=np.full(n, t),
        **{name: getattr(beliefs, name) for name in BELIEFS if name != "t"},
        run=run,
        id=ids,
        is_confirmed=np.zeros(n, np.bool_),
        n_updates=np.ones(n, np.int64),
        n_looks=np.ones(n, np.int64),
        n_missed=np.zeros(n, np.int64),
        misses=np.zeros(n),
        t_first=np.full(n, t),
        t_update=np.full(n, t),
        period=np.zeros(n),
        t_plume=never[0],
        plume_period=np.zeros(n),
        heard=np.zeros(n, np.int64),
        rcs_sum=np.zeros((n, 2)),
        rcs_n=np.zeros((n, 2), np.int64),
        t_predicted=never[1],
        n_predicted=np.zeros(n, np.int64),
        impact_lat=never[2],
        impact_lon=never[3],
        impact_t=never[4],
        impact_cov_enu=np.full((n, 2, 2), np.nan),
    )


def no_rows() -> Rows:
    """No tracks."""
    none = sure(
        np.zeros(0), np.zeros((0, 7)), np.zeros((0, 7, 7)), np.zeros(0, np.bool_), np.zeros(0)
    )
    return new_rows(none, np.zeros(0, np.int64), np.zeros(0, np.int64), 0.0)


def take_rows(rows: Rows, chosen: Ints | Bools) -> Rows:
    """Chosen rows, in the order asked."""
    return Rows(*[getattr(rows, f.name)[chosen] for f in fields(rows)])


def take_beliefs(rows: Rows, chosen: Ints) -> Beliefs:
    """Copies of the filter's columns of chosen rows."""
    return pick(rows.beliefs, chosen)


def put_beliefs(rows: Rows, chosen: Ints, beliefs: Beliefs) -> None:
    """Write the filter's columns of chosen rows."""
    put(rows.beliefs, chosen, beliefs)


def add_rows(rows: Rows, more: Rows) -> Rows:
    """Both, ordered by run, then by id; ``more`` has larger ids than ``rows`` in every run."""
    if len(more.run) == 0:
        return rows
    run = np.concatenate([rows.run, more.run])
    order = np.argsort(run, kind="stable")
    return Rows(
        *[
            np.concatenate([getattr(rows, f.name), getattr(more, f.name)])[order]
            for f in fields(rows)
        ]
    )
