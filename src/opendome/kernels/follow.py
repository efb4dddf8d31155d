"""How a row follows its looks: updated, stirred by the unusual, calm again."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.kalman import Expected, Limits, new_desk, update_pair
from opendome.kernels.looks import Looks
from opendome.kernels.rows import Beliefs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_PART = 0.2  # of the inverse of a ballistic coefficient, that one look leaves of it
DOUBTFUL = 1.0  # standard deviations of that inverse from zero, below which its sign is in doubt
SHRUNK = 0.5  # of that inverse, that a look must have left or less of it for this to matter
FARTHEST = 8.0  # the same beyond zero, that is reckoned with
SQRT_HALF = math.sqrt(0.5)


class Temper(NamedTuple):
    """How looks stir the agility of a row: acceleration noise, m^2/s^3, where it may turn or burn.

    A look further away than expected raises it, a nearer one lowers it; a surprise makes it that
    of the hardest turn. In time it dies away.
    """

    # Squared distance per component, of looks with one to four, from which an update widens the row
    surprise: Limits
    unusual: float  # the same of any look, above which it stirs the row
    unrest: float  # m^2/s^3, added for each unit above that to what flies level, which may turn
    settle: float  # s, in which the agility dies away
    habit: float  # of a unit of squared distance above or below 1, by which a look goes against it
    wings: float  # m/s^2, hardest turn of a flyer on wings
    burn: float  # the same of what falls or burns
    turn: float  # 1/s, what speed adds to either in air
    low_radius: float  # m, from the Earth's centre: below it fins grip


class Bounds(NamedTuple):
    """Of the last component of a state."""

    least_log_beta: float
    most_log_beta: float
    most_thrust: float  # m/s^2


@jit
def wildest(s: Floats, is_level: bool, temper: Temper) -> float:
    """Agility of a state (7,) that turns or burns as hard as it may; fins grip in air only."""
    hardest = temper.wings if is_level else temper.burn
    if is_low(s, temper):
        hardest += temper.turn * math.sqrt(s[3] * s[3] + s[4] * s[4] + s[5] * s[5])
    return hardest * hardest


@jit
def is_low(s: Floats, temper: Temper) -> bool:
    """Whether fins grip where a state (7,) is."""
    return bool(s[0] * s[0] + s[1] * s[1] + s[2] * s[2] < temper.low_radius**2)


@jit
def stirred(
    agility: float, look: tuple[float, int], s: Floats, is_level: bool, temper: Temper
) -> float:
    """Agility of an updated state (7,) after a look.

    ``look``: its squared distance per component, and how many components it has.
    """
    excess, n = look
    most = wildest(s, is_level, temper)
    if excess > temper.surprise[n - 1]:
        return most
    after = agility * math.exp(temper.habit * (excess - 1.0))
    if is_level:
        after += temper.unrest * max(excess - temper.unusual, 0.0)
    return min(after, most)


@jit
def settled(agility: float, dt: float, settle: float) -> tuple[float, float]:
    """Mean agility over dt seconds, and what is left of it then; it dies away in time."""
    ages = max(dt, 0.0) / settle
    left = math.exp(-ages)
    mean = (1.0 - left) / ages if ages > 0.0 else 1.0
    return agility * mean, agility * left


@jit
def settle_many(agility: Floats, dt: Floats, settle: float) -> tuple[Floats, Floats]:
    """Mean agilities (n,) over dt (n,) seconds, and what is left of them then."""
    mean, left = np.empty(len(dt)), np.empty(len(dt))
    for i in range(len(dt)):
        mean[i], left[i] = settled(agility[i], dt[i], settle)
    return mean, left


@jit
def clip_last(s: Floats, p: Floats, is_boosting: bool, bounds: Bounds) -> None:
    """Keep the last component of a state and its variance within reason, in place.

    Who knows no more than the bounds has an even spread between them. Surprises widen all of a
    row, and where no look tells of the last component, as drag in space, nothing narrows it again:
    its covariance would grow without end, until rounding outweighs the rest of the matrix. It is
    shrunk with its correlations kept, which leaves the matrix positive.
    """
    low = 0.0 if is_boosting else bounds.least_log_beta
    high = bounds.most_thrust if is_boosting else bounds.most_log_beta
    s[6] = min(max(s[6], low), high)
    most = (high - low) * (high - low) / 12.0
    if p[6, 6] > most:
        shrink = math.sqrt(most / p[6, 6])
        for k in range(len(s)):
            if k != 6:
                p[6, k] *= shrink
                p[k, 6] *= shrink
        p[6, 6] = most


@jit
def learn_drag(s: Floats, p: Floats, before: float) -> None:
    """Take what a look did to the logarithm of the ballistic coefficient as done to its inverse.

    In place; ``before``: the logarithm before the look. Deceleration is linear in the inverse, so
    to first order that is what looks tell of. A step of the logarithm falls short upwards, and is
    too sure of it, as the slope of the deceleration by it falls on the way.
    """
    part = 1.0 - (s[6] - before)
    if part < min(SHRUNK, DOUBTFUL * math.sqrt(p[6, 6])):
        part = brake(s, p, part)
    part = min(max(part, LEAST_PART), 1.0 / LEAST_PART)
    s[6] = before - math.log(part)
    for k in range(len(s)):
        p[6, k] /= part
        p[k, 6] /= part


@jit
def brake(s: Floats, p: Floats, part: float) -> float:
    """Air brakes and does not push: what lies below zero of the inverse is cut off, in place.

    Of the inverse of a ballistic coefficient, in parts of what it was before a look, with mean
    ``part`` and variance p[6, 6]; gives its new mean. All other components follow as far as they
    hang together with it. Source: moments of a truncated Gaussian, D. Simon, Optimal State
    Estimation (2006), section 7.5.4 (probability density function truncation).
    """
    variance = p[6, 6]
    sigma = math.sqrt(variance)
    edge = min(-part / sigma, FARTHEST)
    above = 0.5 * math.erfc(edge * SQRT_HALF)
    pull = math.exp(-0.5 * edge * edge) / math.sqrt(2.0 * math.pi) / above
    narrower = pull * (pull - edge)  # part of the variance that goes
    for k in range(len(s)):
        if k != 6:
            s[k] -= p[k, 6] / sigma * pull
    lost = narrower / variance
    for k in range(len(s)):
        for m in range(len(s)):
            if k != 6 and m != 6:
                p[k, m] -= p[k, 6] * p[m, 6] * lost
    for k in range(len(s)):
        if k != 6:
            p[k, 6] *= 1.0 - narrower
            p[6, k] *= 1.0 - narrower
    p[6, 6] *= 1.0 - narrower
    return sigma * (pull - edge)


@jit
def n_components(looks: Looks, i: int) -> int:
    """How many components a look has."""
    return 2 + (not math.isnan(looks.distance[i])) + (not math.isnan(looks.rate[i]))


@jit
def update_one(
    b: Beliefs, expected: Expected, looks: Looks, row: Ints, look: Ints,
    manner: tuple[Temper, Bounds],
) -> None:  # fmt: skip
    """Update rows, each by one look, in place.

    Parameters
    ----------
    row, look : (m,) int
        The pairs; no row twice.
    """
    temper, bounds = manner
    desk = new_desk()
    for m in range(len(row)):
        j, i = row[m], look[m]
        before = b.x[j, 6]
        distance2 = update_pair(b.x[j], b.cov[j], expected, looks, (j, i, 7), temper.surprise, desk)
        if not b.is_boosting[j]:
            learn_drag(b.x[j], b.cov[j], before)
        n = n_components(looks, i)
        b.agility[j] = stirred(b.agility[j], (distance2 / n, n), b.x[j], False, temper)
        clip_last(b.x[j], b.cov[j], b.is_boosting[j], bounds)
