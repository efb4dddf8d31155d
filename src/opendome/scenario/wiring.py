"""From the scenario: who shares a picture and plans as one, and what a message passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from opendome.scenario.command import Command, Link, Outage
from opendome.scenario.sensors import Sensor

NOWHERE = -1  # the cell of a node that is lost
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


def cells(command: Command, sensors: Sequence[Sensor]) -> tuple[Cell, ...]:
    """Every cell that may act at some time.

    ``stovepiped``: one for each node. Else one of all nodes, then one for each node whose link
    has outages or ends at a hub that is lost: while it is down, that node fights alone with its
    own sensors.
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
    """Link of a node with the others, down for ever once an end is lost; None where it needs none.

    It needs none when it is stovepiped, has no other node, or is itself the hub.
    """
    if command.wiring == "stovepiped" or len(command.nodes) == 1:
        return None
    if command.wiring == "hub" and node == lead_of(command):
        return None
    name = command.nodes[node].name
    link = next((link for link in command.links if link.node == name), Link(name))
    ends = [command.nodes[node].lost]
    if command.wiring == "hub":
        ends.append(command.nodes[lead_of(command)].lost)
    gone = tuple(Outage(t, max(t, FOREVER)) for t in ends if t is not None)
    return replace(link, outages=link.outages + gone) if gone else link


def is_lost(command: Command, node: int, t: float) -> bool:
    """Whether a node is lost by time t."""
    lost = command.nodes[node].lost
    return lost is not None and t >= lost


def is_down(link: Link | None, t: float) -> bool:
    """Whether a link carries nothing at time t."""
    return link is not None and any(o.start <= t < o.end for o in link.outages)


def cell_of_nodes(command: Command, cells: Sequence[Cell], t: float) -> tuple[int, ...]:
    """Index of the cell in which each node fights at time t, NOWHERE if it is lost."""
    alone = {c.lead: i for i, c in enumerate(cells) if c.is_fallback}
    is_joined = len(command.nodes) > 1 and command.wiring != "stovepiped"
    found = []
    for i in range(len(command.nodes)):
        if is_lost(command, i, t):
            found.append(NOWHERE)
        elif not is_joined:
            found.append(i)
        else:
            found.append(alone[i] if i in alone and is_down(link_of(command, i), t) else 0)
    return tuple(found)
