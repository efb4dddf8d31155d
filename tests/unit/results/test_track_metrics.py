from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.messages import Tracks
from opendome.results.record import make_table
from opendome.results.track_metrics import (
    match_confirmed,
    match_tracks,
    normalised_errors,
    score_picture,
)
from opendome.truth import Truth


def truth_at(places, run=None, runs=None):
    r = np.array([[x, 0.0, 0.0] for x in places], dtype=float).reshape(-1, 3)
    n = len(r)
    run = np.zeros(n, dtype=np.int64) if run is None else np.array(run, dtype=np.int64)
    return Truth(
        t=30.0,
        runs=np.array([0] if runs is None else runs),
        run=run,
        threat=np.arange(n),
        r_ecef=r,
        v_ecef=np.zeros((n, 3)),
        is_burning=np.zeros(n, dtype=bool),
        is_level=np.zeros(n, dtype=bool),
        log_beta=np.zeros(n),
        rcs=np.ones(n),
        rcs_uhf=np.ones(n),
        plume=np.zeros(n),
        glow=np.zeros((n, 2)),
        jamming=np.zeros(n),
        jam_bands=np.zeros(n, dtype=np.int64),
    )


def tracks_at(places, run=None, node=None, is_confirmed=True, sigma=10.0):
    n = len(places)
    x = np.zeros((n, 7))
    x[:, 0] = places
    cov = np.tile(np.diag([sigma**2] * 3 + [1.0] * 3 + [0.1]), (n, 1, 1))
    nothing = np.full(n, np.nan)
    return Tracks(
        run=np.zeros(n, dtype=np.int64) if run is None else np.array(run, dtype=np.int64),
        node=np.zeros(n, dtype=np.int64) if node is None else np.array(node, dtype=np.int64),
        id=np.arange(n),
        t=np.full(n, 30.0),
        x_ecef=x,
        cov_ecef=cov,
        is_confirmed=np.full(n, is_confirmed),
        is_boosting=np.zeros(n, dtype=bool),
        is_level=np.zeros(n, dtype=bool),
        n_updates=np.full(n, 5),
        t_first=np.zeros(n),
        t_update=np.full(n, 29.0),
        t_predicted=nothing,
        impact_lat=nothing,
        impact_lon=nothing,
        impact_t=nothing,
        impact_cov_enu=np.zeros((n, 2, 2)),
    )


def greedy(places, seen, gate):
    """Slow twin: take the nearest pair, strike out both, repeat."""
    pairs, free_i, free_j = set(), set(range(len(places))), set(range(len(seen)))
    while True:
        near = [(abs(places[i] - seen[j]), i, j) for i in free_i for j in free_j]
        near = [p for p in near if p[0] <= gate]
        if not near:
            return pairs
        _, i, j = min(near)
        pairs.add((i, j))
        free_i.remove(i)
        free_j.remove(j)


line = st.lists(st.integers(-50, 50).map(float), max_size=8)


@given(places=line, seen=line, gate=st.integers(0, 40))
def test_matching_is_that_of_the_slow_twin(places, seen, gate):
    matches = match_tracks(truth_at(places), tracks_at(seen, sigma=0.0), float(gate))
    pairs = set(zip(matches.truth.tolist(), matches.track.tolist(), strict=True))
    assert pairs == greedy(places, seen, gate)


def test_a_vague_track_matches_within_three_of_its_own_sigmas():
    truth, vague = truth_at([0.0]), tracks_at([50.0], sigma=10.0)
    assert len(match_tracks(truth, vague, 1.0).track) == 1  # 50 m < 3 sqrt(3) 10 m
    assert len(match_tracks(truth, tracks_at([53.0], sigma=10.0), 1.0).track) == 0


def test_runs_and_nodes_do_not_mix():
    truth = truth_at([0.0, 0.0], run=[0, 1], runs=[0, 1])
    tracks = tracks_at([1.0, 2.0, 3.0], run=[0, 0, 1], node=[0, 1, 1])
    matches = match_tracks(truth, tracks)
    assert list(zip(matches.truth, matches.track, strict=True)) == [(0, 0), (0, 1), (1, 2)]


def test_the_picture_has_a_row_for_each_run_and_node():
    truth = truth_at([0.0, 100.0, 500.0], run=[3, 3, 4], runs=[3, 4, 9])
    tracks = tracks_at([3.0, 96.0, 20e3], run=[3, 3, 3], node=[0, 0, 0])
    columns = score_picture(truth, *match_confirmed(truth, tracks), ("c2", "hub"))
    table = make_table("picture", columns)
    rows = table.to_pylist()
    assert [(r["run"], r["node"]) for r in rows] == [
        (3, "c2"), (3, "hub"), (4, "c2"), (4, "hub"), (9, "c2"), (9, "hub"),
    ]  # fmt: skip
    assert rows[0]["threats"] == 2
    assert (rows[0]["tracks"], rows[0]["matched"], rows[0]["spurious"]) == (3, 2, 1)
    assert rows[0]["position_error_rms"] == pytest.approx(np.sqrt((3.0**2 + 4.0**2) / 2))
    assert rows[0]["velocity_error_rms"] == 0.0
    assert rows[0]["nees"] == pytest.approx((0.09 + 0.16) / 2)
    assert rows[2]["threats"] == 1
    assert rows[2]["matched"] == 0
    assert np.isnan(rows[2]["position_error_rms"])
    assert rows[5]["threats"] == 0


def test_tentative_tracks_do_not_count():
    truth, tracks = truth_at([0.0]), tracks_at([0.0], is_confirmed=False)
    columns = score_picture(truth, *match_confirmed(truth, tracks), ("c2",))
    assert columns["tracks"].tolist() == [0]


def test_the_normalised_error_of_a_consistent_filter_averages_its_components():
    generator = np.random.Generator(np.random.Philox(key=3))
    root = np.diag([50.0, 20.0, 5.0, 2.0, 1.0, 0.1]) @ (np.eye(6) + 0.3 * np.tri(6, k=-1))
    cov = root @ root.T
    errors = generator.normal(size=(4000, 6)) @ root.T
    nees = normalised_errors(errors, np.tile(cov, (4000, 1, 1)))
    # chi-squared with 6 degrees of freedom: variance 12, so the mean has sigma 0.055
    assert nees.mean() == pytest.approx(6.0, abs=0.2)
    one = errors[0] @ np.linalg.inv(cov) @ errors[0]
    assert nees[0] == pytest.approx(one, rel=1e-9)


def test_a_covariance_that_is_none_gives_no_normalised_error():
    cov = np.stack([np.eye(2), np.zeros((2, 2)), np.full((2, 2), np.nan), np.ones((2, 2))])
    nees = normalised_errors(np.ones((4, 2)), cov)
    assert nees[0] == 2.0
    assert np.isnan(nees[1:]).all()
