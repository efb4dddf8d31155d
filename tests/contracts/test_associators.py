"""Promises that every associator of the table keeps."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from opendome.kernels.chances import Prospect
from opendome.kernels.kalman import expect_many
from opendome.kernels.looks import Looks
from opendome.kernels.odds import doubt_of
from opendome.tracks import ASSOCIATORS
from opendome.tracks.base import CLOSED, CONFIRMED, TENTATIVE, AbstractAssociator

SENSOR = np.array([6378e3, 0.0, 0.0])


@pytest.fixture(params=sorted(ASSOCIATORS))
def part(request):
    return ASSOCIATORS[request.param]()


def scene(seed, n_runs=3, n_tracks=8, n_looks=9):
    rng = np.random.default_rng(seed)
    run = np.repeat(np.arange(n_runs), n_tracks)
    x = np.zeros((len(run), 7))
    x[:, :3] = [6388e3, 20e3, 10e3] + rng.uniform(-600, 600, (len(run), 3))
    cov = np.tile(np.diag([2500.0] * 3 + [100.0] * 3 + [0.5]), (len(run), 1, 1))
    look_run = np.repeat(np.arange(n_runs), n_looks)
    away = [6388e3, 20e3, 10e3] + rng.uniform(-600, 600, (len(look_run), 3)) - SENSOR
    distance = np.linalg.norm(away, axis=1)
    order = np.lexsort((distance, look_run))
    nan = np.full(len(look_run), np.nan)
    looks = Looks(look_run[order], (away / distance[:, None])[order],
                  np.full(len(nan), 2e-3), distance[order], np.full(len(nan), 20.0),
                  nan, nan, np.full(len(nan), 20.0))  # fmt: skip
    return run, x, cov, looks


def associate(part, run, expected, looks, rank):
    """As a radar with one false alarm a look would have it, of rows that surely are things."""
    n = len(run)
    prospect = Prospect(np.full(n, 0.9), np.full(n, 4.0), doubt_of(1.0, 1e6))
    return part.associate(run, expected, looks, rank, prospect)


def part_of(looks, rows):
    return Looks(*[column[rows] for column in looks])


def test_is_final_and_described(part):
    assert isinstance(part, AbstractAssociator)
    assert getattr(type(part), "__final__", False)
    assert type(part).__doc__
    assert pickle.loads(pickle.dumps(part)) == part


@pytest.mark.parametrize("seed", range(5))
def test_weights_and_runs(part, seed):
    run, x, cov, looks = scene(seed)
    sure = np.where(np.arange(len(run)) % 2 == 0, CONFIRMED, TENTATIVE)
    found = associate(part, run, expect_many(x, cov, SENSOR), looks, sure)
    assert len(found.row) >= 3
    assert np.array_equal(run[found.row], looks.run[found.look])
    assert np.isfinite(found.fit).all()
    assert np.bincount(found.row).max() <= 1
    if found.shares is None:
        assert np.bincount(found.look).max() <= 1
        return
    assert np.bincount(found.shares.row, weights=found.shares.chance).max() <= 1.0 + 1e-9
    assert found.shares.left.min() > -1e-6


@pytest.mark.parametrize("seed", range(5))
def test_a_run_alone_gets_the_same_pairs(part, seed):
    run, x, cov, looks = scene(seed)
    sure = np.where(np.arange(len(run)) % 2 == 0, CONFIRMED, TENTATIVE)
    together = associate(part, run, expect_many(x, cov, SENSOR), looks, sure)
    rows, seen = np.flatnonzero(run == 1), np.flatnonzero(looks.run == 1)
    alone = associate(
        part, run[rows], expect_many(x[rows], cov[rows], SENSOR), part_of(looks, seen), sure[rows]
    )
    mine = run[together.row] == 1
    assert np.array_equal(rows[alone.row], together.row[mine])
    assert np.array_equal(seen[alone.look], together.look[mine])
    assert np.array_equal(alone.fit, together.fit[mine])


def test_no_looks_no_pairs(part):
    run, x, cov, looks = scene(1)
    none = part_of(looks, np.zeros(0, np.int64))
    found = associate(part, run, expect_many(x, cov, SENSOR), none, np.full(len(run), CONFIRMED))
    assert len(found.row) == 0


def test_a_lone_look_goes_to_the_track_that_expects_it(part):
    run, x, cov, looks = scene(2, n_runs=1, n_tracks=1, n_looks=1)
    expected = expect_many(x, cov, SENSOR)
    looks = looks._replace(u_los=expected.basis[:, 0], distance=expected.distance)
    found = associate(part, run, expected, looks, np.full(1, CONFIRMED))
    assert found.row.tolist() == [0]
    assert found.look.tolist() == [0]


def test_closed_rows_get_nothing(part):
    run, x, cov, looks = scene(3)
    rank = np.where(np.arange(len(run)) % 2 == 0, CONFIRMED, CLOSED)
    found = associate(part, run, expect_many(x, cov, SENSOR), looks, rank)
    assert len(found.row)
    assert (found.row % 2 == 0).all()
