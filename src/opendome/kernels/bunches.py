"""Bunches of rows that share looks: small doubtful ones are carried on as joint hypotheses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.association import root
from opendome.kernels.existence import ExistenceRules, Scene, doubt
from opendome.kernels.hypotheses import MOST_HYPOTHESES as MOST
from opendome.kernels.hypotheses import (
    MOST_LOOKS,
    MOST_ROWS,
    Chances,
    Groups,
    Story,
    carry_on,
    copy_hypothesis,
    new_story,
)
from opendome.kernels.linear import LinearModel
from opendome.kernels.linear_scan import Store

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DOUBT = 0.05  # chance of something else from which rows that share looks are a group


@jit
def bunches(scene: Scene, store: Store, group: Ints, n_looks: int, firm: float) -> Ints:
    """Bunch of each row (n,), -1 for none: firm rows that share looks or a group."""
    n = len(group)
    parent, owner = np.arange(n), np.full(n_looks, -1, np.int64)
    of_group = np.full(n + 1, -1, np.int64)
    is_firm = np.zeros(n, np.bool_)
    for i in range(n):
        is_firm[i] = store.existence[i] >= firm or group[i] >= 0
        if not is_firm[i]:
            continue
        if group[i] >= 0:
            first = of_group[group[i]]
            if first < 0:
                of_group[group[i]] = i
            else:
                a, b = root(parent, first), root(parent, i)
                parent[max(a, b)] = min(a, b)
        for k in range(scene.near.start[i], scene.near.start[i + 1]):
            j = scene.near.look[k]
            if owner[j] < 0:
                owner[j] = i
            a, b = root(parent, owner[j]), root(parent, i)
            parent[max(a, b)] = min(a, b)
    for i in range(n):
        parent[i] = root(parent, i) if is_firm[i] else -1
    return parent


@jit
def gather_looks(scene: Scene, rows: Ints) -> Ints:
    """Looks in the gates of any of the rows, each once, at most one more than MOST_LOOKS."""
    looks, n = np.empty(MOST_LOOKS + 1, np.int64), 0
    for i in rows:
        for k in range(scene.near.start[i], scene.near.start[i + 1]):
            is_new = True
            for m in range(n):
                is_new = is_new and looks[m] != scene.near.look[k]
            if is_new and n <= MOST_LOOKS:
                looks[n] = scene.near.look[k]
                n += 1
    return looks[:n]


@jit
def assemble(store: Store, groups: Groups, group: Ints, rows: Ints) -> tuple[Story, int]:
    """Joint hypotheses of some rows: those of their groups, times each other, times lone rows.

    Returns
    -------
    story, n : Story, int
        The best MOST of them, in falling order of weight.
    """
    d = store.x.shape[1]
    story, n = new_story(MOST, len(rows), d), 1
    story.weight[0] = 1.0
    for c in range(len(rows)):
        i, g = rows[c], group[rows[c]]
        if g < 0:
            for h in range(n):
                story.existence[h, c] = store.existence[i]
                story.x[h, c], story.cov[h, c] = store.x[i], store.cov[i]
            continue
        is_first = True
        for b in range(c):
            is_first = is_first and group[rows[b]] != g
        if not is_first:
            continue
        k = groups.n_hypotheses[g]
        weights = np.empty(n * k)
        for h in range(n):
            for b in range(k):
                weights[h * k + b] = story.weight[h] * groups.weight[g, b]
        order = np.argsort(-weights, kind="mergesort")[:MOST]
        wider = new_story(MOST, len(rows), d)
        for at in range(len(order)):
            h, b = order[at] // k, order[at] % k
            copy_hypothesis(wider, at, story, h)
            wider.weight[at] = weights[order[at]]
            for e in range(groups.n_rows[g]):
                for a in range(len(rows)):
                    if store.id[rows[a]] == groups.id[g, e]:
                        wider.existence[at, a] = groups.existence[g, b, e]
                        wider.x[at, a], wider.cov[at, a] = groups.x[g, b, e], groups.cov[g, b, e]
        story, n = wider, len(order)
    return story, n


@jit
def blend(store: Store, i: int, story: Story, n: int, c: int) -> None:
    """Write row i: the moments of column c over n hypotheses."""
    weight, existence, x, cov = story
    total, d = 0.0, store.x.shape[1]
    mean, spread = np.zeros(d), np.zeros((d, d))
    for h in range(n):
        part = weight[h] * existence[h, c]
        total += part
        for a in range(d):
            mean[a] += part * (x[h, c, a] - x[0, c, a])
    store.existence[i] = total
    if not total > 0.0:
        store.x[i], store.cov[i] = x[0, c], cov[0, c]
        return
    for a in range(d):
        mean[a] = x[0, c, a] + mean[a] / total
    for h in range(n):
        part = weight[h] * existence[h, c] / total
        for a in range(d):
            for b in range(d):
                gap = (x[h, c, a] - mean[a]) * (x[h, c, b] - mean[b])
                spread[a, b] += part * (cov[h, c, a, b] + gap)
    store.x[i], store.cov[i] = mean, spread


@jit
def settle(
    state: tuple[Store, Groups, Groups],
    scene: Scene,
    bunch: tuple[Ints, Ints, int],
    z: Floats,
    model: LinearModel,
    rules: ExistenceRules,
    used: Floats,
) -> int:
    """Carry a bunch of rows on as joint hypotheses; how many groups there are afterwards.

    Parameters
    ----------
    state : Store, Groups, Groups
        Rows, the groups before and those after this scan.
    bunch : (n,) int, (n_rows,) int, int
        Rows of the bunch, group of every row, groups made so far.
    used : (m,) float
        Chance that each look is explained, added to.
    """
    (store, groups, after), (rows, group, n_after) = state, bunch
    looks = gather_looks(scene, rows)
    # Rows outside the bunch take their share of a look.
    density = np.full(len(looks), rules.clutter + rules.birth)
    for m in range(len(looks)):
        density[m] *= 1.0 + used[looks[m]] / max(1.0 - used[looks[m]], 1e-3)
    story, n = assemble(store, groups, group, rows)
    chances = Chances(rules.p_detect * rules.p_gate, rules.gate, density)
    story, n, taken = carry_on(story, n, z, looks, model, chances)
    for m in range(len(looks)):
        used[looks[m]] = min(1.0, used[looks[m]] + taken[m])
    for c in range(len(rows)):
        blend(store, rows[c], story, n, c)
    if n > 1 and n_after < len(after.n_rows):
        after.n_rows[n_after], after.n_hypotheses[n_after] = len(rows), n
        for c in range(len(rows)):
            after.id[n_after, c] = store.id[rows[c]]
        for h in range(n):
            after.weight[n_after, h] = story.weight[h]
            for c in range(len(rows)):
                after.existence[n_after, h, c] = story.existence[h, c]
                after.x[n_after, h, c] = story.x[h, c]
                after.cov[n_after, h, c] = story.cov[h, c]
        n_after += 1
    return n_after


@jit
def settle_all(
    state: tuple[Store, Groups, Groups],
    scene: Scene,
    group: Ints,
    z: Floats,
    model: LinearModel,
    rules: ExistenceRules,
    used: Floats,
) -> tuple[Bools, int, int]:
    """Settle what is doubtful and small; which rows that was, groups now, bunches that were large.

    ``used`` gets the share of looks that rows outside any bunch explain, then all.
    """
    store, n = state[0], len(group)
    bunch = bunches(scene, store, group, len(z), rules.firm)
    order = np.argsort(bunch, kind="mergesort")
    is_settled = np.zeros(n, np.bool_)
    n_after, n_large, first = 0, 0, np.searchsorted(bunch[order], 0)
    spans, n_spans = np.empty((n, 2), np.int64), 0
    while first < n:
        last, is_doubtful = first, False
        while last < n and bunch[order[last]] == bunch[order[first]]:
            i = order[last]
            is_doubtful = is_doubtful or group[i] >= 0 or doubt(scene, i) > DOUBT
            last += 1
        rows = order[first:last]
        if last - first > 1 and is_doubtful:
            if last - first <= MOST_ROWS and len(gather_looks(scene, rows)) <= MOST_LOOKS:
                spans[n_spans, 0], spans[n_spans, 1] = first, last
                n_spans += 1
                is_settled[rows] = True
            else:
                n_large += 1
        first = last
    for i in range(n):
        if not is_settled[i]:
            for k in range(scene.near.start[i], scene.near.start[i + 1]):
                j = scene.near.look[k]
                used[j] = min(1.0, used[j] + scene.found.pair[k])
    for s in range(n_spans):
        rows = np.sort(order[spans[s, 0] : spans[s, 1]])
        n_after = settle(state, scene, (rows, group, n_after), z, model, rules, used)
    return is_settled, n_after, n_large
