"""Checks of who commands whom: nodes, links, layers, units, and the radars of batteries."""

from __future__ import annotations

from collections.abc import Iterator

from opendome.scenario.check_names import refuse_same_names, refuse_unknown
from opendome.scenario.command import Link
from opendome.scenario.grammar.refusal import Origin
from opendome.scenario.ground import ground_distance
from opendome.scenario.scenario import Scenario
from opendome.scenario.sensors import RadarSystem, Sensor
from opendome.scenario.weapons import Battery
from opendome.scenario.wiring import may_be_cut

UNIT_EXTENT = 5e3  # m, between batteries that share guidance channels


def refuse_odd_command(scenario: Scenario, origin: Origin) -> None:
    """Raise ScenarioError for the first contradiction in nodes, links, layers and units."""
    command = scenario.command
    refuse_same_names(command.nodes, "command.nodes", origin)
    nodes = [node.name for node in command.nodes]
    posts: tuple[tuple[str, tuple[Sensor | Battery, ...]], ...] = (
        ("sensors", scenario.sensors),
        ("weapons", scenario.weapons),
    )
    for key, things in posts:
        for i, thing in enumerate(things):
            refuse_unknown(f"{key}[{i}].node", thing.node, nodes, "nodes", origin)
    for i, node in enumerate(command.nodes):
        policy = node.doctrine.policy
        if node.doctrine.p_destroy is not None and policy != "optimal":
            words = f"policy {policy} lets every threat count for itself"
            hint = "Use policy: optimal, or remove p_destroy."
            path = f"command.nodes[{i}].doctrine.p_destroy"
            raise origin.refuse(path, node.doctrine.p_destroy, words, hint)
    if command.hub is not None:
        refuse_unknown("command.hub", command.hub, nodes, "nodes", origin)
    first: dict[str, int] = {}
    for i, link in enumerate(command.links):
        path = f"command.links[{i}].node"
        refuse_unknown(path, link.node, nodes, "nodes", origin)
        if link.node in first:
            words = f"command.links[{first[link.node]}] is the link of this node already"
            raise origin.refuse(path, link.node, words, "A node has one link with the others.")
        first[link.node] = i
        _refuse_half_chance(link, f"command.links[{i}]", origin)
    _refuse_odd_layers(scenario, origin)
    _refuse_odd_guidance(scenario, origin)
    _refuse_odd_units(scenario, origin)


def _refuse_half_chance(link: Link, path: str, origin: Origin) -> None:
    """Outages by chance need a mean time to each other, and a mean duration."""
    pair = {"mean_up_s": link.mean_up, "mean_down_s": link.mean_down}
    absent = [key for key, value in pair.items() if value is None]
    if len(absent) == 1:
        (given,) = set(pair) - set(absent)
        words = f"outages by chance need it, since {given} is {pair[given]:g} s"
        hint = f"Give both, or remove {given}."
        raise origin.refuse(f"{path}.{absent[0]}", None, words, hint)


def _refuse_odd_layers(scenario: Scenario, origin: Origin) -> None:
    """Every battery stands in one layer, or there are no layers."""
    layers = scenario.command.layers
    refuse_same_names(layers, "command.layers", origin)
    known = [battery.name for battery in scenario.weapons]
    layer_of: dict[str, str] = {}
    for i, layer in enumerate(layers):
        path = f"command.layers[{i}].batteries"
        if not layer.batteries:
            hint = "Name its batteries, or remove the layer."
            words = f"layer {layer.name} needs at least one battery"
            raise origin.refuse(path, layer.batteries, words, hint)
        for j, name in enumerate(layer.batteries):
            refuse_unknown(f"{path}[{j}]", name, known, "batteries", origin)
            if name in layer_of:
                words = f"it stands in layer {layer_of[name]} already"
                hint = "A battery fires in one layer; which comes first must be clear."
                raise origin.refuse(f"{path}[{j}]", name, words, hint)
            layer_of[name] = layer.name
    listed = ", ".join(layer.name for layer in layers)
    for i, name in enumerate(known if layers else ()):
        if name not in layer_of:
            words = f"it stands in no layer, while there are layers: {listed}"
            hint = "Put each battery in one layer, or remove command.layers."
            raise origin.refuse(f"weapons[{i}].name", name, words, hint)


