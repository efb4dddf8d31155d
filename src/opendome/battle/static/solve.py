"""The static problem solved: a plan, and a certificate that no plan is better."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.battle.static.anytime import rounded
from opendome.battle.static.certificate import ROOT, Certificate, Solution
from opendome.battle.static.limits import USUAL, Limits
from opendome.battle.static.master import Master
from opendome.battle.static.packages import distinct, joined, of_plan, taken
from opendome.battle.static.prices import Bound, bound_at, generate
from opendome.battle.static.sieve import Sieve
from opendome.battle.static.tree import EXACT, Search, Tree
from opendome.kernels.exchange import allot_by_gain, exchange, new_plan
from opendome.kernels.packages import Instance, Packages, packages_below
from opendome.kernels.ways import prices_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NONE = 1e-13  # of the value of all threats: the same
PROVEN = 1e-7  # of the objective: a gap that counts as none
FIRST_WIDTH = 1e-4  # of the objective: reduced cost up to which packages are listed at first
WIDER = 3.0
FEW_PACKAGES, MAX_PACKAGES = 50_000, 400_000
MAX_CYCLES = 1_000_000


def solve(instance: Instance, limits: Limits = USUAL) -> Solution:
    """The plan that lets least value through.

    Greedy start, cyclic exchanges, prices from shortest ways, column generation, then all packages
    of small reduced cost, and branch and bound over them. Work is counted; a
    clock is looked at only if the limits bring one.

    Source: set partitioning over packages: Lu and Chen, Omega 98 (2021) 102138; Bertsimas and
    Paskov, Naval Research Logistics 72 (2025).
    """
    value = float(instance.value.sum())
    plan = new_plan(instance)
    allot_by_gain(instance, plan)
    arcs, _ = exchange(instance, plan, MAX_CYCLES)
    packages = of_plan(instance, plan)
    bound, cheapest = bound_at(instance, prices_of(arcs))
    if not is_enough(packages, bound.bound, value):
        bound, master = generate(instance, bound, (packages, cheapest), limits)
        near = of_plan(instance, rounded(instance, master))
        packages = min(packages, near, key=lambda plan: float(plan.loss.sum()))
        return _search(instance, packages, bound, master, limits)
    return _solution(value, packages, bound, bound.bound, _root(bound))


def is_enough(packages: Packages, bound: float, value: float) -> bool:
    """Whether a bound proves a plan to be the best; ``value`` is that of all threats."""
    objective = packages.loss.sum()
    return bool(objective - bound <= PROVEN * objective + NONE * value)


def _solution(
    value: float, packages: Packages, bound: Bound, proven: float, proof: Certificate
) -> Solution:
    objective = float(packages.loss.sum())
    return Solution(
        packages, objective, min(proven, objective), is_enough(packages, proven, value), proof
    )


def _root(bound: Bound) -> Certificate:
    """The certificate that needs no tree."""
    nobody = np.zeros(0, dtype=np.int64)
    nothing = Packages(nobody, np.zeros(1, dtype=np.int64), nobody, np.zeros(0))
    return Certificate(bound.price, bound.least, nothing, [], [], [ROOT], {0: bound.price})


def _search(
    instance: Instance, packages: Packages, bound: Bound, master: Master, limits: Limits
) -> Solution:
    """List packages of ever larger reduced cost until the best plan over them is proven.

    A plan whose loss exceeds the bound by less than some width uses only packages whose reduced
    cost is below it. So the best plan over these is the best of all if it is inside the width; and
    if there is none, no plan is inside.
    """
    proven, width = bound.bound, FIRST_WIDTH * float(packages.loss.sum())
    value, proof = float(instance.value.sum()), _root(bound)
    while not is_enough(packages, proven, value) and not limits.is_late():
        loss = float(packages.loss.sum())
        listed = _listed(instance, bound, loss - bound.bound, FEW_PACKAGES)
        if listed is not None:
            width = loss - bound.bound
        else:
            width = min(width, loss - bound.bound)
            listed = _listed(instance, bound, width, MAX_PACKAGES)
        if listed is None:
            break
        pool, first = distinct(joined([master.packages, listed]))
        here = Sieve(pool, instance.rounds, len(instance.value), bound.bound + width)
        last = here.run(master, first[first < len(master.packages.threat)], limits)
        if here.chosen is not None:
            packages = taken(pool, here.chosen)
        tree = Search(last, here.cutoff).run(limits)
        if tree.chosen is not None:
            packages = taken(pool, here.stay[tree.chosen])
        if not tree.is_complete:
            break
        proven = tree.loss * (1.0 - EXACT)
        proof = _with_tree(bound, pool, here, tree)
        width *= WIDER
    return _solution(value, packages, bound, proven, proof)


def _listed(instance: Instance, bound: Bound, width: float, most: int) -> Packages | None:
    """All packages of small reduced cost, None if there are more than ``most``."""
    dearest = bound.least + width * (1.0 + 1e-9)
    packages, is_all = packages_below(instance, bound.price, dearest, most)
    return packages if is_all else None


def _with_tree(bound: Bound, pool: Packages, here: Sieve, tree: Tree) -> Certificate:
    """The certificate of a tree over sieved packages."""
    most = len(bound.price) + len(here.cuts)
    sieves = [np.pad(price, (0, most - len(price))) for price in here.sieves]
    leaves = {node: here.prices_of_all(price) for node, price in tree.leaves.items()}
    return Certificate(bound.price, bound.least, pool, here.cuts, sieves, tree.nodes, leaves)
