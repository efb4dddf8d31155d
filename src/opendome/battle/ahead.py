"""The policy ``sequencing``: fire now only what the best plan over time would not put off.

Everything that the batteries of a cell can do until the last chance is planned as sequences of
salvos (``sequencing.py``); of the plan only the gains of launches in the first slot are used.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import count

import numpy as np
from numpy.typing import NDArray

from opendome.battle.assign import Ahead, Assignment
from opendome.battle.exact import select
from opendome.battle.sequencing import Effort, Means, Plan, bound_at, gains, solve
from opendome.kernels.assignment import NOW, Problems
from opendome.kernels.sequences import SURE, Prices, Schedule, allot

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

N_SLOTS = 60  # of a plan, from the launch of an order given now to the last chance
LEAST_KEPT = 1e-3  # of the dearest: a round worth less kept is not told from one worth nothing
SWEEPS = 24  # of pricing all threats: work is counted, no clock is read
SOON = 1e-5  # of the value: what a launch now is better than a later one at the same threat
LEAN = 5e-6  # of the kill chance: what the most crowded battery is worse than its equals
MIXED = 1e-4  # of the value: what one of the mix is better than its equals


def sequencing(problems: Problems) -> Assignment:
    """Salvos in the first slot whose gain over waiting is largest, while rounds and channels last.

    Nothing is proven of the assignment: what the first slot is worth hangs on the slots after it.
    The plan over time has a bound, see `sequencing.dual_bound`; where nothing can be fired now
    there is no plan, and it is NaN. Threats that no battery joins are planned each on their own.
    """
    given = np.zeros_like(problems.reach)
    n = len(problems.offsets) - 1
    ahead = Ahead(np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, dtype=np.int64))
    for g in range(n):
        rows = slice(problems.offsets[g], problems.offsets[g + 1])
        if (problems.reach[rows] == NOW).any() and problems.wanted[rows].any():
            given[rows], ahead.loss[g], ahead.bound[g], ahead.work[g] = _first_slots(
                select(problems, g)
            )
    return Assignment(given, np.zeros(n, dtype=np.bool_), ahead)


def _first_slots(problem: Problems) -> tuple[Ints, float, float, int]:
    """Rounds (n, b) of one problem in the first slot; loss, bound, most sweeps of a part."""
    given, loss, bound, sweeps = np.zeros_like(problem.reach), 0.0, 0.0, 0
    lean = _p_kill(problem) * (1.0 - LEAN * _crowding(problem))
    part = parts(lean > 0.0, problem.unit)
    for i in range(int(part.max(initial=-1)) + 1):
        rows = np.flatnonzero(part == i)
        columns = np.flatnonzero((lean[rows] > 0.0).any(axis=0))
        if len(columns) == 0:
            lost = float(problem.value[rows].sum())
            loss, bound = loss + lost, bound + lost
            continue
        place = np.ix_(rows, columns)
        given[place], plan = _first_slot(_part(problem, rows, columns), lean[place])
        loss, bound, sweeps = loss + plan.leak, bound + plan.bound, max(sweeps, plan.sweeps)
    return given, loss, bound, sweeps


def parts(is_met: Bools, unit: Ints) -> Ints:
    """Number of the part that each of n threats belongs to, (n,), from 0 on.

    Threats are of one part where a battery, or one of its unit, can meet (n, b) both, or both
    are met together with a third. Parts share neither rounds nor channels, so the best plan of all
    is that of each.
    """
    of = np.unique(unit, return_inverse=True)[1]
    is_joined = np.zeros((len(is_met), len(unit)), dtype=np.bool_)
    for b, u in enumerate(of):
        is_joined[:, u] |= is_met[:, b]
    label, before = np.arange(len(is_met)), None
    while before is None or (label != before).any():
        before = label
        least = np.where(is_joined, label[:, None], len(label)).min(axis=0, initial=len(label))
        label = np.minimum(label, np.where(is_joined, least, len(label)).min(axis=1))
    return np.asarray(np.unique(label, return_inverse=True)[1])


def _part(problem: Problems, rows: Ints, columns: Ints) -> Problems:
    """Some threats of one problem and all batteries that can meet one of them."""
    place = np.ix_(rows, columns)
    return Problems(
        np.array([0, len(rows)]),
        problem.wanted[rows],
        problem.value[rows],
        problem.p_kill[rows],
        problem.t_last[rows],
        problem.reach[place],
        problem.depth[place],
        problem.alone[:, columns],
        problem.rounds[:, columns],
        problem.channels[:, columns],
        problem.kind[columns],
        problem.unit[columns],
        problem.cost,
        problem.periods[place],
        problem.capacity[columns],
        problem.kept[columns] if len(problem.kept) else problem.kept,
        problem.word[columns] if len(problem.word) else problem.word,
    )


def _first_slot(problem: Problems, lean: Floats) -> tuple[Ints, Plan]:
    """Rounds (n, b) of one part that are launched in the first slot, and the plan behind.

    ``lean`` (n, b) are its chances to kill, a little less where the battery is crowded.
    """
    wanted = problem.wanted[:, problem.kind]
    salvo = int(wanted.max())
    given = np.zeros_like(problem.reach)
    order = _in_one_order(problem)
    schedule = _schedule(problem, order)
    means = _means(problem, schedule)
    n, schedule = len(order), with_kept(problem, schedule)
    effort = Effort(sweeps=SWEEPS, gap=1e-6, slack=1e-8, salvo=salvo)
    leaner = schedule._replace(p_kill=np.concatenate([lean[order], schedule.p_kill[n:]]))
    plan = solve(leaner, means, effort=effort)
    if (problem.reach == NOW).any():
        dear = Prices(plan.prices.round + problem.cost[problem.kind], plan.prices.channel)
        gain = gains(leaner, plan._replace(prices=dear), 0, salvo)[:n]
        soon = SOON * np.where(plan.served[:n] > 0.5, 1.0, -1.0)[:, None, None]
        gain += (soon + MIXED * plan.first[:n]) * problem.value[order, None, None]
        is_wanted = np.arange(1, salvo + 1) <= wanted[order, :, None]
        is_now = (problem.reach == NOW)[order, :, None]
        gain = np.where(is_wanted & is_now, gain, -np.inf)
        battery, rounds = allot(gain, problem.rounds[0], problem.channels[0], problem.unit)
        fired = np.flatnonzero(rounds)
        given[order[fired], battery[fired]] = rounds[fired]
    return given, plan._replace(bound=bound_at(schedule, means, plan.prices, salvo))


def _crowding(problem: Problems) -> Floats:
    """Threats that no other of its kind could meet for each round left, (b,), the most being 1.

    Equals are chosen by it: what a battery alone can meet must not find it empty.
    """
    crowd = problem.alone[0] / np.maximum(problem.rounds[0], 1)
    return np.asarray(crowd / max(float(crowd.max(initial=0.0)), 1e-300))


def _in_one_order(problem: Problems) -> Ints:
    """Rows in an order that does not depend on the one in which they came."""
    n = len(problem.value)
    keys = np.concatenate([problem.periods.reshape(n, -1), problem.reach, problem.wanted], axis=1)
    return np.lexsort((*keys.T, problem.t_last, problem.value))


def _p_kill(problem: Problems) -> Floats:
    """Chance of one round of each battery to kill, (n, b), 0 where it cannot meet the threat."""
    first, last = problem.periods[:, :, 0], problem.periods[:, :, 1]
    p_kill = np.where(problem.wanted > 0, problem.p_kill, 0.0)[:, problem.kind]
    return np.where((first <= last) & (problem.rounds[0] > 0), p_kill, 0.0)


@lru_cache(maxsize=4096)
def slot_starts(last: int) -> tuple[int, ...]:
    """Periods in which slots begin until the last chance: at most 60, a last one, and its end.

    A slot is as long as a share of the time until it begins, at least a period. The share is the
    least of 0, 1/64, 2/64 ... with which so few slots suffice.
    """
    for share in count():
        starts = [0]
        while starts[-1] <= last and len(starts) <= N_SLOTS + 1:
            starts.append(starts[-1] + max(share * starts[-1] // 64, 1))
        if len(starts) <= N_SLOTS + 1:
            break
    return (*starts, starts[-1] + 1)


def _schedule(problem: Problems, order: Ints) -> Schedule:
    """Threats of a problem that batteries can meet in some slots."""
    p_kill = _p_kill(problem)
    first, last, flight, known = problem.periods.transpose(2, 0, 1)
    starts = np.array(slot_starts(int(last[p_kill > 0.0].max())))
    first, last = (np.searchsorted(starts, column, side="right") - 1 for column in (first, last))
    n = len(problem.value)
    columns = (p_kill, first, last, flight, known)
    p_kill, first, last, flight, known = (np.ascontiguousarray(c[order]) for c in columns)
    ready = np.zeros(n, dtype=np.int64)
    word = problem.word if problem.word.any() else SURE
    return Schedule(
        problem.value[order], np.ones(n), ready, p_kill, first, last, flight, known, starts, word
    )


def with_kept(problem: Problems, schedule: Schedule) -> Schedule:
    """A schedule that also holds what rounds are kept for.

    To keep the i-th round is worth as much as to kill, for sure and with one round, a threat of
    that value that comes after all others. So kept rounds are threats of a slot behind the last,
    where no channel is asked for, and prices and bound need no other words for them.
    """
    if problem.kept.shape[1] == 0:
        return schedule
    is_left = np.arange(problem.kept.shape[1]) < problem.rounds[0][:, None]
    least = LEAST_KEPT * float(problem.kept.max())
    battery, place = np.nonzero(is_left & (problem.kept > least))
    n, b = len(battery), schedule.p_kill.shape[1]
    if n == 0:
        return schedule
    p_kill, one = np.zeros((n, b)), np.ones((n, b), dtype=np.int64)
    p_kill[np.arange(n), battery] = 1.0
    behind = (len(schedule.starts) - 2) * one
    more = (problem.kept[battery, place], np.ones(n), np.zeros(n, dtype=np.int64), p_kill)
    columns = zip(schedule[:8], (*more, behind, behind, one, one), strict=True)
    starts = np.append(schedule.starts, schedule.starts[-1] + 1)
    longer = Schedule(*[np.concatenate(pair) for pair in columns])
    return longer._replace(starts=starts, word=schedule.word)


def _means(problem: Problems, schedule: Schedule) -> Means:
    """Rounds, and channels in each slot: those busy now are free once a round of now is down."""
    busy = np.where(schedule.p_kill > 0.0, schedule.flight, 0).max(axis=0, initial=1)
    is_later = schedule.starts[:-2] >= busy[:, None]
    channels = np.where(is_later, problem.capacity[:, None], problem.channels[0][:, None])
    return Means(problem.rounds[0], channels)
