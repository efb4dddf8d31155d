"""Windows of batteries against straight paths, where the answers can be written down."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.battle import windows
from opendome.battle.remote import NOWHERE
from opendome.battle.windows import Paths, Site, Sites, Windows, find_windows, tries
from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.kernels.impact import coast_many, coast_paths
from opendome.kernels.level import predicted_paths
from opendome.kernels.reach import Envelope, ReachTable
from opendome.kernels.windows import Launcher
from opendome.messages import Tracks, take
from tests.unit.battle.situations import LAT, LON, constant_speed, raid, straight_paths

SPEED = 1000.0
ENVELOPE = Envelope(0.0, 70e3, 500.0, 20e3)


def site_at(
    place: tuple[float, float, float] = (LAT, LON, 0.0),
    table: ReachTable | None = None,
    envelope: Envelope = ENVELOPE,
) -> Site:
    """A battery that may engage on any track."""
    r_ecef = np.array(ecef_from_geodetic(*place))
    table = table or constant_speed(SPEED)
    return Site(Launcher(r_ecef, table, envelope, envelope, False, NOWHERE))


SITE = site_at()


@pytest.fixture(autouse=True)
def _straight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "predicted_paths", straight_paths)


def paths_of(picture: Tracks) -> Paths:
    """Ballistic threats of a picture."""
    return Paths(picture.x_ecef, picture.t, picture.impact_t, picture.is_level)


def of_raid(t_earliest: float, site: Site = SITE) -> Windows:
    """Windows against one threat that falls straight on the battery at 1.2 km/s in 60 s."""
    p = raid(1, spread=0.0).picture(0.0)
    return find_windows(paths_of(p), Sites.of((site,)), np.array([[t_earliest]]))


def test_head_on_they_meet_where_the_closing_speed_says():
    # From 72.1 km at 1202 m/s: met after a launch at T at T + (72.1 km - 1202 T) / (1202 + 1000).
    threat_speed = np.hypot(60e3, 40e3) / 60.0
    found = of_raid(30.0)
    meet = 30.0 + threat_speed * 30.0 / (threat_speed + SPEED)
    assert found.t_launch[0, 0] == pytest.approx(30.0, abs=found.step[0])
    assert found.t_intercept[0, 0] == pytest.approx(meet, abs=0.3)
    distance = SPEED * (found.t_intercept[0, 0] - found.t_launch[0, 0])
    assert np.linalg.norm(
        found.r_intercept_ecef[0, 0] - raid(1, spread=0.0).picture(59.999).x_ecef[0, :3]
    ) == pytest.approx(distance, rel=0.01)


def test_the_envelope_delays_the_first_launch():
    # Its ceiling is 5 km: the threat comes below at 52.5 s, 9 km away, 9 s of flight.
    found = of_raid(0.0, site_at(envelope=Envelope(0.0, 70e3, 500.0, 5e3)))
    enters = 60.0 * (1 - 5 / 40)
    assert found.t_intercept[0, 0] == pytest.approx(enters, abs=0.3)
    assert found.t_launch[0, 0] == pytest.approx(enters - np.hypot(7.5, 5.0), abs=0.4)


def test_without_a_ceiling_in_the_way_the_first_launch_is_at_once():
    found = of_raid(0.0)
    assert found.t_launch[0, 0] == pytest.approx(0.0, abs=found.step[0])


def test_the_last_chance_is_the_floor_of_the_envelope():
    found = of_raid(0.0)
    floor = 60.0 * (1 - 0.5 / 40)
    assert found.t_intercept_last[0, 0] == pytest.approx(floor, abs=0.5)
    assert found.t_launch_last[0, 0] < found.t_intercept_last[0, 0]


@pytest.mark.parametrize(
    "envelope",
    [
        Envelope(0.0, 70e3, 50e3, 60e3),
        Envelope(80e3, 90e3, 0.0, 99e3),
        Envelope(0.0, 70e3, 500.0, 20e3),
    ],
)
def test_no_window_outside_the_envelope_or_too_late(envelope: Envelope):
    t_earliest = 59.9 if envelope.min_altitude == 500.0 else 0.0
    found = of_raid(t_earliest, site_at(envelope=envelope))
    assert np.isnan(found.t_launch).all()
    assert np.isnan(found.r_intercept_ecef).all()


def test_a_battery_that_is_not_asked_and_a_path_that_is_over():
    p = raid(2, spread=0.0).picture(0.0)
    t_earliest = np.array([[0.0, np.inf], [np.inf, 99.0]])
    found = find_windows(paths_of(p), Sites.of((SITE, SITE)), t_earliest)
    assert np.isfinite(found.t_launch).tolist() == [[True, False], [False, False]]


def test_launches_keep_their_earliest_time():
    p = raid(6).picture(0.0)
    t_earliest = np.linspace(0.0, 40.0, 6)[:, None]
    found = find_windows(paths_of(p), Sites.of((SITE,)), t_earliest)
    assert (found.t_launch >= t_earliest - 1e-9).all()
    assert (found.t_launch_last >= found.t_launch).all()


def test_a_window_does_not_depend_on_the_other_rows():
    p = raid(5).picture(0.0)
    t_earliest = np.zeros((5, 1))
    together = find_windows(paths_of(p), Sites.of((SITE,)), t_earliest)
    for i in range(5):
        one = take(p, np.array([i]))
        alone = find_windows(paths_of(one), Sites.of((SITE,)), t_earliest[:1])
        for a, b in zip(together, alone, strict=True):
            assert np.array_equal(a[i], b[0])


def test_a_long_coast_is_met_where_the_threat_will_be(monkeypatch: pytest.MonkeyPatch):
    # The true coasting kernel: 40 minutes over a turning Earth, a window that opens at once.
    monkeypatch.setattr(windows, "predicted_paths", predicted_paths)
    basis = enu_basis(LAT, LON)
    x = np.zeros((1, 7))
    x[0, :3] = ecef_from_geodetic(LAT, LON, 200e3)
    x[0, 3:6] = 7e3 * (0.5 * basis[2] + 0.75 * basis[1] + 0.433 * basis[0])
    x[0, 6] = 9.0
    t = np.array([300.0])
    impact = coast_many(x[:, :3], x[:, 3:6], x[:, 6], t, 5000.0)[0]
    site = site_at(
        (LAT + 0.9, LON + 0.9, 0.0),
        constant_speed(6000.0, 5e6),
        Envelope(0.0, 4e6, 150e3, 2e6),
    )
    falls = Paths(x, t, impact[:, 0], np.zeros(1, dtype=bool))
    found = find_windows(falls, Sites.of((site,)), np.array([[330.0]]))
    assert found.t_launch[0, 0] == pytest.approx(330.0, abs=found.step[0])
    there = coast_paths(x[:, :3], x[:, 3:6], x[:, 6], t, found.t_intercept)[0, 0, :3]
    assert np.linalg.norm(there - found.r_intercept_ecef[0, 0]) < 100.0


def test_tries_count_shots_that_look_before_the_next():
    one = np.array([[0.0], [0.0], [np.nan], [0.0]])
    found = Windows(
        t_launch=one,
        t_intercept=one + 10.0,
        t_launch_last=one + np.array([[100.0], [14.0], [0.0], [0.0]]),
        t_intercept_last=one + np.array([[110.0], [24.0], [0.0], [10.0]]),
        r_intercept_ecef=np.zeros((4, 1, 3)),
        step=np.zeros(4),
    )
    # Each try takes 10 s of flight and 5 s of look: launches at 0, 15, 30 ... up to the last.
    assert tries(found, np.array([5.0]))[:, 0].tolist() == [7, 1, 0, 1]
    assert tries(found, np.array([4.0]))[:, 0].tolist() == [8, 2, 0, 1]
