"""Linear Gaussian tracks, many at once: prediction, gates around what is measured, updates.

A look measures some components of the state, with one error for all. Units and frame are those of
the state, whatever they are.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_SIDE = 1024  # cells of a grid along an axis


class LinearModel(NamedTuple):
    """How states of d components move in one step, and which k of them are measured."""

    transition: Floats  # (d, d)
    process: Floats  # (d, d) covariance of what a step adds
    measured: Ints  # (k,) components of the state
    error: Floats  # (k, k) covariance of a look


class Near(NamedTuple):
    """Looks in the gates of rows: row i has start[i] to start[i + 1]."""

    start: Ints  # (n + 1,)
    look: Ints
    distance2: Floats  # squared Mahalanobis distance
    log_det: Floats  # (n,) natural logarithm of the determinant of each row's innovation covariance
    n_dropped: int  # looks in a gate that there was no room for: the farthest ones


class Grid(NamedTuple):
    """Looks sorted into cells of their first two components."""

    low: Floats  # (2,)
    size: Floats  # (2,) of a cell
    shape: Ints  # (2,) cells
    start: Ints  # (n_cells + 1,)
    look: Ints


@jit
def predict_linear(x: Floats, cov: Floats, model: LinearModel) -> None:
    """Advance states (n, d) and covariances (n, d, d) in place by one step."""
    f, d = model.transition, x.shape[1]
    y, half = np.empty(d), np.empty((d, d))
    for i in range(len(x)):
        for a in range(d):
            y[a] = 0.0
            for b in range(d):
                y[a] += f[a, b] * x[i, b]
                half[a, b] = 0.0
        for a in range(d):
            x[i, a] = y[a]
            for c in range(d):
                if f[a, c] != 0.0:
                    for b in range(d):
                        half[a, b] += f[a, c] * cov[i, c, b]
        for a in range(d):
            for b in range(a, d):
                total = model.process[a, b]
                for c in range(d):
                    total += half[a, c] * f[b, c]
                cov[i, a, b] = total
                cov[i, b, a] = total


@jit
def factor_innovation(cov: Floats, model: LinearModel, root: Floats) -> float:
    """Cholesky factor (into ``root``) of the covariance of an innovation, and its log det."""
    k, log_det = len(model.measured), 0.0
    for a in range(k):
        for b in range(a + 1):
            total = cov[model.measured[a], model.measured[b]] + model.error[a, b]
            for c in range(b):
                total -= root[a, c] * root[b, c]
            if a == b:
                root[a, a] = math.sqrt(total)
                log_det += 2.0 * math.log(root[a, a])
            else:
                root[a, b] = total / root[b, b]
    return log_det


@jit
def make_grid(z: Floats) -> Grid:
    """Sort looks (m, k) into about as many cells as there are looks; NaN looks are in none."""
    m, axes = z.shape[0], min(2, z.shape[1])
    low, high = np.zeros(2), np.zeros(2)
    for axis in range(axes):
        low[axis], high[axis] = np.inf, -np.inf
        for j in range(m):
            if math.isfinite(z[j, axis]):
                low[axis] = min(low[axis], z[j, axis])
                high[axis] = max(high[axis], z[j, axis])
    side = max(1, min(MOST_SIDE, int(math.sqrt(m) if axes == 2 else m)))
    shape, size = np.ones(2, np.int64), np.ones(2)
    for axis in range(axes):
        if high[axis] > low[axis]:
            shape[axis] = side
            size[axis] = (high[axis] - low[axis]) / side
    cell = np.full(m, -1, np.int64)
    start = np.zeros(shape[0] * shape[1] + 1, np.int64)
    for j in range(m):
        is_sound = True
        for axis in range(z.shape[1]):
            is_sound = is_sound and math.isfinite(z[j, axis])
        if is_sound:
            place = 0
            for axis in range(axes):
                step = int((z[j, axis] - low[axis]) / size[axis])
                place = place * shape[axis] + min(step, shape[axis] - 1)
            cell[j] = place
            start[place + 1] += 1
    start = np.cumsum(start)
    fill, look = start.copy(), np.empty(start[-1], np.int64)
    for j in range(m):
        if cell[j] >= 0:
            look[fill[cell[j]]] = j
            fill[cell[j]] += 1
    return Grid(low, size, shape, start, look)


@jit
def cells_around(grid: Grid, axis: int, place: float, half: float) -> tuple[int, int]:
    """First and one past the last cell along an axis that a gate may touch."""
    top = grid.shape[axis] - 1
    near = (place - half - grid.low[axis]) / grid.size[axis] - 1e-9
    far = (place + half - grid.low[axis]) / grid.size[axis] + 1e-9
    first = int(min(max(near, 0.0), float(top)))
    last = int(min(max(far, 0.0), float(top)))
    return first, last + 1


@jit
def gate_linear(
    x: Floats, cov: Floats, z: Floats, model: LinearModel, gates: Floats, most: int
) -> Near:
    """Looks whose squared distance from a row lies within its gate, at most the nearest so many.

    Parameters
    ----------
    x, cov : (n, d), (n, d, d) float
        Predicted rows.
    z : (m, k) float
        Looks; one with a component that is not finite is in no gate.
    gates : (n,) float
        Largest squared distance of each row; negative: the row has no gate.
    most : int
        Looks that a row may have; what lies farther is counted as dropped.
    """
    n, k = len(x), len(model.measured)
    grid = make_grid(z)
    start, log_det = np.zeros(n + 1, np.int64), np.zeros(n)
    room, filled, n_dropped = max(64, 2 * n), 0, 0
    look, distance2 = np.empty(room, np.int64), np.empty(room)
    root, miss = np.zeros((k, k)), np.empty(k)
    wide = np.zeros(2)
    for i in range(n):
        start[i + 1] = filled
        if gates[i] < 0.0:
            continue
        log_det[i] = factor_innovation(cov[i], model, root)
        is_sound = math.isfinite(log_det[i])
        for axis in range(k):
            is_sound = is_sound and math.isfinite(x[i, model.measured[axis]])
        if not is_sound:
            continue
        for axis in range(min(2, k)):
            s = cov[i, model.measured[axis], model.measured[axis]] + model.error[axis, axis]
            wide[axis] = math.sqrt(gates[i] * s)
        a0, a1 = cells_around(grid, 0, x[i, model.measured[0]], wide[0])
        b0, b1 = 0, 1
        if k > 1:
            b0, b1 = cells_around(grid, 1, x[i, model.measured[1]], wide[1])
        if filled + most > room:
            room = 2 * room + most
            wider, longer = np.empty(room, np.int64), np.empty(room)
            wider[:filled], longer[:filled] = look[:filled], distance2[:filled]
            look, distance2 = wider, longer
        first = filled
        for a in range(a0, a1):
            row = a * grid.shape[1]
            for g in range(grid.start[row + b0], grid.start[row + b1]):
                j, total = grid.look[g], 0.0
                for c in range(k):
                    miss[c] = z[j, c] - x[i, model.measured[c]]
                    for b in range(c):
                        miss[c] -= root[c, b] * miss[b]
                    miss[c] /= root[c, c]
                    total += miss[c] * miss[c]
                    if not total <= gates[i]:
                        break
                if not total <= gates[i]:
                    continue
                if filled - first < most:
                    look[filled], distance2[filled] = j, total
                    filled += 1
                    continue
                n_dropped += 1
                worst = first
                for h in range(first + 1, filled):
                    if distance2[h] > distance2[worst]:
                        worst = h
                if total < distance2[worst]:
                    look[worst], distance2[worst] = j, total
        start[i + 1] = filled
    return Near(start, look[:filled], distance2[:filled], log_det, n_dropped)


class Gain(NamedTuple):
    """Work space of updates of rows of d components by looks of k."""

    root: Floats  # (k, k) factor of the innovation's covariance
    gain: Floats  # (d, k)
    cov: Floats  # (d, d) after an update
    mean: Floats  # (d,)
    spread: Floats  # (d, d)


@jit
def new_gain(d: int, k: int) -> Gain:
    """Work space for `find_gain` and the updates."""
    return Gain(np.zeros((k, k)), np.zeros((d, k)), np.zeros((d, d)), np.zeros(d), np.zeros((d, d)))


@jit
def find_gain(cov: Floats, model: LinearModel, work: Gain) -> None:
    """Kalman gain of a row, and its covariance after an update, into the work space."""
    d, k = len(cov), len(model.measured)
    root, gain = work.root, work.gain
    factor_innovation(cov, model, root)
    for a in range(d):
        # gain row = P H' S^-1: forwards, then backwards through the factor.
        for c in range(k):
            total = cov[a, model.measured[c]]
            for b in range(c):
                total -= root[c, b] * gain[a, b]
            gain[a, c] = total / root[c, c]
    # Here gain = P H' L^-T, so that P - gain gain' is the covariance after the update.
    for a in range(d):
        for b in range(a, d):
            total = cov[a, b]
            for c in range(k):
                total -= gain[a, c] * gain[b, c]
            work.cov[a, b] = total
            work.cov[b, a] = total
    for a in range(d):
        for c in range(k - 1, -1, -1):
            total = gain[a, c]
            for b in range(c + 1, k):
                total -= root[b, c] * gain[a, b]
            gain[a, c] = total / root[c, c]


@jit
def move_mean(x: Floats, z: Floats, model: LinearModel, work: Gain) -> None:
    """State after an update by one look, into the work space's mean."""
    for a in range(len(x)):
        work.mean[a] = x[a]
        for c in range(len(model.measured)):
            work.mean[a] += work.gain[a, c] * (z[c] - x[model.measured[c]])


