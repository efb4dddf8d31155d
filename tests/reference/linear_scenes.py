"""Scenes of things that fly nearly straight on a plane, with misses and false looks, of any size.

At constant density: 4 things and 0.5 false looks per thing on a square kilometre ("standard"), or
25 and 2 ("dense").
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from opendome.kernels.linear import LinearModel
from opendome.kernels.linear_scan import Start
from opendome.tracks.linear import constant_velocity

DENSITY = 0.5  # m^2/s^3
SIGMA = 10.0  # m
P_DETECT = 0.9
SPEED = 20.0  # m/s, standard deviation along each axis


class Scene(NamedTuple):
    """Truth and looks at each scan, one a second."""

    truths: list[Any]  # (n, 4) each: x, vx, y, vy
    looks: list[Any]  # (m, 2)
    clutter: float  # false looks per square metre


def scene(n: int, seed: int, n_scans: int = 100, *, is_dense: bool = False) -> Scene:
    """A fifth of the things begin late, a fifth end early."""
    rng = np.random.default_rng(seed)
    per_area, n_false = (25e-6, 2.0 * n) if is_dense else (4e-6, 0.5 * n)
    side = np.sqrt(n / per_area)
    x = np.zeros((n, 4))
    x[:, [0, 2]], x[:, [1, 3]] = rng.uniform(0, side, (n, 2)), rng.normal(0, SPEED, (n, 2))
    first = np.where(rng.random(n) < 0.2, rng.integers(0, n_scans // 2, n), 0)
    last = np.where(rng.random(n) < 0.2, rng.integers(n_scans // 2, n_scans, n), n_scans)
    model = step(1.0)
    noise = np.linalg.cholesky(model.process)
    truths, looks = [], []
    for k in range(n_scans):
        if k:
            x = x @ model.transition.T + rng.normal(size=(n, 4)) @ noise.T
        is_there = (first <= k) & (k < last)
        seen = is_there & (rng.random(n) < P_DETECT)
        z = x[seen][:, [0, 2]] + rng.normal(0, SIGMA, (seen.sum(), 2))
        false = rng.uniform(0, side, (rng.poisson(n_false), 2))
        truths.append(x[is_there])
        looks.append(rng.permutation(np.vstack([z, false])))
    return Scene(truths, looks, n_false / side**2)


def step(dt: float) -> LinearModel:
    """The model of the scenes."""
    return constant_velocity(dt, DENSITY, SIGMA)


START = Start(np.zeros(4), np.diag([0.0, SPEED**2, 0.0, SPEED**2]))
