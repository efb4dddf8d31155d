"""The tracks of one picture as arrays, all runs of a batch.

State and covariance as in `motion`. What becomes of the rows in a scan is in `scanning`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LEAST_RCS = 1e-6  # m^2


class Beliefs(NamedTuple):
    """What a filter believes of n things, each at its own time; ECEF as in `motion`."""

    t: Floats
    x: Floats  # (n, 7)
    cov: Floats  # (n, 7, 7)
    is_boosting: Bools
    agility: Floats  # m^2/s^3, acceleration noise added where a manoeuvre is suspected
    is_level: Bools  # the state is that of a flyer on wings
    p_level: Floats  # chance of that; 0 or 1: sure, there is no other state
    other_x: Floats  # (n, 7), as the other model has it
    other_cov: Floats  # (n, 7, 7)
    other_agility: Floats


class Rows(NamedTuple):
    """n tracks, ordered by (run, id). The first block is what the filter believes."""

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


@jit
def take_beliefs(b: Beliefs, chosen: Ints) -> Beliefs:
    """Copies of chosen rows of what a filter believes."""
    return Beliefs(
        b.t[chosen],
        b.x[chosen],
        b.cov[chosen],
        b.is_boosting[chosen],
        b.agility[chosen],
        b.is_level[chosen],
        b.p_level[chosen],
        b.other_x[chosen],
        b.other_cov[chosen],
        b.other_agility[chosen],
    )


@jit
def put_belief(rows: Rows, i: int, beliefs: Beliefs, k: int) -> None:
    """Write the k-th belief into the i-th row."""
    rows.t[i] = beliefs.t[k]
    rows.is_boosting[i] = beliefs.is_boosting[k]
    rows.agility[i] = beliefs.agility[k]
    rows.is_level[i] = beliefs.is_level[k]
    rows.p_level[i] = beliefs.p_level[k]
    rows.other_agility[i] = beliefs.other_agility[k]
    for a in range(7):
        rows.x[i, a] = beliefs.x[k, a]
        rows.other_x[i, a] = beliefs.other_x[k, a]
        for b in range(7):
            rows.cov[i, a, b] = beliefs.cov[k, a, b]
            rows.other_cov[i, a, b] = beliefs.other_cov[k, a, b]
