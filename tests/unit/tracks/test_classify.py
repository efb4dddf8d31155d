"""Families of tracks: Bayes' rule by hand, fading evidence, what is in no catalog, calibration."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.messages import Tracks, take
from opendome.scenario.families import FAMILIES, KINDS
from opendome.tracks import classify as rules
from opendome.tracks.classify import classify, likelihoods, no_kinds, posterior
from opendome.tracks.families import broad_table, cells_of, counted, family_table, ground_speed
from tests.unit.results.test_track_metrics import tracks_at

N = len(KINDS)
ROCKET, CRUISE, UNKNOWN = (KINDS.index(kind) for kind in ("rocket", "cruise", "unknown"))


def seen(height, speed, climb=0.0, *, is_level=False, sigma=(50.0, 5.0), t=30.0) -> Tracks:
    """One track over (0.5, 0.3) rad; climb is the sine of its slope."""
    one = tracks_at([0.0])
    up = np.array(enu_basis(0.5, 0.3))
    v = speed * (math.sqrt(1.0 - climb**2) * up[0] + climb * up[2])
    x = np.concatenate([ecef_from_geodetic(0.5, 0.3, height), v, [8.0]])[None]
    cov = np.diag([sigma[0] ** 2] * 3 + [sigma[1] ** 2] * 3 + [0.1])[None]
    times = {"t": np.full(1, t), "t_update": np.full(1, t)}
    return replace(one, x_ecef=x, cov_ecef=cov, is_level=np.full(1, is_level), **times)


def test_densities_are_densities():
    assert family_table().sum(axis=(1, 2)) == pytest.approx(np.ones(len(FAMILIES)))
    assert broad_table().sum() == pytest.approx(1.0)
    assert rules.SAID.sum(axis=1) == pytest.approx(np.ones(3))


def test_speed_at_the_ground_is_that_of_a_fall_from_rest():
    """From 100 km, less than the sqrt(2 g h) of even gravity, by the ratio of the radii."""
    height = np.array([100e3])
    even = math.sqrt(2.0 * 9.82 * 100e3)
    found = ground_speed(np.zeros(1), height)[0]
    assert found == pytest.approx(even * math.sqrt(6371.0 / 6471.0), rel=1e-3)


def test_counts_are_spread_and_none_is_lost():
    rows = np.tile([1.0, 500.0, 1000.0, 0.0], (10, 1))
    share = counted(rows)
    assert share.sum() == pytest.approx(1.0)
    place = np.unravel_index(share.argmax(), share.shape)
    cell = cells_of(np.array([500.0]), np.array([1000.0]), np.array([0.0]))[0]
    assert np.ravel_multi_index(place[1:], share.shape[1:]) == cell
    assert place[0] == 1


def test_one_look_is_bayes_rule():
    rng = np.random.default_rng(3)
    density = rng.uniform(0.1, 1.0, (4, N))
    prior = np.full(N, 0.95 / (N - 1))
    prior[UNKNOWN] = 0.05
    by_hand = prior * density
    by_hand /= by_hand.sum(axis=1, keepdims=True)
    assert posterior(np.log(density), np.ones(4)) == pytest.approx(by_hand)
    # looks that tell anew count as often, MOST at most
    many = prior * density**rules.MOST
    many /= many.sum(axis=1, keepdims=True)
    assert posterior(np.log(density), np.full(4, 99.0)) == pytest.approx(many)


def test_evidence_fades_as_by_hand():
    book, t = no_kinds(), (30.0, 50.0, 55.0)
    tracks = [seen(2000.0, 400.0, c, t=when) for c, when in zip((0.7, 0.4, 0.1), t, strict=True)]
    found = [classify(book, one) for one in tracks]
    logs = [np.log(likelihoods(one)) for one in tracks]
    mean = logs[0]
    for log, dt in ((logs[1], 20.0), (logs[2], 5.0)):
        share = math.exp(-dt / rules.MEMORY)
        mean = share * mean + (1.0 - share) * log
    looks = np.array([1.0 + 25.0 / rules.APART])
    assert found[0] == pytest.approx(posterior(logs[0], np.ones(1)))
    assert found[2] == pytest.approx(posterior(mean, looks))


def test_without_a_new_look_nothing_is_learned():
    book = no_kinds()
    first = classify(book, seen(2000.0, 400.0, 0.7))
    later = replace(seen(9000.0, 900.0), t=np.full(1, 90.0), t_update=np.full(1, 30.0))
    assert classify(book, later) == pytest.approx(first)


def test_tracks_keep_their_own_evidence_in_any_order_and_are_forgotten_when_gone():
    a, b = seen(2000.0, 400.0, -0.7), seen(50.0, 240.0, is_level=True)
    columns = {
        name: np.concatenate([getattr(a, name), getattr(b, name)]) for name in Tracks.__slots__
    }
    both = Tracks(**columns | {"id": np.array([7, 3])})
    book = no_kinds()
    classify(book, both)
    found = classify(book, take(both, np.array([1, 0])))
    assert found[0].argmax() == CRUISE
    assert found[1].argmax() == ROCKET
    assert book.key.tolist() == [3, 7]
    classify(book, take(both, np.array([0])))
    assert book.key.tolist() == [7]
    assert classify(book, take(both, np.zeros(0, np.int64))).shape == (0, N)
    assert len(book.key) == 0


@pytest.mark.parametrize(
    ("height", "speed", "climb", "is_level"),
    [
        (11e3, 250.0, 0.0, True),  # an airliner
        (800e3, 7450.0, 0.0, False),  # a satellite
        (21e3, 200.0, 0.0, True),  # an aircraft that looks down from on high
    ],
)
def test_what_is_in_no_catalog_is_unknown(height, speed, climb, is_level):
    book = no_kinds()
    for t in (30.0, 60.0, 90.0):
        found = classify(book, seen(height, speed, climb, is_level=is_level, t=t))
    assert found[0, UNKNOWN] > 0.8


@pytest.mark.parametrize(
    ("height", "speed", "climb", "is_level", "kind"),
    [
        (60.0, 240.0, 0.0, True, "cruise"),
        (120.0, 50.0, 0.0, True, "drone"),
        (14e3, 1000.0, 0.0, True, "fast_cruise"),
        (3e3, 350.0, 0.4, False, "rocket"),
        (1000e3, 5800.0, 0.1, False, "intercontinental"),
        (200e3, 2200.0, -0.5, False, "medium_range"),
        (45e3, 3000.0, 0.0, True, "glider"),
    ],
)
def test_what_flies_as_the_catalog_says_is_named(height, speed, climb, is_level, kind):
    found = classify(no_kinds(), seen(height, speed, climb, is_level=is_level))
    assert KINDS[int(found[0].argmax())] == kind


def test_a_vague_track_says_little():
    sharp = classify(no_kinds(), seen(60.0, 240.0, is_level=True))
    vague = classify(no_kinds(), seen(60.0, 240.0, is_level=True, sigma=(20e3, 2000.0)))
    assert vague.max() < 0.6 < sharp.max()


def test_chances_of_what_is_drawn_from_the_densities_are_calibrated():
    """Kinds drawn by their prior, what is said of them by their density: as sure as it may be."""
    rng = np.random.default_rng(2026)
    table = rules._densities().reshape(N, -1)
    prior = np.full(N, (1.0 - rules.P_UNKNOWN) / (N - 1))
    prior[UNKNOWN] = rules.P_UNKNOWN
    kind = rng.choice(N, 20_000, p=prior)
    cell = np.zeros(len(kind), np.int64)
    for k in range(N):
        mine = kind == k
        cell[mine] = rng.choice(table.shape[1], mine.sum(), p=table[k] / table[k].sum())
    chances = posterior(np.log(table[:, cell].T), np.ones(len(kind)))
    sure, right = chances.max(axis=1), chances.argmax(axis=1) == kind
    for low in np.arange(0.3, 1.0, 0.1):
        mine = (sure >= low) & (sure < low + 0.1)
        if mine.sum() > 200:
            sigma = math.sqrt(0.25 / mine.sum())
            assert right[mine].mean() == pytest.approx(sure[mine].mean(), abs=4.0 * sigma)
