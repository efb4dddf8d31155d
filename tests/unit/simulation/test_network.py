"""Scans over links: lost and late as one message, in a queue, and what batteries see meanwhile."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.messages import Detections, Scans, Tracks, empty, take
from opendome.scenario.command import Link, Outage
from opendome.scenario.wiring import Cell
from opendome.simulation import network
from opendome.simulation.links import Line, line_of
from opendome.simulation.network import Network

PLAIN = Line(0.0, 0.0, np.inf, ())
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
    line: Line, times: list[float], detections: np.ndarray, until: float, runs: np.ndarray = RUNS
) -> tuple[list[tuple[Detections, Scans]], list[tuple[float, Scans]]]:
    """All that both cells heard, and when the joint cell heard which scans, to half a second."""
    wire = wires(line)
    state = network.begin(wire, 7, runs)
    for t in times:
        network.send_scan(wire, state, (t, 0), seen(detections, t), runs)
    got: list[tuple[Detections, Scans]] = []
    when: list[tuple[float, Scans]] = []
    for t in np.arange(0.0, until, 0.5):
        mail = network.receive_scans(wire, state, float(t))
        got += mail
        when.append((float(t), mail[0][1]))
    return got, when


def test_a_scan_is_lost_with_all_its_detections() -> None:
    twice = np.repeat(RUNS, 2)
    got, _ = hear(Line(1.0, 0.3, np.inf, ()), [0.0, 2.0, 4.0], twice, 10.0)
    joint, own = got[0::2], got[1::2]
    assert sum(len(s.run) for _, s in own) == 3 * len(RUNS)
    assert sum(len(d.run) for d, _ in own) == 6 * len(RUNS)
    heard = {(r, t) for _, s in joint for r, t in zip(s.run.tolist(), s.t.tolist(), strict=True)}
    found = [(r, t) for d, _ in joint for r, t in zip(d.run.tolist(), d.t.tolist(), strict=True)]
    assert sorted(found) == sorted([*heard, *heard])
    share = 1.0 - len(heard) / (3 * len(RUNS))
    assert abs(share - 0.3) < 4.0 * np.sqrt(0.3 * 0.7 / (3 * len(RUNS)))


def test_what_is_lost_does_not_depend_on_the_runs_of_the_batch() -> None:
    line = Line(1.0, 0.5, 3.0, ((2.0, 3.0),))
    together, _ = hear(line, [0.0, 2.0, 4.0, 6.0], np.repeat(RUNS, 3), 20.0)
    few = np.array([3, 90, 200])
    alone, _ = hear(line, [0.0, 2.0, 4.0, 6.0], np.repeat(few, 3), 20.0, few)
    for (d, s), (d_few, s_few) in zip(together, alone, strict=True):
        mine = take(s, np.isin(s.run, few))
        assert mine.run.tolist() == s_few.run.tolist()
        assert mine.t.tolist() == s_few.t.tolist()
        assert take(d, np.isin(d.run, few)).run.tolist() == d_few.run.tolist()


def test_scans_sent_into_an_outage_are_lost_and_the_own_node_hears_them() -> None:
    line = Line(0.0, 0.0, np.inf, ((2.0, 5.0),))
    got, _ = hear(line, [0.0, 2.0, 4.0, 6.0], RUNS[:0], 12.0, RUNS[:1])
    assert sorted(t for _, s in got[0::2] for t in s.t) == [0.0, 6.0]
    assert sorted(t for _, s in got[1::2] for t in s.t) == [0.0, 2.0, 4.0, 6.0]


def test_messages_queue_first_come_first_served() -> None:
    """Three detections and the word of the look are four messages: two seconds at 2 Hz."""
    one = RUNS[:1]
    _, when = hear(Line(1.0, 0.0, 2.0, ()), [0.0, 1.0, 9.0], np.repeat(one, 3), 20.0, one)
    arrived = {float(s.t[0]): t for t, s in when if len(s.run)}
    assert arrived == {
        0.0: SENSOR_LATENCY + 2.0 + 1.0,
        1.0: SENSOR_LATENCY + 4.0 + 1.0,
        9.0: 9.0 + SENSOR_LATENCY + 2.0 + 1.0,
    }


def test_a_battery_behind_a_slow_link_sees_the_hubs_picture_as_it_was() -> None:
    wire = wires(Line(3.0, 0.0, np.inf, ((6.0, 9.0),)))
    state = network.begin(wire, 7, RUNS[:1])
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
    wire = wires(Line(3.0, 0.0, np.inf, ((6.0, 9.0),)), is_hub=False)
    state = network.begin(wire, 7, RUNS[:1])
    told = []
    for t in range(12):
        sight = network.sight(wire, state, _named(t), float(t))
        told.append(int(sight.pictures[sight.of_battery[1]].id[0]))
    assert told == [0, 1, 2, 3, 4, 5, 5, 5, 5, 9, 10, 11]


def test_overlapping_outages_are_one() -> None:
    line = line_of(Link("far", outages=(Outage(5.0, 9.0), Outage(1.0, 2.0), Outage(8.0, 12.0))))
    assert line is not None
    assert line.outages == ((1.0, 2.0), (5.0, 12.0))
    assert line_of(None) is None
    assert not line.is_plain
    assert PLAIN.is_plain


def _named(number: int) -> Tracks:
    """A picture that can be told from others."""
    blank = empty(Tracks)
    rows = {
        name: np.zeros((1, *getattr(blank, name).shape[1:]), dtype=getattr(blank, name).dtype)
        for name in Tracks.__slots__
    }
    rows["id"] = np.array([number])
    return Tracks(**rows)


@pytest.mark.parametrize("latency", [0.0, 4.0])
def test_a_plain_link_only_delays(latency: float) -> None:
    line = Line(latency, 0.0, np.inf, ())
    _, when = hear(line, [0.0, 2.0], RUNS[:2], 12.0, RUNS[:2])
    arrived = {float(s.t[0]): t for t, s in when if len(s.run)}
    assert arrived == {0.0: SENSOR_LATENCY + latency, 2.0: 2.0 + SENSOR_LATENCY + latency}
