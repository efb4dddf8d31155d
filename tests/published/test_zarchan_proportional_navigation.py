"""Homing against P. Zarchan, Tactical and Strategic Missile Guidance: single-lag miss distances.

For proportional navigation behind one first-order lag T, a lateral velocity error V gives the miss
V t_F exp(-x) (1 - x + x^2/6) for N' = 4 and V t_F exp(-x) (1 - 3x/2 + x^2/2 - x^3/24) for N' = 5,
with x = t_F / T (adjoint solution of the linear homing loop).
"""

import math

import numpy as np
import pytest

from opendome.kernels.guidance import ENDED, FREE, RoundKinds, Rounds, Sky, coast_step
from opendome.kernels.homing import advance_round
from opendome.world.rounds import no_rounds

LAG = 0.5  # s
LATERAL = 50.0  # m/s
CLOSING = 5000.0  # m/s


def fly(t_flight: float, navigation_constant: float, sigma: float = 0.0, run: int = 0) -> Rounds:
    """A round and a threat in near-vacuum, closing head-on but for a lateral velocity."""
    height = 7.5e6
    r_threat = np.array([height, 0.0, 0.0])
    v_threat = np.array([0.0, 0.5 * CLOSING, 0.0])
    rest = np.arange(0.0, t_flight + 5.0, 0.01)
    path = np.zeros((len(rest), 7))
    path[:, 0] = rest
    r, v = tuple(r_threat), tuple(v_threat)
    for row in path:  # both bodies fall alike, so that only the homing loop moves them apart
        row[1:4], row[4:7] = r, v
        r, v = coast_step(r, v, 1e6, (0.0, 0.0, 0.0), 0.01)
    kinds = RoundKinds(
        is_divert=np.array([True]),
        max_acceleration=np.array([1e9]),
        lag=np.array([LAG]),
        full_pressure=np.array([1.0]),
        navigation_constant=np.array([float(navigation_constant)]),
        acquisition_range=np.array([1e9]),
        cos_field=np.array([-1.0]),
        sigma_angle=np.array([sigma]),
        look_interval=np.array([2e-5]),
        beta=np.array([1e6]),
        free_time=np.array([0.0]),
        sustain_time=np.array([0.0]),
        thrust=np.array([0.0]),
        mass=np.array([1.0]),
        flow=np.array([0.0]),
        drag_area=np.array([1.0]),
        stall_speed=np.array([0.0]),
        vehicles=np.array([1]),
        band=np.array([1]),
        sigma_feature=np.array([1.0]),
        noise=23,
    )
    one = {k: np.zeros((1, *c.shape[1:]), c.dtype) for k, c in no_rounds()._asdict().items()}
    rounds = Rounds(**one)
    rounds.run[0] = run
    rounds.phase[0] = FREE
    rounds.target[0] = -1
    rounds.divert[0] = 1e9
    rounds.miss[0] = np.inf
    rounds.r[0] = r_threat + np.array([0.0, CLOSING * t_flight, 0.0])
    rounds.v[0] = np.array([0.0, -0.5 * CLOSING, LATERAL])
    rounds.believed_r[0], rounds.believed_v[0] = r_threat, v_threat
    rounds.believed_beta[0] = 1e6
    sky = Sky(
        1,
        path,
        np.zeros(1, dtype=np.int64),
        np.array([len(rest)]),
        np.array([0.0]),
        np.array([1e9]),
    )
    advance_round(rounds, 0, t_flight + 4.0, kinds, sky, 1)
    return rounds


@pytest.mark.parametrize("t_flight", [0.5, 1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("navigation_constant", [4, 5])
def test_miss_from_heading_error_follows_the_single_lag_curve(
    t_flight: float, navigation_constant: int
) -> None:
    x = t_flight / LAG
    shape = 1 - x + x**2 / 6 if navigation_constant == 4 else 1 - 1.5 * x + x**2 / 2 - x**3 / 24
    expected = abs(LATERAL * t_flight * math.exp(-x) * shape)
    rounds = fly(t_flight, navigation_constant)
    assert rounds.phase[0] == ENDED
    assert rounds.t_meet[0] == pytest.approx(t_flight, abs=2e-3)
    assert rounds.miss[0] == pytest.approx(expected, rel=0.05, abs=0.03)


@pytest.mark.compiled
def test_seeker_noise_spreads_the_miss() -> None:
    quiet = [fly(3.0, 4, 0.0, run).miss[0] for run in range(3)]
    noisy = [fly(3.0, 4, 5e-3, run).miss[0] for run in range(30)]
    assert np.ptp(quiet) == 0.0
    assert np.std(noisy) > 0.01
