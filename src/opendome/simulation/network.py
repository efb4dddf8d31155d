"""The network: which link each message passes, and what every receiver has heard.

A scan is one message: all detections of one look with the word that there was a look. Orders and
reports are repeated until acknowledged: they may come late and twice, but they come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from opendome.engagements.engagement import FireControlModel, Sight
from opendome.kernels.philox import uniforms
from opendome.messages import (
    Orders,
    ReportKind,
    Reports,
    Scan,
    Stocks,
    Tracks,
    empty,
    in_runs,
    join,
    take,
)
from opendome.rng import Purpose
from opendome.scenario.scenario import Scenario
from opendome.scenario.schedule import scan_number
from opendome.scenario.wiring import (
    JOINT,
    Cell,
    Fates,
    cells,
    is_joined,
    link_of,
    may_be_cut,
)
from opendome.simulation.links import N_DRAWS, Line, line_of, queue, reliable
from opendome.simulation.mailbox import Mailbox, Scanbox

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SHOT_STRIDE = 8  # events of a shot's reports


@dataclass(frozen=True)
class Network:
    """Everything constant about who hears whom."""

    cells: tuple[Cell, ...]
    is_joined: bool  # cell 0 joins all nodes
    is_hub: bool
    lines: tuple[Line | None, ...]  # of each node; None where nothing is in the way
    sensor_node: tuple[int, ...]
    sensor_latency: tuple[float, ...]
    periods: tuple[float, ...]  # of the sensors
    order_latency: Floats  # (n_nodes,) s
    battery_node: Ints  # (n_batteries,)

    @staticmethod
    def build(scenario: Scenario, periods: Sequence[float]) -> Network:
        """The network of a scenario; ``periods`` of its sensors' looks."""
        command, names = scenario.command, [n.name for n in scenario.command.nodes]
        return Network(
            cells=cells(command, scenario.sensors),
            is_joined=is_joined(command),
            is_hub=command.wiring == "hub",
            lines=tuple(
                line_of(link_of(command, i), may_be_cut(command, i)) for i in range(len(names))
            ),
            sensor_node=tuple(names.index(s.node) for s in scenario.sensors),
            sensor_latency=tuple(s.latency for s in scenario.sensors),
            periods=tuple(periods),
            order_latency=np.array([n.order_latency for n in command.nodes], dtype=np.float64),
            battery_node=np.array([names.index(b.node) for b in scenario.weapons], dtype=np.int64),
        )

    def line(self, cell: int, node: int) -> Line | None:
        """What lies between a cell and a node: nothing where the cell is not joined by links."""
        return self.lines[node] if self.is_joined and cell == JOINT else None

    @cached_property
    def ways(self) -> tuple[tuple[tuple[int, float | None], ...], ...]:
        """Of each sensor the cells that hear it, and how long its scans are on their way there.

        None where a link may lose them or hold them up: each has to be asked for.
        """
        ways: list[tuple[tuple[int, float | None], ...]] = []
        for sensor, node in enumerate(self.sensor_node):
            hearing = [c for c, cell in enumerate(self.cells) if sensor in cell.sensors]
            lines = [self.line(c, node) for c in hearing]
            latency = [
                0.0 if line is None else line.latency if line.is_plain else None for line in lines
            ]
            ways.append(tuple(zip(hearing, latency, strict=True)))
        return tuple(ways)

    def delay(self, node: int) -> float:
        """How old the joint picture is at a node: only a hub has to send it."""
        line = self.lines[node]
        return line.latency if self.is_hub and line is not None else 0.0


@dataclass(frozen=True)
class Unheard:
    """Launches of which word is on its way, n rows."""

    batch: Ints
    battery: Ints
    shot: Ints
    t: Floats  # when it is heard


@dataclass(frozen=True)
class Outgoing:
    """A scan that will be handed to a link."""

    sent: float
    look: int
    scan: Scan


@dataclass
class NetworkState:
    """What is on its way in a batch of runs."""

    runs: Ints
    seed: int
    fates: Fates
    scans: tuple[Scanbox, ...]  # of each cell
    free: Floats  # (n_nodes, n_runs) when each link has passed on all scans before
    order_cell: Ints  # (n_runs, n) cell that gave each order, -1 where there is none
    views: list[Tracks]  # of each node: the joint picture that it has
    t_view: Floats  # (n_nodes,) of the last picture that was sent to each
    unheard: Unheard
    outgoing: list[Outgoing] = field(default_factory=list)
    orders: Mailbox[Orders] = field(default_factory=lambda: Mailbox(Orders))
    reports: Mailbox[Reports] = field(default_factory=lambda: Mailbox(Reports))
    pictures: list[tuple[float, Tracks]] = field(default_factory=list)  # on their way to nodes


