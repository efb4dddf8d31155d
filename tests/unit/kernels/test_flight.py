"""Whole flights: what they record, how they end, and that rows do not know each other."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from opendome.constants import EARTH_OMEGA
from opendome.kernels.dynamics import coast_acceleration
from opendome.kernels.flight import (
    KNOT_SPAN,
    KNOTS_FULL,
    LANDED,
    STILL_FLYING,
    TOLERANCE,
    TOO_MANY_STEPS,
    fly_many,
    quintic,
)
from opendome.kernels.frames import altitude, ecef_from_geodetic, ecefs_from_ecis
from opendome.kernels.paths import pack_knots, path_at, paths_at
from tests.unit.kernels.notional import LIQUID, ROCKET, SOLID, distance, launch

ROWS = np.vstack(
    [
        launch(azimuth_deg=20, elevation_deg=83.0, t_cut=230.0),
        launch(azimuth_deg=80, elevation_deg=89.0, t_launch=40.0, t_cut=245.0),
        launch(azimuth_deg=300, elevation_deg=82.5, t_launch=900.0, t_cut=210.0),
    ]
)


def test_knots_lie_in_time_and_hold_every_boundary() -> None:
    flights = fly_many(LIQUID, ROWS, 12000.0, TOLERANCE, 512)
    assert flights.status.tolist() == [LANDED] * 3
    for i, row in enumerate(ROWS):
        t = flights.knots[i, : flights.n_knots[i], 0]
        assert np.all(np.diff(t) > 0.0)
        assert np.max(np.diff(t)) <= KNOT_SPAN + 1e-9
        for boundary in (0.0, 10.0, 25.0, 130.0, row[6]):
            assert np.min(np.abs(t - row[3] - boundary)) < 1e-9
        assert flights.t_burnout[i] == row[3] + row[6]
        assert t[-1] == flights.impact[i, 0]


def test_between_knots_of_a_coast_the_path_is_the_fall() -> None:
    """SciPy's integrator from one knot to the middle of the span and to the next knot."""
    flights = fly_many(LIQUID, ROWS[:1], 12000.0, TOLERANCE, 512)
    knots, n = flights.knots[0], int(flights.n_knots[0])
    t = knots[:n, 0]
    high = np.flatnonzero((np.diff(t) > 20.0) & (t[:-1] > flights.t_burnout[0] + 200.0))
    assert len(high) > 15
    for i in high[::4]:
        middle = 0.3 * t[i] + 0.7 * t[i + 1]
        fall = solve_ivp(
            lambda _, y: np.array([*y[3:], *coast_acceleration(*y, LIQUID.payload_beta)]),
            (t[i], middle), knots[i, 1:], method="DOP853", rtol=1e-12, atol=1e-6,
        )  # fmt: skip
        found = np.array(path_at(knots, n, middle))
        assert np.linalg.norm(found[:3] - fall.y[:3, -1]) < 1e-3
        assert np.linalg.norm(found[3:] - fall.y[3:, -1]) < 1e-4


def test_quintics_are_exact_for_paths_of_fifth_degree() -> None:
    path = np.polynomial.Polynomial([3.0, -2.0, 0.5, 0.1, -0.02, 0.003])
    speed, push, h = path.deriv(), path.deriv(2), 7.0
    ends = [tuple([float(path(t))] * 3 + [float(speed(t))] * 3) for t in (0.0, h)]
    slopes = [tuple([float(speed(t))] * 3 + [float(push(t))] * 3) for t in (0.0, h)]
    for u in (0.0, 0.2, 0.7, 1.0):
        found = quintic(u, h, ends[0], slopes[0], ends[1], slopes[1])
        assert found == pytest.approx([path(u * h)] * 3 + [speed(u * h)] * 3, abs=1e-9)


