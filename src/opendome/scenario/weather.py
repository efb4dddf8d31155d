"""The air of a scenario, as far as light is concerned."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.units import quantity

CLEAR = 23.0  # km, the visibility of standard clear air


@dataclass(frozen=True)
class Weather:
    """Haze, rain or fog by how far one sees in them, and a ceiling of clouds.

    About 23 km is clear, 10 km and less is haze, 2 to 4 km rain, below 1 km fog.
    """

    visibility: float = quantity(
        "visibility_km",
        "km",
        "How far a dark thing is seen, 2 % of its contrast left.",
        above=0,
        high=400,
        default=CLEAR,
    )
    cloud_base: float | None = quantity(
        "cloud_base_km",
        "km",
        "Height of closed clouds, which no light passes; absent: none.",
        low=0,
        high=20,
        default=None,
    )
