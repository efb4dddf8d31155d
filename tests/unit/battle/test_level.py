"""Flyers on wings: judged by their course, engaged without a predicted impact."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from opendome.battle import books
from opendome.battle.evaluate import SIGMA_COURSE
from opendome.battle.manager import Manager
from opendome.battle.picture import read
from opendome.battle.windows import Paths, find_windows
from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.kernels.level import level_step
from opendome.kernels.reach import ground_range
from opendome.messages import Reports, Tracks, empty
from opendome.scenario.places import Place
from opendome.scenario.sensors import Sensor
from tests.unit.battle.plain_choice import Judgement, judge, refresh
from tests.unit.battle.situations import (
    LAT,
    LON,
    RADAR,
    SYSTEM,
    battery,
    raid,
    scenario,
    stocks,
    tables,
)

SPEED = 250.0
RADIUS = 6371e3
CITY = np.array([[LAT, LON, 6e3]])
HERE = np.array(ecef_from_geodetic(LAT, LON, 0.0))
RUN = np.array([0])


def flyer(north: float, off: float = 0.0, t: float = 0.0, height: float = 2e3) -> Tracks:
    """A flyer that was north of the city at t = 0, on a course ``off`` (rad) away from it."""
    lat = LAT + north / RADIUS
    basis = enu_basis(lat, LON)
    v = SPEED * (-math.cos(off) * basis[1] + math.sin(off) * basis[0])
    r, v = level_step(tuple(ecef_from_geodetic(lat, LON, height)), tuple(v), t)
    x = np.array([[*r, *v, 5.0]])
    nan = np.full(1, np.nan)
    return replace(
        raid(1).picture(0.0),
        x_ecef=x,
        t=np.array([t]),
        t_update=np.array([t]),
        is_level=np.ones(1, dtype=bool),
        t_predicted=nan,
        impact_lat=nan,
        impact_lon=nan,
        impact_t=nan,
        impact_cov_enu=np.full((1, 2, 2), np.nan),
    )


def judged(picture: Tracks, discs=CITY, values=(50.0,)) -> Judgement:
    return judge(picture, np.array([0]), np.array(discs), np.array(values))


def test_straight_at_the_city_it_is_sure_and_its_arrival_is_known():
    judgement = judged(flyer(50e3))
    assert judgement.chance.tolist() == [1.0]
    assert judgement.value.tolist() == [50.0]
    assert judgement.t_end[0] == pytest.approx(50e3 / SPEED, rel=0.005)


@pytest.mark.parametrize("off_deg", [10.0, 20.0, 30.0, 60.0])
@pytest.mark.parametrize("north", [20e3, 100e3])
def test_off_course_it_may_yet_turn(off_deg: float, north: float):
    beyond = max(math.radians(off_deg) - math.asin(6e3 / north), 0.0)
    wanted = math.exp(-0.5 * (beyond / SIGMA_COURSE) ** 2)
    assert judged(flyer(north, math.radians(off_deg))).chance[0] == pytest.approx(wanted, rel=0.03)


def test_what_lies_behind_or_too_far_is_in_no_danger():
    assert judged(flyer(50e3, math.pi)).chance.tolist() == [0.0]
    assert judged(flyer(1800.0 * SPEED * 1.02)).chance.tolist() == [0.0]
    assert judged(flyer(1800.0 * SPEED * 0.98)).chance.tolist() == [1.0]
    over = judged(flyer(3e3, math.pi))  # over the city, whatever its course
    assert over.chance.tolist() == [1.0]
    assert np.isnan(judged(flyer(50e3, math.pi)).t_end).all()


def test_assets_one_behind_the_other_share_the_danger():
    far = [LAT - 30e3 / RADIUS, LON, 6e3]
    judgement = judged(flyer(50e3), [CITY[0], far], (50.0, 100.0))
    assert judgement.chance.tolist() == [1.0]
    assert judgement.value[0] == pytest.approx(75.0)
    assert judgement.asset.tolist() == [1]
    assert judgement.t_end[0] == pytest.approx(80e3 / SPEED, rel=0.005)


def test_it_is_judged_again_with_every_newer_state():
    state = books.begin(RUN, 1, 1)
    for t, off, wanted in ((0.0, 0.0, 1.0), (1.0, math.pi, 0.0), (1.0, 0.0, 0.0)):
        picture = replace(flyer(50e3, off), t=np.array([t]))
        refresh(state, picture, read(state, picture), CITY, np.array([1.0]))
        assert state.tracks.chance.tolist() == [wanted]


def orders_at(model: Manager, picture: Tracks, t: float):
    return model.decide(model.begin(RUN), picture, stocks(model, RUN), empty(Reports), t)[0]


def test_it_is_engaged_without_a_predicted_impact():
    made = scenario(weapons=(battery(),))
    model = Manager.build(made, tables(made))
    orders = orders_at(model, flyer(60e3, t=10.0), 10.0)
    assert orders.t_launch[0] == pytest.approx(11.5, abs=0.3)
    # It closes at 250 m/s with a round of 1,000 m/s, which begins 1.5 s later.
    meet = 11.5 + (60e3 - 11.5 * SPEED) / (SPEED + 1000.0)
    assert orders.t_intercept[0] == pytest.approx(meet, abs=0.5)
    assert len(orders_at(model, flyer(60e3, math.pi, 10.0), 10.0).run) == 0


@pytest.mark.parametrize(("against", "wanted"), [("any", 2), ("level", 1), ("ballistic", 1)])
def test_a_battery_fires_only_at_what_it_is_kept_for(against: str, wanted: int):
    made = scenario(weapons=(replace(battery(), against=against),))
    model = Manager.build(made, tables(made))
    fired = {
        "level": len(orders_at(model, flyer(60e3, t=10.0), 10.0).run),
        "ballistic": len(orders_at(model, raid(1, spread=0.0).picture(10.0), 10.0).run),
    }
    assert sum(fired.values()) == wanted
    assert against == "any" or fired[against] == 1


def test_ballistic_threats_and_flyers_have_their_own_farthest_intercept():
    short = replace(SYSTEM, ballistic_range=20e3)
    made = scenario(weapons=(battery(system=short),))
    model = Manager.build(made, tables(made))
    level, falling = flyer(60e3), raid(1, spread=0.0)
    at_range = {}
    for name, picture in (("level", level), ("falling", falling.picture(0.0))):
        site = model.arms[0].sites
        t_end = np.where(picture.is_level, 240.0, 60.0)
        found = find_windows(
            Paths(picture.x_ecef, picture.t, t_end, picture.is_level), site, np.zeros((1, 1))
        )
        at_range[name] = ground_range(HERE, found.r_intercept_ecef[0, 0])
    assert at_range["level"] == pytest.approx(48e3, rel=0.02)
    assert at_range["falling"] < 20e3


def guided(remote: str, max_range: float, place_north: float = 0.0, **parts) -> Manager:
    """A battery in the city whose own radar, seen from it, reaches ``max_range`` all round."""
    radar = replace(RADAR, max_range=max_range, sector=2 * math.pi, min_elevation=0.0)
    site = Place(LAT + place_north / RADIUS, LON, 10.0)
    made = scenario(
        weapons=(battery(system=replace(SYSTEM, remote=remote)),),
        sensors=(Sensor("own", radar, "c2", site),),
        **parts,
    )
    return Manager.build(made, tables(made))


@pytest.mark.parametrize(
    ("remote", "north"), [("engage", 48e3), ("launch", 30e3), ("nothing", None)]
)
def test_rules_for_fire_on_anothers_track(remote: str, north: float | None):
    # The own radar sees 30 km; the flyer is 60 km away and would be met at 48 km.
    model = guided(remote, 30e3)
    orders = orders_at(model, flyer(60e3), 0.0)
    if north is None:
        assert len(orders.run) == 0
        assert len(orders_at(model, flyer(29e3), 0.0).run) == 1
        return
    t_launch = 1.5 if remote == "engage" else None
    if remote == "launch":  # met as it enters the field: ordered when the round must leave
        assert len(orders.run) == 0
        t = (60e3 - 30e3) / SPEED - 30.0 - 1.5
        orders = orders_at(model, flyer(60e3, t=t), t)
        t_launch = t + 1.5
    assert orders.t_launch[0] == pytest.approx(t_launch, abs=1.0)
    assert ground_range(HERE, orders.r_intercept_ecef[0]) == pytest.approx(north, rel=0.03)


def test_what_will_come_into_the_own_field_is_ordered_as_soon_as_it_does():
    model = guided("nothing", 30e3)
    state = model.begin(RUN)
    enters = (60e3 - 30e3) / SPEED
    for t in np.arange(0.0, 200.0):
        held, picture = stocks(model, RUN), flyer(60e3, t=t)
        if len(model.decide(state, picture, held, empty(Reports), t)[0].run):
            break
    assert enters - 3.0 <= t <= enters + 3.0


def test_without_a_radar_of_its_own_it_may_only_engage_on_remote():
    for remote, n in (("nothing", 0), ("launch", 0), ("engage", 1)):
        made = scenario(weapons=(battery(system=replace(SYSTEM, remote=remote)),))
        model = Manager.build(made, tables(made))
        assert len(orders_at(model, flyer(30e3), 0.0).run) == n


def test_the_named_radar_guides_and_else_the_nearest_of_the_node():
    near = Sensor("near", replace(RADAR, max_range=1e3), "c2", Place(LAT, LON, 0.0))
    wide = replace(RADAR, max_range=90e3, sector=2 * math.pi)
    far = Sensor("far", wide, "c2", Place(LAT + 0.001, LON, 10.0))
    one = battery(system=replace(SYSTEM, remote="nothing"))
    for weapon, n in ((one, 0), (replace(one, radar="far"), 1)):
        made = scenario(weapons=(weapon,), sensors=(near, far))
        model = Manager.build(made, tables(made))
        assert len(orders_at(model, flyer(30e3), 0.0).run) == n


def test_the_horizon_hides_low_flyers_from_the_own_radar():
    model = guided("nothing", 90e3)
    assert len(orders_at(model, flyer(45e3, height=3e3), 0.0).run) == 1
    assert len(orders_at(model, flyer(45e3, height=30.0), 0.0).run) == 0
