"""Launches that land on their aims, and an honest answer where there is none."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from opendome.kernels.aim import GUESS, Aims, solve_aims
from opendome.kernels.aim_start import (
    CUTOFF,
    ELEVATION_HIGH,
    ELEVATION_LOW,
    SOLVED,
    TOO_FAR,
    TOO_NEAR,
)
from opendome.kernels.flight import LANDED, TOLERANCE, fly_many
from opendome.kernels.propulsion import Vehicle
from tests.unit.kernels.notional import (
    LIQUID,
    LONG_ROCKET,
    ROCKET,
    SOLID,
    distance,
    launch,
    place_at,
)

NONE = np.empty((0, GUESS))
ROCKETS, MISSILES = (31.5, 34.5), (39.0, 127.0)


def aims_at(
    site: tuple[float, float], targets: list[tuple[float, float]], apogee: float = math.nan
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Launch and aim rows for targets [bearing deg, range km] about a site (deg)."""
    rows = np.repeat(launch(*site, azimuth_deg=0, elevation_deg=0), len(targets), axis=0)
    return rows, np.array([[*place_at(*site, *target), apogee] for target in targets])


def flown_misses(vehicle: Vehicle, aims: NDArray[np.float64], solved: Aims) -> list[float]:
    flights = fly_many(vehicle, solved.launches, 12000.0, TOLERANCE, 0)
    assert np.all(flights.status == LANDED)
    return [
        distance(aim[0], aim[1], impact[1], impact[2]) for aim, impact in zip(aims, flights.impact)
    ]


@pytest.mark.parametrize(
    ("vehicle", "ranges"), [(ROCKET, (3, 8, 14, 19, 20.2)), (LONG_ROCKET, (15, 40, 75))]
)
@pytest.mark.parametrize("steering", [ELEVATION_LOW, ELEVATION_HIGH])
def test_rockets_hit_by_elevation(
    vehicle: Vehicle, ranges: tuple[float, ...], steering: int
) -> None:
    rows, aims = aims_at(ROCKETS, [(b, r) for b in (0, 100, 250) for r in ranges])
    solved = solve_aims(vehicle, rows, aims, steering, 5.0, NONE)
    assert np.all(solved.status == SOLVED)
    assert max(flown_misses(vehicle, aims, solved)) < 5.1
    # The flat arc is below the elevation of the longest range, the steep one above.
    is_flat = solved.launches[:, 5] < math.radians(48)
    if vehicle is ROCKET:
        assert np.all(is_flat == (steering == ELEVATION_LOW))


def test_range_of_the_flat_arc_grows_with_elevation() -> None:
    rows, aims = aims_at(ROCKETS, [(30, r) for r in (4, 8, 12, 16, 20)])
    solved = solve_aims(ROCKET, rows, aims, ELEVATION_LOW, 5.0, NONE)
    assert np.all(np.diff(solved.launches[:, 5]) > 0.0)


@pytest.mark.parametrize("vehicle", [LIQUID, SOLID])
def test_missiles_hit_with_the_least_energy(vehicle: Vehicle) -> None:
    rows, aims = aims_at(
        MISSILES, [(b, r) for b in (20, 90, 180, 270) for r in (2000, 5000, 9000, 12000, 15000)]
    )
    solved = solve_aims(vehicle, rows, aims, CUTOFF, 50.0, NONE)
    assert np.all(solved.status == SOLVED)
    assert max(flown_misses(vehicle, aims, solved)) < 51.0
    flights = fly_many(vehicle, solved.launches, 12000.0, TOLERANCE, 0)
    # Apogees of least-energy arcs (closed form): 459, 976, 1,319 km near 9,900 km, 1,265, 978.
    for i, apogee_km in enumerate([459, 976, 1304, 1265, 978] * 4):
        assert flights.apogee_alt[i] / 1e3 == pytest.approx(apogee_km, abs=3.0)


@pytest.mark.parametrize("bearing", [0, 60, 180, 270])
def test_lofts_hit_with_the_apogee_that_was_asked_for(bearing: float) -> None:
    rows, aims = aims_at(MISSILES, [(bearing, 999.0)], 6041e3)
    solved = solve_aims(LIQUID, rows, aims, CUTOFF, 50.0, NONE)
    assert solved.status[0] == SOLVED
    assert flown_misses(LIQUID, aims, solved)[0] < 51.0
    flights = fly_many(LIQUID, solved.launches, 12000.0, TOLERANCE, 0)
    assert flights.apogee_alt[0] == pytest.approx(6041e3, abs=501.0)


