"""Checks of what launches release, of swarms, and of launches at sea."""

from __future__ import annotations

import math

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.scenario.grammar.refusal import Measured, Origin
from opendome.scenario.land import distance_inland
from opendome.scenario.places import Place
from opendome.scenario.threats import ThreatGroup, ThreatSystem
from opendome.scenario.units import from_si

AIMS_BY_BOOST = ("cutoff",)  # steerings whose warheads a bus can spread
RELEASES = ("cutoff", "quasi_ballistic", "glide", "orbital")
INLAND = 3e3  # m; nearer to the coast than this the map cannot tell land from sea
BOX_STEPS = (-0.5, -0.25, 0.0, 0.25, 0.5)  # places of a launch box that are looked at, per side


def refuse_odd_releases(path: str, group: ThreatGroup, origin: Origin) -> None:
    """Raise ScenarioError where what a group releases, or how it flies together, cannot be."""
    _refuse_releases(f"{path}.system", group.system, origin)
    swarm = group.system.swarm
    if swarm is not None and group.system.steering != "waypoints":
        words = f"only flyers on wings swarm, its steering is {group.system.steering}"
        raise origin.refuse(f"{path}.system", group.system.name, words)
    if group.launch_box and group.launch_scatter:
        value = Measured(from_si(group.launch_box, "km"), "km")
        words = "launches are spread in a box or by launch_scatter_km, not by both"
        raise origin.refuse(f"{path}.launch_box_km", value, words, "Remove one of them.")
    if group.system.platform == "ship":
        _refuse_dry(path, group, origin)


def _refuse_releases(path: str, system: ThreatSystem, origin: Origin) -> None:
    releases = system.releases
    if releases is None:
        return
    name = system.name
    if system.steering not in RELEASES:
        words = f"it releases objects, but its steering {system.steering} carries none"
        raise origin.refuse(path, name, words)
    warheads = releases.warheads
    if warheads is not None and system.steering not in AIMS_BY_BOOST:
        words = f"a bus of warheads needs steering cutoff, its own is {system.steering}"
        raise origin.refuse(path, name, words)
    if warheads is not None and warheads.count == 0:
        words = "allowed: 1 or more; a bus without a warhead is no threat"
        raise origin.refuse(f"{path}.releases.warheads.count", 0, words)
    booster = system.booster
    carried = sum(part.count * part.mass for role, part in releases.kinds() if role != "tank")
    if booster is not None and carried > booster.payload_mass:
        kinds = ", ".join(
            f"{part.count} {role} of {part.mass:g} kg"
            for role, part in releases.kinds()
            if role != "tank"
        )
        words = f"allowed: at most payload_kg, {booster.payload_mass:g} kg; it is made of {kinds}"
        value = Measured(carried, "kg")
        raise origin.refuse(f"{path}.releases", value, words, "Lower count or mass_kg.")


def _refuse_dry(path: str, group: ThreatGroup, origin: Origin) -> None:
    """The whole launch box, or all of the scatter that matters, must lie at sea."""
    side = group.launch_box or 4.0 * group.launch_scatter
    for north in BOX_STEPS if side else (0.0,):
        for east in BOX_STEPS if side else (0.0,):
            place = _moved(group.launch, side * north, side * east)
            inland = distance_inland(place)
            if inland > INLAND:
                where = f"lat_deg {from_si(place.lat, 'deg'):.4g}, lon_deg "
                where += f"{from_si(place.lon, 'deg'):.4g}"
                words = (
                    f"{group.system.name} starts at sea, but {where} lies on land, "
                    f"{inland / 1e3:.0f} km from the sea"
                )
                value = Measured(from_si(side, "km"), "km")
                at = "launch_box_km" if group.launch_box else "launch_scatter_km"
                if not side:
                    at, value = "launch.lat_deg", Measured(from_si(place.lat, "deg"), "deg")
                raise origin.refuse(f"{path}.{at}", value, words, "Move it out to sea.")


def _moved(place: Place, north: float, east: float) -> Place:
    lat = place.lat + north / EARTH_RADIUS_MEAN
    lon = place.lon + east / (EARTH_RADIUS_MEAN * math.cos(place.lat))
    return Place(lat=lat, lon=(lon + math.pi) % (2.0 * math.pi) - math.pi, alt=0.0)
