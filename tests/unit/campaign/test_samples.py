from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc, triang

from opendome.campaign import samples
from opendome.errors import ScenarioError
from opendome.scenario.design import Factor


@pytest.mark.parametrize("n_axes", [1, 2, 7, samples.MAX_DIMENSIONS])
def test_the_sobol_sequence_is_that_of_scipy(n_axes: int):
    theirs = qmc.Sobol(n_axes, scramble=False, bits=32).random(256)
    assert np.array_equal(samples.sobol(256, n_axes), theirs)


def test_a_shifted_sobol_sequence_still_has_one_point_in_each_equal_part():
    points = samples.sobol(64, 5, seed=3)
    assert not np.array_equal(points, samples.sobol(64, 5))
    for axis in points.T:
        assert sorted((axis * 64).astype(int)) == list(range(64))
    assert np.array_equal(points, samples.sobol(64, 5, seed=3))


def test_more_axes_than_directions_are_refused():
    with pytest.raises(ScenarioError, match=r"41 axes .* at most 40 are allowed"):
        samples.sobol(4, 41)


def test_a_latin_hypercube_has_one_point_in_each_part_of_each_axis():
    points = samples.latin_hypercube(50, 3, seed=1)
    for axis in points.T:
        assert sorted((axis * 50).astype(int)) == list(range(50))
    assert abs(np.corrcoef(points.T)[0, 1]) < 0.4
    assert not np.array_equal(points, samples.latin_hypercube(50, 3, seed=2))


def test_saltelli_changes_one_axis_of_each_base_point_at_a_time():
    points = samples.saltelli(8, 3, seed=1).reshape(8, 5, 3)
    a, b = points[:, 0], points[:, -1]
    for axis in range(3):
        mixed = points[:, axis + 1]
        assert np.array_equal(mixed[:, axis], b[:, axis])
        others = [k for k in range(3) if k != axis]
        assert np.array_equal(mixed[:, others], a[:, others])


def test_drawn_values_follow_the_triangular_distribution():
    share = (np.arange(1000) + 0.5) / 1000
    ours = samples.triangular(0.25, 0.56, 0.75, share)
    theirs = triang(c=(0.56 - 0.25) / 0.5, loc=0.25, scale=0.5).ppf(share)
    assert np.allclose(ours, theirs, rtol=1e-12)
    assert np.array_equal(samples.triangular(2.0, 2.0, 2.0, share), np.full(1000, 2.0))


def test_factors_stretch_their_axis():
    line = Factor(key="a", low=2.0, high=10.0, levels=5)
    assert samples.levels(line) == [2.0, 4.0, 6.0, 8.0, 10.0]
    decades = Factor(key="a", low=1.0, high=1000.0, levels=4, scale="log")
    assert samples.levels(decades) == [1.0, 10.0, 100.0, 1000.0]
    whole = Factor(key="a", low=1.0, high=4.0, is_whole=True)
    assert samples.values_at(whole, [0.0, 0.4, 1.0]) == [1, 2, 4]
    words = Factor(key="a", values=("x", "y"))
    assert samples.values_at(words, [0.0, 0.49, 0.5, 0.999]) == ["x", "x", "y", "y"]


def test_more_levels_than_whole_numbers_are_refused():
    factor = Factor(key="a.count", low=3.0, high=6.0, levels=9, is_whole=True)
    with pytest.raises(ScenarioError, match="levels is 9; only 4 different whole numbers"):
        samples.levels(factor)


def test_each_sample_has_its_points():
    a, b = Factor(key="a", values=(1, 2)), Factor(key="b", values=("x", "y", "z"))
    grid = samples.points([a, b], "grid", None, 1)
    assert grid == [[1, "x"], [1, "y"], [1, "z"], [2, "x"], [2, "y"], [2, "z"]]
    assert samples.points([a, b], "one_at_a_time", None, 1) == [
        [1, "x"], [2, "x"], [1, "y"], [1, "z"],
    ]  # fmt: skip
    pair = Factor(key="c", values=(7, 8))
    assert samples.points([a, pair], "list", None, 1) == [[1, 7], [2, 8]]
    assert samples.points([], "grid", None, 1) == [[]]
    assert len(samples.points([a, b], "saltelli", 4, 1)) == 16
