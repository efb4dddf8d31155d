"""How many space-based interceptors others said it takes, with what they assumed and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Said:
    """One published number of satellites."""

    who: str
    satellites: int
    threats: int  # launched nearly together
    assumed: str
    source: str
    confidence: str  # H official, M one good source, L claim or derived


SATELLITES: Final = (
    Said(
        "CBO 2026",
        7800,
        10,
        "orbits of 300 to 500 km, boost of 3 to 5 minutes; shots and speed are not printed",
        "Congressional Budget Office, Potential Costs of a National Missile Defense System "
        "(May 2026), publication 62422; detail by press reading",
        "H",
    ),
    Said(
        "AEI 2025",
        4990,
        10,
        "one shot each, 6 km/s at 15 g, 120 s of flight, 300 km, evenly spread over the sphere",
        "T. Harrison, Build Your Own Golden Dome, American Enterprise Institute (2025)",
        "M",
    ),
    Said(
        "APS 2003",
        1600,
        1,
        "one solid-propellant ICBM; about 2,000 t in orbit, 1,250 kg each",
        "D. K. Barton and others, Report of the American Physical Society Study Group on "
        "Boost-Phase Intercept Systems, Rev. Mod. Phys. 76 (2004) S1",
        "M",
    ),
)
