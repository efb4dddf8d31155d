"""Cramer-Rao bounds in closed form, and reached by least squares."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.results.cramer_rao import bounds, line_of_sight_information, transition_of


def test_two_crossing_lines_of_sight():
    """From along x and along y: each knows two axes, z is seen by both."""
    place = np.zeros(3)
    information = sum(
        line_of_sight_information(place, site, 1e-3)
        for site in (np.array([1e5, 0.0, 0.0]), np.array([0.0, 2e5, 0.0]))
    )
    sigma = np.sqrt(np.diag(np.linalg.inv(information)))
    assert sigma == pytest.approx([200.0, 100.0, 100.0 / np.sqrt(1.25)])


@pytest.mark.parametrize("n", [2, 5, 40])
def test_a_straight_line_through_even_looks_is_known_as_regression_says(n):
    """Variance at the last of n even looks: 2 (2 n - 1) / (n (n + 1)) of one look's."""
    phi = np.array([[1.0, 1.0], [0.0, 1.0]])
    look = np.array([[1.0, 0.0], [0.0, 0.0]]) / 3.0**2
    covs = bounds(1e-12 * np.eye(2), np.tile(phi, (n, 1, 1)), np.tile(look, (n, 1, 1)))
    assert covs[-1, 0, 0] == pytest.approx(9.0 * 2 * (2 * n - 1) / (n * (n + 1)), rel=1e-6)


def test_the_transition_of_a_linear_motion_is_its_matrix():
    matrix = np.eye(6) + 0.1 * np.arange(36.0).reshape(6, 6)
    found = transition_of(lambda states: states @ matrix.T, np.full(6, 1e3))
    np.testing.assert_allclose(found, matrix, rtol=1e-8, atol=1e-8)


def test_least_squares_reaches_the_bound():
    """Gauss-Markov: of many draws the errors have the covariance of the bound."""
    rng, n = np.random.default_rng(3), 8
    phi = np.array([[1.0, 0.5], [0.0, 1.0]])
    look = np.array([[1.0, 0.0], [0.0, 0.0]]) / 2.0**2
    cov = bounds(1e-12 * np.eye(2), np.tile(phi, (n, 1, 1)), np.tile(look, (n, 1, 1)))[-1]
    since = 0.5 * (np.arange(n) - n + 1)
    design = np.column_stack([np.ones(n), since])
    estimates = np.linalg.lstsq(design, 2.0 * rng.standard_normal((n, 20000)), rcond=None)[0]
    np.testing.assert_allclose(np.cov(estimates), cov, rtol=0.05)
