"""Nodes that plan as one: any battery of the cell, its own node's consent, links that go down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from opendome.battle import windows
from opendome.battle.cue import cue, cued_sensors
from opendome.battle.manager import Manager
from opendome.battle.picture import read
from opendome.messages import Orders, ReportKind, Reports, empty
from opendome.scenario.command import Doctrine, Link, Node, Outage
from opendome.scenario.scenario import Scenario
from opendome.scenario.wiring import NOWHERE, Fates, cell_of_nodes, cells, fates_of
from tests.unit.battle.situations import (
    batch,
    battery,
    raid,
    reports,
    scenario,
    stocks,
    straight_paths,
    tables,
)

L, S = ReportKind.LAUNCHED, ReportKind.SURVIVED
RUN = np.array([0])
NODES = (
    Node("c2", Doctrine("greedy", salvo=1, max_rounds=3), consent=3.0, order_latency=0.5),
    Node("c3", Doctrine("fixed_salvo", salvo=4, max_rounds=4), consent=8.0, order_latency=1.0),
)
WEAPONS = (battery("a"), battery("b", node="c3"))
CUT = (Link("c3", latency=2.0, outages=(Outage(10.0, 30.0),)),)


@pytest.fixture(autouse=True)
def _straight() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(windows, "predicted_paths", straight_paths)
    yield
    patch.undo()


def made(wiring: str, **command: object) -> Scenario:
    return scenario(nodes=NODES, weapons=WEAPONS, wiring=wiring, **command)


def first_orders(
    wiring: str,
    rounds: tuple[int, int] = (20, 20),
    nodes: tuple[int, ...] = (0,),
    t: float = 0.0,
    told: Reports | None = None,
    **command: object,
) -> Orders:
    """Orders of the first decision at two threats, which the given cells see."""
    here = made(wiring, **command)
    model = Manager.build(here, tables(here))
    held = stocks(model, RUN)
    held.rounds[0] = rounds
    picture = batch([replace(raid(2), node=i) for i in nodes], t)
    return model.decide(model.begin(RUN), picture, held, told or empty(Reports), t)[0]


@pytest.mark.parametrize("wiring", ["integrated", "hub"])
def test_joined_nodes_use_the_batteries_of_both_under_the_doctrine_of_one(wiring: str):
    orders = first_orders(wiring, rounds=(1, 1))
    assert orders.node.tolist() == [0, 0]
    assert sorted(orders.battery.tolist()) == [0, 1]
    assert orders.n_rounds.tolist() == [1, 1]  # the lead's salvo


def test_each_node_consents_for_its_own_batteries_and_a_hub_for_all():
    assert first_orders("integrated", rounds=(20, 0)).t_release.tolist() == [3.0, 3.0]
    assert first_orders("integrated", rounds=(0, 20)).t_release.tolist() == [8.0, 8.0]
    assert first_orders("hub", rounds=(0, 20)).t_release.tolist() == [3.0, 3.0]
    assert first_orders("hub", rounds=(0, 20), hub="c3").t_release.tolist() == [8.0, 8.0]


def earliest(wiring: str, **command: object) -> float:
    """Launch of the second node's battery at a threat that it could meet at once."""
    return float(first_orders(wiring, rounds=(0, 20), **command).t_launch.min())


def test_orders_of_a_hub_travel_over_the_link():
    links = (Link("c3", latency=4.0),)
    assert earliest("integrated", links=links) == pytest.approx(8.0 + 1.0 + 1.0, abs=0.2)
    assert earliest("hub", links=links) == pytest.approx(3.0 + 1.0 + 4.0 + 1.0, abs=0.2)
    lead = {"hub": "c3", "links": links}
    assert earliest("hub", **lead) == pytest.approx(8.0 + 1.0 + 1.0, abs=0.2)


def test_stovepiped_nodes_do_not_know_of_each_other():
    orders = first_orders("stovepiped", nodes=(0, 1))
    assert orders.node.tolist() == [0, 0, 1, 1]
    assert orders.battery.tolist() == [0, 0, 1, 1]
    assert orders.n_rounds.tolist() == [1, 1, 4, 4]


@pytest.mark.parametrize("wiring", ["integrated", "hub"])
@pytest.mark.parametrize(("t", "is_cut"), [(5.0, False), (10.0, True), (29.0, True), (30.0, False)])
def test_a_node_that_is_cut_off_fights_alone(wiring: str, t: float, is_cut: bool):
    orders = first_orders(wiring, nodes=(0, 1), t=t, links=CUT, rounds=(20, 20))
    commanded = set(zip(orders.node.tolist(), orders.battery.tolist(), strict=True))
    if is_cut:
        assert commanded == {(0, 0), (1, 1)}
        assert set(orders.n_rounds[orders.node == 1].tolist()) == {4}
    else:
        assert {cell for cell, _ in commanded} == {0}


