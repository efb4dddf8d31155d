"""What a tracker does not listen to: clocks that run ahead, detections that cannot be.

A detection that is broken would make a track that is broken, and a scan of the future would make
all true ones come too late. Both are left out and counted; what is late or comes again is for
`admission`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from opendome.kernels.looks import Looks, are_ordered
from opendome.kernels.sanity import are_all_believable, are_believable
from opendome.messages import Bools, Detections, Ints, Scan, take

AHEAD = 1.0  # s by which a clock may be ahead of the tracker's
BEHIND = -1.0  # s, no sensor looks before the scenario begins


def screened(
    scans: Sequence[Scan], runs: Ints, measures: Bools, now: float
) -> tuple[Sequence[Scan], Ints]:
    """Scans without what cannot be believed, and how many detections (n_runs,) that was.

    Parameters
    ----------
    measures : (n_sensors,) bool
        Whether each sensor measures distances.
    now : float
        When the scans are heard, s.
    """
    refused = np.zeros(len(runs), np.int64)
    kept: list[Scan] = []
    for scan in scans:
        if not BEHIND <= scan.t <= now + AHEAD:
            _count(refused, runs, scan.seen.run)
        elif not len(scan.seen.run) or _is_plain(scan.seen, bool(measures[scan.sensor])):
            kept.append(scan)
        else:
            good = _believable(scan.seen, bool(measures[scan.sensor]))
            _count(refused, runs, np.delete(scan.seen.run, good))
            kept.append(replace(scan, seen=take(scan.seen, good)))
    return kept, refused


def _is_plain(seen: Detections, measures_distance: bool) -> bool:
    """Whether all can be believed, as nearly always; what is in no order is looked at closely."""
    if not are_ordered(seen.run, seen.distance, seen.snr):
        return False
    return bool(are_all_believable(_looks(seen), seen.r_sensor_ecef, measures_distance))


def _believable(seen: Detections, measures_distance: bool) -> Ints:
    """Rows that can be believed, of what is said twice the first; in their order."""
    order = np.lexsort((*seen.u_los_ecef.T, seen.snr, seen.run))
    mine = take(seen, order)
    is_good = are_believable(_looks(mine), mine.r_sensor_ecef, measures_distance)
    return np.sort(order[is_good])


def _looks(seen: Detections) -> Looks:
    return Looks(
        seen.run, seen.u_los_ecef, seen.sigma_angle, seen.distance, seen.sigma_distance,
        seen.distance_rate, seen.sigma_distance_rate, seen.snr,
    )  # fmt: skip


def _count(refused: Ints, runs: Ints, run: Ints) -> None:
    np.add.at(refused, np.searchsorted(runs, run), 1)
