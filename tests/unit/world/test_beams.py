"""Beams in the world: fluence along the true path, what breaks a dwell, where directors point."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from opendome.kernels.beam import Laser, light_on
from opendome.kernels.dwelling import SHINING, Dwells, shine, threat_ecef
from opendome.kernels.frames import ecef_from_eci, ecef_from_geodetic
from opendome.kernels.guidance import ENDED, Rounds, Sky
from opendome.scenario import build_system, entry
from opendome.scenario.weather import Weather
from opendome.world.model import laser_of
from opendome.world.rounds import no_rounds
from tests.unit.world.duels import Threat, ballistic_threat, level_threat

UP = np.array([1.0, 0.0, 0.0])  # at latitude and longitude 0
SITE = np.array(ecef_from_geodetic(0.0, 0.0, 5.0))
TICK = 0.7  # s


def laser(visibility: float = 23e3, **changes: float) -> Laser:
    beam = build_system(entry("high_energy_laser")).beam
    return laser_of(beam, Weather(visibility=visibility))._replace(**changes)


def sky_of(threat: Threat, t_gone: float = 1e9) -> Sky:
    one = np.zeros(1, dtype=np.int64)
    count = np.array([len(threat.knots)])
    return Sky(1, threat.knots, one, count, np.array([-1.0]), np.array([t_gone]))


def dwell(
    beam: Laser, sky: Sky, t_on: float, needed: float, last: float = 60.0
) -> tuple[Rounds, Dwells]:
    """One dwell from t_on on, in uneven steps of time, until it ends."""
    columns: dict[str, Any] = {
        k: np.zeros((1, *c.shape[1:]), c.dtype) for k, c in no_rounds()._asdict().items()
    }
    rounds = Rounds(**columns)
    rounds.phase[:], rounds.t[:], rounds.target[:], rounds.miss[:] = SHINING, t_on, 0, np.inf
    ints = np.zeros(1, dtype=np.int64)
    dwells = Dwells(ints, ints, ints, SITE[None], UP[None], np.array([t_on + last]), np.zeros(1))
    t = t_on
    while rounds.phase[0] == SHINING:
        t += TICK
        shine(rounds, dwells, np.zeros(1, np.int64), beam, sky, np.array([needed]), t)
    return rounds, dwells


DRONE = level_threat(150.0, 50.0, 6e3, 1e3)
ROCKET = ballistic_threat(600.0, 45.0, 4000.0, 1e3)


@pytest.mark.parametrize(("threat", "t_on", "needed"), [(DRONE, 3.0, 2e7), (ROCKET, 0.0, 5e6)])
def test_the_fluence_is_the_integral_of_the_light_along_the_true_path(
    threat: Threat, t_on: float, needed: float
) -> None:
    """Against a fine sum that knows nothing of steps and ticks."""
    if threat is ROCKET:
        t_on = threat.end() - 12.0
    beam = laser()
    rounds, dwells = dwell(beam, sky_of(threat), t_on, needed)
    assert rounds.phase[0] == ENDED
    assert rounds.miss[0] == 0.0
    end = float(rounds.t_meet[0])
    times = np.linspace(t_on, end, 4001)
    middle = 0.5 * (times[1:] + times[:-1])
    states = np.array([threat.at(t) for t in middle])
    light = []
    for s, t in zip(states, middle, strict=True):
        place = ecef_from_eci(s[None, :3], s[None, 3:], t)[0][0]
        light.append(light_on(beam, tuple(SITE), tuple(UP), tuple(place)))
    total = np.mean(light) * (end - t_on)
    assert total == pytest.approx(needed, rel=2e-4)
    assert dwells.fluence[0] == needed


def test_more_power_and_clearer_air_kill_sooner() -> None:
    sky = sky_of(DRONE)
    ends = [
        float(dwell(laser(v, power=p), sky, 3.0, 1e7)[0].t_meet[0])
        for v, p in ((23e3, 1e5), (23e3, 6e4), (10e3, 6e4), (5e3, 6e4))
    ]
    assert ends == sorted(ends)
    assert ends[-1] > ends[0] + 5.0


def test_a_threat_that_is_gone_ends_the_dwell_without_effect() -> None:
    rounds, dwells = dwell(laser(), sky_of(DRONE, t_gone=4.0), 3.0, 1e9)
    assert rounds.t_meet[0] == pytest.approx(4.0)
    assert math.isinf(rounds.miss[0])
    assert 0.0 < dwells.fluence[0] < 1e9


def test_a_dwell_is_given_up_in_time() -> None:
    rounds, _ = dwell(laser(), sky_of(DRONE), 3.0, 1e12, last=6.5)
    assert rounds.t_meet[0] == pytest.approx(9.5)
    assert math.isinf(rounds.miss[0])


@pytest.mark.parametrize(
    "changes",
    [{"cloud_base": 100.0}, {"sin_lowest": 0.5}],
)
def test_what_is_out_of_sight_takes_no_light(changes: dict[str, float]) -> None:
    rounds, dwells = dwell(laser(**changes), sky_of(DRONE), 3.0, 1e7)
    assert rounds.t_meet[0] == 3.0
    assert math.isinf(rounds.miss[0])
    assert dwells.fluence[0] == 0.0


def test_a_skimmer_beyond_the_horizon_takes_no_light_until_it_rises() -> None:
    """5 m up and 20 km away there is no line of sight from 5 m: the horizons are 16 km apart."""
    skimmer = level_threat(5.0, 250.0, 20e3)
    far = laser(power=1e8)
    sky = sky_of(skimmer)
    assert math.isinf(dwell(far, sky, 2.0, 1e3)[0].miss[0])
    assert dwell(far, sky, 18.0, 1e3)[0].miss[0] == 0.0
    away = np.linalg.norm(np.array(threat_ecef(sky, 0, 18.0)) - SITE)
    assert 14e3 < away < 16e3
