"""Shortest ways in the graph of exchanges, and the prices of rounds that they are.

Of each kind the few cheapest exchanges are listed; the others are looked at only where one of them
could be on a shorter way.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Places = NDArray[np.int32]

FEW = 128  # exchanges of a kind that are listed
LARGE = 512  # kinds from which on lists are made


class Arcs(NamedTuple):
    """Graph of exchanges between k kinds and none."""

    cost: Floats  # (k + 1, k + 1) change of the loss
    threat: Places  # (k + 1, k + 1) that makes the exchange, -1 for none
    price: Floats  # (k + 1,) length of the shortest way to none found so far
    way: Ints  # (k + 1,) the next kind on it
    near: Places  # (k + 1, FEW) kinds to which an exchange is cheapest, -1 past the last
    beyond: Floats  # (k + 1,) no other exchange costs less; -inf where there is no list


@jit
def new_arcs(k: int) -> Arcs:
    """A graph without exchanges."""
    return Arcs(
        np.full((k + 1, k + 1), np.inf),
        np.full((k + 1, k + 1), -1, np.int32),
        np.zeros(k + 1),
        np.full(k + 1, -1, np.int64),
        np.full((k + 1, FEW), -1, np.int32),
        np.full(k + 1, -np.inf),
    )


@jit
def _list(arcs: Arcs, a: int) -> None:
    """List the cheapest exchanges of a kind."""
    beyond = np.partition(arcs.cost[a], FEW)[FEW]
    arcs.near[a] = -1
    n = 0
    for b in range(len(arcs.price)):
        if arcs.cost[a, b] < beyond and b != a:
            arcs.near[a, n] = b
            n += 1
    arcs.beyond[a] = beyond


@jit
def _next(arcs: Arcs, a: int, most: float, order: Ints) -> tuple[float, int]:
    """Length of the shortest way from a kind that is below ``most``, and its next kind, or -1.

    ``order`` has the kinds by the price that they had before this pass.
    """
    best, way = most, -1
    if arcs.beyond[a] > -np.inf:
        for b in arcs.near[a]:
            if b < 0:
                break
            length = arcs.cost[a, b] + arcs.price[b]
            if length < best:
                best, way = length, int(b)
        for b in order:
            if arcs.price[b] + arcs.beyond[a] >= best:
                break
            length = arcs.cost[a, b] + arcs.price[b]
            if length < best and a != b:
                best, way = length, int(b)
        return best, way
    for b in range(len(arcs.price)):
        length = arcs.cost[a, b] + arcs.price[b]
        if length < best and a != b:
            best, way = length, b
    if len(arcs.price) > LARGE and a + 1 < len(arcs.price):
        _list(arcs, a)
    return best, way


@jit
def shorten(arcs: Arcs, slack: float) -> bool:
    """One pass of Bellman and Ford over all arcs; whether some way became shorter."""
    is_shorter = False
    order = np.argsort(arcs.price)
    for a in range(len(arcs.price)):
        best, way = _next(arcs, a, arcs.price[a] - slack, order)
        if way >= 0:
            arcs.price[a], arcs.way[a] = best, way
            is_shorter = True
    return is_shorter


@jit
def prices_of(arcs: Arcs) -> Floats:
    """Shortest way from each kind to none (k,): what a round more would save, or one less cost.

    After as many passes as there are kinds the ways are as short as they get, if no cycle is
    negative.
    """
    k = len(arcs.price) - 1
    arcs.price[:k] = arcs.cost[:k, k]
    arcs.price[k] = 0.0
    arcs.way[:] = -1
    for _ in range(k):
        is_shorter = False
        order = np.argsort(arcs.price)
        for a in range(k):
            best, way = _next(arcs, a, arcs.price[a], order)
            if way >= 0:
                arcs.price[a] = best
                is_shorter = True
        if not is_shorter:
            break
    price = np.maximum(arcs.price[:k], 0.0)
    for a in range(k):
        if price[a] == np.inf:  # there is no round of the kind
            price[a] = 0.0
    return price
