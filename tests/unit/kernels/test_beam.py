"""Spot, loss, line of sight and dwell of a beam: closed forms, quadrature and a drawn jitter."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.constants import EARTH_RADIUS_EQUATOR
from opendome.kernels.beam import (
    AEROSOL_SCALE,
    Laser,
    director_at,
    dwell_from,
    extinction_of,
    irradiance,
    is_in_sight,
    light_on,
    plan_dwells,
    reach_of_beam,
    spot_radius,
    transmission,
    turn_time,
)
from opendome.kernels.frames import ecef_from_geodetic

KILOWATT, SQUARE_CM = 1e3, 1e-4
LASER = Laser(
    power=100 * KILOWATT,
    wavelength=1.07e-6,
    waist=0.2,
    quality=3.0,
    jitter=5e-6,
    extinction=extinction_of(23e3, 1.07e-6),
    cloud_base=math.inf,
    sin_lowest=-1.0,
    slew_rate=math.radians(60.0),
    settle=1.0,
    max_dwell=8.0,
    mount=5.0,
)
VACUUM = LASER._replace(extinction=0.0, jitter=0.0, quality=1.0)
UP = (1.0, 0.0, 0.0)  # at latitude and longitude 0


def place(height: float, distance: float) -> tuple[float, float, float]:
    """On the equator, east of longitude 0 by a ground distance."""
    return ecef_from_geodetic(0.0, distance / EARTH_RADIUS_EQUATOR, height)


def test_a_perfect_beam_spreads_as_diffraction_says() -> None:
    assert spot_radius(VACUUM, 5e3) == pytest.approx(5e3 * 1.07e-6 / (math.pi * 0.2))
    three = spot_radius(VACUUM._replace(quality=3.0), 5e3)
    assert three == pytest.approx(3.0 * spot_radius(VACUUM, 5e3))


def test_jitter_widens_the_mean_spot_as_drawn_spots_do() -> None:
    """The mean of Gaussian spots (1/e^2 radius w) at drawn places has 4 times their variance."""
    distance = 4e3
    w0 = spot_radius(LASER._replace(jitter=0.0), distance)
    draw = np.random.default_rng(4)
    shots = draw.normal(0.0, LASER.jitter * distance, 20000)
    x = np.linspace(-0.6, 0.6, 1201)
    mean = np.exp(-2.0 * (x[:, None] - shots[None]) ** 2 / w0**2).mean(axis=1)
    spread = 2.0 * math.sqrt((mean * x**2).sum() / mean.sum())
    assert spot_radius(LASER, distance) == pytest.approx(spread, rel=0.01)


@given(st.floats(0.0, 5e3), st.floats(0.0, 5e3), st.floats(1e-5, 1e-3))
def test_loss_on_a_slant_path_is_the_integral(low: float, high: float, extinction: float) -> None:
    distance = 6e3
    share = (np.arange(2000) + 0.5) / 2000
    thick = extinction * np.exp(-(low + (high - low) * share) / AEROSOL_SCALE)
    expected = math.exp(-distance * thick.mean())
    assert transmission(extinction, low, high, distance) == pytest.approx(expected, rel=1e-5)


def test_level_path_is_beer_and_lambert() -> None:
    assert transmission(2e-4, 0.0, 0.0, 5e3) == pytest.approx(math.exp(-1.0))


def test_light_on_a_threat_is_power_through_the_spot() -> None:
    r, q = director_at(place(0.0, 0.0), UP, VACUUM), place(200.0, 3e3)
    distance = math.dist(r, q)
    w = distance * 1.07e-6 / (math.pi * 0.2)
    expected = 100e3 / (math.pi * w * w)
    assert light_on(VACUUM, r, UP, q) == pytest.approx(expected, rel=1e-9)
    assert light_on(VACUUM._replace(cloud_base=150.0), r, UP, q) == 0.0


@pytest.mark.parametrize(("h1", "h2"), [(2.0, 1.0), (5.0, 20.0), (15.0, 5.0)])
def test_the_horizon_is_that_of_two_heights(h1: float, h2: float) -> None:
    horizon = math.sqrt(2.0 * EARTH_RADIUS_EQUATOR) * (math.sqrt(h1) + math.sqrt(h2))
    for share, is_seen in ((0.99, True), (1.01, False)):
        assert is_in_sight(place(h1, 0.0), UP, place(h2, share * horizon), -1.0) is is_seen


def test_no_light_below_the_lowest_elevation() -> None:
    r = place(0.0, 0.0)
    lowest = math.sin(math.radians(10.0))
    assert is_in_sight(r, UP, place(1000.0, 5e3), lowest)
    assert not is_in_sight(r, UP, place(800.0, 5e3), lowest)


def test_a_turn_takes_its_angle() -> None:
    assert turn_time(LASER, (1.0, 0.0, 0.0), (0.0, 2.0, 0.0)) == pytest.approx(1.0 + 90.0 / 60.0)
    assert turn_time(LASER, (0.0, 0.0, 1.0), (0.0, 0.0, 3.0)) == pytest.approx(1.0)


def approach(speed: float, start: float, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """A threat that comes straight down at the director on the equator."""
    t = np.arange(0.0, seconds, 0.25)
    return t, np.array([[EARTH_RADIUS_EQUATOR + start - speed * x, 0.0, 0.0] for x in t])


def test_dwell_on_what_stands_still_is_fluence_over_irradiance() -> None:
    r, path = place(0.0, 0.0), approach(0.0, 3e3, 20.0)
    fluence = 1e7
    end = dwell_from(LASER, r, UP, path, (2.0, fluence))
    assert end - 2.0 == pytest.approx(fluence / irradiance(LASER, 0.0, 3e3, 3e3), rel=1e-9)


def test_dwell_on_what_comes_nearer_is_the_integral_of_one_over_distance_squared() -> None:
    """Without air: P / (pi k^2) (1/R1 - 1/R0) / v, where the spot is k R."""
    speed, start, fluence = 300.0, 5e3, 5e7
    k = 1.07e-6 / (math.pi * 0.2) * 10.0
    laser = VACUUM._replace(quality=10.0, max_dwell=20.0)
    end = dwell_from(laser, place(0.0, 0.0), UP, approach(speed, start, 16.0), (1.0, fluence))
    begin = start - speed * 1.0
    left = 1.0 / (1.0 / begin + fluence * math.pi * k * k * speed / laser.power)
    assert end == pytest.approx((start - left) / speed, rel=2e-4)


def test_a_dwell_too_long_or_broken_is_none() -> None:
    r, path = place(0.0, 0.0), approach(0.0, 9e3, 30.0)
    job = (1.0, 1e7)
    needs = dwell_from(LASER._replace(max_dwell=30.0), r, UP, path, job) - 1.0
    assert math.isfinite(dwell_from(LASER._replace(max_dwell=needs + 0.1), r, UP, path, job))
    assert math.isinf(dwell_from(LASER._replace(max_dwell=needs - 0.1), r, UP, path, job))
    path[1][8:] = math.nan
    assert math.isinf(dwell_from(LASER._replace(max_dwell=needs + 0.1), r, UP, path, job))


def test_a_plan_turns_settles_and_dwells() -> None:
    r, (t, places) = place(0.0, 0.0), approach(0.0, 3e3, 40.0)
    sideways, box = np.array([[0.0, 1.0, 0.0]]), np.array([[0.0, 1e4, 0.0, 1e4]])
    need = np.array([1e7])
    plan = plan_dwells(LASER, (r, UP), sideways, t[None], places[None], need, box)[0]
    assert plan[0] == 0.0
    assert plan[1] == pytest.approx(2.5)
    assert plan[2] - plan[1] == pytest.approx(1e7 / irradiance(LASER, 0.0, 3e3, 3e3), rel=1e-6)
    low = np.array([[0.0, 1e4, 0.0, 2e3]])
    none = plan_dwells(LASER, (r, UP), sideways, t[None], places[None], need, low)[0]
    assert np.isnan(none).all()


def test_a_plan_waits_until_its_threat_is_near_enough() -> None:
    """300 m/s from 12 km: the first dwell that is short enough, and no start before is."""
    r, (t, places) = place(0.0, 0.0), approach(300.0, 12e3, 38.0)
    before, box = np.array([[1.0, 0.0, 0.0]]), np.array([[0.0, 1e4, 0.0, 2e4]])
    need = np.array([5e7])
    plan = plan_dwells(LASER, (r, UP), before, t[None], places[None], need, box)[0]
    assert plan[0] > 5.0
    assert plan[2] - plan[1] <= LASER.max_dwell
    earlier = dwell_from(LASER, r, UP, (t, places), (plan[1] - 0.5, 5e7))
    assert math.isinf(earlier)


def farthest(laser: Laser) -> float:
    """Farthest ground range of the reach at 200 m of height."""
    table = reach_of_beam(laser, 1e7, (20e3, 3e3), (400, 65))
    j = int(np.argmin(np.abs(table.h_grid - 200.0)))
    seen = np.isfinite(table.tof[:, j])
    return float(table.s_grid[seen].max()) if seen.any() else 0.0


def test_reach_ends_where_the_dwell_gets_too_long() -> None:
    """Against the root of dwell(distance) = the longest dwell."""
    near, far = 100.0, 20e3
    for _ in range(60):
        middle = 0.5 * (near + far)
        fits = 1e7 / irradiance(LASER, 5.0, 200.0, middle) <= LASER.max_dwell
        near, far = (middle, far) if fits else (near, middle)
    assert farthest(LASER) == pytest.approx(near, abs=60.0)


def test_bad_air_takes_the_reach_away() -> None:
    """Clear, hazy, rain, fog: from ten kilometres to nothing worth having."""
    reach = [
        farthest(LASER._replace(extinction=extinction_of(v, 1.07e-6)))
        for v in (23e3, 5e3, 2e3, 500.0, 100.0)
    ]
    assert reach == sorted(reach, reverse=True)
    assert reach[0] > 9e3
    assert reach[2] < 0.35 * reach[0]
    assert reach[3] < 1e3
    assert reach[4] < 300.0


def test_the_table_holds_turn_settling_and_dwell() -> None:
    table = reach_of_beam(LASER, 1e7, (10e3, 3e3), (101, 65))
    i, j = 40, 20
    distance = math.hypot(table.s_grid[i], table.h_grid[j] - LASER.mount)
    dwell = 1e7 / irradiance(LASER, LASER.mount, table.h_grid[j], distance)
    assert table.tof[i, j] == pytest.approx(1.0 + 90.0 / 60.0 + dwell, rel=0.01)
