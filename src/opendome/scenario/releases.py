"""What a launch releases on its way, and who flies in a swarm: objects beside the one launched."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.grammar import keys
from opendome.scenario.heat import Heat
from opendome.scenario.units import quantity

MAX_RELEASED = 200  # objects of one kind of one launch


@dataclass(frozen=True)
class Released:
    """Objects of one kind, let go one after another once the burn has ended.

    Of warheads, ``delta_v`` is the most that the bus can give one of them to bring it to its own
    aim; of all else it is drawn, with this standard deviation along each axis.
    """

    count: int = keys.integer("count", "How many one launch carries.", low=0, high=MAX_RELEASED)
    mass: float = quantity("mass_kg", "kg", "Mass of one.", above=0, high=1e5)
    beta: float = quantity("beta_kg_m2", "kg_m2", "Ballistic coefficient.", above=0, high=1e6)
    rcs: float = quantity("rcs_m2", "m2", "Radar cross-section, L to X band.", above=0, high=1000)
    rcs_uhf: float = quantity("rcs_uhf_m2", "m2", "Radar cross-section, UHF.", above=0, high=1000)
    after: float = quantity(
        "after_s", "s", "From the end of the burn to the first.", low=0, high=1e4
    )
    interval: float = quantity("interval_s", "s", "From one to the next.", low=0, high=1000)
    delta_v: float = quantity("delta_v_m_s", "m_s", "Change of speed.", low=0, high=2000)
    heat: Heat | None = keys.part("heat", "How it glows; absent: unseen.", default=None)


@dataclass(frozen=True)
class Releases:
    """Everything that one launch lets go. With warheads, what is launched is their bus."""

    warheads: Released | None = keys.part(
        "warheads", "Warheads on aims of their own.", default=None
    )
    decoys: Released | None = keys.part("decoys", "Bodies that look like warheads.", default=None)
    debris: Released | None = keys.part("debris", "Pieces that look like none.", default=None)
    tank: Released | None = keys.part("tank", "The last stage, burnt out.", default=None)

    def kinds(self) -> tuple[tuple[str, Released], ...]:
        """Role and objects of each kind that there is, in the order of their numbers."""
        named = (
            ("warhead", self.warheads),
            ("decoy", self.decoys),
            ("debris", self.debris),
            ("tank", self.tank),
        )
        return tuple((role, part) for role, part in named if part is not None)

    def n_objects(self) -> int:
        """Objects that one launch lets go."""
        return sum(part.count for _, part in self.kinds())


@dataclass(frozen=True)
class Swarm:
    """Flyers that go side by side, some of them without a warhead."""

    abreast: int = keys.integer(
        "abreast", "How many fly side by side.", low=1, high=1000, default=1
    )
    spacing: float = quantity(
        "spacing_m", "m", "Between two of them.", low=0, high=20000, default=0
    )
    decoy_share: float = quantity(
        "decoy_share", "1", "Share of the launches that carry no warhead.", low=0, high=1, default=0
    )
    decoy_cost: float | None = quantity(
        "decoy_cost_usd",
        "usd",
        "Unit cost of one without; absent: as with.",
        low=0,
        high=1e11,
        default=None,
    )
