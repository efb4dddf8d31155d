"""Problems of assets, small ones solved the slow way."""

from __future__ import annotations

import itertools

import numpy as np

from opendome.battle.assets.problem import Defended, losses


def tiny(seed: int) -> Defended:
    """Up to three assets, five threats, three kinds, five rounds; sure, useless, out of reach."""
    rng = np.random.default_rng(seed)
    a, k, n = int(rng.integers(1, 4)), int(rng.integers(1, 4)), int(rng.integers(1, 6))
    rounds = rng.multinomial(rng.integers(0, 6), np.full(k, 1.0 / k))
    miss = rng.uniform(0.0, 1.0, (n, k)) ** rng.choice([1, 3])
    miss[rng.random((n, k)) < 0.15] = 1.0
    miss[rng.random((n, k)) < 0.05] = 0.0
    p_destroy = np.where(rng.random(n) < 0.5, 1.0, rng.uniform(0.0, 1.0, n))
    value = rng.choice([1.0, 10.0]) * rng.uniform(0.0, 10.0, a)
    return Defended(value, rng.integers(0, a, n), p_destroy, miss, rounds.astype(np.int64))


def least_lost(problem: Defended) -> float:
    """Every way to give every round to a threat or to nobody, by brute force."""
    n, k = problem.miss.shape
    ways = [
        list(itertools.combinations_with_replacement(range(n + 1), int(r))) for r in problem.rounds
    ]
    best = np.inf
    for plan in itertools.product(*ways):
        counts = np.zeros((n + 1, k), dtype=np.int64)
        for kind, threats in enumerate(plan):
            np.add.at(counts[:, kind], list(threats), 1)
        best = min(best, float(losses(problem, counts[:n]).sum()))
    return best


def alike(
    value: list[float], aimed: list[int], chances: tuple[float, float], rounds: int
) -> Defended:
    """Threats that are alike, so many at each asset, and one kind of round."""
    p_destroy, p_kill = chances
    aim = np.repeat(np.arange(len(value)), aimed)
    n = len(aim)
    return Defended(
        np.array(value), aim, np.full(n, p_destroy), np.full((n, 1), 1.0 - p_kill),
        np.array([rounds]),
    )  # fmt: skip


def least_lost_alike(problem: Defended) -> float:
    """The same problem as a knapsack: rounds are spread evenly over the threats of an asset.

    Even is best, since the logarithm of a threat's chance not to destroy is concave in its rounds.
    """
    p, q, rounds = problem.p_destroy[0], problem.miss[0, 0], int(problem.rounds[0])
    least = np.zeros(rounds + 1)
    for asset, value in enumerate(problem.value):
        n = int(np.sum(problem.aim == asset))
        lost = np.zeros(rounds + 1)
        for r in range(rounds + 1):
            low, more = divmod(r, n) if n else (0, 0)
            saved = (1.0 - p * q**low) ** (n - more) * (1.0 - p * q ** (low + 1)) ** more
            lost[r] = value * (1.0 - saved)
        least = np.array(
            [min(least[r - x] + lost[x] for x in range(r + 1)) for r in range(rounds + 1)]
        )
    return float(least[rounds])
