"""The cheapest defense of one asset at prices of rounds, exactly, without a search.

An asset survives if no threat destroys it: logarithms of chances add up over its threats. So what
can be bought for it is the sum, over threats, of points (cost, logarithm). The loss is a concave
function of that sum, and a concave function is least at a corner of a convex hull; a corner of the
hull of a sum takes a corner of every part. They are met by buying at all threats in the order of
logarithm per cost.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.assets.options import Options

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Steps(NamedTuple):
    """Corners of what can be done at one threat: the first that may save, then steps upwards.

    The first costs something where a threat that is not fired at destroys the asset for sure.
    """

    log: float  # of the chance that the threat does not destroy, at the first; -inf: it always does
    first: int  # option
    cost: float
    logs: Floats  # (s,) by which each step raises it, more per cost than the next
    costs: Floats  # (s,)
    to: Ints  # (s,) option after each step


class Corners(NamedTuple):
    """Corners of what can be done for an asset, in the order of cost and survival."""

    cost: Floats  # (c,)
    survival: Floats  # (c,)


def steps_of(options: Options, p_destroy: float) -> Steps:
    """Upper hull of (cost, logarithm); options are sorted by cost and let less and less through."""
    with np.errstate(divide="ignore"):
        logs = np.log1p(-p_destroy * options.through)
    first = int(np.argmax(logs > -np.inf))
    hull = [first]
    for i in range(first + 1, len(logs)):
        while len(hull) > 1 and _is_below(options.cost, logs, hull[-2], hull[-1], i):
            hull.pop()
        if logs[i] > logs[hull[-1]]:
            hull.append(i)
    at = np.array(hull)
    return Steps(
        float(logs[first]), first, float(options.cost[first]),
        np.diff(logs[at]), np.diff(options.cost[at]), at[1:],
    )  # fmt: skip


def _is_below(cost: Floats, logs: Floats, a: int, b: int, c: int) -> bool:
    """Whether b lies on or below the line from a to c."""
    rise = (logs[b] - logs[a]) * (cost[c] - cost[a]) - (logs[c] - logs[a]) * (cost[b] - cost[a])
    return bool(rise <= 0.0)


def order_of(steps: list[Steps]) -> tuple[Ints, Ints, Floats, Floats]:
    """All steps at some threats, those that raise most per cost first: threat, step, log, cost."""
    threat = np.repeat(np.arange(len(steps)), [len(one.logs) for one in steps])
    step = np.concatenate([np.arange(len(one.logs)) for one in steps] or [threat])
    logs = np.concatenate([one.logs for one in steps] or [np.zeros(0)])
    costs = np.concatenate([one.costs for one in steps] or [np.zeros(0)])
    with np.errstate(divide="ignore"):
        ratio = np.where(costs > 0.0, logs / costs, np.inf)
    order = np.lexsort((step, threat, -ratio))
    return threat[order], step[order], logs[order], costs[order]


def corners_of(steps: list[Steps]) -> Corners:
    """Corners of what can be done at some threats together."""
    _, _, logs, costs = order_of(steps)
    first = sum((one.cost for one in steps), 0.0)
    base = sum((one.log for one in steps), 0.0)
    cost = first + np.concatenate([[0.0], np.cumsum(costs)])
    survival = np.exp(base + np.concatenate([[0.0], np.cumsum(logs)]))
    if first > 0.0:  # or nothing at all is done for the asset
        return Corners(np.append(0.0, cost), np.append(0.0, survival))
    return Corners(cost, survival)


def cheapest(value: float, steps: list[Steps], offered: list[Options]) -> tuple[float, list[Ints]]:
    """Least cost of a defense of an asset, and the rounds of it at each of its threats."""
    nothing = [options.rounds[0] for options in offered]
    threat, step, logs, costs = order_of(steps)
    first = sum((one.cost for one in steps), 0.0)
    base = sum((one.log for one in steps), 0.0)
    cost = first + np.concatenate([[0.0], np.cumsum(costs)])
    total = cost - value * np.expm1(base + np.concatenate([[0.0], np.cumsum(logs)]))
    best = int(np.argmin(total))
    if first > 0.0 and total[best] >= value:
        return value, nothing
    at = [one.first for one in steps]
    for t, s in zip(threat[:best], step[:best]):
        at[t] = int(steps[t].to[s])
    return float(total[best]), [o.rounds[i] for o, i in zip(offered, at)]
