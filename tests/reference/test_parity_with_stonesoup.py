"""Our tracks are Stone Soup's, on the same detections, in every scan: exact, not statistical."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from opendome.tracks.linear import LinearTracker
from tests.reference.linear_scenes import START, scene, step
from tests.reference.stonesoup_trackers import our_rules, states_of, their_tracker

SAME = 1e-6  # m, m/s

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("stonesoup") is None, reason="Stone Soup is not installed"
    ),
    pytest.mark.compiled,
]


def worst_gap(n: int, n_scans: int, is_joint: bool) -> tuple[float, int]:
    """Largest difference of any track in any scan, and the tracks compared."""
    looked = scene(n, 0, n_scans)
    clutter = looked.clutter if is_joint else 0.0
    ours = LinearTracker(step, START, our_rules(clutter))
    worst, n_compared = 0.0, 0
    for k, (_, theirs) in enumerate(their_tracker(looked.looks, clutter)):
        mine = ours.scan(float(k), looked.looks[k]).x
        mine, other = mine[np.lexsort(mine.T)], states_of(theirs)
        assert len(mine) == len(other), f"scan {k}"
        if len(mine):
            worst = max(worst, float(np.abs(mine - other).max()))
        n_compared += len(mine)
        assert ours.report.n_belief == 0
    return worst, n_compared


@pytest.mark.parametrize("is_joint", [False, True], ids=["gnn", "jpda"])
def test_twenty_scans_of_fifty_are_the_same(is_joint):
    worst, n_compared = worst_gap(50, 20, is_joint)
    assert n_compared > 600
    assert worst < SAME


@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("n", "is_joint"),
    [(50, False), (100, False), (200, False), (10, True), (50, True), (100, True)],
    ids=lambda value: (
        {False: "gnn", True: "jpda"}.get(value, value) if isinstance(value, bool) else str(value)
    ),
)
def test_a_hundred_scans_are_the_same(n, is_joint):
    worst, n_compared = worst_gap(n, 100, is_joint)
    assert n_compared > 50 * n
    assert worst < SAME
