"""The raid of a scenario: its groups with their nominal flights, and when each threat starts."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.errors import ScenarioError
from opendome.kernels.aim import GUESS
from opendome.kernels.cruise import cruise_room
from opendome.kernels.cruise_way import LEG_SHARE, Flyer
from opendome.kernels.glide import Glider
from opendome.kernels.glow import Skin
from opendome.kernels.orbital import Bus
from opendome.kernels.propulsion import vehicle_of
from opendome.kernels.quasi_ballistic import Fins
from opendome.scenario.ground import ground_distance
from opendome.scenario.heat import Heat
from opendome.scenario.jamming import band_bits
from opendome.scenario.places import Place
from opendome.scenario.releases import Released
from opendome.scenario.scenario import Scenario
from opendome.scenario.threats import ThreatGroup, ThreatSystem
from opendome.world.flight_path import with_flight_path
from opendome.world.flights import COARSEST_AIM, FLYER_BETA, Flown, fly_nominal
from opendome.world.gliding import with_boost
from opendome.world.model import Group, ThreatTable
from opendome.world.objects import DECOY, Objects, items_of, objects_of, scatter_of
from opendome.world.releasing import refuse_far_aims
from opendome.world.swarm import beside, divisions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SLOWEST = 1.1  # of the nominal flight time, what a scattered flight may need


def raid_of(scenario: Scenario) -> tuple[tuple[Group, ...], ThreatTable, Objects]:
    """Groups, split by aim (launch i takes aim number i modulo the aims), and all threats.

    Raises
    ------
    ScenarioError
        When an aim cannot be reached, or arrival and duration do not fit the flights.
    """
    groups: list[Group] = []
    starts = []
    aims = [_aims(scenario, t, f"threats.{t.name}") for t in scenario.threats]
    objects = objects_of(scenario.threats, [[(p.lat, p.lon) for p in places] for places in aims])
    first = 0
    for threats, places in zip(scenario.threats, aims, strict=True):
        where = f"threats.{threats.name}"
        if threats.arrive is not None and threats.first_launch != 0.0:
            raise ScenarioError(
                f"{where} has both first_launch_s and arrive_s. Keep one; the other follows."
            )
        n_objects = threats.system.n_objects()
        start = threats.first_launch
        for k, numbers in enumerate(divisions(threats, len(places))):
            aim = places[int(numbers[0]) % len(places)]
            ids = first + numbers * n_objects
            group = _group(beside(threats, int(numbers[0]), aim), aim, ids)
            if group.glider is not None:
                group = with_boost(group)
            if threats.flight_path is not None:
                group = with_flight_path(group, threats.flight_path, threats.first_launch)
            flown = fly_nominal(group, threats.first_launch)
            _refuse_miss(flown, threats, aim, where)
            if threats.system.releases is not None:
                warheads = threats.system.releases.warheads
                budget = warheads.delta_v if warheads else 0.0
                refuse_far_aims(objects, int(ids[0]), flown.paths, budget, where)
            t_flight = float(flown.paths.impact[0, 0]) - threats.first_launch
            if k == 0 and threats.arrive is not None:
                start = _start(threats, t_flight, where)
            _check_duration(scenario, threats, start, t_flight)
            groups.append(Group(**{**group.__dict__, "guess": flown.guess}))
        starts.append(start)
        first += threats.count * n_objects
    return tuple(groups), _table(scenario, starts, objects), objects


def _start(threats: ThreatGroup, t_flight: float, where: str) -> float:
    """When a group that shall arrive at a time begins to launch."""
    assert threats.arrive is not None
    start = threats.arrive - t_flight
    if start < 0.0:
        raise ScenarioError(
            f"{where}.arrive_s is {threats.arrive:g} s, but its flight lasts "
            f"{t_flight:.0f} s. Set arrive_s to at least {math.ceil(t_flight)}, and "
            "that of the other groups later by as much."
        )
    return start


def _table(scenario: Scenario, starts: list[float], objects: Objects) -> ThreatTable:
    """Per-threat arrays, groups in scenario order, launches of a group in time order."""
    group, t_launch = [], []
    for g, threats in enumerate(scenario.threats):
        for i in range(threats.count):
            salvo, place = divmod(i, max(threats.salvo_size, 1))
            t_launch.append(starts[g] + salvo * threats.salvo_interval + place * threats.spacing)
            group.append(g)
    index = np.array(group, dtype=np.int64)[objects.launch]
    items = [items_of(t.system) for t in scenario.threats]

    def per(values: list[float]) -> Floats:
        return np.array(values, dtype=np.float64)[index] if values else np.zeros(0)

    def each(of_system: Callable[[ThreatSystem], float], of_part: Callable[[Released], float],
             ) -> Floats:  # fmt: skip
        known = [[of_part(i.part) if i.part else of_system(t.system) for i in items[g]]
                 for g, t in enumerate(scenario.threats)]  # fmt: skip
        pairs = zip(index.tolist(), objects.place.tolist(), strict=True)
        return np.array([known[g][k] for g, k in pairs], dtype=np.float64)

    systems = [t.system for t in scenario.threats]
    boosters = [s.booster for s in systems]
    heats = [i.part.heat if i.part else t.system.heat for t, its in zip(scenario.threats, items)
             for i in its]  # fmt: skip
    firsts = np.cumsum([0, *(len(its) for its in items)])
    cost = each(lambda s: s.cost, lambda part: 0.0)
    spared = [s.swarm.decoy_cost if s.swarm else None for s in systems]
    cheap = per([s.cost if c is None else c for s, c in zip(systems, spared, strict=True)])
    jams = per([t.jammer.density if t.jammer else 0.0 for t in scenario.threats])
    is_cheap = ~objects.is_armed & (objects.role == DECOY) & ~objects.is_released
    return ThreatTable(
        group=index,
        t_launch=np.array(t_launch, dtype=np.float64)[objects.launch],
        reliability=per([s.reliability for s in systems]),
        log_beta=each(lambda s: math.log(s.booster.payload_beta if s.booster else FLYER_BETA),
                      lambda part: math.log(part.beta)),
        rcs=each(lambda s: s.rcs, lambda part: part.rcs),
        rcs_uhf=each(lambda s: s.rcs_uhf, lambda part: part.rcs_uhf),
        plume=each(lambda s: s.plume, lambda part: 0.0),
        skin=_skin(heats),
        body=firsts[index] + objects.place,
        burn_time=per([sum(x.burn_time for x in b.stages) if b else 0.0 for b in boosters]),
        lethal_radius=per([s.lethal_radius for s in systems]),
        cost=np.where(is_cheap, cheap, cost),
        jamming=np.where(objects.is_released, 0.0, jams),
        jam_bands=per([band_bits(t.jammer) for t in scenario.threats]).astype(np.int64),
        fluence=each(lambda s: math.inf if s.fluence is None else s.fluence,
                     lambda part: math.inf),
    )  # fmt: skip


def _skin(heats: list[Heat | None]) -> Skin:
    """What glows of each kind of body."""
    columns = [
        np.array([getattr(h, name) if h else 0.0 for h in heats], dtype=np.float64)
        for name in ("area", "emissivity", "temperature", "nose_radius", "share")
    ]
    return Skin(*columns)


def _aims(scenario: Scenario, threats: ThreatGroup, where: str) -> list[Place]:
    """The places a group aims at, one after another in turn."""
    places = []
    assets = {a.name: a.place for a in scenario.assets}
    for aim in threats.aim if isinstance(threats.aim, tuple) else (threats.aim,):
        if isinstance(aim, str) and aim not in assets:
            raise ScenarioError(f"{where}.aim is '{aim}'; no asset has this name.")
        places.append(assets[aim] if isinstance(aim, str) else aim)
    return places


def _flyer(system: ThreatSystem) -> Flyer | None:
    c = system.cruise
    if c is None:
        return None
    return Flyer(
        float(c.speed),
        float(c.altitude),
        float(c.max_acceleration),
        float(c.climb_angle),
        float(c.dive_angle),
    )


def _fins(system: ThreatSystem) -> Fins | None:
    m = system.manoeuvre
    if m is None:
        return None
    return Fins(
        float(m.altitude),
        float(m.max_acceleration),
        float(m.full_pressure),
        float(m.weave_acceleration),
        float(m.weave_period),
    )


def _glider(system: ThreatSystem) -> Glider | None:
    g = system.glide
    if g is None:
        return None
    return Glider(
        float(g.beta),
        float(g.lift_to_drag),
        float(g.bank),
        float(g.max_acceleration),
        float(g.max_heating),
        float(g.nose_radius),
    )


def _bus(system: ThreatSystem) -> Bus | None:
    o = system.orbit
    return None if o is None else Bus(float(o.altitude), float(o.acceleration), float(o.brake))


def _boost_apogee(threats: ThreatGroup) -> float:
    """Of a glider's boost: as the group asks, else as its system has it."""
    if threats.system.glide is None:
        return math.nan
    return threats.system.glide.boost_apogee if threats.apogee is None else threats.apogee


