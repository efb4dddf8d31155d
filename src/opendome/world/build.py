"""The world's constants from a scenario, and the checks that need physics."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from opendome.constants import STANDARD_GRAVITY
from opendome.errors import ScenarioError
from opendome.kernels.aim import GUESS
from opendome.kernels.flight import TOLERANCE, fly_many
from opendome.kernels.frames import ecefs_from_geodetics
from opendome.kernels.guidance import RoundKinds
from opendome.kernels.propulsion import Vehicle
from opendome.kernels.reach import Envelope, ReachTable
from opendome.rng import Purpose
from opendome.scenario.check import ground_distance
from opendome.scenario.command import Node
from opendome.scenario.places import Asset, Place
from opendome.scenario.scenario import Scenario
from opendome.scenario.threats import Booster, ThreatGroup
from opendome.scenario.weapons import InterceptorSystem
from opendome.world.flights import COARSEST_AIM, FLIGHTS, MAX_FLIGHT
from opendome.world.model import (
    AssetTable,
    BatteryTable,
    Group,
    InterceptorTable,
    ThreatTable,
    WorldModel,
)

SLOWEST = 1.1  # of the nominal flight time, what a scattered flight may need
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def vehicle_of(booster: Booster) -> Vehicle:
    """A booster as the flight kernels see it."""
    stages = [
        (
            s.burn_time,
            s.propellant_mass,
            s.specific_impulse * STANDARD_GRAVITY,
            s.inert_mass,
            s.drag_area,
        )
        for s in booster.stages
    ]
    return Vehicle(
        np.array(stages, dtype=np.float64).reshape(len(stages), 5),
        float(booster.payload_mass),
        float(booster.payload_beta),
        float(booster.rise_time),
        float(booster.pitch_time),
    )


def free_time(system: InterceptorSystem) -> float:
    """Seconds after launch when a round begins to steer.

    A divert round steers after its last burn. An aerodynamic round with several stages steers as
    soon as the first has burnt; its last stage is then a sustainer.
    """
    stages = system.booster.stages
    if system.homing.steering == "aero" and len(stages) > 1:
        return float(sum(s.burn_time for s in stages[:-1]))
    return float(sum(s.burn_time for s in stages))


def systems_of(scenario: Scenario) -> tuple[InterceptorSystem, ...]:
    """Distinct interceptor systems in the order of their first battery."""
    found: list[InterceptorSystem] = []
    for battery in scenario.weapons:
        if battery.system not in found:
            found.append(battery.system)
    return tuple(found)


def envelope_of(system: InterceptorSystem) -> Envelope:
    """Where the system may intercept."""
    return Envelope(system.min_range, system.max_range, system.min_altitude, system.max_altitude)


def _sites(places: list[Place]) -> Floats:
    return np.array([(p.lat, p.lon, p.alt) for p in places], dtype=np.float64).reshape(-1, 3)


def _threats(scenario: Scenario) -> ThreatTable:
    """Per-threat arrays, groups in scenario order, launches of a group in time order."""
    group, t_launch = [], []
    for g, threats in enumerate(scenario.threats):
        for i in range(threats.count):
            salvo, place = divmod(i, max(threats.salvo_size, 1))
            t_launch.append(
                threats.first_launch + salvo * threats.salvo_interval + place * threats.spacing
            )
            group.append(g)
    index = np.array(group, dtype=np.int64)

    def per(values: list[float]) -> Floats:
        return np.array(values, dtype=np.float64)[index] if values else np.zeros(0)

    systems = [t.system for t in scenario.threats]
    return ThreatTable(
        group=index,
        t_launch=np.array(t_launch, dtype=np.float64),
        reliability=per([s.reliability for s in systems]),
        log_beta=per([math.log(s.booster.payload_beta) for s in systems]),
        rcs=per([s.rcs for s in systems]),
        rcs_uhf=per([s.rcs_uhf for s in systems]),
        plume=per([s.plume for s in systems]),
        burn_time=per([sum(x.burn_time for x in s.booster.stages) for s in systems]),
        lethal_radius=per([s.lethal_radius for s in systems]),
        cost=per([s.cost for s in systems]),
    )


def _aims(scenario: Scenario, threats: ThreatGroup, where: str) -> list[Place]:
    """The places a group aims at, one after another in turn."""
    places = []
    assets = {a.name: a.place for a in scenario.assets}
    for aim in threats.aim if isinstance(threats.aim, tuple) else (threats.aim,):
        if isinstance(aim, str) and aim not in assets:
            raise ScenarioError(f"{where}.aim is '{aim}'; no asset has this name.")
        places.append(assets[aim] if isinstance(aim, str) else aim)
    return places


def _group(scenario: Scenario, threats: ThreatGroup, aim: Place, ids: Ints) -> Group:
    """One group and aim, its nominal launch solved; raises when the aim cannot be reached."""
    where = f"threats.{threats.name}"
    distance = ground_distance(threats.launch, aim)
    system = threats.system
    allowed = f"{system.name} flies {system.min_range / 1e3:g} to {system.max_range / 1e3:g} km"
    if not system.min_range <= distance <= system.max_range:
        raise ScenarioError(
            f"{where}.aim is {distance / 1e3:.1f} km from its launch place; {allowed}. "
            "Move the launch place or choose another system."
        )
    group = Group(
        name=threats.name,
        system=system.name,
        vehicle=vehicle_of(system.booster),
        flight=system.steering,
        threats=ids,
        launch=(threats.launch.lat, threats.launch.lon, threats.launch.alt),
        aim=(aim.lat, aim.lon),
        launch_scatter=threats.launch_scatter,
        aim_scatter=math.hypot(threats.aim_scatter, system.aim_error / math.sqrt(2 * math.log(2))),
        apogee=math.nan if threats.apogee is None else threats.apogee,
        guess=np.zeros((0, GUESS)),
    )
    launch = np.array([[*group.launch, threats.first_launch, 0.0, math.nan, math.inf]])
    fit = FLIGHTS[group.flight](group, launch, np.array([[aim.lat, aim.lon, group.apogee]]))
    if fit.status[0] != 0 or fit.miss[0] > 10 * COARSEST_AIM:
        raise ScenarioError(
            f"{where}.aim is {distance / 1e3:.1f} km from its launch place; {allowed}, but no "
            f"flight comes closer than {fit.miss[0] / 1e3:.3g} km to it. "
            "Move the launch place, or give another apogee_km."
        )
    _check_duration(scenario, group, fit.launches, threats, where)
    return Group(**{**group.__dict__, "guess": fit.guesses})


def _groups(scenario: Scenario) -> tuple[Group, ...]:
    """Every group, split by aim: threat i of a group takes its aim number i modulo the aims."""
    groups = []
    first = 0
    for threats in scenario.threats:
        aims = _aims(scenario, threats, f"threats.{threats.name}")
        for k, aim in enumerate(aims[: threats.count]):
            ids = np.arange(first + k, first + threats.count, len(aims), dtype=np.int64)
            groups.append(_group(scenario, threats, aim, ids))
        first += threats.count
    return tuple(groups)


def _check_duration(
    scenario: Scenario, group: Group, launches: Floats, threats: ThreatGroup, where: str
) -> None:
    """The scenario must last until the group's last threat has landed."""
    flight = fly_many(group.vehicle, launches, MAX_FLIGHT, TOLERANCE, 0)
    number = np.arange(max(threats.count, 1))
    salvo, place = np.divmod(number, max(threats.salvo_size, 1))
    last = float(np.max(salvo * threats.salvo_interval + place * threats.spacing))
    t_flight = float(flight.impact[0, 0]) - threats.first_launch
    t_end = threats.first_launch + last + SLOWEST * t_flight
    if threats.count and t_end > scenario.duration:
        raise ScenarioError(
            f"duration_s is {scenario.duration:g} s; the last threat of "
            f"threats.{threats.name} lands at about {t_end:.0f} s. Set duration_s to at least "
            f"{1.1 * t_end:.0f}."
        )


