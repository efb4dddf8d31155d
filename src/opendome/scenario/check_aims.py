"""What threats are aimed at, and checks of groups against what their systems can do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from opendome.scenario.check_names import refuse_unknown
from opendome.scenario.check_releases import refuse_odd_releases
from opendome.scenario.grammar.refusal import Measured, Origin
from opendome.scenario.ground import ground_distance, places_between
from opendome.scenario.land import distance_inland
from opendome.scenario.places import Asset, Place
from opendome.scenario.scenario import Scenario
from opendome.scenario.threats import MAX_THREATS, ThreatGroup
from opendome.scenario.units import from_si

# What a system must bring to be steered so.
PARTS_OF = {
    "elevation": ("booster",),
    "high_angle": ("booster",),
    "cutoff": ("booster",),
    "quasi_ballistic": ("booster", "manoeuvre"),
    "waypoints": ("cruise",),
    "glide": ("booster", "glide"),
    "orbital": ("booster", "orbit"),
}
SKIMMER = 30.0  # m; what flies lower is meant for the sea
COAST = 3e3  # m; nearer to it the map cannot tell land from sea
WAY_PLACES = 12  # looked at of each leg
HAS_WAYPOINTS = ("waypoints", "glide")
HAS_APOGEE = ("cutoff", "quasi_ballistic", "glide")


def refuse_odd_threats(scenario: Scenario, origin: Origin) -> None:
    """Raise ScenarioError for the first group that contradicts its system or the assets."""
    total = sum(group.n_objects() for group in scenario.threats)
    if total > MAX_THREATS:
        i = max(range(len(scenario.threats)), key=lambda k: scenario.threats[k].n_objects())
        things = "launches" if total == sum(g.count for g in scenario.threats) else "objects"
        words = f"allowed: at most {MAX_THREATS} {things} in all, these groups have {total}"
        raise origin.refuse(f"threats[{i}].count", scenario.threats[i].count, words)
    known = [asset.name for asset in scenario.assets]
    for i, group in enumerate(scenario.threats):
        for j, aim in enumerate(aims_of(group)):
            if isinstance(aim, str):
                item = f"[{j}]" if isinstance(group.aim, tuple) else ""
                refuse_unknown(f"threats[{i}].aim{item}", aim, known, "assets", origin)
        _refuse_odd_flight(f"threats[{i}]", group, origin)
        refuse_odd_releases(f"threats[{i}]", group, origin)


def _refuse_odd_flight(path: str, group: ThreatGroup, origin: Origin) -> None:
    """Parts that the steering needs are there, and keys of another steering are not."""
    system = group.system
    for part in PARTS_OF[system.steering]:
        if getattr(system, part) is None:
            words = f"its steering {system.steering} needs keys of {part}, which it has not"
            raise origin.refuse(f"{path}.system", system.name, words)
    if group.way == "long" and system.steering != "orbital":
        words = f"{system.name} does not go into orbit, its steering is {system.steering}"
        raise origin.refuse(f"{path}.way", group.way, words, "Remove this key.")
    if group.flight_path is not None:
        value = Measured(from_si(group.flight_path, "deg"), "deg")
        if system.steering != "cutoff":
            words = f"only steering cutoff takes it, that of {system.name} is {system.steering}"
            raise origin.refuse(f"{path}.flight_path_deg", value, words, "Remove this key.")
        if group.apogee is not None:
            words = "the path is chosen by it or by apogee_km, not by both"
            raise origin.refuse(f"{path}.flight_path_deg", value, words, "Remove one of them.")
    booster = system.booster
    if booster is not None and not booster.stages and booster.muzzle_speed == 0.0:
        words = "its booster has no stage and no muzzle_speed_m_s, so that it cannot fly"
        raise origin.refuse(f"{path}.system", system.name, words)
    if group.waypoints and system.steering not in HAS_WAYPOINTS:
        words = f"{system.name} flies no waypoints, its steering is {system.steering}"
        raise origin.refuse(f"{path}.waypoints", group.waypoints, words, "Remove this key.")


def _over_land(group: ThreatGroup, places: dict[str, Place]) -> float:
    """Part of the way of a sea skimmer that lies over land; 0 for anything that flies higher."""
    cruise = group.system.cruise
    if cruise is None or cruise.altitude > SKIMMER or not group.count:
        return 0.0
    aim = aims_of(group)[0]
    ends = [group.launch, *group.waypoints, places[aim] if isinstance(aim, str) else aim]
    legs = [places_between(a, b, WAY_PLACES) for a, b in pairwise(ends)]
    way = [place for leg in legs for place in leg[1:-1]]
    return sum(distance_inland(place) > COAST for place in way) / max(len(way), 1)


def odd_threats(scenario: Scenario) -> Iterator[str]:
    """Groups aimed at nothing, and launches after the end."""
    for i, group in enumerate(scenario.threats):
        name = f"threats[{i}] ({group.name})"
        if group.apogee is not None and group.system.steering not in HAS_APOGEE:
            yield f"{name} has an apogee_km, which steering {group.system.steering} does not use."
        over_land = _over_land(group, {a.name: a.place for a in scenario.assets})
        if over_land > 0.0 and group.system.cruise is not None:
            yield (
                f"{name} flies at {group.system.cruise.altitude:g} m, and {over_land:.0%} of its "
                "way lies over land; ground is not modelled, it would hit some."
            )
        if scenario.assets and "" in assets_of(group, scenario.assets):
            yield f"{name} is aimed at a place outside every asset."
        salvos = max(group.count - 1, 0) // group.salvo_size
        within = max(min(group.count, group.salvo_size) - 1, 0)
        start = group.first_launch if group.arrive is None else group.arrive
        last = start + salvos * group.salvo_interval + within * group.spacing
        if last > scenario.duration:
            act = "launches" if group.arrive is None else "arrives"
            yield (
                f"{name} {act} until t = {last:.0f} s, after the end at duration_s "
                f"{scenario.duration:.0f}."
            )


def aims_of(group: ThreatGroup) -> tuple[Place | str, ...]:
    """What a group is aimed at, one after another."""
    return group.aim if isinstance(group.aim, tuple) else (group.aim,)


def assets_of(group: ThreatGroup, assets: tuple[Asset, ...]) -> set[str]:
    """Names of the assets that a group is aimed at or into; '' for an aim outside every one."""
    return {aim if isinstance(aim, str) else _asset_at(aim, assets) for aim in aims_of(group)}


def _asset_at(place: Place, assets: tuple[Asset, ...]) -> str:
    for asset in assets:
        if ground_distance(place, asset.place) <= asset.radius:
            return asset.name
    return ""
