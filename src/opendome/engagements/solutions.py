"""What a firing solution says, of any kind of launcher."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.frames import ecis_from_ecefs

Floats = NDArray[np.float64]

# m that a round makes good in flight. Divert: 2 km over a midcourse of 100 s and more is 20 m/s.
# Aerodynamic: 1 km taken away over 20 s needs 10 m/s^2 at N' = 4, a small part of what fins give.
ACCEPTED = {True: 2000.0, False: 1000.0}


@dataclass(frozen=True)
class Solutions:
    """One row per round asked for; ``is_feasible`` says whether the others mean anything."""

    is_feasible: NDArray[np.bool_]
    t_launch: Floats
    t_intercept: Floats
    r_intercept_ecef: Floats  # (n, 3)
    azimuth: Floats
    elevation: Floats
    launcher: NDArray[np.int64]  # the satellite that fires, -1 from a site

    def enter(self, rows: NDArray[np.int64], found: Solutions) -> None:
        """Write the solutions of some rows, in place."""
        for f in fields(self):
            getattr(self, f.name)[rows] = getattr(found, f.name)


def no_solutions(n: int) -> Solutions:
    """Rows of which nothing is known yet."""
    a, b, c, d = np.full((4, n), np.nan)
    none, place = np.zeros(n, dtype=np.bool_), np.full((n, 3), np.nan)
    return Solutions(none, a, b, place, c, d, np.full(n, -1, dtype=np.int64))


def inertial_knots(states: Floats, times: Floats) -> Floats:
    """Inertial knots (n, k, 7): t, r, v, of Earth-fixed states (n, k, 6) at times (n, k)."""
    n, k = times.shape
    r, v = ecis_from_ecefs(
        np.ascontiguousarray(states[:, :, :3].reshape(-1, 3)),
        np.ascontiguousarray(states[:, :, 3:].reshape(-1, 3)),
        times.reshape(-1),
    )
    return np.concatenate([times.reshape(-1, 1), r, v], axis=1).reshape(n, k, 7)
