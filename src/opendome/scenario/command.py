"""Command nodes and the doctrine by which they fight."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.units import quantity


@dataclass(frozen=True)
class Doctrine:
    """Rules of the battle manager. ``policy`` is a key of the table of assignment policies."""

    policy: str = "greedy"  # fixed_salvo | greedy | optimal
    salvo: int = 1  # rounds per decision at one threat
    max_rounds: int = 4  # rounds at one threat in all
    is_shoot_look_shoot: bool = True  # wait for the assessment before firing again
    p_threatening: float = quantity(
        "p_threatening", "1", "Fire when the chance to land in an asset exceeds this.", low=0, high=1, default=0.1
    )


@dataclass(frozen=True)
class Node:
    """A command node: it holds a picture and commands the batteries that name it."""

    name: str
    doctrine: Doctrine
    consent: float = quantity("consent_s", "s", "Human consent delay.", low=0, high=3600, default=0)
    decision_period: float = quantity("decision_period_s", "s", "Between decisions.", above=0, high=600, default=1)
    order_latency: float = quantity("order_latency_s", "s", "From node to battery.", low=0, high=600, default=0.5)
    confirm_hits: int = 3  # M of the M-of-N rule
    confirm_looks: int = 5  # N of the M-of-N rule
    filter: str = "ekf"  # key of the table of filters
    associator: str = "gnn"  # key of the table of associators


@dataclass(frozen=True)
class Command:
    """All nodes and how they are wired."""

    nodes: tuple[Node, ...]
    wiring: str = "integrated"  # integrated; hub and stovepiped are not modelled yet
