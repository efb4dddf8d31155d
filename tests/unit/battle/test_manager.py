"""Decisions of the battle manager in small situations that can be followed by hand."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from opendome.battle import POLICIES, windows
from opendome.battle.books import BattleState
from opendome.battle.manager import Manager
from opendome.messages import Orders, ReportKind, Reports, empty, take
from opendome.scenario.command import Doctrine, Layer, Node
from opendome.scenario.places import Place
from opendome.scenario.weapons import Battery
from tests.unit.battle.situations import (
    LAT,
    LON,
    SYSTEM,
    Raid,
    batch,
    battery,
    city,
    raid,
    reports,
    same_orders,
    scenario,
    stocks,
    straight_paths,
    tables,
)

RUN = np.array([0])
L, C, K, S = ReportKind.LAUNCHED, ReportKind.CANNOT, ReportKind.KILLED, ReportKind.SURVIVED
SLS = Doctrine("greedy", salvo=1, max_rounds=3)
SALVO = Doctrine("fixed_salvo", salvo=4, max_rounds=4, is_shoot_look_shoot=False)


@pytest.fixture(autouse=True)
def _straight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "predicted_paths", straight_paths)


def manager(doctrine: Doctrine = SLS, **parts: object) -> Manager:
    made = scenario(doctrine, **parts)  # type: ignore[arg-type]
    return Manager.build(made, tables(made))


def decide(
    model: Manager,
    state: BattleState,
    raid_: Raid,
    t: float,
    told: Reports | None = None,
    rounds: int = 20,
    channels: int = 8,
) -> Orders:
    held = stocks(model, state.runs, rounds, channels)
    return model.decide(state, raid_.picture(t), held, told or empty(Reports), t)[0]


def test_a_threat_to_the_city_is_ordered_at_once():
    model = manager()
    orders = decide(model, model.begin(RUN), raid(1), 0.0)
    assert (orders.run[0], orders.id[0], orders.node[0], orders.battery[0]) == (0, 0, 0, 0)
    assert (orders.track[0], orders.n_rounds[0], orders.t_decided[0]) == (0, 1, 0.0)
    assert orders.t_launch[0] == pytest.approx(1.5, abs=0.3)  # latency 0.5 s, reaction 1 s
    assert orders.t_launch[0] >= 1.5
    assert 30.0 < orders.t_intercept[0] < 40.0
    assert orders.r_intercept_ecef.shape == (1, 3)


@pytest.mark.parametrize(
    "harmless",
    [
        {"north": np.array([40e3])},
        {"sigma": 60e3},  # one chance in two hundred
    ],
)
def test_fire_is_held_at_what_will_land_outside(harmless: dict[str, object]):
    model = manager()
    state = model.begin(RUN)
    far = replace(raid(1), **harmless)  # type: ignore[arg-type]
    for t in range(60):
        assert len(decide(model, state, far, float(t)).run) == 0


def test_a_clearer_prediction_changes_the_judgement():
    model = manager()
    state = model.begin(RUN)
    assert len(decide(model, state, replace(raid(1), sigma=60e3), 0.0).run) == 0
    assert len(decide(model, state, raid(1), 1.0).run) == 1


def test_shoot_look_shoot_waits_for_the_assessment():
    model = manager()
    state = model.begin(RUN)
    orders = decide(model, state, raid(1), 0.0)
    assert len(decide(model, state, raid(1), 1.0).run) == 0
    assert len(decide(model, state, raid(1), 2.0, reports((0, 2.0, L, 0, 0, 0))).run) == 0
    assert len(decide(model, state, raid(1), 20.0).run) == 0
    again = decide(model, state, raid(1), 35.0, reports((0, 34.5, S, 0, 0, 0)))
    assert again.id.tolist() == [1]
    assert again.t_intercept[0] > orders.t_intercept[0]


def test_a_kill_ends_it():
    model = manager()
    state = model.begin(RUN)
    decide(model, state, raid(1), 0.0)
    decide(model, state, raid(1), 2.0, reports((0, 2.0, L, 0, 0, 0)))
    assert len(decide(model, state, raid(1), 35.0, reports((0, 34.5, K, 0, 0, 0))).run) == 0
    assert len(decide(model, state, raid(1), 36.0).run) == 0


def test_a_refused_order_is_given_again_a_little_later():
    model = manager()
    state = model.begin(RUN)
    decide(model, state, raid(1), 0.0)
    assert len(decide(model, state, raid(1), 1.0, reports((0, 1.0, C, 0, 0, 0))).run) == 0
    assert len(decide(model, state, raid(1), 2.0).run) == 0
    assert decide(model, state, raid(1), 3.0).id.tolist() == [1]


def test_no_more_rounds_than_allowed():
    model = manager(replace(SLS, max_rounds=2))
    state = model.begin(RUN)
    given = []
    for t in np.arange(20.0):
        told = reports(*[(0, t, kind, k, 0, 0) for k in given[-1:] for kind in (L, S)])
        given += decide(model, state, raid(1), t, told).id.tolist()
    assert given == [0, 1]


def test_human_consent_delays_the_first_engagement_only():
    node = Node("c2", SLS, consent=10.0, order_latency=0.5)
    model = manager(nodes=(node,))
    state = model.begin(RUN)
    first = decide(model, state, raid(1), 0.0)
    assert first.t_release[0] == 10.0
    assert first.t_launch[0] >= 11.5
    again = decide(model, state, raid(1), 4.0, reports((0, 3.0, C, 0, 0, 0)))
    assert len(again.run) == 0
    again = decide(model, state, raid(1), 6.0)
    assert again.t_release[0] == 10.0  # consent was asked for at 0 s
    told = reports((0, 12.0, L, 1, 0, 0), (0, 25.0, S, 1, 0, 0))
    third = decide(model, state, raid(1), 25.0, told)
    assert third.t_release[0] == 25.0


def test_decisions_come_on_the_grid_of_the_period():
    model = manager(nodes=(Node("c2", SLS, decision_period=5.0),))
    state = model.begin(RUN)
    assert len(decide(model, state, replace(raid(1), sigma=60e3), 0.0).run) == 0
    for t in (1.0, 2.0, 4.9):
        assert len(decide(model, state, raid(1), t).run) == 0
    assert len(decide(model, state, raid(1), 5.0).run) == 1


def test_what_opens_later_is_ordered_just_before_it_opens():
    low = replace(SYSTEM, max_altitude=5e3)
    model = manager(weapons=(battery(system=low),))
    state = model.begin(RUN)
    decided = []
    for t in range(60):
        orders = decide(model, state, raid(1, spread=0.0), float(t))
        if len(orders.run):
            decided.append((float(t), orders.t_launch[0]))
    # The threat comes below 5 km at 52.5 s, 9 km away: launch at 43.5 s, ordered 1.5 s before.
    assert len(decided) == 1
    assert decided[0][1] == pytest.approx(43.5, abs=0.5)
    assert 40.0 <= decided[0][0] <= 42.0


def test_a_fixed_salvo_is_one_order_of_one_battery():
    model = manager(SALVO, weapons=(battery("a"), battery("b")))
    orders = decide(model, model.begin(RUN), raid(3), 0.0)
    assert orders.n_rounds.tolist() == [4, 4, 4]
    assert orders.track.tolist() == [0, 1, 2]
    assert orders.id.tolist() == [0, 1, 2]
    assert sorted(set(orders.battery.tolist())) == [0, 1]


def test_forty_four_rounds_for_eleven_threats_and_none_for_the_twelfth():
    model = manager(SALVO, weapons=(battery("north"), battery("south")))
    state = model.begin(RUN)
    held = stocks(model, RUN, channels=100)
    held.rounds[0] = [40, 4]
    given = np.zeros(12, dtype=int)
    for t in range(60):
        orders = model.decide(state, raid(12).picture(t), held, empty(Reports), float(t))[0]
        np.add.at(given, orders.track, orders.n_rounds)
    assert given.tolist() == [4] * 11 + [0]


def test_one_after_the_other_threats_use_the_rounds_that_few_can_use():
    # The eastern battery reaches three threats only; the western alone runs out at the eleventh.
    lon = LON + 30e3 / (6371e3 * np.cos(LAT))
    east = Battery("east", replace(SYSTEM, max_range=35e3), "c2", Place(LAT, lon, 0.0))
    model = manager(SALVO, weapons=(battery("west"), east), assets=(city(radius=40e3),))
    state = model.begin(RUN)
    held = stocks(model, RUN, channels=100)
    held.rounds[0] = [40, 4]
    given = np.zeros(2, dtype=int)
    for k in range(11):
        threat = replace(
            raid(1),
            track=np.array([k]),
            east=np.array([20e3 if k in (1, 4, 7) else -20e3]),
            t_impact=np.array([60.0 + 60.0 * k]),
        )
        told = []
        for t in np.arange(60.0 * k, 60.0 * k + 59.0):
            orders = model.decide(state, threat.picture(t), held, reports(*told), t)[0]
            np.add.at(given, orders.battery, orders.n_rounds)
            held.rounds[0] = np.array([40, 4]) - given
            told = [
                (0, t, L, orders.id[i], orders.battery[i], k, 100 * orders.id[i] + shot)
                for i in range(len(orders.id))
                for shot in range(orders.n_rounds[i])
            ]
    assert given.tolist() == [40, 4]


def test_stocks_and_channels_are_never_promised_twice():
    model = manager(replace(SLS, salvo=2))
    state = model.begin(RUN)
    assert decide(model, state, raid(12), 0.0, rounds=5).n_rounds.sum() == 5
    assert decide(model, state, raid(12), 1.0, rounds=5).n_rounds.sum() == 0
    state = model.begin(RUN)
    assert decide(model, state, raid(12), 0.0, channels=3).n_rounds.sum() == 3
    assert decide(model, state, raid(12), 1.0, channels=3).n_rounds.sum() == 0


def test_an_empty_battery_and_one_not_ready_are_left_out():
    model = manager(weapons=(battery("a"), battery("b")))
    held = stocks(model, RUN)
    held.rounds[0, 0] = 0
    held.t_ready[0, 1] = 10.0
    state = model.begin(RUN)
    launches = []
    for t in range(12):
        orders = model.decide(state, raid(1).picture(t), held, empty(Reports), float(t))[0]
        launches += list(zip(orders.battery.tolist(), orders.t_launch.tolist(), strict=True))
    assert [b for b, _ in launches] == [1]
    assert 10.0 <= launches[0][1] <= 11.5


def test_boosting_or_unconfirmed_tracks_are_not_engaged():
    model = manager()
    state, held = model.begin(RUN), stocks(model, RUN)
    boosting = raid(1).picture(0.0, is_boosting=True)
    assert len(model.decide(state, boosting, held, empty(Reports), 0.0)[0].run) == 0
    tentative = replace(raid(1).picture(1.0), is_confirmed=np.array([False]))
    assert len(model.decide(state, tentative, held, empty(Reports), 1.0)[0].run) == 0


def two_nodes() -> tuple[Node, Node]:
    return Node("c2", SLS), Node("c3", SALVO)


def test_each_node_uses_its_own_batteries_and_picture():
    weapons = (battery("a"), battery("b", node="c3"))
    model = manager(weapons=weapons, nodes=two_nodes(), wiring="stovepiped")
    state = model.begin(RUN)
    both = batch([raid(1), replace(raid(1), node=1, track=np.array([7]))], 0.0)
    orders = model.decide(state, both, stocks(model, RUN), empty(Reports), 0.0)[0]
    assert orders.id.tolist() == [0, 1]
    assert orders.node.tolist() == [0, 1]
    assert orders.battery.tolist() == [0, 1]
    assert orders.track.tolist() == [0, 7]
    assert orders.n_rounds.tolist() == [1, 4]


def test_a_sensor_that_is_cued_is_cued_every_tick():
    model = manager(nodes=(Node("c2", SLS, decision_period=5.0),), cued=True)
    state, held = model.begin(RUN), stocks(model, RUN)
    still = replace(raid(3), t_impact=np.full(3, 60.0), north=np.array([0.0, 4e3, 20e3]))
    for t in (0.0, 1.0):
        tasking = model.decide(state, still.picture(t), held, empty(Reports), t)[1]
        assert tasking.track.tolist() == [0, 1, 2]
        assert tasking.sensor.tolist() == [0, 0, 0]


def situations() -> Iterator[tuple[str, tuple[Battery, ...]]]:
    bolt = replace(SYSTEM, name="bolt", p_kill=0.5, cost=1e4)
    for policy in POLICIES:
        yield policy, (battery("a"), battery("b", system=bolt), battery("c"))


@pytest.mark.parametrize("layers", [(), (Layer("first", ("a",)), Layer("second", ("b", "c")))])
@pytest.mark.parametrize(("policy", "weapons"), list(situations()))
def test_runs_do_not_depend_on_their_batch_nor_on_the_order_of_rows(
    policy: str, weapons: tuple[Battery, ...], layers: tuple[Layer, ...]
):
    doctrine = Doctrine(policy, salvo=2, max_rounds=4)
    model = manager(doctrine, weapons=weapons, layers=layers)
    model = pickle.loads(pickle.dumps(model))
    raids = [raid(n, run=run, spread=s) for run, n, s in ((3, 9, 2e3), (5, 14, 5e3), (8, 4, 1e3))]
    runs = np.array([3, 5, 8])
    together, shuffled = model.begin(runs), model.begin(runs[::-1])
    alone = [model.begin(runs[i : i + 1]) for i in range(3)]
    for t in np.arange(0.0, 70.0, 5.0):
        picture = batch(raids, t)
        held = stocks(model, runs, rounds=6, channels=3)
        all_orders = model.decide(together, picture, held, empty(Reports), t)[0]
        order = np.random.default_rng(int(t)).permutation(len(picture.run))
        mixed = take(picture, order)
        turned = stocks(model, runs[::-1], rounds=6, channels=3)
        assert same_orders(all_orders, model.decide(shuffled, mixed, turned, empty(Reports), t)[0])
        for i, run in enumerate(runs):
            own = stocks(model, runs[i : i + 1], rounds=6, channels=3)
            one = model.decide(alone[i], raids[i].picture(t), own, empty(Reports), t)[0]
            assert same_orders(one, take(all_orders, all_orders.run == run))
    assert together.n_orders.sum() > 0


def test_assets_without_value_are_not_worth_a_round():
    model = manager(assets=(city(value=0.0),))
    assert len(decide(model, model.begin(RUN), raid(2), 0.0).run) == 0


def test_nothing_to_defend_or_to_fight_with():
    for parts in ({"assets": ()}, {"weapons": ()}):
        model = manager(**parts)  # type: ignore[arg-type]
        assert len(decide(model, model.begin(RUN), raid(2), 0.0).run) == 0


def test_a_run_that_has_ended_gets_no_orders_though_its_tracks_linger():
    model = manager()
    state = model.begin(RUN)
    ended = stocks(model, RUN[:0])
    orders, _ = model.decide(state, raid(2).picture(0.0), ended, empty(Reports), 0.0)
    assert len(orders.run) == 0


def test_a_system_without_a_table_is_a_key_error():
    with pytest.raises(KeyError):
        Manager.build(scenario(), {})


@pytest.mark.parametrize(
    ("least", "log_beta", "sigma", "n"),
    [
        (0.0, 4.7, 0.1, 1),  # 110 kg/m^2, but nobody asked
        (300.0, 4.7, 0.1, 0),  # surely less than 300
        (300.0, 4.7, 0.7, 1),  # not sure
        (300.0, 9.0, 0.1, 1),  # 8,100 kg/m^2
    ],
)
def test_fire_is_held_at_what_the_air_brakes_more_than_any_warhead(
    least: float, log_beta: float, sigma: float, n: int
):
    model = manager(replace(SLS, least_beta=least))
    coming = raid(1).picture(0.0)
    coming.x_ecef[:, 6], coming.cov_ecef[:, 6, 6] = log_beta, sigma**2
    state = model.begin(RUN)
    held = stocks(model, state.runs, 20, 8)
    assert len(model.decide(state, coming, held, empty(Reports), 0.0)[0].run) == n
