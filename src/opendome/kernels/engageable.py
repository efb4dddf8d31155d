"""Which tracks of a picture a cell may fire at now; the rules are told in `opendome.battle`.

What more is known of is judged again on the way. All runs of a batch in one pass.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.burning import assumed_burns
from opendome.kernels.judgement import Assets, Suspects, judgements

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SURE = 2.0  # standard deviations of an estimate that nobody doubts
VAGUE_FLYER = 4e3  # m of place: more, and a seeker would look for a flyer in vain
JUST = 1e-9  # s by which times that are equal may differ


class Sighted(NamedTuple):
    """Columns of a picture of m tracks."""

    suspects: Suspects
    run: Ints
    t_first: Floats
    t_predicted: Floats
    is_boosting: Bools
    cov_ecef: Floats  # (m, 7, 7)


class Memory(NamedTuple):
    """Columns of the book of tracks, sorted by key; judgements are written into it."""

    key: Ints
    t_judged: Floats
    chance: Floats
    value: Floats
    asset: Ints
    t_end: Floats
    t_wake: Floats
    t_killed: Floats
    n_launched: Ints  # (n, n_batteries)


class Shots(NamedTuple):
    """Columns of the book of open orders."""

    track_key: Ints
    battery: Ints
    n_left: Ints
    n_pending: Ints
    t_word: Floats


class Rules(NamedTuple):
    """What a cell goes by."""

    numbers: Ints  # (b,) of its batteries
    layers: Ints  # of these, each once
    layer: Ints  # of every battery of the scenario; -1: none
    most_rounds: int  # of one layer at a track
    p_threatening: float
    least_log_beta: float  # of a warhead, -inf: whatever it is
    is_shoot_look_shoot: bool
    is_layered: bool
    is_cueing: bool  # judges also what it may not fire at
    burn: float  # s from launch to burn-out of what burns; 0: none fires at that
    burning_value: float  # at risk from what burns
    assets: Assets


class Loads(NamedTuple):
    """Stocks of runs, which are sorted."""

    runs: Ints
    rounds: Ints  # (n_runs, n_batteries)
    free_channels: Ints


class Engageable(NamedTuple):
    """n tracks, in the order of the picture."""

    seen: Ints  # row in the picture
    rows: Ints  # row in the book of tracks
    stock: Ints  # row in the stocks
    t_end: Floats  # impact, or arrival of a flyer on wings
    t_word: Floats  # (n, 1 + n_layers) when word of its open shots is due by layer, -inf for none


@jit
def may_be_met(picture: Sighted, memory: Memory, j: int, row: int, may_burn: bool) -> bool:
    """Whether a track can be fired at at all."""
    is_burning = picture.is_boosting[j]
    if not math.isnan(memory.t_killed[row]) or (is_burning and not may_burn):
        return False
    cov = picture.cov_ecef[j]
    is_placed = cov[0, 0] + cov[1, 1] + cov[2, 2] < VAGUE_FLYER**2
    is_predicted = np.isfinite(picture.suspects.impact_t[j])
    return bool(is_burning or is_predicted or (picture.suspects.is_level[j] and is_placed))


@jit
def may_be_warhead(picture: Sighted, j: int, least_log_beta: float) -> bool:
    """Whether a track falls as a warhead may: the air does not brake it more than any."""
    if least_log_beta == -math.inf or picture.suspects.is_level[j]:
        return True
    most = picture.suspects.x_ecef[j, 6] + SURE * math.sqrt(picture.cov_ecef[j, 6, 6])
    return bool(most >= least_log_beta)


@jit
def judge_newer(
    pairs: tuple[Ints, Ints], is_asked: Bools, picture: Sighted, memory: Memory, rules: Rules
) -> None:
    """Judge again, of what is asked about, that of which more is known; and what burns."""
    seen, rows = pairs
    suspects = picture.suspects
    t_known = np.where(suspects.is_level[seen], suspects.t[seen], picture.t_predicted[seen])
    newer = np.flatnonzero(is_asked & (t_known > memory.t_judged[rows]))
    if len(newer):
        chance, value, asset, t_end = judgements(suspects, seen[newer], rules.assets)
        for k in range(len(newer)):
            row = rows[newer[k]]
            memory.t_judged[row] = t_known[newer[k]]
            memory.chance[row], memory.value[row] = chance[k], value[k]
            memory.asset[row], memory.t_end[row] = asset[k], t_end[k]
    if rules.burn == 0.0:
        return
    for i in range(len(seen)):
        j, row = seen[i], rows[i]
        if is_asked[i] and picture.is_boosting[j]:
            first, now = picture.t_first[j : j + 1], suspects.t[j : j + 1]
            memory.chance[row] = 1.0 if len(rules.assets.values) else 0.0
            memory.value[row], memory.asset[row] = rules.burning_value, -1
            memory.t_end[row] = assumed_burns(first, now, rules.burn)[1][0]
            memory.t_judged[row] = -math.inf


@jit
def spent_on(memory: Memory, shots: Shots, layer: Ints) -> tuple[Ints, Ints, Floats]:
    """Rounds at each track of the book; of these unassessed; when word of them is due.

    The first and the last (n, 1 + n_layers) are by layer, first of batteries in none.
    """
    n, n_layers = len(memory.key), 0
    for b in range(len(layer)):
        n_layers = max(n_layers, layer[b] + 1)
    n_rounds, n_open = np.zeros((n, 1 + n_layers), np.int64), np.zeros(n, np.int64)
    for row in range(n):
        for b in range(len(layer)):
            n_rounds[row, 1 + layer[b]] += memory.n_launched[row, b]
    t_word = np.full((n, 1 + n_layers), -math.inf)
    place = np.searchsorted(memory.key, shots.track_key)
    for k in range(len(place)):
        row = place[k]
        if row < n and memory.key[row] == shots.track_key[k]:
            column = 1 + layer[shots.battery[k]]
            n_rounds[row, column] += shots.n_left[k]
            n_open[row] += shots.n_left[k] + shots.n_pending[k]
            t_word[row, column] = max(t_word[row, column], shots.t_word[k])
    return n_rounds, n_open, t_word


@jit
def is_others_turn(t_word: Floats, layers: Ints) -> bool:
    """Whether some layer has no shot open, and none is open of a battery without layer."""
    return bool(not np.isfinite(t_word[0]) and not np.isfinite(t_word[1 + layers]).all())


@jit
def has_rounds_left(n_rounds: Ints, rules: Rules) -> bool:
    """Whether a layer of the cell may fire more at a track, at which each fired so many rounds."""
    for b in range(len(rules.numbers)):
        if n_rounds[1 + rules.layer[rules.numbers[b]]] < rules.most_rounds:
            return True
    return False


@jit
def can_fire(stock: Loads, k: int, numbers: Ints) -> bool:
    """Whether some battery has a round and a channel in a run."""
    for b in range(len(numbers)):
        if min(stock.rounds[k, numbers[b]], stock.free_channels[k, numbers[b]]) > 0:
            return True
    return False


@jit
def threats_among(
    pairs: tuple[Ints, Ints], picture: Sighted, memory: Memory, rules: Rules, t: float
) -> tuple[Bools, Floats]:
    """Which tracks are threats that can be met, none if all of them sleep; end of each."""
    seen, rows = pairs
    n, may_burn = len(seen), rules.burn > 0.0
    is_open, is_threat = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    t_end = np.full(n, math.nan)
    is_awake = rules.is_cueing
    for i in range(n):
        is_open[i] = may_be_met(picture, memory, seen[i], rows[i], may_burn)
        is_awake |= is_open[i] and memory.t_wake[rows[i]] <= t + JUST
    if not is_awake:
        return is_threat, t_end
    judge_newer(pairs, is_open | rules.is_cueing, picture, memory, rules)
    is_awake = False
    for i in range(n):
        if is_open[i]:
            j, row = seen[i], rows[i]
            is_told = picture.suspects.is_level[j] or picture.is_boosting[j]
            t_end[i] = memory.t_end[row] if is_told else picture.suspects.impact_t[j]
            is_threat[i] = memory.chance[row] > rules.p_threatening and t_end[i] > t
            is_threat[i] &= may_be_warhead(picture, j, rules.least_log_beta)
            is_awake |= is_threat[i] and memory.t_wake[row] <= t + JUST
    return is_threat & is_awake, t_end


@jit
def choose(
    pairs: tuple[Ints, Ints],
    picture: Sighted,
    memory: Memory,
    shots: Shots,
    rules: Rules,
    stock: Loads,
    t: float,
) -> Engageable:
    """Threats that a cell may fire at, in the runs where something is due and can be fired.

    Parameters
    ----------
    pairs : (n,) int, (n,) int
        Rows of the cell's confirmed tracks in the picture, and of each in the book of tracks.
    """
    seen, rows = pairs
    n, n_runs = len(seen), len(stock.runs)
    is_threat, t_end = threats_among(pairs, picture, memory, rules, t)
    place = np.full(n, -1)
    t_word = np.zeros((0, 1))
    if is_threat.any():
        n_rounds, n_open, t_word = spent_on(memory, shots, rules.layer)
        is_due = np.zeros(n_runs, np.bool_)
        for i in np.flatnonzero(is_threat):
            row, run = rows[i], picture.run[seen[i]]
            is_free = has_rounds_left(n_rounds[row], rules)
            if rules.is_shoot_look_shoot and n_open[row] != 0:
                is_free &= rules.is_layered and is_others_turn(t_word[row], rules.layers)
            k = np.searchsorted(stock.runs, run)
            if is_free and k < n_runs and stock.runs[k] == run:
                place[i] = k
                is_due[k] |= memory.t_wake[row] <= t + JUST
        for k in range(n_runs):
            is_due[k] = is_due[k] and can_fire(stock, k, rules.numbers)
        for i in np.flatnonzero(place >= 0):
            place[i] = place[i] if is_due[place[i]] else -1
    chosen = np.flatnonzero(place >= 0)
    t_word = t_word[rows[chosen]]
    return Engageable(seen[chosen], rows[chosen], place[chosen], t_end[chosen], t_word)
