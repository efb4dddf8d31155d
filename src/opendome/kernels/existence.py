"""Rows that may or may not exist: what their looks are worth, and what becomes of each alone.

What a scan does with them: `bernoulli_scan`; rows that are hard to tell apart: `bunches`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.linear import LinearModel, Near, gate_linear, mix_linear, new_gain
from opendome.kernels.linear_scan import Store, spread_of
from opendome.kernels.marginals import Marginals, Weighted, marginals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class ExistenceRules(NamedTuple):
    """Chances of things and looks, and when rows are shown and dropped."""

    gate: float  # largest squared distance
    p_gate: float  # chance that a look of a row lies in its gate
    p_detect: float
    p_survive: float  # from scan to scan
    clutter: float  # density of false looks
    birth: float  # density of first looks of new things
    show: float  # existence from which a row is confirmed
    hide: float  # and below which it no longer is
    drop: float  # below which it ends
    cap: float  # summed variance of the capped components that ends a row
    capped: Ints
    firm: float  # existence from which rows may be grouped; above 1: none are
    most_near: int
    most_shared: int


class Scene(NamedTuple):
    """Predicted rows and the looks in their gates."""

    near: Near
    problem: Weighted
    found: Marginals


@jit
def see(store: Store, n: int, z: Floats, model: LinearModel, rules: ExistenceRules) -> Scene:
    """Gates, weights and chances of all rows."""
    gates = np.full(n, rules.gate)
    near = gate_linear(store.x[:n], store.cov[:n], z, model, gates, rules.most_near)
    p_seen, density = rules.p_detect * rules.p_gate, rules.clutter + rules.birth
    weight, none = np.empty(len(near.look)), np.empty(n)
    flat = len(model.measured) * math.log(2.0 * math.pi)
    for i in range(n):
        r = store.existence[i]
        none[i] = 1.0 - r * p_seen
        for k in range(near.start[i], near.start[i + 1]):
            likelihood = math.exp(-0.5 * (near.distance2[k] + near.log_det[i] + flat))
            weight[k] = r * rules.p_detect * likelihood / density
    problem = Weighted(near.start, near.look, weight, none)
    return Scene(near, problem, marginals(problem, len(z), rules.most_shared))


@jit
def doubt(scene: Scene, i: int) -> float:
    """Chance that row i did otherwise than is likeliest."""
    best = scene.found.none[i]
    for k in range(scene.near.start[i], scene.near.start[i + 1]):
        best = max(best, scene.found.pair[k])
    return float(1.0 - best)


@jit
def update_existing(
    store: Store, scene: Scene, skip: Bools, z: Floats, model: LinearModel, rules: ExistenceRules
) -> None:
    """Update rows by their chances of having made each look, of having been missed, of not being.

    Source: J. L. Williams, "Marginal multi-Bernoulli filters", IEEE Trans. AES 51 (2015).
    """
    work, p_seen = new_gain(store.x.shape[1], len(model.measured)), rules.p_detect * rules.p_gate
    for i in range(len(skip)):
        if skip[i]:
            continue
        r, hit = store.existence[i], 0.0
        part = slice(scene.near.start[i], scene.near.start[i + 1])
        pair = scene.found.pair[part]
        for k in range(len(pair)):
            hit += pair[k]
        missed = scene.found.none[i] * r * (1.0 - p_seen) / (1.0 - r * p_seen)
        store.existence[i] = hit + missed
        row = (store.x[i], store.cov[i])
        mix_linear(row, z, scene.near.look[part], (pair, missed), model, work)


@jit
def judge(store: Store, n: int, rules: ExistenceRules) -> Bools:
    """Confirm rows or not; which are kept."""
    is_kept = np.empty(n, np.bool_)
    for i in range(n):
        r = store.existence[i]
        store.is_confirmed[i] = r >= (rules.hide if store.is_confirmed[i] else rules.show)
        is_vague = spread_of(store.cov[i], rules.capped) > rules.cap
        is_kept[i] = r >= rules.drop and not is_vague
    return is_kept
