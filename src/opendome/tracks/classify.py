"""What family each track is of: recursive Bayes over the catalog's families and "unknown".

Evidence is what the picture says of a track: whether it burns, flies level or falls, and speed,
height and slope with their covariance. Model: docs/models/families.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from opendome.kernels.frames import geodetics_from_ecefs
from opendome.messages import Floats, Ints, Tracks
from opendome.scenario.families import FAMILIES, KINDS
from opendome.tracks.families import (
    BURNS,
    FALLS,
    IS_LEVEL,
    broad_table,
    cells_of,
    energy_and_slope,
    family_table,
)

P_UNKNOWN = 0.05  # beforehand; the families share the rest evenly
FLOOR = 0.02  # part of a family that its flights here do not show: even over what is possible
# What a picture says (columns: it burns, falls, flies level) of what does so (rows).
SAID = np.array([[0.60, 0.35, 0.05], [0.01, 0.97, 0.02], [0.01, 0.15, 0.84]])
MEMORY = 60.0  # s, over which evidence fades
APART = 30.0  # s between looks that tell of a flight anew ...
MOST = 2.0  # ... up to so many
# Points in height and velocity with mean 0 and covariance 1: the corners of a 24-cell.
POINTS = np.array(
    [
        [a * (k == i) + b * (k == j) for k in range(4)]
        for i, j in combinations(range(4), 2)
        for a in (-math.sqrt(2.0), math.sqrt(2.0))
        for b in (-math.sqrt(2.0), math.sqrt(2.0))
    ]
)


@dataclass(slots=True)
class KindBook:
    """Evidence about the tracks of some pictures, n rows ordered by key."""

    key: Ints
    t_first: Floats  # first evidence
    t: Floats  # last look that was evidence
    evidence: Floats  # (n, n_kinds) fading mean of the logarithm of densities


def no_kinds() -> KindBook:
    """A book that knows nothing."""
    none = np.zeros(0)
    return KindBook(np.zeros(0, np.int64), none, none, np.zeros((0, len(KINDS))))


@cache
def _densities() -> Floats:
    """Density (n_kinds, n_said, n_cells) of what a picture says. Not to be changed."""
    said = np.einsum("ms,fmc->fsc", SAID, family_table())
    broad = np.einsum("ms,mc->sc", SAID, broad_table())
    table: Floats = np.concatenate([(1.0 - FLOOR) * said + FLOOR * broad, broad[None]])
    table.flags.writeable = False
    return table


def likelihoods(tracks: Tracks) -> Floats:
    """As `densities_at`, of tracks."""
    said = np.where(tracks.is_boosting, BURNS, np.where(tracks.is_level, IS_LEVEL, FALLS))
    return densities_at(tracks.x_ecef, tracks.cov_ecef, said)


def densities_at(x_ecef: Floats, cov_ecef: Floats, said: Ints) -> Floats:
    """Density (n, n_kinds) of states of which a picture says a mode, if they are of each kind.

    Means over points about the state that have its mean and covariance in height and velocity.
    """
    height, velocity = _points(x_ecef, cov_ecef)
    ground, slope = energy_and_slope(x_ecef[:, :3], velocity, height)
    cell = cells_of(ground.ravel(), height.ravel(), slope.ravel())
    table = _densities()
    place = np.repeat(said, len(POINTS)) * table.shape[2] + cell
    found = table.reshape(len(KINDS), -1)[:, place]
    mean: Floats = found.reshape(len(KINDS), -1, len(POINTS)).mean(axis=2).T
    return mean


def _points(x_ecef: Floats, cov_ecef: Floats) -> tuple[Floats, Floats]:
    """Heights (n, n_points) and velocities (n, n_points, 3) about each state."""
    r = np.ascontiguousarray(x_ecef[:, :3])
    rows = np.zeros((len(r), 4, 6))
    rows[:, 0, :3], rows[:, 1:, 3:] = r / np.linalg.norm(r, axis=1)[:, None], np.eye(3)
    values, axes = np.linalg.eigh(rows @ cov_ecef[:, :6, :6] @ rows.transpose(0, 2, 1))
    root = axes * np.sqrt(np.maximum(values, 0.0))[:, None, :]
    apart = np.einsum("nij,kj->nki", root, POINTS)
    height = geodetics_from_ecefs(r)[:, 2, None] + apart[:, :, 0]
    return height, x_ecef[:, None, 3:6] + apart[:, :, 1:]


def classify(book: KindBook, tracks: Tracks) -> Floats:
    """Chance (n, n_kinds) of each kind of each track; takes what is new into the book, in place.

    Parameters
    ----------
    book : KindBook
        Of the same pictures before. Afterwards it holds the tracks given, and no others.
    tracks : Tracks
        All at one time. Only where a track has had a look since the last time is there evidence.

    Notes
    -----
    The chances are those of Bayes' rule with the mean of the logarithms of the densities, which
    fades, counted as often as there are looks far enough apart to tell anew: states of one flight
    follow from each other. Source: Raftery, Karny, Ettler, Technometrics 52 (2010), forgetting.
    """
    key = (tracks.run * 64 + tracks.node) * 2**32 + tracks.id
    order = np.argsort(key, kind="stable")
    key, t = key[order], tracks.t_update[order]
    if not len(key):
        book.key, book.t_first, book.t, book.evidence = (
            key, np.zeros(0), np.zeros(0), np.zeros((0, len(KINDS)))
        )  # fmt: skip
        return np.zeros((0, len(KINDS)))
    now = np.log(likelihoods(tracks))[order]
    place = np.minimum(np.searchsorted(book.key, key), max(len(book.key) - 1, 0))
    is_old = book.key[place] == key if len(book.key) else np.zeros(len(key), np.bool_)
    t_first, before, evidence = t.copy(), t.copy(), now.copy()
    mine = place[is_old]
    t_first[is_old], before[is_old] = book.t_first[mine], book.t[mine]
    share = np.exp(-np.maximum(t - before, 0.0) / MEMORY)[is_old, None]
    evidence[is_old] = share * book.evidence[mine] + (1.0 - share) * now[is_old]
    book.key, book.t_first, book.t, book.evidence = key, t_first, np.maximum(t, before), evidence
    chances = np.empty_like(evidence)
    chances[order] = posterior(evidence, 1.0 + (book.t - t_first) / APART)
    return chances


def chances_now(x_ecef: Floats, cov_ecef: Floats, said: Ints, age: Floats) -> Floats:
    """Chance (n, n_kinds) of each kind by states alone, with no book of what was seen before.

    Parameters
    ----------
    said : (n,) int
        Mode that the picture says: BURNS, FALLS or IS_LEVEL.
    age : (n,) float
        s since the first look.
    """
    return posterior(np.log(densities_at(x_ecef, cov_ecef, said)), 1.0 + age / APART)


def posterior(evidence: Floats, looks: Floats) -> Floats:
    """Chances (n, n_kinds) by Bayes' rule, of a mean logarithm of densities and how many it counts.

    Parameters
    ----------
    evidence : (n, n_kinds) float
    looks : (n,) float
        Looks that tell anew, of which MOST count at most.
    """
    prior = np.full(len(KINDS), (1.0 - P_UNKNOWN) / len(FAMILIES))
    prior[-1] = P_UNKNOWN
    found = np.log(prior) + np.minimum(looks, MOST)[:, None] * evidence
    found -= found.max(axis=1, keepdims=True)
    weight = np.exp(found)
    chances: Floats = weight / weight.sum(axis=1, keepdims=True)
    return chances


def called(chances: Floats) -> Ints:
    """The likeliest kind (n,) of each track, index into KINDS."""
    likeliest: Ints = chances.argmax(axis=1)
    return likeliest
