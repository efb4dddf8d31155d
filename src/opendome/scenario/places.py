"""A place on the ground, and an asset that is worth defending."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.grammar import keys
from opendome.scenario.units import quantity

PLATFORMS = ("ground", "ship", "aircraft")  # what may carry a sensor or a battery


@dataclass(frozen=True)
class Place:
    """Geodetic WGS-84 position."""

    lat: float = quantity("lat_deg", "deg", "Geodetic latitude.", low=-90, high=90)
    lon: float = quantity("lon_deg", "deg", "Longitude, east positive.", low=-180, high=180)
    alt: float = quantity(
        "alt_m", "m", "Height above the ellipsoid.", low=-500, high=25000, default=0
    )


@dataclass(frozen=True)
class Asset:
    """A disc on the ground that the defense protects."""

    name: str = keys.name("name", "Name of the asset.")
    place: Place = keys.part("place", "Its middle.", is_flat=True)
    radius: float = quantity("radius_km", "km", "Radius of the asset.", above=0, high=500)
    value: float = quantity(
        "value", "1", "Worth, in any unit the user likes.", low=0, high=1e15, default=1
    )
