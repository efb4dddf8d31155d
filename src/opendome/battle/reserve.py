"""What a round is worth that is kept for threats still to come, from what an operator expects.

A round left is worth what it would save of such threats, times the chance that they will ask for
it. Rounds ask for nothing else than a price: any threat worth more is fired at all the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.scenario.weapons import Battery, p_kill_of_round

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Expected(NamedTuple):
    """Threats that one battery will have to meet."""

    threats: float  # mean number
    value: float  # of each, lost if it is not killed
    start: float  # s, evenly from here
    end: float  # s, until here
    p_kill: float  # of one round
    most: int  # rounds at one threat
    rounds: int  # of the battery when the raid begins


def expected_of(
    weapons: Sequence[Battery], most: Ints, mean_value: float
) -> tuple[Expected | None, ...]:
    """What each battery is told to expect; ``most`` (b,) are the rounds it may fire at a threat."""
    return tuple(
        None
        if w.reserve is None
        else Expected(
            threats=w.reserve.threats,
            value=mean_value if w.reserve.value is None else w.reserve.value,
            start=w.reserve.start,
            end=w.reserve.end,
            p_kill=p_kill_of_round(w.system),
            most=int(n),
            rounds=w.n_launchers * w.n_each * (1 + w.reloads),
        )
        for w, n in zip(weapons, most, strict=True)
    )


def kept_worth(expected: Sequence[Expected | None], t: float) -> Floats:
    """Worth of the i-th round that is left of each battery now, (b, m), falling in i.

    m is the most rounds of a battery that is told to expect something, 0 if there is none or
    nothing is expected any more.
    """
    rows = [np.zeros(0) if one is None else _worth(one, t) for one in expected]
    kept = np.zeros((len(rows), max((len(row) for row in rows), default=0)))
    for row, its in zip(kept, rows, strict=True):
        row[: len(its)] = its
    return kept


def _worth(one: Expected, t: float) -> Floats:
    """Worth of each round of one battery now; none where nothing is expected any more."""
    span = one.end - one.start
    share = min(max((one.end - t) / span, 0.0), 1.0) if span > 0.0 else float(t < one.end)
    mean = one.threats * share
    if mean <= 0.0:
        return np.zeros(0)
    asked = demand(mean, one.p_kill, one.most, one.rounds)
    is_asked = np.clip(1.0 - np.cumsum(asked)[:-1], 0.0, 1.0)
    return np.asarray(one.value * one.p_kill * is_asked)


def demand(mean: float, p_kill: float, most: int, longest: int) -> Floats:
    """Chance that threats ask for 0, 1 ... ``longest`` rounds in all.

    A number of threats, Poisson, each fired at round by round until it is killed or ``most``
    rounds have missed.

    Notes
    -----
    Source: Panjer, Recursive Evaluation of a Family of Compound Distributions, ASTIN Bulletin 12
    (1981).
    """
    k = np.arange(1, most + 1)
    each = p_kill * (1.0 - p_kill) ** (k - 1)
    each[-1] = (1.0 - p_kill) ** (most - 1)
    chance = np.zeros(longest + 1)
    chance[0] = math.exp(-mean)
    for n in range(1, longest + 1):
        last = min(n, most)
        chance[n] = mean / n * (k[:last] * each[:last]) @ chance[n - 1 :: -1][:last]
    return chance
