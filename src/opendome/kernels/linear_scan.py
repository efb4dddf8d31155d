"""One scan of a linear tracker: predict, match, update, confirm, drop, begin.

Rows in a store of fixed room; what there is no room for is dropped and counted. A row is confirmed
by its number of hits and dropped by its number of misses in a row (M of N). Existence instead:
`bernoulli_scan`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.association import Graph, assign_sparse
from opendome.kernels.linear import (
    LinearModel,
    Near,
    gate_linear,
    mix_linear,
    new_gain,
    predict_linear,
    update_linear,
)
from opendome.kernels.marginals import Weighted, marginals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Store(NamedTuple):
    """Room for rows; those in use come first."""

    id: Ints  # (room,)
    x: Floats  # (room, d)
    cov: Floats  # (room, d, d)
    hits: Ints  # updates
    misses: Ints  # scans in a row without one
    is_confirmed: Bools
    existence: Floats  # chance that the row stands for something, 0 to 1


class CountRules(NamedTuple):
    """When rows begin, are confirmed and dropped, and how looks are weighed."""

    gates: Floats  # (2,) largest squared distance of tentative and of confirmed rows
    n_confirm: int  # hits
    n_drop: Ints  # (2,) misses in a row that end a tentative and a confirmed row
    caps: Floats  # (2,) summed variance of the capped components that ends one, whatever it hit
    capped: Ints  # those components
    p_detect: float
    p_gate: float  # chance that a look of a row lies in its gate
    clutter: float  # density of false looks in measurement space
    most_near: int  # looks in a gate
    most_shared: int  # looks of a cluster for exact chances


class Start(NamedTuple):
    """State of a new row but for what its look measures."""

    x: Floats  # (d,)
    cov: Floats  # (d, d)


class Report(NamedTuple):
    """What a scan did."""

    n_rows: int  # in use afterwards
    next_id: int
    n_dropped: int  # rows and looks in gates that there was no room for
    n_belief: int  # clusters left to belief propagation
    n_largest: int  # rows of the largest cluster


@jit
def begin_row(store: Store, i: int, look: Floats, model: LinearModel, start: Start) -> None:
    """Write a new row: what the look measures with the look's error, the rest as given."""
    measured = model.measured
    store.x[i] = start.x
    store.cov[i] = start.cov
    for a in range(len(measured)):
        store.x[i, measured[a]] = look[a]
        for b in range(len(start.x)):
            store.cov[i, measured[a], b] = 0.0
            store.cov[i, b, measured[a]] = 0.0
    for a in range(len(measured)):
        for b in range(len(measured)):
            store.cov[i, measured[a], measured[b]] = model.error[a, b]
    store.hits[i], store.misses[i] = 1, 0


@jit
def spread_of(cov: Floats, capped: Ints) -> float:
    """Sum of the variances of some components."""
    total = 0.0
    for a in capped:
        total += cov[a, a]
    return total


@jit
def keep_rows(store: Store, is_kept: Bools) -> int:
    """Close the gaps that dropped rows leave; the order stays. How many rows are left."""
    n = 0
    for i in range(len(is_kept)):
        if is_kept[i]:
            if n != i:
                store.id[n] = store.id[i]
                store.x[n] = store.x[i]
                store.cov[n] = store.cov[i]
                store.hits[n], store.misses[n] = store.hits[i], store.misses[i]
                store.is_confirmed[n] = store.is_confirmed[i]
                store.existence[n] = store.existence[i]
            n += 1
    return n


@jit
def part_of(near: Near, is_row: Bools, is_used: Bools) -> tuple[Ints, Ints, Floats]:
    """Start, look and squared distance of the pairs of some rows with looks that are not used."""
    start = np.zeros(len(is_row) + 1, np.int64)
    look, distance2 = np.empty(len(near.look), np.int64), np.empty(len(near.look))
    n = 0
    for i in range(len(is_row)):
        if is_row[i]:
            for k in range(near.start[i], near.start[i + 1]):
                if not is_used[near.look[k]]:
                    look[n], distance2[n] = near.look[k], near.distance2[k]
                    n += 1
        start[i + 1] = n
    return start, look[:n], distance2[:n]


