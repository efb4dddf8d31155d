"""The beam of a laser: its light, its director, and how long it dwells."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.units import quantity


@dataclass(frozen=True)
class Beam:
    """Light that a director holds on a threat until that has taken enough of it."""

    power: float = quantity("power_kw", "kw", "Power that leaves the director.", above=0, high=1e5)
    wavelength: float = quantity("wavelength_um", "um", "Of the light.", low=0.3, high=12)
    aperture: float = quantity(
        "aperture_cm", "cm", "Diameter of the beam at the director.", above=0, high=1000
    )
    quality: float = quantity(
        "quality_1", "1", "Beam quality M2: spot over that of a perfect beam.", low=1, high=50
    )
    jitter: float = quantity(
        "jitter_urad", "urad", "Standard deviation of its direction per axis.", low=0, high=1000
    )
    slew_rate: float = quantity("slew_deg_s", "deg_s", "Turn of the director.", above=0, high=1000)
    settle: float = quantity(
        "settle_s", "s", "From the end of a turn to light on the threat.", low=0, high=60
    )
    max_dwell: float = quantity(
        "max_dwell_s", "s", "Longest dwell on one threat.", above=0, high=600
    )
    fluence_level: float = quantity(
        "fluence_level_kj_cm2",
        "kj_cm2",
        "Fluence that it gives a flyer on wings.",
        above=0,
        high=1000,
    )
    fluence_ballistic: float = quantity(
        "fluence_ballistic_kj_cm2",
        "kj_cm2",
        "Fluence that it gives any other threat.",
        above=0,
        high=1000,
    )
    mount: float = quantity(
        "mount_m", "m", "Height of the director over its site.", low=0, high=100
    )
    min_elevation: float = quantity(
        "min_el_deg", "deg", "Lowest direction of the beam.", low=-30, high=90
    )
