"""Threat systems (from the catalog) and groups of threats (from the scenario)."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from opendome.scenario.grammar import keys
from opendome.scenario.heat import Heat
from opendome.scenario.jamming import Noise
from opendome.scenario.places import PLATFORMS, Place
from opendome.scenario.releases import Releases, Swarm
from opendome.scenario.units import quantity

MAX_THREATS = 20_000  # in one scenario


@dataclass(frozen=True)
class Stage:
    """One propulsive stage, burning at constant mass flow."""

    burn_time: float = quantity("burn_s", "s", "Burn time.", above=0, high=1000)
    propellant_mass: float = quantity("propellant_kg", "kg", "Propellant.", above=0, high=1e6)
    specific_impulse: float = quantity(
        "isp_s",
        "s",
        "Specific impulse; of an engine that breathes air, by its fuel.",
        low=50,
        high=5000,
    )
    inert_mass: float = quantity("inert_kg", "kg", "Mass dropped after the burn.", low=0, high=1e6)
    drag_area: float = quantity("drag_area_m2", "m2", "cd A while burning.", low=0, high=100)


@dataclass(frozen=True)
class Booster:
    """How a missile or interceptor is driven: stages, payload and a pitch program.

    It rises vertically for ``rise_time``, holds a fixed elevation for ``pitch_time``, then flies a
    gravity turn until the last burn ends or thrust is cut. A rail launch has ``rise_time`` 0. A
    shell has no stage, but a ``muzzle_speed``. What has wings flies straight on instead of turning.
    """

    payload_mass: float = quantity(
        "payload_kg", "kg", "Mass after the last stage.", above=0, high=1e5
    )
    payload_beta: float = quantity(
        "payload_beta_kg_m2", "kg_m2", "Ballistic coefficient after burn-out.", above=0, high=1e6
    )
    stages: tuple[Stage, ...] = keys.parts(
        "stages", "Stages, first to burn first.", low=0, high=6, default=()
    )
    rise_time: float = quantity("rise_s", "s", "Vertical rise.", low=0, high=120, default=0)
    pitch_time: float = quantity(
        "pitch_s", "s", "Fixed-elevation phase.", low=0, high=300, default=1
    )
    muzzle_speed: float = quantity(
        "muzzle_speed_m_s", "m_s", "Of what a tube throws.", low=0, high=3000, default=0
    )
    stall_speed: float = quantity(
        "stall_speed_m_s",
        "m_s",
        "At sea level, from which on wings carry its weight; 0: it has none.",
        low=0,
        high=1000,
        default=0,
    )


@dataclass(frozen=True)
class Cruise:
    """Powered flight on wings: climb, level flight along waypoints, a dive at the aim."""

    speed: float = quantity("speed_m_s", "m_s", "Over ground.", above=0, high=3000)
    altitude: float = quantity(
        "alt_m", "m", "Height flown above the ellipsoid.", above=0, high=40000
    )
    max_acceleration: float = quantity(
        "turn_g", "g", "Largest lateral acceleration.", above=0, high=50
    )
    climb_angle: float = quantity(
        "climb_deg", "deg", "Climb after launch.", above=0, high=80, default=15
    )
    dive_angle: float = quantity(
        "dive_deg", "deg", "Steepness of the last dive.", above=0, high=85, default=30
    )


@dataclass(frozen=True)
class Manoeuvre:
    """Steering of a ballistic missile by fins on its way down: a weave, then homing on its aim."""

    altitude: float = quantity("below_alt_km", "km", "It steers below.", above=0, high=100)
    max_acceleration: float = quantity(
        "max_accel_g", "g", "Largest lateral acceleration.", above=0, high=100
    )
    full_pressure: float = quantity(
        "full_pressure_pa",
        "pa",
        "Dynamic pressure at which the fins give the largest acceleration.",
        above=0,
        high=1e7,
    )
    weave_acceleration: float = quantity(
        "weave_g", "g", "Amplitude of the weave.", low=0, high=100, default=0
    )
    weave_period: float = quantity(
        "weave_s", "s", "Period of the weave.", above=0, high=100, default=5
    )


@dataclass(frozen=True)
class Glide:
    """Unpowered flight on lift: pull-up after the boost, equilibrium glide, a dive at the aim."""

    beta: float = quantity(
        "beta_kg_m2",
        "kg_m2",
        "Mass over drag coefficient and area, at the best lift-to-drag ratio.",
        above=0,
        high=1e6,
    )
    lift_to_drag: float = quantity(
        "lift_to_drag_1", "1", "Best lift-to-drag ratio.", above=0, high=20
    )
    boost_apogee: float = quantity(
        "boost_apogee_km", "km", "Top of the arc on which the boost puts it.", above=0, high=1000
    )
    dive_speed: float = quantity(
        "dive_speed_m_s", "m_s", "Wanted at the start of the dive.", above=0, high=7900
    )
    bank: float = quantity(
        "bank_deg", "deg", "Bank kept for turns; it costs range.", low=0, high=80, default=20
    )
    max_acceleration: float = quantity(
        "max_accel_g", "g", "Largest lift.", above=0, high=100, default=20
    )
    max_heating: float = quantity(
        "max_heating_w_m2", "w_m2", "Largest heating of the nose.", above=0, high=1e12, default=1e9
    )
    nose_radius: float = quantity(
        "nose_radius_m", "m", "Radius of the nose.", above=0, high=10, default=0.05
    )


@dataclass(frozen=True)
class Orbit:
    """Flight by way of a low orbit: an upper stage goes into it and brakes out of it again."""

    altitude: float = quantity(
        "alt_km", "km", "Height of the orbit above the equator.", low=100, high=2000
    )
    acceleration: float = quantity(
        "accel_m_s2", "m_s2", "Thrust acceleration of the upper stage.", above=0, high=100
    )
    brake: float = quantity(
        "brake_m_s", "m_s", "Change of speed that brings it down.", above=0, high=2000
    )


@dataclass(frozen=True)
class ThreatSystem:
    """A class of threat. ``steering`` says how a flight is fitted to its aim point.

    ``elevation``: an unguided rocket or shell, range chosen by launch elevation, on the flat arc.
    ``high_angle``: the same on the steep arc, as of mortars.
    ``cutoff``: a guided ballistic missile, range and apogee chosen by pitch and thrust cut-off.
    ``quasi_ballistic``: as ``cutoff``, low, and steered by fins on its way down (``manoeuvre``).
    ``waypoints``: powered level flight along waypoints (``cruise``); it has no booster.
    ``glide``: boosted, then on lift along waypoints to a dive (``glide``).
    ``orbital``: by way of a low orbit, on either side of the Earth (``orbit``).

    What it releases after its burn are objects of their own; ``rcs``, ``heat`` and the
    booster's ``payload_beta`` are then those of what remains, the bus or the warhead.
    """

    name: str
    title: str
    steering: str = keys.choice(
        "steering",
        "How a flight is fitted to its aim point.",
        ("elevation", "high_angle", "cutoff", "quasi_ballistic", "waypoints", "glide", "orbital"),
    )
    min_range: float = quantity("min_range_km", "km", "Shortest range.", low=0, high=20000)
    max_range: float = quantity(
        "max_range_km", "km", "Longest range.", above=0, high=40000, not_below="min_range_km"
    )
    aim_error: float = quantity("cep_m", "m", "Circular error probable.", low=0, high=1e5)
    reliability: float = quantity(
        "reliability", "1", "Chance that a launch does not fail.", low=0, high=1
    )
    lethal_radius: float = quantity("lethal_radius_m", "m", "Radius of damage.", low=0, high=1e5)
    rcs: float = quantity("rcs_m2", "m2", "Radar cross-section, L to X band.", above=0, high=1000)
    rcs_uhf: float = quantity("rcs_uhf_m2", "m2", "Radar cross-section, UHF.", above=0, high=1000)
    plume: float = quantity("plume_kw_sr", "kw_sr", "Plume intensity, boost.", low=0, high=1e5)
    cost: float = quantity("cost_usd", "usd", "Unit cost.", low=0, high=1e11)
    booster: Booster | None = keys.part("booster", "How it is driven.", default=None)
    cruise: Cruise | None = keys.part("cruise", "How it flies on wings.", default=None)
    manoeuvre: Manoeuvre | None = keys.part("manoeuvre", "How it steers down.", default=None)
    glide: Glide | None = keys.part("glide", "How it glides.", default=None)
    orbit: Orbit | None = keys.part("orbit", "The orbit that it uses.", default=None)
    heat: Heat | None = keys.part("heat", "How its body glows; absent: unseen.", default=None)
    platform: str = keys.choice(
        "platform", "What it starts from; from a ship: at sea.", PLATFORMS, default="ground"
    )
    releases: Releases | None = keys.part("releases", "What it lets go.", default=None)
    swarm: Swarm | None = keys.part("swarm", "How many fly together.", default=None)
    fluence: float | None = quantity(
        "fluence_kj_cm2",
        "kj_cm2",
        "Light on its skin that destroys it; absent: none does.",
        above=0,
        high=1e4,
        default=None,
    )

    def n_objects(self) -> int:
        """Objects of one launch: what is launched, and what that releases."""
        return 1 + (self.releases.n_objects() if self.releases else 0)


@dataclass(frozen=True)
class ThreatGroup:
    """Threats of one system, launched from one area at one aim, in salvos."""

    name: str = keys.name("name", "Name of the group.")
    system: ThreatSystem = keys.system("Threat system of the catalog.")
    count: int = keys.integer("count", "Launches in all.", low=0, high=MAX_THREATS)
    launch: Place = keys.part("launch", "Middle of the launch area.")
    aim: Place | str | tuple[Place | str, ...] = keys.aim(
        "aim", "What it is aimed at; of several, threat i takes number i modulo their count."
    )
    launch_scatter: float = quantity(
        "launch_scatter_km",
        "km",
        "Standard deviation per axis of launch places.",
        low=0,
        high=500,
        default=0,
    )
    launch_box: float = quantity(
        "launch_box_km",
        "km",
        "Side of a square box about the launch place, in which launches are spread evenly.",
        low=0,
        high=2000,
        default=0,
    )
    aim_scatter: float = quantity(
        "aim_scatter_km",
        "km",
        "Standard deviation per axis of intended aim points.",
        low=0,
        high=500,
        default=0,
    )
    first_launch: float = quantity(
        "first_launch_s", "s", "Time of the first launch.", low=0, high=1e5, default=0
    )
    salvo_size: int = keys.integer(
        "salvo_size", "Launches per salvo.", low=1, high=MAX_THREATS, default=1
    )
    spacing: float = quantity(
        "spacing_s", "s", "Between launches of a salvo.", low=0, high=1e5, default=1
    )
    salvo_interval: float = quantity(
        "salvo_interval_s", "s", "Between the starts of salvos.", low=0, high=1e5, default=60
    )
    apogee: float | None = quantity(
        "apogee_km",
        "km",
        "Wanted apogee; minimum-energy when absent.",
        above=0,
        high=20000,
        default=None,
    )
    flight_path: float | None = quantity(
        "flight_path_deg",
        "deg",
        "Wanted angle above the horizontal at burn-out, instead of apogee_km: low is depressed, "
        "steep is lofted.",
        above=0,
        high=90,
        default=None,
    )
    arrive: float | None = quantity(
        "arrive_s",
        "s",
        "When the first of the group shall arrive, instead of first_launch_s.",
        low=0,
        high=1e5,
        default=None,
    )
    waypoints: tuple[Place, ...] = keys.parts(
        "waypoints",
        "Way from the launch to the aim, of a flyer on wings or a glider.",
        high=50,
        default=(),
    )
    way: str = keys.choice(
        "way",
        "Which way round the Earth, of what goes into orbit.",
        ("short", "long"),
        default="short",
    )
    jammer: Noise | None = keys.part(
        "jammer", "Noise that each of them radiates against radars.", default=None
    )

    def n_objects(self) -> int:
        """Objects of all its launches."""
        return self.count * self.system.n_objects()
