"""GOSPA, OSPA and OSPA(2): closed forms, brute force, and Stone Soup's own where it has them."""

from __future__ import annotations

import itertools
import math
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.results.set_metrics import gospa, ospa, ospa2, pair_sets, root_mean_square

C = 10.0
coordinate = st.floats(-20.0, 20.0, allow_nan=False).map(lambda x: round(x, 3))
sets = st.lists(st.tuples(coordinate, coordinate), max_size=5).map(
    lambda rows: np.array(rows, dtype=float).reshape(-1, 2)
)


def cheapest(apart, cutoff, order, spare):
    """Least sum over all pairings of d^p, each thing left over costing ``spare``."""
    n, m = apart.shape
    if n > m:
        return cheapest(apart.T, cutoff, order, spare)
    best = math.inf
    for chosen in itertools.permutations([*range(m), *[-1] * n], n):
        total = sum(apart[i, j] ** order for i, j in enumerate(chosen) if j >= 0)
        k = sum(j >= 0 for j in chosen)
        best = min(best, total + spare * (n - k) + spare * (m - k))
    return best


def distances(a, b):
    return np.linalg.norm(a[:, None] - b[None], axis=2)


@given(sets, sets, st.sampled_from([1.0, 2.0]))
def test_gospa_is_the_cheapest_of_all_pairings(truths, tracks, order):
    ours = gospa(truths, tracks, C, order)
    least = cheapest(distances(truths, tracks)[:4, :4], C, order, C**order / 2.0)
    if len(truths) <= 4 and len(tracks) <= 4:
        assert ours.total == pytest.approx(least ** (1 / order), abs=1e-9)
    parts = ours.localisation + ours.missed + ours.false
    assert ours.total**order == pytest.approx(parts, abs=1e-9)


@given(sets, sets, st.sampled_from([1.0, 2.0]))
def test_ospa_is_the_cheapest_of_all_pairings(truths, tracks, order):
    ours = ospa(truths, tracks, C, order)
    assert 0.0 <= ours <= C
    assert ours == pytest.approx(ospa(tracks, truths, C, order), abs=1e-9)
    n = max(len(truths), len(tracks))
    if 0 < n <= 4:
        cut = np.full((n, n), C)
        near = np.minimum(distances(truths, tracks), C)
        cut[: near.shape[0], : near.shape[1]] = near
        sums = [
            sum(cut[i, j] ** order for i, j in enumerate(p))
            for p in itertools.permutations(range(n))
        ]
        assert ours == pytest.approx((min(sums) / n) ** (1 / order), abs=1e-9)


def test_gospa_in_closed_form():
    truths = np.array([[0.0, 0.0], [100.0, 0.0], [200.0, 0.0]])
    tracks = np.array([[3.0, 4.0], [200.0, 0.0], [500.0, 0.0], [900.0, 0.0]])
    found = gospa(truths, tracks, C)
    assert (found.localisation, found.missed, found.false) == (25.0, 50.0, 100.0)
    assert found.total == pytest.approx(math.sqrt(175.0))
    pairs = pair_sets(truths, tracks, C)
    assert pairs.truth.tolist() == [0, 2]
    assert pairs.track.tolist() == [0, 1]


def test_empty_sets():
    none, two = np.empty((0, 3)), np.zeros((2, 3))
    assert gospa(none, none, C).total == 0.0
    assert gospa(two, none, C)[1:4] == (0.0, 100.0, 0.0)
    assert gospa(none, two, C)[1:4] == (0.0, 0.0, 100.0)
    assert ospa(none, none, C) == 0.0
    assert ospa(none, two, C) == C
    assert math.isnan(root_mean_square(np.array([])))
    assert root_mean_square(np.array([3.0, 4.0])) == pytest.approx(math.sqrt(12.5))


def test_a_switch_costs_ospa2_what_ospa_does_not_see():
    times = np.arange(10.0)
    truths = np.stack(
        [np.column_stack([times, 0 * times]), np.column_stack([times, 50 + 0 * times])]
    )
    swapped = truths.copy()
    swapped[:, 5:] = truths[::-1, 5:]
    assert all(ospa(truths[:, t], swapped[:, t], C) == 0.0 for t in range(10))
    # Each trajectory is right half of the time and at the cutoff for the other half.
    assert ospa2(truths, swapped, C) == pytest.approx(C / 2)
    assert ospa2(truths, truths, C) == 0.0


def test_a_late_track_costs_ospa2_its_delay():
    truth = np.zeros((1, 10, 2))
    late = truth.copy()
    late[:, :3] = np.nan
    assert ospa2(truth, late, C) == pytest.approx(0.3 * C)
    assert ospa2(truth, np.full((1, 10, 2), np.nan), C) == C
    assert ospa2(late[:0], late[:0], C) == 0.0


@pytest.mark.parametrize("order", [1.0, 2.0])
def test_stone_soup_says_the_same(order):
    metrics = pytest.importorskip("stonesoup.metricgenerator.ospametric", reason="no Stone Soup")
    from stonesoup.types.state import State

    then = datetime(2026, 1, 1)
    rng = np.random.default_rng(7)
    theirs_gospa = metrics.GOSPAMetric(p=order, c=C)
    theirs_ospa = metrics.OSPAMetric(p=order, c=C)
    for _ in range(60):
        truths = rng.uniform(-30, 30, (rng.integers(1, 12), 3))
        tracks = truths[rng.random(len(truths)) < 0.8] + rng.normal(0, 3.0, 3)
        tracks = np.vstack([tracks, rng.uniform(-30, 30, (rng.integers(0, 4), 3))])
        a = [State(row, timestamp=then) for row in truths]
        b = [State(row, timestamp=then) for row in tracks]
        found, _ = theirs_gospa.compute_gospa_metric(b, a)
        ours = gospa(truths, tracks, C, order)
        assert ours.total == pytest.approx(found.value["distance"], abs=1e-9)
        assert ours.localisation == pytest.approx(found.value["localisation"], abs=1e-9)
        assert ours.missed == pytest.approx(found.value["missed"], abs=1e-9)
        assert ours.false == pytest.approx(found.value["false"], abs=1e-9)
        theirs = theirs_ospa.compute_OSPA_distance(b, a).value
        # It chooses its pairs by the distance, not by its power: for p = 2 not always the least.
        assert ospa(truths, tracks, C, order) <= theirs + 1e-9
        if order == 1.0:
            assert ospa(truths, tracks, C, order) == pytest.approx(theirs, abs=1e-9)
