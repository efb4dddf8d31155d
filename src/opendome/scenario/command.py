"""Command nodes and the doctrine by which they fight.

The choices of policy, filter and associator repeat the keys of the tables of kinds, which this
floor may not import; a contract test holds them equal.
"""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.grammar import keys
from opendome.scenario.units import quantity


@dataclass(frozen=True)
class Doctrine:
    """Rules of the battle manager. ``policy`` is a key of the table of assignment policies."""

    policy: str = keys.choice(
        "policy",
        "How rounds are assigned.",
        ("fixed_salvo", "greedy", "nearest_shooter", "optimal", "sequencing"),
        default="greedy",
    )
    salvo: int = keys.integer(
        "salvo", "Rounds per decision at one threat.", low=1, high=100, default=1
    )
    max_rounds: int = keys.integer(
        "max_rounds", "Rounds of one layer at one threat.", low=1, high=1000, default=4
    )
    is_shoot_look_shoot: bool = keys.flag(
        "is_shoot_look_shoot", "Wait for the assessment before firing again.", default=True
    )
    is_word_doubted: bool = keys.flag(
        "is_word_doubted",
        "The plan over time (sequencing) reckons with wrong words of kill assessment.",
        default=False,
    )
    p_threatening: float = quantity(
        "p_threatening",
        "1",
        "Fire when the chance to land in an asset exceeds this.",
        low=0,
        high=1,
        default=0.1,
    )
    p_destroy: float | None = quantity(
        "p_destroy",
        "1",
        "Chance that one hit destroys its asset: the policy optimal then saves assets and gives "
        "some up where rounds are scarce; absent: every threat counts for itself.",
        above=0,
        high=1,
        default=None,
    )
    intercepts_apart: float = quantity(
        "intercepts_apart_s",
        "s",
        "Least time between the intercepts of two orders at one threat, so that no round meets "
        "the debris of another; 0: any.",
        low=0,
        high=600,
        default=0,
    )
    least_beta: float = quantity(
        "least_beta_kg_m2",
        "kg_m2",
        "Hold fire at a falling body whose ballistic coefficient is surely below this; 0: at none.",
        low=0,
        high=1e5,
        default=0,
    )


@dataclass(frozen=True)
class Node:
    """A command node: it holds a picture and commands the batteries that name it."""

    name: str = keys.name("name", "Name of the node.")
    doctrine: Doctrine = keys.part("doctrine", "Rules of its battle manager.", default=Doctrine())
    consent: float = quantity("consent_s", "s", "Human consent delay.", low=0, high=3600, default=0)
    decision_period: float = quantity(
        "decision_period_s", "s", "Between decisions.", above=0, high=600, default=1
    )
    order_latency: float = quantity(
        "order_latency_s", "s", "From node to battery.", low=0, high=600, default=0.5
    )
    confirm_hits: int = keys.integer(
        "confirm_hits", "M of the M-of-N rule that confirms a track.", low=1, high=50, default=3
    )
    confirm_looks: int = keys.integer(
        "confirm_looks",
        "N of the M-of-N rule.",
        low=1,
        high=50,
        not_below="confirm_hits",
        default=5,
    )
    confirm_by: str = keys.choice(
        "confirm_by",
        "What confirms a track and ends it: M hits of N looks, or its chance to exist.",
        ("hits", "existence"),
        default="hits",
    )
    filter: str = keys.choice(
        "filter", "Kind of track filter.", ("ckf", "ekf", "imm"), default="imm"
    )
    associator: str = keys.choice(
        "associator", "How detections find their tracks.", ("gnn", "jpda"), default="jpda"
    )
    lost: float | None = quantity(
        "lost_s",
        "s",
        "When it is lost with its sensors and batteries; absent: never.",
        low=0,
        high=1e5,
        default=None,
    )
    mean_life: float | None = quantity(
        "mean_life_s",
        "s",
        "Mean time until it is lost by chance; absent: it is not.",
        low=1,
        high=1e8,
        default=None,
    )


@dataclass(frozen=True)
class Outage:
    """A time in which a link carries nothing."""

    start: float = quantity("from_s", "s", "Its beginning.", low=0, high=1e5)
    end: float = quantity("to_s", "s", "Its end.", low=0, high=1e5, not_below="from_s")


@dataclass(frozen=True)
class Link:
    """What joins a node with the others: with the network (integrated) or the hub (hub)."""

    node: str = keys.name("node", "Node whose link it is.")
    latency: float = quantity("latency_s", "s", "One way.", low=0, high=600, default=0.2)
    loss: float = quantity(
        "loss", "1", "Chance that a message is lost.", low=0, high=0.95, default=0
    )
    bandwidth: float | None = quantity(
        "messages_hz", "hz", "Messages per second; absent: any.", above=0, high=1e6, default=None
    )
    outages: tuple[Outage, ...] = keys.parts("outages", "When it is down.", high=100, default=())
    mean_up: float | None = quantity(
        "mean_up_s",
        "s",
        "Mean time from an outage by chance to the next; absent: there are none.",
        low=10,
        high=1e8,
        default=None,
    )
    mean_down: float | None = quantity(
        "mean_down_s", "s", "Mean duration of these outages.", low=0.1, high=1e5, default=None
    )


@dataclass(frozen=True)
class Layer:
    """Batteries that come before the batteries of later layers."""

    name: str = keys.name("name", "Name of the layer.")
    batteries: tuple[str, ...] = keys.names("batteries", "Batteries of the layer.")


@dataclass(frozen=True)
class Command:
    """All nodes and how they are wired.

    ``integrated``: every node hears all sensors, and all plan as one. ``hub``: one node hears all
    sensors and commands all batteries. ``stovepiped``: each node has its own sensors and
    batteries, and knows of no other.
    """

    nodes: tuple[Node, ...] = keys.parts("nodes", "Command nodes.", low=1, high=100)
    wiring: str = keys.choice(
        "wiring",
        "How nodes share what they know.",
        ("integrated", "hub", "stovepiped"),
        default="integrated",
    )
    hub: str | None = keys.name(
        "hub", "Node that leads where nodes are joined; absent: the first.", default=None
    )
    registration: str = keys.choice(
        "registration",
        "Whether pictures reckon with the misalignment of sensors: estimated from common tracks, "
        "or not at all.",
        ("joint", "none"),
        default="joint",
    )
    is_cueing: bool = keys.flag(
        "is_cueing", "Nodes tell sensors where to look; false: nobody is cued.", default=True
    )
    links: tuple[Link, ...] = keys.parts(
        "links", "Links of nodes; a node without one has the default link.", default=()
    )
    layers: tuple[Layer, ...] = keys.parts(
        "layers", "Layers, first to fire first; none: any battery at any time.", high=20, default=()
    )
