"""The linear tracker: rules of counting, order, bad looks, and what it does when it is full."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.tracks.linear import LinearTracker, count_rules
from tests.reference.linear_scenes import START, scene, step


def tracker(**options):
    most = options.pop("most_rows", 100_000)
    return LinearTracker(step, START, count_rules(**options), most_rows=most)


def test_three_hits_confirm_and_five_misses_drop():
    mine, here = tracker(), np.array([[100.0, 200.0]])
    assert [len(mine.scan(float(k), here).id) for k in range(3)] == [0, 0, 1]
    none = np.empty((0, 2))
    assert [len(mine.scan(float(k), none).id) for k in range(3, 9)] == [1, 1, 1, 1, 0, 0]
    assert mine.report.n_rows == 0


@pytest.mark.parametrize("clutter", [0.0, 2e-6])
def test_the_order_of_looks_does_not_matter(clutter):
    looked, rng = scene(30, 2, 30), np.random.default_rng(0)
    one, other = tracker(clutter=clutter), tracker(clutter=clutter)
    for k, looks in enumerate(looked.looks):
        a, b = one.scan(float(k), looks), other.scan(float(k), rng.permutation(looks))
        np.testing.assert_allclose(
            a.x[np.lexsort(a.x.T)], b.x[np.lexsort(b.x.T)], rtol=0, atol=1e-8
        )


def test_the_same_looks_give_the_same_bytes():
    looked = scene(40, 3, 20)
    one, other = tracker(clutter=looked.clutter), tracker(clutter=looked.clutter)
    for k, looks in enumerate(looked.looks):
        a, b = one.scan(float(k), looks), other.scan(float(k), looks)
        assert a.x.tobytes() == b.x.tobytes()
        assert a.id.tolist() == b.id.tolist()


@pytest.mark.parametrize("clutter", [0.0, 2e-6])
def test_absurd_looks_poison_nothing(clutter):
    looked = scene(20, 5, 30)
    clean, dirty = tracker(clutter=clutter), tracker(clutter=clutter)
    bad = np.array(
        [[np.nan, 0.0], [np.inf, 1.0], [5.0, -np.inf], [1e200, -1e200], [np.nan, np.nan]]
    )
    for k, looks in enumerate(looked.looks):
        a = clean.scan(float(k), looks)
        b = dirty.scan(float(k), np.vstack([bad, looks]))
        near = b.x[np.abs(b.x[:, 0]) < 1e100]
        assert np.isfinite(near).all()
        np.testing.assert_allclose(near, a.x, rtol=0, atol=1e-8)


def test_a_full_store_counts_what_it_drops():
    looked = scene(50, 1, 10)
    full = tracker(most_rows=20)
    for k, looks in enumerate(looked.looks):
        full.scan(float(k), looks)
        assert full.report.n_rows <= 20
    assert full.n_dropped > 0
    roomy = tracker()
    for k, looks in enumerate(looked.looks):
        roomy.scan(float(k), looks)
    assert roomy.n_dropped == 0


def test_the_gate_of_chances_is_not_that_of_nearest_neighbours():
    assert count_rules(gate=16.0, soft_gate=17.0).gates.tolist() == [16.0, 16.0]
    assert count_rules(gate=16.0, soft_gate=17.0, clutter=1e-6).gates.tolist() == [16.0, 17.0]


def test_time_does_not_run_backwards():
    mine = tracker()
    mine.scan(5.0, np.empty((0, 2)))
    with pytest.raises(ValueError, match=r"t is 4.0 s; the scan before was at 5.0 s"):
        mine.scan(4.0, np.empty((0, 2)))
