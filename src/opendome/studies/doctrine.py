"""Shots at warheads in closed form: salvos, looks, stocks, and failures that all share."""

from __future__ import annotations

import math
from math import comb

import numpy as np
from numpy.typing import NDArray


def salvo_kill(p_kill: float, rounds: float) -> float:
    """Chance that at least one of some independent rounds kills."""
    return 1.0 - float((1.0 - p_kill) ** rounds)


def warhead_kill(p_track: float, p_kill: float, rounds: float) -> float:
    """Chance that a warhead is killed, which must first be tracked as what it is.

    Notes
    -----
    Source: D. A. Wilkening, A simple model for calculating ballistic missile defense effectiveness,
    Science and Global Security 8 (1999), eq. (2).
    """
    return p_track * salvo_kill(p_kill, rounds)


def no_leak(kill: float, warheads: int) -> float:
    """Chance that none of some independent warheads leaks."""
    return float(kill**warheads)


def kill_wanted(p_no_leak: float, warheads: int) -> float:
    """Chance of kill of each warhead that gives a chance that none leaks."""
    return float(p_no_leak ** (1.0 / warheads))


def rounds_wanted(kill: float, p_track: float, p_kill: float) -> float:
    """Rounds at each warhead that give a chance of kill, a fraction; inf where none suffice."""
    if kill >= p_track:
        return math.inf
    return math.log1p(-kill / p_track) / math.log1p(-p_kill)


def rounds_with_looks(p_kill: float, tries: int) -> float:
    """Mean rounds at a warhead, one after the look at the one before, at most ``tries``."""
    return salvo_kill(p_kill, tries) / p_kill


def rounds_in_two_turns(warheads: int, p_kill: float, first: float, rounds: float) -> float:
    """Mean rounds in all: ``first`` at each warhead, then, after a look, the rest at survivors."""
    return warheads * (first + math.pow(1.0 - p_kill, first) * (rounds - first))


def no_leak_of_stock(
    warheads: int, stock: int, rounds: int, p_kill: float, works: tuple[float, float] = (1.0, 1.0)
) -> float:
    """Chance that none leaks where a stock gives so many rounds to each until it is empty.

    ``works``: chance that a warhead is tracked, each by itself, and that the defense works at all.
    """
    shared = spread(warheads, stock, rounds)
    return works[1] * math.prod(warhead_kill(works[0], p_kill, n) for n in shared)


def mean_leakers(
    warheads: int, stock: int, rounds: int, p_kill: float, works: tuple[float, float] = (1.0, 1.0)
) -> float:
    """Mean number that leaks, with the same sharing of the stock."""
    shared = spread(warheads, stock, rounds)
    return warheads - works[1] * sum(warhead_kill(works[0], p_kill, n) for n in shared)


def spread(warheads: int, stock: int, rounds: int) -> list[int]:
    """Rounds at each warhead: ``rounds`` each while the stock lasts, the rest at the next one."""
    left, shared = stock, []
    for _ in range(warheads):
        shared.append(min(rounds, left))
        left -= shared[-1]
    return shared


def chance_of_leakers(warheads: int, kill: float, leakers: int) -> float:
    """Chance that exactly so many of independent warheads leak."""
    return float(comb(warheads, leakers) * kill ** (warheads - leakers) * (1.0 - kill) ** leakers)


def least_leakers(warheads: int, stock: int, p_kill: float, looks: int) -> float:
    """Least mean number that leaks of warheads alike that come together, with so many turns.

    Parameters
    ----------
    warheads, stock : int
        Warheads, and rounds for all of them.
    p_kill : float
        Of one round.
    looks : int
        Turns of fire; before each but the first it is seen which warheads are left.

    Notes
    -----
    Dynamic programming over (warheads left, rounds left). In a turn the rounds are shared out as
    evenly as can be: for warheads alike no other way is better, as every way of small cases shows.
    The problem: P. Hosein and M. Athans, Some analytical results for the dynamic weapon-target
    allocation problem, LIDS-P-1944, MIT (1990).
    """
    lost = np.repeat(np.arange(warheads + 1.0)[:, None], stock + 1, axis=1)
    for _ in range(looks):
        best = lost.copy()
        for n in range(1, warheads + 1):
            for fired in range(1, stock + 1):
                each, more = divmod(fired, n)
                left = np.convolve(
                    _binomial(n - more, (1.0 - p_kill) ** each),
                    _binomial(more, (1.0 - p_kill) ** (each + 1)),
                )
                then = left @ lost[: n + 1, : stock + 1 - fired]
                best[n, fired:] = np.minimum(best[n, fired:], then)
        lost = best
    return float(lost[warheads, stock])


def _binomial(n: int, p: float) -> NDArray[np.float64]:
    """Chances of 0 to n of n events of chance p."""
    return np.array([comb(n, k) * p**k * (1.0 - p) ** (n - k) for k in range(n + 1)])


def share_left_after_a_look(rounds: float, p_kill: float) -> float:
    """Share that leaks of very many warheads: one round each, then, after a look, all the others.

    ``rounds`` are those for each warhead, one or more; those of the second turn may be fractions.
    """
    missed = 1.0 - p_kill
    return float(missed ** (1.0 + (rounds - 1.0) / missed))