def _refuse_odd_guidance(scenario: Scenario, origin: Origin) -> None:
    """A battery's radar is a radar; where nodes are apart, it has one and of its own node."""
    known = [sensor.name for sensor in scenario.sensors]
    radars = {s.name: s for s in scenario.sensors if isinstance(s.system, RadarSystem)}
    is_apart = scenario.command.wiring == "stovepiped"
    listed = ", ".join(list(radars)[:12]) or "none"
    for i, battery in enumerate(scenario.weapons):
        if battery.radar is not None:
            path = f"weapons[{i}].radar"
            refuse_unknown(path, battery.radar, known, "sensors", origin)
            if battery.radar not in radars:
                words = f"it is an infrared sensor and guides nothing, known radars: {listed}"
                raise origin.refuse(path, battery.radar, words)
            if is_apart and radars[battery.radar].node != battery.node:
                words = (
                    f"it reports to node {radars[battery.radar].node}, and under wiring: "
                    f"stovepiped it serves no battery of node {battery.node}"
                )
                raise origin.refuse(path, battery.radar, words, _JOIN)
        is_blind = all(radar.node != battery.node for radar in radars.values())
        is_blind &= battery.shell is None  # boosters are seen by their heat
        if is_apart and is_blind and scenario.picture != "perfect":
            words = (
                f"under wiring: stovepiped battery {battery.name} hears this node's sensors alone, "
                f"and it has no radar, known radars: {listed}"
            )
            raise origin.refuse(f"weapons[{i}].node", battery.node, words, _JOIN)


_JOIN = "Give its node a radar, or take wiring: integrated or hub."


def _refuse_odd_units(scenario: Scenario, origin: Origin) -> None:
    """Batteries that share guidance channels stand together and obey the same node."""
    first: dict[str, tuple[int, Battery]] = {}
    for i, battery in enumerate(scenario.weapons):
        if battery.unit is None:
            continue
        k, other = first.setdefault(battery.unit, (i, battery))
        hint = "Batteries of a unit share its guidance channels; name another unit."
        path = f"weapons[{i}].unit"
        if other.node != battery.node:
            words = (
                f"weapons[{k}] ({other.name}) of this unit obeys node {other.node}, "
                f"{battery.name} obeys {battery.node}"
            )
            raise origin.refuse(path, battery.unit, words, hint)
        if other.site is None or battery.site is None:
            continue
        distance = ground_distance(other.site, battery.site)
        if distance > UNIT_EXTENT:
            words = (
                f"weapons[{k}] ({other.name}) of this unit is {distance / 1e3:.1f} km away, "
                f"allowed: at most {UNIT_EXTENT / 1e3:.0f} km"
            )
            raise origin.refuse(path, battery.unit, words, hint)


def odd_nodes(scenario: Scenario) -> Iterator[str]:
    """What is odd about nodes."""
    command = scenario.command
    is_apart = command.wiring == "stovepiped" or len(command.nodes) == 1
    cut = {node.name for i, node in enumerate(command.nodes) if may_be_cut(command, i)}
    for i, node in enumerate(command.nodes):
        name = f"command.nodes[{i}] ({node.name})"
        has_sensors = any(sensor.node == node.name for sensor in scenario.sensors)
        has_batteries = any(battery.node == node.name for battery in scenario.weapons)
        if not has_sensors and not has_batteries and node.name != command.hub:
            yield f"{name} has neither sensors nor batteries."
        elif is_apart and has_sensors and not has_batteries and scenario.weapons:
            yield f"{name} has sensors but no battery; its picture serves nobody."
        elif has_batteries and not has_sensors and scenario.picture == "tracked":
            if is_apart and scenario.sensors:
                yield f"{name} has batteries but no sensor; with picture: tracked it sees nothing."
            elif not is_apart and node.name in cut:
                yield f"{name} has batteries but no sensor; while its link is down it sees nothing."
