"""Small made-up situations: one city, straight paths, rounds of constant speed."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opendome.battle.manager import Manager
from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.kernels.reach import ReachTable
from opendome.messages import Orders, ReportKind, Reports, Stocks, Tracks, empty, join, take
from opendome.scenario.command import Command, Doctrine, Node
from opendome.scenario.places import Asset, Place
from opendome.scenario.scenario import Scenario
from opendome.scenario.sensors import RadarSystem, Sensor
from opendome.scenario.threats import Booster, Stage
from opendome.scenario.weapons import Battery, Homing, InterceptorSystem, Seeker

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

C = ReportKind.CANNOT
LAT, LON = 0.55, 0.61  # of the city
SYSTEM = InterceptorSystem(
    name="arrowhead",
    title="Made-up interceptor",
    booster=Booster(
        stages=(Stage(3.0, 50.0, 250.0, 0.0, 0.01),), payload_mass=50.0, payload_beta=1000.0
    ),
    seeker=Seeker(5e3, 0.5, 1e-3, 100.0),
    homing=Homing("proportional_navigation", "aero", 300.0, 0.0, 0.2),
    min_range=0.0,
    max_range=70e3,
    min_altitude=500.0,
    max_altitude=20e3,
    p_kill=0.8,
    p_reliability=1.0,
    p_discrimination=1.0,
    lethal_radius=10.0,
    launch_interval=1.0,
    reaction=1.0,
    assess_delay=2.0,
    p_assess_error=0.0,
    cost=5e4,
    rounds_per_launcher=20,
    launchers=1,
    channels=8,
)
RADAR = RadarSystem(
    "lantern", "Made-up radar", "s", 1e5, 1.0, 0.9, 1e5, 2.0, 0.0, 1.5, 1.0, 30.0, 0.02, 1e-6, 0.0
)


def constant_speed(speed: float, extent: float = 2e5) -> ReachTable:
    """Reach of a round that flies straight at one speed."""
    s, h = np.linspace(0.0, extent, 81), np.linspace(0.0, extent, 81)
    distance = np.hypot(s[:, None], h[None, :])
    return ReachTable(s, h, distance / speed, np.zeros((81, 81)), np.full((81, 81), speed))


SPEEDS = {"arrowhead": 1000.0, "bolt": 1500.0}


def tables(made: Scenario) -> dict[InterceptorSystem, ReachTable]:
    """Reach of every system of a scenario."""
    return {w.system: constant_speed(SPEEDS[w.system.name]) for w in made.weapons}


def straight_paths(
    r: Floats, v: Floats, log_beta: Floats, is_level: Bools, t: Floats, times: Floats
) -> Floats:
    """Stands in for the kernel that predicts paths: no forces."""
    dt = (times - t[:, None])[:, :, None]
    return np.concatenate(
        [r[:, None] + v[:, None] * dt, np.repeat(v[:, None], times.shape[1], 1)], 2
    )


def city(
    value: float = 100.0, radius: float = 6e3, north: float = 0.0, name: str = "city"
) -> Asset:
    return Asset(name, Place(LAT + north / 6371e3, LON, 0.0), radius, value)


def battery(name: str = "bat", system: InterceptorSystem = SYSTEM, node: str = "c2") -> Battery:
    return Battery(name, system, node, Place(LAT, LON, 0.0))


def scenario(
    doctrine: Doctrine | None = None,
    *,
    weapons: tuple[Battery, ...] = (battery(),),
    assets: tuple[Asset, ...] = (city(),),
    nodes: tuple[Node, ...] | None = None,
    cued: bool = False,
    sensors: tuple[Sensor, ...] = (),
    **command: Any,
) -> Scenario:
    radar = replace(RADAR, is_cued=True)
    cued_radar = (Sensor("lantern", radar, "c2", Place(LAT, LON, 0.0)),) if cued else ()
    return Scenario(
        format=1,
        name="made_up",
        assets=assets,
        threats=(),
        sensors=cued_radar + sensors,
        weapons=weapons,
        command=Command(
            nodes or (Node("c2", doctrine or Doctrine(), order_latency=0.5),), **command
        ),
    )


@dataclass
class Raid:
    """n threats on straight lines to points east and north of the city."""

    run: Ints
    track: Ints
    east: Floats
    north: Floats
    t_impact: Floats
    distance: float = 60e3  # at t = t_impact - 60 s
    height: float = 40e3
    sigma: float = 300.0
    node: int = 0

    def picture(self, t: float, is_boosting: bool = False) -> Tracks:
        """What a perfect picture shows at t, impacts predicted anew."""
        n = len(self.run)
        basis = enu_basis(LAT, LON)
        centre = np.array(ecef_from_geodetic(LAT, LON, 0.0))
        end = centre + self.east[:, None] * basis[0] + self.north[:, None] * basis[1]
        start = end + self.distance * basis[1] + self.height * basis[2]
        v = (end - start) / 60.0
        r = end + v * (t - self.t_impact)[:, None]
        lat = LAT + self.north / 6371e3
        lon = LON + self.east / (6371e3 * np.cos(LAT))
        picture = Tracks(
            run=self.run.astype(np.int64),
            node=np.full(n, self.node),
            id=self.track.astype(np.int64),
            t=np.full(n, float(t)),
            x_ecef=np.concatenate([r, v, np.full((n, 1), 9.0)], axis=1),
            cov_ecef=np.tile(np.eye(7), (n, 1, 1)),
            is_confirmed=np.ones(n, dtype=bool),
            is_boosting=np.full(n, is_boosting),
            is_level=np.zeros(n, dtype=bool),
            n_updates=np.full(n, int(t) + 1),
            t_first=np.zeros(n),
            t_update=np.full(n, float(t)),
            t_predicted=np.full(n, float(t)),
            impact_lat=lat,
            impact_lon=lon,
            impact_t=self.t_impact.astype(np.float64),
            impact_cov_enu=np.tile(np.eye(2) * self.sigma**2, (n, 1, 1)),
        )
        return take(picture, self.t_impact > t)


def raid(n: int, run: int = 0, spread: float = 2e3, t_impact: float = 60.0) -> Raid:
    """n threats of one run, all into the city, one second apart."""
    i = np.arange(n)
    return Raid(
        np.full(n, run), i, spread * np.cos(i) * 0.5, spread * np.sin(i) * 0.5, t_impact + 1.0 * i
    )


def stocks(manager: Manager, runs: Ints, rounds: int = 20, channels: int = 8) -> Stocks:
    shape = (len(runs), len(manager.battery_node))
    return Stocks(
        np.asarray(runs), np.full(shape, rounds), np.full(shape, channels), np.zeros(shape)
    )


def reports(*rows: tuple[int, float, ReportKind, int, int, int] | tuple[int, ...]) -> Reports:
    """Rows of (run, t, kind, order, battery, track, shot).

    Left out, the shot is the number of its order, or -1 where it could not leave.
    """
    if not rows:
        return empty(Reports)
    run, t, kind, order, bat, track, shot = zip(
        *[row if len(row) == 7 else (*row, -1 if row[2] == C else row[3]) for row in rows],
        strict=True,
    )
    return Reports(
        np.array(run),
        np.array(t, dtype=np.float64),
        np.array(kind),
        np.array(order),
        np.array(shot),
        np.array(bat),
        np.array(track),
        np.zeros(len(rows), dtype=np.int64),
    )


def batch(raids: list[Raid], t: float) -> Tracks:
    return join([r.picture(t) for r in raids], Tracks)


def same_orders(a: Orders, b: Orders) -> bool:
    return all(np.array_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(Orders))
