"""Interceptor and laser systems (from the catalog) and batteries (from the scenario)."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from pydantic.dataclasses import dataclass

from opendome.scenario.beams import Beam
from opendome.scenario.grammar import keys
from opendome.scenario.places import PLATFORMS, Place
from opendome.scenario.shells import Shell
from opendome.scenario.threats import Booster
from opendome.scenario.units import quantity

BANDS = ("infrared", "radar")  # in which a seeker sees; the columns of the features of threats
HANDOVER = 1000.0  # m about a handed-over place in which a director finds its threat


@dataclass(frozen=True)
class Seeker:
    """The last sensor: what the round itself sees of the threat."""

    acquisition_range: float = quantity(
        "acquisition_km", "km", "Distance of acquisition.", above=0, high=5000
    )
    field_of_view: float = quantity(
        "field_deg", "deg", "Half-angle within which it can acquire.", above=0, high=180
    )
    sigma_angle: float = quantity(
        "sigma_urad", "urad", "Line-of-sight noise per look.", low=0, high=1e5
    )
    rate: float = quantity("rate_hz", "hz", "Looks per second.", above=0, high=1000)
    band: str = keys.choice("band", "In what it sees.", BANDS, default="radar")


@dataclass(frozen=True)
class Homing:
    """How the round manoeuvres. ``law`` is a key of the table of guidance laws."""

    law: str = keys.choice("law", "Guidance law.", ("proportional_navigation", "zero_effort_miss"))
    steering: str = keys.choice(
        "steering", "Aero needs air, divert needs propellant.", ("aero", "divert")
    )
    max_acceleration: float = quantity(
        "max_accel_g", "g", "Largest lateral acceleration.", above=0, high=200
    )
    lag: float = quantity("lag_s", "s", "Time constant of the response.", above=0, high=10)
    divert: float = quantity(
        "divert_m_s", "m_s", "Velocity change of a divert system.", low=0, high=5000, default=0
    )
    full_pressure: float = quantity(
        "full_pressure_pa",
        "pa",
        "Dynamic pressure at which aero steering gives its largest acceleration.",
        above=0,
        high=1e7,
        default=50000,
    )
    navigation_constant: float = quantity(
        "navigation_constant", "1", "Of proportional navigation.", low=2, high=8, default=4
    )


def _chance(key: str, about: str, high: float = 1) -> Any:
    """A chance."""
    return quantity(key, "1", about, low=0, high=high)


def _pause(key: str, about: str) -> Any:
    """A time between two acts of a battery."""
    return quantity(key, "s", about, low=0, high=600)


def _farthest(about: str, high: float) -> Any:
    """Ground range that nothing is met beyond."""
    return quantity("max_range_km", "km", about, above=0, high=high, not_below="min_range_km")


def _highest(about: str, high: float) -> Any:
    """Altitude that nothing is met above."""
    return quantity("max_alt_km", "km", about, above=0, high=high, not_below="min_alt_km")


def _farthest_ballistic(about: str, high: float) -> Any:
    """Ground range that nothing ballistic is met beyond, if it differs."""
    about = f"Farthest {about}; absent: as of any other."
    return quantity("ballistic_range_km", "km", about, above=0, high=high, default=None)


def _remote() -> Any:
    """What may be done without a track of its own radar."""
    return keys.choice(
        "remote",
        "What it may do on another's track: nothing, launch, or the whole engagement.",
        ("nothing", "launch", "engage"),
        default="engage",
    )


def _reload(about: str) -> Any:
    """Time to be ready again, once empty."""
    about = f"To fill {about} again; absent: not within a fight."
    return quantity("reload_s", "s", about, low=0, high=1e6, default=None)


def _common_failure() -> Any:
    """Chance of a fault that all of its kind share."""
    about = "Chance that in a whole raid none of its kind works, in any battery."
    return quantity("p_common_failure", "1", about, low=0, high=1, default=0)


@dataclass(frozen=True)
class InterceptorSystem:
    """A class of interceptor with its launcher."""

    name: str
    title: str
    booster: Booster = keys.part("booster", "How it is driven.")
    seeker: Seeker = keys.part("seeker", "What it sees of the threat.")
    homing: Homing = keys.part("homing", "How it manoeuvres.")
    min_range: float = quantity(
        "min_range_km", "km", "Nearest intercept, ground range.", low=0, high=20000
    )
    max_range: float = _farthest("Farthest intercept, ground range.", 20000)
    min_altitude: float = quantity("min_alt_km", "km", "Lowest intercept.", low=0, high=5000)
    max_altitude: float = _highest("Highest intercept.", 20000)
    p_kill: float = _chance("p_kill", "Chance that one kill vehicle kills a matched threat.")
    p_reliability: float = _chance("p_reliability", "Chance that the round works.")
    p_discrimination: float = _chance(
        "p_discrimination", "Chance that it homes on the right object."
    )
    lethal_radius: float = quantity(
        "lethal_radius_m", "m", "Miss distance that kills half.", above=0, high=1000
    )
    launch_interval: float = _pause("launch_interval_s", "Between two rounds of a battery.")
    reaction: float = _pause("reaction_s", "From order to launch.")
    assess_delay: float = _pause("assess_delay_s", "From intercept to assessment.")
    p_assess_error: float = _chance("p_assess_error", "Chance that an assessment is wrong.", 0.5)
    cost: float = quantity("cost_usd", "usd", "One round.", low=0, high=1e11)
    rounds_per_launcher: int = keys.integer(
        "rounds_per_launcher", "Rounds on a launcher.", low=0, high=1000, default=1
    )
    launchers: int = keys.integer(
        "launchers", "Launchers of a battery.", low=1, high=1000, default=1
    )
    channels: int = keys.integer(
        "channels", "Rounds that one battery can guide at a time.", low=1, high=10000, default=1
    )
    ballistic_range: float | None = _farthest_ballistic("intercept of a ballistic threat", 20000)
    remote: str = _remote()
    reload: float | None = _reload("an empty launcher")
    kill_vehicles: int = keys.integer(
        "kill_vehicles", "Kill vehicles of one round.", low=1, high=20, default=1
    )
    basing: str = keys.choice(
        "basing",
        "Where it is fired from: the ground (or a ship, an aircraft), or satellites in a shell.",
        ("ground", "orbit"),
        default="ground",
    )
    phase: str = keys.choice(
        "phase",
        "When it may be fired at a threat: while its motor burns, afterwards, or in both.",
        ("boost", "coast", "any"),
        default="coast",
    )
    assumed_burn: float = quantity(
        "assumed_burn_s",
        "s",
        "How long after its launch a burning threat is assumed to burn; boost phase only.",
        above=0,
        high=1000,
        default=180,
    )
    p_common_failure: float = _common_failure()


@dataclass(frozen=True)
class LaserSystem:
    """A class of high-energy laser with its director.

    A shot of a laser is a round without motor and mass, whose flight is the turn of the director
    and the dwell. What a round has and a beam has not stands here once for all.
    """

    booster: ClassVar[Booster] = Booster(payload_mass=1.0, payload_beta=1.0)
    seeker: ClassVar[Seeker] = Seeker(
        acquisition_range=HANDOVER, field_of_view=math.pi, sigma_angle=0.0, rate=1.0
    )
    homing: ClassVar[Homing] = Homing(
        law="proportional_navigation", steering="aero", max_acceleration=1.0, lag=1.0
    )
    lethal_radius: ClassVar[float] = 1.0  # a beam that has done its work misses by nothing
    launchers: ClassVar[int] = 1
    channels: ClassVar[int] = 1
    kill_vehicles: ClassVar[int] = 1
    basing: ClassVar[str] = "ground"
    phase: ClassVar[str] = "coast"
    assumed_burn: ClassVar[float] = 180.0

    name: str
    title: str
    beam: Beam = keys.part("beam", "Its light.")
    min_range: float = quantity("min_range_km", "km", "Nearest threat.", low=0, high=1000)
    max_range: float = _farthest("Farthest threat, ground range.", 1000)
    min_altitude: float = quantity("min_alt_km", "km", "Lowest threat.", low=0, high=1000)
    max_altitude: float = _highest("Highest threat.", 1000)
    p_kill: float = _chance("p_kill", "Chance that a dwell kills a matched threat.")
    p_reliability: float = _chance("p_reliability", "Chance that it works.")
    p_discrimination: float = _chance(
        "p_discrimination", "Chance that the beam stays on the right object and its weak spot."
    )
    rounds_per_launcher: int = keys.integer(
        "rounds_per_launcher", "Dwells that a full store of energy gives.", low=0, high=100_000
    )
    launch_interval: float = _pause("launch_interval_s", "Least time between two dwells' starts.")
    reaction: float = _pause("reaction_s", "From order to turn.")
    assess_delay: float = _pause("assess_delay_s", "From the end of a dwell to its assessment.")
    p_assess_error: float = _chance("p_assess_error", "Chance that an assessment is wrong.", 0.5)
    cost: float = quantity("cost_usd", "usd", "One dwell.", low=0, high=1e11)
    ballistic_range: float | None = _farthest_ballistic("ballistic threat", 1000)
    remote: str = _remote()
    reload: float | None = _reload("its store of energy")
    p_common_failure: float = _common_failure()


WeaponSystem = InterceptorSystem | LaserSystem


def p_kill_of_round(system: WeaponSystem) -> float:
    """Chance that a whole round kills one matched threat, all of its kill vehicles at it.

    ``p_kill`` is that of one vehicle, its booster included; the booster works or fails for all:
    R (1 - (1 - p_kill / R)^k).
    """
    if system.kill_vehicles == 1 or system.p_reliability == 0.0:
        return system.p_kill
    works = system.p_reliability
    each = min(system.p_kill / works, 1.0)
    return works * (1.0 - (1.0 - each) ** system.kill_vehicles)


@dataclass(frozen=True)
class Reserve:
    """Threats that a battery will have to meet and nobody has seen yet."""

    threats: float = quantity(
        "threats", "1", "How many are expected, in the mean.", above=0, high=500
    )
    end: float = quantity(
        "until_s", "s", "Until when they come.", low=0, high=1e5, not_below="from_s"
    )
    value: float | None = quantity(
        "value", "1", "Of the asset that each would hit; absent: the mean of the assets.",
        above=0, high=1e12, default=None,
    )  # fmt: skip
    start: float = quantity(
        "from_s", "s", "From when on, evenly, they come into view.", low=0, high=1e5, default=0
    )


@dataclass(frozen=True)
class Battery:
    """A fire unit in the scenario; None takes the system's own number."""

    name: str = keys.name("name", "Name of the battery.")
    system: WeaponSystem = keys.system("Interceptor or laser system of the catalog.")
    node: str = keys.name("node", "Command node that it obeys.")
    site: Place | None = keys.part(
        "site", "Where it stands on the ground.", is_flat=True, default=None
    )
    shell: Shell | None = keys.part(
        "shell", "Satellites that are its launchers, of what is based in orbit.", default=None
    )
    launchers: int | None = keys.integer(
        "launchers", "Launchers; absent: as the system has.", low=1, high=1000, default=None
    )
    rounds_per_launcher: int | None = keys.integer(
        "rounds_per_launcher",
        "Rounds on a launcher; absent: as the system has.",
        low=0,
        high=1000,
        default=None,
    )
    reloads: int = keys.integer(
        "reloads", "Full loads of a launcher kept in store.", low=0, high=10000, default=0
    )
    unit: str | None = keys.name(
        "unit", "Fire unit; batteries of one unit share its guidance channels.", default=None
    )
    radar: str | None = keys.name(
        "radar", "Sensor that guides its rounds; absent: the nearest of its node.", default=None
    )
    platform: str = keys.choice("platform", "What carries it.", PLATFORMS, default="ground")
    against: str = keys.choice(
        "against",
        "What it may fire at: ballistic threats, flyers on wings, or any.",
        ("any", "ballistic", "level"),
        default="any",
    )

    reserve: Reserve | None = keys.part(
        "reserve",
        "What its rounds are kept for; absent: a kept round is worth nothing.",
        default=None,
    )

    @property
    def n_launchers(self) -> int:
        """Its launchers: satellites of its shell, or what stands at its site."""
        if self.shell is not None:
            return self.shell.total
        return self.system.launchers if self.launchers is None else self.launchers

    @property
    def n_each(self) -> int:
        """Rounds on each launcher."""
        own = self.rounds_per_launcher
        return self.system.rounds_per_launcher if own is None else own
