"""How many of the threats that come a layer can serve: rounds dealt out, channels in turn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Demand(NamedTuple):
    """What n threats of g runs ask of b batteries.

    Rows ``offsets[i]`` to ``offsets[i + 1]`` belong to run i.
    """

    offsets: Ints  # (g + 1,)
    order: Ints  # (n,) rows, run by run: whose claim to a round comes first
    wanted: Ints  # (n, b) rounds, were they of the battery
    is_open: Bools  # (n, b) a shot of the battery's layer is under way: it asks for nothing now
    t_first: Floats  # (n, b) first launch that meets the threat, NaN where there is none
    t_meet: Floats  # (n, b) its intercept
    t_last: Floats  # (n, b) last launch
    t_meet_last: Floats  # (n, b) its intercept


class Supply(NamedTuple):
    """What the batteries have."""

    rounds: Ints  # (g, b) left
    channels: Ints  # (g, b) free now, of the battery's unit
    unit: Ints  # (b,) batteries of one number share channels
    turn: Floats  # (b,) s from an intercept to the next launch on the same channel
    taken: Ints  # (k, 3) of channels in use: run, unit, how many
    t_again: Floats  # (k,) when these can be used again


@jit
def _starts(supply: Supply, g: int, b: int) -> Floats:
    """When each channel of a battery's unit can be used again; -inf: now."""
    n_free = max(supply.channels[g, b], 0)
    n_taken = 0
    for k in range(len(supply.taken)):
        if supply.taken[k, 0] == g and supply.taken[k, 1] == supply.unit[b]:
            n_taken += supply.taken[k, 2]
    free = np.full(n_free + n_taken, -np.inf)
    c = 0
    for k in range(len(supply.taken)):
        if supply.taken[k, 0] == g and supply.taken[k, 1] == supply.unit[b]:
            for _ in range(supply.taken[k, 2]):
                free[c] = supply.t_again[k]
                c += 1
    return free


@jit
def _deal(demand: Demand, supply: Supply, g: int, layer: Ints, now: int, has: Ints) -> Ints:
    """Battery of a layer from whose stock each threat would get its rounds, -1 where none is left.

    ``has`` (m,) counts for each threat of the run whether it asks: 0 it does not.
    """
    low, high = demand.offsets[g], demand.offsets[g + 1]
    rounds = supply.rounds[g].copy()
    dealt = np.full(high - low, -1, dtype=np.int64)
    for place in range(low, high):
        row = demand.order[place]
        if has[row - low] == 0:
            continue
        best = -1
        for b in range(len(layer)):
            if layer[b] != now or rounds[b] <= 0 or not np.isfinite(demand.t_first[row, b]):
                continue
            if best < 0 or rounds[b] > rounds[best]:
                best = b
        if best >= 0:
            rounds[best] -= demand.wanted[row, best]
            dealt[row - low] = best
    return dealt


@jit
def _take_turns(demand: Demand, supply: Supply, g: int, dealt: Ints, out: Bools) -> None:
    """Put the threats on the channels in the order of their first chances; ``out``: no turn left.

    Each round takes the channel that is free first, from its launch until after its intercept.
    """
    low = demand.offsets[g]
    for unit in np.unique(supply.unit):
        members = np.flatnonzero(supply.unit == unit)
        mine = [i for i in range(len(dealt)) if dealt[i] >= 0 and supply.unit[dealt[i]] == unit]
        if len(mine) == 0:
            continue
        free = _starts(supply, g, members[0])
        first = np.array([demand.t_first[low + i, dealt[i]] for i in mine])
        for k in np.argsort(first, kind="mergesort"):
            i = mine[k]
            b, row = dealt[i], low + mine[k]
            is_served = False
            for _ in range(demand.wanted[row, b]):
                if len(free) == 0:
                    break
                c = np.argmin(free)
                start = max(free[c], first[k])
                if start > demand.t_last[row, b]:
                    break
                span = max(demand.t_last[row, b] - first[k], 1e-9)
                slope = (demand.t_meet_last[row, b] - demand.t_meet[row, b]) / span
                free[c] = demand.t_meet[row, b] + slope * (start - first[k]) + supply.turn[b]
                is_served = True
            out[i] = not is_served


@jit
def served(demand: Demand, supply: Supply, layer: Ints) -> Bools:
    """Whether the layer of each battery can serve each threat, (n, b).

    Parameters
    ----------
    demand : Demand
    supply : Supply
    layer : (b,) int
        First to fire first; below 0 where the battery stands in none.

    Returns
    -------
    is_served : (n, b) bool
        True as well where the layer is not asked: a shot of it is open, or an earlier layer
        serves the threat. False where it could meet the threat but its rounds go to others, or
        no channel comes free before the last chance.
    """
    n, n_b = demand.t_first.shape
    is_served = np.ones((n, n_b), dtype=np.bool_)
    for g in range(len(demand.offsets) - 1):
        low, high = demand.offsets[g], demand.offsets[g + 1]
        asks = np.ones(high - low, dtype=np.int64)
        for now in range(np.max(layer) + 1):
            has = asks.copy()
            for i in range(high - low):
                for b in range(n_b):
                    if layer[b] == now and demand.is_open[low + i, b]:
                        has[i] = 0
            dealt = _deal(demand, supply, g, layer, now, has)
            out = dealt < 0
            _take_turns(demand, supply, g, dealt, out)
            for i in range(high - low):
                if has[i] == 0:
                    continue
                if not out[i]:
                    asks[i] = 0
                    continue
                for b in range(n_b):
                    if layer[b] == now:
                        is_served[low + i, b] = False
    return is_served
