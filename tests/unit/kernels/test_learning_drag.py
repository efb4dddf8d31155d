"""What looks tell of the ballistic coefficient: its inverse, which is never below zero."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.follow import brake, learn_drag

PUSH = 2.0  # m/s^2, deceleration by air of the inverse that a body is believed to have at first


def test_many_looks_are_a_linear_filter_of_the_inverse() -> None:
    """Decelerations are looked at twenty times; the filter of the inverse is exact for them."""
    rng = np.random.default_rng(5)
    s, p = np.zeros(7), np.eye(7)
    s[6], p[6, 6] = 8.0, 0.3**2
    inverse, variance, noise = 1.0, 0.3**2, 0.5**2
    for _ in range(20):
        look = PUSH * 1.3 + rng.normal(0.0, 0.5)
        before, slope = s[6], -PUSH * math.exp(8.0 - s[6])
        gain = p[6, 6] * slope / (slope * p[6, 6] * slope + noise)
        s[6] += gain * (look - PUSH * math.exp(8.0 - before))
        p[6, 6] *= 1.0 - gain * slope
        learn_drag(s, p, before)
        gain = variance * PUSH / (PUSH * variance * PUSH + noise)
        inverse += gain * (look - PUSH * inverse)
        variance *= 1.0 - gain * PUSH
        assert math.exp(8.0 - s[6]) == pytest.approx(inverse, rel=1e-12)
        assert p[6, 6] == pytest.approx(variance / inverse**2, rel=1e-12)


@pytest.mark.parametrize("part", [0.9, 0.2, -0.5])
def test_what_lies_below_zero_is_cut_off(part: float) -> None:
    """Against draws of all components, those thrown away in which the inverse is negative."""
    rng = np.random.default_rng(3)
    mix = rng.normal(size=(7, 7))
    cov = mix @ mix.T
    cov *= 0.8**2 / cov[6, 6]
    mean = rng.normal(size=7)
    draws = rng.multivariate_normal(mean, cov, 400_000)
    inverse = part - (draws[:, 6] - mean[6])  # falls by as much as the logarithm rises
    kept, of_inverse = draws[inverse > 0.0], inverse[inverse > 0.0]
    s, p = mean.copy(), cov.copy()
    found = brake(s, p, part)
    assert found == pytest.approx(of_inverse.mean(), abs=0.01)
    assert s[:6] == pytest.approx(kept[:, :6].mean(axis=0), abs=0.02)
    assert p == pytest.approx(np.cov(kept.T), abs=0.02)
    assert np.linalg.eigvalsh(p).min() > 0.0
