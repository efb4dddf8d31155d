"""Families and launches beside the truth: Brier scores, confusion, distances in ellipses."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from opendome.results.beliefs import (
    Believed,
    Origin,
    brier_scores,
    calls_of,
    family_table,
    missed,
    track_table,
)
from opendome.results.record import make_table
from opendome.results.track_metrics import match_confirmed
from opendome.scenario.families import FAMILIES, KINDS
from tests.unit.results.test_track_metrics import tracks_at, truth_at

N = len(KINDS)
ROCKET, DRONE = KINDS.index("rocket"), KINDS.index("drone")
NO_LAUNCH = [math.nan] * 6
LAT, LON = 0.6, 0.2


def chances(**given: float) -> list[float]:
    """Chances of the kinds named."""
    return [given.get(kind, 0.0) for kind in KINDS]


def believed(t, rows):
    """One look: (track, threat, chances, launch) of each track of run 0, node 0."""
    zero = np.zeros(len(rows), np.int64)
    number, threat, p, launch = zip(*rows, strict=True)
    columns = np.array(number), np.array(threat), 5.0 + np.array(number)
    return Believed(t, zero, zero, *columns, np.array(p), np.array(launch))


@pytest.mark.parametrize(
    ("forecast", "score"),
    [
        ([1.0, 0.0, 0.0], 0.0),  # right and sure
        ([0.0, 1.0, 0.0], 2.0),  # wrong and sure
        ([1 / 3, 1 / 3, 1 / 3], 2 / 3),
        ([0.7, 0.2, 0.1], 0.3**2 + 0.2**2 + 0.1**2),
    ],
)
def test_brier_scores_of_known_forecasts(forecast, score):
    assert brier_scores(np.array([forecast]), np.array([0])) == pytest.approx([score])


def test_honest_chances_score_their_own_spread():
    """The mean score of what is drawn by the forecast itself: 1 less the sum of its squares."""
    p = np.array([0.6, 0.3, 0.1])
    drawn = np.random.default_rng(5).choice(3, 40_000, p=p)
    scores = brier_scores(np.tile(p, (len(drawn), 1)), drawn)
    assert scores.mean() == pytest.approx(1.0 - np.sum(p**2), abs=0.01)


def told(truth, tracks, chances, family):
    """Calls of a picture made by hand: tracks at the places of the truth's threats."""
    tracks, matches = match_confirmed(truth, tracks)
    return calls_of(truth, tracks, matches, np.array(chances), np.array(family))


def rows_of(calls, nodes=("hub",)):
    """Rows of the table, by what they tell apart."""
    names = ("run", "node", "family", "phase", "age", "called", "confidence")
    rows = make_table("families", family_table(calls, nodes)).to_pylist()
    return {tuple(row[name] for name in names): (row["tracks"], row["brier"]) for row in rows}


FAR = 6378137.0 + 200e3  # m from the centre: in space
FLIGHT = truth_at([FAR, FAR + 50e3])


def test_a_picture_with_known_chances_has_known_scores_and_confusion():
    """A rocket called so for sure, a drone called a rocket for 0.55, and a track of nothing."""
    sure, torn = chances(rocket=1.0), chances(rocket=0.55, drone=0.45)
    tracks = tracks_at([FAR, FAR + 50e3, FAR + 900e3])
    family = [FAMILIES.index("rocket"), FAMILIES.index("drone")]
    found = rows_of([told(FLIGHT, tracks, [sure, torn, sure], family)] * 2)
    n, score = found.pop((0, "hub", "", "", 30.0, "rocket", 0.9))
    assert n == 2
    assert math.isnan(score)
    assert found == {
        (0, "hub", "rocket", "space", 30.0, "rocket", 0.9): (2, 0.0),
        (0, "hub", "drone", "space", 30.0, "rocket", 0.5): (2, pytest.approx(2 * 0.55**2)),
    }


@pytest.mark.parametrize(
    ("picture", "score"),
    [
        (chances(rocket=1.0), 0.0),  # perfect
        (chances(drone=1.0), 2.0),  # sure and wrong
        (chances(unknown=1.0), 2.0),  # so is it to call unknown what is known
        ([1 / N] * N, 1 - 1 / N),  # even
    ],
)
def test_perfect_even_and_wrong_pictures(picture, score):
    calls = told(truth_at([FAR]), tracks_at([FAR]), [picture], [FAMILIES.index("rocket")])
    ((_, brier),) = rows_of([calls]).values()
    assert brier == pytest.approx(score)


