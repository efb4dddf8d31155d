"""Shortest ways with and without lists of the cheapest exchanges."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.csgraph import bellman_ford

from opendome.kernels.ways import FEW, LARGE, Arcs, new_arcs, prices_of, shorten


def graph(k: int, seed: int) -> Arcs:
    """Costs below zero among them, but no cycle that is."""
    rng = np.random.default_rng(seed)
    level = rng.uniform(0.0, 5.0, k + 1)
    level[k] = 0.0
    arcs = new_arcs(k)
    arcs.cost[:] = rng.exponential(20.0, (k + 1, k + 1)) + level[:, None] - level
    np.fill_diagonal(arcs.cost, 0.0)
    return arcs


@pytest.mark.parametrize("k", [5, 60, LARGE + 40])
def test_prices_are_the_shortest_ways(k: int):
    arcs = graph(k, k)
    ways = bellman_ford(np.where(arcs.cost == 0.0, np.inf, arcs.cost).T, indices=k)[:k]
    np.testing.assert_allclose(prices_of(arcs), np.maximum(ways, 0.0), rtol=1e-12)
    assert (arcs.beyond[:k] > -np.inf).all() == (k > LARGE)


def test_a_list_holds_the_cheapest_exchanges():
    arcs = graph(LARGE + 40, 1)
    prices_of(arcs)
    for a in (0, 17, LARGE + 39):
        listed = arcs.near[a][arcs.near[a] >= 0]
        others = np.setdiff1d(np.arange(LARGE + 41), np.append(listed, a))
        assert len(listed) >= FEW - 1
        assert arcs.cost[a, listed].max() < arcs.beyond[a] <= arcs.cost[a, others].min()


@pytest.mark.parametrize("k", [60, LARGE + 40])
def test_ways_from_zero_prices_settle_at_the_shortest(k: int):
    """Where no cycle is negative; every kind may also begin at no cost."""
    arcs = graph(k, 3)
    n = 0
    while shorten(arcs, 0.0):
        n += 1
    lengths = arcs.cost + arcs.price
    np.fill_diagonal(lengths, 0.0)
    assert n > 0
    assert np.all(arcs.price <= lengths.min(axis=1) + 1e-12)