def _group(threats: ThreatGroup, aim: Place, ids: Ints) -> Group:
    """One group and aim, not solved yet; raises when the aim is out of the system's range."""
    system = threats.system
    way = [threats.launch, *threats.waypoints, aim]
    distance = sum(ground_distance(a, b) for a, b in pairwise(way))
    if threats.way == "long":
        distance = 2.0 * math.pi * EARTH_RADIUS_MEAN - distance
    if not system.min_range <= distance <= system.max_range:
        by = " by its waypoints" if threats.waypoints else ""
        raise ScenarioError(
            f"threats.{threats.name}.aim is {distance / 1e3:.1f} km from its launch place{by}; "
            f"{_allowed(system)}. Move the launch place or choose another system."
        )
    group = Group(
        name=threats.name,
        system=system.name,
        vehicle=vehicle_of(system.booster) if system.booster else None,
        flyer=_flyer(system),
        fins=_fins(system),
        glider=_glider(system),
        flight=system.steering,
        threats=ids,
        launch=(threats.launch.lat, threats.launch.lon, threats.launch.alt),
        waypoints=np.array([(p.lat, p.lon) for p in threats.waypoints]).reshape(-1, 2),
        aim=(aim.lat, aim.lon),
        launch_scatter=threats.launch_scatter,
        aim_scatter=scatter_of(threats),
        apogee=math.nan if threats.apogee is None else threats.apogee,
        guess=np.zeros((0, GUESS)),
        boost_apogee=_boost_apogee(threats),
        dive_speed=system.glide.dive_speed if system.glide else math.nan,
        bus=_bus(system),
        is_long_way=threats.way == "long",
        launch_box=threats.launch_box,
    )
    if system.steering == "waypoints":
        _refuse_narrow_way(group)
    return group


