"""Satellites in shells: what a constellation of sensors and one of interceptors have in common."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.grammar import keys
from opendome.scenario.units import quantity


@dataclass(frozen=True)
class Shell:
    """Satellites on circular orbits in evenly spread planes: a Walker pattern, T/P/F."""

    altitude: float = quantity(
        "alt_km", "km", "Height of the orbits above the equator.", low=150, high=50000
    )
    inclination: float = quantity(
        "inclination_deg", "deg", "Of the orbits to the equator.", low=0, high=180
    )
    total: int = keys.integer("total", "Satellites in all.", low=1, high=100_000)
    planes: int = keys.integer(
        "planes", "Orbital planes; they divide the satellites.", low=1, high=100_000
    )
    phasing: int = keys.integer(
        "phasing",
        "Satellites lead those of the next plane westwards by phasing / total of a turn.",
        low=0,
        high=100_000,
        default=0,
    )
    node: float = quantity(
        "node_deg", "deg", "Longitude of the first node at t = 0.", low=-360, high=360, default=0
    )
    place: float = quantity(
        "place_deg",
        "deg",
        "Of the first satellite of the first plane, from its node, at t = 0.",
        low=-360,
        high=360,
        default=0,
    )


@dataclass(frozen=True)
class Ellipse:
    """One satellite on an elliptical orbit; a Molniya orbit stays long over one pole."""

    perigee: float = quantity(
        "perigee_km", "km", "Lowest height above the equator.", low=150, high=100_000
    )
    apogee: float = quantity(
        "apogee_km",
        "km",
        "Greatest height above the equator.",
        low=150,
        high=100_000,
        not_below="perigee_km",
    )
    inclination: float = quantity(
        "inclination_deg", "deg", "Of the orbit to the equator.", low=0, high=180, default=63.4
    )
    node: float = quantity(
        "node_deg", "deg", "Longitude of the node at t = 0.", low=-360, high=360, default=0
    )
    argument: float = quantity(
        "argument_deg",
        "deg",
        "Of the perigee, from the node; 270: the apogee is in the north.",
        low=-360,
        high=360,
        default=270,
    )
    anomaly: float = quantity(
        "anomaly_deg",
        "deg",
        "Mean anomaly at t = 0; 180: it is at its apogee.",
        low=-360,
        high=360,
        default=180,
    )
