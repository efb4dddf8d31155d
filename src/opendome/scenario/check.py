"""What one key alone cannot tell: contradictions are refused, oddities are said."""

from __future__ import annotations

from collections.abc import Iterator

from opendome.scenario.check_aims import odd_threats, refuse_odd_threats
from opendome.scenario.check_before_launch import odd_defeat, refuse_odd_defeat
from opendome.scenario.check_command import odd_nodes, refuse_odd_command
from opendome.scenario.check_jamming import odd_jammers, refuse_odd_jammers
from opendome.scenario.check_lasers import odd_lasers, refuse_odd_lasers
from opendome.scenario.check_names import refuse_same_names
from opendome.scenario.check_sites import (
    odd_sensors,
    odd_sites,
    refuse_misplaced,
    undefended_assets,
)
from opendome.scenario.grammar.refusal import Origin
from opendome.scenario.scenario import Scenario


def refuse_contradictions(scenario: Scenario, origin: Origin) -> None:
    """Raise ScenarioError for the first thing that contradicts another."""
    for key in ("assets", "threats", "sensors", "weapons"):
        refuse_same_names(getattr(scenario, key), key, origin)
    refuse_odd_threats(scenario, origin)
    refuse_odd_defeat(scenario, origin)
    refuse_odd_jammers(scenario, origin)
    refuse_odd_command(scenario, origin)
    refuse_odd_lasers(scenario, origin)
    refuse_misplaced(scenario, origin)


def check(scenario: Scenario) -> list[str]:
    """Sentences about what is allowed but odd, in the order of the file; none if all is plain.

    Distances are along a sphere of the mean radius. Whether an aim can be reached is a question
    of physics, asked when the world is built.
    """
    return [
        *_empty_lists(scenario),
        *undefended_assets(scenario),
        *odd_threats(scenario),
        *odd_defeat(scenario),
        *odd_jammers(scenario),
        *odd_sites(scenario),
        *odd_sensors(scenario),
        *odd_nodes(scenario),
        *odd_lasers(scenario),
    ]


def _empty_lists(scenario: Scenario) -> Iterator[str]:
    if not scenario.assets:
        yield "assets is empty; nothing is defended and no threat can leak."
    if not sum(group.count for group in scenario.threats):
        yield "threats holds no launch; nothing will happen."
    if not scenario.sensors and scenario.picture == "tracked":
        yield "sensors is empty; with picture: tracked nothing will be seen."
    if not scenario.weapons:
        yield "weapons is empty; nothing will be fired."
    for i, battery in enumerate(scenario.weapons):
        if not battery.n_each:
            yield f"weapons[{i}] ({battery.name}) has no rounds."
