"""The tracks of one picture as arrays, all runs of a batch.

State and covariance as in `motion`. What becomes of the rows in a scan is in `scanning`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LEAST_RCS = 1e-6  # m^2
# Models of a bank: what falls; what flies level on wings; what turns or burns, falling or level as
# the model that speaks has it.
FALLS, LEVEL, TURNS = 0, 1, 2
N_MODELS = 3
N_STATES = 10  # of a model; those that do not turn use the first seven


class Beliefs(NamedTuple):
    """What a filter believes of n things, each at its own time; ECEF as in `motion`.

    Where one model alone is believed in, x, cov and agility are all there is: its bank means
    nothing.
    """

    t: Floats
    x: Floats  # (n, 7), as the model that speaks has it
    cov: Floats  # (n, 7, 7)
    is_boosting: Bools
    agility: Floats  # m^2/s^3, acceleration noise added where a manoeuvre is suspected
    model: Ints  # which speaks: FALLS or LEVEL, either with the turns of its own
    chance: Floats  # (n, N_MODELS) of each model, together 1; 0: it is closed
    bank_x: Floats  # (n, N_MODELS, N_STATES), as each open model has it
    bank_cov: Floats  # (n, N_MODELS, N_STATES, N_STATES)
    bank_agility: Floats  # (n, N_MODELS)


class Rows(NamedTuple):
    """n tracks, ordered by (run, id). The first block is what the filter believes."""

    t: Floats
    x: Floats  # (n, 7)
    cov: Floats  # (n, 7, 7)
    is_boosting: Bools
    agility: Floats
    model: Ints
    chance: Floats  # (n, N_MODELS)
    bank_x: Floats  # (n, N_MODELS, N_STATES)
    bank_cov: Floats  # (n, N_MODELS, N_STATES, N_STATES)
    bank_agility: Floats  # (n, N_MODELS)

    run: Ints
    id: Ints
    is_confirmed: Bools
    n_updates: Ints
    n_looks: Ints  # looks that could have seen it, from the first
    n_missed: Ints  # of these, the last ones without detection
    misses: Floats  # minus the logarithm of the chance of that, if it is there
    odds: Floats  # natural logarithm, that it is a thing; see `odds`
    t_first: Floats
    t_update: Floats
    period: Floats  # of the sensor that saw it last
    t_plume: Floats  # last plume, NaN for none
    plume_period: Floats
    heard: Ints  # bit set of the sensors that ever saw it
    rcs_sum: Floats  # (n, 2) m^2, by band
    rcs_n: Ints  # (n, 2)
    glow: Floats  # (n, 2) how bright it is in space, a sum and its weight; see `fleet_view`

    t_predicted: Floats  # NaN: never
    n_predicted: Ints  # updates it had then
    impact_lat: Floats
    impact_lon: Floats
    impact_t: Floats
    impact_cov_enu: Floats  # (n, 2, 2)

    lean: Floats  # (n, N_MODELS, N_STATES, k) derivatives of states by k biases; see `registration`


@jit
def n_open(b: Rows | Beliefs, i: int) -> int:
    """How many models of a row are open."""
    n = 0
    for m in range(N_MODELS):
        n += b.chance[i, m] > 0.0
    return n


@jit
def p_level(b: Rows | Beliefs, i: int) -> float:
    """Chance that a row flies level on wings."""
    turns = b.chance[i, TURNS] if b.model[i] == LEVEL else 0.0
    return float(b.chance[i, LEVEL] + turns)


@jit
def n_states(model: int) -> int:
    """How many states a model has."""
    return N_STATES if model == TURNS else 7


@jit
def put_model(b: Rows | Beliefs, i: int, m: int, x: Floats, cov: Floats) -> None:
    """Write what a model says of a row, its own states at least, into its bank."""
    n = n_states(m)
    for j in range(n):
        b.bank_x[i, m, j] = x[j]
        for k in range(n):
            b.bank_cov[i, m, j, k] = cov[j, k]


@jit
def put_banks(
    b: Rows | Beliefs, chosen: Ints, bank_x: Floats, bank_cov: Floats, places: Ints
) -> None:
    """Copy the banks of chosen rows of several open models to places of other arrays."""
    for c in range(len(chosen)):
        i, place = chosen[c], places[c]
        if n_open(b, i) > 1:
            for m in range(N_MODELS):
                if b.chance[i, m] > 0.0:
                    n = n_states(m)
                    for j in range(n):
                        bank_x[place, m, j] = b.bank_x[i, m, j]
                        for k in range(n):
                            bank_cov[place, m, j, k] = b.bank_cov[i, m, j, k]


@jit
def new_banks(n: int) -> tuple[Floats, Floats]:
    """Room for the states and covariances of n rows, nothing in it yet."""
    return np.zeros((n, N_MODELS, N_STATES)), np.zeros((n, N_MODELS, N_STATES, N_STATES))


@jit
def take_beliefs(b: Beliefs, chosen: Ints) -> Beliefs:
    """Copies of chosen rows of what a filter believes."""
    bank_x, bank_cov = new_banks(len(chosen))
    put_banks(b, chosen, bank_x, bank_cov, np.arange(len(chosen)))
    return Beliefs(
        b.t[chosen],
        b.x[chosen],
        b.cov[chosen],
        b.is_boosting[chosen],
        b.agility[chosen],
        b.model[chosen],
        b.chance[chosen],
        bank_x,
        bank_cov,
        b.bank_agility[chosen],
    )


@jit
def put_belief(rows: Rows | Beliefs, i: int, beliefs: Beliefs, k: int) -> None:
    """Write the k-th belief into the i-th row."""
    rows.t[i] = beliefs.t[k]
    rows.is_boosting[i] = beliefs.is_boosting[k]
    rows.agility[i] = beliefs.agility[k]
    rows.model[i] = beliefs.model[k]
    for a in range(7):
        rows.x[i, a] = beliefs.x[k, a]
        for b in range(7):
            rows.cov[i, a, b] = beliefs.cov[k, a, b]
    is_several = n_open(beliefs, k) > 1
    for m in range(N_MODELS):
        rows.chance[i, m] = beliefs.chance[k, m]
        rows.bank_agility[i, m] = beliefs.bank_agility[k, m]
        if is_several and beliefs.chance[k, m] > 0.0:
            put_model(rows, i, m, beliefs.bank_x[k, m], beliefs.bank_cov[k, m])


@jit
def beliefs_in(rows: Rows) -> Beliefs:
    """What the filter believes of rows: the arrays themselves, not copies."""
    return Beliefs(
        rows.t, rows.x, rows.cov, rows.is_boosting, rows.agility, rows.model, rows.chance,
        rows.bank_x, rows.bank_cov, rows.bank_agility,
    )  # fmt: skip


@jit
def chosen_rows(rows: Rows, chosen: Ints) -> Rows:
    """Copies of chosen rows, in the order asked."""
    bank_x, bank_cov = new_banks(len(chosen))
    put_banks(rows, chosen, bank_x, bank_cov, np.arange(len(chosen)))
    return Rows(
        rows.t[chosen],
        rows.x[chosen],
        rows.cov[chosen],
        rows.is_boosting[chosen],
        rows.agility[chosen],
        rows.model[chosen],
        rows.chance[chosen],
        bank_x,
        bank_cov,
        rows.bank_agility[chosen],
        rows.run[chosen],
        rows.id[chosen],
        rows.is_confirmed[chosen],
        rows.n_updates[chosen],
        rows.n_looks[chosen],
        rows.n_missed[chosen],
        rows.misses[chosen],
        rows.odds[chosen],
        rows.t_first[chosen],
        rows.t_update[chosen],
        rows.period[chosen],
        rows.t_plume[chosen],
        rows.plume_period[chosen],
        rows.heard[chosen],
        rows.rcs_sum[chosen],
        rows.rcs_n[chosen],
        rows.glow[chosen],
        rows.t_predicted[chosen],
        rows.n_predicted[chosen],
        rows.impact_lat[chosen],
        rows.impact_lon[chosen],
        rows.impact_t[chosen],
        rows.impact_cov_enu[chosen],
        rows.lean[chosen],
    )


@jit
def _ordered(first: Any, second: Any, order: Ints) -> Any:
    """Two columns joined and put into an order."""
    return np.concatenate((first, second))[order]


@jit
def joined_rows(rows: Rows, more: Rows) -> Rows:
    """Both, ordered by run, then by id; ``more`` has larger ids than ``rows`` in every run."""
    order = np.argsort(np.concatenate((rows.run, more.run)), kind="mergesort")
    place = np.argsort(order)
    bank_x, bank_cov = new_banks(len(order))
    n = len(rows.run)
    put_banks(rows, np.arange(n), bank_x, bank_cov, place[:n])
    put_banks(more, np.arange(len(more.run)), bank_x, bank_cov, place[n:])
    return Rows(
        _ordered(rows.t, more.t, order),
        _ordered(rows.x, more.x, order),
        _ordered(rows.cov, more.cov, order),
        _ordered(rows.is_boosting, more.is_boosting, order),
        _ordered(rows.agility, more.agility, order),
        _ordered(rows.model, more.model, order),
        _ordered(rows.chance, more.chance, order),
        bank_x,
        bank_cov,
        _ordered(rows.bank_agility, more.bank_agility, order),
        _ordered(rows.run, more.run, order),
        _ordered(rows.id, more.id, order),
        _ordered(rows.is_confirmed, more.is_confirmed, order),
        _ordered(rows.n_updates, more.n_updates, order),
        _ordered(rows.n_looks, more.n_looks, order),
        _ordered(rows.n_missed, more.n_missed, order),
        _ordered(rows.misses, more.misses, order),
        _ordered(rows.odds, more.odds, order),
        _ordered(rows.t_first, more.t_first, order),
        _ordered(rows.t_update, more.t_update, order),
        _ordered(rows.period, more.period, order),
        _ordered(rows.t_plume, more.t_plume, order),
        _ordered(rows.plume_period, more.plume_period, order),
        _ordered(rows.heard, more.heard, order),
        _ordered(rows.rcs_sum, more.rcs_sum, order),
        _ordered(rows.rcs_n, more.rcs_n, order),
        _ordered(rows.glow, more.glow, order),
        _ordered(rows.t_predicted, more.t_predicted, order),
        _ordered(rows.n_predicted, more.n_predicted, order),
        _ordered(rows.impact_lat, more.impact_lat, order),
        _ordered(rows.impact_lon, more.impact_lon, order),
        _ordered(rows.impact_t, more.impact_t, order),
        _ordered(rows.impact_cov_enu, more.impact_cov_enu, order),
        _ordered(rows.lean, more.lean, order),
    )