def begin(network: Network, seed: int, runs: Ints, fates: Fates) -> NetworkState:
    """Nothing said; ``fates`` says what will befall nodes and links."""
    n_cells, n_nodes = len(network.cells), len(network.lines)
    none = np.zeros(0, dtype=np.int64)
    return NetworkState(
        runs=runs,
        seed=seed,
        fates=fates,
        scans=tuple(Scanbox() for _ in range(n_cells)),
        free=np.zeros((n_nodes, len(runs))),
        order_cell=np.full((len(runs), 0), -1, dtype=np.int64),
        views=[empty(Tracks)] * n_nodes,
        t_view=np.full(n_nodes, -np.inf),
        unheard=Unheard(none, none, none, np.zeros(0)),
    )


def send_scan(network: Network, state: NetworkState, scan: Scan) -> None:
    """A look goes on its way to every cell that hears its sensor."""
    sensor = scan.sensor
    lost = state.fates.lost[:, network.sensor_node[sensor]] <= scan.t
    if lost.any():  # nobody is there to tell
        scan = in_runs(scan, ~lost[np.searchsorted(state.runs, scan.runs)])
    if not len(scan.runs):
        return
    sent = scan.t + network.sensor_latency[sensor]
    for c, latency in network.ways[sensor]:
        if latency is not None:
            state.scans[c].send_at(scan, sent + latency)
        else:
            number = scan_number(scan.t, sensor, network.periods[sensor])
            state.outgoing.append(Outgoing(sent, number, scan))


def receive_scans(network: Network, state: NetworkState, t: float) -> list[list[Scan]]:
    """What each cell has heard since the last call."""
    if state.outgoing:
        due = sorted(
            (o for o in state.outgoing if o.sent <= t),
            key=lambda o: (o.sent, o.scan.sensor, o.look),
        )
        state.outgoing = [o for o in state.outgoing if o.sent > t]
        for out in due:
            _pass(network, state, out)
    return [box.receive(t) for box in state.scans]


def _pass(network: Network, state: NetworkState, out: Outgoing) -> None:
    """One scan through the link of the sensor's node to the joint cell, in each run by itself."""
    scan = out.scan
    node = network.sensor_node[scan.sensor]
    line = network.lines[node]
    assert line is not None
    rows = np.searchsorted(state.runs, scan.runs)
    place = np.searchsorted(scan.runs, scan.seen.run)
    size = 1.0 + np.bincount(place, minlength=len(rows)).astype(np.float64)
    start, end = queue(line, out.sent, size, state.free[node, rows])
    is_sent = ~state.fates.outages(node, rows).hold(start)
    state.free[node, rows[is_sent]] = end[is_sent]
    arrives = is_sent
    if line.loss > 0.0:
        sensor, look = np.full(len(rows), scan.sensor), np.full(len(rows), out.look)
        key = (state.seed, scan.runs, int(Purpose.SCAN_LOSS), sensor, look)
        arrives = is_sent & (uniforms(*key, 1)[:, 0] >= line.loss)
    state.scans[JOINT].send(in_runs(scan, arrives), (end + line.latency)[arrives])


def send_orders(network: Network, state: NetworkState, orders: Orders) -> None:
    """Orders go to their batteries: a hub's through the link of the battery's node."""
    n = len(orders.run)
    if not n:
        return
    _note_cells(state, orders)
    node = network.battery_node[orders.battery]
    sent = np.where(np.isnan(orders.t_decided), 0.0, orders.t_decided)
    passes = (orders.node == JOINT) & network.is_hub
    key = (orders.run, int(Purpose.ORDER_DELIVERY), orders.id, np.zeros(n, dtype=np.int64))
    first, second = _deliver(network, state, node, passes, sent, key)
    delay = network.order_latency[node]
    _post(state.orders, orders, first + delay, second + delay)


def send_reports(network: Network, state: NetworkState, reports: Reports, is_said: bool) -> None:
    """Reports go to the cell that gave the order, through the link of the battery's node.

    Parameters
    ----------
    is_said : bool
        Said by fire control, which takes as long as an order from node to battery; else seen.
    """
    n = len(reports.run)
    if not n:
        return
    cell = state.order_cell[np.searchsorted(state.runs, reports.run), reports.order]
    reports = replace(reports, node=cell)
    node = network.battery_node[reports.battery]
    sent = reports.t + network.order_latency[node] if is_said else reports.t
    event = reports.shot * SHOT_STRIDE + reports.kind
    key = (reports.run, int(Purpose.REPORT_DELIVERY), reports.order, event)
    passes = np.full(n, network.is_joined) & (cell == JOINT)
    first, second = _deliver(network, state, node, passes, sent, key)
    _post(state.reports, reports, first, second)
    _note_unheard(state, reports, first)


def _note_unheard(state: NetworkState, reports: Reports, t: Floats) -> None:
    """Of each launch, when those who decide hear of it: by its own word or by its assessment."""
    batch, old = np.searchsorted(state.runs, reports.run), state.unheard
    left = reports.kind == ReportKind.LAUNCHED
    if left.any():
        state.unheard = Unheard(
            np.append(old.batch, batch[left]),
            np.append(old.battery, reports.battery[left]),
            np.append(old.shot, reports.shot[left]),
            np.append(old.t, t[left]),
        )
    elif len(old.t):
        for i in np.flatnonzero(reports.kind != ReportKind.CANNOT):
            is_it = (old.batch == batch[i]) & (old.shot == reports.shot[i])
            old.t[is_it] = np.minimum(old.t[is_it], t[i])


