"""The problem of assets solved: a plan, and prices that prove how good it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.battle.assets.choose import Choice, best_of
from opendome.battle.assets.listing import Defenses, defenses
from opendome.battle.assets.plans import filled, plan_over, plans_of
from opendome.battle.assets.prices import Bound, generate, start
from opendome.battle.assets.problem import Defended, losses, threats_of
from opendome.battle.assets.solution import Solution
from opendome.battle.static.limits import USUAL, Limits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NONE = 1e-13  # of the value of all assets: the same
PROVEN = 1e-7  # of the objective: a gap that counts as none
FIRST_WIDTH, WIDER = 1e-3, 4.0  # of the objective: how far above the bound is looked at first
EXACT = 1e-9  # of a width: plans nearer to each other are equal
MOST_COLUMNS = 20_000  # of a linear program over lists


def solve(problem: Defended, limits: Limits = USUAL) -> Solution:
    """The plan that loses least asset value.

    Column generation over defenses of assets, priced exactly; plans from the program; then all
    defenses ever further above the bound, and the best plan over them. Work is counted; a clock is
    looked at only if the limits bring one.

    Source: column generation as in the problem of threats, see `static.solve`; preferential
    defense: Burr, Falk and Karr, Operations Research 33 (1985).
    """
    begin = start(problem, limits)
    plan, best = filled(problem, np.zeros(problem.miss.shape, dtype=np.int64)), begin
    if not _is_enough(problem, plan, best.bound):
        best, master, met = generate(problem, begin, plan, limits)
        whole = [filled(problem, counts) for counts in plans_of(problem, master, met)]
        plan = min([plan, *whole], key=lambda counts: _loss(problem, counts))
    proven, width = best.bound, FIRST_WIDTH * _loss(problem, plan)
    near: list[Defenses] | None = None
    while not _is_enough(problem, plan, proven) and not limits.is_late():
        width = min(width, _loss(problem, plan) - best.bound) * (1.0 + EXACT)
        lists = _lists(problem, best, width)
        if lists is not None and sum(len(one.cost) for one in lists) <= MOST_COLUMNS:
            near = lists
        chosen = None if lists is None else _chosen(problem, best, lists, width)
        if chosen is None:
            better = None if near is None else _better(problem, plan, near)
            near, plan = None, plan if better is None else better
            if better is None or _loss(problem, plan) - best.bound >= width:
                break
        elif len(chosen):
            plan = chosen
            proven = _loss(problem, plan) * (1.0 - EXACT)
        else:
            proven = best.bound + width * (1.0 - EXACT)
            width *= WIDER
    objective = _loss(problem, plan)
    is_proven = _is_enough(problem, plan, proven)
    return Solution(plan, objective, min(proven, objective), is_proven, best.price, best.least)


def _loss(problem: Defended, plan: Ints) -> float:
    return float(losses(problem, plan).sum())


def _is_enough(problem: Defended, plan: Ints, bound: float) -> bool:
    objective = _loss(problem, plan)
    return bool(objective - bound <= PROVEN * objective + NONE * problem.value.sum())


def _lists(problem: Defended, bound: Bound, width: float) -> list[Defenses] | None:
    """All defenses that a plan less than a width above the bound may use; None: too many."""
    lists: list[Defenses] = []
    for asset, least in enumerate(bound.least.tolist()):
        found = defenses(problem, asset, bound.price, least + width, width)
        if found is None:
            return None
        lists.append(found)
    return lists


def _chosen(problem: Defended, bound: Bound, lists: list[Defenses], width: float) -> Ints | None:
    """The best plan less than a width above the bound; empty if there is none.

    None if there is too much to look at.
    """
    choices = [
        Choice(one.used, value * (1.0 - one.survival) + one.cost - least)
        for value, one, least in zip(problem.value, lists, bound.least)
    ]
    chosen = best_of(choices, problem.rounds, bound.price, width)
    if chosen is None or not len(chosen):
        return chosen
    counts = np.zeros(problem.miss.shape, dtype=np.int64)
    for asset, (one, row) in enumerate(zip(lists, chosen)):
        rows = threats_of(problem, asset)
        if len(rows):
            counts[rows] = one.counts(int(row))
    return counts


def _better(problem: Defended, plan: Ints, lists: list[Defenses]) -> Ints | None:
    """A better plan over lists of defenses, None if none is found."""
    found = plan_over(problem, plan, lists)
    if found is None:
        return None
    found = filled(problem, found)
    return found if _loss(problem, found) < _loss(problem, plan) * (1.0 - EXACT) else None