def test_a_group_shares_its_nominal_solution() -> None:
    rng = np.random.default_rng(7)
    n = 40
    rows, aims = aims_at(MISSILES, [(25, 9500)])
    nominal = solve_aims(SOLID, rows, aims, CUTOFF, 50.0, NONE)
    rows, aims = np.repeat(rows, n, axis=0), np.repeat(aims, n, axis=0)
    rows[:, :2] += rng.normal(0, 1e-3, (n, 2))
    rows[:, 3] = rng.uniform(0, 900, n)
    aims[:, :2] += rng.normal(0, 3e-3, (n, 2))
    solved = solve_aims(SOLID, rows, aims, CUTOFF, 50.0, nominal.guesses)
    assert np.all(solved.status == SOLVED)
    assert max(flown_misses(SOLID, aims, solved)) < 51.0
    # Not a bit depends on the others in the batch, and afresh it comes out nearly the same.
    alone = solve_aims(SOLID, rows[11:12], aims[11:12], CUTOFF, 50.0, nominal.guesses)
    np.testing.assert_array_equal(alone.launches[0], solved.launches[11])
    afresh = solve_aims(SOLID, rows[11:12], aims[11:12], CUTOFF, 50.0, NONE)
    np.testing.assert_allclose(afresh.launches[0], solved.launches[11], atol=1e-2)


def test_a_bad_guess_costs_time_only() -> None:
    rows, aims = aims_at(ROCKETS, [(40, 15)])
    far_rows, far_aims = aims_at(ROCKETS, [(200, 5)])
    guess = solve_aims(ROCKET, far_rows, far_aims, ELEVATION_LOW, 5.0, NONE).guesses
    guess[0, 3:12] *= -7.0
    solved = solve_aims(ROCKET, rows, aims, ELEVATION_LOW, 5.0, guess)
    assert solved.status[0] == SOLVED
    assert flown_misses(ROCKET, aims, solved)[0] < 5.1
    blank = np.full((1, GUESS), math.nan)
    assert solve_aims(ROCKET, rows, aims, ELEVATION_LOW, 5.0, blank).status[0] == SOLVED


def test_miss_is_that_of_the_launch_it_gives() -> None:
    rows, aims = aims_at(MISSILES, [(15, 8000)])
    solved = solve_aims(SOLID, rows, aims, CUTOFF, 200.0, NONE)
    assert solved.miss[0] == pytest.approx(flown_misses(SOLID, aims, solved)[0], rel=5e-3, abs=0.1)


@pytest.mark.parametrize("steering", [ELEVATION_LOW, ELEVATION_HIGH])
def test_an_aim_beyond_the_longest_range(steering: int) -> None:
    rows, aims = aims_at(ROCKETS, [(30, 24)])
    solved = solve_aims(ROCKET, rows, aims, steering, 5.0, NONE)
    assert solved.status[0] == TOO_FAR
    assert flown_misses(ROCKET, aims, solved)[0] == pytest.approx(24e3 - 20.4e3, abs=500.0)
    assert solved.miss[0] == pytest.approx(flown_misses(ROCKET, aims, solved)[0], rel=5e-3)


def test_an_aim_inside_the_shortest_range() -> None:
    rows, aims = aims_at(ROCKETS, [(30, 0.4)])
    assert solve_aims(ROCKET, rows, aims, ELEVATION_LOW, 5.0, NONE).status[0] == TOO_NEAR


def test_a_missile_too_weak_for_the_range_or_the_apogee() -> None:
    weak = SOLID._replace(payload_mass=4000.0)
    rows, aims = aims_at(MISSILES, [(20, 12000)])
    assert solve_aims(weak, rows, aims, CUTOFF, 50.0, NONE).status[0] == TOO_FAR
    rows, aims = aims_at(MISSILES, [(20, 1000)], 20000e3)
    assert solve_aims(SOLID, rows, aims, CUTOFF, 50.0, NONE).status[0] == TOO_FAR


def test_ground_altitude_of_the_aim() -> None:
    rows, aims = aims_at(ROCKETS, [(0, 15)])
    solved = solve_aims(ROCKET, rows, aims, ELEVATION_LOW, 2.0, NONE, 700.0)
    flights = fly_many(ROCKET, solved.launches, 600.0, TOLERANCE, 0, 700.0)
    assert distance(*aims[0, :2], *flights.impact[0, 1:3]) < 2.1
