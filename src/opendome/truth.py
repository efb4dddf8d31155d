"""A read-only snapshot of what really is: the world writes it, sensors and results read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Truth:
    """Every threat in the air at one instant, n rows ordered by (run, threat).

    Vectors are ECEF, SI. ``runs`` lists every run of the batch that has not ended, also those
    with nothing in the air, so that a sensor knows where false alarms may arise.
    """

    t: float
    runs: NDArray[np.int64]
    run: NDArray[np.int64]
    threat: NDArray[np.int64]  # id within the run, scenario order
    r_ecef: NDArray[np.float64]  # (n, 3)
    v_ecef: NDArray[np.float64]  # (n, 3), relative to the rotating Earth
    is_burning: NDArray[np.bool_]
    is_level: NDArray[np.bool_]  # a flyer on wings
    log_beta: NDArray[np.float64]  # ballistic coefficient of the body now, natural log of kg/m^2
    rcs: NDArray[np.float64]  # m^2 at L to X band
    rcs_uhf: NDArray[np.float64]  # m^2 at VHF and UHF
    plume: NDArray[np.float64]  # W/sr in the warning sensor's band, 0 when not burning
    # (n, 2) W/sr that the body itself glows, 3 to 5 and 8 to 12 um; 0 where nobody asked for it
    glow: NDArray[np.float64]
    jamming: NDArray[np.float64]  # W/Hz, noise that it radiates against radars
    jam_bands: NDArray[np.int64]  # radio bands that it fills, as bits


@dataclass(frozen=True, slots=True)
class Meetings:
    """Ends of rounds since the last tick, n rows: for assessors.

    ``threat`` is what the round met, or, where it met nothing, what it was sent against.
    """

    run: NDArray[np.int64]
    t: NDArray[np.float64]
    shot: NDArray[np.int64]
    lot: NDArray[np.int64]  # object of the round's draws
    order: NDArray[np.int64]
    battery: NDArray[np.int64]
    track: NDArray[np.int64]  # the track the round was sent against
    threat: NDArray[np.int64]  # -1: the track was of nothing
    is_kill: NDArray[np.bool_]  # that threat is dead, by this round or an earlier one


def of_runs(truth: Truth, runs: Sequence[int]) -> Truth:
    """The part of a snapshot that belongs to some runs."""
    rows = np.isin(truth.run, runs)
    columns = {f.name: getattr(truth, f.name)[rows] for f in fields(truth)[2:]}
    return Truth(t=truth.t, runs=truth.runs[np.isin(truth.runs, runs)], **columns)
