"""Joint hypotheses against a plain sum over all events; existence against its equations."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from opendome.kernels.hypotheses import (
    MOST_HYPOTHESES,
    Chances,
    carry_on,
    condense,
    new_story,
)
from opendome.tracks.linear import LinearTracker, existence_rules
from tests.reference.linear_scenes import START, step
from tests.reference.test_linear_scan_twin import PlainTracker

MODEL = step(1.0)
P_DETECT = 0.9
DENSITY = 2e-6  # of looks of nothing known


def story_of(rows, weight=(1.0,)):
    """Hypotheses with rows of (existence, x, y), all of 10 m and 2 m/s."""
    story = new_story(MOST_HYPOTHESES, len(rows[0]), 4)
    for h, hypothesis in enumerate(rows):
        story.weight[h] = weight[h]
        for i, (r, x, y) in enumerate(hypothesis):
            story.existence[h, i] = r
            story.x[h, i] = [x, 0.0, y, 0.0]
            story.cov[h, i] = np.diag([100.0, 4.0, 100.0, 4.0])
    return story


def plain_events(story, n, looks):
    """Weight of every joint event, and what became of the rows: slow twin."""
    plain, found = PlainTracker(MODEL, 0.0), []
    for h in range(n):
        n_rows = story.x.shape[1]
        for event in itertools.product(range(-1, len(looks)), repeat=n_rows):
            taken = [j for j in event if j >= 0]
            if len(set(taken)) < len(taken):
                continue
            weight, rows = story.weight[h], []
            for i, j in enumerate(event):
                r = story.existence[h, i]
                track = {"x": story.x[h, i], "p": story.cov[h, i]}
                if j < 0:
                    weight *= 1 - r * P_DETECT
                    rows.append((r * (1 - P_DETECT) / (1 - r * P_DETECT), track["x"]))
                else:
                    x, _, _, likelihood = plain.updated(track, looks[j])
                    weight *= r * P_DETECT * likelihood / DENSITY
                    rows.append((1.0, x))
            found.append((weight, event, rows))
    total = sum(weight for weight, *_ in found)
    return [(weight / total, event, rows) for weight, event, rows in found]


def test_children_are_the_joint_events():
    """Two rows whose looks are far enough apart that no two events are the same story."""
    story = story_of([[(0.9, 0.0, 0.0), (0.7, 40.0, 0.0)]])
    looks = np.array([[5.0, -30.0], [30.0, 30.0]])
    chances = Chances(P_DETECT, 1e9, np.full(2, DENSITY))
    found, n, taken = carry_on(story, 1, looks, np.arange(2), MODEL, chances)
    events = sorted(plain_events(story, 1, looks), key=lambda e: -e[0])
    kept = [event for event in events if event[0] > 5e-4]
    for j in range(2):
        share = sum(weight for weight, event, _ in events if j in event)
        assert taken[j] == pytest.approx(share, abs=3e-3)
    # Under the names of the best: exchanged events have joined it.
    assert 1 <= n <= len(kept)
    best = events[0]
    np.testing.assert_allclose(found.existence[0], [r for r, _ in best[2]], atol=0.2)
    assert found.weight[:n].sum() == pytest.approx(1.0)
    assert (np.diff(found.weight[:n]) <= 1e-12).all()
    mass = sum(w * sum(r for r, _ in rows) for w, _, rows in events)
    ours = (found.weight[:n, None] * found.existence[:n]).sum()
    assert ours == pytest.approx(mass, abs=0.01)


def test_the_same_story_under_other_names_is_one():
    here, there = (1.0, 0.0, 0.0), (1.0, 60.0, 10.0)
    story = story_of([[here, there], [there, here]], (0.6, 0.4))
    n = condense(story, 2, MOST_HYPOTHESES)
    assert n == 1
    assert story.x[0, :, 0].tolist() == [0.0, 60.0]
    assert np.diag(story.cov[0, 0]).tolist() == [100.0, 4.0, 100.0, 4.0]


def test_who_died_is_not_blurred_when_the_place_is_known():
    """One of two died: two names, one story; existences stay 1 and 0, not a half each."""
    alive, dead = (1.0, 3.0, 0.0), (0.02, 0.0, 5.0)
    story = story_of([[alive, dead], [dead, alive]], (0.55, 0.45))
    assert condense(story, 2, MOST_HYPOTHESES) == 1
    np.testing.assert_allclose(story.existence[0], [1.0, 0.02])


def test_different_stories_stay_apart():
    story = story_of([[(1.0, 0.0, 0.0)], [(1.0, 500.0, 0.0)], [(0.1, 0.0, 0.0)]], (0.5, 0.3, 0.2))
    assert condense(story, 3, MOST_HYPOTHESES) == 3
    assert condense(story_of([[(1.0, 0.0, 0.0)], [(1.0, 500.0, 0.0)]], (1 - 1e-5, 1e-5)), 2, 8) == 1


def test_existence_follows_its_equations():
    """A single thing, one look each scan, then none: r by hand (Williams 2015, eqs. 35 to 43).

    What the row leaves of a look is too little to begin another row.
    """
    clutter, birth, stays = 2e-6, 4e-8, 0.99
    rules = existence_rules(clutter=clutter, birth=birth, p_survive=stays, show=2.0, drop=1e-2)
    ours, plain = LinearTracker(step, START, rules), PlainTracker(MODEL, 0.0)
    p_seen, p_gate = 0.9 * rules.p_gate, rules.p_gate
    assert p_gate == pytest.approx(1 - np.exp(-8.0))
    place = np.array([100.0, 200.0])
    ours.scan(0.0, [place])
    r = birth / (clutter + birth)
    x = np.array([100.0, 0, 200.0, 0])
    p = START.cov + np.diag([100.0, 0, 100.0, 0])
    for k in range(1, 7):
        looks = [place + 3.0 * k] if k < 4 else np.empty((0, 2))
        ours.scan(float(k), looks)
        r *= stays
        x, p = MODEL.transition @ x, MODEL.transition @ p @ MODEL.transition.T + MODEL.process
        if len(looks):
            *_, likelihood = new = plain.updated({"x": x, "p": p}, looks[0])
            hit, miss = r * 0.9 * likelihood / (clutter + birth), 1 - r * p_seen
            p_hit = hit / (hit + miss)
            missed = (1 - p_hit) * r * (1 - p_seen) / (1 - r * p_seen)
            apart = new[0] - x
            share = p_hit / (p_hit + missed)
            p = share * new[1] + (1 - share) * p + share * (1 - share) * np.outer(apart, apart)
            x, r = x + share * apart, p_hit + missed
        else:
            r = r * (1 - p_seen) / (1 - r * p_seen)
        store = ours._store
        assert store.existence[0] == pytest.approx(r, rel=1e-9)
        np.testing.assert_allclose(store.x[0], x, atol=1e-8)
        np.testing.assert_allclose(store.cov[0], p, rtol=1e-9, atol=1e-9)
