"""Fratricide: no round is sent to meet a threat in the debris of the round before it.

A rule of the operator, ``intercepts_apart_s`` of a doctrine: the least time between the planned
intercepts of two orders at one threat. Rounds of one order fly together, as the salvo says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.battle.arms import Arms
from opendome.battle.books import OrderBook, find

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def keep_apart(
    planned: Ints, t_intercept: Floats, keys: Ints, known: OrderBook, arms: Arms, apart: float
) -> Ints:
    """The planned rounds (n, b) without those that would meet a threat too soon after others.

    What is left out may be ordered at a later decision, for a later intercept.

    Parameters
    ----------
    t_intercept : (n, b) float
        Planned intercepts, s.
    keys : (n,) int
        Of the threats' tracks in the book.
    known : OrderBook
        Orders that count as open.
    apart : float
        Least time between the intercepts of two orders, s; 0: any.

    Notes
    -----
    Open orders come first; of those planned now the earliest intercept does, and of equal ones the
    battery that the scenario names first.
    """
    row, b = np.nonzero(planned)
    if apart <= 0.0 or not len(row):
        return planned
    mine, is_mine = find(arms.numbers, known.battery)
    is_open = is_mine & (known.n_left + known.n_pending > 0)
    met = known.t_word[is_open] - arms.heard[mine[is_open]]
    of_track = known.track_key[is_open]
    kept = planned.copy()
    taken: dict[int, list[float]] = {}
    for k in np.lexsort((b, t_intercept[row, b])).tolist():
        i = int(row[k])
        if i not in taken:
            taken[i] = met[of_track == keys[i]].tolist()
        t = float(t_intercept[i, b[k]])
        if any(abs(t - other) < apart for other in taken[i]):
            kept[i, b[k]] = 0
        else:
            taken[i].append(t)
    return kept