@jit
def update_linear(x: Floats, cov: Floats, z: Floats, model: LinearModel, work: Gain) -> None:
    """Update one row in place by one look."""
    find_gain(cov, model, work)
    move_mean(x, z, model, work)
    x[:] = work.mean
    cov[:] = work.cov


@jit
def mix_linear(
    row: tuple[Floats, Floats],
    z: Floats,
    look: Ints,
    chance: tuple[Floats, float],
    model: LinearModel,
    work: Gain,
) -> None:
    """Update one row (x, cov) in place by several looks at once, each with its chance.

    The mixture of no update and one update for each look is replaced by the Gaussian of the same
    mean and covariance. Chances need not sum to 1.

    Parameters
    ----------
    chance : ((m,) float, float)
        Of each look, and of none.
    """
    x, cov = row
    d, (of_look, of_none) = len(x), chance
    total = of_none
    for k in range(len(look)):
        total += of_look[k]
    if len(look) == 0 or not total > 0.0:
        return
    find_gain(cov, model, work)
    centre = np.zeros(d)
    work.spread[:] = 0.0
    # Moments about the predicted state: it is close, so that little is lost by subtraction.
    for k in range(len(look)):
        weight = of_look[k] / total
        move_mean(x, z[look[k]], model, work)
        for a in range(d):
            step = work.mean[a] - x[a]
            centre[a] += weight * step
            for b in range(a + 1):
                work.spread[a, b] += weight * step * (work.mean[b] - x[b])
    keep = of_none / total
    for a in range(d):
        for b in range(a + 1):
            inside = keep * cov[a, b] + (1.0 - keep) * work.cov[a, b]
            inside += work.spread[a, b] - centre[a] * centre[b]
            cov[a, b] = inside
            cov[b, a] = inside
    for a in range(d):
        x[a] += centre[a]
