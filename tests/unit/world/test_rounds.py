"""Rounds of the middle layers, flown closed loop: what they meet and how close they come."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.flight import TOLERANCE, fly_many
from opendome.kernels.frames import geocentric_height
from opendome.kernels.paths import path_at
from opendome.scenario import build_system, entry
from opendome.world.build import vehicle_of
from tests.unit.world.duels import SITE, Duel, Threat, ballistic_threat, fly, level_threat, weaving

KILOMETRE = 1e3


@pytest.fixture(scope="module")
def cruise_missile() -> Threat:
    """Subsonic, 50 m high, passes 3 km beside the site, 28 km away at first."""
    return level_threat(50.0, 250.0, 28e3, 3e3)


@pytest.fixture(scope="module")
def srbm() -> Threat:
    """About 330 km, apogee 106 km, comes down 4 km beside the site."""
    return ballistic_threat(1650.0, 42.0, 3000.0, 4e3)


@pytest.fixture(scope="module")
def mrbm() -> Threat:
    """About 1,060 km, apogee 263 km, comes down 4 km beside the site."""
    return ballistic_threat(3000.0, 40.0, 4000.0, 4e3)


def met(duel: Duel) -> tuple[float, float, float]:
    """Share of rounds that met the threat, and median and 90th percentile of their misses, m."""
    miss = duel.rounds.miss
    return float(np.mean(np.isfinite(miss))), float(np.median(miss)), float(np.quantile(miss, 0.9))


@pytest.mark.parametrize(
    ("system", "most"),
    [("patriot_gemt", 0.5), ("patriot_mse", 0.2), ("nasams", 1.0), ("sm2", 1.0), ("sm6", 1.0)],
)
def test_rounds_meet_a_cruise_missile_low_over_the_ground(
    cruise_missile: Threat, system: str, most: float
) -> None:
    duel = fly(system, cruise_missile, 0.0)
    share, _, ninth = met(duel)
    place = duel.solution.r_intercept_ecef[0]
    assert 18e3 < math.dist(place, (6378157.0, 0.0, 0.0)) < 24e3
    assert share == 1.0
    assert ninth < most
    assert duel.lowest.min() > 25.0  # m, on the way, and at the meeting


@pytest.mark.parametrize("system", ["nasams", "iron_dome", "patriot_gemt", "coyote2"])
def test_rounds_meet_a_drone(system: str) -> None:
    duel = fly(system, level_threat(150.0, 50.0, 12e3, 1e3), 0.0)
    share, _, ninth = met(duel)
    assert share == 1.0
    assert ninth < 1.0
    assert duel.lowest.min() > 25.0


def test_a_sea_skimmer_is_met_beyond_the_launchers_horizon() -> None:
    """15 m high, 100 km away: 0.8 km below the launcher's own plane."""
    duel = fly("sm6", level_threat(15.0, 250.0, 140e3, 3e3), 0.0)
    place = duel.solution.r_intercept_ecef[0]
    assert place[0] < 6378137.0 - 0.7e3
    assert met(duel)[0] == 1.0
    assert met(duel)[2] < 1.0


def test_a_long_lofted_flight_is_not_flattened() -> None:
    """Against an exact track midcourse has nothing to do: the round stays on the path solved."""
    threat = level_threat(10e3, 250.0, 250e3, 3e3)
    duel = fly("sm6", threat, 0.0, n=1, noise=(0.0, 0.0))
    found = duel.solution
    t0, t1 = float(found.t_launch[0]), float(found.t_intercept[0])
    aim = np.array([[*SITE, t0, found.azimuth[0], found.elevation[0], np.inf]])
    vehicle = vehicle_of(build_system(entry("sm6")).booster)
    flown = fly_many(vehicle, aim, t1 - t0 + 10.0, TOLERANCE, 512)
    knots, n = flown.knots[0], int(flown.n_knots[0])
    off = [math.dist(p[1:], path_at(knots, n, p[0])[:3]) for p in duel.paths if p[0] < t1 - 20.0]
    top = max(geocentric_height(*p[1:]) for p in duel.paths)
    assert t1 - t0 > 150.0
    assert top > 20e3  # m; the threat flies at 10 km
    assert max(off) < 250.0  # m, of 200 km
    assert duel.rounds.miss[0] < 1.0


def test_hit_to_kill_rounds_hit_a_ballistic_missile(srbm: Threat, mrbm: Threat) -> None:
    """The seeker of the catalog: 0.2 mrad at 100 Hz, 12 km, lag 50 ms."""
    for threat in (srbm, mrbm):
        share, middle, ninth = met(fly("patriot_mse", threat, threat.end() - 60.0, n=40))
        assert share == 1.0
        assert middle < 0.2
        assert ninth < 0.5


def test_a_poor_seeker_or_a_slow_response_costs_the_hit(mrbm: Threat) -> None:
    t = mrbm.end() - 60.0
    as_is = fly("patriot_mse", mrbm, t, n=40)
    noisy = fly("patriot_mse", mrbm, t, n=40, overrides={"seeker.sigma_urad": 3000.0})
    slow = fly("patriot_mse", mrbm, t, n=40, overrides={"homing.lag_s": 0.5})
    assert met(noisy)[1] > 4.0 * met(as_is)[1]
    assert met(slow)[1] > 4.0 * met(as_is)[1]


def test_a_weaving_threat_costs_a_slow_round_more_than_a_quick_one(srbm: Threat) -> None:
    weave = weaving(srbm, 100.0, 3.0)
    gem, mse = (fly(n, weave, weave.end() - 30.0) for n in ("patriot_gemt", "patriot_mse"))
    straight = fly("patriot_gemt", srbm, srbm.end() - 30.0)
    assert met(gem)[1] > 5.0 * met(straight)[1]
    assert met(mse)[1] < 0.2 * met(gem)[1]
    assert met(mse)[1] < 1.0


@pytest.mark.parametrize(
    ("system", "before", "least", "most"),
    [("thaad", 100.0, 40e3, 80e3), ("thaad", 250.0, 100e3, 160e3), ("arrow3", 250.0, 100e3, 300e3),
     ("sm3_ib", 250.0, 100e3, 300e3), ("arrow2", 90.0, 30e3, 60e3)],
)  # fmt: skip
def test_upper_layer_rounds_hit_at_their_heights(
    mrbm: Threat, system: str, before: float, least: float, most: float
) -> None:
    duel = fly(system, mrbm, mrbm.end() - before)
    share, middle, _ = met(duel)
    assert least < geocentric_height(*duel.rounds.r[0]) < most
    assert share == 1.0
    assert middle < (1.0 if system == "arrow2" else 0.1)
    if system != "arrow2":
        assert duel.rounds.divert.min() > 50.0  # m/s left of 600


def test_a_track_that_errs_by_a_kilometre_is_made_good(mrbm: Threat) -> None:
    """Far more than the acceptance of a firing solution."""
    duel = fly("patriot_gemt", mrbm, mrbm.end() - 60.0, noise=(1000.0, 20.0))
    assert met(duel)[0] > 0.9
    assert met(duel)[1] < 3.0


def test_a_threat_that_flies_away_is_caught_up_from_above() -> None:
    """The round climbs steeply and falls behind at first."""
    duel = fly("sm6", level_threat(10e3, 300.0, -60e3, 3e3), 0.0)
    assert duel.solution.elevation[0] > 0.3
    assert met(duel)[0] == 1.0
    assert met(duel)[2] < 1.0
