"""Steps of the two integrators: embedded Runge-Kutta 5(4) for single paths, lane tiles for many.

States are tuples of six numbers (r, v); stage functions take the slopes k at earlier stages. The
tile is a flat array ``S[field * W + lane]``, so that one loop over lanes becomes vector code.
"""

from __future__ import annotations

import math

from opendome.kernels._jit import jit

State = tuple[float, float, float, float, float, float]

# J. R. Dormand, P. J. Prince, "A family of embedded Runge-Kutta formulae",
# J. Comput. Appl. Math. 6 (1980) 19-26, table 2: RK5(4)7M.
C2, C3, C4, C5 = 1 / 5, 3 / 10, 4 / 5, 8 / 9
A21 = 1 / 5
A31, A32 = 3 / 40, 9 / 40
A41, A42, A43 = 44 / 45, -56 / 15, 32 / 9
A51, A52, A53, A54 = 19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729
A61, A62, A63, A64, A65 = 9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656
B1, B3, B4, B5, B6 = 35 / 384, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84
E1, E3, E4 = B1 - 5179 / 57600, B3 - 7571 / 16695, B4 - 393 / 640
E5, E6, E7 = B5 + 92097 / 339200, B6 - 187 / 2100, -1 / 40

SAFETY, SHRINK, GROW = 0.9, 0.2, 5.0  # step control


@jit
def plus(y: State, h: float, k: State) -> State:
    """The state y + h k."""
    return (
        y[0] + h * k[0],
        y[1] + h * k[1],
        y[2] + h * k[2],
        y[3] + h * k[3],
        y[4] + h * k[4],
        y[5] + h * k[5],
    )


@jit
def blend2(a: float, k: State, b: float, m: State) -> State:
    """The slope a k + b m."""
    return (
        a * k[0] + b * m[0],
        a * k[1] + b * m[1],
        a * k[2] + b * m[2],
        a * k[3] + b * m[3],
        a * k[4] + b * m[4],
        a * k[5] + b * m[5],
    )


@jit
def stage3(k1: State, k2: State) -> State:
    """Slope from which the third stage starts."""
    return blend2(A31, k1, A32, k2)


@jit
def stage4(k1: State, k2: State, k3: State) -> State:
    """Slope from which the fourth stage starts."""
    return plus(blend2(A41, k1, A42, k2), A43, k3)


@jit
def stage5(k1: State, k2: State, k3: State, k4: State) -> State:
    """Slope from which the fifth stage starts."""
    return plus(plus(blend2(A51, k1, A52, k2), A53, k3), A54, k4)


@jit
def stage6(k1: State, k2: State, k3: State, k4: State, k5: State) -> State:
    """Slope from which the sixth stage starts."""
    return plus(plus(plus(blend2(A61, k1, A62, k2), A63, k3), A64, k4), A65, k5)


@jit
def mean_slope(k1: State, k3: State, k4: State, k5: State, k6: State) -> State:
    """Slope of the whole step, fifth order."""
    return plus(plus(plus(blend2(B1, k1, B3, k3), B4, k4), B5, k5), B6, k6)


@jit
def slope_error(k1: State, k3: State, k4: State, k5: State, k6: State, k7: State) -> State:
    """Fifth-order minus fourth-order slope; times h, the error estimate."""
    return plus(plus(plus(plus(blend2(E1, k1, E3, k3), E4, k4), E5, k5), E6, k6), E7, k7)


@jit
def error_ratio(h: float, error: State, position_scale: float, velocity_scale: float) -> float:
    """Error of a step over what is allowed: the larger of position's and velocity's."""
    position = math.sqrt(error[0] ** 2 + error[1] ** 2 + error[2] ** 2)
    velocity = math.sqrt(error[3] ** 2 + error[4] ** 2 + error[5] ** 2)
    return h * max(position / position_scale, velocity / velocity_scale)


@jit
def next_step(h: float, ratio: float, is_retry: bool) -> float:
    """Step to try after one of size h whose error ratio is known (NaN shrinks it)."""
    if not ratio < 1e10:
        return h * SHRINK
    factor = SAFETY * math.pow(max(ratio, 1e-10), -0.2)
    return h * min(max(factor, SHRINK), 1.0 if is_retry else GROW)


@jit
def hermite(t: float, t0: float, y0: State, t1: float, y1: State) -> State:
    """State at t on the cubic through two states (r, v), t0 < t1; velocity is its derivative."""
    h = t1 - t0
    u = (t - t0) / h
    start, end = (1.0 + 2.0 * u) * (1.0 - u) ** 2, u * u * (3.0 - 2.0 * u)
    from_start, from_end = u * (1.0 - u) ** 2 * h, u * u * (u - 1.0) * h
    slope = 6.0 * u * (1.0 - u) / h
    slope_start, slope_end = (1.0 - u) * (1.0 - 3.0 * u), u * (3.0 * u - 2.0)
    return (
        start * y0[0] + end * y1[0] + from_start * y0[3] + from_end * y1[3],
        start * y0[1] + end * y1[1] + from_start * y0[4] + from_end * y1[4],
        start * y0[2] + end * y1[2] + from_start * y0[5] + from_end * y1[5],
        slope * (y1[0] - y0[0]) + slope_start * y0[3] + slope_end * y1[3],
        slope * (y1[1] - y0[1]) + slope_start * y0[4] + slope_end * y1[4],
        slope * (y1[2] - y0[2]) + slope_start * y0[5] + slope_end * y1[5],
    )
