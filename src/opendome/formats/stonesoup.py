"""The door to Stone Soup: our detections as its reader, its tracks as ours, trackers both ways.

Needs the extra ``opendome[stonesoup]``. States are [x, vx, y, vy, z, vz] in ECEF, m and m/s.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
from numpy.typing import NDArray
from stonesoup.base import Property
from stonesoup.buffered_generator import BufferedGenerator
from stonesoup.models.measurement.nonlinear import (
    CartesianToElevationBearing,
    CartesianToElevationBearingRange,
)
from stonesoup.reader.base import DetectionReader
from stonesoup.tracker.base import Tracker as StoneSoupTracker
from stonesoup.types.angle import Bearing, Elevation
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.types.track import Track
from stonesoup.types.update import GaussianStateUpdate

from opendome.messages import Detections, Scan, Tracks, join, take
from opendome.tracks.linear import Followed, LinearTracker

Floats = NDArray[np.float64]

PLACE, SPEED = (0, 2, 4), (1, 3, 5)  # components of a Stone Soup state
ORDER = (*PLACE, *SPEED)  # as in ours
FREE_LOG_BETA = (8.0, 9.0)  # of tracks made elsewhere: guess and variance


@final
class Looks(DetectionReader):  # type: ignore[misc]
    """Our detections, scan after scan, as a Stone Soup reader."""

    scans: Sequence[Any] = Property(doc="(datetime, set of Detection), in order")

    @BufferedGenerator.generator_method  # type: ignore[untyped-decorator]
    def detections_gen(self) -> Iterator[tuple[datetime.datetime, set[Any]]]:
        """Yield the scans."""
        yield from self.scans


def to_stonesoup(batches: Iterable[Detections], start: datetime.datetime) -> Looks:
    """Reader of detections of one run: one scan for each time, in order of time.

    Parameters
    ----------
    batches : iterable of Detections
        Of any sensors; all of one run.
    start : datetime
        Of the scenario; detections are stamped with it plus their own time.

    Notes
    -----
    A look is elevation and bearing about the axes of ECEF, seen from its sensor, and range where
    that was measured; its covariance is that of the isotropic error of our looks, so that bearings
    near the poles of the axes are wide. Range rate is left out. The sensor's number and the
    signal-to-noise ratio are in ``metadata``.
    """
    scans: dict[float, set[Any]] = {}
    for batch in batches:
        if len(np.unique(batch.run)) > 1:
            raise ValueError(
                f"detections of {len(np.unique(batch.run))} runs; a reader holds one run. "
                "Take the rows of one run first."
            )
        for i in range(len(batch.t)):
            t = float(batch.t[i])
            moment = start + datetime.timedelta(seconds=t)
            scans.setdefault(t, set()).add(_detection(batch, i, moment))
    times = [(start + datetime.timedelta(seconds=t), scans[t]) for t in sorted(scans)]
    return Looks(times)


def _detection(batch: Detections, i: int, moment: datetime.datetime) -> Any:
    """One row as a Stone Soup detection with a measurement model of its own."""
    u, sigma = batch.u_los_ecef[i], float(batch.sigma_angle[i])
    elevation, bearing = float(np.arcsin(np.clip(u[2], -1, 1))), float(np.arctan2(u[1], u[0]))
    values: list[Any] = [Elevation(elevation), Bearing(bearing)]
    variances = [sigma**2, (sigma / max(np.cos(elevation), 1e-6)) ** 2]
    kind = CartesianToElevationBearing
    if np.isfinite(batch.distance[i]):
        kind = CartesianToElevationBearingRange
        values.append(float(batch.distance[i]))
        variances.append(float(batch.sigma_distance[i]) ** 2)
    model = kind(
        ndim_state=6,
        mapping=PLACE,
        noise_covar=np.diag(variances),
        translation_offset=batch.r_sensor_ecef[i].reshape(3, 1),
    )
    return Detection(
        np.array(values, dtype=object).reshape(-1, 1),
        timestamp=moment,
        measurement_model=model,
        metadata={"sensor": int(batch.sensor[i]), "snr": float(batch.snr[i])},
    )


def from_stonesoup(
    tracks: Iterable[Any], start: datetime.datetime, ids: dict[str, int] | None = None
) -> Tracks:
    """Stone Soup tracks, at their last states, as a picture of ours: run 0, node 0, all confirmed.

    Parameters
    ----------
    tracks : iterable of Track
        With Gaussian states [x, vx, y, vy, z, vz] in ECEF.
    ids : dict
        Our number of each track by Stone Soup's; new ones are added. None: they count from 0, in
        the order in which tracks began, then of their states.

    Notes
    -----
    What they do not know is wide open (the ballistic coefficient) or NaN (a predicted impact).
    """
    ids = {} if ids is None else ids
    for track in sorted(tracks, key=_age):
        ids.setdefault(track.id, len(ids))
    chosen = sorted(tracks, key=lambda track: ids[track.id])
    n = len(chosen)
    x, cov = np.zeros((n, 7)), np.zeros((n, 7, 7))
    x[:, 6], cov[:, 6, 6] = FREE_LOG_BETA
    first, last, updated = np.zeros(n), np.zeros(n), np.zeros(n)
    hits = np.zeros(n, dtype=np.int64)
    for i, track in enumerate(chosen):
        x[i, :6] = np.ravel(track.state_vector)[list(ORDER)].astype(float)
        cov[i, :6, :6] = np.asarray(track.covar, dtype=float)[np.ix_(ORDER, ORDER)]
        seen = [s.timestamp for s in track if isinstance(s, GaussianStateUpdate)]
        times = [track[0].timestamp, track.timestamp, seen[-1] if seen else track[0].timestamp]
        first[i], last[i], updated[i] = ((t - start).total_seconds() for t in times)
        hits[i] = len(seen)
    nothing, no = np.full(n, np.nan), np.zeros(n, dtype=bool)
    return Tracks(
        run=np.zeros(n, dtype=np.int64),
        node=np.zeros(n, dtype=np.int64),
        id=np.array([ids[track.id] for track in chosen], dtype=np.int64),
        t=last,
        x_ecef=x,
        cov_ecef=cov,
        is_confirmed=~no,
        is_boosting=no,
        is_level=no.copy(),
        n_updates=hits,
        t_first=first,
        t_update=updated,
        t_predicted=nothing,
        impact_lat=nothing.copy(),
        impact_lon=nothing.copy(),
        impact_t=nothing.copy(),
        impact_cov_enu=np.full((n, 2, 2), np.nan),
    )


def _age(track: Any) -> Any:
    """What orders tracks: Stone Soup's own ids are random, and sets of tracks have no order."""
    return track[0].timestamp, tuple(np.ravel(track[0].state_vector).astype(float))


