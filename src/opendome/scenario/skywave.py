"""Over-the-horizon radar systems (from the catalog)."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.units import quantity


@dataclass(frozen=True)
class SkywaveSystem:
    """A class of radar whose rays come down from the ionosphere: far, coarse, without height."""

    name: str
    title: str
    reference_range: float = quantity(
        "range_km", "km", "Ground range at the reference RCS.", above=0, high=20000
    )
    reference_rcs: float = quantity(
        "range_rcs_m2", "m2", "RCS of the stated range.", above=0, high=1000
    )
    reference_p_detect: float = quantity(
        "range_p_detect", "1", "Chance of detection at that range.", above=0, high=0.999
    )
    min_range: float = quantity(
        "min_range_km", "km", "Where the first ray comes down.", low=0, high=10000
    )
    max_range: float = quantity(
        "max_range_km",
        "km",
        "Where the last ray comes down.",
        above=0,
        high=10000,
        not_below="min_range_km",
    )
    sector: float = quantity("sector_deg", "deg", "Width of the azimuth sector.", above=0, high=360)
    top: float = quantity("top_km", "km", "Nothing higher is seen.", above=0, high=400)
    period: float = quantity("period_s", "s", "Between looks.", above=0, high=600)
    sigma_range: float = quantity(
        "sigma_range_km", "km", "Error of the ground range.", above=0, high=500
    )
    sigma_azimuth: float = quantity("sigma_deg", "deg", "Error of the azimuth.", above=0, high=20)
    sigma_speed: float = quantity(
        "sigma_m_s", "m_s", "Error of the speed along the ray.", above=0, high=1000
    )
    blind_speed: float = quantity(
        "blind_m_s", "m_s", "Slower along the ray is hidden by the sea.", low=0, high=1000
    )
    assumed_altitude: float = quantity(
        "alt_m", "m", "Height at which it takes everything to fly.", low=0, high=30000
    )
    p_false_alarm: float = quantity("p_false_alarm", "1", "Per resolution cell.", above=0, high=0.1)
    false_alarms: float = quantity(
        "false_alarms_1", "1", "Mean false alarms per look period.", low=0, high=1000
    )
    cost: float = quantity("cost_usd", "usd", "Unit cost.", low=0, high=1e11, default=0)
