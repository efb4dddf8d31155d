"""The world's constants from a scenario, and the checks that need physics."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels.discrimination import feature_noise
from opendome.kernels.frames import ecefs_from_geodetics
from opendome.kernels.guidance import RoundKinds
from opendome.kernels.propulsion import vehicle_of
from opendome.kernels.reach import Envelope, ReachTable
from opendome.kernels.shell_windows import orbital_launcher
from opendome.rng import Purpose
from opendome.scenario.command import Node
from opendome.scenario.places import Asset, Place
from opendome.scenario.scenario import Scenario
from opendome.scenario.threats import Stage
from opendome.scenario.weapons import BANDS, LaserSystem, WeaponSystem
from opendome.scenario.weather import Weather
from opendome.world.before_launch import defeat_table
from opendome.world.model import (
    AssetTable,
    BatteryTable,
    InterceptorTable,
    WorldModel,
    laser_of,
)
from opendome.world.raid import raid_of

__all__ = ["build", "envelope_of", "free_time", "laser_of", "systems_of", "vehicle_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NO_STAGE = Stage(1.0, 0.0, 0.0, 0.0, 0.0)  # of what has no motor


def free_time(system: WeaponSystem) -> float:
    """Seconds after launch when a round begins to steer.

    A divert round steers after its last burn. An aerodynamic round with several stages steers as
    soon as the first has burnt; its last stage is then a sustainer.
    """
    stages = system.booster.stages
    if system.homing.steering == "aero" and len(stages) > 1:
        return float(sum(s.burn_time for s in stages[:-1]))
    return float(sum(s.burn_time for s in stages))


def systems_of(scenario: Scenario) -> tuple[WeaponSystem, ...]:
    """Distinct interceptor systems in the order of their first battery."""
    found: list[WeaponSystem] = []
    for battery in scenario.weapons:
        if battery.system not in found:
            found.append(battery.system)
    return tuple(found)


def envelope_of(system: WeaponSystem) -> Envelope:
    """Where the system may intercept."""
    return Envelope(system.min_range, system.max_range, system.min_altitude, system.max_altitude)


NOWHERE = (np.nan, np.nan, np.nan)


def _sites(places: list[Place | None]) -> Floats:
    rows = [NOWHERE if p is None else (p.lat, p.lon, p.alt) for p in places]
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def interceptor_table(
    systems: tuple[WeaponSystem, ...], weather: Weather | None = None
) -> InterceptorTable:
    """Constants of the interceptor and laser systems."""

    def per(values: list[float]) -> Floats:
        return np.array(values, dtype=np.float64)

    vehicles = tuple(vehicle_of(s.booster) for s in systems)
    free = [free_time(s) for s in systems]
    last = [(s.booster.stages or (NO_STAGE,))[-1] for s in systems]
    total = [sum(x.burn_time for x in s.booster.stages) for s in systems]
    common = [s.p_reliability if s.kill_vehicles > 1 else 1.0 for s in systems]
    kinds = RoundKinds(
        is_divert=np.array([s.homing.steering == "divert" for s in systems], dtype=np.bool_),
        max_acceleration=per([s.homing.max_acceleration for s in systems]),
        lag=per([s.homing.lag for s in systems]),
        full_pressure=per([s.homing.full_pressure for s in systems]),
        navigation_constant=per([s.homing.navigation_constant for s in systems]),
        acquisition_range=per([s.seeker.acquisition_range for s in systems]),
        cos_field=np.cos(per([s.seeker.field_of_view for s in systems])),
        sigma_angle=per([s.seeker.sigma_angle for s in systems]),
        look_interval=per([1.0 / s.seeker.rate for s in systems]),
        beta=per([s.booster.payload_beta for s in systems]),
        free_time=per(free),
        sustain_time=per(total),
        thrust=per(
            [x.propellant_mass / x.burn_time * x.specific_impulse * STANDARD_GRAVITY for x in last]
        ),
        mass=per(
            [
                s.booster.payload_mass + x.propellant_mass + x.inert_mass
                for s, x in zip(systems, last)
            ]
        ),
        flow=per([x.propellant_mass / x.burn_time for x in last]),
        drag_area=per([x.drag_area for x in last]),
        stall_speed=per([s.booster.stall_speed for s in systems]),
        band=np.array([BANDS.index(s.seeker.band) for s in systems], dtype=np.int64),
        sigma_feature=per([feature_noise(s.p_discrimination) for s in systems]),
        vehicles=np.array([s.kill_vehicles for s in systems], dtype=np.int64),
        noise=int(Purpose.SEEKER_NOISE),
    )
    names = tuple(s.name for s in systems)
    return InterceptorTable(
        names=names,
        vehicles=vehicles,
        kinds=kinds,
        divert=per([s.homing.divert for s in systems]),
        p_kill=per([s.p_kill / c for s, c in zip(systems, common, strict=True)]),
        p_common=per(common),
        p_reliability=per([s.p_reliability for s in systems]),
        p_common_failure=per([s.p_common_failure for s in systems]),
        first_of_name=np.array([names.index(s.name) for s in systems], dtype=np.int64),
        p_discrimination=per([s.p_discrimination for s in systems]),
        lethal_radius=per([s.lethal_radius for s in systems]),
        cost=per([s.cost for s in systems]),
        lasers=tuple(
            laser_of(s.beam, weather) if isinstance(s, LaserSystem) else None for s in systems
        ),
    )


def _assets(assets: tuple[Asset, ...]) -> AssetTable:
    lat = np.array([a.place.lat for a in assets], dtype=np.float64)
    lon = np.array([a.place.lon for a in assets], dtype=np.float64)
    return AssetTable(
        names=tuple(a.name for a in assets),
        lat=lat,
        lon=lon,
        r_ecef=ecefs_from_geodetics(lat, lon, np.zeros(len(assets))),
        radius=np.array([a.radius for a in assets], dtype=np.float64),
        value=np.array([a.value for a in assets], dtype=np.float64),
    )


def _delay(scenario: Scenario, node: Node) -> float:
    """Least time from a threat's burn-out to an order at the battery, s.

    The looks that confirm a track (of the quickest sensor), the first decision after them, human
    consent, and the way of the order.
    """
    periods = [s.system.period for s in scenario.sensors]
    looks = node.confirm_hits * min(periods, default=0.0)
    is_seen_at_once = scenario.picture == "perfect"
    waits = 0.0 if is_seen_at_once else looks + node.decision_period
    return waits + node.consent + node.order_latency


def build(scenario: Scenario, tables: Mapping[WeaponSystem, ReachTable]) -> WorldModel:
    """The world of a scenario.

    Parameters
    ----------
    scenario : Scenario
    tables : mapping of WeaponSystem to ReachTable
        Fly-out table of each interceptor system in the scenario, overrides and all.

    Raises
    ------
    ScenarioError
        When a group's aim cannot be reached, or the scenario ends before its threats land.
    """
    groups, threats, objects = raid_of(scenario)
    systems = systems_of(scenario)
    delays = {n.name: _delay(scenario, n) for n in scenario.command.nodes}
    batteries = BatteryTable(
        names=tuple(b.name for b in scenario.weapons),
        system=np.array([systems.index(b.system) for b in scenario.weapons], dtype=np.int64),
        site=_sites([b.site for b in scenario.weapons]),
        tables=tuple(tables[b.system] for b in scenario.weapons),
        envelopes=tuple(envelope_of(b.system) for b in scenario.weapons),
        envelopes_ballistic=tuple(
            envelope_of(b.system)._replace(max_range=b.system.ballistic_range or b.system.max_range)
            for b in scenario.weapons
        ),
        against=np.array(
            [(b.against != "level", b.against != "ballistic") for b in scenario.weapons],
            dtype=np.bool_,
        ).reshape(-1, 2),
        t_react=np.array(
            [b.system.reaction + delays[b.node] for b in scenario.weapons], dtype=np.float64
        ),
        shells=tuple(
            None if b.shell is None else orbital_launcher(b.shell, b.system)
            for b in scenario.weapons
        ),
        phase=tuple(b.system.phase for b in scenario.weapons),
    )
    return WorldModel(
        groups=groups,
        threats=threats,
        before_launch=defeat_table(scenario, threats, objects),
        objects=objects,
        assets=_assets(scenario.assets),
        interceptors=interceptor_table(systems, scenario.weather),
        batteries=batteries,
        is_flown=scenario.engagement == "flown",
        duration=scenario.duration,
    )
