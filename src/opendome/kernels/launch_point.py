"""Where and when a booster left the ground, from its state on its way up and many ascents."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.frames import enu_basis, geodetic_from_ecef
from opendome.kernels.kalman import factor, forward_square

Floats = NDArray[np.float64]

N_HEADINGS = 12  # looked at where the course is not known
SURE_COURSE = 0.3  # of the speed over ground: less doubt about that than this, and it is
LEAST_SPEED = 20.0  # m/s, of a climb and of what matters in a speed
FAR = 25.0  # squared distance of a moment of an ascent from which it is left out


class Ascents(NamedTuple):
    """Ascents from rest over flat ground that boosters may have, n of them at m moments each."""

    height: Floats  # (n, m) m above the launch, increasing along a row
    climb: Floats  # m/s
    ground: Floats  # m/s, over ground
    bend: Floats  # way over ground, as a part of height * ground / climb
    age: Floats  # s since launch
    log_prior: Floats  # (n,) logarithm of what speaks for each beforehand, but for a constant


class Doubt(NamedTuple):
    """What ascents leave open."""

    ground: tuple[float, float]  # m, height of the ground at the launch: mean, standard deviation
    band: float  # of heights and speeds, a part of them: half of what lies between two ascents
    bend: float  # of the way over ground, likewise


class Launches(NamedTuple):
    """Estimated launches, n rows; all NaN where nothing fits."""

    t: Floats
    lat: Floats
    lon: Floats
    cov_enu: Floats  # (n, 2, 2) m^2, east and north on the ground


# Places in a sum of weighted guesses.
TOP, WEIGHT, AGE, MEAN, SQUARE = 0, 1, 2, 3, 5


@jit
def add_guess(
    total: Floats, log_weight: float, age: float, place: tuple[float, float], cov: Floats
) -> None:
    """Add a guess of place (east, north) and age to a sum (8,), in place.

    The sum holds the largest logarithm of a weight, and relative to that the weights, ages, places
    and second moments (ee, en, nn).
    """
    if log_weight > total[TOP]:
        shrink = math.exp(total[TOP] - log_weight)
        for k in range(WEIGHT, 8):
            total[k] *= shrink
        total[TOP] = log_weight
    w = math.exp(log_weight - total[TOP])
    east, north = place
    total[WEIGHT] += w
    total[AGE] += w * age
    total[MEAN] += w * east
    total[MEAN + 1] += w * north
    total[SQUARE] += w * (cov[0] + east * east)
    total[SQUARE + 1] += w * (cov[1] + east * north)
    total[SQUARE + 2] += w * (cov[2] + north * north)


class Bench(NamedTuple):
    """Work space of one comparison."""

    columns: Floats  # (4, 6): P H^T, row by row
    cov: Floats  # (4, 4)
    z: Floats  # (4,)
    after: Floats  # (6,)
    jac: Floats  # (2, 6)
    spread: Floats  # (3,)


@jit
def new_bench() -> Bench:
    """Work space, nothing in it yet."""
    return Bench(
        np.zeros((4, 6)), np.zeros((4, 4)), np.zeros(4), np.zeros(6), np.zeros((2, 6)), np.zeros(3)
    )


@jit
def conditioned(
    s: Floats, p: Floats, moment: tuple[float, float, float], course: tuple[float, float, bool],
    doubt: Doubt, bench: Bench,
) -> float:  # fmt: skip
    """Logarithm of the likelihood of a moment of an ascent; the state given it goes to the bench.

    Parameters
    ----------
    s, p : (6,), (6, 6) float
        Place and velocity, east, north and up from the ground at its mean height.
    moment : height, speed over ground, climb
    course : east, north, whether the speed across is taken for 0 as well
    """
    ux, uy, is_across = course
    columns, cov, z = bench.columns, bench.cov, bench.z
    wants = (moment[0], moment[1], moment[2], 0.0)
    n = 4 if is_across else 3
    for a in range(6):
        columns[0, a] = p[a, 2]
        columns[1, a] = ux * p[a, 3] + uy * p[a, 4]
        columns[2, a] = p[a, 5]
        columns[3, a] = ux * p[a, 4] - uy * p[a, 3]
    z[0] = wants[0] - s[2]
    z[1] = wants[1] - ux * s[3] - uy * s[4]
    z[2] = wants[2] - s[5]
    z[3] = uy * s[3] - ux * s[4]
    for i in range(n):
        cov[i, 0] = columns[i, 2]
        cov[i, 1] = ux * columns[i, 3] + uy * columns[i, 4]
        cov[i, 2] = columns[i, 5]
        cov[i, 3] = ux * columns[i, 4] - uy * columns[i, 3]
        part = math.pi / N_HEADINGS * moment[1] if i == 3 else doubt.band * wants[i]
        least = doubt.ground[1] if i == 0 else LEAST_SPEED
        cov[i, i] += part * part + least * least
    log_det = factor(cov, 0, n)
    square = forward_square(cov, z, 0, n)
    for a in range(6):
        bench.after[a] = s[a]
        for i in range(n):
            for k in range(i):
                columns[i, a] -= cov[i, k] * columns[k, a]
            columns[i, a] /= cov[i, i]
            bench.after[a] += columns[i, a] * z[i]
    return -0.5 * (square + log_det)


@jit
def way_back(p: Floats, bend: float, n: int, doubt: Doubt, bench: Bench) -> tuple[float, float]:
    """Launch, east and north, of a conditioned state; its covariance goes to the bench.

    The way over ground since launch is ``bend`` times height times the slope of the path.
    """
    after, jac, columns = bench.after, bench.jac, bench.columns
    climb = max(after[5], LEAST_SPEED)
    age = bend * after[2] / climb
    east, north = after[0] - age * after[3], after[1] - age * after[4]
    for k in range(2):
        for a in range(6):
            jac[k, a] = 0.0
        jac[k, k] = 1.0
        jac[k, 2] = -bend * after[3 + k] / climb
        jac[k, 3 + k] = -age
        jac[k, 5] = age * after[3 + k] / climb
    m = 0
    for k in range(2):
        for j in range(k, 2):
            total = doubt.bend**2 * age * age * after[3 + k] * after[3 + j]
            for a in range(6):
                for b in range(6):
                    total += jac[k, a] * p[a, b] * jac[j, b]
            for i in range(n):
                first, second = 0.0, 0.0
                for a in range(6):
                    first += columns[i, a] * jac[k, a]
                    second += columns[i, a] * jac[j, a]
                total -= first * second
            bench.spread[m] = total
            m += 1
    return east, north


@jit
def weigh_ascents(
    s: Floats, p: Floats, ascents: Ascents, doubt: Doubt, total: Floats, bench: Bench
) -> None:
    """Add what every ascent says of the launch of a state to a sum, in place."""
    speed = math.sqrt(s[3] * s[3] + s[4] * s[4])
    vague = p[3, 3] + p[4, 4]
    is_sure = vague < (SURE_COURSE * speed) ** 2
    var_height = p[2, 2] + doubt.ground[1] ** 2
    for k in range(len(ascents.height)):
        for m in range(ascents.height.shape[1]):
            height, climb, ground = ascents.height[k, m], ascents.climb[k, m], ascents.ground[k, m]
            gap = height - s[2]
            far = gap * gap / (var_height + (doubt.band * height) ** 2)
            if far > FAR:
                if gap > 0.0:
                    break
                continue
            gap = climb - s[5]
            far += gap * gap / (p[5, 5] + LEAST_SPEED**2 + (doubt.band * climb) ** 2)
            if is_sure:
                gap = ground - speed
                far += gap * gap / (vague + LEAST_SPEED**2 + (doubt.band * ground) ** 2)
            if far > FAR:
                continue
            n_courses = 1 if is_sure else N_HEADINGS
            for c in range(n_courses):
                angle = 2.0 * math.pi * c / N_HEADINGS
                course = (math.cos(angle), math.sin(angle), True)
                if is_sure:
                    course = (s[3] / speed, s[4] / speed, False)
                fit = conditioned(s, p, (height, ground, climb), course, doubt, bench)
                fit += ascents.log_prior[k] - math.log(n_courses)
                if not fit > total[TOP] - FAR:
                    continue
                place = way_back(p, ascents.bend[k, m], 3 if is_sure else 4, doubt, bench)
                add_guess(total, fit, ascents.age[k, m], place, bench.spread)


@jit
def local_state(s: Floats, p: Floats, height: float, here: Floats, there: Floats) -> None:
    """Place (0, 0, height) and velocity east, north and up of a row, and their covariance.

    Put into ``here`` (6,) and ``there`` (6, 6).
    """
    lat, lon, alt = geodetic_from_ecef(s[0], s[1], s[2])
    basis = enu_basis(lat, lon)
    half = np.zeros((6, 6))
    for i in range(3):
        here[i], here[3 + i] = 0.0, 0.0
        for j in range(3):
            here[3 + i] += basis[i, j] * s[3 + j]
    here[2] = alt - height
    for i in range(6):
        for j in range(6):
            first, base = (0, j) if j < 3 else (3, j - 3)
            for k in range(3):
                half[i, j] += p[i, first + k] * basis[base, k]
    for i in range(6):
        first, base = (0, i) if i < 3 else (3, i - 3)
        for j in range(6):
            total = 0.0
            for k in range(3):
                total += basis[base, k] * half[first + k, j]
            there[i, j] = total


@jit
def find_launches(t: Floats, x: Floats, cov: Floats, ascents: Ascents, doubt: Doubt) -> Launches:
    """Where and when burning rows left the ground, with what the ascents leave open.

    Parameters
    ----------
    t : (n,) float
        Time of each row.
    x, cov : (n, 7), (n, 7, 7) float
        Rows as in `motion`, of which the last component is not used.

    Notes
    -----
    Each moment of each ascent is a hypothesis: height, climb and speed over ground there, with a
    band about them, are taken as measured (the course is free), which updates place and velocity.
    The launch lies behind the updated place by the way that such an ascent has made. The estimate
    has mean and covariance of the mixture. The Earth is flat over that way.
    """
    n = len(t)
    out = Launches(
        np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan), np.full((n, 2, 2), np.nan)
    )
    bench, here, there, total = new_bench(), np.zeros(6), np.zeros((6, 6)), np.zeros(8)
    for i in range(n):
        total[:] = 0.0
        total[TOP] = -math.inf
        local_state(x[i], cov[i], doubt.ground[0], here, there)
        weigh_ascents(here, there, ascents, doubt, total, bench)
        if total[WEIGHT] > 0.0:
            put_launch(x[i], t[i], total, doubt.ground[0], out, i)
    return out


@jit
def put_launch(s: Floats, t: float, total: Floats, height: float, out: Launches, i: int) -> None:
    """Mean and covariance of a sum of guesses as the i-th launch; the state is where it counts."""
    east, north = total[MEAN] / total[WEIGHT], total[MEAN + 1] / total[WEIGHT]
    lat, lon, alt = geodetic_from_ecef(s[0], s[1], s[2])
    basis = enu_basis(lat, lon)
    r = np.zeros(3)
    for j in range(3):
        r[j] = s[j] + east * basis[0, j] + north * basis[1, j] - (alt - height) * basis[2, j]
    out.lat[i], out.lon[i], _ = geodetic_from_ecef(r[0], r[1], r[2])
    out.t[i] = t - total[AGE] / total[WEIGHT]
    out.cov_enu[i, 0, 0] = total[SQUARE] / total[WEIGHT] - east * east
    out.cov_enu[i, 0, 1] = total[SQUARE + 1] / total[WEIGHT] - east * north
    out.cov_enu[i, 1, 0] = out.cov_enu[i, 0, 1]
    out.cov_enu[i, 1, 1] = total[SQUARE + 2] / total[WEIGHT] - north * north
