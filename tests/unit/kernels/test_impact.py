"""Coasting tracks: impacts and paths, against single flights with tight steps."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from opendome.kernels.flight import fly_many
from opendome.kernels.frames import ecefs_from_ecis
from opendome.kernels.impact import LANDED, STILL_FLYING, coast_many, coast_paths
from opendome.kernels.paths import path_at
from opendome.kernels.propulsion import Vehicle
from tests.unit.kernels.notional import LIQUID, LONG_ROCKET, ROCKET, distance, launch

Array = NDArray[np.float64]


class Coast:
    """Tracks picked off tightly integrated flights at a share of their coast."""

    def __init__(self, vehicle: Vehicle, rows: Array, share: float) -> None:
        flights = fly_many(vehicle, rows, 12000.0, 1e-10, 12000)
        self.impact = flights.impact
        self.knots, self.n_knots = flights.knots, flights.n_knots
        n = len(rows)
        self.t = flights.t_burnout + share * (flights.impact[:, 0] - flights.t_burnout)
        states = np.array([self.state(i, self.t[i]) for i in range(n)])
        self.r_ecef, self.v_ecef = states[:, :3].copy(), states[:, 3:].copy()
        self.log_beta = np.full(n, math.log(vehicle.payload_beta))

    def state(self, i: int, t: float) -> Array:
        y = np.array(path_at(self.knots[i], int(self.n_knots[i]), t))
        r_ecef, v_ecef = ecefs_from_ecis(y[None, :3].copy(), y[None, 3:].copy(), np.array([t]))
        return np.concatenate([r_ecef[0], v_ecef[0]])


def icbms() -> Array:
    return np.vstack(
        [launch(azimuth_deg=a, elevation_deg=82, t_cut=215 + a, t_launch=7 * a) for a in range(25)]
    )


def rockets(low: float, high: float) -> Array:
    return np.vstack([launch(31, 34, elevation_deg=e) for e in np.linspace(low, high, 20)])


CASES = [
    (LIQUID, icbms(), 0.0, 20.0),
    (LIQUID, icbms(), 0.6, 2.0),
    (LIQUID, launch(azimuth_deg=60, elevation_deg=89.05, t_cut=248.5), 0.0, 20.0),
    (ROCKET, rockets(10, 75), 0.0, 1.0),
    (ROCKET, rockets(10, 75), 0.5, 1.0),
    (LONG_ROCKET, rockets(10, 75), 0.0, 5.0),
]


@pytest.mark.parametrize(("vehicle", "rows", "share", "metres"), CASES)
def test_impacts(vehicle: Vehicle, rows: Array, share: float, metres: float) -> None:
    coast = Coast(vehicle, rows, share)
    impact, status = coast_many(coast.r_ecef, coast.v_ecef, coast.log_beta, coast.t, 9000.0)
    assert np.all(status == LANDED)
    for found, exact in zip(impact, coast.impact):
        assert distance(found[1], found[2], exact[1], exact[2]) < metres
        assert found[0] == pytest.approx(exact[0], abs=0.01)
        assert found[3] == pytest.approx(exact[3], abs=0.5)


@pytest.mark.parametrize(("vehicle", "rows", "share", "metres"), CASES)
def test_paths(vehicle: Vehicle, rows: Array, share: float, metres: float) -> None:
    coast = Coast(vehicle, rows, share)
    span = coast.impact[:, 0] - coast.t
    times = coast.t[:, None] + span[:, None] * np.linspace(0.0, 0.999, 40)
    paths = coast_paths(coast.r_ecef, coast.v_ecef, coast.log_beta, coast.t, times)
    for i in range(len(rows)):
        for k in range(40):
            exact = coast.state(i, times[i, k])
            assert np.linalg.norm(paths[i, k, :3] - exact[:3]) < metres
            assert np.linalg.norm(paths[i, k, 3:] - exact[3:]) < 1.0


def test_paths_are_nan_before_the_state_and_after_the_landing() -> None:
    coast = Coast(ROCKET, rockets(40, 40)[:1], 0.0)
    t, t_impact = coast.t[0], coast.impact[0, 0]
    times = np.array([[t - 1.0, t, t, t + 5.0, t_impact - 0.1, t_impact + 0.1, t_impact + 9.0]])
    paths = coast_paths(coast.r_ecef, coast.v_ecef, coast.log_beta, coast.t, times)
    is_nan = np.isnan(paths[0]).any(axis=1)
    assert is_nan.tolist() == [True, False, False, False, False, True, True]
    np.testing.assert_allclose(paths[0, 1, :3], coast.r_ecef[0], atol=1e-6)


def test_a_row_does_not_know_its_tile() -> None:
    coast = Coast(LIQUID, icbms(), 0.2)
    arguments = (coast.r_ecef, coast.v_ecef, coast.log_beta, coast.t)
    together, _ = coast_many(*arguments, 9000.0)
    times = coast.t[:, None] + np.array([[0.0, 60.0, 400.0]])
    paths = coast_paths(*arguments, times)
    for i in (0, 15, 16, 24):
        one = tuple(a[i : i + 1] for a in arguments)
        alone, _ = coast_many(*one, 9000.0)
        np.testing.assert_array_equal(alone[0], together[i])
        np.testing.assert_array_equal(coast_paths(*one, times[i : i + 1])[0], paths[i])


def test_a_coast_that_is_not_over() -> None:
    coast = Coast(LIQUID, icbms()[:3], 0.0)
    impact, status = coast_many(coast.r_ecef, coast.v_ecef, coast.log_beta, coast.t, 300.0)
    assert np.all(status == STILL_FLYING)
    assert np.all(np.isnan(impact))


@pytest.mark.parametrize("beta", [1.0, 30.0, 300.0])
def test_light_bodies_are_not_thrown_out_of_the_air(beta: float) -> None:
    coast = Coast(ROCKET, rockets(40, 40)[:1], 0.0)
    impact, status = coast_many(
        coast.r_ecef, coast.v_ecef, np.array([math.log(beta)]), coast.t, 3000.0
    )
    assert status[0] == LANDED
    # Terminal speed at sea level: the square root of 2 g beta / rho.
    assert impact[0, 3] == pytest.approx(math.sqrt(2 * 9.8 * beta / 1.225), rel=0.05)


@pytest.mark.compiled
def test_nonsense_ends() -> None:
    nan = np.full((1, 3), math.nan)
    _, status = coast_many(nan, nan, np.zeros(1), np.zeros(1), 100.0)
    assert status[0] == STILL_FLYING


def test_no_tracks() -> None:
    none = np.empty((0, 3))
    impact, status = coast_many(none, none, np.empty(0), np.empty(0), 100.0)
    assert impact.shape == (0, 4)
    assert len(status) == 0
    assert coast_paths(none, none, np.empty(0), np.empty(0), np.empty((0, 5))).shape == (0, 5, 6)


def test_a_body_under_the_ground_has_landed() -> None:
    coast = Coast(ROCKET, rockets(40, 40)[:1], 0.9999)
    impact, status = coast_many(coast.r_ecef, coast.v_ecef, coast.log_beta, coast.t, 100.0, 500.0)
    assert status[0] == LANDED
    assert impact[0, 0] == coast.t[0]