@pytest.mark.parametrize(
    ("t_first", "age"), [(30.0, 0.0), (0.1, 0.0), (0.0, 30.0), (-30.0, 60.0), (-900.0, 120.0)]
)
def test_ages_count_from_the_first_look(t_first, age):
    tracks = replace(tracks_at([FAR]), t_first=np.array([t_first]))
    calls = told(truth_at([FAR]), tracks, [chances(rocket=1.0)], [0])
    assert [key[4] for key in rows_of([calls])] == [age]


def test_phases_are_those_of_the_truth_and_nodes_and_runs_stay_apart():
    truth = truth_at([FAR, FAR - 150e3, FAR, FAR], run=[2, 2, 3, 3], runs=[2, 3])
    truth = replace(
        truth,
        threat=np.array([0, 1, 0, 1]),
        r_ecef=truth.r_ecef + [[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 50e3, 0]],
        is_burning=np.array([False, False, True, True]),
        is_level=np.array([False, False, False, True]),
    )
    tracks = tracks_at([FAR, FAR - 150e3, FAR], run=[2, 2, 3], node=[0, 1, 1])
    found = rows_of([told(truth, tracks, [chances(drone=1.0)] * 3, [0, 1])], ("a", "b"))
    assert [key[:4] for key in found] == [
        (2, "a", FAMILIES[0], "space"),
        (2, "b", FAMILIES[1], "air"),
        (3, "b", FAMILIES[0], "boost"),
    ]


def test_a_track_is_told_as_it_was_last_with_its_surest_launch():
    wide = [3.0, LAT, LON + 1e-3, 9e6, 0.0, 4e6]
    sharp = [4.0, LAT, LON, 4e6, 0.0, 1e6]
    first, last = chances(rocket=0.9, drone=0.1), chances(drone=0.8, unknown=0.2)
    looks = [
        believed(10.0, [(7, 1, first, wide)]),
        believed(15.0, [(3, 0, first, NO_LAUNCH), (7, 1, first, sharp)]),
        believed(20.0, [(7, -1, last, wide)]),
    ]
    origins = Origin(np.zeros(2, np.int64), np.arange(2), np.full(2, LAT), np.full(2, LON))
    three, seven = make_table("tracks", track_table(looks, origins, ("hub",))).to_pylist()
    assert (three["track"], three["threat"], three["called"]) == (3, 0, "rocket")
    assert math.isnan(three["launch_t"])
    assert math.isnan(three["launch_miss"])
    assert (seven["threat"], seven["called"], seven["t_last"]) == (1, "drone", 20.0)
    assert (seven["p_drone"], seven["p_unknown"], seven["t_first"]) == (0.8, 0.2, 12.0)
    assert (seven["launch_t"], seven["launch_cov_ee"]) == (4.0, 4e6)
    assert seven["launch_miss"] == pytest.approx(0.0, abs=1e-6)


def test_nobody_looked():
    none = Origin(*np.zeros((2, 0), np.int64), *np.zeros((2, 0)))
    assert len(make_table("tracks", track_table([], none, ("hub",)))) == 0
    assert len(make_table("families", family_table([], ("hub",)))) == 0


def test_a_launch_two_standard_deviations_east():
    """On a mean Earth: 4 km along the parallel, with 2 km of standard deviation."""
    east = 4000.0 / (6378137.0 / math.sqrt(1 - 0.00669438 * math.sin(LAT) ** 2) * math.cos(LAT))
    launch = np.array([[0.0, LAT, LON, 4e6, 0.0, 1e6]])
    one = np.zeros(1, np.int64)
    origins = Origin(one, one, np.array([LAT]), np.array([LON + east]))
    miss, square = missed(launch, one, one, origins)
    assert miss == pytest.approx([4000.0], rel=1e-4)
    assert square == pytest.approx([4.0], rel=1e-3)


def test_ellipses_hold_what_they_say_of_drawn_launches():
    rng = np.random.default_rng(8)
    n, cov = 4000, np.array([[9e6, 4e6], [4e6, 4e6]])
    apart = rng.multivariate_normal([0.0, 0.0], cov, n)
    lat = LAT + apart[:, 1] / 6367e3
    lon = LON + apart[:, 0] / (6385e3 * math.cos(LAT))
    launch = np.tile([0.0, LAT, LON, 9e6, 4e6, 4e6], (n, 1))
    rows, zero = np.arange(n), np.zeros(n, np.int64)
    _, square = missed(launch, zero, rows, Origin(zero, rows, lat, lon))
    for level in (0.5, 0.9):
        share = np.mean(square <= -2.0 * math.log(1.0 - level))
        assert share == pytest.approx(level, abs=0.03)