def test_first_knot_stands_on_the_turning_ground() -> None:
    flights = fly_many(LIQUID, ROWS, 12000.0, TOLERANCE, 512)
    first = flights.knots[:, 0]
    r_ecef, v_ecef = ecefs_from_ecis(
        np.ascontiguousarray(first[:, 1:4]), np.ascontiguousarray(first[:, 4:]), ROWS[:, 3].copy()
    )
    for i, row in enumerate(ROWS):
        np.testing.assert_allclose(r_ecef[i], ecef_from_geodetic(*row[:3]), atol=1e-6)
    np.testing.assert_allclose(v_ecef, 0.0, atol=1e-9)


def test_impact_is_the_last_knot_on_the_ground() -> None:
    flights = fly_many(LIQUID, ROWS, 12000.0, TOLERANCE, 512)
    for i in range(3):
        t, lat, lon, speed = flights.impact[i]
        last = flights.knots[i, flights.n_knots[i] - 1]
        assert altitude(*last[1:4]) == pytest.approx(0.0, abs=1e-2)
        r_ecef, v_ecef = ecefs_from_ecis(
            last[None, 1:4].copy(), last[None, 4:].copy(), np.array([t])
        )
        np.testing.assert_allclose(ecef_from_geodetic(lat, lon, 0.0), r_ecef[0], atol=1e-2)
        assert np.linalg.norm(v_ecef) == pytest.approx(speed, rel=1e-12)


def test_apogee_is_the_highest_point_of_the_path() -> None:
    flights = fly_many(LIQUID, ROWS, 12000.0, TOLERANCE, 512)
    for i in range(3):
        n = int(flights.n_knots[i])
        times = np.linspace(flights.knots[i, 0, 0], flights.impact[i, 0], 5000)
        highest = max(altitude(*path_at(flights.knots[i], n, t)[:3]) for t in times)
        assert flights.apogee_alt[i] == pytest.approx(highest, abs=30.0)


def test_launch_time_only_turns_the_sky() -> None:
    early, late = launch(t_cut=230.0), launch(t_cut=230.0, t_launch=5000.0)
    a = fly_many(LIQUID, early, 12000.0, TOLERANCE, 0)
    b = fly_many(LIQUID, late, 12000.0, TOLERANCE, 0)
    assert b.impact[0, 0] - a.impact[0, 0] == pytest.approx(5000.0, abs=1e-4)
    assert distance(a.impact[0, 1], a.impact[0, 2], b.impact[0, 1], b.impact[0, 2]) < 0.5


def test_longitude_only_turns_the_earth() -> None:
    a = fly_many(SOLID, launch(40.0, 10.0, elevation_deg=60), 12000.0, TOLERANCE, 0)
    b = fly_many(SOLID, launch(40.0, -170.0, elevation_deg=60), 12000.0, TOLERANCE, 0)
    assert a.impact[0, 1] == pytest.approx(b.impact[0, 1], abs=1e-7)
    turn = (b.impact[0, 2] - a.impact[0, 2]) % (2 * math.pi)
    assert turn == pytest.approx(math.pi, abs=1e-7)


def test_a_rocket_from_above_the_ground_does_not_land_at_once() -> None:
    flights = fly_many(ROCKET, launch(elevation_deg=40), 600.0, TOLERANCE, 100)
    assert flights.status[0] == LANDED
    assert flights.impact[0, 0] > 40.0
    below = launch(elevation_deg=40)
    below[0, 2] = -400.0  # the shore of the Dead Sea
    assert fly_many(ROCKET, below, 600.0, TOLERANCE, 0).impact[0, 0] > 40.0


def test_higher_ground_is_met_sooner() -> None:
    row = launch(elevation_deg=40)
    low = fly_many(ROCKET, row, 600.0, TOLERANCE, 100)
    high = fly_many(ROCKET, row, 600.0, TOLERANCE, 100, 800.0)
    last = high.knots[0, high.n_knots[0] - 1]
    assert altitude(*last[1:4]) == pytest.approx(800.0, abs=1e-2)
    assert high.impact[0, 0] < low.impact[0, 0] - 1.0