def as_known(state: NetworkState, have: Stocks, model: FireControlModel, t: float) -> Stocks:
    """Stocks as those who decide know them: a round leaves the list when they hear that it left.

    Until then it is still an order that is not carried out; or else it would be missing twice.
    """
    old, late = state.unheard, state.unheard.t > t
    if not late.any():
        return have
    state.unheard = Unheard(old.batch[late], old.battery[late], old.shot[late], old.t[late])
    more, used = np.zeros_like(have.rounds), np.zeros_like(have.rounds)
    np.add.at(more, (state.unheard.batch, state.unheard.battery), 1)
    np.add.at(used, (state.unheard.batch, model.unit[state.unheard.battery]), 1)
    free = np.minimum(have.free_channels + used[:, model.unit], model.channels)
    return replace(have, rounds=have.rounds + more, free_channels=free)


def _deliver(
    network: Network,
    state: NetworkState,
    node: Ints,
    passes: Bools,
    sent: Floats,
    key: tuple[Ints, int, Ints, Ints],
) -> tuple[Floats, Floats]:
    """When each message gets through its node's link, and when its copy does (NaN: no copy)."""
    first, second = sent.copy(), np.full(len(sent), np.nan)
    for i in np.unique(node[passes]):
        line, rows = network.lines[i], np.flatnonzero(passes & (node == i))
        if line is None:
            continue
        run, purpose, obj, event = key
        if line.loss > 0.0:
            draws = uniforms(state.seed, run[rows], purpose, obj[rows], event[rows], N_DRAWS)
        else:
            draws = np.full((len(rows), N_DRAWS), 0.5)
        outages = state.fates.outages(i, np.searchsorted(state.runs, run[rows]))
        first[rows], second[rows] = reliable(line, sent[rows], draws, outages)
    return first, second


def _post(box: Mailbox[Orders] | Mailbox[Reports], batch: Orders | Reports, first: Floats,
          second: Floats) -> None:  # fmt: skip
    """Messages and their copies on their way."""
    box.send(batch, first)  # type: ignore[arg-type]
    twice = np.isfinite(second)
    if twice.any():
        box.send(take(batch, twice), second[twice])  # type: ignore[arg-type,type-var]


def _note_cells(state: NetworkState, orders: Orders) -> None:
    """Remember which cell gave each order."""
    more = int(orders.id.max()) + 1 - state.order_cell.shape[1]
    if more > 0:
        fresh = np.full((len(state.runs), max(more, 64)), -1, dtype=np.int64)
        state.order_cell = np.hstack([state.order_cell, fresh])
    state.order_cell[np.searchsorted(state.runs, orders.run), orders.id] = orders.node


def sight(network: Network, state: NetworkState, picture: Tracks, t: float) -> Sight:
    """What fire control at each battery sees: the joint picture as it has reached its node.

    In a hub it is as old as the link is slow; while a link is down its node keeps the last one.
    """
    if not network.is_joined or all(
        network.delay(i) == 0.0 and (line is None or not line.may_fail)
        for i, line in enumerate(network.lines)
    ):
        return Sight.of(picture, len(network.battery_node))
    state.pictures.append((t, picture))
    for i in range(len(network.lines)):
        for when, what in state.pictures:
            if state.t_view[i] < when <= t - network.delay(i) + 1e-9:
                state.t_view[i] = when
                is_held = state.fates.outages(i).hold(when)
                state.views[i] = _renewed(state, state.views[i], what, is_held)
    oldest = t - max(network.delay(i) for i in range(len(network.lines)))
    while len(state.pictures) > 1 and state.pictures[1][0] <= oldest:
        state.pictures.pop(0)
    return _sight_of(network, state, picture)


def _renewed(state: NetworkState, old: Tracks, new: Tracks, is_held: Bools) -> Tracks:
    """A newer picture, in the runs in which the link is up; in the others the old one stays."""
    if is_held.all():
        return old
    if not is_held.any():
        return new
    stays = is_held[np.searchsorted(state.runs, old.run)]
    comes = ~is_held[np.searchsorted(state.runs, new.run)]
    return join([take(old, stays), take(new, comes)], Tracks)


def _sight_of(network: Network, state: NetworkState, picture: Tracks) -> Sight:
    """Each different picture once; the present one comes first, for cells that need no link."""
    pictures: list[Tracks] = [picture]
    number: list[int] = []
    for view in state.views:
        known = next((k for k, p in enumerate(pictures) if p is view), None)
        if known is None:
            pictures.append(view)
        number.append(len(pictures) - 1 if known is None else known)
    by_node = np.array(number, dtype=np.int64)
    return Sight(tuple(pictures), by_node[network.battery_node])
