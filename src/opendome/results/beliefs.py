"""What tracks were believed to be and where they came from, beside what they were.

Brier scores, confusion and confidence of families in all runs; estimated launches in runs that are
looked at closely. See docs/models/families.md and docs/models/launch_points.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.frames import ecefs_from_geodetics, enu_basis
from opendome.messages import Tracks
from opendome.results.close_look import PHASES, phases
from opendome.results.record import Coded, Values
from opendome.results.track_metrics import Matches
from opendome.scenario.families import FAMILIES, KINDS
from opendome.truth import Truth

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TENTHS = 10  # steps of confidence
AGES = (0.0, 30.0, 60.0, 120.0)  # s since the first look at a track, from which each step begins
# Cases told apart: true family (0: of nothing), phase, age, what it is called, confidence.
SHAPE = (1 + len(FAMILIES), len(PHASES), len(AGES), len(KINDS), TENTHS)


class Calls(NamedTuple):
    """What confirmed tracks of some runs are called at one time, beside what they are, m rows."""

    run: Ints
    node: Ints
    case: Ints  # index into SHAPE, flat
    score: Floats  # NaN of tracks of nothing


class Believed(NamedTuple):
    """Confirmed tracks of some runs at one time, m rows, and the threats that they are on."""

    t: float
    run: Ints
    node: Ints
    id: Ints
    threat: Ints  # -1 for none
    t_first: Floats  # first look at it
    chances: Floats  # (m, n_kinds), in the order of KINDS
    launch: Floats  # (m, 6) time, lat, lon, and variances (ee, en, nn); NaN where not known


class Origin(NamedTuple):
    """Where threats were launched, one row each."""

    run: Ints
    threat: Ints
    lat: Floats
    lon: Floats


def brier_scores(chances: Floats, true: Ints) -> Floats:
    """Sum over kinds (n,) of the squared error of each chance: 0 at best, 2 at worst.

    Source: G. W. Brier, Monthly Weather Review 78 (1950).

    Parameters
    ----------
    chances : (n, k) float
    true : (n,) int
        Index of the kind that it was.
    """
    error = chances.copy()
    error[np.arange(len(true)), true] -= 1.0
    scores: Floats = np.sum(error**2, axis=1)
    return scores


def calls_of(
    truth: Truth, tracks: Tracks, matches: Matches, chances: Floats, family: Ints
) -> Calls:
    """What tracks are called, and the Brier score of each.

    Parameters
    ----------
    tracks : Tracks
        Confirmed ones, m rows, coasted to the time of the truth.
    matches : Matches
        Which of them is on which threat; the others are of nothing.
    chances : (m, n_kinds) float
        In the order of KINDS.
    family : (n_threats,) int
        Of each threat of a run, index into FAMILIES.
    """
    true, phase = np.full(len(tracks.run), -1), np.zeros(len(tracks.run), dtype=np.int64)
    true[matches.track] = family[truth.threat[matches.truth]]
    phase[matches.track] = phases(truth)[matches.truth]
    age = np.searchsorted(AGES, truth.t - tracks.t_first, side="right") - 1
    likeliest = chances.argmax(axis=1)
    chance = chances[np.arange(len(true)), likeliest]
    tenth = np.minimum((chance * TENTHS).astype(np.int64), TENTHS - 1)
    score = np.where(true >= 0, brier_scores(chances, np.maximum(true, 0)), np.nan)
    places = (true + 1, phase, np.maximum(age, 0), likeliest, tenth)
    return Calls(tracks.run, tracks.node, np.ravel_multi_index(places, SHAPE), score)


def family_table(calls: Sequence[Calls], nodes: tuple[str, ...]) -> dict[str, Values]:
    """Rows of the table ``families``: sums over all that tracks were called."""
    run, node, case = (_column(calls, name) for name in ("run", "node", "case"))
    score = np.concatenate([np.zeros(0), *(c.score for c in calls)])
    size = int(np.prod(SHAPE))
    key = (run * len(nodes) + node) * size + case
    rows, which, n = np.unique(key, return_inverse=True, return_counts=True)
    family, phase, age, called, tenth = np.unravel_index(rows % size, SHAPE)
    return {
        "run": rows // size // len(nodes),
        "node": Coded(rows // size % len(nodes), nodes),
        "family": Coded(family, ("", *FAMILIES)),
        "phase": Coded(phase, ("", *PHASES[1:])),
        "age": np.array(AGES)[age],
        "called": Coded(called, KINDS),
        "confidence": tenth / TENTHS,
        "tracks": n.astype(np.int64),
        "brier": np.bincount(which, score, len(rows)) / n,
    }


def track_table(
    believed: Sequence[Believed], origins: Origin, nodes: tuple[str, ...]
) -> dict[str, Values]:
    """Rows of the table ``tracks``: one for each confirmed track, as it was last believed."""
    run, node, number, threat = (_column(believed, n) for n in ("run", "node", "id", "threat"))
    t = np.repeat([b.t for b in believed], [len(b.run) for b in believed])
    key = np.column_stack([run, node, number]).reshape(-1, 3)
    rows, first, which = np.unique(key, axis=0, return_index=True, return_inverse=True)
    which = which.ravel()
    last = np.zeros(len(rows), dtype=np.int64)
    last[which] = np.arange(len(which))  # looks are in order of time
    chances = np.concatenate([np.zeros((0, len(KINDS))), *(b.chances for b in believed)])[last]
    launch = np.concatenate([np.zeros((0, 6)), *(b.launch for b in believed)])
    best = launch[_smallest(launch, which, len(rows))]
    of = _most_often(which, threat, len(rows))
    miss, square = missed(best, rows[:, 0], of, origins)
    names = ("t", "lat", "lon", "cov_ee", "cov_en", "cov_nn")
    return {
        "run": rows[:, 0],
        "node": Coded(rows[:, 1], nodes),
        "track": rows[:, 2],
        "threat": of,
        "t_first": np.concatenate([np.zeros(0), *(b.t_first for b in believed)])[first],
        "t_last": t[last].astype(np.float64),
        "called": Coded(chances.argmax(axis=1), KINDS),
        **{f"p_{kind}": chances[:, k] for k, kind in enumerate(KINDS)},
        **{f"launch_{name}": best[:, k] for k, name in enumerate(names)},
        "launch_miss": miss,
        "launch_square": square,
    }


def missed(launch: Floats, run: Ints, threat: Ints, origins: Origin) -> tuple[Floats, Floats]:
    """Distance (n,) of true launches from estimated ones (n, 6), and its square by covariance."""
    miss, square = np.full((2, len(launch)), np.nan)
    known = np.flatnonzero(np.isfinite(launch[:, 1]) & (threat >= 0))
    order = np.lexsort((origins.threat, origins.run))
    have = origins.run[order] * 2**32 + origins.threat[order]
    row = order[np.searchsorted(have, run[known] * 2**32 + threat[known])]
    none = np.zeros(len(known))
    guess = ecefs_from_geodetics(launch[known, 1], launch[known, 2], none)
    there = ecefs_from_geodetics(origins.lat[row], origins.lon[row], none)
    for i, k in enumerate(known):
        east, north, _ = enu_basis(launch[k, 1], launch[k, 2]) @ (there[i] - guess[i])
        ee, en, nn = launch[k, 3:]
        miss[k] = np.hypot(east, north)
        square[k] = (nn * east**2 - 2.0 * en * east * north + ee * north**2) / (ee * nn - en * en)
    return miss, square


def _column(looks: Sequence[Believed] | Sequence[Calls], name: str) -> Ints:
    parts = [np.zeros(0, np.int64), *(getattr(look, name) for look in looks)]
    return np.concatenate(parts)


def _smallest(launch: Floats, which: Ints, n: int) -> Ints:
    """Row of the launch with the smallest ellipse of each of n tracks; one without if none has."""
    area = launch[:, 3] * launch[:, 5] - launch[:, 4] ** 2
    area = np.where(np.isfinite(area), area, np.inf)
    order = np.lexsort((area, which))
    return order[np.searchsorted(which[order], np.arange(n))]


def _most_often(which: Ints, threat: Ints, n: int) -> Ints:
    """Threat that each of n tracks was on most often, -1 where it was on none."""
    pairs, count = np.unique(np.column_stack([which, threat]), axis=0, return_counts=True)
    pairs = pairs.reshape(-1, 2)
    count = np.where(pairs[:, 1] >= 0, count, 0)
    order = np.lexsort((-count, pairs[:, 0]))
    found: Ints = pairs[order[np.searchsorted(pairs[order, 0], np.arange(n))], 1]
    return found
