"""What is done to launchers before they launch: systems (from the catalog), and their use."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.grammar import keys
from opendome.scenario.threats import MAX_THREATS, ThreatGroup
from opendome.scenario.units import quantity


@dataclass(frozen=True)
class DefeatSystem:
    """A way to put a launcher out of action before it launches."""

    name: str
    title: str
    p_defeat: float = quantity(
        "p_defeat", "1", "Chance that an attempt stops all later launches.", low=0, high=1
    )
    cost: float = quantity("cost_usd", "usd", "One attempt.", low=0, high=1e11, default=0)


@dataclass(frozen=True)
class BeforeLaunch:
    """One attempt at each launcher of some groups, before its next launch.

    Threat i of a group leaves launcher i modulo their number. A launcher from which nothing is
    to leave any more when the attempt comes is left alone.
    """

    name: str = keys.name("name", "Name of the effort.")
    system: DefeatSystem = keys.system("Way of defeat before launch of the catalog.")
    groups: tuple[str, ...] = keys.names("groups", "Threat groups that it acts on; none: all.")
    launchers: int | None = keys.integer(
        "launchers",
        "Launchers of each group; absent: one for each threat.",
        low=1,
        high=MAX_THREATS,
        default=None,
    )
    delay: float = quantity(
        "delay_s",
        "s",
        "When the attempts come; earlier launches leave.",
        low=0,
        high=1e5,
        default=0,
    )

    def is_against(self, group: ThreatGroup) -> bool:
        """Whether it acts on a group."""
        return not self.groups or group.name in self.groups
