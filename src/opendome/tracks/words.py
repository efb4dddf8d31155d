"""Words of looks, as they come to the picture of one cell."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from opendome.kernels.looks import Looks, are_ordered
from opendome.messages import Bools, Detections, Floats, Ints, Scan, in_runs, join


class Word(NamedTuple):
    """One scan of one sensor, as it has arrived now for some runs."""

    t: float
    sensor: int
    number: int
    runs: Bools  # (n_runs,)
    looks: Looks  # ordered by run, then by distance
    is_plume: Bools  # of each look
    r_sensor: Floats  # (n, 3) ECEF, where each was made


def of_looks(word: Word, chosen: Ints) -> Word:
    """A word with some of its looks only."""
    columns: list[Any] = [column[chosen] for column in word.looks]
    looks, is_plume, r_sensor = Looks(*columns), word.is_plume[chosen], word.r_sensor[chosen]
    return word._replace(looks=looks, is_plume=is_plume, r_sensor=r_sensor)


def whole(runs: Ints, parts: list[Scan]) -> tuple[Bools, Looks, Bools, Floats]:
    """Which runs (n_runs,) have word of a scan that may come in parts; its `_looks`, none twice."""
    is_heard = np.zeros(len(runs), np.bool_)
    if len(parts) == 1:
        is_everywhere = len(parts[0].runs) == len(runs)
        is_heard[slice(None) if is_everywhere else np.searchsorted(runs, parts[0].runs)] = True
        return is_heard, *_looks(parts[0].seen)
    fresh = []
    for part in parts:
        place = np.searchsorted(runs, part.runs)
        fresh.append(in_runs(part, ~is_heard[place]).seen)
        is_heard[place] = True
    return is_heard, *_looks(join(fresh, Detections))


def _looks(d: Detections) -> tuple[Looks, Bools, Floats]:
    """Detections of one scan by run and distance; whether of plumes; from where, (n, 3)."""
    columns: tuple[Any, ...] = (
        d.run,
        d.u_los_ecef,
        d.sigma_angle,
        d.distance,
        d.sigma_distance,
        d.distance_rate,
        d.sigma_distance_rate,
        d.snr,
    )
    if are_ordered(d.run, d.distance, d.snr):
        return Looks(*columns), d.is_plume, d.r_sensor_ecef
    order = np.lexsort((d.snr, d.distance, d.run))
    looks = Looks(*[column[order] for column in columns])
    return looks, d.is_plume[order], d.r_sensor_ecef[order]
