"""Crossings of lines of sight against plain least squares, and their ghosts."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.kernels.looks import Looks
from opendome.kernels.triangulation import NONE, crossings

SIGMA = 20e-6
PLACES = np.array([
    [7378e3, 0.0, 0.0], [7200e3, 1600e3, 0.0], [7000e3, -1500e3, 1700e3], [7100e3, 300e3, -1900e3],
])  # fmt: skip
TARGET = np.array([6378e3 + 60e3, 200e3, 150e3])


def looks_at(targets, satellites, seed=1, run=0):
    """One look of every satellite at every target, in mixed order."""
    rng = np.random.default_rng(seed)
    satellite = np.tile(satellites, len(targets))
    away = np.repeat(targets, len(satellites), axis=0) - PLACES[satellite]
    u = away / np.linalg.norm(away, axis=1)[:, None]
    axis = np.cross(u, rng.normal(size=u.shape))
    axis /= np.linalg.norm(axis, axis=1)[:, None]
    u = (
        u
        + axis * rng.normal(0, SIGMA, (len(u), 1))
        + np.cross(u, axis) * rng.normal(0, SIGMA, (len(u), 1))
    )
    u /= np.linalg.norm(u, axis=1)[:, None]
    n = len(u)
    nan = np.full(n, np.nan)
    return (
        Looks(np.full(n, run), u, np.full(n, SIGMA), nan, nan, nan, nan, np.full(n, 10.0)),
        satellite,
        np.ones(n, np.bool_),
    )


def bound(satellites, target=TARGET):
    information = np.zeros((3, 3))
    for s in satellites:
        away = target - PLACES[s]
        d2 = away @ away
        information += (np.eye(3) - np.outer(away, away) / d2) / (SIGMA**2 * d2)
    return np.linalg.inv(information)


@pytest.mark.parametrize("satellites", [[0, 1], [0, 2, 3], [0, 1, 2, 3]])
def test_places_are_as_good_as_their_bound_and_say_so(satellites):
    errors, covs = [], []
    for seed in range(300):
        looks, satellite, is_plume = looks_at(TARGET[None], satellites, seed)
        found = crossings(PLACES, satellite, is_plume, looks)
        assert found.n_looks.tolist() == [len(satellites)]
        errors.append(found.place[0] - TARGET)
        covs.append(found.cov[0])
    limit = bound(satellites)
    assert np.mean(covs, axis=0) == pytest.approx(limit, rel=0.02, abs=1.0)
    square = np.einsum("ni,ij,nj->n", errors, np.linalg.inv(limit), errors)
    assert square.mean() == pytest.approx(3.0, abs=4.0 * np.sqrt(6.0 / 300))


def test_many_targets_make_no_ghosts_where_three_satellites_look():
    rng = np.random.default_rng(2)
    targets = TARGET + rng.normal(0, 20e3, (12, 3))
    looks, satellite, is_plume = looks_at(targets, [0, 1, 2, 3])
    found = crossings(PLACES, satellite, is_plume, looks)
    assert len(found.first) == 12
    assert (found.n_looks == 4).all()
    gaps = np.linalg.norm(found.place[:, None] - targets, axis=2)
    assert gaps.min(axis=1).max() < 500.0
    assert len(np.unique(gaps.argmin(axis=1))) == 12


def test_each_look_is_used_once_and_never_with_another_of_its_satellite():
    rng = np.random.default_rng(3)
    targets = TARGET + rng.normal(0, 2e3, (8, 3))
    looks, satellite, is_plume = looks_at(targets, [0, 1])
    found = crossings(PLACES, satellite, is_plume, looks)
    for g in range(len(found.first)):
        mine = satellite[found.group == g]
        assert len(mine) == len(np.unique(mine)) >= 2


def test_what_does_not_cross_stays_alone():
    looks, satellite, is_plume = looks_at(TARGET[None], [0, 1])
    apart, other, _ = looks_at(TARGET[None] + np.array([[0.0, 0.0, 30e3]]), [2])
    both = Looks(*[np.concatenate(pair) for pair in zip(looks, apart, strict=True)])
    found = crossings(PLACES, np.append(satellite, other), np.ones(3, np.bool_), both)
    assert found.group[2] == NONE
    assert found.n_looks.tolist() == [2]
    glow = np.array([True, False])
    assert len(crossings(PLACES, satellite, glow, looks).first) == 0  # a plume and a glow
    later = looks._replace(run=np.array([0, 1]))
    assert len(crossings(PLACES, satellite, is_plume, later).first) == 0  # two runs
