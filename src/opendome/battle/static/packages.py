"""Packages as rows of a table: sorted, joined, priced, and read off a plan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.exchange import Plan, new_plan
from opendome.kernels.packages import Instance, Packages

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def nothing(instance: Instance) -> Packages:
    """The empty package of each threat."""
    n = len(instance.value)
    empty = np.zeros(0, dtype=np.int64)
    return Packages(np.arange(n), np.zeros(n + 1, dtype=np.int64), empty, instance.value.copy())


def owners(packages: Packages) -> Ints:
    """Package that each entry of ``kind`` belongs to."""
    return np.repeat(np.arange(len(packages.threat)), np.diff(packages.start))


def tidy(packages: Packages) -> Packages:
    """The same with the kinds of each package in ascending order."""
    order = np.lexsort((packages.kind, owners(packages)))
    return packages._replace(kind=packages.kind[order])


def distinct(packages: Packages) -> tuple[Packages, Ints]:
    """Each package once, with its kinds in ascending order, and the row where it stands first."""
    packages = tidy(packages)
    sizes = np.diff(packages.start)
    names = np.full((len(sizes), 1 + int(sizes.max(initial=0))), -1)
    names[:, 0] = packages.threat
    owner = owners(packages)
    names[owner, 1 + np.arange(len(owner)) - packages.start[owner]] = packages.kind
    _, first = np.unique(names, axis=0, return_index=True)
    first = np.sort(first)
    return taken(packages, first), first


def taken(packages: Packages, rows: Ints) -> Packages:
    """Some rows of the table."""
    sizes = np.diff(packages.start)[rows]
    start = np.concatenate([[0], np.cumsum(sizes)])
    place = np.repeat(packages.start[rows] - start[:-1], sizes) + np.arange(start[-1])
    return Packages(packages.threat[rows], start, packages.kind[place], packages.loss[rows])


def joined(tables: list[Packages]) -> Packages:
    """Several tables below each other."""
    ends = np.cumsum([0] + [len(t.kind) for t in tables])
    return Packages(
        np.concatenate([t.threat for t in tables]),
        np.concatenate([[0]] + [t.start[1:] + end for t, end in zip(tables, ends)]),
        np.concatenate([t.kind for t in tables]),
        np.concatenate([t.loss for t in tables]),
    )


def costs_at(prices: Floats, packages: Packages) -> Floats:
    """What gets through and the price of the rounds, (m,)."""
    rounds = np.bincount(owners(packages), prices[packages.kind], len(packages.threat))
    return packages.loss + rounds


def of_plan(instance: Instance, plan: Plan) -> Packages:
    """The package of each threat, tidy, its loss multiplied out anew."""
    kind = np.repeat(np.arange(len(instance.rounds)), np.diff(plan.first))
    is_held = plan.holder >= 0
    order = np.lexsort((kind[is_held], plan.holder[is_held]))
    threat, kind = plan.holder[is_held][order], kind[is_held][order]
    start = np.searchsorted(threat, np.arange(len(instance.value) + 1))
    loss = instance.value.copy()
    np.multiply.at(loss, threat, instance.miss[threat, kind])
    return Packages(np.arange(len(loss)), start, kind, loss)


def plan_of(instance: Instance, packages: Packages) -> Plan:
    """The plan in which the threats have these packages."""
    plan = new_plan(instance)
    order = np.argsort(packages.kind, kind="stable")
    kind = packages.kind[order]
    turn = np.arange(len(kind)) - np.searchsorted(kind, kind)
    plan.holder[plan.first[kind] + turn] = packages.threat[owners(packages)][order]
    plan.loss[packages.threat] = packages.loss
    return plan
