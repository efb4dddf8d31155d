"""An entry of the catalog: what is publicly said of one system, each number with its source."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.before_launch import DefeatSystem
from opendome.scenario.grammar import keys
from opendome.scenario.sensors import InfraredSystem, RadarSystem
from opendome.scenario.skywave import SkywaveSystem
from opendome.scenario.threats import ThreatSystem
from opendome.scenario.units import quantity
from opendome.scenario.weapons import InterceptorSystem, LaserSystem

LEVELS = ("low", "nominal", "high")
MODELLED: dict[str, type] = {  # kind of entry -> the noun that it makes
    "threat": ThreatSystem,
    "interceptor": InterceptorSystem,
    "laser": LaserSystem,
    "radar": RadarSystem,
    "infrared": InfraredSystem,
    "skywave": SkywaveSystem,
    "defeat": DefeatSystem,
}


@dataclass(frozen=True)
class Parameter:
    """One number of a system, in the unit of the file, with the spread of public figures."""

    low: float = quantity("low", "1", "Lowest public figure.")
    nominal: float = quantity("nominal", "1", "The figure taken unless another is asked for.")
    high: float = quantity("high", "1", "Highest public figure.")
    unit: str = keys.text("unit", "Unit of the three, as in the suffix of the key.", longest=20)
    source: str = keys.text("source", "Where the figures come from.", longest=1000)
    year: int | None = keys.integer(
        "year", "Year of the source.", low=1900, high=2200, default=None
    )
    url: str = keys.text("url", "Page of the source.", longest=1000, default="")
    confidence: str = keys.choice(
        "confidence",
        "H official or agreed, M one good source, L claim.",
        ("H", "M", "L"),
        default="L",
    )
    note: str = keys.text("note", "What else to know.", longest=2000, default="")


@dataclass(frozen=True)
class Entry:
    """One system of the catalog. ``parameters`` go by the file keys of the noun it makes."""

    name: str
    kind: str = keys.name(
        "kind", "Which noun it makes: threat, interceptor, laser, radar, infrared, skywave, defeat."
    )
    title: str = keys.text("title", "Name for people.", longest=200)
    is_modelled: bool = keys.flag("is_modelled", "Whether a scenario may use it.", default=True)
    about: str = keys.text("about", "What it is.", longest=2000, default="")
    aliases: tuple[str, ...] = keys.names("aliases", "Other names of it.")
    choices: dict[str, str | bool] = keys.words("choices", "Keys that are words or flags.")
    parameters: dict[str, Parameter] = keys.table("parameters", "Keys that are numbers.")
