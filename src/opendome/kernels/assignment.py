"""Rounds to threats: flows that never strand a round, and the greedy rules built on them.

Many small problems (one per run and node) lie behind each other in one batch. Rounds of one kind
are alike: which battery fires one matters only for what is left, so a round given to one threat
may be moved to another battery of its kind to make room (an augmenting path).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OUT_OF_REACH, NOW, LATER = 0, 1, 2
NOTHING_KEPT: Floats = np.zeros((0, 0))
NO_WORD: Floats = np.zeros((0, 2))  # none is ever wrong
NO_ASSETS: Floats = np.zeros(0)
NO_AIMS: Ints = np.zeros(0, dtype=np.int64)


class Problems(NamedTuple):
    """g problems of n threats in all, b batteries of k kinds of round.

    Rows ``offsets[i]`` to ``offsets[i + 1]`` belong to problem i. A round fired NOW takes a
    channel, one fired LATER only a round of the stock. Batteries of one unit have the same
    channels, so they state the same number of them. A period is the time between two decisions,
    the first that of a launch ordered now. A battery whose rounds are worth something kept is the
    only one of its kind.
    """

    offsets: Ints  # (g + 1,)
    wanted: Ints  # (n, k) most rounds that a threat may get in all, if a kind fires at it
    value: Floats  # (n,) lost if the threat is not killed
    p_kill: Floats  # (n, k) of one round
    t_last: Floats  # (n,) last chance to launch, s
    reach: Ints  # (n, b) OUT_OF_REACH, NOW or LATER
    depth: Ints  # (n, b) tries that fit in the window
    alone: Ints  # (g, b) threats, these and earlier ones, that no other of its kind could meet
    rounds: Ints  # (g, b) left
    channels: Ints  # (g, b) free
    kind: Ints  # (b,) column of p_kill
    unit: Ints  # (b,) batteries of one number share the same channels
    cost: Floats  # (k,) of one round, in the unit of value
    periods: Ints  # (n, b, 4) first and last to launch in, of its flight, until word of it
    capacity: Ints  # (b,) channels while nothing is in flight
    kept: Floats = NOTHING_KEPT  # (b, m) worth of the i-th round left, falling in i
    word: Floats = NO_WORD  # (b, 2) chance to hear of a dead threat that it lives, and the reverse
    aim: Ints = NO_AIMS  # (n,) asset of each threat; empty: every threat counts for itself
    stake: Floats = NO_ASSETS  # (n,) worth of that asset; destroyed with chance value / stake


class Flow(NamedTuple):
    """What is given out so far, and the working space of one search."""

    given: Ints  # (n, b)
    rounds: Ints  # (g, b) still left
    channels: Ints  # (g, b) still free
    parent: Ints  # (largest problem + 2 b,)
    queue: Ints  # the same


@jit
def _new_flow(problems: Problems) -> Flow:
    n, b = problems.reach.shape
    largest = 0
    for g in range(len(problems.offsets) - 1):
        largest = max(largest, problems.offsets[g + 1] - problems.offsets[g])
    return Flow(
        np.zeros((n, b), dtype=np.int64),
        problems.rounds.copy(),
        problems.channels.copy(),
        np.empty(largest + 2 * b, dtype=np.int64),
        np.empty(largest + 2 * b, dtype=np.int64),
    )


@jit
def _take_channel(problems: Problems, flow: Flow, g: int, b: int, n: int) -> None:
    """Take n channels of a battery, and so of every battery of its unit; n < 0 gives back."""
    for other in range(len(problems.unit)):
        if problems.unit[other] == problems.unit[b]:
            flow.channels[g, other] -= n


@jit
def _free_battery(problems: Problems, flow: Flow, g: int, row: int, kind: int) -> int:
    """Battery with a round to spare for a threat, or -1.

    Prefers, in this order: the one that already fires at it, a launch now, more tries, more
    rounds left for each threat that was its alone, more rounds left, the lower number.
    """
    best = -1
    for b in range(len(problems.kind)):
        reach = problems.reach[row, b]
        if problems.kind[b] != kind or reach == OUT_OF_REACH or flow.rounds[g, b] <= 0:
            continue
        if reach == NOW and flow.channels[g, b] <= 0:
            continue
        if best < 0:
            best = b
            continue
        mine, other = flow.given[row, b] > 0, flow.given[row, best] > 0
        if mine != other:
            best = b if mine else best
        elif reach != problems.reach[row, best]:
            best = b if reach == NOW else best
        elif problems.depth[row, b] != problems.depth[row, best]:
            best = b if problems.depth[row, b] > problems.depth[row, best] else best
        else:
            mine_spare = flow.rounds[g, b] * problems.alone[g, best]
            other_spare = flow.rounds[g, best] * problems.alone[g, b]
            if mine_spare > other_spare or (
                mine_spare == other_spare and flow.rounds[g, b] > flow.rounds[g, best]
            ):
                best = b
    return best


@jit
def _search(problems: Problems, flow: Flow, g: int, row: int, kind: int) -> int:
    """Breadth-first search for a battery that can spare a round after moving others.

    Nodes: the m threats of the problem, then per battery its channels (m + b) and its stock
    (m + n_b + b). Returns the node of a stock with a round left, or -1; ``flow.parent`` holds
    the way.
    """
    low, high = problems.offsets[g], problems.offsets[g + 1]
    m, n_b = high - low, len(problems.kind)
    parent, queue = flow.parent, flow.queue
    parent[: m + 2 * n_b] = -1
    parent[row - low] = row - low
    queue[0] = row - low
    head, tail = 0, 1
    while head < tail:
        node = queue[head]
        head += 1
        if node < m:
            for b in range(n_b):
                reach = problems.reach[low + node, b]
                if problems.kind[b] != kind or reach == OUT_OF_REACH:
                    continue
                there = m + b if reach == NOW else m + n_b + b
                if parent[there] < 0:
                    parent[there] = node
                    queue[tail] = there
                    tail += 1
            continue
        is_stock = node >= m + n_b
        b = node - m - n_b if is_stock else node - m
        if is_stock and flow.rounds[g, b] > 0:
            return int(node)
        there = m + b if is_stock else m + n_b + b
        if parent[there] < 0 and (is_stock or flow.channels[g, b] > 0):
            parent[there] = node
            queue[tail] = there
            tail += 1
        wanted = LATER if is_stock else NOW
        for i in range(m):
            if (
                parent[i] < 0
                and flow.given[low + i, b] > 0
                and problems.reach[low + i, b] == wanted
            ):
                parent[i] = node
                queue[tail] = i
                tail += 1
    return -1


@jit
def _give(problems: Problems, flow: Flow, g: int, row: int, kind: int) -> bool:
    """Give a round of a kind to a threat, moving earlier ones if need be; False if none is left."""
    low, n_b = problems.offsets[g], len(problems.kind)
    direct = _free_battery(problems, flow, g, row, kind)
    if direct >= 0:
        flow.given[row, direct] += 1
        flow.rounds[g, direct] -= 1
        if problems.reach[row, direct] == NOW:
            _take_channel(problems, flow, g, direct, 1)
        return True
    end = _search(problems, flow, g, row, kind)
    if end < 0:
        return False
    _move(problems, flow, g, (row - low, end), 1)
    for b in range(n_b):
        if flow.channels[g, b] < 0:  # the way would take one channel of a unit twice
            _move(problems, flow, g, (row - low, end), -1)
            return False
    return True


@jit
def _move(problems: Problems, flow: Flow, g: int, way: tuple[int, int], sign: int) -> None:
    """Move rounds along the way found by `_search` from a threat to a stock, or back (sign -1)."""
    low, high = problems.offsets[g], problems.offsets[g + 1]
    m, n_b = high - low, len(problems.kind)
    start, node = way
    flow.rounds[g, node - m - n_b] -= sign
    while node != start:
        before = flow.parent[node]
        if node < m:  # a threat gives its round back to the battery
            b = before - m - n_b if before >= m + n_b else before - m
            flow.given[low + node, b] -= sign
        else:
            b = node - m - n_b if node >= m + n_b else node - m
            if before < m:  # a threat takes a round of the battery
                flow.given[low + before, b] += sign
            else:  # between channels and stock: a channel is taken, or set free
                _take_channel(problems, flow, g, b, sign if node >= m + n_b else -sign)
        node = before


@jit
def _count(left: Ints, kind: int) -> None:
    """Of what a threat may still get from each kind (k,), take a round of one kind."""
    most = left[kind]
    for k in range(len(left)):
        left[k] = min(left[k], most) - 1


@jit
def allot_in_order(problems: Problems, order: Ints) -> Ints:
    """Give each threat in turn all the rounds it wants, the surest kind first, while they last.

    Parameters
    ----------
    problems : Problems
    order : (n,) int
        Rows, problem by problem, in the order of service.

    Returns
    -------
    given : (n, b) int
        Rounds of each battery for each threat. No threat in the order can get more without
        an earlier one getting less.
    """
    flow = _new_flow(problems)
    n_kinds = len(problems.cost)
    for g in range(len(problems.offsets) - 1):
        for place in range(problems.offsets[g], problems.offsets[g + 1]):
            row = order[place]
            left = problems.wanted[row].copy()
            while True:
                kind = -1
                for k in range(n_kinds):
                    if left[k] > 0 and (
                        kind < 0 or problems.p_kill[row, k] > problems.p_kill[row, kind]
                    ):
                        kind = k
                if kind < 0:
                    break
                if _give(problems, flow, g, row, kind):
                    _count(left, kind)
                else:
                    left[kind] = 0
    return flow.given


@jit
def allot_counts(problems: Problems, counts: Ints) -> tuple[Ints, bool]:
    """Choose batteries for numbers of rounds already decided.

    Parameters
    ----------
    problems : Problems
    counts : (n, k) int
        Rounds of each kind for each threat.

    Returns
    -------
    given : (n, b) int
    is_complete : bool
        Whether every round found a battery.
    """
    flow = _new_flow(problems)
    is_complete = True
    for g in range(len(problems.offsets) - 1):
        for row in range(problems.offsets[g], problems.offsets[g + 1]):
            for kind in range(len(problems.cost)):
                for _ in range(counts[row, kind]):
                    is_complete = _give(problems, flow, g, row, kind) and is_complete
    return flow.given, is_complete


@jit
def prices_now(problems: Problems, rounds: Ints) -> Floats:
    """What the next round of each kind costs, (k,), of so many left (b,): itself, and kept."""
    prices = problems.cost.copy()
    most = problems.kept.shape[1]
    if most > 0:
        for b in range(len(rounds)):
            if 0 < rounds[b] <= most:
                prices[problems.kind[b]] += problems.kept[b, rounds[b] - 1]
    return prices


@jit
def _best_return(
    problems: Problems, g: int, loss: Floats, left: Ints, prices: Floats
) -> tuple[int, int]:
    """Row and kind of the round that saves most, (-1, -1) if none is worth its price.

    Ties go to the earlier last chance, then to the lower row, then to the lower kind.
    """
    best_row, best_kind, best = -1, -1, 0.0
    for row in range(problems.offsets[g], problems.offsets[g + 1]):
        for kind in range(len(problems.cost)):
            if left[row, kind] <= 0:
                continue
            gain = loss[row] * problems.p_kill[row, kind] - prices[kind]
            if gain > best or (
                gain == best and best_row >= 0 and problems.t_last[row] < problems.t_last[best_row]
            ):
                best_row, best_kind, best = row, kind, gain
    return best_row, best_kind


@jit
def allot_by_return(problems: Problems) -> Ints:
    """Maximum marginal return: again and again the one round that saves most expected value.

    Returns
    -------
    given : (n, b) int
        Rounds of each battery for each threat.

    Notes
    -----
    Exact where all rounds of a problem are of one kind and no two batteries share channels: the
    totals that flows can serve form a polymatroid, on which the greedy rule maximises every
    separable concave function.
    Sources: den Broeder, Ellison and Emerling, On Optimum Target Assignments, Operations
    Research 7 (1959); Federgruen and Groenevelt, The Greedy Procedure for Resource Allocation
    Problems, Operations Research 34 (1986).
    """
    flow = _new_flow(problems)
    loss = problems.value.copy()
    left = problems.wanted.copy()
    for g in range(len(problems.offsets) - 1):
        while True:
            row, kind = _best_return(problems, g, loss, left, prices_now(problems, flow.rounds[g]))
            if row < 0:
                break
            if _give(problems, flow, g, row, kind):
                loss[row] *= 1.0 - problems.p_kill[row, kind]
                _count(left[row], kind)
            else:
                left[row, kind] = 0
    return flow.given
