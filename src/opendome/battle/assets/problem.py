"""Assets with values, threats aimed at them, rounds: the problem, and what a plan loses."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Defended(NamedTuple):
    """a assets, n threats each aimed at one of them, k kinds of round, each round used once."""

    value: Floats  # (a,) lost with the asset
    aim: Ints  # (n,) asset of each threat
    p_destroy: Floats  # (n,) chance that the threat destroys its asset, if it gets through
    miss: Floats  # (n, k) chance that one round does not kill, 1 where it cannot reach
    rounds: Ints  # (k,)


def gets_through(problem: Defended, counts: Ints) -> Floats:
    """Chance that each threat gets through (n,); ``counts`` (n, k) are rounds of each kind."""
    return np.asarray(np.prod(problem.miss**counts, axis=1))


def survivals(problem: Defended, counts: Ints) -> Floats:
    """Chance that each asset survives, (a,): that no threat destroys it."""
    left = np.ones(len(problem.value))
    np.multiply.at(left, problem.aim, 1.0 - problem.p_destroy * gets_through(problem, counts))
    return left


def losses(problem: Defended, counts: Ints) -> Floats:
    """Expected loss of each asset, (a,)."""
    return np.asarray(problem.value * (1.0 - survivals(problem, counts)))


def threats_of(problem: Defended, asset: int) -> Ints:
    """The threats aimed at an asset."""
    return np.flatnonzero(problem.aim == asset)


def at_stake(problem: Defended, counts: Ints) -> Floats:
    """What is lost if a threat destroys its asset, (n,): its value if all others are stopped."""
    saves = 1.0 - problem.p_destroy * gets_through(problem, counts)
    is_sure = saves <= 0.0
    n_sure = np.bincount(problem.aim, is_sure, len(problem.value)).astype(np.int64)
    others = np.ones(len(problem.value))
    np.multiply.at(others, problem.aim, np.where(is_sure, 1.0, saves))
    alone = others[problem.aim] / np.where(is_sure, 1.0, saves)
    is_lost = n_sure[problem.aim] - is_sure > 0
    return np.asarray(problem.value[problem.aim] * np.where(is_lost, 0.0, alone))
