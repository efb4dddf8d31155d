"""An independent check of a solution and its certificate, in plain NumPy.

Nothing here is shared with the solver: packages are enumerated threat by threat and level by
level, under a bound of another form, and the tree is walked from its list of nodes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.static.certificate import Branch, Certificate, Solution
from opendome.battle.static.cheap import CELLS, MOST, cheap_packages
from opendome.kernels.packages import Instance, Packages

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NONE = 1e-13  # of the value of all threats: the same
SAME = 1e-7  # of the objective: what is asked of a proof
FINE = 1e-9  # of the objective: what rounding may do
LOOSE = 10.0  # times that: for a sum over all threats
UNDECIDED = "undecided"  # how a fault begins that is none: the check cannot go through the proof
LARGEST = 1000  # of what number parts of rows may be


def fault(instance: Instance, solution: Solution) -> str | None:
    """What is wrong with a solution or its proof, as a sentence; None if all holds.

    Checked are: the plan keeps the numbers of rounds and lets through what is claimed; no package
    is cheaper than the least costs; every package that a plan below the bound may use is listed;
    cuts are sums of rows, rightly rounded; the tree covers all plans of these packages; the prices
    of each leaf close it.
    """
    proof = solution.certificate
    return (
        _fault_of_shapes(instance, solution)
        or _fault_of_plan(instance, solution)
        or _fault_of_root(instance, solution)
        or _fault_of_tree(proof.nodes, set(proof.leaves))
        or _fault_of_leaves(instance, solution)
    )


def _fault_of_shapes(instance: Instance, solution: Solution) -> str | None:
    n, k = instance.miss.shape
    proof = solution.certificate
    sizes = [k] + [k + len(proof.cuts)] * (len(proof.sieves) + len(proof.leaves))
    for size, price in zip(sizes, [proof.price, *proof.sieves, *proof.leaves.values()]):
        if price.shape != (size,) or not np.all(np.isfinite(price)) or np.any(price < 0.0):
            return f"some prices are not {size} numbers from 0 up."
    if proof.least.shape != (n,) or not np.all(np.isfinite(proof.least)):
        return f"the least costs are not {n} numbers."
    for packages in (solution.packages, proof.packages):
        m = len(packages.threat)
        starts_well = len(packages.start) == m + 1 and packages.start[0] == 0
        if not starts_well or np.any(np.diff(packages.start) < 0):
            return "a table of packages is not whole."
        if packages.start[-1] != len(packages.kind):
            return "a table of packages is not whole."
        for what, most in ((packages.threat, n), (packages.kind, k)):
            if len(what) and not 0 <= what.min() <= what.max() < most:
                return "a package names a threat or a kind of round that does not exist."
    return None


def _part(instance: Instance, solution: Solution, part: float) -> float:
    return part * abs(solution.objective) + NONE * float(instance.value.sum())


def _losses(instance: Instance, packages: Packages) -> Floats:
    """What packages let through, multiplied out anew, (m,)."""
    losses = instance.value[packages.threat].copy()
    of = np.repeat(np.arange(len(losses)), np.diff(packages.start))
    np.multiply.at(losses, of, instance.miss[packages.threat[of], packages.kind])
    return losses


def _fault_of_plan(instance: Instance, solution: Solution) -> str | None:
    packages = solution.packages
    if not np.array_equal(packages.threat, np.arange(len(instance.value))):
        return "the plan does not have one package for each threat."
    used = np.bincount(packages.kind, minlength=len(instance.rounds))
    over = np.flatnonzero(used > instance.rounds)
    if len(over):
        i = int(over[0])
        return f"the plan uses {used[i]} rounds of kind {i}; there are {instance.rounds[i]}."
    loss = float(_losses(instance, packages).sum())
    if abs(loss - solution.objective) > _part(instance, solution, FINE):
        return f"the plan lets {loss:.9g} through, not {solution.objective:.9g}."
    is_proven = solution.objective - solution.bound <= _part(instance, solution, SAME)
    if solution.is_proven != is_proven or solution.bound > solution.objective:
        return f"objective {solution.objective:.9g} and bound {solution.bound:.9g} differ too much."
    return None


def _root_bound(instance: Instance, proof: Certificate) -> float:
    return float(proof.least.sum() - proof.price @ np.maximum(instance.rounds, 0))


def _fault_of_root(instance: Instance, solution: Solution) -> str | None:
    """The least costs hold, and all packages up to the claimed bound are listed."""
    proof = solution.certificate
    n = len(instance.value)
    fine = _part(instance, solution, FINE)
    width = solution.bound - _root_bound(instance, proof)
    needs_tree = width > LOOSE * fine
    listed: set[bytes] = set()
    if needs_tree:
        lists = np.split(proof.packages.kind, proof.packages.start[1:-1])
        listed = {
            np.append(np.sort(kinds), threat).astype(np.int64).tobytes()
            for threat, kinds in zip(proof.packages.threat, lists)
        }
    limits = proof.least + (width - fine if needs_tree else -fine / n)
    most = len(listed) if needs_tree else MOST
    step = max(1, CELLS // max(len(instance.rounds), 1))
    for low in range(0, n, step):
        rows = np.arange(low, min(low + step, n))
        found = cheap_packages(instance, proof.price, rows, limits[rows], most)
        if found is None:
            if needs_tree:
                return "more packages are cheap at these prices than are listed."
            return f"{UNDECIDED}: more packages are nearly cheapest than can be gone through."
        cheaper = np.flatnonzero(found.cost < proof.least[found.threat] - fine / n)
        if len(cheaper):
            return f"threat {found.threat[cheaper[0]]} has a package below its least cost."
        if needs_tree:
            for threat, row in zip(found.threat, found.kinds):
                name = np.append(row[row >= 0], threat).astype(np.int64).tobytes()
                if name not in listed:
                    return f"a cheap package of threat {threat} is not listed."
    return None


def _fault_of_tree(nodes: list[Branch], leaves: set[int]) -> str | None:
    """Every node is a leaf, or is split in two that exclude each other and leave nothing out."""
    children: dict[int, list[Branch]] = {}
    for i, node in enumerate(nodes):
        if (node.parent == -1) != (i == 0) or node.parent >= i:
            return "the nodes are not a tree."
        children.setdefault(node.parent, []).append(node)
    for i in range(len(nodes)):
        below = children.get(i, [])
        if i in leaves and not below:
            continue
        splits = {(child.threat, child.kind, child.least) for child in below}
        if i in leaves or len(below) != 2 or len(splits) != 1 or below[0].has == below[1].has:
            return f"node {i} of the tree is neither closed nor split in two."
    return None


def _fault_of_leaves(instance: Instance, solution: Solution) -> str | None:
    """At the prices of each leaf, no plan of its packages is below the claimed bound."""
    proof = solution.certificate
    least_bound = solution.bound - LOOSE * _part(instance, solution, FINE)
    if _root_bound(instance, proof) >= least_bound:
        return None
    table = table_of(instance, proof)
    if isinstance(table, str):
        return table
    packages = proof.packages
    of = np.repeat(np.arange(len(packages.threat)), np.diff(packages.start))
    stays = np.ones(len(packages.threat), dtype=np.bool_)
    for price in proof.sieves:
        cost, bound = _costs(table, price, stays)
        if bound == np.inf:
            return None
        stays &= cost <= least_bound - bound
    for leaf, price in proof.leaves.items():
        is_open = stays.copy()
        node = proof.nodes[leaf]
        while node.parent >= 0:
            has = np.bincount(of[packages.kind == node.kind], minlength=len(stays)) >= node.least
            is_open &= (packages.threat != node.threat) | (has == node.has)
            node = proof.nodes[node.parent]
        _, bound = _costs(table, price, is_open)
        if bound < least_bound:
            return f"the prices of leaf {leaf} do not close it."
    return None


class Table(NamedTuple):
    """Listed packages, what each takes of the cuts, and the limits of rounds and cuts."""

    packages: Packages
    losses: Floats  # (m,)
    in_cuts: Ints  # (m, c)
    limits: Ints  # (k + c,)
    n: int


def table_of(instance: Instance, proof: Certificate) -> Table | str:
    """The listed packages with all cuts, or what is wrong with one of these.

    Parts p of rows, of which q make one, add up to a row with coefficients a and limit b. Threats
    take one package each, and what is left of a limit is a whole number from 0 up. So rounding is
    allowed: each coefficient becomes its whole part, and of the rest what exceeds that of b,
    divided by what that lacks to one; and the same for what is left of the other limits.
    """
    n, k = instance.miss.shape
    packages = proof.packages
    m = len(packages.threat)
    of = np.repeat(np.arange(m), np.diff(packages.start))
    in_cuts = np.zeros((m, len(proof.cuts)), dtype=np.int64)
    limits = np.concatenate([np.maximum(instance.rounds, 0), np.zeros(len(proof.cuts), np.int64)])
    for c, cut in enumerate(proof.cuts):
        is_whole = len(cut.row) == len(cut.part) == len(np.unique(cut.row)) > 0
        if not is_whole or cut.row.min() < 0 or cut.row.max() >= n + k + c or cut.unit < 1:
            return f"cut {c} is not a sum of different rows before it."
        if cut.part.min() < 1 or cut.part.max() >= cut.of or cut.of > LARGEST:
            return f"cut {c} has a part that is not from 1 to {cut.of - 1} of at most {LARGEST}."
        coefficient, left, limit = np.zeros(m, np.int64), np.zeros(m, np.int64), 0
        rest = sum(
            int(part) * (1 if row < n else int(limits[row - n]))
            for row, part in zip(cut.row, cut.part)
        )
        short = cut.of - rest % cut.of
        for row, part in zip(cut.row, cut.part):
            if row < n:
                coefficient += part * (packages.threat == row)
                continue
            if row < n + k:
                uses = np.bincount(of[packages.kind == row - n], minlength=m)
            else:
                uses = in_cuts[:, row - n - k]
            coefficient += part * uses
            over = max(int(part) - rest % cut.of, 0)
            left += over * uses
            limit -= over * int(limits[row - n])
        coefficient = (
            short * (coefficient // cut.of) + np.maximum(coefficient % cut.of - rest % cut.of, 0)
        ) - left
        if np.any(coefficient % cut.unit) or np.abs(coefficient).max(initial=0) > LARGEST**3:
            return f"cut {c} has coefficients that are too large or no multiples of {cut.unit}."
        in_cuts[:, c] = coefficient // cut.unit
        limits[k + c] = (limit + short * (rest // cut.of)) // cut.unit
    return Table(packages, _losses(instance, packages), in_cuts, limits, n)


def _costs(table: Table, price: Floats, is_open: Bools) -> tuple[Floats, float]:
    """What packages cost above the cheapest open one of their threat (m,), and the bound."""
    packages = table.packages
    n_kinds = len(price) - table.in_cuts.shape[1]
    of = np.repeat(np.arange(len(packages.threat)), np.diff(packages.start))
    cost = table.losses + np.bincount(of, price[packages.kind], len(packages.threat))
    cost += table.in_cuts @ price[n_kinds:]
    least = np.full(table.n, np.inf)
    np.minimum.at(least, packages.threat[is_open], cost[is_open])
    return cost - least[packages.threat], float(least.sum() - price @ table.limits)
