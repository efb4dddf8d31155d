"""Our tracks are Stone Soup's, on the same detections, in every scan: exact, not statistical."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from opendome.kernels.linear_scan import Start
from opendome.tracks.linear import LinearTracker, constant_velocity, count_rules
from tests.reference import stonesoup_tutorials as tutorials
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


NEVER = 10**9
ALL = (0, 1, 2, 3)


def compared(lesson, ours, answer=lambda found: found.x):
    """Tracks compared with a tutorial's, all equal."""
    n_compared = 0
    for t, looks, theirs in zip(lesson.times, lesson.looks, lesson.answers, strict=True):
        mine = answer(ours.scan(t, looks))
        mine, other = mine[np.lexsort(mine.T)], theirs[np.lexsort(theirs.T)]
        assert len(mine) == len(other), f"t = {t}"
        np.testing.assert_allclose(mine, other, rtol=0, atol=SAME)
        n_compared += len(mine)
    return n_compared


@pytest.mark.parametrize("name", ["association", "joint_association"])
def test_tutorials_6_and_8_two_known_tracks(name):
    rules = count_rules(gate=9.0, n_confirm=NEVER, n_drop=(2, NEVER))
    if name == "joint_association":
        gate = float(-2.0 * np.log(1.0 - 0.95))
        rules = count_rules(
            clutter=0.125, p_gate=0.95, soft_gate=gate, n_confirm=NEVER, n_drop=(2, NEVER)
        )
    speed = Start(np.zeros(4), np.eye(4))
    ours = LinearTracker(lambda dt: constant_velocity(dt, 0.005, 0.75**0.5), speed, rules)
    ours.begin(0.0, *tutorials.PRIORS)
    assert compared(getattr(tutorials, name)(), ours) == 40


@pytest.mark.parametrize(
    ("name", "density", "speed", "cap", "n_confirm"),
    [("initiators_and_deleters", 0.005, 1.0, 4.0, 2), ("simulation", 0.05, 0.5, 2.0, 3)],
)
def test_tutorials_9_and_10_tracks_that_come_and_go(name, density, speed, cap, n_confirm):
    rules = count_rules(
        gate=9.0, n_confirm=n_confirm, n_drop=(NEVER, NEVER), caps=(cap, cap), capped=ALL
    )
    start = Start(np.zeros(4), np.diag([0, speed, 0, speed]))
    ours = LinearTracker(lambda dt: constant_velocity(dt, density, 0.5), start, rules)
    assert compared(getattr(tutorials, name)(), ours) > 20
