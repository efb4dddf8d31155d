"""An independent check of a solution and its certificate, in plain NumPy.

Nothing here is shared with the solver: packages are enumerated threat by threat and level by
level, under a bound of another form, and the tree is walked from its list of nodes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.static.certificate import Branch, Certificate, Solution
from opendome.kernels.packages import Instance, Packages

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NONE = 1e-13  # of the value of all threats: the same
SAME = 1e-7  # of the objective: what is asked of a proof
FINE = 1e-9  # of the objective: what rounding may do
LOOSE = 10.0  # times that: for a sum over all threats
CELLS = 4_000_000  # pairs of threat and kind that are looked at together
UNDECIDED = "undecided"  # how a fault begins that is none: the check cannot go through the proof
MOST = 1_000_000  # packages that are looked at together


class Found(NamedTuple):
    """Packages met in an enumeration: sorted kinds, padded with -1."""

    threat: Ints  # (m,)
    kinds: Ints  # (m, deepest)
    cost: Floats  # (m,)


def fault(instance: Instance, solution: Solution) -> str | None:
    """What is wrong with a solution or its proof, as a sentence; None if all holds.

    Checked are: the plan keeps the numbers of rounds and lets through what is claimed; no package
    is cheaper than the least costs; every package that a plan below the bound may use is listed;
    the tree covers all plans of these packages; the prices of each leaf close it.
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
    prices = [proof.price, *proof.leaves.values()]
    if any(p.shape != (k,) or not np.all(np.isfinite(p)) or np.any(p < 0.0) for p in prices):
        return f"some prices are not {k} numbers from 0 up."
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


def cheap_packages(
    instance: Instance, price: Floats, rows: Ints, limits: Floats, most: int = MOST
) -> Found | None:
    """All packages of some threats below their limits, None if there are more than ``most``.

    Kinds come in the order of price per logarithm of the miss chance, r. A package that has left
    L and may only add kinds of ratio r or more costs at least ``r (1 + log(L / r))`` besides what
    is paid, or L if that is below r.
    """
    miss = instance.miss[rows]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((miss < 1.0) & (instance.rounds > 0), price / -np.log(miss), np.inf)
    lowest = ratio.min(axis=1, initial=np.inf)
    value = instance.value[rows]
    best = price + _least(value[:, None] * miss, lowest[:, None])
    is_open = np.isfinite(ratio) & (best < limits[:, None])
    width = int(is_open.sum(axis=1).max(initial=0))
    ratio = np.where(is_open, ratio, np.inf)
    order = np.argsort(ratio, axis=1, kind="stable")[:, :width]
    ratio = np.take_along_axis(ratio, order, axis=1)
    miss = np.take_along_axis(miss, order, axis=1)
    row, left, paid = np.arange(len(rows)), value.copy(), np.zeros(len(rows))
    first, used = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    kinds = np.full((len(rows), 0), -1)
    found: list[tuple[Ints, Ints, Floats]] = []
    n_found = 0
    while len(row):
        is_cheap = left + paid < limits[row]
        n_found += int(is_cheap.sum())
        if n_found > most or len(row) > MOST:
            return None
        found.append((row[is_cheap], kinds[is_cheap], (left + paid)[is_cheap]))
        ahead = np.where(np.arange(width) >= first[:, None], ratio[row], np.inf)
        bound = paid[:, None] + _least(left[:, None], ahead)
        node, c = np.nonzero(np.isfinite(ahead) & (bound < limits[row][:, None]))
        again = np.where((c == first[node]) & (used[node] > 0), used[node] + 1, 1)
        row, left, paid = (
            row[node],
            left[node] * miss[row[node], c],
            paid[node] + price[order[row[node], c]],
        )
        kinds = np.hstack([kinds[node], order[row, c][:, None]])
        stock = instance.rounds[order[row, c]]
        first, used = np.where(again < stock, c, c + 1), np.where(again < stock, again, 0)
    deepest = max(k.shape[1] for _, k, _ in found)
    padded = [
        np.pad(k, ((0, 0), (0, deepest - k.shape[1])), constant_values=-1) for _, k, _ in found
    ]
    return Found(
        rows[np.concatenate([r for r, _, _ in found])],
        np.sort(np.concatenate(padded), axis=1),
        np.concatenate([cost for _, _, cost in found]),
    )


def _least(left: Floats, ratio: Floats) -> Floats:
    """Bound from below of what is left and of the rounds that lessen it."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        bought = np.where(ratio > 0.0, ratio * (1.0 + np.log(left / ratio)), 0.0)
    return np.where(left > ratio, bought, left)


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
    packages = proof.packages
    losses = _losses(instance, packages)
    of = np.repeat(np.arange(len(losses)), np.diff(packages.start))
    rounds = np.maximum(instance.rounds, 0)
    for leaf, price in proof.leaves.items():
        is_open = np.ones(len(losses), dtype=np.bool_)
        node = proof.nodes[leaf]
        while node.parent >= 0:
            has = np.bincount(of[packages.kind == node.kind], minlength=len(losses)) >= node.least
            is_open &= (packages.threat != node.threat) | (has == node.has)
            node = proof.nodes[node.parent]
        cost = losses + np.bincount(of, price[packages.kind], len(losses))
        least = np.full(len(instance.value), np.inf)
        np.minimum.at(least, packages.threat[is_open], cost[is_open])
        if least.sum() - price @ rounds < least_bound:
            return f"the prices of leaf {leaf} do not close it."
    return None
