"""What one key alone cannot tell: contradictions are refused, oddities are said."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.scenario.grammar.refusal import Measured, Origin, did_you_mean
from opendome.scenario.places import Asset, Place
from opendome.scenario.scenario import Scenario
from opendome.scenario.sensors import InfraredSystem, RadarSystem, Sensor
from opendome.scenario.threats import MAX_THREATS, ThreatGroup
from opendome.scenario.units import from_si
from opendome.scenario.weapons import Battery

_Vector = tuple[float, float, float]


def refuse_contradictions(scenario: Scenario, origin: Origin) -> None:
    """Raise ScenarioError for the first thing that contradicts another or is not modelled yet."""
    for key in ("assets", "threats", "sensors", "weapons"):
        _refuse_same_names(getattr(scenario, key), key, origin)
    _refuse_same_names(scenario.command.nodes, "command.nodes", origin)
    _refuse_too_many(scenario, origin)
    nodes = [node.name for node in scenario.command.nodes]
    posts: tuple[tuple[str, tuple[Sensor | Battery, ...]], ...] = (
        ("sensors", scenario.sensors),
        ("weapons", scenario.weapons),
    )
    for key, things in posts:
        for i, thing in enumerate(things):
            _refuse_unknown(f"{key}[{i}].node", thing.node, nodes, "nodes", origin)
    assets = [asset.name for asset in scenario.assets]
    for i, group in enumerate(scenario.threats):
        for j, aim in enumerate(aims_of(group)):
            if isinstance(aim, str):
                item = f"[{j}]" if isinstance(group.aim, tuple) else ""
                _refuse_unknown(f"threats[{i}].aim{item}", aim, assets, "assets", origin)
    _refuse_misplaced(scenario, origin)


def _refuse_same_names(things: Iterable[Any], key: str, origin: Origin) -> None:
    seen: dict[str, int] = {}
    for i, thing in enumerate(things):
        if thing.name in seen:
            words = f"{key}[{seen[thing.name]}] has this name already"
            raise origin.refuse(
                f"{key}[{i}].name", thing.name, words, "Names are unique in a list."
            )
        seen[thing.name] = i


def _refuse_unknown(path: str, name: str, known: list[str], kind: str, origin: Origin) -> None:
    if name not in known:
        listed = ", ".join(known[:12]) or "none"
        raise origin.refuse(path, name, f"known {kind}: {listed}", did_you_mean(name, known))


def _refuse_too_many(scenario: Scenario, origin: Origin) -> None:
    total = sum(group.count for group in scenario.threats)
    if total > MAX_THREATS:
        i = max(range(len(scenario.threats)), key=lambda k: scenario.threats[k].count)
        words = f"allowed: at most {MAX_THREATS} launches in all, these groups have {total}"
        raise origin.refuse(f"threats[{i}].count", scenario.threats[i].count, words)


def _refuse_misplaced(scenario: Scenario, origin: Origin) -> None:
    """A radar stands on the ground, an infrared sensor above the equator, nothing at both."""
    for i, sensor in enumerate(scenario.sensors):
        path, name = f"sensors[{i}]", sensor.system.name
        if isinstance(sensor.system, RadarSystem):
            if sensor.site is None:
                words = f"{name} is a radar and stands on the ground"
                raise origin.refuse(f"{path}.lat_deg", ..., words, "Give lat_deg and lon_deg.")
            if sensor.geo_longitude is not None:
                words = f"{name} is a radar and stands on the ground"
                value = Measured(from_si(sensor.geo_longitude, "deg"), "deg")
                raise origin.refuse(f"{path}.geo_lon_deg", value, words, "Remove this key.")
        if isinstance(sensor.system, InfraredSystem):
            words = f"{name} is an infrared sensor in geostationary orbit"
            if sensor.geo_longitude is None:
                raise origin.refuse(f"{path}.geo_lon_deg", ..., words, "Give geo_lon_deg.")
            if sensor.site is not None:
                hint = "Remove lat_deg, lon_deg and alt_m."
                value = Measured(from_si(sensor.site.lat, "deg"), "deg")
                raise origin.refuse(f"{path}.lat_deg", value, words, hint)


def check(scenario: Scenario) -> list[str]:
    """Sentences about what is allowed but odd, in the order of the file; none if all is plain.

    Distances are along a sphere of the mean radius. Whether an aim can be reached is a question
    of physics, asked when the world is built.
    """
    return [
        *_empty_lists(scenario),
        *_undefended_assets(scenario),
        *_odd_threats(scenario),
        *_odd_sensors(scenario),
        *_odd_nodes(scenario),
    ]


def _empty_lists(scenario: Scenario) -> list[str]:
    said = []
    if not scenario.assets:
        said.append("assets is empty; nothing is defended and no threat can leak.")
    if not sum(group.count for group in scenario.threats):
        said.append("threats holds no launch; nothing will happen.")
    if not scenario.sensors and scenario.picture == "tracked":
        said.append("sensors is empty; with picture: tracked nothing will be seen.")
    if not scenario.weapons:
        said.append("weapons is empty; nothing will be fired.")
    for i, battery in enumerate(scenario.weapons):
        if not _rounds(battery):
            said.append(f"weapons[{i}] ({battery.name}) has no rounds.")
    return said


def _rounds(battery: Battery) -> int:
    system = battery.system
    launchers = system.launchers if battery.launchers is None else battery.launchers
    each = battery.rounds_per_launcher
    return launchers * (system.rounds_per_launcher if each is None else each)


def _undefended_assets(scenario: Scenario) -> list[str]:
    """Assets that no battery reaches, neither there nor on the way of the threats aimed there."""
    said = []
    aims = {group.name: _assets_of(group, scenario.assets) for group in scenario.threats}
    for i, asset in enumerate(scenario.assets if scenario.weapons else ()):
        starts = [g.launch for g in scenario.threats if asset.name in aims[g.name]]
        short = {
            battery.name: min(
                _distance_from_way(battery.site, start, asset.place)
                for start in (asset.place, *starts)
            )
            - battery.system.max_range
            for battery in scenario.weapons
        }
        nearest = min(short, key=lambda name: short[name])
        if short[nearest] > asset.radius:
            said.append(
                f"assets[{i}] ({asset.name}) is defended by nobody; the nearest reach, that of "
                f"{nearest}, ends {(short[nearest] - asset.radius) / 1e3:.0f} km short of it."
            )
    return said


def _odd_threats(scenario: Scenario) -> list[str]:
    said = []
    for i, group in enumerate(scenario.threats):
        name = f"threats[{i}] ({group.name})"
        if scenario.assets and "" in _assets_of(group, scenario.assets):
            said.append(f"{name} is aimed at a place outside every asset.")
        salvos = max(group.count - 1, 0) // group.salvo_size
        within = max(min(group.count, group.salvo_size) - 1, 0)
        last = group.first_launch + salvos * group.salvo_interval + within * group.spacing
        if last > scenario.duration:
            said.append(
                f"{name} launches until t = {last:.0f} s, after the end at duration_s "
                f"{scenario.duration:.0f}."
            )
    return said


def _odd_sensors(scenario: Scenario) -> list[str]:
    said = []
    for i, sensor in enumerate(scenario.sensors):
        if not (isinstance(sensor.system, RadarSystem) and sensor.system.is_cued):
            continue
        others = [s for s in scenario.sensors if s.node == sensor.node and s is not sensor]
        if all(isinstance(s.system, RadarSystem) and s.system.is_cued for s in others):
            said.append(
                f"sensors[{i}] ({sensor.name}) looks only where it is cued, and no other sensor "
                f"of node {sensor.node} can cue it."
            )
    return said


def _odd_nodes(scenario: Scenario) -> list[str]:
    said = []
    for i, node in enumerate(scenario.command.nodes):
        name = f"command.nodes[{i}] ({node.name})"
        has_sensors = any(sensor.node == node.name for sensor in scenario.sensors)
        has_batteries = any(battery.node == node.name for battery in scenario.weapons)
        if not has_sensors and not has_batteries:
            said.append(f"{name} has neither sensors nor batteries.")
        elif not has_batteries and scenario.weapons:
            said.append(f"{name} has sensors but no battery; its picture serves nobody.")
        elif not has_sensors and scenario.picture == "tracked" and scenario.sensors:
            said.append(
                f"{name} has batteries but no sensor; with picture: tracked it sees nothing."
            )
    return said


def aims_of(group: ThreatGroup) -> tuple[Place | str, ...]:
    """What a group is aimed at, one after another."""
    return group.aim if isinstance(group.aim, tuple) else (group.aim,)


def _assets_of(group: ThreatGroup, assets: tuple[Asset, ...]) -> set[str]:
    """Names of the assets that a group is aimed at or into; '' for an aim outside every one."""
    return {aim if isinstance(aim, str) else _asset_at(aim, assets) for aim in aims_of(group)}


def _asset_at(place: Place, assets: tuple[Asset, ...]) -> str:
    for asset in assets:
        if ground_distance(place, asset.place) <= asset.radius:
            return asset.name
    return ""


def ground_distance(a: Place, b: Place) -> float:
    """Distance in m along a sphere of the mean radius; within 0.6 % of that on WGS-84.

    Haversine formula: R. W. Sinnott, Virtues of the Haversine, Sky and Telescope 68 (1984).
    """
    h = (
        math.sin((b.lat - a.lat) / 2.0) ** 2
        + math.cos(a.lat) * math.cos(b.lat) * math.sin((b.lon - a.lon) / 2.0) ** 2
    )
    return 2.0 * EARTH_RADIUS_MEAN * math.asin(math.sqrt(min(1.0, h)))


def _unit(place: Place) -> _Vector:
    """Direction of a place from the middle of the sphere."""
    flat = math.cos(place.lat)
    return (flat * math.cos(place.lon), flat * math.sin(place.lon), math.sin(place.lat))


def _distance_from_way(place: Place, a: Place, b: Place) -> float:
    """Distance in m of a place from the great-circle way from one place to another."""
    ends = min(ground_distance(place, a), ground_distance(place, b))
    p, ua, ub = _unit(place), _unit(a), _unit(b)
    n = _cross(ua, ub)
    length = math.sqrt(_dot(n, n))
    if length < 1e-12:
        return ends
    is_beside = _dot(_cross(n, ua), p) >= 0.0 and _dot(_cross(ub, n), p) >= 0.0
    off = math.asin(min(1.0, abs(_dot(p, n)) / length)) * EARTH_RADIUS_MEAN
    return min(off, ends) if is_beside else ends


def _cross(a: _Vector, b: _Vector) -> _Vector:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def _dot(a: _Vector, b: _Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
