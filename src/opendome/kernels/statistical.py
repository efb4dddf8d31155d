"""How sure a tracker would be of a threat, without tracking it: information of looks, errors."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.field import is_in_field
from opendome.kernels.infrared import Infrared, is_in_cone, is_in_view, plume_snr, sight_from
from opendome.kernels.philox import normal
from opendome.kernels.radar import Radar, errors, mean_snr
from opendome.kernels.skywave import Skywave, p_detect_below, sigma_across

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PRIOR_SIGMA = 20e3  # m per axis, of a place known only along a line of sight


class Errors(NamedTuple):
    """Square roots of the error covariance of n tracks at their last look."""

    place: Floats  # (n, 3, 3) lower, m
    velocity: Floats  # (n, 3, 3) lower, m/s


@jit
def add_look(info: Floats, i: int, along: tuple[float, float, float], weights: Floats) -> None:
    """Add to row i the information of a look along a vector: weights along and across it."""
    length2 = along[0] ** 2 + along[1] ** 2 + along[2] ** 2
    for j in range(3):
        for k in range(3):
            info[i, j, k] += (weights[0] - weights[1]) * along[j] * along[k] / length2
        info[i, j, j] += weights[1]


@jit
def add_radar(radar: Radar, r_ecef: Floats, rcs: Floats, is_open: Bools, info: Floats) -> Bools:
    """Add the information of one look of a radar; gives the rows (n,) that it sees.

    It sees what is in its field and more likely detected than not. A cued radar sees only open
    rows: those that are tracked already.
    """
    seen = np.zeros(len(rcs), np.bool_)
    weights = np.empty(2)
    place = radar.field.r_ecef
    for i in range(len(rcs)):
        x, y, z = r_ecef[i, 0], r_ecef[i, 1], r_ecef[i, 2]
        if (radar.is_cued and not is_open[i]) or not is_in_field(radar.field, x, y, z):
            continue
        along = (x - place[0], y - place[1], z - place[2])
        distance = math.sqrt(along[0] ** 2 + along[1] ** 2 + along[2] ** 2)
        snr = mean_snr(radar, distance, rcs[i])
        if radar.threshold > math.log(2.0) * (1.0 + snr):
            continue
        seen[i] = True
        sigma_distance, sigma_angle, _ = errors(radar, max(snr, radar.threshold - 1.0))
        weights[0], weights[1] = sigma_distance**-2, (distance * sigma_angle) ** -2
        add_look(info, i, along, weights)
    return seen


@jit
def add_infrared(
    sensor: Infrared, places: Floats, r_ecef: Floats, plume: Floats, info: Floats
) -> Bools:
    """Add the information of one look of an infrared sensor; gives the rows (n,) that it sees.

    Of plumes only, by each of its satellites at ``places`` (m, 3); the Sun is left out.
    """
    seen = np.zeros(len(plume), np.bool_)
    weights = np.empty(2)
    for i in range(len(plume)):
        x, y, z = r_ecef[i, 0], r_ecef[i, 1], r_ecef[i, 2]
        for j in range(len(places)):
            sight = sight_from(sensor, places[j])
            along = (x - places[j, 0], y - places[j, 1], z - places[j, 2])
            distance = math.sqrt(along[0] ** 2 + along[1] ** 2 + along[2] ** 2)
            if plume_snr(plume[i], sensor.noise_plume, distance) < sensor.threshold:
                continue
            if not is_in_view(sight, x, y, z):
                continue
            if not is_in_cone(sight, sensor.cos_half_field, x, y, z):
                continue
            seen[i] = True
            weights[0], weights[1] = PRIOR_SIGMA**-2, (distance * sensor.sigma_angle) ** -2
            add_look(info, i, along, weights)
    return seen


@jit
def add_skywave(radar: Skywave, state: Floats, rcs: Floats, info: Floats) -> Bools:
    """Add the information of one look of an over-the-horizon radar; gives the rows it sees."""
    seen = np.zeros(len(rcs), np.bool_)
    weights, place = np.empty(2), radar.r_ecef
    for i in range(len(rcs)):
        if p_detect_below(radar, state[i], rcs[i]) < 0.5:
            continue
        seen[i] = True
        along = (state[i, 0] - place[0], state[i, 1] - place[1], state[i, 2] - place[2])
        distance = math.sqrt(along[0] ** 2 + along[1] ** 2 + along[2] ** 2)
        across = distance * sigma_across(radar, distance)
        weights[0], weights[1] = radar.sigma_range**-2, across**-2
        add_look(info, i, along, weights)
    return seen


@jit
def cholesky3(a: Floats, out: Floats) -> None:
    """Lower Cholesky factor of a positive (3, 3) matrix, put into ``out``."""
    for i in range(3):
        for j in range(3):
            out[i, j] = 0.0
    for j in range(3):
        for i in range(j, 3):
            value = a[i, j]
            for k in range(j):
                value -= out[i, k] * out[j, k]
            out[i, j] = math.sqrt(max(value, 1e-30)) if i == j else value / out[j, j]


@jit
def inverse3(a: Floats, out: Floats) -> None:
    """Inverse of a symmetric positive (3, 3) matrix by cofactors, put into ``out``."""
    for i in range(3):
        i1, i2 = (i + 1) % 3, (i + 2) % 3
        for j in range(3):
            j1, j2 = (j + 1) % 3, (j + 2) % 3
            out[j, i] = a[i1, j1] * a[i2, j2] - a[i1, j2] * a[i2, j1]
    det = a[0, 0] * out[0, 0] + a[0, 1] * out[1, 0] + a[0, 2] * out[2, 0]
    for i in range(3):
        for j in range(3):
            out[i, j] /= det


@jit
def errors_of(info: Floats, n_looks: Ints, period: Floats) -> Errors:
    """Errors of tracks that had n looks of this information, one each period.

    Notes
    -----
    Straight line through n looks: at its end the place has 4/n and the velocity
    12/(n (n period)^2) of the variance of one look. The two are taken as independent.
    Source: B. W. Lindgren, Statistical Theory (1976), simple linear regression, for large n.
    """
    n = len(n_looks)
    out = Errors(np.zeros((n, 3, 3)), np.zeros((n, 3, 3)))
    one, root = np.empty((3, 3)), np.empty((3, 3))
    for i in range(n):
        inverse3(info[i], one)
        cholesky3(one, root)
        looks = max(n_looks[i], 2)
        place = math.sqrt(min(4.0 / looks, 1.0))
        velocity = math.sqrt(12.0 / looks) / (looks * period[i])
        for j in range(3):
            for k in range(3):
                out.place[i, j, k] = place * root[j, k]
                out.velocity[i, j, k] = velocity * root[j, k]
    return out


@jit
def wander(seed: int, purpose: int, run: Ints, obj: Ints, phase: Floats) -> Floats:
    """Standard normal numbers (n, 7) that change slowly: a pure function of phase.

    Numbers a whole unit of phase apart are independent; between them the circle from one to the
    next keeps the variance at 1.
    """
    out = np.empty((len(run), 7))
    for i in range(len(run)):
        knot = math.floor(phase[i])
        angle = 0.5 * math.pi * (phase[i] - knot)
        cosine, sine = math.cos(angle), math.sin(angle)
        for j in range(7):
            first = normal(seed, run[i], purpose, obj[i], knot, j)
            second = normal(seed, run[i], purpose, obj[i], knot + 1, j)
            out[i, j] = cosine * first + sine * second
    return out


@jit
def blur(
    state: Floats, draws: Floats, sigma: Errors, age: Floats, sigma_log_beta: float
) -> tuple[Floats, Floats]:
    """States (n, 7) with errors, and their covariance (n, 7, 7), ``age`` s after the last look.

    Errors of velocity are carried into the place for the time without looks.
    """
    x, cov = state.copy(), np.zeros((len(age), 7, 7))
    for i in range(len(age)):
        place, velocity = sigma.place[i], sigma.velocity[i]
        for j in range(3):
            for k in range(j + 1):
                x[i, j] += place[j, k] * draws[i, k] + age[i] * velocity[j, k] * draws[i, 3 + k]
                x[i, 3 + j] += velocity[j, k] * draws[i, 3 + k]
            for k in range(3):
                rr, vv = 0.0, 0.0
                for m in range(3):
                    rr += place[j, m] * place[k, m]
                    vv += velocity[j, m] * velocity[k, m]
                cov[i, j, k] = rr + age[i] * age[i] * vv
                cov[i, j, 3 + k] = age[i] * vv
                cov[i, 3 + j, k] = age[i] * vv
                cov[i, 3 + j, 3 + k] = vv
        x[i, 6] += sigma_log_beta * draws[i, 6]
        cov[i, 6, 6] = sigma_log_beta * sigma_log_beta
    return x, cov
