"""The nearest satellite of a shell, plane by plane, is that of a search one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.constellation import (
    NOBODY,
    Constellation,
    constellation,
    nearest_satellite,
    nearest_satellites,
)
from opendome.kernels.frames import ecefs_from_geodetics
from opendome.kernels.satellites import satellite_places

EVERYBODY = np.zeros(0, dtype=np.int64)
OFF = 4e3  # m, by which the quick place of a satellite may be wrong


def shell(total: int = 1200, planes: int = 40, inclination_deg: float = 55.0) -> Constellation:
    counts = (total, planes, 3.0)
    return constellation(counts, 400e3, math.radians(inclination_deg), (0.4, 1.1))


def places(n: int, alt: float) -> np.ndarray:
    draw = np.random.default_rng(4)
    lat, lon = np.arcsin(draw.uniform(-1, 1, n)), draw.uniform(-math.pi, math.pi, n)
    return ecefs_from_geodetics(lat, lon, np.full(n, alt))


@pytest.mark.parametrize("t", [0.0, 777.7, 86400.0])
@pytest.mark.parametrize("inclination_deg", [30.0, 55.0, 97.0])
def test_the_nearest_of_all(t: float, inclination_deg: float) -> None:
    made = shell(inclination_deg=inclination_deg)
    wanted = places(200, 200e3)
    away = np.linalg.norm(wanted[:, None] - satellite_places(made.elements, t)[None], axis=2)
    distances, who = nearest_satellites(made, t, wanted, 3e6)
    least = away.min(axis=1)
    is_near = least < 2.9e6
    assert is_near.sum() > 50
    assert np.abs(distances - least)[is_near].max() < OFF
    chosen = away[np.flatnonzero(is_near), who[is_near]]
    assert (chosen - least[is_near]).max() < 2 * OFF
    assert np.all(who[least > 3e6 + OFF] == NOBODY)


def test_satellites_without_rounds_and_outside_the_ring_do_not_count() -> None:
    made = shell()
    r = places(1, 200e3)[0]
    away = np.linalg.norm(r - satellite_places(made.elements, 0.0), axis=1)
    left = np.ones(1200, dtype=np.int64)
    for k in np.argsort(away)[:12]:
        distance, who = nearest_satellite(made, 0.0, r, (0.0, 4e6), left)
        assert distance == pytest.approx(away[who], abs=OFF)
        assert away[who] == pytest.approx(away[k], abs=2 * OFF)
        left[who] = 0
    near, far = np.sort(away)[[3, 4]]
    ring = (near + OFF, far + OFF)
    if ring[0] < ring[1]:
        distance, _ = nearest_satellite(made, 0.0, r, ring, EVERYBODY)
        assert ring[0] <= distance <= ring[1]
    assert nearest_satellite(made, 0.0, r, (0.0, 10e3), EVERYBODY) == (math.inf, NOBODY)


def test_a_shell_of_one_satellite() -> None:
    made = constellation((1, 1, 0.0), 400e3, 0.0)
    distance, who = nearest_satellite(
        made, 0.0, np.array([6378137.0 + 200e3, 0, 0]), (0, 1e6), EVERYBODY
    )
    assert who == 0
    home = satellite_places(made.elements, 0.0)[0]
    assert distance == pytest.approx(home[0] - 6378137.0 - 200e3, abs=OFF)
