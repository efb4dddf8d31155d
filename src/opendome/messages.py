"""What the stages say to each other: frozen batches of arrays, one row per thing said.

Every batch has a ``run`` column, so that many replicates travel in one batch. Times are seconds
since scenario start, vectors are ECEF in SI. Arrays are not copied: who receives a message reads.
Identities (``sensor``, ``node``, ``battery``) are indices in scenario order.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from functools import cache
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

Batch = TypeVar(
    "Batch",
    "Detections",
    "Tracks",
    "Tasking",
    "Orders",
    "Commands",
    "Reports",
    "Events",
    "Plans",
)


@dataclass(frozen=True, slots=True)
class Detections:
    """One look of one sensor at one thing (or at nothing: a false alarm), n rows.

    ``u_los_ecef`` is the measured unit vector from sensor to thing; its error is isotropic with
    ``sigma_angle`` per axis. Distance and its rate are NaN where the sensor does not measure them.
    """

    run: Ints
    sensor: Ints
    t: Floats
    r_sensor_ecef: Floats  # (n, 3)
    u_los_ecef: Floats  # (n, 3)
    sigma_angle: Floats  # rad
    distance: Floats  # m, NaN for an infrared sensor
    sigma_distance: Floats  # m
    distance_rate: Floats  # m/s in the ECEF frame, NaN where not measured
    sigma_distance_rate: Floats  # m/s
    snr: Floats  # linear
    is_plume: Bools  # the look saw a burning motor


@dataclass(frozen=True, slots=True)
class Scan:
    """Word of one look of one sensor, and what it saw: carried, lost and taken in as a whole.

    In a run of which no word comes the look was lost on its way: it says nothing there of what was
    not seen.
    """

    t: float
    sensor: int
    runs: Ints  # (n_runs,) that have word of it, ascending
    seen: Detections  # of this look in these runs, ordered by run


@dataclass(frozen=True, slots=True)
class Tracks:
    """The picture of one or more cells of nodes, n rows; state (r_ecef, v_ecef, log_beta).

    ``node`` is the index of the cell (``scenario.wiring.cells``) that holds the picture.

    ``log_beta`` is the natural logarithm of the ballistic coefficient m/(cd A) in kg/m^2. The
    impact columns hold the latest ballistic prediction, NaN where none was made.
    """

    run: Ints
    node: Ints
    id: Ints
    t: Floats  # the state is valid at this time
    x_ecef: Floats  # (n, 7)
    cov_ecef: Floats  # (n, 7, 7)
    is_confirmed: Bools
    is_boosting: Bools
    is_level: Bools  # flies level on wings: not ballistic, no impact predicted
    n_updates: Ints
    t_first: Floats
    t_update: Floats  # last detection used
    t_predicted: Floats  # when the impact columns were computed
    impact_lat: Floats
    impact_lon: Floats
    impact_t: Floats
    impact_cov_enu: Floats  # (n, 2, 2) m^2, east and north


@dataclass(frozen=True, slots=True)
class Tasking:
    """Where a node asks a cued sensor to look, n rows: a track and its state."""

    run: Ints
    sensor: Ints
    track: Ints
    t: Floats
    x_ecef: Floats  # (n, 7)


@dataclass(frozen=True, slots=True)
class Orders:
    """Decisions to fire, n rows: ``n_rounds`` rounds of one battery at one track.

    ``node`` is the index of the cell that decided, whose picture knows the track.
    """

    run: Ints
    id: Ints  # counts 0, 1, 2 ... within a run
    node: Ints
    battery: Ints
    track: Ints
    n_rounds: Ints
    t_decided: Floats
    t_release: Floats  # after human consent; no round leaves earlier
    t_launch: Floats  # planned
    t_intercept: Floats  # planned
    r_intercept_ecef: Floats  # (n, 3) at t_intercept


class CommandKind(IntEnum):
    """What a command asks of a round."""

    LAUNCH = 0
    UPDATE = 1


@dataclass(frozen=True, slots=True)
class Commands:
    """What fire control tells a round, n rows: leave now, or here is a newer track.

    ``shot`` counts 0, 1, 2 ... within a run. ``x_ecef`` is the handed-over track at ``t_track``;
    ``thrust`` and ``t_burnout`` are what is believed of one that burns.
    Only a LAUNCH row uses azimuth and elevation (rad, launcher's east-north-up), ``t_launch``,
    ``t_intercept`` and ``r_intercept_ecef``; an UPDATE row repeats the first two times as NaN.
    """

    run: Ints
    shot: Ints
    kind: Ints
    order: Ints
    battery: Ints
    track: Ints
    t_launch: Floats
    t_intercept: Floats
    r_intercept_ecef: Floats  # (n, 3)
    azimuth: Floats
    elevation: Floats
    law: Ints  # code of the guidance law
    t_track: Floats
    x_ecef: Floats  # (n, 7)
    is_level: Bools  # the track flies level on wings
    sigma_place: Floats  # m per axis, of the track's place
    sigma_speed: Floats  # m/s per axis, of its velocity
    thrust: Floats  # m/s^2 along its velocity until t_burnout
    t_burnout: Floats  # -inf of a track that does not burn
    launcher: Ints  # the satellite of a shell that fires; -1 where the battery has a site


class ReportKind(IntEnum):
    """What a report says."""

    LAUNCHED = 0  # the round left
    CANNOT = 1  # one round of the order could not leave (no round, no channel, no solution)
    KILLED = 2  # assessed: the threat is gone
    SURVIVED = 3  # assessed: the threat is still there


@dataclass(frozen=True, slots=True)
class Reports:
    """What came of orders, as the defense believes it, n rows. May be wrong, late, or said twice.

    A report is the same as another if run, order, shot and kind are.
    """

    run: Ints
    t: Floats  # when it is said
    kind: Ints
    order: Ints
    shot: Ints  # for CANNOT -1, -2, -3 ... : which refused round of the order
    battery: Ints
    track: Ints
    node: Ints  # index of the cell that gave the order; -1 where the sender does not know


@dataclass(frozen=True, slots=True)
class Stocks:
    """What each battery has, shape (n_runs, n_batteries): the status a node may read."""

    runs: Ints  # (n_runs,) run number of each row
    rounds: Ints
    free_channels: Ints
    t_ready: Floats  # when the next round may leave


class EventKind(IntEnum):
    """What happened in the world and to the network."""

    LAUNCH = 0  # a threat left
    FAILURE = 1  # a threat's motor failed
    BURNOUT = 2
    IMPACT = 3  # a threat reached the ground
    SHOT = 4  # an interceptor left; other = battery
    INTERCEPT = 5  # closest approach; other = threat, value = miss distance in m
    KILL = 6  # other = shot
    SELF_DESTRUCT = 7  # an interceptor ended without meeting anything
    RELEASE = 8  # a threat let go another; other = who carried it
    NODE_LOST = 9  # by chance; subject = node
    LINK_DOWN = 10  # of a link that may fail by chance; subject = node whose link it is
    LINK_UP = 11


@dataclass(frozen=True, slots=True)
class Events:
    """True happenings for the record, n rows; no stage of the defense may read them."""

    run: Ints
    t: Floats
    kind: Ints
    subject: Ints  # threat id, shot for SHOT, INTERCEPT, SELF_DESTRUCT, or node
    other: Ints  # -1 where nothing else takes part
    value: Floats


@dataclass(frozen=True, slots=True)
class Plans:
    """What the cells planned, for the record, n rows: one for each run and cell that decided.

    Values are in the unit of the assets.
    """

    run: Ints
    cell: Ints
    t: Floats
    threats: Ints  # planned for
    rounds: Ints  # that the plan fires now or later
    value: Floats  # expected to be lost if none is fired
    loss: Floats  # expected to be lost under the plan, and what its rounds cost
    bound: Floats  # no plan of the policy's class loses less; NaN where nothing is proven
    work: Ints  # sweeps of pricing


_SHAPES: dict[str, tuple[int, ...]] = {
    "r_sensor_ecef": (3,),
    "u_los_ecef": (3,),
    "r_intercept_ecef": (3,),
    "x_ecef": (7,),
    "cov_ecef": (7, 7),
    "impact_cov_enu": (2, 2),
}
_DTYPES: dict[str, Any] = {"Ints": np.int64, "Floats": np.float64, "Bools": np.bool_}


def empty(kind: type[Batch]) -> Batch:
    """Batch of no rows, with the right shapes and types."""
    nothing: Batch = _nothing(cast(Any, kind))
    return nothing


@cache
def _nothing(kind: Any) -> Any:
    """The one batch of no rows of each kind; it cannot be written to."""
    columns: dict[str, Any] = {
        f.name: np.zeros((0, *_SHAPES.get(f.name, ())), dtype=_DTYPES[str(f.type)])
        for f in fields(kind)
    }
    for column in columns.values():
        column.flags.writeable = False
    return kind(**columns)


def take(batch: Batch, rows: Ints | Bools) -> Batch:
    """Rows of a batch, by index or mask, in the order asked."""
    kind = type(batch)
    if not len(rows) or not len(batch.run):
        return empty(kind)
    if rows.dtype == np.bool_:
        rows = rows.nonzero()[0]
    return kind(*[getattr(batch, name).take(rows, axis=0) for name in kind.__slots__])


def join(batches: list[Batch], kind: type[Batch]) -> Batch:
    """One batch from several, in their order."""
    batches = [b for b in batches if len(b.run)]
    if not batches:
        return empty(kind)
    if len(batches) == 1:
        return batches[0]
    return kind(*[np.concatenate([getattr(b, name) for b in batches]) for name in kind.__slots__])


def copied(batch: Batch) -> Batch:
    """The same rows in arrays of their own."""
    kind = type(batch)
    return kind(*[getattr(batch, name).copy() for name in kind.__slots__])


def sigmas(cov_ecef: Floats) -> tuple[Floats, Floats]:
    """Standard deviations per axis (n,) of place and velocity in covariances (n, 7, 7) of tracks.

    The roots of the mean variances.
    """
    place = np.trace(cov_ecef[:, :3, :3], axis1=1, axis2=2)
    speed = np.trace(cov_ecef[:, 3:6, 3:6], axis1=1, axis2=2)
    return np.sqrt(place / 3.0), np.sqrt(speed / 3.0)


def in_runs(scan: Scan, is_chosen: Bools) -> Scan:
    """A scan as chosen ones of its runs hear of it; ``is_chosen`` (n_runs,)."""
    rows = is_chosen[np.searchsorted(scan.runs, scan.seen.run)]
    return Scan(scan.t, scan.sensor, scan.runs[is_chosen], take(scan.seen, rows))
