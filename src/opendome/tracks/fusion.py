"""Two tracks of one thing in one picture, born of different sensors, become one."""

from __future__ import annotations

from opendome.kernels.fusion import merge_rows
from opendome.kernels.rows import Rows
from opendome.messages import Ints

GATE = 25.0  # squared distance of two states (six components); chi-squared 99.97 % is 25.3


def merge_twins(rows: Rows, hit: Ints, stale: Ints) -> Rows:
    """Merge stale confirmed tracks into nearby confirmed ones that a sensor has just seen.

    The surer state (of the one just seen) stays, under the older id.

    Parameters
    ----------
    hit : (h,) int
        Rows that the sensor has just detected.
    stale : (s,) int
        Rows in its view that it did not, and has not for long: two tracks that one sensor sees
        apart are never merged, as one look of a thing makes one detection.
    """
    return merge_rows(rows, hit, stale, GATE)
