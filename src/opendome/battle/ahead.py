"""The policy ``sequencing``: fire now only what the best plan over time would not put off.

Everything that the batteries of a cell can do until the last chance is planned as sequences of
salvos (``sequencing.py``); of the plan only the gains of launches in the first slot are used.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.battle.assign import Ahead, Assignment
from opendome.battle.exact import select
from opendome.battle.sequencing import Effort, Means, Plan, bound_at, gains, solve
from opendome.kernels.assignment import NOW, Problems
from opendome.kernels.sequences import Prices, Schedule, allot

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SWEEPS = 24  # of pricing all threats: work is counted, no clock is read
SOON = 1e-5  # of the value: what a launch now is better than a later one at the same threat
LEAN = 5e-6  # of the kill chance: what the most crowded battery is worse than its equals
MIXED = 1e-4  # of the value: what one of the mix is better than its equals


def sequencing(problems: Problems) -> Assignment:
    """Salvos in the first slot whose gain over waiting is largest, while rounds and channels last.

    Nothing is proven of the assignment: what the first slot is worth hangs on the slots after it.
    The plan over time has a bound, see `sequencing.dual_bound`; where nothing can be fired now
    there is no plan, and it is NaN.
    """
    given = np.zeros_like(problems.reach)
    n = len(problems.offsets) - 1
    ahead = Ahead(np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, dtype=np.int64))
    for g in range(n):
        rows = slice(problems.offsets[g], problems.offsets[g + 1])
        if (problems.reach[rows] == NOW).any():
            given[rows], plan = _first_slot(select(problems, g))
            if plan is not None:
                ahead.loss[g], ahead.bound[g], ahead.work[g] = plan.leak, plan.bound, plan.sweeps
    return Assignment(given, np.zeros(n, dtype=np.bool_), ahead)


def _first_slot(problem: Problems) -> tuple[Ints, Plan | None]:
    """Rounds (n, b) of one problem that are launched in the first slot, and the plan behind."""
    wanted = problem.wanted[:, problem.kind]
    salvo = int(wanted.max(initial=0))
    given = np.zeros_like(problem.reach)
    if salvo == 0:
        return given, None
    order = _in_one_order(problem)
    schedule = _schedule(problem, order)
    means = _means(problem, schedule)
    effort = Effort(sweeps=SWEEPS, gap=1e-6, slack=1e-8, salvo=salvo)
    lean = schedule._replace(p_kill=schedule.p_kill * (1.0 - LEAN * _crowding(problem)))
    plan = solve(lean, means, effort=effort)
    dear = Prices(plan.prices.round + problem.cost[problem.kind], plan.prices.channel)
    gain = gains(lean, plan._replace(prices=dear), 0, salvo)
    soon = SOON * np.where(plan.served > 0.5, 1.0, -1.0)[:, None, None]
    gain += (soon + MIXED * plan.first) * problem.value[order, None, None]
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
    keys = np.concatenate([problem.slots.reshape(n, -1), problem.reach, problem.wanted], axis=1)
    return np.lexsort((*keys.T, problem.t_last, problem.value))


def _schedule(problem: Problems, order: Ints) -> Schedule:
    """Threats of a problem that batteries can meet in some slots."""
    p_kill = np.where(problem.wanted > 0, problem.p_kill, 0.0)[:, problem.kind]
    first, last, flight, known = problem.slots.transpose(2, 0, 1)
    p_kill = np.where((first <= last) & (problem.rounds[0] > 0), p_kill, 0.0)
    n = len(problem.value)
    columns = (p_kill, first, last, flight, known)
    p_kill, first, last, flight, known = (np.ascontiguousarray(c[order]) for c in columns)
    ready = np.zeros(n, dtype=np.int64)
    return Schedule(problem.value[order], np.ones(n), ready, p_kill, first, last, flight, known)


def _means(problem: Problems, schedule: Schedule) -> Means:
    """Rounds, and channels in each slot: those busy now are free once a round of now is down."""
    is_met = schedule.p_kill > 0.0
    busy = np.where(is_met, schedule.flight, 0).max(axis=0, initial=1)
    ends = np.where(is_met, schedule.last + schedule.flight, 0).max(initial=1)
    is_later = np.arange(ends + 1) >= busy[:, None]
    channels = np.where(is_later, problem.capacity[:, None], problem.channels[0][:, None])
    return Means(problem.rounds[0], channels)
