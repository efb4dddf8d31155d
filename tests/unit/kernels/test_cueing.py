"""Which things lie where a radar was asked to look."""

from __future__ import annotations

import math

import numpy as np

from opendome.kernels.cueing import are_cued, first_of_each
from opendome.kernels.looks import Cues

RADAR = np.array([6.4e6, 0.0, 0.0])


def test_cones_are_those_of_the_run():
    cues = Cues(np.array([2, 5]), np.array([[1.0, 0, 0], [0, 1.0, 0]]), math.cos(0.1))
    along = RADAR + 1e5 * np.array([[1.0, 0.09, 0.0], [1.0, 0.11, 0.0], [0.05, 1.0, 0.0]])
    run = np.array([2, 2, 2, 5, 5, 5, 7, 7, 7])
    found = are_cued(cues, run, np.tile(along, (3, 1)), RADAR)
    assert found.tolist() == [True, False, False, False, False, True, False, False, False]
    nobody = Cues(np.zeros(0, np.int64), np.zeros((0, 3)), 0.9)
    assert not are_cued(nobody, run, np.tile(along, (3, 1)), RADAR).any()


def test_the_first_of_each_run():
    run = np.array([0, 0, 0, 3, 4, 4])
    assert first_of_each(run, 2).tolist() == [0, 1, 3, 4, 5]
    assert first_of_each(run, 0).tolist() == []
    assert first_of_each(np.zeros(0, np.int64), 3).tolist() == []