def _refuse_narrow_way(group: Group) -> None:
    """The nominal way must have room for its turns, its climb and its dive."""
    if group.flyer is None:
        return
    places = np.vstack([[group.launch[:2]], group.waypoints, [group.aim]])
    share, spare = cruise_room(group.flyer, places, group.launch[2])
    if share > LEG_SHARE:
        radius = group.flyer.speed**2 / group.flyer.max_acceleration
        raise ScenarioError(
            f"threats.{group.name}.waypoints: two of them are too near to each other, or the turn "
            f"there is too sharp, for {group.system}, which turns with a radius of "
            f"{radius / 1e3:.1f} km. Move them apart."
        )
    if spare < 0.0:
        raise ScenarioError(
            f"threats.{group.name}.aim is too near for {group.system}: climb and dive alone need "
            f"{-spare / 1e3:.1f} km more. Move the launch place."
        )


def _allowed(system: ThreatSystem) -> str:
    return f"{system.name} flies {system.min_range / 1e3:g} to {system.max_range / 1e3:g} km"


def _refuse_miss(flown: Flown, threats: ThreatGroup, aim: Place, where: str) -> None:
    """The nominal flight must come down, at its aim."""
    if flown.status[0] == 0 and flown.miss[0] <= 10 * COARSEST_AIM and flown.paths.status[0] == 0:
        return
    distance = ground_distance(threats.launch, aim)
    raise ScenarioError(
        f"{where}.aim is {distance / 1e3:.1f} km from its launch place; "
        f"{_allowed(threats.system)}, but no flight comes closer than "
        f"{flown.miss[0] / 1e3:.3g} km to it. Move the launch place, or give another apogee_km."
    )


def _check_duration(
    scenario: Scenario, threats: ThreatGroup, start: float, t_flight: float
) -> None:
    """The scenario must last until the group's last threat has landed."""
    number = np.arange(max(threats.count, 1))
    salvo, place = np.divmod(number, max(threats.salvo_size, 1))
    last = float(np.max(salvo * threats.salvo_interval + place * threats.spacing))
    t_end = start + last + SLOWEST * t_flight
    if threats.count and t_end > scenario.duration:
        raise ScenarioError(
            f"duration_s is {scenario.duration:g} s; the last threat of "
            f"threats.{threats.name} lands at about {t_end:.0f} s. Set duration_s to at least "
            f"{1.1 * t_end:.0f}."
        )
