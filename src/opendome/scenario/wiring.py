"""From the scenario: who shares a picture and plans as one, and what a message passes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from opendome.scenario.command import Command, Link
from opendome.scenario.sensors import Sensor


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


def cells(command: Command, sensors: Sequence[Sensor]) -> tuple[Cell, ...]:
    """Every cell that may act at some time.

    ``stovepiped``: one for each node. Else one of all nodes, then one for each node whose link
    has outages: while it is down, that node fights alone with its own sensors.
    """
    nodes = command.nodes
    own = [tuple(i for i, s in enumerate(sensors) if s.node == n.name) for n in nodes]
    if command.wiring == "stovepiped" or len(nodes) == 1:
        return tuple(Cell(n.name, i, (i,), own[i], False) for i, n in enumerate(nodes))
    joint = Cell(
        name=command.wiring,
        lead=lead_of(command),
        nodes=tuple(range(len(nodes))),
        sensors=tuple(range(len(sensors))),
        is_fallback=False,
    )
    cut = [i for i in range(len(nodes)) if (link := link_of(command, i)) and link.outages]
    return (joint, *(Cell(nodes[i].name, i, (i,), own[i], True) for i in cut))


def link_of(command: Command, node: int) -> Link | None:
    """Link of a node with the others; None where it needs none.

    It needs none when it is stovepiped, has no other node, or is itself the hub.
    """
    if command.wiring == "stovepiped" or len(command.nodes) == 1:
        return None
    if command.wiring == "hub" and node == lead_of(command):
        return None
    name = command.nodes[node].name
    return next((link for link in command.links if link.node == name), Link(name))


def is_down(link: Link | None, t: float) -> bool:
    """Whether a link carries nothing at time t."""
    return link is not None and any(o.start <= t < o.end for o in link.outages)


def cell_of_nodes(command: Command, cells: Sequence[Cell], t: float) -> tuple[int, ...]:
    """Index of the cell in which each node fights at time t."""
    if len(command.nodes) == 1 or command.wiring == "stovepiped":
        return tuple(range(len(command.nodes)))
    alone = {c.lead: i for i, c in enumerate(cells) if c.is_fallback}
    return tuple(
        alone[i] if i in alone and is_down(link_of(command, i), t) else 0
        for i in range(len(command.nodes))
    )
