"""Shots at warheads in closed form: salvos, looks, stocks, and failures that all share."""

from __future__ import annotations

import math
from math import comb


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
