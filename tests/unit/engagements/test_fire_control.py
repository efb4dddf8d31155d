"""Fire control by its rules: magazines, intervals, channels, patience, solutions, updates."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from opendome.engagements import engagement, fire_control, magazines
from opendome.engagements.build import build
from opendome.engagements.engagement import FireControlModel, FireControlState, Sight
from opendome.kernels.flight import TOLERANCE, fly_many
from opendome.kernels.frames import ecefs_from_ecis
from opendome.kernels.impact import coast_paths
from opendome.kernels.paths import path_at
from opendome.messages import CommandKind, Commands, Orders, ReportKind, Reports, Tracks, empty
from opendome.scenario import load
from opendome.simulation.build import fly_out_table
from opendome.world import world
from opendome.world.build import build as build_world
from opendome.world.build import systems_of, vehicle_of

T_SEEN = 420.0  # s: burnt out, on its way to Puget Sound
BATTERY = 0  # fort_greely


@pytest.fixture(scope="module")
def models() -> tuple[FireControlModel, Tracks]:
    """The batteries of the shipped scenario, and an exact track of its first threat, numbered 7."""
    scenario = load(
        "limited_icbm", ["threats.icbm.count=1", "threats.icbm.overrides.reliability=1"]
    )
    tables = {s: fly_out_table(s) for s in systems_of(scenario)}
    vehicles = {s: vehicle_of(s.booster) for s in systems_of(scenario)}
    whole = build_world(scenario, tables)
    state = world.begin(whole, 1, [3])
    truth = world.snapshot(whole, state, T_SEEN)
    one = np.zeros(1, dtype=np.int64)
    picture = Tracks(
        run=np.array([3]),
        node=one,
        id=np.array([7]),
        t=np.array([T_SEEN]),
        x_ecef=np.hstack([truth.r_ecef, truth.v_ecef, truth.log_beta[:, None]]),
        cov_ecef=np.zeros((1, 7, 7)),
        is_confirmed=np.ones(1, dtype=np.bool_),
        is_boosting=np.zeros(1, dtype=np.bool_),
        is_level=np.zeros(1, dtype=np.bool_),
        n_updates=one + 9,
        t_first=np.array([100.0]),
        t_update=np.array([T_SEEN]),
        t_predicted=np.array([T_SEEN]),
        impact_lat=state.threats.impact_lat,
        impact_lon=state.threats.impact_lon,
        impact_t=state.threats.t_impact,
        impact_cov_enu=np.eye(2)[None],
    )
    return build(scenario, vehicles, tables), picture


def with_unit(
    model: FireControlModel, *, is_flown: bool = False, **changes: int
) -> FireControlModel:
    """The same model, tabled unless asked otherwise, its first battery changed."""
    first = replace(model.units[BATTERY], **changes)
    return replace(model, units=(first, *model.units[1:]), is_flown=is_flown)


def order(n_rounds: int, track: int = 7, number: int = 0, wait: float = 0.0) -> Orders:
    """So many rounds of the battery at a track, planned to leave after a wait."""
    return Orders(
        run=np.array([3]),
        id=np.array([number]),
        node=np.zeros(1, dtype=np.int64),
        battery=np.array([BATTERY]),
        track=np.array([track]),
        n_rounds=np.array([n_rounds]),
        t_decided=np.array([T_SEEN]),
        t_release=np.array([T_SEEN]),
        t_launch=np.array([T_SEEN + wait]),
        t_intercept=np.array([T_SEEN + 500.0]),
        r_intercept_ecef=np.zeros((1, 3)),
    )


def begin(model: FireControlModel) -> FireControlState:
    return engagement.begin(model, np.array([3]))


def at(picture: Tracks, t: float) -> Tracks:
    """The same track, coasted to t."""
    x = picture.x_ecef
    there = coast_paths(
        x[:, :3].copy(), x[:, 3:6].copy(), x[:, 6].copy(), picture.t, np.array([[t]])
    )
    later = np.hstack([there[:, 0], x[:, 6:]])
    return replace(picture, t=np.array([t]), x_ecef=later)


def fire(
    model: FireControlModel, state: FireControlState, orders: Orders, picture: Tracks, ticks: range
) -> tuple[list[Commands], list[Reports]]:
    """What is commanded and said over ticks of a second; the orders come with the first."""
    commands, reports = [], []
    for k in ticks:
        t = T_SEEN + k
        sight = Sight.of(at(picture, t), len(model.units))
        done, said = fire_control.act(model, state, orders, sight, (t, t + 1.0))
        commands.append(done)
        reports.append(said)
        orders = empty(Orders)
    return commands, reports


def launches(commands: list[Commands]) -> np.ndarray:
    return np.concatenate([c.t_launch[c.kind == CommandKind.LAUNCH] for c in commands])


def kinds(reports: list[Reports]) -> list[int]:
    return np.concatenate([r.kind for r in reports]).tolist()


def test_rounds_leave_after_the_reaction_one_interval_apart(models) -> None:
    model, picture = models
    model = with_unit(model)
    unit, state = model.units[BATTERY], begin(model)
    commands, reports = fire(model, state, order(4, wait=unit.reaction), picture, range(70))
    expected = T_SEEN + unit.reaction + unit.launch_interval * np.arange(4)
    np.testing.assert_allclose(launches(commands), expected)
    shots = np.concatenate([c.shot for c in commands])
    assert shots.tolist() == [0, 1, 2, 3]
    assert state.rounds[0, BATTERY] == unit.rounds - 4
    assert kinds(reports) == 4 * [ReportKind.LAUNCHED]


def test_an_empty_magazine_is_said_once_for_each_round(models) -> None:
    model, picture = models
    model = with_unit(model, rounds=2, reaction=0)
    state = begin(model)
    commands, reports = fire(model, state, order(5), picture, range(90))
    assert len(launches(commands)) == 2
    assert sorted(kinds(reports)) == 2 * [ReportKind.LAUNCHED] + 3 * [ReportKind.CANNOT]
    assert state.rounds[0, BATTERY] == 0
    assert len(state.waiting.run) == 0


def test_a_round_waits_for_a_channel_but_not_for_ever(models) -> None:
    model, picture = models
    model = with_unit(model, channels=1, reaction=0, launch_interval=0)
    state = begin(model)
    commands, reports = fire(model, state, order(3), picture, range(50))
    assert len(launches(commands)) == 1
    assert kinds(reports) == [ReportKind.LAUNCHED, ReportKind.CANNOT, ReportKind.CANNOT]
    said = [k for k, r in enumerate(reports) if ReportKind.CANNOT in r.kind]
    assert said == [math.floor(fire_control.PATIENCE) + 1]


def test_a_channel_is_free_again_after_the_meeting(models) -> None:
    model, picture = models
    model = with_unit(model, channels=1, reaction=0)
    state = begin(model)
    commands, _ = fire(model, state, order(1), picture, range(1))
    met = float(commands[0].t_intercept[0])
    assert magazines.stocks(model, state, met).free_channels[0, BATTERY] == 0
    after = met + magazines.AFTER_INTERCEPT + 0.1
    assert magazines.stocks(model, state, after).free_channels[0, BATTERY] == 1


def test_a_track_that_nobody_holds_cannot_be_shot_at(models) -> None:
    model, picture = models
    model = with_unit(model, reaction=0)
    state = begin(model)
    commands, reports = fire(model, state, order(2, track=8), picture, range(20))
    assert len(launches(commands)) == 0
    assert kinds(reports) == 2 * [ReportKind.CANNOT]
    assert state.rounds[0, BATTERY] == model.units[BATTERY].rounds


def test_a_launched_round_passes_where_the_track_will_be(models) -> None:
    model, picture = models
    model = with_unit(model, is_flown=True, reaction=0)
    unit = model.units[BATTERY]
    commands, _ = fire(model, begin(model), order(1), picture, range(1))
    c = commands[0]
    row = np.array([[*unit.site, c.t_launch[0], c.azimuth[0], c.elevation[0], np.inf]])
    flight = fly_many(unit.vehicle, row, 3000.0, TOLERANCE, 512)
    met = np.array(path_at(flight.knots[0], int(flight.n_knots[0]), c.t_intercept[0]))
    r, _ = ecefs_from_ecis(met[None, :3], met[None, 3:], c.t_intercept)
    there = at(picture, float(c.t_intercept[0])).x_ecef[0, :3]
    assert np.linalg.norm(r[0] - there) < 10.0
    np.testing.assert_allclose(c.r_intercept_ecef[0], there, atol=10.0)


def test_divert_rounds_get_newer_tracks_when_a_share_of_the_way_is_left(models) -> None:
    model, picture = models
    model = with_unit(model, is_flown=True, reaction=0)
    state = begin(model)
    commands, _ = fire(model, state, order(1), picture, range(600))
    met = float(commands[0].t_intercept[0])
    updates = np.concatenate([c.t_track[c.kind == CommandKind.UPDATE] for c in commands])
    last, expected = T_SEEN, []
    for t in T_SEEN + np.arange(1.0, 600.0):
        if met - t <= fire_control.UPDATE_SHARE * (met - last) and met + 2.0 > t:
            expected.append(t)
            last = t
    np.testing.assert_allclose(updates, expected)
    assert len(updates) > 10


def test_two_orders_of_one_moment_leave_in_the_order_of_their_numbers(models) -> None:
    model, picture = models
    model = with_unit(model, reaction=0, rounds=1)
    state = begin(model)
    both = Orders(
        *[
            np.concatenate([getattr(order(1, number=1), f), getattr(order(1, number=0), f)])
            for f in Orders.__slots__
        ]
    )
    commands, reports = fire(model, state, both, picture, range(20))
    assert np.concatenate([c.order for c in commands]).tolist() == [0]
    said = [(int(o), int(k)) for r in reports for o, k in zip(r.order, r.kind, strict=True)]
    assert sorted(said) == [(0, ReportKind.LAUNCHED), (1, ReportKind.CANNOT)]
