"""Scans over links: lost and late as one message, in a queue, and what batteries see meanwhile."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.messages import Detections, Scan, Tracks, empty
from opendome.scenario.command import Command, Link, Node, Outage
from opendome.scenario.wiring import FOREVER, Cell, fates_of
from opendome.simulation import network
from opendome.simulation.links import Line, line_of
from opendome.simulation.network import Network
from tests.unit.simulation.fated import Spans, fated

PLAIN = Line(0.0, 0.0, np.inf, False)
RUNS = np.arange(400)
SENSOR_LATENCY = 0.5


def wires(line: Line, *, is_hub: bool = True) -> Network:
    """A hub, and a node behind a link that has the one sensor, and may fight alone."""
    return Network(
        cells=(Cell("hub", 0, (0, 1), (0,), False), Cell("far", 1, (1,), (0,), True)),
        is_joined=True,
        is_hub=is_hub,
        lines=(None, line),
        sensor_node=(1,),
        sensor_latency=(SENSOR_LATENCY,),
        periods=(2.0,),
        order_latency=np.zeros(2),
        battery_node=np.array([0, 1]),
    )


def seen(runs: np.ndarray, t: float) -> Detections:
    """One detection for each run given, as often as it is given."""
    n = len(runs)
    ones, vectors = np.ones(n), np.ones((n, 3))
    return Detections(
        np.sort(runs), np.zeros(n, dtype=np.int64), ones * t, vectors, vectors, ones, ones, ones,
        ones, ones, ones, np.zeros(n, dtype=np.bool_),
    )  # fmt: skip


def hear(
    line: Line,
    times: list[float],
    detections: np.ndarray,
    until: float,
    runs: np.ndarray = RUNS,
    outages: Spans = (),
) -> tuple[list[Scan], list[Scan], dict[float, float]]:
    """What the joint cell and the own one heard; when the first did, to half a second."""
    wire = wires(line)
    state = network.begin(wire, 7, runs, fated(*[((), outages)] * len(runs)))
    for t in times:
        network.send_scan(wire, state, Scan(t, 0, runs, seen(detections, t)))
    joint: list[Scan] = []
    own: list[Scan] = []
    when: dict[float, float] = {}
    for t in np.arange(0.0, until, 0.5):
        mail = network.receive_scans(wire, state, float(t))
        joint += mail[0]
        own += mail[1]
        when |= {scan.t: float(t) for scan in mail[0]}
    return joint, own, when


def test_a_scan_is_lost_with_all_its_detections() -> None:
    twice = np.repeat(RUNS, 2)
    joint, own, _ = hear(Line(1.0, 0.3, np.inf, False), [0.0, 2.0, 4.0], twice, 10.0)
    assert sum(len(s.runs) for s in own) == 3 * len(RUNS)
    assert sum(len(s.seen.run) for s in own) == 6 * len(RUNS)
    for scan in joint:
        assert scan.seen.run.tolist() == np.repeat(scan.runs, 2).tolist()
        assert (scan.seen.t == scan.t).all()
    share = 1.0 - sum(len(s.runs) for s in joint) / (3 * len(RUNS))
    assert abs(share - 0.3) < 4.0 * np.sqrt(0.3 * 0.7 / (3 * len(RUNS)))


def test_what_is_lost_does_not_depend_on_the_runs_of_the_batch() -> None:
    line, down = Line(1.0, 0.5, 3.0, True), ((2.0, 3.0),)
    together = hear(line, [0.0, 2.0, 4.0, 6.0], np.repeat(RUNS, 3), 20.0, RUNS, down)
    few = np.array([3, 90, 200])
    alone = hear(line, [0.0, 2.0, 4.0, 6.0], np.repeat(few, 3), 20.0, few, down)
    for k in range(2):
        wanted, got = [], []
        for scan in together[k]:
            wanted += [(scan.t, r) for r in scan.seen.run.tolist() if r in few]
        for scan in alone[k]:
            got += [(scan.t, r) for r in scan.seen.run.tolist()]
        assert sorted(got) == sorted(wanted)
        assert len(got) > 0


def test_scans_sent_into_an_outage_are_lost_and_the_own_node_hears_them() -> None:
    line, one = Line(0.0, 0.0, np.inf, True), RUNS[:1]
    joint, own, _ = hear(line, [0.0, 2.0, 4.0, 6.0], RUNS[:0], 12.0, one, ((2.0, 5.0),))
    assert sorted(scan.t for scan in joint) == [0.0, 6.0]
    assert sorted(scan.t for scan in own) == [0.0, 2.0, 4.0, 6.0]


def test_messages_queue_first_come_first_served() -> None:
    """Three detections and the word of the look are four messages: two seconds at 2 Hz."""
    one = RUNS[:1]
    *_, arrived = hear(Line(1.0, 0.0, 2.0, False), [0.0, 1.0, 9.0], np.repeat(one, 3), 20.0, one)
    assert arrived == {
        0.0: SENSOR_LATENCY + 2.0 + 1.0,
        1.0: SENSOR_LATENCY + 4.0 + 1.0,
        9.0: 9.0 + SENSOR_LATENCY + 2.0 + 1.0,
    }


def test_a_battery_behind_a_slow_link_sees_the_hubs_picture_as_it_was() -> None:
    wire = wires(Line(3.0, 0.0, np.inf, True))
    state = network.begin(wire, 7, RUNS[:1], fated(((), ((6.0, 9.0),))))
    pictures = [_named(k) for k in range(20)]
    far, near = [], []
    for t, picture in enumerate(pictures):
        sight = network.sight(wire, state, picture, float(t))
        near.append(sight.pictures[sight.of_battery[0]])
        far.append(sight.pictures[sight.of_battery[1]])
        assert sight.pictures[0] is picture
    assert all(a is b for a, b in zip(near, pictures, strict=True))
    told = [int(p.id[0]) if len(p.run) else None for p in far]
    lasting = [5] * 4  # sent before the outage, until the first after it arrives
    assert told == [None] * 3 + [0, 1, 2, 3, 4, *lasting, 9, 10, 11, 12, 13, 14, 15, 16]
    assert len(state.pictures) <= 5


def test_where_all_are_joined_only_an_outage_holds_the_picture_back() -> None:
    wire = wires(Line(3.0, 0.0, np.inf, True), is_hub=False)
    state = network.begin(wire, 7, RUNS[:1], fated(((), ((6.0, 9.0),))))
    told = []
    for t in range(12):
        sight = network.sight(wire, state, _named(t), float(t))
        told.append(int(sight.pictures[sight.of_battery[1]].id[0]))
    assert told == [0, 1, 2, 3, 4, 5, 5, 5, 5, 9, 10, 11]


def test_each_run_has_a_network_of_its_own() -> None:
    """Down from 2 to 5 s in the first run, from 4 to 9 s in the second; a third loses its node."""
    runs = np.array([4, 6, 9])
    lost = [[np.inf, np.inf], [np.inf, np.inf], [np.inf, 3.0]]
    fates = fated(((), ((2.0, 5.0),)), ((), ((4.0, 9.0),)), ((), ()), lost=lost)
    wire = wires(Line(0.0, 0.0, np.inf, True))
    state = network.begin(wire, 7, runs, fates)
    for t in (0.0, 2.0, 4.0, 6.0):
        network.send_scan(wire, state, Scan(t, 0, runs, seen(runs, t)))
    joint, own = network.receive_scans(wire, state, 20.0)
    heard = {(s.t, int(r)) for s in joint for r in s.runs}
    assert heard == {(0.0, 4), (0.0, 6), (0.0, 9), (2.0, 6), (2.0, 9), (6.0, 4)}
    assert {(s.t, int(r)) for s in own for r in s.runs if r != 9} == {
        (t, r) for t in (0.0, 2.0, 4.0, 6.0) for r in (4, 6)
    }
    told: dict[int, list[int]] = {int(r): [] for r in runs}
    for t in range(10):
        sight = network.sight(wire, state, _named(t, runs), float(t))
        view = sight.pictures[sight.of_battery[1]]
        for run, name in zip(view.run.tolist(), view.id.tolist(), strict=True):
            told[run].append(name)
    assert told[4] == [0, 1, 1, 1, 1, 5, 6, 7, 8, 9]
    assert told[6] == [0, 1, 2, 3, 3, 3, 3, 3, 3, 9]
    assert told[9] == list(range(10))


def test_overlapping_outages_are_one() -> None:
    link = Link("far", outages=(Outage(5.0, 9.0), Outage(1.0, 2.0), Outage(8.0, 12.0)))
    command = Command((Node("near"), Node("far", lost=50.0)), links=(link,))
    fates = fates_of(command, fated(((), ((11.0, 14.0), (20.0, 21.0)))))
    assert fates.start[0, 1].tolist() == [1.0, 5.0, 20.0, 50.0]
    assert fates.end[0, 1].tolist() == [2.0, 14.0, 21.0, FOREVER]
    assert not np.isfinite(fates.start[0, 0]).any()
    assert fates.lost.tolist() == [[np.inf, 50.0]]
    line = line_of(link, may_fail=True)
    assert line is not None
    assert line_of(None, may_fail=False) is None
    assert not line.is_plain
    assert PLAIN.is_plain


def _named(number: int, runs: np.ndarray = RUNS[:1]) -> Tracks:
    """A picture that can be told from others."""
    n, blank = len(runs), empty(Tracks)
    rows = {
        name: np.zeros((n, *getattr(blank, name).shape[1:]), dtype=getattr(blank, name).dtype)
        for name in Tracks.__slots__
    }
    rows["id"], rows["run"] = np.full(n, number), runs
    return Tracks(**rows)


@pytest.mark.parametrize("latency", [0.0, 4.0])
def test_a_plain_link_only_delays(latency: float) -> None:
    line = Line(latency, 0.0, np.inf, False)
    *_, arrived = hear(line, [0.0, 2.0], RUNS[:2], 12.0, RUNS[:2])
    assert arrived == {0.0: SENSOR_LATENCY + latency, 2.0: 2.0 + SENSOR_LATENCY + latency}
