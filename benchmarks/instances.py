"""Instances of the static assignment problem by the laws of the literature, from a seed."""

from __future__ import annotations

import numpy as np

from opendome.battle.assets.problem import Defended
from opendome.kernels.packages import Instance


def andersen(n_kinds: int, n_threats: int, n_each: int, seed: int = 0) -> Instance:
    """Values 1 to 100, any kill chance: the law of the files of Andersen, Pavlikov and Toffolo.

    Source: Annals of Operations Research 312 (2022); law read off their public files.
    """
    rng = np.random.default_rng(seed)
    value = rng.integers(1, 101, n_threats).astype(np.float64)
    miss = rng.random((n_threats, n_kinds))
    return Instance(value, miss, np.full(n_kinds, n_each))


def ahuja(n_kinds: int, n_threats: int, seed: int = 0) -> Instance:
    """Values 25 to 100, kill chances 0.6 to 0.9, one round of each kind.

    Source: Ahuja, Kumar, Jha and Orlin, Operations Research 55 (2007).
    """
    rng = np.random.default_rng(seed)
    value = rng.uniform(25.0, 100.0, n_threats)
    miss = 1.0 - rng.uniform(0.6, 0.9, (n_threats, n_kinds))
    return Instance(value, miss, np.ones(n_kinds, dtype=np.int64))


def rough(seed: int, n_threats: int = 500) -> Instance:
    """Uneven batteries of 15 to 40, each of which reaches some of the threats.

    Rounds from half a round to three for each threat, values with or without a heavy tail.
    """
    rng = np.random.default_rng(seed)
    n_kinds = int(rng.integers(15, 41))
    coverage = rng.uniform(0.2, 0.8)
    total = int(n_threats * rng.choice([0.5, 1, 2, 2, 3]))
    rounds = rng.multinomial(total, rng.dirichlet(np.full(n_kinds, 3.0))) + 1
    tail = rng.choice([0, 1])
    value = tail * rng.lognormal(3.0, 1.0, n_threats) + rng.uniform(5.0, 100.0, n_threats)
    low = rng.choice([0.3, 0.6])
    p_kill = rng.uniform(low, 0.95, (n_threats, n_kinds))
    p_kill[rng.random((n_threats, n_kinds)) >= coverage] = 0.0
    return Instance(value, 1.0 - p_kill, rounds.astype(np.int64))


def besieged(
    n_assets: int, n_threats: int, n_kinds: int, n_rounds: int, seed: int = 0, p_destroy: float = 1
) -> Defended:
    """Assets worth 25 to 100, at least one threat at each, kill chances 0.6 to 0.9.

    Ahuja's law of values and chances; who aims at what is drawn evenly. Rounds are shared out
    evenly among kinds.
    """
    rng = np.random.default_rng(seed)
    aim = np.concatenate([np.arange(n_assets), rng.integers(0, n_assets, n_threats - n_assets)])
    value = rng.uniform(25.0, 100.0, n_assets)
    miss = 1.0 - rng.uniform(0.6, 0.9, (n_threats, n_kinds))
    rounds = np.full(n_kinds, n_rounds // n_kinds)
    return Defended(value, aim, np.full(n_threats, float(p_destroy)), miss, rounds)
