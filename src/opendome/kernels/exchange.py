"""Rounds to threats by marginal return, bettered by cyclic exchanges; prices of the rounds.

A plan holds the rounds of each threat. One threat may give back a round of kind a and take one of
kind b instead; the cheapest such exchange is the arc from a to b of a graph of kinds. Kind k, one
past the last, stands for no round. A cycle of negative length betters the plan; where there is
none, the shortest ways to no round are prices at which no single exchange pays.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.packages import Instance
from opendome.kernels.ways import Arcs, new_arcs, shorten

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SUREST = 1e-12  # least chance of a miss in the search: quotients stay finite
GAIN = 1e-12  # of the loss: least betterment that counts


class Plan(NamedTuple):
    """Which threat has which rounds. A round is a number; those of one kind follow each other."""

    first: Ints  # (k + 1,) rounds first[i] to first[i + 1] are of kind i
    holder: Ints  # (n_rounds,) threat that has the round, -1 if none has
    loss: Floats  # (n,) value that gets through at each threat


class Moves(NamedTuple):
    """The exchanges of one cycle, in its order, and what marks them."""

    kind: Ints  # (k + 1,) given back
    round: Ints  # (k + 1,) given back; -1 not found, -2 none is
    giver: Ints  # (k + 1,) threat, -1 where the round was unused
    before: Floats  # (k + 1,) loss before
    is_moved: Bools  # (n_rounds,)


@jit
def new_plan(instance: Instance) -> Plan:
    """All rounds unused."""
    first = np.zeros(len(instance.rounds) + 1, np.int64)
    first[1:] = np.cumsum(np.maximum(instance.rounds, 0))
    return Plan(first, np.full(first[-1], -1, np.int64), instance.value.copy())


@jit
def _surest(instance: Instance, row: int, left: Ints) -> int:
    """Kind of the surest round that is left for a threat, -1 if none reaches it."""
    best, least = -1, 1.0
    for i in range(len(left)):
        if left[i] > 0 and instance.miss[row, i] < least:
            best, least = i, instance.miss[row, i]
    return best


@jit
def allot_by_gain(instance: Instance, plan: Plan) -> None:
    """Give out rounds: again and again the one that saves most.

    Source: den Broeder, Ellison and Emerling, On Optimum Target Assignments, Operations Research
    7 (1959).
    """
    n = len(plan.loss)
    left = np.maximum(instance.rounds, 0)
    for r in range(len(plan.holder)):
        if plan.holder[r] >= 0:
            left[np.searchsorted(plan.first, r, side="right") - 1] -= 1
    used = instance.rounds - left
    kind, gain = np.empty(n, np.int64), np.zeros(n)
    for row in range(n):
        kind[row] = _surest(instance, row, left)
        if kind[row] >= 0:
            gain[row] = plan.loss[row] * (1.0 - instance.miss[row, kind[row]])
    while n > 0:
        row = int(np.argmax(gain))
        if gain[row] <= 0.0:
            break
        i = kind[row]
        if left[i] > 0:
            plan.holder[plan.first[i] + used[i]] = row
            left[i] -= 1
            used[i] += 1
            plan.loss[row] *= max(instance.miss[row, i], SUREST)
        if left[i] <= 0:
            kind[row] = _surest(instance, row, left)
        gain[row] = 0.0
        if kind[row] >= 0:
            gain[row] = plan.loss[row] * (1.0 - max(instance.miss[row, kind[row]], SUREST))


@jit
def _fill_arcs(instance: Instance, plan: Plan, arcs: Arcs, kind: int) -> None:
    """Cheapest exchanges that give back a round of a kind."""
    k = len(instance.rounds)
    cost, threat = arcs.cost[kind], arcs.threat[kind]
    cost[:], threat[:] = np.inf, -1
    before = -1
    for r in range(plan.first[kind], plan.first[kind + 1]):
        row = plan.holder[r]
        if row < 0:
            cost[k], threat[k] = min(cost[k], 0.0), -1
        elif row != before:
            left = plan.loss[row] / max(instance.miss[row, kind], SUREST)
            for i in range(k):
                change = left * max(instance.miss[row, i], SUREST) - plan.loss[row]
                if change < cost[i]:
                    cost[i], threat[i] = change, row
            if left - plan.loss[row] < cost[k]:
                cost[k], threat[k] = left - plan.loss[row], row
            before = row
    cost[kind] = 0.0
    arcs.beyond[kind] = -np.inf


@jit
def _best_taker(instance: Instance, plan: Plan, arcs: Arcs, kind: int) -> None:
    """Threat to which one more round of a kind is worth most."""
    k = len(instance.rounds)
    best, row = np.inf, -1
    for j in range(len(plan.loss)):
        change = plan.loss[j] * (max(instance.miss[j, kind], SUREST) - 1.0)
        if change < best:
            best, row = change, j
    arcs.cost[k, kind], arcs.threat[k, kind] = best, row


@jit
def graph_of(instance: Instance, plan: Plan) -> Arcs:
    """All exchanges of a plan."""
    k = len(instance.rounds)
    arcs = new_arcs(k)
    for kind in range(k):
        _fill_arcs(instance, plan, arcs, kind)
    arcs.cost[k, k] = 0.0
    for j in range(len(plan.loss)):
        for kind in range(k):
            change = plan.loss[j] * (max(instance.miss[j, kind], SUREST) - 1.0)
            if change < arcs.cost[k, kind]:
                arcs.cost[k, kind], arcs.threat[k, kind] = change, j
    return arcs


@jit
def _refresh(
    instance: Instance, plan: Plan, arcs: Arcs, is_touched: Bools, is_stale: Bools
) -> None:
    """Bring the graph up to date after some threats and kinds changed hands."""
    k = len(instance.rounds)
    for kind in range(k):
        for r in range(plan.first[kind], plan.first[kind + 1]):
            if plan.holder[r] >= 0 and is_touched[plan.holder[r]]:
                is_stale[kind] = True
        if is_stale[kind]:
            _fill_arcs(instance, plan, arcs, kind)
    for kind in range(k):
        row = arcs.threat[k, kind]
        if row >= 0 and is_touched[row]:
            _best_taker(instance, plan, arcs, kind)
    for j in np.flatnonzero(is_touched):
        for kind in range(k):
            change = plan.loss[j] * (max(instance.miss[j, kind], SUREST) - 1.0)
            if change < arcs.cost[k, kind]:
                arcs.cost[k, kind], arcs.threat[k, kind] = change, j


@jit
def _cycle_at(arcs: Arcs, seen: Ints, start: int) -> int:
    """A kind on the cycle that the ways from ``start`` run into, -1 if there is none new."""
    a = start
    while a >= 0 and seen[a] < 0:
        seen[a] = start
        a = arcs.way[a]
    return a if a >= 0 and seen[a] == start else -1


@jit
def _turn(instance: Instance, plan: Plan, arcs: Arcs, start: int, moves: Moves) -> float:
    """Make all exchanges of a cycle, and undo them unless they pay; the change of the loss."""
    k = len(instance.rounds)
    n, a, change = 0, start, 0.0
    while True:
        b = arcs.way[a]
        row = arcs.threat[a, b]
        if a < k:
            giver = row
            for r in range(plan.first[a], plan.first[a + 1]):
                if plan.holder[r] == giver and not moves.is_moved[r]:
                    moves.round[n], moves.giver[n] = r, giver
                    moves.is_moved[r] = True
                    break
            else:
                moves.round[n], moves.giver[n] = -1, giver
        else:
            moves.round[n], moves.giver[n] = -2, row
        moves.kind[n] = a
        n += 1
        a = b
        if a == start:
            break
    is_whole = True
    for m in range(n):
        is_whole &= moves.round[m] != -1
        if moves.round[m] >= 0:
            moves.is_moved[moves.round[m]] = False
    for m in range(n):
        row, a, b = moves.giver[m], moves.kind[m], moves.kind[(m + 1) % n]
        moves.before[m] = 0.0
        if row >= 0:
            moves.before[m] = plan.loss[row]
            given = max(instance.miss[row, a], SUREST) if a < k else 1.0
            taken = max(instance.miss[row, b], SUREST) if b < k else 1.0
            plan.loss[row] *= taken / given
            change += plan.loss[row] - moves.before[m]
    if not is_whole or change >= -GAIN * np.sum(plan.loss):
        for m in range(n - 1, -1, -1):
            if moves.giver[m] >= 0:
                plan.loss[moves.giver[m]] = moves.before[m]
        arcs.cost[moves.kind[0], moves.kind[1 % n]] = np.inf
        return 0.0
    for m in range(n):
        if moves.round[(m + 1) % n] >= 0:
            plan.holder[moves.round[(m + 1) % n]] = moves.giver[m]
    return change


@jit
def _turn_all(
    instance: Instance, plan: Plan, arcs: Arcs, moves: Moves, marks: tuple[Bools, Bools]
) -> int:
    """Turn every cycle of the ways found so far; their number."""
    is_touched, is_stale = marks
    seen = np.full(len(arcs.price), -1, np.int64)
    n = 0
    for start in range(len(arcs.price)):
        a = _cycle_at(arcs, seen, start)
        if a < 0:
            continue
        n += 1
        if _turn(instance, plan, arcs, a, moves) < 0.0:
            b = a
            while True:
                row = arcs.threat[b, arcs.way[b]]
                if row >= 0:
                    is_touched[row] = True
                is_stale[b] = True
                b = arcs.way[b]
                if b == a:
                    break
    return n


@jit
def exchange(instance: Instance, plan: Plan, most: int) -> tuple[Arcs, int]:
    """Turn cycles of negative length until there is none, or ``most`` were tried; their number.

    Source: Ahuja, Kumar, Jha and Orlin, Exact and Heuristic Algorithms for the Weapon-Target
    Assignment Problem, Operations Research 55 (2007): cyclic exchanges.
    """
    k = len(instance.rounds)
    arcs = graph_of(instance, plan)
    moves = Moves(
        np.empty(k + 1, np.int64),
        np.empty(k + 1, np.int64),
        np.empty(k + 1, np.int64),
        np.empty(k + 1),
        np.zeros(len(plan.holder), np.bool_),
    )
    slack = GAIN * np.sum(plan.loss)
    n = 0
    while n < most and shorten(arcs, slack):
        is_touched, is_stale = np.zeros(len(plan.loss), np.bool_), np.zeros(k + 1, np.bool_)
        found = _turn_all(instance, plan, arcs, moves, (is_touched, is_stale))
        if found > 0:
            n += found
            arcs.way[:] = -1
            _refresh(instance, plan, arcs, is_touched, is_stale)
    return arcs, n
