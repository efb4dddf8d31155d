"""Released objects against a plain twin: DOP853 at 1e-11 with its own gravity, air and drag."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from opendome.constants import EARTH_OMEGA, EARTH_RADIUS_MEAN
from opendome.kernels.flight import LANDED
from opendome.kernels.paths import path_at
from opendome.kernels.release import BRAKED, aim_released, fly_released, pushes_of
from tests.reference.test_flight_against_dop853 import gravity, standard_air

# Near the end of the burn of a long missile: 300 km up, 6.7 km/s, climbing at 25 degrees.
START = np.array([6678e3, 0.0, 0.0, 2830.0, 5200.0, 3200.0])


def slope(beta: float):  # type: ignore[no-untyped-def]
    """Right-hand side for a body of ballistic coefficient beta."""

    def of(t: float, s: np.ndarray) -> np.ndarray:
        r, v = s[:3], s[3:]
        wind = v - np.array([-EARTH_OMEGA * r[1], EARTH_OMEGA * r[0], 0.0])
        drag = 0.5 * standard_air(r) * np.linalg.norm(wind) / beta
        return np.concatenate([v, gravity(r) - drag * wind])

    return of


@pytest.mark.parametrize(("beta", "is_armed"), [(9000.0, True), (300.0, False), (10.0, False)])
def test_paths_of_released_objects(beta: float, is_armed: bool) -> None:
    flown = fly_released(
        np.array([100.0]), START[None], np.array([beta]), np.array([is_armed]), 1024
    )
    assert flown.status[0] == LANDED
    knots = flown.knots[0, : flown.n_knots[0]]
    t_end = float(flown.impact[0, 0])
    times = np.linspace(100.0, t_end, 40)
    twin = solve_ivp(slope(beta), (100.0, t_end), START, "DOP853", times, rtol=1e-11, atol=1e-6).y.T
    for t, theirs in zip(times, twin, strict=True):
        ours = np.array(path_at(knots, len(knots), t))
        assert np.linalg.norm(ours[:3] - theirs[:3]) < 20.0
    if not is_armed:
        end = twin[-1]
        wind = end[3:] - np.array([-EARTH_OMEGA * end[1], EARTH_OMEGA * end[0], 0.0])
        assert np.linalg.norm(wind) < BRAKED + 5.0


def test_a_push_brings_the_twin_to_its_aim_too() -> None:
    t, beta = np.array([100.0]), np.array([9000.0])
    plain = fly_released(t, START[None], beta, np.array([True]), 1024).impact[0]
    aim = np.array([[plain[1] + 0.006, plain[2] - 0.004]])  # some 40 km away
    push = aim_released(t, START[None], beta, aim, np.array([2.0]))
    assert np.hypot(push[0, 0], push[0, 1]) < 100.0
    start = pushes_of(START[None], push)[0]
    flown = fly_released(t, start[None], beta, np.array([True]), 1024).impact[0]
    twin = solve_ivp(slope(9000.0), (100.0, flown[0]), start, "DOP853", rtol=1e-11, atol=1e-6)
    end = twin.y[:3, -1]
    angle = EARTH_OMEGA * flown[0]
    lon = np.arctan2(end[1], end[0]) - angle
    east = (lon - aim[0, 1]) * EARTH_RADIUS_MEAN * np.cos(aim[0, 0])
    assert abs((east + np.pi * 6e6) % (2 * np.pi * 6e6) - np.pi * 6e6) < 20.0
    assert abs(flown[1] - aim[0, 0]) * EARTH_RADIUS_MEAN < 2.1
