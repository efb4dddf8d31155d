"""The close look: who was trackable, and the SIAP sums by class, phase and condition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opendome.results.close_look import Classes, Sample, held_since, phases, sample, score
from opendome.results.record import make_table
from tests.unit.results.test_track_metrics import tracks_at, truth_at

GRID = 5.0 * np.arange(1, 13)  # s
CLASSES = Classes(np.array([0, 1]), [("srbm", "warhead"), ("cruise", "warhead")])


def at(t, places, tracks, looks, phase=3):
    """One sample: place of each threat, (id, place, threat or -1) of each track, fair looks."""
    n, m = len(places), len(tracks)
    state, track_state = np.zeros((n, 6)), np.zeros((m, 6))
    state[:, 0] = places
    track_state[:, 0] = [place for _, place, _ in tracks]
    zero = np.zeros(m, np.int64)
    return Sample(
        t,
        np.zeros(n, np.int64),
        np.arange(n),
        np.full(n, phase),
        state,
        np.array(looks, dtype=float).reshape(n, -1),
        zero,
        zero,
        np.array([i for i, _, _ in tracks], np.int64),
        track_state,
        np.array([k for _, _, k in tracks], np.int64),
    )


@pytest.mark.parametrize(
    ("looks", "since"),
    [
        (np.full(12, 1.0), [np.nan] * 4 + [25.0] * 8),  # one look in 5 s: five after 25 s
        (np.full(12, 5.0), [5.0] * 12),
        (np.full(12, 0.8), [np.nan] * 12),  # 4.8 in any 30 s
        # seven at once: good for 30 s
        (np.eye(12)[2] * 7.0, [np.nan] * 2 + [15.0] * 6 + [np.nan] * 4),
    ],
)
def test_five_fair_looks_in_half_a_minute_make_it_trackable(looks, since):
    np.testing.assert_array_equal(held_since(GRID, looks), since)


def test_sums_by_class_phase_and_condition():
    """The first is seen twice in 5 s and tracked from 30 s on, the second hardly seen at all."""
    samples = []
    for t in GRID:
        on_first = [(7, 30.0, 0), (8, 50.0, 0)] if t >= 30.0 else []
        lost = [(9, 9e5, -1)] if t >= 55.0 else []
        samples.append(at(t, [0.0, 5e4], on_first + lost, [2.0, 0.1], 2 if t > 40.0 else 3))
    table, life = score(samples, CLASSES, ("hub",))
    made = make_table("siap", table).to_pylist()
    rows = {(r["system"], r["phase"], r["condition"]): r for r in made}
    every, able = rows["srbm", "any", "all"], rows["srbm", "any", "trackable"]
    assert (every["truths"], every["tracked"], every["tracks"]) == (12, 7, 14)
    # trackable from 15 s on, held to it from 25 s on
    assert (able["truths"], able["tracked"], able["tracks"]) == (8, 7, 14)
    assert able["position_error"] == pytest.approx(40.0)
    assert (able["t_life"], able["t_tracked"], able["t_longest"]) == (35.0, 30.0, 30.0)
    assert able["track_changes"] == 0
    parts = [rows["srbm", phase, "all"]["truths"] for phase in ("space", "air")]
    assert parts == [4, 8]
    assert ("cruise", "any", "trackable") not in rows
    assert rows["cruise", "any", "all"]["tracked"] == 0
    nothing = rows["", "any", "all"]
    assert (nothing["truths"], nothing["tracks"], nothing["spurious"]) == (0, 2, 2)
    assert make_table("initiation", life)["node"].to_pylist() == ["hub", "hub"]
    np.testing.assert_array_equal(life["t_trackable"], [15.0, np.nan])
    np.testing.assert_array_equal(life["t_tracked"], [30.0, np.nan])


def test_nobody_looked():
    table, life = score([], CLASSES, ("hub",))
    assert len(make_table("siap", table)) == 0
    assert len(make_table("initiation", life)) == 0


def test_each_threat_takes_its_nearest_track_what_is_left_is_ambiguous_or_off():
    truth = truth_at([0.0, 300.0])
    tracks = tracks_at([-200.0, 100.0, 4000.0, 9000.0])
    found = sample(truth, tracks, np.zeros((2, 1)))
    assert found.match.tolist() == [1, 0, 1, -1]


@pytest.mark.parametrize(("away", "sigma", "match"), [
    (4.9e3, 10.0, 0), (5.1e3, 10.0, -1), (29e3, 9e3, 0), (31e3, 9e3, -1), (31e3, 1e6, -1),
])  # fmt: skip
def test_a_vague_track_covers_more_but_not_everything(away, sigma, match):
    found = sample(truth_at([0.0]), tracks_at([away], sigma=sigma), np.zeros((1, 1)))
    assert found.match.tolist() == [match]


def test_phases():
    up = 6378137.0 + np.array([50e3, 150e3, 150e3, 10e3])
    truth = replace(
        truth_at(up),
        is_burning=np.array([False, False, True, False]),
        is_level=np.array([False, False, False, True]),
    )
    assert phases(truth).tolist() == [3, 2, 1, 4]
