"""Checks of defeat before launch: the groups that it acts on, and whether it comes in time."""

from __future__ import annotations

from collections.abc import Iterator

from opendome.scenario.check_names import refuse_same_names, refuse_unknown
from opendome.scenario.grammar.refusal import Origin
from opendome.scenario.scenario import Scenario
from opendome.scenario.threats import ThreatGroup


def refuse_odd_defeat(scenario: Scenario, origin: Origin) -> None:
    """Raise ScenarioError for an unknown group, and for one that two efforts act on."""
    efforts = scenario.before_launch
    refuse_same_names(efforts, "before_launch", origin)
    known = [group.name for group in scenario.threats]
    first: dict[str, str] = {}
    for i, effort in enumerate(efforts):
        for j, name in enumerate(effort.groups):
            refuse_unknown(f"before_launch[{i}].groups[{j}]", name, known, "groups", origin)
        for group in scenario.threats:
            if not effort.is_against(group):
                continue
            if group.name in first:
                words = f"{first[group.name]} acts on group {group.name} already"
                hint = "One effort acts on a group; name its groups."
                raise origin.refuse(f"before_launch[{i}].name", effort.name, words, hint)
            first[group.name] = effort.name


def odd_defeat(scenario: Scenario) -> Iterator[str]:
    """Efforts that come after the last launch, and launchers that hold nothing."""
    for i, effort in enumerate(scenario.before_launch):
        name = f"before_launch[{i}] ({effort.name})"
        for group in scenario.threats:
            if not effort.is_against(group) or not group.count:
                continue
            if group.arrive is None and effort.delay > last_launch(group):
                yield (
                    f"{name} comes at t = {effort.delay:.0f} s, after the last launch of "
                    f"{group.name} at {last_launch(group):.0f} s."
                )
            if effort.launchers is not None and effort.launchers > group.count:
                yield (
                    f"{name} has {effort.launchers} launchers for the {group.count} launches of "
                    f"{group.name}; the others hold nothing."
                )


def last_launch(group: ThreatGroup) -> float:
    """Time of the last launch of a group that is not timed by its arrival, s."""
    salvos = max(group.count - 1, 0) // group.salvo_size
    within = max(min(group.count, group.salvo_size) - 1, 0)
    return group.first_launch + salvos * group.salvo_interval + within * group.spacing
