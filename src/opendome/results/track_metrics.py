"""Picture quality: tracks matched to the truth, the only place where the two meet.

A track belongs to the threat that it is nearest to. Pairs are taken in order of distance, each
track and threat once, none beyond the gate (greedy matching): with distances well under the spacing
of threats it is the optimal assignment, and it never swaps a good match away to gain elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.greedy import greedy_pairs
from opendome.messages import Tracks, take
from opendome.results.record import Coded, Values
from opendome.results.set_metrics import gospa
from opendome.truth import Truth

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GATE = 5000.0  # m
SINGULAR = 1e-12  # least eigenvalue of correlations that can still be told from rounding
GATE_SIGMAS = 3.0  # of the track's own place: a vague track may match from further away


class Matches(NamedTuple):
    """Pairs of a row of the truth and a row of the tracks, m rows."""

    truth: Ints
    track: Ints
    distance: Floats  # m


def match_tracks(truth: Truth, tracks: Tracks, gate: float = GATE) -> Matches:
    """Pair every node's tracks with the true threats of the same run.

    Parameters
    ----------
    truth : Truth
        Snapshot at the time at which the tracks are valid.
    tracks : Tracks
        Of any number of runs and nodes, coasted to ``truth.t``.
    gate : float
        Greatest distance of a pair, m; a track less sure than that has GATE_SIGMAS of its own.
    """
    reach = reach_of(tracks, gate)
    i_truth, i_track = _pairs(truth.run, tracks.run)
    distance = np.linalg.norm(truth.r_ecef[i_truth] - tracks.x_ecef[i_track, :3], axis=1)
    is_near = distance <= reach[i_track]
    i_truth, i_track, distance = i_truth[is_near], i_track[is_near], distance[is_near]
    order = np.lexsort((i_track, i_truth, distance))
    i_truth, i_track, distance = i_truth[order], i_track[order], distance[order]
    # A threat may be matched once in each node's picture.
    n_nodes = int(tracks.node.max(initial=-1)) + 1
    seat = i_truth * n_nodes + tracks.node[i_track]
    n_seats = len(truth.run) * n_nodes
    rows = np.flatnonzero(greedy_pairs(seat, i_track, n_seats, len(tracks.run)))
    return Matches(i_truth[rows], i_track[rows], distance[rows])


def reach_of(tracks: Tracks, gate: float) -> Floats:
    """How far (n,) from each track its threat may be, m."""
    spread = np.sqrt(np.trace(tracks.cov_ecef[:, :3, :3], axis1=1, axis2=2))
    reach: Floats = np.maximum(gate, GATE_SIGMAS * spread)
    return reach


def normalised_errors(error: Floats, cov: Floats) -> Floats:
    """Normalised estimation error squared of each row: e' P^-1 e, NaN where P is singular.

    Its mean is the number of components for a consistent filter. Source: Bar-Shalom, Li and
    Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), section 5.4.

    Parameters
    ----------
    error : (n, k) float
    cov : (n, k, k) float
    """
    nees = np.full(len(error), np.nan)
    scale = np.sqrt(np.einsum("nii->ni", cov))
    is_sound = np.isfinite(scale).all(axis=1) & (scale > 0.0).all(axis=1)
    scale = scale[is_sound]
    # Components of metres and of metres per second: solved as correlations, which are well scaled.
    correlation = cov[is_sound] / (scale[:, :, None] * scale[:, None, :])
    whitened = error[is_sound] / scale
    is_regular = np.linalg.eigvalsh(correlation)[:, 0] > SINGULAR
    solved = np.linalg.solve(correlation[is_regular], whitened[is_regular][:, :, None])[:, :, 0]
    rows = np.flatnonzero(is_sound)[is_regular]
    nees[rows] = np.einsum("ni,ni->n", whitened[is_regular], solved)
    return nees


def match_confirmed(truth: Truth, tracks: Tracks) -> tuple[Tracks, Matches]:
    """Confirmed tracks, the only ones that a picture is held to, and their pairs."""
    told = take(tracks, tracks.is_confirmed)
    return told, match_tracks(truth, told)


def score_picture(
    truth: Truth, tracks: Tracks, matches: Matches, nodes: tuple[str, ...]
) -> dict[str, Values]:
    """Rows of the table ``picture``: one for each run and node at the time of the truth.

    Errors are root mean squares over the matched tracks, NaN if none.

    Parameters
    ----------
    truth : Truth
        Snapshot; a row is made for each of its ``runs``.
    tracks : Tracks
        Confirmed ones, coasted to ``truth.t``; ``node`` counts in the order of ``nodes``.
    matches : Matches
        Of these.
    nodes : tuple of str
        Names of all command nodes.
    """
    states = np.hstack([truth.r_ecef, truth.v_ecef])
    error = tracks.x_ecef[matches.track, :6] - states[matches.truth]
    n_cells = len(truth.runs) * len(nodes)
    cell = np.searchsorted(truth.runs, tracks.run) * len(nodes) + tracks.node
    cell_of_match = cell[matches.track]
    n_tracks = np.bincount(cell, minlength=n_cells)
    n_matched = np.bincount(cell_of_match, minlength=n_cells)
    n_threats = np.bincount(np.searchsorted(truth.runs, truth.run), minlength=len(truth.runs))
    nees = normalised_errors(error, tracks.cov_ecef[matches.track, :6, :6])
    is_known = ~np.isnan(nees)
    return {
        "run": np.repeat(truth.runs, len(nodes)),
        "t": np.full(n_cells, truth.t),
        "node": Coded(np.tile(np.arange(len(nodes)), len(truth.runs)), nodes),
        "threats": np.repeat(n_threats, len(nodes)),
        "tracks": n_tracks,
        "matched": n_matched,
        "spurious": n_tracks - n_matched,
        "position_error_rms": _rms(error[:, :3], cell_of_match, n_cells),
        "velocity_error_rms": _rms(error[:, 3:], cell_of_match, n_cells),
        **_gospas(truth, tracks, cell, n_cells),
        "nees": _mean(nees[is_known], cell_of_match[is_known], n_cells),
    }


def _gospas(truth: Truth, tracks: Tracks, cell: Ints, n_cells: int) -> dict[str, Values]:
    """GOSPA and its parts of each cell."""
    n_nodes = n_cells // max(len(truth.runs), 1)
    run = np.searchsorted(truth.runs, truth.run)
    found = [
        gospa(truth.r_ecef[run == k // n_nodes], tracks.x_ecef[cell == k, :3], GATE)
        for k in range(n_cells)
    ]
    columns = np.array([one[:4] for one in found]).reshape(-1, 4).T
    return {
        "gospa": columns[0],
        "gospa_localisation": columns[1],
        "gospa_missed": columns[2],
        "gospa_false": columns[3],
    }


def _pairs(run: Ints, other: Ints) -> tuple[Ints, Ints]:
    """Every pair of a row of ``run`` and a row of ``other`` that belong to the same run."""
    order = np.argsort(other, kind="stable")
    first = np.searchsorted(other[order], run, side="left")
    n_each = np.searchsorted(other[order], run, side="right") - first
    rows = np.repeat(np.arange(len(run)), n_each)
    starts = np.repeat(first - (np.cumsum(n_each) - n_each), n_each)
    return rows, order[starts + np.arange(len(rows))]


def _rms(errors: Floats, cell: Ints, n_cells: int) -> Floats:
    """Root mean square length of the errors of each cell, NaN where there is none."""
    rms: Floats = np.sqrt(_mean((errors**2).sum(axis=1), cell, n_cells))
    return rms


def _mean(values: Floats, cell: Ints, n_cells: int) -> Floats:
    total = np.bincount(cell, weights=values, minlength=n_cells)
    count = np.bincount(cell, minlength=n_cells)
    means = np.full(n_cells, np.nan)
    np.divide(total, count, out=means, where=count > 0)
    return means
