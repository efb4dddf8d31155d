"""What passes between the books of a node and of the others when its link goes down and returns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opendome.battle import windows
from opendome.battle.handover import same_threats
from opendome.battle.manager import Manager
from opendome.messages import ReportKind, Reports, empty
from opendome.scenario.command import Doctrine, Link, Node, Outage
from tests.unit.battle.situations import (
    Raid,
    batch,
    battery,
    raid,
    reports,
    scenario,
    stocks,
    straight_paths,
    tables,
)

RUN = np.array([0])
DOCTRINE = Doctrine("greedy", salvo=1, max_rounds=4)
NODES = (Node("c2", DOCTRINE), Node("c3", DOCTRINE))
L, K = ReportKind.LAUNCHED, ReportKind.KILLED
JOINT, ALONE = 0, 1  # cells


@pytest.fixture(autouse=True)
def _straight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "predicted_paths", straight_paths)


class War:
    """One threat seen by both cells, under numbers 0 and 50; c3 is cut off from 10 s to ``end``."""

    def __init__(self, wiring: str = "integrated", end: float = 30.0) -> None:
        links = (Link("c3", latency=0.0, outages=(Outage(10.0, end),)),)
        made = scenario(
            nodes=NODES, weapons=(battery("a"), battery("b", node="c3")), wiring=wiring, links=links
        )
        self.model = Manager.build(made, tables(made))
        self.state = self.model.begin(RUN)

    def decide(self, t: float, rounds: tuple[int, int], told: Reports | None = None) -> list:
        """Who ordered what: (cell, battery) of each order."""
        held = stocks(self.model, RUN)
        held.rounds[0] = rounds
        views = [raid(1), replace(raid(1), node=ALONE, track=np.array([50]))]
        orders, _ = self.model.decide(self.state, batch(views, t), held, told or empty(Reports), t)
        return list(zip(orders.node.tolist(), orders.battery.tolist(), strict=True))


def test_nobody_waits_for_an_order_that_cannot_arrive() -> None:
    war = War()
    assert war.decide(0.0, (0, 20)) == [(JOINT, 1)]
    assert war.decide(9.0, (20, 20)) == []
    assert (JOINT, 0) in war.decide(11.0, (20, 20))


def test_a_round_that_was_heard_to_leave_counts_until_word_of_it_is_due() -> None:
    war = War(end=55.0)
    war.decide(0.0, (0, 20))
    assert war.decide(9.0, (20, 0), reports((0, 2.0, L, 0, 1, 0))) == []
    due = float(war.state.orders.t_word[0])
    assert 12.0 < due < 50.0
    assert war.decide(due - 1.0, (20, 0)) == []
    assert war.decide(due + 1.0, (20, 0)) == [(JOINT, 0)]


def test_a_node_takes_along_what_is_open_and_forgets_it_when_it_returns() -> None:
    war = War()
    war.decide(0.0, (20, 0))
    war.decide(9.0, (0, 20), reports((0, 2.0, L, 0, 0, 0)))
    assert war.decide(11.0, (0, 20)) == []
    assert len(war.state.borrowed.key) == 1
    war.decide(31.0, (0, 0))
    assert len(war.state.borrowed.key) == 0


def test_under_a_hub_a_node_knows_only_of_its_own_rounds() -> None:
    war = War("hub")
    war.decide(0.0, (20, 0))
    war.decide(9.0, (0, 20), reports((0, 2.0, L, 0, 0, 0)))
    assert war.decide(11.0, (0, 20)) == [(ALONE, 1)]


def test_what_was_fired_alone_is_entered_on_the_track_of_the_others() -> None:
    war = War()
    assert war.decide(12.0, (0, 20)) == [(ALONE, 1)]
    war.decide(13.0, (0, 0), reports((0, 13.0, L, 0, 1, 50)))
    tracks = war.state.tracks
    assert tracks.n_launched.tolist() == [[0, 0], [0, 1]]
    assert war.decide(30.0, (20, 20)) == []
    assert tracks.n_launched.tolist() == [[0, 1], [0, 0]]
    assert war.state.orders.track_key.tolist() == war.state.log.track_key.tolist()
    assert war.state.orders.track_key.tolist() == [tracks.key[0]]
    war.decide(32.0, (0, 0), reports((0, 31.0, K, 0, 1, 50)))
    assert np.isfinite(tracks.t_killed).tolist() == [True, False]


def moved(base: Raid, east: float, track: int, node: int = ALONE) -> Raid:
    n = len(base.run)
    return replace(base, east=base.east + east, node=node, track=np.arange(n) + track)


def test_the_same_threats_are_found_one_to_one_whatever_their_order() -> None:
    here = raid(5, spread=8e3)
    picture = batch([here, moved(here, 150.0, 50)], 5.0)
    mine, theirs = np.arange(5), 5 + np.array([3, 1, 4, 0, 2])
    i, j = same_threats(picture, mine, theirs)
    assert (picture.id[mine[i]] + 50).tolist() == picture.id[theirs[j]].tolist()
    assert len(i) == 5


def test_what_lies_elsewhere_is_another_threat() -> None:
    here = raid(1)
    for east, is_same in ((300.0, True), (3e3, False), (6e4, False)):
        picture = batch([here, moved(here, east, 50)], 5.0)
        assert len(same_threats(picture, np.array([0]), np.array([1]))[0]) == is_same


def test_vague_pictures_are_matched_farther_apart() -> None:
    here = raid(1)
    picture = batch([here, moved(here, 3e3, 50)], 5.0)
    picture.cov_ecef[:] = np.diag([1e6] * 3 + [100.0] * 3 + [1.0])
    assert len(same_threats(picture, np.array([0]), np.array([1]))[0]) == 1
