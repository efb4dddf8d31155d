"""The world's constants, in arrays: made once from a scenario, shared by every run."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.beam import Laser, extinction_of
from opendome.kernels.cruise_way import Flyer
from opendome.kernels.glide import Glider
from opendome.kernels.glow import Skin
from opendome.kernels.guidance import RoundKinds
from opendome.kernels.orbital import Bus
from opendome.kernels.propulsion import Vehicle
from opendome.kernels.quasi_ballistic import Fins
from opendome.kernels.reach import Envelope, ReachTable
from opendome.kernels.shell_windows import OrbitalLauncher
from opendome.scenario.beams import Beam
from opendome.scenario.weather import Weather
from opendome.world.objects import Objects

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def laser_of(beam: Beam, weather: Weather | None) -> Laser:
    """A beam in the air of a scenario, as the kernels see it."""
    air = weather or Weather()
    return Laser(
        power=float(beam.power),
        wavelength=float(beam.wavelength),
        waist=0.5 * beam.aperture,
        quality=float(beam.quality),
        jitter=float(beam.jitter),
        extinction=extinction_of(air.visibility, beam.wavelength),
        cloud_base=math.inf if air.cloud_base is None else float(air.cloud_base),
        sin_lowest=math.sin(beam.min_elevation),
        slew_rate=float(beam.slew_rate),
        settle=float(beam.settle),
        max_dwell=float(beam.max_dwell),
        mount=float(beam.mount),
    )


@dataclass(frozen=True)
class Group:
    """Threats of one scenario group with one aim: where they start and end, how they are driven."""

    name: str
    system: str
    vehicle: Vehicle | None  # None: it has no booster
    flyer: Flyer | None  # None: it does not fly on wings
    fins: Fins | None  # None: it does not steer on its way down
    glider: Glider | None  # None: it does not glide
    flight: str  # key of FLIGHTS
    threats: Ints  # their ids within a run
    launch: tuple[float, float, float]  # lat, lon, alt
    waypoints: Floats  # (k, 2) lat, lon
    aim: tuple[float, float]  # lat, lon
    launch_scatter: float
    aim_scatter: float
    apogee: float  # NaN: minimum energy
    guess: Floats  # (1, k) solution of the nominal launch, as its flight takes it
    boost_range: float = math.nan  # m, to which the boost of a glider alone would carry it
    boost_apogee: float = math.nan  # m
    dive_speed: float = math.nan  # m/s, wanted when a glider's dive begins
    bus: Bus | None = None  # None: it does not go into orbit
    is_long_way: bool = False  # over the far side of the Earth
    launch_box: float = 0.0  # m, side of the square in which launches are spread evenly


@dataclass(frozen=True)
class ThreatTable:
    """Per threat, in the order of `Objects`: what its group, system and release say."""

    group: Ints
    t_launch: Floats
    reliability: Floats
    log_beta: Floats
    rcs: Floats
    rcs_uhf: Floats
    plume: Floats
    skin: Skin  # of each kind of body
    body: Ints  # row of the skin
    burn_time: Floats
    lethal_radius: Floats
    cost: Floats
    jamming: Floats  # W/Hz
    jam_bands: Ints
    fluence: Floats  # J/m^2 of light that destroys it, inf where none does


@dataclass(frozen=True)
class DefeatTable:
    """Per threat: what is tried against its launcher before it leaves."""

    launcher: Ints  # object of its draw, -1: nothing is tried in time
    p_defeat: Floats
    cost: float  # of all attempts of a run


@dataclass(frozen=True)
class AssetTable:
    """Assets as discs."""

    names: tuple[str, ...]
    lat: Floats
    lon: Floats
    r_ecef: Floats  # (n, 3)
    radius: Floats
    value: Floats


@dataclass(frozen=True)
class InterceptorTable:
    """Per interceptor system: kill chances, and the constants of its flight."""

    names: tuple[str, ...]
    vehicles: tuple[Vehicle, ...]
    kinds: RoundKinds
    divert: Floats
    p_kill: Floats  # tabled; of one of several kill vehicles, if its booster works
    p_common: Floats  # tabled; chance that the booster works, of one vehicle: 1, p_kill holds it
    p_reliability: Floats
    p_common_failure: Floats  # that in a run none of the system works
    first_of_name: Ints  # first system of that name: they fail together
    p_discrimination: Floats
    lethal_radius: Floats
    cost: Floats
    lasers: tuple[Laser | None, ...]  # None: its rounds fly


@dataclass(frozen=True)
class BatteryTable:
    """Per battery: its system, place, reach."""

    names: tuple[str, ...]
    system: Ints
    site: Floats  # (n, 3) lat, lon, alt
    tables: tuple[ReachTable, ...]
    envelopes: tuple[Envelope, ...]  # against flyers on wings
    envelopes_ballistic: tuple[Envelope, ...]
    against: NDArray[np.bool_]  # (n, 2) whether it fires at ballistic threats, at flyers on wings
    t_react: Floats  # s from a threat's burn-out (or its sight) to the earliest launch
    shells: tuple[OrbitalLauncher | None, ...]  # of batteries whose launchers are satellites
    phase: tuple[str, ...]  # of a threat's flight in which it may be fired at


@dataclass(frozen=True)
class WorldModel:
    """All constants of the world."""

    groups: tuple[Group, ...]
    threats: ThreatTable
    before_launch: DefeatTable
    objects: Objects
    assets: AssetTable
    interceptors: InterceptorTable
    batteries: BatteryTable
    is_flown: bool  # engagement: flown, else tabled
    duration: float

    @property
    def n_threats(self) -> int:
        """Number of threats in one run."""
        return len(self.threats.group)
