"""A close look at the picture of a run: sampled every few seconds, told by class and by phase.

The SIAP set of what was trackable, and of everything beside it. See docs/models/picture_metrics.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.frames import geodetics_from_ecefs
from opendome.messages import Tracks, take
from opendome.results.record import Coded, Values
from opendome.results.siap import Sightings, Sums, siap_sums
from opendome.results.track_metrics import GATE, match_tracks, reach_of
from opendome.truth import Truth

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FAIR = 0.5  # chance of detection of a look that counts
APART = 6.0  # standard deviations of a look between things that it tells apart
LOOKS = 5.0  # so many such looks ...
WINDOW = 30.0  # ... in so many seconds make a thing trackable
SETTLING = 10.0  # s for which it has been, when the picture is held to it
FARTHEST = 30e3  # m from its threat, at which a track is one of nothing however vague it is
SPACE = 100e3  # m, height from which there is no air

PHASES = ("any", "boost", "space", "air", "level")
ANY, BOOST, IN_SPACE, IN_AIR, LEVEL = range(5)
CONDITIONS = ("all", "trackable")


class Sample(NamedTuple):
    """Truth and confirmed tracks at one time, and which belongs to which."""

    t: float
    run: Ints  # of each truth
    threat: Ints
    phase: Ints
    state: Floats  # (n, 6)
    looks: Floats  # (n, n_nodes) fair looks that each node had of it since the last sample
    track_run: Ints
    node: Ints
    id: Ints
    track_state: Floats  # (m, 6)
    match: Ints  # (m,) row of the truth, -1 for none


class Classes(NamedTuple):
    """What each threat of a run is."""

    of: Ints  # (n_threats,) index into ``names``
    names: Sequence[tuple[str, str]]  # system and role


class Life(NamedTuple):
    """When each threat of a run could be tracked by a node, and when it first was; s."""

    run: Ints
    node: Ints
    threat: Ints
    t_trackable: Floats  # NaN where never
    t_tracked: Floats


def phases(truth: Truth) -> Ints:
    """Index into PHASES of each threat."""
    height = geodetics_from_ecefs(truth.r_ecef)[:, 2]
    found = np.where(height >= SPACE, IN_SPACE, IN_AIR)
    return np.where(truth.is_level, LEVEL, np.where(truth.is_burning, BOOST, found))


def sample(truth: Truth, tracks: Tracks, looks: Floats) -> Sample:
    """Truth beside the confirmed tracks of the same runs, coasted to its time.

    Each threat first takes its nearest track, one to one as in the table ``picture``; what is left
    of the tracks belongs to the nearest threat within the same gate, which it makes ambiguous. No
    gate is wider than FARTHEST: what is vaguer than that covers nothing.
    """
    tracks = take(tracks, tracks.is_confirmed)
    match = np.full(len(tracks.run), -1, dtype=np.int64)
    first = match_tracks(truth, tracks, GATE)
    is_near = first.distance <= FARTHEST
    match[first.track[is_near]] = first.truth[is_near]
    reach = np.minimum(reach_of(tracks, GATE), FARTHEST)
    for k in np.flatnonzero(match < 0):
        mine = np.flatnonzero(truth.run == tracks.run[k])
        if len(mine):
            apart = np.linalg.norm(truth.r_ecef[mine] - tracks.x_ecef[k, :3], axis=1)
            if apart.min() <= reach[k]:
                match[k] = mine[apart.argmin()]
    return Sample(
        truth.t, truth.run, truth.threat, phases(truth), np.hstack([truth.r_ecef, truth.v_ecef]),
        looks, tracks.run, tracks.node, tracks.id, tracks.x_ecef[:, :6].copy(), match,
    )  # fmt: skip


def score(
    samples: Sequence[Sample], classes: Classes, nodes: tuple[str, ...]
) -> tuple[dict[str, Values], dict[str, Values]]:
    """Rows of the tables ``siap`` and ``initiation``, from all samples of some runs."""
    runs = np.unique(np.concatenate([s.run for s in samples])) if samples else np.zeros(0, np.int64)
    rows: list[tuple[int, int, int, int, int, Sums]] = []
    whole, none = np.zeros(0, np.int64), np.zeros(0)
    lives = [Life(whole, whole, whole, none, none)]
    for run in runs.tolist():
        for node in range(len(nodes)):
            window = _of_node(samples, run, node)
            is_trackable, life = window.trackable()
            lives.append(life)
            for part in window.parts(is_trackable, classes):
                rows.append((run, node, *part))
    life = Life(*[np.concatenate(columns) for columns in zip(*lives)])
    return _table(rows, classes, nodes), life._asdict() | {"node": Coded(life.node, nodes)}


class Window(NamedTuple):
    """All that one node of one run was to see and saw."""

    run: int
    node: int
    times: Floats
    truths: Sightings
    phase: Ints
    looks: Floats
    tracks: Sightings
    match: Ints

    def trackable(self) -> tuple[Bools, Life]:
        """Which rows of the truths count as trackable, and when each threat was first."""
        t = self.times[self.truths.time]
        is_held = np.zeros(len(t), dtype=np.bool_)
        ids = np.unique(self.truths.id)
        first, tracked = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
        rows = np.lexsort((self.truths.time, self.truths.id))
        cuts = np.searchsorted(self.truths.id[rows], ids)
        is_on = np.zeros(len(t), dtype=np.bool_)
        is_on[self.match[self.match >= 0]] = True
        for k, mine in enumerate(np.split(rows, cuts[1:])):
            since = held_since(t[mine], self.looks[mine])
            is_held[mine] = t[mine] - since >= SETTLING - 1e-9
            first[k] = np.nanmin(since) if np.isfinite(since).any() else np.nan
            if is_on[mine].any():
                tracked[k] = t[mine][is_on[mine]].min()
        run, node = np.full(len(ids), self.run), np.full(len(ids), self.node)
        return is_held, Life(run, node, ids, first, tracked)

    def parts(self, is_trackable: Bools, classes: Classes) -> Iterator[tuple[int, int, int, Sums]]:
        """Class, phase, condition and sums of each part that has something."""
        kind = classes.of[self.truths.id]
        for condition, is_in in enumerate((np.ones_like(is_trackable), is_trackable)):
            for phase in range(len(PHASES)):
                chosen = is_in & ((phase == ANY) | (self.phase == phase))
                for one in np.unique(kind[chosen]).tolist():
                    yield one, phase, condition, self._sums(chosen & (kind == one))
            n_off = int((self.match < 0).sum())
            yield -1, ANY, condition, Sums(0, 0, n_off, 0, 0.0, 0.0, 0, 0.0, 0.0, 0.0)

    def _sums(self, is_in: Bools) -> Sums:
        """Sums of some rows of the truths with their tracks."""
        place = np.cumsum(is_in) - 1
        on = np.flatnonzero((self.match >= 0) & is_in[self.match])
        truths, tracks = _rows(self.truths, np.flatnonzero(is_in)), _rows(self.tracks, on)
        return siap_sums(self.times, truths, tracks, place[self.match[on]])


def held_since(t: Floats, looks: Floats) -> Floats:
    """Since when (n,) a thing has been trackable without a break, NaN where it is not.

    Parameters
    ----------
    t : (n,) float
        Times at which it was looked at closely, ascending.
    looks : (n,) float
        Fair looks since the time before.
    """
    total = np.concatenate([[0.0], np.cumsum(looks)])
    first = np.searchsorted(t, t - WINDOW + 1e-9, side="right")
    is_ok = total[1:] - total[np.minimum(first, np.arange(len(t)))] >= LOOKS - 1e-9
    since = np.full(len(t), np.nan)
    for i in np.flatnonzero(is_ok):
        since[i] = since[i - 1] if i and is_ok[i - 1] else t[i]
    return since


def _of_node(samples: Sequence[Sample], run: int, node: int) -> Window:
    """Truth and tracks of one node in one run, all samples together."""
    truths, tracks, looks, phase, match = [], [], [], [], []
    n = 0
    for k, s in enumerate(samples):
        mine, own = (
            np.flatnonzero(s.run == run),
            np.flatnonzero((s.track_run == run) & (s.node == node)),
        )
        truths.append(
            Sightings(np.full(len(mine), k), s.threat[mine], s.state[mine, :3], s.state[mine, 3:])
        )
        tracks.append(
            Sightings(
                np.full(len(own), k), s.id[own], s.track_state[own, :3], s.track_state[own, 3:]
            )
        )
        looks.append(s.looks[mine, node])
        phase.append(s.phase[mine])
        place = np.full(len(s.run) + 1, -1)
        place[mine] = n + np.arange(len(mine))
        match.append(place[s.match[own]])
        n += len(mine)
    return Window(
        run, node, np.array([s.t for s in samples]), _joined(truths), np.concatenate(phase),
        np.concatenate(looks), _joined(tracks), np.concatenate(match),
    )  # fmt: skip


def _rows(table: Sightings, rows: Ints) -> Sightings:
    return Sightings(table.time[rows], table.id[rows], table.r[rows], table.v[rows])


def _joined(parts: Sequence[Sightings]) -> Sightings:
    return Sightings(*[np.concatenate(columns) for columns in zip(*parts)])


def _table(
    rows: Sequence[tuple[int, int, int, int, int, Sums]], classes: Classes, nodes: tuple[str, ...]
) -> dict[str, Values]:
    keys = np.array([row[:5] for row in rows], dtype=np.int64).reshape(-1, 5)
    sums = np.array([row[5] for row in rows], dtype=np.float64).reshape(-1, len(Sums._fields))
    column = dict(zip(Sums._fields, sums.T))
    count = {name: values.astype(np.int64) for name, values in column.items()}
    on = np.maximum(column["on"], 1.0)
    means = {
        name: np.where(column["on"] > 0, column[name] / on, np.nan)
        for name in ("position_error", "velocity_error")
    }
    names = [*classes.names, ("", "")]  # what is no threat comes last, as -1
    kind = np.where(keys[:, 2] < 0, len(names) - 1, keys[:, 2])
    return {
        "run": keys[:, 0],
        "node": Coded(keys[:, 1], nodes),
        "system": Coded(kind, [name for name, _ in names]),
        "role": Coded(kind, [role for _, role in names]),
        "phase": Coded(keys[:, 3], PHASES),
        "condition": Coded(keys[:, 4], CONDITIONS),
        "truths": count["truths"],
        "tracked": count["tracked"],
        "tracks": count["tracks"],
        "spurious": count["tracks"] - count["on"],
        **means,
        "track_changes": count["changes"],
        "t_tracked": column["t_tracked"],
        "t_longest": column["t_longest"],
        "t_life": column["t_life"],
    }