@pytest.mark.parametrize("wiring", ["integrated", "hub", "stovepiped"])
@pytest.mark.parametrize("lost", [0, 1])
def test_a_node_that_is_lost_fights_no_more_and_without_a_hub_all_are_alone(wiring: str, lost: int):
    nodes = tuple(replace(n, lost=10.0 if i == lost else None) for i, n in enumerate(NODES))
    here = scenario(nodes=nodes, weapons=WEAPONS, wiring=wiring)
    joined = cells(here.command, here.sensors)
    fates = fates_of(here.command, Fates.nothing(1, 2))
    before, after = (
        tuple(cell_of_nodes(here.command, joined, fates, t)[0].tolist()) for t in (9.9, 10.0)
    )
    assert before == ((0, 1) if wiring == "stovepiped" else (0, 0))
    alone = wiring == "stovepiped" or (wiring == "hub" and lost == 0)
    other = before[1 - lost]
    if wiring == "hub" and lost == 0:
        other = next(i for i, cell in enumerate(joined) if cell.is_fallback and cell.lead == 1)
    assert after[lost] == NOWHERE
    assert after[1 - lost] == other
    assert joined[other].nodes == ((1 - lost,) if alone else (0, 1))


def test_reports_are_entered_for_the_cell_that_gave_the_order():
    here = made("integrated", links=CUT)
    model = Manager.build(here, tables(here))
    state, held = model.begin(RUN), stocks(model, RUN)
    both = [replace(raid(1), node=i) for i in (0, 1)]
    orders = model.decide(state, batch(both, 12.0), held, empty(Reports), 12.0)[0]
    mine = int(orders.id[orders.node == 1][0])
    left = reports(*[(0, 13.0, L, mine, 1, 0, k) for k in range(2)])
    model.decide(state, batch(both, 13.0), held, left, 13.0)
    assert state.tracks.n_launched.sum(axis=1).tolist() == [0, 2]
    word = reports((0, 31.0, S, mine, 1, 0, 0), (0, 31.0, S, mine, 1, 0, 0))
    model.decide(state, batch(both, 31.0), held, word, 31.0)
    one = state.orders.battery == 1
    assert state.orders.n_pending[one].tolist() == [1]
    assert state.orders.n_left[one].tolist() == [2]


def test_a_cued_radar_is_asked_by_the_cell_in_which_its_node_fights():
    here = made("integrated", links=(replace(CUT[0], node="c2"),))
    here = replace(here, sensors=scenario(cued=True).sensors)
    model = Manager.build(here, tables(here))
    state = model.begin(RUN)
    picture = batch([raid(1), replace(raid(1), node=1, track=np.array([7]))], 0.0)
    pairs = read(state, picture)
    sensors = cued_sensors(here)
    for cell_of, track in (([0, 0], 0), ([1, 0], 7)):
        asked = cue(sensors, np.array([cell_of]), state, picture, pairs)
        assert asked.track.tolist() == [track]
    assert model.decide(state, picture, stocks(model, RUN), empty(Reports), 12.0)[
        1
    ].track.tolist() == [7]


@pytest.mark.parametrize(
    ("rounds", "salvo"), [((20, 0), 1), ((0, 20), 4)], ids=["the lead's", "the other's"]
)
@pytest.mark.parametrize("wiring", ["integrated", "stovepiped"])
def test_a_battery_fires_the_salvo_of_its_own_node(
    wiring: str, rounds: tuple[int, int], salvo: int
) -> None:
    orders = first_orders(wiring, rounds=rounds, nodes=(0, 1) if wiring == "stovepiped" else (0,))
    assert set(orders.n_rounds.tolist()) == {salvo}


def test_rounds_of_two_nodes_keep_to_the_smaller_salvo_together() -> None:
    orders = first_orders("integrated")
    for track in set(orders.track.tolist()):
        mine = orders.track == track
        limit = 1 if (orders.battery[mine] == 0).any() else 4
        assert orders.n_rounds[mine].sum() == limit


@pytest.mark.parametrize("hub", ["c2", "c3"])
def test_words_are_doubted_where_the_doctrine_of_the_lead_says_so(hub: str) -> None:
    erring = replace(WEAPONS[0].system, p_assess_error=0.07)
    weapons = (replace(WEAPONS[0], system=erring), WEAPONS[1])
    doubting = replace(NODES[1], doctrine=replace(NODES[1].doctrine, is_word_doubted=True))
    nodes = (NODES[0], doubting)
    here = scenario(nodes=nodes, weapons=weapons, wiring="hub", hub=hub, links=CUT)
    joint, *alone = Manager.build(here, tables(here)).arms
    expected = [[0.07, 0.07], [0.0, 0.0]] if hub == "c3" else [[0.0, 0.0], [0.0, 0.0]]
    assert joint.word.tolist() == expected
    assert all(arms.word.tolist() == [[0.0, 0.0]] for arms in alone)