def test_a_motor_that_fails_at_once_falls_where_it_stands() -> None:
    flights = fly_many(ROCKET, launch(t_cut=0.0), 600.0, TOLERANCE, 100)
    assert flights.status[0] == LANDED
    assert flights.impact[0, 0] == pytest.approx(math.sqrt(2 * 50 / 9.8), abs=0.02)


def test_more_thrust_than_weight_is_needed_to_fly() -> None:
    heavy = ROCKET._replace(payload_mass=1e5)
    flights = fly_many(heavy, launch(elevation_deg=80), 600.0, TOLERANCE, 100)
    assert flights.status[0] == LANDED
    assert flights.impact[0, 0] < 5.0


def test_status_of_a_flight_that_is_not_over() -> None:
    flights = fly_many(LIQUID, ROWS[:1], 500.0, TOLERANCE, 512)
    assert flights.status[0] == STILL_FLYING
    assert np.all(np.isnan(flights.impact))
    assert flights.knots[0, flights.n_knots[0] - 1, 0] == pytest.approx(500.0)
    short = fly_many(LIQUID, ROWS[:1], 60.0, TOLERANCE, 512)
    assert short.status[0] == STILL_FLYING
    assert short.knots[0, short.n_knots[0] - 1, 0] == pytest.approx(60.0)


def test_status_of_too_few_knots() -> None:
    flights = fly_many(LIQUID, ROWS[:1], 12000.0, TOLERANCE, 20)
    assert flights.status[0] == KNOTS_FULL
    assert flights.n_knots[0] == 20


@pytest.mark.compiled
def test_status_of_nonsense() -> None:
    row = ROWS[:1].copy()
    row[0, 5] = math.nan
    assert fly_many(LIQUID, row, 12000.0, TOLERANCE, 0).status[0] == TOO_MANY_STEPS


def test_a_row_does_not_know_its_batch() -> None:
    together = fly_many(LIQUID, ROWS, 12000.0, TOLERANCE, 512)
    for i in range(3):
        alone = fly_many(LIQUID, ROWS[i : i + 1], 12000.0, TOLERANCE, 512)
        np.testing.assert_array_equal(alone.impact[0], together.impact[i])
        n = int(alone.n_knots[0])
        np.testing.assert_array_equal(alone.knots[0, :n], together.knots[i, :n])


def test_packed_paths_are_the_paths() -> None:
    flights = fly_many(LIQUID, ROWS, 12000.0, TOLERANCE, 512)
    flat, offsets = pack_knots(flights)
    assert len(flat) == flights.n_knots.sum()
    rows, t = np.array([2, 0, 2]), np.array([950.0, 700.0, 1400.0])
    states = paths_at(flat, offsets, flights.n_knots, rows, t)
    for j in range(3):
        i = rows[j]
        assert tuple(states[j]) == path_at(flights.knots[i], int(flights.n_knots[i]), t[j])


def test_a_path_holds_at_its_ends() -> None:
    flights = fly_many(LIQUID, ROWS[1:2], 12000.0, TOLERANCE, 512)
    knots, n = flights.knots[0], int(flights.n_knots[0])
    assert path_at(knots, n, 0.0) == tuple(knots[0, 1:])
    assert path_at(knots, n, 1e6) == tuple(knots[n - 1, 1:])
    assert path_at(knots, n, knots[5, 0]) == tuple(knots[5, 1:])


def test_going_east_gains_the_turn_of_the_earth() -> None:
    east = fly_many(LIQUID, launch(0.0, 0.0, azimuth_deg=90, t_cut=220.0), 12000.0, TOLERANCE, 512)
    west = fly_many(LIQUID, launch(0.0, 0.0, azimuth_deg=270, t_cut=220.0), 12000.0, TOLERANCE, 512)

    def speed(flights) -> float:  # type: ignore[no-untyped-def]
        state = path_at(flights.knots[0], int(flights.n_knots[0]), 220.0)
        return math.hypot(*state[3:])

    assert speed(east) - speed(west) == pytest.approx(2 * EARTH_OMEGA * 6378137.0, rel=0.15)
