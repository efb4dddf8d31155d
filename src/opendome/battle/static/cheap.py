"""All packages below some costs, level by level in plain NumPy: the enumeration of the check.

It shares no line with the compiled search of the solver, and rests on other bounds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.packages import Instance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CELLS = 4_000_000  # pairs of package and kind that are looked at together
MOST = 1_000_000  # packages of one level


class Found(NamedTuple):
    """Packages met in an enumeration: sorted kinds, padded with -1."""

    threat: Ints  # (m,)
    kinds: Ints  # (m, deepest)
    cost: Floats  # (m,)


class Kinds(NamedTuple):
    """Kinds that may be in a package of each of r threats, in the order of their ratio.

    The ratio is price per logarithm of the miss chance, infinite behind the last kind.
    """

    kind: Ints  # (r, w)
    ratio: Floats  # (r, w)
    miss: Floats  # (r, w)
    price: Floats  # (r, w)
    cheapest: Floats  # (r, w) price of this kind and those behind it
    surest: Floats  # (r, w) miss chance of this kind and those behind it
    rounds: Ints  # (r, w)
    limit: Floats  # (r,)


class Level(NamedTuple):
    """Packages of one number of rounds."""

    row: Ints  # (m,) of the threat
    left: Floats  # (m,) what gets through
    paid: Floats  # (m,)
    first: Ints  # (m,) place of the first kind that may be added
    used: Ints  # (m,) rounds of that kind that are in it
    kinds: Ints  # (m, rounds)


def cheap_packages(
    instance: Instance, price: Floats, rows: Ints, limits: Floats, most: int = MOST
) -> Found | None:
    """All packages of some threats below their limits, None if there are more than ``most``.

    A package that has left L and may only add kinds of ratio r or more costs at least
    ``r (1 + log(L / r))`` besides what is paid, or L if that is below r. It also costs at least
    what the best whole number of rounds does that are as cheap as the cheapest and as sure as the
    surest of these kinds.
    """
    kinds = _kinds(instance, price, rows, limits)
    n = len(rows)
    level = Level(
        np.arange(n),
        instance.value[rows].copy(),
        np.zeros(n),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.full((n, 0), -1),
    )
    found: list[Found] = []
    n_found = 0
    while len(level.row):
        cost = level.left + level.paid
        is_cheap = cost < limits[level.row]
        n_found += int(is_cheap.sum())
        if n_found > most or len(level.row) > MOST:
            return None
        found.append(Found(level.row[is_cheap], level.kinds[is_cheap], cost[is_cheap]))
        step = max(1, CELLS // max(kinds.kind.shape[1], 1))
        parts = [
            _next(kinds, Level._make(column[low : low + step] for column in level))
            for low in range(0, len(level.row), step)
        ]
        level = Level._make(np.concatenate(columns) for columns in zip(*parts))
    deepest = found[-1].kinds.shape[1]
    padded = [
        np.pad(one.kinds, ((0, 0), (0, deepest - one.kinds.shape[1])), constant_values=-1)
        for one in found
    ]
    return Found(
        rows[np.concatenate([one.threat for one in found])],
        np.sort(np.concatenate(padded), axis=1),
        np.concatenate([one.cost for one in found]),
    )


def _kinds(instance: Instance, price: Floats, rows: Ints, limits: Floats) -> Kinds:
    """The kinds that some package below the limit may use."""
    miss = instance.miss[rows]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((miss < 1.0) & (instance.rounds > 0), price / -np.log(miss), np.inf)
    lowest = ratio.min(axis=1, initial=np.inf)
    best = price + _least(instance.value[rows][:, None] * miss, lowest[:, None])
    is_open = np.isfinite(ratio) & (best < limits[:, None])
    width = int(is_open.sum(axis=1).max(initial=0))
    ratio = np.where(is_open, ratio, np.inf)
    kind = np.argsort(ratio, axis=1, kind="stable")[:, :width]
    ratio = np.take_along_axis(ratio, kind, axis=1)
    is_open = np.isfinite(ratio)
    miss = np.where(is_open, np.take_along_axis(miss, kind, axis=1), 1.0)
    prices = np.where(is_open, price[kind], np.inf)
    cheapest, surest = (
        np.minimum.accumulate(table[:, ::-1], axis=1)[:, ::-1] for table in (prices, miss)
    )
    return Kinds(kind, ratio, miss, prices, cheapest, surest, instance.rounds[kind], limits)


def _next(kinds: Kinds, level: Level) -> Level:
    """Packages with one round more, but for those that no cheap package can grow from."""
    may_add = np.arange(kinds.kind.shape[1]) >= level.first[:, None]
    may_add &= np.isfinite(kinds.ratio[level.row])
    bound = level.paid[:, None] + _least(level.left[:, None], kinds.ratio[level.row])
    before, place = np.nonzero(may_add & (bound < kinds.limit[level.row][:, None]))
    at = level.row[before], place
    left, paid = level.left[before] * kinds.miss[at], level.paid[before] + kinds.price[at]
    bound = paid + _least_whole(left, kinds.cheapest[at], kinds.surest[at])
    is_in = bound < kinds.limit[level.row[before]]
    before, place, left, paid = before[is_in], place[is_in], left[is_in], paid[is_in]
    at = level.row[before], place
    is_again = (place == level.first[before]) & (level.used[before] > 0)
    used = np.where(is_again, level.used[before] + 1, 1)
    is_left = used < kinds.rounds[at]
    return Level(
        level.row[before],
        left,
        paid,
        np.where(is_left, place, place + 1),
        np.where(is_left, used, 0),
        np.hstack([level.kinds[before], kinds.kind[at][:, None]]),
    )


def _least(left: Floats, ratio: Floats) -> Floats:
    """Bound from below of what is left and of the rounds that lessen it, one of them in part."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        bought = np.where(ratio > 0.0, ratio * (1.0 + np.log(left / ratio)), 0.0)
    return np.where(left > ratio, bought, left)


def _least_whole(left: Floats, price: Floats, miss: Floats) -> Floats:
    """Least of what is left and is paid with whole rounds of one price and chance of a miss."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = -np.log(miss)
        wanted = np.log(left * rate / price) / rate
    wanted = np.where(np.isfinite(wanted), np.maximum(wanted, 0.0), 0.0)
    low = np.floor(wanted)
    least = np.minimum(
        price * low + left * miss**low, price * (low + 1.0) + left * miss ** (low + 1.0)
    )
    return np.where((price > 0.0) & (miss > 0.0), np.minimum(least, left), np.minimum(price, left))
