"""What the states of rows owe to biases of sensors: their leans, carried and updated with them.

A row leans on the few sensors that have ever looked at it, whatever there are in all: only these
columns of its lean are not 0, and only these are reckoned with. Models: `registration`, `bank`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.bank import Motion
from opendome.kernels.kalman import Expected, add_scaled, expect_row, factor, look_error, span
from opendome.kernels.looks import Looks
from opendome.kernels.misalignment import Mount
from opendome.kernels.mixing import new_blend, weigh_changes
from opendome.kernels.modes import LevelNoise, level_mean
from opendome.kernels.motion import MAX_STEPS, Work, fall_mean, new_work, step_length
from opendome.kernels.registration import (
    Biases,
    Sparse,
    add_doubt,
    halved,
    halved_again,
    leaning,
    new_sparse,
    put_reach,
)
from opendome.kernels.rows import (
    LEVEL,
    N_MODELS,
    N_STATES,
    TURNS,
    Beliefs,
    n_open,
    n_states,
)
from opendome.kernels.turning import Lift, Turn, new_turn, turn_length, turn_mean

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Voices(NamedTuple):
    """Who speaks for n rows."""

    chance: Floats  # (n, N_MODELS)
    model: Ints


@jit
def speaks(voices: Voices, i: int, m: int) -> bool:
    """Whether a model of a row is open."""
    return bool(m == voices.model[i] or voices.chance[i, m] > 0.0)


@jit
def put_spoken(voices: Voices, i: int, lean: Floats, out: Floats) -> None:
    """Lean (7, k) of what speaks for a row, of those of its models (N_MODELS, N_STATES, k).

    A model and its turns speak as they do in the filter.
    """
    own, turns = voices.chance[i, voices.model[i]], voices.chance[i, TURNS]
    part = turns / (own + turns)
    for a in range(7):
        for b in range(lean.shape[2]):
            out[a, b] = lean[voices.model[i], a, b]
            if part > 0.0:
                out[a, b] += part * (lean[TURNS, a, b] - out[a, b])


@jit
def spoken(voices: Voices, lean: Floats) -> Floats:
    """Leans (n, 7, k) of what speaks, of those of all models (n, N_MODELS, N_STATES, k)."""
    out = np.empty((len(lean), 7, lean.shape[3]))
    for i in range(len(lean)):
        put_spoken(voices, i, lean[i], out[i])
    return out


@jit
def doubt_banks(
    voices: Voices, lean: Floats, covs: tuple[Floats, Floats], place: Ints, biases: Biases
) -> None:
    """Add what the doubt of the biases adds to what speaks, and to all its models, in place.

    ``covs``: (n, 7, 7), and (n, N_MODELS, N_STATES, N_STATES) of banks; ``place`` (n,): run of
    each row, as the biases count.
    """
    k = lean.shape[3]
    (cov, bank_cov), room, told = covs, new_sparse(k), np.empty((7, k))
    for i in range(len(lean)):
        known = biases.cov[place[i]]
        put_spoken(voices, i, lean[i], told)
        add_doubt(cov[i], 7, told, known, 1.0, room)
        n = 0
        for m in range(N_MODELS):
            n += voices.chance[i, m] > 0.0
        if n > 1:
            for m in range(N_MODELS):
                if speaks(voices, i, m):
                    add_doubt(bank_cov[i, m], n_states(m), lean[i, m], known, 1.0, room)


@jit
def move_rows(
    voices: Voices, lean: Floats, states: tuple[Floats, Floats], moved: Floats, place: Ints
) -> None:
    """Carry what open models say of n rows along with biases that have moved, in place.

    ``states``: (n, 7), and (n, N_MODELS, N_STATES) of banks; ``moved``: (n_runs, k).
    """
    k = lean.shape[3]
    (x, bank_x), told, columns = states, np.empty((7, k)), np.empty(k, np.int64)
    have_moved = np.zeros(len(moved), np.bool_)
    for r in range(len(moved)):
        have_moved[r] = moved[r].any()
    for i in range(len(lean)):
        if not have_moved[place[i]]:
            continue
        step, said = moved[place[i]], lean[i, voices.model[i]]
        if voices.chance[i, TURNS] > 0.0:
            put_spoken(voices, i, lean[i], told)
            said = told
        n = leaning(said, 0, 7, columns)
        for a in range(7):
            for e in range(n):
                x[i, a] += said[a, columns[e]] * step[columns[e]]
        for m in range(N_MODELS):
            if voices.chance[i, m] > 0.0:
                n = leaning(lean[i, m], 0, n_states(m), columns)
                for a in range(n_states(m)):
                    for e in range(n):
                        bank_x[i, m, a] += lean[i, m, a, columns[e]] * step[columns[e]]


@jit
def carry_lean(
    lean: Floats,
    columns: Ints,
    s: Floats,
    left: float,
    mode: tuple[bool, bool],
    noise: LevelNoise,
    work: Work,
) -> None:
    """Bring chosen columns of a lean (7, k), and its state (7,), on by so many seconds, in place.

    ``mode`` is (is boosting, is level).
    """
    is_boosting, is_level = mode
    for _ in range(MAX_STEPS):
        if left == 0.0:
            break
        h = left
        if is_level:
            level_mean(s, h, noise, work.phi)
        else:
            longest = step_length(s, is_boosting)[0]
            h = left if abs(left) <= longest else math.copysign(longest, left)
            fall_mean(s, h, is_boosting, work)
        for b in columns:
            for a in range(7):
                total = 0.0
                for c in range(7):
                    total += work.phi[a, c] * lean[c, b]
                work.middle[a] = total
            for a in range(7):
                lean[a, b] = work.middle[a]
        left -= h


@jit
def carry_turning_lean(
    lean: Floats,
    columns: Ints,
    s: Floats,
    left: float,
    is_level: bool,
    noise: tuple[LevelNoise, Lift],
    turn: Turn,
) -> None:
    """As `carry_lean`, of a state that turns and its lean (N_STATES, k)."""
    product = np.empty(6)
    for _ in range(MAX_STEPS):
        if left == 0.0:
            break
        h = turn_length(s, left, is_level, noise[1])[0]
        keep = turn_mean(s, h, is_level, noise, turn)[0]
        for b in columns:
            for a in range(6):
                product[a] = 0.0
                for c in range(N_STATES):
                    product[a] += turn.phi[a, c] * lean[c, b]
            for a in range(6):
                lean[a, b] = product[a]
            for a in range(7, N_STATES):
                lean[a, b] *= keep
        left -= h


@jit
def carried(b: Beliefs, lean: Floats, chosen: Ints, t: float, motion: Motion) -> Floats:
    """Leans (m, N_MODELS, N_STATES, k) of chosen rows at t: mixed as models are, then carried.

    Those of models that are not open are 0.
    """
    k = lean.shape[3]
    out = np.zeros((len(chosen), N_MODELS, N_STATES, k))
    voices, blend, turn, work = Voices(b.chance, b.model), new_blend(), new_turn(), new_work()
    room, s = np.empty(k, np.int64), np.empty(N_STATES)
    for c in range(len(chosen)):
        i = chosen[c]
        left, is_several = t - b.t[i], n_open(b, i) > 1
        if is_several and left > 0.0:
            weigh_changes(b.chance[i], b.model[i], left, motion.chain, blend)
        for m in range(N_MODELS):
            if not speaks(voices, i, m):
                continue
            own = out[c, m]
            if is_several and left > 0.0:
                for j in range(N_MODELS):
                    if blend.weight[m, j] > 0.0:
                        n = min(n_states(m), n_states(j))  # what does not turn has no lift
                        add_lean(own, n, blend.weight[m, j], lean[i, j])
            else:
                add_lean(own, n_states(m), 1.0, lean[i, m])
            columns = room[: leaning(own, 0, n_states(m), room)]
            s[:] = b.bank_x[i, m]
            if not is_several:
                s[:7] = b.x[i]
            if m == TURNS:
                noise = (motion.level, motion.lift)
                carry_turning_lean(own, columns, s, left, b.model[i] == LEVEL, noise, turn)
            else:
                mode = (b.is_boosting[i], m == LEVEL)
                carry_lean(own, columns, s, left, mode, motion.level, work)
    return out


@jit
def add_lean(lean: Floats, n: int, weight: float, other: Floats) -> None:
    """Add the first n components of a lean, weighed, to another, in place."""
    for a in range(n):
        for b in range(lean.shape[1]):
            lean[a, b] += weight * other[a, b]


@jit
def lean_back(
    lean: Floats,
    covs: tuple[Floats, Floats],
    told: tuple[Expected, int],
    look: tuple[Looks, int],
    reach: Floats,
    n: int,
    room: Sparse,
) -> None:
    """Lean of a state of n components after it was updated by a look, in place.

    ``covs`` are its covariances before and after it: the gain was that after it, times slope^T
    error^-1, whatever widened the row before. The error holds what the slope does not explain of
    what was expected; ``told``: that, and which row of it. ``reach``: (4, k), of the look.
    """
    before, cov = covs
    expected, j = told
    looks, i = look
    first, last = span(looks, i)
    slope, error, pull = expected.slope[j], np.empty((4, 4)), room.part
    look_error(expected, j, looks, i, error)
    add_scaled(error, 1.0, expected.cov[j], error)
    for a in range(4):
        for b in range(4):
            for c in range(7):
                for d in range(7):
                    error[a, b] -= slope[a, c] * before[c, d] * slope[b, d]
    factor(error, first, last)
    columns = room.columns[: leaning(reach, first, last, room.columns)]
    for e in range(len(columns)):
        for a in range(first, last):
            pull[a, e] = reach[a, columns[e]]
    halved(error, pull, len(columns), (first, last))
    halved_again(error, pull, len(columns), (first, last))
    for a in range(n):
        for c in range(first, last):
            gain = 0.0
            for d in range(7):
                gain += cov[a, d] * slope[c, d]
            for e in range(len(columns)):
                lean[a, columns[e]] -= gain * pull[c, e]


@jit
def lean_back_rows(
    lean: Floats,
    beliefs: tuple[Beliefs, Beliefs],
    expected: Expected,
    looks: Looks,
    pairs: tuple[Ints, Ints],
    mount: Mount,
    column: int,
) -> None:
    """Leans of all models of rows after each was updated by a look, in place.

    ``beliefs``: before and after it; ``column``: as of `reaches`. A model that was not open before
    begins as what spoke, turns where the model is that they bend.
    """
    before, after = beliefs
    k = lean.shape[3]
    voices, room, base = Voices(before.chance, before.model), new_sparse(k), np.empty((7, k))
    reach = np.empty((4, k))
    one = Expected(
        np.empty(1), np.empty(1), np.empty((1, 3, 3)), np.empty((1, 4, 7)), np.empty((1, 4, 4)),
        np.empty((1, 3)), expected.r_sensor,
    )  # fmt: skip
    for p in range(len(pairs[0])):
        j, look = pairs[0][p], (looks, pairs[1][p])
        is_several = n_open(before, j) > 1
        for m in range(N_MODELS):
            own = lean[j, m]
            if is_several and before.chance[j, m] > 0.0:
                x, cov = before.bank_x[j, m], before.bank_cov[j, m]
                expect_row(x, cov, one.r_sensor, one, 0)
                put_reach(one, 0, own, (mount, column), reach, room)
                covs = (cov, after.bank_cov[j, m])
                lean_back(own, covs, (one, 0), look, reach, n_states(m), room)
            elif not is_several and m == before.model[j]:
                put_reach(expected, j, own, (mount, column), reach, room)
                lean_back(own, (before.cov[j], after.cov[j]), (expected, j), look, reach, 7, room)
        put_spoken(voices, j, lean[j], base)
        for m in range(N_MODELS):
            if after.chance[j, m] > 0.0 and not before.chance[j, m] > 0.0:
                lean[j, m, :7] = lean[j, before.model[j], :7] if m == TURNS else base
                lean[j, m, 7:] = 0.0
