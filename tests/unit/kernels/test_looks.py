"""Draws and directions that radar and infrared looks share."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from opendome.kernels import looks

DRAWS = looks.Draws(seed=3, event=1, obj=0, detection=10, noise=11, alarms=12, places=13)


@pytest.mark.parametrize("mean", [0.2, 3.0, 250.0])
def test_counts_of_false_alarms_are_poisson(mean):
    counts = np.array([looks.poisson(DRAWS, run, mean) for run in range(4000)])
    sigma = math.sqrt(mean / len(counts))
    assert counts.mean() == pytest.approx(mean, abs=4 * sigma)
    assert counts.var() == pytest.approx(mean, rel=0.12)
    if mean < 10:
        most = int(stats.poisson.ppf(0.999, mean))
        seen = np.bincount(np.minimum(counts, most + 1), minlength=most + 2)
        p = np.append(stats.poisson.pmf(np.arange(most + 1), mean), stats.poisson.sf(most, mean))
        keep = p * len(counts) > 5
        merged = np.append(seen[keep], seen[~keep].sum())
        want = np.append(p[keep], p[~keep].sum()) * len(counts)
        assert stats.chisquare(merged, want).pvalue > 1e-3


def test_no_mean_no_alarm():
    assert looks.poisson(DRAWS, 0, 0.0) == 0


@pytest.mark.parametrize(
    "u", [(0, 0, 1), (0, 0, -1), (1, 0, 0), (0.6, -0.48, 0.64), (-0.6, 0.8, 0)]
)
def test_tangents_stand_on_the_line_of_sight(u):
    axes = looks.tangents(float(u[0]), float(u[1]), float(u[2]))
    frame = np.array([u, axes[:3], axes[3:]], dtype=float)
    assert frame @ frame.T == pytest.approx(np.eye(3), abs=1e-12)


def test_nudged_direction_turns_by_the_angles_asked():
    turned = looks.nudged((0.6, 0.0, 0.8), 3e-4, -4e-4)
    assert math.sqrt(sum(c * c for c in turned)) == pytest.approx(1.0)
    cosine = 0.6 * turned[0] + 0.8 * turned[2]
    assert math.acos(cosine) == pytest.approx(5e-4, rel=1e-4)


def test_directions_in_a_cone_fill_it_evenly():
    rng = np.random.default_rng(1)
    cos_width = math.cos(0.5)
    axis = (0.48, 0.6, 0.64)
    cosines = np.array(
        [
            np.dot(axis, looks.direction_in_cone(axis, cos_width, rng.random(), rng.random()))
            for _ in range(3000)
        ]
    )
    assert cosines.min() >= cos_width - 1e-12
    even = (cosines - cos_width) / (1.0 - cos_width)
    assert stats.kstest(even, "uniform").pvalue > 1e-3


def test_cues_hold_for_their_own_run_only():
    cues = looks.Cues(
        np.array([1, 1, 4]), np.array([[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]]), math.cos(0.1)
    )
    assert looks.is_cued(cues, 1, (0.0, 1.0, 0.0))
    assert not looks.is_cued(cues, 4, (0.0, 1.0, 0.0))
    assert not looks.is_cued(cues, 2, (1.0, 0.0, 0.0))
    assert looks.cue_of(cues, 2, 0.3) == -1
    assert {looks.cue_of(cues, 1, d) for d in (0.1, 0.9, 0.999999)} == {0, 1}
    assert looks.cue_of(cues, 4, 0.9) == 2


def test_joined_looks_are_in_order_and_none_is_lost() -> None:
    rng = np.random.default_rng(3)

    def some(n: int) -> looks.Looks:
        run = np.sort(rng.integers(0, 3, n))
        distance = np.where(rng.random(n) < 0.3, 5.0, rng.uniform(1.0, 9.0, n))
        rest = rng.random((5, n))
        columns = (rest[0], distance, *rest[1:])
        return looks.Looks(run, rng.random((n, 3)), *columns)

    a, b = some(7), some(5)
    joined = looks.joined_looks(a, b)
    order = np.lexsort((
        np.concatenate([a.snr, b.snr]),
        np.concatenate([a.distance, b.distance]),
        np.concatenate([a.run, b.run]),
    ))  # fmt: skip
    for got, left, right in zip(joined, a, b, strict=True):
        np.testing.assert_array_equal(got, np.concatenate([left, right])[order])
