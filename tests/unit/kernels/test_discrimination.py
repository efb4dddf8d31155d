"""Which object of a cluster a seeker takes: shares against closed forms, place, air, the alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm as normal_law

from opendome.kernels.discrimination import (
    BLIND,
    REFERENCE_CONTRAST,
    Clusters,
    braking,
    feature_noise,
)
from opendome.kernels.guidance import Rounds, Sky, acquire
from tests.unit.kernels.test_midcourse import FAR, R, S, kinds, one_round

PLACE = (FAR, 50e3, 0.0)
GROUND = 6378137.0


def sky_of(places: list[tuple[float, ...]], v: tuple[float, ...], clusters: Clusters) -> Sky:
    """Objects that fly straight and alike."""
    n = len(places)
    knots = np.array([[t, *(np.array(p) + t * np.array(v)), *v] for p in places for t in (0, 9)])
    offsets = 2 * np.arange(n)
    return Sky(n, knots, offsets, np.full(n, 2), np.full(n, -1.0), np.full(n, 1e9), clusters)


def cluster(bright: list[float], beta: list[float] | None = None) -> Clusters:
    """Objects of one launch by their brightness relative to its warhead's, in either band."""
    n = len(bright)
    features = np.log(np.array([bright, bright])).T
    known = np.zeros((n, 2))
    heavy = np.full(n, 1e30) if beta is None else np.array(beta)
    return Clusters(np.ones(n, dtype=np.bool_), np.ascontiguousarray(features), known, heavy)


def blind_round(run: int) -> Rounds:
    """A round that was told its place so badly that places say nothing."""
    rounds = one_round(R, (0.0, 900.0, 0.0), PLACE, S)
    rounds.run[0], rounds.sigma_place[0] = run, 1e9
    return rounds


def shares(sky: Sky, sigma: float, draws: int) -> np.ndarray:
    """How often each object is taken."""
    seeker = kinds(acquisition_range=1e5, sigma_feature=sigma, band=0)
    taken = np.zeros(sky.n_threats)
    for run in range(draws):
        rounds = blind_round(run)
        acquire(rounds, 0, seeker, sky, 11)
        taken[rounds.target[0]] += 1
    return taken / draws


def chance_of(separation: float, decoys: int) -> float:
    """Chance that the warhead's measured feature is nearer to the expected one than all decoys'."""

    def both(a: float) -> float:
        beyond = 1.0 - normal_law.cdf(a - separation) + normal_law.cdf(-a - separation)
        return float(2.0 * normal_law.pdf(a) * beyond**decoys)

    return float(quad(both, 0.0, 12.0)[0])


@pytest.mark.parametrize("p", [0.55, 0.7, 0.85, 0.95, 0.999])
def test_the_reference_cluster_gives_the_catalogs_chance(p: float) -> None:
    """By the closed form of the docstring, by quadrature, and by draws (4 sigma)."""
    separation = REFERENCE_CONTRAST / feature_noise(p)
    q = normal_law.cdf(separation / math.sqrt(2.0))
    assert q * q + (1.0 - q) ** 2 == pytest.approx(p, abs=1e-9)
    assert chance_of(separation, 1) == pytest.approx(p, abs=1e-7)
    n = 2000
    found = shares(sky_of([PLACE, PLACE], S, cluster([1.0, 0.5])), feature_noise(p), n)[0]
    assert abs(found - p) < 4.0 * math.sqrt(p * (1.0 - p) / n)


@pytest.mark.parametrize("decoys", [3, 10])
def test_many_decoys_share_what_is_left(decoys: int) -> None:
    sigma, n = feature_noise(0.7), 2000
    sky = sky_of([PLACE] * (decoys + 1), S, cluster([1.0] + [2.0] * decoys))
    p = chance_of(REFERENCE_CONTRAST / sigma, decoys)
    assert abs(shares(sky, sigma, n)[0] - p) < 4.0 * math.sqrt(p * (1.0 - p) / n)


def test_a_perfect_replica_is_told_apart_by_nobody() -> None:
    sky, n = sky_of([PLACE] * 5, S, cluster([1.0] * 5)), 2500
    found = shares(sky, feature_noise(0.99), n)
    assert np.abs(found - 0.2).max() < 4.0 * math.sqrt(0.16 / n)


def test_a_seeker_that_is_no_better_than_a_coin_is_blind() -> None:
    assert feature_noise(0.5) == feature_noise(0.2) == BLIND


def test_a_sharp_place_beats_a_bright_decoy() -> None:
    """The warhead stands where it was said to be, 300 m from a decoy, 30 m known."""
    beside = (FAR, 50e3, 300.0)
    sky = sky_of([PLACE, beside], S, cluster([0.3, 1.0]))
    for run in range(50):
        rounds = blind_round(run)
        rounds.sigma_place[0] = 30.0
        seeker = kinds(acquisition_range=1e5, sigma_feature=0.5, sigma_angle=1e-5)
        acquire(rounds, 0, seeker, sky, 11)
        assert rounds.target[0] == 0


def test_an_old_place_is_a_vague_one() -> None:
    """Told 9 s ago with 100 m/s of error it says nothing within 300 m: brightness decides."""
    beside = (FAR, 50e3, 300.0)
    sky = sky_of([PLACE, beside], S, cluster([0.05, 1.0]))
    rounds = blind_round(3)
    rounds.sigma_place[0], rounds.sigma_speed[0], rounds.t_told[0] = 1.0, 100.0, -9.0
    acquire(rounds, 0, kinds(acquisition_range=1e5, sigma_feature=0.5), sky, 11)
    assert rounds.target[0] == 1


def test_the_first_of_a_cluster_in_range_is_not_taken_for_that() -> None:
    near, far = (FAR, 50e3, 0.0), (FAR, 61e3, 0.0)
    sky = sky_of([near, far], S, cluster([0.01, 1.0]))
    rounds = blind_round(1)
    acquire(rounds, 0, kinds(acquisition_range=6e4, sigma_feature=0.1), sky, 11)
    assert rounds.target[0] == 1


def test_air_tells_a_light_decoy_from_a_warhead_that_looks_alike() -> None:
    place, v = (GROUND + 45e3, 0.0, 0.0), (-6000.0, 0.0, 0.0)
    light, heavy = braking(place, v, 10.0), braking(place, v, 9000.0)
    assert light / heavy == pytest.approx(900.0)
    assert light > 100.0
    sky = sky_of([place] * 6, v, cluster([1.0] * 6, [10.0] * 5 + [9000.0]))
    for run in range(100):
        rounds = one_round((GROUND + 30e3, 0.0, 0.0), (0.0, 0.0, 0.0), place, v)
        rounds.run[0], rounds.sigma_place[0], rounds.believed_beta[0] = run, 1e9, 9000.0
        acquire(rounds, 0, kinds(acquisition_range=1e5, sigma_feature=0.5), sky, 11)
        assert rounds.target[0] == 5


def test_among_lone_threats_the_nearest_is_taken_as_ever() -> None:
    off = (FAR, 50e3, 200.0)
    lone = cluster([0.01, 1.0])._replace(is_cluster=np.zeros(2, dtype=np.bool_))
    for clusters in (lone, Sky._field_defaults["clusters"]):
        rounds = blind_round(1)
        acquire(rounds, 0, kinds(acquisition_range=1e5), sky_of([PLACE, off], S, clusters), 11)
        assert rounds.target[0] == 0
