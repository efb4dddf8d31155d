"""The best joint hypotheses of a few rows that are hard to tell apart, kept from scan to scan.

A hypothesis says of each row whether it made a look, and which. Those of a group of rows are
carried on side by side: what a merger of all of them would blur (which of two things died where
they crossed) the looks of later scans decide. Hypotheses that tell the same story of the set of
things, though under other names, become one.

Sources: A. F. Garcia-Fernandez, J. L. Williams, K. Granstrom, L. Svensson, "Poisson multi-Bernoulli
mixture filter", IEEE Trans. AES 54 (2018); L. Svensson, D. Svensson, M. Guerriero, P. Willett, "Set
JPDA filter for multitarget tracking", IEEE Trans. Signal Processing 59 (2011) (names may be
exchanged when sets are what counts).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.linear import LinearModel, find_gain, new_gain

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MOST_ROWS = 6  # of a group
MOST_HYPOTHESES = 8  # of a group
MOST_LOOKS = 24  # of a group at one scan
MOST_CHILDREN = 32  # of all hypotheses of a group, while they are compared
LEAST = 1e-3  # weight of a hypothesis that is kept
UNLIKELY = 1e-3  # weight of a child, beside the best one, that is not looked at
FAR = 25.0  # squared distance at which two rows are strangers
SAME_EXISTENCE = 0.2  # largest difference of hypotheses that are one
SAME_PLACE = 2.0  # largest squared distance of their states


class Groups(NamedTuple):
    """Room for groups; those in use come first."""

    n_rows: Ints  # (room,)
    n_hypotheses: Ints  # (room,)
    id: Ints  # (room, MOST_ROWS) of the rows
    weight: Floats  # (room, MOST_HYPOTHESES), sums to 1, the best first
    existence: Floats  # (room, MOST_HYPOTHESES, MOST_ROWS)
    x: Floats  # (room, MOST_HYPOTHESES, MOST_ROWS, d)
    cov: Floats  # (room, MOST_HYPOTHESES, MOST_ROWS, d, d)


class Story(NamedTuple):
    """Hypotheses of some rows, the first n of them in use."""

    weight: Floats  # (room,)
    existence: Floats  # (room, n_rows)
    x: Floats  # (room, n_rows, d)
    cov: Floats  # (room, n_rows, d, d)


class Chances(NamedTuple):
    """What looks of one scan are worth."""

    p_detect: float  # inside the gate
    gate: float  # largest squared distance
    density: Floats  # (m,) of each look that no row of the group made


@jit
def new_story(room: int, n_rows: int, d: int) -> Story:
    """Room for hypotheses."""
    return Story(
        np.zeros(room),
        np.zeros((room, n_rows)),
        np.zeros((room, n_rows, d)),
        np.zeros((room, n_rows, d, d)),
    )


@jit
def copy_hypothesis(to: Story, k: int, of: Story, h: int) -> None:
    """Write one hypothesis over another."""
    to.weight[k] = of.weight[h]
    to.existence[k] = of.existence[h]
    to.x[k] = of.x[h]
    to.cov[k] = of.cov[h]


@jit
def swap_rows(story: Story, h: int, i: int, j: int) -> None:
    """Exchange the names of two rows in one hypothesis."""
    r, x, cov = story.existence[h, i], story.x[h, i].copy(), story.cov[h, i].copy()
    story.existence[h, i] = story.existence[h, j]
    story.x[h, i], story.cov[h, i] = story.x[h, j], story.cov[h, j]
    story.existence[h, j] = r
    story.x[h, j], story.cov[h, j] = x, cov


@jit
def inverse_root(cov: Floats, root: Floats) -> None:
    """Inverse of the Cholesky factor of a covariance (d, d), into ``root``."""
    d = len(cov)
    for i in range(d):
        for j in range(i + 1):
            s = cov[i, j]
            for k in range(j):
                s -= root[i, k] * root[j, k]
            if i == j:
                root[i, i] = math.sqrt(max(s, 1e-12 * cov[i, i] + 1e-300))
            else:
                root[i, j] = s / root[j, j]
    for j in range(d):
        root[j, j] = 1.0 / root[j, j]
        for i in range(j + 1, d):
            s = 0.0
            for k in range(j, i):
                s -= root[i, k] * root[k, j]
            root[i, j] = s / root[i, i]


@jit
def distance2(a: Floats, b: Floats, root: Floats) -> float:
    """Squared Mahalanobis distance of two states (d,), from `inverse_root` of a covariance."""
    total = 0.0
    for i in range(len(a)):
        y = 0.0
        for k in range(i + 1):
            y += root[i, k] * (a[k] - b[k])
        total += y * y
        if total > FAR:
            break
    return total


@jit
def unlike(story: Story, h: int, i: int, j: int, roots: Floats) -> float:
    """How ill row i of a hypothesis would stand for row j of the first one."""
    r, s = story.existence[h, i], story.existence[0, j]
    apart = FAR
    if r * s > 1e-3:
        apart = min(distance2(story.x[h, i], story.x[0, j], roots[j]), FAR)
    return float(r * s * apart + FAR * abs(r - s))


@jit
def align(story: Story, h: int, roots: Floats) -> None:
    """Exchange names in a hypothesis until it tells the story of the first most closely."""
    n, is_better = story.x.shape[1], True
    for _ in range(n * n):
        if not is_better:
            break
        is_better = False
        for i in range(n):
            for j in range(i):
                now = unlike(story, h, i, i, roots) + unlike(story, h, j, j, roots)
                if now < 1e-9:
                    continue
                then = unlike(story, h, i, j, roots) + unlike(story, h, j, i, roots)
                if then < now - 1e-9:
                    swap_rows(story, h, i, j)
                    is_better = True


@jit
def is_same(story: Story, h: int, k: int, roots: Floats) -> bool:
    """Whether two hypotheses tell the same story of every row."""
    for i in range(story.x.shape[1]):
        r, s = story.existence[h, i], story.existence[k, i]
        if abs(r - s) > SAME_EXISTENCE:
            return False
        if max(r, s) > 0.05:
            apart = distance2(story.x[h, i], story.x[k, i], roots[i])
            if max(r, s) * apart > SAME_PLACE:
                return False
    return True


@jit
def merge_rows(story: Story, k: int, h: int, i: int, total: float) -> None:
    """Moments of row i over hypotheses k and h of the summed weight ``total``, into k."""
    a = story.weight[k] * story.existence[k, i]
    b = story.weight[h] * story.existence[h, i]
    if not a + b > 0.0:
        return
    part, d = b / (a + b), story.x.shape[2]
    for p in range(d):
        for q in range(d):
            gap = (story.x[h, i, p] - story.x[k, i, p]) * (story.x[h, i, q] - story.x[k, i, q])
            cov = (1.0 - part) * story.cov[k, i, p, q] + part * story.cov[h, i, p, q]
            story.cov[k, i, p, q] = cov + part * (1.0 - part) * gap
    for p in range(d):
        story.x[k, i, p] += part * (story.x[h, i, p] - story.x[k, i, p])
    story.existence[k, i] = (a + b) / total


@jit
def condense(story: Story, n: int, most: int) -> int:
    """Give all hypotheses the names of the best, join those that are one, keep the best.

    The n hypotheses come in falling order of weight; how many are left, with weights of sum 1.
    """
    kept, d = 0, story.x.shape[2]
    roots = np.zeros((MOST_HYPOTHESES, story.x.shape[1], d, d))
    for h in range(n):
        if h:
            align(story, h, roots[0])
        is_joined = False
        for k in range(kept):
            if is_same(story, h, k, roots[k]):
                total = story.weight[k] + story.weight[h]
                for i in range(story.x.shape[1]):
                    merge_rows(story, k, h, i, total)
                story.weight[k] = total
                is_joined = True
                break
        if not is_joined and kept < most:
            if kept != h:
                copy_hypothesis(story, kept, story, h)
            for i in range(story.x.shape[1]):
                inverse_root(story.cov[kept, i], roots[kept, i])
            kept += 1
    total = story.weight[:kept].sum()
    last = 0
    for k in range(kept):
        story.weight[k] /= total
        if story.weight[k] >= LEAST:
            if last != k:
                copy_hypothesis(story, last, story, k)
            last += 1
    story.weight[:last] /= story.weight[:last].sum()
    return last


class Options(NamedTuple):
    """What each row of each hypothesis may have done, and how it would move."""

    none: Floats  # (n, n_rows) weight of no look
    of_look: Floats  # (n, n_rows, m) and of each look
    gain: Floats  # (n, n_rows, d, k)
    cov: Floats  # (n, n_rows, d, d) after a look


class Family(NamedTuple):
    """Unfinished children of hypotheses: what each row did so far."""

    weight: Floats  # (room,)
    parent: Ints  # (room,)
    choice: Ints  # (room, n_rows) look, -1: none
    used: Ints  # (room,) looks taken, as bits


@jit
def expand(family: Family, n: int, i: int, options: Options, spare: Family) -> int:
    """Every way on for row i, the best of which are written to ``spare``; how many there are."""
    none, of_look = options.none, options.of_look
    m, room = of_look.shape[2], len(spare.weight)
    weights, origin = np.empty(n * (m + 1)), np.empty((n * (m + 1), 2), np.int64)
    count, largest = 0, 0.0
    for c in range(n):
        h = family.parent[c]
        for j in range(-1, m):
            if j >= 0 and (of_look[h, i, j] <= 0.0 or family.used[c] >> j & 1):
                continue
            weight = family.weight[c] * (none[h, i] if j < 0 else of_look[h, i, j])
            if weight <= 0.0:
                continue
            weights[count] = weight
            origin[count, 0], origin[count, 1] = c, j
            largest = max(largest, weight)
            count += 1
    order = np.argsort(-weights[:count], kind="mergesort")
    kept = 0
    for k in order[:room]:
        if weights[k] < UNLIKELY * largest:
            break
        c, j = origin[k, 0], origin[k, 1]
        spare.weight[kept], spare.parent[kept] = weights[k] / largest, family.parent[c]
        spare.choice[kept] = family.choice[c]
        spare.choice[kept, i] = j
        spare.used[kept] = family.used[c] | (1 << j if j >= 0 else 0)
        kept += 1
    return kept


@jit
def weigh(
    story: Story, n: int, z: Floats, looks: Ints, model: LinearModel, chances: Chances
) -> Options:
    """Weights of no look and of each, for each hypothesis and row."""
    n_rows, m, d = story.x.shape[1], len(looks), story.x.shape[2]
    none, of_look = np.ones((n, n_rows)), np.zeros((n, n_rows, m))
    gain, cov = np.empty((n, n_rows, d, len(model.measured))), np.empty((n, n_rows, d, d))
    work, k = new_gain(story.x.shape[2], len(model.measured)), len(model.measured)
    y = np.empty(k)
    for h in range(n):
        for i in range(n_rows):
            r = story.existence[h, i]
            none[h, i] = 1.0 - r * chances.p_detect
            find_gain(story.cov[h, i], model, work)
            gain[h, i], cov[h, i] = work.gain, work.cov
            log_det = k * math.log(2.0 * math.pi)
            for a in range(k):
                log_det += 2.0 * math.log(work.root[a, a])
            for j in range(m):
                far = 0.0
                for a in range(k):
                    y[a] = z[looks[j], a] - story.x[h, i, model.measured[a]]
                    for b in range(a):
                        y[a] -= work.root[a, b] * y[b]
                    y[a] /= work.root[a, a]
                    far += y[a] * y[a]
                if far <= chances.gate:
                    likelihood = math.exp(-0.5 * (far + log_det))
                    of_look[h, i, j] = r * chances.p_detect * likelihood / chances.density[j]
    return Options(none, of_look, gain, cov)


@jit
def carry_on(
    story: Story, n: int, z: Floats, looks: Ints, model: LinearModel, chances: Chances
) -> tuple[Story, int, Floats]:
    """Hypotheses after a scan, and the chance that each of the looks (m,) was taken.

    Parameters
    ----------
    story : Story
        Predicted hypotheses, n of them.
    looks : (m,) int
        Rows of z that any of the rows may have made, at most MOST_LOOKS.

    Notes
    -----
    Children grow row by row; the best MOST_CHILDREN go on (a beam), which is exhaustive for two
    rows and a few looks.
    """
    n_rows, d = story.x.shape[1], story.x.shape[2]
    options = weigh(story, n, z, looks, model, chances)
    room = MOST_CHILDREN
    family = Family(
        np.zeros(room), np.zeros(room, np.int64), np.full((room, n_rows), -1),
        np.zeros(room, np.int64),
    )  # fmt: skip
    spare = Family(
        np.zeros(room), np.zeros(room, np.int64), np.full((room, n_rows), -1),
        np.zeros(room, np.int64),
    )  # fmt: skip
    for h in range(n):
        family.weight[h], family.parent[h] = story.weight[h], h
    count = n
    for i in range(n_rows):
        count = expand(family, count, i, options, spare)
        family, spare = spare, family
    found, taken = new_story(count, n_rows, d), np.zeros(len(looks))
    total = family.weight[:count].sum()
    for c in range(count):
        h = family.parent[c]
        copy_hypothesis(found, c, story, h)
        found.weight[c] = family.weight[c] / total
        for i in range(n_rows):
            j = family.choice[c, i]
            if j < 0:
                r = story.existence[h, i]
                missed = 1.0 - r * chances.p_detect
                found.existence[c, i] = r * (1.0 - chances.p_detect) / missed if missed > 0 else 0.0
                continue
            taken[j] += found.weight[c]
            found.existence[c, i] = 1.0
            found.cov[c, i] = options.cov[h, i]
            for b in range(len(model.measured)):
                miss = z[looks[j], b] - story.x[h, i, model.measured[b]]
                for a in range(d):
                    found.x[c, i, a] += options.gain[h, i, a, b] * miss
    n_left = condense(found, count, MOST_HYPOTHESES)
    return found, n_left, taken
