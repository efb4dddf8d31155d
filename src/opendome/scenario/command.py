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
        "policy", "How rounds are assigned.", ("fixed_salvo", "greedy", "optimal"), default="greedy"
    )
    salvo: int = keys.integer(
        "salvo", "Rounds per decision at one threat.", low=1, high=100, default=1
    )
    max_rounds: int = keys.integer(
        "max_rounds", "Rounds at one threat in all.", low=1, high=1000, default=4
    )
    is_shoot_look_shoot: bool = keys.flag(
        "is_shoot_look_shoot", "Wait for the assessment before firing again.", default=True
    )
    p_threatening: float = quantity(
        "p_threatening",
        "1",
        "Fire when the chance to land in an asset exceeds this.",
        low=0,
        high=1,
        default=0.1,
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
    filter: str = keys.choice("filter", "Kind of track filter.", ("ekf",), default="ekf")
    associator: str = keys.choice(
        "associator", "How detections find their tracks.", ("gnn",), default="gnn"
    )


@dataclass(frozen=True)
class Command:
    """All nodes and how they are wired."""

    nodes: tuple[Node, ...] = keys.parts("nodes", "Command nodes.", low=1, high=100)
    wiring: str = keys.choice(
        "wiring",
        "How nodes share what they know; only integrated is modelled yet.",
        ("integrated", "hub", "stovepiped"),
        default="integrated",
    )
