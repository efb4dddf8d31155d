"""Where bodies are: paths of knots, cubic between them, or quintic where gravity alone acts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_POLE
from opendome.kernels._jit import jit
from opendome.kernels.flight import SPACE, Flights, quintic
from opendome.kernels.gravity import gravity_j2
from opendome.kernels.integrate import State, hermite

Array = NDArray[np.float64]

AIRLESS = (EARTH_RADIUS_POLE + SPACE) ** 2  # m^2, of a radius above which there is no air
FREE = 0.05  # m/s^2, by which the mean acceleration of a free fall is that of gravity at its ends


@jit
def knot_state(knots: Array, i: int) -> State:
    """State of knot i."""
    return (
        knots[i, 1],
        knots[i, 2],
        knots[i, 3],
        knots[i, 4],
        knots[i, 5],
        knots[i, 6],
    )


@jit
def free_slope(y: State) -> State:
    """Derivative of an inertial state in free fall."""
    x, v, w = gravity_j2(y[0], y[1], y[2])
    return y[3], y[4], y[5], x, v, w


@jit
def is_free(h: float, start: State, slope0: State, end: State, slope1: State) -> bool:
    """Whether a path falls freely above the air between two knots, h seconds apart.

    Its mean acceleration is then that of gravity at both ends, but for h^2/12 times a second
    derivative, 2e-3 m/s^2 at 30 s in low orbit; a motor gives more than that.
    """
    low = start[0] * start[0] + start[1] * start[1] + start[2] * start[2]
    high = end[0] * end[0] + end[1] * end[1] + end[2] * end[2]
    if not min(low, high) > AIRLESS:
        return False
    apart = abs(end[3] - start[3] - 0.5 * h * (slope0[3] + slope1[3]))
    apart = max(apart, abs(end[4] - start[4] - 0.5 * h * (slope0[4] + slope1[4])))
    apart = max(apart, abs(end[5] - start[5] - 0.5 * h * (slope0[5] + slope1[5])))
    return apart < FREE * h


@jit
def path_at(knots: Array, n: int, t: float) -> State:
    """Inertial state at time t on a path of n knots (rows [t, r, v]); its ends hold outside it.

    Cubic between knots; quintic where the path falls freely above the air, as gravity then gives
    the accelerations at both knots.
    """
    if t <= knots[0, 0]:
        return knot_state(knots, 0)
    if t >= knots[n - 1, 0]:
        return knot_state(knots, n - 1)
    i, above = 0, n - 1
    while above - i > 1:
        middle = (i + above) // 2
        if knots[middle, 0] <= t:
            i = middle
        else:
            above = middle
    start, end = knot_state(knots, i), knot_state(knots, i + 1)
    h = knots[i + 1, 0] - knots[i, 0]
    near, far = free_slope(start), free_slope(end)
    if is_free(h, start, near, end, far):
        return quintic((t - knots[i, 0]) / h, h, start, near, end, far)
    return hermite(t, knots[i, 0], start, knots[i + 1, 0], end)


@jit
def paths_at(
    knots: Array,
    offsets: NDArray[np.int64],
    counts: NDArray[np.int64],
    rows: NDArray[np.int64],
    t: Array,
) -> Array:
    """Inertial states (m, 6) of m bodies at times t (m,).

    ``knots`` (total, 7) holds all paths one after another; body j flies path rows[j], which is
    counts[rows[j]] knots from offsets[rows[j]] on (see `pack_knots`).
    """
    states = np.empty((len(rows), 6))
    for j in range(len(rows)):
        start, n = offsets[rows[j]], counts[rows[j]]
        y = path_at(knots[start : start + n], n, t[j])
        for k in range(6):
            states[j, k] = y[k]
    return states


@jit
def pack_knots(flights: Flights) -> tuple[Array, NDArray[np.int64]]:
    """Knots of all flights in one flat array (total, 7), and where each path starts (n,)."""
    n = len(flights.n_knots)
    offsets = np.zeros(n, np.int64)
    for i in range(1, n):
        offsets[i] = offsets[i - 1] + flights.n_knots[i - 1]
    flat = np.empty((int(np.sum(flights.n_knots)), 7))
    for i in range(n):
        flat[offsets[i] : offsets[i] + flights.n_knots[i]] = flights.knots[i, : flights.n_knots[i]]
    return flat, offsets
