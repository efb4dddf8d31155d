"""Which words of looks a picture takes in: none twice, none too late."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.views import MAX_LATE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FORGOTTEN = 1500.0  # s, a scan that comes later than this is of no use
SPARE = 4  # scans of each sensor that are remembered beyond that time
NEVER = -(2**62)


class Beat(NamedTuple):
    """When each sensor looks, and what it sees, (n_sensors,)."""

    phase: Floats  # s, of its first look
    period: Floats
    band: Ints  # of cross-sections; -1: an infrared sensor, which sees plumes


class Clocks(NamedTuple):
    """Of each run of a picture, (n_runs,): what evolves beside the rows."""

    t_newest: Floats  # of the scans taken in
    t_eyes: Floats  # until when plumes are known: a look after the newest infrared one
    dropped: Ints  # looks that came too late to be used


class Marks(NamedTuple):
    """The newest scans of each sensor, and which runs of a picture have taken them in."""

    first: Ints  # (n_sensors + 1,) first place of each sensor, which come one after another
    number: Ints  # (n,) of the scan that was marked last in each place
    is_taken: Bools  # (n, n_runs)


def no_marks(period: Floats, is_mine: Bools, n_runs: int) -> Marks:
    """Nothing taken in; places for the sensors (n_sensors,) that are the picture's own."""
    most = np.where(is_mine, np.ceil(FORGOTTEN / period).astype(np.int64) + SPARE, 0)
    first = np.append(0, np.cumsum(most))
    n = int(first[-1])
    return Marks(first, np.full(n, NEVER, np.int64), np.zeros((n, n_runs), np.bool_))


@jit
def admit(
    scans: tuple[Ints, Ints, Floats, Bools], marks: Marks, clocks: Clocks, beat: Beat, now: float
) -> tuple[Bools, Bools, Floats]:
    """Which runs take in each of k scans; that is noted, in place.

    Parameters
    ----------
    scans : (k,) int, (k,) int, (k,) float, (k, n_runs) bool
        Sensor, number and time of each, in their order; the runs to which its word has come.

    Returns
    -------
    is_new, is_late, t_eyes : (k, n_runs) bool, bool, float
        Runs that take each in now, as its word has come for the first time; those to which it has
        come for the first time, but too late; until when plumes are known after it.
    """
    sensor, number, times, is_heard = scans
    is_new, is_late = np.zeros_like(is_heard), np.zeros_like(is_heard)
    t_eyes = np.empty(is_heard.shape)
    for k in range(len(times)):
        i, t = sensor[k], times[k]
        place = marks.first[i] + number[k] % (marks.first[i + 1] - marks.first[i])
        is_forgotten = marks.number[place] > number[k]
        if marks.number[place] < number[k]:
            marks.number[place] = number[k]
            marks.is_taken[place] = False
        for r in range(is_heard.shape[1]):
            if is_heard[k, r] and (is_forgotten or not marks.is_taken[place, r]):
                marks.is_taken[place, r] |= not is_forgotten
                is_late[k, r] = t < max(clocks.t_newest[r] - MAX_LATE, now - FORGOTTEN)
                is_new[k, r] = not is_late[k, r]
            if is_new[k, r]:
                clocks.t_newest[r] = max(clocks.t_newest[r], t)
                if beat.band[i] < 0:
                    clocks.t_eyes[r] = max(clocks.t_eyes[r], t + beat.period[i])
            t_eyes[k, r] = clocks.t_eyes[r]
    return is_new, is_late, t_eyes
