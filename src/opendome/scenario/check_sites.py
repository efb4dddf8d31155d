"""Checks of places: what stands where, and what lies in its sight and reach."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise

from opendome.scenario.check_aims import aims_of, assets_of
from opendome.scenario.check_shells import refuse_odd_shell
from opendome.scenario.grammar.refusal import Measured, Origin
from opendome.scenario.ground import (
    bearing,
    distance_from_way,
    ground_distance,
    places_between,
)
from opendome.scenario.land import distance_inland
from opendome.scenario.places import Place
from opendome.scenario.scenario import Scenario
from opendome.scenario.sensors import InfraredSystem, RadarSystem, Sensor
from opendome.scenario.skywave import SkywaveSystem
from opendome.scenario.units import from_si
from opendome.scenario.weapons import Battery

SHIP_INLAND = 3e3  # m; nearer to the coast than this the map cannot tell land from sea
GROUND_OFFSHORE = 20e3  # m; islands that the map lacks lie nearer to others, most of them
SHIP_HEIGHTS = (-120.0, 200.0)  # m above the ellipsoid: the sea within 110 m of it, and a mast
RADAR_TOP = 10e3  # m, of the bending of rays; see docs/models/radar.md
HIGHEST_GROUND = 9e3  # m
LEG_PLACES, WAY_PLACES = 200, 20_000  # looked at of one leg, of the ways of all threats
MOST_SATELLITES = 4000  # of one sensor; their draws have words of their own
NEAR = 1e3  # m; so near to a radar a direction says nothing


def refuse_misplaced(scenario: Scenario, origin: Origin) -> None:
    """Raise ScenarioError for the first thing that cannot stand where it does."""
    for i, sensor in enumerate(scenario.sensors):
        path, name = f"sensors[{i}]", sensor.system.name
        if isinstance(sensor.system, RadarSystem | SkywaveSystem):
            if sensor.site is None:
                words = f"{name} is a radar and stands on the ground"
                raise origin.refuse(f"{path}.lat_deg", ..., words, "Give lat_deg and lon_deg.")
            if sensor.geo_longitude is not None:
                words = f"{name} is a radar and stands on the ground"
                value = Measured(from_si(sensor.geo_longitude, "deg"), "deg")
                raise origin.refuse(f"{path}.geo_lon_deg", value, words, "Remove this key.")
            if sensor.site.alt > RADAR_TOP:
                words = f"the model of bent rays holds for antennas up to {RADAR_TOP:.0f} m"
                value = Measured(sensor.site.alt, "m")
                raise origin.refuse(f"{path}.alt_m", value, words, "Lower it.")
            _refuse_orbits(path, sensor, origin)
        if isinstance(sensor.system, InfraredSystem):
            _refuse_no_orbit(path, sensor, origin)
        _refuse_odd_bias(path, sensor, origin)
    for i, battery in enumerate(scenario.weapons):
        _refuse_misbased(f"weapons[{i}]", battery, origin)
    for path, thing, site in _sited(scenario):
        if thing.platform == "ship":
            _refuse_odd_ship(path, site, origin)


def _refuse_orbits(path: str, sensor: Sensor, origin: Origin) -> None:
    """A radar has no orbit."""
    words = f"{sensor.system.name} is a radar and stands on the ground"
    for key, value in (("shells", sensor.shells), ("ellipses", sensor.ellipses)):
        if value:
            raise origin.refuse(f"{path}.{key}", [{}] * len(value), words, "Remove this key.")


def _refuse_odd_bias(path: str, sensor: Sensor, origin: Origin) -> None:
    """Radars are misaligned in angles and range, satellites in where they point."""
    if isinstance(sensor.system, InfraredSystem):
        words = f"{sensor.system.name} is an infrared sensor, which may only point amiss"
        hint = "Give bias_pointing_urad instead."
        biases = {
            "bias_az_deg": (sensor.bias_azimuth, "deg"),
            "bias_el_deg": (sensor.bias_elevation, "deg"),
            "bias_range_m": (sensor.bias_distance, "m"),
        }
    else:
        words = f"{sensor.system.name} is a radar"
        hint = "Give bias_az_deg, bias_el_deg or bias_range_m instead."
        biases = {"bias_pointing_urad": (sensor.bias_pointing, "urad")}
    for key, (value, unit) in biases.items():
        if value:
            measured = Measured(from_si(value, unit), unit)
            raise origin.refuse(f"{path}.{key}", measured, words, hint)


def _refuse_no_orbit(path: str, sensor: Sensor, origin: Origin) -> None:
    """An infrared sensor is in orbit: above the equator, on ellipses, or a constellation."""
    words = f"{sensor.system.name} is an infrared sensor in orbit"
    if sensor.site is not None:
        hint = "Remove lat_deg, lon_deg and alt_m."
        value = Measured(from_si(sensor.site.lat, "deg"), "deg")
        raise origin.refuse(f"{path}.lat_deg", value, words, hint)
    if sensor.geo_longitude is None and not sensor.orbits and not sensor.ellipses:
        hint = "Give geo_lon_deg, shells or ellipses."
        raise origin.refuse(f"{path}.geo_lon_deg", ..., words, hint)
    where = path if sensor.shells else f"{path}.overrides"
    for i, shell in enumerate(sensor.orbits):
        refuse_odd_shell(f"{where}.shells[{i}]", shell, origin)
    total = sum(shell.total for shell in sensor.orbits)
    if total > MOST_SATELLITES:
        words = f"allowed: at most {MOST_SATELLITES} satellites of one sensor"
        raise origin.refuse(f"{where}.shells", total, words, "Make it several sensors.")


def _refuse_misbased(path: str, battery: Battery, origin: Origin) -> None:
    """A battery stands at a place, or its launchers are satellites, as its system is based."""
    name = battery.system.name
    if battery.system.basing == "ground":
        words = f"{name} is fired from the ground"
        if battery.site is None:
            raise origin.refuse(f"{path}.lat_deg", ..., words, "Give lat_deg and lon_deg.")
        if battery.shell is not None:
            hint = "Remove it, or give its lat_deg and lon_deg alone."
            raise origin.refuse(f"{path}.shell", {"total": battery.shell.total}, words, hint)
        return
    words = f"{name} is fired from satellites"
    if battery.shell is None:
        hint = "Give shell with alt_km, inclination_deg, total and planes."
        raise origin.refuse(f"{path}.shell", ..., words, hint)
    if battery.site is not None:
        lat = Measured(from_si(battery.site.lat, "deg"), "deg")
        hint = "Remove lat_deg, lon_deg and alt_m."
        raise origin.refuse(f"{path}.lat_deg", lat, words, hint)
    ground = {"launchers": battery.launchers, "unit": battery.unit, "radar": battery.radar}
    for key, value in ground.items():
        if value is not None:
            hint = "Its launchers are the satellites of its shell, which guide their rounds."
            raise origin.refuse(f"{path}.{key}", value, words, f"Remove it. {hint}")
    refuse_odd_shell(f"{path}.shell", battery.shell, origin)


def _sited(scenario: Scenario) -> Iterator[tuple[str, Sensor | Battery, Place]]:
    """Sensors and batteries that stand on or above the ground, with their paths and places."""
    for i, sensor in enumerate(scenario.sensors):
        if sensor.site is not None:
            yield f"sensors[{i}]", sensor, sensor.site
    for i, battery in enumerate(scenario.weapons):
        if battery.site is not None:
            yield f"weapons[{i}]", battery, battery.site


def _refuse_odd_ship(path: str, site: Place, origin: Origin) -> None:
    inland = distance_inland(site)
    if inland > SHIP_INLAND:
        words = f"{_where(site)} lies on land, {inland / 1e3:.0f} km from the sea"
        raise origin.refuse(f"{path}.platform", "ship", words, "Move it, or take platform: ground.")
    low, high = SHIP_HEIGHTS
    if not low <= site.alt <= high:
        words = f"a ship floats near the ellipsoid, allowed: {low:g} to {high:g} m"
        raise origin.refuse(f"{path}.alt_m", Measured(site.alt, "m"), words)


def _where(site: Place) -> str:
    return f"lat_deg {from_si(site.lat, 'deg'):g}, lon_deg {from_si(site.lon, 'deg'):g}"


def odd_sites(scenario: Scenario) -> Iterator[str]:
    """Things on the ground that stand far out at sea, or higher than any ground."""
    for path, thing, site in _sited(scenario):
        if thing.platform != "ground":
            continue
        if site.alt > HIGHEST_GROUND:
            yield (
                f"{path} ({thing.name}) stands at alt_m {site.alt:.0f}, higher than any ground; "
                f"is it on platform: aircraft?"
            )
        elif (offshore := -distance_inland(site)) > GROUND_OFFSHORE:
            yield (
                f"{path} ({thing.name}) stands on the ground, but {_where(site)} is at sea, "
                f"{offshore / 1e3:.0f} km from land; is it on platform: ship?"
            )


def odd_sensors(scenario: Scenario) -> Iterator[str]:
    """Cued sensors that nobody cues, radars that face away from every threat."""
    ways = _ways_of(scenario)
    is_apart = scenario.command.wiring == "stovepiped"
    for i, sensor in enumerate(scenario.sensors):
        system = sensor.system
        if not isinstance(system, RadarSystem | SkywaveSystem) or sensor.site is None:
            continue
        name = f"sensors[{i}] ({sensor.name})"
        others = [
            s
            for s in scenario.sensors
            if s is not sensor and (s.node == sensor.node or not is_apart)
        ]
        is_helped = any(
            not (isinstance(s.system, RadarSystem) and s.system.is_cued) for s in others
        )
        if isinstance(system, RadarSystem) and system.is_cued and not is_helped:
            whose = f"of node {sensor.node} can" if is_apart else "can"
            yield f"{name} looks only where it is cued, and no other sensor {whose} cue it."
        if isinstance(system, RadarSystem) and system.cue_gain > 1.0 and system.dwell > 0.0:
            looks = system.period * system.track_share / system.dwell
            if looks < system.looks_of_cue:
                yield (
                    f"{name} has time for {looks:.0f} looks in a period, and a cue takes that of "
                    f"{system.looks_of_cue:.0f}: none is ever searched. Take a smaller cue_deg or "
                    f"cue_gain_1."
                )
        if ways and not _faces(system.sector, sensor.site, sensor.azimuth, ways):
            yield (
                f"{name} faces away from every threat: no launch place, aim or way between them "
                f"lies in its sector of {from_si(system.sector, 'deg'):g} deg about "
                f"az_deg {from_si(sensor.azimuth, 'deg'):g}."
            )


def _ways_of(scenario: Scenario) -> list[Place]:
    """Places along the nominal ways of all threats, over ground."""
    known = {asset.name: asset.place for asset in scenario.assets}
    legs: list[tuple[Place, Place]] = []
    for group in scenario.threats:
        for aim in aims_of(group) if group.count else ():
            end = known[aim] if isinstance(aim, str) else aim
            legs += pairwise((group.launch, *group.waypoints, end))
    count = max(WAY_PLACES // max(len(legs), 1), 3)
    return [place for a, b in legs for place in places_between(a, b, min(count, LEG_PLACES))]


def _faces(sector: float, site: Place, azimuth: float, places: Iterable[Place]) -> bool:
    """Whether one of the places lies in the sector of a radar, at any distance."""
    half = 0.5 * sector
    for place in places:
        turn = (bearing(site, place) - azimuth + math.pi) % (2.0 * math.pi) - math.pi
        if abs(turn) <= half + 1e-9 or ground_distance(site, place) < NEAR:
            return True
    return False


def undefended_assets(scenario: Scenario) -> Iterator[str]:
    """Assets that no battery reaches, neither there nor on the way of the threats aimed there."""
    if any(battery.shell is not None for battery in scenario.weapons):
        return  # satellites come by everywhere below their inclination
    aims = {group.name: assets_of(group, scenario.assets) for group in scenario.threats}
    for i, asset in enumerate(scenario.assets if scenario.weapons else ()):
        starts = [g.launch for g in scenario.threats if asset.name in aims[g.name]]
        short = {
            battery.name: min(
                distance_from_way(battery.site, start, asset.place)
                for start in (asset.place, *starts)
            )
            - battery.system.max_range
            for battery in scenario.weapons
            if battery.site is not None
        }
        nearest = min(short, key=lambda name: short[name])
        if short[nearest] > asset.radius:
            yield (
                f"assets[{i}] ({asset.name}) is defended by nobody; the nearest reach, that of "
                f"{nearest}, ends {(short[nearest] - asset.radius) / 1e3:.0f} km short of it."
            )
