"""Rows updated by the looks that an associator found for them: one each, or several by chance."""

from __future__ import annotations

import numpy as np

from opendome.kernels.alternatives import mix_stories
from opendome.kernels.chances import Stories, expected_of, stories
from opendome.kernels.kalman import Expected
from opendome.kernels.looks import Looks
from opendome.kernels.rows import N_MODELS, N_STATES, Beliefs, take_beliefs
from opendome.messages import Bools, Ints
from opendome.tracks.base import AbstractFilter, Association


def sure_pairs(told: Stories) -> Association:
    """Those of which no other story is told."""
    return Association(told.row, told.look, np.zeros(len(told.row)))


def rows_told_of(told: Stories) -> Ints:
    """Row of each story."""
    return np.repeat(told.doubted, np.diff(told.start))


def each_alone(
    beliefs: Beliefs, expected: Expected, told: Stories
) -> tuple[Beliefs, Expected, Association]:
    """One row for each story, what is expected of it, and the look that it tells of."""
    of_row, seen = rows_told_of(told), np.flatnonzero(told.of_look >= 0)
    pairs = Association(seen, told.of_look[seen], np.zeros(len(seen)))
    return take_beliefs(beliefs, of_row), expected_of(expected, of_row), pairs


def take_up(
    part: AbstractFilter, beliefs: Beliefs, expected: Expected, looks: Looks, found: Association
) -> None:
    """Update rows, in place, by what was found of them."""
    if found.shares is None:
        part.update(beliefs, expected, looks, found)
        return
    told = stories(found.shares)
    part.update(beliefs, expected, looks, sure_pairs(told))
    if len(told.doubted):
        each, theirs, pairs = each_alone(beliefs, expected, told)
        part.update(each, theirs, looks, pairs)
        own, no_lean = (np.zeros((len(b.t), N_MODELS, N_STATES, 0)) for b in (beliefs, each))
        mix_stories(beliefs, own, told.doubted, (each, no_lean), told.start, told.weight)


def free_looks(found: Association, n_looks: int) -> Bools:
    """Looks (n_looks,) that are likelier of none of the rows, and lead none."""
    free: Bools = np.ones(n_looks, np.bool_)
    if found.shares is not None:
        free = found.shares.left > 0.5
    free[found.look] = False
    return free
