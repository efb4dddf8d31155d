"""One scan of a tracker of things that may or may not exist: a Poisson multi-Bernoulli filter.

Each row has a chance of existence, which looks raise and misses lower; every look that nothing
explains begins a row of small existence. Rows that are hard to tell apart are carried on as a group
of joint `hypotheses`; all others by their `marginals`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.bunches import settle_all
from opendome.kernels.existence import ExistenceRules, judge, see, update_existing
from opendome.kernels.hypotheses import Groups
from opendome.kernels.linear import LinearModel, predict_linear
from opendome.kernels.linear_scan import Report, Start, Store, begin_row, keep_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@jit
def predict_groups(groups: Groups, n: int, model: LinearModel, p_survive: float) -> None:
    """Advance all hypotheses of all groups in place by one step."""
    for g in range(n):
        for h in range(groups.n_hypotheses[g]):
            rows = groups.n_rows[g]
            predict_linear(groups.x[g, h, :rows], groups.cov[g, h, :rows], model)
            for i in range(rows):
                groups.existence[g, h, i] *= p_survive


@jit
def groups_of(groups: Groups, n_groups: int, id: Ints) -> Ints:
    """Group of each row (n,), -1 for none; rows are in the order of their ids."""
    group = np.full(len(id), -1, np.int64)
    for g in range(n_groups):
        for i in range(groups.n_rows[g]):
            row = np.searchsorted(id, groups.id[g, i])
            if row < len(id) and id[row] == groups.id[g, i]:
                group[row] = g
    return group


@jit
def scan_existing(
    state: tuple[Store, Groups, Groups],
    counts: tuple[int, int, int],
    z: Floats,
    model: LinearModel,
    start: Start,
    rules: ExistenceRules,
) -> tuple[Report, int]:
    """One scan; what it did, and how many groups there are now (in the second room).

    Parameters
    ----------
    state : Store, Groups, Groups
        Rows, groups of the scan before, room for those of this one.
    counts : (int, int, int)
        Rows in use, id of the next one, groups before.
    """
    (store, groups, _), (n, next_id, n_groups) = state, counts
    predict_linear(store.x[:n], store.cov[:n], model)
    store.existence[:n] *= rules.p_survive
    predict_groups(groups, n_groups, model, rules.p_survive)
    scene = see(store, n, z, model, rules)
    group = groups_of(groups, n_groups, store.id[:n])
    used = np.zeros(len(z))
    is_settled, n_after, n_large = settle_all(state, scene, group, z, model, rules, used)
    update_existing(store, scene, is_settled, z, model, rules)
    n = keep_rows(store, judge(store, n, rules))
    n_dropped, density = scene.near.n_dropped, rules.clutter + rules.birth
    for j in range(len(z)):
        r = (1.0 - used[j]) * rules.birth / density
        if r < rules.drop or not np.isfinite(z[j]).all():
            continue
        if n == len(store.id):
            n_dropped += 1
            continue
        begin_row(store, n, z[j], model, start)
        store.id[n], store.existence[n], store.is_confirmed[n] = next_id, r, r >= rules.show
        next_id += 1
        n += 1
    n_belief = scene.found.n_belief + n_large
    return Report(n, next_id, n_dropped, n_belief, scene.found.n_largest), n_after


@jit
def show_best(groups: Groups, n_groups: int, id: Ints, x: Floats, cov: Floats) -> None:
    """Put the states of the best hypotheses in the place of blends, in place."""
    for g in range(n_groups):
        for i in range(groups.n_rows[g]):
            row = np.searchsorted(id, groups.id[g, i])
            if row < len(id) and id[row] == groups.id[g, i]:
                x[row], cov[row] = groups.x[g, 0, i], groups.cov[g, 0, i]
