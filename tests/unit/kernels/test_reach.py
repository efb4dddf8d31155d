"""The fly-out table against flights, and launch windows against a simple case."""

import math

import numpy as np
import pytest

from opendome.constants import EARTH_OMEGA
from opendome.kernels import firing, reach
from opendome.kernels.flight import fly_many
from opendome.kernels.frames import ecef_from_geodetic, ecefs_from_ecis
from opendome.kernels.paths import path_at
from opendome.kernels.propulsion import Vehicle

G0 = 9.80665
GBI = Vehicle(
    np.array(
        [
            [60.0, 8000.0, 275 * G0, 1300.0, 0.45],
            [60.0, 2200.0, 280 * G0, 450.0, 0.45],
            [55.0, 420.0, 280 * G0, 170.0, 0.3],
        ]
    ),
    70.0,
    1500.0,
    5.0,
    10.0,
)
FREE = 175.0
EVERYWHERE = reach.Envelope(0.0, 1e8, -1e3, 1e8)


@pytest.fixture(scope="module")
def table() -> reach.ReachTable:
    return reach.make_table(GBI, FREE, (8.4e6, 2.1e6, 3000.0), (120, 72))


def flown(lat: float, azimuth: float, elevation: float, t: float) -> np.ndarray:
    """ECEF place of a flight t seconds after launch at time 0."""
    launch = np.array([[lat, 0.3, 0.0, 0.0, azimuth, elevation, math.inf]])
    flights = fly_many(GBI, launch, t + 1.0, 1e-7, 512)
    state = np.array(path_at(flights.knots[0], flights.n_knots[0], t))
    r, _ = ecefs_from_ecis(state[None, :3], state[None, 3:], np.array([t]))
    return r[0]


def test_table_reproduces_the_flights_it_is_made_of(table: reach.ReachTable) -> None:
    """At a pole the launcher does not move: only the grid's interpolation is left."""
    site = np.array(ecef_from_geodetic(math.pi / 2, 0.0, 0.0))
    for elevation, t in ((48.0, 400.0), (60.0, 700.0), (75.0, 500.0)):
        r = flown(math.pi / 2, 1.0, math.radians(elevation), t)
        turned = reach.fly_out(table, site, r)
        assert turned[0] == pytest.approx(t, rel=0.01)
        assert math.degrees(turned[1]) == pytest.approx(elevation, abs=0.5)


@pytest.mark.parametrize("lat_deg", [0, 60])
@pytest.mark.parametrize("azimuth_deg", [90, 270])
def test_table_error_with_the_earth_turning(
    table: reach.ReachTable, lat_deg: float, azimuth_deg: float
) -> None:
    """East and west at 0 and 60 degrees: fly the table's direction, measure the miss."""
    lat, azimuth, t = math.radians(lat_deg), math.radians(azimuth_deg), 700.0
    aim = flown(lat, azimuth, math.radians(55.0), t)
    site = np.array([lat, 0.3, 0.0])
    az, el, tof = firing.first_guess(table, site, aim)
    miss = np.linalg.norm(flown(lat, az, el, tof) - aim)
    assert tof == pytest.approx(t, rel=0.03)
    assert miss < 150e3  # m, of a 3,500 km fly-out: screens, is then corrected
    rest = np.linspace(t - 60.0, t + 60.0, 25)
    target = np.zeros((len(rest), 7))
    for row, s in zip(target, rest, strict=True):  # a point fixed to the Earth
        angle = EARTH_OMEGA * s
        row[0] = s
        row[1] = aim[0] * math.cos(angle) - aim[1] * math.sin(angle)
        row[2] = aim[0] * math.sin(angle) + aim[1] * math.cos(angle)
        row[3] = aim[2]
        row[4], row[5] = -EARTH_OMEGA * row[2], EARTH_OMEGA * row[1]
    solution, left, status = firing.solve_firing(
        GBI, site, 0.0, np.array([az, el, tof]), target, 2.0
    )
    assert status == firing.SOLVED
    assert left < 2.0
    assert np.linalg.norm(flown(lat, solution[0], solution[1], solution[2]) - aim) < 5.0


def test_out_of_reach_is_said(table: reach.ReachTable) -> None:
    site = np.array(ecef_from_geodetic(0.0, 0.0, 0.0))
    beyond = np.array(ecef_from_geodetic(0.0, math.radians(80.0), 500e3))
    assert math.isinf(reach.fly_out(table, site, beyond)[0])


def test_window_opens_where_time_of_flight_first_fits(table: reach.ReachTable) -> None:
    """A body hanging still over the ground: first intercept is launch time plus fly-out."""
    site = np.array([1.0, 0.3, 0.0])
    r_site = np.array(ecef_from_geodetic(1.0, 0.3, 0.0))
    r = np.array(ecef_from_geodetic(1.1, 0.4, 600e3))
    times = np.linspace(0.0, 2000.0, 201)[None, :]
    paths = np.tile(r, (1, 201, 1))
    windows, r_first = reach.reach_windows(times, paths, site, table, EVERYWHERE, np.array([100.0]))
    tof = reach.fly_out(table, r_site, r)[0]
    assert windows[0, 0] == pytest.approx(100.0)
    assert windows[0, 1] == pytest.approx(100.0 + tof, abs=1e-6)
    assert windows[0, 3] == 2000.0
    np.testing.assert_allclose(r_first[0], r)


def test_no_window_outside_the_envelope(table: reach.ReachTable) -> None:
    site = np.array([1.0, 0.3, 0.0])
    r = np.array(ecef_from_geodetic(1.1, 0.4, 600e3))
    times = np.linspace(0.0, 2000.0, 21)[None, :]
    low = reach.Envelope(0.0, 1e8, 0.0, 599e3)
    windows, _ = reach.reach_windows(
        times, np.tile(r, (1, 21, 1)), site, table, low, np.array([0.0])
    )
    assert np.isnan(windows).all()
