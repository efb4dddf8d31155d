"""Quotients of the table of families: Brier scores, shares called right, confusion; over runs."""

from __future__ import annotations

import math

import pytest

from opendome.results.called import Score, brier_score, confusion, scores
from opendome.results.record import make_table
from tests.unit.results.tables import rows

NAN = float("nan")
SEEN = (  # run, family, phase, age, called, confidence, tracks, brier
    (0, "rocket", "boost", 0.0, "rocket", 0.9, 60, 0.1),
    (0, "rocket", "air", 30.0, "drone", 0.5, 20, 0.9),
    (1, "rocket", "air", 30.0, "rocket", 0.9, 20, 0.2),
    (1, "drone", "level", 30.0, "drone", 0.5, 30, 0.4),
    (0, "", "", 0.0, "rocket", 0.9, 10, NAN),
)


def table(*seen):
    names = ("run", "family", "phase", "age", "called", "confidence", "tracks", "brier")
    return make_table("families", rows("families", **dict(zip(names, map(list, zip(*seen))))))


def near(score):
    return pytest.approx(tuple(score))


def test_scores_are_quotients_of_sums_of_all_runs_without_tracks_of_nothing():
    families = table(*SEEN)
    whole = {(): Score(130, 110 / 130, (6.0 + 18.0 + 4.0 + 12.0) / 130)}
    assert {key: near(one) for key, one in whole.items()} == scores(families)
    by_age = scores(families, "age")
    assert list(by_age) == [(0.0,), (30.0,)]
    assert by_age[30.0,] == near(Score(70, 50 / 70, (18.0 + 4.0 + 12.0) / 70))
    assert scores(families, "phase", "age")["air", 30.0] == near(Score(40, 0.5, 22.0 / 40))
    assert [key for (key,) in scores(families, "run")] == [0, 1]


def test_confusion_has_a_row_for_each_family_and_nothing_last():
    drone, rocket, nothing = confusion(table(*SEEN))
    assert (drone.family, rocket.family, nothing.family) == ("drone", "rocket", "")
    assert rocket.shares == {"drone": 0.2, "rocket": 0.8}
    assert rocket.brier == pytest.approx((6.0 + 18.0 + 4.0) / 100)
    assert nothing.shares == {"rocket": 1.0}
    assert math.isnan(nothing.brier)


def test_the_interval_is_that_over_runs():
    """Runs alike have no width, one run has none at all, and others hold their mean."""
    alike = [(run, "rocket", "air", 0.0, "rocket", 0.9, 10, 0.3) for run in range(8)]
    assert brier_score(table(*alike), 1) == pytest.approx((0.3, 0.3, 0.3))
    assert math.isnan(brier_score(table(alike[0]), 1).low)
    unlike = [(*row[:-1], 0.1 + 0.05 * row[0]) for row in alike]
    found = brier_score(table(*unlike), 1)
    assert found.value == pytest.approx(0.275)
    assert 0.1 < found.low < 0.25 < 0.3 < found.high < 0.45


def test_no_tracks_no_scores():
    nothing = table(SEEN[-1])
    assert scores(nothing) == {}
    assert math.isnan(brier_score(nothing, 1).value)
    assert [row.family for row in confusion(nothing)] == [""]
    assert confusion(nothing.slice(0, 0)) == []
