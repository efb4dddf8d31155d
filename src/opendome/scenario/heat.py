"""How a body glows in the infrared."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.units import quantity


@dataclass(frozen=True)
class Heat:
    """How the body glows: warm in space, heated by the air; seen alike from all sides."""

    area: float = quantity("area_m2", "m2", "Area that glows, as seen.", above=0, high=1000)
    temperature: float = quantity(
        "temperature_k", "k", "Where no air heats it.", above=0, high=2000
    )
    emissivity: float = quantity("emissivity_1", "1", "Of its surface.", above=0, high=1)
    nose_radius: float = quantity(
        "nose_radius_m", "m", "Radius of the nose, which the air heats most.", above=0, high=10
    )
    share: float = quantity(
        "share_1", "1", "Mean heating of the area, as a part of the nose's.", low=0, high=1
    )
