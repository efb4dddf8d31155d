"""Small static assignment problems, solved the slow way."""

from __future__ import annotations

import itertools

import numpy as np

from opendome.kernels.packages import Instance


def tiny(seed: int) -> Instance:
    """Up to four threats, four kinds and six rounds, some out of reach, some sure or useless."""
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    rounds = rng.multinomial(rng.integers(0, 7), np.full(k, 1.0 / k))
    value = rng.choice([1.0, 10.0]) * rng.uniform(0.0, 10.0, n)
    miss = rng.uniform(0.0, 1.0, (n, k)) ** rng.choice([1, 3])
    miss[rng.random((n, k)) < 0.15] = 1.0
    miss[rng.random((n, k)) < 0.05] = 0.0
    return Instance(value, miss, rounds.astype(np.int64))


def least_loss(instance: Instance) -> float:
    """Every way to give every round to a threat or to nobody, by brute force."""
    n, k = instance.miss.shape
    ways = [
        list(itertools.combinations_with_replacement(range(n + 1), int(instance.rounds[i])))
        for i in range(k)
    ]
    best = np.inf
    for plan in itertools.product(*ways):
        loss = np.append(instance.value, 0.0)
        for i, threats in enumerate(plan):
            for threat in threats:
                loss[threat] *= 1.0 if threat == n else instance.miss[threat, i]
        best = min(best, float(loss.sum()))
    return best
