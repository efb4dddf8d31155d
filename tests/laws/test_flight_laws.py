"""Laws of flights: mirrored launches, thinner bodies, and aims that any direction can reach."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.kernels.aim import GUESS, solve_aims
from opendome.kernels.aim_start import CUTOFF, ELEVATION_LOW, SOLVED
from opendome.kernels.flight import LANDED, TOLERANCE, fly_many
from tests.laws.examples import examples
from tests.unit.kernels.notional import LIQUID, ROCKET, SOLID, distance, launch, place_at

RULES = examples(40)
NONE = np.empty((0, GUESS))


@RULES
@given(st.floats(0, 80), st.floats(0, 180), st.floats(50, 88), st.floats(100, 170))
def test_north_and_south_are_mirror_images(
    lat: float, azimuth: float, elevation: float, cut: float
) -> None:
    north = launch(lat, 10.0, azimuth_deg=azimuth, elevation_deg=elevation, t_cut=cut)
    south = launch(-lat, 10.0, azimuth_deg=180 - azimuth, elevation_deg=elevation, t_cut=cut)
    a = fly_many(SOLID, north, 12000.0, TOLERANCE, 0)
    b = fly_many(SOLID, south, 12000.0, TOLERANCE, 0)
    assert a.status[0] == b.status[0]
    if a.status[0] == LANDED:
        assert a.impact[0, 0] == pytest.approx(b.impact[0, 0], abs=0.05)
        assert distance(*a.impact[0, 1:3], -b.impact[0, 1], b.impact[0, 2]) < 100.0


@RULES
@given(st.floats(5, 80), st.floats(1.05, 3.0))
def test_less_drag_flies_farther_and_lands_faster(elevation: float, ratio: float) -> None:
    row = launch(10.0, 0.0, azimuth_deg=0.0, elevation_deg=elevation)
    thick = fly_many(ROCKET, row, 600.0, TOLERANCE, 0)
    thin = fly_many(
        ROCKET._replace(payload_beta=ROCKET.payload_beta * ratio), row, 600.0, TOLERANCE, 0
    )
    assert thin.impact[0, 1] > thick.impact[0, 1]
    assert thin.impact[0, 3] > thick.impact[0, 3]
    assert thin.apogee_alt[0] >= thick.apogee_alt[0] - 1e-6


@RULES
@given(st.floats(-70, 70), st.floats(-180, 180), st.floats(0, 360), st.floats(3.0, 19.5))
def test_rockets_reach_every_direction(
    lat: float, lon: float, bearing: float, range_km: float
) -> None:
    aims = np.array([[*place_at(lat, lon, bearing, range_km), math.nan]])
    solved = solve_aims(ROCKET, launch(lat, lon), aims, ELEVATION_LOW, 5.0, NONE)
    assert solved.status[0] == SOLVED
    assert solved.miss[0] <= 5.0
    flights = fly_many(ROCKET, solved.launches, 600.0, TOLERANCE, 0)
    assert distance(*aims[0, :2], *flights.impact[0, 1:3]) < 5.2


@RULES
@given(st.floats(-65, 65), st.floats(0, 360), st.floats(2500.0, 13000.0), st.booleans())
def test_missiles_reach_every_direction(
    lat: float, bearing: float, range_km: float, is_liquid: bool
) -> None:
    vehicle = LIQUID if is_liquid else SOLID
    aims = np.array([[*place_at(lat, 30.0, bearing, range_km), math.nan]])
    solved = solve_aims(vehicle, launch(lat, 30.0), aims, CUTOFF, 50.0, NONE)
    assert solved.status[0] == SOLVED
    flights = fly_many(vehicle, solved.launches, 12000.0, TOLERANCE, 0)
    assert distance(*aims[0, :2], *flights.impact[0, 1:3]) < 51.0