def _interceptors(systems: tuple[InterceptorSystem, ...]) -> InterceptorTable:
    """Constants of the interceptor systems."""

    def per(values: list[float]) -> Floats:
        return np.array(values, dtype=np.float64)

    vehicles = tuple(vehicle_of(s.booster) for s in systems)
    free = [free_time(s) for s in systems]
    last = [s.booster.stages[-1] for s in systems]
    total = [sum(x.burn_time for x in s.booster.stages) for s in systems]
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
        noise=int(Purpose.SEEKER_NOISE),
    )
    return InterceptorTable(
        names=tuple(s.name for s in systems),
        vehicles=vehicles,
        kinds=kinds,
        divert=per([s.homing.divert for s in systems]),
        p_kill=per([s.p_kill for s in systems]),
        p_reliability=per([s.p_reliability for s in systems]),
        p_discrimination=per([s.p_discrimination for s in systems]),
        lethal_radius=per([s.lethal_radius for s in systems]),
        cost=per([s.cost for s in systems]),
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


def build(scenario: Scenario, tables: Mapping[InterceptorSystem, ReachTable]) -> WorldModel:
    """The world of a scenario.

    Parameters
    ----------
    scenario : Scenario
    tables : mapping of InterceptorSystem to ReachTable
        Fly-out table of each interceptor system in the scenario, overrides and all.

    Raises
    ------
    ScenarioError
        When a group's aim cannot be reached, or the scenario ends before its threats land.
    """
    systems = systems_of(scenario)
    delays = {n.name: _delay(scenario, n) for n in scenario.command.nodes}
    batteries = BatteryTable(
        names=tuple(b.name for b in scenario.weapons),
        system=np.array([systems.index(b.system) for b in scenario.weapons], dtype=np.int64),
        site=_sites([b.site for b in scenario.weapons]),
        tables=tuple(tables[b.system] for b in scenario.weapons),
        envelopes=tuple(envelope_of(b.system) for b in scenario.weapons),
        t_react=np.array(
            [b.system.reaction + delays[b.node] for b in scenario.weapons], dtype=np.float64
        ),
    )
    return WorldModel(
        groups=_groups(scenario),
        threats=_threats(scenario),
        assets=_assets(scenario.assets),
        interceptors=_interceptors(systems),
        batteries=batteries,
        is_flown=scenario.engagement == "flown",
        duration=scenario.duration,
    )