@jit
def update_nearest(
    store: Store, near: Near, z: Floats, model: LinearModel, turn: tuple[Bools, Bools, float]
) -> None:
    """Update some rows by the assignment of least total distance; marks the looks that it takes.

    Parameters
    ----------
    turn : (n,) bool, (m,) bool, float
        Rows whose turn it is, looks already taken, and the squared distance that is as dear as
        no look.

    Notes
    -----
    The sum of distances, not of their squares, is least. Global nearest neighbour: S. Blackman,
    R. Popoli, Design and Analysis of Modern Tracking Systems (1999), ch. 6.
    """
    is_row, is_used, gate = turn
    start, look, distance2 = part_of(near, is_row, is_used)
    cost = np.sqrt(distance2) - math.sqrt(gate)
    column = assign_sparse(Graph(start, look, cost), len(z))
    work = new_gain(store.x.shape[1], len(model.measured))
    for i in range(len(is_row)):
        if not is_row[i]:
            continue
        if column[i] >= 0:
            update_linear(store.x[i], store.cov[i], z[column[i]], model, work)
            is_used[column[i]] = True
            store.hits[i] += 1
            store.misses[i] = 0
        else:
            store.misses[i] += 1


@jit
def update_by_chance(
    store: Store,
    near: Near,
    z: Floats,
    model: LinearModel,
    rules: CountRules,
    turn: tuple[Bools, Bools],
) -> tuple[int, int]:
    """Update some rows by all looks in their gates, each with its chance (JPDA).

    A look that is likelier of some row than that the row made none is taken. Returns the clusters
    left to belief propagation and the rows of the largest cluster.
    """
    is_row, is_used = turn
    start, look, distance2 = part_of(near, is_row, is_used)
    weight, none = np.empty(len(look)), np.full(len(is_row), 1.0 - rules.p_detect * rules.p_gate)
    flat = len(model.measured) * math.log(2.0 * math.pi)
    for i in range(len(is_row)):
        for k in range(start[i], start[i + 1]):
            likelihood = math.exp(-0.5 * (distance2[k] + near.log_det[i] + flat))
            weight[k] = rules.p_detect * likelihood / rules.clutter
    found = marginals(Weighted(start, look, weight, none), len(z), rules.most_shared)
    work = new_gain(store.x.shape[1], len(model.measured))
    for i in range(len(is_row)):
        if not is_row[i]:
            continue
        is_hit = False
        for k in range(start[i], start[i + 1]):
            if found.pair[k] > found.none[i]:
                is_hit = True
                is_used[look[k]] = True
        part = slice(start[i], start[i + 1])
        chance = (found.pair[part], found.none[i])
        mix_linear((store.x[i], store.cov[i]), z, look[part], chance, model, work)
        store.hits[i] += is_hit
        store.misses[i] = 0 if is_hit else store.misses[i] + 1
    return found.n_belief, found.n_largest


@jit
def scan_counted(
    store: Store,
    counts: tuple[int, int],
    z: Floats,
    model: LinearModel,
    start: Start,
    rules: CountRules,
) -> Report:
    """One scan with M-of-N logic: confirmed rows first, then tentative ones, then new ones.

    Parameters
    ----------
    counts : (int, int)
        Rows in use, and the id of the next one.
    z : (m, k) float
        Looks.
    rules : CountRules
        With a clutter density above 0 confirmed rows are updated by chance (JPDA), otherwise by
        the best assignment (GNN). Tentative rows always by the best assignment.
    """
    n, next_id = counts
    predict_linear(store.x[:n], store.cov[:n], model)
    confirmed, is_used = store.is_confirmed[:n].copy(), np.zeros(len(z), np.bool_)
    gates = np.empty(n)
    for i in range(n):
        gates[i] = rules.gates[1] if confirmed[i] else rules.gates[0]
    near = gate_linear(store.x[:n], store.cov[:n], z, model, gates, rules.most_near)
    n_dropped, n_belief, n_largest = near.n_dropped, 0, 0
    if rules.clutter > 0.0:
        turn = (confirmed, is_used)
        n_belief, n_largest = update_by_chance(store, near, z, model, rules, turn)
    else:
        update_nearest(store, near, z, model, (confirmed, is_used, rules.gates[1]))
    update_nearest(store, near, z, model, (~confirmed, is_used, rules.gates[0]))
    is_kept = np.empty(n, np.bool_)
    for i in range(n):
        if not confirmed[i] and store.hits[i] >= rules.n_confirm:
            store.is_confirmed[i] = True
        is_new = store.is_confirmed[i] and not confirmed[i]
        kind = 1 if confirmed[i] else 0
        is_vague = spread_of(store.cov[i], rules.capped) > rules.caps[kind]
        is_kept[i] = is_new or not (is_vague or store.misses[i] >= rules.n_drop[kind])
    n = keep_rows(store, is_kept)
    for j in range(len(z)):
        if is_used[j] or not np.isfinite(z[j]).all():
            continue
        if n == len(store.id):
            n_dropped += 1
            continue
        begin_row(store, n, z[j], model, start)
        store.id[n], store.is_confirmed[n] = next_id, rules.n_confirm <= 1
        next_id += 1
        n += 1
    return Report(n, next_id, n_dropped, n_belief, n_largest)
