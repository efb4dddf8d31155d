"""Families of threats: what a picture may call a track, without knowing its system."""

from __future__ import annotations

from typing import Final

from opendome.scenario.threats import ThreatSystem

FAMILIES: Final = (
    "rocket",
    "short_range",
    "medium_range",
    "intermediate_range",
    "intercontinental",
    "orbital",
    "glider",
    "drone",
    "cruise",
    "fast_cruise",
)
UNKNOWN: Final = "unknown"  # none of the above
KINDS: Final = (*FAMILIES, UNKNOWN)  # what a picture may call a track, in the order of its chances
# Longest range of short-, medium- and intermediate-range ballistic missiles, m. Source: NASIC,
# Ballistic and Cruise Missile Threat (2020).
RANGES: Final = (1000e3, 3000e3, 5500e3)
SLOW, SOUND = 100.0, 340.0  # m/s: slower are drones, faster than sound are fast cruise missiles


def family_of(system: ThreatSystem) -> str:
    """Family of a system, one of FAMILIES.

    By its steering; of guided ballistic missiles, quasi-ballistic ones among them, by their longest
    range; of what flies on wings by its speed. Rockets, shells and mortar rounds are one family.
    """
    if system.steering in ("elevation", "high_angle"):
        return "rocket"
    if system.steering == "glide":
        return "glider"
    if system.steering == "orbital":
        return "orbital"
    if system.cruise is not None:
        speed = system.cruise.speed
        return "drone" if speed < SLOW else "cruise" if speed < SOUND else "fast_cruise"
    return FAMILIES[1 + sum(system.max_range > longest for longest in RANGES)]
