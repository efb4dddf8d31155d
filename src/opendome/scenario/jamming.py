"""Noise radiated against radars: by threats, and by jammers that stand off at a place."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.grammar import keys
from opendome.scenario.places import Place
from opendome.scenario.units import quantity

BANDS = ("vhf", "uhf", "l", "s", "c", "x", "ku", "ka")  # of radars


@dataclass(frozen=True)
class Noise:
    """Noise that a jammer radiates."""

    density: float = quantity(
        "erp_w_hz", "w_hz", "Effective radiated power density.", above=0, high=1e9
    )
    bands: tuple[str, ...] = keys.names("bands", "Radio bands that it fills; none: all.")


@dataclass(frozen=True)
class Jammer:
    """A jammer that stands off at a place."""

    name: str = keys.name("name", "Name of the jammer.")
    site: Place = keys.part("site", "Where it is.", is_flat=True)
    noise: Noise = keys.part("noise", "What it radiates.", is_flat=True)


def band_bits(noise: Noise | None) -> int:
    """Bands that noise fills, as bits in the order of BANDS."""
    if noise is None:
        return 0
    return sum(1 << k for k, band in enumerate(BANDS) if not noise.bands or band in noise.bands)
