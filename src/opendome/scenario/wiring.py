"""From the scenario: who shares a picture and plans as one, what a message passes, what fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.scenario.command import Command, Link
from opendome.scenario.sensors import Sensor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NOWHERE = -1  # the cell of a node that is lost
JOINT = 0  # the cell of all nodes, where nodes are joined
FOREVER = 1e5  # s


class Cell(NamedTuple):
    """Nodes that share one picture and plan as one.

    Wherever a message says ``node`` of a picture or an order, it is the index of its cell.
    """

    name: str
    lead: int  # node whose doctrine, filter and decision period hold
    nodes: tuple[int, ...]
    sensors: tuple[int, ...]  # heard, in scenario order
    is_fallback: bool  # its one node fights alone only while its link is down


def lead_of(command: Command) -> int:
    """Index of the node that leads where nodes are joined."""
    names = [node.name for node in command.nodes]
    return names.index(command.hub) if command.hub is not None else 0


def is_joined(command: Command) -> bool:
    """Whether its nodes are one cell while all links are up."""
    return command.wiring != "stovepiped" and len(command.nodes) > 1


def cells(command: Command, sensors: Sequence[Sensor]) -> tuple[Cell, ...]:
    """Every cell that may act at some time.

    ``stovepiped``: one for each node. Else one of all nodes, then one for each node whose link
    may be down: while it is, that node fights alone with its own sensors.
    """
    nodes = command.nodes
    own = [tuple(i for i, s in enumerate(sensors) if s.node == n.name) for n in nodes]
    if not is_joined(command):
        return tuple(Cell(n.name, i, (i,), own[i], False) for i, n in enumerate(nodes))
    joint = Cell(
        name=command.wiring,
        lead=lead_of(command),
        nodes=tuple(range(len(nodes))),
        sensors=tuple(range(len(sensors))),
        is_fallback=False,
    )
    cut = [i for i in range(len(nodes)) if may_be_cut(command, i)]
    return (joint, *(Cell(nodes[i].name, i, (i,), own[i], True) for i in cut))


def link_of(command: Command, node: int) -> Link | None:
    """Link of a node with the others; None where it needs none.

    It needs none when it is stovepiped, has no other node, or is itself the hub.
    """
    if not is_joined(command) or (command.wiring == "hub" and node == lead_of(command)):
        return None
    name = command.nodes[node].name
    return next((link for link in command.links if link.node == name), Link(name))


def ends_of_link(command: Command, node: int) -> tuple[int, ...]:
    """Nodes without which the link of a node is down: itself, and the hub."""
    return (node, lead_of(command)) if command.wiring == "hub" else (node,)


def may_be_lost(command: Command, node: int) -> bool:
    """Whether a node is lost at some time, or by chance."""
    return command.nodes[node].lost is not None or command.nodes[node].mean_life is not None


def may_be_cut(command: Command, node: int) -> bool:
    """Whether the link of a node is down at some time, or by chance."""
    link = link_of(command, node)
    if link is None:
        return False
    return (
        bool(link.outages)
        or link.mean_up is not None
        or any(may_be_lost(command, end) for end in ends_of_link(command, node))
    )


class Outages(NamedTuple):
    """When a link carries nothing, for each of n messages or runs."""

    start: Floats  # (n, k) s, ascending
    end: Floats  # (n, k) s, itself no longer; inf where there are fewer than k

    def hold(self, t: Floats | float) -> Bools:
        """Whether each is held up at a time, (n,)."""
        when = np.asarray(t)[..., None]
        return np.asarray(((self.start <= when) & (when < self.end)).any(axis=1))


class Fates(NamedTuple):
    """What befalls nodes and links in each run of a batch."""

    lost: Floats  # (n_runs, n_nodes) s, when each node is lost, inf for never
    start: Floats  # (n_runs, n_nodes, k) s, ascending: when the link of each node goes down
    end: Floats  # and when it is up again; inf where there are fewer than k

    @staticmethod
    def of(lost: Floats, start: Floats, end: Floats) -> Fates:
        """From outages in any order, inf where there is none; those that overlap are joined."""
        order = np.argsort(start, axis=-1, kind="stable")
        start, end = (np.take_along_axis(x, order, axis=-1) for x in (start, end))
        reach, is_one = np.maximum.accumulate(end, axis=-1), np.isfinite(start)
        begins, ends = is_one.copy(), is_one.copy()
        begins[..., 1:] &= start[..., 1:] > reach[..., :-1]
        ends[..., :-1] &= begins[..., 1:] | ~is_one[..., 1:]
        place = np.cumsum(begins, axis=-1) - 1
        k = int(place.max(initial=-1)) + 1
        joined = np.full((2, *start.shape[:-1], k), np.inf)
        for table, which, times in ((joined[0], begins, start), (joined[1], ends, reach)):
            run, node, _ = np.nonzero(which)
            table[run, node, place[which]] = times[which]
        return Fates(lost, joined[0], joined[1])

    @staticmethod
    def nothing(n_runs: int, n_nodes: int) -> Fates:
        """Every link is up and every node lives."""
        none = np.zeros((n_runs, n_nodes, 0))
        return Fates(np.full((n_runs, n_nodes), np.inf), none, none)

    def outages(self, node: int, rows: Ints | None = None) -> Outages:
        """Of the link of a node, in some rows of the batch or in all."""
        which = slice(None) if rows is None else rows
        return Outages(self.start[which, node], self.end[which, node])


def fates_of(command: Command, chance: Fates) -> Fates:
    """What chance does to nodes and links, and what is scheduled; links of lost nodes stay down."""
    n_runs, n_nodes = chance.lost.shape
    lost = np.minimum(chance.lost, [np.inf if n.lost is None else n.lost for n in command.nodes])
    links = [link_of(command, i) for i in range(n_nodes)]
    k = max((len(link.outages) for link in links if link is not None), default=0)
    start, end = np.full((2, n_runs, n_nodes, k + 1), np.inf)
    for i, link in enumerate(links):
        if link is not None:
            for j, outage in enumerate(link.outages):
                start[:, i, j], end[:, i, j] = outage.start, outage.end
            gone = lost[:, ends_of_link(command, i)].min(axis=1)
            start[:, i, k], end[:, i, k] = gone, np.maximum(gone, FOREVER)
    return Fates.of(
        lost,
        np.concatenate([chance.start, start], axis=-1),
        np.concatenate([chance.end, end], axis=-1),
    )


def cell_of_nodes(command: Command, cells: Sequence[Cell], fates: Fates, t: float) -> Ints:
    """Index of the cell in which each node fights at time t, NOWHERE if it is lost.

    Returns
    -------
    (n_runs, n_nodes) int
    """
    found = np.full(fates.lost.shape, JOINT, dtype=np.int64)
    if not is_joined(command):
        found += np.arange(len(command.nodes))
    for i, cell in enumerate(cells):
        if cell.is_fallback:
            found[fates.outages(cell.lead).hold(t), cell.lead] = i
    found[fates.lost <= t] = NOWHERE
    return found