@dataclass(slots=True)
class PluggedState:
    """What evolves: a Stone Soup tracker for each run, and our numbers of its tracks."""

    runs: NDArray[np.int64]
    trackers: list[Any]
    ids: list[dict[str, int]]
    t: Floats  # (n_runs,) of the last scan taken
    dropped: NDArray[np.int64]  # detections that came too late, per run


@final
@dataclass(frozen=True)
class PluggedPicture:
    """A Stone Soup tracker in the place of ours: ``dataclasses.replace(model, picture=...)``.

    One tracker for each run hears all sensors, so that it stands for one cell of joined nodes.
    Scans in which nothing was seen are not told: it cannot know who could have seen. No impacts
    are predicted, so the battle stays quiet: the picture is what is compared.

    Parameters
    ----------
    make : callable
        Gives a new tracker with ``update_tracker(time, detections)``, as Stone Soup's have.
    start : datetime
        Of the scenario.
    """

    make: Callable[[], Any]
    start_time: datetime.datetime

    def start(self, runs: NDArray[np.int64]) -> PluggedState:
        """Empty pictures of a batch of runs."""
        n = len(runs)
        return PluggedState(
            runs=np.asarray(runs, np.int64),
            trackers=[self.make() for _ in range(n)],
            ids=[{} for _ in range(n)],
            t=np.full(n, -np.inf),
            dropped=np.zeros(n, dtype=np.int64),
        )

    def hear(self, state: PluggedState, mail: Sequence[Sequence[Scan]], t: float) -> PluggedState:
        """Take in scans in the order of their times; only what the first cell hears."""
        for scan in sorted(mail[0], key=lambda s: (s.t, s.sensor)):
            for i, run in enumerate(state.runs):
                seen = take(scan.seen, scan.seen.run == run)
                if len(seen.run) == 0:
                    continue
                if scan.t < state.t[i]:
                    state.dropped[i] += len(seen.run)
                    continue
                state.t[i] = scan.t
                moment = self.start_time + datetime.timedelta(seconds=float(scan.t))
                found = {_detection(seen, k, moment) for k in range(len(seen.run))}
                state.trackers[i].update_tracker(moment, found)
        return state

    def picture(self, state: PluggedState, t: float) -> Tracks:
        """All tracks, each at the time of its last scan."""
        parts = []
        for run, tracker, ids in zip(state.runs, state.trackers, state.ids, strict=True):
            tracks = from_stonesoup(tracker.tracks, self.start_time, ids)
            parts.append(replace(tracks, run=np.full_like(tracks.run, run)))
        return join(parts, Tracks)


@final
class OurTracker(StoneSoupTracker):  # type: ignore[misc]
    """Our linear tracker behind Stone Soup's ``Tracker``: iterate over it, or hand it to a metric.

    Each scan is one time; detections need the measurement that the tracker's model expects.
    """

    detector: Any = Property(doc="iterable of (datetime, set of Detection)")
    make: Callable[[], LinearTracker] = Property(doc="gives a new linear tracker")

    def __init__(self, detector: Any, make: Callable[[], LinearTracker]) -> None:
        super().__init__(detector, make)
        self._scans = iter(detector)
        self._tracker = make()
        self._start: datetime.datetime | None = None
        self._known: dict[int, Any] = {}

    @property
    def tracks(self) -> set[Any]:
        """Confirmed tracks now, each with its states since it was confirmed."""
        return {self._known[int(i)] for i in self._tracker.picture().id}

    def __next__(self) -> tuple[datetime.datetime, set[Any]]:
        """Time and tracks after the next scan."""
        moment, found = next(self._scans)
        self._start = self._start or moment
        # A set has no order of its own: by value, so that the same looks give the same tracks.
        looks = sorted(tuple(np.ravel(d.state_vector).astype(float)) for d in found)
        picture = self._tracker.scan((moment - self._start).total_seconds(), looks)
        self._note(moment, picture)
        return moment, self.tracks

    def _note(self, moment: datetime.datetime, picture: Followed) -> None:
        """Append the picture to the tracks of Stone Soup."""
        for i, x, cov in zip(picture.id, picture.x, picture.cov, strict=True):
            state = GaussianState(x.reshape(-1, 1), cov, timestamp=moment)
            if int(i) not in self._known:
                self._known[int(i)] = Track([state], id=str(i))
            else:
                self._known[int(i)].append(state)
