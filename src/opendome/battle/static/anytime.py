"""A good plan at once, with a proven gap: better the longer it may work.

Starts from the last plan, gives out what is free, exchanges, then alternates between better prices
(a better bound) and plans rounded from their linear program (a better plan). Work is counted in
rounds of column generation; a clock may be given, and then the best so far comes back when it is
late. Nothing here starts another thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.static.master import Master
from opendome.battle.static.packages import costs_at, nothing, of_plan, plan_of, taken
from opendome.battle.static.prices import SMOOTHING, Bound, bound_at
from opendome.kernels.exchange import Plan, allot_by_gain, exchange, new_plan
from opendome.kernels.packages import Instance, Packages, fitting
from opendome.kernels.ways import prices_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_CYCLES = 3000
ROUND_FROM = 0.003  # of the loss: prices nearer than that to the best are worth rounding at
WHOLE = 1e-6


class Start(NamedTuple):
    """What is kept from one time to the next: a plan of the rounds that are left, and prices."""

    plan: Plan | None = None
    price: Floats | None = None  # (k,)


class Effort(NamedTuple):
    """How long to go on."""

    gap: float = 0.005  # of the objective: good enough
    rounds: int = 8  # of column generation
    clock: Callable[[], float] | None = None  # s; None: no time is looked at
    seconds: float = np.inf  # from the start on


class Answer(NamedTuple):
    """The best plan so far, and how good it is."""

    packages: Packages  # one for each threat, in order
    plan: Plan
    objective: float  # value that gets through
    bound: float  # no plan is below
    price: Floats  # (k,) of one round
    elapsed: float  # s on the clock that was given, else 0

    @property
    def gap(self) -> float:
        """How far the bound is below the objective, as a part of it."""
        return max(self.objective - self.bound, 0.0) / self.objective if self.objective else 0.0

    def next_start(self) -> Start:
        """To go on from here."""
        return Start(self.plan, self.price)


def assign_now(instance: Instance, start: Start, effort: Effort) -> Answer:
    """The best plan that can be found with some effort, and a bound on all plans."""
    begin = effort.clock() if effort.clock else 0.0
    plan = start.plan or new_plan(instance)
    plan = Plan(plan.first, plan.holder.copy(), plan.loss.copy())
    allot_by_gain(instance, plan)
    arcs, _ = exchange(instance, plan, MOST_CYCLES)
    bound, cheapest = bound_at(instance, prices_of(arcs))
    if start.price is not None:
        last, others = bound_at(instance, start.price)
        bound, cheapest = (last, others) if last.bound > bound.bound else (bound, cheapest)
    packages = of_plan(instance, plan)
    best = Answer(packages, plan, float(packages.loss.sum()), bound.bound, bound.price, 0.0)
    if best.objective > 0.0 and best.gap > effort.gap:
        best = _better(instance, best, (bound, cheapest), effort, begin)
    elapsed = effort.clock() - begin if effort.clock else 0.0
    return best._replace(elapsed=elapsed)


def _better(
    instance: Instance, best: Answer, known: tuple[Bound, Packages], effort: Effort, begin: float
) -> Answer:
    """Rounds of column generation, and plans rounded from them."""
    bound, cheapest = known
    master = Master(instance.rounds, len(instance.value), best.objective)
    master.begin(best.packages)
    master.add(nothing(instance))
    master.add(cheapest)
    for _ in range(effort.rounds):
        if effort.clock and effort.clock() - begin > effort.seconds:
            break
        duals = master.solve()
        if duals.loss - bound.bound <= ROUND_FROM * best.objective:
            plan = rounded(instance, master)
            packages = of_plan(instance, plan)
            objective = float(packages.loss.sum())
            if objective < best.objective:
                best = best._replace(packages=packages, plan=plan, objective=objective)
                master.add(packages)
        if best.gap <= effort.gap:
            break
        price = SMOOTHING * bound.price + (1.0 - SMOOTHING) * duals.price
        found, cheapest = bound_at(instance, price)
        if found.bound > bound.bound:
            bound = found
            best = best._replace(bound=min(found.bound, best.objective), price=found.price)
        is_new = costs_at(duals.price, cheapest) < duals.threat
        master.add(taken(cheapest, np.flatnonzero(is_new)))
    return best


def rounded(instance: Instance, master: Master) -> Plan:
    """The plan nearest to the shares of a linear program: whole packages, then what still fits."""
    share, _ = master.shares()
    packages = master.packages
    used = np.flatnonzero(share > WHOLE)
    used = used[np.lexsort((used, -share[used]))]
    rows = fitting(packages, used, instance.rounds)
    plan = plan_of(instance, taken(packages, rows))
    allot_by_gain(instance, plan)
    exchange(instance, plan, MOST_CYCLES)
    return plan
