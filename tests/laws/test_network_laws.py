"""Loss, delay and repetition: no order is executed twice, no round is counted twice."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.battle import books
from opendome.battle.books import BattleState, OrderBook, OrderLog
from opendome.engagements import engagement, fire_control
from opendome.engagements.engagement import FireControlModel, FireControlState, FireUnit, Sight
from opendome.engagements.launch import Solutions
from opendome.engagements.magazines import stocks
from opendome.messages import CommandKind, Orders, ReportKind, Reports, Tracks, join, take
from opendome.scenario.wiring import Cell, Fates
from opendome.simulation import network
from opendome.simulation.links import PAUSE, Line, reliable
from opendome.simulation.network import Network, NetworkState
from tests.laws.examples import examples
from tests.unit.simulation.fated import Spans, fated

RUNS = np.array([2, 5])
TRACK = 9
FLIGHT = 12.0  # s from launch to intercept
PLAN = 5.0  # s from decision to launch

instants = st.floats(0.0, 100.0).map(lambda t: round(t, 6))  # none that vanishes beside others
outages = st.lists(instants, max_size=4).map(
    lambda x: tuple((a, b) for a, b in zip(sorted(x)[::2], sorted(x)[1::2], strict=False) if a < b)
)
lines = st.builds(
    Line,
    st.floats(0.0, 30.0),
    st.sampled_from([0.0, 0.2, 0.5, 0.9]),
    st.just(np.inf),
    st.just(True),
)
orders_given = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 1), st.integers(0, 1), st.integers(1, 4)),
    min_size=1,
    max_size=8,
)  # time, run, battery, rounds
batteries = st.tuples(st.integers(0, 6), st.integers(1, 4), st.sampled_from([None, 30.0]))


def unit(rounds: int, channels: int, reload: float | None) -> FireUnit:
    """A battery without physics: the firing solution is given by the test."""
    nothing = cast(Any, None)
    return FireUnit(
        name="battery", node=1, site=np.zeros(3), vehicle=nothing, table=nothing, envelope=nothing,
        envelope_ballistic=nothing, law=0, is_divert=False, rounds=rounds, channels=channels,
        launch_interval=1.0, reaction=2.0, unit=0, rounds_per_launcher=3, reload=reload, reloads=1,
    )  # fmt: skip


def solved(_: FireUnit, tracks: Tracks, t_earliest: np.ndarray, is_flown: bool) -> Solutions:
    """Every round can leave when it is asked to."""
    n, nothing = len(t_earliest), np.zeros(len(t_earliest))
    there = np.zeros((n, 3))
    every = np.ones(n, dtype=np.bool_)
    site = np.full(n, -1, dtype=np.int64)
    return Solutions(every, t_earliest, t_earliest + FLIGHT, there, nothing, nothing, site)


def picture(t: float) -> Tracks:
    """One track of each run, told by cell 0."""
    n = len(RUNS)
    ones, zeros, none = np.ones(n), np.zeros(n), np.zeros(n, dtype=np.int64)
    yes = np.ones(n, dtype=np.bool_)
    return Tracks(
        RUNS, none, none + TRACK, ones * t, np.zeros((n, 7)), np.zeros((n, 7, 7)), yes, ~yes, ~yes,
        none, zeros, ones * t, ones * t, zeros, zeros, ones * 1e4, np.zeros((n, 2, 2)),
    )  # fmt: skip


def order(t: float, run: int, number: int, battery: int, n_rounds: int) -> Orders:
    one = np.array([t])
    return Orders(
        np.array([run]), np.array([number]), np.zeros(1, dtype=np.int64), np.array([battery]),
        np.array([TRACK]), np.array([n_rounds]), one, one, one + PLAN, one + PLAN + FLIGHT,
        np.zeros((1, 3)),
    )  # fmt: skip


def enter(book: BattleState, given_order: Orders) -> None:
    """Enter an order into the books, as who gave it does."""
    keys = books.order_keys(given_order.run, given_order.id)
    track = books.track_keys(given_order.run, 0, given_order.track, 1)
    none, never = np.zeros(1, dtype=np.int64), np.array([np.inf])
    row = OrderBook(keys, track, given_order.run, given_order.battery, given_order.n_rounds, none,
                    never, never)  # fmt: skip
    book.orders = books.merge(book.orders, row)
    book.log = books.merge(book.log, OrderLog(keys, track))


def wires(line: Line) -> Network:
    """Two nodes under a hub; both batteries obey the one behind the link."""
    return Network(
        cells=(Cell("hub", 0, (0, 1), (), False),),
        is_joined=True,
        is_hub=True,
        lines=(None, line),
        sensor_node=(),
        sensor_latency=(),
        periods=(),
        order_latency=np.array([0.5, 0.5]),
        battery_node=np.array([1, 1]),
    )


def fight(
    line: Line,
    fates: Fates,
    model: FireControlModel,
    given_orders: list[tuple[int, int, int, int]],
    seed: int,
) -> tuple[Orders, int, Reports, FireControlState, NetworkState]:
    """Orders given, launches commanded, all reports heard (with repeats), and the states."""
    wire = wires(line)
    said = network.begin(wire, seed, RUNS, fates)
    state = engagement.begin(model, RUNS)
    counts = {int(r): 0 for r in RUNS}
    book = books.begin(RUNS, 1, 2)
    book.tracks = books.new_tracks(books.track_keys(RUNS, 0, np.array([TRACK, TRACK]), 1), 2)
    ordered, refused = np.zeros((2, 2, 2), dtype=np.int64)
    launched = np.zeros((2, 2), dtype=np.int64)
    sent: list[Orders] = []
    heard: list[Reports] = []
    t = 0.0
    while t <= 41 or len(said.orders) or len(state.waiting.run) or len(said.reports):
        for when, r, battery, n_rounds in given_orders:
            if when == t:
                run = int(RUNS[r])
                sent.append(order(t, run, counts[run], battery, n_rounds))
                counts[run] += 1
                ordered[r, battery] += n_rounds
                enter(book, sent[-1])
                network.send_orders(wire, said, sent[-1])
        sight = Sight.of(picture(t), 2)
        commands, reports = fire_control.act(
            model, state, said.orders.receive(t), sight, (t, t + 1.0)
        )
        assert (commands.kind == CommandKind.LAUNCH).all()
        np.add.at(launched, (np.searchsorted(RUNS, commands.run), commands.battery), 1)
        network.send_reports(wire, said, reports, is_said=True)
        heard.append(said.reports.receive(t))
        books.fold(book, heard[-1], np.zeros(2), t)
        once = first_of_each(join(heard, Reports))
        no = take(once, once.kind == ReportKind.CANNOT)
        refused[:] = 0
        np.add.at(refused, (np.searchsorted(RUNS, no.run), no.battery), 1)
        have = stocks(model, state, t)
        assert (have.rounds >= 0).all()
        busy = state.flights.t_intercept + fire_control.AFTER_INTERCEPT > t
        assert np.bincount(state.flights.batch[busy], minlength=2).max() <= model.units[0].channels
        known = network.as_known(said, have, model, t)
        promised = books.outstanding(book, RUNS, 2)
        assert np.array_equal(known.rounds - promised, have.rounds + launched - ordered + refused)
        t += 1.0
    assert not book.orders.n_left.any()
    assert book.orders.n_pending.sum() == book.tracks.n_launched.sum() == launched.sum()
    return join(sent, Orders), int(launched.sum()), join(heard, Reports), state, said


def first_of_each(heard: Reports) -> Reports:
    """Reports without their repeats."""
    if not len(heard.run):
        return heard
    key = np.stack([heard.run, heard.order, heard.shot, heard.kind], axis=1)
    return take(heard, np.sort(np.unique(key, axis=0, return_index=True)[1]))


@examples(20)
@given(lines, st.tuples(outages, outages), batteries, orders_given, st.integers(0, 2**40))
def test_every_round_of_an_order_leaves_or_is_refused_once(
    line: Line,
    down: tuple[Spans, Spans],
    battery: tuple[int, int, float | None],
    given_orders: list[tuple[int, int, int, int]],
    seed: int,
) -> None:
    model = FireControlModel((unit(*battery), unit(*battery)), n_cells=1, is_flown=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fire_control, "solve", solved)
        fates = fated(*[((), spans) for spans in down])
        sent, n_launched, heard, state, said = fight(line, fates, model, given_orders, seed)
    once = first_of_each(heard)
    for i in range(len(sent.run)):
        mine = (once.run == sent.run[i]) & (once.order == sent.id[i])
        assert mine.sum() == sent.n_rounds[i]
    is_launch = once.kind == ReportKind.LAUNCHED
    assert is_launch.sum() == n_launched == state.n_shots.sum()
    loads = len(RUNS) * 2 * battery[0] + 3 * (4 - state.n_stored.sum())
    assert state.rounds.sum() + 3 * len(state.refills.t) + n_launched == loads
    assert not (said.unheard.t > 1e9).any()
    if line.loss == 0.0:
        assert len(heard.run) == len(once.run)


def naive(line: Line, down: Spans, sent: float, n_lost: int) -> float:
    """Try after try."""
    t, left = sent, n_lost
    while True:
        is_down = any(a <= t < b for a, b in down)
        if not is_down and left == 0:
            return t
        left -= not is_down
        t += 2.0 * line.latency + PAUSE


@given(
    lines,
    st.tuples(outages, outages),
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 120), st.floats(0.01, 0.99)), min_size=1),
)
def test_reliable_messages_arrive_at_the_try_that_gets_through(
    line: Line, both: tuple[Spans, Spans], messages: list[tuple[int, int, float]]
) -> None:
    sent = np.array([float(s) for _, s, _ in messages])
    draw = np.array([u for *_, u in messages])
    rows = np.array([run for run, *_ in messages])
    met = fated(*[((), spans) for spans in both]).outages(1, rows)
    first, second = reliable(line, sent, np.stack([draw, draw, 1.0 - draw], axis=1), met)
    for i, u in enumerate(draw):
        down = both[rows[i]]
        lost = int(np.log(u) // np.log(line.loss)) if line.loss else 0
        expected = naive(line, down, sent[i], lost)
        assert first[i] == pytest.approx(expected + line.latency)
        assert np.isfinite(second[i]) == (u < line.loss)
        if np.isfinite(second[i]):
            again = int(np.log(1.0 - u) // np.log(line.loss))
            copy = naive(line, down, expected + 2.0 * line.latency + PAUSE, again)
            assert second[i] == pytest.approx(copy + line.latency)
